"""How a file's bytes spell text: UTF-8 or UTF-16 if they can be, else what charset-normalizer takes them for."""

from __future__ import annotations

import codecs
import re
import zlib
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

PIECE = 1 << 18
MAX_SAMPLE = 60_000  # bytes with characters beyond ASCII and what stands around them: enough to tell an encoding
_DAMAGED = (OSError, EOFError, zlib.error)
_NON_ASCII = re.compile(rb"[\x80-\xff]")
AROUND = 120  # bytes of a line on either side of a character beyond ASCII, for the guess
_MULTIBYTE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_DECLARED = re.compile(rb"""\s*<\?xml[^>]{0,100}encoding=["']([A-Za-z0-9._-]{2,20})["']""")
# Those that exports are met in. Windows-1252 comes first: it wins where others fit no better.
_CANDIDATES = (
    "cp1252",
    "cp1250",
    "cp1251",
    "cp1253",
    "cp1254",
    "shift_jis",
    "gb18030",
    "big5",
    "euc_kr",
    "euc_jp",
    "koi8_r",
)
_NAMES = {"cp1252": "Windows-1252", "cp1250": "Windows-1250", "cp1251": "Windows-1251", "cp1253": "Windows-1253",
          "cp1254": "Windows-1254", "mac_roman": "Mac Roman"}  # fmt: skip
# A sign between letters (a dash or an apostrophe may stand there), or a letter behind another one.
_INSIDE = re.compile(r"(?<=[^\W\d_])(?:[^\x00-\x7f\w’–—·\xad](?=[^\W\d_])|[^\x00-\x7f\W])")


class Bytes(Protocol):
    """What is read from: a file of bytes."""

    def read1(self, size: int = -1, /) -> bytes: ...


def encoding_of(data: Bytes) -> tuple[str, str]:
    """The codec for the bytes, and its name for people where it had to be guessed, else "".

    Reads to the end, in constant memory. Damage there is left for the reading that follows.
    """
    start = _read(data)
    if start[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
        return "utf-16", ""
    if wide := _without_mark(start):
        return wide, "UTF-16"
    decoder, sample, sound, piece = codecs.getincrementaldecoder("utf-8")(), b"", True, start
    while piece:
        if sound:
            try:
                decoder.decode(piece)
            except UnicodeDecodeError:
                sound = False
        if len(sample) < MAX_SAMPLE and not piece.isascii():
            sample += b"\n".join(islice(_around(piece), 400))
        if not sound and len(sample) >= MAX_SAMPLE:
            break
        piece = _read(data)
    if sound or _is_damaged_utf8(sample):
        return "utf-8-sig", ""
    declared = _declared(start)
    codec = declared or _guess(sample[:MAX_SAMPLE])
    return codec, "" if declared else _NAMES.get(codec, codec)


def _around(piece: bytes) -> Iterator[bytes]:
    """Each stretch of a line with characters beyond ASCII."""
    stop = 0
    for match in _NON_ASCII.finditer(piece):
        at = match.start()
        if at >= stop:
            begin = max(stop, at - AROUND, piece.rfind(b"\n", max(0, at - AROUND), at) + 1)
            end = piece.find(b"\n", at, at + AROUND)
            stop = end if end >= 0 else at + AROUND
            yield piece[begin:stop]


def _read(data: Bytes) -> bytes:
    try:
        return data.read1(PIECE)
    except _DAMAGED:
        return b""


def _without_mark(start: bytes) -> str:
    """UTF-16 that does not say so: every other byte of plain text is zero."""
    sample = start[:2000]
    if len(sample) < 20 or sample.count(0) < len(sample) * 0.3:
        return ""
    even, odd = sample[::2].count(0), sample[1::2].count(0)
    if odd > 0.6 * len(sample) / 2 and even < 0.05 * len(sample):
        return "utf-16-le"
    return "utf-16-be" if even > 0.6 * len(sample) / 2 and odd < 0.05 * len(sample) else ""


def _is_damaged_utf8(sample: bytes) -> bool:
    """Whether most of the bytes beyond ASCII are whole UTF-8 characters: then the rest is damage, no other encoding."""
    inside = sum(map(len, _MULTIBYTE.findall(sample)))
    outside = sum(byte > 0x7F for byte in sample) - inside
    return inside > 2 * outside


def _declared(start: bytes) -> str:
    """The encoding that XML says it has."""
    match = _DECLARED.match(start)
    try:
        codec = codecs.lookup(match[1].decode()).name if match else ""
    except LookupError:
        return ""
    return codec if codec.startswith(("iso8859", "cp", "koi8", "gb", "shift", "euc", "big5", "mac")) else ""


def _guess(sample: bytes) -> str:
    from charset_normalizer import from_bytes  # seldom needed, and its tables take long to build

    found = from_bytes(sample, cp_isolation=list(_CANDIDATES))
    best = found.best()
    if not best:
        return _western(sample)
    # Western text fits many code pages; only a script of its own, read without a fault, speaks for another one.
    other = best.encoding not in ("cp1250", "cp1252", "cp1254") and len(sample) >= 20
    letters = [c for c in str(best) if ord(c) > 127 and c.isalpha()]
    full = len(letters) > 0.15 * max(1, len(str(best))) and all(ord(c) > 0x24F for c in letters)
    if other and full and "\uff71" not in str(best):
        return best.encoding
    coherent = {one.encoding: one.percent_coherence for one in found}
    if coherent.get("cp1250", 0) > coherent.get("cp1252", 0) + 20 and re.search("[řžťďňůěłąęśćőű]", str(best)):
        return "cp1250" if _western(sample) == "cp1252" else "mac_roman"
    return _western(sample)


def _western(sample: bytes) -> str:
    """Mac Roman where words have signs and capitals inside them as Windows-1252, and not so, else Windows-1252.

    charset-normalizer takes one Windows-1252 text in seven for Mac Roman (docs/log.md).
    """
    windows = _odd(sample.decode("cp1252", "replace"))
    return "mac_roman" if windows > 1 and windows > 4 * _odd(sample.decode("mac_roman")) else "cp1252"


def _odd(text: str) -> int:
    """How often a word has a sign inside, or a capital behind a small letter."""
    return text.count("\ufffd") + sum(
        not match[0].isalpha() or (match[0].isupper() and text[match.start() - 1].islower())
        for match in _INSIDE.finditer(text)
    )
