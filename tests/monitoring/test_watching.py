"""Who looked at what, from when to when."""

import pytest

from evalroom.monitoring import watching
from evalroom.monitoring.limits import LOOK_PIECE_SECONDS, LOOKS_PER_BATCH
from evalroom.monitoring.watching import Look, Looks
from evalroom.sessions.refusals import Refused
from tests.monitoring.parts import CAMERA, OTHER_SESSION, SCREEN, SESSION, START, HandClock


class Register:
    """Takes batches for the record, unless it is too busy."""

    def __init__(self) -> None:
        self.batches: list[tuple[str, tuple[Look, ...]]] = []
        self.busy = False

    def __call__(self, session: str, looks: tuple[Look, ...]) -> None:
        if self.busy:
            raise Refused("busy", retry_ms=100)
        self.batches.append((session, looks))

    def looks(self) -> list[Look]:
        return [look for _, batch in self.batches for look in batch]


@pytest.fixture
def clock() -> HandClock:
    return HandClock()


@pytest.fixture
def register() -> Register:
    return Register()


@pytest.fixture
def looks(register: Register, clock: HandClock) -> Looks:
    return Looks(register, clock)


@pytest.mark.rule("M46")
def test_a_look_is_recorded_from_when_to_when_by_session(
    looks: Looks, register: Register, clock: HandClock
) -> None:
    one = looks.begin("vera", SESSION, CAMERA)
    other = looks.begin("vera", OTHER_SESSION, CAMERA)
    clock.ms += 5_000
    looks.end(one)
    looks.end(one)
    looks.end(other)
    assert register.batches == []
    looks.flush()
    look = Look("vera", CAMERA, START, START + 5_000)
    assert register.batches == [(SESSION, (look,)), (OTHER_SESSION, (look,))]
    looks.flush()
    assert (len(register.batches), len(looks)) == (2, 0)


@pytest.mark.rule("M46")
def test_a_long_look_is_recorded_in_pieces_that_meet(
    looks: Looks, register: Register, clock: HandClock
) -> None:
    looking = looks.begin("vera", SESSION, CAMERA)
    for _ in range(LOOK_PIECE_SECONDS * 2 // 10):
        clock.ms += 10_000
        looks.flush()
    clock.ms += 1_000
    looks.end(looking)
    looks.flush()
    pieces = register.looks()
    assert [piece.since for piece in pieces] == [START, *(piece.until for piece in pieces[:-1])]
    assert pieces[-1].until == clock.ms
    assert len(pieces) == 3


@pytest.mark.rule("M46")
def test_at_the_end_of_a_node_what_still_goes_on_is_recorded_as_far_as_it_went(
    looks: Looks, register: Register, clock: HandClock
) -> None:
    looks.begin("vera", SESSION, CAMERA)
    clock.ms += 1_500
    looks.flush(all_pieces=True)
    assert register.looks() == [Look("vera", CAMERA, START, START + 1_500)]


@pytest.mark.rule("M46")
def test_a_batch_that_is_refused_is_offered_again(
    looks: Looks, register: Register, clock: HandClock
) -> None:
    register.busy = True
    for _ in range(LOOKS_PER_BATCH + 1):
        looks.end(looks.begin("vera", SESSION, CAMERA))
    looks.flush()
    assert len(looks) == LOOKS_PER_BATCH + 1
    register.busy = False
    looks.flush()
    assert [len(batch) for _, batch in register.batches] == [LOOKS_PER_BATCH, 1]


@pytest.mark.rule("M46")
def test_when_no_more_looks_can_be_held_there_is_nothing_to_see(
    looks: Looks, register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(watching, "LOOKS_WAITING", 2)
    looks.begin("vera", SESSION, CAMERA)
    looks.end(looks.begin("vera", SESSION, CAMERA))
    with pytest.raises(Refused, match="busy"):
        looks.begin("vera", SESSION, SCREEN)
    looks.flush()
    looks.begin("vera", SESSION, SCREEN)


def test_a_clock_that_is_set_back_makes_no_look_end_before_it_began(
    looks: Looks, register: Register, clock: HandClock
) -> None:
    looking = looks.begin("vera", SESSION, CAMERA)
    clock.ms -= 60_000
    looks.end(looking)
    looks.flush()
    assert register.looks() == [Look("vera", CAMERA, START, START)]
