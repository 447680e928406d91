"""Authors as people: "Ina Beck", however a source writes and parts the names."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable

from rag.readers.text import is_data, readable

MAX_AUTHORS = 10_000
MAX_NAME = 500  # characters: what is longer is no list of one, and is not looked into
_NOBODY = re.compile(
    r"(?:and )?(?:(?:\+?[0-9]+ )?(?:others|more|authors)|et\.? ?al\.?|\.\.\.|…|anonymous|\[?anon\.?\]?"
    r"|\[?no author(?:\(s\)|s)?(?: names?| ids?)? (?:listed|given|available|found)\]?)",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"\b(?:group|consortium|collaborat\w+|universit\w+|institut\w+|organi[sz]ation|society|committee|association|council"
    r"|department|ministry|network|team|initiative|inc|ltd|llc|gmbh|foundation|agency|cent(?:er|re)|board|investigators"
    r"|laborator\w+|alliance|task force|commission|museum|hospital|program(?:me)?|working party|project)\b",
    re.IGNORECASE,
)
_INITIALS = r"(?:[A-ZÀ-ÞΑ-ΩЀ-Я](?:\.\s?-?|-|\s)?){1,4}"
_LATER = r"Jr\.?|Sr\.?|I{2,3}|IV|2nd|3rd|[4-9]th"
_VANCOUVER = re.compile(rf"((?:[^\W\d_]|['’.-]|\s)*?[^\W\d_]{{2,}})\s+({_INITIALS})(?:\s+({_LATER}))?")
_SUFFIX = re.compile(_LATER, re.IGNORECASE)
_WITH_SUFFIX = re.compile(rf"(.+?)\s+({_LATER})")
_DEGREE = re.compile(r"(?:M\.?D|Ph\.?\s?D|M\.?P\.?H|D\.?Phil|M\.?Sc|B\.?Sc|Dr\.?P\.?H|MBBS|RN|FRCP)\.?")
_PARTICLE = re.compile(r"(?:de|del|della|da|dos|das|di|du|la|le|van|von|der|den|ter|ten|zu|zur|af|bin|ibn|al|el)\s")
# What stands behind a name in some lists: numbers of addresses, ORCID, mail, a role, where somebody works.
_BEHIND = re.compile(
    r"\s*(?:\((?:[0-9,;Xx -]*|[^()\s]+@[^()]*|eds?\.?|editors?|authors?)\)|\[[^\[\]]{0,20}\]|<[^<>\s]+@[^<>\s]+>)"
    r"|(?<=[a-zà-ÿ])[0-9¹²³⁰-⁹]{1,2}(?:[,，][0-9¹²³⁰-⁹]{1,2})*[*†‡§]*$|(?<=[a-z])[*†‡§]+$",
    re.IGNORECASE,
)
# The number of a trial, which registers give for its authors.
_TRIAL = re.compile(
    r"[A-Za-z][A-Za-z-]{1,12}[/-]?[0-9][0-9/-]{5,}(?:-[A-Z]{2})?"
    # The number may be lost, or have letters.
    r"|(?i:nct|isrctn|euctr|actrn|chictr|ctri|jprn|irct|ntr|drks|tctr|pactr|umin)(?:[0-9/-][\w/-]*)?"
    r"|(?:RBR|NL-OMON|RPCEC|LBCTR|PER)-?[0-9]\w+"
)
# A list that lost its line ends and commas: "Beck I. A.Roe B.", "Beck I. A. Roe B."
_ROW = re.compile(r"[^\W\d_][\w'’-]{1,60}(?:\s[^\W\d_][\w'’-]{1,60}){0,2}(?:\s[A-Z]\.){1,4}\s*")
_PLACE = re.compile(r"\s*\([^()]*\s[^()]*\)$")
_TITLE = re.compile(r"(?:Dr|Prof|Mr|Mrs|Ms)\.?\s+(?=\S+\s)")
# ScienceDirect puts a last name of several words in brackets.
_BRACKETED = re.compile(r"\[((?:[^\W\d_]+\s)+[A-Z]\w+)\]$")
_CUT_OFF = re.compile(r"\s*(?:…|\.{3,})$")  # by Google Scholar
_AND_OTHERS = re.compile(r"[,;\s]+(?:(?:and\s+)?et\.? ?al\.?|and others)\s*$", re.IGNORECASE)


def people(value: object) -> tuple[str, ...]:
    """The names in "A and B", "Beck, I.; Roe, A.", a list of names or of {"given", "family"} and the like."""
    names = _listed(value) if isinstance(value, str) else _each(value)
    return tuple(name for name in names if name)[:MAX_AUTHORS]


def person(name: str) -> str:
    """The name with the first name first, "" where it is nobody's: "et al", "others"."""
    name = name.strip().strip("'\"").removeprefix("- ")
    if not _NOBODY.fullmatch(name):
        name = _BEHIND.sub("", _BRACKETED.sub(r"\1", _CUT_OFF.sub("", name))).strip()
    name = _TITLE.sub("", _AND_OTHERS.sub("", name))
    if not _ORGANISATION.search(_PLACE.sub("", name)):
        name = _PLACE.sub("", name)
    if (
        not is_data(name)
        or _NOBODY.fullmatch(name)
        or _TRIAL.fullmatch(name.strip(", "))
        or not re.search(r"[^\W\d_]", name)
    ):
        return ""
    if name.startswith("{") and name.endswith("}"):
        return readable(name[1:-1].strip(), latex=True)
    if "given=" in name or "family=" in name:
        name = _biblatex(name)
    name = readable(name, latex="{" in name or "\\" in name).strip(",; ")
    return _turned(name) if len(name) <= MAX_NAME else name[:MAX_NAME]


