"""Whoever was let in some time ago, asked for again: by then he may be nobody."""

from collections.abc import Awaitable

import pytest
from msgspec import structs

from evalroom.identity.browser import Credentials
from evalroom.identity.doorkeeper import HOUR_MS, NOT_YOU
from evalroom.identity.principal import Principal
from evalroom.sessions.refusals import Refused
from evalroom.storage.directory.bearers import Scope
from tests.identity.parts import CONSOLE, HERE, House


async def refusal(act: Awaitable[object]) -> Refused:
    with pytest.raises(Refused) as refused:
        await act
    return refused.value


@pytest.mark.rule("A7", "W33")
async def test_whoever_was_let_in_is_known_again_as_long_as_his_log_in_lasts(home: House) -> None:
    await home.ada()
    me = (await home.log_in()).principal
    again = home.doorkeeper.again
    assert me.until == home.clock.now + 12 * HOUR_MS
    home.clock.now += HOUR_MS
    # Looking is no use: the end stays where it was. An act puts it off.
    assert await again(me, used=False) == me
    used = await again(me, used=True)
    assert used.until == home.clock.now + 12 * HOUR_MS
    assert (await again(me, used=False)).until == used.until
    home.clock.now = used.until
    assert (await refusal(again(me, used=True))).code == "login_expired"


@pytest.mark.rule("A7", "W33")
async def test_no_use_puts_a_log_in_off_beyond_its_limit(home: House) -> None:
    await home.ada()
    began = home.clock.now
    me = (await home.log_in()).principal
    while home.clock.now < began + 71 * HOUR_MS:
        home.clock.now += HOUR_MS
        me = await home.doorkeeper.again(me, used=True)
    assert me.until == began + 72 * HOUR_MS
    home.clock.now = me.until
    assert (await refusal(home.doorkeeper.again(me, used=True))).code == "login_expired"


@pytest.mark.rule("A7", "W33")
@pytest.mark.parametrize(
    ("act", "code"),
    [
        ("log out", "login_ended"),
        ("shut", "login_ended"),
        ("password", "login_ended"),
        ("elsewhere", "login_of_other_device"),
    ],
)
async def test_whoever_was_let_in_is_nobody_once_that_has_ended(
    home: House, act: str, code: str
) -> None:
    ada = await home.ada()
    me = (await home.log_in()).principal
    match act:
        case "log out":
            await home.doorkeeper.log_out(me, HERE)
        case "shut":
            await home.registry.change(CONSOLE, ada, disabled=True)
        case "password":
            await home.registry.change(CONSOLE, ada, password="four blind mice")
        case _:
            me = structs.replace(me, device="d" + "0" * 24)
    refused = await refusal(home.doorkeeper.again(me, used=False))
    assert refused.code == code
    assert code in NOT_YOU


@pytest.mark.rule("A10", "W33")
async def test_a_program_is_known_again_until_its_token_ends(home: House) -> None:
    ada = await home.ada()
    again, soon = home.doorkeeper.again, home.clock.now + HOUR_MS
    token, text = await home.registry.issue_token(
        CONSOLE, ada, "wall", (Scope("s1", "watch"),), soon
    )
    program = await home.doorkeeper.recognise(Credentials(bearer=text), writing=False)
    assert (program.bearer, program.until) == (token.id, soon)
    assert await again(program, used=True) == program
    home.clock.now = soon
    assert (await refusal(again(program, used=True))).code == "token_expired"
    home.clock.now = soon - 1
    await home.registry.change(CONSOLE, ada, disabled=True)
    assert (await refusal(again(program, used=True))).code == "account_disabled"
    await home.registry.revoke_token(CONSOLE, token.id)
    assert (await refusal(again(program, used=True))).code == "token_revoked"
    nobody = Principal(ada)
    assert (await refusal(again(nobody, used=True))).code == "not_logged_in"


@pytest.mark.rule("A21")
async def test_nobody_is_taken_for_a_stranger_when_nobody_can_look(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    await home.ada()
    me = (await home.log_in()).principal
    monkeypatch.setattr("evalroom.storage.directory.engine.MAX_WAITING", 0)
    refused = await refusal(home.doorkeeper.again(me, used=False))
    assert refused.code == "busy"
    assert refused.code not in NOT_YOU
