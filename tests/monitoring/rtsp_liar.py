"""Somebody who answers at a camera's address and is none: he says what a test makes him say."""

import socket
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Self

from evalroom.monitoring.camera_address import CameraAddress

Said = Callable[[str, str], str | bytes | None]
"""Method and whole request to what is answered: header lines behind the status, bytes as they are,
or None to hang up.
"""


class Listener(ABC):
    """A server in a thread of its own, for one connection after the other."""

    patience = 0.05
    """Seconds that it waits for what a connection has to say."""

    def __init__(self, host: str) -> None:
        self._listening = socket.create_server((host, 0))
        self._listening.settimeout(0.05)
        self.host = host
        self.port: int = self._listening.getsockname()[1]
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._over.set()
        self._thread.join()
        self._listening.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            with suppress(TimeoutError):
                line, _ = self._listening.accept()
                with line, suppress(OSError):
                    line.settimeout(self.patience)
                    self._talk(line)

    @abstractmethod
    def _talk(self, line: socket.socket) -> None:
        """One connection, from its beginning to its end."""


class Ear(Listener):
    """Listens where nobody of ours should ever come; knows who did, and what he said."""

    patience = 0.5

    def __init__(self, host: str = "127.0.0.2") -> None:
        super().__init__(host)
        self.heard: list[bytes] = []

    def _talk(self, line: socket.socket) -> None:
        self.heard.append(line.recv(4096))


class Liar(Listener):
    """Says to each request what it was told to say, at 127.0.0.1."""

    def __init__(self, said: Said) -> None:
        super().__init__("127.0.0.1")
        self._said = said
        self.asked: list[str] = []
        self._heard = threading.Condition()

    def address(self, credentials: str = "") -> CameraAddress:
        return CameraAddress(f"rtsp://{credentials}127.0.0.1:{self.port}/cam")

    def hears(self, method: str) -> None:
        """Come back when somebody has asked for this last; a camera counts its guests."""
        with self._heard:
            assert self._heard.wait_for(lambda: self.asked[-1].startswith(method), 10)

    def _talk(self, line: socket.socket) -> None:
        for request in self._requests(line):
            with self._heard:
                self.asked.append(request)
                self._heard.notify_all()
            answer = self._said(request.split(" ")[0], request)
            if answer is None:
                return
            line.settimeout(10)
            line.sendall(answer if isinstance(answer, bytes) else _head(answer, request))
            line.settimeout(0.05)

    def _requests(self, line: socket.socket) -> Iterator[str]:
        waiting = b""
        while not self._over.is_set():
            with suppress(TimeoutError):
                got = line.recv(4096)
                if not got:
                    return
                waiting += got
            while b"\r\n\r\n" in waiting:
                head, waiting = waiting.split(b"\r\n\r\n", 1)
                yield head.decode()


def _head(answer: str, request: str) -> bytes:
    number = next(line for line in request.splitlines() if line.lower().startswith("cseq"))
    status, _, rest = answer.partition("\n")
    head, _, body = rest.partition("\n\n")
    lines = [f"RTSP/1.0 {status}", number, *head.splitlines()]
    if body:
        body = body.replace("\n", "\r\n")
        lines += ["Content-Type: application/sdp", f"Content-Length: {len(body)}"]
    return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()


@contextmanager
def trap(said: Callable[[Ear], Said]) -> Iterator[tuple[Liar, Ear]]:
    """A liar who would send people to an ear."""
    with Ear() as ear, Liar(said(ear)) as liar:
        yield liar, ear
