"""A file as numbered lines of text, whatever its packing (.gz) and its encoding."""

from __future__ import annotations

import codecs
import gzip
import io
import zlib
from collections.abc import Iterator
from pathlib import Path

from rag.readers.encoding import encoding_of

MAX_LINE = 10_000_000  # characters; guards memory against compressed files that unfold without end
HEAD = 65_536
PIECE = 8_192
MAX_UNFOLDED = 30  # times the size of a compressed file: text is packed to a third or a fifth, bombs to a thousandth
ALWAYS_UNFOLDED = 64_000_000  # bytes that any compressed file may unfold to
DAMAGED = (OSError, EOFError, zlib.error)  # what reading a broken or vanished file raises

# Put where bytes could not be decoded: a code point reserved for internal use, so that a U+FFFD which the
# source really holds is not mistaken for it, and which XML allows, unlike the usual lone surrogates.
MARK = "\ufdd0"
DAMAGE = "askpapers.mark"  # the name of that way with errors, for codecs
codecs.register_error(DAMAGE, lambda error: (MARK, getattr(error, "end", 0)))


class _Unfolded(gzip.GzipFile):
    """A compressed file that is read no further than honest text goes. PaperStream raises OSError there."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._most = max(ALWAYS_UNFOLDED, MAX_UNFOLDED * path.stat().st_size)

    def read1(self, size: int = -1) -> bytes:
        if self.tell() > self._most:
            raise OSError(f"it unfolds to more than {MAX_UNFOLDED} times its size: if that is right, unpack it first")
        return super().read1(size)


class Lines:
    """The lines of a file with their ends, in constant memory. Iterating, and opening, raise `DAMAGED`.

    `number` is that of the line last read (from 1). `head` is the start of the text, to tell the format from.
    `too_long` collects the numbers of lines (of `jsonl`: records) over `MAX_LINE`, which are read as blank.
    `encoding` is told where it is neither UTF-8 nor UTF-16 with its mark.
    """

    def __init__(self, path: Path) -> None:
        self.number = 0
        self.too_long: list[int] = []
        self._text, self.encoding = _open(path)
        self.head = ""
        try:
            while len(self.head) < HEAD and (piece := self._text.readline(PIECE)):
                self.head += piece
            self._text.seek(0)
        except DAMAGED:
            if not self.head:
                self.close()
                raise
            self._text.seek(0)  # what is whole in front of the damage is still read

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = self._text.readline(MAX_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        if len(line) < MAX_LINE or line[-1] == "\n":
            return line.replace("\0", "")
        self.too_long.append(self.number)
        while line and line[-1] != "\n":
            line = self._text.readline(MAX_LINE)
        return "\n"

    def pieces(self) -> Iterator[str]:
        """The text in small pieces, for formats where one line may hold everything; a piece lies in one line."""
        self.number = 1
        while piece := self._text.readline(PIECE):
            yield piece.replace("\0", "")
            self.number += piece[-1] == "\n"

    def close(self) -> None:
        self._text.close()


def _open(path: Path) -> tuple[io.TextIOWrapper, str]:
    """The file as text, and its encoding where that had to be guessed."""
    with path.open("rb") as raw:
        packed = path.suffix.lower() == ".gz" or raw.read(2) == b"\x1f\x8b"

    def opened() -> io.BufferedReader | _Unfolded:
        return _Unfolded(path) if packed else io.BufferedReader(io.FileIO(path))

    with opened() as data:
        encoding, guessed = encoding_of(data)
    return io.TextIOWrapper(opened(), encoding, errors=DAMAGE), guessed
