"""A house for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.rehearsal.house import House, config, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(config(tmp_path / "data")) as built:
        yield built
