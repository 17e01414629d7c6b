"""Every command and every event by name: what the edge may decode, and what a ledger may hold."""

from collections.abc import Mapping
from functools import reduce
from operator import or_
from typing import Any

import msgspec

from evalroom.sessions import opening
from evalroom.sessions.evolving import WHOLE
from evalroom.sessions.matters import MATTER_OF
from evalroom.sessions.messages import Command, Event
from evalroom.sessions.phases import RULES
from evalroom.sessions.readable import check_texts, size_refused
from evalroom.sessions.refusals import Malformed, Refused

EVENTS: tuple[type[Event], ...] = (opening.SessionOpened, *MATTER_OF, *WHOLE)

ANY_EVENT: Any = reduce(or_, EVENTS)
"""The union of all events, for decoders."""

COMMANDS: dict[str, type[Command]] = {command.__name__: command for command in RULES}


def read_command(name: str, args: Mapping[str, Any]) -> Command:
    """A command from its name and decoded arguments.

    Raises `Refused("unknown_command")` for a name this version does not know (a newer page may
    speak to an older server), `Refused` for what a person may have typed or pasted (`text_empty`,
    `text_too_long`, `text_unreadable`, `list_empty`, `list_too_long`, each with its place), and
    `Malformed` for arguments that no correct client sends.
    """
    kind = COMMANDS.get(name)
    if kind is None:
        raise Refused("unknown_command", name=name[:64])
    try:
        command = msgspec.convert({**args, "name": name}, kind)
    except msgspec.ValidationError as error:
        refusal = size_refused(error)
        if refusal is not None:
            raise refusal from None
        reason, _, path = str(error).partition(" - at ")
        raise Malformed(path.strip("`").replace("$", "args", 1) or "args", reason) from None
    check_texts(command)
    return command
