"""What becomes of a file and an environment: a configuration, or every fault of it."""

from pathlib import Path

import pytest

from evalroom.config import Config, Misconfigured, read_config


def configured(tmp_path: Path, toml: str = "", **environ: str) -> Config:
    file = tmp_path / "evalroom.toml"
    file.write_text(toml, "utf-8")
    return read_config(file, {f"EVALROOM_{key.upper()}": value for key, value in environ.items()})


def faults(tmp_path: Path, toml: str = "", **environ: str) -> list[str]:
    with pytest.raises(Misconfigured) as caught:
        configured(tmp_path, toml, **environ)
    return [str(fault).replace(f"{tmp_path}/", "") for fault in caught.value.faults]
