"""How a document lies on the disk: chunks that open one by one, a header that vouches for all.

    header  = "EVRBLOB1"[8] ‖ key id[8] ‖ salt[16] ‖ be64(size) ‖ tag[16]
    chunk i = AES-256-GCM(file key, nonce = be96(i), 64 KiB of the document, the last one shorter)

The file key is derived for this file alone (`use` = "documents/" ‖ salt), so a nonce is never used
twice. The header's tag (nonce = 12 bytes of 0xff) covers the fields before it and the document's
SHA-256, which is the file's name: chunks that are changed, moved or missing and files that are cut
or renamed do not open. A range reads its own chunks and nothing else.
"""

import hashlib
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Lock
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from evalroom.storage.sealing import KEY_ID_BYTES, AtRestKeys

CHUNK: Final = 64 << 10
"""A range costs at most two chunks more than it asks for; the tags add 0.03 %."""

_MAGIC: Final = b"EVRBLOB1"
_SALT: Final = 16
_TAG: Final = 16
_FIELDS: Final = len(_MAGIC) + KEY_ID_BYTES + _SALT + 8
_HEADER: Final = _FIELDS + _TAG
_HEADER_NONCE: Final = b"\xff" * 12


class BlobDamaged(Exception):
    """A stored document is not what was put in, or its key is not held."""

    def __init__(self, digest: str, reason: str) -> None:
        super().__init__(f"document {digest}: {reason}")
        self.digest, self.reason = digest, reason


class Draft:
    """A document on its way in. Its methods block; one thread at a time gets through."""

    def __init__(self, path: Path, keys: AtRestKeys, random: Callable[[int], bytes]) -> None:
        """Make the file at `path`, which must not exist."""
        self.path = path
        self.size = 0
        self._key_id, self._salt = keys.current, random(_SALT)
        self._cipher = _cipher(keys, self._key_id, self._salt)
        self._hash = hashlib.sha256()
        self._chunks = 0
        self._rest = b""
        self._lock = Lock()
        self._out = os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb")
        self._out.seek(_HEADER)

    def write(self, part: bytes) -> None:
        """Add bytes."""
        with self._lock:
            self._hash.update(part)
            self.size += len(part)
            part = self._rest + part
            whole = len(part) - len(part) % CHUNK
            for start in range(0, whole, CHUNK):
                self._write_chunk(part[start : start + CHUNK])
            self._rest = part[whole:]

    def finish(self) -> str:
        """Write what is left and the header, flush to the disk, return the SHA-256 (hex)."""
        with self._lock:
            if self._rest:
                self._write_chunk(self._rest)
            fields = _MAGIC + self._key_id + self._salt + self.size.to_bytes(8, "big")
            tag = self._cipher.encrypt(_HEADER_NONCE, b"", fields + self._hash.digest())
            self._out.seek(0)
            self._out.write(fields + tag)
            self._out.flush()
            os.fsync(self._out.fileno())
            self._out.close()
            return self._hash.hexdigest()

    def abandon(self) -> None:
        """Remove what there is of it. A finished draft that was moved to its place stays there."""
        # Waits for a write that a cancelled upload has left running in its thread.
        with self._lock:
            # What the disk has no room for is to be thrown away in any case.
            with suppress(OSError):
                self._out.close()
            self.path.unlink(missing_ok=True)

    def _write_chunk(self, plain: bytes) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._chunks), plain, None))
        self._chunks += 1


class StoredBlob:
    """A document on the disk, opened for one read. Its methods block."""

    def __init__(self, path: Path, digest: str, keys: AtRestKeys) -> None:
        """Check the header. Raises FileNotFoundError, `BlobDamaged`; use as a context manager."""
        self._digest = digest
        self._file = path.open("rb", buffering=0)
        try:
            self.size, self._cipher = self._read_header(keys)
        except BaseException:
            self._file.close()
            raise

    def __enter__(self) -> "StoredBlob":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, start: int, end: int) -> bytes:
        """The bytes from `start` up to `end`, 0 <= start < end <= size. Raises `BlobDamaged`."""
        first = start // CHUNK
        plain = b"".join(map(self._read_chunk, range(first, (end - 1) // CHUNK + 1)))
        return plain[start - first * CHUNK : end - first * CHUNK]

    def _read_header(self, keys: AtRestKeys) -> tuple[int, AESGCM]:
        header = self._file.read(_HEADER)
        fields, tag = header[:_FIELDS], header[_FIELDS:]
        if len(header) < _HEADER or not header.startswith(_MAGIC):
            raise BlobDamaged(self._digest, "has no header")
        key_id, salt = fields[8:16], fields[16:32]
        size = int.from_bytes(fields[32:], "big")
        try:
            cipher = _cipher(keys, key_id, salt)
            cipher.decrypt(_HEADER_NONCE, tag, fields + bytes.fromhex(self._digest))
        except KeyError:
            raise BlobDamaged(
                self._digest, f"sealed under key {key_id.hex()}, which is not held here"
            ) from None
        except InvalidTag:
            raise BlobDamaged(self._digest, "its header does not open") from None
        if os.fstat(self._file.fileno()).st_size != _HEADER + size + _TAG * -(-size // CHUNK):
            raise BlobDamaged(self._digest, "was cut or grew")
        return size, cipher

    def _read_chunk(self, number: int) -> bytes:
        self._file.seek(_HEADER + number * (CHUNK + _TAG))
        try:
            return self._cipher.decrypt(_nonce(number), self._file.read(CHUNK + _TAG), None)
        except InvalidTag:
            raise BlobDamaged(self._digest, f"chunk {number} does not open") from None


def _cipher(keys: AtRestKeys, key_id: bytes, salt: bytes) -> AESGCM:
    return AESGCM(keys.derive(key_id, b"documents/" + salt))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")
