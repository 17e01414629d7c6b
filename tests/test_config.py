"""The operator's words: environment over file over defaults, and every fault at once."""

from pathlib import Path

import pytest

from evalroom.config import Address, Config, Misconfigured, Ports, read_config


def configured(tmp_path: Path, toml: str = "", **environ: str) -> Config:
    file = tmp_path / "evalroom.toml"
    file.write_text(toml, "utf-8")
    return read_config(file, {f"EVALROOM_{key.upper()}": value for key, value in environ.items()})


def faults(tmp_path: Path, toml: str = "", **environ: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        configured(tmp_path, toml, **environ)
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]


def test_without_a_word_the_node_listens_to_this_machine_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    config = read_config(None, {"PATH": "/bin", "evalroom_listen": "not ours"})
    assert config == Config(
        listen=Address("127.0.0.1", 8080),
        metrics=Address("127.0.0.1", 9464),
        data=Path("evalroom-data"),
        database="files",
        migrate="no",
        bus="local",
        origins=(),
        trusted_proxies=(),
        log_level="info",
    )
    assert config.listen.is_local


def test_the_file_of_the_working_folder_is_read_unasked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "evalroom.toml").write_text('log_level = "debug"', "utf-8")
    assert read_config(None, {}).log_level == "debug"


BUSES = "redis://, rediss://, redis+sentinel://, rediss+sentinel://"

EVERY_KEY = """
listen = "0.0.0.0:443"
metrics = 0
data = "/srv/evalroom"
database = "files"
migrate = false
bus = "local"
origins = ["https://room.example", "https://pingbiao.example:8443"]
trusted_proxies = ["127.0.0.1", "10.20.0.0/16", "fd00::/8"]
media = "off"
media_ports = "42000-42999"
media_addresses = ["10.20.0.7", "fd00::7"]
media_announced = "203.0.113.7"
turn = ["turn:relay.example:3478?transport=udp", "turns:relay.example"]
turn_secret = "seventeen letters"
recordings = false
footage_days = 5475
log_level = "warning"
"""


def test_every_key_may_stand_in_the_file(tmp_path: Path) -> None:
    assert configured(tmp_path, EVERY_KEY) == Config(
        listen=Address("0.0.0.0", 443),
        metrics=None,
        data=Path("/srv/evalroom"),
        origins=("https://room.example", "https://pingbiao.example:8443"),
        trusted_proxies=("127.0.0.1/32", "10.20.0.0/16", "fd00::/8"),
        media="off",
        media_ports=Ports(42_000, 42_999),
        media_addresses=("10.20.0.7", "fd00::7"),
        media_announced="203.0.113.7",
        turn=("turn:relay.example:3478?transport=udp", "turns:relay.example"),
        turn_secret="seventeen letters",
        recordings="off",
        footage_days=5475,
        log_level="warning",
    )


def test_every_key_may_stand_in_the_environment(tmp_path: Path) -> None:
    assert configured(
        tmp_path,
        listen="0.0.0.0:443",
        metrics="",
        data="/srv/evalroom",
        database="files",
        migrate="no",
        bus="local",
        origins="https://room.example, https://pingbiao.example:8443",
        trusted_proxies="127.0.0.1, 10.20.0.0/16, fd00::/8",
        media="off",
        media_ports="42000-42999",
        media_addresses="10.20.0.7, fd00::7",
        media_announced="203.0.113.7",
        turn="turn:relay.example:3478?transport=udp, turns:relay.example",
        turn_secret="seventeen letters",
        recordings="no",
        footage_days="5475",
        log_level="warning",
    ) == configured(tmp_path, EVERY_KEY)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = configured(tmp_path, 'listen = "127.0.0.1:1"\ndata = "here"', listen="127.0.0.1:2")
    assert (config.listen.port, config.data) == (2, Path("here"))


def test_the_environment_heals_a_fault_of_the_file(tmp_path: Path) -> None:
    assert configured(tmp_path, "listen = 8080", listen="127.0.0.1:2").listen.port == 2


@pytest.mark.parametrize("off", ["metrics = 0", 'metrics = "0"', 'metrics = ""'])
def test_metrics_can_be_switched_off(tmp_path: Path, off: str) -> None:
    assert configured(tmp_path, off).metrics is None


def test_an_address_may_be_of_the_sixth_version_and_reads_back_as_it_was(tmp_path: Path) -> None:
    config = configured(tmp_path, listen="[::1]:8080")
    assert config.listen == Address("::1", 8080)
    assert config.listen.is_local
    assert str(config.listen) == "[::1]:8080"


def test_all_faults_are_named_at_once_with_key_place_and_reason(tmp_path: Path) -> None:
    toml = 'listen = 8080\nlog_level = "loud"\ncolour = "red"\n[limits]\nseats = 3'
    assert faults(tmp_path, toml, bus="smoke", data="", porter="x") == [
        "evalroom.toml: colour: there is no such key",
        "evalroom.toml: limits: there is no such key",
        "EVALROOM_PORTER: porter: there is no such key",
        "evalroom.toml: listen: must be text, not 8080",
        "evalroom.toml: log_level: must be one of debug, info, warning, error, not 'loud'",
        f"EVALROOM_BUS: bus: must be 'local', or an address that begins with one of {BUSES}",
        "EVALROOM_DATA: data: must be the path of a folder",
    ]


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


