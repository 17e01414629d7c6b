"""Who may see what, and what of it changed: pure functions of the state, denying by default."""

from evalroom.sessions.visibility.audience import Audience, audience_of, may_read
from evalroom.sessions.visibility.operations import Change, apply
from evalroom.sessions.visibility.view import changes, view

__all__ = ["Audience", "Change", "apply", "audience_of", "changes", "may_read", "view"]
