"""Recordings: what there is of a session, seen in pieces, cut for evidence, and the pictures of
alarms. What the rules let nobody see live for good reasons is here even later, or never.
"""

import asyncio
from collections.abc import AsyncIterator
from functools import partial
from typing import Annotated, Any, Final

from aiohttp import web
from msgspec import Meta, Struct, field
from msgspec.structs import replace

from evalroom.api.call import Call
from evalroom.api.documents import ANY, SANDBOX, sent, size_of, unavailable
from evalroom.api.forms import Form
from evalroom.api.parts import Room
from evalroom.api.ranges import wanted
from evalroom.api.recorded import Inventory, Piece, inventory, shelf_of
from evalroom.api.routes import HEAVY_SECONDS, route
from evalroom.footage.cutting import MAX_CUT_BYTES, Cut, NothingRecorded, TooLong
from evalroom.footage.pieces import all_pieces, first_piece
from evalroom.footage.segment_file import SegmentDamaged
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.state import Session
from evalroom.sessions.visibility.watching import (
    Source,
    may_review,
    may_see_snapshot,
    size_told,
    source_for,
)
from evalroom.storage.blobs import BlobsUnavailable
from evalroom.storage.directory import audit
from evalroom.storage.directory.documents import DocumentRecord
from evalroom.storage.unavailable import unavailable as storage_unavailable

MOST_MINUTES: Final = 20
"""Of one cut: as much as somebody looks at in one go, and four ordinary segments."""

VIDEO: Final = {"webm": "video/webm", "mp4": "video/mp4"}
JPEG: Final = "image/jpeg"

Time = Annotated[int, Meta(ge=0, le=1 << 53)]
# Whatever it names: it never leads out of the session's folder.
SourceName = Annotated[str, Meta(max_length=96, pattern=r"^(seat|venue|officer)\..+$(?!\n)")]


class OfSource(Form, frozen=True):
    """Of one source alone, if one is named."""

    source: SourceName | None = None


class Span(Form, frozen=True):
    """From when to when (server time, ms), twenty minutes at most."""

    begun: Time = field(name="from")
    ended: Time = field(name="to")


class ClipForm(Form, frozen=True):
    """What is to be cut: a source, from when to when (server time, ms), twenty minutes at most."""

    source: SourceName
    begun: Time = field(name="from")
    ended: Time = field(name="to")


class Clip(Struct, frozen=True):
    """A piece of evidence: its SHA-256, what it is, and its true beginning and end (ms)."""

    sha256: str
    source: str
    begun: int
    ended: int
    media_type: str
    size: int


class Clips(Struct, frozen=True):
    """The pieces of a clip, one for each segment it touches, the earliest first."""

    items: tuple[Clip, ...]


@route("GET", "/api/sessions/{id}/footage", "person", statuses=(403, 404))
async def list_footage(call: Call, query: OfSource) -> Inventory:
    """What has been recorded of a session, as it is on record and as it lies here."""
    session, shelf = call.session(), shelf_of(call)
    room = await call.parts.rooms.open(session)
    audience = room.audience(call.principal)
    # Whoever may see no recording at all is not told which there are.
    may_review(room.session, audience, Source("", "camera"))
    on_record = _sealed(await room.minutes(audience))
    look = partial(inventory, shelf, session, on_record, query.source)
    found: Inventory = await _cutting(call, look)
    return Inventory(tuple(_told(room.session, piece) for piece in found.items))


@route(
    "GET", "/api/sessions/{id}/footage/{source}", "person", pool="heavy",
    seconds=HEAVY_SECONDS, answers=tuple(VIDEO.values()), statuses=(403, 404, 422),
)  # fmt: skip
async def watch_footage(call: Call, query: Span) -> web.Response:
    """The first piece of a recording in a time, from the last key frame before it on.

    `Footage-Begun` and `Footage-Ended` are its true times; what follows begins at the latter.
    """
    room, source = await _reviewed(call, call.path("source"))
    shelf, span = shelf_of(call), _span(query.begun, query.ended)
    made = await _cutting(call, partial(first_piece, shelf, call.session(), source.id, *span))
    await _note_look(call, room, source.id, made)
    kind = VIDEO[made.container]
    headers = {
        "Footage-Begun": str(made.begun),
        "Footage-Ended": str(made.ended),
        "Content-Security-Policy": SANDBOX,
    }
    return web.Response(body=made.data, content_type=kind, headers=headers)


@route(
    "POST", "/api/sessions/{id}/clips", "person", status=201, pool="heavy",
    seconds=HEAVY_SECONDS, statuses=(403, 404, 409, 422),
)  # fmt: skip
async def take_clip(call: Call, body: ClipForm) -> Clips:
    """Cut a piece of evidence, keep it, and put it on record with its hash and who took it."""
    room, source = await _reviewed(call, body.source)
    if not room.audience(call.principal).holds("supervisor"):
        raise Refused("wrong_role")
    span = _span(body.begun, body.ended)
    session, shelf = call.session(), shelf_of(call)
    made = await _cutting(call, partial(all_pieces, shelf, session, source.id, *span))
    return Clips(tuple([await _kept(call, room, source.id, one) for one in made]))


