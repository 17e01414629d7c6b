from evalroom.sessions.scoring.faults import Unscorable


def test_what_cannot_be_scored_says_what_and_where() -> None:
    assert str(Unscorable("price_missing", bid="b2")) == "price_missing(bid=b2)"
    assert str(Unscorable("benchmark_missing")) == "benchmark_missing"
