"""Where a configuration comes from, and what is wrong with it, all at once."""

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from evalroom.config.keys import Config
from evalroom.config.values import EVERYWHERE, READERS, SWITCH

PREFIX = "EVALROOM_"

OTHERS = frozenset({"EVALROOM_PASSWORD"})
"""Variables with the prefix that are no keys: passwords of a rehearsal against another server."""
FILE = Path("evalroom.toml")


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
            values[key] = READERS[key](raw)
        except ValueError as error:
            faults.append(Fault(key, place, str(error)))
    config = Config(**values)
    wrong = {fault.key for fault in faults}
    # Of a key that cannot be read nobody knows what it would contradict.
    faults += [fault for of, fault in _contradictions(config, given) if wrong.isdisjoint(of)]
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
    faults += [Fault(key, str(path), _UNKNOWN) for key in table if key not in READERS]
    return {key: (str(path), raw) for key, raw in table.items() if key in READERS}


def _from_environment(environ: Mapping[str, str], faults: list[Fault]) -> _Given:
    given: _Given = {}
    for variable, raw in environ.items():
        if not variable.startswith(PREFIX) or variable in OTHERS:
            continue
        key = variable.removeprefix(PREFIX).lower()
        if key in READERS:
            given[key] = (variable, raw)
        else:
            faults.append(Fault(key, variable, _UNKNOWN))
    return given


def _contradictions(config: Config, given: _Given) -> Iterator[tuple[tuple[str, ...], Fault]]:
    """What does not go together, with the keys it is about."""
    if not config.listen.is_local and not config.origins:
        # Every write is checked against the page's origin, and here none could be guessed.
        reason = f"needed when listen is {config.listen}: the addresses that browsers will open"
        yield ("listen", "origins"), Fault("origins", given["listen"][0], reason)
    if config.migrate not in SWITCH and config.database == "files":
        reason = "names the owner of tables, but database is 'files'"
        yield ("migrate", "database"), Fault("migrate", given["migrate"][0], reason)
    if bool(config.turn) != (config.turn_secret != "no"):
        missing, there = ("turn_secret", "turn") if config.turn else ("turn", "turn_secret")
        fault = Fault(missing, given[there][0], f"needed beside {there}")
        yield ("turn", "turn_secret"), fault
    low, critical = config.recordings_low_gib, config.recordings_critical_gib
    if critical > low:
        keys = "recordings_critical_gib", "recordings_low_gib"
        key = next(k for k in keys if k in given)
        reason = f"the early alarm has to come first: low {low}, critical {critical}"
        yield keys, Fault(key, given[key][0], reason)
    if config.metrics and config.metrics == config.listen and config.listen.port:
        place, _ = given.get("metrics") or given["listen"]
        yield ("metrics", "listen"), Fault("metrics", place, "must not share the port of listen")
    yield from _untold(config, given)


def _untold(config: Config, given: _Given) -> Iterator[tuple[tuple[str, ...], Fault]]:
    everywhere = EVERYWHERE.intersection(config.media_addresses)
    if everywhere and config.media_announced == "no":
        place, _ = given["media_addresses"]
        reason = f"needed when media_addresses has {min(everywhere)}: nobody can send to that"
        keys = "media_addresses", "media_announced"
        yield keys, Fault("media_announced", place, reason)


_UNKNOWN = "there is no such key"
