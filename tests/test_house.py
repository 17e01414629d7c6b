"""The house rules that conftest lays down are really in force."""

import asyncio
from pathlib import Path

import pytest
from blockbuster import BlockingError

from evalroom.config import read_config
from tests.conftest import MARKED_SECONDS


async def test_a_blocking_call_of_ours_on_the_loop_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "evalroom.toml"
    file.write_text("")
    with pytest.raises(BlockingError):
        read_config(file, {})
    # In a thread the same call is what it should be.
    await asyncio.to_thread(read_config, file, {})


async def test_the_loop_watches_for_forgotten_awaits_and_foreign_threads() -> None:
    assert asyncio.get_running_loop().get_debug()


@pytest.mark.slow(33)
def test_a_slow_test_has_the_time_it_asks_for(request: pytest.FixtureRequest) -> None:
    assert seconds(request) == 33


@pytest.mark.slow
@pytest.mark.interop
def test_of_two_markers_the_longer_time_counts(request: pytest.FixtureRequest) -> None:
    assert seconds(request) == MARKED_SECONDS["slow"]


@pytest.mark.interop
@pytest.mark.timeout(7)
def test_a_limit_of_its_own_wins(request: pytest.FixtureRequest) -> None:
    assert seconds(request) == 7


def seconds(request: pytest.FixtureRequest) -> object:
    marker = request.node.get_closest_marker("timeout")
    return marker.args[0]
