"""Where the server is, as operators write it and get it wrong."""

from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from evalroom.bus.redis.address import Login, Place, RedisAddress, read_address


@pytest.mark.rule("B16")
@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("redis://bus", RedisAddress(places=(Place("bus", 6379),))),
        ("redis://bus:6380/", RedisAddress(places=(Place("bus", 6380),))),
        ("redis://bus/3", RedisAddress(places=(Place("bus", 6379),))),
        ("redis://[::1]:7", RedisAddress(places=(Place("::1", 7),))),
        (
            "redis://:p%40%3A%2F%25@bus",
            RedisAddress(places=(Place("bus", 6379),), login=Login("", "p@:/%")),
        ),
        ("redis://a:b:c@bus", RedisAddress(places=(Place("bus", 6379),), login=Login("a", "b:c"))),
        ("rediss://bus", RedisAddress(places=(Place("bus", 6379),), tls=True)),
        (
            "rediss://u:p@bus?ca=/etc/ca.pem&cert=/etc/c.pem&key=/etc/k.pem",
            RedisAddress(
                places=(Place("bus", 6379),),
                login=Login("u", "p"),
                tls=True,
                ca=Path("/etc/ca.pem"),
                certificate=Path("/etc/c.pem"),
                key=Path("/etc/k.pem"),
            ),
        ),
        (
            "redis+sentinel://:p@one,two:5,[::1]/main",
            RedisAddress(
                places=(Place("one", 26379), Place("two", 5), Place("::1", 26379)),
                login=Login("", "p"),
                master="main",
            ),
        ),
        (
            "rediss+sentinel://one/ma%69n?sentinel_user=s&sentinel_password=%26",
            RedisAddress(
                places=(Place("one", 26379),),
                master="main",
                sentinel_login=Login("s", "&"),
                tls=True,
            ),
        ),
    ],
)
def test_an_address_says_what_it_says(text: str, meant: RedisAddress) -> None:
    assert read_address(text) == meant


@pytest.mark.rule("B16")
@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", r"must begin with one of redis://, rediss://, redis\+sentinel://"),
        ("secret", "must begin with"),
        ("http://secret", "must begin with"),
        ("redis:secret", "must begin with"),
        ("redis://", "cannot be read"),
        ("redis://:secret@", "cannot be read"),
        ("redis://:sec#ret@bus", "cannot be read"),
        ("redis://:se/cret@bus", "cannot be read"),
        ("redis://:sec?ret@bus", "cannot be read"),
        ("redis://[secret", "cannot be read"),
        ("redis://bus:secret", "cannot be read"),
        ("redis://bus:0", "cannot be read"),
        ("redis://bus:65536", "cannot be read"),
        ("redis://secret@bus", "needs a password for its user"),
        ("redis://bus/secret", "must end with the host, the port"),
        ("redis://one,two", "must name one server"),
        ("redis://bus?secret=1", "has an option that is none of"),
        ("rediss://bus?ca=", "has an option that is none of"),
        ("redis://bus?ca=secret", "has ca, cert or key, which are for TLS"),
        ("rediss://bus?cert=secret", "must have cert and key together"),
        ("redis://bus?sentinel_password=secret", "has a log-in for Sentinels and names none"),
        ("redis+sentinel://one", "must end with the name the Sentinels have"),
        ("redis+sentinel://one/secret/2", "must end with the name the Sentinels have"),
    ],
)
def test_an_address_that_is_none_is_refused_and_never_repeated(text: str, reason: str) -> None:
    with pytest.raises(ValueError, match=reason) as refused:
        read_address(text)
    assert "secret" not in str(refused.value).replace("secret=", "")


@pytest.mark.rule("B16")
@given(st.text(max_size=60), st.sampled_from(["", "redis://", "rediss://a?", "redis+sentinel://"]))
def test_whatever_is_written_is_read_or_refused(text: str, scheme: str) -> None:
    try:
        address = read_address(scheme + text)
    except ValueError:
        return
    assert address.places


@pytest.mark.rule("B16")
def test_an_address_shows_its_hosts_and_no_password() -> None:
    address = read_address("redis+sentinel://u:hunter2@one,[::1]:5/main?sentinel_password=hunter2")
    assert str(address) == "the master of one:26379, [::1]:5"
    assert str(read_address("redis://:hunter2@bus")) == "bus:6379"
    assert "hunter2" not in repr(address)
