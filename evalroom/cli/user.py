"""`evalroom user`: accounts and the three offices, on the machine itself.

This is how the first administrator comes into being, and how one who has locked himself out comes
back. Passwords are typed at a prompt or read from stdin, never given as arguments, where every
process of the machine could read them.
"""

import argparse
import asyncio
import getpass
import os
import sys
from typing import TYPE_CHECKING, Final

from evalroom.cli.node_options import (
    add_node_options,
    complain_of_config,
    complain_of_start,
    config_of,
    lang_of,
)
from evalroom.cli.terminal import USAGE_ERROR, Lang, columns, complain

if TYPE_CHECKING:
    from evalroom.config import Config
    from evalroom.identity.registry import Registry
    from evalroom.storage.directory import Directory
    from evalroom.storage.directory.accounts import Account, Office

SUMMARY = "add, list, shut accounts; set passwords and offices"

OFFICES: Final = ("system", "security", "audit")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare options and operands."""
    add_node_options(parser)
    parser.epilog = (
        "A password is asked for twice; without a terminal it is the first line of stdin. It is "
        "never an argument."
    )
    acts = parser.add_subparsers(title="acts", dest="act", required=True)
    add = acts.add_parser("add", help="make an account; the first one gets the security office")
    add.add_argument("login", metavar="LOGIN")
    add.add_argument("--name", help="shown name; default: the login")
    add.add_argument("--role", choices=OFFICES, help="an office of administration")
    acts.add_parser("list", help="all accounts")
    for act, help_ in (
        ("passwd", "set a new password and end all log-ins"),
        ("disable", "shut an account and end all its log-ins"),
        ("enable", "open it again"),
    ):
        acts.add_parser(act, help=help_).add_argument("login", metavar="LOGIN")
    role = acts.add_parser("role", help="give an office, or take it away")
    role.add_argument("login", metavar="LOGIN")
    role.add_argument("role", choices=(*OFFICES, "none"))


def run(args: argparse.Namespace) -> int:
    """Do it; 2 with the reason on stderr when it cannot be done."""
    from evalroom.app import CannotStart
    from evalroom.config import Misconfigured
    from evalroom.sessions.refusals import Refused
    from evalroom.wire.texts import text

    lang = lang_of(args)
    try:
        config = config_of(args, os.environ)
        password = _password(lang) if args.act in ("add", "passwd") else ""
        asyncio.run(_do(config, args, password, lang))
    except Misconfigured as wrong:
        return complain_of_config("user", args, wrong)
    except CannotStart as cannot:
        return complain_of_start("user", lang, cannot)
    except Refused as refused:
        complain("user", text(f"refusal.{refused.code}", lang, refused.params))
        return USAGE_ERROR
    except _Mistyped:
        complain("user", WORDS[lang]["mistyped"])
        return USAGE_ERROR
    return 0


async def all_accounts(directory: "Directory") -> "list[Account]":
    """Every account, by login."""
    from evalroom.storage.directory import MAX_PAGE, accounts

    found: list[Account] = []
    after: str | None = None
    while True:
        page = await directory.read(accounts.listed, MAX_PAGE, after)
        found += page.items
        after = page.next
        if after is None:
            return found


class _Mistyped(Exception):
    """The two entries of a password differ, or there was none."""


def _password(lang: Lang) -> str:
    """From a prompt, twice; or the first line of stdin."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline().rstrip("\r\n")
        if not line:
            raise _Mistyped
        return line
    first = getpass.getpass(WORDS[lang]["password"])
    if first != getpass.getpass(WORDS[lang]["again"]):
        raise _Mistyped
    return first


async def _do(config: "Config", args: argparse.Namespace, password: str, lang: Lang) -> None:
    from evalroom.app import accounts

    async with accounts(config) as (registry, directory):
        if args.act == "list":
            await _list(directory, lang)
        elif args.act == "add":
            await _add(registry, directory, args, password, lang)
        else:
            account = await _found(directory, args.login)
            await _change(registry, account, args, password)


async def _list(directory: "Directory", lang: Lang) -> None:
    words = WORDS[lang]
    rows = [[words["login"], words["name"], words["role"], words["state"]]]
    for account in await all_accounts(directory):
        state = words["disabled"] if account.disabled else ""
        rows.append([account.login, account.name, account.office or "", state])
    sys.stdout.writelines(f"{line}\n" for line in columns(rows, [False] * 4))


async def _add(
    registry: "Registry",
    directory: "Directory",
    args: argparse.Namespace,
    password: str,
    lang: Lang,
) -> None:
    from evalroom.identity.registry import Author
    from evalroom.storage.directory import accounts

    # Nobody else could give offices to those who come later.
    first = await directory.read(accounts.count) == 0
    office: Office | None = args.role or ("security" if first else None)
    account = await registry.add(Author(), args.login, args.name or args.login, password)
    if office is not None:
        await registry.grant(Author(), account.id, office)
    if first and args.role is None:
        sys.stdout.write(WORDS[lang]["first"].format(login=account.login) + "\n")


async def _change(
    registry: "Registry", account: "Account", args: argparse.Namespace, password: str
) -> None:
    from evalroom.identity.registry import Author

    match args.act:
        case "passwd":
            await registry.change(Author(), account.id, password=password)
        case "disable" | "enable":
            await registry.change(Author(), account.id, disabled=args.act == "disable")
        case _:
            if account.office is not None:
                await registry.withdraw(Author(), account.id)
            if args.role != "none":
                await registry.grant(Author(), account.id, args.role)


async def _found(directory: "Directory", login: str) -> "Account":
    from evalroom.sessions.refusals import Refused
    from evalroom.storage.directory.accounts import normal

    for account in await all_accounts(directory):
        if account.login == normal(login):
            return account
    raise Refused("unknown_account", account=login)


WORDS: Final[dict[Lang, dict[str, str]]] = {
    "zh-CN": {
        "password": "密码：",
        "again": "再输入一次：",
        "mistyped": "没有密码，或两次输入不一致",
        "first": "{login} 是第一个账号，已授予安全管理员（security）",
        "login": "账号",
        "name": "姓名",
        "role": "管理职务",
        "state": "状态",
        "disabled": "已停用",
    },
    "en": {
        "password": "Password: ",
        "again": "Once more: ",
        "mistyped": "no password, or the two differ",
        "first": "{login} is the first account and was given the security office",
        "login": "login",
        "name": "name",
        "role": "office",
        "state": "state",
        "disabled": "shut",
    },
}
