"""What stands around an abstract and is no part of it: copyright lines, words for "there is none"."""

from __future__ import annotations

import re

from rag.readers.parts import without_names

MAX_TAIL = 900  # characters: copyright lines with a publisher and a licence have up to 400, EBSCO's 600
_NONE = re.compile(
    r"[\[(]?\s*(?:(?:the|an|this (?:article|paper|record|item|entry)) )?(?:has )?(?:no[ -]|there is no )?"
    r"(?:abstract|summary|description|data)?\s*(?:is )?(?:not )?(?:currently )?"
    r"(?:available|unavailable|missing|provided|supplied|present|found|given|included)?\s*"
    r"(?:for this (?:article|paper|record|entry|item|content))?(?: so a preview has been provided)?[\])]?\s*[.:!]?"
    r"|(?:this (?:article|paper|record|item) does not have an|no) abstract"
    r"(?: (?:was|text|exists)(?: (?:available|found|given))?)?\.?"
    r"|sin resumen|see pdf\.?|\[?(?:an )?abstract (?:is )?(?:un)?available(?: from the publisher)?\]?\."
    r"(?: this article is available as html full text and pdf\.)?|\[?abstract available from the publisher\.?\]?"
    r"|\.{3}|…|\[?figure:? see text\]?\.?|see (?:text|full text|article)\.?|t\.?b\.?[ad]\.?"
    r"|kein(?:e)? (?:abstract|zusammenfassung)(?: (?:vorhanden|verfügbar))?\.?"
    r"|(?:abstract|zusammenfassung) (?:ist )?nicht (?:vorhanden|verfügbar)\.?"
    r"|(?:no hay )?(?:resumen )?(?:no )?disponible\.?"
    r"|(?:résumé )?(?:non|indisponible|pas) (?:disponible|de résumé)\.?",
    re.IGNORECASE,
)
_START = re.compile(
    r"(?:(?<=[.!?)\]\"”’%])|(?<=\s)|^)\s*(?="
    r"\[?(?:journal compilation )?(?:copyright:?\s*)?(?:[©ⓒ℗](?-i:\s*(?:[A-Z0-9(]|by\b|the\b|$))"
    r"|\(c\)\s*(?:copyright\s*)?(?:19|20)\d\d)"
    r"|<copyrightinformation>|\[copyright\b|(?-i:Copyright [A-Z][\w ]{2,80}©)"
    r"|crown copyright\b|copyright:|copyright (?:of|by|for|the|this|\(c\)|\d{4}|held|is|remains|published|elsevier)"
    r"|\[?published (?:online )?by (?-i:[A-Z]|the [A-Z])|all rights reserved"
    r"|this article is (?:protected by copyright|an open access|published|licensed|distributed)"
    r"|\((?:as provided|author(?:/[a-z]{2,3})?|contains [0-9]+ [^()]{1,60})\)\.?$"
    r"|this is an open[- ]access article|\(?(?:apa )?psyc\s?info database record"
    r"|this (?:work|article|paper) (?:is|was) (?:licensed|published|distributed) under (?:a|the|an open|cc)"
    r"|(?:published (?:19|20)\d\d\. )?this (?:article |work |paper )?is a (?:u\.?\s?s\.? )?government work"
    r"|open access\.? this (?:article|is|work)|\[(?:figure|formula)(?: not available)?:? see (?:full)?text\.?\]\.?$"
    r"|(?-i:(?:(?:19|20)\d\d,? )?(?:[A-Z][\w&'’-]*,? ){0,5}[A-Z][\w&'’-]*(?:\.V)?)\. all rights reserved"
    r"|(?-i:(?:Georg )?Thieme Verlag\b|The Author(?:\(s\)|s)?,? (?:19|20)\d\d\b|(?:19|20)\d\d,? The Authors?\b)"
    r"|first published online\b"
    # A firm and a year, without a verb.
    r"|(?-i:(?:19|20)\d\d,? (?:[A-Z][\w&'’.-]*,? ){1,5}(?:Inc|Ltd|LLC|B\.?V|GmbH|S\.A|AG|PLC|Co)\b\.?$)"
    r"|(?-i:(?:[A-Z][\w&'’.+-]*,? ){2,8}(?:19|20)\d\d\.?$)"
    r"|suppl(?:emental|ementary) material is available for this article"
    r"|(?:\([a-z]+\) )?\[(?:abstract from [a-z]+|author abstract)\]|key ?words?:"
    r"|(?:electronic )?supplementa(?:ry|l) (?:material|information)[:.]? *the online version"
    r"|the online version (?:of this article )?(?:\([^()]{5,80}\) )?contains supplement"
    r"|\(abstract truncated(?: at [0-9]+ words)?\)\.?$|a video abstract .{0,40}is available"
    r"|(?:reprinted|reproduced|adapted) (?:with|by) permission|adapted from the source document|licensee (?-i:[A-Z])"
    r"|(?-i:Copyright (?:[A-Z&][\w&'’.,-]* ){1,8}(?:LLC|Ltd|Inc|Group|Press|Society)\b\.?$)|(?-i:S\. Karger AG\b)"
    r"|suppl(?:emental|ementary) (?:materials?|data) for this article (?:is|are|can be)\b"
    r"|this (?:article|paper) is part of (?:a|the) (?:special|theme)|to view an? .{0,30}\bvideo\b"
    # Where it stands: "(Moss Letters 2014;59:808-816)."
    r"|(?-i:\(?[A-Z][\w. &]{2,60}?,? (?:19|20)\d\d; ?[0-9][0-9():, –-]*\)?\.?(?=$|\s*©)))",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z])")
