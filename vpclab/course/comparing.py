"""Comparison tables that a learner fills: each row is settled by an experiment, and never by memory.

A chapter declares an exercise whose kind is `Compare`::

    Compare(
        columns=("security group", "network ACL"),
        rows=(
            Aspect("reply", "An answer to what was let in", {"a": "passes by itself", "b": "needs a rule"},
                   truth=reply_by_experiment, shows=show_reply),
            Aspect("who", "Who keeps it running", {"a": "AWS", "b": "you"}, truth=("a", "b"), fact="NI-3"),
        ),
    )

`truth` is a function without arguments that runs the experiment and returns one key a column, or, where no
packet can tell (prices, who patches it), the keys themselves with the `fact` that says so. `shows` returns
what refutes a wrong cell: a trace, a card, a table. It must not depend on the answer.

The lesson shows the table's card with `show("10-table")`, gives it an answer cell
(`answer = ____`, `check("10-table", answer)`, tag `exercise:10-table`), and, in a cell tagged `widget`,
`comparison("10-table")`: the same table with a list to choose from in every cell. It may stand in several
places of the chapter: what was filled in before is there again. `printable("10-table")` writes the table as
a page to print, as far as it is right; empty cells stay empty, for a worksheet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, cast

from vpclab.course import words
from vpclab.course.cards import Card, Table
from vpclab.course.controls import button, live, sheet, shell
from vpclab.course.kinds import Finding, Kind, Unreadable, chosen, plain, quoted, single
from vpclab.course.record import folder, record
from vpclab.render import theme

__all__ = ["Aspect", "Compare", "ComparisonView", "comparison", "printable"]

Cells = dict[str, tuple[str | None, ...]]


@dataclass(frozen=True)
class Aspect:
    """One row: its key and name, the texts to choose from, and how its cells are found out."""

    key: str
    name: str
    options: Mapping[str, str]
    truth: tuple[str, ...] | Callable[[], tuple[str, ...]]
    shows: Callable[[], Any] | None = None
    fact: str = ""

    @property
    def keys(self) -> tuple[str, ...]:
        """Return the right key for each column, by experiment where there is one."""
        return self.truth() if callable(self.truth) else self.truth

    def evidence(self) -> tuple[Any, ...]:
        """Return what shows how it is: the experiment's trace, or the fact."""
        from vpclab.course.reference import fact

        told = (fact(self.fact).parts[0],) if self.fact else ()
        return (*((self.shows(),) if self.shows else ()), *told)


