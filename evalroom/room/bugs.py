"""What a log may say of a fault of ours: its kind and its place. Never its words, which may hold a
score or a name.
"""

import traceback

FRAMES = 6
"""Calls named, the innermost last: enough to find the place, short enough for one line."""


def place_of(error: Exception) -> str:
    """`KeyError at sheets.py:117 enter_scores > …`, without the error's own text."""
    calls = traceback.extract_tb(error.__traceback__)[-FRAMES:]
    named = (f"{call.filename.rpartition('/')[2]}:{call.lineno} {call.name}" for call in calls)
    return f"{type(error).__name__} at {' > '.join(named)}"
