"""The three families of errors: the rules say no, the peer is broken, and everything else is a bug
of ours.

A refusal changes nothing. Its `code` is stable, is translated on the screen (`refusal.<code>` in
the catalogues) and may carry parameters, which never hold a value that the person refused may not
see.
"""

from typing import Any


class Refused(Exception):
    """The rules of the evaluation say no to this person, here and now."""

    def __init__(self, code: str, /, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        shown = ", ".join(f"{name}={value!r}" for name, value in self.params.items())
        return f"{self.code}({shown})" if shown else self.code


class Malformed(Exception):
    """The peer sent something that no correct client sends; the connection is not worth keeping."""

    def __init__(self, path: str, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason
