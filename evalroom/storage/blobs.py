"""Documents by what they hold: named by their SHA-256, encrypted, streamed in and out in pieces."""

import asyncio
import re
import secrets
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from evalroom.storage.blob_file import CHUNK, BlobDamaged, Draft, StoredBlob
from evalroom.storage.durable import sync_folder
from evalroom.storage.sealing import AtRestKeys

__all__ = [
    "BlobDamaged",
    "BlobMissing",
    "BlobTooLarge",
    "Blobs",
    "BlobsUnavailable",
    "StoredDocument",
]

MAX_DOCUMENT: Final = 1 << 30
"""Bytes of one document. Scanned bids reach some hundred megabytes; platforms cut at 500 MB."""

MAX_DRAFTS: Final = 32
"""Documents on their way in at once: each holds a file and up to `PIECE` of memory."""

PIECE: Final = 16 * CHUNK
"""What one visit to a thread encrypts or decrypts (1 MiB): milliseconds, and few visits."""

_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class BlobMissing(Exception):
    """No document has this hash here."""

    def __init__(self, digest: str) -> None:
        super().__init__(f"no document {digest}")
        self.digest = digest


class BlobTooLarge(Exception):
    """A document longer than `limit` bytes."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"longer than {limit} bytes")
        self.limit = limit


class BlobsUnavailable(Exception):
    """Documents cannot be stored or read now: disk full, folder not writable, too many at once."""


class StoredDocument(msgspec.Struct, frozen=True):
    """What a document is called from now on: its SHA-256 in hex; and its length in bytes."""

    digest: str
    size: int


class Blobs:
    """A folder of documents. The same document put twice lies there once."""

    def __init__(
        self,
        folder: Path,
        keys: AtRestKeys,
        random: Callable[[int], bytes] = secrets.token_bytes,
    ) -> None:
        """`folder` is made at the first `put`."""
        self._folder = folder
        self._incoming = folder / "incoming"
        self._keys = keys
        self._random = random
        self._drafts = 0

    async def put(self, stream: AsyncIterable[bytes], limit: int = MAX_DOCUMENT) -> StoredDocument:
        """Store a document; when this returns, it is on the disk for good.

        Raises `BlobTooLarge`, `BlobsUnavailable`, and whatever the stream raises; then nothing is
        kept.
        """
        if self._drafts >= MAX_DRAFTS:
            raise BlobsUnavailable(f"{MAX_DRAFTS} documents are on their way in already")
        self._drafts += 1
        try:
            return await self._put(stream, limit)
        finally:
            self._drafts -= 1

    async def size(self, digest: str) -> int:
        """Length in bytes. Raises `BlobMissing`, `BlobDamaged`, `BlobsUnavailable`."""
        return await asyncio.to_thread(self._size, digest)

    async def open(
        self, digest: str, start: int = 0, length: int | None = None
    ) -> AsyncIterator[bytes]:
        """The bytes from `start` on, at most `length` of them, in pieces up to `PIECE`.

        Past the end there is nothing. No file stays open between two pieces, so an abandoned
        download leaves nothing behind. Raises what `size` raises; ValueError for a negative range.
        """
        if start < 0 or (length is not None and length < 0):
            raise ValueError("a range cannot be negative")
        size = await self.size(digest)
        end = size if length is None else min(size, start + length)
        while start < end:
            # Pieces end where chunks end, so that no chunk is decrypted twice.
            stop = min(end, start - start % CHUNK + PIECE)
            yield await asyncio.to_thread(self._read, digest, start, stop)
            start = stop

    async def forget_drafts(self, before: int) -> None:
        """Remove what uploads cut off by a crash left behind, if older than `before` (ms)."""
        await asyncio.to_thread(self._forget_drafts, before)

    async def _put(self, stream: AsyncIterable[bytes], limit: int) -> StoredDocument:
        draft = await asyncio.to_thread(self._begin)
        waiting = bytearray()
        size = 0
        try:
            async for part in stream:
                size += len(part)
                if size > limit:
                    raise BlobTooLarge(limit)
                waiting += part
                if len(waiting) >= PIECE:
                    await asyncio.to_thread(self._write, draft, bytes(waiting))
                    waiting.clear()
            return await asyncio.to_thread(self._keep, draft, bytes(waiting))
        finally:
            await asyncio.to_thread(draft.abandon)

    def _begin(self) -> Draft:
        with _in_our_words():
            self._incoming.mkdir(mode=0o700, parents=True, exist_ok=True)
            path = self._incoming / f"{self._random(16).hex()}.part"
            return Draft(path, self._keys, self._random)

    def _write(self, draft: Draft, part: bytes) -> None:
        with _in_our_words():
            draft.write(part)

    def _keep(self, draft: Draft, rest: bytes) -> StoredDocument:
        with _in_our_words():
            draft.write(rest)
            digest = draft.finish()
            place = self._place(digest)
            place.parent.mkdir(mode=0o700, exist_ok=True)
            # Over an older copy of the same document, should that one have been damaged since.
            draft.path.rename(place)
            sync_folder(place.parent)
            sync_folder(self._folder)
        return StoredDocument(digest, draft.size)

    def _size(self, digest: str) -> int:
        with self._stored(digest) as blob:
            return blob.size

    def _read(self, digest: str, start: int, end: int) -> bytes:
        with self._stored(digest) as blob:
            return blob.read(start, end)

    @contextmanager
    def _stored(self, digest: str) -> Iterator[StoredBlob]:
        if not _DIGEST.fullmatch(digest):
            raise BlobMissing(digest)
        with _in_our_words():
            try:
                stored = StoredBlob(self._place(digest), digest, self._keys)
            except FileNotFoundError:
                raise BlobMissing(digest) from None
            with stored:
                yield stored

    def _place(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest[2:]

    def _forget_drafts(self, before: int) -> None:
        with _in_our_words():
            for path in self._incoming.glob("*.part"):
                # Another node may have been first, or an upload may end.
                with suppress(FileNotFoundError):
                    if path.stat().st_mtime_ns < before * 1_000_000:
                        path.unlink()


@contextmanager
def _in_our_words() -> Iterator[None]:
    try:
        yield
    except OSError as fault:
        raise BlobsUnavailable(str(fault)) from fault
