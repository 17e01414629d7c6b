"""A viewer before a wall, and one who has something on it."""

import pytest

from tests.monitoring.parts import CAMERA, SCREEN
from tests.monitoring.theatre import Theatre


@pytest.fixture
def theatre() -> Theatre:
    theatre = Theatre()
    theatre.viewer.open()
    return theatre


@pytest.fixture
def watching(theatre: Theatre) -> Theatre:
    """Camera and screen are on the wall, and nothing unread."""
    theatre.subscribe(CAMERA, SCREEN)
    theatre.push(CAMERA, SCREEN, key=True)
    assert theatre.seen() == [CAMERA, SCREEN]
    theatre.line.words()
    theatre.turn()
    theatre.line.words()
    return theatre
