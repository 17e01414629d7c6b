"""Segments on the disk: whole records or none, whatever happens between two bytes."""

from hashlib import sha256
from pathlib import Path

import pytest

from evalroom.footage.segment_file import (
    HEADER_BYTES,
    MAX_RECORD,
    SegmentDamaged,
    SegmentWriter,
    Written,
    read_segment,
)
from evalroom.identity.keys import Purpose, SecretKeys

KEYS = SecretKeys(Purpose.AT_REST, [b"k" * 32])
PARTS = [b"one" * 100, b"two" * 1_000, b"three"]


def random(count: int) -> bytes:
    return bytes(range(count))


def written(path: Path, *, close: bool = True) -> SegmentWriter:
    writer = SegmentWriter(path, KEYS, random)
    for part in PARTS:
        writer.write(part)
    if close:
        writer.close()
    return writer


def as_it_lies(path: Path) -> Written:
    return Written(path.stat().st_size, sha256(path.read_bytes()).hexdigest())


@pytest.mark.rule("M60")
def test_what_was_written_is_read_and_lies_there_encrypted(tmp_path: Path) -> None:
    path = tmp_path / "s"
    written(path)
    assert list(read_segment(path, KEYS)) == PARTS
    assert b"oneone" not in path.read_bytes()
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.rule("M60")
def test_the_hash_is_that_of_the_file_as_it_lies_there(tmp_path: Path) -> None:
    writer = written(tmp_path / "s", close=False)
    assert writer.close() == as_it_lies(tmp_path / "s")


@pytest.mark.rule("M61")
def test_a_file_cut_at_any_byte_gives_its_whole_records_and_does_not_pass_for_closed(
    tmp_path: Path,
) -> None:
    path = tmp_path / "s"
    written(path)
    whole = path.read_bytes()
    for length in [*range(HEADER_BYTES, HEADER_BYTES + 40), *range(len(whole) - 60, len(whole))]:
        path.write_bytes(whole[:length])
        found = list(read_segment(path, KEYS, growing=True))
        assert found == PARTS[: len(found)]
        with pytest.raises(SegmentDamaged):
            list(read_segment(path, KEYS))


@pytest.mark.rule("M61")
def test_a_killed_writers_file_is_closed_at_its_last_whole_record(tmp_path: Path) -> None:
    path = tmp_path / "s"
    written(path, close=False).abandon()
    whole = path.read_bytes()
    path.write_bytes(whole[:-3])
    again = SegmentWriter.resumed(path, KEYS)
    assert again.close() == as_it_lies(path)
    assert list(read_segment(path, KEYS)) == PARTS[:2]


@pytest.mark.rule("M61")
def test_a_writer_that_died_after_its_last_word_has_lost_nothing(tmp_path: Path) -> None:
    path = tmp_path / "s"
    before = written(path, close=False).close()
    assert SegmentWriter.resumed(path, KEYS).close() == before


@pytest.mark.rule("M61")
def test_a_living_writers_file_is_not_repaired(tmp_path: Path) -> None:
    writer = written(tmp_path / "s", close=False)
    with pytest.raises(BlockingIOError):
        SegmentWriter.resumed(tmp_path / "s", KEYS)
    writer.close()


@pytest.mark.rule("M62")
@pytest.mark.parametrize("place", [HEADER_BYTES + 5, HEADER_BYTES + 400, -1, 12])
def test_a_changed_byte_is_found(tmp_path: Path, place: int) -> None:
    path = tmp_path / "s"
    written(path)
    raw = bytearray(path.read_bytes())
    raw[place] ^= 1
    path.write_bytes(raw)
    with pytest.raises(SegmentDamaged):
        list(read_segment(path, KEYS))


@pytest.mark.rule("M62")
def test_bytes_after_the_end_are_found(tmp_path: Path) -> None:
    path = tmp_path / "s"
    written(path)
    path.write_bytes(path.read_bytes() + b"more")
    with pytest.raises(SegmentDamaged):
        list(read_segment(path, KEYS))


@pytest.mark.rule("M62")
@pytest.mark.parametrize("content", [b"", b"EVRFOOT1", b"something else entirely, and long enough"])
def test_what_is_no_segment_is_called_so(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "s").write_bytes(content)
    with pytest.raises(SegmentDamaged, match="header"):
        list(read_segment(tmp_path / "s", KEYS))


def test_a_key_that_is_not_held_is_named(tmp_path: Path) -> None:
    written(tmp_path / "s")
    with pytest.raises(SegmentDamaged, match=KEYS.current.hex()):
        list(read_segment(tmp_path / "s", SecretKeys(Purpose.AT_REST, [b"x" * 32])))


def test_a_part_larger_than_a_record_is_several(tmp_path: Path) -> None:
    writer = SegmentWriter(tmp_path / "s", KEYS, random)
    writer.write(bytes(MAX_RECORD + 1))
    writer.close()
    assert [len(part) for part in read_segment(tmp_path / "s", KEYS)] == [MAX_RECORD, 1]
