"""Exercises and predictions as data, and the one way in which an answer becomes a verdict.

An exercise is declared once, in `vpclab/course/chapters/cNN.py`; the lesson refers to it by id, and the
prompt, the hints, the check, the solved notebook and the tests are all made from the declaration.
"""

from __future__ import annotations

import inspect
import json
import textwrap
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

from vpclab.course import words
from vpclab.course.blank import holds_blank
from vpclab.course.cards import Card, Code, listing
from vpclab.course.kinds import (
    Attempt,
    CodeRaised,
    Finding,
    Given,
    Intent,
    Kind,
    Unreadable,
    chosen,
    quoted,
    single,
)

__all__ = ["Exercise", "Explanation", "Prediction", "Trap", "Verdict", "judge"]

_LINE = 90  # characters; a longer dict is written row by row
# The four answers of a check: what a program reads, the learner's word, the look.
STATES = {
    "not yet": (words.NOT_YET, "open"),
    "try again": (words.TRY_AGAIN, "bad"),
    "correct": (words.CORRECT, "good"),
    "your code raised": (words.RAISED, "alarm"),
}


@dataclass(frozen=True)
class Trap:
    """A wrong answer with a name: the misconception behind it, and what to say to who holds it.

    An answer falls into it if it is, or fails in the same way as, `answer`; or, where that is too narrow, if
    `when` says so of the value or of the changed network. `answer` is always given: the tests try it.
    """

    answer: Any
    misconception: str
    message: str
    when: Callable[[Any], bool] | None = None


@dataclass(frozen=True, kw_only=True)
class Exercise:
    """One exercise. `deciding` is what no hint before the third may contain; `why` is said with *correct*.

    `solution` is a value, or for edit and build a function; kinds that can ask the trace need none.
    `also_right` are other right answers or other ways of writing it. `evidence` shows what a value does,
    for kinds that judge no network themselves.
    """

    id: str
    title: str
    prompt: str
    kind: Kind
    hints: tuple[str, str, str]
    deciding: str
    why: str
    traps: tuple[Trap, ...]
    also_right: tuple[Any, ...]
    solution: Any = None
    evidence: Callable[[Any], Any] | None = None

    @property
    def answer(self) -> Any:
        """Return the declared solution, or the one that the kind works out."""
        return self.kind.solve() if self.solution is None else self.solution

    @property
    def solution_source(self) -> str:
        """Return the solution as a learner would type it: the one text that notebooks and `solution` show."""
        return function_source(self.answer) if callable(self.answer) else value_source(self.answer)

    @property
    def stub(self) -> str:
        """Return the cell as the learner finds it."""
        if not callable(self.solution):
            return f'answer = ____\ncheck("{self.id}", answer)'
        return f'{_header(self.solution)}\n    ____\n\n\ncheck("{self.id}", {self.solution.__name__})'

    def card(self) -> Card:
        """Return the prompt, and where to type."""
        title = f"{self.id} · {self.title} ({words.KIND_NAMES[self.kind.name]})"
        parts = (self.prompt, *self.kind.ask(), *self.kind.where(), Code(self.stub))
        return Card(words.EXERCISE, title, parts=parts)


def value_source(value: Any) -> str:
    """Return a value as people type it in the lessons: text in double quotes, a long table row by row."""
    if isinstance(value, dict) and len(repr(value)) > _LINE:
        return "\n".join(("{", *(f"    {_typed(key)}: {_typed(item)}," for key, item in value.items()), "}"))
    return _typed(value)


def _typed(value: Any) -> str:
    if isinstance(value, tuple) and len(value) > 1:
        return f"({', '.join(map(_typed, value))})"
    if isinstance(value, list):
        return f"[{', '.join(map(_typed, value))}]"
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else repr(value)


def function_source(function: Callable[..., Any]) -> str:
    """Return a function's text as it stands in a notebook: the type hints of its first line left out."""
    lines = textwrap.dedent(inspect.getsource(function)).rstrip().splitlines()
    start = next(number for number, line in enumerate(lines) if line.startswith("def "))
    body = next(number for number, line in enumerate(lines) if number >= start and line.endswith(":"))
    return "\n".join((_header(function), *lines[body + 1 :]))


def _header(function: Callable[..., Any]) -> str:
    return f"def {function.__name__}({', '.join(inspect.signature(function).parameters)}):"


@dataclass(frozen=True, repr=False)
class Verdict(Card):
    """What a check answers: *not yet*, *try again*, *correct* or *your code raised*, with its evidence."""

    id: str = ""
    state: str = "not yet"
    misconception: str = ""


def verdict(exercise: Exercise, state: str, *parts: Any, next: str, misconception: str = "") -> Verdict:
    """Return a verdict that looks as its state does."""
    word, tone = STATES[state]
    title = f"{exercise.id} · {exercise.title}"
    return Verdict(word, title, tone, parts, next, id=exercise.id, state=state, misconception=misconception)


