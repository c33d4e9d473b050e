"""The flow log reader once by mouse and once by keyboard; how it looks; what a screen reader is told."""

import nbformat
import pytest
from learner import Lab, Notebook, serious
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

from vpclab.course import words

BUILD = "from vpclab.course import log_reader, shop_day"
DAY = 'log_reader(shop_day("E"), at="db")'
LINE = "2 111122223333 eni-1 10.0.0.10 10.0.1.10 40000 3306 6 4 240 1768467600 1768467660 REJECT OK"
ONE = f'log_reader("{LINE}")'
LOOKS = [(width, theme) for width in (1280, 800) for theme in ("Light", "Dark")]


@pytest.fixture(scope="module")
def reader(lab: Lab, page: Page) -> Notebook:
    """Return a notebook with a day and a line to read, after "run all"."""
    lesson = new_notebook(cells=[new_code_cell(code) for code in (BUILD, DAY, ONE)])
    lesson.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(lesson, lab.course / "reader.ipynb")
    notebook = Notebook.open(page, lab.address.replace("00_start_here", "reader"))
    notebook.look(1280, "Light")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


def test_a_refused_reply_is_found_with_the_mouse(reader):
    output = reader.click_run(DAY)
    output.get_by_role("radio", name=words.LOG_ACTIONS["REJECT"]).click()
    expect(output).to_contain_text("88 of 2,307 lines fit. Line 1:")
    expect(output).to_contain_text("By network ACL")
    output.get_by_role("button", name=words.NEXT, exact=True).click()
    expect(output).to_contain_text("Line 2:")
    output.get_by_label(words.LOG_PORT).click()
    reader.page.keyboard.insert_text("https")
    output.get_by_label(words.LOG_ADDRESS).click()
    expect(output).to_contain_text("is not a port")


def test_a_refused_reply_is_found_with_the_keyboard(reader, page):
    reader.click_run(DAY)
    cell = reader.go_to(DAY)
    output = cell.locator(".jp-OutputArea")
    reader.tab_to(cell.get_by_label(words.LOG_ADDRESS))
    page.keyboard.type("app-2")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("of 2,307 lines fit. Line 1:")
    reader.tab_to(cell.get_by_role("spinbutton", name=words.LOG_NUMBER))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("136")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("Line 136:")
    expect(output.locator("th", has_text="action")).to_have_count(2)


def test_a_line_is_pasted_and_read(reader, page):
    output = reader.click_run(ONE)
    output.get_by_label(words.LOG_LINE).click(click_count=3)
    page.keyboard.insert_text(LINE.replace("3306", "22"))
    output.get_by_role("button", name=words.LOG_READ_IT).click()
    expect(output).to_contain_text("port 40000 to port 22")


@pytest.mark.parametrize(("width", "theme"), LOOKS, ids=[f"{w} pixels, {t}" for w, t in LOOKS])
def test_it_is_not_too_wide_and_axe_finds_nothing_serious(reader, screenshots, width, theme):
    reader.look(width, theme)
    for name, text in (("day", DAY), ("line", ONE)):
        reader.go_to(text)
        reader.page.screenshot(path=screenshots / f"log-{name}-{width}-{theme.lower()}.png")
    assert reader.scrolled() == []
    assert serious(reader.page) == []
    expect(reader.cell(DAY).locator("[role=status][aria-live=polite]").first).to_be_attached()
