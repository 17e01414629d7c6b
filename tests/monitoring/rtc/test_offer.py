"""What is wrong with an offer has a name, and nothing but that name ever comes back."""

import asyncio
import os
import re
from contextlib import suppress

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from evalroom.monitoring.rtc import BadOffer, Inlet, Outlet, SlotSpec, limits, receive, send
from evalroom.monitoring.rtc.offer import read_offer
from evalroom.wire.media_frame import Codec
from tests.monitoring.rtc.offers import AUDIO, GOOD, HEAD, VIDEO, edited, many
from tests.monitoring.rtc.peers import CLOCK, SETTINGS, settled

BAD = {
    "nothing at all": ("", "not_sdp"),
    "a letter": ("v=0", "no_media"),
    "some JSON": ('{"sdp": "v=0"}', "not_sdp"),
    "a page of HTML": ("<html>", "not_sdp"),
    "another version": (edited("^v=0$", "v=1"), "not_sdp"),
    "no media": (HEAD, "no_media"),
    "a broken m line": (edited(r"^m=video 9", "m=video nine"), "not_sdp"),
    "a broken candidate": (edited(r"^a=candidate:1 1 udp", "a=candidate:1"), "not_sdp"),
    "a candidate of letters": (edited("2122260223", "best"), "not_sdp"),
    "a broken rtpmap": (edited(r"^a=rtpmap:96 VP8/90000", "a=rtpmap:96"), "not_sdp"),
    "a clock rate of letters": (edited("VP8/90000", "VP8/fast"), "not_sdp"),
    "a format nobody named": (edited(r"^a=fmtp:97 ", "a=fmtp:98 "), "not_sdp"),
    "a setup nobody knows": (edited("actpass", "whenever"), "not_sdp"),
    "a fingerprint cut off": (edited(r"^a=fingerprint:sha-256 .*$", "a=fingerprint:x"), "not_sdp"),
    "an address of nothing": (edited(r"^c=IN IP4 0.0.0.0", "c=IN nowhere"), "not_sdp"),
    "a forbidden payload type": (edited("SAVPF 96", "SAVPF 72 96"), "not_sdp"),
    "a payload type above a byte": (edited("SAVPF 96", "SAVPF 300 96"), "not_sdp"),
    "a negative source": (edited(r"^a=ssrc:1111 ", "a=ssrc:-1 "), "not_sdp"),
    "a source above 32 bits": (edited(r"1111", "99999999999"), "not_sdp"),
    "no ICE": (edited(r"^a=ice-.*\n", ""), "no_ice"),
    "no ICE password": (edited(r"^a=ice-pwd.*\n", ""), "no_ice"),
    "a short ICE password": (edited(r"^a=ice-pwd.*$", "a=ice-pwd:short"), "bad_ice"),
    "an ICE name with a space": (edited(r"^a=ice-ufrag:.*$", "a=ice-ufrag:a b c d"), "bad_ice"),
    "no fingerprint": (edited(r"^a=fingerprint.*\n", ""), "no_dtls"),
    "no setup": (edited(r"^a=setup.*\n", ""), "no_dtls"),
    "a fingerprint of MD5": (edited("sha-256", "md5"), "unsupported_fingerprint"),
    "plain RTP": (edited("UDP/TLS/RTP/SAVPF", "RTP/AVP"), "no_dtls"),
    "no bundle": (edited(r"^a=group:.*\n", ""), "no_bundle"),
    "half a bundle": (edited("BUNDLE 0 1", "BUNDLE 0"), "no_bundle"),
    "another group": (edited("BUNDLE", "LS"), "no_bundle"),
    "a mid of nothing": (edited("a=mid:1", "a=mid"), "no_mid"),
    "no mid": (edited(r"^a=mid:1\n", ""), "no_mid"),
    "a mid too long": (edited("a=mid:1", "a=mid:" + "1" * 40), "no_mid"),
    "the same mid twice": (edited("a=mid:1", "a=mid:0"), "same_mid"),
    "no rtcp-mux": (edited(r"^a=rtcp-mux\n", ""), "no_rtcp_mux"),
    "a receiver": (edited("a=sendonly", "a=recvonly"), "wrong_direction"),
    "nobody": (edited("a=sendonly", "a=inactive"), "wrong_direction"),
    "a rejected video": (edited("m=video 9 ", "m=video 0 "), "rejected_media"),
    "a data channel": (
        GOOD + "m=application 9 UDP/DTLS/SCTP webrtc-datachannel\r\na=mid:2\r\n",
        "data_channel",
    ),
    "text": (edited("m=audio", "m=text"), "unknown_media"),
    "only AV1": (edited(r"^a=rtpmap:(96|102) .*$", r"a=rtpmap:\1 AV1/90000"), "unsupported_codec"),
    "only G.722": (edited("opus/48000/2", "ilbc/8000"), "unsupported_codec"),
    "Opus at another rate": (edited("opus/48000", "opus/16000"), "unsupported_codec"),
    "H.264 of whole units only, alone": (
        edited(r"VP8/90000", "VP9/90000").replace("packetization-mode=1", "packetization-mode=0"),
        "unsupported_codec",
    ),
    "sound named as a picture": (edited("VP8/90000", "opus/48000/2").replace("H264/", "X/"),
                                 "unsupported_codec"),
    "one payload type for both": (edited(r"\b111\b", "96"), "same_payload_type"),
    "one payload type twice": (edited("a=rtpmap:102 H264", "a=rtpmap:96 H264"), "not_sdp"),
    "two videos": (HEAD + VIDEO + VIDEO.replace("mid:0", "mid:1").replace("SAVPF 96 97 102 103 45",
        "SAVPF 106 107 112 113 45").replace(":96 ", ":106 ").replace(":97 ", ":107 ").replace(
        "apt=96", "apt=106").replace(":102 ", ":112 ").replace(":103 ", ":113 ").replace(
        "apt=102", "apt=112"), "too_many_media"),
    "more media than ears": (HEAD + VIDEO + AUDIO * limits.OFFER_MEDIA, "too_many_media"),
    "more lines than anybody": (many("a=x\n", limits.OFFER_LINES), "too_many_lines"),
    "more codecs than numbers": (many("a=rtpmap:99 x/1\n", 200), "too_many_codecs"),
    "more sources than cameras": (
        many("".join(f"a=ssrc:{n} cname:x\n" for n in range(9, 40)), 1), "too_many_sources"),
    "a flood of sources": (many("a=ssrc:9 cname:x\n", 200), "too_many_sources"),
    "more ways than roads": (
        edited(r"^a=mid:0\n", "a=mid:0\n" + "".join(
            f"a=candidate:1 1 udp 1 10.0.0.{n} 61000 typ host\n" for n in range(1, 60))),
        "too_many_candidates",
    ),
    "a megabyte": (GOOD + "a=" + "x" * (1 << 20), "offer_too_large"),
    "64 KB of characters of three bytes": (GOOD + "a=" + "评" * 30_000, "offer_too_large"),
}  # fmt: skip

