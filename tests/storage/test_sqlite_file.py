"""A ledger's file: whose it is, who may have it, and what is said when it cannot be used."""

import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from evalroom.storage.ledger import LedgerDamaged, LedgerTooNew, LedgerUnavailable
from evalroom.storage.sqlite_file import (
    APPLICATION_ID,
    VERSION,
    WAL_PAGES,
    SqliteFile,
    advice,
    explained,
    use_log,
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "ledger.sqlite3"


@pytest.fixture
def an_ordinary_user() -> Iterator[None]:
    """Root may write everywhere: be somebody else for a while."""
    if os.geteuid():
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def make(path: Path) -> None:
    SqliteFile(path).close()


@pytest.mark.rule("L31")
def test_every_commit_is_flushed_and_readers_never_write(path: Path) -> None:
    with closing(SqliteFile(path)) as file:
        assert file.writer.execute("pragma journal_mode").fetchone() == ("wal",)
        full = 2
        assert file.writer.execute("pragma synchronous").fetchone() == (full,)
        assert file.writer.execute("pragma wal_autocheckpoint").fetchone() == (WAL_PAGES,)
        for reader in file.readers:
            with pytest.raises(sqlite3.OperationalError, match="readonly"):
                reader.execute("insert into session (session) values (zeroblob(16))")


@pytest.mark.rule("L41")
def test_nobody_else_may_read_the_files(path: Path) -> None:
    with closing(SqliteFile(path)) as file:
        file.writer.execute("insert into session (session) values (zeroblob(16))")
        found = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    names = ["ledger.sqlite3", "ledger.sqlite3-shm", "ledger.sqlite3-wal", "ledger.sqlite3.lock"]
    assert found == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


@pytest.mark.rule("L42")
def test_an_entry_cannot_be_changed_or_removed(path: Path) -> None:
    make(path)
    # Any program's connection, not only ours.
    with closing(sqlite3.connect(path)) as db:
        db.execute("insert into session (session) values (zeroblob(16))")
        db.execute(
            "insert into entry (session, seq, at, command_id, sealed, head) "
            "values (1, 1, 0, zeroblob(16), x'', zeroblob(32))"
        )
        with pytest.raises(sqlite3.IntegrityError, match="an entry is never changed"):
            db.execute("update entry set at = 1")
        with pytest.raises(sqlite3.IntegrityError, match="an entry is never removed"):
            db.execute("delete from entry")


@pytest.mark.rule("L40")
def test_one_ledger_is_open_once(path: Path) -> None:
    first = SqliteFile(path)
    with pytest.raises(LedgerUnavailable, match=rf"in use by another process \({os.getpid()}\)"):
        SqliteFile(path)
    first.close()
    SqliteFile(path).close()


@pytest.mark.rule("L40")
def test_a_lock_without_a_name_in_it_is_respected(path: Path) -> None:
    first = SqliteFile(path)
    path.with_name("ledger.sqlite3.lock").write_text("")
    with pytest.raises(LedgerUnavailable, match=r"in use by another process \(unknown\)"):
        SqliteFile(path)
    first.close()


@pytest.mark.rule("L43")
def test_a_ledger_of_a_newer_version_is_left_as_it_is(path: Path) -> None:
    make(path)
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"pragma user_version = {VERSION + 1}")
    before = path.read_bytes()
    with pytest.raises(LedgerTooNew, match="written by a newer EvalRoom") as refused:
        SqliteFile(path)
    assert (refused.value.found, refused.value.known) == (VERSION + 1, VERSION)
    assert "restore a backup" in str(refused.value)
    assert path.read_bytes() == before


@pytest.mark.rule("L44")
def test_another_programs_database_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    for statement in ("create table notes (text)", "pragma user_version = 7"):
        path.unlink(missing_ok=True)
        with closing(sqlite3.connect(path)) as db:
            db.execute(statement)
        before = path.read_bytes()
        with pytest.raises(LedgerDamaged, match="another program's database, not a ledger"):
            SqliteFile(path)
        assert path.read_bytes() == before


@pytest.mark.rule("L44")
def test_a_file_that_is_no_database_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_text("minutes of the last evaluation\n" * 200)
    before = path.read_bytes()
    with pytest.raises(LedgerDamaged, match="the ledger's file is damaged"):
        SqliteFile(path)
    assert path.read_bytes() == before
    # A refusal lets go of everything.
    path.unlink()
    make(path)


@pytest.mark.rule("L44")
def test_a_first_start_that_was_cut_short_is_begun_again(path: Path) -> None:
    path.parent.mkdir()
    path.touch()
    with closing(SqliteFile(path)) as file:
        assert file.writer.execute("pragma application_id").fetchone() == (APPLICATION_ID,)
        assert file.writer.execute("pragma user_version").fetchone() == (VERSION,)


@pytest.mark.rule("L45")
def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path, an_ordinary_user: None) -> None:
    folder = tmp_path / "data"
    if os.geteuid() != 65534:
        tmp_path.chmod(0o500)
    with pytest.raises(LedgerUnavailable, match=f"{folder}.*: Permission denied"):
        SqliteFile(folder / "ledger.sqlite3")
    if os.geteuid() != 65534:
        tmp_path.chmod(0o700)


@pytest.mark.rule("L45")
def test_a_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(LedgerUnavailable, match=r"data/ledger\.sqlite3: (File exists|Not a dir)"):
        SqliteFile(tmp_path / "data" / "ledger.sqlite3")


@pytest.mark.rule("L45")
def test_a_place_without_a_write_ahead_log_is_refused() -> None:
    with (
        closing(sqlite3.connect(":memory:")) as db,
        pytest.raises(LedgerUnavailable, match=r"no write-ahead log .* \(it offers 'memory'\)"),
    ):
        use_log(db)


@pytest.mark.parametrize(
    ("version", "told"),
    [((3, 40, 1), True), ((3, 51, 2), True), ((3, 51, 3), False), ((3, 60, 0), False)],
)
def test_an_operator_is_told_of_a_sqlite_with_a_known_fault(
    version: tuple[int, int, int], told: bool
) -> None:
    sentences = advice(version)
    assert bool(sentences) is told
    assert all("mended in 3.51.3" in each for each in sentences)


def test_a_fault_of_our_own_statements_stays_what_it_is() -> None:
    with closing(sqlite3.connect(":memory:")) as db:
        with pytest.raises(sqlite3.OperationalError, match="no such table") as bug:
            db.execute("select * from nowhere")
        assert explained(bug.value) is bug.value
    with pytest.raises(sqlite3.ProgrammingError) as closed:
        db.execute("select 1")
    assert explained(closed.value) is closed.value
