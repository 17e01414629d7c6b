"""A node that shows walls, for each test."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from tests.signaling.wall_node import WallNode

Start = Callable[..., Awaitable[WallNode]]


@pytest.fixture
async def start() -> AsyncIterator[Start]:
    """Start a node with what the test wants changed."""
    async with AsyncExitStack() as stack:

        async def start(**wanted: Any) -> WallNode:
            node = WallNode(stack, **wanted)
            await node.start()
            return node

        yield start


@pytest.fixture
async def node(start: Start) -> WallNode:
    return await start()
