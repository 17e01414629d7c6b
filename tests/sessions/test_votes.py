"""Too few valid bids."""

import pytest
from msgspec.structs import replace

from evalroom.sessions import votes
from tests.sessions.cast import Table, brought_to, small_tender


def only_valid(table: Table, *valid: str) -> None:
    table.fill("conformity", lambda c, bid: "pass" if bid in valid else "fail")
    table.act("m1", "CloseGroup", section="conformity")


def cast(table: Table, *choices: str) -> None:
    for member, choice in zip(table.members, choices, strict=True):
        table.act(member, "CastVote", choice=choice, reason="竞争性判断")


@pytest.mark.rule("S31")
def test_in_works_the_committee_votes_to_go_on_with_two_bids() -> None:
    table = brought_to("preliminary")
    assert table.refused("m1", "CastVote", choice="continue", reason="x").code == "no_vote_open"
    only_valid(table, "B1", "B2")
    assert table.state.votes.open
    table.act("m1", "CastVote", choice="reject_all", reason="竞争不足")
    assert table.refused("m1", "CastVote", choice="continue", reason="x").code == "already_voted"
    assert set(table.view("m1")["vote"]["votes"]) == {"m1"}
    assert table.view("m2")["vote"]["votes"] == {}
    for member in ("m2", "m3", "m4", "m5"):
        table.act(member, "CastVote", choice="continue", reason="仍具竞争性")
    assert table.phase == "detailed"
    assert table.view("m2")["vote"]["votes"]["m1"]["choice"] == "reject_all"


@pytest.mark.rule("S31")
def test_a_majority_may_reject_all_and_the_tender_fails() -> None:
    table = brought_to("preliminary")
    only_valid(table, "B1")
    cast(table, "reject_all", "reject_all", "reject_all", "continue", "continue")
    assert (table.phase, table.state.ending) == ("failed", "committee_rejected_all")


@pytest.mark.rule("S31")
def test_a_tie_is_voted_on_again() -> None:
    tender = small_tender()
    table = brought_to("preliminary", tender)
    only_valid(table, "B1")
    four = replace(table.state.tender, committee=table.state.tender.committee[:4])
    ballots: tuple[tuple[str, votes.Choice], ...] = (
        ("m1", "continue"), ("m2", "continue"), ("m3", "reject_all"), ("m4", "reject_all"),
    )  # fmt: skip
    votes_cast = {m: votes.VoteCast(member=m, choice=choice, reason="x") for m, choice in ballots}
    tied = replace(table.state, tender=four, votes=replace(table.state.votes, cast=votes_cast))
    concluded, opened = votes.reactions(tied)
    assert isinstance(concluded, votes.VoteConcluded)
    assert isinstance(opened, votes.VoteOpened)
    assert (concluded.outcome, opened.round) == ("tied", 2)
    after = votes.evolve(votes.evolve(tied.votes, concluded, 1), opened, 1)
    assert (after.open, after.cast, after.outcome) == (True, {}, None)


@pytest.mark.rule("S31")
def test_when_every_bid_is_rejected_there_is_nothing_to_vote_on() -> None:
    table = brought_to("preliminary")
    only_valid(table)
    assert (table.phase, table.state.ending) == ("failed", "all_rejected")


@pytest.mark.rule("S32")
def test_in_government_procurement_fewer_than_three_is_the_end() -> None:
    table = brought_to("preliminary", small_tender("government_procurement"))
    only_valid(table, "B1", "B2")
    assert (table.phase, table.state.ending) == ("failed", "too_few_bids")


@pytest.mark.rule("S32")
def test_bids_of_one_brand_of_the_core_product_are_one_bidder() -> None:
    tender = small_tender("government_procurement")
    bids = tuple(
        replace(bid, brand="甲牌" if bid.id in ("B1", "B2") else bid.id) for bid in tender.bids
    )
    table = brought_to("preliminary", replace(tender, bids=bids, core_product="服务器"))
    only_valid(table, "B1", "B2", "B3")
    assert (table.phase, table.state.ending) == ("failed", "too_few_bids")
