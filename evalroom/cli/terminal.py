"""What a terminal can show: its language, its encoding, and columns of Chinese and Latin text that
line up.
"""

import errno
import sys
from collections.abc import Iterator, Mapping, Sequence
from io import TextIOWrapper
from typing import TYPE_CHECKING, Final, Literal, TextIO
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from rich.console import Console

Lang = Literal["zh-CN", "en"]

USAGE_ERROR: Final = 2
"""The exit code after what a command's user can mend."""


def language(environ: Mapping[str, str]) -> Lang:
    """Chinese where the locale is Chinese, else English; as everywhere, LC_ALL outweighs
    LC_MESSAGES and LANG.
    """
    names = (environ.get(name, "") for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return "zh-CN" if next(filter(None, names), "").startswith("zh") else "en"


def never_fail_to_encode(*streams: TextIO) -> None:
    """Let characters that the terminal does not know be written as escapes instead of ending the
    program.
    """
    for stream in streams:
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def complain(command: str, message: str) -> None:
    """One line on stderr, as argparse writes its own."""
    sys.stderr.write(f"evalroom {command}: {message}\n")


def console() -> "Console":
    """Where pictures and tables are drawn; a reader who has left ends the command as elsewhere."""
    from rich.console import Console

    class Paper(Console):
        def on_broken_pipe(self) -> None:
            raise

    return Paper(highlight=False)


def why(fault: OSError, lang: Lang) -> str:
    """Why a file cannot be used, in the user's language as far as it is a common reason."""
    chinese = _REASONS.get(fault.errno or 0) if lang == "zh-CN" else None
    return chinese or fault.strerror or str(fault)


def columns(rows: Sequence[Sequence[str]], right: Sequence[bool]) -> Iterator[str]:
    """Rows as lines with columns of equal width; `right` says which columns hold numbers."""
    widths = [max(map(width, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (
            " " * (wide - width(cell)) + cell if number else cell + " " * (wide - width(cell))
            for cell, wide, number in zip(row, widths, right, strict=True)
        )
        yield "  ".join(cells).rstrip()


def width(text: str) -> int:
    """Columns on a terminal: Chinese characters take two, accents none."""
    return sum(0 if combining(char) else _WIDTHS.get(east_asian_width(char), 1) for char in text)


_WIDTHS = {"W": 2, "F": 2}

_REASONS = {
    errno.ENOENT: "没有这个文件或目录",
    errno.EISDIR: "是一个目录，不是文件",
    errno.ENOTDIR: "路径中有一段不是目录",
    errno.EACCES: "没有权限",
    errno.EPERM: "没有权限",
    errno.EROFS: "磁盘只读",
}
