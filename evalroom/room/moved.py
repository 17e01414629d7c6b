"""What a recorder tells its owner."""

from collections.abc import Callable
from typing import NamedTuple

from msgspec import Struct

from evalroom.room.standing import Standing
from evalroom.sessions.messages import Event
from evalroom.sessions.state import Session
from evalroom.storage.entry import Entry


class Moved(Struct, frozen=True):
    """An entry has become part of the state; `own` says whether this node wrote it."""

    before: Session
    events: tuple[Event, ...]
    after: Standing
    entry: Entry
    own: bool


class Owner(NamedTuple):
    """Whom the recorder tells: of each entry, of the end of a run of them, of its own end."""

    moved: Callable[[Moved], None]
    settled: Callable[[], None]
    ended: Callable[[str], None]
