"""Evaluations in bad weather by the thousand: prints every seed that fails.

./dev bench simulate [--seeds N] [--first N]
"""

import argparse
import logging
import sys
import time
import traceback
from collections import Counter

from tests.simulator.world import simulate


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--seeds", type=int, default=2_000)
    parser.add_argument("--first", type=int, default=10_000)
    chosen = parser.parse_args()
    # The weather fills a log with what rooms have to say about it.
    logging.disable(logging.CRITICAL)
    seen: Counter[str] = Counter()
    failed: list[int] = []
    cpu = time.process_time()
    for seed in range(chosen.first, chosen.first + chosen.seeds):
        try:
            seen += simulate(seed)
        except Exception:
            failed.append(seed)
            print(f"seed {seed}", flush=True)
            traceback.print_exc(limit=-3)
    cpu = time.process_time() - cpu
    for what, times in sorted(seen.items()):
        print(f"{times:9,}  {what}")
    print(f"\n{chosen.seeds:,} seeds, {cpu / chosen.seeds:.2f} s CPU each; failed: {failed}")
    sys.exit(bool(failed))


if __name__ == "__main__":
    main()
