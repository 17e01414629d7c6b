"""A node whose clock is not the database's takes no commands, and says so."""

import logging

import pytest

from evalroom.app.timekeeping import EVERY_SECONDS, MOST_MS, Timekeeper
from evalroom.storage.ledger import LedgerUnavailable

NOON = 1_700_000_000_000


class Machine:
    """A clock, a ledger whose own clock is right, and a way between the two that takes its time."""

    def __init__(self) -> None:
        self.off = 0
        self.way_ms = 0.0
        self.away = False
        self.held: str | None = None
        self._now = 0.0

    def wall(self) -> int:
        return NOON + self.off + round(self._now)

    def monotonic(self) -> float:
        return self._now / 1_000

    async def sleep(self, seconds: float) -> None:
        self._now += seconds * 1_000
        if self._now > 60_000:
            raise EOFError

    async def database_now(self) -> int:
        if self.away:
            raise LedgerUnavailable("away")
        self._now += self.way_ms
        now = NOON + round(self._now)
        self._now += self.way_ms
        return now

    def hold(self, reason: str | None) -> None:
        self.held = reason


@pytest.fixture
def machine() -> Machine:
    return Machine()


@pytest.fixture
def timekeeper(machine: Machine) -> Timekeeper:
    return Timekeeper(machine, machine)


@pytest.mark.rule("L74")
@pytest.mark.parametrize("off", [0, 30, -30, MOST_MS, -MOST_MS])
async def test_a_clock_that_is_nearly_right_is_right(
    machine: Machine, timekeeper: Timekeeper, off: int
) -> None:
    machine.off = off
    await timekeeper.look()
    assert machine.held is None
    assert timekeeper.right


@pytest.mark.rule("L74")
@pytest.mark.parametrize(("off", "told"), [(501, "+501 ms"), (-3_600_000, "-3,600,000 ms")])
async def test_a_clock_that_is_off_holds_the_ledger_and_alarms_until_it_is_right(
    machine: Machine,
    timekeeper: Timekeeper,
    caplog: pytest.LogCaptureFixture,
    off: int,
    told: str,
) -> None:
    machine.off = off
    await timekeeper.look()
    await timekeeper.look()
    assert machine.held == f"this node's clock is {told} from the database's"
    assert not timekeeper.right
    alarms = [record for record in caplog.records if record.levelno == logging.CRITICAL]
    assert len(alarms) == 1
    machine.off = 0
    await timekeeper.look()
    assert machine.held is None
    assert timekeeper.right
    assert "the clock is right again" in caplog.text


@pytest.mark.rule("L74")
async def test_a_slow_answer_is_no_reason_to_doubt_the_clock(
    machine: Machine, timekeeper: Timekeeper
) -> None:
    machine.way_ms = 2_000
    machine.off = 600
    await timekeeper.look()
    assert machine.held is None
    machine.way_ms = 20
    await timekeeper.look()
    assert machine.held is not None


@pytest.mark.rule("L74")
async def test_without_an_answer_it_stays_as_it_was(
    machine: Machine, timekeeper: Timekeeper
) -> None:
    machine.off = 9_000
    await timekeeper.look()
    machine.away, machine.off = True, 0
    await timekeeper.look()
    assert machine.held is not None


async def test_it_is_looked_at_again_and_again_and_told_as_a_figure(
    machine: Machine, timekeeper: Timekeeper
) -> None:
    machine.off = -250
    with pytest.raises(EOFError):
        await timekeeper.run()
    assert machine.monotonic() == pytest.approx(60 + EVERY_SECONDS)
    [offset] = timekeeper.collect()
    assert offset.name == "evalroom_clock_offset_seconds"
    assert offset.samples[0].value == pytest.approx(-0.25)
