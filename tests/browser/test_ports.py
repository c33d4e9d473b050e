"""The port finder once by mouse and once by keyboard alone; how it looks; what a screen reader is told."""

import nbformat
import pytest
from learner import Lab, Notebook, serious
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

from vpclab.course import words

BUILD = "from vpclab.course import port_finder"
FINDER = "port_finder()"


@pytest.fixture(scope="module")
def book(lab: Lab, page: Page) -> Notebook:
    """Return a notebook with the finder, after "run all"."""
    lesson = new_notebook(cells=[new_code_cell(code) for code in (BUILD, FINDER)])
    lesson.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(lesson, lab.course / "ports.ipynb")
    notebook = Notebook.open(page, lab.address.replace("00_start_here", "ports"))
    notebook.look(1280, "Light")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


def test_a_service_is_looked_up_with_the_mouse(book):
    output = book.click_run(FINDER)
    expect(output).to_contain_text("All 18 services")
    output.get_by_label(words.PORTS_FIELD).click()
    book.page.keyboard.insert_text("login")
    output.get_by_role("button", name=words.LOOK_UP).click()
    expect(output.locator("tbody tr")).to_have_count(3)
    output.get_by_role("radio", name=words.PORTS_CHOICES[False], exact=True).click()
    expect(output.locator("tbody tr")).to_have_count(2)
    expect(output.locator("tbody tr").first).to_contain_text("Telnet")
    expect(output.locator("tbody tr").last).to_contain_text("3389")


def test_a_service_is_looked_up_with_the_keyboard(book, page):
    book.click_run(FINDER)
    cell = book.go_to(FINDER)
    output = cell.locator(".jp-OutputArea")
    book.tab_to(cell.get_by_label(words.PORTS_FIELD))
    page.keyboard.type("70000")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("ports run from 0 to 65535")
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("mysql")
    page.keyboard.press("Enter")
    expect(output.locator("tbody tr")).to_have_count(1)
    expect(output).not_to_contain_text("ports run from 0 to 65535")
    book.tab_to(cell.get_by_role("radio", name=words.PORTS_CHOICES[True], exact=True))
    page.keyboard.press("Space")
    expect(output).to_contain_text("is not among those that you chose by encryption")


@pytest.mark.parametrize("theme", ["Light", "Dark"])
@pytest.mark.parametrize("width", [1280, 800])
def test_nothing_is_wider_than_its_place_and_no_label_is_squeezed(book, width, theme):
    book.click_run(FINDER)
    book.look(width, theme)
    assert book.scrolled() == []
    assert book.squeezed() == []
    book.look(1280, "Light")


def test_a_checker_finds_nothing_serious(book, page):
    book.click_run(FINDER)
    assert serious(page) == []