@dataclass(frozen=True)
class Compare(Kind):
    """Fill a comparison table; the answer is a dict with a row's key and one choice for each column.

    Rows may be left out: then the verdict says which are still empty.
    """

    name = "compare"
    columns: tuple[str, ...]
    rows: tuple[Aspect, ...]

    def ask(self) -> tuple[Any, ...]:
        """Return the empty table, each row with its choices."""
        header = (words.COMPARE_ROW, words.COMPARE_KEY, words.COMPARE_CHOICES)
        rows = (
            (row.name, row.key, "; ".join(f"{k}: {t}" for k, t in row.options.items())) for row in self.rows
        )
        return (words.COMPARE_COLUMNS.format(columns=" | ".join(self.columns)), Table(header, tuple(rows)))

    def solve(self) -> dict[str, tuple[str, ...]]:
        """Return the table as the experiments fill it."""
        return {row.key: row.keys for row in self.rows}

    def read(self, answer: object) -> Cells:
        """Return the cells by row, None for an empty one, or raise Unreadable."""
        known = {plain(name): row for row in self.rows for name in (row.key, row.name)}
        keys = ", ".join(row.key for row in self.rows)
        if not isinstance(answer, Mapping) or not answer:
            raise Unreadable(words.WRITE_ROWS.format(value=quoted(answer), keys=keys))
        found: Cells = {}
        for name, given in answer.items():
            row = known.get(plain(single(name)))
            if row is None:
                raise Unreadable(words.WRITE_ROW.format(value=quoted(name), keys=keys))
            found[row.key] = self._cells(row, given)
        return {row.key: found[row.key] for row in self.rows if row.key in found}

    def _cells(self, row: Aspect, given: object) -> tuple[str | None, ...]:
        parts: list[object] = list(given) if isinstance(given, list | tuple) else []
        if isinstance(given, str):  # "ab", "a b", "a, b"
            spread = plain(given).replace(",", " ").split()
            parts = list(spread[0] if len(spread) == 1 and len(spread[0]) == len(self.columns) else spread)
        cells = [
            None if part is None else chosen(part, row.options) if isinstance(part, str) else "?"
            for part in parts
        ]
        wrong = any(
            part is not None and cell not in row.options for part, cell in zip(parts, cells, strict=True)
        )
        if len(cells) != len(self.columns) or wrong:
            said = words.WRITE_CELLS.format(
                row=row.key, value=quoted(given), count=len(self.columns), keys=", ".join(row.options)
            )
            raise Unreadable(said)
        return tuple(cells)

    def find(self, value: Cells, right: Collection[Any]) -> Finding:
        """Judge the cells; the first row that does not hold is refuted by its own experiment."""
        empty = []
        for row in self.rows:
            cells, keys = value.get(row.key, (None,) * len(self.columns)), row.keys
            if any(cell not in (None, key) for cell, key in zip(cells, keys, strict=True)):
                columns = " | ".join(
                    c
                    for c, cell, key in zip(self.columns, cells, keys, strict=True)
                    if cell not in (None, key)
                )
                said = words.COMPARE_REFUTED.format(row=row.name, columns=columns)
                return Finding(False, said, row.evidence(), (row.key, cells), value)
            empty += [row.name] if None in cells else []
        table = self.table(value)
        if empty:
            done = len(self.rows) - len(empty)
            said = words.COMPARE_EMPTY.format(done=done, all=len(self.rows), rows="; ".join(empty))
            return Finding(False, said, (table,), ("empty", *empty), value)
        return Finding(True, words.COMPARE_DONE, (table,), "holds", value)

    def table(self, cells: Mapping[str, tuple[str | None, ...]]) -> Table:
        """Return the table in words; an empty cell is a row of dots."""
        rows = []
        for row in self.rows:
            given = cells.get(row.key, (None,) * len(self.columns))
            rows.append((row.name, *(row.options[cell] if cell else words.COMPARE_OPEN for cell in given)))
        return Table(("", *self.columns), tuple(rows))

    def proven(self, cells: Mapping[str, tuple[str | None, ...]]) -> Cells:
        """Return the cells that are right; the others are empty."""
        return {
            row.key: tuple(
                cell if cell == key else None for cell, key in zip(cells[row.key], row.keys, strict=True)
            )
            for row in self.rows
            if row.key in cells
        }

    def kept(self, answer: object) -> Cells | None:
        """Return the cells to remember, or None for what is no answer."""
        try:
            return self.read(answer)
        except Unreadable:
            return None


def filled(id: str) -> Cells:
    """Return the cells that the learner filled in last, as far as the table still has them."""
    kind = _table(id)
    for event in reversed([event for event in record().of(id) if event["event"] == "fill"]):
        try:
            return kind.read(event.get("cells"))
        except Unreadable:
            continue
    return {}


def _table(id: str) -> Compare:
    from vpclab.course.declarations import exercise

    kind = exercise(id).kind
    if not isinstance(kind, Compare):
        raise Unreadable(words.NOT_A_TABLE.format(id=id))
    return kind


