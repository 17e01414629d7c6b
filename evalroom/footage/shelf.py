"""The shelf: where segments lie, by session, source and server time. The folder is the index.

    footage/{session}/{source}/{begun}-{epoch}.{kind}.open            while it is written
    footage/{session}/{source}/{begun}-{ended}-{epoch}.{kind}         closed

Times are server milliseconds; `kind` is `webm` or `mp4`. Nodes may share the folder.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, unquote

from msgspec import Struct

from evalroom.footage.segment_file import (
    HEADER_BYTES,
    Keys,
    SegmentDamaged,
    SegmentWriter,
    Written,
    hash_of,
    read_segment,
)

Container = Literal["webm", "mp4"]

_CLOSED: Final = re.compile(r"(\d{1,16})-(\d{1,16})-(\d{1,10})\.(webm|mp4)")
_OPEN: Final = re.compile(r"(\d{1,16})-(\d{1,10})\.(webm|mp4)\.open")


class Footage(Struct, frozen=True):
    """A segment: what it shows, from when to when, and where it lies; `growing` while it is being
    written, when it ends for now where it was written last.
    """

    session: str
    source: str
    epoch: int
    begun: int
    ended: int
    container: Container
    path: Path
    growing: bool = False


class Repaired(Struct, frozen=True):
    """A segment whose writer died, closed at its last whole record."""

    footage: Footage
    written: Written


class OpenSegment:
    """A segment on its way. `close` gives it its final name."""

    def __init__(self, path: Path, footage: Footage, writer: SegmentWriter) -> None:
        self._path = path
        self._footage = footage
        self._writer = writer

    @property
    def size(self) -> int:
        """Bytes on the disk so far."""
        return self._writer.size

    def write(self, part: bytes) -> None:
        """Add to it; what was added outlives this process. Blocks; raises OSError."""
        self._writer.write(part)

    def abandon(self) -> None:
        """Leave it as it is, for somebody to repair."""
        self._writer.abandon()

    def close(self, ended: int) -> Repaired:
        """Seal it; it was recorded up to `ended` (server ms). Blocks; raises OSError."""
        written = self._writer.close()
        begun = self._footage.begun
        name = f"{begun}-{max(begun, ended)}-{self._footage.epoch}.{self._footage.container}"
        path = self._path.with_name(name)
        self._path.rename(path)
        _sync(path.parent)
        return Repaired(
            Footage(
                self._footage.session, self._footage.source, self._footage.epoch, begun,
                max(begun, ended), self._footage.container, path,
            ),
            written,
        )  # fmt: skip


class Shelf:
    """All segments of a node's folder. Every method blocks: call it from a thread."""

    def __init__(
        self, folder: Path, keys: Keys, random: Callable[[int], bytes] = secrets.token_bytes
    ) -> None:
        self._folder = folder
        self._keys = keys
        self._random = random

    def begin(
        self, session: str, source: str, epoch: int, begun: int, container: Container
    ) -> OpenSegment:
        """A new segment. Raises OSError, FileExistsError for one that has been begun already."""
        place = self._folder / session / quote(source, safe="")
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = place / f"{begun}-{epoch}.{container}.open"
        footage = Footage(session, source, epoch, begun, begun, container, path)
        return OpenSegment(path, footage, SegmentWriter(path, self._keys, self._random))

    def find(self, session: str, source: str, begun: int, ended: int) -> tuple[Footage, ...]:
        """Closed segments that overlap a time, the earliest first."""
        place = self._folder / session / quote(source, safe="")
        found = [f for f in _closed_in(place, session) if f.begun < ended and f.ended > begun]
        return tuple(sorted(found, key=lambda f: (f.begun, f.epoch)))

    def newest(self, session: str, source: str, begun: int, ended: int) -> tuple[Footage, ...]:
        """As `find`, and behind them what is being written now."""
        # First what grows: what is closed in between is found then.
        place = self._folder / session / quote(source, safe="")
        growing = [f for f in _growing_in(place, session) if f.begun < ended and f.ended > begun]
        closed = self.find(session, source, begun, ended)
        known = {(f.begun, f.epoch) for f in closed}
        growing.sort(key=lambda f: (f.begun, f.epoch))
        return (*closed, *(f for f in growing if (f.begun, f.epoch) not in known))

    def sources(self, session: str) -> tuple[str, ...]:
        """The sources of which there is footage."""
        return tuple(sorted(unquote(p.name) for p in _folders(self._folder / session)))

    def read(self, footage: Footage) -> Iterator[bytes]:
        """The container's bytes. Raises `SegmentDamaged`; FileNotFoundError, also for what has been
        closed since it was found growing.
        """
        return read_segment(footage.path, self._keys, growing=footage.growing)

    def verify(self, footage: Footage, sha256: str) -> bool:
        """Whether a segment is the one whose hash was published."""
        return hash_of(footage.path).sha256 == sha256

    def repair(self, last_written: Callable[[Path], int] | None = None) -> Iterator[Repaired]:
        """Close what crashed writers have left; segments whose writers live stay as they are.

        The end of such a segment is the moment its file was written last. One that holds not even
        a header is removed; one that does not open (its key is not held) stays as it is.
        """
        for place in (p for s in _folders(self._folder) for p in _folders(s)):
            for path in sorted(place.iterdir()):
                if named := _OPEN.fullmatch(path.name):
                    ended = (last_written or _modified)(path)
                    left = self._left_behind(path, named)
                    if left is not None:
                        yield left.close(ended)

    def delete(self, session: str) -> int:
        """Remove all footage of a session; give the number of segments removed."""
        removed = 0
        for place in _folders(self._folder / session):
            for path in place.iterdir():
                path.unlink()
                removed += 1
            place.rmdir()
        if removed:
            (self._folder / session).rmdir()
        return removed

    def free_bytes(self) -> int:
        """What the disk has room for, to those who may not use its reserve."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _left_behind(self, path: Path, named: re.Match[str]) -> OpenSegment | None:
        try:
            writer = SegmentWriter.resumed(path, self._keys)
        except BlockingIOError:
            return None
        except SegmentDamaged:
            if path.stat().st_size < HEADER_BYTES:
                path.unlink()
            return None
        begun, epoch = int(named[1]), int(named[2])
        session, source = path.parent.parent.name, unquote(path.parent.name)
        container: Container = "webm" if named[3] == "webm" else "mp4"
        footage = Footage(session, source, epoch, begun, begun, container, path)
        return OpenSegment(path, footage, writer)


def _closed_in(place: Path, session: str) -> Iterator[Footage]:
    if not place.is_dir():
        return
    for path in place.iterdir():
        if named := _CLOSED.fullmatch(path.name):
            begun, ended, epoch = int(named[1]), int(named[2]), int(named[3])
            container: Container = "webm" if named[4] == "webm" else "mp4"
            yield Footage(session, unquote(place.name), epoch, begun, ended, container, path)


def _growing_in(place: Path, session: str) -> Iterator[Footage]:
    for path in place.iterdir() if place.is_dir() else ():
        if named := _OPEN.fullmatch(path.name):
            try:
                ended = _modified(path)
            except FileNotFoundError:
                continue
            begun, epoch = int(named[1]), int(named[2])
            container: Container = "webm" if named[3] == "webm" else "mp4"
            source = unquote(place.name)
            yield Footage(session, source, epoch, begun, ended, container, path, growing=True)


def _folders(place: Path) -> Iterator[Path]:
    return (p for p in sorted(place.iterdir()) if p.is_dir()) if place.is_dir() else iter(())


def _modified(path: Path) -> int:
    return path.stat().st_mtime_ns // 1_000_000


def _sync(folder: Path) -> None:
    place = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(place)
    finally:
        os.close(place)
