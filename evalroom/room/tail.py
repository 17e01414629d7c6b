"""The latest entries of a session at hand: what carries a reader from his token to the present.

A state is kept every `TAIL_BLOCK` entries, and the ones between are folded again when somebody asks
for them: thousands of places to come back from cost little more than the entries themselves.
"""

from bisect import bisect_right
from collections import deque
from itertools import chain

from msgspec import Struct, field

from evalroom.room.limits import TAIL_BLOCK, TAIL_BYTES, TAIL_ENTRIES
from evalroom.room.standing import Standing
from evalroom.sessions.evolving import fold
from evalroom.sessions.messages import Event
from evalroom.sessions.state import Session
from evalroom.storage.entry import Head


class Step(Struct, frozen=True):
    """One entry as it is kept: where it led, when, and its events. `weight` counts body bytes."""

    head: Head
    at: int
    events: tuple[Event, ...]
    weight: int


class Missed(Struct, frozen=True):
    """What a reader has missed: the state he knew, and the events since."""

    known: Session
    events: tuple[Event, ...]


class _Block(Struct):
    start: Standing
    steps: list[Step] = field(default_factory=list)


class Tail:
    """The last entries up to a standing, within `TAIL_ENTRIES` and `TAIL_BYTES`."""

    def __init__(self, standing: Standing) -> None:
        """Begin at a standing: nothing before it is known."""
        self._blocks = deque([_Block(standing)])
        self._weight = 0

    @property
    def start(self) -> Head:
        """From where on what followed is at hand."""
        return self._blocks[0].start.head

    def add(self, step: Step, after: Standing) -> None:
        """Keep the entry that led to `after`."""
        steps = self._blocks[-1].steps
        steps.append(step)
        self._weight += step.weight
        if len(steps) == TAIL_BLOCK:
            self._blocks.append(_Block(after))
            self._shorten()

    def since(self, head: Head) -> Missed | None:
        """What followed the entry at `head`; None when it is not at hand, or was another entry."""
        blocks = list(self._blocks)
        place = bisect_right(blocks, head.seq, key=_first_seq) - 1
        if place < 0:
            return None
        first, *others = blocks[place:]
        within = head.seq - first.start.head.seq
        before, after = first.steps[:within], first.steps[within:]
        if head != (before[-1].head if before else first.start.head):
            return None
        known = first.start.session
        for step in before:
            known = fold(known, step.events, step.at)
        later = chain(after, *(block.steps for block in others))
        return Missed(known, tuple(event for step in later for event in step.events))

    def back(self, entries: int) -> Standing:
        """The latest kept state that is at least so many entries back, or else the oldest."""
        last = self._blocks[-1]
        most = last.start.head.seq + len(last.steps) - entries
        place = bisect_right(self._blocks, most, key=_first_seq) - 1
        return self._blocks[max(place, 0)].start

    def put_before(self, earlier: "Tail") -> None:
        """Go further back by a tail that ends where this one starts; any other is left aside."""
        last = earlier._blocks[-1]
        if (last.steps[-1].head if last.steps else last.start.head) != self.start:
            return
        # One that has just been filled is followed by an empty one.
        self._blocks.extendleft(block for block in reversed(earlier._blocks) if block.steps)
        self._weight += earlier._weight
        self._shorten()

    def _shorten(self) -> None:
        while len(self._blocks) > 2 and (
            len(self._blocks) * TAIL_BLOCK > TAIL_ENTRIES or self._weight > TAIL_BYTES
        ):
            self._weight -= sum(step.weight for step in self._blocks.popleft().steps)


def _first_seq(block: _Block) -> int:
    return block.start.head.seq
