"""Where the server is, as the operator writes it.

    redis://[[USER]:PASSWORD@]HOST[:PORT][/DATABASE]
    rediss://…                                        the same over TLS
    redis+sentinel://[[USER]:PASSWORD@]HOST[:PORT],…/MASTER
    rediss+sentinel://…

Over TLS `?ca=FILE` names who signed the server's certificate, in place of the system's trusted
ones; `cert=FILE&key=FILE` is our own. `sentinel_user` and `sentinel_password` are for Sentinels
that want a log-in of their own. The number of a database is allowed and means nothing here:
messages cross all of them.

Nothing in this module repeats what it was given: there is a password in it.
"""

from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, unquote, urlsplit

from msgspec import Struct

from evalroom.config import BUSES

PORT: Final = 6379
SENTINEL_PORT: Final = 26379


class Place(Struct, frozen=True):
    """A host, by name or number, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Login(Struct, frozen=True):
    """Who we are to a server; without a password, nobody in particular."""

    user: str = ""
    password: str = ""

    def __repr__(self) -> str:
        return "Login(…)"


class RedisAddress(Struct, frozen=True, kw_only=True):
    """One server; or, with `master`, Sentinels that know where the master of that name is."""

    places: tuple[Place, ...]
    login: Login = Login()
    master: str = ""
    sentinel_login: Login = Login()
    tls: bool = False
    ca: Path | None = None
    certificate: Path | None = None
    key: Path | None = None

    def __str__(self) -> str:
        places = ", ".join(map(str, self.places))
        return f"the master of {places}" if self.master else places


def read_address(text: str) -> RedisAddress:
    """The address in `text`. Raises ValueError, which says what is wrong and quotes nothing."""
    scheme, _, _ = text.partition("://")
    if scheme not in BUSES:
        raise ValueError(f"must begin with one of {', '.join(f'{bus}://' for bus in BUSES)}")
    try:
        parts = urlsplit(text)
    except ValueError:
        raise ValueError(_UNREADABLE) from None
    if parts.fragment:
        raise ValueError(_UNREADABLE)
    login, _, hosts = parts.netloc.rpartition("@")
    sentinel = scheme.endswith("+sentinel")
    places = tuple(_place(host, SENTINEL_PORT if sentinel else PORT) for host in hosts.split(","))
    if len(places) > 1 and not sentinel:
        raise ValueError("must name one server; several are for Sentinels, redis+sentinel://")
    options = _options(parts.query, tls=scheme.startswith("rediss"), sentinel=sentinel)
    return RedisAddress(
        places=places,
        login=_login(login),
        master=_path(unquote(parts.path.removeprefix("/")), sentinel=sentinel),
        sentinel_login=Login(
            options.get("sentinel_user", ""), options.get("sentinel_password", "")
        ),
        tls=scheme.startswith("rediss"),
        ca=_file(options, "ca"),
        certificate=_file(options, "cert"),
        key=_file(options, "key"),
    )


def _place(text: str, usual: int) -> Place:
    try:
        parts = urlsplit(f"//{text}")
        host, port = parts.hostname, parts.port
    except ValueError:
        raise ValueError(_UNREADABLE) from None
    if not host or port == 0 or "@" in text:
        raise ValueError(_UNREADABLE)
    return Place(host, port or usual)


def _login(text: str) -> Login:
    user, _, password = text.partition(":")
    if user and not password:
        raise ValueError("needs a password for its user: USER:PASSWORD@, or :PASSWORD@ alone")
    return Login(unquote(user), unquote(password))


def _path(path: str, *, sentinel: bool) -> str:
    """The name of the master. The number of a database is looked at and forgotten."""
    if sentinel:
        if not path or "/" in path:
            raise ValueError("must end with the name the Sentinels have for the master: /NAME")
        return path
    if path and not path.isdecimal():
        raise ValueError("must end with the host, the port, or the number of a database")
    return ""


def _options(query: str, *, tls: bool, sentinel: bool) -> dict[str, str]:
    options = dict(parse_qsl(query, keep_blank_values=True))
    files = {"ca", "cert", "key"}
    logins = {"sentinel_user", "sentinel_password"}
    if not options.keys() <= files | logins or not all(options.values()):
        raise ValueError(
            "has an option that is none of ca, cert, key, sentinel_user, "
            "sentinel_password, or one without a value"
        )
    if options.keys() & files and not tls:
        raise ValueError("has ca, cert or key, which are for TLS: rediss://")
    if options.keys() & logins and not sentinel:
        raise ValueError("has a log-in for Sentinels and names none: redis+sentinel://")
    if ("cert" in options) != ("key" in options):
        raise ValueError("must have cert and key together, or neither")
    return options


def _file(options: dict[str, str], name: str) -> Path | None:
    return Path(options[name]).expanduser() if name in options else None


_UNREADABLE: Final = (
    "cannot be read: HOST or HOST:PORT is needed, and signs such as @ : / ? # % in a password "
    "are written %40 %3A %2F %3F %23 %25"
)
