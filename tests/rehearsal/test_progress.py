"""The picture on a terminal and the lines anywhere else."""

import io

import pytest
from rich.cells import cell_len
from rich.console import Console

from evalroom.cli.rehearse_file import PUBLISHED, case
from evalroom.rehearsal.progress import NOTES_LEAST, Screen
from evalroom.rehearsal.words import Words
from evalroom.sessions.state import Session
from evalroom.sessions.visibility import audience_of, view
from tests.rehearsal.dry import DryStage

TENDER = case(PUBLISHED)


def watched(console: Console, lang: str = "zh-CN") -> tuple[Screen, DryStage]:
    """A dry evaluation drawn act by act up to the middle of the detailed review."""
    stage = DryStage(TENDER, "usual")
    screen = Screen(console, TENDER, Words(lang, TENDER.regime))  # type: ignore[arg-type]

    def draw(state: Session) -> bool:
        seen = view(state, audience_of(state, "agency"))
        screen.show(seen, stage.at / 10_000, set())
        return bool(state.sheets.progress.get("technical") and state.sheets.rows.get("m5"))

    with screen:
        stage.play(draw)
        seen = view(stage.state, audience_of(stage.state, "agency"))
        screen.show(seen, 17, {"m3"})
    return screen, stage


def terminal(width: int = 100, height: int = 30) -> Console:
    return Console(file=io.StringIO(), force_terminal=True, width=width, height=height)


def last_picture(console: Console, screen: Screen, stage: DryStage) -> list[str]:
    plain = Console(file=io.StringIO(), width=console.width, height=console.height)
    seen = view(stage.state, audience_of(stage.state, "agency"))
    plain.print(screen._picture(seen, 17))
    assert isinstance(plain.file, io.StringIO)
    return [line.rstrip() for line in plain.file.getvalue().splitlines()]


@pytest.mark.rule("K39")
def test_a_terminal_shows_phases_seats_by_venue_and_only_finished_or_not() -> None:
    console = terminal()
    lines = last_picture(console, *watched(console))
    text = "\n".join(lines)
    assert "珠海教育项目" in lines[1]
    assert "演练" in lines[1]
    assert "签到核验 → 宣布纪律·承诺回避 → 推选组长" in text
    for venue in TENDER.venues:
        assert text.count(venue.title) == 1
    assert "专家1号（组长）" in text
    assert "链路中断" in text
    assert "未结束" in text
    assert not [word for word in ("10.5", "cells", "分数") if word in text]


@pytest.mark.rule("K39")
def test_columns_line_up_whatever_the_width_of_their_characters() -> None:
    console = terminal()
    lines = last_picture(console, *watched(console))
    states = ("未结束", "已结束", "链路中断")
    rows = [line for line in lines if line.endswith(states)]
    assert len(rows) == len(TENDER.committee)
    columns = {cell_len(row[: row.rindex(state)]) for row in rows for state in states
               if row.endswith(state) and not row.endswith("未" + state)}  # fmt: skip
    assert len(columns) == 1


@pytest.mark.parametrize(("width", "height"), [(80, 24), (60, 14), (200, 60)])
def test_a_picture_fits_its_screen(width: int, height: int) -> None:
    console = terminal(width, height)
    screen, stage = watched(console, "en")
    lines = last_picture(console, screen, stage)
    assert max(map(cell_len, lines)) <= width
    assert len(lines) <= max(height, len(TENDER.committee) + 8 + NOTES_LEAST)


@pytest.mark.rule("K39")
def test_where_it_is_narrow_a_venue_gives_way_and_nobodys_state_is_cut_off() -> None:
    console = terminal(50)
    lines = last_picture(console, *watched(console))
    text = "\n".join(lines)
    for shown in ("专家1号（组长）", "采购人代表", "席位舱03", "链路中断", "未结束"):
        assert shown in text
    assert "…" in text
    assert max(map(cell_len, lines)) <= 50


@pytest.mark.rule("K39")
def test_elsewhere_each_event_is_one_plain_line_with_its_time() -> None:
    console = Console(file=io.StringIO(), width=200)
    watched(console, "en")
    assert isinstance(console.file, io.StringIO)
    written = console.file.getvalue()
    assert "\x1b" not in written
    lines = written.splitlines()
    assert lines[0].endswith("s  check-in")
    assert lines[-1].endswith("s  专家2号 loses the link with a command under way")
    assert len(lines) == len(set(lines))
