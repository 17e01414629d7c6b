"""Pages are waited for, not timed: on a busy machine a fact may take its time to show."""

from typing import Final

from playwright.async_api import expect

PATIENCE: Final = 15_000
"""Milliseconds, as the pages themselves are given."""

expect.set_options(timeout=PATIENCE)
