"""The people of a bench: raw sockets around sessions, one of each session giving commands.

They join as stock clients do, offer no compression, and count what they are told by its marker
instead of taking frames apart, so that their own work is small beside the server's.
"""

import gc
import secrets
import select
import socket
import time
from collections import deque
from collections.abc import Callable, Sequence

import msgspec

from bench.peers.readers import connected, masked
from bench.state_parts.plays import Meeting, Play

CHANGES = b"\xa7changes"
MARKER = 6
"""Bytes of whatever is counted."""

ANSWER = b"\xa4type\x03"
REFUSED = b"\xa2ok\xc2"
READ = 1 << 18
PATIENCE = 20.0
"""Seconds without a word, after which a server is given up."""


class Seat:
    """One socket of a session."""

    def __init__(self, line: socket.socket, room: "Around", place: int) -> None:
        self.line = line
        self.who = room.play.seats[place]
        self.room = room
        self.place = place
        self.rest = b""
        self.told = 0


class Around:
    """A session and its sockets; the first socket gives the commands, one at a time."""

    def __init__(self, ports: Sequence[int], meeting: Meeting, play: Play) -> None:
        self.play = play
        self.meeting = meeting
        self.asked = 0
        self.answered = 0
        self.heard = 0
        self.since: deque[float] = deque()
        """When each command was due that not everybody has heard of."""
        self.seats = []
        for place, who in enumerate(play.seats):
            line = connected(ports[place % len(ports)], self.auth(who))
            self.seats.append(Seat(line, self, place))
        self._hearing = self.seats[: play.hearing]

    def auth(self, who: str) -> dict[str, object]:
        """What lets somebody in."""
        return {"protocol": 1, "session": self.meeting.session,
                "token": self.meeting.tokens[who], "bearer": who}  # fmt: skip

    def ask(self, due: float) -> None:
        """Give the next command, which was due at that moment."""
        name, args = self.play.command(self.asked)
        command = {"id": secrets.token_bytes(16), "name": name, "args": args}
        packet = {"type": 2, "nsp": "/session", "data": ["command", command], "id": self.asked}
        self.asked += 1
        self.since.append(due)
        self.seats[0].line.send(masked(msgspec.msgpack.encode(packet)))

    def all_heard(self) -> int:
        """How many commands everybody has heard of who is to hear."""
        return min(seat.told for seat in self._hearing)

    @property
    def missing(self) -> int:
        """Tellings of answered commands that have not come."""
        return sum(max(0, self.answered - seat.told) for seat in self._hearing)

    @property
    def settled(self) -> bool:
        return self.answered == self.asked == self.heard


class Callers:
    """Everybody around all sessions."""

    def __init__(self, ports: Sequence[int], meetings: Sequence[Meeting], play: Play) -> None:
        self.rooms = [Around(ports, meeting, play) for meeting in meetings]
        self.delays: list[float] = []
        """From when a command was due until the last one had heard of it, in seconds."""
        self.at: list[float] = []
        """When that was."""
        self._poll = select.epoll()
        self._ports = ports
        self._seats: dict[int, Seat] = {}
        for room in self.rooms:
            for seat in room.seats:
                self._enter(seat)

    def close(self) -> None:
        for seat in self._seats.values():
            seat.line.close()
        self._poll.close()

    def rejoin(self, seat: Seat) -> None:
        """Leave, and come back on a new socket."""
        self._leave(seat)
        room = seat.room
        seat.line = connected(self._ports[seat.place % len(self._ports)], room.auth(seat.who))
        self._enter(seat)

    def _enter(self, seat: Seat) -> None:
        seat.line.setblocking(False)
        self._seats[seat.line.fileno()] = seat
        self._poll.register(seat.line, select.EPOLLIN)

    def _leave(self, seat: Seat) -> None:
        self._poll.unregister(seat.line)
        del self._seats[seat.line.fileno()]
        seat.line.close()

    @property
    def answered(self) -> int:
        return sum(room.answered for room in self.rooms)

    @property
    def missing(self) -> int:
        return sum(room.missing for room in self.rooms)

    def at_once(self, seconds: float) -> float:
        """Each session gives its next command as soon as everybody has heard of the last one;
        how many commands a second that were.
        """
        self._forget()
        began, before = time.perf_counter(), self.answered
        end = began + seconds
        for room in self.rooms:
            room.ask(began)
        while (now := time.perf_counter()) < end:
            for room in self._listen(1.0):
                if room.settled:
                    room.ask(now)
        done, took = self.answered - before, time.perf_counter() - began
        self.settle()
        return done / took

    def paced(
        self, rate: float, seconds: float, meanwhile: Callable[[float], None] = lambda since: None
    ) -> None:
        """Commands at an even pace, each by a session whose last one was answered; `delays` has
        how long each took to be heard, `meanwhile` is told the time since the start.
        """
        self._forget()
        free, busy = deque(self.rooms), set[Around]()
        dues = deque(number / rate for number in range(int(rate * seconds)))
        began = time.perf_counter()
        held_up = False
        while dues:
            now = time.perf_counter() - began
            meanwhile(now)
            while free and dues and dues[0] <= now:
                room, due = free.popleft(), dues.popleft()
                # A poll rounds up to the millisecond: only what had to wait for a session is late.
                room.ask(began + (due if held_up else now))
                busy.add(room)
            held_up = bool(dues) and dues[0] <= now
            rest = 0.0 if not dues else 1.0 if held_up else max(0.0, dues[0] - now)
            for room in self._listen(rest):
                if room in busy and room.answered == room.asked:
                    busy.remove(room)
                    free.append(room)

    def settle(self, seconds: float = PATIENCE) -> bool:
        """Listen until everything is answered and heard; False if that takes longer."""
        end = time.perf_counter() + seconds
        while not all(room.settled for room in self.rooms):
            if time.perf_counter() > end:
                return False
            self._listen(0.1)
        return True

    def _forget(self) -> None:
        self.delays.clear()
        self.at.clear()
        gc.collect()
        gc.freeze()

    def _listen(self, seconds: float) -> list[Around]:
        """Take what has come; the sessions whose command was answered, or settled, by it."""
        moved: list[Around] = []
        for number, _ in self._poll.poll(seconds):
            seat = self._seats[number]
            data = seat.line.recv(READ)
            if not data:
                raise ConnectionError("a server let go of somebody")
            room = seat.room
            held = seat.rest + data
            # A marker may be cut in two between two readings.
            seat.rest = held[1 - MARKER :]
            seat.told += held.count(room.play.marker)
            if seat.place == 0 and room.answered < room.asked:
                self._hear_answer(room, held, moved)
            if seat.told > room.heard and room.since:
                self._hear_change(room, moved)
        return moved

    def _hear_answer(self, room: Around, held: bytes, moved: list[Around]) -> None:
        answers = held.count(ANSWER)
        if answers:
            if REFUSED in held:
                raise ConnectionError(f"a command was refused: {held[-300:]!r}")
            room.answered += answers
            moved.append(room)

    def _hear_change(self, room: Around, moved: list[Around]) -> None:
        heard = room.all_heard()
        now = time.perf_counter()
        while room.heard < heard and room.since:
            room.heard += 1
            self.delays.append(now - room.since.popleft())
            self.at.append(now)
        if room.settled:
            moved.append(room)
