"""How each key's value is read from text or TOML. Raises ValueError with the reason."""

import re
from collections.abc import Callable
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any, get_args
from urllib.parse import urlsplit

from evalroom.config.keys import Address, LogLevel, Ports, Switch

BUSES = ("redis", "rediss", "redis+sentinel", "rediss+sentinel")
"""The kinds of address that a bus has."""


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
    plain = SWITCH.get(text.lower())
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


def _switch(raw: object) -> Switch:
    if isinstance(raw, bool):
        return "on" if raw else "off"
    match str(raw).strip().lower():
        case "on" | "yes" | "true" | "1":
            return "on"
        case "off" | "no" | "false" | "0":
            return "off"
        case _:
            raise ValueError(f"must be on or off, not {raw!r}")


def _ports(raw: object) -> Ports:
    text = _text(raw)
    found = _PORTS.fullmatch(text)
    if not found or not _FIRST_PORT <= int(found[1]) <= int(found[2]) <= _LAST_PORT:
        raise ValueError(
            f"must be a range of ports from 1024 on, such as 50000-51999, not {text!r}"
        )
    return Ports(int(found[1]), int(found[2]))


def _media_addresses(raw: object) -> tuple[str, ...]:
    return _list(raw, "addresses of this machine", _number)


def _announced(raw: object) -> str:
    if raw is False or _text(raw) in ("", "no"):
        return "no"
    told = _number(raw)
    if told in EVERYWHERE:
        raise ValueError(f"must be the address of a machine, not {told!r}")
    return told


def _number(raw: object) -> str:
    text = _text(raw)
    try:
        address = ip_address(text)
    except ValueError:
        # Names would have to be looked up, by us or by each browser.
        raise ValueError(
            f"must be an address in numbers, such as 10.20.0.7, not {text!r}"
        ) from None
    if address.is_multicast:
        raise ValueError(f"must be the address of a machine, not {text!r}")
    return str(address)


def _turn(raw: object) -> tuple[str, ...]:
    return _list(raw, "addresses of TURN servers", _turn_server)


def _turn_server(raw: object) -> str:
    text = _text(raw)
    found = _TURN.fullmatch(text)
    if not found or not 1 <= int(found[1] or _TURN_PORT) <= _LAST_PORT:
        # One that a browser cannot read keeps it from any connection at all.
        raise ValueError(
            f"must be addresses such as turn:relay.example:3478?transport=udp, not {text!r}"
        )
    return text


def _secret(raw: object) -> str:
    text = "no" if raw is False else _text(raw) or "no"
    if text != "no" and len(text) < _SECRET_LENGTH:
        # It is never repeated.
        raise ValueError(f"must have {_SECRET_LENGTH} signs at least")
    return text


def _days(raw: object) -> int:
    return _whole(raw, "days")


def _gib(raw: object) -> int:
    return _whole(raw, "GiB", least=1)


def _whole(raw: object, of_what: str, least: int = 0) -> int:
    text = "" if isinstance(raw, bool) else str(raw).strip()
    digits = text.isascii() and text.isdigit() and len(text) <= _DIGITS
    if not digits or int(text) < least:
        raise ValueError(f"must be a number of {of_what}, {least} to 99999, not {raw!r}")
    return int(text)


def _log_level(raw: object) -> str:
    text = _text(raw).lower()
    if text not in get_args(LogLevel):
        raise ValueError(f"must be one of {', '.join(get_args(LogLevel))}, not {text!r}")
    return text


EVERYWHERE = frozenset({"0.0.0.0", "::"})
"""Addresses at which a socket may be bound, and to which nobody can send."""

SWITCH = {"yes": "yes", "true": "yes", "1": "yes", "no": "no", "false": "no", "0": "no"}

_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#@%,\[\]]+)(?::[0-9]{1,5})?"
_POSTGRESQL = re.compile(
    r"postgres(?:ql)?://"
    r"(?:[^\s:/?#@]+(?::[^\s:/?#@]*)?@)?"
    rf"(?:{_HOST}(?:,{_HOST})*)?"
    r"/[^\s/?#@]+"
    r"(?:\?[^\s#]*)?"
)

_PORTS = re.compile(r"(\d{1,5})\s*-\s*(\d{1,5})")
_FIRST_PORT, _LAST_PORT = 1_024, 65_535

_TURN = re.compile(
    r"turns?:(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.-]+)(?::([0-9]{1,5}))?(?:\?transport=(?:udp|tcp))?"
)
_TURN_PORT = 3478

_SECRET_LENGTH = 16

_DIGITS = 5

_DEFAULT_PORTS = {"http": 80, "https": 443}

READERS: dict[str, Callable[[object], Any]] = {
    "listen": _address,
    "metrics": _address_or_off,
    "data": _folder,
    "database": _database,
    "migrate": _migrate,
    "bus": _bus,
    "origins": _origins,
    "trusted_proxies": _trusted_proxies,
    "media": _switch,
    "media_ports": _ports,
    "media_addresses": _media_addresses,
    "media_announced": _announced,
    "turn": _turn,
    "turn_secret": _secret,
    "recordings": _switch,
    "recordings_low_gib": _gib,
    "recordings_critical_gib": _gib,
    "footage_days": _days,
    "log_level": _log_level,
}
