"""The supervisor before his wall: he sees every seat and room live and no sealed screen, finds an
alarm, answers it with a notice whose receipt he sees, listens, pauses on a clause; all of it is on
record.
"""

import asyncio
import os
import struct
from collections.abc import AsyncIterator, Callable
from typing import Any

import msgspec
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, WebSocket, expect

from evalroom.cli.rehearse_file import WORKS, case
from evalroom.clock import SystemClock
from evalroom.rehearsal.client import Client
from evalroom.sessions.people import SYSTEM, Actor
from tests.browser.around import Hall, hall
from tests.browser.filming import HASH_OF_PICTURE, SHARED_SCREEN, WIDTH_OF_FILM, cameras
from tests.browser.stand import stand, until

# One session for all of it: what a test begins it brings to its end.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="module")]

JUNCTION = case(WORKS)
SEATS = 3
PATIENCE = 30_000
"""Milliseconds until a camera has been published and seen."""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def filmed(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Hall]:
    """Members at their sheets, cameras at some seats and in a room, one screen shared."""
    async with (
        stand(tmp_path_factory.mktemp("node"), JUNCTION, until("detailed")) as up,
        hall(up) as opened,
        cameras(up, JUNCTION),
    ):
        yield opened


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def windows_closed(filmed: Hall) -> AsyncIterator[None]:
    """One person keeps a few windows open, not those of every test."""
    yield
    for context in filmed.browser.contexts:
        await context.close()


def tile(page: Page, source: str) -> Locator:
    return page.locator(f'[data-source="{source}"]')


async def middle_of(page: Page, source: str) -> bytes:
    """The pixels of a tile between its title and its foot."""
    box = await tile(page, source).bounding_box()
    assert box is not None
    wide, high = round(box["width"] / 2), round(box["height"] / 2)
    left, top = round(box["x"] + box["width"] / 4), round(box["y"] + box["height"] / 4)
    return await page.screenshot(clip={"x": left, "y": top, "width": wide, "height": high})


async def settle(page: Page, condition: Callable[[], Any]) -> None:
    """Come back when something that no element says is so."""
    async with asyncio.timeout(20):
        while not await condition():
            await page.wait_for_timeout(100)


async def act(page: Page, name: str, **typed: str) -> None:
    """Fill in the form of an act and give it."""
    for label, text in typed.items():
        await page.locator(".er-act").get_by_label(label).fill(text)
    await page.locator(".er-act").get_by_role("button", name=name, exact=True).click()
    await expect(page.locator(".er-act")).to_be_hidden()


class Wall:
    """What comes over the line of pictures."""

    def __init__(self, page: Page) -> None:
        self.listed: dict[int, str] = {}
        self.shown: set[int] = set()
        page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        if "/monitor" in socket.url:
            socket.on("framereceived", self._hear)

    def _hear(self, payload: str | bytes) -> None:
        if isinstance(payload, str):
            told = msgspec.json.decode(payload)
            self.listed |= {one["stream"]: one["source"] for one in told.get("streams", ())}
        else:
            self.shown.add(struct.unpack_from("!I", payload, 4)[0])


async def test_seats_and_rooms_are_seen_live_each_in_its_own_tile(filmed: Hall) -> None:
    page = await filmed.opens("supervisor", "wall")
    pictures = page.locator(".er-tile-live video")
    await page.get_by_role("button", name="席位", exact=True).click()
    await expect(pictures).to_have_count(SEATS, timeout=PATIENCE)
    before = [await picture.evaluate(HASH_OF_PICTURE) for picture in await pictures.all()]
    assert len({one["hash"] for one in before}) == SEATS
    assert all(one["light"] > 40 for one in before)

    async def moved() -> bool:
        after = [await picture.evaluate(HASH_OF_PICTURE) for picture in await pictures.all()]
        return len(after) == SEATS and all(
            a["hash"] != b["hash"] for a, b in zip(before, after, strict=True)
        )

    await settle(page, moved)
    await page.get_by_role("button", name="全景", exact=True).click()
    await expect(pictures).to_have_count(1, timeout=PATIENCE)


