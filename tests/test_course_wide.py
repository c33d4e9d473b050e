"""What holds for all chapters at once: what they cover, how they are built and read, how long they take."""

import json
import re
import subprocess
import sys
from collections import Counter
from html import unescape
from pathlib import Path

import pytest
from lessons import PARTS, Lesson
from reading import minutes, promised
from topics import TOPICS, TRAINED

from vpclab.course import catalogue, words
from vpclab.course.declarations import find, misconceptions
from vpclab.course.exercises import Exercise, Explanation, Prediction
from vpclab.course.quiz import all_questions
from vpclab.course.reference import glossary, training
from vpclab.render import theme

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "notebooks" / "source").glob("*.md"))
CHAPTERS = [path.stem[:2] for path in SOURCES if "01" <= path.stem[:2] <= "14"]
BUILT = sorted(
    path for path in (ROOT / "notebooks").rglob("[0-9][0-9]_*.ipynb") if ".ipynb_" not in str(path)
)
each_chapter = pytest.mark.parametrize("number", CHAPTERS)
each_built = pytest.mark.parametrize(
    "path", BUILT, ids=lambda path: str(path.relative_to(ROOT / "notebooks"))
)


def outputs(path: Path) -> list[str]:
    """Return the HTML of everything that a built notebook shows."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    shown = [output.get("data", {}) for cell in cells for output in cell.get("outputs", ())]
    return ["".join(data["text/html"]) for data in shown if "text/html" in data]


# --- what is covered ---------------------------------------------------------------------------------------


def test_every_chapter_from_00_to_14_is_there_in_three_editions():
    numbers = {"learner": set(), "solutions": set(), "instructor": set()}
    for path in BUILT:
        folder = path.parent.name
        numbers[folder if folder in numbers else "learner"].add(path.name[:2])
    wanted = {f"{number:02}" for number in range(15)} | {"99"}
    assert numbers == dict.fromkeys(numbers, wanted)
    assert wanted - {"99"} <= set(words.CHAPTER_TITLES)


@pytest.mark.parametrize(
    ("number", "belief"),
    [(number, belief) for number, beliefs in TRAINED.items() for belief in beliefs.split()],
)
def test_each_chapter_trains_the_misconceptions_that_the_plan_gives_it(number, belief):
    assert [id for id in training().get(belief, ()) if id.startswith(f"{number}-")]


def test_no_misconception_is_left_untrained():
    assert [belief for belief in misconceptions() if belief not in training()] == []


@pytest.mark.parametrize(
    ("number", "topic"), [(n, topic) for n, topics in TOPICS.items() for topic in topics]
)
def test_each_topic_is_drawn_predicted_traced_or_computed(number, topic):
    """An exercise, a prediction or a call in a code cell of the chapter does it, not prose alone."""
    lesson = Lesson(number)
    code = "\n".join(cell.source for cell in lesson.chapter.cells if cell.kind == "code")
    for what in TOPICS[number][topic].split():
        if re.fullmatch(r"\d\d-[\w-]+", what):
            assert what.startswith(f"{number}-")
            assert find(what).id == what
            assert f'"{what}"' in code
        else:
            assert f"{what}(" in code


def test_the_coverage_is_printed(capsys):
    """Run pytest with -s, or `python tests/test_course_wide.py`, to read it."""
    text = coverage()
    print(text)  # noqa: T201 - it is a report
    assert all(f"{belief} " in text for belief in misconceptions())
    assert all(topic in text for topics in TOPICS.values() for topic in topics)


def coverage() -> str:
    """Return the matrix: misconceptions by chapter, then the topics of each chapter."""
    numbers = [f"{number:02}" for number in range(15)]
    lines = ["belief  " + " ".join(numbers)]
    for belief in misconceptions():
        counts = Counter(id[:2] for id in training().get(belief, ()))
        lines.append(f"{belief:7} " + " ".join(f"{counts[number] or '·':>2}" for number in numbers))
    for number, topics in TOPICS.items():
        lines += [f"\n{number} {words.CHAPTER_TITLES[number]}"]
        lines += [f"  {topic}: {', '.join(what.split())}" for topic, what in topics.items()]
    return "\n".join(lines)


# --- how chapters are built --------------------------------------------------------------------------------


@each_chapter
def test_the_parts_stand_in_the_order_of_the_course(number):
    found = re.findall(r"^## ([A-Z][a-z]+(?: [a-z]+)*)", Lesson(number).text, re.MULTILINE)
    assert tuple(found) == PARTS


@each_chapter
def test_three_to_five_exercises_stand_in_the_timed_part_and_a_fault_to_mend(number):
    text = Lesson(number).text
    body = text[text.index("## Exercises") : text.index("## Explain")]
    assert 3 <= len(set(re.findall(r"exercise:(\d\d-[\w-]+)", body))) <= 6
    assert re.search(r"## Break and fix[\s\S]+?\b(probe|ticket)\(", text)
    assert len(re.findall(r"^:tags: \[explanation:", text, re.MULTILINE)) == 1


@each_chapter
def test_later_chapters_have_questions_of_two_sorts_to_recall_it_by(number):
    asked = [question for question in all_questions() if question.chapter == number]
    assert len(asked) >= 5
    assert len({question.type for question in asked}) >= 2


@each_chapter
def test_a_prediction_is_committed_before_it_is_revealed(number):
    calls = re.findall(r"^(predict|reveal)\(\"([\w-]+)\"", Lesson(number).text, re.MULTILINE)
    for id in {id for _, id in calls}:
        order = [call for call, named in calls if named == id]
        assert order[0] == "predict", id
        assert "reveal" in order, id


@each_chapter
def test_the_promised_minutes_are_enough_for_a_slow_reader(number):
    chapter = Lesson(number).chapter
    takes, says = minutes(chapter, catalogue()), promised(chapter)
    assert 45 <= sum(says.values()) <= 60
    assert {part: round(takes[part], 1) for part in says if takes[part] > says[part]} == {}


@each_chapter
def test_the_lesson_says_what_the_model_leaves_out_and_where_it_is_in_aws(number):
    text = Lesson(number).text
    assert "### What this model leaves out" in text
    assert "### In the console, in the AWS CLI, in a flow log" in text
    assert re.search(r"^aws ", text, re.MULTILINE)
    assert re.search(r"^2 \d{12} eni-\S+( \S+){11}$", text, re.MULTILINE)


@each_chapter
def test_the_instructor_gets_minutes_questions_and_what_to_skip_in_three_lengths(number):
    notes = [cell.source for cell in Lesson(number).chapter.cells if "notes" in cell.tags]
    opening = notes[0].lower()
    assert "90 minutes" in opening or "90-minute" in opening
    assert "half" in opening
    assert "full" in opening or "whole day" in opening
    assert sum("minute" in note for note in notes) >= 8
    assert sum("asked here" in note.lower() for note in notes) >= 3


# --- how chapters read -------------------------------------------------------------------------------------


@each_chapter
def test_each_new_word_is_set_off_in_its_chapter_and_explained_in_the_glossary(number):
    told = [Lesson(number).text]
    told += [
        item.after for item in catalogue().values() if isinstance(item, Prediction) and item.id[:2] == number
    ]
    text = " ".join(" ".join(told).split())
    new = [entry["term"] for entry in glossary() if entry["chapter"] == number]
    assert 0 < len(new) <= 7
    names = {term: re.escape(term.removesuffix(" subnet")) for term in new}
    assert [t for t in new if not re.search(rf"\*\*[^*]*{names[t]}[^*]*\*\*", text, re.IGNORECASE)] == []


@each_built
def test_every_picture_says_its_conclusion(path):
    for html in outputs(path):
        for image in re.findall(r"<img [^>]*>", html):
            alt = unescape(re.search(r'alt="([^"]*)"', image)[1])
            assert len(alt.split()) >= 4, alt
            assert not re.match(r"(a |the )?(diagram|picture|figure|image|map) of", alt.lower()), alt


@each_built
def test_text_and_ground_are_pairs_whose_contrast_is_tested(path):
    known = {(text.lower(), ground.lower()) for text, ground in theme.PAIRS}
    for html in outputs(path):
        for style in re.findall(r'style="([^"]*)"', html):
            text = re.search(r"(?<![\w-])color:(#\w+)", style)
            ground = re.findall(r"background-color:(#\w+)", style)
            if text and ground:
                assert (text[1].lower(), ground[-1].lower()) in known, style


@each_built
def test_ids_are_unique_in_a_notebook(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    assert [id for id, count in Counter(cell["id"] for cell in cells).items() if count > 1] == []


def test_ids_of_exercises_predictions_questions_are_unique_in_the_course():
    quizzes = [
        json.loads(path.read_text(encoding="utf-8")) for path in (ROOT / "data" / "quizzes").glob("*.json")
    ]
    ids = [*catalogue(), *(question["id"] for quiz in quizzes for question in quiz)]
    assert [id for id, count in Counter(ids).items() if count > 1] == []


@each_built
def test_every_link_leads_to_something(path):
    """Notebooks beside this one, and headings in it; outside there are only documents of others."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'href="([^"]+)"', "".join(outputs(path)))]
    for link in links:
        name, _, anchor = link.partition("#")
        if link.startswith("https://"):
            continue
        target = path.parent / name if name else path
        assert target.exists(), link
        if anchor:
            there = json.loads(target.read_text(encoding="utf-8"))["cells"]
            sources = ["".join(cell["source"]) for cell in there if cell["cell_type"] == "markdown"]
            headings = [line.lstrip("# ") for s in sources for line in s.splitlines() if line.startswith("#")]
            assert anchor.replace("-", " ") in [heading.replace("-", " ") for heading in headings], link


def test_no_word_is_misspelled():
    """What is meant, and looks like a slip, stands in IGNORED."""
    ignored = "ans,ot,te,fo,nd"
    files = [*SOURCES, *sorted((ROOT / "vpclab" / "course").rglob("*.py")), ROOT / "README.md"]
    files += [*sorted((ROOT / "data").glob("*.json")), *sorted((ROOT / "data" / "quizzes").glob("*.json"))]
    done = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--builtin", "clear,rare", "-L", ignored, *map(str, files)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.stdout.splitlines() == []
    assert done.returncode == 0, done.stderr


AMERICAN = re.compile(
    r"\b(behavior|color|center|favor|neighbor|labor|honor|canceled|traveled|modeled|labeled|gray|license[sd]?|"
    r"organiz\w+|recogniz\w+|realiz\w+|analyz\w+)\b"
)


@each_chapter
def test_a_chapter_is_spelled_as_the_others_are(number):
    """British, names of AWS and program text apart."""
    prose = [cell.source for cell in Lesson(number).chapter.cells if cell.kind == "markdown"]
    text = re.sub(r"```[\s\S]*?```|`[^`]*`|AWS Organizations", "", "\n".join(prose))
    text = (
        text.replace("Reachability Analyzer", "")
        .replace("Access Analyzer", "")
        .replace("Create and analyze path", "")
    )
    assert AMERICAN.findall(text.lower()) == []


@each_chapter
def test_prompts_and_lessons_are_free_of_raw_marks(number):
    """Stars and backquotes come in pairs on each line, so that none is shown raw."""
    for id, item in catalogue().items():
        if id.startswith(number):
            texts = [getattr(item, "prompt", ""), getattr(item, "question", ""), getattr(item, "after", "")]
            if isinstance(item, Exercise):
                texts += [*item.hints, item.why, *(trap.message for trap in item.traps)]
            if isinstance(item, Explanation):
                texts += [item.model, *item.points]
            for text in "\n".join(texts).splitlines():
                assert text.count("`") % 2 == 0, (id, text)
                assert text.count("**") % 2 == 0, (id, text)


if __name__ == "__main__":
    print(coverage())  # noqa: T201 - it is a report
