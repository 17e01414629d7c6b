"""What simulated microphones hear: made once, sent again and again without a seam."""

from functools import cache
from typing import Any, Final, Literal

import numpy as np

Sound = Literal["tone", "silence", "room", "voice"]
"""A tone of 400 Hz; nothing, as from a dead microphone; a quiet room; somebody who mumbles."""

SOUND_RATE: Final = 48_000
SAMPLES: Final = 960
"""Twenty milliseconds."""

Wave = np.ndarray[Any, np.dtype[np.float64]]

_ROOM: Final = 30.0
"""Of 32,767: sixty decibels below full scale."""

_LOUD: Final = 8_000.0

_VOWELS: Final = ((700, 1_200), (400, 2_000), (350, 800), (500, 1_500), (300, 2_300))
"""Where the throat resounds (Hz)."""


@cache
def noise(sound: Sound) -> tuple[Any, ...]:
    """The loop of a sound: one row of samples (int16) for each twenty milliseconds."""
    samples = _made(sound).astype(np.int16)
    return tuple(samples.reshape(-1, 1, SAMPLES))


def _made(sound: Sound) -> Wave:
    match sound:
        case "tone":
            return _tone(400, SAMPLES) * _LOUD
        case "silence":
            return np.zeros(SAMPLES)
        case "room":
            return _hiss(SOUND_RATE)
        case "voice":
            return _mumble() * _LOUD + _hiss(4 * SOUND_RATE)


def _tone(pitch: float, samples: int) -> Wave:
    wave: Wave = np.sin(np.arange(samples) * 2 * np.pi * pitch / SOUND_RATE)
    return wave


def _hiss(samples: int) -> Wave:
    return np.random.default_rng(1).normal(0, _ROOM, samples)


def _mumble() -> Wave:
    """Four seconds of syllables without a sense: overtones of a throat, strong near its vowels."""
    samples, syllable = 4 * SOUND_RATE, SOUND_RATE // 4
    spoken = np.zeros(samples)
    for place in range(0, samples // syllable):
        if place % 5 == 4:
            continue
        low, high = _VOWELS[place % len(_VOWELS)]
        pitch = 120 + place * 7 % 24
        swell = np.sin(np.pi * np.arange(syllable) / syllable) ** 2
        for overtone in range(1, 24):
            near = min(abs(overtone * pitch - low), abs(overtone * pitch - high))
            strength = 0.3 / (1 + (near / 120) ** 2) / overtone**0.5
            start = place * syllable
            spoken[start : start + syllable] += _tone(overtone * pitch, syllable) * swell * strength
    return spoken
