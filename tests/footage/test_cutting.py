"""Containers and cuts: what was recorded plays elsewhere, whole or in pieces."""

import json
import shutil
import subprocess
import time
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import av
import pytest

from evalroom.footage import cutting
from evalroom.footage.containers import Muxer, Piece, vp8_size
from evalroom.footage.cutting import NothingRecorded, TooLong, cut
from evalroom.footage.pieces import all_pieces, first_piece
from evalroom.footage.segment_file import SegmentDamaged
from evalroom.footage.shelf import Footage, Shelf
from evalroom.wire.media_frame import Codec
from tests.footage.test_shelf import CAMERA, SESSION, shelf
from tests.media import frames, sounds

NAMES: dict[Codec, Any] = {Codec.VP8: "vp8", Codec.H264: "h264"}


def container(codec: Codec, *, sound: bool = True, close: bool = True, seconds: int = 6) -> bytes:
    """A recording of so many seconds, as its bytes came."""
    out: list[bytes] = []
    pictures = frames(codec, seconds * 15, at=0)
    muxer = Muxer(out.append, Piece(NAMES[codec], pictures[0].data, True, 0), sound)
    pieces = [Piece(NAMES[codec], f.data, f.key, f.media_us) for f in pictures]
    if sound:
        pieces += [Piece("opus", f.data, True, f.media_us) for f in sounds(seconds * 50)]
    for piece in sorted(pieces, key=lambda p: p.time):
        muxer.write(piece)
    if close:
        muxer.close()
    return b"".join(out)


def on(shelf: Shelf, codec: Codec, *, begun: int = 10_000, seconds: int = 6) -> None:
    kind = "webm" if codec is Codec.VP8 else "mp4"
    segment = shelf.begin(SESSION, CAMERA, 1, begun, kind)  # type: ignore[arg-type]
    segment.write(container(codec, seconds=seconds))
    segment.close(begun + seconds * 1_000)


def packets(data: bytes, kind: str) -> list[float]:
    """The times (s) of a file's packets of one kind."""
    with av.open(BytesIO(data), "r") as file:
        stream = next(s for s in file.streams if s.type == kind)
        return [float(p.pts * p.time_base) for p in file.demux(stream) if p.pts is not None]


@pytest.mark.rule("M64")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_a_recording_plays_and_decodes_to_its_last_picture(codec: Codec) -> None:
    data = container(codec)
    with av.open(BytesIO(data), "r") as file:
        assert sum(1 for _ in file.decode(video=0)) == 90
    with av.open(BytesIO(data), "r") as file:
        assert sum(frame.samples for frame in file.decode(audio=0)) >= 5.9 * 48_000


@pytest.mark.rule("M64")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_a_recording_that_was_never_closed_plays_but_for_its_last_two_seconds(codec: Codec) -> None:
    data = container(codec, close=False, seconds=8)
    with av.open(BytesIO(data), "r") as file:
        assert sum(1 for _ in file.decode(video=0)) >= 6 * 15


@pytest.mark.rule("M64")
def test_a_sound_that_stops_does_not_hold_the_picture_back() -> None:
    out: list[bytes] = []
    pictures = frames(Codec.VP8, 90)
    muxer = Muxer(out.append, Piece("vp8", pictures[0].data, True, 0), True)
    for picture in pictures:
        muxer.write(Piece("vp8", picture.data, picture.key, picture.media_us))
    assert sum(map(len, out)) > sum(len(p.data) for p in pictures) / 2
    muxer.close()


def test_a_picture_that_is_none_is_refused() -> None:
    for broken in (b"", b"\x01" * 20, bytes(20)):
        with pytest.raises(ValueError, match="not a VP8 key frame"):
            vp8_size(broken)


@pytest.mark.rule("M65")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_a_cut_begins_at_the_key_frame_before_its_time(tmp_path: Path, codec: Codec) -> None:
    here = shelf(tmp_path)
    on(here, codec)
    [piece] = cut(here, SESSION, CAMERA, 13_000, 15_000)
    assert piece.begun == 12_000
    assert 14_800 <= piece.ended <= 15_000
    pictures = packets(piece.data, "video")
    assert pictures[0] == pytest.approx(0, abs=0.04)
    assert len(pictures) == 45
    assert packets(piece.data, "audio")[-1] == pytest.approx(2.98, abs=0.05)
    with av.open(BytesIO(piece.data), "r") as file:
        assert sum(1 for _ in file.decode(video=0)) == 45


