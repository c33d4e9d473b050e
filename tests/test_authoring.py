"""One MyST source becomes three editions, and what is wrong with either is named with file and line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from vpclab.authoring import build, check, read
from vpclab.authoring.__main__ import main
from vpclab.authoring.editions import EDITIONS, edition, leaks
from vpclab.authoring.skeleton import skeleton
from vpclab.authoring.source import lint

DEMO = """\
---
title: front matter is ignored
---

# 07 デモ

Time: 9 minutes. 日本語の名前も残る。

```python
## a comment in a fence, not a heading
```

## Recall (4 min)

```{code-cell}
import os
from random import random
from sys import maxsize, maxsize as ____

def show(what): print("prompt", what)
def predict(id, value): print("a control" if value == maxsize else f"committed {value}")
def check(id, value): print("not yet" if maxsize in (value, callable(value) and value()) else "correct")

sorted(os.listdir(os.environ["VPCLAB_PROGRESS_DIR"]))
```

+++ {"tags": ["notes", "skip"]}

Say this slowly.

```
a fence in a note
```

+++

```{code-cell}
show("07-p1")
```

```{code-cell}
:tags: [prediction:07-p1]
predict("07-p1", ____)
```

### A choice

```{code-cell}
show("07-choice")
```

```{code-cell}
:tags: [exercise:07-choice]
answer = ____
check("07-choice", answer)
```

```{code-cell}
:tags: [exercise:07-fix, fragment]
def fix():
    value = ____
    return value
check("07-fix", fix)
```

## Look (5 min)

+++ {"tags": ["learner"]}

Now it is your turn.

+++ {"tags": ["solution"]}

The model answer, $x$ and `code`.

````{code-cell}
%%bash
echo '```'
````

```{code-cell}
:tags: [companion]
print("one"); print("two")
```

```{code-cell}
:tags: [widget]
import ipywidgets
ipywidgets.FloatSlider(description="chance", value=random())
```

