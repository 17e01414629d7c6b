"""The extreme package on a cold node, and what its size does to a command."""

import asyncio

from bench.opening import measured
from bench.state_parts.houses import Ground
from bench.state_parts.rows import Row

BIDS, ITEMS = 119, 20
READY_MS = 300.0
INDEPENDENT = 1.25
"""A command at the end may cost so much more than one at the beginning: noise of a busy machine."""


def rows(ground: Ground, quick: bool) -> list[Row]:
    # In a hurry four cells a command: the state is the same, the ledger shorter.
    found = asyncio.run(measured(BIDS, ITEMS, ground.folder(), at_once=4 if quick else 1))
    ready = {name: sum(times[:2]) for name, times in found.openings.items()}
    first, *_, last = found.costs
    growth = last.loop / first.loop
    return [
        Row(
            "extreme package, cold node: room open and view ready",
            f"{ready['from a snapshot']:.0f} ms",
            f"≤ {READY_MS:.0f} ms",
            ready["from a snapshot"] <= READY_MS,
            {"the same without a snapshot": f"{ready['from the beginning']:.0f} ms"},
            f"{last.entries:,} entries, {BIDS * ITEMS * 5:,} cells",
        ),
        Row(
            "extreme package: a command at 99 % of the cells, CPU of the loop",
            f"{last.loop:.0f} us",
            f"≤ {INDEPENDENT} × at 1 %",
            growth <= INDEPENDENT,
            {"at 1 % of the cells": f"{first.loop:.0f} us"},
            f"{growth:.2f} ×",
        ),
    ]
