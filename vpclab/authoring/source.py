"""Read a chapter's MyST source into cells, and find what its writer should mend."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from symtable import symtable
from textwrap import dedent
from typing import Protocol

from jupytext.myst import MystMetadataParsingError, get_parser, myst_to_notebook
from nbformat import ValidationError

SLIDES = ("slide", "subslide", "fragment", "skip")
TAGS = ("learner", "solution", "notes", "widget", "companion", "worked", "raises-exception", *SLIDES)
CALLS = {"exercise": "check", "prediction": "predict", "explanation": "explain"}
BLANK = "____"

_VERBS = "show|check|hint|solution|reset|predict|reveal|stepper|walk|probe|explain"
_REFERENCE = re.compile(rf"(?<![.\w])({_VERBS})\(\s*[\"'](?!\d\d-(?:recall|test)\b)([^\"']+)[\"']")
_IMAGE_WITHOUT_ALT = re.compile(r"!\[\s*\]\(|<img\b(?![^>]*\balt=[\"'][^\"']*\w)", re.IGNORECASE)


class Declared(Protocol):
    """What a lesson needs to know of an exercise or a prediction."""

    @property
    def solution_source(self) -> str:
        """Return the solution as a learner would type it: a value, or a whole function."""


Catalogue = Mapping[str, Declared]


@dataclass(frozen=True, order=True)
class Finding:
    """One thing to mend; prints as `file:line: sentence`."""

    file: str
    line: int
    text: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.text}"


class SourceError(ValueError):
    """A source that cannot be read as MyST Markdown, with the finding that says where."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(str(finding))
        self.finding = finding


@dataclass(frozen=True)
class Cell:
    """One cell of the source: `line` is where it begins, `number` its place, both counted from 1."""

    kind: str
    source: str
    line: int
    number: int
    tags: tuple[str, ...] = ()

    @property
    def answers(self) -> tuple[str, str] | None:
        """Return (what it answers, id), such as ("exercise", "05-first"), for a cell with a blank to fill."""
        pairs = [tag.partition(":") for tag in self.tags]
        return next(((kind, id_) for kind, _, id_ in pairs if kind in CALLS), None)

    @property
    def control(self) -> bool:
        """Return whether learners get a control here: a widget, or a blank that is filled in by one."""
        return "widget" in self.tags or (self.answers or ("",))[0] in ("prediction", "explanation")

    @property
    def references(self) -> list[tuple[str, str]]:
        """Return (call, id) for every `show("04-x")`, `check("04-x", ...)` and the like in a code cell."""
        return _REFERENCE.findall(self.source) if self.kind == "code" else []


@dataclass(frozen=True)
class Chapter:
    """One source file: `file` is its name as findings print it."""

    file: str
    cells: tuple[Cell, ...]

    @property
    def stem(self) -> str:
        """Return the name that the notebooks share: 05_nat."""
        return Path(self.file).stem

    @property
    def number(self) -> str:
        """Return the chapter's number as ids begin with it: 05."""
        return self.stem[:2]


def read(path: Path, file: str) -> Chapter:
    """Return the chapter that stands in `path`; its findings will name it `file`."""
    text = path.read_text(encoding="utf-8")
    try:
        notebook = myst_to_notebook(text, add_source_map=True)
    except MystMetadataParsingError as error:
        found = re.search(r" at line (\d+)", str(error))
        raise SourceError(Finding(file, int(found[1]) if found else 1, str(error))) from error
    except ValidationError as error:
        text = f"a cell's options or the front matter: {error.message}"
        raise SourceError(Finding(file, 1, text)) from error
    lines = text.splitlines()
    cells: list[Cell] = []
    for cell, line in zip(notebook.cells, notebook.metadata.source_map, strict=True):
        tags = tuple(cell.metadata.pop("tags", ()))
        if cell.metadata:
            text = f"`{', '.join(cell.metadata)}` is no option of a cell; there is only `tags`"
            raise SourceError(Finding(file, max(line, 1), text))
        parts = [(line, cell.source)]
        if cell.cell_type == "markdown":
            while not lines[line].strip():
                line += 1
            parts = list(_sections(cell.source, line + 1))
        for start, source in parts:
            cells.append(Cell(cell.cell_type, source, start, len(cells) + 1, tags))
    return Chapter(file, tuple(cells))


