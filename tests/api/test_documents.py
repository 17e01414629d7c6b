"""Documents over HTTP: streamed, in ranges, as the room allows, and harmless in the browser."""

import asyncio
import errno
import hashlib
import io
import os
from contextlib import suppress
from typing import Any

import msgspec
import pytest

from evalroom.api.documents import SANDBOX
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Document
from evalroom.storage.blobs import BlobsUnavailable
from tests.api.node import Browser, Node, node
from tests.api.test_sessions import at, check_everyone_in, enter_tender, people
from tests.sessions.cast import small_tender

PDF = b"%PDF-1.7\n" + bytes(range(256)) * 8_000 + b"\nstartxref\n0\n%%EOF\n"
DIGEST = hashlib.sha256(PDF).hexdigest()
AS_PDF = {"Content-Type": "application/pdf"}


async def upload(
    sysadm: Browser, body: Any = PDF, title: str = "投标文件 A", **headers: str
) -> Any:
    sent = {"Content-Type": "application/pdf", **headers}
    if isinstance(body, bytes):
        body = io.BytesIO(body)
    return await sysadm.post("/api/documents", params={"title": title}, data=body, headers=sent)


@pytest.fixture
async def session(site: Node, sysadm: Browser) -> str:
    """A session whose first bid has the document, past its check-in."""
    await upload(sysadm)
    bids = small_tender().bids
    documents = (Document("d1", "投标文件", DIGEST),)
    first = msgspec.structs.replace(bids[0], documents=documents)
    tender = await enter_tender(sysadm, bids=(first, *bids[1:]))
    form = {"tender": tender, "appointments": await people(site)}
    key: str = (await sysadm.post("/api/sessions", json=form)).value["id"]
    return key


@pytest.mark.rule("A26")
async def test_an_upload_is_named_by_its_hash_and_listed(sysadm: Browser) -> None:
    stored = await upload(sysadm)
    assert stored.status == 201
    assert stored.value["sha256"] == DIGEST
    assert stored.value["size"] == len(PDF)
    again = await upload(sysadm, title="another title")
    assert again.value == stored.value
    assert (await sysadm.get("/api/documents")).value["items"] == [stored.value]


@pytest.mark.rule("A26")
@pytest.mark.parametrize("body", [b"", b"GIF89a", PDF[:-10], PDF[20:], b"%PDF-1.7 " + b"x" * 5000])
async def test_a_broken_pdf_is_not_stored(sysadm: Browser, body: bytes) -> None:
    refused = await upload(sysadm, body)
    assert (refused.status, refused.code) == (422, "pdf_broken")
    assert (await sysadm.get("/api/documents")).value["items"] == []


@pytest.mark.rule("A27")
async def test_a_document_is_read_when_the_room_allows_and_every_look_is_recorded(
    site: Node, session: str
) -> None:
    ada = await at(site, "ada")
    path = f"/api/sessions/{session}/documents/{DIGEST}"
    sealed = await ada.get(path)
    assert (sealed.status, sealed.code) == (403, "may_not_read")
    await check_everyone_in(site, session)
    for unknown in ("0" * 64, "x"):
        reply = await ada.get(f"/api/sessions/{session}/documents/{unknown}")
        assert (reply.status, reply.code) == (403, "may_not_read")
    vera = await at(site, "vera")
    assert await looks(site, session, vera) == []
    read = await ada.get(path)
    assert (read.status, read.body) == (200, PDF)
    me = (await ada.get("/api/me")).value["account"]
    (look,) = await looks(site, session, vera)
    assert (look["principal"], look["what"]) == (me, DIGEST)
    assert await looks(site, session, ada) == []
    wang = await at(site, "wang")
    assert (await wang.get(path)).code == "may_not_read"


