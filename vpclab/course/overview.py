"""The map of the course: what is done, begun, waiting or still to come, what is shaky, and what to do next.

Everything is worked out from the events of the record; `Overview` is a value that shows itself. In JupyterLab
its chapters are links.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.controls import line, sheet
from vpclab.course.declarations import beliefs_behind, catalogue, misconceptions, numbers
from vpclab.course.exercises import Exercise, Prediction
from vpclab.course.quiz import all_questions
from vpclab.course.record import Event, Item, record, summary
from vpclab.render import theme

__all__ = ["Chapter", "Overview", "beliefs", "overview", "progress"]

DONE, BEGUN, WAITING, COMING = "done", "begun", "not yet", "coming"
MASTERED, SHAKY = "mastered", "shaky"
_TILES = "display:flex;flex-wrap:wrap;gap:8px;list-style:none;margin:6px 0;padding:0"
_TILE = f"flex:1 1 200px;padding:2px 10px;background-color:{theme.SHADE}"
_EDGES = {
    DONE: f"3px solid {theme.ALLOWED}",
    BEGUN: f"3px dashed {theme.FRAME}",
    WAITING: f"1px solid {theme.FRAME}",
}


@dataclass(frozen=True)
class Chapter:
    """One chapter of the map; `open` are the ids that are still to do, in the order of its notebook."""

    number: str
    state: str
    done: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    file: str = ""

    @property
    def title(self) -> str:
        """Return number and title."""
        return f"{self.number} {words.CHAPTER_TITLES.get(self.number, '')}".strip()

    @property
    def counts(self) -> str:
        """Return what is done of the chapter."""
        names = (words.EXERCISES, words.PREDICTIONS, words.QUESTIONS)
        return ", ".join(f"{name} {count}" for name, count in zip(names, self.done, strict=False) if count)


def _trained() -> dict[str, frozenset[str]]:
    """Return the misconceptions that each exercise and recall question trains, by its id."""
    exercises = (item for item in catalogue().values() if isinstance(item, Exercise))
    found = {item.id: frozenset(beliefs_behind(item)) for item in exercises}
    found |= {q.id: frozenset({q.misconception}) for q in all_questions()}
    return {id: ids - {""} for id, ids in found.items()}


def beliefs(events: Iterable[Event], trained: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, str]]:
    """Return for each misconception that was met whether it is mastered or shaky, and where it showed last.

    It is shaky from the answer that showed it until something that trains it is answered right.
    """
    found: dict[str, tuple[str, str]] = {}
    for event in events:
        what, id = event["event"], event["id"]
        if what == "reset":
            found = {belief: met for belief, met in found.items() if id not in ("", met[1])}
        shown = event.get("misconception")
        if what in ("check", "predict", "quiz") and isinstance(shown, str):
            found[shown] = (SHAKY, id)
        elif what == "predict":  # another choice than the one that showed it
            found |= {belief: (MASTERED, id) for belief, met in found.items() if met == (SHAKY, id)}
        elif event.get("state") == "correct":
            found |= dict.fromkeys(trained.get(id, ()), (MASTERED, id))
    return found


@dataclass(frozen=True)
class Overview:
    """The map: chapters, misconceptions met as (id, belief, state, where), what to do next."""

    chapters: tuple[Chapter, ...]
    met: tuple[tuple[str, str, str, str], ...]
    next: str
    where: str
    note: str = ""

    def _coming(self) -> str:
        coming = ", ".join(chapter.title for chapter in self.chapters if chapter.state == COMING)
        return words.STILL_COMING.format(chapters=coming) if coming else ""

    def _met(self) -> list[Table]:
        order = sorted(self.met, key=lambda row: row[2] != SHAKY)
        marks = {SHAKY: words.MARK_SHAKY, MASTERED: words.MARK_MASTERED}
        rows = tuple(
            (marks[state], belief, where if state == SHAKY else "") for _, belief, state, where in order
        )
        return [Table(words.MET_HEADER, rows)] if rows else []

    def _lines(self) -> list[str]:
        return [text for text in (self.where, self.note) if text]

    def __str__(self) -> str:
        rows = tuple(
            (chapter.title, words.CHAPTER_STATES[chapter.state], chapter.counts)
            for chapter in self.chapters
            if chapter.state != COMING
        )
        head = (f"→ {self.next}", Table((words.CHAPTER, words.STATE, words.COUNTS), rows), self._coming())
        return "\n".join(str(part) for part in (*head, *self._met(), *self._lines()) if str(part))

    __repr__ = __str__

    def html(self) -> str:
        """Return the map as tiles, each a link where the chapter is at hand."""
        tiles = "".join(_tile(chapter) for chapter in self.chapters if chapter.state != COMING)
        tables = "".join(table.html() for table in self._met())
        after = "".join(map(line, filter(None, (self._coming(), *self._lines()))))
        return sheet(line(self.next, strong="→"), f'<ul style="{_TILES}">{tiles}</ul>', tables, after)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def _tile(chapter: Chapter) -> str:
    title = escape(chapter.title)
    link = f'<a href="{escape(chapter.file)}" style="color:{theme.ALLOWED}">{title}</a>'
    name = link if chapter.file else title
    look = (
        f"flex:1 1 200px;border-left:{_EDGES[chapter.state]};padding:2px 10px;background-color:{theme.SHADE}"
    )
    state = escape(words.CHAPTER_STATES[chapter.state])
    return f'<li style="{look}"><strong>{name}</strong><br>{state}<br>{escape(chapter.counts)}</li>'


def overview(events: Iterable[Event], folder: Path | None = None) -> Overview:
    """Return the map for these events; `folder` is where the notebooks are, to link them."""
    known = list(events)
    done, questions = summary(known), all_questions()
    chapters = []
    for number in sorted({*words.CHAPTER_TITLES, *numbers()}):
        if number not in numbers():
            chapters.append(Chapter(number, COMING))
            continue
        declared = [item for id, item in catalogue().items() if id.startswith(f"{number}-")]
        groups = (
            ([item.id for item in declared if isinstance(item, Exercise)], "correct"),
            ([item.id for item in declared if isinstance(item, Prediction)], "predicted"),
            ([question.id for question in questions if question.chapter == number], "correct"),
        )
        left = [[id for id in ids if id not in done or done[id].state != state] for ids, state in groups]
        counts = [
            words.OF.format(done=len(ids) - len(rest), all=len(ids)) if ids else ""
            for (ids, _), rest in zip(groups, left, strict=True)
        ]
        file = next((folder or Path()).glob(f"{number}_*.ipynb"), None)
        text = file.read_text(encoding="utf-8") if file else ""
        todo = sorted((*left[0], *left[1]), key=lambda id: text.find(f'\\"{id}\\"'))
        begun = any(id.startswith(f"{number}-") for id in done)
        state = BEGUN if begun and todo else DONE if begun else WAITING
        name = file.name if file else ""
        chapters.append(Chapter(number, state, tuple(counts), tuple(todo), name))
    texts = misconceptions()
    met = tuple(
        (id, texts.get(id, id), state, where) for id, (state, where) in beliefs(known, _trained()).items()
    )
    where = words.PROGRESS_WHERE.format(where=record().path)
    return Overview(tuple(chapters), met, _next(chapters, done), where, record().message())


def _next(chapters: Iterable[Chapter], done: Mapping[str, Item]) -> str:
    """Return what to do next: go on where something is begun, else begin what waits."""
    by_state = {state: [c for c in chapters if c.state == state] for state in (BEGUN, WAITING)}
    if by_state[BEGUN]:
        last = max(done.values(), key=lambda item: item.last).id[:2]
        chapter = next((c for c in by_state[BEGUN] if c.number == last), by_state[BEGUN][0])
        return words.NEXT_GO_ON.format(chapter=chapter.title, id=chapter.open[0])
    if by_state[WAITING]:
        return words.NEXT_BEGIN.format(chapter=by_state[WAITING][0].title)
    return words.NEXT_NOTHING


def progress() -> Overview:
    """Return the map of the course with what is done, what is shaky, and what to do next."""
    return overview(record().events(), Path.cwd())
