"""What most tests of storage begin with."""

from pathlib import Path

import pytest

from evalroom.identity.keys import KeyRing
from tests.storage.parts import ring


@pytest.fixture
def keys(tmp_path: Path) -> KeyRing:
    return ring(tmp_path)
