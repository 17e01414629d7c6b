"""Two Python servers of durable commands: ours, and python-socketio with SQLAlchemy.

    python -m bench.peers.commands_held ours|stock FOLDER [--sessions N] [--play NAME]
        [--database URL] [--redis PORT] [--second]

Both speak `docs/protocol.md` as far as `bench.state_parts.callers` does, and first print where to
connect: the port, and each session with a token for each seat. Ours are whole rooms behind the
whole control plane, on SQLite or PostgreSQL; only the door is another, and lets everybody in.
"""

import argparse
import asyncio
import gc
import hashlib
import secrets
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec
import sqlalchemy as sa
import uvloop
from aiohttp import web
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import create_async_engine

import socketio
from bench.peers.bus import bus_up
from bench.peers.readers import ORIGIN
from bench.peers.serving import NEVER, nothing_more, serve
from bench.rooms import act, cell, extreme, means_on, reviewed
from bench.state_parts.plays import ITEMS, PLAYS, Meeting, Play
from evalroom.identity.keys import KeyRing
from evalroom.identity.principal import Principal
from evalroom.room import Room, Rooms
from evalroom.room.tokens import Tokens
from evalroom.signaling.fast_path import Timings
from evalroom.signaling.rates import Rates
from evalroom.signaling.server import Signaling
from evalroom.storage.ledger import Ledger
from evalroom.storage.ledger_postgres import PostgresLedger
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.postgres_schema import migrate
from evalroom.storage.postgres_server import Server
from tests.room.parts import principal
from tests.sessions.cast import ACCOUNTS

AT_ONCE = 64
"""Sessions that are prepared side by side: their flushes are shared."""

UNBOUNDED = Rates(
    command_burst=10**9, replay_burst=10**9, commands_per_second=10**9, join_burst=10**9
)
"""Nobody is held back: the bench types faster than any person."""


async def known(
    headers: Mapping[str, str], cookies: Mapping[str, str], bearer: str | None
) -> Principal:
    """Whoever he says he is."""
    assert bearer is not None
    return principal(bearer)


async def ours(chosen: argparse.Namespace) -> None:
    keys = await asyncio.to_thread(KeyRing.load_or_create, chosen.folder)
    ledger = await ledger_of(chosen, keys)
    means = means_on(ledger, keys)
    if chosen.redis:
        means = replace(means, bus=await bus_up(chosen.redis, keys.cluster))
    rooms = Rooms(means)
    rooms.start()
    live = [] if chosen.second else await prepared(rooms, chosen.sessions, chosen.play.scored)
    signaling = Signaling(
        rooms=rooms, identify=known, origins={ORIGIN}, rates=UNBOUNDED,
        timings=Timings(ping=NEVER, pong=NEVER),
    )  # fmt: skip
    app = web.Application()
    signaling.attach(app)

    async def obey(words: list[str]) -> str:
        """`collect`: let go of garbage. `meet`: the sessions, with tokens of this moment."""
        if words == ["collect"]:
            return str(gc.collect())
        return told(0, [meeting_in(room, keys, chosen.play) for room in live])

    meetings = [meeting_in(room, keys, chosen.play) for room in live]
    await serve(app, obey, lambda port: told(port, meetings))


async def ledger_of(chosen: argparse.Namespace, keys: KeyRing) -> Ledger:
    if not chosen.database:
        return await SqliteLedger.open(chosen.folder / "ledger.sqlite3", keys.at_rest)
    server = Server(chosen.database)
    await migrate(server)
    return await PostgresLedger.open(server, keys.at_rest)


async def prepared(rooms: Rooms, sessions: int, scored: bool) -> list[Room]:
    """Sessions in their detailed review; `scored`: with every cell of every member filled."""
    places = asyncio.Semaphore(AT_ONCE)
    tender = extreme(bids=4, items=ITEMS)

    async def one() -> Room:
        async with places:
            room = await reviewed(rooms, tender)
            cells = [
                cell(bid.id, f"t{n}", "1.5") for bid in tender.bids for n in range(1, ITEMS + 1)
            ]
            for member in ACCOUNTS if scored else ():
                await act(room, member, "EnterScores", cells=cells)
            return room

    return await asyncio.gather(*(one() for _ in range(sessions)))


