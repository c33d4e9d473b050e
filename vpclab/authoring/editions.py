"""Turn a chapter's cells into the cells of one edition, and find solutions that slipped through."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from typing import Any

from nbformat import from_dict

from vpclab.authoring.source import SLIDES, Catalogue, Cell, Chapter, fill

# Edition -> its folder below notebooks/.
EDITIONS = {"learner": "", "solved": "solutions", "instructor": "instructor"}
NOTES_LABEL = "**Instructor's notes**"
METADATA = {"kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}}

_ONLY = {"learner": {"learner"}, "solution": {"solved", "instructor"}, "notes": {"instructor"}}
_FEW = 60  # words that leave room on a slide
# What fills a slide by itself.
_SHOWS = re.compile(r"(show|reveal|stepper|comparison|probe)\(")
# Lines that any lesson may show: comments, imports, first lines of functions, brackets.
_TRIVIAL = re.compile(r"#|import |from \S+ import|def |pass$|return( \w+)?$|\W*$")


def edition(chapter: Chapter, name: str, catalogue: Catalogue) -> Any:
    """Return the unexecuted notebook of this edition; the same source gives the same notebook every time."""
    kept = members(chapter, name)
    cells = [_cell(chapter, cell, name, catalogue) for cell in kept]
    if name == "instructor":
        for cell, slide in zip(cells, _slides(kept), strict=True):
            cell["metadata"] |= {"slideshow": {"slide_type": slide}} if slide else {}
    return as_node({"cells": cells, "metadata": METADATA, "nbformat": 4, "nbformat_minor": 5})


def as_node(value: Any) -> Any:
    """Return a copy of the value as nbformat keeps it: dictionaries whose keys are attributes too."""
    return from_dict(value)  # type: ignore[no-untyped-call]  # nbformat types only half of its functions


def members(chapter: Chapter, name: str) -> list[Cell]:
    """Return the source's cells that belong to this edition."""
    return [cell for cell in chapter.cells if all(name in _ONLY.get(tag, {name}) for tag in cell.tags)]


def _cell(chapter: Chapter, cell: Cell, name: str, catalogue: Catalogue) -> dict[str, Any]:
    place = "-".join(cell.answers) if cell.answers else f"{cell.number:03d}"
    metadata: dict[str, Any] = {}
    tags = [tag for tag in cell.tags if tag not in SLIDES]
    if name == "learner" and cell.control and "widget" not in tags:
        tags.append("widget")
    if tags:
        metadata["tags"] = tags
    source = cell.source
    if "notes" in cell.tags:
        source = "\n".join(f"> {line}".rstrip() for line in [NOTES_LABEL, "", *source.splitlines()])
    elif cell.answers and name != "learner":
        source = fill(cell, catalogue)
    id_ = re.sub(r"[^a-zA-Z0-9-]", "-", f"{chapter.number}-{place}")
    run: dict[str, Any] = {"execution_count": None, "outputs": []} if cell.kind == "code" else {}
    return {"cell_type": cell.kind, "id": id_, "metadata": metadata, "source": source, **run}


def _slides(cells: Sequence[Cell]) -> Iterator[str | None]:
    """Yield each cell's slide type; None goes on with the slide before.

    What fills a slide begins one, except right below a heading with a few words.
    """
    below = False
    for cell in cells:
        slide = _slide(cell)
        shows = slide is None and cell.kind == "code" and _SHOWS.match(cell.source)
        yield "subslide" if shows and not below else slide
        if slide not in ("notes", "skip"):
            below = slide in ("slide", "subslide") and len(cell.source.split()) < _FEW


def _slide(cell: Cell) -> str | None:
    """Return the cell's slide type by its tag, else by its heading."""
    if "notes" in cell.tags:
        return "notes"
    for tag in cell.tags:
        if tag in SLIDES:
            return tag
    opening = re.match(r"(#{1,3}) ", cell.source) if cell.kind == "markdown" else None
    return ("subslide" if len(opening[1]) == 3 else "slide") if opening else None


def leaks(chapter: Chapter, notebook: Any, catalogue: Catalogue) -> Iterator[tuple[int, str]]:
    """Yield (line, sentence) for each line of a solution in a learner's notebook, in sources or outputs.

    What counts as a solution is what `fill` adds to an answer cell. Cells tagged `worked` may show such code.
    What a prediction says after its reveal counts as well.
    """
    secrets: dict[str, str] = {}
    for cell in chapter.cells:
        if cell.answers:
            seen = {_squeeze(line) for line in cell.source.splitlines()}
            for line in map(_squeeze, fill(cell, catalogue).splitlines()):
                if line not in seen and not _TRIVIAL.match(line):
                    secrets.setdefault(line, cell.answers[1])
            for line in map(_squeeze, getattr(catalogue[cell.answers[1]], "after", "").splitlines()):
                if len(line) > 20 and not _TRIVIAL.match(line):
                    secrets.setdefault(line, cell.answers[1])
    for cell, built in zip(members(chapter, "learner"), notebook.cells, strict=True):
        shown = list(_outputs(built)) + ([] if "worked" in cell.tags else [built.source])
        text = _squeeze(" ".join(shown))
        for line, id_ in secrets.items():
            if re.search(rf"(?<!\w){re.escape(line)}(?!\w)", text):
                yield cell.line, f"the learner's edition shows the solution of `{id_}`: {line}"


def _squeeze(text: str) -> str:
    """Return the text with one kind of white space and one kind of quote, so that both hide nothing."""
    return " ".join(text.replace("'", '"').split())


def _outputs(cell: Any) -> Iterator[str]:
    """Yield every text that the cell's outputs show."""
    for output in cell.get("outputs", ()):
        yield from ("".join(output.get(key, "")) for key in ("text", "evalue"))
        for kind, data in output.get("data", {}).items():
            if kind.startswith("text/"):
                yield html.unescape("".join(data))
