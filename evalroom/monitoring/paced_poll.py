"""Many sockets in one poll, read together at a pace.

To wake a process for a packet costs more than all that is done with the packet. So sockets that
have little to say, and say it often, stand in one poll of their own: the loop hears of it as of one
socket, and while more comes than a few things a tick, it is asked at that pace and by nobody else.
"""

import asyncio
import select
from collections.abc import Callable
from typing import Final

PACE_SECONDS: Final = 0.1
"""How often it is asked whether much comes."""

TOGETHER: Final = 3
"""Things a tick: with fewer, to look in vain costs more than to be woken."""


class PacedPoll:
    """A poll of the running loop, asked at each thing that comes while few do, and every `tick`
    seconds while many do. It is there while anybody stands in it.
    """

    def __init__(self, tick: float) -> None:
        self._every = tick
        self._many = TOGETHER * round(PACE_SECONDS / tick)
        """Things in `PACE_SECONDS` from which on to look at every tick is less than to be woken."""
        self._loop = asyncio.get_running_loop()
        self._poll: select.epoll | None = None
        self._reads: dict[int, Callable[[], int]] = {}
        self._tick: asyncio.TimerHandle | None = None
        self._came = 0
        """Things since `_since`."""
        self._since = self._loop.time()

    def __len__(self) -> int:
        return len(self._reads)

    @property
    def ticking(self) -> bool:
        """Whether much comes."""
        return self._tick is not None

    def add(self, number: int, read: Callable[[], int]) -> None:
        """Call `read` when something has come to the socket of this number; it takes what has come
        and says how much that was.
        """
        if self._poll is None:
            self._poll = select.epoll()
            self._loop.add_reader(self._poll.fileno(), self._look)
        self._poll.register(number, select.EPOLLIN)
        self._reads[number] = read

    def remove(self, number: int) -> None:
        """Call it no more; to be done before the socket is closed. Safe to repeat."""
        if self._poll is None or self._reads.pop(number, None) is None:
            return
        self._poll.unregister(number)
        if not self._reads:
            if self._tick is None:
                self._loop.remove_reader(self._poll.fileno())
            else:
                self._tick.cancel()
                self._tick = None
            self._poll.close()
            self._poll = None

    def _look(self) -> None:
        if self._poll is None:
            return
        if self._tick is not None:
            self._tick = self._loop.call_later(self._every, self._look)
        for number, _ in self._poll.poll(0):
            if (read := self._reads.get(number)) is not None:
                self._came += read()
        if self._loop.time() - self._since >= PACE_SECONDS:
            self._keep_pace()

    def _keep_pace(self) -> None:
        """Choose how the next looks come about."""
        many, self._came, self._since = self._came >= self._many, 0, self._loop.time()
        if self._poll is None:
            return
        if many and self._tick is None:
            self._loop.remove_reader(self._poll.fileno())
            self._tick = self._loop.call_later(self._every, self._look)
        elif not many and self._tick is not None:
            self._tick.cancel()
            self._tick = None
            self._loop.add_reader(self._poll.fileno(), self._look)
