"""A reader's own copy of his view, kept by changes, and the place to come back to.

A token says where the reader's stream stood when the token was given. Whoever comes back with it is
told everything since, also what he has had already; so the view of that moment is kept beside the
token, and coming back starts from there. Views are never written to: a change copies the maps along
its path and shares the rest, which makes keeping an older one free.
"""

from collections.abc import Sequence
from typing import Any

View = dict[str, Any]
Token = bytes | str


class Diverged(Exception):
    """A change does not fit the view: server and reader no longer speak of the same thing."""


class Mirror:
    """One reader's view of one session."""

    def __init__(self, view: View, token: Token) -> None:
        self.view = view
        self._marked = view, token

    def take(self, events: Sequence[Sequence[Sequence[Any]]]) -> bool:
        """Apply the events of one message, as a whole; False when they ask for a fresh view.

        Raises Diverged; the view is then as it was.
        """
        view, own = self.view, set[int]()
        for event in events:
            for op, path, *value in event:
                if op == "refetch":
                    return False
                try:
                    view = _changed(view, path, op, value, own)
                except (LookupError, TypeError, AttributeError, ValueError) as fault:
                    raise Diverged(f"{op} at {list(path)} fits nothing in the view") from fault
        self.view = view
        return True

    def mark(self, token: Token) -> None:
        """Remember this moment as the place to come back to."""
        self._marked = self.view, token

    @property
    def token(self) -> Token:
        """What to come back with."""
        return self._marked[1]

    def rewound(self) -> "Mirror":
        """The reader's copy as it was at the last mark, to go on from with its token."""
        return Mirror(*self._marked)


def _changed(node: Any, path: Sequence[str | int], op: str, value: list[Any], own: set[int]) -> Any:
    """The node after one change; `own` are the ids of copies that this message has made already,
    which nobody else has seen.
    """
    key, *rest = path
    copy = _own(node, own)
    if rest:
        copy[key] = _changed(node[key], rest, op, value, own)
    elif op == "set":
        (copy[key],) = value
    elif op == "append":
        (added,) = value
        items = _own(_listed(node[key]), own)
        items.append(added)
        copy[key] = items
    elif op == "remove":
        del copy[key]
    else:
        raise ValueError(op)
    return copy


def _own(node: Any, own: set[int]) -> Any:
    if id(node) in own:
        return node
    copy: Any = list(node) if isinstance(node, list) else dict(node)
    own.add(id(copy))
    return copy


def _listed(node: Any) -> list[Any]:
    if not isinstance(node, list):
        raise TypeError("append goes to a list")
    return node
