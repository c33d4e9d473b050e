"""The learner's copies of the chapters, seen from a notebook: how they stand to the kit, and renewing them.

What happens to files is lab.py's alone, so that the start page and the command line do the same.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from datetime import datetime
from functools import cache
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Card, Table
from vpclab.course.record import folder
from vpclab.data import data_path

__all__ = ["outdated", "renew"]


@cache
def _lab() -> Any:
    """Return lab.py of this checkout as a module."""
    spec = spec_from_file_location("vpclab_lab", data_path("quizzes").parents[1] / "lab.py")
    assert spec
    assert spec.loader
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def _kit() -> Any:
    return _lab().Kit(data_path("quizzes").parents[1])


def _is_course(course: Path) -> bool:
    return (course / ".vpclab-copies.json").exists()


@cache
def outdated(course: Path, number: str) -> str:
    """Return what to say of a chapter's copy that is older than the course, or nothing."""
    if not _is_course(course):
        return ""
    lab = _lab()
    found = (state for name, state in lab.standings(_kit(), course).items() if name.startswith(f"{number}_"))
    said = {lab.OLDER: words.NOTEBOOK_OLDER, lab.YOURS_OLDER: words.NOTEBOOK_YOURS_OLDER}
    return said.get(next(found, ""), "").format(number=number)


def copies() -> Card:
    """Return a table of the learner's copies and how each stands to the course."""
    lab, course = _lab(), folder()
    if not _is_course(course):
        return Card(words.COPIES, tone="open", parts=(words.COPIES_NONE,))
    said = {
        lab.MISSING: words.COPY_MISSING,
        lab.NEWEST: words.COPY_NEWEST,
        lab.OLDER: words.COPY_OLDER,
        lab.YOURS: words.COPY_YOURS,
        lab.YOURS_OLDER: words.COPY_YOURS_OLDER,
    }
    rows = tuple((name, said[state]) for name, state in lab.standings(_kit(), course).items())
    return Card(words.COPIES, course.name, parts=(Table(words.COPIES_HEADER, rows),))


def act(do: Callable[[Any, Any, Path], list[str]]) -> Card:
    """Let lab.py do something to the copies, and return what it says, and how they stand then."""
    lab, course = _lab(), folder()
    if not _is_course(course):
        return copies()
    try:
        said = do(lab, _kit(), course) or [words.COPIES_NOTHING]
    except (lab.Stop, OSError) as problem:
        sentence = problem if isinstance(problem, lab.Stop) else lab.sentence_for(problem)
        return Card(words.TRY_AGAIN, words.COPIES, "bad", (str(sentence),))
    parts = ("\n".join(f"- {line}" for line in said), *copies().parts)
    return Card(words.DONE, words.COPIES, "good", parts, words.COPIES_REOPEN)


def renew(chapter: Any = None) -> Any:
    """Return controls to bring the copies up to the course, or, given a number ("04"), lay that one anew.

    A copy that holds your work is never touched, unless you lay it anew: then it is kept as a dated backup.
    """
    if chapter is not None:
        return act(lambda lab, kit, course: list(lab.reset(kit, course, [str(chapter)], datetime.now())))
    from vpclab.course.widgets import renewal_controls

    return renewal_controls() if _is_course(folder()) else copies()
