"""Options that commands share, and the words for a node that cannot start."""

import argparse
import os
from collections.abc import Callable, Mapping
from math import nan
from pathlib import Path
from typing import TYPE_CHECKING, Final, get_args

from evalroom.cli.terminal import USAGE_ERROR, Lang, complain, language

if TYPE_CHECKING:
    from evalroom.app import CannotStart
    from evalroom.config import Config, Misconfigured

SPEED_LEAST, SPEED_MOST = 0.1, 100.0
"""Slower, people would fall silent for minutes; faster, only the machine sets the pace anyway."""


class Unusable(Exception):
    """What was given cannot be used; `lines` say why, in the user's language."""

    def __init__(self, *lines: str) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def add_node_options(parser: argparse.ArgumentParser) -> None:
    """`--config`, `--data`, `--lang`."""
    parser.add_argument(
        "--config", type=Path, metavar="FILE", help="default: evalroom.toml, if any"
    )
    parser.add_argument("--data", metavar="DIR", help="data folder, in place of the configured one")
    add_language(parser)


def add_language(parser: argparse.ArgumentParser) -> None:
    """`--lang`."""
    parser.add_argument("--lang", choices=get_args(Lang), help="default: that of the locale")


def add_speed(parser: argparse.ArgumentParser) -> None:
    """`--speed`."""
    parser.add_argument(
        "--speed",
        type=_speed,
        default=1.0,
        metavar="X",
        help="how many times the usual pace; default: 1",
    )


def number_between(text: str, kind: Callable[[str], float], low: float, high: float) -> float:
    """A number as an argument; anything else is a usage error."""
    try:
        value = kind(text)
    except ValueError:
        value = nan
    if not low <= value <= high:
        raise argparse.ArgumentTypeError(f"must be a number between {low:g} and {high:g}")
    return value


def lang_of(args: argparse.Namespace) -> Lang:
    """The language asked for, else the locale's."""
    chosen: Lang | None = args.lang
    return chosen or language(os.environ)


def config_of(args: argparse.Namespace, environ: Mapping[str, str]) -> "Config":
    """The configuration with what the command line says on top of it. Raises Misconfigured."""
    from evalroom.config import read_config

    given = {
        variable: value
        for option, variable in _VARIABLES.items()
        if (value := getattr(args, option, None)) is not None
    }
    return read_config(args.config, {**environ, **given})


def complain_of_config(command: str, args: argparse.Namespace, wrong: "Misconfigured") -> int:
    """Every fault on a line of its own; the exit code."""
    for fault in wrong.faults:
        line = str(fault)
        for option, variable in _VARIABLES.items():
            if getattr(args, option, None) is not None:
                line = line.replace(variable, f"--{option}", 1)
        complain(command, line)
    return USAGE_ERROR


def complain_of_start(command: str, lang: Lang, cannot: "CannotStart") -> int:
    """Why a node does not start, and what helps; the exit code."""
    complain(command, START_FAULTS[lang][cannot.code].format_map(cannot.params))
    return USAGE_ERROR


def _speed(text: str) -> float:
    return number_between(text, float, SPEED_LEAST, SPEED_MOST)


_VARIABLES: Final = {
    "listen": "EVALROOM_LISTEN",
    "data": "EVALROOM_DATA",
    "migrate": "EVALROOM_MIGRATE",
}

START_FAULTS: Final[dict[Lang, dict[str, str]]] = {
    "zh-CN": {
        "port_in_use": "{where} 已被占用：换一个端口，或先停止占用它的程序",
        "address_unusable": "无法在 {where} 监听：{reason}",
        "folder_unusable": "数据目录 {where} 不可用：{reason}",
        "folder_in_use": "数据目录 {where} 正被另一个进程使用：一个目录同时只属于一个进程",
        "keys_unusable": "密钥文件 {where} 不可用：{reason}",
        "keys_missing": "密钥文件 {where} 不见了，而旁边已有 {beside}：没有它，已有的记录无法读取。"
        "请从备份恢复该文件后再启动；不会另建新密钥",
        "keys_missing_of_database": "密钥文件 {where} 不见了，而数据库中的记录由密钥 {key} 加密："
        "请从备份或其他节点恢复该文件后再启动；不会另建新密钥",
        "ledger_newer": "{where} 由更新版本的 EvalRoom 写入（版本 {found}，本程序支持到 {known}）："
        "请启动新版本，或恢复升级前的备份",
        "ledger_unavailable": "账本 {where} 现在不可用：{reason}",
        "ledger_damaged": "账本 {where} 已损坏或不是账本：{reason}",
        "directory_newer": "{where} 由更新版本的 EvalRoom 写入（{version}）："
        "请启动新版本，或恢复升级前的备份",
        "storage_unavailable": "{where} 不可用：{reason}",
        "busy": "{where} 正忙，请稍后再试",
        "media_unusable": "配置项 {where} 不可用：{reason}",
        "bus_unusable": "配置项 {where} 不可用：{reason}",
        "database_unusable": "配置项 {where} 不可用：{reason}",
        "database_unavailable": "数据库 {where} 现在不可用：{reason}",
        "database_older": "{where} 中还没有 EvalRoom 的数据表，或数据表版本较旧："
        "请先备份已有数据，再以 evalroom serve --migrate 启动一次",
        "keys_foreign": "{where} 中的记录由密钥 {key} 加密，本节点的 keys.json 没有该密钥："
        "请从备份恢复当时的 keys.json；所有节点必须使用同一个文件",
    },
    "en": {
        "port_in_use": "{where} is in use: choose another port, or stop what uses it",
        "address_unusable": "cannot listen at {where}: {reason}",
        "folder_unusable": "the data folder {where} cannot be used: {reason}",
        "folder_in_use": "the data folder {where} is in use by another process; it belongs to one "
        "at a time",
        "keys_unusable": "the key file {where} cannot be used: {reason}",
        "keys_missing": "the key file {where} is gone, but {beside} is still there and cannot be "
        "read without it: restore the file from the backup, then start again; no new keys are "
        "made",
        "keys_missing_of_database": "the key file {where} is gone, but the database holds entries "
        "sealed under the key {key}: restore the file from the backup, or from another node, then "
        "start again; no new keys are made",
        "ledger_newer": "{where} was written by a newer EvalRoom (version {found}; this program "
        "knows up to {known}): start the newer program, or restore a backup made before the "
        "upgrade",
        "ledger_unavailable": "the ledger {where} cannot be used now: {reason}",
        "ledger_damaged": "the ledger {where} is damaged or is not one: {reason}",
        "directory_newer": "{where} was written by a newer EvalRoom ({version}): start the newer "
        "program, or restore a backup made before the upgrade",
        "storage_unavailable": "{where} cannot be used: {reason}",
        "busy": "{where} is busy; try again later",
        "media_unusable": "the configured {where} cannot be used: {reason}",
        "bus_unusable": "the configured {where} cannot be used: {reason}",
        "database_unusable": "the configured {where} cannot be used: {reason}",
        "database_unavailable": "the database {where} cannot be used now: {reason}",
        "database_older": "{where} holds no tables of EvalRoom yet, or older ones: make a backup "
        "of what is there, then start once with evalroom serve --migrate",
        "keys_foreign": "{where} holds entries sealed under the key {key}, which the "
        "keys.json of this node lacks: restore the right one from the backup; all nodes need the "
        "same",
    },
}
