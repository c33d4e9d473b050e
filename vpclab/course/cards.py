"""What a lesson says: a card with a mark, a word, a title and parts, the same words as text and as HTML.

Marks differ by shape, word and line style before they differ by colour. The HTML is plain elements with
inline styles, which is what JupyterLab keeps of a notebook that nobody has trusted yet; everything in it is
escaped.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, NamedTuple

from vpclab.course import words
from vpclab.render import theme

__all__ = ["Card", "Code", "Fold", "Table", "prose"]


class Tone(NamedTuple):
    """How a card looks: its mark, the colour of mark and edge, the style of the edge."""

    mark: str
    colour: str
    edge: str


TONES = {
    "good": Tone("✔", theme.ALLOWED, "solid"),
    "bad": Tone("✖", theme.DENIED, "dashed"),
    "open": Tone("○", theme.QUIET, "dotted"),
    "alarm": Tone("⚠", theme.UNKNOWN, "double"),
    "plain": Tone("◆", theme.PRIVATE, "solid"),
}
_CARD = (
    f"{theme.CARD};padding:8px 14px;margin:4px 0;max-width:60em;line-height:1.45;font-size:14px;"
    "border-left:6px {edge} {colour}"
)
_CODE = f"background-color:{theme.SHADE};color:{theme.INK};padding:1px 4px"
_CELL = f"{theme.CELL};background-color:{theme.PAPER}"  # a dark theme's striped rows do not show through
_HEAD = f"{theme.CELL};background-color:{theme.SHADE}"
_PRE = (
    f"background-color:{theme.SHADE};color:{theme.INK};padding:6px 10px;margin:6px 0;white-space:pre-wrap;"
    "line-height:1.35"
)


# A link to another notebook of the course.
_LINK = re.compile(r"\[([^\]]+)\]\((\w+\.ipynb)\)")


def prose(text: str) -> str:
    """Return HTML for text: paragraphs, lists, tables, `code`, *emphasis* and **strong** are as in Markdown.

    Links lead to notebooks of the course, and nowhere else.

    >>> prose("Is <b> `10.0.0.0/24` **public**?")  # doctest: +ELLIPSIS
    '<p>Is &lt;b&gt; <code style="...">10.0.0.0/24</code> <strong>public</strong>?</p>'
    """
    html = []
    for block in re.split(r"\n\s*\n", text.strip()):
        lines = [_inline(line.strip()) for line in block.splitlines()]
        if all(line.startswith("- ") for line in lines):
            html.append("<ul>" + "".join(f"<li>{line[2:]}</li>" for line in lines) + "</ul>")
        elif all(line.startswith("|") for line in lines):
            html.append(_table(*([cell.strip() for cell in line.strip("|").split("|")] for line in lines)))
        else:
            html.append(f"<p>{' '.join(lines)}</p>")
    return "".join(html)


def _inline(text: str) -> str:
    text = re.sub(r"`([^`]+)`", rf'<code style="{_CODE}">\1</code>', escape(text))
    text = re.sub(r"\*\*([^*]+)\*\*", r"<strong>\1</strong>", text)
    text = _LINK.sub(rf'<a href="\2" style="color:{theme.ALLOWED};text-decoration:underline">\1</a>', text)
    return re.sub(r"\*([^*\s<][^*<]*)\*", r"<em>\1</em>", text)


def _table(header: Sequence[str], _: object, *rows: Sequence[str], marked: int | None = None) -> str:
    """Return a table of cells that are HTML already; the first column's cells are row headers."""
    head = "".join(f'<th scope="col" style="{_HEAD}">{cell}</th>' for cell in header)
    body = []
    for number, (first, *others) in enumerate(rows):
        bold = "bold" if number == marked else "normal"
        cells = f'<th scope="row" style="{_CELL};font-weight:{bold}">{first}</th>'
        cells += "".join(f'<td style="{_CELL};font-weight:{bold}">{cell}</td>' for cell in others)
        outline = f' style="outline:2px solid {theme.FRAME}"' if number == marked else ""
        body.append(f"<tr{outline}>{cells}</tr>")
    style = f"border-collapse:collapse;margin:6px 0;background-color:{theme.PAPER}"
    return f'<table style="{style}"><thead><tr>{head}</tr></thead><tbody>{"".join(body)}</tbody></table>'


