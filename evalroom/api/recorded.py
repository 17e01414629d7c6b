"""What there is of a session's recordings: what is on record and what lies on the disk, laid side
by side. What has been lost shows, and so does what is not on record yet.
"""

from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from evalroom.api.call import Call
from evalroom.footage.shelf import Footage, Shelf
from evalroom.sessions.refusals import Refused

EVER = 1 << 62


class Piece(Struct, frozen=True):
    """A closed piece of a recording: times in server milliseconds, its size and SHA-256 as it lies
    there, encrypted. Without `sha256` it is not on record yet; without `container` it is on record
    and not here; without `bytes` it is of a sealed screen.
    """

    source: str
    epoch: int
    begun: int
    ended: int
    bytes: int | None
    sha256: str | None = None
    container: str | None = None


class Inventory(Struct, frozen=True):
    """All pieces, by source and time."""

    items: tuple[Piece, ...]


def shelf_of(call: Call) -> Shelf:
    """Where recordings lie. Raises `Refused("footage_off")` on a node that keeps none."""
    if call.parts.footage is None:
        raise Refused("footage_off")
    return call.parts.footage


def inventory(
    shelf: Shelf, session: str, on_record: Iterable[Piece], source: str | None
) -> Inventory:
    """What is here and what should be, of one source or of all. Blocks; raises OSError."""
    found = {(p.source, p.epoch, p.begun): p for p in on_record if source in (None, p.source)}
    for name in shelf.sources(session) if source is None else (source,):
        for footage in shelf.find(session, name, 0, EVER):
            key = name, footage.epoch, footage.begun
            known = found.get(key) or _unrecorded(footage)
            found[key] = replace(known, container=footage.container)
    return Inventory(tuple(found[key] for key in sorted(found, key=lambda k: (k[0], k[2], k[1]))))


def _unrecorded(footage: Footage) -> Piece:
    size = footage.path.stat().st_size
    return Piece(footage.source, footage.epoch, footage.begun, footage.ended, size)
