"""The shelf: segments found by session, source and time, and put in order after a crash."""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from evalroom.footage.shelf import Shelf
from tests.footage.test_segment_file import KEYS, as_it_lies

SESSION = "0" * 32
CAMERA = "seat.m/1.camera"


def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "footage", KEYS)


def recorded(shelf: Shelf, begun: int, ended: int, source: str = CAMERA) -> None:
    segment = shelf.begin(SESSION, source, 7, begun, "webm")
    segment.write(f"{begun}".encode())
    segment.close(ended)


@pytest.mark.rule("M63")
def test_segments_are_found_by_the_time_they_overlap(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    for begun in (3_000, 1_000, 2_000):
        recorded(here, begun, begun + 1_000)
    recorded(here, 1_000, 2_000, "seat.m2.camera")
    found = here.find(SESSION, CAMERA, 1_500, 3_000)
    assert [(f.begun, f.ended) for f in found] == [(1_000, 2_000), (2_000, 3_000)]
    assert b"".join(here.read(found[0])) == b"1000"
    assert here.sources(SESSION) == (CAMERA, "seat.m2.camera")
    assert here.find("1" * 32, CAMERA, 0, 9_000) == ()
    assert here.sources("1" * 32) == ()


@pytest.mark.rule("M63")
def test_a_segment_that_is_being_written_is_not_found_yet(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    segment = here.begin(SESSION, CAMERA, 7, 1_000, "webm")
    segment.write(b"x")
    assert here.find(SESSION, CAMERA, 0, 9_000) == ()
    assert segment.size > 0
    segment.close(2_000)
    assert len(here.find(SESSION, CAMERA, 0, 9_000)) == 1


@pytest.mark.rule("M61", "M63")
def test_a_killed_process_leaves_segments_that_are_closed_at_the_next_start(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from evalroom.footage.shelf import Shelf
from evalroom.identity.keys import Purpose, SecretKeys
shelf = Shelf(Path({str(tmp_path / "footage")!r}), SecretKeys(Purpose.AT_REST, [b"k" * 32]))
segment = shelf.begin({SESSION!r}, {CAMERA!r}, 7, 1_000, "webm")
segment.write(b"kept")
empty = shelf.begin({SESSION!r}, "seat.m2.camera", 7, 1_000, "mp4")
os.kill(os.getpid(), signal.SIGKILL)
"""
    killed = subprocess.run([sys.executable, "-c", program], check=False, timeout=15)
    assert killed.returncode == -9
    here = shelf(tmp_path)
    alive = here.begin(SESSION, "seat.m3.camera", 7, 1_000, "webm")
    [repaired] = here.repair(lambda path: 5_000)
    assert (repaired.footage.source, repaired.footage.ended) == (CAMERA, 5_000)
    assert b"".join(here.read(repaired.footage)) == b"kept"
    assert repaired.written == as_it_lies(repaired.footage.path)
    assert list(here.repair()) == []
    alive.close(2_000)


@pytest.mark.rule("M63")
def test_a_session_is_deleted_whole(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    recorded(here, 1_000, 2_000)
    recorded(here, 1_000, 2_000, "seat.m2.camera")
    assert here.delete(SESSION) == 2
    assert here.sources(SESSION) == ()
    assert here.delete(SESSION) == 0


@pytest.mark.rule("M63")
def test_two_who_delete_at_once_remove_each_segment_once_and_do_not_fail(tmp_path: Path) -> None:
    here = shelf(tmp_path)
    for begun in range(1_000, 1_200):
        recorded(here, begun, begun + 1)
    with ThreadPoolExecutor(4) as threads:
        removed = list(threads.map(here.delete, [SESSION] * 4))
    assert sum(removed) == 200
    assert here.sources(SESSION) == ()


def test_the_disk_says_what_is_left(tmp_path: Path) -> None:
    assert shelf(tmp_path).free_bytes() > 0
