"""What simulated microphones hear."""

import numpy as np
import pytest

from evalroom.monitoring.findings import CLIPPED_DBOV, SILENT_DBOV
from evalroom.rehearsal.noises import SAMPLES, Sound, noise


def loudness(sound: Sound) -> list[float]:
    """Of each twenty milliseconds, in decibels below full scale."""
    rows = [row.astype(float) / 32_768 for row in noise(sound)]
    return [float(-10 * np.log10(np.mean(row**2) + 1e-12)) for row in rows]


@pytest.mark.rule("M150")
def test_nobody_is_called_for_a_quiet_room_or_a_voice_but_for_a_dead_microphone() -> None:
    assert min(loudness("silence")) > SILENT_DBOV
    for sound in ("room", "voice"):
        assert max(loudness(sound)) < SILENT_DBOV
        assert min(loudness(sound)) > CLIPPED_DBOV


@pytest.mark.rule("M150")
def test_a_voice_is_told_from_the_room_it_is_in() -> None:
    assert min(loudness("voice")) < 30
    assert np.median(loudness("voice")) < min(loudness("room")) - 15


@pytest.mark.rule("M150")
@pytest.mark.parametrize("sound", ["tone", "voice"])
def test_a_loop_begins_again_without_a_seam(sound: Sound) -> None:
    rows = np.concatenate([row[0] for row in noise(sound)]).astype(int)
    assert len(rows) % SAMPLES == 0
    steps = np.abs(np.diff(rows))
    assert abs(rows[0] - rows[-1]) <= steps.max()
