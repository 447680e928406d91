"""Few heaps for the many threads of an import: what one thread has freed, the next can then use again."""

from __future__ import annotations

import ctypes
import platform

_M_ARENA_MAX = -8  # glibc's malloc.h; its default is eight heaps a processor
_HEAPS = 2  # measured: docs/log.md, Chroma


def share_heaps() -> None:
    """Threads that begin from now on share two heaps, where the C library is glibc; elsewhere nothing is done.

    Chroma, SQLite and Tantivy each have threads of their own, and what was freed in a heap stays with it.
    """
    if platform.libc_ver()[0] == "glibc":
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, _HEAPS)
