"""The configuration of one node: read once, at the start, from a file and the environment.

Each key of `Config` may stand in `evalroom.toml` under its name, and in the environment as
`EVALROOM_` and its name in capitals; the environment wins. `docs/configuration.md` explains
each key to the person who runs the server, and a test holds the two together.
"""

from evalroom.config.keys import Address, Config, LogLevel, Ports, Switch
from evalroom.config.sources import FILE, OTHERS, PREFIX, Fault, Misconfigured, read_config
from evalroom.config.values import BUSES

__all__ = [
    "BUSES",
    "FILE",
    "OTHERS",
    "PREFIX",
    "Address",
    "Config",
    "Fault",
    "LogLevel",
    "Misconfigured",
    "Ports",
    "Switch",
    "read_config",
]
