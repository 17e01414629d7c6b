import errno
import os

import pytest
from hypothesis import given, strategies as st

from evalroom.cli.terminal import Lang, columns, language, why, width


@pytest.mark.rule("K5")
@pytest.mark.parametrize(
    ("environ", "lang"),
    [
        ({"LANG": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_TW"}, "zh-CN"),
        ({"LANG": "de_DE.UTF-8"}, "en"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "C", "LC_MESSAGES": "zh_CN.UTF-8"}, "zh-CN"),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": ""}, "zh-CN"),
        ({}, "en"),
    ],
)
def test_the_locale_says_which_language(environ: dict[str, str], lang: str) -> None:
    assert language(environ) == lang


@pytest.mark.rule("K8")
@pytest.mark.parametrize(
    ("text", "wide"), [("total", 5), ("总分", 4), ("（甲）", 6), ("é", 1), ("e\u0301", 1), ("", 0)]
)
def test_a_chinese_character_takes_two_columns(text: str, wide: int) -> None:
    assert width(text) == wide


@pytest.mark.rule("K8")
def test_columns_line_up_whatever_the_script() -> None:
    rows = [["投标人", "总分"], ["甲公司", "95.00"], ["Bidder B", "8.90"]]
    assert list(columns(rows, [False, True])) == [
        "投标人     总分",
        "甲公司    95.00",
        "Bidder B   8.90",
    ]


@pytest.mark.rule("K8")
@given(st.lists(st.tuples(st.text("a总é"), st.text("1总.")), min_size=1))
def test_numbers_end_at_the_same_column(rows: list[tuple[str, str]]) -> None:
    lines = zip(rows, columns(rows, [False, True]), strict=True)
    assert len({width(line) for (_, number), line in lines if number}) <= 1


@pytest.mark.rule("K9")
@pytest.mark.parametrize(
    ("lang", "number", "said"),
    [
        ("en", errno.ENOENT, "No such file or directory"),
        ("zh-CN", errno.ENOENT, "没有这个文件或目录"),
        ("zh-CN", errno.EIO, "Input/output error"),
    ],
)
def test_why_a_file_cannot_be_used_is_said_in_the_users_language(
    lang: Lang, number: int, said: str
) -> None:
    assert why(OSError(number, os.strerror(number)), lang) == said