_GOES_ON = re.compile(
    r"(?:We|The|Our|In|These|Results|Here|To|It|Moreover|However(?!, users may)|Finally"
    r"|This (?!is an|article is|abstract may))\b"
)
# "The International Journal of Ferns published by Fern House Ltd.": of the tail, though it begins as sentences do.
_RIGHTS = re.compile(
    r"published by|licen[cs]e|the authors?\b|author\(s\)|on behalf of|\bltd\b|\binc\b|rights reserved|copyright",
    re.IGNORECASE,
)
_FRONT = re.compile(
    r"(?:copyright\s*)?(?:©|\(c\)|ⓒ)\s*(?:copyright\s*)?(?:(?:19|20)\d\d)?,?[^.©]{0,120}?"
    r"(?:(?:B\.V\.|Ltd\.?|Inc\.?|S\.A\.|GmbH|Co\.|Author\(s\)|Authors?|LLC|AG|IEEE|ACM|Elsevier|Springer[\w ]*)\.?"
    r"(?=\s*(?!B\.V|Ltd|Inc|Science|Nature|All)(?-i:[A-Z]))|(?<!B)(?<!V)\.(?!V))"
    r"(?:\s*all rights reserved\.?|\s*published by [^.]{1,80}\.)*\s*",
    re.IGNORECASE,
)


def has_none(abstract: str) -> bool:
    """Whether it only says that there is no abstract."""
    text = abstract.strip()
    return len(text) < 100 and _NONE.fullmatch(text) is not None


def without_tail(abstract: str) -> tuple[str, str]:
    """The abstract without its heading, and the copyright and publisher's lines that stood at its ends."""
    text, front = abstract, ""
    if match := _FRONT.match(text):
        front, text = match[0].strip(), text[match.end() :]
    text = without_names(text)
    for mark in _START.finditer(text, max(0, len(text) - MAX_TAIL)):
        tail = text[mark.end() :]
        if mark.end() and _is_tail(text[: mark.end()], tail):
            return text[: mark.end()].rstrip(), " ".join(filter(None, (front, tail)))
    return (text, front) if text.strip() else (abstract, "")


def _is_tail(before: str, tail: str) -> bool:
    before = before.rstrip()
    # A sentence that speaks of copyright begins as a sentence does; a sign (©) may also follow a word.
    if before[-1:] not in (*'.!?)]"”’%',) and not re.match(r"(?:copyright\s*)?(?:©|ⓒ|\(c\))", tail, re.IGNORECASE):
        return False
    further = [part for part in _SENTENCE.split(tail)[1:] if len(part) > 25 and _GOES_ON.match(part)]
    return all(_RIGHTS.search(part) for part in further)
