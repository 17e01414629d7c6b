"""What a session begins with."""

import pytest
from msgspec.structs import replace

from evalroom.sessions.genesis import check_appointments, open_session
from evalroom.sessions.messages import Event
from evalroom.sessions.opening import TenderRecorded
from evalroom.sessions.people import Appointment
from evalroom.sessions.refusals import Refused
from evalroom.sessions.tender.faults import TenderFaults
from evalroom.sessions.tender.model import Tender
from tests.sessions.cast import APPOINTMENTS, HANA, SEED, small_tender


def opened(tender: Tender, rehearsal: bool = False) -> tuple[Event, ...]:
    return open_session(
        "0" * 32, tender, APPOINTMENTS, by=HANA, seed=SEED, key="k", public_key="00",
        rehearsal=rehearsal,
    )  # fmt: skip


@pytest.mark.rule("S42")
def test_tender_bids_committee_seats_and_policies_are_events_of_their_own() -> None:
    events = opened(small_tender(min_valid_bids="2"))
    assert [type(event).__name__ for event in events] == [
        "SessionOpened",
        "TenderRecorded",
        "BidsRecorded",
        "CommitteeRecorded",
        "SeatsRecorded",
        "PoliciesRecorded",
        "AppointmentsRecorded",
        "LotSeedSealed",
        "PhaseOpened",
    ]
    bare = next(e.tender for e in events if isinstance(e, TenderRecorded))
    assert not any((bare.bids, bare.committee, bare.venues, bare.seats, bare.policies))


@pytest.mark.rule("S43")
def test_an_unlawful_tender_opens_no_session() -> None:
    tender = small_tender()
    with pytest.raises(TenderFaults):
        opened(replace(tender, committee=tender.committee[:4], seats=tender.seats[:4]))


@pytest.mark.rule("S43")
def test_sheets_are_for_rehearsals_and_stay_out_of_the_ledger() -> None:
    tender = replace(small_tender(), sheets={"m1": {"B1": {"t1": "10"}}})
    with pytest.raises(TenderFaults):
        opened(tender)
    bare = next(e.tender for e in opened(tender, rehearsal=True) if isinstance(e, TenderRecorded))
    assert bare.sheets is None


@pytest.mark.rule("S44")
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"system": Appointment(roles=("witness",))}, "role_unknown"),
        ({"x": Appointment(roles=("system",))}, "role_unknown"),
        ({"x": Appointment(member="m1", roles=("witness",))}, "member_holds_no_office"),
        ({"x": Appointment()}, "appointment_empty"),
        ({"x": Appointment(member="m9")}, "member_unknown"),
        ({"x": Appointment(member="m1")}, "members_not_appointed_once"),
        ({"ada": Appointment(roles=("witness",))}, "members_not_appointed_once"),
        ({"x": Appointment(roles=("witness",), venue="west")}, "venue_unknown"),
        ({HANA: Appointment(roles=("witness",))}, "no_agency_lead"),
    ],
)
def test_every_member_has_one_account_and_somebody_leads_for_the_agency(
    change: dict[str, Appointment], code: str
) -> None:
    with pytest.raises(Refused) as refusal:
        check_appointments(small_tender(), {**APPOINTMENTS, **change})
    assert refusal.value.code == code
