"""The directory: one file, whole transactions, tables held by their history, and a log that
only grows.
"""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Connection, insert, text

from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import MAX_WAITING, Directory, accounts, audit
from evalroom.storage.directory.accounts import Account
from evalroom.storage.directory.audit import Trace
from evalroom.storage.directory.schema import metadata, offices
from evalroom.storage.unavailable import RETRY_MS


@pytest.fixture
async def directory(tmp_path: Path) -> AsyncIterator[Directory]:
    opened = await Directory.open(tmp_path / "directory.sqlite")
    yield opened
    await opened.close()


def account(number: int) -> Account:
    return Account(f"a{number:03}", f"login{number:03}", f"Person {number}", False, number)


@pytest.mark.rule("A20")
async def test_the_migrations_make_exactly_the_tables_that_the_code_uses(
    directory: Directory,
) -> None:
    def differences(connection: Connection) -> list[object]:
        return list(compare_metadata(MigrationContext.configure(connection), metadata))

    assert await directory.read(differences) == []


@pytest.mark.rule("A20")
async def test_a_directory_opened_again_is_as_it_was_left(tmp_path: Path) -> None:
    for _ in range(3):
        opened = await Directory.open(tmp_path / "d.sqlite")
        if await opened.read(accounts.count) == 0:
            await opened.write(accounts.add, account(1), "hash")
        assert await opened.read(accounts.by_id, "a001") == account(1)
        await opened.close()


@pytest.mark.rule("A20")
async def test_a_directory_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    file = tmp_path / "d.sqlite"
    opened = await Directory.open(file)
    await opened.write(lambda c: c.execute(text("UPDATE alembic_version SET version_num='9999'")))
    await opened.close()
    before = await asyncio.to_thread(file.read_bytes)
    with pytest.raises(Refused) as refused:
        await Directory.open(file)
    assert (refused.value.code, refused.value.params) == ("directory_newer", {"version": "9999"})
    assert await asyncio.to_thread(file.read_bytes) == before


@pytest.mark.rule("A20")
async def test_only_its_owner_can_read_the_file(tmp_path: Path) -> None:
    opened = await Directory.open(tmp_path / "d.sqlite")
    mode = (await asyncio.to_thread((tmp_path / "d.sqlite").stat)).st_mode
    assert mode & 0o777 == 0o600
    await opened.close()


@pytest.mark.rule("A20")
async def test_what_fails_half_way_leaves_nothing(directory: Directory) -> None:
    def half(connection: Connection) -> None:
        accounts.add(connection, account(1), None)
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        await directory.write(half)
    assert await directory.read(accounts.count) == 0


@pytest.mark.rule("A20")
async def test_the_directory_works_beside_the_loop_in_one_thread(directory: Directory) -> None:
    async def thread() -> int:
        return await directory.read(lambda _: threading.get_ident())

    used = set(await asyncio.gather(*(thread() for _ in range(20))))
    assert len(used) == 1
    assert threading.get_ident() not in used


@pytest.mark.rule("A20")
async def test_it_lies_in_a_rollback_journal_and_syncs_the_folder_too(directory: Directory) -> None:
    def pragmas(connection: Connection) -> list[object]:
        names = ("journal_mode", "synchronous", "foreign_keys")
        return [connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in names]

    assert await directory.read(pragmas) == ["delete", 3, 1]


@pytest.mark.rule("A21")
async def test_more_waiting_than_the_bound_are_told_to_come_back(directory: Directory) -> None:
    asked = (directory.read(accounts.count) for _ in range(MAX_WAITING + 7))
    answers = await asyncio.gather(*asked, return_exceptions=True)
    refused = [answer for answer in answers if isinstance(answer, Refused)]
    assert [one.code for one in refused] == ["busy"] * 7
    assert await directory.read(accounts.count) == 0


