"""Reading a gate as people do."""

from evalroom.rehearsal.people import condition, met, missing

VIEW = {
    "gate": [
        {"code": "all_checked_in", "met": False, "params": {"members": ["m2", "m3"]}},
        {"code": "discipline_announced", "met": True, "params": {}},
    ]
}


def test_a_condition_names_whom_it_waits_for() -> None:
    assert missing(VIEW, "all_checked_in") == ("m2", "m3")
    assert missing(VIEW, "discipline_announced") == ()


def test_what_the_phase_does_not_ask_for_is_not_met() -> None:
    assert met(VIEW, "discipline_announced")
    assert not met(VIEW, "all_checked_in")
    assert not met(VIEW, "start_requested")
    assert condition(VIEW, "start_requested") is None
    assert missing(VIEW, "start_requested") == ()
