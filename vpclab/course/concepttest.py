"""The concept test: ten questions before the first chapter, the same reworded after the last, and the gain.

The questions stand in `data/concept_test.json`, two wordings a topic. The first test tells nobody what was
right, or it would teach its own answers; the second one does. Each answer is recorded like a recall question,
with ids such as "00-c3" and "14-c3", so that exports and the map of beliefs know of them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from vpclab.course import words
from vpclab.course.blank import ____, holds_blank
from vpclab.course.cards import Card, Table, listing
from vpclab.course.controls import button, live
from vpclab.course.kinds import chosen, quoted
from vpclab.course.record import record

__all__ = ["concept_test", "gain"]

WORDINGS = {"00": "before", "14": "after"}
UNKNOWN = "?"


@dataclass(frozen=True)
class Item:
    """One question in one wording; `right` and `beliefs` go by the letter of an answer."""

    id: str
    topic: str
    chapter: str
    question: str
    options: Mapping[str, str]
    right: str
    beliefs: Mapping[str, str]


@cache
def items(chapter: str) -> tuple[Item, ...]:
    """Return the ten questions as chapter 00 or 14 asks them, or raise NotFound."""
    from vpclab.data import data_path
    from vpclab.topology.errors import NotFound

    if chapter not in WORDINGS:
        raise NotFound(words.NO_CONCEPT_TEST.format(chapter=repr(chapter)), WORDINGS)
    entries = json.loads(data_path("concept_test.json").read_text(encoding="utf-8"))
    found = []
    for number, entry in enumerate(entries, 1):
        asked = entry[WORDINGS[chapter]]
        lettered = dict(zip("abcdef", asked["answers"], strict=False))
        found.append(
            Item(
                id=f"{chapter}-c{number}",
                topic=entry["topic"],
                chapter=entry["chapter"],
                question=asked["question"],
                options={key: answer["answer"] for key, answer in lettered.items()}
                | {UNKNOWN: words.DO_NOT_KNOW},
                right=next(key for key, answer in lettered.items() if answer["correct"]),
                beliefs={key: answer.get("misconception", "") for key, answer in lettered.items()},
            )
        )
    return tuple(found)


def card(chapter: str) -> Card:
    """Return the ten questions without answers, for readers of the page."""
    parts: list[Any] = []
    for number, item in enumerate(items(chapter), 1):
        parts += [
            f"**{words.QUESTION.format(number=number)}**: {item.question}",
            listing(tuple(item.options.items())),
        ]
    return Card(words.CONCEPT_TEST, parts=tuple(parts), next=words.CONCEPT_STILL.format(chapter=chapter))


def concept_test(chapter: str, answers: Any = ____) -> Any:
    """Hand in ten letters, "?" for what you do not know; without them, return controls to choose with.

    >>> concept_test("00", "abc").word
    'try again'
    """
    questions = items(chapter)
    if holds_blank(answers):
        return _controls(chapter)
    given = list(answers) if isinstance(answers, str | list | tuple) else []
    letters = [_letter(one, item) for one, item in zip(given, questions, strict=False)]
    if len(given) != len(questions) or None in letters:
        said = words.WRITE_LETTERS.format(value=quoted(answers), count=len(questions))
        return Card(words.TRY_AGAIN, f"{chapter}-test", "bad", (said,))
    return _hand_in(chapter, [str(letter) for letter in letters])


def _letter(answer: object, item: Item) -> str | None:
    """Return the letter of an answer, or None for what is none."""
    if not isinstance(answer, str):
        return None
    return UNKNOWN if answer.strip() == UNKNOWN else chosen(answer, item.options)


def _hand_in(chapter: str, letters: Sequence[str]) -> Card:
    questions = items(chapter)
    for item, letter in zip(questions, letters, strict=True):
        right = letter == item.right
        state, belief = ("correct", "") if right else ("try again", item.beliefs.get(letter, ""))
        record().add("quiz", item.id, state=state, misconception=belief, at=chapter, choice=letter)
    count = sum(letter == item.right for item, letter in zip(questions, letters, strict=True))
    if WORDINGS[chapter] == "before":
        return Card(words.HANDED_IN, f"{chapter}-test", "good", (words.CONCEPT_BEFORE,))
    rows = tuple(
        (item.topic, item.options[letter], words.RIGHT if letter == item.right else words.SEE_CHAPTER.format(
            chapter=item.chapter))
        for item, letter in zip(questions, letters, strict=True)
    )  # fmt: skip
    said = words.CONCEPT_AFTER.format(right=count, count=len(questions))
    return Card(words.HANDED_IN, f"{chapter}-test", "good", (said, Table(words.CONCEPT_HEADER, rows)))


def _controls(chapter: str) -> Any:
    """Return the ten questions with a choice each, none of them made, and one button for all."""
    from ipywidgets import HTML, VBox

    from vpclab.course.widgets import asked, guarded, radio

    boxes = []
    for number, item in enumerate(items(chapter), 1):
        head = HTML(asked(f"**{words.QUESTION.format(number=number)}**: {item.question}"))
        label = f"{words.QUESTION.format(number=number)}"
        boxes.append((head, radio(label, [(text, key) for key, text in item.options.items()])))
    said = HTML()

    def act() -> str:
        still = [str(number) for number, (_, choice) in enumerate(boxes, 1) if choice.value is None]
        if still:
            missing = words.CONCEPT_OPEN.format(numbers=", ".join(still))
            return live(Card(words.NOT_YET, f"{chapter}-test", "open", (missing,)).html())
        return live(_hand_in(chapter, [choice.value for _, choice in boxes]).html())

    rows = [control for pair in boxes for control in pair]
    return VBox([*rows, button(words.HAND_IN, lambda: guarded(said, act)), said])


def gain() -> Card:
    """Return for each topic how it stood before the first chapter, and how it stands now.

    Before is what was handed in first in chapter 00, now what was handed in last in chapter 14.
    """
    rows = []
    score = {"before": 0, "now": 0}
    for first, last in zip(items("00"), items("14"), strict=True):
        before, now = _states(first.id)[:1], _states(last.id)[-1:]
        score["before"] += before == ["correct"]
        score["now"] += now == ["correct"]
        link = words.GAINS[(before == ["correct"], now == ["correct"])] if before and now else words.NOT_ASKED
        rows.append((first.topic, _mark(before), _mark(now), link, first.chapter))
    handed_in = {
        name: any(row[place] != words.NOT_ASKED for row in rows)
        for name, place in (("before", 1), ("now", 2))
    }
    said = (
        [words.GAIN_SCORE.format(count=len(rows), **score)]
        if all(handed_in.values())
        else [words.GAIN_MISSING]
    )
    return Card(words.GAIN, tone="plain", parts=(*said, Table(words.GAIN_HEADER, tuple(rows))))


def _states(id: str) -> list[str]:
    return [str(event.get("state")) for event in record().of(id) if event["event"] == "quiz"]


def _mark(states: Sequence[str]) -> str:
    if not states:
        return words.NOT_ASKED
    return words.RIGHT if states[0] == "correct" else words.NOT_YET_RIGHT
