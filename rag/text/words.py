"""Words that tell nothing of a subject: grammar, politeness, and how people speak of papers and collections."""

from __future__ import annotations

import re

_GRAMMAR = """a about above after again all also am an and another any anybody anyone anything are as at be because been
before being below between both but by can cannot could did do does doing down during each either else even ever every
everyone everything few for from further get gets give given go goes got had has have having he her here him his how
however i if in into is it its itself just know last less let like likely made make makes many may maybe me might mine
more most much must my name named need needs no nor not now of off often ok okay on once one ones only or other our out
over own per please pls quite rather really right said same say see she should show since so some somebody someone
something still such take tell than thank thanks that the their them then there these they thing things this those
through to too two under until up us use used uses very want was way we well were what when where whether which while
who whom whose why will with within without would yes yet you your""".split()
_OF_PAPERS = """paper papers study studies work works article articles abstract abstracts publication publications
text texts document documents collection library database corpus author authors researcher researchers title titles
list find search newest latest recent oldest earliest new old year years published written wrote write writes deal
deals discuss discusses cover covers covered covering look looks study hold count number exist there available included
main general whole topic topics theme themes subject subjects field fields area areas import imported added addition
additions update updated came come frequent size big large kind kinds recent ask per cover span everything anything
main major idea overview describe inside contained content contents from year""".split()
GRAMMAR = frozenset(_GRAMMAR)
_OF_PAPERS_SET = frozenset(_OF_PAPERS)


def content_words(text: str, of_papers: bool = False) -> list[str]:
    """The words that may name a subject, in small letters; `of_papers` leaves those out that speak of papers."""
    words = re.findall(r"[^\W_]+(?:-[^\W_]+)*", re.sub(r"['’](?:s|re|ve|d|ll|m)\b", "", text.lower()))
    return [w for w in words if w not in GRAMMAR and not (of_papers and w in _OF_PAPERS_SET)]
