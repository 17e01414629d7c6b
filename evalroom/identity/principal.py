"""Who is speaking, as far as this server knows: a person at a browser, or a program with a
token.
"""

from msgspec import Struct

from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.accounts import Office
from evalroom.storage.directory.bearers import Scope, Verb


class Principal(Struct, frozen=True):
    """One speaker. What he may do follows from the state at the moment of the act, never from
    this value alone.

    `device` names the browser (not its secret), `workstation` the seat that browser is paired
    with. A program has `scopes` and may do nothing else; a person has none (None) and may do
    what his office and his appointments allow. `login` is the hash of the cookie he came with,
    `bearer` the id of the token, so that the right one is asked for again; `until` is the end of
    either (server time, ms) as it stood when he was last asked for.
    """

    id: str
    name: str | None = None
    device: str | None = None
    workstation: str | None = None
    office: Office | None = None
    scopes: tuple[Scope, ...] | None = None
    login: bytes | None = None
    bearer: str | None = None
    until: int | None = None

    @property
    def is_program(self) -> bool:
        """Whether a token speaks, not a person at a browser."""
        return self.scopes is not None

    @property
    def actor(self) -> Actor:
        """The author of a command, as the domain wants him named."""
        return Actor(self.id, self.device, self.workstation)

    def within(self, session: str, verb: Verb, source: str | None = None) -> None:
        """Raise `Refused("outside_scope")` when this is a program whose token does not cover
        the act.
        """
        if self.scopes is None:
            return
        for scope in self.scopes:
            if (scope.session, scope.verb) == (session, verb) and scope.source in (None, source):
                return
        raise Refused("outside_scope", session=session, verb=verb)

    def within_any(self, session: str, verb: Verb) -> None:
        """Raise `Refused("outside_scope")` when this is a program whose token covers the act for
        no source of the session.
        """
        if self.scopes is None:
            return
        if not any((one.session, one.verb) == (session, verb) for one in self.scopes):
            raise Refused("outside_scope", session=session, verb=verb)

    def takes_part(self) -> None:
        """Raise `Refused("not_invited")` for whoever holds an office of the house, appointed or
        not: those who keep the accounts and the logs have no part in what is evaluated.
        """
        if self.office is not None:
            raise Refused("not_invited")

    def holds(self, *offices: Office) -> None:
        """Raise `Refused("not_your_office")` unless one of these offices is his; a token never
        carries one.
        """
        if self.scopes is not None or self.office not in offices:
            raise Refused("not_your_office", offices=list(offices))
