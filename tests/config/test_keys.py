"""What there is to configure, as values."""

from pathlib import Path

from evalroom.config import Config
from tests.config.reading import configured


def test_pages_of_this_machine_may_write_when_no_origin_is_given(tmp_path: Path) -> None:
    assert configured(tmp_path).origins_at(8081) == (
        "http://127.0.0.1:8081",
        "http://localhost:8081",
        "http://[::1]:8081",
    )
    assert configured(tmp_path, origins="https://a.example").origins_at(1) == ("https://a.example",)


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
