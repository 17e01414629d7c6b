"""The command line: one thin module a command, imported only when it is asked for.

A command's module has `SUMMARY: str`, `add_arguments(parser)` and `run(args) -> int`; what it needs
from the rest of the house it imports inside `run`, so that asking for help costs nothing. It
answers 0 only on success and 2 for what its user can mend, with the reason on stderr and never a
traceback.
"""

import argparse
import errno
import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from importlib import import_module
from typing import Protocol, cast

from evalroom import __version__
from evalroom.cli.terminal import USAGE_ERROR, never_fail_to_encode

# The order in which help lists them.
COMMANDS = ("serve", "demo", "rehearse", "tender", "tally", "user")

DISK_FULL = 1
INTERRUPTED = 130  # 128 + SIGINT, as shells report it
PIPE_CLOSED = 141  # 128 + SIGPIPE


class Command(Protocol):
    """What a command's module offers."""

    SUMMARY: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare options and operands."""

    def run(self, args: argparse.Namespace) -> int:
        """Do it; the exit code."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; the exit code of the process."""
    never_fail_to_encode(sys.stdout, sys.stderr)
    arguments = list(sys.argv[1:] if argv is None else argv)
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _stop_writing()
        return PIPE_CLOSED
    except OSError as full:
        if full.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        _stop_writing()
        sys.stderr.write(f"evalroom: {full.strerror}\n")
        return DISK_FULL
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def _run(arguments: list[str]) -> int:
    if not arguments or arguments[0] not in COMMANDS:
        return _explain(arguments)
    command = _load(arguments[0])
    parser = argparse.ArgumentParser(f"evalroom {arguments[0]}", description=command.SUMMARY)
    command.add_arguments(parser)
    return command.run(parser.parse_args(arguments[1:]))


def _explain(arguments: list[str]) -> int:
    """Help, version, or what was wrong; nothing here does any work."""
    parser = argparse.ArgumentParser(
        "evalroom", description="Hold remote tender evaluations together, exactly and on record."
    )
    parser.add_argument("--version", action="version", version=f"evalroom {__version__}")
    commands = parser.add_subparsers(title="commands", required=True, dest="command")
    for name in COMMANDS:
        commands.add_parser(name, help=_load(name).SUMMARY, add_help=False)
    parser.parse_args(arguments)
    return USAGE_ERROR


def _load(name: str) -> Command:
    return cast("Command", import_module(f"{__name__}.{name}"))


def _stop_writing() -> None:
    """Nobody reads, or nothing fits: what is still buffered must not fail again at the end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
