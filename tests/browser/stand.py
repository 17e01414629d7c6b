"""A node with a session that simulated people have brought to some point, to look at its pages.

    python -m tests.browser.stand --port 8090 --until detailed --cells 20 --keep /tmp/stand.json

serves until Ctrl-C. Everybody's password is `evalroom-demo`; the file holds the session's id and
each person's cookies, because a member's seat is bound to his browser.
"""

import argparse
import asyncio
import json
import secrets
import signal
import sys
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from evalroom.api import configure_logs
from evalroom.app import Node, accounts, node
from evalroom.cli.demonstration import ADMINISTRATORS, PASSWORD
from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.clock import SystemClock
from evalroom.config import Address, Config
from evalroom.identity.registry import Author
from evalroom.rehearsal.browser import Browser
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.client import Client, Dismissed
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import Terms, Troupe, opened, stage_of, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.people import Person
from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS
from evalroom.rehearsal.stage import Stage
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.model import Tender

SEED = 2016
FAST = 20.0
NAMES = {"system": "沈岚", "security": "陆安", "audit": "许明"}

Reached = Callable[[Stage], bool]


@dataclass
class Stand:
    """A node that is up, with a session in it and the browsers of its people."""

    node: Node
    session: str
    people: Troupe

    @property
    def url(self) -> str:
        return self.node.url

    def cookies(self, key: str) -> list[dict[str, Any]]:
        """The cookies of a person's browser, by member id or office, as Playwright takes them."""
        return [
            {"name": one.key, "value": one.value, "url": self.url}
            for one in self.people.browsers[key].http.cookie_jar
        ]


def until(phase: str, cells: int = 0) -> Reached:
    """The phase is at hand, and each member who scores has entered so many cells."""

    def reached(stage: Stage) -> bool:
        view = stage.overseer.client.view
        if view["phase"]["name"] != phase:
            return bool(view["phase"]["over"])
        sheets = [one.client.view["sheet"] for one in stage.people if one.client.joined]
        return all(_filled(sheet, view, phase) >= cells for sheet in sheets if sheet)

    return reached


def _filled(sheet: Any, view: Any, phase: str) -> int:
    sections = {s["id"] for s in view["tender"]["sections"] if s["stage"] == phase}
    return sum(len(row["cells"]) for name in sections & set(sheet) for row in sheet[name].values())


@asynccontextmanager
async def stand(
    data: Path, tender: Tender, reached: Reached, port: int = 0
) -> AsyncIterator[Stand]:
    """Hold the session up to that point; then everybody stays in the room and does nothing more.
    Who opens a person's page with his cookies takes his seat over.
    """
    async with unattended(data, tender, port) as up:
        script = script_of(tender, SCENARIOS[DEFAULT], SEED)
        terms = Terms(script, SystemClock(), FAST, up.node.trusted)
        stage = stage_of(terms, up.people, up.session)
        try:
            await brought(stage, reached)
            yield up
        finally:
            await stage.leave()


async def brought(stage: Stage, reached: Reached) -> None:
    """Everybody plays his part until it is reached, or all is over."""
    playing = asyncio.create_task(stage.play())
    try:
        while not playing.done():
            if stage.overseer.client.joined and reached(stage):
                return
            await asyncio.sleep(0.02)
        await playing
    finally:
        playing.cancel()
        await asyncio.wait([playing])


@asynccontextmanager
async def unattended(data: Path, tender: Tender, port: int = 0) -> AsyncIterator[Stand]:
    """A session that has just been opened; its people are logged in at their workstations, and
    nobody has come into it yet.
    """
    config = Config(listen=Address("127.0.0.1", port), metrics=None, data=data)
    await _administrators(config)
    cast = cast_of(tender)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    administrators = [(login, PASSWORD) for login in ADMINISTRATORS]
    async with node(config) as running, desk_at(running.url, administrators) as desk:
        async with troupe(desk, running.url, cast, passwords) as people:
            session = await opened(desk, await desk.enter_tender(tender), people)
            yield Stand(running, session, people)


async def plays(up: Stand, name: str, person: Person, done: Callable[[View], bool]) -> None:
    """Somebody who has no page plays his part until it is done, or all is over."""
    client = Client(up.people.browsers[name], up.session)
    await client.join()
    try:
        while not done(client.view):
            act = person.next(client.view)
            if act is None:
                await client.news()
                continue
            with suppress(Refused):
                await client.send(act.name, act.args, act.seen)
                person.done(act)
    except Dismissed:
        assert client.view["phase"]["over"]
    finally:
        await client.leave()


async def upload(up: Stand, files: dict[str, bytes]) -> None:
    """Put the documents of the bids, by SHA-256, where the members read them."""
    headers = {"Content-Type": "application/pdf", "Origin": up.url}
    async with Browser(up.url) as office:
        await office.log_in("demo-system", PASSWORD)
        for file in files.values():
            url = f"{up.url}/api/documents?title=投标文件"
            async with office.http.post(url, data=file, headers=headers) as answer:
                assert answer.status == 201


async def _administrators(config: Config) -> None:
    async with accounts(config) as (registry, _):
        for login, office in ADMINISTRATORS.items():
            made = await registry.add(Author(), login, NAMES[office], PASSWORD)
            await registry.grant(Author(), made.id, office)


def main() -> None:
    """Serve one until Ctrl-C."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--until", default="detailed", metavar="PHASE")
    parser.add_argument("--cells", type=int, default=0, help="entered by each member by then")
    parser.add_argument("--case", choices=(PUBLISHED, WORKS), default=PUBLISHED)
    parser.add_argument("--keep", type=Path, default=Path("stand.json"))
    asyncio.run(_serve(parser.parse_args()))


async def _serve(args: argparse.Namespace) -> None:
    configure_logs(sys.stderr, "error")
    stop = asyncio.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(one, stop.set)
    with tempfile.TemporaryDirectory(prefix=f"evalroom-{secrets.token_hex(3)}") as data:
        reached = until(args.until, args.cells)
        async with stand(Path(data), case(args.case), reached, args.port) as up:
            cookies = {key: up.cookies(key) for key in up.people.browsers}
            told = {"url": up.url, "session": up.session, "cookies": cookies}
            await asyncio.to_thread(args.keep.write_text, json.dumps(told, indent=1))
            people = ", ".join(cookies)
            print(f"{up.url}  session {up.session}  people {people}  {args.keep}", flush=True)
            await stop.wait()


if __name__ == "__main__":
    main()
