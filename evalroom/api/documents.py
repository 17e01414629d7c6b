"""Documents: streamed in by the system office, streamed out as the room allows, never trusted
by the browser.
"""

import asyncio
import errno
import re
from collections.abc import AsyncIterator
from urllib.parse import quote

from aiohttp import web

from evalroom.api.call import Call
from evalroom.api.forms import Form, Paging, Title
from evalroom.api.onlooking import onlooker
from evalroom.api.ranges import wanted
from evalroom.api.routes import route
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.storage.blobs import (
    MAX_DOCUMENT,
    BlobDamaged,
    BlobMissing,
    BlobsUnavailable,
    BlobTooLarge,
    StoredDocument,
)
from evalroom.storage.directory import Page, audit, documents
from evalroom.storage.directory.documents import DocumentRecord
from evalroom.storage.unavailable import unavailable as storage_unavailable

ANY = "application/octet-stream"
PDF = "application/pdf"

# What a browser may show in place; anything else is saved, because it could be a page with a
# script.
SHOWN_IN_PLACE = {PDF, "image/png", "image/jpeg", "text/plain"}

# A document is nobody's page: no script, no form, no frame around it, no request of its own.
SANDBOX = "sandbox; default-src 'none'; frame-ancestors 'self'"

# A line that says nothing for so long is dead.
STALL_SECONDS = 30.0

# Less, once that time is over, is a trickle that would hold a place for days: a bad mobile line
# carries ten times as much.
LEAST_BYTES_PER_SECOND = 8 * 1024

# Where readers of PDF look for the signs of one; some writers put a few bytes around them.
PDF_EDGE = 2048

# When the folder takes no more uploads at once: they take minutes, and the first may be over soon.
BUSY_RETRY_MS = 5_000

_DISK_SAYS_NO = {
    errno.ENOSPC: "full",
    errno.EDQUOT: "full",
    errno.EROFS: "readonly",
    errno.EACCES: "readonly",
}

_DIGEST = re.compile(r"[0-9a-f]{64}")
_MEDIA_TYPE = re.compile(r"[a-z0-9.+-]{1,64}/[a-z0-9.+-]{1,64}")


class Upload(Form, frozen=True):
    """What the document is called."""

    title: Title


@route("GET", "/api/documents", "system")
async def list_documents(call: Call, query: Paging) -> Page[DocumentRecord]:
    """All stored documents by their SHA-256; what they hold is read in a session only."""
    return await call.parts.directory.read(documents.listed, query.limit, query.after)


@route(
    "POST",
    "/api/documents",
    "system",
    status=201,
    max_body=MAX_DOCUMENT,
    pool="streams",
    seconds=None,
    takes=(PDF, ANY),
    statuses=(413, 422),
)
async def upload_document(call: Call, query: Upload) -> DocumentRecord:
    """Store a document: the body is the file, its `Content-Type` what it is.

    It is named by its SHA-256.
    """
    media_type = call.request.content_type.lower()
    if not _MEDIA_TYPE.fullmatch(media_type):
        raise Refused("unsupported_media_type", accepted=[PDF, ANY])
    body = _steady(call.stream())
    stored = await _kept(call, _like_a_pdf(body) if media_type == PDF else body)
    record = DocumentRecord(
        sha256=stored.digest,
        title=query.title,
        size=stored.size,
        media_type=media_type,
        created=call.parts.clock.wall(),
        created_by=call.principal.id,
    )
    trace = call.trace("upload_document", stored.digest)
    return await call.parts.directory.write(audit.recorded, trace, documents.add, record)


@route(
    "GET",
    "/api/sessions/{id}/documents/{sha256}",
    "invited",
    pool="streams",
    seconds=None,
    answers=(PDF, ANY),
    statuses=(206, 403, 404, 416),
)
async def download_document(call: Call) -> web.StreamResponse:
    """A document of a session, or one `Range` of it, if the room lets this audience read it now."""
    digest = call.path("sha256")
    room = await call.parts.rooms.open(call.session())
    audience = await onlooker(call, room)
    if not _DIGEST.fullmatch(digest) or not room.may_read(audience, digest):
        # The same word for a document that is sealed and for one that is not there.
        raise Refused("may_not_read")
    record = await call.parts.directory.read(documents.by_hash, digest)
    size = await size_of(call, digest)
    start, end = wanted(call.request.headers, size, digest)
    room.looked(call.principal, digest)
    return await sent(call, record, start, end, size)


