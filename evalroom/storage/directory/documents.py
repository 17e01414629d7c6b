"""What is known about each stored file; the bytes lie with the blobs, under the same hash."""

from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, insert, select

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.pages import Page, in_order_of
from evalroom.storage.directory.schema import documents


class DocumentRecord(Struct, frozen=True):
    """A stored file: `sha256` is 64 hex digits, `size` bytes."""

    sha256: str
    title: str
    size: int
    media_type: str
    created: int
    created_by: str


def add(connection: Connection, record: DocumentRecord) -> DocumentRecord:
    """Enter a document; the same bytes uploaded again keep the record they had."""
    here = documents.c.sha256 == record.sha256
    row = connection.execute(select(documents).where(here)).one_or_none()
    if row is not None:
        return DocumentRecord(*row)
    connection.execute(insert(documents).values(asdict(record)))
    return record


def by_hash(connection: Connection, sha256: str) -> DocumentRecord:
    """Raises `Refused("unknown_document")`."""
    row = connection.execute(select(documents).where(documents.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise Refused("unknown_document", document=sha256)
    return DocumentRecord(*row)


def listed(connection: Connection, limit: int, after: str | None) -> Page[DocumentRecord]:
    """All documents by hash."""
    every = select(documents)
    return in_order_of(
        connection, documents.c.sha256, every, limit, after, lambda row: DocumentRecord(*row)
    )
