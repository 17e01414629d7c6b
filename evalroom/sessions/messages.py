"""The two shapes that cross the door of a session: commands (imperative) come in, events (past
tense) stay.

Both are tagged frozen structs, so that their JSON names them and a `match` over them can be checked
to be exhaustive. A changed event gets a new tag (`ScoresEntered.2`) and an upcast in storage; an
old ledger is never rewritten.
"""

from msgspec import Struct


class Command(Struct, frozen=True, tag=True, tag_field="name", forbid_unknown_fields=True):
    """Something a person or the server wants; a matter decides what comes of it."""


class Event(Struct, frozen=True, tag=True, tag_field="type"):
    """A fact of the session; never mixes what audiences may see at different times."""
