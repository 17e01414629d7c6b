"""One connection to a Redis server: what is asked, what is heard, and how it ends."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, cast

import hiredis

from evalroom.bus.redis.commands import PING, command
from evalroom.bus.redis.limits import CLOSE_SECONDS, FEED_BYTES, REPLY_BYTES
from evalroom.bus.redis.reasons import Lost, Refusal, words_of

Heard = Callable[[bytes, bytes], None]

_NOTHING: Final = object()
_CONFIRMED: Final = (b"subscribe", b"unsubscribe")
_SIGNS_OF_LIFE: Final = (b"PONG", [b"pong", b""])


class Line(asyncio.Protocol):
    """A connection. `ended` is done, with the reason, as soon as it is of no use; `gone` when
    nothing is left of it.
    """

    def __init__(self, heard: Heard) -> None:
        """`heard` is given topic and envelope of each message. Made on the event loop."""
        loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[str] = loop.create_future()
        self.gone: asyncio.Future[None] = loop.create_future()
        self._asked: asyncio.Future[Any] | None = None
        self._heard = heard
        self._alive = True
        self._reader = hiredis.Reader(replyError=Refusal, notEnoughData=_NOTHING)
        self._transport: asyncio.Transport

    @property
    def owed(self) -> int:
        """Bytes that were written and that the server has not taken yet."""
        return self._transport.get_write_buffer_size()

    async def ask(self, *words: str | bytes) -> Any:
        """The answer to a command, one at a time. Raises `Refusal` and `Lost`."""
        if self.ended.done():
            raise Lost(self.ended.result())
        self._asked = asyncio.get_running_loop().create_future()
        self.write(command(*words))
        answer = await self._asked
        if isinstance(answer, Refusal):
            raise answer
        return answer

    def write(self, commands: bytes) -> None:
        """Send commands whose answers nobody waits for; a refusal of one ends the line."""
        if not self.ended.done():
            self._transport.write(commands)

    def beat(self) -> None:
        """Ask for a sign of life; a server that gave none since the last time is gone."""
        if not self._alive:
            self.end("it has fallen silent")
        self._alive = False
        self.write(PING)

    def end(self, reason: str) -> None:
        """Give the line up at once: what was not sent yet is lost."""
        if not self.ended.done():
            self._over(reason)
            self._transport.abort()

    async def caught_up(self) -> None:
        """Come back when the server has read all that was written so far. Raises as `ask`."""
        await self.ask("PING", "caught up")

    async def close(self) -> None:
        """Hang up, after the server has read what was written if it does so soon.

        Hanging up on a server whose answers nobody has read would take back what it has not read.
        """
        with suppress(Lost, Refusal, TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self.caught_up()
        self.end("it was closed here")
        await self.gone

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """asyncio: there is a connection."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """asyncio: the server has sent something."""
        self._alive = True
        try:
            for start in range(0, len(data), FEED_BYTES):
                self._reader.feed(data, start, min(FEED_BYTES, len(data) - start))
                while (reply := self._reader.gets()) is not _NOTHING:
                    self._take(reply)
        except hiredis.ProtocolError:
            self.end("it does not speak as Redis does")
        if self._reader.len() > REPLY_BYTES:
            self.end("it sends more than any answer has")

    def connection_lost(self, exc: Exception | None) -> None:
        """asyncio: there is none any more."""
        if not self.ended.done():
            self._over(words_of(exc) if isinstance(exc, OSError) else "it has hung up")
        self.gone.set_result(None)

    def _over(self, reason: str) -> None:
        self.ended.set_result(reason)
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(Lost(reason))

    def _take(self, reply: Any) -> None:
        if type(reply) is int:
            # How many have heard a message.
            return
        if type(reply) is list and len(reply) == 3:
            kind, topic, envelope = reply
            if kind == b"message" and type(topic) is type(envelope) is bytes:
                self._heard(topic, envelope)
                return
            if kind in _CONFIRMED:
                return
        if reply in _SIGNS_OF_LIFE:
            return
        if self._asked is not None:
            answered, self._asked = self._asked, None
            if not answered.done():
                answered.set_result(reply)
        elif isinstance(reply, Refusal):
            self.end(words_of(reply))
