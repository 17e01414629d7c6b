"""`deploy/backup.py` as docs/operations.md uses it: a copy of a serving node, and back again."""

import asyncio
import hashlib
import shutil
import signal
import sqlite3
import sys
import threading
from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from evalroom.clock import SystemClock
from evalroom.identity.keys import KeyRing
from evalroom.rehearsal.cast import cast_of
from evalroom.rehearsal.client import Client
from evalroom.rehearsal.desk import desk_at
from evalroom.rehearsal.drill import Terms, held, opened, stage_of, troupe
from evalroom.rehearsal.ensemble import script_of
from evalroom.rehearsal.mirror import View
from evalroom.rehearsal.scenarios import SCENARIOS
from evalroom.rehearsal.stage import Stage
from evalroom.storage.blobs import Blobs
from evalroom.storage.ledger_sqlite import SqliteLedger
from evalroom.storage.sqlite_file import SqliteFile
from tests.cli.serving import OFFICES, PASSWORD, prepared, serving
from tests.sessions.cast import small_tender
from tests.valkey import free_port

BACKUP = Path(__file__).parent.parent.parent / "deploy" / "backup.py"

SPEED = 8.0


@pytest.mark.slow(180)
async def test_a_copy_of_a_serving_node_is_put_back_and_its_people_go_on_from_it(
    tmp_path: Path,
) -> None:
    # Two processes and eight people on real time: asyncio's debug mode would only slow them down.
    asyncio.get_running_loop().set_debug(False)
    data, restored = tmp_path / "data", tmp_path / "restored"
    await prepared(data)
    port = free_port()
    tender = small_tender("government_procurement")
    cast = cast_of(tender)
    passwords = {part.login: PASSWORD for part in cast.everyone}
    async with serving(data, port) as first:
        trusted = KeyRing.load_or_create(data).signing.public
        terms = Terms(script_of(tender, SCENARIOS["plain"], 1), SystemClock(), SPEED, trusted)
        async with (
            desk_at(first.url, [(office, PASSWORD) for office in OFFICES]) as desk,
            troupe(desk, first.url, cast, passwords) as people,
        ):
            session = await opened(desk, await desk.enter_tender(tender), people)
            stage = stage_of(terms, people, session)
            playing = asyncio.create_task(stage.play())
            await receipts(stage, 2)
            copy = await backed_up(data, tmp_path / "copies")
            await receipts(stage, 6)
            await first.told(signal.SIGKILL)
            playing.cancel()
            seen = [copied(played.client.view) for played in stage.people]
            assert await entries(copy, data, session) < await entries(data, data, session)
            put_back(copy, data / "keys.json", restored)
            async with serving(restored, port):
                for played in stage.people:
                    await back(played.client)
                # What came after the copy is gone; nobody is left looking at what is no longer so.
                assert seen != [played.client.view for played in stage.people]
                for played in stage.people:
                    assert played.client.view == await played.client.fresh()
                await stage.leave()
                verdict = await held(terms, people, stage_of(terms, people, session))
    assert verdict.right, verdict.checks


async def back(client: Client) -> None:
    """Wait until a client has come in a second time."""
    while client.joins < 2:
        await client.news()


def copied(view: View) -> View:
    found: View = msgspec.json.decode(msgspec.json.encode(view))
    return found


