#!/usr/bin/env python3
"""Back up the data folder of a node, while it serves or while it stands still.

    python3 backup.py DATA TO [--keep N]

For a node that keeps its own files (`database = "files"`). Run it as the account of the node; it
needs Python's standard library and nothing else. In the folder TO it keeps

    2026-11-23T030000Z/     ledger.sqlite, directory.sqlite, SHA256SUMS, keys.sha256
    documents/              the files of the bids, once for all copies: they never change

Keys are not copied. Keep `keys.json` apart: without it a copy cannot be read, and with it anybody
can read it. `keys.sha256` says which key file belongs to a copy.

Each database is copied inside one transaction by SQLite itself, so it is whole, and the node goes
on writing meanwhile. First the ledger, then what it refers to: nothing it names can be missing.
"""

import argparse
import hashlib
import os
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

LEDGER, DIRECTORY, DOCUMENTS, KEYS = "ledger.sqlite", "directory.sqlite", "documents", "keys.json"
INCOMING = "incoming"

BUSY_SECONDS = 10.0
"""How long to wait for the directory, which the node locks for milliseconds at a time."""

PIECE = 1 << 20


class NotBackedUp(Exception):
    """Why there is no new copy."""


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("data", type=Path, metavar="DATA", help="the node's data folder")
    parser.add_argument("to", type=Path, metavar="TO", help="where copies are kept")
    parser.add_argument("--keep", type=int, metavar="N", help="remove all but the newest N copies")
    asked = parser.parse_args()
    if asked.keep is not None and asked.keep < 1:
        parser.error("--keep needs at least 1")
    os.umask(0o077)
    try:
        made = back_up(asked.data, asked.to)
        for old in copies(asked.to)[: -asked.keep] if asked.keep else []:
            shutil.rmtree(old)
    except (NotBackedUp, OSError, sqlite3.Error) as fault:
        sys.stderr.write(f"backup: {fault}\n")
        return 1
    sys.stdout.write(f"{made}\n")
    return 0


def back_up(data: Path, to: Path) -> Path:
    """The finished copy; one that was interrupted ends in `.part` and is none."""
    if not (data / LEDGER).is_file():
        raise NotBackedUp(f"{data}: there is no {LEDGER}")
    to.mkdir(parents=True, exist_ok=True)
    made = to / datetime.now(UTC).strftime("%Y-%m-%dT%H%M%SZ")
    part = made.with_suffix(".part")
    shutil.rmtree(part, ignore_errors=True)
    part.mkdir()
    for name in (LEDGER, DIRECTORY):
        copy_database(data / name, part / name)
    copy_documents(data / DOCUMENTS, to / DOCUMENTS)
    write(part / "SHA256SUMS", [line_of(part / name) for name in (LEDGER, DIRECTORY)])
    write(part / "keys.sha256", [line_of(data / KEYS)])
    sync(part)
    part.rename(made)
    sync(to)
    return made


def copies(to: Path) -> list[Path]:
    """The finished copies, oldest first."""
    return sorted(path.parent for path in to.glob("*Z/SHA256SUMS"))


def copy_database(source: Path, target: Path) -> None:
    # Read-only: a second connection that wrote could meet a fault of older SQLite (before 3.51.3).
    address = f"{source.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=BUSY_SECONDS)) as database:
        database.execute("vacuum into ?", (str(target),))
    with closing(sqlite3.connect(target)) as copied:
        found = [row for (row,) in copied.execute("pragma integrity_check")]
    if found != ["ok"]:
        raise NotBackedUp(f"{source}: damaged: {'; '.join(found[:3])}")
    sync(target)


def copy_documents(source: Path, target: Path) -> None:
    """Those that are not there yet. A name is the hash of the content: equal names, equal files."""
    for path in documents_in(source):
        place = target / path.relative_to(source)
        if place.exists():
            continue
        place.parent.mkdir(parents=True, exist_ok=True)
        part = place.with_name(place.name + ".part")
        shutil.copyfile(path, part)
        sync(part)
        part.rename(place)
        sync(place.parent)


def documents_in(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.relative_to(folder).parts[0] != INCOMING:
            yield path


def line_of(path: Path) -> str:
    """As `sha256sum` writes it."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while piece := source.read(PIECE):
            digest.update(piece)
    return f"{digest.hexdigest()}  {path.name}\n"


def write(path: Path, lines: list[str]) -> None:
    path.write_text("".join(lines), "ascii")
    sync(path)


def sync(path: Path) -> None:
    file = os.open(path, os.O_RDONLY)
    try:
        os.fsync(file)
    finally:
        os.close(file)


if __name__ == "__main__":
    sys.exit(main())
