"""Who takes part, as the tender names them."""

import pytest
from msgspec.structs import replace

from evalroom.cli.rehearse_file import PUBLISHED, WORKS, case
from evalroom.rehearsal.cast import cast_of
from evalroom.sessions.genesis import check_appointments
from evalroom.sessions.tender.model import Member
from tests.sessions.cast import small_tender


@pytest.mark.parametrize("name", [PUBLISHED, WORKS])
def test_every_seat_and_every_office_has_a_person_a_session_accepts(name: str) -> None:
    tender = case(name)
    cast = cast_of(tender, "drill-")
    people = {part.login: part.appointment for part in cast.everyone if part.appointment}
    assert len(people) == len(tender.committee) + 3
    check_appointments(tender, people)
    assert all(login.startswith("drill-") for login in people)


def test_a_substitute_is_of_the_same_kind_under_a_free_name_and_not_appointed() -> None:
    tender = small_tender()
    former = replace(tender.committee[-1], discipline="economic")
    tender = replace(
        tender,
        committee=(Member("s1", "专家6号"), *tender.committee[1:-1], former),
    )
    cast = cast_of(tender, substitute=True)
    assert cast.substitute is not None
    assert cast.understudy is not None
    assert cast.substitute.appointment is None
    assert (cast.understudy.id, cast.understudy.alias) == ("s2", "专家1号")
    assert cast.understudy.discipline == "economic"
    assert cast.substitute.login not in {part.login for part in cast.members}
