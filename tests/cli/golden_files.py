"""Tender files whose results are known, and how to spoil them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

GOLDEN = Path(__file__).parent / "golden"


def changed(folder: Path, name: str, change: Callable[[dict[str, Any]], None]) -> Path:
    """A golden file, changed, in another folder."""
    tender = json.loads((GOLDEN / f"{name}.json").read_text("utf-8"))
    change(tender)
    file = folder / "changed.json"
    file.write_text(json.dumps(tender), "utf-8")
    return file
