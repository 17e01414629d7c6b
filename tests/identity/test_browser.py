"""What is read from a browser's headers, and which pages may write."""

import pytest
from hypothesis import given, strategies as st

from evalroom.identity.browser import Browsers, Credentials
from evalroom.sessions.refusals import Refused

PLAIN = Browsers(("http://127.0.0.1:8080", "http://localhost:8080"))
SECURE = Browsers(("https://room.example",))


@pytest.mark.rule("A7")
def test_behind_https_cookies_are_secure_and_bound_to_the_host() -> None:
    assert SECURE.login_cookie("x").name == "__Host-evalroom_login"
    assert SECURE.login_cookie("x").secure
    assert SECURE.device_cookie("x").secure
    assert not PLAIN.login_cookie("x").secure
    assert PLAIN.login_cookie("x").name == "evalroom_login"


@pytest.mark.rule("A7")
def test_a_log_in_goes_with_the_window_and_a_device_stays() -> None:
    assert PLAIN.login_cookie("x").max_age is None
    assert (PLAIN.device_cookie("x").max_age or 0) > 365 * 24 * 3600


def test_cookies_and_a_token_are_found_among_others() -> None:
    found = PLAIN.credentials(
        {
            "Cookie": 'a=b; evalroom_login=one; evalroom_device="two"; evalroom_login=three; =; x',
            "Authorization": "BEARER er1.x",
            "Origin": "http://localhost:8080",
        }
    )
    assert found == Credentials("one", "two", "er1.x", "http://localhost:8080")


def test_without_headers_nothing_was_brought() -> None:
    assert PLAIN.credentials({}) == Credentials()


def test_another_scheme_of_authorization_is_no_token_of_ours() -> None:
    assert PLAIN.credentials({"Authorization": "Basic YTpi"}).bearer == ""


@given(st.text(max_size=200))
def test_no_cookie_header_confuses_the_reader(header: str) -> None:
    PLAIN.credentials({"Cookie": header})


@pytest.mark.rule("A15")
@pytest.mark.parametrize("origin", ["http://127.0.0.1:8080", "http://localhost:8080"])
def test_a_page_of_this_server_may_write(origin: str) -> None:
    PLAIN.check_origin(Credentials(login="x", origin=origin))


@pytest.mark.rule("A15")
@pytest.mark.parametrize(
    "origin",
    ["http://evil.example", "null", "", "https://127.0.0.1:8080", "http://127.0.0.1", None],
)
def test_a_page_of_another_site_may_not_write_and_neither_may_an_unnamed_one(
    origin: str | None,
) -> None:
    with pytest.raises(Refused, match="foreign_origin"):
        PLAIN.check_origin(Credentials(login="x", origin=origin))
    with pytest.raises(Refused, match="foreign_origin"):
        PLAIN.check_origin(Credentials(device="x", origin=origin))


@pytest.mark.rule("A15")
def test_a_program_without_cookies_has_no_page_to_name() -> None:
    PLAIN.check_origin(Credentials())
    with pytest.raises(Refused, match="foreign_origin"):
        PLAIN.check_origin(Credentials(origin="http://evil.example"))
