"""What there is to configure, as values."""

from pathlib import Path
from typing import Literal

import msgspec

LogLevel = Literal["debug", "info", "warning", "error"]
Switch = Literal["on", "off"]


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


class Ports(msgspec.Struct, frozen=True):
    """A range of ports, both ends included."""

    first: int
    last: int

    def __str__(self) -> str:
        return f"{self.first}-{self.last}"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """All that the operator decides about a node. `metrics` is None when they are off; without
    `media_addresses` media sockets are bound to every address of the machine but loopback, and
    `media_announced` is "no" where the bound address is the one that others reach. With 0
    `footage_days` recordings are kept for good. With less room than `recordings_low_gib` and
    `recordings_critical_gib` where recordings lie, sessions are alarmed.
    """

    listen: Address = Address("127.0.0.1", 8080)
    metrics: Address | None = Address("127.0.0.1", 9464)
    data: Path = Path("evalroom-data")
    database: str = "files"
    migrate: str = "no"
    bus: str = "local"
    origins: tuple[str, ...] = ()
    trusted_proxies: tuple[str, ...] = ()
    media: Switch = "on"
    media_ports: Ports = Ports(50_000, 51_999)
    media_addresses: tuple[str, ...] = ()
    media_announced: str = "no"
    turn: tuple[str, ...] = ()
    turn_secret: str = "no"
    recordings: Switch = "on"
    recordings_low_gib: int = 20
    recordings_critical_gib: int = 5
    footage_days: int = 0
    log_level: LogLevel = "info"

    def __repr__(self) -> str:
        shown = {key: _shown(key, value) for key, value in msgspec.structs.asdict(self).items()}
        return f"Config({', '.join(f'{key}={value}' for key, value in shown.items())})"

    def origins_at(self, port: int) -> tuple[str, ...]:
        """The origins whose pages may write here, `port` being the one that was really bound."""
        return self.origins or tuple(
            f"http://{Address(host, port)}" for host in ("127.0.0.1", "localhost", "::1")
        )


def _shown(key: str, value: object) -> str:
    """A value as it may stand in a log: of an address that can hold a password, its kind alone."""
    if key == "turn_secret":
        return repr(value if value == "no" else "…")
    if key in _WITH_PASSWORDS and isinstance(value, str) and "://" in value:
        return repr(f"{value.partition('://')[0]}://…")
    return repr(value)


_WITH_PASSWORDS = ("database", "migrate", "bus")
