"""Everyday ways of asking about a paper that is named: to train on, to tune on, and to measure with.

The lists share no form. `{x}` stands for the name.
"""

from __future__ import annotations

import random
from collections.abc import Iterator

TRAIN = (
    "How does {x} work?", "how {x} works", "How exactly does {x} work?", "how does the {x} method work",
    "How does {x} function?", "Explain {x}", "Explain {x} to me", "Please explain {x}.",
    "Could you explain what {x} is?", "explain how {x} works", "Explain the idea behind {x}",
    "explain {x} in simple terms", "Explain {x} like I'm five", "Explain {x} for a layperson", "Summarize {x}",
    "Summarise {x}.", "Can you summarize {x}?", "summarize the {x} paper", "Summarize the paper {x} for me please",
    "Give me a summary of {x}", "summary of {x}", "{x} summary", "a short summary of the {x} paper, please",
    "{x} paper summary pls", "tl;dr {x}", "TLDR of {x}?", "{x} tldr", "{x} in a nutshell", "{x} in one sentence",
    "brief overview of {x}", "Give an overview of {x}.", "What is {x}?", "what's {x}", "What is {x} about?",
    "what is the {x} paper about?", "What exactly is {x}?", "{x}", "{x}?", "What does {x} do?",
    "what does {x} propose", "What do the authors of {x} propose?", "What does the {x} paper introduce?",
    "Tell me about {x}.", "tell me something about {x}", "Tell me more about {x}", "I want to know about {x}",
    "I'd like to learn about {x}", "Describe {x}", "Describe {x} briefly.", "Can you describe {x}?",
    "Please describe the {x} approach", "describe {x} for a newcomer", "What are the key contributions of {x}?",
    "contributions of {x}", "What is the main contribution of the {x} paper?", "What is the main idea of {x}?",
    "main idea behind {x}", "core idea of {x}?", "What is the key insight in {x}?", "the gist of {x}",
    "What problem does {x} solve?", "Which problem does {x} address?", "What is {x} trying to solve?",
    "what is {x} for", "What is {x} used for?", "Why was {x} proposed?", "Why do we need {x}?",
    "What is the motivation behind {x}?", "What is the purpose of {x}?", "What is new in {x}?",
    "What is novel about {x}?", "what makes {x} special?", "Why is {x} interesting?",
    "Why should I read the {x} paper?", "What are the main findings of {x}?", "key findings of {x}",
    "What did the {x} paper find?", "What are the results of {x}?", "main results of the {x} paper",
    "How good is {x}?", "How well does {x} perform?", "Does {x} work well?", "is {x} any good?",
    "What does {x} achieve?", "What are the key points of {x}?", "most important points in {x}",
    "main takeaways from {x}", "What should I know about {x}?", "What approach does {x} take?",
    "What method is used in {x}?", "the method of {x}", "What techniques does {x} use?", "Walk me through {x}",
    "help me understand {x}", "I don't understand {x}, can you help?", "Can you break down {x} for me?",
    "What's the deal with {x}?", "do you know {x}?", "Have you heard of {x}?", "info on {x}", "information about {x}",
    "details about {x} please", "{x} explained", "{x} paper", "the {x} paper", "{x} main idea", "{x} contributions",
    "{x} results", "{x} how does it work", "read me {x}", "abstract of {x}", "What is the thesis of {x}?",
    "What is the main argument of the {x} paper?", "the message of {x}", "What conclusion does {x} reach?",
    "What hypothesis does {x} test?", "What lesson does {x} teach?", "What is the goal of {x}?", "the aim of {x}",
    "objective of {x}?", "What is the concept of {x}?", "the principle behind {x}",
    "What mechanism does {x} rely on?", "How is {x} designed?", "architecture of {x}",
    "How does {x} work internally?", "How does {x} work in practice?", "how does {x} work step by step",
    "What is going on inside {x}?", "list the key points of {x}", "{x} in three bullets", "notes on {x}",
    "a quick recap of {x}", "quick intro to {x}", "What is the story of {x}?", "Explain {x} to a child",
    "{x} for dummies", "What are the advantages of {x}?", "What are the benefits of {x}?", "How did they build {x}?",
    "What did the authors do in {x}?", "What is {x} capable of?", "How useful is {x}?", "What is clever about {x}?",
    "Who needs {x}?", "When would I use {x}?", "What does {x} show?", "What does {x} claim?",
    "What do we learn from {x}?", "What is the {x} approach?", "say something about {x}",
    "I am new to this field. What is {x}?", "Hi, could you tell me what {x} does?",
    "I have to present {x} tomorrow, what is it about?",
)  # fmt: skip
HELD = (
    "Can you give me the short version of {x}?", "What's the point of {x}?", "Outline {x} for me, thanks",
    "In plain English, what is {x}?", "Teach me about {x}", "what happens in {x}", "Recap the {x} paper",
    "What is the big idea in {x}?", "Can you clarify {x} for a student?", "What does the paper on {x} say?",
    "Which contributions does {x} make?", "What's so great about {x}?", "{x} - what is it?",
    "What issue is {x} meant to fix?", "give me the essentials of {x}", "How is {x} done?", "elaborate on {x}",
    "I need a quick primer on {x}",
)  # fmt: skip
MEASURE = (
    "How does {x} operate?", "Explain {x}.", "Summarise the paper about {x}", "tl;dr for {x} please",
    "key contributions of {x}?", "summary of the {x} paper please", "Can you describe {x} to a beginner?",
    "What problem is {x} solving?", "Give me the gist of {x}.", "what are the takeaways from {x}?",
    "So what is this {x} thing?", "Tell me a bit about {x}", "Could you walk me through how {x} works?",
    "What is the central claim of {x}?", "Why did they make {x}?", "what's the trick in {x}", "Introduce {x} to me",
    "{x}: overview", "What can {x} do?", "What is the novelty of {x}?", "condense {x} into a few sentences",
    "Sum up {x} for me", "I'm curious about {x}", "Mind explaining {x}?", "What do I need to know about {x}?",
    "highlights of {x}", "How does {x} work under the hood?", "ELI5 {x}", "Break {x} down in simple words",
    "What have the authors of {x} done?", "bullet points on {x}", "what's {x} all about then",
)  # fmt: skip
# Written after TRAIN had been widened by what MEASURE showed; fitted on since, by `training.intents`.
FRESH = (
    "How does {x} do it?", "Could you explain {x}, please?", "summarise {x} in two sentences", "{x}: tl;dr?",
    "What does {x} contribute?", "What were the contributions of the {x} authors?",
    "Give a plain summary of the {x} paper.", "describe {x} to someone without a background",
    "What challenge does {x} tackle?", "Which gap does {x} fill?", "Bring me up to speed on {x}", "wtf is {x}",
    "What's inside {x}?", "Why should anyone care about {x}?", "What is special in {x} compared to before?",
    "Lay out the idea of {x}", "How would you explain {x} to your grandmother?", "rundown of {x}",
    "What did we learn with {x}?", "what is meant by {x}", "{x} - key ideas", "I'd love an explanation of {x}",
    "What is the essence of {x}?", "anything on {x}?", "Do you have the {x} paper? What does it say?",
    "How does the {x} model work, roughly?", "sell me on {x}", "What happens under {x}?",
)  # fmt: skip

