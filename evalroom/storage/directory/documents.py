"""What is known about each stored file; the bytes lie with the blobs, under the same hash."""

from msgspec import Struct
from sqlalchemy import Connection, insert, select

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.pages import Page, bounded, page
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
    connection.execute(
        insert(documents).values(
            sha256=record.sha256,
            title=record.title,
            size=record.size,
            media_type=record.media_type,
            created=record.created,
            created_by=record.created_by,
        )
    )
    return record


def by_hash(connection: Connection, sha256: str) -> DocumentRecord:
    """Raises `Refused("unknown_document")`."""
    row = connection.execute(select(documents).where(documents.c.sha256 == sha256)).one_or_none()
    if row is None:
        raise Refused("unknown_document", document=sha256)
    return DocumentRecord(*row)


def listed(connection: Connection, limit: int, after: str | None) -> Page[DocumentRecord]:
    """All documents by hash."""
    limit = bounded(limit)
    query = select(documents).order_by(documents.c.sha256).limit(limit + 1)
    if after is not None:
        query = query.where(documents.c.sha256 > after)
    found = [DocumentRecord(*row) for row in connection.execute(query)]
    return page(found, limit, lambda record: record.sha256)
