"""One person at one browser in one session: joins, keeps his view, acts, loses his link and comes
back.

Whoever waits for the session waits for `news`; nothing happens between two looks at `view` that are
not separated by an await. A command is sent until it is answered, always with the same id, so that
a dropped link can neither lose nor double it. When a node goes away, the next connection is to
another one, if the browser knows one.
"""

import asyncio
from functools import partial
from random import random
from secrets import token_bytes
from typing import Any, Final

from evalroom.clock import Clock, SystemClock
from evalroom.rehearsal.browser import UNAVAILABLE_MS, Browser, Unreachable, stretched
from evalroom.rehearsal.landmark import Landmark
from evalroom.rehearsal.link import Link, NotLetIn
from evalroom.rehearsal.mirror import Diverged, Mirror, View
from evalroom.sessions.refusals import Refused
from evalroom.wire import limits

GIVE_UP_SECONDS: Final = 60.0
"""A server that restarts is back well within it; what takes longer has to be told to a person."""

RETRY_SECONDS: Final = 0.2

PASSING: Final = frozenset({"busy", "ledger_unavailable", "storage_unavailable", "unavailable"})
"""What passes, although the server may not have said when."""

THIS_NODE: Final = frozenset({"restart", "unavailable", "unknown_version"})
"""What another node may see otherwise."""

MOST_ASKED: Final = 200
"""How often one command is sent at most: with the waits a server asks for, that takes minutes."""