@pytest.mark.parametrize(
    ("missing", "on"), [("VideoDecoder", "video"), ("MediaStreamTrackGenerator", "canvas")]
)
async def test_a_browser_that_can_less_is_shown_the_pictures_all_the_same(
    filmed: Hall, missing: str, on: str
) -> None:
    page = await filmed.page(filmed.stand.cookies("supervisor"))
    await page.add_init_script(f"delete window.{missing}")
    await page.goto(f"/s/{filmed.stand.session}/wall")
    picture = tile(page, "seat.m1.camera").locator(f".er-tile-live {on}")
    await picture.wait_for(timeout=PATIENCE)
    first = await picture.evaluate(HASH_OF_PICTURE)
    assert first["light"] > 40

    async def moved() -> bool:
        return bool((await picture.evaluate(HASH_OF_PICTURE))["hash"] != first["hash"])

    await settle(page, moved)


async def test_nothing_of_a_sealed_screen_is_sent_listed_or_drawn(filmed: Hall) -> None:
    page = await filmed.page(filmed.stand.cookies("supervisor"))
    line = Wall(page)
    await page.goto(f"/s/{filmed.stand.session}/wall")
    await page.get_by_role("button", name="屏幕", exact=True).click()
    await expect(page.locator(".er-tile-sealed")).to_have_count(len(JUNCTION.seats))
    await expect(page.get_by_text("（录制中）")).to_have_count(1, timeout=PATIENCE)
    await expect(page.get_by_text("（未收到屏幕信号）")).to_have_count(len(JUNCTION.seats) - 1)
    assert await page.locator(".er-tile-sealed :is(canvas, video, img)").count() == 0
    await page.get_by_role("button", name="全部画面").click()
    camera = tile(page, "seat.m1.camera").locator(".er-tile-live video")
    await camera.wait_for(timeout=PATIENCE)
    first, seen = await camera.evaluate(HASH_OF_PICTURE), await middle_of(page, SHARED_SCREEN)

    async def moved() -> bool:
        return bool(await camera.evaluate(HASH_OF_PICTURE) != first)

    # What a camera shows changes with each second, and so does what is on that screen.
    await settle(page, moved)
    assert await middle_of(page, SHARED_SCREEN) == seen
    assert not [source for source in line.listed.values() if source.endswith(".screen")]
    assert line.shown <= set(line.listed)


async def test_an_alarm_is_answered_by_a_notice_whose_receipt_is_seen(filmed: Hall) -> None:
    page = await filmed.opens("supervisor", "wall")
    looked = tile(page, "seat.m3.camera")
    await looked.click()
    member = await filmed.seat("m1")
    await member.send("ReportWorkstation", {"kind": "page_left"})
    card = page.locator(".er-alarm")
    await expect(card).to_be_visible()
    # It comes forward, and what was looked at is still looked at.
    await expect(looked).to_be_focused()
    await card.get_by_role("button", name="确认").click()
    await expect(card.get_by_text("已确认")).to_be_visible()
    await tile(page, "seat.m1.camera").click()
    await page.keyboard.press("w")
    await act(page, "发出书面提示", 提示内容="请回到评审页面")
    await page.get_by_role("tab", name="回执").click()
    await expect(page.get_by_text("0/1 已回执")).to_be_visible()
    await _confirms(member)
    await expect(page.get_by_text("1/1 已回执")).to_be_visible()
    await card.get_by_role("button", name="填写处置").click()
    await act(page, "提交处置", 处置情况="已提示，成员已返回")
    await card.get_by_role("button", name="关闭").click()
    await expect(card).to_be_hidden()
    await page.get_by_role("button", name="监督记录").click()
    row = page.get_by_role("row").filter(has_text="请回到评审页面")
    await expect(row.get_by_text("1/1 已回执")).to_be_visible()


async def _confirms(member: Client) -> None:
    async with asyncio.timeout(10):
        while not member.view["notices"]:
            await member.news()
    (number,) = member.view["notices"]
    await member.send("ConfirmNotice", {"notice": int(number)})


