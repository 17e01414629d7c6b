"""A line to one camera, RTSP (RFC 2326) with its packets between the answers: one TCP connection to
the address that was entered, and never another. Blocks.
"""

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic, sleep
from typing import Final
from urllib.parse import urlsplit

from evalroom.monitoring.camera_address import CameraAddress
from evalroom.monitoring.rtsp_words import (
    Answer,
    CameraFault,
    Track,
    aggregate_of,
    authorization,
    base_of,
    head_of,
    track_of,
    without_password,
)

OPEN_SECONDS: Final = 5.0
"""For a camera to answer; one on the house's own network takes less than one."""

HEAD_BYTES: Final = 8 << 10
BODY_BYTES: Final = 64 << 10
"""Of an answer: a camera's description has two kilobytes."""

EARLY_BYTES: Final = 2 << 20
"""Of packets that come before the word that they will: a key frame."""

READ_BYTES: Final = 64 << 10

SECOND_BYTES: Final = 8 << 20
PACKET_BYTES: Final = 1_400
"""What a line brings in a second, a small packet counted as a full one: four times what a 4K camera
sends. Who sends more waits, and takes no time from the house.
"""

KEPT_SECONDS: Final = 60.0
"""Without a word from us a camera goes, if it does not say when; it hears one twice as often."""

_PORTS: Final = {"rtsp": 554, "rtsps": 322}
_CODES: Final[tuple[tuple[type[OSError], str], ...]] = (
    (TimeoutError, "timeout"),
    (ConnectionRefusedError, "refused"),
    (ConnectionError, "ended"),
)
_STATUS: Final = {401: "wrong_credentials", 403: "wrong_credentials", 404: "not_found"}


