"""Accounts, offices and tokens: each act once, with its trace, by somebody who may."""

from collections.abc import Awaitable

import pytest

from evalroom.identity.registry import LONGEST_TOKEN_MS, Author
from evalroom.identity.throttle import PER_ACCOUNT
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory import accounts, audit, bearers
from evalroom.storage.directory.bearers import Scope
from tests.identity.parts import CONSOLE, PASSWORD, House, brought

SCOPES = (Scope("s1", "read"),)


async def code_of(act: Awaitable[object]) -> str:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value.code


@pytest.mark.rule("A13")
async def test_nobody_holds_two_of_the_three_offices(home: House) -> None:
    ada = await home.ada()
    await home.registry.grant(CONSOLE, ada, "system")
    for office in ("system", "security", "audit"):
        assert await code_of(home.registry.grant(CONSOLE, ada, office)) == "holds_an_office"
    assert (await home.directory.read(accounts.by_id, ada)).office == "system"
    await home.registry.withdraw(CONSOLE, ada)
    await home.registry.grant(CONSOLE, ada, "audit")
    assert (await home.directory.read(accounts.by_id, ada)).office == "audit"


@pytest.mark.rule("A13")
async def test_nobody_changes_his_own_office_or_shuts_himself_out(home: House) -> None:
    ada = await home.ada()
    await home.registry.grant(CONSOLE, ada, "security")
    herself = Author(ada, "192.0.2.1")
    registry = home.registry
    assert await code_of(registry.grant(herself, ada, "audit")) == "own_account"
    assert await code_of(registry.withdraw(herself, ada)) == "own_account"
    assert await code_of(registry.change(herself, ada, disabled=True)) == "own_account"


@pytest.mark.rule("A13")
async def test_the_last_security_administrator_stays(home: House) -> None:
    ada = await home.ada()
    registry = home.registry
    await registry.grant(CONSOLE, ada, "security")
    assert await code_of(registry.withdraw(CONSOLE, ada)) == "last_administrator"
    assert await code_of(registry.change(CONSOLE, ada, disabled=True)) == "last_administrator"
    boris = (await registry.add(CONSOLE, "boris", "Boris", PASSWORD)).id
    await registry.grant(CONSOLE, boris, "security")
    await registry.change(CONSOLE, boris, disabled=True)
    assert await code_of(registry.withdraw(CONSOLE, ada)) == "last_administrator"
    await registry.change(CONSOLE, boris, disabled=False)
    await registry.withdraw(CONSOLE, ada)


@pytest.mark.rule("A1")
async def test_a_weak_password_makes_no_account(home: House) -> None:
    refused = code_of(home.registry.add(CONSOLE, "ada", "Ada", "short"))
    assert await refused == "password_too_weak"
    assert await home.directory.read(accounts.count) == 0


async def test_two_spellings_of_a_name_are_one_account(home: House) -> None:
    await home.ada()
    wide = " \uff21\uff24\uff21 "
    assert await code_of(home.registry.add(CONSOLE, wide, "x", PASSWORD)) == "login_taken"
    assert await home.directory.read(accounts.count) == 1


@pytest.mark.rule("A14")
async def test_every_act_is_logged_with_its_author_and_a_refused_one_is_not(home: House) -> None:
    boss = Author((await home.ada()), "192.0.2.1")
    registry = home.registry
    boris = (await registry.add(boss, "boris", "Boris", PASSWORD)).id
    await registry.grant(boss, boris, "audit")
    await code_of(registry.grant(boss, boris, "system"))
    await registry.withdraw(boss, boris)
    await registry.change(boss, boris, password="another long one")
    expires = home.clock.now + 1000
    bearer, text = await registry.issue_token(boss, boris, "door", SCOPES, expires)
    await registry.revoke_token(boss, bearer.id)
    await registry.change(boss, boris, disabled=True)
    await registry.change(boss, boris, disabled=False)
    await registry.log_out_everywhere(boss, boris)
    lines = (await home.directory.read(audit.listed, 50, None)).items[::-1][1:]
    assert [line.act for line in lines] == [
        "add_account",
        "grant_office",
        "withdraw_office",
        "change_account",
        "issue_token",
        "revoke_token",
        "change_account",
        "change_account",
        "end_log_ins",
    ]
    assert {(line.account, line.address) for line in lines} == {(boss.account, boss.address)}
    for secret in (PASSWORD, "another long one", text, text.split(".")[2]):
        assert secret not in str(lines)


