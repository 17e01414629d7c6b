"""The file that the server's keys lie in: read with suspicion, written whole or not at all.

    {"format": 1, "at_rest": [{"key": "<64 hex>", "since": 0}, …], "cluster": […], "signing": […]}

The last key of each list is the newest; `since` is the server time (ms) from which it counts.
"""

import fcntl
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from enum import StrEnum
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, Literal

import msgspec

KEY_BYTES: Final = 32

MAX_KEYS: Final = 256
"""Keys of one purpose. Rotated each month, twenty years' worth."""

MAX_FILE_BYTES: Final = 128 << 10
"""Three purposes with `MAX_KEYS` each take under 100 KB: anything longer is another file."""


class Purpose(StrEnum):
    """What a key is for. A key never serves two purposes."""

    CLUSTER = "cluster"
    SIGNING = "signing"
    AT_REST = "at_rest"


class KeysUnusable(Exception):
    """The key file cannot be read, is open to others, or is not one. Never holds key material."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path, self.reason = path, reason


class StoredKey(msgspec.Struct, forbid_unknown_fields=True):
    """One key as it is stored; for Ed25519 the seed."""

    key: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{64}\Z")]
    since: Annotated[int, msgspec.Meta(ge=0)]

    @property
    def raw(self) -> bytes:
        """The 32 bytes themselves."""
        return bytes.fromhex(self.key)


_Keys = Annotated[list[StoredKey], msgspec.Meta(min_length=1, max_length=MAX_KEYS)]


class StoredKeys(msgspec.Struct, forbid_unknown_fields=True):
    """The whole file."""

    format: Literal[1]
    at_rest: _Keys
    cluster: _Keys
    signing: _Keys


def fresh(random: Callable[[int], bytes]) -> StoredKeys:
    """One new key for each purpose."""
    at_rest, cluster, signing = ([StoredKey(random(KEY_BYTES).hex(), 0)] for _ in range(3))
    return StoredKeys(1, at_rest, cluster, signing)


def read(path: Path) -> StoredKeys | None:
    """The stored keys; None where there is no file. Raises `KeysUnusable` and OSError."""
    try:
        file = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    except FileNotFoundError:
        return None
    try:
        found = os.fstat(file)
        if not stat.S_ISREG(found.st_mode):
            raise KeysUnusable(path, "is not a file")
        if found.st_mode & 0o077:
            mode = stat.S_IMODE(found.st_mode)
            raise KeysUnusable(path, f"is open to others (mode {mode:04o}); chmod 600 it")
        text = os.read(file, MAX_FILE_BYTES + 1)
    finally:
        os.close(file)
    return _decoded(path, text)


def write(path: Path, stored: StoredKeys) -> StoredKeys:
    """Whole or not at all: a crash leaves the old file or the new one."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    file = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(file, "wb") as out:
        out.write(msgspec.json.format(msgspec.json.encode(stored), indent=2) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.rename(path)
    with _opened_folder(path.parent) as folder:
        os.fsync(folder)
    return stored


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Keep other processes that create or rotate keys waiting meanwhile."""
    with _opened_folder(folder) as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


@contextmanager
def in_our_words(path: Path) -> Iterator[None]:
    """Turn what the operating system refuses into `KeysUnusable`."""
    try:
        yield
    except OSError as fault:
        raise KeysUnusable(path, fault.strerror or str(fault)) from fault


def _decoded(path: Path, text: bytes) -> StoredKeys:
    if len(text) > MAX_FILE_BYTES:
        raise KeysUnusable(path, f"is longer than {MAX_FILE_BYTES} bytes: not a key file")
    try:
        stored = msgspec.json.decode(text, type=StoredKeys)
    except msgspec.DecodeError as fault:
        raise KeysUnusable(path, f"is not a key file: {fault}") from None
    for purpose in Purpose:
        keys = getattr(stored, purpose)
        if len({key.key for key in keys}) < len(keys):
            raise KeysUnusable(path, f"names a key for {purpose} twice")
        if any(newer.since < older.since for older, newer in pairwise(keys)):
            raise KeysUnusable(path, f"has the keys for {purpose} out of order")
    return stored


@contextmanager
def _opened_folder(folder: Path) -> Iterator[int]:
    file = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield file
    finally:
        os.close(file)
