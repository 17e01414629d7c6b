"""How each key's value is read, and what is said of one that is none."""

from pathlib import Path

import pytest

from evalroom.config import Address
from tests.config.reading import configured, faults


@pytest.mark.parametrize("off", ["metrics = 0", 'metrics = "0"', 'metrics = ""'])
def test_metrics_can_be_switched_off(tmp_path: Path, off: str) -> None:
    assert configured(tmp_path, off).metrics is None


def test_an_address_may_be_of_the_sixth_version_and_reads_back_as_it_was(tmp_path: Path) -> None:
    config = configured(tmp_path, listen="[::1]:8080")
    assert config.listen == Address("::1", 8080)
    assert config.listen.is_local
    assert str(config.listen) == "[::1]:8080"


@pytest.mark.parametrize(
    "text",
    ["", "8080", "host", "host:", ":8080", "host:port", "host:65536", "host:-1", "a@h:1", "h:1/x",
     "::1:80", "[::1", "h:1?x"],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    [fault] = faults(tmp_path, listen=text)
    assert fault.startswith("EVALROOM_LISTEN: listen: must be an address and a port")


@pytest.mark.parametrize(
    "text",
    ["room.example", "ftp://room.example", "https://", "https://room.example/path", "https://a@b",
     "https://room.example:x", "https://房间.example", "https://[::1", "*", "null"],
)  # fmt: skip
def test_an_origin_that_no_browser_would_send_is_refused(tmp_path: Path, text: str) -> None:
    [fault] = faults(tmp_path, origins=text)
    assert fault.startswith("EVALROOM_ORIGINS: origins: must be origins such as")


@pytest.mark.parametrize("toml", ["origins = 3", "origins = [3]", "origins = [[]]"])
def test_origins_are_a_list_of_texts(tmp_path: Path, toml: str) -> None:
    [fault] = faults(tmp_path, toml)
    assert fault.startswith("evalroom.toml: origins: must be")


def test_an_origin_is_kept_as_a_browser_sends_it(tmp_path: Path) -> None:
    given = "HTTPS://Room.Example:443/ http://room.example:80 https://room.example"
    assert configured(tmp_path, origins=given).origins == (
        "https://room.example",
        "http://room.example",
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("proxy.example", "does not appear to be an IPv4 or IPv6 network"),
        ("10.20.0.1/16", "has host bits set"),
        ("10.20.0.0/33", "does not appear to be an IPv4 or IPv6 network"),
        ("127.0.0.1:8080", "does not appear to be an IPv4 or IPv6 network"),
        ("0.0.0.0/0", "must not be everybody"),
        ("::/0", "must not be everybody"),
    ],
)
def test_a_proxy_is_trusted_by_address_or_network_and_never_everybody(
    tmp_path: Path, text: str, why: str
) -> None:
    [fault] = faults(tmp_path, trusted_proxies=text)
    assert fault.startswith("EVALROOM_TRUSTED_PROXIES: trusted_proxies: must ")
    assert why in fault


@pytest.mark.parametrize("toml", ["trusted_proxies = 3", "trusted_proxies = [3]"])
def test_trusted_proxies_are_a_list_of_texts(tmp_path: Path, toml: str) -> None:
    [fault] = faults(tmp_path, toml)
    assert fault.startswith("evalroom.toml: trusted_proxies: must be")


def test_what_cannot_be_used_is_refused_without_repeating_a_password(tmp_path: Path) -> None:
    secret = "mysql://evalroom:hunter2@db/evalroom"
    migrate, database, bus = sorted(
        faults(tmp_path, database=secret, migrate=secret, bus="http://:hunter2@bus"), reverse=True
    )
    assert database.startswith("EVALROOM_DATABASE: database: must be 'files', or an address such")
    assert migrate.startswith("EVALROOM_MIGRATE: migrate: must be yes, no, or an address such as")
    assert bus.startswith("EVALROOM_BUS: bus: must be 'local', or an address that begins with")
    assert "hunter2" not in database + migrate + bus


@pytest.mark.rule("L72")
@pytest.mark.parametrize(
    "address",
    ["postgresql://evalroom:secret@db/evalroom", "postgres://db:5433/evalroom?sslmode=verify-full",
     "postgresql://evalroom:p%40ss%2Fw@10.0.0.1:5432,[fd00::1]:5432/evalroom",
     "postgresql://evalroom@/evalroom?host=/run/postgresql"],
)  # fmt: skip
def test_ledger_and_directory_may_lie_in_postgresql(tmp_path: Path, address: str) -> None:
    assert configured(tmp_path, database=address).database == address


