"""The bus of nodes that meet at a Redis or Valkey server.

Theory. Two lines: one to speak on, one to listen on. The bus is up while both stand and the server
has confirmed every subscription, so that whoever reads the ledger when it comes up has missed
nothing. When one line ends, so does the other, and both are made anew after a pause; what was said
meanwhile was said to nobody. A server that is not there is a reason to hear less, and none to fail.
"""

import asyncio
import logging
from collections.abc import Callable

from evalroom.bus.bus import Heard, check_size
from evalroom.bus.redis.address import RedisAddress
from evalroom.bus.redis.commands import command, publish
from evalroom.bus.redis.limits import CONNECT_SECONDS, PING_SECONDS
from evalroom.bus.redis.outbox import Outbox
from evalroom.bus.redis.pauses import Pauses
from evalroom.bus.redis.reasons import Lost, Refusal, words_of
from evalroom.bus.redis.servers import Lines, Servers
from evalroom.bus.redis.topics import Topics
from evalroom.bus.sealed import ClusterKeys, Opener, Sealer, boot_of
from evalroom.clock import Clock

log = logging.getLogger(__name__)


class RedisBus:
    """One node's place on a bus."""

    def __init__(
        self,
        address: RedisAddress,
        keys: ClusterKeys,
        clock: Clock,
        random: Callable[[int], bytes],
    ) -> None:
        """Made on the event loop; begins to connect at once, and goes on until it is closed."""
        self.up = False
        self.unsent = 0
        """Messages that did not leave: the bus was down, or the server too far behind."""
        self._address = address
        self._clock = clock
        self._servers = Servers(address)
        self._sealer = Sealer(keys, random)
        self._opener = Opener(keys)
        self._topics = Topics()
        self._watchers: dict[object, Callable[[bool], None]] = {}
        self._pauses = Pauses(random)
        self._outbox: Outbox | None = None
        self._lines: Lines | None = None
        self._turn_due = False
        self._closed = False
        self._complaint = ""
        self._task = asyncio.get_running_loop().create_task(self._keep())

    @property
    def dropped(self) -> int:
        """Messages that came and were not delivered: forged, repeated or damaged."""
        return self._opener.dropped

    def publish(self, topic: str, message: bytes) -> None:
        """Seal a message and send it at the end of this turn of the loop, or drop and count it."""
        check_size(topic, message)
        outbox = self._outbox
        if outbox is None or not self.up or not outbox.takes(len(message)):
            self.unsent += 1
            return
        outbox.put(publish(topic.encode(), self._sealer.seal(topic, message)))

    def subscribe(self, topic: str, heard: Heard) -> Callable[[], None]:
        """Hear what others publish under `topic`, until the returned function is called."""
        check_size(topic, b"")
        stop = self._topics.listen(topic, heard)
        self._turn_later()

        def unsubscribe() -> None:
            stop()
            self._turn_later()

        return unsubscribe

    def watch(self, changed: Callable[[bool], None]) -> Callable[[], None]:
        """Be told when the bus comes up or goes down, until the returned function is called."""
        mark = object()
        self._watchers[mark] = changed

        def unwatch() -> None:
            self._watchers.pop(mark, None)

        return unwatch

    async def close(self) -> None:
        """Send the last words, if that can be done soon, and leave."""
        self._closed = True
        outbox = self._outbox
        self._fall()
        if outbox is not None:
            outbox.flush()
            await outbox.line.close()
        self._task.cancel()
        await asyncio.wait((self._task,))

    async def _keep(self) -> None:
        while True:
            held = 0.0
            try:
                held = await self._attempt()
            except Lost as lost:
                self._complain(str(lost))
            except Exception:
                log.exception("bug: the bus could not be kept up")
            await self._clock.sleep(self._pauses.after(held))

    async def _attempt(self) -> float:
        """Connect and stay as long as it lasts; for how many seconds the bus was up."""
        lines = await self._servers.connect(self._receive)
        try:
            await self._subscribe_all(lines)
            began = self._clock.monotonic()
            self._rise(lines)
            self._complain(f"{lines.place}: {await _end_of(lines)}")
            return self._clock.monotonic() - began
        finally:
            self._fall()
            for line in (lines.speaking, lines.listening):
                line.end("the other line has ended")
            await asyncio.wait((lines.speaking.gone, lines.listening.gone))

    async def _subscribe_all(self, lines: Lines) -> None:
        self._lines, line = lines, lines.listening
        if topics := self._topics.all():
            line.write(command("SUBSCRIBE", *topics))
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                # Then the subscriptions are in force.
                await line.caught_up()
        except (Lost, Refusal, TimeoutError) as error:
            raise Lost(f"{lines.place}: {words_of(error)}") from None

    def _rise(self, lines: Lines) -> None:
        log.info("the bus is up: %s at %s", lines.server, lines.place)
        self._complaint = ""
        self._outbox = Outbox(lines.speaking)
        self.up = True
        self._tell_watchers()

    def _fall(self) -> None:
        self._outbox = self._lines = None
        if self.up:
            self.up = False
            self._tell_watchers()

    def _tell_watchers(self) -> None:
        for changed in tuple(self._watchers.values()):
            try:
                changed(self.up)
            except Exception:
                log.exception("bug: a watcher of the bus failed")

    def _complain(self, reason: str) -> None:
        """Once for each reason, not for each attempt."""
        if reason != self._complaint and not self._closed:
            self._complaint = reason
            log.warning("the bus is down: %s", reason)

    def _receive(self, wire: bytes, envelope: bytes) -> None:
        topic = self._topics.find(wire)
        # The server sends our own messages back to us.
        if topic is None or boot_of(envelope) == self._sealer.boot:
            return
        message = self._opener.open(topic.name, envelope)
        if message is None:
            return
        for heard in tuple(topic.listeners.values()):
            try:
                heard(message)
            except Exception:
                log.exception("bug: a listener of the bus failed")

    def _turn_later(self) -> None:
        if self._lines is not None and not self._turn_due:
            self._turn_due = True
            asyncio.get_running_loop().call_soon(self._turn)

    def _turn(self) -> None:
        self._turn_due = False
        if self._lines is None:
            return
        joined, left = self._topics.turn()
        if joined:
            self._lines.listening.write(command("SUBSCRIBE", *joined))
        if left:
            self._lines.listening.write(command("UNSUBSCRIBE", *left))


async def _end_of(lines: Lines) -> str:
    """Come back when one of the two lines has ended, with the reason."""
    ends = (lines.speaking.ended, lines.listening.ended)
    while True:
        done, _ = await asyncio.wait(ends, timeout=PING_SECONDS, return_when="FIRST_COMPLETED")
        if done:
            return done.pop().result()
        lines.speaking.beat()
        lines.listening.beat()
