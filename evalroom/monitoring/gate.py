"""Who may be seen and heard by whom: asked of the session's rules, never decided here.

The rules know phases, seals and appointments; monitoring knows streams. Between them stands a gate.
"""

from collections.abc import Callable, Mapping
from typing import Literal, Protocol

from msgspec import Struct, field

from evalroom.identity.principal import Principal

Kind = Literal["camera", "screen", "microphone"]


class Source(Struct, frozen=True):
    """Something that a principal may see or hear now.

    `name` is unique in its session (`seat.m1.screen`), `label_key` is the text that stands under
    its picture and `label` fills that text in. A picture that arrived before `since` (server time
    in milliseconds) is not for him, though later ones are: a seal has gone, and what was shown
    under it is not shown after it.
    """

    name: str
    kind: Kind
    label_key: str
    label: Mapping[str, str] = field(default_factory=dict)
    since: int = 0


class Gate(Protocol):
    """Answers from the session's state as it is now; whoever is not allowed is refused."""

    def may_publish(self, principal: Principal, session: str, source: str) -> None:
        """Raise Refused unless this source is his to show or say, here and now."""
        ...

    def may_watch(self, principal: Principal, session: str, source: str) -> None:
        """Raise Refused, with a code such as `screen_sealed`, unless he may see or hear it now."""
        ...

    def sources(self, principal: Principal, session: str) -> tuple[Source, ...]:
        """All that he may see or hear now, in the order of a wall. Raises Refused when he has no
        business in the session at all.
        """
        ...

    def watch(self, session: str, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called whenever an answer may have changed; give what ends that.

        It is called in the very step in which the state changes, before the loop comes round: not
        one frame may pass between a seal and its keeping.
        """
        ...
