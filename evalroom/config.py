"""The configuration of one node: read once, at the start, from a file and the environment.

Each key of `Config` may stand in `evalroom.toml` under its name, and in the environment as
`EVALROOM_` and its name in capitals; the environment wins. `docs/configuration.md` explains
each key to the person who runs the server, and a test holds the two together.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import urlsplit

import msgspec

PREFIX = "EVALROOM_"

OTHERS = frozenset({"EVALROOM_PASSWORD"})
"""Variables with the prefix that are no keys: passwords of a rehearsal against another server."""
FILE = Path("evalroom.toml")

BUSES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
"""The kinds of address that a bus has."""

LogLevel = Literal["debug", "info", "warning", "error"]


class Address(msgspec.Struct, frozen=True):
    """Where a listener binds; port 0 lets the system choose a free one."""

    host: str
    port: int

    @property
    def is_local(self) -> bool:
        """Whether only this machine can reach it."""
        return self.host in {"127.0.0.1", "::1", "localhost"}

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All that the operator decides about a node. `metrics` is None when they are off."""

    listen: Address = Address("127.0.0.1", 8080)
    metrics: Address | None = Address("127.0.0.1", 9464)
    data: Path = Path("evalroom-data")
    database: str = "files"
    migrate: str = "no"
    bus: str = "local"
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    log_level: LogLevel = "info"

    def origins_at(self, port: int) -> tuple[str, ...]:
        """The origins whose pages may write here, `port` being the one that was really bound."""
        return self.origins or tuple(
            f"http://{Address(host, port)}" for host in ("127.0.0.1", "localhost", "::1")
        )


class Fault(msgspec.Struct, frozen=True):
    """One thing wrong: which key, where it was given (a file, a variable), and why."""

    key: str
    place: str
    reason: str

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.key}: {self.reason}"
            if self.key
            else f"{self.place}: {self.reason}"
        )


