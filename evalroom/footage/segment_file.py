"""How a segment lies on the disk: records that are whole or not there, so that a process may be
killed between any two bytes.

    header = "EVRFOOT1"[8] ‖ key id[8] ‖ salt[16]
    record = be32(length) ‖ AES-256-GCM(file key, nonce = be96(number), container bytes, tag 16)

The file key is derived for this file alone (`use` = "footage/" ‖ salt), so a nonce is never used
twice. The last record of a closed segment is sealed as such: a file that was cut does not pass for
a closed one. While it is written the file is locked; a crash lets the lock go, and whoever gets it
may repair. What is published of a segment is the SHA-256 of the file as it lies there.
"""

import fcntl
import hashlib
import os
from collections.abc import Callable, Iterator
from io import BufferedWriter
from pathlib import Path
from typing import Final, Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from msgspec import Struct

KEY_ID_BYTES: Final = 8

MAX_RECORD: Final = 4 << 20
"""Bytes of one record: some seconds of the largest picture; a length beyond it is no length."""

_MAGIC: Final = b"EVRFOOT1"
_SALT: Final = 16
HEADER_BYTES: Final = len(_MAGIC) + KEY_ID_BYTES + _SALT
_LENGTH: Final = 4
_TAG: Final = 16
_MORE: Final = b"more"
_LAST: Final = b"last"


class Keys(Protocol):
    """The keys under which things rest."""

    @property
    def current(self) -> bytes:
        """The id (8 bytes) of the key to seal with."""
        ...

    def derive(self, key_id: bytes, use: bytes) -> bytes:
        """32 bytes for one use. Raises KeyError when the key is not held."""
        ...


class SegmentDamaged(Exception):
    """A segment does not open, or is not whole."""


class Written(Struct, frozen=True):
    """A closed file: its size and SHA-256 (hex) as it lies there."""

    size: int
    sha256: str


class SegmentWriter:
    """A segment that is being written. Its methods block, and raise OSError when the disk fails."""

    def __init__(self, path: Path, keys: Keys, random: Callable[[int], bytes]) -> None:
        """Make the file, which must not exist, and lock it."""
        salt = random(_SALT)
        header = _MAGIC + keys.current + salt
        file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self._start(file, _cipher(keys, keys.current, salt), 0)
        self._put(header)

    @classmethod
    def resumed(cls, path: Path, keys: Keys) -> "SegmentWriter":
        """The writer of a file whose own writer has died, after its last whole record.

        Raises BlockingIOError when the writer lives, `SegmentDamaged` when there is no header.
        """
        file = path.open("rb+")
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            cipher = _read_header(file.read(HEADER_BYTES), keys)
            records, end = 0, HEADER_BYTES
            for length, _plain in _records(file, cipher):
                records, end = records + 1, end + length
            file.truncate(end)
            file.seek(0)
            writer = cls.__new__(cls)
            writer._start(file, cipher, records)  # type: ignore[arg-type]
            while piece := file.read(min(1 << 20, end - writer.size)):
                writer._hash.update(piece)
                writer.size += len(piece)
        except BaseException:
            file.close()
            raise
        return writer

    def write(self, part: bytes) -> None:
        """Add a record and hand it to the system: it outlives this process."""
        for start in range(0, len(part), MAX_RECORD):
            self._record(part[start : start + MAX_RECORD], _MORE)
        self._file.flush()

    def sync(self) -> None:
        """Flush to the disk: what was written outlives the machine."""
        self._file.flush()
        os.fsync(self._file.fileno())

    def close(self) -> Written:
        """Seal the end, flush to the disk, let go of the file."""
        self._record(b"", _LAST)
        self.sync()
        self._file.close()
        return Written(self.size, self._hash.hexdigest())

    def abandon(self) -> None:
        """Let go of the file as it is, for somebody else to repair."""
        self._file.close()

    def _start(self, file: BufferedWriter, cipher: AESGCM, records: int) -> None:
        self._file, self._cipher, self._records = file, cipher, records
        self._hash = hashlib.sha256()
        self.size = 0

    def _record(self, plain: bytes, place: bytes) -> None:
        sealed = self._cipher.encrypt(_nonce(self._records), plain, place)
        self._records += 1
        self._put(len(sealed).to_bytes(_LENGTH, "big") + sealed)

    def _put(self, raw: bytes) -> None:
        self._file.write(raw)
        self._hash.update(raw)
        self.size += len(raw)


def read_segment(path: Path, keys: Keys, *, growing: bool = False) -> Iterator[bytes]:
    """The container's bytes, record by record. Blocks.

    Raises `SegmentDamaged` when a record does not open or the end is missing; with `growing` the
    end may be missing, because the segment is being written.
    """
    with path.open("rb") as file:
        cipher = _read_header(file.read(HEADER_BYTES), keys)
        for _length, plain in _records(file, cipher, strict=not growing):
            if plain:
                yield plain


def _records(file: object, cipher: AESGCM, *, strict: bool = False) -> Iterator[tuple[int, bytes]]:
    """Length on the disk and plain bytes of each whole record, up to the end or the first that does
    not open; `strict` raises `SegmentDamaged` unless the end was sealed.
    """
    read: Callable[[int], bytes] = file.read  # type: ignore[attr-defined]
    number = 0
    while True:
        head = read(_LENGTH)
        length = int.from_bytes(head, "big")
        sealed = (
            read(length) if len(head) == _LENGTH and _TAG <= length <= MAX_RECORD + _TAG else b""
        )
        if len(sealed) < _TAG or len(sealed) != length:
            break
        try:
            yield _LENGTH + length, cipher.decrypt(_nonce(number), sealed, _MORE)
        except InvalidTag:
            if _opens(cipher, number, sealed):
                if read(1):
                    break
                return
            break
        number += 1
    if strict:
        raise SegmentDamaged(f"record {number} does not open, or the end is missing")


def _opens(cipher: AESGCM, number: int, sealed: bytes) -> bool:
    try:
        return cipher.decrypt(_nonce(number), sealed, _LAST) == b""
    except InvalidTag:
        return False


def _read_header(header: bytes, keys: Keys) -> AESGCM:
    if len(header) < HEADER_BYTES or not header.startswith(_MAGIC):
        raise SegmentDamaged("has no header")
    key_id, salt = header[8:16], header[16:]
    try:
        return _cipher(keys, key_id, salt)
    except KeyError:
        raise SegmentDamaged(f"sealed under key {key_id.hex()}, which is not held here") from None


def _cipher(keys: Keys, key_id: bytes, salt: bytes) -> AESGCM:
    return AESGCM(keys.derive(key_id, b"footage/" + salt))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
