"""What one node asks of another by its name: to end a publication or a subscription it holds.

    node:{name}     Ask, and what came of it, Told

Whoever wants to end something of his own asks any node; its name says which one holds it. A node
that does not answer holds nothing any more.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Final, Literal

import msgspec
from msgspec import Struct

from evalroom.bus.bus import Bus
from evalroom.sessions.refusals import Refused

log = logging.getLogger(__name__)

ANSWER_SECONDS: Final = 2.0
"""A node answers within milliseconds, or is not there."""

ASKED: Final = 256
"""Questions of others that are being answered; each closes a connection."""

What = Literal["publication", "subscription"]


class Ending(Struct, frozen=True):
    """What is to be ended, and whose it has to be."""

    what: What
    name: str
    account: str
    session: str
    source: str


class Ask(Struct, frozen=True, tag="ask"):
    """End this, and tell `back`."""

    id: bytes
    back: str
    ending: Ending


class Told(Struct, frozen=True, tag="told"):
    """It has been ended, or was refused."""

    id: bytes
    code: str | None


_encode = msgspec.msgpack.Encoder().encode
_read = msgspec.msgpack.Decoder(Ask | Told).decode

End = Callable[[Ending], Awaitable[None]]


class Directed:
    """This node's ear, and its word to others. `end` ends what this node holds, or refuses."""

    def __init__(self, node: str, bus: Bus, end: End, random: Callable[[int], bytes]) -> None:
        self._node = node
        self._bus = bus
        self._end = end
        self._random = random
        self._waiting: dict[bytes, asyncio.Future[str | None]] = {}
        self._answering: set[asyncio.Task[None]] = set()
        self._unsubscribe = bus.subscribe(f"node:{node}", self._heard)

    async def ask(self, node: str, ending: Ending) -> None:
        """Have another node end something. Raises `Refused` as that one does, and
        `unknown_publication` when it does not answer.
        """
        number = self._random(16)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            self._bus.publish(f"node:{node}", _encode(Ask(number, self._node, ending)))
            async with asyncio.timeout(ANSWER_SECONDS):
                code = await answer
        except TimeoutError:
            raise Refused("unknown_publication") from None
        finally:
            del self._waiting[number]
        if code is not None:
            raise Refused(code)

    async def close(self) -> None:
        """Hear nothing more."""
        self._unsubscribe()
        await asyncio.gather(*self._answering)

    def _heard(self, message: bytes) -> None:
        try:
            said: Ask | Told = _read(message)
        except msgspec.MsgspecError:
            return
        match said:
            case Told(id=number, code=code):
                waiting = self._waiting.get(number)
                if waiting is not None and not waiting.done():
                    waiting.set_result(code)
            case Ask() if len(self._answering) < ASKED:
                task = asyncio.get_running_loop().create_task(self._answer(said))
                self._answering.add(task)
                task.add_done_callback(self._answering.discard)
            case Ask():
                log.warning("another node asks too much")

    async def _answer(self, ask: Ask) -> None:
        code = None
        try:
            await self._end(ask.ending)
        except Refused as refused:
            code = refused.code
        except Exception:
            log.exception("what another node asked for could not be ended")
            code = "unknown_publication"
        if len(ask.back) <= len(self._node):
            self._bus.publish(f"node:{ask.back}", _encode(Told(ask.id, code)))