@dataclass(frozen=True)
class Code:
    """A piece of program text, shown as it is."""

    text: str

    def __str__(self) -> str:
        return "\n".join(f"    {line}".rstrip() for line in self.text.splitlines())

    def html(self) -> str:
        """Return the text as a block that keeps its line breaks."""
        return f'<pre style="{_PRE}">{escape(self.text)}</pre>'


@dataclass(frozen=True)
class Table:
    """A small table of text; the row numbered `marked` is set off."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    marked: int | None = None

    def __str__(self) -> str:
        table = [self.header, *self.rows]
        widths = [max(len(row[i]) for row in table) for i in range(len(self.header))]
        return "\n".join(
            "  " + "  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
            for row in table
        )

    def html(self) -> str:
        """Return the table, with the first column's cells as row headers."""
        header, *rows = [[escape(cell) for cell in row] for row in (self.header, *self.rows)]
        return _table(header, None, *rows, marked=self.marked)


@dataclass(frozen=True)
class Fold:
    """A table behind a line that opens it; text has nothing to fold and shows both."""

    summary: str
    table: Table

    def __str__(self) -> str:
        return f"{self.summary}\n{self.table}"

    def html(self) -> str:
        """Return the line as a summary that opens the table."""
        return f"<details><summary>{escape(self.summary)}</summary>{self.table.html()}</details>"


@dataclass(frozen=True)
class Card:
    """Something a lesson says. `parts` are sentences, Code, Table, or any value that can show itself."""

    word: str
    title: str = ""
    tone: str = "plain"
    parts: tuple[Any, ...] = ()
    next: str = ""
    note: str = ""

    def __str__(self) -> str:
        look = TONES[self.tone]
        lines = [" · ".join(filter(None, (f"{look.mark} {self.word}", self.title)))]
        lines += [_text(part) for part in self.parts]
        lines += [f"→ {_text(self.next)}"] if self.next else []
        lines += [f"({self.note})"] if self.note else []
        return "\n".join(lines)

    __repr__ = __str__

    def html(self) -> str:
        """Return the card as one block of HTML."""
        look = TONES[self.tone]
        head = f'<strong style="color:{look.colour}">{look.mark} {escape(self.word)}</strong>'
        title = f" · {escape(self.title)}" if self.title else ""
        body = "".join(_html(part) for part in self.parts)
        after = f"<p>→ {_inline(self.next)}</p>" if self.next else ""
        note = f"<p><small>{_inline(self.note)}</small></p>" if self.note else ""
        style = _CARD.format(edge=look.edge, colour=look.colour)
        return f'<div style="{style}"><p>{head}{title}</p>{body}{after}{note}</div>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def bundle(part: Any) -> dict[str, str]:
    """Return text/plain and perhaps text/html of any value; one that cannot show itself says so."""
    try:
        shown = part._repr_mimebundle_() if hasattr(part, "_repr_mimebundle_") else {"text/plain": str(part)}
        return dict(shown[0] if isinstance(shown, tuple) else shown)
    except Exception as error:  # a failing repr is silent in Jupyter: the learner would see an empty place
        return {"text/plain": words.BROKEN_PART.format(message=error)}


def _text(part: Any) -> str:
    return _LINK.sub(r"\1", part.replace("**", "")) if isinstance(part, str) else bundle(part)["text/plain"]


def _html(part: Any) -> str:
    if isinstance(part, str):
        return prose(part)
    if isinstance(part, Code | Fold | Table):
        return part.html()
    shown = bundle(part)
    return shown.get("text/html") or Code(shown["text/plain"]).html()


def listing(items: Sequence[tuple[str, str]]) -> str:
    """Return choices as a list that `prose` understands: ``- a: text``."""
    return "\n".join(f"- `{key}`: {text}" for key, text in items)
