"""How long a chapter takes somebody who reads slowly, section by section.

The paces are ours, measured on nobody: 180 words a minute, 45 seconds to decide on a prediction, two and a
half minutes for an exercise with its tries and 24 seconds for each row of a table to fill, 20 seconds to take
in a trace, a table or a picture, 90 for the
stepper.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from vpclab.authoring.source import Catalogue, Cell, Chapter

__all__ = ["minutes", "promised"]

WORDS = 180  # a minute
PACES = {"prediction": 0.75, "exercise": 2.5, "explanation": 1.0}
LOOK, ROW = 1 / 3, 0.4
LOOKS = {
    "reveal": LOOK,
    "walk": LOOK,
    "trace": LOOK,
    "subnets": LOOK,
    "prove": LOOK,
    "attack": LOOK,
    "stepper": 1.5,
    "probe": 0.5,
    "recall": 2.0,
}
_SECTION = re.compile(r"## (.+?)(?: \((\d+) min\))?$", re.MULTILINE)


def promised(chapter: Chapter) -> dict[str, int]:
    """Return the minutes that each timed section promises."""
    found = (_SECTION.match(cell.source) for cell in chapter.cells if cell.kind == "markdown")
    return {match[1]: int(match[2]) for match in found if match and match[2]}


def minutes(chapter: Chapter, catalogue: Catalogue) -> dict[str, float]:
    """Return the minutes that each timed section takes, by what stands in the learner's edition."""
    timed, section = dict.fromkeys(promised(chapter), 0.0), ""
    for cell in chapter.cells:
        if {"notes", "solution"} & set(cell.tags):
            continue
        heading = _SECTION.match(cell.source) if cell.kind == "markdown" else None
        section = heading[1] if heading else section
        if section in timed:
            timed[section] += _takes(cell, catalogue)
    return timed


def _takes(cell: Cell, catalogue: Mapping[str, Any]) -> float:
    if cell.kind == "markdown":
        tables = len(re.findall(r"^\|[ |-]+\|$", cell.source, re.MULTILINE))
        return _words(cell.source) / WORDS + tables * LOOK
    spent = PACES[cell.answers[0]] if cell.answers else 0.0
    for call, id in cell.references:
        item = catalogue.get(id)
        if call == "show" and item is not None:
            asked = getattr(item, "prompt", getattr(item, "question", ""))
            options = getattr(item, "choices", getattr(getattr(item, "kind", None), "options", {}))
            spent += _words(" ".join((asked, *map(str, options.values())))) / WORDS
            pictured = getattr(item, "picture", getattr(getattr(item, "kind", None), "picture", False))
            spent += LOOK if pictured else 0.0
            kind = getattr(item, "kind", None)
            spent += (
                _words(" ".join((*getattr(kind, "items", ()), *_texts(getattr(kind, "rows", ()))))) / WORDS
            )
            spent += ROW * len(getattr(kind, "rows", ()))
        elif call == "reveal" and item is not None:
            beliefs = [message for _, message in item.beliefs.values()]
            spent += _words(" ".join((item.after, max(beliefs, key=len, default="")))) / WORDS
        elif call == "check" and item is not None:
            spent += _words(item.why) / WORDS
    calls = re.findall(r"^(\w+)\(", cell.source, re.MULTILINE)
    return spent + sum(LOOKS.get(call, 0.0) for call in calls)


def _texts(rows: Iterable[Any]) -> Iterator[str]:
    """Yield what stands in the rows of a comparison table."""
    for row in rows:
        yield from (row.name, *row.options.values())


def _words(text: str) -> int:
    return len(re.findall(r"\w[\w.'/:-]*", text))