# Written after the kinds of a question had first been fitted, measured before and after they were fitted on the above.
LATER = (
    "What does {x} do differently?", "In plain English, {x}?", "What was achieved with {x}?",
    "can u explain {x} quickly", "Outline {x}.", "What is {x} good for?", "What's the point of {x}?",
    "How was {x} built?", "Is {x} any good?", "What are the limitations of {x}?", "What motivated {x}?", "Teach me {x}",
    "Give me a short overview of {x}, I have five minutes", "What do the authors claim about {x}?", "{x} explained",
    "Which problem was {x} designed for?", "What does the paper {x} say?", "What should a reviewer know about {x}?",
    "how is {x} supposed to help", "Describe the approach taken by {x}", "What results did {x} get?",
    "How well does {x} perform?", "Why is {x} needed?", "I have never heard of {x}. What is it?",
    "What can I learn from {x}?", "Does {x} work?", "abstract of {x}", "What is the main finding of {x}?",
    "help me understand {x}", "What is new about {x}?", "Talk me through {x} step by step",
    "my supervisor asked me to read {x}, what's it about?", "who needs {x}?", "How come {x} works?",
    "Present {x} in three bullet points", "What idea is behind {x}?", "Can you tell me what {x} is about please",
    "What did they try to show with {x}?", "convince me that {x} matters", "In which way does {x} advance the field?",
)  # fmt: skip

# Written after MEASURE and FRESH had gone into what the kinds are fitted on; measured once.
LAST = (
    "yo what's {x}", "explanation {x} pls", "I must write two paragraphs on {x}",
    "could anyone tell what {x} brings?", "which trick do they use in {x}", "what for was {x} made",
    "the point of {x}, briefly", "Give the idea of {x} in your own words", "{x} - worth my time?",
    "is there something interesting about {x}", "State the contribution of {x}.",
    "How do the authors of {x} go about it?", "under which idea does {x} operate",
    "What did {x} bring to the table?", "give me {x} for beginners", "what kind of thing is {x}",
    "so {x}... what is it and why?", "{x} how it works", "make me understand {x}",
    "What should I remember from {x}?", "Sketch {x}.", "Characterise {x}", "What does one gain with {x}?",
    "On what principle is {x} based?", "does {x} hold up?",
)  # fmt: skip


_BEFORE = (
    "Please ", "Hi, ", "Hello! ", "Quick question: ", "Can you help me? ", "OK, ", "pls ", "hey, ", "Sorry, ", "And ",
)  # fmt: skip
_AFTER = (
    " please", " Thanks!", ", thanks", " pls", " really", " briefly", " in a few words", ", if you can", " for me",
    " again",
)  # fmt: skip


def forms_of(name: str, forms: tuple[str, ...], count: int, chance: random.Random) -> Iterator[str]:
    """`count` of the forms asked about the name, now and then more politely, or in lower case."""
    for form in chance.sample(forms, count):
        text = form.format(x=name)
        if chance.random() < 0.15:
            text = chance.choice(_BEFORE) + text
        if chance.random() < 0.15:
            end = "?" if text.endswith("?") else ""
            text = text.rstrip("?.") + chance.choice(_AFTER) + end
        yield text.lower() if chance.random() < 0.15 else text
