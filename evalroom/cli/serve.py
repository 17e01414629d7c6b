"""`evalroom serve`: one node, until it is told to stop.

It writes one JSON object a line to stderr, which a service manager keeps; it drains and ends with 0
on SIGTERM and SIGINT, and with 2 when it cannot start.
"""

import argparse
import asyncio
import gc
import os
import signal
import sys
from typing import TYPE_CHECKING

from evalroom.cli.node_options import (
    add_node_options,
    complain_of_config,
    complain_of_start,
    config_of,
    lang_of,
)

if TYPE_CHECKING:
    from evalroom.config import Config

SUMMARY = "run a node"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare options and operands."""
    add_node_options(parser)
    parser.add_argument("--listen", metavar="HOST:PORT", help="in place of the configured address")
    parser.add_argument(
        "--migrate",
        action="store_const",
        const="yes",
        help="make the tables in the database, or bring them up to date, first",
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop; 2 with the reason on stderr when the node cannot start."""
    from evalroom.api import configure_logs
    from evalroom.app import CannotStart
    from evalroom.config import Misconfigured

    try:
        config = config_of(args, os.environ)
        configure_logs(sys.stderr, config.log_level)
        asyncio.run(_serve(config))
    except Misconfigured as wrong:
        return complain_of_config("serve", args, wrong)
    except CannotStart as cannot:
        return complain_of_start("serve", lang_of(args), cannot)
    return 0


async def told_to_stop() -> None:
    """Come back with the first SIGTERM or SIGINT."""
    told = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told.set)
    await told.wait()


def spare_the_collector() -> None:
    """Look for dead cycles more rarely. States are large, live long and hold none; looking through
    them after every 700 new objects costs a tenth of each command, and the slowest answers twice
    their time.
    """
    gc.freeze()
    gc.set_threshold(10_000, 10, 10)


async def _serve(config: "Config") -> None:
    import logging

    from evalroom.app import node

    log = logging.getLogger(__name__)
    spare_the_collector()
    # Before the node is up, so that whoever stops it early stops it properly too.
    stopping = asyncio.create_task(told_to_stop())
    await asyncio.sleep(0)
    async with node(config) as running:
        for warning in running.warnings:
            log.warning("%s", warning)
        log.info("serving at %s", running.url)
        await stopping
        log.info("stopping")
    log.info("stopped")
