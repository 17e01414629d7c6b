"""`evalroom rehearse`: a whole evaluation held by simulated people who are real clients.

It is the drill a centre holds before the day, and with `--sessions` the load. Without `--url` it
runs a node of its own in a temporary folder; several `--url` are the nodes of one server. It
answers 0 only if everything ended right, 1 if not, 2 for a usage or input error.
"""

import argparse
import asyncio
import getpass
import os
import sys
import tempfile
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from evalroom.cli.node_options import (
    Unusable,
    add_language,
    add_speed,
    complain_of_start,
    lang_of,
    number_between,
)
from evalroom.cli.rehearse_words import COMPLAINTS
from evalroom.cli.terminal import USAGE_ERROR, Lang, complain

if TYPE_CHECKING:
    from evalroom.cli.rehearsing import Wish
    from evalroom.rehearsal.ensemble import Script

SUMMARY = "hold a whole evaluation with simulated people, as a drill or as load"

SESSIONS_MOST: Final = 200
"""Sessions of one command: past it one machine measures itself and not the server."""

SEED_MOST: Final = 999_999
"""More than anybody tries, short enough to be read out."""

OFFICES_NEEDED: Final = 2
"""Security and system: nobody can hold both."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare options and operands."""
    from evalroom.rehearsal.scenarios import DEFAULT, SCENARIOS

    parser.add_argument(
        "file", nargs="?", type=Path, metavar="FILE",
        help="tender file, JSON or XLSX; default: the published Zhuhai case",
    )  # fmt: skip
    parser.add_argument(
        "--scenario", choices=list(SCENARIOS), default=DEFAULT, metavar="NAME",
        help=f"what happens on the way: {', '.join(SCENARIOS)}; default: {DEFAULT}",
    )  # fmt: skip
    parser.add_argument(
        "--seed", type=_seed, default=1, metavar="N", help="which of all chances; default: 1"
    )
    parser.add_argument(
        "--sessions", type=_sessions, default=1, metavar="N", help="how many at once; default: 1"
    )
    add_speed(parser)
    server = parser.add_argument_group(
        "on a running server",
        "Passwords are asked for, or taken from the variable EVALROOM_PASSWORD: one a line, in the "
        "order of --user.",
    )
    server.add_argument(
        "--url", action="append", default=[], metavar="URL",
        help="its address, such as https://room.example; again for each further node of the same "
        "server, over which people are then spread",
    )  # fmt: skip
    server.add_argument(
        "--user", action="append", default=[], metavar="LOGIN",
        help="an administrator; twice: the security office makes accounts, the system office opens "
        "sessions",
    )  # fmt: skip
    server.add_argument("--trust", metavar="KEY", help="its public key (hex), to check receipts")
    add_language(parser)


def run(args: argparse.Namespace) -> int:
    """Rehearse; 0 only if everything ended right."""
    from evalroom.api import configure_logs
    from evalroom.app import CannotStart
    from evalroom.cli.rehearsing import rehearse

    lang = lang_of(args)
    try:
        wish = _wish(args, lang)
        configure_logs(sys.stderr, "error")
        with tempfile.TemporaryDirectory(prefix="evalroom-") as folder:
            return asyncio.run(rehearse(wish, Path(folder)))
    except Unusable as wrong:
        for line in wrong.lines:
            complain("rehearse", line)
        return USAGE_ERROR
    except CannotStart as cannot:
        return complain_of_start("rehearse", lang, cannot)


def _wish(args: argparse.Namespace, lang: Lang) -> "Wish":
    from evalroom.cli.rehearsing import Wish

    complaints = COMPLAINTS[lang]
    if bool(args.url) != bool(args.user) or (args.trust and not args.url):
        raise Unusable(complaints["url_and_user"])
    if args.user and len(set(args.user)) != OFFICES_NEEDED:
        raise Unusable(complaints["two_users"])
    return Wish(
        lang=lang,
        urls=tuple(_address(url, lang) for url in args.url),
        trusted=_trusted(args.trust, lang),
        script=_script(args, lang),
        sessions=args.sessions,
        speed=args.speed,
        # Last: who has typed passwords should not learn of a fault in a file.
        administrators=_administrators(args.user, lang),
    )


def _address(text: str, lang: Lang) -> str:
    """Scheme, host and port of a server, and nothing else."""
    try:
        url = urlsplit(text)
        right = url.scheme in ("http", "https") and url.hostname and url.port != 0
    except ValueError:
        right = False
    if not right or url.path.strip("/") or url.query or url.fragment or url.username:
        raise Unusable(COMPLAINTS[lang]["url"].format(url=text))
    return f"{url.scheme}://{url.netloc}"


def _script(args: argparse.Namespace, lang: Lang) -> "Script":
    """The tender with the scenario, all faults found before anybody is engaged."""
    from evalroom.cli.rehearse_file import default_case, read_file
    from evalroom.rehearsal.ensemble import script_of
    from evalroom.rehearsal.scenarios import SCENARIOS, Unplayable, check_playable
    from evalroom.rehearsal.words import Words

    scenario = SCENARIOS[args.scenario]
    tender = read_file(args.file, lang) if args.file else default_case(scenario)
    script = script_of(tender, scenario, args.seed)
    try:
        check_playable(scenario, tender, script.sheets)
    except Unplayable as unplayable:
        words = Words(lang, tender.regime)
        raise Unusable(words(f"unplayable.{unplayable.code}", **unplayable.params)) from None
    return script


def _administrators(logins: list[str], lang: Lang) -> tuple[tuple[str, str], ...]:
    given = os.environ.get("EVALROOM_PASSWORD")
    passwords = given.splitlines() if given is not None else _asked(logins, lang)
    if len(passwords) < len(logins):
        raise Unusable(COMPLAINTS[lang]["passwords_missing"])
    return tuple(zip(logins, passwords, strict=False))


def _asked(logins: list[str], lang: Lang) -> list[str]:
    prompt = COMPLAINTS[lang]["password"]
    with warnings.catch_warnings():
        # It would be shown as it is typed: then rather not at all.
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return [getpass.getpass(prompt.format(login=login)) for login in logins]
        except (EOFError, getpass.GetPassWarning):
            raise Unusable(COMPLAINTS[lang]["no_terminal"]) from None


def _trusted(key: str | None, lang: Lang) -> dict[bytes, bytes] | None:
    """Key id → public key, as receipts name it."""
    from hashlib import sha256

    if key is None:
        return None
    try:
        public = bytes.fromhex(key)
    except ValueError:
        public = b""
    if len(public) != 32:
        raise Unusable(COMPLAINTS[lang]["trust"])
    return {sha256(public).digest()[:8]: public}


def _sessions(text: str) -> int:
    return int(number_between(text, int, 1, SESSIONS_MOST))


def _seed(text: str) -> int:
    return int(number_between(text, int, 0, SEED_MOST))