class RtspLine:
    """Opened by `play`, then read by `packet`; both raise `CameraFault`."""

    def __init__(self, address: CameraAddress) -> None:
        self._address = address
        self._until = monotonic() + OPEN_SECONDS
        self._waiting = bytearray()
        self._early: list[bytes] = []
        self._number = 0
        self._session = ""
        self._challenges: list[str] = []
        self._opened = 0
        self._channel = 0
        self._playing = ""
        self._keep = "OPTIONS"
        self._kept = KEPT_SECONDS
        self._spoke = 0.0
        self._since, self._spent = 0.0, 0
        with _in_our_words():
            self._socket = _connected(address)

    def close(self) -> None:
        """Go, with a word to a camera that counts its guests."""
        with suppress(OSError, CameraFault):
            if self._session:
                self._until = monotonic() + 0.5
                self._say("TEARDOWN", self._playing)
        self._socket.close()

    def play(self) -> Track:
        """Ask for the pictures."""
        url = without_password(self._address)
        if "GET_PARAMETER" in self._asked("OPTIONS", url).first("public"):
            self._keep = "GET_PARAMETER"
        described = self._asked("DESCRIBE", url, "Accept: application/sdp")
        base = base_of(described, url)
        track = track_of(described.body, base)
        self._playing = aggregate_of(described.body, base)
        wish = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1"
        self._set_up(self._asked("SETUP", track.control, wish))
        self._asked("PLAY", self._playing, "Range: npt=0.000-")
        self._spoke = monotonic()
        return track

    def packet(self, until: float) -> bytes:
        """The next RTP packet, before that time."""
        self._until = until
        while True:
            if monotonic() - self._spoke > self._kept / 2:
                self._spoke = monotonic()
                self._say(self._keep, self._playing)
            if self._early:
                return self._early.pop(0)
            found = self._next()
            if isinstance(found, bytes):
                return found
            self._note(found)

    def _asked(self, method: str, url: str, *lines: str) -> Answer:
        answer = self._answered(method, url, *lines)
        if answer.status == 401:
            self._challenge(answer)
            if authorization(self._address, self._challenges, method, url):
                answer = self._answered(method, url, *lines)
        if 300 <= answer.status < 400:
            # Wherever it would send us: what is connected to is what was entered.
            raise CameraFault("moved")
        if not 200 <= answer.status < 300:
            raise CameraFault(_STATUS.get(answer.status, "unreadable"))
        return answer

    def _answered(self, method: str, url: str, *lines: str) -> Answer:
        self._say(method, url, *lines)
        size = 0
        while True:
            found = self._next()
            if isinstance(found, bytes):
                size += len(found)
                if method == "PLAY" and size <= EARLY_BYTES:
                    self._early.append(found)
            elif found.status:
                return found

    def _say(self, method: str, url: str, *lines: str) -> None:
        self._number += 1
        said = [f"{method} {url} RTSP/1.0", f"CSeq: {self._number}", "User-Agent: EvalRoom", *lines]
        if self._session:
            said.append(f"Session: {self._session}")
        door = self._address, self._challenges
        if opener := authorization(*door, method, url, self._opened + 1):
            self._opened += 1
            said.append(f"Authorization: {opener}")
        with _in_our_words():
            self._socket.settimeout(self._left())
            self._socket.sendall("\r\n".join([*said, "", ""]).encode())

    def _set_up(self, answer: Answer) -> None:
        session, *rest = answer.first("session").split(";")
        self._session = session.strip()
        for word in rest:
            name, _, value = word.strip().partition("=")
            if name.lower() == "timeout" and value.isdecimal():
                self._kept = min(max(float(value[:4]), 4.0), KEPT_SECONDS)
        transport = answer.first("transport").split(";")
        if transport[0].upper() != "RTP/AVP/TCP":
            raise CameraFault("unreadable")
        for word in transport:
            name, _, value = word.partition("=")
            channel = value.split("-")[0]
            if name.strip().lower() == "interleaved" and channel.isdecimal():
                self._channel = int(channel[:3])

    def _note(self, answer: Answer) -> None:
        """A word between the pictures: a door that wants another answer gets it next time."""
        if answer.status == 401:
            self._challenge(answer)

    def _challenge(self, answer: Answer) -> None:
        self._challenges, self._opened = answer.headers.get("www-authenticate", []), 0

    def _next(self) -> bytes | Answer:
        """A packet of our channel, or an answer; other channels are passed over."""
        while (first := self._taken(1)) == b"$":
            channel, length = self._taken(1)[0], int.from_bytes(self._taken(2), "big")
            packet = self._taken(length)
            self._pace(length)
            if channel == self._channel:
                return packet
        while (end := self._waiting.find(b"\r\n\r\n")) < 0:
            if len(self._waiting) > HEAD_BYTES:
                raise CameraFault("unreadable")
            self._read()
        answer = head_of(first + self._taken(end + 4)[:end])
        length_told = answer.first("content-length") or "0"
        if not length_told.isdecimal() or int(length_told[:9]) > BODY_BYTES:
            raise CameraFault("unreadable")
        self._pace(end)
        return answer._replace(body=self._taken(int(length_told)))

    def _pace(self, size: int) -> None:
        now = monotonic()
        if now - self._since >= 1:
            self._since, self._spent = now, 0
        self._spent += max(size, PACKET_BYTES)
        if self._spent > SECOND_BYTES:
            sleep(1 - (now - self._since))

    def _taken(self, count: int) -> bytes:
        while len(self._waiting) < count:
            self._read()
        taken = bytes(self._waiting[:count])
        del self._waiting[:count]
        return taken

    def _read(self) -> None:
        with _in_our_words():
            self._socket.settimeout(self._left())
            got = self._socket.recv(READ_BYTES)
        if not got:
            raise CameraFault("ended")
        self._waiting += got

    def _left(self) -> float:
        left = self._until - monotonic()
        if left <= 0:
            raise CameraFault("timeout")
        return left


def _connected(address: CameraAddress) -> socket.socket:
    parts = urlsplit(address.url)
    assert parts.hostname is not None, "a camera's address has a host"
    where = parts.hostname, parts.port or _PORTS[parts.scheme]
    line = socket.create_connection(where, OPEN_SECONDS)
    if parts.scheme == "rtsp":
        return line
    # Cameras sign for themselves: it keeps off who listens, and does not tell who answers.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        return context.wrap_socket(line, server_hostname=parts.hostname)
    except OSError:
        line.close()
        raise


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        code = next((code for family, code in _CODES if isinstance(fault, family)), "unreachable")
        raise CameraFault(code) from None