@pytest.mark.rule("M65")
def test_a_cut_over_two_segments_is_two_files(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    on(here, Codec.VP8)
    on(here, Codec.H264, begun=16_000)
    pieces = cut(here, SESSION, CAMERA, 15_000, 17_000)
    assert [(p.container, p.begun) for p in pieces] == [("webm", 14_000), ("mp4", 16_000)]


@pytest.mark.rule("M152")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_what_is_being_written_is_cut_as_well(tmp_path: Path, codec: Codec) -> None:
    here = shelf(tmp_path)
    begun = time.time_ns() // 1_000_000 - 8_000
    kind = "webm" if codec is Codec.VP8 else "mp4"
    growing = here.begin(SESSION, CAMERA, 1, begun, kind)  # type: ignore[arg-type]
    span = begun + 1_000, begun + 60_000
    with pytest.raises(NothingRecorded):
        first_piece(here, SESSION, CAMERA, *span)
    growing.write(container(codec, close=False, seconds=8))
    for pieces in (cut(here, SESSION, CAMERA, *span), [first_piece(here, SESSION, CAMERA, *span)]):
        [piece] = pieces
        assert piece.begun == begun
        assert begun + 5_500 <= piece.ended <= begun + 8_000
        with av.open(BytesIO(piece.data), "r") as file:
            assert sum(1 for _ in file.decode(video=0)) >= 5 * 15
    assert here.find(SESSION, CAMERA, *span) == ()
    growing.close(begun + 8_000)
    [closed] = here.newest(SESSION, CAMERA, *span)
    assert not closed.growing


@pytest.mark.rule("M152")
def test_a_segment_that_is_closed_while_somebody_looks_is_found_under_its_new_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = shelf(tmp_path)
    begun = time.time_ns() // 1_000_000 - 6_000
    growing = here.begin(SESSION, CAMERA, 1, begun, "webm")
    growing.write(container(Codec.VP8))
    read = here.read

    def closed_meanwhile(footage: Footage) -> Iterator[bytes]:
        if footage.growing:
            growing.close(begun + 6_000)
        return read(footage)

    monkeypatch.setattr(here, "read", closed_meanwhile)
    [piece] = cut(here, SESSION, CAMERA, begun, begun + 4_000)
    assert piece.begun == begun


@pytest.mark.rule("M65")
def test_a_time_without_footage_is_said(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    with pytest.raises(NothingRecorded):
        cut(here, SESSION, CAMERA, 0, 1_000)
    on(here, Codec.VP8)
    with pytest.raises(NothingRecorded):
        cut(here, SESSION, CAMERA, 20_000, 30_000)


@pytest.mark.rule("M65")
def test_a_cut_that_is_too_long_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = shelf(tmp_path)
    on(here, Codec.VP8)
    monkeypatch.setattr(cutting, "MAX_CUT_BYTES", 1_000)
    with pytest.raises(TooLong):
        cut(here, SESSION, CAMERA, 10_000, 16_000)


@pytest.mark.interop
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_ffprobe_finds_nothing_wrong_with_a_cut(tmp_path: Path, codec: Codec) -> None:
    probe = shutil.which("ffprobe")
    assert probe is not None, "ffprobe is wanted: apt install ffmpeg"
    here = shelf(tmp_path)
    on(here, codec)
    [piece] = cut(here, SESSION, CAMERA, 10_000, 16_000)
    file = tmp_path / f"cut.{piece.container}"
    file.write_bytes(piece.data)
    shows = ("-count_frames", "-show_streams", "-show_format", "-of", "json")
    told = subprocess.run(
        [probe, "-v", "error", *shows, file], capture_output=True, check=True, timeout=30
    )
    assert told.stderr == b""
    found = json.loads(told.stdout)
    [picture] = [s for s in found["streams"] if s["codec_type"] == "video"]
    assert int(picture["nb_read_frames"]) == 90
    assert float(found["format"]["duration"]) == pytest.approx(6, abs=0.2)


@pytest.mark.rule("M147")
def test_the_first_piece_of_a_time_ends_with_its_segment(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    for begun in (10_000, 16_000):
        on(here, Codec.VP8, begun=begun)
    first = first_piece(here, SESSION, CAMERA, 13_000, 20_000)
    assert (first.begun, first.ended) == (12_000, 16_000)
    rest = first_piece(here, SESSION, CAMERA, first.ended, 20_000)
    assert (rest.begun, rest.ended) == (16_000, 20_000)
    assert [one.begun for one in all_pieces(here, SESSION, CAMERA, 13_000, 20_000)] == [
        12_000, 16_000,
    ]  # fmt: skip
    with pytest.raises(NothingRecorded):
        first_piece(here, SESSION, CAMERA, 30_000, 40_000)


@pytest.mark.rule("M147")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_who_asks_on_from_where_a_piece_ended_comes_to_the_end(
    tmp_path: Path, codec: Codec
) -> None:
    here = shelf(tmp_path)
    on(here, codec, begun=10_000)
    on(here, codec, begun=21_003)
    first = first_piece(here, SESSION, CAMERA, 9_000, 40_000)
    rest = first_piece(here, SESSION, CAMERA, first.ended, 40_000)
    assert [(one.begun, one.ended) for one in (first, rest)] == [
        (10_000, 16_000), (21_003, 27_003),
    ]  # fmt: skip
    with pytest.raises(NothingRecorded):
        first_piece(here, SESSION, CAMERA, rest.ended, 40_000)


@pytest.mark.rule("M61")
@pytest.mark.parametrize("codec", [Codec.VP8, Codec.H264])
def test_what_was_broken_off_ends_with_the_last_that_it_holds(tmp_path: Path, codec: Codec) -> None:
    here = shelf(tmp_path)
    kind = "webm" if codec is Codec.VP8 else "mp4"
    killed = here.begin(SESSION, CAMERA, 1, 10_000, kind)  # type: ignore[arg-type]
    killed.write(container(codec, close=False, seconds=8))
    killed.abandon()
    [repaired] = here.repair(lambda path: 60_000)
    [piece] = cut(here, SESSION, CAMERA, 10_000, 60_000)
    assert repaired.footage.ended == piece.ended
    assert 15_500 <= piece.ended <= 18_000
    with pytest.raises(NothingRecorded):
        cut(here, SESSION, CAMERA, piece.ended, 60_000)


@pytest.mark.rule("M147")
def test_a_segment_that_holds_no_container_is_damaged(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    segment = here.begin(SESSION, CAMERA, 1, 10_000, "webm")
    segment.write(b"no film at all")
    segment.close(16_000)
    with pytest.raises(SegmentDamaged):
        first_piece(here, SESSION, CAMERA, 10_000, 12_000)
