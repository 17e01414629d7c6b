"""The first words on a line: who we are, who is there, and whether that is one we can use."""

import re
from typing import Any, Final, NamedTuple

from evalroom.bus.redis.address import Login
from evalroom.bus.redis.limits import OLDEST
from evalroom.bus.redis.line import Line
from evalroom.bus.redis.reasons import Lost, Refusal, words_of

NAME: Final = "evalroom"
"""How our connections show in the server's own list of them."""


class Server(NamedTuple):
    """Who answered: `redis` or `valkey`, its version, and `master`, `replica` or `sentinel`."""

    kind: str
    version: str
    role: str

    def __str__(self) -> str:
        return f"{self.kind} {self.version}"


async def greet(line: Line, login: Login) -> Server:
    """Log in and look at who is there.

    Raises `Lost`: no line any more, not let in, or too old a server.
    """
    words = ("AUTH", login.user or "default", login.password) if login.password else ()
    try:
        # Version 2 of the protocol: what is heard has its own form there, and nothing else.
        answer = await line.ask("HELLO", "2", *words, "SETNAME", NAME)
    except Refusal as refusal:
        raise Lost(_refused(refusal)) from None
    server = _server(answer)
    if not _new_enough(server.version):
        oldest = ".".join(map(str, OLDEST))
        raise Lost(f"it is {server}, and {oldest} or newer is needed")
    return server


def check_master(server: Server) -> None:
    """Raise `Lost` unless what is published there reaches everyone."""
    if server.role == "sentinel":
        raise Lost("it is a Sentinel: its address begins with redis+sentinel://")
    if server.role != "master":
        raise Lost("it is a replica, and what is published there stays there")


def _server(answer: Any) -> Server:
    fields = answer if isinstance(answer, list) else []
    said = dict(zip(map(_text, fields[::2]), map(_text, fields[1::2]), strict=False))
    try:
        role = "sentinel" if said["mode"] == "sentinel" else said["role"]
        return Server(said["server"], said["version"], role)
    except KeyError:
        raise Lost("it does not answer as Redis does") from None


def _text(value: Any) -> str:
    return value.decode("ascii", "replace")[:40] if isinstance(value, bytes) else ""


def _new_enough(version: str) -> bool:
    found = re.match(r"(\d{1,6})\.(\d{1,6})", version)
    return found is not None and (int(found[1]), int(found[2])) >= OLDEST


def _refused(refusal: Refusal) -> str:
    said = _REFUSALS.get(refusal.code)
    if said is None and str(refusal).startswith("ERR unknown command"):
        said = "it does not know HELLO: it is older than 6.0, or the command is hidden"
    return said or words_of(refusal)


_REFUSALS: Final = {
    "NOAUTH": "it wants a password",
    "WRONGPASS": "it does not accept the user or the password",
    "DENIED": "it is in protected mode, and lets in its own machine only",
}
