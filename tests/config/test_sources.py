"""The operator's words: environment over file over defaults, and every fault at once."""

from pathlib import Path

import pytest

from evalroom.config import Address, Config, Misconfigured, Ports, read_config
from tests.config.reading import configured, faults


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
recordings_low_gib = 200
recordings_critical_gib = 50
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
        recordings_low_gib=200,
        recordings_critical_gib=50,
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
        recordings_low_gib="200",
        recordings_critical_gib="50",
        footage_days="5475",
        log_level="warning",
    ) == configured(tmp_path, EVERY_KEY)


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    config = configured(tmp_path, 'listen = "127.0.0.1:1"\ndata = "here"', listen="127.0.0.1:2")
    assert (config.listen.port, config.data) == (2, Path("here"))


def test_the_environment_heals_a_fault_of_the_file(tmp_path: Path) -> None:
    assert configured(tmp_path, "listen = 8080", listen="127.0.0.1:2").listen.port == 2


BUSES = "redis://, rediss://, redis+sentinel://, rediss+sentinel://"


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


def test_what_contradicts_itself_is_named_beside_what_cannot_be_read(tmp_path: Path) -> None:
    toml = 'log_level = "loud"\nrecordings_low_gib = 4\nturn = ["relay"]'
    named = faults(tmp_path, toml, turn_secret="seventeen letters", listen="0.0.0.0:80")
    assert [fault.split(": ")[1] for fault in named] == [
        "log_level", "turn", "origins", "recordings_low_gib"
    ]  # fmt: skip


def test_media_bound_everywhere_need_an_address_to_be_told(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, media_addresses="127.0.0.1 0.0.0.0")
    assert fault.startswith("EVALROOM_MEDIA_ADDRESSES: media_announced: needed when media_address")
    told = configured(tmp_path, media_addresses="0.0.0.0", media_announced="203.0.113.7")
    assert told.media_addresses == ("0.0.0.0",)


def test_a_node_open_to_others_must_know_its_own_origins(tmp_path: Path) -> None:
    [fault] = faults(tmp_path, listen="0.0.0.0:80")
    assert fault.startswith("EVALROOM_LISTEN: origins: needed when listen is 0.0.0.0:80")


def test_metrics_never_share_the_port_of_the_pages(tmp_path: Path) -> None:
    assert faults(tmp_path, metrics="127.0.0.1:8080") == [
        "EVALROOM_METRICS: metrics: must not share the port of listen"
    ]
    free = configured(tmp_path, metrics="127.0.0.1:0", listen="127.0.0.1:0")
    assert free.metrics == free.listen


@pytest.mark.rule("L73")
def test_tables_may_have_an_owner_who_does_not_serve(tmp_path: Path) -> None:
    owner = "postgresql://owner:secret@db/evalroom"
    serving = "postgresql://evalroom:secret@db/evalroom"
    assert configured(tmp_path, database=serving, migrate=owner).migrate == owner
    assert faults(tmp_path, migrate=owner) == [
        "EVALROOM_MIGRATE: migrate: names the owner of tables, but database is 'files'"
    ]


def test_a_relay_needs_its_secret_and_no_secret_is_repeated(tmp_path: Path) -> None:
    assert faults(tmp_path, turn="turn:h") == ["EVALROOM_TURN: turn_secret: needed beside turn"]
    [alone] = faults(tmp_path, turn_secret="seventeen letters")
    assert alone == "EVALROOM_TURN_SECRET: turn: needed beside turn_secret"
    [short] = faults(tmp_path, turn="turn:h", turn_secret="hunter2")
    assert "hunter2" not in short
    both = configured(tmp_path, turn="turn:h", turn_secret="seventeen letters")
    assert "seventeen" not in repr(both)


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
