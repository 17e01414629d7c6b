"""An offer is judged before any socket is opened: what is wrong with it has a name, and what is
not needed is taken out, so that the library is only ever given what it understands.
"""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final, Literal

from aiortc.rtcdtlstransport import X509_DIGEST_ALGORITHMS
from aiortc.rtcicetransport import RTCIceCandidate
from aiortc.rtcrtpparameters import RTCRtpCodecParameters
from aiortc.sdp import MediaDescription, SessionDescription

from evalroom.monitoring.rtc import limits
from evalroom.wire.media_frame import Codec

Kind = Literal["video", "audio"]

CODECS: Final = {"vp8": Codec.VP8, "h264": Codec.H264, "opus": Codec.OPUS}
"""Names in an offer, in lower case."""

_UFRAG: Final = re.compile(r"[A-Za-z0-9+/]{4,256}")
_PASSWORD: Final = re.compile(r"[A-Za-z0-9+/]{22,256}")
_MID: Final = re.compile(r"[!-~]{1,16}")
_EXTENSIONS: Final = frozenset(
    {
        "urn:ietf:params:rtp-hdrext:sdes:mid",
        "urn:ietf:params:rtp-hdrext:ssrc-audio-level",
        "http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time",
    }
)


class BadOffer(ValueError):
    """An offer that cannot be answered. `code` names the fault in snake_case, and `detail` where
    it is; both may be shown to whoever sent it.
    """

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail


class Offer:
    """A judged offer, trimmed to what is used."""

    def __init__(self, description: SessionDescription) -> None:
        self._description = description

    @property
    def sdp(self) -> str:
        return str(self._description)

    @property
    def media(self) -> Sequence[MediaDescription]:
        """Its sections in their order, each of kind "audio" or "video"."""
        return self._description.media

    def codecs(self, index: int) -> tuple[Codec, ...]:
        """What the section could carry, in the order of the peer's wishes."""
        named = (codec_of(codec) for codec in self.media[index].rtp.codecs)
        return tuple(dict.fromkeys(codec for codec in named if codec is not None))


def read_offer(text: str, direction: Literal["sendonly", "recvonly"]) -> Offer:
    """Judge an offer of a peer that wants to send, or to receive. Raises BadOffer."""
    description = _parsed(text)
    if not description.media:
        raise BadOffer("no_media")
    if len(description.media) > limits.OFFER_MEDIA:
        raise BadOffer("too_many_media", str(len(description.media)))
    for media in description.media:
        _judge_section(media, direction)
    primary = _judge_bundle(description)
    _judge_transport(primary)
    for media in description.media:
        _trim(media, primary)
    if direction == "sendonly":
        _judge_payload_types(description)
    description.host = None
    description.type = "offer"
    description.msid_semantic = []
    return Offer(description)


def codec_of(codec: RTCRtpCodecParameters) -> Codec | None:
    """Which of our codecs a line of an offer means; H.264 is one if whole NAL units may be cut."""
    known = CODECS.get(codec.name.lower())
    if known is Codec.H264 and str(codec.parameters.get("packetization-mode", "0")) != "1":
        return None
    return known if known is None or known.clock_rate == codec.clockRate else None


def _parsed(text: str) -> SessionDescription:
    if len(text) > limits.OFFER_BYTES or len(text.encode(errors="replace")) > limits.OFFER_BYTES:
        raise BadOffer("offer_too_large", f"{len(text)} characters")
    lines = text.splitlines()
    if not lines or lines[0].strip() != "v=0":
        raise BadOffer("not_sdp", "it begins with v=0")
    if len(lines) > limits.OFFER_LINES:
        raise BadOffer("too_many_lines", str(len(lines)))
    if sum(line.startswith("a=rtpmap:") for line in lines) > limits.OFFER_CODECS:
        raise BadOffer("too_many_codecs")
    if sum(line.startswith("a=ssrc:") for line in lines) > 4 * limits.OFFER_SSRCS:
        raise BadOffer("too_many_sources")
    try:
        return SessionDescription.parse(text)
    # The parser stumbles over what it does not expect with whatever error lies there.
    except Exception as error:
        raise BadOffer("not_sdp", type(error).__name__) from None


def _judge_section(media: MediaDescription, direction: str) -> None:
    if media.kind == "application":
        raise BadOffer("data_channel")
    if media.kind not in ("audio", "video"):
        raise BadOffer("unknown_media", media.kind[:32])
    if media.port == 0:
        raise BadOffer("rejected_media", media.kind)
    if media.profile not in ("UDP/TLS/RTP/SAVPF", "RTP/SAVPF", "UDP/TLS/RTP/SAVP"):
        raise BadOffer("no_dtls", media.profile[:32])
    media.direction = media.direction or "sendrecv"
    if media.direction not in (direction, "sendrecv"):
        raise BadOffer("wrong_direction", f"{media.kind} is {media.direction}")
    if not media.rtcp_mux:
        raise BadOffer("no_rtcp_mux", media.kind)


