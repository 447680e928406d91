"""Greetings, thanks and questions about the program itself, in their usual spellings."""

from __future__ import annotations

import re

# Everything around the words of small talk that changes nothing: smileys, marks, names for whoever is spoken to.
_DECORATION = re.compile(
    r"[^\w\s'’?]+|\b[xX]?[dDpP]\b(?=\s*$)|\b(?:there|everyone|everybody|all|folks|mate|dear|team)\b"
)
_GREETING = re.compile(
    r"(?:(?:hi+|hello+|hey+|hiya|howdy|yo|greetings|good (?:morning|afternoon|evening|day)|hallo|guten (?:tag|morgen|"
    r"abend)|"
    r"bonjour|salut|hola|ciao|moin|servus|grüezi|test|testing|(?:is )?any(?:body|one) home|nice to meet you)\s*\??\s*)+"
)
_THANKS = re.compile(
    r"(?:(?:ok(?:ay)?|great|perfect|cool|nice(?: one)?|awesome|super|wow|good|excellent|brilliant|lovely|alright|"
    r"thanks?(?: you| u)?|thank you|thx|ty|cheers|merci|danke(?: schön)?|gracias|so much|very much|a lot|many|again|"
    r"(?:that|this|it) (?:was|is) (?:very |really |so )?(?:helpful|useful|great|good|nice|perfect)|"
    r"(?:great|good|nice) (?:answer|job|work)|lol|haha+|hm+|well done|got it|i see|understood|yes|no|please|then)\s*)+"
)
_BYE = re.compile(
    r"(?:(?:good ?)?bye+|(?:see|c) (?:you|ya|u)(?: later| soon)?|good ?night|tschüss?|auf wiedersehen|au revoir|adios|"
    r"that(?:'s| is) all(?: for (?:today|now))?|never ?mind|(?:i'm |i am )?done|and|thanks?(?: you)?|\s)+"
)
_WHO = re.compile(
    r"(?:so |and |but )?(?:who|what) (?:are|r) (?:you|u)|who (?:made|built|created|wrote|programmed|"
    r"developed) (?:you|this)|"
    r"(?:what(?:'s| is)|tell me) your name|are you (?:a |an )?(?:chat ?gpt|gpt|ai|bot|chatbot|robot|human|real|person)|"
    r"(?:which|what) (?:language )?model (?:are you|do you use)|how are (?:you|u)(?: doing)?(?: today)?|how's it going|"
    r"what(?:'s| is) up"
)
_HELP = re.compile(
    r"(?:please )?(?:help(?: me)?(?: please)?|(?:can|could) you help(?: me)?|what (?:can|do|could) (?:you|u) (?:do|"
    r"know)"
    r"(?: for me)?|what (?:can|should|could) i (?:ask|do)(?: you)?(?: here)?|how do (?:you|i use (?:this|"
    r"you)(?: page)?) ?"
    r"(?:work)?|how (?:does|do) (?:this|i use (?:this|it)) ?(?:work|page|tool)?|what is this(?: page)?|is any(?:one|"
    r"body))"
)
_SORRY = re.compile(r"(?:i'm )?sorry|(?:you are|you're|that(?:'s| is)) (?:wrong|not right|incorrect)")


def small_talk(question: str, papers: int) -> str:
    """A short helpful reply to a greeting, thanks, goodbye, or a question about the program; "" for anything else."""
    said = " ".join(_DECORATION.sub(" ", question.lower()).split()).rstrip("? ")
    if not said:
        return ""
    if _GREETING.fullmatch(said) or _HELP.fullmatch(said):
        return about(papers)
    if _THANKS.fullmatch(said):
        return "You are welcome."
    if _BYE.fullmatch(said):
        return "Goodbye."
    if _WHO.fullmatch(said):
        return f"I am askpapers, a program that reads paper abstracts, not a person. {about(papers)}"
    if _SORRY.fullmatch(said):
        return "No harm done. Each sentence names its paper, so you can check it there; try asking in other words."
    return ""


def about(papers: int) -> str:
    """What the program does, and what to try."""
    return (
        f"I answer questions from {papers:,} paper abstracts, name the papers behind each sentence, and say when "
        'they do not answer. Try "Which papers are about ...?", "How does ... work?" or "Compare ... and ...".'
    )