GOOD_ENOUGH = {
    "as a browser makes it": GOOD,
    "with lines that end in LF alone": GOOD.replace("\r\n", "\n"),
    "without a candidate": edited(r"^a=candidate.*\n", ""),
    "without a candidate, and done": edited(r"^a=candidate.*$", "a=end-of-candidates"),
    "with a name for an address": edited("127.0.0.1 61000", "0b1c2d3e.local 61000"),
    "with a TCP candidate": edited("1 udp 2122260223", "1 tcp 2122260223"),
    "with a candidate for RTCP": edited("a=candidate:1 1 udp", "a=candidate:1 2 udp"),
    "with a candidate on no port": edited("127.0.0.1 61000", "127.0.0.1 0"),
    "to a multicast address": edited("127.0.0.1 61000", "224.0.0.1 61000"),
    "without sources": edited(r"^a=ssrc.*\n", ""),
    "without a direction": edited(r"^a=sendonly\n", ""),
    "both ways": edited("a=sendonly", "a=sendrecv"),
    "as the active side of DTLS": edited("actpass", "active"),
    "as the passive side of DTLS": edited("actpass", "passive"),
    "without feedback": edited(r"^a=rtcp-fb.*\n", ""),
    "with a host name for an address": edited(r"^c=IN IP4 0.0.0.0", "c=IN IP4 example.invalid"),
    "by ICE lite": edited(r"^t=0 0", "t=0 0\na=ice-lite"),
    "of H.264 alone": edited("VP8/90000", "VP9/90000"),
    "with an H.264 nobody knows beside VP8": edited("42001f", "zzzzzz"),
}


