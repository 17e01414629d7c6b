"""Who is connected to this node, and who may connect once more.

A member sits at one seat: the same device takes over from its own older socket (a browser that
came back before the dead line was noticed), another device is refused. Everyone else, and after
the end of a session everybody, may have a few windows open.
"""

from collections import Counter
from collections.abc import Iterator

from evalroom.identity.principal import Principal
from evalroom.sessions.refusals import Refused
from evalroom.signaling.session_socket import SessionSocket
from evalroom.wire.limits import SOCKETS_PER_PRINCIPAL


class Sockets:
    """The sockets that are in a session, by sid; a good-bye takes one out at once."""

    def __init__(self) -> None:
        self._by_sid: dict[str, SessionSocket] = {}
        self._seats: dict[tuple[str, str], SessionSocket] = {}
        self._windows: Counter[tuple[str, str]] = Counter()

    def __len__(self) -> int:
        return len(self._by_sid)

    def __iter__(self) -> Iterator[SessionSocket]:
        return iter(tuple(self._by_sid.values()))

    def get(self, sid: str | None) -> SessionSocket | None:
        """The socket of this sid, if it is in a session."""
        return None if sid is None else self._by_sid.get(sid)

    def rival(self, session: str, principal: Principal, member: str | None) -> SessionSocket | None:
        """The socket that has to make way for a new one of this principal, if there is one;
        `member` is whose seat he takes, None for who takes none.

        Raises Refused("other_device") and Refused("too_many_sockets").
        """
        if member is None:
            if self._windows[session, principal.id] >= SOCKETS_PER_PRINCIPAL:
                raise Refused("too_many_sockets", most=SOCKETS_PER_PRINCIPAL)
            return None
        seated = self._seats.get((session, member))
        if seated is not None and seated.principal.device != principal.device:
            raise Refused("other_device")
        return seated

    def add(self, socket: SessionSocket) -> None:
        """Take in a socket; its rival has made way."""
        self._by_sid[socket.sid] = socket
        if socket.member is None:
            self._windows[socket.session, socket.principal.id] += 1
        else:
            self._seats[socket.session, socket.member] = socket

    def discard(self, socket: SessionSocket) -> None:
        """Take out a socket, if it is still here."""
        if self._by_sid.pop(socket.sid, None) is None:
            return
        if socket.member is not None:
            self._seats.pop((socket.session, socket.member), None)
            return
        window = socket.session, socket.principal.id
        self._windows[window] -= 1
        if not self._windows[window]:
            del self._windows[window]
