"""Tenders as they were uploaded: the bytes, their hash, and nothing that could drift from them."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import tenders


class TenderRecord(Struct, frozen=True):
    """A stored tender without its body; `sha256` is over the stored bytes."""

    id: str
    title: str
    sha256: str
    size: int
    created: int
    created_by: str


_COLUMNS = (
    tenders.c.id,
    tenders.c.title,
    tenders.c.sha256,
    tenders.c.size,
    tenders.c.created,
    tenders.c.created_by,
)


def add(connection: Connection, record: TenderRecord, body: bytes) -> TenderRecord:
    """Keep a tender; it never changes, a correction is a new one."""
    connection.execute(insert(tenders).values(body=body, **asdict(record)))
    return record


def by_id(connection: Connection, tender: str) -> TenderRecord:
    """Raises `Refused("unknown_tender")`."""
    row = connection.execute(select(*_COLUMNS).where(tenders.c.id == tender)).one_or_none()
    if row is None:
        raise Refused("unknown_tender", tender=tender)
    return TenderRecord(*row)


def body(connection: Connection, tender: str) -> bytes:
    """The stored bytes. Raises `Refused("unknown_tender")`."""
    found: bytes | None = connection.execute(
        select(tenders.c.body).where(tenders.c.id == tender)
    ).scalar_one_or_none()
    if found is None:
        raise Refused("unknown_tender", tender=tender)
    return found


def listed(connection: Connection, limit: int, after: str | None) -> Page[TenderRecord]:
    """All tenders by id."""
    every = select(*_COLUMNS)
    return in_order_of(
        connection, tenders.c.id, every, limit, after, lambda row: TenderRecord(*row)
    )


def remove(connection: Connection, tender: str) -> None:
    """Forget a tender.

    Raises `Refused("unknown_tender")`, `Refused("still_in_use")` when a session was made from
    it.
    """
    try:
        done = connection.execute(delete(tenders).where(tenders.c.id == tender))
    except IntegrityError as error:
        raise Refused("still_in_use", id=tender) from error
    if done.rowcount == 0:
        raise Refused("unknown_tender", tender=tender)
