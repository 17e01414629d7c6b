"""A bounded waiting place that keeps all, or says that it has lost something."""

from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """Keeps everything in order, or says that it has lost something and keeps nothing more.

    Half a stream is worse than none: whoever reads the mailbox learns from `lost` that he has to
    fetch the whole again, and starts afresh by taking what is there.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._items: list[T] = []
        self._lost = 0

    @property
    def lost(self) -> int:
        """How many items have been turned away since the mailbox was last emptied."""
        return self._lost

    def put(self, item: T) -> bool:
        """Leave an item; False when it was turned away."""
        if self._lost or len(self._items) >= self._limit:
            self._lost += 1
            return False
        self._items.append(item)
        return True

    def take(self) -> list[T]:
        """Everything that waits, oldest first; afterwards nothing waits and nothing is lost."""
        items, self._items, self._lost = self._items, [], 0
        return items

    def __len__(self) -> int:
        return len(self._items)