def _headings(markdown: str) -> Iterator[tuple[int, int, str]]:
    """Yield (line from 0, level, text) of each heading outside fences and quotes."""
    tokens = get_parser().parse(markdown)
    for token, inline in pairwise(tokens):
        if token.type == "heading_open" and token.level == 0:
            yield token.map[0], int(token.tag[1]), inline.content


def _sections(markdown: str, line: int) -> Iterator[tuple[int, str]]:
    """Yield (line, text) of each part: every `##` heading begins a cell of its own."""
    lines = markdown.splitlines()
    cuts = [0, *(at for at, level, _ in _headings(markdown) if level == 2 and at), len(lines)]
    for start, end in pairwise(cuts):
        yield line + start, "\n".join(lines[start:end]).strip("\n")


def fill(cell: Cell, catalogue: Catalogue) -> str:
    """Return the cell's text with the declared solution in place of its blank.

    An expression takes the blank's place; statements take the place of all that stands above the
    `check(...)` call. ValueError, with a sentence, where neither gives a sound cell.
    """
    assert cell.answers
    kind, id_ = cell.answers
    solution = dedent(catalogue[id_].solution_source).strip()
    above, call, rest = f"\n{cell.source}".rpartition(f"\n{CALLS[kind]}(")
    try:
        compile(solution, id_, "eval")
    except SyntaxError:
        try:
            missing = _names(above) - _names(solution)
        except SyntaxError as error:
            raise ValueError(f"the cell or the solution of `{id_}` is not Python: {error.msg}") from error
        if not call:
            raise ValueError(f"`{CALLS[kind]}` must begin a line of its own, at the left margin") from None
        if missing:
            names = ", ".join(sorted(missing))
            raise ValueError(f"the solution of `{id_}` does not set `{names}`") from None
        return solution + above[len(above.rstrip()) :] + call + rest
    if cell.source.count(BLANK) != 1:
        raise ValueError(f"the solution of `{id_}` is one value, so the cell needs exactly one {BLANK}")
    return cell.source.replace(BLANK, solution)


def _names(code: str) -> set[str]:
    """Return the names that the code sets at its top level."""
    symbols = symtable(code, "cell", "exec").get_symbols()
    return {symbol.get_name() for symbol in symbols if symbol.is_assigned()}


def lint(chapters: Sequence[Chapter], catalogue: Catalogue) -> list[Finding]:
    """Return what should be mended in the sources, in order of file and line."""
    findings: list[Finding] = []
    placed: dict[str, str] = {}
    for chapter in chapters:
        problems = [*_headers(chapter), *_widgets(chapter), *_spoilers(chapter)]
        for cell in chapter.cells:
            problems += [(cell.line, text) for text in _tags(cell)]
            if cell.kind == "markdown":
                problems += _prose(cell)
            else:
                problems += [(cell.line, text) for text in _code(cell, catalogue)]
            if cell.answers:
                where = f"{chapter.file}:{cell.line}"
                if (first := placed.setdefault(cell.answers[1], where)) != where:
                    problems.append((cell.line, f"`{cell.answers[1]}` is already answered at {first}"))
        findings += [Finding(chapter.file, line, text) for line, text in problems]
    return sorted(findings)


def _tags(cell: Cell) -> Iterator[str]:
    answers = [tag for tag in cell.tags if tag.partition(":")[0] in CALLS]
    for tag in cell.tags:
        if tag not in TAGS and tag not in answers:
            known = ", ".join((*TAGS, *(f"{kind}:ID" for kind in CALLS)))
            yield f"unknown tag `{tag}`; there are: {known}"
    if len(answers) > 1:
        yield f"an answer cell has one blank, not {len(answers)}: {', '.join(answers)}"
    if cell.kind == "raw":
        yield "a raw cell has no place in a lesson; write Markdown"
    if cell.kind == "code" and "notes" in cell.tags:
        yield "notes are Markdown; a code cell cannot be tagged `notes`"
    if cell.kind == "markdown" and (answers or {"widget", "raises-exception"} & set(cell.tags)):
        yield "only a code cell can be an answer, a widget or raise an exception"


