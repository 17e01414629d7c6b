"""Lines to cameras that are none: a line goes where it was told to, whatever is said there."""

import hashlib
import random
import re
from contextlib import closing, suppress
from time import monotonic

import pytest

from evalroom.monitoring import rtsp, rtsp_line
from evalroom.monitoring.rtc.h264 import IDR, PPS, SPS, kind, units_of
from evalroom.monitoring.rtsp_line import RtspLine
from evalroom.monitoring.rtsp_words import CameraFault
from tests.monitoring.rtsp_liar import Ear, Liar, Said, trap

DESCRIPTION = """200 OK
{heads}

v=0
o=- 0 0 IN IP4 {host}
s=x
c=IN IP4 {host}
t=0 0
a=control:{control}
m=video 0 RTP/AVP 96
a=rtpmap:96 H264/90000
a=control:{control}
"""
TRANSPORT = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
STEPS = ("OPTIONS", "DESCRIBE", "SETUP", "PLAY")


def packet(sequence: int, timestamp: int, payload: bytes, *, last: bool = True) -> bytes:
    """One RTP packet on the first channel of a line."""
    head = bytes([0x80, 96 | last << 7]) + sequence.to_bytes(2, "big")
    rtp = head + timestamp.to_bytes(4, "big") + bytes(4) + payload
    return b"$\x00" + len(rtp).to_bytes(2, "big") + rtp


SETS = [packet(0, 0, b"\x67sequence", last=False), packet(1, 0, b"\x68picture", last=False)]
PICTURES = b"".join([*SETS, packet(2, 0, b"\x65key"), packet(3, 6_000, b"\x41more")])


def camera(**changes: str | bytes | None) -> Said:
    """What an honest camera says, but for what is changed of it, by method."""
    told = DESCRIPTION.format(heads="X: y", host="127.0.0.1", control="t1")
    honest: dict[str, str | bytes | None] = {
        "OPTIONS": "200 OK\nPublic: DESCRIBE, SETUP, PLAY",
        "DESCRIBE": told,
        "SETUP": f"200 OK\n{TRANSPORT}\nSession: 7;timeout=60",
        "PLAY": b"RTSP/1.0 200 OK\r\nCSeq: 4\r\n\r\n" + PICTURES,
    }
    said = honest | changes
    return lambda method, _request: said.get(method, "200 OK")


def fault_of(liar: Liar, credentials: str = "") -> str:
    with pytest.raises(CameraFault) as fault:
        list(rtsp.frames(liar.address(credentials), lambda: 0, lambda: True))
    return fault.value.code


@pytest.mark.rule("M155")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "305 Use Proxy"])
def test_a_camera_that_sends_us_elsewhere_is_not_followed(step: str, status: str) -> None:
    def said(ear: Ear) -> Said:
        return camera(**{step: f"{status}\nLocation: rtsp://{ear.host}:{ear.port}/inside"})

    with trap(said) as (liar, ear):
        assert fault_of(liar, "admin:s3cret@") == "moved"
    assert ear.heard == []


@pytest.mark.rule("M155")
def test_a_redirection_behind_the_password_takes_it_nowhere() -> None:
    def said(ear: Ear) -> Said:
        away = f"302 Found\nLocation: rtsp://{ear.host}:{ear.port}/inside"
        asks = '401 Unauthorized\nWWW-Authenticate: Basic realm="x"'
        return lambda _method, request: away if "Authorization" in request else asks

    with trap(said) as (liar, ear):
        assert fault_of(liar, "admin:s3cret@") == "moved"
    assert ear.heard == []
    assert "Authorization: Basic YWRtaW46czNjcmV0" in liar.asked[-1]


@pytest.mark.rule("M155")
def test_whatever_addresses_a_description_names_the_pictures_come_by_the_one_line() -> None:
    def said(ear: Ear) -> Said:
        there = f"rtsp://{ear.host}:{ear.port}/inside"
        told = DESCRIPTION.format(heads=f"Content-Base: {there}/", host=ear.host, control=there)
        transport = f"{TRANSPORT};source={ear.host};destination={ear.host};server_port={ear.port}"
        return camera(DESCRIBE=told, SETUP=f"200 OK\n{transport}\nSession: 7")

    with trap(said) as (liar, ear):
        showing = rtsp.frames(liar.address(), lambda: 0, lambda: True)
        with closing(showing):
            seen = [next(showing), next(showing)]
    assert ear.heard == []
    assert [frame.key for frame in seen] == [True, False]
    assert [kind(unit) for unit in units_of(seen[0].data)] == [SPS, PPS, IDR]
    assert liar.asked[2].startswith(f"SETUP rtsp://{ear.host}:{ear.port}/inside RTSP/1.0"), (
        "a name is said to whoever gave it, and is only a name"
    )


@pytest.mark.rule("M155")
@pytest.mark.parametrize(
    "transport",
    [
        "RTP/AVP;unicast;source=127.0.0.2;server_port=5000-5001;client_port=6000-6001",
        "RTP/AVP/UDP;multicast;destination=239.1.1.1;port=5000",
        "RAW/RAW/UDP",
        "",
    ],
)
def test_a_camera_that_would_send_by_another_way_is_left(transport: str) -> None:
    with Liar(camera(SETUP=f"200 OK\nTransport: {transport}\nSession: 7")) as liar:
        assert fault_of(liar) == "unreadable"