@route(
    "GET", "/api/sessions/{id}/clips/{sha256}", "person", pool="streams", seconds=None,
    answers=(ANY,), statuses=(206, 403, 404, 416),
)  # fmt: skip
async def download_clip(call: Call) -> web.StreamResponse:
    """A clip that was taken in this session, or one `Range` of it."""
    digest = call.path("sha256")
    room = await call.parts.rooms.open(call.session())
    audience = room.audience(call.principal)
    taken = [
        line["params"]
        for line in await room.minutes(audience)
        if line["code"] == "ClipTaken" and line["params"]["sha256"] == digest
    ]
    if not taken:
        raise Refused("unknown_clip")
    source = source_for(room.session, audience, taken[0]["source"])
    may_review(room.session, audience, source)
    await _trace(call, "download_clip", source=source.id, sha256=digest)
    return await _file(call, digest, f"{source.id}-{taken[0]['begun']}", ANY)


@route(
    "GET", "/api/sessions/{id}/alarms/{alarm}/snapshot", "person", pool="streams", seconds=None,
    answers=(JPEG,), statuses=(206, 403, 404, 416),
)  # fmt: skip
async def show_snapshot(call: Call) -> web.StreamResponse:
    """The picture that the server took when it raised an alarm at a camera."""
    room = await call.parts.rooms.open(call.session())
    number = call.path("alarm")
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        raise Refused("alarm_unknown", alarm=number[:16])
    digest = may_see_snapshot(room.session, room.audience(call.principal), int(number))
    room.looked(call.principal, digest)
    return await _file(call, digest, f"alarm-{number}.jpg", JPEG)


async def _reviewed(call: Call, name: str) -> tuple[Room, Source]:
    """The room and a source of it whose recordings this principal may see."""
    room = await call.parts.rooms.open(call.session())
    audience = room.audience(call.principal)
    source = source_for(room.session, audience, name)
    may_review(room.session, audience, source)
    return room, source


def _span(begun: int, ended: int) -> tuple[int, int]:
    if not 0 < ended - begun <= MOST_MINUTES * 60_000:
        raise Refused("cut_too_long", minutes=MOST_MINUTES)
    return begun, ended


async def _cutting(call: Call, work: "partial[Any]") -> Any:
    loop = asyncio.get_running_loop()
    try:
        return await loop.run_in_executor(call.parts.cutting, work)
    except (NothingRecorded, FileNotFoundError):
        raise Refused("nothing_recorded") from None
    except TooLong:
        raise Refused("cut_too_long", minutes=MOST_MINUTES) from None
    except SegmentDamaged as fault:
        raise Refused("footage_damaged") from fault
    except OSError as fault:
        raise storage_unavailable("failed") from fault


async def _kept(call: Call, room: Room, source: str, one: Cut) -> Clip:
    async def whole() -> AsyncIterator[bytes]:
        yield one.data

    try:
        stored = await call.parts.documents.put(whole(), MAX_CUT_BYTES)
    except BlobsUnavailable as error:
        raise unavailable(error) from error
    args = {
        "taker": call.principal.id, "source": source, "begun": one.begun, "ended": one.ended,
        "sha256": stored.digest,
    }  # fmt: skip
    await room.submit(Actor(SYSTEM), call.parts.random(16), "RecordClip", args, None)
    await _trace(call, "take_clip", source=source, sha256=stored.digest)
    kind = VIDEO[one.container]
    return Clip(stored.digest, source, one.begun, one.ended, kind, stored.size)


async def _note_look(call: Call, room: Room, source: str, made: Cut) -> None:
    """Before it is shown: with the session as long as it runs, and in the audit log at any time."""
    room.looked(call.principal, source)
    await _trace(call, "look_at_footage", source=source, begun=made.begun, ended=made.ended)


async def _trace(call: Call, act: str, **detail: object) -> None:
    trace = call.trace(act, call.session(), **detail)
    await call.parts.directory.write(audit.append, trace)


async def _file(call: Call, digest: str, title: str, kind: str) -> web.StreamResponse:
    size = await size_of(call, digest)
    start, end = wanted(call.request.headers, size, digest)
    record = DocumentRecord(digest, title, size, kind, 0, "")
    return await sent(call, record, start, end, size)


def _told(session: Session, piece: Piece) -> Piece:
    return piece if size_told(session, piece.source) else replace(piece, bytes=None)


def _sealed(lines: list[dict[str, Any]]) -> tuple[Piece, ...]:
    """The pieces that are on record, out of the minutes."""
    return tuple(
        Piece(s["source"], s["epoch"], s["begun"], s["ended"], s.get("bytes"), sha256=s["sha256"])
        for line in lines
        if line["code"] == "SegmentsSealed"
        for s in line["params"]["segments"]
    )
