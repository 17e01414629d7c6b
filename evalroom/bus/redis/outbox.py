"""What is said to the server in one turn of the loop, written at once."""

import asyncio

from evalroom.bus.redis.limits import OWED_BYTES
from evalroom.bus.redis.line import Line


class Outbox:
    """Commands on their way to one line."""

    def __init__(self, line: Line) -> None:
        self.line = line
        self._commands: list[bytes] = []
        self._owed = 0
        self._due: asyncio.Handle | None = None

    def takes(self, size: int) -> bool:
        """Whether so many bytes more are not too much for a server that is behind."""
        if self._due is None:
            self._owed = self.line.owed
        return self._owed + size <= OWED_BYTES

    def put(self, command: bytes) -> None:
        """Send a command with the others of this turn."""
        self._commands.append(command)
        self._owed += len(command)
        if self._due is None:
            self._due = asyncio.get_running_loop().call_soon(self.flush)

    def flush(self) -> None:
        """Send now."""
        if self._due is not None:
            self._due.cancel()
            self._due = None
        commands, self._commands = self._commands, []
        self.line.write(b"".join(commands))