async def looks(site: Node, session: str, reader: Browser) -> list[dict[str, Any]]:
    """The looks that this reader finds in the minutes, all recorded by now."""
    room = await site.rooms.open(session)
    hana = (await (await at(site, "hana")).get("/api/me")).value["account"]
    with suppress(Refused):
        # Any command: what was looked at before it stands before it.
        await room.submit(Actor(hana), os.urandom(16), "AnnounceDiscipline", {}, None)
    minutes = (await reader.get(f"/api/sessions/{session}/minutes")).value["lines"]
    recorded = (line for line in minutes if line["code"] == "LooksRecorded")
    return [look for line in recorded for look in line["params"]["looks"]]


@pytest.mark.rule("A28")
async def test_a_document_comes_sandboxed_and_is_what_it_says(site: Node, session: str) -> None:
    await check_everyone_in(site, session)
    ada = await at(site, "ada")
    headers = (await ada.get(f"/api/sessions/{session}/documents/{DIGEST}")).headers
    assert headers["Content-Type"] == "application/pdf"
    assert headers["Content-Security-Policy"] == SANDBOX
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    assert headers["ETag"] == f'"{DIGEST}"'
    disposition = headers["Content-Disposition"]
    assert disposition.startswith("inline; filename*=UTF-8''%E6%8A%95")


@pytest.mark.rule("A28")
async def test_a_page_with_a_script_is_saved_and_never_shown(site: Node, sysadm: Browser) -> None:
    body = b"<script>alert(1)</script>"
    stored = await upload(sysadm, body, **{"Content-Type": "text/html"})
    assert stored.status == 201
    digest = stored.value["sha256"]
    bids = small_tender().bids
    first = msgspec.structs.replace(bids[0], documents=(Document("d1", "x", digest),))
    tender = await enter_tender(sysadm, bids=(first, *bids[1:]))
    form = {"tender": tender, "appointments": await people(site)}
    session = (await sysadm.post("/api/sessions", json=form)).value["id"]
    await check_everyone_in(site, session)
    ada = await at(site, "ada")
    reply = await ada.get(f"/api/sessions/{session}/documents/{digest}")
    assert reply.body == body
    assert reply.headers["Content-Type"] == "application/octet-stream"
    assert reply.headers["Content-Disposition"].startswith("attachment;")


@pytest.mark.rule("A26")
@pytest.mark.parametrize(
    ("asked", "status", "start", "end"),
    [
        ("bytes=0-0", 206, 0, 1),
        ("bytes=100-199", 206, 100, 200),
        ("bytes=70000-140000", 206, 70_000, 140_001),
        ("bytes=-10", 206, len(PDF) - 10, len(PDF)),
        (f"bytes={len(PDF) - 1}-", 206, len(PDF) - 1, len(PDF)),
        (f"bytes=5-{10**14}", 206, 5, len(PDF)),
        ("bytes=0-", 200, 0, len(PDF)),
        ("bytes=5-3", 200, 0, len(PDF)),
        ("bytes=1-2,5-6", 200, 0, len(PDF)),
        ("lines=1-2", 200, 0, len(PDF)),
        ("bytes=-", 200, 0, len(PDF)),
    ],
)
async def test_a_range_brings_its_bytes(
    site: Node, session: str, asked: str, status: int, start: int, end: int
) -> None:
    await check_everyone_in(site, session)
    ada = await at(site, "ada")
    path = f"/api/sessions/{session}/documents/{DIGEST}"
    reply = await ada.get(path, headers={"Range": asked})
    assert (reply.status, reply.body) == (status, PDF[start:end])
    if status == 206:
        assert reply.headers["Content-Range"] == f"bytes {start}-{end - 1}/{len(PDF)}"


