"""Word files (.docx) as blocks: the paragraphs of their text, headings told by their style."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from rag.errors import SourceError
from rag.verification.drafts import Block, Draft, draft_of

MAX_UNPACKED = 30_000_000  # bytes of the document's XML: text of 2 MB has some 10 MB around it
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def read(data: bytes) -> Draft:
    """The text of a Word file; what was deleted under "track changes" is left out. Raises SourceError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if packed.getinfo("word/document.xml").file_size > MAX_UNPACKED:
                raise SourceError(f"the Word file unpacks to more than {MAX_UNPACKED // 1_000_000} MB: split it")
            root = fromstring(packed.read("word/document.xml"))
    except (zipfile.BadZipFile, KeyError, ParseError, DefusedXmlException, RuntimeError, OSError) as error:
        raise SourceError(f"not a Word file that can be read ({error}): save it as .docx again, or as text") from None
    return draft_of(_blocks(root))


def _blocks(root: Element) -> Iterator[Block]:
    for paragraph in root.iter(f"{_W}p"):
        text = "".join(_texts(paragraph)).strip()
        style = paragraph.find(f"{_W}pPr/{_W}pStyle")
        name = "" if style is None else style.get(f"{_W}val", "")
        if text:
            yield Block(text, "heading" if name.lower().startswith(("heading", "title")) else "text")


def _texts(node: Element) -> Iterator[str]:
    for child in node:
        if child.tag == f"{_W}t":
            yield child.text or ""
        elif child.tag in (f"{_W}tab", f"{_W}br"):
            yield " "
        elif child.tag not in (f"{_W}del", f"{_W}p", f"{_W}instrText", f"{_W}pPr"):
            yield from _texts(child)