def judge(exercise: Exercise, answer: object) -> Verdict:
    """Return the verdict on an answer. Whatever the answer is, this does not raise."""
    ask = words.ASK_FOR_HINT.format(id=exercise.id)
    if holds_blank(answer):
        return verdict(exercise, "not yet", words.BLANK_LEFT, next=words.FILL_IN)
    try:
        value = exercise.kind.read(answer)
        found = exercise.kind.find(value, _right(exercise))
    except Unreadable as unreadable:
        return verdict(exercise, "try again", str(unreadable), next=ask)
    except CodeRaised as raised:
        said = words.RAISED_SENTENCE.format(type=raised.type, message=raised.message)
        where: tuple[Any, ...] = ()
        if raised.line:
            where = (words.RAISED_WHERE.format(number=raised.number), Code(raised.line))
        return verdict(
            exercise, "your code raised", said, *where, next=words.RAISED_NEXT.format(id=exercise.id)
        )
    shown = exercise.evidence(value) if exercise.evidence else ()
    remark = exercise.kind.remark(answer)
    evidence = (*found.evidence, *(shown if isinstance(shown, tuple) else (shown,)), *filter(None, [remark]))
    if found.right:
        sentences = [exercise.why, *([found.sentence] if found.key == "holds" else [])]
        return verdict(exercise, "correct", *sentences, *evidence, next=words.GO_ON)
    trap = next((trap for trap in exercise.traps if _falls_into(trap, exercise, found)), None)
    if trap is None:
        return verdict(exercise, "try again", found.sentence, *evidence, next=ask)
    says_what = bool(found.evidence) or callable(exercise.solution)  # else it only says that it is wrong
    parts = (trap.message, *([found.sentence] if says_what else []), *evidence)
    return verdict(exercise, "try again", *parts, next=ask, misconception=trap.misconception)


def _right(exercise: Exercise) -> tuple[Any, ...]:
    """Return the declared right values; an exercise on a network has none, its table decides."""
    answers = (exercise.answer, *exercise.also_right)
    return () if callable(answers[0]) else tuple(exercise.kind.read(answer) for answer in answers)


def _falls_into(trap: Trap, exercise: Exercise, found: Finding) -> bool:
    kind = exercise.kind
    with redirect_stdout(StringIO()):  # what the builder says of the trap's changes is not the learner's
        if trap.when is None:
            return bool(kind.find(kind.read(trap.answer), _right(exercise)).key == found.key)
        try:
            return trap.when(found.subject)
        except Exception:  # a learner may have removed what the trap looks at
            return False


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """A question about a flow that is committed before its trace is shown; the trace says what was right.

    The flow may be an Attempt instead, lines that AWS obeys or refuses; its choices are `words.ATTEMPTS`.
    `truth` turns the trace into one of the `choices`; `beliefs` tells, for wrong choices, the misconception
    behind each and what to say. The question shows the map of `given`, or of `shown` where that one would
    tell the answer; with `picture` false it shows none. `after` is what there is to say once the answer is
    known, in Markdown (paragraphs, lists, tables): it stands below the trace, and nowhere before.
    """

    id: str
    question: str
    given: Given
    flow: Intent | Attempt
    choices: Mapping[str, str] = field(default_factory=lambda: words.OUTCOMES)
    truth: Callable[[Any], str] = field(default=lambda seen: seen.outcome)
    beliefs: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    after: str = ""
    shown: Given | None = None
    picture: bool = True

    @property
    def solution_source(self) -> str:
        """Return the choice that comes true, as text to type."""
        return value_source(self.truth(self.flow.trace(self.given())))

    def read(self, choice: object) -> str | None:
        """Return the key of a choice, or None."""
        found = single(choice)
        return chosen(found, self.choices) if isinstance(found, str) else None

    def card(self) -> Card:
        """Return the question, its choices and its picture."""
        picture = [(self.shown or self.given)()] if self.picture else []
        parts = (self.question, listing(tuple(self.choices.items())), *picture)
        how = words.PREDICT_HOW.format(button=words.COMMIT)
        return Card(words.PREDICTION, self.id, parts=parts, next=how)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """Something to say in a sentence of one's own, with a model answer and the points to compare by.

    It is not judged: the learner compares.
    """

    id: str
    question: str
    model: str
    points: tuple[str, ...]

    @property
    def solution_source(self) -> str:
        """Return the model answer, as text to type."""
        return value_source(self.model)

    def card(self) -> Card:
        """Return the question, and where to type."""
        return Card(words.EXPLANATION, self.id, parts=(self.question,), next=words.EXPLAIN_HOW)

    def compare(self, sentence: object) -> Card:
        """Return the learner's sentence beside the model answer; while there is none, ask for it."""
        if holds_blank(sentence) or sentence == "":
            return Card(words.NOT_YET, self.id, "open", (words.EXPLAIN_BLANK,))
        if not isinstance(sentence, str) or not sentence.strip():
            said = words.EXPLAIN_TEXT.format(value=quoted(sentence))
            return Card(words.TRY_AGAIN, self.id, "bad", (said,))
        yours, model = words.YOURS.format(text=sentence.strip()), words.MODEL.format(text=self.model)
        points = "\n".join(f"- {point}" for point in self.points)
        parts = (yours, model, words.COMPARE_POINTS, points)
        return Card(words.EXPLANATION, self.id, parts=parts, next=words.COMPARED_NEXT)
