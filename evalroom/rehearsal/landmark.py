"""How long it takes until everybody sees it: from a command to the last seat."""

from collections.abc import Callable
from typing import Any, Final

from evalroom.rehearsal.mirror import View

SHOWN: Final = {"CheckIn": "checked_in", "Commit": "committed", "SignReport": "signature"}
"""What the committee's list shows of a member, to everybody alike, once he has done this."""


class Landmark:
    """A place in the view that will hold something, and the readers who have still to see it."""

    def __init__(
        self, path: tuple[str, ...], readers: int, since: float, seen: Callable[[float], None]
    ) -> None:
        """`since` is when the command was sent; `seen` is told the seconds up to the last one."""
        self._path = path
        self._left = readers
        self._since = since
        self._seen = seen

    def reached(self, view: View, now: float) -> bool:
        """Whether this reader's view shows it by now."""
        node: Any = view
        for key in self._path:
            node = node.get(key) if isinstance(node, dict) else None
        if not node:
            return False
        self._left -= 1
        if not self._left:
            self._seen(now - self._since)
        return True
