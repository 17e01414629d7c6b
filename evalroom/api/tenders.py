"""Tenders, set up by the system office: as JSON or as a workbook, checked whole, kept to the
byte.
"""

import asyncio
import hashlib
from collections.abc import Callable, Sequence
from typing import TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from evalroom.api.call import Call
from evalroom.api.encoding import JSON
from evalroom.api.forms import Paging
from evalroom.api.problems import FieldProblem, Found, faults_shown
from evalroom.api.routes import HEAVY_SECONDS, route
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.limits import FILE_BYTES
from evalroom.sessions.tender.model import Tender
from evalroom.sessions.tender.reading import read_tender
from evalroom.sessions.tender.validation import faults_of, is_sound
from evalroom.storage.directory import Page, audit, tenders
from evalroom.storage.directory.tenders import TenderRecord
from evalroom.workbook import WorkbookFaults, examine, write_template, write_workbook

T = TypeVar("T")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = (JSON, XLSX)


class Checked(Struct, frozen=True):
    """What a check has found; `sound` when nothing is worse than a warning."""

    sound: bool
    errors: tuple[FieldProblem, ...]


class Read(Struct, frozen=True):
    """A sound tender: as it is kept, as a value, and what is unusual about it."""

    body: bytes
    tender: Tender
    warnings: Sequence[Found]


@route("GET", "/api/tenders", "system")
async def list_tenders(call: Call, query: Paging) -> Page[TenderRecord]:
    """All stored tenders."""
    return await call.parts.directory.read(tenders.listed, query.limit, query.after)


@route(
    "POST",
    "/api/tenders",
    "system",
    status=201,
    max_body=FILE_BYTES.value,
    pool="heavy",
    seconds=HEAVY_SECONDS,
    takes=FORMS,
    statuses=(413, 415, 422),
)
async def add_tender(call: Call) -> TenderRecord:
    """Store a tender, from JSON or from a workbook.

    One with errors is not stored, and all of them are named.
    """
    read = await _read(call)
    record = TenderRecord(
        id="n" + call.parts.random(6).hex(),
        title=read.tender.title,
        sha256=hashlib.sha256(read.body).hexdigest(),
        size=len(read.body),
        created=call.parts.clock.wall(),
        created_by=call.principal.id,
    )
    trace = call.trace("add_tender", record.id, sha256=record.sha256)
    return await call.parts.directory.write(audit.recorded, trace, tenders.add, record, read.body)


@route(
    "POST",
    "/api/tenders/check",
    "system",
    max_body=FILE_BYTES.value,
    pool="heavy",
    seconds=HEAVY_SECONDS,
    takes=FORMS,
    statuses=(413, 415),
)
async def check_tender(call: Call) -> Checked:
    """Everything that is wrong or unusual in a tender, at once. Nothing is stored."""
    try:
        read = await _read(call)
    except (TenderFaults, WorkbookFaults) as found:
        return Checked(False, faults_shown(found.faults, call.language))
    return Checked(True, faults_shown(read.warnings, call.language))


@route("GET", "/api/tenders/{id}", "system", statuses=(404,))
async def show_tender(call: Call) -> TenderRecord:
    """What is known about a stored tender."""
    return await call.parts.directory.read(tenders.by_id, call.path("id"))


@route("DELETE", "/api/tenders/{id}", "system", statuses=(404, 409))
async def remove_tender(call: Call) -> None:
    """Forget a tender that no session was made from."""
    tender = call.path("id")
    await call.parts.directory.write(
        audit.recorded, call.trace("remove_tender", tender), tenders.remove, tender
    )


@route("GET", "/api/tenders/{id}/file", "system", answers=(JSON,), pool="heavy", statuses=(404,))
async def download_tender(call: Call) -> web.StreamResponse:
    """A stored tender, to the byte."""
    tender = call.path("id")
    body = await call.parts.directory.read(tenders.body, tender)
    return _file(body, JSON, f"{tender}.json")


@route(
    "GET",
    "/api/tenders/{id}/workbook",
    "system",
    answers=(XLSX,),
    pool="heavy",
    seconds=HEAVY_SECONDS,
    statuses=(404,),
)
async def download_workbook(call: Call) -> web.StreamResponse:
    """A stored tender as a workbook."""
    tender = call.path("id")
    body = await call.parts.directory.read(tenders.body, tender)
    language = call.language
    made = await _beside(call, lambda: write_workbook(read_tender(body), language))
    return _file(made, XLSX, f"{tender}.xlsx")


@route("GET", "/api/tender-template", "system", answers=(XLSX,), pool="heavy")
async def download_template(call: Call) -> web.StreamResponse:
    """The empty workbook to fill in."""
    language = call.language
    made = await _beside(call, lambda: write_template(language))
    return _file(made, XLSX, "evalroom-tender.xlsx")


async def _read(call: Call) -> Read:
    media_type = call.media_type(*FORMS)
    body = await call.whole_body()
    if media_type == JSON:
        return await _beside(call, lambda: _from_json(body))
    return await _beside(call, lambda: _from_workbook(body))


def _from_json(body: bytes) -> Read:
    tender = read_tender(body)
    faults = faults_of(tender, for_session=False)
    if not is_sound(faults):
        raise TenderFaults(faults)
    return Read(body, tender, faults)


def _from_workbook(body: bytes) -> Read:
    examined = examine(body)
    if examined.tender is None or any(one.severity == "error" for one in examined.faults):
        raise WorkbookFaults(examined.faults)
    return Read(msgspec.json.encode(examined.value), examined.tender, examined.faults)


async def _beside(call: Call, work: Callable[[], T]) -> T:
    return await asyncio.get_running_loop().run_in_executor(call.parts.reading, work)


def _file(body: bytes, media_type: str, name: str) -> web.Response:
    disposition = f'attachment; filename="{name}"'
    headers = {"Content-Type": media_type, "Content-Disposition": disposition}
    return web.Response(body=body, headers=headers)
