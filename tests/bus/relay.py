"""A hand on the wire: a TCP relay that can be cut, mended, or held so that nothing passes."""

import asyncio
import ssl
from contextlib import suppress


class Relay:
    """Passes bytes on between whoever connects and one server on this machine."""

    def __init__(self, target: int, tls: ssl.SSLContext | None = None) -> None:
        """`target` is the server's port; with `tls` the relay is spoken to over TLS."""
        self.connections = 0
        """How many have been let in so far."""
        self.port = 0
        self._target = target
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._passing = asyncio.Event()
        self._passing.set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        """Let connections in, always at the same port."""
        self._server = await asyncio.start_server(
            self._let_in, "127.0.0.1", self.port, ssl=self._tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Break what passes, and let nobody in."""
        assert self._server is not None
        self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.gather(*self._tasks)

    def hold(self) -> None:
        """Let nothing pass from now on; connections stand, and more are let in."""
        self._passing.clear()

    def release(self) -> None:
        """Let pass again, beginning with what was held."""
        self._passing.set()

    async def close(self) -> None:
        """End all of it."""
        self.release()
        await self.cut()

    async def _let_in(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            there, away = await asyncio.open_connection("127.0.0.1", self._target)
            self._writers.add(away)
            await asyncio.gather(self._pass(reader, away), self._pass(there, writer))
            self._writers.discard(away)
        except OSError:
            writer.transport.abort()
        finally:
            self._writers.discard(writer)
            self._tasks.discard(task)

    async def _pass(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                await self._passing.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
