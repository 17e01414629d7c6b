"""Recordings over HTTP: seen and cut by whom the rules let, and each of it on record."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest

from evalroom.api import footage
from evalroom.sessions.people import SYSTEM, Actor
from evalroom.wire.media_frame import Codec
from tests.api.node import Browser, Node, Reply
from tests.api.recorded import CAMERA, acts, ended, opened, record
from tests.api.test_sessions import at

SCREEN = "seat.m1.screen"


@pytest.fixture
async def session(site: Node, sysadm: Browser) -> str:
    return await opened(site, sysadm)


async def by_server(site: Node, session: str, name: str, **args: Any) -> None:
    room = await site.rooms.open(session)
    await room.submit(Actor(SYSTEM), os.urandom(16), name, args, None)


def seconds(data: bytes) -> float:
    with av.open(BytesIO(data), "r") as file:
        times = [p.pts * p.time_base for p in file.demux(video=0) if p.pts is not None]
    return float(max(times) - min(times))


def probed(data: bytes, file: Path) -> list[str]:
    """The codecs that ffprobe finds, when it finds nothing wrong."""
    probe = shutil.which("ffprobe")
    assert probe is not None, "ffprobe is wanted: apt install ffmpeg"
    file.write_bytes(data)
    shows = ("-show_entries", "stream=codec_name", "-of", "csv=p=0")
    told = subprocess.run([probe, "-v", "error", *shows, file], capture_output=True, check=True)
    assert told.stderr == b""
    return told.stdout.decode().split()


@pytest.mark.rule("M146")
async def test_what_is_on_record_and_what_lies_here_are_laid_side_by_side(
    site: Node, session: str
) -> None:
    begun = site.clock.now - 60_000
    sealed = await record(site, session, CAMERA, begun)
    await record(site, session, CAMERA, begun + 6_000)
    written = {
        "source": CAMERA, "epoch": 1, "begun": begun, "ended": begun + 6_000,
        "bytes": sealed.written.size, "sha256": sealed.written.sha256,
    }  # fmt: skip
    lost = {**written, "source": SCREEN, "sha256": "ab" * 32}
    await by_server(site, session, "SealSegments", segments=[written, lost])
    vera = await at(site, "vera")
    found = (await vera.get(f"/api/sessions/{session}/footage")).value["items"]
    assert found[0] == {**written, "container": "webm"}
    assert (found[1]["sha256"], found[1]["container"]) == (None, "webm"), "not on record yet"
    assert found[2] == {**lost, "container": None, "bytes": None}, "on record, and not here"
    await record(site, session, "seat.m2.screen", begun)
    unrecorded = await vera.get(f"/api/sessions/{session}/footage?source=seat.m2.screen")
    assert [piece["bytes"] for piece in unrecorded.value["items"]] == [None], "still sealed"
    only = await vera.get(f"/api/sessions/{session}/footage?source={SCREEN}")
    assert only.value["items"] == [found[2]]
    for nowhere in ("..", ".", "../..", "seat"):
        assert (await vera.get(f"/api/sessions/{session}/footage?source={nowhere}")).status == 400


@pytest.mark.rule("M146", "M147")
@pytest.mark.parametrize("login", ["ada", "hana", "wang", "audrey", "zoe"])
async def test_nobody_but_the_supervisor_sees_a_recording_while_the_session_runs(
    site: Node, session: str, login: str
) -> None:
    if login == "zoe":
        await site.person("zoe")
    begun = site.clock.now - 60_000
    await record(site, session, CAMERA, begun)
    browser = await at(site, login)
    span = {"from": begun, "to": begun + 1_000}
    place = f"/api/sessions/{session}"
    replies = [
        await browser.get(f"{place}/footage"),
        await browser.get(f"{place}/footage/{CAMERA}", params=span),
        await browser.post(f"{place}/clips", json={"source": CAMERA, **span}),
    ]
    expected = "not_invited" if login == "zoe" else "wrong_role"
    assert [reply.code for reply in replies] == [expected] * 3


@pytest.mark.rule("M147")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
async def test_a_piece_is_seen_from_the_key_frame_before_it_and_the_look_is_on_record(
    site: Node, session: str, auditor: Browser, codec: Codec
) -> None:
    begun = site.clock.now - 60_000
    await record(site, session, CAMERA, begun, codec)
    await record(site, session, CAMERA, begun + 6_000, codec)
    vera = await at(site, "vera")
    span = {"from": begun + 3_000, "to": begun + 9_000}
    place = f"/api/sessions/{session}/footage/{CAMERA}"
    first = await vera.get(place, params=span)
    assert first.status == 200
    assert first.headers["Content-Type"] == ("video/webm" if codec is Codec.VP8 else "video/mp4")
    assert int(first.headers["Footage-Begun"]) == pytest.approx(begun + 2_000, abs=1)
    assert seconds(first.body) == pytest.approx(4, abs=0.2)
    rest = await vera.get(place, params={**span, "from": begun + 6_000})
    assert int(rest.headers["Footage-Begun"]) == begun + 6_000
    assert (await acts(auditor)).count("look_at_footage") == 2
    await ended(site, session)
    account = (await vera.get("/api/me")).value["account"]
    lines = (await (await at(site, "vera")).get(f"/api/sessions/{session}/minutes")).value["lines"]
    looks = [
        look
        for line in lines
        if line["code"] == "LooksRecorded"
        for look in line["params"]["looks"]
    ]
    assert {(look["principal"], look["what"]) for look in looks} == {(account, CAMERA)}


@pytest.mark.rule("M147")
async def test_a_sealed_screen_is_not_seen_later_either(site: Node, session: str) -> None:
    begun = site.clock.now - 60_000
    await record(site, session, SCREEN, begun)
    await ended(site, session)
    span = {"from": begun, "to": begun + 1_000}
    for login in ("vera", "audrey"):
        browser = await at(site, login)
        place = f"/api/sessions/{session}"
        seen = await browser.get(f"{place}/footage/{SCREEN}", params=span)
        assert (seen.status, seen.code) == (403, "screen_sealed")
        clip = await browser.post(f"{place}/clips", json={"source": SCREEN, **span})
        assert clip.code == "screen_sealed"


@pytest.mark.rule("M147")
async def test_what_cannot_be_cut_is_refused_with_the_reason(site: Node, session: str) -> None:
    begun = site.clock.now - 60_000
    sealed = await record(site, session, CAMERA, begun)
    vera = await at(site, "vera")
    place = f"/api/sessions/{session}/footage/"

    async def cut(first: int, last: int, source: str = CAMERA) -> Reply:
        return await vera.get(place + source, params={"from": first, "to": last})

    long = footage.MOST_MINUTES * 60_000
    assert (await cut(begun, begun + long + 1)).code == "cut_too_long"
    assert (await cut(begun, begun)).code == "cut_too_long"
    assert (await cut(begun + 9_000, begun + 10_000)).code == "nothing_recorded"
    assert (await cut(begun, begun + 10, "seat.m9.camera")).code == "unknown_source"
    assert (await vera.get(place + CAMERA)).status == 400
    raw = bytearray(sealed.footage.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    sealed.footage.path.write_bytes(raw)
    damaged = await cut(begun, begun + 1_000)
    assert (damaged.status, damaged.code) == (500, "footage_damaged")


@pytest.mark.rule("M148")
async def test_a_clip_is_kept_put_on_record_with_its_hash_and_can_be_fetched(
    site: Node, session: str, tmp_path: Path
) -> None:
    begun = site.clock.now - 60_000
    await record(site, session, CAMERA, begun)
    await record(site, session, CAMERA, begun + 6_000)
    vera, place = await at(site, "vera"), f"/api/sessions/{session}/clips"
    form = {"source": CAMERA, "from": begun + 1_000, "to": begun + 7_000}
    made = await vera.post(place, json=form)
    assert made.status == 201
    first, second = made.value["items"]
    assert (first["begun"], second["begun"]) == (begun, begun + 6_000)
    minutes = (await vera.get(f"/api/sessions/{session}/minutes")).value["lines"]
    taken = [line["params"] for line in minutes if line["code"] == "ClipTaken"]
    account = (await vera.get("/api/me")).value["account"]
    assert [(t["sha256"], t["by"]) for t in taken] == [
        (first["sha256"], account), (second["sha256"], account),
    ]  # fmt: skip
    fetched = await vera.get(f"{place}/{first['sha256']}")
    assert sha256(fetched.body).hexdigest() == first["sha256"]
    assert await asyncio.to_thread(probed, fetched.body, tmp_path / "clip.webm") == ["vp8", "opus"]
    part = await vera.get(f"{place}/{first['sha256']}", headers={"Range": "bytes=0-9"})
    assert (part.status, part.body) == (206, fetched.body[:10])
    assert (await vera.get(f"{place}/{'0' * 64}")).code == "unknown_clip"
    for login in ("ada", "hana", "audrey"):
        other = await (await at(site, login)).get(f"{place}/{first['sha256']}")
        assert other.status in (403, 404)
    await ended(site, session)
    assert (await (await at(site, "audrey")).get(f"{place}/{first['sha256']}")).status == 200
    assert (await (await at(site, "audrey")).post(place, json=form)).code == "wrong_role"


@pytest.mark.rule("M141")
async def test_an_alarms_picture_is_shown_to_whom_the_rules_let(site: Node, session: str) -> None:
    async def picture() -> AsyncIterator[bytes]:
        yield b"\xff\xd8 a picture"

    kept = await site.parts.documents.put(picture(), 1_000)
    await by_server(site, session, "RaiseAlarm", kind="black", source=CAMERA, snapshot=kept.digest)
    place = f"/api/sessions/{session}/alarms"
    for login, status in (("vera", 200), ("wang", 200), ("hana", 403), ("ada", 404)):
        reply = await (await at(site, login)).get(f"{place}/1/snapshot")
        assert (login, reply.status) == (login, status)
        assert status != 200 or (reply.body, reply.headers["Content-Type"]) == (
            b"\xff\xd8 a picture", "image/jpeg",
        )  # fmt: skip
    vera = await at(site, "vera")
    for number in ("2", "x", "9" * 30):
        assert (await vera.get(f"{place}/{number}/snapshot")).code == "alarm_unknown"
