"""`evalroom demo`: the published Zhuhai case of 2016, evaluated live on the terminal by simulated
people who are real clients, and a server to log in to, where a second session is under way.

All of it lies in one folder and listens to this machine only, because the passwords are known to
everybody. Called again it holds other sessions; the log-ins stay what they were.
"""

import argparse
import asyncio
import sys
from pathlib import Path
from typing import Final

from evalroom.cli.node_options import (
    Unusable,
    add_language,
    add_speed,
    complain_of_start,
    lang_of,
)
from evalroom.cli.rehearse_words import COMPLAINTS
from evalroom.cli.terminal import USAGE_ERROR, complain

SUMMARY = "hold the published Zhuhai case live, and serve it and a session under way"

DATA: Final = Path("evalroom-data/demo")
PORT: Final = 8080


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare options and operands."""
    parser.add_argument("--data", type=Path, default=DATA, metavar="DIR", help=f"default: {DATA}")
    parser.add_argument("--port", type=int, default=PORT, metavar="N", help=f"default: {PORT}")
    add_speed(parser)
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Hold the evaluation, then serve until Ctrl-C; 1 when it does not come out as published."""
    from evalroom.api import configure_logs
    from evalroom.app import CannotStart
    from evalroom.cli.demonstration import Demo
    from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case

    lang = lang_of(args)
    configure_logs(sys.stderr, "error")
    try:
        if not 0 <= args.port <= 65_535:
            raise Unusable(COMPLAINTS[lang]["no_port"])
        demo = Demo(case(PUBLISHED), case(WORKS), lang, speed=args.speed)
        return asyncio.run(demo.hold(args.data, args.port))
    except Unusable as wrong:
        for line in wrong.lines:
            complain("demo", line)
        return USAGE_ERROR
    except CannotStart as cannot:
        return complain_of_start("demo", lang, cannot)
