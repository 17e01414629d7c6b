"""What is said when a disk or a server does not serve: why, and when to ask again."""

from typing import Final

from evalroom.sessions.refusals import Refused

RETRY_MS: Final = 1_000
"""A server that restarts, and a lock, are gone within seconds; a full disk takes a person longer,
and whoever asks once a second until then costs nothing."""

LASTING: Final = frozenset({"damaged", "not_allowed"})
"""What does not pass by itself, so that nobody is told to ask again."""


def unavailable(reason: str) -> Refused:
    """The refusal; `reason` is a word such as `full`, `readonly`, `locked`, `failed`."""
    if reason in LASTING:
        return Refused("storage_unavailable", reason=reason)
    return Refused("storage_unavailable", reason=reason, retry_ms=RETRY_MS)
