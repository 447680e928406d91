"""What is wrong with a disk is told by what it is, not by one word for all."""

import shutil
import sqlite3
from pathlib import Path
from types import SimpleNamespace

import pytest

from rag.errors import LibraryError, disk_trouble
from rag.indexing.folder import writer_lock


def test_an_error_of_the_disk_is_no_full_disk(tmp_path: Path) -> None:
    said = r"the disk of .* fails \(disk I/O error\): look at the disk"
    with pytest.raises(LibraryError, match=said), writer_lock(tmp_path):
        raise sqlite3.OperationalError("disk I/O error")


def test_unless_it_is_full(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert disk_trouble(OSError("No space left on device"), tmp_path).startswith("no space is left")
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(free=0))
    assert disk_trouble(sqlite3.OperationalError("disk I/O error"), tmp_path).startswith("no space is left")
    assert disk_trouble(ValueError("no such column"), tmp_path) == ""
