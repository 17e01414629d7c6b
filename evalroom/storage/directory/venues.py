"""Centres (交易中心), their venues (评标室) and the workstations (工位) in them, each with the
one browser it is paired with.
"""

from typing import Any

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, Table, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import revocations
from evalroom.storage.directory.audit import Trace, append
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import centers, venues, workstations


class Center(Struct, frozen=True):
    """A public resource trading centre or a branch of one."""

    id: str
    title: str


class Venue(Struct, frozen=True):
    """A room of a centre in which members sit."""

    id: str
    center: str
    title: str


class Workstation(Struct, frozen=True):
    """A seat of a venue.

    `device` names the paired browser; `code_expires` says until when a pairing code waits.
    """

    id: str
    venue: str
    title: str
    device: str | None = None
    paired: int | None = None
    code_expires: int | None = None


def put_center(connection: Connection, center: Center) -> None:
    """Enter or rename a centre."""
    _put(connection, centers, asdict(center))


def put_venue(connection: Connection, venue: Venue) -> None:
    """Enter or change a venue. Raises `Refused("unknown_center")`."""
    try:
        _put(connection, venues, asdict(venue))
    except IntegrityError as error:
        raise Refused("unknown_center", center=venue.center) from error


def put_workstation(connection: Connection, workstation: Workstation) -> Workstation:
    """Enter or change a workstation; its pairing stays as it is. Raises
    `Refused("unknown_venue")`.
    """
    row = {"id": workstation.id, "venue": workstation.venue, "title": workstation.title}
    try:
        _put(connection, workstations, row)
    except IntegrityError as error:
        raise Refused("unknown_venue", venue=workstation.venue) from error
    here = workstations.c.id == workstation.id
    return _workstation(connection.execute(select(workstations).where(here)).one())


def listed_centers(connection: Connection, limit: int, after: str | None) -> Page[Center]:
    """All centres by id."""
    every = select(centers)
    return in_order_of(connection, centers.c.id, every, limit, after, lambda row: Center(*row))


def listed_venues(connection: Connection, limit: int, after: str | None) -> Page[Venue]:
    """All venues by id."""
    every = select(venues)
    return in_order_of(connection, venues.c.id, every, limit, after, lambda row: Venue(*row))


def listed_workstations(connection: Connection, limit: int, after: str | None) -> Page[Workstation]:
    """All workstations by id."""
    every = select(workstations)
    return in_order_of(connection, workstations.c.id, every, limit, after, _workstation)


def remove_center(connection: Connection, center: str) -> None:
    """Raises `Refused("unknown_center")`, `Refused("still_in_use")` while it has venues."""
    if not _remove(connection, centers, center):
        raise Refused("unknown_center", center=center)


def remove_venue(connection: Connection, venue: str) -> None:
    """Raises `Refused("unknown_venue")`, `Refused("still_in_use")` while it has workstations."""
    if not _remove(connection, venues, venue):
        raise Refused("unknown_venue", venue=venue)


def remove_workstation(connection: Connection, workstation: str) -> None:
    """Raises `Refused("unknown_workstation")`."""
    if not _remove(connection, workstations, workstation):
        raise Refused("unknown_workstation", workstation=workstation)


def offer_pairing(connection: Connection, workstation: str, code_hash: bytes, expires: int) -> None:
    """Let one browser claim the workstation with a code, once.

    Raises `Refused("unknown_workstation")`.
    """
    offer = {"code_hash": code_hash, "code_expires": expires}
    if not _change(connection, workstation, offer):
        raise Refused("unknown_workstation", workstation=workstation)


def pair(connection: Connection, code_hash: bytes, device: str, at: int) -> Workstation:
    """Bind a browser to the workstation whose code it brings; its older binding ends, the code
    is used up.

    Raises `Refused("pairing_code_unknown")` for a code that is wrong, used or over.
    """
    here = (workstations.c.code_hash == code_hash) & (workstations.c.code_expires > at)
    row = connection.execute(select(workstations).where(here)).one_or_none()
    if row is None:
        raise Refused("pairing_code_unknown")
    elsewhere = workstations.c.device == device
    connection.execute(update(workstations).where(elsewhere).values(device=None, paired=None))
    bound = {"device": device, "paired": at, "code_hash": None, "code_expires": None}
    _change(connection, row.id, bound)
    for browser in (device, row.device):
        revocations.note_browser(connection, browser, at)
    return Workstation(row.id, row.venue, row.title, device, at)


def pair_recorded(
    connection: Connection, code_hash: bytes, device: str, at: int, address: str
) -> Workstation:
    """Pair, and log which workstation it was; who typed the code is not known."""
    paired = pair(connection, code_hash, device, at)
    trace = Trace(at, None, "pair", paired.id, address=address, detail={"device": device})
    append(connection, trace)
    return paired


def unpair(connection: Connection, workstation: str, at: int) -> None:
    """Forget the browser and the waiting code of a workstation.

    Raises `Refused("unknown_workstation")`.
    """
    here = workstations.c.id == workstation
    device = connection.execute(select(workstations.c.device).where(here)).scalar_one_or_none()
    revocations.note_browser(connection, device, at)
    nothing = {"device": None, "paired": None, "code_hash": None, "code_expires": None}
    if not _change(connection, workstation, nothing):
        raise Refused("unknown_workstation", workstation=workstation)


def _put(connection: Connection, table: Table, row: dict[str, Any]) -> None:
    if not connection.execute(update(table).where(table.c.id == row["id"]).values(row)).rowcount:
        connection.execute(insert(table).values(row))


def _change(connection: Connection, workstation: str, values: dict[str, Any]) -> bool:
    here = workstations.c.id == workstation
    return connection.execute(update(workstations).where(here).values(values)).rowcount > 0


def _remove(connection: Connection, table: Table, key: str) -> bool:
    try:
        return connection.execute(delete(table).where(table.c.id == key)).rowcount > 0
    except IntegrityError as error:
        raise Refused("still_in_use", id=key) from error


def _workstation(row: Any) -> Workstation:
    return Workstation(row.id, row.venue, row.title, row.device, row.paired, row.code_expires)
