"""Recall questions: `data/quizzes/NN.json` in jupyterquiz's format, read, validated, chosen and judged.

Each file is a list of questions of the types multiple_choice, many_choice, numeric and string, with
feedback per answer. Three keys are ours: `id` ("03-q1", so that the order may change), and optionally
`misconception` (what the question trains) and `see` (where to look it up).
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import takewhile
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Card, listing
from vpclab.course.kinds import Cidr, Number, Unreadable, plain
from vpclab.course.record import Event, in_force, record

__all__ = ["Question", "Reply", "all_questions", "card", "drawn", "judge_question", "pick", "problems"]

CHOICES = ("multiple_choice", "many_choice")
TYPES = (*CHOICES, "numeric", "string")
KEYS = {
    "id",
    "question",
    "type",
    "answers",
    "code",
    "precision",
    "answer_cols",
    "input_width",
    "misconception",
    "see",
}
ANSWER_KEYS = {
    "multiple_choice": {"answer", "code", "correct", "feedback"},
    "many_choice": {"answer", "code", "correct", "feedback"},
    "numeric": {"type", "value", "range", "correct", "feedback"},
    "string": {"type", "answer", "correct", "feedback", "match_case", "fuzzy_threshold"},
}


@dataclass(frozen=True)
class Question:
    """One question as its file has it; `chapter` is the number in its id."""

    id: str
    type: str
    question: str
    answers: tuple[Mapping[str, Any], ...]
    code: str = ""
    precision: int | None = None
    misconception: str = ""
    see: str = ""

    @property
    def chapter(self) -> str:
        """Return the number of the chapter whose question this is."""
        return self.id[:2]

    @property
    def options(self) -> tuple[str, ...]:
        """Return what can be chosen, empty where something is typed."""
        return (
            tuple(str(a.get("answer", a.get("code"))) for a in self.answers) if self.type in CHOICES else ()
        )


@dataclass(frozen=True)
class Reply:
    """The judgement on an answer; `right` is None where there was none."""

    right: bool | None
    feedback: str


def read_questions(entries: Iterable[Mapping[str, Any]]) -> tuple[Question, ...]:
    """Return questions from a file's entries; keys that only concern jupyterquiz's look are left out."""
    known = set(Question.__dataclass_fields__)
    kept: list[dict[str, Any]] = [{key: entry[key] for key in entry if key in known} for entry in entries]
    return tuple(Question(**{**entry, "answers": tuple(entry["answers"])}) for entry in kept)


def all_questions() -> tuple[Question, ...]:
    """Return every question of the course, in the order of files and within them."""
    from vpclab.data import data_path

    files = sorted(data_path("quizzes").glob("[0-9][0-9].json"))
    return tuple(q for file in files for q in read_questions(json.loads(file.read_text(encoding="utf-8"))))


def problems(entries: Any, number: str, beliefs: Iterable[str] = ()) -> list[str]:
    """Return what is wrong with the content of `data/quizzes/NUMBER.json`, one sentence each."""
    if not isinstance(entries, list):
        return ["the file must hold a list of questions"]
    found: list[str] = []
    seen: set[object] = set()
    for place, entry in enumerate(entries, start=1):
        if not isinstance(entry, dict):
            found.append(f"question {place} must be an object")
            continue
        name = entry.get("id", f"question {place}")
        found += [f"{name}: {text}" for text in _problems(entry, number, set(beliefs))]
        found += [f"{name}: this id is used twice"] if name in seen else []
        seen.add(name)
    return found


def _problems(entry: dict[str, Any], number: str, beliefs: set[str]) -> Iterable[str]:
    if not re.fullmatch(rf"{number}-q\d+", str(entry.get("id"))):
        yield f'`id` must read "{number}-q1" (got {entry.get("id")!r})'
    if unknown := sorted(set(entry) - KEYS):
        yield f"unknown keys {', '.join(unknown)}; there are {', '.join(sorted(KEYS))}"
    for key in ("question", "code", "see", "misconception"):
        if not isinstance(entry.get(key, "" if key != "question" else None), str):
            yield f"`{key}` must be text"
    if entry.get("misconception") and entry["misconception"] not in beliefs:
        yield f"unknown misconception {entry['misconception']}"
    kind, answers = entry.get("type"), entry.get("answers")
    if kind not in TYPES:
        yield f"`type` must be one of {', '.join(TYPES)} (got {kind!r})"
    elif not isinstance(answers, list) or not all(isinstance(answer, dict) for answer in answers):
        yield "`answers` must be a list of objects"
    else:
        yield from _answer_problems(str(kind), answers)


def _answer_problems(kind: str, answers: list[dict[str, Any]]) -> Iterable[str]:
    right = sum(answer.get("correct") is True for answer in answers)
    if not right or (kind == "multiple_choice" and right != 1):
        wanted = "exactly one" if kind == "multiple_choice" else "one or more"
        yield f"{right} answers are correct; {kind} needs {wanted}"
    if kind not in CHOICES and not any(answer.get("type") == "default" for answer in answers):
        yield 'an answer of type "default" must give the feedback for everything else'
    for answer in answers:
        if unknown := sorted(set(answer) - ANSWER_KEYS[kind]):
            yield f"unknown keys {', '.join(unknown)} in an answer"
        if not isinstance(answer.get("feedback"), str) or not answer["feedback"].strip():
            yield "every answer needs `feedback`"
        default = answer.get("type") == "default" and kind not in CHOICES
        if not default and not isinstance(answer.get("correct"), bool):
            yield "every answer needs `correct`, true or false"
        if kind in CHOICES and not isinstance(answer.get("answer", answer.get("code")), str):
            yield "every answer needs `answer` or `code`"
        if kind == "string" and not default and not isinstance(answer.get("answer"), str):
            yield "every answer needs `answer`"
        if (
            kind == "numeric"
            and not default
            and not _is_number(answer.get("value"))
            and not _is_range(answer)
        ):
            yield "every answer needs `value` or `range`"


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_range(answer: Mapping[str, Any]) -> bool:
    ends = answer.get("range")
    return isinstance(ends, list) and len(ends) == 2 and all(map(_is_number, ends)) and ends[0] <= ends[1]


def judge_question(question: Question, given: Any) -> Reply:
    """Judge an answer: an index for multiple_choice, indexes for many_choice, text for numeric and string."""
    if question.type == "multiple_choice":
        if given is None:
            return Reply(None, words.CHOOSE_ONE)
        chosen = question.answers[given]
        return Reply(chosen["correct"], chosen["feedback"])
    if question.type == "many_choice":
        return _judge_many(question, sorted(given))
    if not str(given or "").strip():
        return Reply(None, words.TYPE_ANSWER)
    test = _judge_number if question.type == "numeric" else _judge_text
    return test(question, str(given))


def _judge_many(question: Question, given: Sequence[int]) -> Reply:
    if not given:
        return Reply(None, words.CHOOSE_SOME)
    ticked = [question.answers[index] for index in given]
    wrong = [answer["feedback"] for answer in ticked if not answer["correct"]]
    if wrong:
        return Reply(False, " ".join(wrong))
    if len(ticked) < sum(answer["correct"] for answer in question.answers):
        return Reply(False, words.SOME_MISSING)
    return Reply(True, " ".join(answer["feedback"] for answer in ticked))


def _judge_number(question: Question, given: str) -> Reply:
    try:
        number = Number().read(given)
    except Unreadable as complaint:
        return Reply(None, str(complaint))
    digits = question.precision
    for answer in question.answers:
        if "value" in answer:
            same = (
                number == answer["value"]
                if digits is None
                else _round(number, digits) == _round(answer["value"], digits)
            )
            hit = same
        else:
            hit = "range" in answer and answer["range"][0] <= number <= answer["range"][1]
        if hit:
            return Reply(answer["correct"], answer["feedback"])
    return _default(question)


def _round(number: float, digits: int) -> float:
    return float(f"{number:.{digits}g}")  # significant digits, as jupyterquiz has counted since 2.7


def _judge_text(question: Question, given: str) -> Reply:
    given, unreadable = re.sub(r"\s*/\s*", "/", given.strip().strip("'\"`“”")), ""
    if any(answer.get("correct") and _is_block(answer["answer"]) for answer in question.answers):
        try:
            given = str(Cidr().read(given))
        except Unreadable as complaint:
            unreadable = str(complaint)
    for answer in question.answers:
        wanted = str(answer.get("answer", ""))
        typed, wanted = (given, wanted) if answer.get("match_case") else (plain(given), plain(wanted))
        alike = (
            SequenceMatcher(None, typed, wanted).ratio()
            if "fuzzy_threshold" in answer
            else float(typed == wanted)
        )
        if wanted and alike >= answer.get("fuzzy_threshold", 1):
            return Reply(answer["correct"], answer["feedback"])
    return Reply(None, unreadable) if unreadable else _default(question)


def _is_block(text: str) -> bool:
    return re.fullmatch(r"[\d.]+/\d+", text) is not None


def _default(question: Question) -> Reply:
    feedback = (answer["feedback"] for answer in question.answers if answer.get("type") == "default")
    return Reply(False, next(feedback, words.NO_FEEDBACK))


def pick(
    questions: Iterable[Question], chapter: str, events: Iterable[Event] = (), count: int = 3
) -> tuple[Question, ...]:
    """Return questions from earlier chapters, spaced by what the record says and by nothing else.

    What was last answered wrongly comes again at once. What was right rests, the longer the more often in a
    row it was right: while 6, 18, 54, ... other questions are answered. Then come those never asked, the
    first of each chapter, the nearest chapter first, then the second ones; then what still rests. No more
    than two are from one chapter while others have any.
    """
    asked: dict[str, list[bool]] = {}
    last: dict[str, int] = {}
    answered = [event for event in in_force(events) if event["event"] == "quiz"]
    for place, event in enumerate(answered, 1):
        asked.setdefault(event["id"], []).append(event.get("state") == "correct")
        last[event["id"]] = place

    def rank(question: Question, turn: int) -> tuple[int, ...]:
        right = list(takewhile(bool, reversed(asked.get(question.id, []))))
        rest = (2 * 3 ** len(right) if right else 0) - (len(answered) - last.get(question.id, 0))
        if question.id not in asked:
            return (1, turn, -int(question.chapter))
        return (0, len(right), rest) if rest <= 0 else (2, rest)

    turns = Counter[str]()
    ranked: list[tuple[tuple[int, ...], int, Question]] = []
    for place, question in enumerate(q for q in questions if q.chapter < chapter):
        ranked.append((rank(question, turns[question.chapter]), place, question))
        turns[question.chapter] += 1
    chosen: list[Question] = []
    spare: list[Question] = []
    for _, _, question in sorted(ranked, key=lambda entry: entry[:2]):
        full = sum(q.chapter == question.chapter for q in chosen) == 2
        (spare if full or len(chosen) == count else chosen).append(question)
    return (*chosen, *spare)[:count]


def drawn(chapter: str) -> tuple[Question, ...]:
    """Return the questions that a chapter asks now: those last drawn for it, else a new learner's.

    Only the card draws (`draw`); the controls follow, so that both always ask the same.
    """
    questions, events = all_questions(), in_force(record().events())
    noted = [event.get("asked") for event in events if event["id"] == f"{chapter}-recall"]
    names = noted[-1] if noted and isinstance(noted[-1], list) else []
    kept = [q for q in questions if q.id in names and q.chapter < chapter]
    return tuple(sorted(kept, key=lambda q: names.index(q.id))) or pick(questions, chapter)


def draw(chapter: str) -> tuple[Question, ...]:
    """Return a chapter's questions; draw others by the record once all of these are answered, or at first."""
    now, events = drawn(chapter), in_force(record().events())
    places = [place for place, event in enumerate(events) if event["id"] == f"{chapter}-recall"]
    since = {event["id"] for event in events[places[-1] if places else 0 :] if event.get("at") == chapter}
    if (places or since) and not {question.id for question in now} <= since:
        return now
    new = pick(all_questions(), chapter, events)
    if new != now:
        record().add("recall", f"{chapter}-recall", asked=[question.id for question in new])
    return new


def card(chapter: str) -> Card:
    """Return a chapter's recall questions, without answers, for readers of the page."""
    chosen = draw(chapter)
    if not chosen:
        return Card(words.RECALL, parts=(words.RECALL_NONE.format(chapter=chapter),))
    parts: list[Any] = []
    for number, question in enumerate(chosen, start=1):
        parts.append(f"**{words.QUESTION.format(number=number)}**: {question.question}")
        parts += (
            [listing(tuple(zip("abcdefghij", question.options, strict=False)))] if question.options else []
        )
    return Card(words.RECALL, words.RECALL_TITLE, parts=tuple(parts), next=words.RECALL_STILL)