@dataclass(frozen=True)
class ComparisonView:
    """A comparison table as far as it is filled, each row with a mark and a word for how it stands."""

    id: str
    cells: Mapping[str, tuple[str | None, ...]]

    def marks(self) -> tuple[str, ...]:
        """Return for each row whether it holds, does not, or is not filled in yet."""
        found = []
        for row in _table(self.id).rows:
            cells = self.cells.get(row.key, (None,))
            state: bool | None = None if None in cells else cells == row.keys
            found.append(words.COMPARE_MARKS[state])
        return tuple(found)

    def table(self) -> Table:
        """Return the table with the mark of each row at its end."""
        table = _table(self.id).table(self.cells)
        rows = tuple((*row, mark) for row, mark in zip(table.rows, self.marks(), strict=True))
        return Table((*table.header, words.VERDICT), rows)

    def __str__(self) -> str:
        return str(self.table())

    __repr__ = __str__

    def html(self) -> str:
        """Return the table."""
        return sheet(self.table().html())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def comparison(id: str) -> Any:
    """Return the table with a list to choose from in every cell, as far as it was filled before."""
    from ipywidgets import HTML, Dropdown, VBox

    from vpclab.course.lesson import check
    from vpclab.course.widgets import guarded

    kind, before = _table(id), filled(id)
    cells: dict[str, list[Any]] = {}
    lines = []
    for row in kind.rows:
        old = before.get(row.key, (None,) * len(kind.columns))
        options = [(words.COMPARE_CHOOSE, None), *((text, key) for key, text in row.options.items())]
        cells[row.key] = [
            Dropdown(
                options=options, value=cell, description=f"{column}:",
                layout={"width": "auto", "max_width": "46em"}, style={"description_width": "13em"},
            )
            for column, cell in zip(kind.columns, old, strict=True)
        ]  # fmt: skip
        lines += [
            HTML(f'<div style="margin-top:6px"><strong>{escape(row.name)}</strong></div>'),
            *cells[row.key],
        ]
    said, message = HTML(), HTML()

    def now() -> Cells:
        return {key: tuple(box.value for box in boxes) for key, boxes in cells.items()}

    def view() -> ComparisonView:
        return ComparisonView(id, {key: row for key, row in now().items() if any(row)})

    def judge() -> str:
        rows = {key: row for key, row in now().items() if any(row)}
        if not rows:
            return live(Card(words.NOT_YET, id, "open", (words.COMPARE_NOTHING,)).html())
        return live(check(id, rows).html() + view().html())

    def print_it() -> str:
        return live(printable(id).html())

    buttons = VBox(
        [
            button(words.CHECK, lambda: guarded(said, judge)),
            button(words.COMPARE_PRINT, lambda: guarded(message, print_it)),
        ]
    )
    return shell([VBox(lines), buttons, said, message], view)


_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title><style>
body {{ font: 12pt/1.4 {font}; color: {ink}; margin: 2cm; }}
table {{ border-collapse: collapse; width: 100%; }}
th, td {{ border: 1px solid {frame}; padding: 6pt 8pt; text-align: left; height: 2.2em; }}
thead th {{ background: {shade}; }}
</style></head><body><h1>{title}</h1>{table}</body></html>
"""


def printable(*ids: str) -> Card:
    """Write each table as a page to print, with the cells that are right; the others are empty."""
    written = [_written(id) for id in ids]
    failed = any(card.tone == "bad" for card in written)
    said = "\n".join(f"- {part}" for card in written for part in card.parts)
    return written[0] if len(ids) == 1 else Card(words.DONE, tone="bad" if failed else "good", parts=(said,))


def _written(id: str) -> Card:
    from vpclab.course.declarations import exercise

    kind = _table(id)
    table = kind.table(kind.proven(filled(id)))
    rows = "".join(
        f'<tr><th scope="row">{escape(first)}</th>'
        + "".join(f"<td>{'' if cell == words.COMPARE_OPEN else escape(cell)}</td>" for cell in others)
        + "</tr>"
        for first, *others in table.rows
    )
    head = "".join(f'<th scope="col">{escape(cell)}</th>' for cell in table.header)
    page = _PAGE.format(
        title=escape(exercise(id).title), font=theme.FONT.replace('"', "'"), ink=theme.INK, frame=theme.FRAME,
        shade=theme.SHADE, table=f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>",
    )  # fmt: skip
    target = folder() / f"{id}.html"
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(page, encoding="utf-8", newline="\n")
    except OSError as error:
        said = words.NOT_PRINTED.format(where=target.name, reason=error.strerror or error)
        return Card(words.TRY_AGAIN, id, "bad", (said,))
    count = sum(None not in cells for cells in kind.proven(filled(id)).values())
    said = words.PRINTED.format(where=target.name, done=count, all=len(kind.rows))
    return Card(words.DONE, id, "good", (said,))


def remember(id: str, kind: Kind, answer: object) -> None:
    """Keep the cells of an answer, so that they are there again in every place where the table stands."""
    if isinstance(kind, Compare) and (cells := kind.kept(answer)) and cells != filled(id):
        record().add("fill", id, cells=cast("dict[str, object]", cells))
