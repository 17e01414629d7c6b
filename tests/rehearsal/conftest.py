"""A house for each test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from tests.rehearsal.house import House, house


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as built:
        yield built


@pytest.fixture
def loopback(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Simulated cameras call from this machine's own address, whatever networks it has."""

    def addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
        return ["127.0.0.1"]

    with monkeypatch.context() as patch:
        patch.setattr("aioice.ice.get_host_addresses", addresses)
        yield
