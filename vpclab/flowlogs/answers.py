"""`Answer`: what a question about a flow log gives: a sentence, a table, and a picture of it."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from vpclab import display
from vpclab.flowlogs.plots import Chart, Plot
from vpclab.topology.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

_SHOWN = 20


@dataclass(frozen=True, eq=False, repr=False)
class Answer(display.Shown):
    """The answer to a question: `said` in one or two sentences, `table()` as a DataFrame, `plot()` drawn.

    It counts as true if the question found something.
    """

    question: str
    said: str
    frame: pd.DataFrame
    drawing: Plot | None = None

    def table(self) -> pd.DataFrame:
        """Return what was found as a DataFrame, the most important row first."""
        return self.frame

    def plot(self) -> Chart:
        """Return what was found as a picture; an answer without rows has none."""
        if self.drawing is None or self.frame.empty:
            raise BadInput(f"{self.question}: there is nothing to draw. {self.said}")
        return Chart(self.question, self.said, self.drawing)

    def __len__(self) -> int:
        return len(self.frame)

    def __bool__(self) -> bool:
        return not self.frame.empty

    def __str__(self) -> str:
        lines = [f"{self.question}: {self.said}"]
        if len(self.frame):
            rows = [list(map(str, self.frame.columns)), *self._rows()]
            wide = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
            lines += ["  ".join(c.ljust(w) for c, w in zip(row, wide, strict=True)).rstrip() for row in rows]
        if len(self.frame) > _SHOWN:
            lines.append(f"... and {len(self.frame) - _SHOWN:,} more rows in table()")
        return "\n".join(map(display.plain, lines))

    __repr__ = __str__

    def _rows(self) -> list[list[str]]:
        return [[_cell(value) for value in row] for row in self.frame.head(_SHOWN).itertuples(index=False)]

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return text and HTML: the sentence, the picture, and the table."""
        try:
            from vpclab.render import Table
        except ImportError:
            return {"text/plain": str(self)}
        rows = tuple(tuple(row) for row in self._rows())
        html = f"<p><strong>{escape(self.question)}</strong>: {escape(self.said)}</p>"
        if rows:
            html += self.plot().picture if self.drawing is not None else ""
            html += Table(self.question, tuple(map(str, self.frame.columns)), rows).html()
        return {"text/plain": str(self), "text/html": html}


def _cell(value: Any) -> str:
    if hasattr(value, "strftime"):
        return str(value.strftime("%Y-%m-%d %H:%M:%S"))
    if isinstance(value, float):
        return f"{value:,.2f}"
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{value:,}" if value >= 100_000 else str(value)
    return "" if value is None or value != value else str(value)


def counted(number: int, word: str, many: str = "") -> str:
    """Return a number with its word: ``1 line``, ``2 lines``.

    >>> counted(1, "line"), counted(2500, "reply", "replies")
    ('1 line', '2,500 replies')
    """
    return f"{number:,} {word if number == 1 else many or word + 's'}"
