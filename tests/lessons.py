"""A chapter's source, as the tests of single chapters read it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from vpclab.authoring import read

SOURCES = Path(__file__).parent.parent / "notebooks" / "source"
PARTS = (
    "Recall", "Puzzle", "Worked trace", "Faded examples", "Change it", "Exercises", "Break and fix",
    "Explain", "Key points", "More practice",
)  # fmt: skip


class Lesson:
    """One chapter: its text, its cells, and its code cells by how they begin."""

    def __init__(self, number: str) -> None:
        path = next(SOURCES.glob(f"{number}_*.md"))
        self.chapter = read(path, path.name)
        self.text = path.read_text(encoding="utf-8")

    def code(self, start: str) -> str:
        """Return the text of the code cell that begins so."""
        return next(c.source for c in self.chapter.cells if c.kind == "code" and c.source.startswith(start))


def values(network: Any) -> dict[str, Any]:
    """Return what a network holds, to compare it with another one."""
    return {kind.__name__: table for kind, table in network.snapshot().tables.items()}
