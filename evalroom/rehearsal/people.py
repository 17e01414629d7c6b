"""What all simulated people have in common: they look at their view, find what is theirs to do,
take their time, look again, and do it.

A person is a function of what he sees and of what he remembers. `next` may be asked any number of
times and answers the same until the view or his memory changes; only `done` changes the memory. So
whatever happens while he thinks (a pause, a phase that has moved on), he acts on what he sees then.
"""

from typing import Any, Literal, Protocol

from msgspec import Struct

from evalroom.rehearsal.mirror import View

Pace = Literal["at_once", "promptly", "reading", "pondering", "waiting"]

SECONDS: dict[Pace, tuple[float, float]] = {
    "at_once": (0.0, 0.0),
    "promptly": (0.2, 0.7),
    "reading": (0.4, 0.9),
    "pondering": (0.8, 1.4),
    "waiting": (2.0, 2.5),
}
"""How long people take at the usual speed: a drill shows a day of work in half a minute."""


class Act(Struct, frozen=True):
    """A command somebody means to give. `seen` is the revision he read; `cut` says that his link
    breaks with it under way.
    """

    name: str
    args: dict[str, Any] = {}
    pace: Pace = "promptly"
    seen: int | None = None
    cut: bool = False


class Person(Protocol):
    """Somebody who takes part."""

    def next(self, view: View) -> Act | None:
        """What he would do now; None when there is nothing for him to do."""
        ...

    def done(self, act: Act) -> None:
        """It was done, and the server has it."""
        ...


def condition(view: View, code: str) -> dict[str, Any] | None:
    """The line of the phase's gate with this code, if the phase has one."""
    return next((line for line in view["gate"] if line["code"] == code), None)


def met(view: View, code: str) -> bool:
    """Whether the phase at hand asks for this and has it."""
    line = condition(view, code)
    return line is not None and bool(line["met"])


def missing(view: View, code: str) -> tuple[str, ...]:
    """Members a condition of the phase still waits for."""
    line = condition(view, code)
    return () if line is None or line["met"] else tuple(line["params"].get("members", ()))
