"""UTF-8 that was taken for Windows-1252 or Mac Roman and saved again: "Ã©" or "√©" for "é"."""

from __future__ import annotations

import re

_BYTES = {bytes([n]).decode("cp1252", "ignore") or chr(n): n for n in range(0x80, 0x100)}
_REST = re.escape("".join(char for char, n in _BYTES.items() if n < 0xC0))
# The second byte of a no-break space may have become a space. Of hyphens and closing quotes the third is often lost:
# Windows-1252 has no character for it.
_TWICE = re.compile(f"[Â-ß][{_REST}]|[ÂÃ] |[à-ï][{_REST}]{{2}}|[ð-ô][{_REST}]{{3}}|â€\ufffd?")
_SIGNS = re.compile(f"â€[{_REST}]|â€\ufffd?")  # never what they seem


def _mac(first: int, last: int) -> str:
    return f"[{re.escape(bytes(range(first, last + 1)).decode('mac_roman'))}]"


_ON = _mac(0x80, 0xBF)
_BY_MAC = re.compile(f"{_mac(0xC2, 0xDF)}{_ON}|{_mac(0xE0, 0xEF)}{_ON}{{2}}|{_mac(0xF0, 0xF4)}{_ON}{{3}}")
_SURELY = re.compile(f"[a-zA-Z]√|¬{_ON}|‚{_ON}{{2}}")  # "√π" by itself is a formula


def decoded_once_more(text: str) -> str:
    """`text` as it was, if all its characters beyond ASCII are pieces of others; else its quotes and dashes alone."""
    if text.isascii():
        return text
    if _TWICE.search(text):
        return (_TWICE if _TWICE.sub("", text).isascii() else _SIGNS).sub(_once, text)
    if _SURELY.search(text) and _BY_MAC.sub("", text).isascii():
        return _BY_MAC.sub(lambda match: match[0].encode("mac_roman").decode("utf-8", "ignore") or match[0], text)
    return text


def _once(match: re.Match[str]) -> str:
    if match[0].startswith("â€") and len(match[0].rstrip("\ufffd")) == 2:
        before, after = match.string[: match.start()][-1:], match.string[match.end() :][:1]
        return "\u2010" if before.isalnum() and after.isalnum() else "”" if before.strip() else match[0]
    raw = bytes(0xA0 if char == " " else _BYTES[char] for char in match[0])
    return raw.decode("utf-8", "ignore") or match[0]
