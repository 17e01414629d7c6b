"""Documents go in and come out as they were, whole or in part; what was tampered with does not."""

import asyncio
import hashlib
import os
import resource
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import given, settings, strategies as st

from evalroom.identity.keys import KeyRing, Purpose
from evalroom.storage import blobs as blobs_module
from evalroom.storage.blob_file import CHUNK
from evalroom.storage.blobs import (
    PIECE,
    BlobMissing,
    Blobs,
    BlobsUnavailable,
    BlobTooLarge,
    StoredDocument,
)
from tests.storage.parts import ring

SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, PIECE - 1, PIECE, PIECE + 1, 2 * PIECE + CHUNK + 7]
BID = os.urandom(3 * CHUNK + 100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def blobs(folder: Path, keys: KeyRing) -> Blobs:
    return Blobs(folder, keys.at_rest)


async def stream(document: bytes, step: int = 10_000) -> AsyncIterator[bytes]:
    for start in range(0, len(document), step):
        yield document[start : start + step]


async def taken(blobs: Blobs, digest: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([piece async for piece in blobs.open(digest, start, length)])


def files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.rule("L60")
@pytest.mark.parametrize("size", SIZES)
async def test_a_document_comes_out_as_it_went_in(blobs: Blobs, size: int) -> None:
    document = os.urandom(size)
    put = await blobs.put(stream(document))
    assert put == StoredDocument(hashlib.sha256(document).hexdigest(), size)
    assert await blobs.size(put.digest) == size
    assert await taken(blobs, put.digest) == document


@pytest.mark.rule("L61")
@settings(max_examples=30)
@given(size=st.integers(0, 4 * CHUNK), cut=st.data())
def test_any_range_is_the_documents_own_bytes(
    tmp_path_factory: pytest.TempPathFactory, size: int, cut: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("ranges")
    document = os.urandom(size)
    start = cut.draw(st.integers(0, size + 10))
    length = cut.draw(st.none() | st.integers(0, size + 10))
    blobs = Blobs(folder, ring(folder).at_rest)

    async def there_and_back() -> bytes:
        put = await blobs.put(stream(document, 1 << 16))
        return await taken(blobs, put.digest, start, length)

    end = None if length is None else start + length
    assert asyncio.run(there_and_back()) == document[start:end]


@pytest.mark.rule("L61")
async def test_pieces_are_small_and_end_where_chunks_end(blobs: Blobs) -> None:
    document = os.urandom(3 * PIECE)
    put = await blobs.put(stream(document, PIECE * 2))
    sizes = [len(piece) async for piece in blobs.open(put.digest, 100, 2 * PIECE)]
    assert sizes == [PIECE - 100, PIECE, 100]


@pytest.mark.rule("L61")
async def test_a_negative_range_is_our_own_bug(blobs: Blobs) -> None:
    put = await blobs.put(stream(BID))
    for start, length in ((-1, None), (0, -1)):
        with pytest.raises(ValueError, match="a range cannot be negative"):
            await taken(blobs, put.digest, start, length)


@pytest.mark.rule("L61")
async def test_an_abandoned_download_leaves_no_file_open(blobs: Blobs) -> None:
    put = await blobs.put(stream(os.urandom(2 * PIECE)))
    before = await asyncio.to_thread(os.listdir, "/dev/fd")
    pieces = blobs.open(put.digest)
    await anext(pieces)
    assert len(await asyncio.to_thread(os.listdir, "/dev/fd")) == len(before)
    await pieces.aclose()  # type: ignore[attr-defined]


@pytest.mark.rule("L60")
async def test_the_same_document_lies_there_once(blobs: Blobs, folder: Path) -> None:
    puts = await asyncio.gather(*(blobs.put(stream(BID)) for _ in range(5)))
    assert len({put.digest for put in puts}) == 1
    (only,) = await asyncio.to_thread(files, folder)
    assert only.parent.name + only.name == puts[0].digest
    assert await taken(blobs, puts[0].digest) == BID


@pytest.mark.rule("L60")
async def test_nobody_reads_a_document_from_the_disk(blobs: Blobs, folder: Path) -> None:
    document = b"a bid in the clear, " * 10_000
    await blobs.put(stream(document))
    (only,) = await asyncio.to_thread(files, folder)
    assert b"in the clear" not in await asyncio.to_thread(only.read_bytes)
    mode = (await asyncio.to_thread(only.stat)).st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.rule("L62")
@pytest.mark.parametrize(
    "digest", ["", "00" * 32, "../../etc/passwd", "0" * 63, "A" * 64, "0" * 64 + "\n"]
)
async def test_what_is_not_there_is_missing(blobs: Blobs, digest: str) -> None:
    await blobs.put(stream(BID))
    with pytest.raises(BlobMissing):
        await blobs.size(digest)
    with pytest.raises(BlobMissing):
        await taken(blobs, digest)


@pytest.mark.rule("L63")
async def test_a_document_too_long_is_refused_and_leaves_nothing(
    blobs: Blobs, folder: Path
) -> None:
    with pytest.raises(BlobTooLarge, match="longer than 100 bytes") as refused:
        await blobs.put(stream(bytes(101)), limit=100)
    assert refused.value.limit == 100
    assert await asyncio.to_thread(files, folder) == []
    assert (await blobs.put(stream(bytes(100)), limit=100)).size == 100


@pytest.mark.rule("L63")
async def test_an_upload_that_breaks_off_leaves_nothing(blobs: Blobs, folder: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield bytes(2 * PIECE)
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await blobs.put(broken())
    assert await asyncio.to_thread(files, folder) == []


@pytest.mark.rule("L63")
async def test_an_upload_that_is_given_up_leaves_nothing(blobs: Blobs, folder: Path) -> None:
    begun = asyncio.Event()

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield bytes(PIECE)
            begun.set()

    upload = asyncio.ensure_future(blobs.put(endless()))
    await begun.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert await asyncio.to_thread(files, folder) == []


@pytest.mark.rule("L63")
async def test_too_many_uploads_at_once_are_turned_away(
    blobs: Blobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(blobs_module, "MAX_DRAFTS", 2)
    go_on = asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        await go_on.wait()
        yield b"bid"

    uploads = [asyncio.ensure_future(blobs.put(slow())) for _ in range(2)]
    await asyncio.sleep(0)
    with pytest.raises(BlobsUnavailable, match="2 documents are on their way in already"):
        await blobs.put(stream(BID))
    go_on.set()
    await asyncio.gather(*uploads)
    assert (await blobs.put(stream(BID))).size == len(BID)


@pytest.mark.rule("L21")
async def test_documents_outlive_a_rotation(blobs: Blobs, keys: KeyRing) -> None:
    before = await blobs.put(stream(BID))
    await asyncio.to_thread(keys.rotate, Purpose.AT_REST, 0)
    after = await blobs.put(stream(BID[::-1]))
    assert await taken(blobs, before.digest) == BID
    assert await taken(blobs, after.digest) == BID[::-1]


@pytest.mark.rule("L65")
async def test_a_disk_that_fills_is_said_and_leaves_nothing(blobs: Blobs, folder: Path) -> None:
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (PIECE, before[1]))
    try:
        for size in (4 * PIECE, PIECE):
            with pytest.raises(BlobsUnavailable, match="File too large"):
                await blobs.put(stream(os.urandom(size), PIECE))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert await asyncio.to_thread(files, folder) == []
    assert (await blobs.put(stream(BID))).size == len(BID)


@pytest.mark.rule("L65")
async def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, keys: KeyRing) -> None:
    await asyncio.to_thread((tmp_path / "file").touch)
    blobs = Blobs(tmp_path / "file" / "documents", keys.at_rest)
    with pytest.raises(BlobsUnavailable, match="Not a directory"):
        await blobs.put(stream(BID))


@pytest.mark.rule("L63")
async def test_what_a_crash_left_behind_is_forgotten_when_it_is_old(
    blobs: Blobs, folder: Path
) -> None:
    await blobs.forget_drafts(2_000)
    put = await blobs.put(stream(BID))

    def leave_drafts() -> None:
        for name, seconds in (("old", 1), ("fresh", 3)):
            path = folder / "incoming" / f"{name}.part"
            path.write_bytes(b"half a bid")
            os.utime(path, (seconds, seconds))

    await asyncio.to_thread(leave_drafts)
    await blobs.forget_drafts(2_000)
    left = [path.name for path in await asyncio.to_thread(files, folder)]
    assert left == sorted([put.digest[2:], "fresh.part"])
