"""The words of RTSP (RFC 2326): heads, descriptions (SDP) and passwords, as text and no more.

What a camera says is believed of itself alone: no address in it is ever connected to.
"""

import base64
import binascii
import hashlib
import re
from collections.abc import Iterator
from typing import Final, NamedTuple
from urllib.parse import unquote, urlsplit

from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.rtc.h264 import annex_b

URL_CHARACTERS: Final = 2_048
"""Of an address within a camera's own words; it is sent back to that camera and nowhere else."""

_PARAMETER: Final = re.compile(r'\b(\w++)\s*+=\s*+(?:"([^"]*)"|([^\s,"]+))')
_PRINTABLE: Final = re.compile(r"[!-~]+")
_HASHES: Final = {"md5": hashlib.md5, "sha-256": hashlib.sha256}


class CameraFault(Exception):
    """A camera does not show anything, or nothing more: `wrong_credentials`, `not_found`,
    `refused`, `timeout`, `ended`, `moved`, `unreadable`, `codec_unsupported`, `unreachable`.
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Answer(NamedTuple):
    """What a camera said; names of headers in lower case, each with all its values."""

    status: int
    headers: dict[str, list[str]]
    body: bytes = b""

    def first(self, name: str) -> str:
        """A header's first value, or nothing."""
        return self.headers.get(name, [""])[0]


class Track(NamedTuple):
    """The H.264 in a description: where it is set up, the number its packets carry, and the
    parameter sets that were told once (Annex B).
    """

    control: str
    payload_type: int
    sets: bytes


def head_of(text: bytes) -> Answer:
    """A head without its blank line; raises `CameraFault` for what is no answer. A request of the
    camera's has the status 0.
    """
    first, *lines = text.decode("latin-1").split("\r\n")
    words = first.split(" ", 2)
    answers = words[0].startswith("RTSP/1.") and len(words) > 1 and words[1].isdecimal()
    if not answers and not words[-1].startswith("RTSP/1."):
        raise CameraFault("unreadable")
    headers: dict[str, list[str]] = {}
    for line in lines:
        name, _, value = line.partition(":")
        headers.setdefault(name.strip().lower(), []).append(value.strip())
    return Answer(int(words[1][:3]) if answers else 0, headers)


def track_of(description: bytes, base: str) -> Track:
    """The first H.264 of a description; `base` is where it was found. Raises `CameraFault`."""
    sections = re.split(r"^m=", description.decode("utf-8", "replace"), flags=re.MULTILINE)
    videos = [section for section in sections[1:] if section.startswith("video")]
    for section in videos:
        found = re.search(r"^a=rtpmap:(\d{1,3})\s+H264/90000", section, re.MULTILINE | re.I)
        if found:
            told = re.search(
                rf"^a=fmtp:{found[1]}\s.*sprop-parameter-sets=([^;\s]+)", section, re.M
            )
            sets = annex_b(list(_decoded(told[1]))) if told else b""
            return Track(_joined(base, _control(section)), int(found[1]), sets)
    raise CameraFault("codec_unsupported" if videos else "unreadable")


def base_of(description: Answer, url: str) -> str:
    """What the names within a description are relative to."""
    return _joined(url, description.first("content-base") or description.first("content-location"))


def aggregate_of(description: bytes, base: str) -> str:
    """What is asked to play."""
    session = re.split(rb"^m=", description, maxsplit=1, flags=re.MULTILINE)[0]
    return _joined(base, _control(session.decode("utf-8", "replace")))


def without_password(address: CameraAddress) -> str:
    """An address as it is said to the camera."""
    parts = urlsplit(address.url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment="").geturl()


def authorization(
    address: CameraAddress, challenges: list[str], method: str, url: str, count: int = 1
) -> str | None:
    """What opens the door that says so (RFC 2617, RFC 7616), or nothing if we cannot know it;
    `count` says how many requests that door has had from us, with this one.
    """
    parts = urlsplit(address.url)
    if parts.username is None:
        return None
    name, password = unquote(parts.username), unquote(parts.password or "")
    for challenge in challenges:
        if challenge[:7].lower() == "digest ":
            made = _digest(name, password, challenge, method, url, count)
            if made:
                return made
    if any(challenge[:5].lower() == "basic" for challenge in challenges):
        return "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
    return None


def _digest(
    name: str, password: str, challenge: str, method: str, url: str, count: int
) -> str | None:
    said = {key.lower(): quoted or bare for key, quoted, bare in _PARAMETER.findall(challenge)}
    algorithm = said.get("algorithm", "MD5")
    made = _HASHES.get(algorithm.lower())
    quality = [word.strip() for word in said.get("qop", "").split(",") if word.strip()]
    if made is None or "nonce" not in said or (quality and "auth" not in quality):
        return None

    def hashed(*words: str) -> str:
        return made(":".join(words).encode()).hexdigest()

    realm, nonce = said.get("realm", ""), said["nonce"]
    secret, asked = hashed(name, realm, password), hashed(method, url)
    fields = {"username": name, "realm": realm, "nonce": nonce, "uri": url}
    tail = f", algorithm={algorithm}" if "algorithm" in said else ""
    if quality:
        own, counted = hashed(secret, nonce)[:16], f"{count:08x}"
        response = hashed(secret, nonce, counted, own, "auth", asked)
        tail += f', qop=auth, nc={counted}, cnonce="{own}"'
    else:
        response = hashed(secret, nonce, asked)
    fields["response"] = response
    fields |= {"opaque": said["opaque"]} if "opaque" in said else {}
    return "Digest " + ", ".join(f'{key}="{value}"' for key, value in fields.items()) + tail


def _decoded(sets: str) -> Iterator[bytes]:
    for one in sets.split(","):
        try:
            unit = base64.b64decode(one, validate=True)
        except binascii.Error:
            continue
        if unit:
            yield unit


def _control(section: str) -> str:
    found = re.search(r"^a=control:(\S+)", section, re.MULTILINE)
    return found[1] if found else ""


def _joined(base: str, name: str) -> str:
    """As cameras mean it, whose addresses end with a query: the name is added behind."""
    if name in ("", "*"):
        return base
    whole = (
        name if name.lower().startswith(("rtsp://", "rtsps://")) else f"{base.rstrip('/')}/{name}"
    )
    if len(whole) > URL_CHARACTERS or not _PRINTABLE.fullmatch(whole):
        raise CameraFault("unreadable")
    return whole