def meeting_in(room: Room, keys: KeyRing, play: Play) -> Meeting:
    tokens = Tokens(keys.cluster, bytes.fromhex(room.id), secrets.token_bytes)
    seals = {who: tokens.seal(room.audience(principal(who)), room.head) for who in set(play.seats)}
    return Meeting(room.id, seals)


async def stock(chosen: argparse.Namespace) -> None:
    """A command a transaction, as the libraries' manuals have it; three emits, one a room."""
    redis = f"redis://127.0.0.1:{chosen.redis}"
    server = socketio.AsyncServer(
        async_mode="aiohttp", serializer="msgpack", transports=["websocket"],
        ping_interval=NEVER, ping_timeout=NEVER, cors_allowed_origins="*",
        client_manager=socketio.AsyncRedisManager(redis) if chosen.redis else None,
    )  # fmt: skip
    engine = create_async_engine(
        chosen.database.replace("postgresql:", "postgresql+asyncpg:").partition("?")[0],
        pool_size=16,
    )
    if not chosen.second:
        async with engine.begin() as connection:
            await connection.run_sync(METADATA.create_all)
    desk = Desk(server, engine, chosen.play)
    server.on("connect", desk.connect, namespace="/session")
    server.on("command", desk.command, namespace="/session")
    app = web.Application()
    server.attach(app)
    count = 0 if chosen.second else chosen.sessions
    names = {who: who.encode() for who in chosen.play.seats}
    meetings = [Meeting(secrets.token_hex(16), names) for _ in range(count)]
    await serve(app, nothing_more, lambda port: told(port, meetings))


METADATA = sa.MetaData()
ENTRY = sa.Table(
    "entry", METADATA,
    sa.Column("session", sa.Text, primary_key=True),
    sa.Column("seq", sa.BigInteger, primary_key=True),
    sa.Column("command_id", sa.LargeBinary, unique=True),
    sa.Column("body", sa.LargeBinary),
    sa.Column("head", sa.LargeBinary),
)  # fmt: skip


class Desk:
    """What a member of the trade would write first: lock, look, chain, insert, tell."""

    def __init__(self, server: Any, engine: Any, play: Play) -> None:
        self._server = server
        self._engine = engine
        self._play = play
        self._locks: dict[str, asyncio.Lock] = {}
        self._heads: dict[str, tuple[int, bytes]] = {}

    async def connect(self, sid: str, _: object, auth: Mapping[str, Any]) -> None:
        session, who = auth["session"], auth["bearer"]
        await self._server.save_session(sid, (session, who), namespace="/session")
        await self._server.enter_room(sid, f"{session}:{who}", namespace="/session")

    async def command(self, sid: str, message: Mapping[str, Any]) -> dict[str, bool]:
        session, who = await self._server.get_session(sid, namespace="/session")
        async with self._locks.setdefault(session, asyncio.Lock()):
            seq, head = self._heads.get(session, (0, b""))
            paused = seq % 2 == 1
            if paused is not (message["name"] == "Resume"):
                return {"ok": False}
            body = msgspec.json.encode({"by": who, "name": message["name"], **message["args"]})
            head = hashlib.sha256(head + body).digest()
            row = {"session": session, "seq": seq + 1, "command_id": message["id"],
                   "body": body, "head": head}  # fmt: skip
            async with self._engine.begin() as connection:
                await connection.execute(ENTRY.insert().values(row))
            self._heads[session] = seq + 1, head
            for audience in self._play.audiences:
                change = ["set", ["pause"], {"by": who, "to": audience, **message["args"]}]
                room = f"{session}:{audience}"
                await self._server.emit("changes", [[change]], room=room, namespace="/session")
        return {"ok": True}


def told(port: int, meetings: list[Meeting]) -> str:
    """A line for the bench."""
    return msgspec.json.encode([port, meetings]).decode()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("kind", choices=("ours", "stock"))
    parser.add_argument("folder", type=Path)
    parser.add_argument("--sessions", type=int, default=84)
    parser.add_argument("--play", type=PLAYS.__getitem__, default=PLAYS["pauses"])
    parser.add_argument("--database", default="")
    parser.add_argument("--redis", type=int, default=0)
    parser.add_argument("--second", action="store_true", help="of two nodes: finds everything made")
    chosen = parser.parse_args()
    if chosen.kind == "ours":
        asyncio.run(ours(chosen))
    else:
        uvloop.run(stock(chosen))


if __name__ == "__main__":
    sys.exit(main())
