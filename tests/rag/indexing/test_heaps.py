"""How many heaps the threads of a process have."""

import platform
import subprocess
import sys

import pytest

_COUNT = """
import ctypes, os, sys, tempfile, threading
from rag.indexing.heaps import share_heaps
if sys.argv[1] == "shared":
    share_heaps()
meet = threading.Barrier(6)
def hold():
    meet.wait()
    piece = ctypes.CDLL(None).strdup(b"x" * 2000)
    meet.wait()
threads = [threading.Thread(target=hold) for _ in range(6)]
for t in threads: t.start()
for t in threads: t.join()
libc = ctypes.CDLL(None)
libc.fopen.restype = ctypes.c_void_p
with tempfile.NamedTemporaryFile() as told:
    file = ctypes.c_void_p(libc.fopen(told.name.encode(), b"w"))
    libc.malloc_info(0, file)
    libc.fclose(file)
    print(told.read().count(b"<heap "))
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's heaps")
def test_the_threads_of_an_import_share_two_heaps() -> None:
    def heaps(how: str) -> int:
        done = subprocess.run([sys.executable, "-c", _COUNT, how], capture_output=True, text=True, check=True)
        return int(done.stdout)

    assert heaps("shared") <= 2 < heaps("own")
