"""What stands in front of equal nodes: a door that leads to the first of them that lets one in.

It knows no more than a plain TCP balancer does: who cannot be connected to is passed over, and a
connection whose node ends is broken off.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress


class Door:
    """One address for browsers; `ports` are those of the nodes, the preferred one first."""

    def __init__(self, port: int, ports: Sequence[int]) -> None:
        self.port = port
        self._ports = tuple(ports)
        self._server: asyncio.Server | None = None
        self._passing: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> "Door":
        # A venue comes back at once: nobody is to be turned away at the door.
        self._server = await asyncio.start_server(
            self._let_in, "127.0.0.1", self.port, backlog=1_024
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server is not None
        self._server.close()
        # Who has just been accepted gets as far as being known here.
        await asyncio.sleep(0)
        for task in tuple(self._passing):
            task.cancel()
        await asyncio.gather(*self._passing, return_exceptions=True)

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._passing.add(task)
        try:
            for port in self._ports:
                with suppress(OSError):
                    there, away = await asyncio.open_connection("127.0.0.1", port)
                    await _both_ways((reader, writer), (there, away))
                    break
        except asyncio.CancelledError:
            # The door is being shut; there is nobody to be told.
            return
        finally:
            writer.transport.abort()
            self._passing.discard(task)


_Side = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _both_ways(here: _Side, there: _Side) -> None:
    """Pass on until one side ends, then end the other."""
    ways = [
        asyncio.ensure_future(_pass(here[0], there[1])),
        asyncio.ensure_future(_pass(there[0], here[1])),
    ]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        # Whatever was said last still goes out: a good-bye is followed by the end.
        there[1].close()
        here[1].close()
    with suppress(OSError):
        await here[1].wait_closed()


async def _pass(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await reader.read(65_536):
            writer.write(data)
            await writer.drain()
