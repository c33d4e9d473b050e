"""Write the editions of each chapter, executed, and check that what is committed is what would be written."""

from __future__ import annotations

import asyncio
import json
import os
import re
import subprocess
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nbformat import writes

from vpclab.authoring.editions import EDITIONS, METADATA, as_node, edition, leaks, members
from vpclab.authoring.source import Catalogue, Chapter, Finding, SourceError, lint, read, unplaced

_WORKERS = 2
_SECONDS_PER_CELL = 120
_CONTROL = "application/vnd.jupyter.widget-view+json"
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,}")


def build(root: Path, catalogue: Catalogue, only: Collection[str] = ()) -> list[Finding]:
    """Write the editions of all chapters in `root`/source, or of those in `only`; return what failed."""
    chapters, findings = _read(root, catalogue, only)
    broken = {finding.file for finding in findings}
    sound = [chapter for chapter in chapters if chapter.file not in broken]
    with ThreadPoolExecutor(_WORKERS) as pool:
        jobs = [pool.submit(_write, root, chapter, name, catalogue) for chapter in sound for name in EDITIONS]
    return findings + [finding for job in jobs for finding in job.result()]


def check(root: Path, catalogue: Catalogue, only: Collection[str] = ()) -> list[Finding]:
    """Return what is wrong with the sources and the committed notebooks; starts no kernel."""
    chapters, findings = _read(root, catalogue, only)
    broken = {finding.file for finding in findings}
    for chapter in chapters:
        if chapter.file not in broken:
            for name in EDITIONS:
                findings += _compare(root, chapter, name, catalogue)
    findings += unplaced(chapters, catalogue)
    if not only:
        stems = {path.stem for path in (root / "source").glob("*.md")}
        for folder in EDITIONS.values():
            for path in sorted((root / folder).glob("*.ipynb")):
                if path.stem not in stems:
                    text = "no source makes this notebook; delete it"
                    findings.append(Finding(_shown(root, path), 1, text))
    return findings


def _read(root: Path, catalogue: Catalogue, only: Collection[str]) -> tuple[list[Chapter], list[Finding]]:
    """Return the wanted chapters and the findings of their sources; ids are compared across all chapters."""
    chapters, findings = [], []
    sources = sorted((root / "source").glob("*.md"))
    for path in sources:
        try:
            chapters.append(read(path, _shown(root, path)))
        except SourceError as error:
            findings.append(error.finding)
    findings += lint(chapters, catalogue)
    if only:
        chapters = [chapter for chapter in chapters if chapter.number in only]
        findings = [finding for finding in findings if Path(finding.file).name[:2] in only]
        known = {path.name[:2] for path in sources}
        for number in sorted(set(only) - known):
            findings.append(Finding(f"{root.name}/source", 1, f"there is no chapter {number}"))
    return chapters, findings


def _shown(root: Path, path: Path) -> str:
    return path.relative_to(root.parent).as_posix()


def _target(root: Path, chapter: Chapter, name: str) -> Path:
    return root / EDITIONS[name] / f"{chapter.stem}.ipynb"


def _text(notebook: Any) -> str:
    return f"{writes(notebook)}\n"  # type: ignore[no-untyped-call]  # see as_node


def _write(root: Path, chapter: Chapter, name: str, catalogue: Catalogue) -> list[Finding]:
    """Execute and write one edition; nothing is written when there is a finding."""
    target = _target(root, chapter, name)
    target.parent.mkdir(parents=True, exist_ok=True)
    notebook = edition(chapter, name, catalogue)
    lines = [cell.line for cell in members(chapter, name)]
    problems = [(lines[at], f"{name} edition: {text}") for at, text in _execute(notebook, target.parent)]
    _settle(notebook)
    if name == "learner":
        problems += leaks(chapter, notebook, catalogue)
    if not problems:
        target.write_text(_text(notebook), encoding="utf-8", newline="\n")
    return [Finding(chapter.file, line, text) for line, text in problems]


