"""Who takes part in a session, in which office, and what an act knows of its author.

An account (`principal`) is appointed to the session by an event; whatever it may do follows from
that appointment at the moment of the act. Roles are offices around the committee; a member of the
committee holds none of them.
"""

from typing import Annotated, Literal

from msgspec import Meta, Struct

Role = Literal[
    "agency_lead", "center_staff", "sub_venue_contact", "witness", "supervisor", "auditor", "system"
]
SYSTEM = "system"
"""The principal of acts that no person performs (a deadline, a lost link); no account can have this
id.
"""

Id = Annotated[str, Meta(min_length=1, max_length=64)]
ShortText = Annotated[str, Meta(max_length=200)]
SEVERAL_LINES = {"lines": True}
"""Marks a text that may run over several lines, with tabs in it; every other text is one line."""
Text = Annotated[str, Meta(max_length=4000, extra=SEVERAL_LINES)]
"""Free text of a person: a page of a minute book, and far below the message limit."""
Reason = Annotated[str, Meta(min_length=1, max_length=4000, extra=SEVERAL_LINES)]
"""Free text that the rules demand: it may not be empty."""


class Actor(Struct, frozen=True):
    """Who submits a command, as the edge has authenticated him: account, and the browser he sits at
    if known.
    """

    principal: str
    device: str | None = None
    workstation: str | None = None


class Appointment(Struct, frozen=True):
    """What an account is in this session: a member of the committee, or the holder of roles,
    possibly at one venue.
    """

    member: str | None = None
    roles: tuple[Role, ...] = ()
    venue: str | None = None


class Acting(Struct, frozen=True):
    """An actor whose appointment has been looked up in the state: the author of an act.

    `workstation` is the one his browser is paired with, None for a browser without a place.
    """

    principal: str
    member: str | None
    roles: tuple[Role, ...]
    venue: str | None
    device: str | None
    workstation: str | None = None
