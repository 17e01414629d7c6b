"""Identifiers from outside: proved where they can be, measured otherwise."""

import pytest

from evalroom.sessions.tender.validation import faults_of
from tests.sessions.tender.examples import errors, found, lawful, tender

FIRM = "914403001922038216"
WRONG_FIRM = "914403001922038217"
PERSON = "11010519491231002X"


@pytest.mark.rule("T14")
def test_numbers_with_a_proof_are_proved_wherever_they_stand() -> None:
    value = lawful()
    value["region"] = "999999"
    value["identifiers"] = {"统一社会信用代码": WRONG_FIRM, "行政区划": "4404"}
    value["bids"][0].update(uscc=WRONG_FIRM, consortium=[{"name": "a", "uscc": "x"}])
    value["committee"][2]["identifiers"] = {"身份证": PERSON[:-1] + "1"}
    value["venues"][1]["region"] = "000000"
    assert errors(value) == {
        ("region", "region_malformed"),
        ("identifiers.统一社会信用代码", "uscc_check_digit"),
        ("identifiers.行政区划", "region_malformed"),
        ("bids[0].uscc", "uscc_check_digit"),
        ("bids[0].consortium[0].uscc", "uscc_malformed"),
        ("committee[2].identifiers.身份证", "id_card_check_digit"),
        ("venues[1].region", "region_malformed"),
    }


@pytest.mark.rule("T14")
def test_numbers_that_are_right_or_not_given_pass() -> None:
    value = lawful()
    value["region"] = "440400"
    value["identifiers"] = {"统一社会信用代码": FIRM, "身份证号": "", "项目编号": "CLPSP16ZH04ZC25"}
    value["bids"][0].update(uscc=FIRM, consortium=[{"name": "a", "uscc": FIRM}])
    value["committee"][2]["identifiers"] = {"居民身份证": PERSON, "专家编号": "7"}
    assert found(value) == set()


@pytest.mark.rule("T14")
@pytest.mark.parametrize(
    ("scheme", "text", "code"),
    [
        ("投资项目统一代码", "2026-440402-48-01-000001", ""),
        ("投资项目统一代码", "2026-440402", "identifier_length"),
        ("招标项目编号", "E4401000001000001001", ""),
        ("招标项目编号", "X" * 100, "identifier_length"),
        ("本地编号", "1", ""),
        ("本地编号", "1" * 65, "identifier_long"),
    ],
)
def test_an_identifier_of_unusual_length_warns_and_is_never_refused(
    scheme: str, text: str, code: str
) -> None:
    value = lawful()
    value["identifiers"] = {scheme: text}
    assert found(value) == ({(f"identifiers.{scheme}", code)} if code else set())
    assert errors(value) == set()


def test_a_fault_does_not_quote_a_members_number() -> None:
    value = lawful()
    value["committee"][0]["identifiers"] = {"身份证": "110105194912310021"}
    assert "110105" not in str(faults_of(tender(value), for_session=True))
