"""What a speaker may do at most: a program what its token says, a person what his office allows."""

import pytest

from evalroom.identity.principal import Principal
from evalroom.sessions.people import Actor
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.accounts import Office
from evalroom.storage.directory.bearers import Scope

CAMERA = Principal(
    "a1",
    scopes=(Scope("s1", "publish", "camera-3"), Scope("s1", "read"), Scope("s2", "watch")),
)


@pytest.mark.rule("A10")
def test_a_program_may_do_what_a_scope_of_its_token_names() -> None:
    CAMERA.within("s1", "publish", "camera-3")
    CAMERA.within("s1", "read")
    CAMERA.within("s2", "watch", "any-source")


@pytest.mark.rule("A10")
@pytest.mark.parametrize(
    ("session", "verb", "source"),
    [
        ("s1", "publish", "camera-4"),
        ("s1", "publish", None),
        ("s1", "command", None),
        ("s2", "read", None),
        ("s3", "read", None),
    ],
)
def test_a_program_may_do_nothing_else(session: str, verb: str, source: str | None) -> None:
    with pytest.raises(Refused) as refused:
        CAMERA.within(session, verb, source)  # type: ignore[arg-type]  # verbs come as text here
    assert refused.value.code == "outside_scope"


@pytest.mark.rule("A10")
def test_a_program_without_a_scope_for_any_source_has_nothing_to_watch() -> None:
    CAMERA.within_any("s2", "watch")
    Principal("a1").within_any("s1", "watch")
    for session in ("s1", "s3"):
        with pytest.raises(Refused, match="outside_scope"):
            CAMERA.within_any(session, "watch")


@pytest.mark.rule("A11")
@pytest.mark.parametrize("office", ["system", "security", "audit"])
def test_a_token_never_carries_an_office(office: Office) -> None:
    with pytest.raises(Refused, match="not_your_office"):
        Principal("a1", office=office, scopes=()).holds(office)


@pytest.mark.rule("A13")
def test_a_person_has_the_powers_of_his_own_office_only() -> None:
    vera = Principal("a2", office="audit")
    vera.holds("audit")
    vera.holds("security", "audit")
    for other in ("system", "security"):
        with pytest.raises(Refused, match="not_your_office"):
            vera.holds(other)


def test_a_person_has_no_scopes_to_keep_to() -> None:
    Principal("a1").within("any", "command")


def test_the_author_of_a_command_is_named_with_his_browser_and_seat() -> None:
    assert Principal("a1", device="d1", workstation="302-2").actor == Actor("a1", "d1", "302-2")
