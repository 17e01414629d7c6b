"""Who may see what, and what of it changed: pure functions of the state, denying by default."""

from evalroom.sessions.visibility.audience import (
    Audience,
    audience_of,
    may_read,
    offices_shown,
)
from evalroom.sessions.visibility.operations import Change, apply
from evalroom.sessions.visibility.scores import newly_revealed
from evalroom.sessions.visibility.view import changes, concerned, view

__all__ = [
    "Audience",
    "Change",
    "apply",
    "audience_of",
    "changes",
    "concerned",
    "may_read",
    "newly_revealed",
    "offices_shown",
    "view",
]
