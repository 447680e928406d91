"""Everyday questions about a paper that is named, for what abstracts hardly ever tell: near misses to learn from.

The lists share no form. `{x}` stands for the name. A form is left out where the abstract has one of its words.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

from rag.text.words import content_words

TRAIN = (
    "Who funded {x}?", "who paid for {x}", "Which grant supported the work on {x}?", "How much does {x} cost?",
    "what's the price of {x}", "Under which licence is {x} released?", "is {x} MIT licensed", "Is {x} patented?",
    "Does {x} run on Windows?", "can I use {x} on a Mac", "Does {x} need a GPU?", "which GPU do I need for {x}",
    "How many GPUs was {x} trained on?", "how long did training {x} take", "What batch size does {x} use?",
    "what learning rate did they pick for {x}", "Which optimizer is used in {x}?",
    "How many epochs is {x} trained for?", "What random seed was used for {x}?", "how many parameters does {x} have",
    "Which version of Python does {x} need?", "Is {x} written in Rust?", "what framework is {x} implemented in",
    "How do I install {x}?", "is there a docker image for {x}", "Is there a demo of {x} online?",
    "Where can I download {x}?", "how many stars does {x} have on github", "Which universities developed {x}?",
    "in which country was {x} made", "At which conference was {x} presented?", "was {x} rejected before",
    "Who reviewed {x}?", "Has {x} won an award?", "How often has {x} been cited?", "Which companies use {x} today?",
    "is {x} used in hospitals", "Has {x} been deployed in production?", "Did the FDA approve {x}?",
    "Is {x} legal in Germany?", "Does {x} comply with GDPR?", "Is {x} safe for children?",
    "Does {x} work in Japanese?", "can {x} handle Swahili", "Does {x} support voice input?",
    "Does {x} have a mobile app?", "How much electricity does {x} need?", "what is the carbon footprint of {x}",
    "How many people worked on {x}?", "Who is the first author's supervisor on {x}?",
    "how old are the authors of {x}", "What do critics say about {x}?", "Why did {x} fail in Europe?",
    "Has anybody failed to reproduce {x}?", "was {x} retracted", "Which errors were found in {x} later?",
    "What came after {x}?", "which follow-up improves on {x}", "Does {x} beat a random forest?",
    "is {x} better than excel", "How many annotators were hired for {x}?", "what were the annotators of {x} paid",
    "Did an ethics board approve {x}?", "Which hospital provided the patients for {x}?",
    "what was the p value for {x}", "How is {x} pronounced?", "What does the name {x} stand for in Greek?",
    "who coined the term {x}", "When will {x} be released?", "Is there a book about {x}?", "can I buy {x} on Amazon",
    "Which browser does {x} support?", "Can {x} be used offline?", "How many users does {x} have?",
    "who maintains {x} now", "What colour is the logo of {x}?",
)  # fmt: skip
HELD = (
    "Which agency sponsored {x}?", "does {x} require a subscription", "what hardware was {x} developed on",
    "How many hours of compute went into {x}?", "Can {x} be fine-tuned on a laptop?",
    "What weight decay does {x} use?", "which library is {x} built with", "Is {x} available in Spanish?",
    "Who owns the rights to {x}?", "Has {x} been tried in Norway?", "is {x} used by NASA", "Why was {x} criticised?",
    "How many reviewers accepted {x}?", "does {x} drain the battery",
    "What is the email address of the authors of {x}?", "Is the training data of {x} biased against women?",
    "what changed between the first and second version of {x}", "Does {x} work with PostgreSQL?", "How heavy is {x}?",
    "which standard does {x} follow",
)  # fmt: skip
# Measured with only.
MEASURE = (
    "Can {x} be used in Norway?", "What programming language is {x} written in?", "Does {x} cost anything per month?",
    "Which ministry financed {x}?", "is {x} endorsed by the WHO", "can i run {x} on a raspberry pi",
    "How many engineers built {x}?", "What dropout rate does {x} use?", "Does {x} come with a warranty?",
    "Which cloud provider hosts {x}?", "was {x} ever hacked", "How many undergraduates took part in {x}?",
    "what is {x}'s energy bill", "Does {x} speak Welsh?", "Is {x} certified for aviation?",
    "What do lawyers think of {x}?", "how many downloads does {x} have", "Which CUDA version does {x} want?",
    "Who translated {x} into French?", "What's the refresh rate of {x}?", "did {x} make money",
    "In which city was {x} invented?",
)  # fmt: skip


def missing_from(text: str, name: str, forms: tuple[str, ...], count: int, chance: random.Random) -> Iterator[str]:
    """Up to `count` of the forms asked about the name, none of whose content words the text has."""
    low = text.lower()
    fit = [f for f in forms if not any(word.lower() in low for word in content_words(f.replace("{x}", "")))]
    for form in chance.sample(fit, min(count, len(fit))):
        asked = form.format(x=name)
        yield asked.lower() if chance.random() < 0.15 else asked