def _prose(cell: Cell) -> Iterator[tuple[int, str]]:
    for at, _, text in _headings(cell.source) if "notes" in cell.tags else ():
        yield cell.line + at, f"`{text}` stands in the notes, where no learner sees it; end them with +++"
    for token in get_parser().parse(cell.source):
        line = cell.line + (token.map[0] if token.map else 0)
        if token.type in ("inline", "html_block") and _IMAGE_WITHOUT_ALT.search(token.content):
            yield line, "the image has no alternative text; state its conclusion"
        if token.type == "fence" and token.info.startswith("{code-cell}"):
            yield line, "a code cell must stand at the left margin, outside lists and quotes"


def _code(cell: Cell, catalogue: Catalogue) -> Iterator[str]:
    expected = None
    if cell.answers:
        kind, id_ = cell.answers
        expected = (CALLS[kind], id_)
        if expected not in cell.references or BLANK not in cell.source:
            yield f'the tag `{kind}:{id_}` asks for {BLANK} and {CALLS[kind]}("{id_}", ...) in the cell'
        elif id_ in catalogue:
            try:
                fill(cell, catalogue)
            except ValueError as error:
                yield str(error)
    elif "learner" not in cell.tags and re.search(
        rf"^(?!\s*(from|import)\b).*{BLANK}", cell.source, re.MULTILINE
    ):
        yield f"{BLANK} without a tag such as exercise:ID; the solved edition would not fill it"
    for call, id_ in cell.references:
        if id_ not in catalogue:
            yield f'{call}("{id_}"): vpclab/course/chapters declares no such exercise or prediction'
        elif call in CALLS.values() and (call, id_) != expected and "widget" not in cell.tags:
            yield f'{call}("{id_}") without its tag; the solved edition would not fill the cell'


def _widgets(chapter: Chapter) -> Iterator[tuple[int, str]]:
    """Look for a static companion right before or after each run of cells with controls."""
    cells = [cell for cell in chapter.cells if not {"notes", "solution"} & set(cell.tags)]
    for at, cell in enumerate(cells):
        if cell.control:
            around = (reversed(cells[:at]), cells[at + 1 :])
            nearest = (next((other for other in side if not other.control), None) for side in around)
            if not any(c and ("companion" in c.tags or re.search(r"\bshow\(", c.source)) for c in nearest):
                yield cell.line, "a control ships unrun: show(...) its still form before or after it"


def _spoilers(chapter: Chapter) -> Iterator[tuple[int, str]]:
    """Look for text that stands below a reveal, where it can be read before the prediction is committed."""
    for cell, below in pairwise(cell for cell in chapter.cells if "notes" not in cell.tags):
        ids = [id_ for call, id_ in cell.references if call == "reveal"]
        if ids and below.kind == "markdown" and not below.source.startswith("#"):
            yield (
                below.line,
                f"what is said after a reveal is read before it; make it the `after` of `{ids[0]}`",
            )


def _headers(chapter: Chapter) -> Iterator[tuple[int, str]]:
    headings = [
        (cell.line + at, level, text)
        for cell in chapter.cells
        if cell.kind == "markdown"
        for at, level, text in _headings(cell.source)
    ]
    previous = 0
    for line, level, text in headings:
        if (level == 1) != (previous == 0):
            yield line, f"`{text}`: a chapter has one `#` heading, and it comes first"
        elif level > previous + 1:
            yield line, f"`{text}` jumps from level {previous} to level {level}"
        previous = level
    if not headings:
        yield 1, "a chapter begins with one `#` heading"
        return
    found = [re.search(r"\((\d+) min\)$", text) for _, level, text in headings if level == 2]
    minutes = sum(int(match[1]) for match in found if match)
    promised = re.search(r"(\d+) minutes", chapter.cells[0].source)
    if minutes != (int(promised[1]) if promised else 0):
        said = f"says {promised[1]} minutes" if promised else "states no `N minutes`"
        yield headings[0][0], f"the header {said}, and the `(N min)` of the sections add up to {minutes}"


def unplaced(chapters: Sequence[Chapter], ids: Collection[str]) -> Iterator[Finding]:
    """Yield the declared ids of these chapters that no lesson refers to."""
    used = {id_ for chapter in chapters for cell in chapter.cells for _, id_ in cell.references}
    for chapter in chapters:
        for id_ in sorted(ids):
            if id_.startswith(f"{chapter.number}-") and id_ not in used:
                yield Finding(chapter.file, 1, f"`{id_}` is declared, but the lesson does not use it")