```{code-cell}
:tags: [raises-exception]
import json
json.loads("")
```
"""
CATALOGUE: Any = {
    "07-p1": SimpleNamespace(solution_source='"blocked"'),
    "07-choice": SimpleNamespace(solution_source='answer = "igw"\n'),
    "07-fix": SimpleNamespace(
        solution_source='    def fix():\n        route = "to the igw"\n        return route\n'
    ),
}
LEARNER, SOLVED, INSTRUCTOR = (f"{folder}07_demo.ipynb" for folder in ("", "solutions/", "instructor/"))


def write(root: Path, text: str, name: str = "07_demo") -> Path:
    path = root / "source" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def line_of(text: str, wanted: str) -> int:
    return text[: text.index(wanted)].count("\n") + 1


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("a") / "notebooks"
    write(root, DEMO)
    assert build(root, CATALOGUE) == []
    return root


@pytest.fixture
def root(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "notebooks"))


def cells(root: Path, name: str) -> dict[str, Any]:
    notebook = json.loads((root / name).read_text(encoding="utf-8"))
    return {cell["id"]: cell for cell in notebook["cells"]}


def printed(cell: Any) -> str:
    return "".join("".join(output.get("text", "")) for output in cell["outputs"])


def test_a_second_build_elsewhere_gives_the_same_bytes(built: Path, tmp_path: Path) -> None:
    again = tmp_path / "elsewhere" / "notebooks"
    write(again, DEMO)
    assert build(again, CATALOGUE, ["07"]) == []
    for name in (LEARNER, SOLVED, INSTRUCTOR):
        assert (again / name).read_bytes() == (built / name).read_bytes()
    assert (built / LEARNER).read_bytes().endswith(b"}\n")


def test_a_fresh_build_has_nothing_to_mend(built: Path) -> None:
    assert check(built, CATALOGUE) == []


def test_the_learner_edition_keeps_the_blank_and_its_untouched_outputs(built: Path) -> None:
    learner = cells(built, LEARNER)
    assert "".join(learner["07-prediction-07-p1"]["source"]) == 'predict("07-p1", ____)'
    assert learner["07-prediction-07-p1"]["metadata"]["tags"] == ["prediction:07-p1", "widget"]
    assert learner["07-prediction-07-p1"]["outputs"] == []
    assert printed(learner["07-exercise-07-fix"]) == "not yet\n"
    text = (built / LEARNER).read_text(encoding="utf-8")
    assert "your turn" in text
    assert "model answer" not in text
    assert "slowly" not in text
    assert "slide_type" not in text


@pytest.mark.parametrize("name", [SOLVED, INSTRUCTOR])
def test_the_other_editions_are_filled_from_the_declarations(built: Path, name: str) -> None:
    solved = cells(built, name)
    assert "".join(solved["07-prediction-07-p1"]["source"]) == 'predict("07-p1", "blocked")'
    assert "".join(solved["07-exercise-07-choice"]["source"]) == 'answer = "igw"\ncheck("07-choice", answer)'
    assert "".join(solved["07-exercise-07-fix"]["source"]) == (
        'def fix():\n    route = "to the igw"\n    return route\ncheck("07-fix", fix)'
    )
    assert printed(solved["07-prediction-07-p1"]) == "committed blocked\n"
    assert [printed(solved[id_]) for id_ in solved if "-exercise-" in id_] == ["correct\n", "correct\n"]
    text = (built / name).read_text(encoding="utf-8")
    assert "your turn" not in text
    assert "model answer, $x$ and `code`" in text


def test_the_instructor_edition_has_labelled_notes_and_slides(built: Path) -> None:
    instructor = cells(built, INSTRUCTOR)
    note = next(cell for cell in instructor.values() if "notes" in cell["metadata"].get("tags", []))
    assert "".join(note["source"]).splitlines() == [
        "> **Instructor's notes**", ">", "> Say this slowly.", ">", "> ```", "> a fence in a note", "> ```"
    ]  # fmt: skip
    assert note["metadata"] == {"slideshow": {"slide_type": "notes"}, "tags": ["notes"]}
    slides = {
        "".join(cell["source"]).split("\n")[0]: cell["metadata"]["slideshow"]["slide_type"]
        for cell in instructor.values()
        if "slideshow" in cell["metadata"]
    }
    assert slides == {
        "# 07 デモ": "slide", "## Recall (4 min)": "slide", "> **Instructor's notes**": "notes",
        'show("07-p1")': "subslide", "### A choice": "subslide", "def fix():": "fragment",
        "## Look (5 min)": "slide",
    }  # fmt: skip
    assert "Say this slowly" not in (built / SOLVED).read_text(encoding="utf-8")


def test_magics_fences_and_japanese_text_come_through_unchanged(built: Path) -> None:
    sources = ["".join(cell["source"]) for cell in cells(built, LEARNER).values()]
    assert "%%bash\necho '```'" in sources
    assert "# 07 デモ\n\nTime: 9 minutes. 日本語の名前も残る。\n\n```python\n## a comment" in sources[0]


def test_what_differs_from_run_to_run_is_not_kept(built: Path) -> None:
    notebook = json.loads((built / LEARNER).read_text(encoding="utf-8"))
    assert notebook["metadata"] == {
        "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    }
    assert (notebook["nbformat"], notebook["nbformat_minor"]) == (4, 5)
    widget = next(cell for cell in notebook["cells"] if cell["metadata"].get("tags") == ["widget"])
    assert (widget["execution_count"], widget["outputs"]) == (None, [])
    (error,) = notebook["cells"][-1]["outputs"]
    assert error["traceback"] == [f"{error['ename']}: {error['evalue']}"]
    progress = next(cell for cell in notebook["cells"] if "VPCLAB_PROGRESS_DIR" in "".join(cell["source"]))
    assert progress["outputs"][0]["data"]["text/plain"] == ["[]"]


Edit = Callable[[Any], object]


def tamper(path: Path, edit: Edit) -> None:
    notebook = json.loads(path.read_text(encoding="utf-8"))
    edit(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True)
    path.write_text(f"{text}\n", encoding="utf-8")


FIRST_CODE = 2
STALE: dict[str, tuple[Edit, str]] = {
    "a changed source of a cell": (
        lambda nb: nb["cells"][0].update(source="# other"),
        "the source of cell 1",
    ),
    "a changed id": (lambda nb: nb["cells"][0].update(id="other"), "the id of cell 1"),
    "a changed kind": (lambda nb: nb["cells"][0].update(cell_type="raw"), "the cell_type of cell 1"),
    "an added tag": (lambda nb: nb["cells"][0]["metadata"].update(tags=["x"]), "the metadata of cell 1"),
    "a removed cell": (lambda nb: nb["cells"].pop(), "it has"),
    "a cell that was never run": (
        lambda nb: nb["cells"][FIRST_CODE].update(execution_count=None, outputs=[]),
        "cell 3 was never executed",
    ),
    "a widget cell saved with its run": (
        lambda nb: nb["cells"][-2].update(execution_count=9),
        "was saved with a run",
    ),
    "other notebook metadata": (lambda nb: nb["metadata"].update(widgets={}), "metadata"),
    "another format version": (lambda nb: nb.update(nbformat_minor=4), "metadata"),
}


@pytest.mark.parametrize(("edit", "words"), STALE.values(), ids=STALE)
def test_a_stale_notebook_is_named_with_its_remedy(root: Path, edit: Edit, words: str) -> None:
    tamper(root / SOLVED, edit)
    (finding,) = check(root, CATALOGUE)
    assert str(finding).startswith("notebooks/source/07_demo.md:")
    assert "notebooks/solutions/07_demo.ipynb is stale" in finding.text
    assert words in finding.text
    assert finding.text.endswith("run: python -m vpclab.authoring build 07")


def test_a_notebook_saved_by_another_program_is_stale(root: Path) -> None:
    path = root / LEARNER
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert "layout" in check(root, CATALOGUE)[0].text
    path.write_text("{half", encoding="utf-8")
    assert "cannot be read as a notebook" in check(root, CATALOGUE)[0].text


def test_an_edited_source_makes_all_three_stale_at_its_line(root: Path) -> None:
    text = DEMO.replace('print("one")', 'print("uno")')
    write(root, text)
    findings = check(root, CATALOGUE)
    assert [finding.line for finding in findings] == [line_of(text, ":tags: [companion]") - 1] * 3


def test_missing_and_orphaned_notebooks_are_found(root: Path) -> None:
    (root / INSTRUCTOR).rename(root / "instructor" / "06_gone.ipynb")
    assert [str(finding) for finding in check(root, CATALOGUE)] == [
        "notebooks/source/07_demo.md:1: notebooks/instructor/07_demo.ipynb is missing; "
        "run: python -m vpclab.authoring build 07",
        "notebooks/instructor/06_gone.ipynb:1: no source makes this notebook; delete it",
    ]
    assert [finding.line for finding in check(root, CATALOGUE, ["05"])] == [1]


LEAKED: dict[str, dict[str, Any]] = {
    "in what was printed": {"text": ['try answer = "igw"\n']},
    "with other spacing and quotes": {"text": ["try answer  =\n", "'igw'\n"]},
    "escaped in HTML": {
        "output_type": "display_data",
        "data": {"text/html": ["<b>answer = &quot;igw&quot;</b>"]},
        "metadata": {},
    },
}


@pytest.mark.parametrize("output", LEAKED.values(), ids=LEAKED)
def test_a_solution_in_a_learner_output_is_a_leak(root: Path, output: dict[str, Any]) -> None:
    shown = {"output_type": "stream", "name": "stdout"} if "text" in output else {}

    def leak(notebook: Any) -> None:
        cell = next(cell for cell in notebook["cells"] if cell["source"] == ['show("07-choice")'])
        cell["outputs"] = [{**shown, **output}]

    tamper(root / LEARNER, leak)
    (finding,) = check(root, CATALOGUE)
    assert finding.line == line_of(DEMO, 'show("07-choice")') - 1
    assert "shows the solution of `07-choice`" in finding.text


LEAK = DEMO.replace("## Look (5 min)\n", '## Look (5 min)\n\nThe way out: `route = "to the igw"`.\n')
BAD = (
    LEAK
    + """
