"""Time as a command, whichever matter the deadline is of."""

import pytest

from evalroom.sessions.deadlines import next_due
from evalroom.sessions.interventions import HOUR_MS
from tests.sessions.cast import VERA, brought_to, tick


@pytest.mark.rule("S37", "E32")
def test_the_nearest_deadline_of_any_matter_comes_first() -> None:
    table = brought_to("detailed")
    table.act(VERA, "Pause", clause="条例第62条")
    paused = table.at
    table.act("system", "RaiseAlarm", kind="black", source="seat.m1.camera")
    assert next_due(table.state) == table.at + 60_000
    names = [type(event).__name__ for event in tick(table, paused + 24 * HOUR_MS)]
    assert names == ["PauseDocumentOverdue", "AlarmEscalated"]
