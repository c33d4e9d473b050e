"""The self-check of the start page: does this machine have what the course needs?"""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

from vpclab.course import words
from vpclab.course.cards import Card, Table
from vpclab.course.record import record
from vpclab.render import engine
from vpclab.topology.errors import VpclabError

__all__ = ["self_check"]

_PACKAGES = ("jupyterlab", "ipywidgets", "pandas")


def self_check() -> Card:
    """Return one line per thing the course needs: ready or not, and what to do if not.

    The card names no version and no path, so that it reads the same on every machine that is ready.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    drawing = next((name for name in engine.PROGRAMS if engine.find(name)), None)
    rows = (
        (words.CHECK_PYTHON, sys.version_info >= (3, 11), words.CHECK_PYTHON_ELSE),
        (words.CHECK_PACKAGES, not missing, words.CHECK_PACKAGES_ELSE.format(names=", ".join(missing))),
        (words.CHECK_DRAWING, drawing is not None, words.CHECK_DRAWING_ELSE),
        (words.CHECK_DATA, _data_is_there(), words.CHECK_DATA_ELSE),
        (words.CHECK_PROGRESS, _writable(record().path.parent), words.CHECK_PROGRESS_ELSE),
    )
    ready = all(fine for _, fine, _ in rows)
    shown = tuple(
        (what, words.CHECK_READY if fine else words.CHECK_MISSING, "" if fine else way)
        for what, fine, way in rows
    )
    table = Table((words.CHECK_WHAT, words.CHECK_STATE, words.CHECK_WAY), shown)
    title = words.CHECK_ALL_READY if ready else words.CHECK_NOT_READY
    return Card(words.CHECK_TITLE, title, "good" if ready else "alarm", (table,))


def _data_is_there() -> bool:
    from vpclab import data_path

    try:
        return data_path("topologies").is_dir()
    except VpclabError:
        return False


def _writable(folder: Path) -> bool:
    """Return whether a file can be made in the folder where progress is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / ".vpclab-can-write"
        probe.write_text("", encoding="utf-8")
        probe.unlink()
    except OSError:
        return False
    return True
