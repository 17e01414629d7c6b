"""Lists come in pages, each with the cursor of the next one."""

from collections.abc import Callable, Sequence
from operator import attrgetter
from typing import Any, Generic, TypeVar

from msgspec import Struct
from sqlalchemy import Column, Connection, Select

T = TypeVar("T")

# A page is one answer and one look at the thread: large enough for a screen, small enough for both.
MAX_PAGE = 200


class Page(Struct, Generic[T], frozen=True):
    """Some of a list.

    `next` goes back as `after` and brings the following page; without it the list is at its
    end.
    """

    items: tuple[T, ...]
    next: str | None = None


def in_order_of(
    connection: Connection,
    column: Column[str],
    query: Select[Any],
    limit: int,
    after: str | None,
    made: Callable[[Any], T],
) -> Page[T]:
    """The rows of `query` in the order of a column, from the one following `after`, each `made`
    into an item that has the column's value under the column's name.
    """
    limit = bounded(limit)
    query = query.order_by(column).limit(limit + 1)
    if after is not None:
        query = query.where(column > after)
    found = [made(row) for row in connection.execute(query)]
    return page(found, limit, attrgetter(column.key))


def page(found: Sequence[T], limit: int, key: Callable[[T], str]) -> Page[T]:
    """The page made from up to `limit + 1` found items; `key` says where an item stands in the
    list's order.
    """
    if len(found) <= limit:
        return Page(tuple(found))
    return Page(tuple(found[:limit]), key(found[limit - 1]))


def bounded(limit: int) -> int:
    """A page size that is neither nothing nor the whole table."""
    return max(1, min(limit, MAX_PAGE))
