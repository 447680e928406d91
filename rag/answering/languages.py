"""Whether a question is in a language that the embedding model does not read. The only file that knows py3langid."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

from rag.models.embedding import Embedder
from rag.text.entities import NAME

# Models known to read English only; any other is trusted to read what it is asked.
ENGLISH_ONLY = re.compile(
    r"\b(?:all-(?:minilm|mpnet|distilroberta)|bge-\w+-en|e5-(?:small|base|large)(?:-v2)?$|.*-en\b)", re.I
)
SURE = 0.95
FEWEST_WORDS = 4  # of Latin script: fewer tell too little, and technical terms look like any language
_NAMES = {
    "de": "German", "fr": "French", "es": "Spanish", "it": "Italian", "pt": "Portuguese", "nl": "Dutch",
    "zh": "Chinese", "ja": "Japanese", "ko": "Korean", "ru": "Russian", "uk": "Ukrainian", "ar": "Arabic",
    "hi": "Hindi", "tr": "Turkish", "pl": "Polish", "sv": "Swedish", "da": "Danish", "no": "Norwegian",
    "fi": "Finnish", "cs": "Czech", "el": "Greek", "he": "Hebrew", "fa": "Persian", "vi": "Vietnamese",
    "th": "Thai", "id": "Indonesian", "ro": "Romanian", "hu": "Hungarian", "ca": "Catalan",
}  # fmt: skip
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]")
_OTHER = re.compile(r"[^\W\d_]")
# Words that hardly any English question lacks, and that tell it from a cognate-rich German or French one.
_ENGLISH = frozenset(
    "the of and are were does did what which how who why when where that this its with by from papers paper about "
    "explain could there any tell please than have been between".split()
)


def unread_language(question: str, embedder: Embedder) -> str:
    """The name of the question's language, if the embedding model does not read it; "" otherwise."""
    if not ENGLISH_ONLY.search(embedder.name):
        return ""
    text = NAME.sub(" ", question)
    letters = _OTHER.findall(text)
    if not letters:
        return ""
    if sum(1 for c in letters if not _LATIN.match(c)) > len(letters) / 2:
        code, _ = _identifier().classify(text)
        return _NAMES.get(code, "a language other than English") if code != "en" else "a language other than English"
    words = re.findall(r"[^\W\d_]+", text.lower())
    if len(words) < FEWEST_WORDS or _ENGLISH.intersection(words):
        return ""
    code, probability = _identifier().classify(text)
    return _NAMES.get(code, "") if code != "en" and probability >= SURE else ""


@lru_cache(1)
def _identifier() -> Any:
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    identifier = LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
    identifier.set_languages(["en", *_NAMES])
    return identifier