@pytest.mark.rule("A26")
async def test_a_range_past_the_end_and_one_of_another_document_are_told(
    site: Node, session: str
) -> None:
    await check_everyone_in(site, session)
    ada = await at(site, "ada")
    path = f"/api/sessions/{session}/documents/{DIGEST}"
    past = await ada.get(path, headers={"Range": f"bytes={len(PDF)}-"})
    assert (past.status, past.code) == (416, "range_not_satisfiable")
    other = await ada.get(path, headers={"Range": "bytes=0-9", "If-Range": '"another"'})
    assert (other.status, other.body) == (200, PDF)
    same = await ada.get(path, headers={"Range": "bytes=0-9", "If-Range": f'"{DIGEST}"'})
    assert (same.status, same.body) == (206, PDF[:10])


@pytest.mark.rule("A21")
async def test_an_upload_longer_than_the_limit_is_cut_off(
    sysadm: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.api.documents.MAX_DOCUMENT", 1000)
    refused = await upload(sysadm)
    assert (refused.status, refused.code) == (413, "too_large")
    assert (await sysadm.get("/api/documents")).value["items"] == []


@pytest.mark.rule("A21")
async def test_an_upload_that_stops_coming_is_given_up(
    sysadm: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.api.documents.STALL_SECONDS", 0.1)

    async def stalled() -> Any:
        yield PDF[:100]
        await asyncio.sleep(5)

    refused = await upload(sysadm, stalled())
    assert (refused.status, refused.code) == (400, "malformed")


class SickDisk:
    """A folder of documents on a disk that refuses, for a reason of the operating system's."""

    def __init__(self, number: int | None) -> None:
        self.number = number

    async def put(self, stream: Any, limit: int) -> Any:
        cause = None if self.number is None else OSError(self.number, "it says")
        raise BlobsUnavailable("it says") from cause


@pytest.mark.rule("A21")
@pytest.mark.parametrize(
    ("number", "code", "reason"),
    [
        (errno.ENOSPC, "storage_unavailable", "full"),
        (errno.EDQUOT, "storage_unavailable", "full"),
        (errno.EROFS, "storage_unavailable", "readonly"),
        (errno.EIO, "storage_unavailable", "failed"),
        (None, "busy", None),
    ],
)
async def test_a_disk_that_refuses_an_upload_is_told_with_its_reason(
    tmp_path: Any, number: int | None, code: str, reason: str | None
) -> None:
    async with node(tmp_path, documents=SickDisk(number)) as site:
        sysadm = await site.at_desk("sysadm", "system")
        refused = await upload(sysadm)
        assert (refused.status, refused.code) == (503, code)
        assert refused.value["params"].get("reason") == reason
        assert refused.value["retry_ms"] > 0
        assert (await sysadm.get("/api/documents")).value["items"] == []


@pytest.mark.rule("A21")
async def test_an_upload_that_trickles_is_given_up(
    sysadm: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.api.documents.STALL_SECONDS", 0.3)

    async def trickling() -> Any:
        for place in range(100):
            yield PDF[place : place + 1]
            await asyncio.sleep(0.05)

    refused = await upload(sysadm, trickling())
    assert (refused.status, refused.code) == (400, "malformed")
    assert refused.value["errors"][0]["path"] == "body"


@pytest.mark.rule("A26")
async def test_a_document_that_was_damaged_on_the_disk_is_not_passed_on(
    site: Node, session: str
) -> None:
    await check_everyone_in(site, session)
    ada = await at(site, "ada")
    path = f"/api/sessions/{session}/documents/{DIGEST}"
    file = site.folder / "blobs" / DIGEST[:2] / DIGEST[2:]

    def spoil(place: int) -> None:
        kept = bytearray(file.read_bytes())
        kept[place] ^= 1
        file.write_bytes(kept)

    await asyncio.to_thread(spoil, -100)
    with pytest.raises(Exception, match=r"payload|disconnect|reset|closed"):
        await ada.get(path)
    await asyncio.to_thread(spoil, 20)
    reply = await ada.get(path)
    assert (reply.status, reply.code) == (500, "document_damaged")
    await asyncio.to_thread(file.unlink)
    assert (await ada.get(path)).code == "unknown_document"
