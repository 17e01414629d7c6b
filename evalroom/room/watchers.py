"""Who in this process wants to know at once that a session has changed, without reading along."""

import logging
from collections.abc import Callable

from evalroom.room.bugs import place_of

log = logging.getLogger(__name__)


class Watchers:
    """The watchers of one room; what one of them does wrong is no other's concern."""

    def __init__(self, left: Callable[[], None]) -> None:
        """`left` is told whenever one of them has ended his watch."""
        self._left = left
        self._told: dict[object, Callable[[], None]] = {}

    def __len__(self) -> int:
        return len(self._told)

    def add(self, told: Callable[[], None]) -> Callable[[], None]:
        """Have `told` called at each change; give what ends that."""
        key = object()
        self._told[key] = told

        def unwatch() -> None:
            self._told.pop(key, None)
            self._left()

        return unwatch

    def tell(self) -> None:
        """Something has changed."""
        for told in tuple(self._told.values()):
            try:
                told()
            except Exception as bug:
                log.error("bug: a watcher of a room failed: %s", place_of(bug))
