"""Three families of errors, one mapping."""

import pytest

from evalroom.sessions.refusals import Malformed, Refused
from evalroom.signaling.faults import PROTOCOL_BYE, connect_error, fault_of
from evalroom.wire.messages import Bye, NotDone


@pytest.mark.rule("W17")
def test_a_refusal_keeps_its_code_and_its_parameters() -> None:
    fault = fault_of(Refused("off_interval", interval="0.5"), "testing")
    assert fault == NotDone(
        code="off_interval", message_key="refusal.off_interval", params={"interval": "0.5"}
    )


@pytest.mark.rule("W17")
def test_a_time_to_wait_stands_beside_the_parameters() -> None:
    refused = Refused("busy", retry_ms=250, waiting=256)
    assert fault_of(refused, "testing") == NotDone(
        code="busy", message_key="refusal.busy", params={"waiting": 256}, retry_ms=250
    )
    assert refused.params == {"retry_ms": 250, "waiting": 256}, "the error itself is not changed"


@pytest.mark.rule("W18")
def test_a_broken_peer_is_sent_away_for_good(caplog: pytest.LogCaptureFixture) -> None:
    assert fault_of(Malformed("args.score", "97.5 is no string"), "testing") == PROTOCOL_BYE
    assert Bye("protocol", come_back=False) == PROTOCOL_BYE
    assert "args.score" in caplog.text
    assert "97.5" not in caplog.text


def test_a_path_that_the_peer_made_up_does_not_break_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    fault_of(Malformed("args.\n1970 ERROR all is lost", "no"), "testing")
    assert "all is lost" not in caplog.text
    fault_of(Malformed("args." + "x" * 10_000, "no"), "testing")
    assert len(caplog.text) < 1_000


@pytest.mark.rule("W19")
def test_a_bug_of_ours_is_a_reference_to_the_peer_and_a_place_in_the_log(
    caplog: pytest.LogCaptureFixture,
) -> None:
    try:
        raise KeyError("the score of bid 3 was 97.5")
    except KeyError as error:
        fault = fault_of(error, "testing")
    assert isinstance(fault, NotDone)
    assert (fault.code, fault.message_key) == ("internal", "refusal.internal")
    assert fault.params["reference"] in caplog.text
    assert "KeyError" in caplog.text
    assert "test_faults.py" in caplog.text
    assert "97.5" not in caplog.text + repr(fault)


def test_a_refused_join_says_it_where_stock_clients_look() -> None:
    error = connect_error(fault_of(Refused("too_many_joins", retry_ms=900), "testing"))
    assert error.message == "too many joins"
    assert (error.data.code, error.data.retry_ms) == ("too_many_joins", 900)
    assert connect_error(PROTOCOL_BYE).data.code == "protocol"
