"""The limits have names, values and reasons, and the manual tells the same."""

import re
from pathlib import Path

import pytest

from evalroom.wire import limits
from evalroom.wire.limits import LIMITS

MANUAL = Path(__file__).parents[2] / "docs" / "protocol.md"


@pytest.mark.rule("W12")
def test_every_limit_stands_in_the_manual_with_its_value() -> None:
    chapter = MANUAL.read_text("utf-8").partition("\n## Limits\n")[2].partition("\n## ")[0]
    rows = re.findall(r"^\| `(\w+)` \| ([\d,]+) ([a-z]+) \|", chapter, re.M)
    told = {name: (int(value.replace(",", "")), unit) for name, value, unit in rows}
    assert told == {limit.name: (limit.value, limit.unit) for limit in LIMITS}


def test_every_limit_has_one_name_and_a_reason() -> None:
    assert len({limit.name for limit in LIMITS}) == len(LIMITS)
    for limit in LIMITS:
        assert limit.value > 0
        assert len(limit.reason) > 20
        assert getattr(limits, limit.name.upper()) == limit.value


def test_the_limits_fit_each_other() -> None:
    assert limits.READ_BYTES > limits.MESSAGE_BYTES
    assert limits.OWED_BYTES > limits.CHANGES_BYTES
    assert limits.REPLAY_BURST > limits.COMMAND_BURST
    # The commands of a full house of sockets, each with a few under way, fit into a mailbox.
    assert limits.SOCKETS_PER_PRINCIPAL * limits.IN_FLIGHT <= limits.MAILBOX_COMMANDS
