"""An instructor opens a chapter with `lab.py demo`: its notes, large letters, slides with live controls."""

from collections.abc import Iterator

import pytest
from learner import Notebook, running_lab
from playwright.sync_api import Page

SHOWN = """() => [...document.querySelectorAll('.jp-deck-mod-visible, .jp-Cell')]
    .filter(cell => cell.checkVisibility() && cell.getBoundingClientRect().width)
    .map(cell => cell.innerText.trim()).filter(Boolean)"""


@pytest.fixture(scope="module")
def demo(page: Page, pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Page]:
    course = tmp_path_factory.mktemp("instructor") / "my_course"
    with running_lab(pytestconfig.rootpath, course, "demo", "04") as lab:
        page.goto(f"{lab.address}&reset")
        Notebook.arrived(page, "04_public_and_private_subnets")
        yield page


def test_the_notes_are_there_and_the_notebook_has_the_page_for_itself(demo):
    assert "/doc/" in demo.url
    assert demo.get_by_text("Instructor's notes").count() > 5


def test_letters_and_outputs_are_large(demo):
    size = "parseFloat(getComputedStyle(document.querySelector('.jp-MarkdownOutput p')).fontSize)"
    assert demo.evaluate(size) >= 18
    demo.evaluate("jupyterapp.commands.execute('notebook:run-all-cells')")
    demo.wait_for_selector(".jp-OutputArea-output")
    assert (
        float(demo.evaluate("getComputedStyle(document.querySelector('.jp-OutputArea-output')).zoom")) > 1.2
    )


def test_slides_begin_with_the_title_and_leave_the_notes_out(demo):
    demo.evaluate("jupyterapp.shell.currentWidget.content.activeCellIndex = 0")
    demo.evaluate("jupyterapp.commands.execute('deck:start')")
    demo.wait_for_selector(".jp-Deck, .jp-deck-mod-visible, [class*=jp-Deck]")
    demo.wait_for_function("document.body.innerText.includes('04 Public and private subnets')")
    shown = demo.evaluate(SHOWN)
    assert any(text.startswith("04 Public and private subnets") for text in shown)
    assert not any(text.startswith("Instructor's notes") for text in shown)
    demo.evaluate("jupyterapp.commands.execute('deck:stop')")
