"""The wall's limits have names, values and reasons, and the manual tells the same."""

import re
from pathlib import Path

import pytest

from evalroom.monitoring import limits
from evalroom.monitoring.limits import LIMITS
from evalroom.monitoring.wall_messages import COME_BACK, WallClose

CHAPTER = (
    (Path(__file__).parents[2] / "docs" / "protocol.md")
    .read_text("utf-8")
    .partition("\n## The wall\n")[2]
    .partition("\n## ")[0]
)


@pytest.mark.rule("M56")
def test_every_limit_of_the_wall_stands_in_the_manual_with_its_value() -> None:
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) ([a-z]+) \|", CHAPTER, re.M)
    told = {name: (int(value.replace(",", "")), unit) for name, value, unit in rows}
    assert told == {limit.name: (limit.value, limit.unit) for limit in LIMITS}


@pytest.mark.rule("M56")
def test_every_limit_of_the_wall_has_one_name_and_a_reason() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
    for limit in LIMITS:
        assert limit.value > 0
        assert len(limit.reason) > 10
        assert getattr(limits, limit.name.upper()) == limit.value


@pytest.mark.rule("M56")
def test_every_closing_code_stands_in_the_manual_and_says_whether_to_come_back() -> None:
    rows = re.findall(r"^\| (\d{4}) \| [^|]+ \| (yes|later|after|no)\b", CHAPTER, re.M)
    assert {int(code): back != "no" for code, back in rows} == {
        int(code): code in COME_BACK for code in WallClose
    }


def test_the_limits_of_the_wall_fit_each_other() -> None:
    assert limits.RESUME_BYTES < limits.BEHIND_BYTES < limits.SLOW_BYTES
    assert limits.RESUME_LAG_FRAMES < limits.LAG_FRAMES
    assert limits.KEY_SPACING_MS < limits.KEY_REPEAT_MS < limits.KEY_KEPT_MS
    assert limits.KEY_VIEWED_MS <= limits.GOP_MS
    # A stall of half a minute, which the pictures survive, is survived by the line as well.
    assert limits.SILENT_SECONDS > limits.DROP_SECONDS + 2 * limits.PING_EVERY_SECONDS - 1
    # All tiles of a wall, acknowledged one by one.
    assert limits.WALL_PER_SECOND * 0.3 > limits.WALL_STREAMS
