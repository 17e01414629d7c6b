"""Every error has one form, in the person's language, and a bug of ours says nothing of itself."""

import pytest
from aiohttp import web

from evalroom.api.problems import STATUS, problem_of, status_of
from evalroom.sessions.refusals import Malformed, Refused
from evalroom.sessions.tender.faults import TenderFaults, error, warning
from evalroom.storage.ledger import LedgerUnavailable
from evalroom.wire.texts import CATALOGUES


@pytest.mark.rule("A30")
def test_a_refusal_keeps_its_code_and_parameters_and_gets_its_words() -> None:
    problem = problem_of(Refused("cells_missing", count=3), "en", "abc")
    assert problem.status == 409
    assert problem.code == "cells_missing"
    assert problem.detail == "3 cells are still empty."
    assert problem.params == {"count": 3}
    assert problem.request == "abc"
    assert problem_of(Refused("cells_missing", count=3), "zh-CN").detail == "尚有 3 项未填写。"


@pytest.mark.rule("A30")
def test_when_to_try_again_stands_apart_from_the_parameters() -> None:
    problem = problem_of(Refused("busy", retry_ms=700), "en")
    assert (problem.status, problem.retry_ms, problem.params) == (503, 700, {})


@pytest.mark.rule("A30")
def test_a_malformed_request_names_the_place() -> None:
    problem = problem_of(Malformed("body.scopes[0]", "Expected `str`, got `int`"), "en")
    assert (problem.status, problem.code) == (400, "malformed")
    [fault] = problem.errors
    assert (fault.path, fault.code) == ("body.scopes[0]", "wrong_type")
    assert fault.reason == "Has to be str, not int."
    assert fault.params == {"expected": "str", "got": "int"}


@pytest.mark.rule("A30")
def test_what_is_wrong_with_an_offer_is_said_in_words() -> None:
    refused = Refused("offer_faulty", fault="missing_media", detail="video")
    problem = problem_of(refused, "en")
    assert (problem.status, problem.params) == (422, {"fault": "missing_media", "detail": "video"})
    [fault] = problem.errors
    assert (fault.path, fault.code, fault.params) == ("body", "missing_media", {"detail": "video"})
    assert fault.reason == "A section of video is missing, or there are too few."
    assert problem_of(refused, "zh-CN").errors[0].reason == "缺少 video，或路数不足。"


@pytest.mark.rule("A22")
def test_faults_of_a_tender_come_all_at_once_with_their_places() -> None:
    faults = TenderFaults(
        [error("bids[1].price", "price_missing"), warning("bids[0].brand", "brand_missing")]
    )
    problem = problem_of(faults, "en")
    assert (problem.status, problem.code) == (422, "tender_faults")
    assert [(one.path, one.code, one.severity) for one in problem.errors] == [
        ("bids[0].brand", "brand_missing", "warning"),
        ("bids[1].price", "price_missing", "error"),
    ]


@pytest.mark.rule("A30")
def test_a_bug_of_ours_is_opaque() -> None:
    problem = problem_of(ValueError("score 93.5 of Wang"), "en", "abc")
    assert (problem.status, problem.code) == (500, "internal")
    assert "93.5" not in str(problem)


@pytest.mark.rule("A30")
@pytest.mark.parametrize(
    ("raised", "status", "code"),
    [
        (web.HTTPNotFound(), 404, "no_such_page"),
        (web.HTTPMethodNotAllowed("PUT", ["GET"]), 405, "method_not_allowed"),
        (web.HTTPRequestEntityTooLarge(1, 2), 413, "too_large"),
        (web.HTTPBadRequest(), 400, "malformed"),
        (TimeoutError(), 503, "timeout"),
        (LedgerUnavailable(), 503, "ledger_unavailable"),
        (Refused("unknown_anything"), 404, "unknown_anything"),
        (Refused("unknown_version", retry_ms=1000), 503, "unknown_version"),
        (Refused("ledger_damaged"), 500, "ledger_damaged"),
    ],
)
def test_every_kind_of_error_has_its_status(raised: Exception, status: int, code: str) -> None:
    problem = problem_of(raised, "zh-CN")
    assert (problem.status, problem.code) == (status, code)


@pytest.mark.rule("A30")
def test_every_status_has_a_title_in_both_languages() -> None:
    statuses = {400, 404, 409, 422, 500, *map(status_of, STATUS)}
    for catalogue in CATALOGUES.values():
        assert [status for status in statuses if f"problem.{status}" not in catalogue] == []
