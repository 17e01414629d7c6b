"""Who listens here, and what the server is told of it."""

from hypothesis import given, strategies as st

from evalroom.bus.redis.topics import Topics


def nobody(message: bytes) -> None:
    """Hear, and do nothing."""


def test_only_the_first_to_come_and_the_last_to_leave_are_told_of() -> None:
    topics = Topics()
    stops = [topics.listen("a", nobody) for _ in range(2)]
    assert topics.turn() == ([b"a"], [])
    stops[0]()
    stops[0]()
    assert topics.turn() == ([], [])
    found = topics.find(b"a")
    assert found is not None
    assert list(found.listeners.values()) == [nobody]
    stops[1]()
    assert topics.turn() == ([], [b"a"])
    assert topics.find(b"a") is None


def test_what_came_and_went_within_a_turn_is_never_mentioned() -> None:
    topics = Topics()
    topics.listen("a", nobody)()
    stay = topics.listen("b", nobody)
    assert topics.turn() == ([b"b"], [])
    stay()
    topics.listen("b", nobody)
    assert topics.turn() == ([], [])


def test_a_listener_that_stops_twice_does_not_stop_whoever_came_after_it() -> None:
    topics = Topics()
    stop = topics.listen("a", nobody)
    stop()
    topics.listen("a", nobody)
    stop()
    assert topics.turn() == ([b"a"], [])


@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(["listen", "stop", "turn", "new"])))
)
def test_after_each_turn_the_server_knows_what_is_listened_to(steps: list[tuple[str, str]]) -> None:
    topics = Topics()
    stops: dict[str, list[object]] = {}
    server: set[bytes] = set()
    for name, step in steps:
        if step == "listen":
            stops.setdefault(name, []).append(topics.listen(name, nobody))
        elif step == "stop" and stops.get(name):
            stop = stops[name].pop()
            assert callable(stop)
            stop()
        elif step == "new":
            server = set(topics.all())
        elif step == "turn":
            joined, left = topics.turn()
            assert not server.intersection(joined)
            assert server.issuperset(left)
            server = server.union(joined).difference(left)
            assert server == {name.encode() for name, held in stops.items() if held}