class Dismissed(Exception):
    """The server has said good-bye for good; `code` says why."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Client:
    """A reader and author in one session."""

    def __init__(self, browser: Browser, session: str, *, clock: Clock | None = None) -> None:
        """`browser` is logged in already and is closed by whoever opened it."""
        self._browser = browser
        self._session = session
        self._clock = clock or SystemClock()
        self._mirror: Mirror | None = None
        self._outdated = True
        self._link: Link | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._ended: Exception | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._awaited: list[Landmark] = []
        self.presence: dict[str, str] = {}
        self.receipts: list[dict[str, Any]] = []
        self.latencies: list[float] = []
        """Seconds from a command to its answer, waits the server asked for left out."""
        self.joins = 0
        """How often this client has come in: once, and once more for each lost link."""
        self.fetches = 0
        """How often it needed the whole view: at first, and when a token no longer bridged."""

    @property
    def joined(self) -> bool:
        """Whether there is a view to look at."""
        return self._mirror is not None

    @property
    def view(self) -> View:
        """What this client may see, as far as it has been told."""
        assert self._mirror is not None, "nobody sees a session before joining it"
        return self._mirror.view

    @property
    def present(self) -> bool:
        """Whether there is a line to the session at this moment."""
        return self._link is not None and not self._link.ended.done()

    def watch(self, landmark: Landmark) -> None:
        """Tell it when it shows in this client's view."""
        self._awaited.append(landmark)

    async def join(self) -> None:
        """Fetch the view and stay in the session until `leave`. Raises Refused, Unreachable."""
        self._keeper = asyncio.create_task(self._keep())
        await self._linked()

    async def leave(self) -> None:
        """End the connection and everything that waits for it."""
        if self._keeper is not None:
            self._keeper.cancel()
            await asyncio.wait([self._keeper])

    async def news(self) -> None:
        """Come back when something here has changed; raises what ended this client, if it has."""
        if self._ended is None:
            waiter = asyncio.get_running_loop().create_future()
            self._waiting.append(waiter)
            await waiter
        if self._ended is not None:
            raise self._ended

    async def send(
        self, name: str, args: dict[str, Any] | None = None, seen: int | None = None
    ) -> dict[str, Any] | None:
        """Give a command and wait until it is committed; the receipt, if there is one.

        Raises Refused as the server refuses. A pause, a busy server and a lost link are waited
        for: the command stays in hand, under its one id.
        """
        message: dict[str, Any] = {"id": token_bytes(16), "name": name, "args": args or {}}
        if seen is not None:
            message["seen"] = seen
        for _ in range(MOST_ASKED):
            link = await self._linked()
            asked = self._clock.monotonic()
            answer = await link.ask("command", message)
            if answer is None:
                continue
            if answer["ok"]:
                self.latencies.append(self._clock.monotonic() - asked)
                return self._kept(answer.get("receipt"))
            await self._bear(answer)
        raise Refused("unanswered", name=name)

    async def fresh(self) -> View:
        """The view as the server has it now; one's own copy stays as it is."""
        view: View = (await self._fetch())["view"]
        return view

    async def cut(self) -> None:
        """Cut the line without a word, as a pulled cable does; what was sent is on its way."""
        if self._link is not None:
            self._link.cut()

    async def _keep(self) -> None:
        try:
            while True:
                await self._stay(await self._enter())
        except (Dismissed, Refused, Unreachable, Diverged) as end:
            self._ended = end
        finally:
            self._link = None
            self._tell()

    async def _stay(self, link: Link) -> None:
        """One connection to its end. Raises what no further one can mend."""
        self._link = link
        self.joins += 1
        self._tell()
        try:
            await link.ended
        finally:
            self._link = None
            await link.close()
        if link.fault is not None:
            raise link.fault
        if link.silent:
            self._browser.move_on(link.url)
        if link.farewell is not None:
            await self._obey(link.farewell, link.url)

    async def _enter(self) -> Link:
        until = self._clock.monotonic() + GIVE_UP_SECONDS
        while True:
            url = self._browser.url
            try:
                return await self._try_to_enter()
            except Unreachable:
                if self._clock.monotonic() > until:
                    raise
                self._browser.move_on(url)
                await self._clock.sleep(stretched(RETRY_SECONDS))
            except NotLetIn as refused:
                if self._clock.monotonic() > until:
                    raise Refused(refused.code) from None
                await self._bear_refusal(refused, url)

    async def _try_to_enter(self) -> Link:
        if self._outdated or self._mirror is None:
            fetched = await self._fetch()
            self.fetches += 1
            mirror = Mirror(fetched["view"], fetched["token"])
        else:
            mirror = self._mirror.rewound()
        link = Link(self._browser, self._session, partial(self._take, mirror))
        await link.open(mirror.token)
        # Until now the old view was the better one: the new one had still to catch up.
        self._mirror, self._outdated = mirror, False
        return link

    async def _fetch(self) -> Any:
        return await self._browser.get(f"/api/sessions/{self._session}/view")

    async def _bear_refusal(self, refused: NotLetIn, url: str) -> None:
        if refused.code == "stale_token":
            self._outdated = True
            await self._jitter()
        elif refused.retry_ms is not None or refused.code in PASSING:
            wait = UNAVAILABLE_MS if refused.retry_ms is None else refused.retry_ms
            await self._wait_elsewhere(refused.code, wait, url)
        else:
            raise Refused(refused.code)

    async def _obey(self, farewell: dict[str, Any], url: str) -> None:
        if not farewell["come_back"]:
            raise Dismissed(farewell["code"])
        await self._wait_elsewhere(farewell["code"], farewell.get("retry_ms", 0), url)

    async def _wait_elsewhere(self, code: str, retry_ms: int, url: str) -> None:
        """Wait as told; at another node, where the code is about this one."""
        if code in THIS_NODE:
            self._browser.move_on(url)
        await self._clock.sleep(stretched(retry_ms) / 1000)

    async def _jitter(self) -> None:
        """Not everybody at once."""
        await self._clock.sleep(random() * limits.REFETCH_JITTER_MS / 1000)

    def _take(self, mirror: Mirror, event: str, payload: Any) -> bool:
        """What the server says, in order; False when the view has to be fetched anew."""
        if event == "changes" and not mirror.take(payload):
            self._outdated = True
            return False
        if event == "changes" and self._awaited:
            now, view = self._clock.monotonic(), mirror.view
            self._awaited = [one for one in self._awaited if not one.reached(view, now)]
        if event == "mark":
            mirror.mark(payload["token"])
        elif event == "presence":
            self.presence = payload
        self._tell()
        return True

    def _tell(self) -> None:
        waiting, self._waiting = self._waiting, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def _linked(self) -> Link:
        while self._link is None or self._link.ended.done():
            await self.news()
        return self._link

    def _kept(self, receipt: dict[str, Any] | None) -> dict[str, Any] | None:
        if receipt is not None:
            self.receipts.append(receipt)
        return receipt

    async def _bear(self, answer: dict[str, Any]) -> None:
        """Wait for what passes; raises Refused for what does not."""
        if answer["code"] == "paused":
            while self.view["pause"] is not None:
                await self.news()
        elif "retry_ms" in answer or answer["code"] in PASSING:
            await self._clock.sleep(stretched(answer.get("retry_ms", UNAVAILABLE_MS)) / 1000)
        else:
            raise Refused(answer["code"], **answer["params"])