async def _kept(call: Call, body: AsyncIterator[bytes]) -> StoredDocument:
    try:
        return await call.parts.documents.put(body, MAX_DOCUMENT)
    except BlobTooLarge as error:
        raise Refused("too_large", limit=error.limit) from error
    except BlobsUnavailable as error:
        raise unavailable(error) from error


def unavailable(error: BlobsUnavailable) -> Refused:
    """What to say when files can be neither stored nor read now."""
    fault = error.__cause__
    if not isinstance(fault, OSError):
        return Refused("busy", retry_ms=BUSY_RETRY_MS)
    return storage_unavailable(_DISK_SAYS_NO.get(fault.errno or 0, "failed"))


async def size_of(call: Call, digest: str) -> int:
    """The length of a stored file. Raises `Refused`."""
    try:
        return await call.parts.documents.size(digest)
    except BlobMissing as error:
        raise Refused("unknown_document", document=digest) from error
    except BlobDamaged as error:
        raise Refused("document_damaged", document=digest) from error
    except BlobsUnavailable as error:
        raise unavailable(error) from error


async def sent(
    call: Call, record: DocumentRecord, start: int, end: int, size: int
) -> web.StreamResponse:
    """A part of a stored file, on its way; whoever calls has asked whether it may be."""
    part = (start, end) != (0, size)
    response = web.StreamResponse(status=206 if part else 200, headers=_headers(record))
    response.content_length = end - start
    if part:
        response.headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    response.headers["X-Request-Id"] = call.id
    await response.prepare(call.request)
    try:
        async for piece in call.parts.documents.open(record.sha256, start, end - start):
            async with asyncio.timeout(STALL_SECONDS):
                await response.write(piece)
        await response.write_eof()
    except (BlobDamaged, BlobMissing, BlobsUnavailable, TimeoutError, ConnectionError):
        # The head is out and promised a length: only a cut line tells the reader that it was
        # not kept.
        if call.request.transport is not None:
            call.request.transport.abort()
    return response


def _headers(record: DocumentRecord) -> dict[str, str]:
    shown = record.media_type in SHOWN_IN_PLACE
    kind = "inline" if shown else "attachment"
    charset = "; charset=utf-8" if record.media_type == "text/plain" else ""
    return {
        "Content-Type": (record.media_type if shown else ANY) + charset,
        "Content-Disposition": f"{kind}; filename*=UTF-8''{quote(record.title, safe='')}",
        "Content-Security-Policy": SANDBOX,
        "Accept-Ranges": "bytes",
        "ETag": f'"{record.sha256}"',
    }


async def _steady(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The pieces of a body as long as they keep coming, and fast enough."""
    now = asyncio.get_running_loop().time
    began, size = now(), 0
    while True:
        try:
            async with asyncio.timeout(STALL_SECONDS):
                piece = await anext(body, None)
        except TimeoutError:
            raise Malformed("body", "nothing_came") from None
        if piece is None:
            return
        size += len(piece)
        if size < (now() - began - STALL_SECONDS) * LEAST_BYTES_PER_SECOND:
            raise Malformed("body", "too_slow")
        yield piece


async def _like_a_pdf(body: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """Pass a body on, and refuse it at its end if it was no whole PDF: cut off, or something
    else.
    """
    head = tail = b""
    async for piece in body:
        if len(head) < PDF_EDGE:
            head += piece[:PDF_EDGE]
        tail = (tail + piece[-PDF_EDGE:])[-PDF_EDGE:]
        yield piece
    if b"%PDF-" not in head[:1024] or b"%%EOF" not in tail:
        raise Refused("pdf_broken")
