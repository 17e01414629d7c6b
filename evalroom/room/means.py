"""What a room works with: clock, chance, ledger, keys, bus and the shape of frames, all handed in.

The room knows nothing of Socket.IO: a frame is bytes that somebody else knows how to build.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol

from msgspec import Struct

from evalroom.clock import Clock
from evalroom.identity.tokens import ClusterKeys
from evalroom.room.limits import POOL_BYTES
from evalroom.sessions.people import Appointment
from evalroom.sessions.visibility import Change
from evalroom.storage.ledger import Ledger
from evalroom.storage.receipts import Signer

Random = Callable[[int], bytes]


class Sink(Protocol):
    """Where a room writes for one reader."""

    @property
    def write(self) -> Callable[[bytes], None]:
        """Put a whole frame on the line, or nowhere when the reader has gone; never raises."""
        ...

    def owed(self) -> int:
        """Bytes that this reader has been written and has not taken yet."""
        ...

    def bye(self, code: str, come_back: bool, retry_ms: int | None = None) -> None:
        """Say the last word, and let the reader go. Nothing is written to it afterwards."""
        ...


class Frames(Protocol):
    """How what a room says is put into bytes."""

    def changes(self, events: Sequence[Sequence[Change]]) -> bytes:
        """Events, each a list of changes; one `refetch` when they are too many."""
        ...

    def mark(self, token: bytes, at: int) -> bytes:
        """The newest token, at server time `at` in milliseconds."""
        ...

    def presence(self, states: Mapping[str, str]) -> bytes:
        """Who is online, away or unknown, by member."""
        ...

    def ephemeral(self, message: Mapping[str, Any]) -> bytes:
        """What another member does this moment."""
        ...


class SigningKey(Signer, Protocol):
    """A key that signs, with the half that anybody may know."""

    @property
    def public(self) -> bytes:
        """32 bytes."""
        ...


class SigningKeys(Protocol):
    """The signing keys, each in force from a moment on."""

    def at(self, time: int) -> SigningKey:
        """The key that signs at a server time (ms)."""
        ...


class Keys(Protocol):
    """The keys of this server, as far as a room needs them."""

    @property
    def cluster(self) -> ClusterKeys:
        """Seals the tokens."""
        ...

    @property
    def signing(self) -> SigningKeys:
        """Signs receipts and checkpoints."""
        ...


class Bus(Protocol):
    """Hints between nodes: may lose, delay, repeat and reorder what it carries."""

    @property
    def up(self) -> bool:
        """Whether other nodes can be heard at all."""
        ...

    def publish(self, topic: str, message: bytes) -> None:
        """Tell the other nodes; never raises and never waits."""
        ...

    def subscribe(self, topic: str, heard: Callable[[bytes], None]) -> Callable[[], None]:
        """Hear what others publish under `topic`, until the returned function is called."""
        ...

    def watch(self, changed: Callable[[bool], None]) -> Callable[[], None]:
        """Be told when others can be heard again (True) or no longer, until it is called."""
        ...


class Index(Protocol):
    """The list of sessions, in which each stands with its phase and its people."""

    async def note(self, session: str, phase: str, people: Mapping[str, Appointment]) -> None:
        """Note where a session stands, and who is appointed to it. Raises `Refused` when that
        cannot be done now.
        """
        ...


class Pool:
    """Randomness drawn in larger pieces: a salt for every body would ask the system each time."""

    def __init__(self, random: Random) -> None:
        self._random = random
        self._drawn = b""
        self._used = 0

    def __call__(self, size: int) -> bytes:
        """So many bytes that were given to nobody else."""
        if self._used + size > len(self._drawn):
            self._drawn, self._used = self._random(max(POOL_BYTES, size)), 0
        taken = self._drawn[self._used : self._used + size]
        self._used += size
        return taken


class Means(Struct, frozen=True, kw_only=True):
    """The means of one node. `node` names it to the others: any bytes that are its own; `index` is
    told of every phase, where there is one.
    """

    ledger: Ledger
    keys: Keys
    bus: Bus
    clock: Clock
    random: Random
    frames: Frames
    node: bytes
    index: Index | None = None
