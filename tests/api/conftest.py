"""A node for each test, and the people who use it."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.api.node import Browser, Node, node


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Node]:
    async with node(tmp_path) as running:
        yield running


@pytest.fixture
async def sysadm(site: Node) -> Browser:
    return await site.at_desk("sysadm", "system")


@pytest.fixture
async def secadm(site: Node) -> Browser:
    return await site.at_desk("secadm", "security")


@pytest.fixture
async def auditor(site: Node) -> Browser:
    return await site.at_desk("auditor", "audit")
