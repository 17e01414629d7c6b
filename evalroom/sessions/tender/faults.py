"""Faults of a tender file: where, what, and how bad; all of them at once, sorted by path."""

import json
import re
from collections.abc import Iterable
from difflib import get_close_matches
from typing import Literal

from msgspec import Struct

from evalroom.sessions.tender.limits import FAULTS, PATH_KEY_CHARS, SHOWN_CHARS

Severity = Literal["error", "warning"]
Params = dict[str, str | int]


class Fault(Struct, frozen=True):
    """One fault: `path` like `bids[2].price` (empty for the whole file) and a stable code.

    An error keeps the tender out of a session. A warning is a finding or an unusual choice that
    somebody has to know of.
    """

    path: str
    code: str
    params: Params = {}
    severity: Severity = "error"

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.path or '(file)'}: {self.code}({shown})"


class TenderFaults(Exception):
    """The file is not a tender; carries every fault that was found, sorted by path."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = in_order(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))


def error(path: str, code: str, /, **params: str | int) -> Fault:
    """A fault that must be mended."""
    return Fault(path, code, params)


def warning(path: str, code: str, /, **params: str | int) -> Fault:
    """A fault that somebody must know of."""
    return Fault(path, code, params, "warning")


def in_order(faults: Iterable[Fault]) -> tuple[Fault, ...]:
    """Faults by path, `[2]` before `[10]`; past the limit a last one says that there are more."""
    found = list(faults)
    ordered = sorted(found[: FAULTS.value], key=lambda fault: (_natural(fault.path), fault.code))
    if len(found) > FAULTS.value:
        ordered.append(error("", "more_faults", shown=FAULTS.value))
    return tuple(ordered)


def under(path: str, key: str | int) -> str:
    """The path of a part: `bids[2]`, `bids[2].price`, `identifiers["项目 编号"]`."""
    if isinstance(key, int):
        return f"{path}[{key}]"
    if not _PLAIN_KEY.fullmatch(key):
        return f"{path}[{json.dumps(shortened(key, PATH_KEY_CHARS.value), ensure_ascii=False)}]"
    return f"{path}.{key}" if path else key


def shortened(text: str, chars: int = SHOWN_CHARS.value) -> str:
    """What a fault shows of a text that may be long or hold what cannot be printed."""
    shown = text if len(text) <= chars else text[:chars] + "…"
    return "".join(char if char.isprintable() else "�" for char in shown)


def similar(name: str, known: Iterable[str]) -> dict[str, str]:
    """`{"suggestion": …}` when a known name is close to what was written, else nothing."""
    near = get_close_matches(name[: PATH_KEY_CHARS.value], list(known), n=1, cutoff=0.7)
    return {"suggestion": near[0]} if near else {}


_PLAIN_KEY = re.compile(r"[^\W\d]\w{0,63}")
_NUMBER = re.compile(r"([0-9]+)")


def _natural(path: str) -> list[tuple[int, str]]:
    parts = _NUMBER.split(path)
    return [(int(part), "") if odd % 2 else (-1, part) for odd, part in enumerate(parts)]
