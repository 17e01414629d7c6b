"""A stored document that was tampered with does not open, and says which document it is."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalroom.identity.keys import KeyRing
from evalroom.storage.blob_file import CHUNK, StoredBlob
from evalroom.storage.blobs import BlobDamaged, Blobs
from tests.storage.parts import ring
from tests.storage.test_blobs import BID, files, stream, taken


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def blobs(folder: Path, keys: KeyRing) -> Blobs:
    return Blobs(folder, keys.at_rest)


@pytest.mark.rule("L64")
async def test_every_flipped_byte_is_noticed(blobs: Blobs, folder: Path) -> None:
    put = await blobs.put(stream(BID))
    (only,) = await asyncio.to_thread(files, folder)
    whole = await asyncio.to_thread(only.read_bytes)
    header = range(56)
    edges = [56, 56 + CHUNK, 56 + CHUNK + 15, 56 + CHUNK + 16, len(whole) - 1]
    for place in [*header, *edges]:
        flipped = bytearray(whole)
        flipped[place] ^= 1
        await asyncio.to_thread(only.write_bytes, flipped)
        with pytest.raises(BlobDamaged, match=f"document {put.digest}: "):
            await taken(blobs, put.digest)
    await asyncio.to_thread(only.write_bytes, whole)
    assert await taken(blobs, put.digest) == BID


@pytest.mark.rule("L64")
async def test_a_cut_a_swap_and_a_growth_are_noticed(blobs: Blobs, folder: Path) -> None:
    put = await blobs.put(stream(BID))
    (only,) = await asyncio.to_thread(files, folder)
    whole = await asyncio.to_thread(only.read_bytes)
    step = CHUNK + 16
    first, second = whole[56 : 56 + step], whole[56 + step : 56 + 2 * step]
    forgeries = {
        "cut at a chunk": whole[: 56 + 2 * step],
        "cut within": whole[:-1],
        "cut in the header": whole[:40],
        "empty": b"",
        "grown": whole + b"x",
        "swapped": whole[:56] + second + first + whole[56 + 2 * step :],
        "repeated": whole[:56] + first + first + whole[56 + 2 * step :],
    }
    for forgery in forgeries.values():
        await asyncio.to_thread(only.write_bytes, forgery)
        with pytest.raises(BlobDamaged):
            await taken(blobs, put.digest)


@pytest.mark.rule("L64")
async def test_damage_in_one_place_leaves_the_rest_readable(blobs: Blobs, folder: Path) -> None:
    put = await blobs.put(stream(BID))
    (only,) = await asyncio.to_thread(files, folder)
    whole = bytearray(await asyncio.to_thread(only.read_bytes))
    whole[56 + CHUNK + 16] ^= 1
    await asyncio.to_thread(only.write_bytes, whole)
    assert await taken(blobs, put.digest, 0, CHUNK) == BID[:CHUNK]
    with pytest.raises(BlobDamaged, match="chunk 1 does not open"):
        await taken(blobs, put.digest, CHUNK, 1)
    # The document itself is still at hand somewhere: putting it again mends the copy.
    await blobs.put(stream(BID))
    assert await taken(blobs, put.digest) == BID


@pytest.mark.rule("L64")
async def test_one_document_never_passes_for_another(blobs: Blobs, folder: Path) -> None:
    one, other = await blobs.put(stream(BID)), await blobs.put(stream(BID[::-1]))

    def put_in_its_place() -> None:
        source = folder / one.digest[:2] / one.digest[2:]
        (folder / other.digest[:2] / other.digest[2:]).write_bytes(source.read_bytes())

    await asyncio.to_thread(put_in_its_place)
    with pytest.raises(BlobDamaged, match="its header does not open"):
        await taken(blobs, other.digest)


@pytest.mark.rule("L64")
async def test_documents_under_a_key_that_is_not_held_say_so(
    blobs: Blobs, folder: Path, tmp_path: Path
) -> None:
    put = await blobs.put(stream(BID))
    stranger = Blobs(folder, (await asyncio.to_thread(ring, tmp_path, 2)).at_rest)
    with pytest.raises(BlobDamaged, match="which is not held here"):
        await stranger.size(put.digest)


def test_a_file_is_let_go_when_its_header_is_broken(folder: Path, keys: KeyRing) -> None:
    folder.mkdir()
    (folder / "x").write_bytes(b"EVRBLOB1" + bytes(100))
    before = _open_files()
    with pytest.raises(BlobDamaged):
        StoredBlob(folder / "x", "00" * 32, keys.at_rest)
    assert _open_files() == before


def _open_files() -> int:
    return sum(1 for _ in _descriptors())


def _descriptors() -> Iterator[Path]:
    return Path("/dev/fd").iterdir()