@pytest.mark.parametrize(("text", "code"), BAD.values(), ids=BAD.keys())
@pytest.mark.rule("M10")
async def test_the_fault_of_an_offer_is_named(text: str, code: str) -> None:
    with pytest.raises(BadOffer) as refused:
        await receive(text, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
    assert refused.value.code == code
    assert len(refused.value.detail) <= 200


@pytest.mark.parametrize("text", GOOD_ENOUGH.values(), ids=GOOD_ENOUGH.keys())
@pytest.mark.rule("M11")
async def test_an_offer_that_can_be_answered_is(text: str) -> None:
    inlet = await receive(text, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
    assert inlet.answer.count("a=recvonly") == 2
    assert "a=sendonly" not in inlet.answer
    await inlet.close()
    await settled()


async def test_an_answer_names_only_what_is_passed_on() -> None:
    inlet = await receive(GOOD, lambda *_: None, lambda _: None, CLOCK, SETTINGS)
    named = set(re.findall(r"a=rtpmap:\d+ (\w+)/", inlet.answer))
    assert named == {"VP8", "H264", "rtx", "opus"}
    assert "transport-wide-cc" not in inlet.answer
    assert "a=group:BUNDLE 0 1" in inlet.answer
    await inlet.close()


def test_an_offer_is_trimmed_to_what_is_used() -> None:
    offer = read_offer(edited("127.0.0.1 61000", "abc.local 61000"), "sendonly")
    assert offer.codecs(0) == (Codec.VP8, Codec.H264)
    assert offer.codecs(1) == (Codec.OPUS,)
    assert ".local" not in offer.sdp
    assert "end-of-candidates" not in offer.sdp
    assert "AV1" not in offer.sdp


async def test_a_subscriber_may_not_bring_more_or_less_than_its_slots() -> None:
    wanted = [SlotSpec("video"), SlotSpec("audio"), SlotSpec("audio")]
    offer = GOOD.replace("a=sendonly", "a=recvonly")
    with pytest.raises(BadOffer) as refused:
        await send(offer, wanted, lambda _: None, CLOCK, SETTINGS)
    assert refused.value.code == "missing_media"
    with pytest.raises(BadOffer) as refused:
        await send(GOOD, wanted[:2], lambda _: None, CLOCK, SETTINGS)
    assert refused.value.code == "wrong_direction"
    only = offer.replace("H264/90000", "VP9/90000")
    with pytest.raises(BadOffer) as refused:
        await send(only, [SlotSpec("video", Codec.H264)], lambda _: None, CLOCK, SETTINGS)
    assert refused.value.code == "unsupported_codec"
    outlet = await send(offer, [SlotSpec("audio")], lambda _: None, CLOCK, SETTINGS)
    assert "a=inactive" in outlet.answer
    assert "a=sendonly" in outlet.answer
    await outlet.close()
    await settled()


LINES = GOOD.split("\r\n")


@st.composite
def mangled(draw: st.DrawFn) -> str:
    """The good offer with a few lines lost, doubled, swapped, cut, or rewritten."""
    lines = list(LINES)
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(lines) - 1))
        match draw(st.integers(0, 5)):
            case 0:
                del lines[at]
                if not lines:
                    lines = [""]
            case 1:
                lines.insert(at, lines[draw(st.integers(0, len(lines) - 1))])
            case 2:
                lines[at] = lines[at][: draw(st.integers(0, 12))]
            case 3:
                lines[at] = lines[at] + draw(st.text(max_size=8))
            case 4:
                lines[at] = re.sub(r"\d+", str(draw(st.integers(-1, 1 << 33))), lines[at], count=1)
            case _:
                other = draw(st.integers(0, len(lines) - 1))
                lines[at], lines[other] = lines[other], lines[at]
    return "\r\n".join(lines)


@pytest.mark.slow
@given(text=st.one_of(mangled(), st.text(max_size=300), st.text(max_size=200).map(HEAD.__add__)))
@settings(max_examples=100, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.rule("M10")
async def test_any_text_is_answered_or_refused_by_name_and_leaves_nothing(text: str) -> None:
    before = set(os.listdir("/proc/self/fd"))
    opened: list[Inlet | Outlet] = []
    with suppress(BadOffer):
        opened.append(await receive(text, lambda *_: None, lambda _: None, CLOCK, SETTINGS))
    with suppress(BadOffer):
        wanted = text.replace("sendonly", "recvonly")
        opened.append(await send(wanted, [SlotSpec("video")], lambda _: None, CLOCK, SETTINGS))
    for one in opened:
        assert one.answer.startswith("v=0")
        await one.close()
    await settled()
    await asyncio.sleep(0)
    assert len(os.listdir("/proc/self/fd")) <= len(before)


@pytest.mark.rule("M21")
@pytest.mark.parametrize(
    ("limit", "one", "rest", "code"),
    [
        (limits.OFFER_LINES, "a=x\n", GOOD.count("\n"), "too_many_lines"),
        (limits.OFFER_CODECS, "a=rtpmap:99 x/1\n", GOOD.count("a=rtpmap"), "too_many_codecs"),
        (limits.OFFER_SSRCS, "a=ssrc:{n} cname:x\n", 1, "too_many_sources"),
        (limits.OFFER_CANDIDATES, None, 1, "too_many_candidates"),
    ],
)
def test_an_offer_at_its_limit_is_read_and_one_beyond_is_refused(
    limit: int, one: str | None, rest: int, code: str
) -> None:
    def offer(count: int) -> str:
        if one is not None:
            return many("".join(one.format(n=n) for n in range(9, 9 + count)), 1)
        ways = [f"a=candidate:1 1 udp 1 10.0.0.{n} 61000 typ host\n" for n in range(1, count + 1)]
        return edited(r"^a=mid:0\n", "a=mid:0\n" + "".join(ways))

    assert read_offer(offer(limit - rest), "sendonly").media
    with pytest.raises(BadOffer, match=code):
        read_offer(offer(limit - rest + 1), "sendonly")


def test_an_offer_of_64_kb_is_read_and_one_byte_more_is_refused() -> None:
    room = limits.OFFER_BYTES - len(GOOD)
    assert read_offer(GOOD + "a=" + "x" * (room - 2), "sendonly").media
    with pytest.raises(BadOffer, match="offer_too_large"):
        read_offer(GOOD + "a=" + "x" * (room - 1), "sendonly")
