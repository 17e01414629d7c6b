"""Offers for media: nobody who makes too many of them takes the places of others."""

import logging
from pathlib import Path

import pytest

from evalroom.app.exchange import OFFERS
from evalroom.config import Ports
from evalroom.monitoring import egress, ingest
from tests.app.looking import CAMERA
from tests.app.studio import Problem, Studio, camera, studio
from tests.sessions.cast import small_tender

pytestmark = pytest.mark.slow(90)


@pytest.mark.rule("M153")
async def test_one_account_cannot_take_the_places_of_all_others(
    here: Studio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(egress, "SUBSCRIPTIONS_OF_ONE", 1)
    monkeypatch.setattr(ingest, "PUBLICATIONS_OF_ONE", 1)
    three = ("audio",) * 3
    async with (
        here.seated("m1", "m2"),
        here.published("m1", CAMERA, camera()),
        here.listening("m1", "talk", *three),
    ):
        with pytest.raises(Problem) as problem:
            async with here.listening("m1", "talk", *three):
                pass
        assert (problem.value.status, problem.value.code) == (409, "too_many_streams")
        with pytest.raises(Problem) as problem:
            async with here.published("m1", "seat.m1.screen", camera()):
                pass
        assert (problem.value.status, problem.value.code) == (409, "too_many_streams")
        async with here.listening("m2", "talk", *three):
            pass


@pytest.mark.rule("M153")
async def test_whoever_makes_offers_without_end_has_to_wait(here: Studio) -> None:
    async def told(key: str) -> tuple[int, str]:
        with pytest.raises(Problem) as problem:
            await here.offer(key, f"/whep/{here.session}/talk", "x")
        return problem.value.status, problem.value.code

    codes = [await told("m1") for _ in range(OFFERS.burst)]
    assert set(codes) == {(422, "offer_faulty")}
    # Each second gives one back.
    while await told("m1") != (429, "too_many_joins"):
        pass
    assert await told("m2") == (422, "offer_faulty")


@pytest.mark.rule("M153")
async def test_when_all_ports_are_taken_the_operator_is_told_and_one_that_is_left_is_taken_again(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    ports = Ports(46_870, 46_871)
    async with studio(tmp_path, small_tender(), media_ports=ports) as here, here.seated("m1", "m2"):
        async with here.published("m1", CAMERA, camera()):
            async with here.published("m2", "seat.m2.camera", camera()):
                with caplog.at_level(logging.WARNING), pytest.raises(Problem) as problem:
                    async with here.listening("m1", "talk", *("audio",) * 3):
                        pass
            assert (problem.value.status, problem.value.code) == (503, "busy")
            assert "no free port in 46870-46871 of media_ports" in caplog.text
            async with here.published("m2", "seat.m2.camera", camera()):
                pass
