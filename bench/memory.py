"""What a node keeps in memory, and whether it stays there.

    ./dev bench memory [--minutes N] [--sessions N] [--folder PATH]

A socket that is silent; sessions that are loaded, 5 members with 4 bids and 8 items scored; a
client that stops reading; and a soak: members who edit all the time in a few sessions, which soon
hold all that a room keeps at hand, while sockets come and go. Memory is the node's share (PSS).
`--minutes 0` leaves the soak out.
"""

import argparse
import sys
import time
from pathlib import Path
from statistics import linear_regression

import msgspec

from bench.deliveries import ROOMS, SEATS, reading, servers
from bench.peers.processes import python
from bench.peers.readers import connected
from bench.state_parts.houses import Ground, House, ground
from bench.state_parts.plays import PLAYS, Meeting
from bench.state_parts.stuck import stuck

SOAKED, PACE = 8, 200.0
"""Sessions of the soak, and commands a second: in three minutes a room holds its whole tail."""

EVERY = 30.0
"""Seconds between two looks."""

MOST_A_COMMAND = 16.0
"""Bytes a command that a soak may show to grow by: no object of Python is smaller."""


def idle_socket() -> None:
    ours = servers()[0]
    with reading() as readers:
        ours.open(readers, ROOMS * SEATS)
    ours.close()
    print(f"an idle socket                         {ours.kilobytes:8.1f} KB")


def loaded(here: Ground, sessions: int) -> None:
    """Rooms as they are after the work in them, and as a cold node opens them."""
    folder = here.folder()
    play = PLAYS["scores"]
    words = ("ours", folder, "--play", play.name)
    empty = python("commands_held", *words, "--sessions", "0")
    empty.told()
    nothing = empty.memory()
    empty.kill()
    warm = python("commands_held", *words, "--sessions", str(sessions))
    _, meetings = msgspec.json.decode(warm.told(), type=tuple[int, list[Meeting]])
    show("a session just worked in", warm.memory() - nothing, sessions)
    warm.kill()
    cold = python("commands_held", *words, "--second")
    port, _ = msgspec.json.decode(cold.told(), type=tuple[int, list[Meeting]])
    who = play.seats[0]
    lines = [
        connected(port, {"protocol": 1, "session": meeting.session,
                         "token": meeting.tokens[who], "bearer": who})
        for meeting in meetings
    ]  # fmt: skip
    show("a session opened cold, and one socket", cold.memory() - nothing, sessions)
    for line in lines:
        line.close()
    cold.kill()


def show(what: str, kilobytes: float, sessions: int) -> None:
    each = kilobytes / sessions
    print(f"{what:38} {each:8.1f} KB, {sessions} take {kilobytes / 1024:.0f} MB")


def soak(here: Ground, minutes: float) -> bool:
    """Whether memory has stopped growing in the second half."""
    play = PLAYS["scores"]
    with here.street([lambda: here.ours("ours", sessions=SOAKED, play=play)]) as (houses, _):
        house = houses[0]
        looks: list[tuple[float, float]] = []
        coming = Coming(house)

        def meanwhile(since: float) -> None:
            coming.one_a_second(since)
            if since >= len(looks) * EVERY:
                # What waits for the collector is no leak: it would come back by itself.
                house.nodes[0].ask("collect")
                memory = house.nodes[0].memory()
                looks.append((house.callers.answered, memory * 1024))
                print(f"  {since:5.0f} s  {house.callers.answered:8,} commands"
                      f"  {memory / 1024:7.1f} MB", flush=True)  # fmt: skip

        house.callers.paced(PACE, minutes * 60, meanwhile)
        house.callers.settle()
    slope = linear_regression(*zip(*looks[len(looks) // 2 :], strict=True)).slope
    bounded = slope <= MOST_A_COMMAND
    hour = slope * PACE * 3600 / 2**20
    print(f"soak: {slope:+.1f} bytes a command in the second half, {hour:+.0f} MB an hour at this"
          f" pace; {coming.count} sockets came and went")  # fmt: skip
    print("bounded" if bounded else "NOT BOUNDED")
    return bounded


class Coming:
    """Sockets that leave and come back, one a second."""

    def __init__(self, house: House) -> None:
        self._house = house
        self.count = 0

    def one_a_second(self, since: float) -> None:
        if since < self.count + 1:
            return
        callers, place = self._house.callers, self.count // SOAKED
        room = callers.rooms[self.count % SOAKED]
        line = self._house.nodes[0].ask("meet")
        _, meetings = msgspec.json.decode(line, type=tuple[int, list[Meeting]])
        room.meeting = meetings[self.count % SOAKED]
        # Not the author: he has commands under way.
        callers.rejoin(room.seats[1 + place % (len(room.seats) - 1)])
        self.count += 1


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--minutes", type=float, default=10.0, help="of the soak")
    parser.add_argument("--sessions", type=int, default=500, help="loaded at the same time")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to use")
    chosen = parser.parse_args()
    with ground(chosen.folder) as here:
        idle_socket()
        loaded(here, chosen.sessions)
        began = time.monotonic()
        client = stuck(here)
        print(f"a client that stops reading            {client.told}"
              f" ({time.monotonic() - began:.0f} s)", flush=True)  # fmt: skip
        bounded = not chosen.minutes or soak(here, chosen.minutes)
    return 0 if bounded and client.met else 1


if __name__ == "__main__":
    sys.exit(main())
