"""What takes a while to work out of a library, worked out once for each state of it."""

from __future__ import annotations

import hashlib
import json
import threading
import weakref
from collections.abc import Callable
from pathlib import Path
from typing import Generic, TypeVar

import numpy as np

from rag.indexing.forward_index import ForwardIndex
from rag.indexing.index import Index
from rag.models.embedding import Vectors

_T = TypeVar("_T")


class PerState(Generic[_T]):
    """Called with an index, gives what `make` makes of it; made anew when its papers have changed. One at a time.

    What is made is JSON, and kept in the index: the next process need not work it out again.
    """

    def __init__(self, name: str, code: str) -> None:
        """`code` is the file that makes it: what another version of that file made is not used."""
        self._name, self._code = f"kept {name}", Path(code)
        self._lock = threading.Lock()
        self._kept: weakref.WeakKeyDictionary[Index, tuple[str, _T]] = weakref.WeakKeyDictionary()

    def __call__(self, index: Index, make: Callable[[], _T]) -> _T:
        stored = index.forward_index
        state = f"{stored.state('generation', '0')} {stored.state('collection')}"
        with self._lock:
            known = self._kept.get(index)
            if known is None or known[0] != state:
                known = self._kept[index] = (state, self._stored(stored, state, make))
            return known[1]

    def _stored(self, stored: ForwardIndex, state: str, make: Callable[[], _T]) -> _T:
        """What another process kept, else what is made now."""
        by = f"{state} {hashlib.sha256(self._code.read_bytes()).hexdigest()}"
        kept = stored.state(self._name)
        if kept and (entry := json.loads(kept))["by"] == by:
            found: _T = entry["made"]
            return found
        made = make()
        stored.keep(self._name, json.dumps({"by": by, "made": made}, ensure_ascii=False))
        return made


def spread(forward_index: ForwardIndex, most: int) -> tuple[list[str], Vectors]:
    """At most so many papers, evenly over the ids, which go by time where they are arXiv's; the mean vector of each.

    The vectors are (papers, dimension); (0, 0) where there are none.
    """
    ids = [i for (i,) in forward_index.query("SELECT id FROM papers ORDER BY id")]
    step = max(len(ids) / most, 1.0)
    chosen, vectors = forward_index.vectors([ids[int(i * step)] for i in range(int(len(ids) / step))])
    return chosen, np.stack([v.mean(axis=0) for v in vectors]) if chosen else np.zeros((0, 0), np.float32)
