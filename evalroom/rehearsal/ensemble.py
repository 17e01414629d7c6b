"""The people of a scenario: which member has which habits, and what everybody ends on."""

from msgspec import Struct
from msgspec.structs import replace

from evalroom.rehearsal.behaviour import Habits, Member, Signing
from evalroom.rehearsal.cast import Cast
from evalroom.rehearsal.officers import AgencyLead, Substitute, Supervisor, Witness
from evalroom.rehearsal.people import Person
from evalroom.rehearsal.scenarios import Scenario, slip_of, tied_ballots
from evalroom.rehearsal.sheets import Sheet, in_file, sheets_of
from evalroom.sessions.tender.model import Tender


class Script(Struct, frozen=True):
    """A tender, the scenario it is played in, and the sheets its members end on."""

    tender: Tender
    scenario: Scenario
    seed: int
    sheets: dict[str, Sheet]

    def ending(self, cast: Cast) -> Tender:
        """The tender as it is when all is over, sheets included: what `tally` recomputes."""
        tender, sheets = self.tender, dict(self.sheets)
        if self.scenario.has("recusal") and cast.understudy is not None:
            former = tender.committee[-1].id
            sheets[cast.understudy.id] = sheets.pop(former)
            tender = replace(
                tender,
                committee=(*tender.committee[:-1], cast.understudy),
                seats=tuple(
                    replace(seat, member=cast.understudy.id) if seat.member == former else seat
                    for seat in tender.seats
                ),
            )
        return replace(tender, sheets=in_file(sheets))


def script_of(tender: Tender, scenario: Scenario, seed: int) -> Script:
    """What will be played."""
    return Script(tender, scenario, seed, sheets_of(tender, seed))


def people_of(script: Script, cast: Cast, accounts: dict[str, str]) -> dict[str, Person]:
    """Everybody by the key of his part; `accounts` are ids by login."""
    people: dict[str, Person] = {}
    ending = script.ending(cast)
    habits = _habits(script)
    for place, member in enumerate(script.tender.committee):
        sheet = script.sheets[member.id]
        people[member.id] = Member(member.id, ending, sheet, habits[place], script.seed)
    substitute = None
    if cast.substitute is not None and cast.understudy is not None:
        account = accounts[cast.substitute.login]
        assert cast.substitute.seat is not None
        substitute = Substitute(cast.understudy, account, cast.substitute.seat)
        sheet = script.sheets[script.tender.committee[-1].id]
        people[cast.understudy.id] = Member(
            cast.understudy.id, ending, sheet, Habits(), script.seed
        )
    people["agency_lead"] = AgencyLead(substitute)
    people["supervisor"] = Supervisor(pauses=script.scenario.has("pause"))
    people["witness"] = Witness()
    return people


def _habits(script: Script) -> list[Habits]:
    """The habits of each seat: who is different, and in what."""
    scenario, count = script.scenario, len(script.tender.committee)
    ballots = tied_ballots(script.tender) if scenario.has("deadlock") else ()
    slip = slip_of(script.tender, script.sheets) if scenario.has("mismatch") else None
    habits = []
    for place, member in enumerate(script.tender.committee):
        habits.append(
            Habits(
                doubts=0.3 if scenario.has("edits") else 0.0,
                ballots=tuple(votes[member.id] for votes in ballots),
                slips=slip[1] if slip and slip[0] == member.id else None,
                cuts_at=1 if scenario.has("dropped_link") and place == min(2, count - 1) else None,
                recuses=scenario.has("recusal") and place == count - 1,
                signs=_signature(scenario, place, count),
                notes_silence=scenario.has("silence"),
            )
        )
    return habits


def _signature(scenario: Scenario, place: int, count: int) -> Signing:
    if scenario.has("silence") and place == count - 1:
        return "stays_silent"
    if scenario.has("dissent") and place == count - 1:
        return "dissents"
    return "signs"
