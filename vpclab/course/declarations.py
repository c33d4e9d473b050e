"""Find a declaration by its id; a chapter's module is imported when one of its ids is first asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from vpclab.course import chapters, words
from vpclab.course.exercises import Exercise, Explanation, Prediction
from vpclab.topology.errors import NotFound

__all__ = [
    "beliefs_behind",
    "catalogue",
    "exercise",
    "explanation",
    "find",
    "misconceptions",
    "numbers",
    "prediction",
]

Declaration = Exercise | Prediction | Explanation


def _declared(number: str) -> Iterator[Declaration]:
    module = import_module(f"{chapters.__name__}.c{number}")
    yield from (*module.EXERCISES, *module.PREDICTIONS, *module.EXPLANATIONS)


def numbers() -> list[str]:
    """Return the numbers of the chapters that declare something: ["04"]."""
    return sorted(module.name[1:] for module in iter_modules(chapters.__path__))


def catalogue() -> Mapping[str, Declaration]:
    """Return every exercise, prediction and explanation of the course by id, in the order of the chapters."""
    found: dict[str, Declaration] = {}
    for number in numbers():
        for item in _declared(number):
            if item.id in found or not item.id.startswith(f"{number}-"):
                raise ValueError(
                    f"{item.id!r} in chapter {number}: ids begin with the chapter's number and are unique"
                )
            found[item.id] = item
    return found


def find(id: object) -> Declaration:
    """Return the declaration of this id, or raise NotFound with the ids there are."""
    number = str(id)[:2]
    found = next((item for item in _declared(number) if item.id == id), None) if number in numbers() else None
    if found is None:
        what = words.NO_SUCH_ID.format(id=repr(id))
        raise NotFound(words.UNKNOWN_OLDER.format(what=what), _near(str(id)))
    return found


def _near(id: str) -> list[str]:
    """Return the ids of the same chapter, else those that read alike without their chapter, else all."""
    every = list(catalogue())
    alike = get_close_matches(id, [name[3:] for name in every], 5, 0.7)
    same = [name for name in every if name[:3] == id[:3]]
    return same or [name for name in every if name[3:] in alike] or every


def exercise(id: object) -> Exercise:
    """Return the exercise of this id, or raise NotFound with the ids there are."""
    found = find(id)
    if not isinstance(found, Exercise):
        raise NotFound(words.NOT_AN_EXERCISE.format(id=id), _ids(Exercise))
    return found


def prediction(id: object) -> Prediction:
    """Return the prediction of this id, or raise NotFound with the ids there are."""
    found = find(id)
    if not isinstance(found, Prediction):
        raise NotFound(words.NOT_A_PREDICTION.format(id=id), _ids(Prediction))
    return found


def explanation(id: object) -> Explanation:
    """Return the explanation of this id, or raise NotFound with the ids there are."""
    found = find(id)
    if not isinstance(found, Explanation):
        raise NotFound(words.NOT_AN_EXPLANATION.format(id=id), _ids(Explanation))
    return found


def _ids(kind: type[Declaration]) -> list[str]:
    return [id for id, item in catalogue().items() if isinstance(item, kind)]


def beliefs_behind(item: Declaration) -> tuple[str, ...]:
    """Return the misconceptions that the wrong answers of an exercise or a prediction name."""
    if isinstance(item, Exercise):
        return tuple(dict.fromkeys(trap.misconception for trap in item.traps))
    if isinstance(item, Prediction):
        return tuple(dict.fromkeys(belief for belief, _ in item.beliefs.values()))
    return ()


@cache
def misconceptions() -> Mapping[str, str]:
    """Return what learners commonly believe, by the id that traps and quiz questions name."""
    from vpclab.data import data_path

    entries = json.loads(data_path("misconceptions.json").read_text(encoding="utf-8"))
    return {id: entry["belief"] for id, entry in entries.items()}
