"""A studio for each test, whose peers find each other on the loopback."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.app.studio import Studio, studio
from tests.sessions.cast import small_tender


@pytest.fixture
async def here(tmp_path: Path, loopback: None) -> AsyncIterator[Studio]:
    """A studio in which alarms come soon."""
    async with studio(tmp_path, small_tender(alarm_after_seconds="2")) as made:
        yield made