def _execute(notebook: Any, folder: Path) -> list[tuple[int, str]]:
    """Run the notebook in `folder` with no progress; return (cell from 0, sentence) for what may not ship."""
    from nbclient import NotebookClient
    from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

    started: list[int] = []
    stopped = []
    with TemporaryDirectory(prefix="progress-") as progress:
        place = {"metadata": {"path": str(folder)}}
        client = NotebookClient(notebook, timeout=_SECONDS_PER_CELL, record_timing=False, resources=place)
        client.on_cell_execute = lambda cell, cell_index: started.append(cell_index)
        try:
            # ipykernel warns on its own stderr that it listens on TCP; what cells write does not go there.
            run = client.async_execute(
                env={**os.environ, "VPCLAB_PROGRESS_DIR": progress}, stderr=subprocess.DEVNULL
            )
            asyncio.run(run)  # unlike client.execute, it closes the event loop of this thread
        except CellExecutionError:
            pass  # the error stands in the cell's outputs, where _faults finds it
        except (CellTimeoutError, DeadKernelError) as error:
            stopped.append((started[-1], f"{type(error).__name__}: {str(error).splitlines()[0]}"))
    return stopped + [(at, fault) for at in started for fault in _faults(notebook.cells[at])]


def _faults(cell: Any) -> Iterator[str]:
    tags = cell.metadata.get("tags", ())
    raised = [output for output in cell.outputs if output.output_type == "error"]
    if raised and "raises-exception" not in tags:
        yield f"the cell raised {raised[0].ename}: {raised[0].evalue}"
    if "raises-exception" in tags and cell.execution_count and not raised:
        yield "the cell is tagged `raises-exception` and raised nothing"
    for output in cell.outputs:
        if output.output_type == "stream" and output.name == "stderr":
            yield f"the cell wrote to stderr: {output.text.strip()}"
        data = output.get("data", {})
        if _CONTROL in data and "widget" not in tags:
            yield "the cell shows a control; tag it `widget`"
        if "widget" not in tags and _ADDRESS.search(str(output)):
            yield "the output holds a memory address, which differs at every run; give the object a repr"


def _settle(notebook: Any) -> None:
    """Drop what differs from run to run or belongs to this machine."""
    notebook.metadata = as_node(METADATA)
    for cell in notebook.cells:
        if "widget" in cell.metadata.get("tags", ()):
            cell.outputs, cell.execution_count = [], None
        outputs: list[Any] = []
        for output in cell.get("outputs", ()):
            if output.output_type == "error":
                output.traceback = [f"{output.ename}: {output.evalue}"]  # frames name this machine's folders
            if output.output_type == "stream" and outputs and outputs[-1].get("name") == output.name:
                outputs[-1].text += output.text  # one print or many messages: a matter of timing
            else:
                outputs.append(output)
        if cell.cell_type == "code":
            cell.outputs = outputs


def _compare(root: Path, chapter: Chapter, name: str, catalogue: Catalogue) -> Iterator[Finding]:
    """Yield what differs between the committed edition and the one that the source makes now."""
    target = _target(root, chapter, name)
    remedy = f"run: python -m vpclab.authoring build {chapter.number}"
    built = edition(chapter, name, catalogue)
    if not target.exists():
        yield Finding(chapter.file, 1, f"{_shown(root, target)} is missing; {remedy}")
        return
    text = target.read_text(encoding="utf-8")
    lines = [cell.line for cell in members(chapter, name)]
    if stale := _difference(built, text, lines):
        line, difference = stale
        yield Finding(chapter.file, line, f"{_shown(root, target)} is stale: {difference}; {remedy}")
    elif name == "learner":
        for line, sentence in leaks(chapter, built, catalogue):
            yield Finding(chapter.file, line, f"{sentence}; mend the source, then {remedy}")


def _difference(built: Any, text: str, lines: list[int]) -> tuple[int, str] | None:
    """Return (line, what) of the first difference, None if there is none; `built` takes over the outputs."""
    try:
        stored = [{**cell, "source": "".join(cell["source"])} for cell in json.loads(text)["cells"]]
    except (ValueError, KeyError, TypeError):
        return 1, "it cannot be read as a notebook"
    for number, (cell, old) in enumerate(zip(built.cells, stored, strict=False), 1):
        line = lines[number - 1]
        for key in ("cell_type", "id", "source", "metadata"):
            if old.get(key) != cell[key]:
                return line, f"the {key} of cell {number} differs"
        if cell.cell_type == "code":
            cell.outputs = as_node(old.get("outputs", []))
            cell.execution_count = old.get("execution_count")
            if "widget" in cell.metadata.get("tags", ()):
                if cell.outputs or cell.execution_count is not None:
                    return line, f"widget cell {number} was saved with a run"
            elif cell.execution_count is None:
                return line, f"cell {number} was never executed"
    if len(built.cells) != len(stored):
        return 1, f"it has {len(stored)} cells, not {len(built.cells)}"
    if _text(built) != text:
        return 1, "its metadata or its layout is not what the build writes"
    return None
