"""Words from the offices to the seats, with receipts, and a request to pause."""

import pytest

from evalroom.sessions.notices import NOTICES_KEPT
from tests.sessions.cast import HANA, STAN, VERA, WANG, brought_to


@pytest.mark.rule("E20")
def test_a_written_notice_lies_before_its_seat_until_it_is_confirmed() -> None:
    table = brought_to("detailed")
    table.act(VERA, "SendNotice", kind="written_notice", text="请勿交谈", member="m2")
    (notice,) = table.view("m2")["notices"].values()
    assert (notice["text"], notice["confirmed"]) == ("请勿交谈", {})
    assert table.view("m1")["notices"] == {}
    assert table.refused("m1", "ConfirmNotice", notice=1).code == "notice_unknown"
    table.act("m2", "ConfirmNotice", notice=1)
    assert table.act("m2", "ConfirmNotice", notice=1) == ()
    for who in (VERA, HANA, WANG):
        assert table.view(who)["notices"]["1"]["confirmed"] == {"m2": table.at - 10}
    assert table.view(STAN)["notices"] == {}


@pytest.mark.rule("E20")
def test_a_notice_to_all_shows_each_seat_its_own_receipt_alone() -> None:
    table = brought_to("detailed")
    table.act(HANA, "SendNotice", kind="announcement", text="十分钟后午餐")
    table.act("m1", "ConfirmNotice", notice=1)
    assert table.view("m2")["notices"]["1"]["members"] == ["m2"]
    assert table.view("m2")["notices"]["1"]["confirmed"] == {}
    assert list(table.view("m1")["notices"]["1"]["confirmed"]) == ["m1"]
    assert list(table.view(VERA)["notices"]["1"]["confirmed"]) == ["m1"]


@pytest.mark.rule("E20")
def test_each_kind_of_notice_is_one_offices() -> None:
    table = brought_to("detailed")
    assert table.refused(HANA, "SendNotice", kind="reminder", text="x").code == "wrong_role"
    assert table.refused(VERA, "SendNotice", kind="announcement", text="x").code == "wrong_role"
    refusal = table.refused(VERA, "SendNotice", kind="reminder", text="x", member="m9")
    assert refusal.code == "member_unknown"


@pytest.mark.rule("E20")
def test_a_seat_keeps_the_latest_notices() -> None:
    table = brought_to("detailed")
    for number in range(NOTICES_KEPT + 2):
        table.act(VERA, "SendNotice", kind="reminder", text=f"第{number}次", member="m1")
    shown = table.view("m1")["notices"]
    assert len(shown) == NOTICES_KEPT
    assert next(iter(shown)) == "3"
    assert table.refused("m1", "ConfirmNotice", notice=2).code == "notice_unknown"


@pytest.mark.rule("E21")
def test_the_agency_grants_a_pause_on_the_supervisors_clause() -> None:
    table = brought_to("detailed")
    table.act(VERA, "RequestPause", clause="条例第62条", reason="设备异常")
    assert table.refused(VERA, "RequestPause", clause="x", reason="y").code == "pause_request_open"
    assert table.view(HANA)["pause_request"]["clause"] == "条例第62条"
    assert table.view("m1")["pause_request"] is None
    table.act(HANA, "AnswerPauseRequest", granted=True, reason="同意")
    assert table.view("m1")["pause"]["reason"] == "条例第62条"
    assert table.view(HANA)["pause_request"] is None
    assert table.refused(HANA, "AnswerPauseRequest", granted=True, reason="x").code == (
        "no_pause_request"
    )


@pytest.mark.rule("E21")
def test_the_agency_says_why_not() -> None:
    table = brought_to("detailed")
    table.act(VERA, "RequestPause", clause="条例第62条", reason="设备异常")
    (answered,) = table.act(HANA, "AnswerPauseRequest", granted=False, reason="已恢复")
    assert type(answered).__name__ == "PauseRequestAnswered"
    assert table.state.pause is None


@pytest.mark.rule("E21")
def test_a_request_granted_in_a_pause_adds_no_second_one() -> None:
    table = brought_to("detailed")
    table.act(VERA, "RequestPause", clause="条例第62条", reason="设备异常")
    table.act(HANA, "PauseTechnically", reason="断电")
    assert len(table.act(HANA, "AnswerPauseRequest", granted=True, reason="已暂停")) == 1
    assert table.view("m1")["pause"]["reason"] == "断电"
