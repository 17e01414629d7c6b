"""The shelf: where segments lie, by session, source and server time. The folder is the index.

    footage/{session}/{source}/{begun}-{epoch}.{kind}.open            while it is written
    footage/{session}/{source}/{begun}-{ended}-{epoch}.{kind}         closed

Times are server milliseconds; `kind` is `webm` or `mp4`. Nodes may share the folder.
"""

import os
import re
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Literal
from urllib.parse import quote, unquote

from msgspec import Struct
from msgspec.structs import replace

from evalroom.footage.containers import length_ms
from evalroom.footage.segment_file import (
    HEADER_BYTES,
    Keys,
    SegmentDamaged,
    SegmentWriter,
    Written,
    read_segment,
)

Container = Literal["webm", "mp4"]

_CLOSED: Final = re.compile(
    r"(?P<begun>\d{1,16})-(?P<ended>\d{1,16})-(?P<epoch>\d{1,10})\.(?P<kind>webm|mp4)"
)
_OPEN: Final = re.compile(r"(?P<begun>\d{1,16})-(?P<epoch>\d{1,10})\.(?P<kind>webm|mp4)\.open")


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

    def __init__(self, footage: Footage, writer: SegmentWriter) -> None:
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
        begun, epoch, container = self._footage.begun, self._footage.epoch, self._footage.container
        ended = max(begun, ended)
        path = self._footage.path.with_name(f"{begun}-{ended}-{epoch}.{container}")
        self._footage.path.rename(path)
        _sync(path.parent)
        return Repaired(replace(self._footage, ended=ended, path=path), written)


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
        place = self._place(session, source)
        place.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = place / f"{begun}-{epoch}.{container}.open"
        footage = Footage(session, source, epoch, begun, begun, container, path)
        return OpenSegment(footage, SegmentWriter(path, self._keys, self._random))

    def find(self, session: str, source: str, begun: int, ended: int) -> tuple[Footage, ...]:
        """Closed segments that overlap a time, the earliest first."""
        place = self._place(session, source)
        found = [f for f in _closed_in(place) if f.begun < ended and f.ended > begun]
        return tuple(sorted(found, key=lambda f: (f.begun, f.epoch)))

    def newest(self, session: str, source: str, begun: int, ended: int) -> tuple[Footage, ...]:
        """As `find`, and behind them what is being written now."""
        # First what grows: what is closed in between is found then.
        place = self._place(session, source)
        growing = [f for f in _growing_in(place) if f.begun < ended and f.ended > begun]
        closed = self.find(session, source, begun, ended)
        known = {(f.begun, f.epoch) for f in closed}
        growing.sort(key=lambda f: (f.begun, f.epoch))
        return (*closed, *(f for f in growing if (f.begun, f.epoch) not in known))

    def last_end(self, session: str, sources: Sequence[str]) -> int | None:
        """When the newest segment of these sources ends, one that is being written included."""
        places = [self._place(session, source) for source in sources]
        found = (f.ended for p in places for f in (*_growing_in(p), *_closed_in(p)))
        return max(found, default=None)

    def sources(self, session: str) -> tuple[str, ...]:
        """The sources of which there is footage."""
        return tuple(sorted(unquote(p.name) for p in _folders(self._folder / session)))

    def read(self, footage: Footage) -> Iterator[bytes]:
        """The container's bytes. Raises `SegmentDamaged`; FileNotFoundError, also for what has been
        closed since it was found growing.
        """
        return read_segment(footage.path, self._keys, growing=footage.growing)

    def repair(self, last_written: Callable[[Path], int] | None = None) -> Iterator[Repaired]:
        """Close what crashed writers have left; segments whose writers live stay as they are.

        Such a segment ends with the last that it holds; one that cannot be read, the moment its
        file was written last. One that holds not even a header is removed; one that does not open
        (its key is not held) stays as it is.
        """
        for place in (p for s in _folders(self._folder) for p in _folders(s)):
            for path in sorted(place.iterdir()):
                if named := _OPEN.fullmatch(path.name):
                    ended = (last_written or _modified)(path)
                    left = self._left_behind(path, named)
                    if left is not None:
                        yield left.close(min(ended, self._last_of(path, named, ended)))

    def delete(self, session: str) -> int:
        """Remove all footage of a session; give the number of segments removed. Others may be at it
        at the same time.
        """
        removed = 0
        for place in _folders(self._folder / session):
            with suppress(FileNotFoundError):
                for path in place.iterdir():
                    with suppress(FileNotFoundError):
                        path.unlink()
                        removed += 1
                place.rmdir()
        if removed:
            with suppress(FileNotFoundError):
                (self._folder / session).rmdir()
        return removed

    def free_bytes(self) -> int:
        """What the disk has room for, to those who may not use its reserve."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk = os.statvfs(self._folder)
        return disk.f_bavail * disk.f_frsize

    def _place(self, session: str, source: str) -> Path:
        return self._folder / session / quote(source, safe="")

    def _last_of(self, path: Path, named: re.Match[str], written: int) -> int:
        held = b"".join(read_segment(path, self._keys, growing=True))
        length = length_ms(held)
        return written if length is None else int(named["begun"]) + length

    def _left_behind(self, path: Path, named: re.Match[str]) -> OpenSegment | None:
        try:
            writer = SegmentWriter.resumed(path, self._keys)
        except BlockingIOError:
            return None
        except SegmentDamaged:
            if path.stat().st_size < HEADER_BYTES:
                path.unlink()
            return None
        return OpenSegment(_footage(path, named, int(named["begun"])), writer)


def _closed_in(place: Path) -> Iterator[Footage]:
    for path in place.iterdir() if place.is_dir() else ():
        if named := _CLOSED.fullmatch(path.name):
            yield _footage(path, named, int(named["ended"]))


def _growing_in(place: Path) -> Iterator[Footage]:
    for path in place.iterdir() if place.is_dir() else ():
        if named := _OPEN.fullmatch(path.name):
            try:
                ended = _modified(path)
            except FileNotFoundError:
                continue
            yield _footage(path, named, ended, growing=True)


def _footage(path: Path, named: re.Match[str], ended: int, *, growing: bool = False) -> Footage:
    """What a file is, by its place and its name."""
    session, source = path.parent.parent.name, unquote(path.parent.name)
    container: Container = "webm" if named["kind"] == "webm" else "mp4"
    epoch, begun = int(named["epoch"]), int(named["begun"])
    return Footage(session, source, epoch, begun, ended, container, path, growing)


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
