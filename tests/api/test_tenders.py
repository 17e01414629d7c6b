"""Tenders over HTTP: kept to the byte, or refused with every fault at once."""

import asyncio
import hashlib
import json
from typing import Any

import msgspec
import pytest

from evalroom.api.tenders import XLSX
from evalroom.sessions.tender.limits import FILE_BYTES
from evalroom.workbook import write_workbook
from tests.api.node import Browser, Node
from tests.sessions.cast import small_tender

JSON = {"Content-Type": "application/json"}
SHEET = {"Content-Type": XLSX}


def tender_file() -> bytes:
    return msgspec.json.encode(small_tender())


def faulty() -> bytes:
    value: dict[str, Any] = json.loads(tender_file())
    value["bids"][2]["price"] = 12.5
    value["criteria"][0]["surprise"] = 1
    return json.dumps(value).encode()


@pytest.mark.rule("A22")
async def test_a_tender_is_kept_to_the_byte_under_its_hash(site: Node, sysadm: Browser) -> None:
    body = b"\n " + tender_file()
    stored = await sysadm.post("/api/tenders", data=body, headers=JSON)
    assert stored.status == 201
    assert stored.value["sha256"] == hashlib.sha256(body).hexdigest()
    assert stored.value["size"] == len(body)
    path = f"/api/tenders/{stored.value['id']}"
    assert (await sysadm.get(path)).value == stored.value
    file = await sysadm.get(path + "/file")
    assert file.body == body
    assert file.headers["Content-Disposition"].startswith("attachment")
    assert (await sysadm.get("/api/tenders")).value["items"] == [stored.value]
    assert (await sysadm.delete(path)).status == 204
    assert (await sysadm.get(path)).code == "unknown_tender"


@pytest.mark.rule("A22")
async def test_a_faulty_tender_is_refused_with_every_fault_and_its_place(sysadm: Browser) -> None:
    refused = await sysadm.post("/api/tenders", data=faulty(), headers=JSON)
    assert (refused.status, refused.code) == (422, "tender_faults")
    paths = [error["path"] for error in refused.value["errors"]]
    assert "bids[2].price" in paths
    assert "criteria[0].surprise" in paths
    assert (await sysadm.get("/api/tenders")).value["items"] == []


@pytest.mark.rule("A22")
async def test_a_check_says_the_same_and_stores_nothing(sysadm: Browser) -> None:
    bad = await sysadm.post("/api/tenders/check", data=faulty(), headers=JSON)
    assert bad.value["sound"] is False
    assert {error["severity"] for error in bad.value["errors"]} == {"error"}
    good = await sysadm.post("/api/tenders/check", data=tender_file(), headers=JSON)
    assert good.value["sound"] is True
    assert (await sysadm.get("/api/tenders")).value["items"] == []


@pytest.mark.rule("A22")
async def test_a_workbook_goes_in_and_comes_out(sysadm: Browser) -> None:
    book = await asyncio.to_thread(write_workbook, small_tender())
    stored = await sysadm.post("/api/tenders", data=book, headers=SHEET)
    assert stored.status == 201
    path = f"/api/tenders/{stored.value['id']}"
    out = await sysadm.get(path + "/workbook")
    assert out.headers["Content-Type"] == XLSX
    again = await sysadm.post("/api/tenders", data=out.body, headers=SHEET)
    assert again.value["sha256"] == stored.value["sha256"]


@pytest.mark.rule("A22")
async def test_an_empty_template_names_what_is_missing_by_sheet_and_cell(sysadm: Browser) -> None:
    template = await sysadm.get("/api/tender-template")
    assert template.headers["Content-Type"] == XLSX
    for path, status in (("/api/tenders", 422), ("/api/tenders/check", 200)):
        reply = await sysadm.post(path, data=template.body, headers=SHEET)
        assert reply.status == status
        assert "!" in reply.value["errors"][0]["path"]
        assert all(error["reason"] for error in reply.value["errors"])
    assert reply.value["sound"] is False


@pytest.mark.rule("A31")
@pytest.mark.parametrize(
    ("body", "headers", "code"),
    [
        (b"", JSON, "tender_faults"),
        (b"[" * 100_000, JSON, "tender_faults"),
        (b"\xff\xfe", JSON, "tender_faults"),
        (b"no workbook", SHEET, "workbook_faults"),
        (b"{}", {"Content-Type": "text/plain"}, "unsupported_media_type"),
        (b"{}", {"Content-Type": "application/json", "Content-Encoding": "gzip"}, "malformed"),
    ],
)
async def test_what_is_no_tender_is_refused(
    sysadm: Browser, body: bytes, headers: dict[str, str], code: str
) -> None:
    reply = await sysadm.post("/api/tenders", data=body, headers=headers)
    assert reply.code == code


@pytest.mark.rule("A21")
async def test_a_tender_longer_than_the_limit_is_refused_before_it_is_read(sysadm: Browser) -> None:
    async def endless() -> Any:
        for _ in range(FILE_BYTES.value // 2**20 + 2):
            yield b" " * 2**20

    reply = await sysadm.post("/api/tenders", data=endless(), headers=JSON)
    assert (reply.status, reply.code) == (413, "too_large")
    assert reply.value["params"] == {"limit": FILE_BYTES.value}


@pytest.mark.rule("A21")
async def test_several_large_files_at_once_are_told_to_come_back(
    site: Node, sysadm: Browser
) -> None:
    go_on = asyncio.Event()

    async def slow() -> Any:
        yield b" "
        await go_on.wait()

    waiting = [
        asyncio.ensure_future(sysadm.post("/api/tenders/check", data=slow(), headers=JSON))
        for _ in range(4)
    ]
    while True:
        reply = await sysadm.post("/api/tenders/check", data=tender_file(), headers=JSON)
        if reply.status == 503:
            break
    assert reply.code == "busy"
    # Others are served meanwhile.
    assert (await sysadm.get("/api/me")).status == 200
    go_on.set()
    for reply in await asyncio.gather(*waiting):
        assert reply.status == 200
