"""Files, and text of standard input, as drafts: the format by the file's name, by its first bytes, or by its marks."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal

from rag.errors import SourceError
from rag.verification import latex_draft, markdown, word
from rag.verification.drafts import Draft, draft_of, plain_blocks

MAX_BYTES = 2_000_000  # of a draft: some 300,000 words
MAX_PARAGRAPH = 20_000  # characters: some 3,000 words
MAX_STATEMENTS = 3_000  # sentences that are checked at once

Format = Literal["markdown", "latex", "text"]
FORMATS: tuple[Format, ...] = ("markdown", "latex", "text")
_SUFFIXES: dict[str, Format] = {
    ".md": "markdown", ".markdown": "markdown", ".qmd": "markdown", ".rmd": "markdown",
    ".tex": "latex", ".ltx": "latex", ".txt": "text", ".text": "text",
}  # fmt: skip
_LATEX = re.compile(r"\\(?:begin\{|section\{|documentclass|(?:text|paren|auto)?cite[pt]?\*?[\[{])")
_ZIP, _OLD_WORD, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF"


def read_file(path: Path) -> Draft:
    """The draft in that file. Raises SourceError where it is missing, too large, or no text."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_BYTES + 1)
        size = path.stat().st_size
    except OSError as error:
        raise SourceError(f"cannot read {path}: {error.strerror or error}") from None
    if len(data) > MAX_BYTES:
        raise SourceError(f"{path} {_too_large(size)}")
    try:
        return read_bytes(data, _SUFFIXES.get(path.suffix.lower()), path.parent)
    except SourceError as error:
        raise SourceError(f"{path}: {error}") from None


def read_bytes(data: bytes, kind: Format | None = None, folder: Path | None = None) -> Draft:
    """The draft that the bytes hold. Raises SourceError as `read_file` does."""
    if data[:4] == _ZIP:
        return _limited(word.read(data))
    if data[:4] in (_OLD_WORD, _PDF):
        what = "a PDF" if data[:4] == _PDF else "an old Word file"
        raise SourceError(f"it is {what}: save it as .docx, Markdown, LaTeX or plain text")
    try:
        text = data.decode("utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError:
        text = data.decode("cp1252", "replace")
    return read_text(text, kind, folder)


def read_text(text: str, kind: Format | None = None, folder: Path | None = None) -> Draft:
    """The draft that the text is, in that format or in the one that it looks like. Raises SourceError."""
    if len(text) > MAX_BYTES:
        raise SourceError(f"the text {_too_large(len(text))}")
    if "\0" in text:
        raise SourceError("it is no text: save it as .docx, Markdown, LaTeX or plain text")
    text = _parted(text.replace("\r\n", "\n"))
    kind = kind or ("latex" if _LATEX.search(text) else "markdown")
    if kind == "latex":
        return _limited(latex_draft.read(text, folder))
    return _limited(markdown.read(text) if kind == "markdown" else draft_of(plain_blocks(text)))


def _parted(text: str) -> str:
    """The text with blank lines in paragraphs that are too long for one, as pasted text without any is.

    Markdown's and LaTeX's parsers take a time that grows with the square of a paragraph. Raises SourceError for a line
    that alone is too long.
    """
    if max(map(len, text.split("\n"))) > MAX_PARAGRAPH:
        raise SourceError(f"a line has more than {MAX_PARAGRAPH:,} characters: that is no text of sentences")
    parts, size = [], 0
    for line in text.split("\n"):
        size = size + len(line) + 1 if line.strip() else 0
        if size > MAX_PARAGRAPH:
            parts.append("")
            size = len(line) + 1
        parts.append(line)
    return "\n".join(parts)


def _limited(draft: Draft) -> Draft:
    count = len(draft.statements)
    if not count:
        raise SourceError("there is no sentence to check")
    if count > MAX_STATEMENTS:
        raise SourceError(f"it has {count:,} sentences; at most {MAX_STATEMENTS:,} are checked at once: split it")
    return draft


def _too_large(size: int) -> str:
    return f"has {size / 1e6:.1f} MB; at most {MAX_BYTES // 1_000_000} MB are checked at once: split it"
