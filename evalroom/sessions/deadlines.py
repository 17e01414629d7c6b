"""Time as a command: the next moment at which time itself changes something, and what it changes.

`next_due` is stored with every entry; whichever node is alive then submits `Tick`. A deadline that
is gone by then decides to nothing.
"""

from typing import TYPE_CHECKING

from evalroom.sessions import alarms, interventions
from evalroom.sessions.interventions import Tick
from evalroom.sessions.messages import Event
from evalroom.sessions.people import Acting

if TYPE_CHECKING:
    from evalroom.sessions.state import Session


def tick(session: "Session", _command: Tick, _by: Acting, at: int) -> tuple[Event, ...]:
    """What has come due, of every matter that has deadlines."""
    return interventions.overdue(session, at) + alarms.overdue(session, at)


def next_due(session: "Session") -> int | None:
    """The next moment (server ms) at which time itself changes something, if any."""
    if session.over:
        return None
    due = (interventions.next_due(session), alarms.next_due(session))
    return min((when for when in due if when is not None), default=None)