@pytest.mark.rule("A21")
async def test_a_disk_that_will_not_serve_is_a_refusal_and_loses_nothing(tmp_path: Path) -> None:
    with pytest.raises(Refused) as refused:
        await Directory.open(tmp_path / "no such folder" / "d.sqlite")
    assert (refused.value.code, refused.value.params) == (
        "storage_unavailable",
        {"reason": "cannot_open"},
    )
    await asyncio.to_thread((tmp_path / "not.sqlite").write_bytes, b"not a database" * 100)
    with pytest.raises(Refused) as refused:
        await Directory.open(tmp_path / "not.sqlite")
    assert refused.value.params == {"reason": "damaged"}


@pytest.mark.rule("A21")
async def test_a_full_disk_refuses_the_write_and_keeps_what_was_there(directory: Directory) -> None:
    await directory.write(accounts.add, account(1), None)

    def fill(connection: Connection) -> None:
        # SQLite's own limit on the size of its file answers exactly as a full disk does.
        connection.exec_driver_sql("PRAGMA max_page_count = 1")
        for number in range(2, 2000):
            accounts.add(connection, account(number), "x" * 500)

    with pytest.raises(Refused) as refused:
        await directory.write(fill)
    assert refused.value.params == {"reason": "full", "retry_ms": RETRY_MS}
    assert await directory.read(accounts.count) == 1


@pytest.mark.rule("A21")
async def test_a_file_that_another_process_holds_is_waited_for_and_then_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("evalroom.storage.directory.sqlite.LOCK_WAIT_SECONDS", 0.05)
    file = tmp_path / "d.sqlite"
    opened = await Directory.open(file)

    def hold() -> sqlite3.Connection:
        other = sqlite3.connect(file, isolation_level=None, check_same_thread=False)
        other.execute("BEGIN IMMEDIATE")
        return other

    other = await asyncio.to_thread(hold)
    with pytest.raises(Refused) as refused:
        await opened.write(accounts.add, account(1), None)
    assert refused.value.params == {"reason": "locked", "retry_ms": RETRY_MS}
    await asyncio.to_thread(other.close)
    await opened.write(accounts.add, account(1), None)
    await opened.close()


async def test_a_mistake_of_ours_is_not_called_the_disks(directory: Directory) -> None:
    with pytest.raises(Exception, match="no such table"):
        await directory.read(lambda c: c.execute(text("SELECT * FROM nowhere")))


@pytest.mark.rule("A13")
async def test_the_table_itself_refuses_a_second_office_and_an_unknown_one(
    directory: Directory,
) -> None:
    await directory.write(accounts.add, account(1), None)
    await directory.write(accounts.add, account(2), None)
    await directory.write(accounts.grant, "a001", "system", None, 1)
    for holder, office in (("a001", "audit"), ("a002", "emperor")):
        row = {"account": holder, "office": office, "granted": 1}
        with pytest.raises(Exception, match="constraint failed"):
            await directory.write(lambda c, row=row: c.execute(insert(offices).values(row)))  # type: ignore[misc]


@pytest.mark.rule("A14")
@pytest.mark.parametrize("tampering", ["UPDATE audit SET outcome = 'refused'", "DELETE FROM audit"])
async def test_the_audit_log_refuses_to_be_changed(directory: Directory, tampering: str) -> None:
    trace = Trace(1, None, "log_in", detail={"device": "d1"})
    await directory.write(audit.append, trace)
    with pytest.raises(Exception, match="the audit log only grows"):
        await directory.write(lambda connection: connection.execute(text(tampering)))
    (line,) = (await directory.read(audit.listed, 10, None)).items
    assert (line.id, line.outcome, line.detail) == (1, "done", {"device": "d1"})


@pytest.mark.rule("A14")
async def test_an_act_and_its_line_come_together_or_not_at_all(directory: Directory) -> None:
    trace = Trace(1, "a009", "add_account", "a001")
    await directory.write(audit.recorded, trace, accounts.add, account(1), None)
    with pytest.raises(Refused, match="login_taken"):
        await directory.write(audit.recorded, trace, accounts.add, account(1), None)
    assert len((await directory.read(audit.listed, 10, None)).items) == 1
