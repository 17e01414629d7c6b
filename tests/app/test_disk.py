"""A node whose disk takes no more says so before anybody loses anything, and recovers."""

import asyncio
import os
import shutil
from pathlib import Path

import pytest

from evalroom.app.disk import LEAST_FREE, PROBE, TRIED_EVERY_SECONDS, Disk, free_bytes
from tests.identity.parts import StillClock
from tests.test_app import get, started

WELL = {"space": True, "disk": True}


async def after_a_while(disk: Disk, clock: StillClock) -> dict[str, bool]:
    await clock.sleep(TRIED_EVERY_SECONDS)
    return dict(await disk.needs())


@pytest.mark.rule("A40")
async def test_a_disk_that_is_full_is_noticed_and_so_is_that_it_has_room_again(
    tmp_path: Path,
) -> None:
    clock = StillClock()
    disk = Disk(tmp_path, clock)
    assert await disk.needs() == WELL
    # Whatever is written there meets a disk without room: the system's own one.
    (tmp_path / PROBE).symlink_to("/dev/full")
    assert await after_a_while(disk, clock) == {"space": True, "disk": False}
    assert await after_a_while(disk, clock) == WELL
    assert await asyncio.to_thread(os.listdir, tmp_path) == []


@pytest.mark.rule("A40")
async def test_too_little_room_is_noticed_before_there_is_none(tmp_path: Path) -> None:
    clock, left = StillClock(), [LEAST_FREE]
    disk = Disk(tmp_path, clock, lambda _: left[0])
    assert await disk.needs() == WELL
    left[0] -= 1
    assert await disk.needs() == WELL, "not looked at again so soon"
    assert await after_a_while(disk, clock) == {"space": False, "disk": True}
    left[0] += 1
    assert await after_a_while(disk, clock) == WELL


@pytest.mark.rule("A40")
async def test_a_folder_that_has_gone_is_noticed(tmp_path: Path) -> None:
    disk = Disk(tmp_path / "gone", StillClock())
    assert await disk.needs() == {"space": False, "disk": False}
    assert list(disk.collect()) == []


@pytest.mark.rule("A40")
async def test_a_whole_node_is_not_ready_while_its_disk_takes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.app.disk.TRIED_EVERY_SECONDS", 0.0)
    async with started(tmp_path) as running:
        assert (await get(f"{running.url}/readyz"))[0] == 200
        (tmp_path / PROBE).symlink_to("/dev/full")
        status, problem = await get(f"{running.url}/readyz")
        assert (status, '"missing":["disk"]' in problem) == (503, True)
        assert (await get(f"{running.url}/readyz"))[0] == 200


def test_what_is_left_is_what_the_system_says(tmp_path: Path) -> None:
    assert 0 < free_bytes(tmp_path) <= shutil.disk_usage(tmp_path).total