def _turned(name: str) -> str:
    """A name by itself with the first name first."""
    parts = [part.strip() for part in re.sub(r",(?:\s*,)+", ",", name).split(",")]
    if len(parts) == 2 and _ORGANISATION.fullmatch(parts[1]):
        return " ".join(parts)  # EndNote takes the last word of a group for a given name
    if len(parts) == 2 and all(parts) and _ORGANISATION.fullmatch(parts[0]):
        return f"{parts[1]} {parts[0]}"
    if len(parts) > 1 and all(parts) and not _ORGANISATION.search(name):
        suffix = [part for part in parts[1:] if _SUFFIX.fullmatch(part)]
        # "Lund, N.A." has two initials.
        given = [p for p in parts[1:] if p not in suffix and (is_data(p) or re.fullmatch(_INITIALS, p))]
        untitled = [part for part in given if not _DEGREE.fullmatch(part)]
        if " " not in parts[0] or _PARTICLE.match(parts[0]):
            untitled = untitled or given  # "Lima, MD" has two initials, "Ana Lima, MD" a degree
        if untitled and (match := _WITH_SUFFIX.fullmatch(untitled[-1])):
            untitled, suffix = [*untitled[:-1], match[1]], [*suffix, match[2]]
        return " ".join([*untitled, parts[0], *suffix])
    if (match := _VANCOUVER.fullmatch(name)) and not _ORGANISATION.search(name):
        return " ".join(filter(None, (match[2].strip(), match[1], match[3])))
    return name


def is_organisation(name: str) -> bool:
    """Whether a name is that of a university, a group and the like."""
    return _ORGANISATION.search(name) is not None


def _biblatex(name: str) -> str:
    """Gives "van den Beck, Ina" for "family=Beck, given=Ina, prefix=van den"."""
    fields = dict(part.strip().split("=", 1) for part in name.split(",") if "=" in part)
    fields = {key.strip().lower(): value.strip() for key, value in fields.items()}
    family = " ".join(filter(None, (fields.get("prefix"), fields.get("family"))))
    return ", ".join(filter(None, (family, fields.get("suffix"), fields.get("given"))))


def _each(value: object) -> Iterable[str]:
    listed = list(value) if isinstance(value, list | tuple) else [value]
    writers = [one for one in listed if not (isinstance(one, dict) and _is_editor(one))]
    for one in writers or listed:
        if isinstance(one, dict):
            yield _of_fields(one)
        elif isinstance(one, list):
            yield readable(" ".join(part for part in one if isinstance(part, str)))
        elif isinstance(one, str | int | float) and not isinstance(one, bool):
            yield person(str(one))


def _is_editor(one: dict[str, object]) -> bool:
    """Whether a person in a list of several kinds is there as an editor, a translator and the like."""
    role = next((one[name] for name in ("creatorType", "contributorType", "role") if name in one), "")
    return isinstance(role, str) and re.match(r"(?:series)?(?:editor|translator|reviewer)", role, re.I) is not None


