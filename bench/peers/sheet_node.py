"""A whole node with a session in its detailed review: 119 bids of two documents each, 20 items to
score in each of them, everybody in the room.

    python -m bench.peers.sheet_node FOLDER

First says where it is, the session, and the cookies of a member. `cpu` as everywhere.
"""

import asyncio
import json
import sys
import time
from pathlib import Path

from bench.peers.media import run
from evalroom.api import configure_logs
from evalroom.cli.serve import spare_the_collector
from evalroom.rehearsal.offers import offered
from tests.browser.stand import stand, until, upload
from tests.browser.wide import wide_tender

MEMBER = "m1"


async def main(folder: Path) -> None:
    configure_logs(sys.stderr, "error")
    tender, files = offered(wide_tender())
    async with stand(folder, tender, until("detailed", 1)) as up:
        await upload(up, files)
        spare_the_collector()
        cookies = {MEMBER: up.cookies(MEMBER)}
        print(json.dumps({"url": up.url, "session": up.session, "cookies": cookies}), flush=True)
        while line := await asyncio.to_thread(sys.stdin.readline):
            print(time.process_time() if line.strip() == "cpu" else "done", flush=True)


if __name__ == "__main__":
    run(main(Path(sys.argv[1])), "asyncio")