@pytest.mark.parametrize(
    "address",
    ["postgresql://u:hunter2@db", "postgresql://u:hunter2@db:port/evalroom", "postgresql:u@db/a",
     "postgresql://u:hunter2/x@db/evalroom", "postgresql://u:hunter2@x@db/evalroom",
     "postgresql://u:hunter2#x@db/evalroom", "postgresql://u:hunter2?x@db/evalroom",
     "postgresql://u:hunter2@db/evalroom#x", "postgresql://u:hunter2@db/a/b", "Files", ""],
)  # fmt: skip
def test_an_address_whose_signs_are_not_escaped_is_refused(tmp_path: Path, address: str) -> None:
    [fault] = faults(tmp_path, database=address)
    assert "are written %40" in fault
    assert "hunter2" not in fault


@pytest.mark.rule("L73")
@pytest.mark.parametrize(
    ("said", "meant"),
    [("true", "yes"), ('"yes"', "yes"), ('"1"', "yes"), ("false", "no"), ('"NO"', "no")],
)
def test_tables_are_brought_up_to_date_when_asked(tmp_path: Path, said: str, meant: str) -> None:
    assert configured(tmp_path, f"migrate = {said}").migrate == meant


@pytest.mark.parametrize(
    "address",
    ["redis://bus", "rediss://:secret@bus:6380", "redis+sentinel://one,two/main",
     "rediss+sentinel://one/main"],
)  # fmt: skip
def test_nodes_may_meet_at_a_redis(tmp_path: Path, address: str) -> None:
    assert configured(tmp_path, bus=address).bus == address


@pytest.mark.parametrize(
    "text", ["", "50000", "50000-", "1023-2000", "2000-1999", "60000-65536", "a-b", "50000:51999"]
)
def test_ports_that_are_no_range_are_refused(tmp_path: Path, text: str) -> None:
    [fault] = faults(tmp_path, media_ports=text)
    assert fault.startswith("EVALROOM_MEDIA_PORTS: media_ports: must be a range of ports from 1024")


def test_media_addresses_are_numbers(tmp_path: Path) -> None:
    told = "such as 10.20.0.7, not 'room.example'"
    [bound] = faults(tmp_path, media_addresses="room.example")
    [announced] = faults(tmp_path, media_announced="room.example")
    assert bound.endswith(told)
    assert announced.endswith(told)


@pytest.mark.parametrize("nobody", ["0.0.0.0", "::", "224.0.0.1"])
def test_what_browsers_are_told_is_the_address_of_a_machine(tmp_path: Path, nobody: str) -> None:
    [fault] = faults(tmp_path, media_announced=nobody)
    assert fault.endswith(f"must be the address of a machine, not {nobody!r}")


@pytest.mark.parametrize(
    ("said", "meant"),
    [("true", "on"), ('"ON"', "on"), ('"1"', "on"), ("false", "off"), ('"no"', "off")],
)
def test_media_can_be_switched_off(tmp_path: Path, said: str, meant: str) -> None:
    config = configured(tmp_path, f"media = {said}\nrecordings = {said}")
    assert (config.media, config.recordings) == (meant, meant)
    [fault] = faults(tmp_path, media="perhaps")
    assert fault.endswith("must be on or off, not 'perhaps'")
    [fault] = faults(tmp_path, "media = 2")
    assert fault.endswith("must be on or off, not 2")


@pytest.mark.parametrize(
    "text",
    ["relay.example", "stun:relay.example", "turn:", "turn:a b", "turn:h:1?transport=tls",
     "turn:relay.example:0", "turn:relay.example:65536"],
)  # fmt: skip
def test_what_is_no_relay_is_refused(tmp_path: Path, text: str) -> None:
    [fault] = faults(tmp_path, f'turn = ["{text}"]', turn_secret="seventeen letters")
    assert "must be addresses such as turn:relay.example:3478?transport=udp" in fault


@pytest.mark.parametrize("said", ["true", '"ever"', "-1", '"100000"', "1.5", '"٣"'])
def test_days_are_a_number_of_days(tmp_path: Path, said: str) -> None:
    [fault] = faults(tmp_path, f"footage_days = {said}")
    assert fault.startswith("evalroom.toml: footage_days: must be a number of days, 0 to 99999")


@pytest.mark.parametrize("said", ["0", "true", '"much"', "-1", '"100000"'])
def test_room_for_recordings_is_a_number_of_gib(tmp_path: Path, said: str) -> None:
    [fault] = faults(tmp_path, f"recordings_low_gib = {said}")
    assert "recordings_low_gib: must be a number of GiB, 1 to 99999" in fault


def test_the_early_alarm_comes_before_the_critical_one(tmp_path: Path) -> None:
    assert configured(tmp_path, recordings_low_gib="5").recordings_low_gib == 5
    [fault] = faults(tmp_path, recordings_low_gib="4")
    assert fault.startswith("EVALROOM_RECORDINGS_LOW_GIB: recordings_low_gib: the early alarm has")
    [fault] = faults(tmp_path, "recordings_critical_gib = 30", recordings_low_gib="20")
    assert fault.startswith("evalroom.toml: recordings_critical_gib: the early alarm has")