def test_pages_of_this_machine_may_write_when_no_origin_is_given(tmp_path: Path) -> None:
    assert configured(tmp_path).origins_at(8081) == (
        "http://127.0.0.1:8081",
        "http://localhost:8081",
        "http://[::1]:8081",
    )
    assert configured(tmp_path, origins="https://a.example").origins_at(1) == ("https://a.example",)


def test_a_node_open_to_others_must_know_its_own_origins(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, listen="0.0.0.0:80")
    assert fault.startswith("EVALROOM_LISTEN: origins: needed when listen is 0.0.0.0:80")


def test_metrics_never_share_the_port_of_the_pages(tmp_path: Path) -> None:
    assert faults(tmp_path, metrics="127.0.0.1:8080") == [
        "EVALROOM_METRICS: metrics: must not share the port of listen"
    ]
    free = configured(tmp_path, metrics="127.0.0.1:0", listen="127.0.0.1:0")
    assert free.metrics == free.listen


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


@pytest.mark.rule("L73")
def test_tables_may_have_an_owner_who_does_not_serve(tmp_path: Path) -> None:
    owner = "postgresql://owner:secret@db/evalroom"
    serving = "postgresql://evalroom:secret@db/evalroom"
    assert configured(tmp_path, database=serving, migrate=owner).migrate == owner
    assert faults(tmp_path, migrate=owner) == [
        "EVALROOM_MIGRATE: migrate: names the owner of tables, but database is 'files'"
    ]


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


@pytest.mark.parametrize(
    ("said", "meant"),
    [("true", "on"), ('"ON"', "on"), ('"1"', "on"), ("false", "off"), ('"no"', "off")],
)
def test_media_can_be_switched_off(tmp_path: Path, said: str, meant: str) -> None:
    config = configured(tmp_path, f"media = {said}\nrecordings = {said}")
    assert (config.media, config.recordings) == (meant, meant)
    [fault] = faults(tmp_path, media="perhaps")
    assert fault.endswith("must be on or off, not 'perhaps'")


@pytest.mark.parametrize(
    "text", ["relay.example", "stun:relay.example", "turn:", "turn:a b", "turn:h:1?transport=tls"]
)
def test_what_is_no_relay_is_refused(tmp_path: Path, text: str) -> None:
    [fault] = faults(tmp_path, f'turn = ["{text}"]', turn_secret="seventeen letters")
    assert "must be addresses such as turn:relay.example:3478?transport=udp" in fault


def test_a_relay_needs_its_secret_and_no_secret_is_repeated(tmp_path: Path) -> None:
    assert faults(tmp_path, turn="turn:h") == ["EVALROOM_TURN: turn_secret: needed beside turn"]
    [alone] = faults(tmp_path, turn_secret="seventeen letters")
    assert alone == "EVALROOM_TURN_SECRET: turn: needed beside turn_secret"
    [short] = faults(tmp_path, turn="turn:h", turn_secret="hunter2")
    assert "hunter2" not in short
    both = configured(tmp_path, turn="turn:h", turn_secret="seventeen letters")
    assert "seventeen" not in repr(both)


@pytest.mark.parametrize("said", ["true", '"ever"', "-1", '"100000"', "1.5", '"٣"'])
def test_days_are_a_number_of_days(tmp_path: Path, said: str) -> None:
    [fault] = faults(tmp_path, f"footage_days = {said}")
    assert "must be" in fault


def test_a_file_asked_for_by_name_must_exist(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"absent\.toml: there is no such file"):
        read_config(tmp_path / "absent.toml", {})


def test_a_file_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="cannot be read: Is a directory"):
        read_config(tmp_path, {})


def test_a_file_that_is_not_toml_says_where(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, "listen = \n")
    assert fault.startswith("evalroom.toml: is not TOML: ")
    assert "line 1" in fault


def test_a_file_that_is_not_text_says_so(tmp_path: Path) -> None:
    file = tmp_path / "evalroom.toml"
    file.write_bytes(b"data = '\xff'")
    with pytest.raises(Misconfigured, match="is not UTF-8 text"):
        read_config(file, {})


def test_a_password_for_a_rehearsal_is_no_key_and_no_fault() -> None:
    assert read_config(None, {"EVALROOM_PASSWORD": "correct horse"}) == Config()


def test_a_configuration_that_is_shown_tells_no_password() -> None:
    config = Config(
        database="postgresql://u:hunter2@db/x?password=hunter2",
        migrate="postgresql://owner:hunter2@db/x",
        bus="redis+sentinel://:hunter2@one,two/n?sentinel_password=hunter2",
    )
    for shown in (repr(config), str(config), f"{config!r:.999}"):
        assert "hunter2" not in shown
        assert "database='postgresql://…'" in shown
        assert "bus='redis+sentinel://…'" in shown
        assert "log_level='info'" in shown
    assert "database='files', migrate='no', bus='local'" in repr(Config())