async def test_who_is_listened_to_is_shown_and_put_on_record(filmed: Hall) -> None:
    page = await filmed.opens("supervisor", "wall")
    await expect(tile(page, "seat.m1.camera").locator(".er-tile-live")).to_be_visible(
        timeout=PATIENCE
    )
    await tile(page, "seat.m1.camera").click()
    await page.keyboard.press("l")
    await expect(page.get_by_text("正在收听 201-1", exact=False)).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_text("正在收听（已留痕）")).to_be_visible()
    await page.keyboard.press("l")
    await expect(page.get_by_text("正在收听（已留痕）")).to_be_hidden()
    supervisor = filmed.stand.people.browsers["supervisor"]

    async def recorded() -> bool:
        told = await supervisor.get(f"/api/sessions/{filmed.stand.session}/minutes")
        looks = [one["params"]["looks"] for one in told["lines"] if one["code"] == "LooksRecorded"]
        return any("seat.m1.microphone" in str(batch) for batch in looks)

    await settle(page, recorded)


async def test_a_key_shows_what_was_filmed_before_an_alarm_of_a_camera(filmed: Hall) -> None:
    up, camera = filmed.stand, "seat.m2.camera"
    supervisor = up.people.browsers["supervisor"]

    footage = f"{up.url}/api/sessions/{up.session}/footage/{camera}"

    async def recorded() -> bool:
        now = SystemClock().wall()
        async with supervisor.http.get(f"{footage}?from={now - 15_000}&to={now}") as answer:
            return answer.status == 200

    page = await filmed.opens("supervisor", "wall")
    await settle(page, recorded)
    room = await up.node.rooms.open(up.session)
    alarm = {"kind": "no_stream", "source": camera}
    await room.submit(Actor(SYSTEM), os.urandom(16), "RaiseAlarm", alarm, None)
    card = page.locator(".er-alarm")
    await expect(card).to_contain_text("信号中断")
    await page.keyboard.press(",")
    before = page.get_by_role("region", name="回放前 15 秒")
    await expect(before.locator("video")).to_be_visible(timeout=PATIENCE)
    assert await before.locator("video").evaluate(WIDTH_OF_FILM) > 0
    await page.keyboard.press("Escape")
    await expect(before).to_have_count(0)
    await card.get_by_role("button", name="误报").click()
    await act(page, "按误报关闭", 说明="演示")
    await expect(card).to_be_hidden()


async def test_a_pause_needs_its_clause_and_its_number_may_follow(filmed: Hall) -> None:
    page = await filmed.opens("supervisor", "wall")
    await page.get_by_role("button", name="暂停评审").click()
    form = page.locator(".er-act")
    await expect(form.get_by_role("button", name="暂停评审")).to_be_disabled()
    await act(page, "暂停评审", 依据条款="实施条例第四十八条")
    standing = page.get_by_role("region", name="监督暂停")
    await expect(standing.get_by_text("实施条例第四十八条")).to_be_visible()
    await standing.get_by_label("文号").fill("监函〔2026〕7号")
    await standing.get_by_role("button", name="登记文号").click()
    await expect(standing.get_by_text("监函〔2026〕7号")).to_be_visible()
    await standing.get_by_role("button", name="恢复评审").click()
    await expect(standing).to_be_hidden()


async def test_the_wall_is_worked_by_keys_alone(filmed: Hall) -> None:
    page = await filmed.opens("supervisor", "wall")
    await page.locator(".er-grid-place").first.wait_for()
    for key, places in (("1", 1), ("4", 4), ("9", 9), ("0", 2 * len(JUNCTION.seats) + 1)):
        await page.keyboard.press(key)
        await expect(page.locator(".er-grid-place")).to_have_count(places)
    await page.locator(".er-grid-place").first.focus()
    await page.keyboard.press("ArrowRight")
    await page.keyboard.press("ArrowDown")
    sixth = page.locator(".er-grid-place").nth(5)
    await expect(sixth).to_be_focused()
    source = await sixth.get_attribute("data-source")
    await page.keyboard.press("Enter")
    await expect(page.locator(".er-grid-single .er-grid-place").first).to_have_attribute(
        "data-source", source or ""
    )
    await page.keyboard.press("Escape")
    await expect(page.locator(".er-grid-4")).to_be_visible()
    await page.keyboard.press("?")
    await expect(page.get_by_role("dialog", name="快捷键")).to_be_visible()
