"""What signaling asks of whoever keeps the rooms and knows the people."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from evalroom.identity.principal import Principal
from evalroom.sessions.people import Actor


class Audience(Protocol):
    """As whom somebody sees a session; `member` is None for everyone outside the committee."""

    @property
    def member(self) -> str | None: ...


class Answer(Protocol):
    """What a committed command brought; `receipt` goes to its author alone."""

    @property
    def receipt(self) -> dict[str, Any] | None: ...


class Sink(Protocol):
    """Where a room writes for one reader. Frames are whole and written in the order given."""

    before_write: Callable[[], None] | None
    """Set by the room if it gathers changes: called before anything that is not a change is
    written to this reader, so that changes decided earlier go out first."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Put a frame on the line, or nowhere when the reader has gone; never raises."""
        ...

    def owed(self) -> int:
        """Bytes that this reader has been written and has not taken yet."""
        ...

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        """Say the last word, and let the reader go."""
        ...


class Membership(Protocol):
    """One reader's place in a room."""

    def leave(self) -> None:
        """Give the place up; the sink is written no more. Safe to repeat."""
        ...


class Room(Protocol):
    """One session, live."""

    @property
    def over(self) -> bool:
        """Whether the session has ended: nobody acts in it any more, and it can be read."""
        ...

    def audience(self, principal: Principal) -> Audience:
        """As whom this principal sees the session; raises Refused("not_invited")."""
        ...

    async def reach(self, principal: Principal, token: bytes) -> None:
        """Prepare to `join` from `token`; raises Refused."""
        ...

    def join(self, principal: Principal, token: bytes, sink: Sink) -> Membership:
        """Write what was missed since `token`, then go on; raises Refused("stale_token")."""
        ...

    async def submit(
        self, actor: Actor, command_id: bytes, name: str, args: dict[str, Any], seen: int | None
    ) -> Answer:
        """Decide and commit; raises Refused or Malformed, and then nothing has changed."""
        ...

    def ephemeral(self, principal: Principal, message: Mapping[str, Any]) -> None:
        """Pass on what is not kept to whom it may reach, or drop it; never raises."""
        ...


class Rooms(Protocol):
    """The sessions of this node."""

    async def open(self, session: str) -> Room:
        """Find or load a session; raises Refused when there is none."""
        ...


class Identify(Protocol):
    """Finds out who is speaking: by `bearer` if there is one, else by cookies."""

    async def __call__(
        self, headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
    ) -> Principal | None:
        """Give the speaker, or None for a stranger. Raises Refused for an ended log-in or token,
        and while nobody can look.
        """
        ...


class Again(Protocol):
    """Finds out what has become of a speaker who was let in earlier."""

    async def __call__(self, principal: Principal, *, used: bool) -> Principal:
        """Give the same speaker as he is now; `used` when he has just acted. Raises Refused, with a
        code of `NOT_YOU` when he is nobody any more.
        """
        ...