async def test_a_copy_holds_all_that_was_committed_before_it_while_the_writer_goes_on(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    writer = await asyncio.to_thread(ledger_in, data)
    await asyncio.to_thread(add, writer, range(500))
    # In the log, and not yet in the file: a plain copy of the file would not have it.
    assert (data / "ledger.sqlite-wal").stat().st_size > 0
    enough = threading.Event()
    writing = asyncio.create_task(asyncio.to_thread(add, writer, until(enough)))
    try:
        copy = await backed_up(data, tmp_path / "copies")
        assert not writing.done()
    finally:
        enough.set()
        await writing
        await asyncio.to_thread(writer.close)
    entries, last = numbers(copy / "ledger.sqlite")
    assert 500 <= entries == last < numbers(data / "ledger.sqlite")[0]


async def test_a_copy_can_be_opened_by_its_owner_alone_and_checked_with_sha256sum(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    (await asyncio.to_thread(ledger_in, data)).close()
    copy = await backed_up(data, tmp_path / "copies")
    for line in (copy / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256((copy / name).read_bytes()).hexdigest() == digest
    keys = hashlib.sha256((data / "keys.json").read_bytes()).hexdigest()
    assert (copy / "keys.sha256").read_text() == f"{keys}  keys.json\n"
    assert not [path for path in copy.rglob("*") if path.name == "keys.json"]
    for path in (copy.parent, copy, *copy.iterdir()):
        assert path.stat().st_mode & 0o077 == 0, path


async def test_documents_are_copied_once_and_drafts_never(tmp_path: Path) -> None:
    data, copies = tmp_path / "data", tmp_path / "copies"
    (await asyncio.to_thread(ledger_in, data)).close()
    blobs = Blobs(data / "documents", KeyRing.load_or_create(data).at_rest)
    stored = await blobs.put(pieces(b"a bid of several pages"))
    (data / "documents" / "incoming" / "half.part").write_bytes(b"half of one")
    first = await backed_up(data, copies)
    kept = [path for path in (copies / "documents").rglob("*") if path.is_file()]
    assert ["".join(path.parts[-2:]) for path in kept] == [stored.digest]
    written = kept[0].stat().st_mtime_ns
    # Copies are named by the second, and this test is faster.
    shutil.rmtree(first)
    await backed_up(data, copies)
    assert kept[0].stat().st_mtime_ns == written
    found = Blobs(copies / "documents", KeyRing.load_or_create(data).at_rest)
    assert b"".join([piece async for piece in found.open(stored.digest)]).startswith(b"a bid")


async def test_only_the_newest_copies_are_kept_when_asked(tmp_path: Path) -> None:
    data, copies = tmp_path / "data", tmp_path / "copies"
    (await asyncio.to_thread(ledger_in, data)).close()
    for old in ("2026-01-01T000000Z", "2026-01-02T000000Z"):
        (copies / old).mkdir(parents=True)
        (copies / old / "SHA256SUMS").write_text("")
    copy = await backed_up(data, copies, "--keep", "2")
    assert sorted(path.name for path in copies.iterdir()) == ["2026-01-02T000000Z", copy.name]


async def test_a_damaged_database_makes_no_copy_and_says_so(tmp_path: Path) -> None:
    data, copies = tmp_path / "data", tmp_path / "copies"
    (await asyncio.to_thread(ledger_in, data)).close()
    with (data / "directory.sqlite").open("r+b") as file:
        file.seek(0)
        file.write(b"not a database at all")
    code, _, err = await backup(data, copies)
    assert code == 1
    assert "backup: " in err
    assert not [path for path in copies.iterdir() if path.suffix != ".part"]


async def test_a_folder_that_is_no_nodes_is_refused(tmp_path: Path) -> None:
    code, _, err = await backup(tmp_path, tmp_path / "copies")
    assert (code, err) == (1, f"backup: {tmp_path}: there is no ledger.sqlite\n")


async def backup(data: Path, to: Path, *options: str) -> tuple[int, str, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        BACKUP,
        *(str(data), str(to), *options),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await process.communicate()
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


async def backed_up(data: Path, to: Path, *options: str) -> Path:
    code, out, err = await backup(data, to, *options)
    assert (code, err) == (0, "")
    return Path(out.strip())


def put_back(copy: Path, keys: Path, data: Path) -> None:
    """Step by step what docs/operations.md says."""
    data.mkdir(mode=0o700)
    for name in ("ledger.sqlite", "directory.sqlite"):
        shutil.copy(copy / name, data)
    if (copy.parent / "documents").exists():
        shutil.copytree(copy.parent / "documents", data / "documents")
    shutil.copy(keys, data)


async def receipts(stage: Stage, count: int) -> None:
    """Wait until the first member has entered scores so often."""
    member = stage.people[0].client
    while len(member.receipts) < count:
        await (member.news() if member.joined else asyncio.sleep(0.05))


async def entries(folder: Path, keyring: Path, session: str) -> int:
    """How many entries a session has in a folder that nobody serves from."""
    keys = await asyncio.to_thread(KeyRing.load_or_create, keyring)
    ledger = await SqliteLedger.open(folder / "ledger.sqlite", keys.at_rest)
    try:
        head = await ledger.head(bytes.fromhex(session))
        return 0 if head is None else head.seq
    finally:
        await ledger.close()


def ledger_in(data: Path) -> SqliteFile:
    """A data folder as a node leaves it, and the connection that writes its ledger."""
    KeyRing.load_or_create(data)
    with closing(sqlite3.connect(data / "directory.sqlite")) as directory:
        directory.execute("create table account (id text)")
    file = SqliteFile(data / "ledger.sqlite")
    file.writer.execute("insert into session (id, session) values (1, randomblob(16))")
    return file


def add(file: SqliteFile, turns: Iterable[object]) -> None:
    """Entries one by one, each committed, from the next seq on."""
    (last,) = file.writer.execute("select coalesce(max(seq), 0) from entry").fetchone()
    for seq, _ in enumerate(turns, last + 1):
        file.writer.execute(
            "insert into entry (session, seq, at, command_id, sealed, head) "
            "values (1, ?, 0, randomblob(16), randomblob(600), randomblob(32))",
            (seq,),
        )


def until(enough: threading.Event) -> Iterator[object]:
    while not enough.is_set():
        yield None


def numbers(ledger: Path) -> tuple[int, int]:
    with closing(sqlite3.connect(ledger)) as database:
        found: tuple[int, int] = database.execute("select count(*), max(seq) from entry").fetchone()
    return found


async def pieces(data: bytes) -> AsyncIterator[bytes]:
    yield data
