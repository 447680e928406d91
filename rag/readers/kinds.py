"""What kind of publication a record is, as the type of a BibTeX entry, by the words that sources have for it."""

from __future__ import annotations

import re
from collections.abc import Iterable

# RIS's codes, BibTeX's and BibLaTeX's types, the words of EndNote, RefWorks, Zotero, CSL, Crossref, OpenAlex, Semantic
# Scholar, Scopus, Web of Science, Dimensions, Lens and IEEE Xplore: letters alone, in small.
_WORDS = {
    "article": """
        jour jfull mgzn news ejour abst inpr article journalarticle magazinearticle newspaperarticle
        articlejournal articlemagazine articlenewspaper electronicarticle inpress review reviewarticle
        shortsurvey editorial editorialmaterial letter note erratum correction datapaper earlyaccess
        articleinpress ieeejournals ieeemagazines ieeeearlyaccessarticles journal journalfull supparticle
        researcharticle casereport briefreport rapidcommunication articles""",
    "inproceedings": """
        conf cpaper inproceedings conference conferencepaper conferenceproceedings conferenceproceeding
        conferenceproceedingsarticle conferencereview conferencearticle paperconference proceedingspaper
        proceedingsarticle proceeding proceedings meetingabstract ieeeconferences conferenceabstract""",
    "incollection": """
        chap echap encyc dict incollection inbook inreference booksection bookchapter chapter bookpart
        bookpsection encyclopediaarticle dictionaryentry entryencyclopedia entrydictionary referenceentry
        electronicbooksection""",
    "book": """
        book ebook edbook ser mvbook monograph editedbook wholebook bookwhole electronicbook bookedited
        booksingle serial""",
    "phdthesis": """
        thes thesis phdthesis dissertation dissertationthesis thesisdissertation doctoralthesis phd""",
    "mastersthesis": """
        mastersthesis mathesis masterthesis""",
    "techreport": """
        rprt govdoc stand techreport report governmentdocument workingpaper reportpaper standard""",
    "unpublished": """
        unpb manscpt unpublished unpublishedwork unpublishedmaterial manuscript""",
    "misc": """
        gen elec blog data comp pat misc online electronic generic preprint postedcontent webpage blogpost
        dataset software computerprogram patent posted onlinedatabase""",
}
_KINDS = {word: kind for kind, words in _WORDS.items() for word in words.split()}


def kind_of(values: Iterable[object]) -> str:
    """The type of BibTeX entry for the first of those words that is known, "" where none is."""
    for value in values:
        for text in value if isinstance(value, list) else [value]:
            for part in re.split(r"[;|]", text) if isinstance(text, str) else ():
                if kind := _KINDS.get(re.sub(r"[\W\d_]+", "", part).lower()):
                    return kind
    return ""
