"""A batch of appends is one transaction: what it asserts, and what it does when memory is wrong."""

from pathlib import Path

import pytest

from evalroom.storage import sqlite_appends
from evalroom.storage.ledger import Appended
from evalroom.storage.records import SealedBodies
from evalroom.storage.sealing import Seal
from evalroom.storage.sqlite_appends import Append, Appends
from evalroom.storage.sqlite_file import SqliteFile
from tests.storage.parts import Scribe, history, ring, session_id

ROOM = session_id(7)


@pytest.fixture
def file(tmp_path: Path) -> SqliteFile:
    return SqliteFile(tmp_path / "ledger.sqlite3")


@pytest.fixture
def appends(file: SqliteFile, tmp_path: Path) -> Appends:
    return Appends(file.writer, SealedBodies(Seal(ring(tmp_path).at_rest, b"entries")))


@pytest.mark.rule("L35")
def test_a_batch_holds_one_entry_a_session(file: SqliteFile, appends: Appends) -> None:
    one, two = history(ROOM, 2)
    with pytest.raises(AssertionError):
        appends.commit([Append(one, None), Append(two, None)])
    assert file.writer.execute("select count(*) from entry").fetchone() == (0,)
    file.close()


def test_forgotten_places_are_found_again(
    file: SqliteFile, appends: Appends, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_appends, "MAX_PLACES", 2)
    scribes = [Scribe(session_id(number)) for number in range(5)]
    for _ in range(3):
        for scribe in scribes:
            assert appends.commit([Append(scribe.write(), scribe.head.seq)]) == [Appended.STORED]
            assert len(appends._places) <= 2
    kept = file.writer.execute("select count(*), count(distinct session), max(seq) from entry")
    assert kept.fetchone() == (15, 5, 3)
    assert file.writer.execute("select distinct due from session").fetchall() == [(3,)]
    file.close()


@pytest.mark.rule("L32")
def test_the_index_decides_even_where_memory_does_not_know(
    file: SqliteFile, appends: Appends
) -> None:
    scribe = Scribe(ROOM)
    appends.commit([Append(scribe.write(), None)])
    # Another hand writes seq 2, behind the back of the one writer.
    file.writer.execute(
        "insert into entry (session, seq, at, command_id, sealed, head) "
        "values (1, 2, 0, zeroblob(16), x'', zeroblob(32))"
    )
    assert appends.commit([Append(scribe.write(), None)]) == [Appended.SEQ_TAKEN]
    assert file.writer.execute("select count(*) from entry").fetchone() == (2,)
    file.close()


@pytest.mark.rule("L36")
def test_a_deadline_is_written_only_when_it_changes(file: SqliteFile, appends: Appends) -> None:
    scribe = Scribe(ROOM)
    statements: list[str] = []
    file.writer.set_trace_callback(statements.append)
    for due in (None, None, 5, 5, None, None):
        appends.commit([Append(scribe.write(), due)])
    file.writer.set_trace_callback(None)
    updates = [each for each in statements if each.startswith("update session")]
    assert updates == [
        "update session set due = 5 where id = 1",
        "update session set due = NULL where id = 1",
    ]
    file.close()


@pytest.mark.rule("L33", "L35")
def test_of_a_batch_written_in_one_statement_each_append_has_its_own_answer(
    file: SqliteFile, appends: Appends
) -> None:
    scribes = [Scribe(session_id(number)) for number in range(5)]
    first = [scribe.write() for scribe in scribes]
    appends.commit([Append(entry, None) for entry in first])
    statements: list[str] = []
    file.writer.set_trace_callback(statements.append)
    # The third is a command that its session has already.
    batch = [scribe.next() for scribe in scribes]
    batch[2] = scribes[2].next(command_id=first[2].command_id)
    outcomes = appends.commit([Append(entry, None) for entry in batch])
    file.writer.set_trace_callback(None)
    stored, known = Appended.STORED, Appended.COMMAND_KNOWN
    assert outcomes == [stored, stored, known, stored, stored]
    assert sum(each.strip().startswith("insert") for each in statements) == 1
    kept = file.writer.execute("select session, max(seq) from entry group by session")
    assert kept.fetchall() == [(1, 2), (2, 2), (3, 1), (4, 2), (5, 2)]
    # Memory agrees with the file: the next entries follow at once.
    assert appends.commit([Append(scribes[2].next(), None)]) == [stored]
    file.close()


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8, 9, 511, 512])
def test_a_batch_of_any_size_is_stored_whole(file: SqliteFile, appends: Appends, size: int) -> None:
    scribes = [Scribe(session_id(number)) for number in range(size)]
    for _ in range(2):
        batch = [Append(scribe.write(), None) for scribe in scribes]
        assert appends.commit(batch) == [Appended.STORED] * size
    kept = file.writer.execute("select count(*), count(distinct session) from entry")
    assert kept.fetchone() == (2 * size, size)
    file.close()
