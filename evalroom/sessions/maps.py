"""Path copying: a changed copy of a nested map that shares everything it did not touch.

The state of a session is a tree of plain dicts that nobody ever writes to. Copying along one path
costs the width of the maps on it (members, bids, criteria), never the number of cells, and lets
readers tell by identity what has not changed.
"""

from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")


def without(mapping: dict[str, T], key: str) -> dict[str, T]:
    """A copy of `mapping` that lacks `key`."""
    return {name: value for name, value in mapping.items() if name != key}


def put(tree: Mapping[str, Any], path: tuple[str, ...], value: Any) -> dict[str, Any]:
    """A copy of `tree` in which `path` leads to `value`; maps on the way are made if missing."""
    head, *rest = path
    copy = dict(tree)
    copy[head] = put(tree.get(head, {}), tuple(rest), value) if rest else value
    return copy
