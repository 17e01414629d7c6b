"""The promises that other commands measure."""

import os
import re
import subprocess
import sys
from importlib.util import find_spec

from bench.peers.processes import ROOT
from bench.state_parts.houses import Ground
from bench.state_parts.rows import Row

KILLS, STOPS = 10, 3
"""A tenth of what `./dev bench faults` does: it takes a minute."""

PATIENCE = 300
"""Seconds, after which the faults have been too much for whoever was to survive them."""


def rows(ground: Ground, quick: bool) -> list[Row]:
    return [_faults(quick), _verifying()]


def _faults(quick: bool) -> Row:
    what = "acknowledged commands lost: kill -9, PostgreSQL stopped at once"
    target = "0 of 100 and of 20 times"
    if quick:
        return Row(what, "./dev bench faults", target, None, {})
    told, right = _told_by_faults()
    found = dict(reversed(pair) for pair in re.findall(r"([\d,]+)  (acknowledged|lost)", told))
    if not found:
        words = (told.strip().splitlines() or ["it did not end"])[-1]
        return Row(what, "./dev bench faults", target, None, {}, words)
    ours = f"{found['lost']} of {found['acknowledged']}"
    note = f"{KILLS} kills and {STOPS} stops here; ./dev bench faults does them all"
    return Row(what, ours, target, right and found["lost"] == "0", {}, note)


def _told_by_faults() -> tuple[str, bool]:
    words = ["--kills", str(KILLS), "--stops", str(STOPS), "--redis", "0"]
    try:
        done = subprocess.run(
            [sys.executable, ROOT / "bench" / "faults.py", *words],
            cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, timeout=PATIENCE,
            text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return "", False
    return done.stdout, done.returncode == 0


def _verifying() -> Row:
    there = find_spec("evalroom.evidence") and find_spec("evalroom.evidence.verify")
    ours = "see ./dev bench" if there else "not yet"
    return Row("offline verification", ours, "≥ 1 M entries/s", None, {})
