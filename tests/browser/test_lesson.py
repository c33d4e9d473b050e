"""What a lesson is made of in a real browser: every control once by mouse and once by keyboard alone."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from learner import Notebook, serious
from playwright.sync_api import Locator, expect
from test_chapter import LOOKS

from vpclab.course import words
from vpclab.course.declarations import explanation, prediction

expect.set_options(timeout=20_000)  # the machine may have much to do
BUILT = "04_public_and_private_subnets.ipynb"
KINDS = """\
from ipywidgets import VBox
from vpclab.course.quiz import read_questions
from vpclab.course.widgets import question_controls

right, wrong = {"correct": True, "feedback": "So it is."}, {"correct": False, "feedback": "Not quite."}
default = {"type": "default", "feedback": "Not quite."}
VBox([question_controls(question, number) for number, question in enumerate(read_questions([
    {"id": "01-q1", "type": "multiple_choice", "question": "Which one of `two`?",
     "answers": [{"answer": "the one", **right}, {"answer": "the other", **wrong}]},
    {"id": "01-q2", "type": "many_choice", "question": "Which ones?",
     "answers": [{"answer": "red", **right}, {"answer": "green", **right}, {"answer": "blue", **wrong}]},
    {"id": "01-q3", "type": "numeric", "question": "How many?",
     "answers": [{"type": "value", "value": 11, **right}, default]},
    {"id": "01-q4", "type": "string", "question": "What is it called?",
     "answers": [{"answer": "route table", **right}, default]},
]), 1)])"""
CELLS = (
    'from vpclab.course import ____, explain, fact, predict, recall, renew, reveal, show',
    'show("04-p4")', 'predict("04-p4", ____)', 'reveal("04-p4")', KINDS, 'show("04-recall")', 'recall("04")',
    'explain("04-why", ____)', 'fact("IGW-5")', "renew()",
)  # fmt: skip
KIND = {
    "multiple_choice": "Question 1",
    "many_choice": "Question 2",
    "numeric": "Question 3",
    "string": "Question 4",
}


def written(lab, name: str, cells) -> str:
    """Write a notebook into the course folder, and return its address."""
    code = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    book = {
        "cells": [{**code, "id": f"c{n}", "source": text} for n, text in enumerate(cells)],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}},
        "nbformat": 4, "nbformat_minor": 5,
    }  # fmt: skip
    (lab.course / name).write_text(json.dumps(book), encoding="utf-8")
    return address(lab, name)


def address(lab, name: str) -> str:
    start, _, token = lab.address.partition("?")
    return f"{start.rsplit('/', 1)[0]}/{name}?{token}"


@pytest.fixture(scope="module")
def lesson(lab, page) -> Notebook:
    """Return a notebook with one control of every sort, run from top to bottom."""
    notebook = Notebook.open(page, written(lab, "lesson.ipynb", CELLS))
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


@dataclass(frozen=True)
class Hand:
    """A way to work: by mouse, or by keyboard alone from the cell on.

    It waits for the kernel as people do: while that is busy, what was typed is kept and a click goes through.
    """

    notebook: Notebook
    keyboard: bool

    def press(self, cell: str, target: Locator, key: str = "Space") -> None:
        self.notebook.settled()
        if not self.keyboard:
            target.click()
            return
        if not self.inside(cell):
            self.notebook.go_to(cell)
        self.notebook.tab_to(target, 60)
        self.notebook.page.keyboard.press(key)

    def type(self, cell: str, target: Locator, text: str) -> None:
        self.notebook.settled()
        if self.keyboard:
            self.notebook.go_to(cell)
            self.notebook.tab_to(target, 60)
            self.notebook.page.keyboard.press("ControlOrMeta+a")
            self.notebook.page.keyboard.type(text)
        else:
            target.fill(text)

    def inside(self, cell: str) -> bool:
        area = self.notebook.cell(cell).locator(".jp-OutputArea")
        return bool(area.evaluate("area => area.contains(document.activeElement)"))


@pytest.fixture(params=["mouse", "keyboard"])
def hand(request, lesson) -> Hand:
    lesson.page.locator("body").press("Escape")
    return Hand(lesson, request.param == "keyboard")


def question(lesson: Notebook, kind: str) -> Locator:
    boxes = lesson.cell("question_controls(").locator(".widget-vbox .widget-vbox")
    return boxes.filter(has=lesson.page.get_by_text(KIND[kind], exact=True)).first


@pytest.fixture(scope="module")
def stored(lab, page) -> Iterator[Notebook]:
    """Return the built chapter, as readers of the checkout open it, in a tab of its own."""
    source = Path(__file__).parents[2] / "notebooks" / BUILT
    (lab.course / "stored.ipynb").write_bytes(source.read_bytes())
    tab = page.context.new_page()
    yield Notebook.open(tab, address(lab, "stored.ipynb"))
    tab.close()


def test_what_is_stored_in_the_built_chapter_shows_before_anything_is_trusted_or_run(stored):
    assert not stored.ask("panel => panel.content.widgets.every(cell => cell.model.trusted)")
    assert stored.errors() == []
    assert stored.pictures()
    assert all(picture["drawn"] for picture in stored.pictures())


def test_nothing_that_a_prediction_tells_afterwards_can_be_read_in_the_built_chapter(stored):
    shown = stored.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden) .jp-Notebook").inner_text()
    for id in (f"04-p{number}" for number in range(1, 7)):
        for line in prediction(id).after.replace("`", "").replace("**", "").split(". "):
            assert len(line) < 25 or line.strip("\n|- ") not in shown, id


def test_a_prediction_is_committed_told_after_it_and_said_again_after_a_restart(hand, lesson, lab):
    def text(cell):
        return lesson.cell(cell).locator(".jp-OutputArea")

    lesson.call('from vpclab.course import reset; reset("04-p4")')
    lesson.click_run('predict("04-p4"')
    cell = 'predict("04-p4"'
    radios = lesson.cell(cell).get_by_role("radio")
    assert radios.evaluate_all("all => all.filter(radio => radio.checked).length") == 0
    hand.press(cell, lesson.cell(cell).get_by_role("radio").last)
    hand.press(cell, lesson.cell(cell).get_by_role("button", name=words.COMMIT), "Enter")
    expect(text(cell)).to_contain_text("You predicted: the packet is stopped on the way.")
    shown = lesson.click_run('reveal("04-p4"')
    expect(shown).to_contain_text("This morning trial answers at 198.51.100.12")
    expect(shown.get_by_role("table").last).to_contain_text("goes back to AWS; a new one comes")
    lesson.restart_and_run_all()
    expect(text(cell)).to_contain_text("You predicted: the packet is stopped on the way.")
    expect(lesson.cell(cell).get_by_role("radio").last).to_be_checked()
    assert [e["right"] for e in lab.events() if e["id"] == "04-p4" and e["event"] == "predict"][-1] is True


ANSWERS = {
    "multiple_choice": (["the other"], words.TRY_AGAIN, ["the one"]),
    "many_choice": (["red"], words.SOME_MISSING, ["green"]),
    "numeric": ("12", words.TRY_AGAIN, "11"),
    "string": ("gateway", words.TRY_AGAIN, "Route  Table"),
}


@pytest.mark.parametrize("kind", ANSWERS)
def test_a_question_of_each_kind_is_answered_wrongly_and_then_rightly(hand, lesson, kind):
    cell = "question_controls("
    lesson.click_run(cell)
    box = question(lesson, kind)
    check = box.get_by_role("button", name=words.CHECK)
    hand.press(cell, check, "Enter")
    expect(box).to_contain_text(words.NOT_YET)
    wrong, said, right = ANSWERS[kind]
    for answer, expected in ((wrong, said), (right, "So it is.")):
        if isinstance(answer, str):
            hand.type(cell, box.get_by_role("textbox"), answer)
        else:
            for name in answer:
                role = "radio" if kind == "multiple_choice" else "checkbox"
                lesson.go_to(cell) if hand.keyboard else None
                hand.press(cell, box.get_by_role(role, name=name, exact=True))
        lesson.go_to(cell) if hand.keyboard else None
        hand.press(cell, check, "Enter")
        expect(box).to_contain_text(expected)
        lesson.settled()  # while the kernel is busy, a click overtakes what was typed before it


def test_the_recall_card_and_its_controls_ask_the_same_after_all_were_answered(hand, lesson):
    for _ in range(2):
        card = lesson.click_run('show("04-recall")').inner_text()
        lesson.click_run('recall("04")')
        boxes = (
            lesson.cell('recall("04")')
            .locator(".widget-vbox .widget-vbox")
            .filter(has=lesson.page.get_by_role("button", name=words.CHECK))
        )
        asked = [
            re.sub(r"\s+", " ", text) for text in boxes.locator("p").all_text_contents() if "Question" in text
        ]
        assert len(asked) == 3
        assert all(text in re.sub(r"\s+", " ", card) for text in asked), (asked, card)
        for place in range(3):
            box = boxes.nth(place)
            if (choices := box.get_by_role("radio").or_(box.get_by_role("checkbox"))).count():
                lesson.go_to('recall("04")') if hand.keyboard else None
                hand.press('recall("04")', choices.last)
            else:
                hand.type(
                    'recall("04")',
                    box.get_by_role("textbox"),
                    "10.0.1.0/24" if "block" in asked[place] else "7",
                )
            lesson.go_to('recall("04")') if hand.keyboard else None
            hand.press('recall("04")', box.get_by_role("button", name=words.CHECK), "Enter")
            expect(box).to_contain_text(re.compile(f"{words.CORRECT}|{words.TRY_AGAIN}"))


def test_a_sentence_of_one_s_own_is_compared(hand, lesson):
    cell = 'explain("04-why"'
    lesson.click_run(cell)
    hand.type(
        cell,
        lesson.cell(cell).get_by_role("textbox", name=words.EXPLAIN_LABEL),
        "A name <b>says</b> nothing.",
    )
    hand.press(cell, lesson.cell(cell).get_by_role("button", name=words.COMPARE), "Enter")
    expect(lesson.cell(cell).locator(".jp-OutputArea")).to_contain_text("A name <b>says</b> nothing.")
    expect(lesson.cell(cell).locator(".jp-OutputArea")).to_contain_text(explanation("04-why").model)


def test_chapters_are_renewed_and_one_is_laid_anew_with_a_backup(hand, lesson, lab):
    mine = lab.course / "00_start_here.ipynb"
    work = json.loads(mine.read_text(encoding="utf-8"))
    work["cells"].append(
        {"cell_type": "markdown", "id": "mine", "metadata": {}, "source": f"My notes, {hand}."[:40]}
    )
    mine.write_text(json.dumps(work), encoding="utf-8")
    lesson.click_run("renew()")
    area = lesson.cell("renew()").locator(".jp-OutputArea")
    expect(area).to_contain_text(words.COPY_YOURS)
    hand.press("renew()", area.get_by_role("button", name=words.RENEW), "Enter")
    expect(area).to_contain_text(words.COPIES_NOTHING)
    assert json.loads(mine.read_text(encoding="utf-8")) == work
    hand.type("renew()", area.get_by_role("textbox", name=words.RENEW_WHICH), "00")
    hand.press("renew()", area.get_by_role("button", name=words.RENEW_ONE), "Enter")
    expect(area).to_contain_text("Kept yours as my_course/backups/00_start_here_")
    backups = [json.loads(path.read_text(encoding="utf-8")) for path in (lab.course / "backups").iterdir()]
    assert work in backups
    assert json.loads(mine.read_text(encoding="utf-8")) != work


@pytest.mark.parametrize(("width", "theme"), LOOKS, ids=[f"{w} pixels, {t}" for w, t in LOOKS])
def test_nothing_is_too_wide_and_axe_finds_nothing_serious(lesson, page, screenshots, width, theme):
    lesson.click_run('reveal("04-p4"')
    lesson.look(width, theme)
    for name in (
        'predict("04-p4"',
        'reveal("04-p4"',
        "question_controls(",
        'recall("04")',
        "renew()",
        "fact(",
    ):
        lesson.go_to(name)
        page.screenshot(
            path=screenshots / f"lesson-{re.sub(r'[^a-z0-9]', '', name)}-{width}-{theme.lower()}.png"
        )
    assert lesson.scrolled() == []
    assert lesson.squeezed() == []
    assert serious(page) == []