def _judge_bundle(description: SessionDescription) -> MediaDescription:
    """All media share one transport: the section that describes it (RFC 9143 §7.2.1)."""
    mids = [media.rtp.muxId or "" for media in description.media]
    if not all(_MID.fullmatch(mid) for mid in mids):
        raise BadOffer("no_mid")
    if len(set(mids)) != len(mids):
        raise BadOffer("same_mid")
    bundle = next((group for group in description.group if group.semantic == "BUNDLE"), None)
    if bundle is None or not set(mids) <= set(bundle.items):
        raise BadOffer("no_bundle")
    description.group = [bundle]
    bundle.items = [mid for mid in bundle.items if mid in mids]
    return description.media[mids.index(str(bundle.items[0]))]


def _judge_transport(media: MediaDescription) -> None:
    ice, dtls = media.ice, media.dtls
    if ice is None or not ice.usernameFragment or not ice.password:
        raise BadOffer("no_ice")
    if not _UFRAG.fullmatch(ice.usernameFragment) or not _PASSWORD.fullmatch(ice.password):
        raise BadOffer("bad_ice")
    if dtls is None or not dtls.fingerprints:
        raise BadOffer("no_dtls", "a=setup or a=fingerprint")
    if not any(one.algorithm.lower() in X509_DIGEST_ALGORITHMS for one in dtls.fingerprints):
        raise BadOffer("unsupported_fingerprint")


def _trim(media: MediaDescription, primary: MediaDescription) -> None:
    media.ice, media.dtls = primary.ice, primary.dtls
    media.ice_candidates = _usable(primary)
    # Peers behind a NAT are met as they come, even after a last candidate.
    media.ice_candidates_complete = False
    media.ice_options = None
    media.host = media.rtcp_host = media.msid = None
    media.rtcp_port = 9
    wanted = "audio" if media.kind == "audio" else "video"
    _trim_codecs(media, wanted)
    _trim_sources(media)
    media.rtp.headerExtensions = [
        one for one in media.rtp.headerExtensions if one.uri in _EXTENSIONS and 0 < one.id < 256
    ]


def _usable(media: MediaDescription) -> list[RTCIceCandidate]:
    """Candidates that can be checked: UDP, by number. Names would mean asking the whole network
    for each (mDNS); their owners are met as peer-reflexive.
    """
    usable: list[RTCIceCandidate] = []
    for one in media.ice_candidates:
        if one.component == 1 and one.protocol.lower() == "udp" and 0 < one.port < 65_536:
            if one.type in ("host", "srflx", "relay") and _is_number(one.ip):
                one.relatedAddress = one.relatedPort = None
                usable.append(one)
    if len(usable) > limits.OFFER_CANDIDATES:
        raise BadOffer("too_many_candidates", str(len(usable)))
    return usable


def _is_number(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return not (address.is_multicast or address.is_unspecified)


def _trim_codecs(media: MediaDescription, kind: str) -> None:
    ours = [
        codec
        for codec in media.rtp.codecs
        if (known := codec_of(codec)) is not None
        and (known is Codec.OPUS) == (kind == "audio")
        and codec.payloadType in media.fmt
        and codec.payloadType is not None
        and 0 <= codec.payloadType < 128
    ]
    if not ours:
        raise BadOffer("unsupported_codec", kind)
    carried = {codec.payloadType for codec in ours}
    again = [
        codec
        for codec in media.rtp.codecs
        if codec.name.lower() == "rtx" and codec.parameters.get("apt") in carried
    ]
    media.rtp.codecs = ours + again
    media.fmt = [codec.payloadType for codec in media.rtp.codecs]
    if len(set(media.fmt)) != len(media.fmt):
        raise BadOffer("same_payload_type", kind)


def _trim_sources(media: MediaDescription) -> None:
    """The first source and its retransmissions; the library takes the second of two for these."""
    if len(media.ssrc) > limits.OFFER_SSRCS:
        raise BadOffer("too_many_sources", media.kind)
    if not media.ssrc:
        return
    pairs = [g.items for g in media.ssrc_group if g.semantic == "FID" and len(g.items) == 2]
    main = media.ssrc[0].ssrc
    again = next((pair[1] for pair in pairs if pair[0] == main), None)
    media.ssrc = [one for one in media.ssrc if one.ssrc in (main, again)]
    media.ssrc_group = [g for g in media.ssrc_group if g.items == [main, again]]
    for one in media.ssrc:
        if not 0 < one.ssrc < 1 << 32:
            raise BadOffer("not_sdp", "a=ssrc")
        one.cname = one.cname or "-"
        one.msid = one.mslabel = one.label = None


def _judge_payload_types(description: SessionDescription) -> None:
    """What comes in on a shared transport is known by its payload type (RFC 9143 §9.1)."""
    seen: set[int] = set()
    for media in description.media:
        own = set(media.fmt)
        if seen & own:
            raise BadOffer("same_payload_type", media.kind)
        seen |= own
