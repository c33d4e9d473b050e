"""The verbs of a lesson: show, check, hint, solution, reset, predict, reveal.

Each returns a card and writes what happened to the learner's record. Nothing waits for typed input, and
nothing depends on the order in which cells are run.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from vpclab.course import concepttest, quiz, words
from vpclab.course.blank import ____
from vpclab.course.cards import Card, Code
from vpclab.course.comparing import remember
from vpclab.course.copies import outdated
from vpclab.course.declarations import exercise, find, prediction
from vpclab.course.exercises import Prediction, Verdict, judge
from vpclab.course.kinds import quoted
from vpclab.course.probes import probes
from vpclab.course.record import record
from vpclab.course.stepping import still
from vpclab.evaluate.results import Trace

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["check", "commit", "export_progress", "hint", "reset", "reveal", "show", "solution"]

C = TypeVar("C", bound=Card)


def _with_note(card: C, id: str = "") -> C:
    """Return the card with what has to be told once: of the progress file, of a notebook that is too old."""
    if old := outdated(record().path.parent, id[:2]):
        record().tell(old)
    note = record().message()
    return replace(card, note=note) if note else card


def show(what: Any) -> Any:
    """Return the still form of what has an id ("04-p1", "04-recall", "00-test"), a trace or a widget."""
    if isinstance(what, Card):  # what a prediction keeps back until it is committed
        return what
    if isinstance(what, Trace):
        return still(what)
    if hasattr(what, "still"):
        return what.still
    number, _, rest = str(what).partition("-")
    if rest in ("recall", "test"):
        return {"recall": quiz, "test": concepttest}[rest].card(number)
    return find(what).card()


def check(id: str, answer: Any = ____) -> Verdict:
    """Judge an answer and return the verdict, with evidence."""
    item, book = exercise(id), record()
    verdict = judge(item, answer)
    remember(id, item.kind, answer)
    done = any(event.get("state") == "correct" for event in book.of(id) if event["event"] == "check")
    if verdict.state != "not yet" and not (done and verdict.state == "correct"):
        book.add("check", id, state=verdict.state, misconception=verdict.misconception)
    if verdict.state == "correct" and (count := len(probes(id))):
        said = words.PROBES_ONE if count == 1 else words.PROBES_MANY.format(count=count)
        verdict = replace(verdict, parts=(*verdict.parts, said))
    return _with_note(verdict, id)


def hint(id: str) -> Card:
    """Return the next hint: a nudge, then the concept, then nearly the answer."""
    item, book = exercise(id), record()
    given = sum(event["event"] == "hint" for event in book.of(id))
    number = min(given, len(item.hints) - 1)
    if given < len(item.hints):
        book.add("hint", id, number=number + 1)
    last = number == len(item.hints) - 1
    after = (words.HINT_LAST if last else words.HINT_MORE).format(id=id)
    word = words.HINT.format(number=number + 1, count=len(item.hints))
    return _with_note(Card(word, f"{id} · {item.title}", parts=(item.hints[number],), next=after), id)


def solution(id: str) -> Card:
    """Return a solution; before any attempt the first call asks to try once."""
    item, book = exercise(id), record()
    tried = any(event["event"] in ("check", "solution") for event in book.of(id))
    book.add("solution", id, shown=tried)
    title = f"{id} · {item.title}"
    if not tried:
        return _with_note(Card(words.TRY_ONCE_FIRST, title, next=words.TRY_ONCE_NEXT.format(id=id)), id)
    parts = (Code(item.solution_source), item.why)
    return _with_note(Card(words.SOLUTION, title, parts=parts, next=words.SOLUTION_NEXT), id)


def reset(id: str | None = None) -> Card:
    """Let one exercise or prediction, or without an id everything, start anew; the file keeps what was."""
    if id is not None:
        find(id)
    record().add("reset", id or "")
    said = words.RESET_ALL if id is None else words.RESET_ONE.format(id=id)
    return _with_note(Card(words.RESET, parts=(said,), next=words.RESET_KEPT))


def commit(item: Prediction, choice: object) -> Card:
    """Record a prediction; the widget and `predict` from code both come here."""
    key = item.read(choice)
    if key is None:
        keys = ", ".join(f'"{key}"' for key in item.choices)
        said = words.PREDICT_CHOICE.format(value=quoted(choice), keys=keys)
        return Card(words.TRY_AGAIN, item.id, "bad", (said,))
    if committed(item.id) != key:
        right = key == item.truth(item.flow.trace(item.given()))
        belief = item.beliefs[key][0] if not right and key in item.beliefs else ""
        record().add("predict", item.id, choice=key, right=right, misconception=belief)
    said = words.YOU_PREDICTED.format(choice=item.choices[key])
    return _with_note(Card(words.COMMITTED, item.id, "good", (said,), words.COMMITTED_NEXT), item.id)


def committed(id: str) -> str | None:
    """Return the choice last committed, or None."""
    choices = [event.get("choice") for event in record().of(id) if event["event"] == "predict"]
    return str(choices[-1]) if choices else None


def gated(id: str, network: Topology | None = None) -> Any:
    """Return a prediction's trace, or, while nothing is committed, the card that says how to."""
    item = prediction(id)
    if committed(id) in item.choices:
        return item.flow.trace(item.given() if network is None else network)
    how = words.COMMIT_HOW.format(button=words.COMMIT)
    return _with_note(
        Card(words.NOT_YET, f"{id} · {words.PREDICTION}", "open", (words.COMMIT_FIRST,), how), id
    )


def reveal(id: str, network: Topology | None = None) -> Card:
    """Return what happens, once a prediction is committed; `network` stands in for the declared one."""
    item = prediction(id)
    way = gated(id, network)
    if isinstance(way, Card):
        return way
    key = str(committed(id))
    right = item.truth(way) == key
    said = words.AS_PREDICTED if right else item.beliefs.get(key, ("", words.NOT_AS_PREDICTED))[1]
    predicted = words.YOU_PREDICTED.format(choice=item.choices[key])
    as_asked = network is None or item.truth(way) == item.truth(item.flow.trace(item.given()))
    parts = (f"{predicted} {said}", way, *([item.after] if item.after and as_asked else []))
    return _with_note(Card(words.PREDICTION, id, "good" if right else "bad", parts), id)


def export_progress(path: str = "my_progress.csv") -> Card:
    """Write the learner's progress as CSV for a learning platform; `Record.csv` describes the columns."""
    target = Path(path)
    target.write_text(record().csv(), encoding="utf-8", newline="")
    return _with_note(Card(words.PROGRESS, parts=(words.EXPORTED.format(where=target.name),)))
