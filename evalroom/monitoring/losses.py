"""What cannot be recorded: a source that cannot be written is a gap of its own; when none of a
session's can, its recording is lost, and whoever has to know is told once, and once when it is
back. Whoever sends no pictures makes no such loss, and hides none.
"""

from collections.abc import Iterable
from typing import Protocol

Source = tuple[str, str]
"""A session and a source of it."""


class Register(Protocol):
    """Where it is told; nothing here may raise or block."""

    def lost(self, session: str, cause: str) -> None:
        """Nothing of a session is recorded any more."""
        ...

    def back(self, session: str) -> None:
        """A session is recorded again."""
        ...


class Losses:
    """The sources that fail, and the sessions that are lost."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._failing: set[Source] = set()
        self._unreadable: set[Source] = set()
        self._lost: set[str] = set()

    def fails(self, source: Source, cause: str, recorded: Iterable[Source]) -> None:
        """A source could not be written; `recorded` are all that ought to be."""
        self._failing.add(source)
        self._unreadable.discard(source)
        session = source[0]
        others = [one for one in recorded if one[0] == session and one not in self._unreadable]
        if others and session not in self._lost and self._failing.issuperset(others):
            self._lost.add(session)
            self._register.lost(session, cause)

    def unreadable(self, source: Source) -> bool:
        """What a source sends is nothing that can be recorded; whether that is new."""
        self._failing.discard(source)
        new = source not in self._unreadable
        self._unreadable.add(source)
        return new

    def works(self, source: Source) -> None:
        """A source is being written."""
        self._failing.discard(source)
        self._unreadable.discard(source)
        if source[0] in self._lost:
            self._lost.discard(source[0])
            self._register.back(source[0])

    def forget(self, source: Source) -> None:
        """A source is not recorded any more."""
        self._failing.discard(source)
        self._unreadable.discard(source)

    def over(self, session: str) -> None:
        """A session is over."""
        self._failing = {one for one in self._failing if one[0] != session}
        self._unreadable = {one for one in self._unreadable if one[0] != session}
        self._lost.discard(session)
