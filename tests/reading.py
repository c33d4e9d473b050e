"""How long a section of a lesson takes a slow reader: words, predictions, exercises, things to look at."""

from __future__ import annotations

import re
from typing import Any

from lessons import Lesson

from vpclab.course.declarations import catalogue
from vpclab.course.exercises import Exercise, Explanation

WORDS_A_MINUTE, PREDICTION, EXERCISE, LOOK = 180, 0.75, 2.5, 1 / 3
_TABLE = re.compile(r"^\|.*\|$", re.MULTILINE)


def _words(text: str) -> int:
    return len(re.findall(r"[\w’']+", re.sub(r"[`*_|#>-]", " ", text)))


def _asked(item: Any) -> tuple[str, int]:
    """Return what a card says, and how many maps stand in it."""
    if isinstance(item, Exercise):
        options = getattr(item.kind, "options", {})
        shows = sum(not isinstance(part, str) for part in item.kind.ask())
        return f"{item.prompt} {' '.join(options.values())}", shows
    if isinstance(item, Explanation):
        return item.question, 0
    return f"{item.question} {' '.join(item.choices.values())}", int(item.picture)


def minutes(number: str) -> dict[str, tuple[int, float]]:
    """Return for each timed section of a lesson the minutes promised and those that a slow reader needs."""
    found: dict[str, tuple[int, float]] = {}
    section, known = "", catalogue()
    for cell in Lesson(number).chapter.cells:
        if {"notes", "solution", "skip"} & set(cell.tags):
            continue
        if head := re.match(r"## (.+?) \((\d+) min\)", cell.source):
            section = head[1]
            found[section] = (int(head[2]), 0.0)
        elif cell.source.startswith("## "):
            section = ""
        if not section:
            continue
        told, looks, more = "", 0, 0.0
        if cell.kind != "code":
            told = re.sub(r"```.*?```", "", cell.source, flags=re.DOTALL)
        elif call := re.match(r'show\("([\w-]+)"\)', cell.source):
            item = known.get(call[1])
            told, looks = _asked(item) if item else ("", 0)
        elif call := re.match(r'reveal\("([\w-]+)"\)', cell.source):
            item = known[call[1]]
            told, looks = f"{item.after} {next((m for _, m in item.beliefs.values()), '')}", 1
            more = PREDICTION
        elif call := re.search(r'^check\("([\w-]+)"', cell.source, re.MULTILINE):
            told, more = known[call[1]].why, EXERCISE
        elif re.match(r"(walk|stepper|terms|subnets|price)\(", cell.source.splitlines()[-1]):
            looks = 1
        looks += len(re.findall(r"^\|[ -]+\|", told, re.MULTILINE))
        promised, needed = found[section]
        found[section] = (promised, needed + _words(told) / WORDS_A_MINUTE + looks * LOOK + more)
    return found