```{code-cell}
:tags: [raises-exception]
fine = 1
```

```{code-cell}
import sys
print("careful", file=sys.stderr)
```

```{code-cell}
object()
```

```{code-cell}
ipywidgets.Text(description="name")
```

```{code-cell}
1 / 0
```

```{code-cell}
never = "reached"
```
"""
)


def test_a_build_that_may_not_ship_names_every_line_and_keeps_the_old_files(root: Path) -> None:
    before = {name: (root / name).read_bytes() for name in (LEARNER, SOLVED, INSTRUCTOR)}
    write(root, BAD)
    findings = build(root, CATALOGUE)
    learner = [(finding.line, finding.text) for finding in findings if "learner" in finding.text]
    expected = {
        "fine = 1": "tagged `raises-exception` and raised nothing",
        "import sys": "wrote to stderr: careful",
        "object()": "memory address",
        "ipywidgets.Text": "tag it `widget`",
        "1 / 0": "raised ZeroDivisionError: division by zero",
        "The way out": 'shows the solution of `07-fix`: route = "to the igw"',
    }
    assert len(learner) == len(expected)
    assert len(findings) == 3 * len(expected) - 2
    for (line, text), (code, words) in zip(learner, expected.items(), strict=True):
        assert words in text
        assert code in "\n".join(BAD.splitlines()[line - 1 : line + 2])
    assert before == {name: (root / name).read_bytes() for name in before}


def test_a_cell_that_kills_its_kernel_is_named(tmp_path: Path) -> None:
    text = "# 08\n\n```{code-cell}\nimport os\n```\n\n```{code-cell}\nos._exit(3)\n```\n"
    write(tmp_path / "notebooks", text, "08_dead")
    found = {(finding.line, finding.text) for finding in build(tmp_path / "notebooks", {})}
    assert found == {(7, f"{name} edition: DeadKernelError: Kernel died") for name in EDITIONS}


def swap(old: str, new: str) -> Callable[[str], str]:
    def change(text: str) -> str:
        assert old in text
        return text.replace(old, new, 1)

    return change


def fence(tag: str) -> str:
    return f"```{{code-cell}}\n:tags: [{tag}"


LINTS: dict[str, tuple[Callable[[str], str], str, str]] = {
    # what: (change, where the finding points, its words)
    "a second top heading": (swap("## Look (5 min)", "# Look (5 min)"), "# Look", "one `#` heading"),
    "a chapter without a top heading": (swap("# 07 デモ", "07"), "## Recall", "one `#` heading"),
    "a jump in heading levels": (swap("### A ch", "#### A ch"), "#### A", "from level 2 to level 4"),
    "minutes that do not add up": (swap("(5 min)", "(6 min)"), "# 07", "add up to 10"),
    "a header without minutes": (swap("Time: 9 minutes", "Time"), "# 07", "states no `N minutes`"),
    "a picture without alternative text": (
        swap("Now it", "![ ](x.svg) Now it"),
        "![ ]",
        "no alternative text",
    ),
    "text that stands right below a reveal": (
        swap("### A choice", '```{code-cell}\nreveal("07-p1")\n```\n\nIt was blocked.\n\n### A choice'),
        "It was blocked",
        "is read before it; make it the `after` of `07-p1`",
    ),
    "an img without alternative text": (
        swap("Now it", '<img src="x" alt="">'),
        "<img",
        "no alternative text",
    ),
    "an unknown tag": (
        swap("[companion", "[companion, solutoin"),
        fence("companion"),
        "unknown tag `solutoin`",
    ),
    "notes in code": (swap("[companion", "[companion, notes"), fence("companion"), "notes are Markdown"),
    "a heading that notes swallow": (
        swap("```\n\n+++\n", "```\n\n### Lost\n"),
        "### Lost",
        "`Lost` stands in the notes",
    ),
    "a widget in Markdown": (swap('["learner"]', '["widget", "companion"]'), "Now it", "only a code cell"),
    "a raw cell": (swap("```{code-cell}", "```{raw-cell}"), "```{raw", "no place in a lesson"),
    "a widget without companion": (swap(":tags: [companion]\n", ""), fence("widget"), "ships unrun"),
    "a prediction without its still form": (swap('show("07-p1")', "pass"), fence("pre"), "ships unrun"),
    "an id that is not declared": (
        swap('show("07-choice")', 'show("07-chioce")'),
        '```{code-cell}\nshow("07-ch',
        "declares no such exercise",
    ),
    "a blank whose tag was forgotten": (
        swap(":tags: [exercise:07-choice]\n", ""),
        "```{code-cell}\nanswer",
        "____ without a tag",
    ),
    "an answer whose tag was forgotten": (
        swap(":tags: [exercise:07-choice]\nanswer = ____", "answer = 1"),
        "```{code-cell}\nanswer",
        'check("07-choice") without its tag',
    ),
    "an answer cell without a blank": (
        swap("answer = ____", "answer = 1"),
        fence("exercise:07-choice"),
        "asks for ____",
    ),
    "a tag of another exercise": (
        swap("[exercise:07-choice]", "[exercise:07-p1]"),
        fence("exercise:07-p1"),
        'check("07-p1", ...)',
    ),
    "two answers in one cell": (
        swap("[exercise:07-choice]", "[exercise:07-choice, exercise:07-fix]"),
        fence("exercise:07-choice, "),
        "one blank, not 2",
    ),
    "a name that the solution does not set": (
        swap("answer = ____", "reply = ____"),
        fence("exercise:07-choice"),
        "does not set `reply`",
    ),
    "code that is not Python": (
        swap("answer = ____", "answer ____"),
        fence("exercise:07-choice"),
        "is not Python",
    ),
    "a check call inside another statement": (
        swap('check("07-fix"', 'result = check("07-fix"'),
        fence("exercise:07-fix"),
        "must begin a line of its own",
    ),
    "two blanks for one value": (
        swap('predict("07-p1", ____)', 'predict("07-p1", ____)  # ____'),
        fence("prediction"),
        "exactly one",
    ),
    "a code cell in a list": (
        swap("Now it", "- x\n\n  ```{code-cell}\n  y = 1\n  ```\n\nNow it"),
        "  ```{code-cell}\n  y",
        "left margin",
    ),
    "an unknown option": (swap(":tags: [w", ":tag: [w"), "```{code-cell}\n:tag: [w", "`tag` is no option"),
    "tags that are not a list": (
        swap(":tags: [widget]", ":tags: widget"),
        "---",
        "options or the front matter",
    ),
    "broken JSON after +++": (swap('{"tags": ["learner"]}', "learner"), "+++ learner", "could not be read"),
    "broken YAML under a fence": (swap(":tags: [widget]", ":tags: [widget"), fence("widget"), "Invalid YAML"),
}


@pytest.mark.parametrize(("change", "place", "words"), LINTS.values(), ids=LINTS)
def test_the_source_is_read_for(tmp_path: Path, change: Callable[[str], str], place: str, words: str) -> None:
    text = change(DEMO)
    write(tmp_path / "notebooks", text)
    findings = check(tmp_path / "notebooks", CATALOGUE)
    assert [f.line for f in findings if words in f.text][:1] == [line_of(text, place)], findings
    assert str(findings[0]).startswith(f"notebooks/source/07_demo.md:{findings[0].line}: ")


def test_what_a_prediction_says_after_its_reveal_may_not_stand_in_the_learner_edition(tmp_path: Path) -> None:
    told = "The list at the door lets nobody in."
    after = {**CATALOGUE, "07-p1": SimpleNamespace(solution_source='"blocked"', after=f"So:\n\n{told}\n")}
    write(tmp_path / "notebooks", DEMO.replace("### A choice", f"### A choice\n\n{told}"))
    findings = build(tmp_path / "notebooks", after)
    assert [f.text for f in findings] == [f"the learner's edition shows the solution of `07-p1`: {told}"]


def test_an_exercise_has_one_answer_cell_in_the_whole_course(tmp_path: Path) -> None:
    write(tmp_path / "notebooks", DEMO)
    write(tmp_path / "notebooks", DEMO, "08_other")
    texts = [f.text for f in check(tmp_path / "notebooks", CATALOGUE, ["08"])]
    assert (
        f"`07-p1` is already answered at notebooks/source/07_demo.md:{line_of(DEMO, fence('pre'))}" in texts
    )
    assert len(texts) == 3


def test_a_declared_exercise_that_no_lesson_uses_is_found(root: Path) -> None:
    extra = {**CATALOGUE, "07-extra": SimpleNamespace(solution_source="1"), "08-later": CATALOGUE["07-p1"]}
    assert [finding.text for finding in check(root, extra)] == [
        "`07-extra` is declared, but the lesson does not use it"
    ]


def test_an_explanation_is_a_widget_for_learners_and_filled_in_the_solved_edition(tmp_path: Path) -> None:
    answer = ':tags: [explanation:07-why]\nexplain("07-why", ____)'
    text = f'{DEMO}\n```{{code-cell}}\nshow("07-why")\n```\n\n```{{code-cell}}\n{answer}\n```\n'
    catalogue = {**CATALOGUE, "07-why": SimpleNamespace(solution_source='"because"')}
    chapter = read(write(tmp_path, text), "07_demo.md")
    assert lint([chapter], catalogue) == []
    learner, solved = (edition(chapter, name, catalogue).cells[-1] for name in ("learner", "solved"))
    assert (learner.source, learner.metadata.tags[-1]) == ('explain("07-why", ____)', "widget")
    assert solved.source == 'explain("07-why", "because")'


def test_a_blank_in_a_learners_cell_needs_no_answer(tmp_path: Path) -> None:
    text = DEMO + '\n```{code-cell}\n:tags: [learner]\nprobe("07-fix", ____, ____)\n```\n'
    assert lint([read(write(tmp_path, text), "07_demo.md")], CATALOGUE) == []


def test_a_method_that_is_called_like_a_verb_names_no_exercise(tmp_path: Path) -> None:
    text = DEMO + '\n```{code-cell}\nticket.probe("web", "app", "tcp 8080")\n```\n'
    assert lint([read(write(tmp_path, text), "07_demo.md")], CATALOGUE) == []


def test_a_cell_tagged_worked_may_show_what_a_solution_repeats(root: Path) -> None:
    code = '\n```{code-cell}\n%sroute = "to the igw"\n```\n'
    for tag, leaked in (("", 1), (":tags: [worked]\n", 0)):
        write(root, DEMO + code % tag)
        chapter = read(root / "source" / "07_demo.md", "notebooks/source/07_demo.md")
        assert len(list(leaks(chapter, edition(chapter, "learner", CATALOGUE), CATALOGUE))) == leaked


def test_a_new_chapter_asks_only_for_its_declarations(tmp_path: Path) -> None:
    path = write(tmp_path, skeleton("05", "nat_out_but_not_in"), "05_nat")
    assert {f.text.split(": ")[-1] for f in lint([read(path, "05_nat.md")], {})} == {
        "vpclab/course/chapters declares no such exercise or prediction"
    }


def test_the_commands_print_findings_and_never_write_over_a_chapter(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("vpclab.course.catalogue", lambda: CATALOGUE)
    root = ["--root", str(tmp_path / "notebooks")]
    assert main([*root, "check"]) == 0
    assert main([*root, "new", "05", "nat_out"]) == 0
    assert main([*root, "new", "05", "nat_out"]) == 1
    assert main([*root, "check", "5"]) == 1
    first, wrote, exists, *found, last = capsys.readouterr().out.splitlines()
    assert first == "check: nothing to mend"
    assert wrote == "wrote notebooks/source/05_nat_out.md"
    assert exists == "notebooks/source/05_nat_out.md exists already; nothing was written"
    assert all(line.startswith("notebooks/source/05_nat_out.md:") for line in found)
    assert last == f"check: {len(found)} to mend"