@pytest.mark.rule("M154", "M155")
@pytest.mark.parametrize(
    "said",
    [
        b"RTSP/1.0 200 OK\r\nContent-Length: 65537\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"RTSP/1.0 200 OK\r\nX: " + b"a" * (rtsp_line.HEAD_BYTES + 1),
        b"HTTP/1.1 200 OK\r\n\r\n",
        b"RTSP/1.0 500 No\r\n\r\n",
        b"\r\n\r\n\r\n\r\n",
    ],
)
def test_what_no_camera_says_is_unreadable(said: bytes) -> None:
    with Liar(camera(DESCRIBE=said)) as liar:
        assert fault_of(liar) == "unreadable"


@pytest.mark.rule("M155")
def test_a_camera_that_creeps_is_left_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp_line, "OPEN_SECONDS", 0.3)
    with Liar(lambda _method, _request: b"RTSP/1.0 200 OK\r\nX: ") as liar:
        assert fault_of(liar) == "timeout"
    monkeypatch.setattr(rtsp_line, "OPEN_SECONDS", 5.0)
    monkeypatch.setattr(rtsp, "READ_SECONDS", 0.3)
    sounds = packet(4, 0, b"\x67sequence", last=False)
    with Liar(camera(PLAY=b"RTSP/1.0 200 OK\r\n\r\n" + sounds)) as liar:
        assert fault_of(liar) == "timeout", "packets without a picture are none"


@pytest.mark.rule("M155")
def test_who_floods_is_read_no_faster_than_a_camera_may_send(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    waits: list[float] = []
    monkeypatch.setattr(rtsp_line, "sleep", waits.append)
    small = rtsp_line.SECOND_BYTES // rtsp_line.PACKET_BYTES
    flood = b"".join(packet(n & 0xFFFF, 0, b"\x41", last=False) for n in range(small + 8))
    with Liar(camera(PLAY=b"RTSP/1.0 200 OK\r\n\r\n" + flood)) as liar:
        with closing(RtspLine(liar.address())) as line:
            now = monotonic()
            monkeypatch.setattr(rtsp_line, "monotonic", lambda: now)
            line.play()
            for _ in range(small + 4):
                line.packet(monotonic() + 10)
    assert waits
    assert all(0 < wait <= 1 for wait in waits)


@pytest.mark.rule("M143")
def test_a_camera_hears_that_somebody_is_still_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rtsp_line, "KEPT_SECONDS", 0.1)
    honest = camera(OPTIONS="200 OK\nPublic: GET_PARAMETER")
    with Liar(honest) as liar:
        with closing(RtspLine(liar.address())) as line:
            line.play()
            while not any(said.startswith("GET_PARAMETER") for said in liar.asked):
                with suppress(CameraFault):
                    line.packet(monotonic() + 0.1)
        liar.hears("TEARDOWN")
    kept = next(said for said in liar.asked if said.startswith("GET_PARAMETER"))
    assert "\r\nSession: 7" in kept


@pytest.mark.rule("M142", "M143")
@pytest.mark.parametrize("algorithm", ["", "MD5", "SHA-256"])
def test_a_password_is_proved_and_not_said(algorithm: str) -> None:
    asks = '401 No\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"'
    asks += f", algorithm={algorithm}" if algorithm else ""
    honest = camera()

    def said(method: str, request: str) -> str | bytes | None:
        return honest(method, request) if _proved(method, request, algorithm) else asks

    with Liar(said) as liar:
        with closing(
            rtsp.frames(liar.address("a%40b:s3cret@"), lambda: 0, lambda: True)
        ) as showing:
            assert next(showing).key
        counted = [int(nc, 16) for said in liar.asked for nc in re.findall(r"nc=(\w{8}),", said)]
        assert counted == list(range(1, len(counted) + 1))
        assert len(counted) > 2
    with Liar(said) as liar:
        assert fault_of(liar, "a%40b:wrong@") == "wrong_credentials"
        assert fault_of(liar) == "wrong_credentials"
    assert not any("s3cret" in request or "a%40b" in request for request in liar.asked)


def _proved(method: str, request: str, algorithm: str) -> bool:
    told = dict(re.findall(r'(\w+)="?([^",\r]+)"?', request.partition("Digest ")[2]))
    if not told:
        return False
    used = hashlib.sha256 if algorithm == "SHA-256" else hashlib.md5

    def made(words: str) -> str:
        return used(words.encode()).hexdigest()

    proof = f"n:{told['nc']}:{told['cnonce']}:auth:{made(method + ':' + told['uri'])}"
    return bool(told["response"] == made(f"{made('a@b:r:s3cret')}:{proof}"))


@pytest.mark.rule("M155")
def test_any_bytes_at_any_step_end_in_a_fault_that_has_a_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rtsp_line, "OPEN_SECONDS", 0.2)
    monkeypatch.setattr(rtsp, "READ_SECONDS", 0.1)
    chance = random.Random(7)
    names = set()
    for _ in range(30):
        step = chance.choice(STEPS)
        answer = bytearray(b"RTSP/1.0 200 OK\r\nTransport: RTP/AVP/TCP\r\n\r\n$\x00\x00\x04abcd")
        for _ in range(chance.randrange(6)):
            answer[chance.randrange(len(answer))] = chance.randrange(256)
        with Liar(camera(**{step: bytes(answer)})) as liar:
            names.add(fault_of(liar))
    assert names <= {"unreadable", "timeout", "ended", "moved", "not_found", "wrong_credentials"}