def _of_fields(one: dict[str, object]) -> str:
    """A name out of the fields that JSON gives a person, or a group, whatever their case."""
    by_name = {re.sub(r"[_\W]", "", name).lower(): value for name, value in one.items()}

    def text(*names: str) -> str:
        values = (by_name.get(name) for name in names)
        values = (
            " ".join(v for v in value if isinstance(v, str)) if isinstance(value, list) else value for value in values
        )
        return next((value for value in values if isinstance(value, str) and value.strip()), "")

    inner = one.get("author") or one.get("name")
    if isinstance(inner, dict):
        return _of_fields(inner) or person(text("rawauthorname"))
    family = text("family", "last", "lastname", "surname", "familyname")
    if family:
        given = text("given", "first", "firstname", "givenname", "forename", "givennames")
        particle = text("nondroppingparticle", "droppingparticle", "prefix")
        parts = (given, text("middle"), particle, family, text("suffix"))
        return readable(" ".join(filter(None, parts)))
    return person(text("name", "displayname", "literal", "collective", "collectivename", "fullname", "rawauthorname"))


def _listed(text: str) -> Iterable[str]:
    """The names in one string."""
    text = _AND_OTHERS.sub("", text.strip())
    if re.fullmatch(r"(?:[^.,;]+ [A-Z]{1,4},)+[^.,;]+ [A-Z]{1,4}\.", text):  # PubMed's lists end as sentences do
        text = text[:-1]
    if text[:1] in "[(" and text[-1:] in ")]":
        try:
            value = ast.literal_eval(text)
        except (ValueError, SyntaxError, MemoryError, RecursionError, TypeError):
            text = text[1:-1]
            value = None
        if isinstance(value, list | tuple):
            return _each(value)
    if len(row := _ROW.findall(text)) > 1 and "".join(row) == text:
        return (person(name) for name in row)
    for mark in ";", "|", "\n", "//":
        if mark in text and not text.lstrip().startswith("{"):
            return (person(name) for part in text.split(mark) for name in _around_and(part, " and " not in part))
    return (person(name) for name in _around_and(text, False))


def _around_and(text: str, whole: bool) -> list[str]:
    """The names of a list parted by "and", by commas, or by both."""
    if whole:
        return [text]
    parts = split_at_and(text)
    if len(parts) == 1:
        return around_commas(parts[0])
    if all(1 <= part.count(",") <= 2 or "=" in part or _NOBODY.fullmatch(part) for part in parts):
        return parts if any(_is_last_first(part) for part in parts) else [n for p in parts for n in around_commas(p)]
    if are_last_first(parts):
        return parts
    return [name for part in parts for name in around_commas(part)]


def are_last_first(parts: list[str]) -> bool:
    """Whether names that "and" parts put the last name first, as one of them shows: then "Van Ek, Bo" is one, too."""
    return any("," in part and around_commas(part) == [part] for part in parts) and all(
        p.count(",") <= 2 for p in parts
    )


def _is_last_first(text: str) -> bool:
    """Whether a part with a comma is one person's, not a row of persons."""
    return "=" in text or around_commas(text) == [text] or text.count(",") == 1


def split_at_and(text: str) -> list[str]:
    """The parts between "and"s that no braces hold together."""
    parts, depth, start = [], 0, 0
    for mark in re.finditer(r"[{}]|,?\s+(?:and|&)\s+", text, re.IGNORECASE):
        if mark[0] in "{}":
            depth += 1 if mark[0] == "{" else -1
        elif depth <= 0 and ("AND" not in mark[0] or not text.isupper()):  # an organisation in capitals has its AND
            parts.append(text[start : mark.start()])
            start = mark.end()
    return [part.strip() for part in [*parts, text[start:]] if part.strip(" ,")]


def around_commas(text: str) -> list[str]:
    """Names parted by commas: "Beck, Ina" is one, "Beck, I., Roe, A." two, "Ann Lee, Bo Ek" two."""
    parts = [part.strip() for part in text.split(",") if part.strip()]
    if len(parts) < 2 or text.startswith("{") or "family=" in text or "given=" in text:
        return [text]
    initials = [re.fullmatch(_INITIALS, part) is not None for part in parts]
    if len(parts) % 2 == 0 and all(initials[1::2]) and not any(initials[::2]):
        return [f"{parts[i]}, {parts[i + 1]}" for i in range(0, len(parts), 2)]
    words = [len(part.split()) for part in parts]
    if re.search("[\u3040-\u9fff\uac00-\ud7af]", text):  # written without a space between the names of a person
        return parts
    if len(parts) == 2 and (1 in words or _PARTICLE.match(parts[0])):
        return [text]
    if len(parts) == 3 and (_SUFFIX.fullmatch(parts[1]) or _SUFFIX.fullmatch(parts[2]) or _DEGREE.fullmatch(parts[2])):
        return [text]
    if len(parts) % 2 == 0 and all(count == 1 for count in words):
        return [f"{parts[i]}, {parts[i + 1]}" for i in range(0, len(parts), 2)]
    return parts
