"""The drawing of the layers is in force, and a house that breaks it does not stand."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LINT = "from importlinter.cli import lint_imports_command as lint; lint()"

# Where, what is written there, and the contract that must answer.
FORBIDDEN = [
    ("storage/upward.py", "import evalroom.room", "layers"),
    ("identity/upward.py", "from evalroom.api import anything", "layers"),
    ("signaling/sideways.py", "from evalroom import api", "layers"),
    ("room/sideways.py", "import evalroom.monitoring", "layers"),
    ("bus/sideways.py", "import evalroom.wire", "layers"),
    ("sessions/sideways.py", "import evalroom.config", "layers"),
    ("rehearsal/sideways.py", "import evalroom.app", "layers"),
    ("sessions/clock.py", "import time", "pure"),
    ("sessions/chance.py", "from random import random", "pure"),
    ("sessions/log.py", "def late():\n    import logging", "pure"),
    ("sessions/tender/file.py", "from pathlib import Path", "pure"),
    ("room/http.py", "from aiohttp import web", "door-http"),
    ("cli/http.py", "import aiohttp.web", "door-http"),
    ("api/sockets.py", "import socketio", "door-socketio"),
    ("rehearsal/engine.py", "import engineio", "door-socketio"),
    ("api/tables.py", "from sqlalchemy import select", "door-databases"),
    ("cli/rows.py", "import sqlite3", "door-databases"),
    ("bus/local.py", "import redis.asyncio", "door-redis"),
    ("cli/sheets.py", "import openpyxl", "door-spreadsheets"),
    ("wire/seal.py", "import cryptography.hazmat", "door-cryptography"),
    ("api/passwords.py", "import argon2", "door-cryptography"),
    ("room/signing.py", "import nacl.signing", "door-cryptography"),
    ("monitoring/peer.py", "import aiortc", "door-webrtc"),
    ("signaling/candidates.py", "import aioice", "door-webrtc"),
    ("signaling/pictures.py", "import av", "door-pictures"),
    ("room/pictures.py", "import numpy", "door-pictures"),
]

ALLOWED = {
    "__main__.py": "import evalroom.cli",
    "cli/serve.py": "import rich, evalroom.app, evalroom.rehearsal",
    "app.py": "import aiohttp.web, evalroom.api, evalroom.signaling, evalroom.room",
    "signaling/server.py": "import aiohttp, engineio, socketio, evalroom.room, evalroom.wire",
    "rehearsal/client.py": "import aiohttp, socketio",
    "room/room.py": "import asyncio, structlog, evalroom.identity, evalroom.storage, evalroom.bus",
    "identity/keys.py": "import argon2, cryptography, nacl.signing, evalroom.storage",
    "storage/ledger.py": "import cryptography, sqlalchemy, sqlite3, alembic, evalroom.sessions",
    "bus/redis.py": "import cryptography, hiredis",
    "monitoring/rtc/inlet.py": "import aioice, aiortc",
    "monitoring/diagnosis.py": "import av, numpy, evalroom.footage",
    "footage/cutting.py": "import av",
    "rehearsal/cameras.py": "import aiortc, av, numpy",
    "workbook/reading.py": "import openpyxl, evalroom.sessions.tender",
    "sessions/minutes.py": "import decimal, hashlib, msgspec, evalroom.sessions.tender",
}


def test_the_server_keeps_every_contract() -> None:
    outcome = lint(ROOT)
    assert outcome.returncode == 0, outcome.stdout


def test_no_module_hides_from_the_contracts() -> None:
    """A folder without `__init__.py` is not looked at: its imports would be free."""
    modules = list((ROOT / "evalroom").rglob("*.py"))
    hidden = {path.parent for path in modules if not (path.parent / "__init__.py").exists()}
    assert not hidden


def test_a_house_as_drawn_stands(tmp_path: Path) -> None:
    build(tmp_path, ALLOWED)
    outcome = lint(tmp_path)
    assert outcome.returncode == 0, outcome.stdout


@pytest.fixture(scope="module")
def complaints(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each contract says of a house with everything forbidden in it."""
    house = tmp_path_factory.mktemp("house")
    build(house, {path: source for path, source, _ in FORBIDDEN} | {"helpers.py": ""})
    outcome = lint(house)
    assert outcome.returncode == 1
    found = outcome.stdout.partition("Broken contracts")[2]
    names = {contract["name"]: contract["id"] for contract in contracts()}
    parts = re.split(f"^({'|'.join(map(re.escape, names))})$", found, flags=re.MULTILINE)
    return {names[name]: text for name, text in zip(parts[1::2], parts[2::2], strict=True)}


@pytest.mark.parametrize(("path", "source", "contract"), FORBIDDEN)
def test_a_forbidden_import_is_caught(
    complaints: dict[str, str], path: str, source: str, contract: str
) -> None:
    importer = "evalroom." + path.removesuffix(".py").replace("/", ".")
    assert f"{importer} -> " in complaints[contract], source


def test_a_new_module_of_the_top_level_needs_a_place_in_the_drawing(
    complaints: dict[str, str],
) -> None:
    assert "- evalroom.helpers\n" in complaints["layers"]


def test_every_contract_has_a_case_that_breaks_it() -> None:
    assert {contract["id"] for contract in contracts()} == {case[2] for case in FORBIDDEN}


def build(house: Path, files: dict[str, str]) -> None:
    """Build the whole drawing with empty rooms, and put the files into it."""
    [layers] = [contract for contract in contracts() if contract["type"] == "layers"]
    for room in re.findall(r"\((\w+)\)", " ".join(layers["layers"])):
        if room not in {"__main__", "app", "clock", "config"}:
            (house / "evalroom" / room).mkdir(parents=True)
            (house / "evalroom" / room / "__init__.py").touch()
    for module in ("__init__", "__main__", "app", "clock", "config"):
        (house / "evalroom" / f"{module}.py").touch()
    for room in ("sessions/tender", "monitoring/rtc"):
        (house / "evalroom" / room).mkdir()
        (house / "evalroom" / room / "__init__.py").touch()
    for path, source in files.items():
        (house / "evalroom" / path).write_text(source)
    (house / "pyproject.toml").write_bytes((ROOT / "pyproject.toml").read_bytes())


def contracts() -> list[dict[str, str]]:
    configured = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    found: list[dict[str, str]] = configured["tool"]["importlinter"]["contracts"]
    return found


def lint(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache", "--no-logo"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
    )