@pytest.mark.rule("A7")
async def test_a_new_password_ends_every_log_in_but_the_one_that_set_it(home: House) -> None:
    ada = await home.ada()
    here, there = await home.log_in(), await home.log_in()
    login = here.principal.login
    await home.registry.change_own_password(Author(ada), ada, PASSWORD, "a new long one", login)
    await home.doorkeeper.recognise(brought(here), writing=False)
    recognised = home.doorkeeper.recognise(brought(there), writing=False)
    assert await code_of(recognised) == "login_ended"
    await home.registry.change(CONSOLE, ada, password="a third long one")
    recognised = home.doorkeeper.recognise(brought(here), writing=False)
    assert await code_of(recognised) == "login_ended"
    await home.log_in(password="a third long one")


@pytest.mark.rule("A4")
async def test_an_open_browser_does_not_let_anybody_guess_the_password(home: House) -> None:
    ada = await home.ada()

    async def guess(old: str) -> str:
        change = home.registry.change_own_password(Author(ada), ada, old, "a new long one", None)
        return await code_of(change)

    for _ in range(PER_ACCOUNT.burst):
        assert await guess("guess") == "wrong_credentials"
    assert await guess(PASSWORD) == "log_in_throttled"


@pytest.mark.rule("A7")
async def test_opening_an_account_again_revives_none_of_its_log_ins(home: House) -> None:
    ada = await home.ada()
    cookies = brought(await home.log_in())
    await home.registry.change(CONSOLE, ada, disabled=True)
    await home.registry.change(CONSOLE, ada, disabled=False)
    recognised = home.doorkeeper.recognise(cookies, writing=False)
    assert await code_of(recognised) == "login_ended"


@pytest.mark.rule("A10")
async def test_a_token_lasts_a_year_at_most_and_begins_in_the_future(home: House) -> None:
    ada = await home.ada()
    now = home.clock.now
    for expires in (now, now - 1, now + LONGEST_TOKEN_MS + 1):
        issued = home.registry.issue_token(CONSOLE, ada, "x", SCOPES, expires)
        assert await code_of(issued) == "bad_expiry"
    await home.registry.issue_token(CONSOLE, ada, "x", SCOPES, now + LONGEST_TOKEN_MS)


@pytest.mark.rule("A10")
async def test_an_account_has_so_many_tokens_and_no_more(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ada = await home.ada()
    soon = home.clock.now + 1000
    monkeypatch.setattr(bearers, "MAX_LIVE_PER_ACCOUNT", 3)
    for _ in range(3):
        await home.registry.issue_token(CONSOLE, ada, "x", SCOPES, soon)
    issued = home.registry.issue_token(CONSOLE, ada, "x", SCOPES, soon)
    assert await code_of(issued) == "too_many_tokens"
    home.clock.now += 1000
    await home.registry.issue_token(CONSOLE, ada, "x", SCOPES, home.clock.now + 1000)


async def test_what_is_unknown_is_said_to_be(home: House) -> None:
    registry = home.registry
    soon = home.clock.now + 1000
    assert await code_of(registry.grant(CONSOLE, "a0", "audit")) == "unknown_account"
    assert await code_of(registry.change(CONSOLE, "a0", disabled=True)) == "unknown_account"
    assert (
        await code_of(registry.change(CONSOLE, "a0", password="long enough")) == "unknown_account"
    )
    assert await code_of(registry.issue_token(CONSOLE, "a0", "x", (), soon)) == "unknown_account"
    assert await code_of(registry.revoke_token(CONSOLE, "t0")) == "unknown_token"
    ada = await home.ada()
    assert await code_of(registry.withdraw(CONSOLE, ada)) == "holds_no_office"
