from __future__ import annotations

import os
import stat

import pytest

from rag.errors import SettingsError
from rag.settings import Settings, save, settings_file


def test_settings_are_written_for_their_owner_alone_and_the_others_stay() -> None:
    file = settings_file()
    file.parent.mkdir(parents=True)
    file.write_text("# mine\nsources = 5\n", encoding="utf-8")
    assert save(llm="http://127.0.0.1:1/v1#a", llm_key='s3"cret') == file
    read = Settings.load()
    assert (read.llm, read.sources, read.llm_key.get_secret_value()) == ("http://127.0.0.1:1/v1#a", 5, 's3"cret')
    assert "# mine" in file.read_text(encoding="utf-8")
    if os.name != "nt":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    save(llm="", llm_key="")
    assert Settings.load().llm == "extractive"
    assert "s3" not in file.read_text(encoding="utf-8")
    assert [f.name for f in file.parent.iterdir()] == ["settings.toml"]


def test_a_settings_file_that_is_no_toml_is_left_alone() -> None:
    file = settings_file()
    file.parent.mkdir(parents=True)
    file.write_text("sources =", encoding="utf-8")
    with pytest.raises(SettingsError, match=r"settings\.toml"):
        save(llm="ollama:a")
    assert file.read_text(encoding="utf-8") == "sources ="