class Misconfigured(Exception):
    """The configuration cannot be used; `faults` names everything that is wrong with it."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("\n".join(map(str, faults)))
        self.faults = tuple(faults)


def read_config(file: Path | None, environ: Mapping[str, str]) -> Config:
    """Read the configuration, the environment over the file over the defaults.

    `file` None means `evalroom.toml` in the working directory, if there is one; a file that was
    asked for by name must exist. Raises Misconfigured with all faults at once.
    """
    faults: list[Fault] = []
    given = _from_file(file, faults)
    given.update(_from_environment(environ, faults))
    values: dict[str, Any] = {}
    for key, (place, raw) in given.items():
        try:
            values[key] = _READERS[key](raw)
        except ValueError as error:
            faults.append(Fault(key, place, str(error)))
    if not faults:
        config = Config(**values)
        faults += _contradictions(config, given)
    if faults:
        raise Misconfigured(faults)
    return config


_Given = dict[str, tuple[str, object]]


def _from_file(file: Path | None, faults: list[Fault]) -> _Given:
    path = file or FILE
    try:
        table = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        if file is not None:
            faults.append(Fault("", str(path), "there is no such file"))
        return {}
    except OSError as error:
        faults.append(Fault("", str(path), f"cannot be read: {error.strerror}"))
        return {}
    except UnicodeDecodeError:
        faults.append(Fault("", str(path), "is not UTF-8 text"))
        return {}
    except tomllib.TOMLDecodeError as error:
        faults.append(Fault("", str(path), f"is not TOML: {error}"))
        return {}
    faults += [Fault(key, str(path), _UNKNOWN) for key in table if key not in _READERS]
    return {key: (str(path), raw) for key, raw in table.items() if key in _READERS}


def _from_environment(environ: Mapping[str, str], faults: list[Fault]) -> _Given:
    given: _Given = {}
    for variable, raw in environ.items():
        if not variable.startswith(PREFIX) or variable in OTHERS:
            continue
        key = variable.removeprefix(PREFIX).lower()
        if key in _READERS:
            given[key] = (variable, raw)
        else:
            faults.append(Fault(key, variable, _UNKNOWN))
    return given


def _contradictions(config: Config, given: _Given) -> list[Fault]:
    faults = []
    if not config.listen.is_local and not config.origins:
        # Every write is checked against the page's origin, and here none could be guessed.
        reason = f"needed when listen is {config.listen}: the addresses that browsers will open"
        faults.append(Fault("origins", given["listen"][0], reason))
    if config.migrate not in _SWITCH and config.database == "files":
        place, _ = given["migrate"]
        reason = "names the owner of tables, but database is 'files'"
        faults.append(Fault("migrate", place, reason))
    if config.metrics and config.metrics == config.listen and config.listen.port:
        place, _ = given.get("metrics") or given["listen"]
        faults.append(Fault("metrics", place, "must not share the port of listen"))
    return faults


def _text(raw: object) -> str:
    if not isinstance(raw, str):
        raise ValueError(f"must be text, not {raw!r}")
    return raw.strip()


def _address(raw: object) -> Address:
    text = _text(raw)
    wanted = f"must be an address and a port, such as 127.0.0.1:8080, not {text!r}"
    try:
        parts = urlsplit(f"//{text}")
        port = parts.port
    except ValueError:
        raise ValueError(wanted) from None
    if not parts.hostname or port is None or parts.netloc != text or parts.username is not None:
        raise ValueError(wanted)
    return Address(parts.hostname, port)


def _address_or_off(raw: object) -> Address | None:
    if raw in ("", "0") or (raw == 0 and raw is not False):
        return None
    return _address(raw)


def _folder(raw: object) -> Path:
    text = _text(raw)
    if not text or "\0" in text:
        raise ValueError("must be the path of a folder")
    return Path(text).expanduser()


def _database(raw: object) -> str:
    text = _text(raw)
    return text if text == "files" else _postgresql(text, "'files', or")


def _migrate(raw: object) -> str:
    if isinstance(raw, bool):
        return "yes" if raw else "no"
    text = _text(raw)
    plain = _SWITCH.get(text.lower())
    return plain or _postgresql(text, "yes, no, or")


def _postgresql(text: str, otherwise: str) -> str:
    if not _POSTGRESQL.fullmatch(text):
        # There may be a password in it: it is never repeated.
        raise ValueError(
            f"must be {otherwise} an address such as postgresql://user:password@host:5432/database "
            "(in user and password, signs such as @ : / ? # % are written %40 %3A %2F %3F %23 %25)"
        )
    return text


def _bus(raw: object) -> str:
    text = _text(raw)
    if text != "local" and text.partition("://")[0] not in BUSES:
        # What is wrong with the rest of an address is found when the node starts; there may be a
        # password in it, so it is never repeated.
        known = ", ".join(f"{scheme}://" for scheme in BUSES)
        raise ValueError(f"must be 'local', or an address that begins with one of {known}")
    return text


def _origins(raw: object) -> tuple[str, ...]:
    return _list(raw, "origins", _origin)


def _list(raw: object, of_what: str, read: Callable[[object], str]) -> tuple[str, ...]:
    if isinstance(raw, str):
        raw = [part for part in raw.replace(",", " ").split() if part]
    if not isinstance(raw, list):
        raise ValueError(f"must be a list of {of_what}")
    return tuple(dict.fromkeys(map(read, raw)))


def _origin(raw: object) -> str:
    text = _text(raw).rstrip("/").lower()
    wanted = f"must be origins such as https://room.example, not {text!r}"
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        raise ValueError(wanted) from None
    bare = text == f"{parts.scheme}://{parts.netloc}" and parts.username is None
    if parts.scheme not in _DEFAULT_PORTS or not parts.hostname or not bare or not text.isascii():
        raise ValueError(wanted)
    if port == _DEFAULT_PORTS[parts.scheme]:
        # Browsers leave the usual port out of the Origin they send.
        return text.removesuffix(f":{port}")
    return text


def _trusted_proxies(raw: object) -> tuple[str, ...]:
    return _list(raw, "addresses or networks", _network)


def _network(raw: object) -> str:
    text = _text(raw)
    try:
        network = ip_network(text)
    except ValueError as error:
        raise ValueError(
            f"must be addresses or networks such as 127.0.0.1 or 10.0.0.0/24: {error}"
        ) from None
    if not network.prefixlen:
        # Believing everybody is believing nobody: attempts at passwords are counted by address.
        raise ValueError(
            f"must not be everybody ({text}): clients could name any address as theirs"
        )
    return str(network)


def _log_level(raw: object) -> str:
    text = _text(raw).lower()
    if text not in get_args(LogLevel):
        raise ValueError(f"must be one of {', '.join(get_args(LogLevel))}, not {text!r}")
    return text


_UNKNOWN = "there is no such key"

_SWITCH = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}

_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#@%,\[\]]+)(?::[0-9]{1,5})?"
_POSTGRESQL = re.compile(
    r"postgres(?:ql)?://"
    r"(?:[^\s:/?#@]+(?::[^\s:/?#@]*)?@)?"
    rf"(?:{_HOST}(?:,{_HOST})*)?"
    r"/[^\s/?#@]+"
    r"(?:\?[^\s#]*)?"
)

_DEFAULT_PORTS = {"http": 80, "https": 443}

_READERS: dict[str, Callable[[object], Any]] = {
    "listen": _address,
    "metrics": _address_or_off,
    "data": _folder,
    "database": _database,
    "migrate": _migrate,
    "bus": _bus,
    "origins": _origins,
    "trusted_proxies": _trusted_proxies,
    "log_level": _log_level,
}
