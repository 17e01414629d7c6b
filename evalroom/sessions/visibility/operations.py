"""The closed set of operations by which a view changes: `set`, `append`, `remove`, and `refetch` of
the whole.

A change is a list `[op, path, value?]`; `path` holds string keys from the view's root. The other
side needs one generic `apply`, which is written here too, because it is the definition of what the
operations mean.
"""

from copy import deepcopy
from typing import Any

Change = list[Any]
Path = tuple[str, ...]


def diff(before: Any, after: Any, path: Path) -> list[Change]:
    """The operations that turn `before` into `after` below `path`."""
    if isinstance(before, dict) and isinstance(after, dict):
        changes: list[Change] = [["remove", [*path, key]] for key in before if key not in after]
        for key, value in after.items():
            if key not in before:
                changes.append(["set", [*path, key], value])
            elif before[key] is not value:
                changes += diff(before[key], value, (*path, key))
        return changes
    if before == after:
        return []
    if isinstance(before, list) and isinstance(after, list) and after[: len(before)] == before:
        return [["append", list(path), value] for value in after[len(before) :]]
    return [["set", list(path), after]]


def apply(view: dict[str, Any], changes: list[Change]) -> dict[str, Any]:
    """The view after the changes; `view` itself is left alone. A `refetch` cannot be applied, it
    has to be fetched.
    """
    result = deepcopy(view)
    for op, path, *value in changes:
        *parents, last = path
        target: Any = result
        for key in parents:
            target = target[key]
        if op == "set":
            target[last] = deepcopy(value[0])
        elif op == "append":
            target[last].append(deepcopy(value[0]))
        else:
            del target[last]
    return result
