"""What was ever done to a library: a line of JSON for each import, removal, reindex and repair."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from rag.indexing.folder import owner_only


class Ledger:
    """A file that is only appended to. A line that was cut off is passed over."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def note(self, papers: int, **entry: Any) -> None:
        """Adds an entry, with the time and the number of papers that the library then holds."""
        whole = {"at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()), **entry, "papers": papers}
        line = json.dumps(whole, ensure_ascii=False).encode("utf-8", "replace")
        with open(self.path, "a+b", opener=owner_only) as file:
            torn = file.seek(0, os.SEEK_END) > 0 and (file.seek(-1, os.SEEK_END), file.read(1))[1] != b"\n"
            file.write(b"\n" * torn + line + b"\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        if not self.path.exists():
            return
        with self.path.open(encoding="utf-8", errors="replace") as file:
            for line in file:
                try:
                    yield json.loads(line)
                except json.JSONDecodeError:
                    continue

    def last(self, name: str) -> dict[str, Any] | None:
        """The last entry that has that field, None if there is none."""
        entry_with_it = None
        for entry in self:
            entry_with_it = entry if name in entry else entry_with_it
        return entry_with_it
