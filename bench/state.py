"""What the session state is measured by: every promise, ours and the peers' in one run.

    ./dev bench state [--quick] [--only NAME …] [--folder PATH]

The parts, each of which can run alone:

    telling    what it costs to tell a room, and a socket that is silent
    commands   durable commands, as fast as they go and at an even pace
    nodes      two nodes over a Redis, and a Redis that is away
    stuck      a client that stops reading
    opening    the extreme package on a cold node
    elsewhere  what another command measures

Peers are installed on demand beside the benches; one that cannot be is printed as not run. Compare
ratios within a run, never the figures of two.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from bench.state_parts import cold, commanding, elsewhere, stuck, telling, two_nodes
from bench.state_parts.houses import Ground, ground
from bench.state_parts.rows import Row, header, show, summed_up

PARTS: dict[str, Callable[[Ground, bool], list[Row]]] = {
    "telling": telling.rows,
    "commands": commanding.rows,
    "nodes": two_nodes.rows,
    "stuck": stuck.rows,
    "opening": cold.rows,
    "elsewhere": elsewhere.rows,
}


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--only", nargs="+", choices=PARTS, default=list(PARTS), metavar="NAME")
    parser.add_argument("--quick", action="store_true", help="a first impression, in 3 minutes")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="on the disk to measure")
    chosen = parser.parse_args()
    print(f"{os.cpu_count()} cores; others had {os.getloadavg()[0]:.1f} of them at the start")
    header()
    found: list[Row] = []
    for name in chosen.only:
        with ground(chosen.folder) as here:
            for row in PARTS[name](here, chosen.quick):
                show(row)
                found.append(row)
    return 0 if summed_up(found) else 1


if __name__ == "__main__":
    sys.exit(main())
