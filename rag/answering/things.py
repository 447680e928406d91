"""The things that a question names, and whether any abstract names them too."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from rag.library import Library
from rag.models.embedding import Vectors
from rag.models.token_vectors import QueryTokens
from rag.text.entities import NAME, mentions, shouted, written_out
from rag.text.words import content_words
from rag.types import Paper

# Names that say nothing of which thing is meant: kinds of model, measures, hardware.
_COMMON = frozenset(
    "llm llms lm lms ai gpt nlp ap map vlm vlms mllm mllms cnn rnn ml 2d 3d qa tldr tl dr eli5 pdf doi url bibtex "
    "api gpu "
    "gpus cpu cpus tpu a100 h100 v100 bleu rouge f1 auc ndcg mrr hr recall id ids ok usa uk eu us faq kv ner asr tts "
    "hr@10 recall@5 map@10 arxiv id phd msc bsc cs".split()
)
_VERSION = re.compile(r" (?:v(?:ersion)? ?)?\d+(?:\.\d+)*\b(?! ?%)(?! [a-z]+s\b)")
_SMALL = re.compile(r"(?<![\w-])[a-z]{2,}[a-z-]*-?\d+(?:\.\d+)*[a-z]?(?![\w-])")
_CAPITAL_VERSION = re.compile(r"(?<=[a-z,;] )[A-Z][a-z]+[- ]\d{1,2}(?:\.\d+)*\b(?![%-])(?! [a-z]+s\b)")
_QUOTED = re.compile(r"[\"“„']([^\"“”„']{3,120})[\"”“'](?!\w)")
_WORD = re.compile(r"(?<![\w-])[A-Za-z]?[a-z]+(?:-[a-z]+)*(?![\w-])")
_IZE = re.compile(r"is(?=[eai])")
LEAST = 5  # letters of a word that is missed,
ALL_ABOUT = 0.6  # and its share of what the question needs
SHORTEST = 3  # of a name that is missed: TV, UK and the like are of no collection
MOST_WORDS = 20  # of a question that is looked through for names in small letters


@dataclass(frozen=True)
class Named:
    """The things that a question names.

    `known` has the papers that name each one, those with it in their title first; `titled` the paper that each one is
    the subject of, where there is one; `unknown` are named by no abstract. `unheard` tells that one of these is all
    that the question asks, of whatever paper.
    """

    known: dict[str, list[Paper]]
    titled: dict[str, Paper]
    unknown: tuple[str, ...]
    unheard: bool = False


def named_things(library: Library, question: str) -> Named:
    """Looks up every thing that the question names."""
    known: dict[str, list[Paper]] = {}
    titled: dict[str, Paper] = {}
    unknown: list[str] = []
    for name in names_in(question):
        if papers := library.catalogue.naming(name):
            known[name] = papers
            if subject := library.catalogue.subject_of(name, papers):
                titled[name] = subject
        elif len(name) >= SHORTEST and not any(name.lower() in other.lower() for other in known):
            unknown.append(name)
    for name in _CAPITAL_VERSION.findall(question):  # "Llama 4", where there is Llama 3 alone
        if not library.catalogue.naming(name) and not library.catalogue.is_common(re.split("[- ]", name)[0]):
            unknown.append(name)
    # A title, or what stands before its colon, is named in small letters and plain words, too: "titans".
    if not titled and len(question.split()) <= MOST_WORDS and (found := library.catalogue.entitled(question)):
        name, paper = found
        if not any(name.lower() in u.lower() for u in unknown):  # "MossNet 5" is not MossNet
            known[name], titled[name] = [paper], paper
            unknown = [u for u in unknown if u.lower() not in name.lower()]
    return Named(known, titled, tuple(unknown))


def with_unheard(named: Named, library: Library, question: str, tokens: QueryTokens, only_names: bool = False) -> Named:
    """The same with the word that the question is all about, beside what it names, if no abstract has it: "headkv".

    What it is about is learned. A word in small letters must be one that the embedding model knows in pieces only, as
    it does what is made up: of others the abstracts may speak in other words.
    """
    if tokens.needs is None:
        return named
    needs = needs_beside(tokens.needs, tokens.spans, question, [*named.titled])
    needs[tokens.spans[:, 0] >= len(question)] = 0.0  # what was carried over from earlier turns
    for found in _WORD.finditer(question):
        word, (start, end) = found.group(), found.span()
        inside = (tokens.spans[:, 0] >= start) & (tokens.spans[:, 1] <= end)
        named_so = word[0].isupper() and start > 0
        in_pieces = inside.sum() > 1 and not only_names
        if not (named_so or in_pieces) or float(needs[inside].sum()) < ALL_ABOUT * float(needs.sum()):
            continue
        spelt = (word, _IZE.sub("iz", word), word.replace("our", "or"))  # by country
        if len(word) >= LEAST and word not in named.unknown and not any(map(library.catalogue.has_word, spelt)):
            return replace(named, unknown=(*named.unknown, word), unheard=True)
    return named


def needs_beside(needs: Vectors, spans: NDArray[np.int64], question: str, names: Sequence[str]) -> Vectors:
    """What each token of the question needs of an answer, but 0 for those of the names (where each stands first)."""
    low = question.lower()
    rest: Vectors = needs.copy()
    for start, end in ((at, at + len(name)) for name in names if (at := low.find(name.lower())) >= 0):
        rest[(spans[:, 0] >= start) & (spans[:, 1] <= end)] = 0.0
    return rest


def has_all(paper: Paper, words: Sequence[str]) -> bool:
    """Whether a paper's title or abstract has every one of the words, of which there is at least one."""
    text = f"{paper.title} {paper.abstract}"
    return bool(words) and all(mentions(word, text) for word in words)


def without_written_out(named: Named, texts: Iterable[str]) -> Named:
    """The same without those unknown acronyms whose words stand in one of the texts: "CE" beside "cross entropy"."""
    said = " ".join(texts) if named.unknown else ""
    return replace(named, unknown=tuple(name for name in named.unknown if not written_out(name, said)))


def names_in(question: str) -> list[str]:
    """The named things of a question with their versions, in order: "AlphaFold 3", "gpt-5", a quoted title."""
    if shouted(question):
        return []
    spans: list[tuple[int, int]] = [m.span(1) for m in _QUOTED.finditer(question)]
    for found in (*NAME.finditer(question), *_SMALL.finditer(question)):
        start, end = found.span()
        version = _VERSION.match(question, end)
        end = version.end() if version and not found.group()[-1].isdigit() else end
        if not any(s <= start < e for s, e in spans):
            spans.append((start, end))
    names = [question[s:e].strip() for s, e in sorted(spans)]
    kept = [n for n in dict.fromkeys(names) if n.lower() not in _COMMON and len(n) > 1]
    return [n for n in kept if content_words(n, of_papers=True)]  # "WHAT IS IT?" names nothing
