"""The NAT comparison once by mouse and once by keyboard alone; how it looks; what a screen reader is told."""

import nbformat
import pytest
from learner import Lab, Notebook, serious
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

from vpclab.course import words
from vpclab.course.natting import GATEWAY, INSTANCE

IMPORT = "from vpclab.course import nat_comparison"
COMPARISON = "nat_comparison()"
FILLED = 'nat_comparison("NAT instance", "ac", check="on", fails="a", gb=100, hours=730)'
LOOKS = [(width, theme) for width in (1280, 800) for theme in ("Light", "Dark")]


@pytest.fixture(scope="module")
def natting(lab: Lab, page: Page) -> Notebook:
    """Return a notebook with the comparison, after "run all"."""
    lesson = new_notebook(cells=[new_code_cell(code) for code in (IMPORT, COMPARISON, FILLED)])
    lesson.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(lesson, lab.course / "natting.ipynb")
    notebook = Notebook.open(page, lab.address.replace("00_start_here", "natting"))
    notebook.look(1280, "Light")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


def test_a_zone_is_let_fail_and_the_month_is_billed_with_the_mouse(natting):
    output = natting.click_run(COMPARISON)
    expect(output).to_contain_text(words.NAT_CHOOSE.split("{")[0])
    output.get_by_role("radio", name=GATEWAY, exact=True).click()
    output.get_by_role("radio", name=words.NAT_PLACES["a"], exact=True).click()
    expect(output.locator("tr", has_text="app-c")).to_contain_text(words.NAT_KEEPS[True])
    output.get_by_role("radio", name=words.NAT_ZONE.format(zone="a"), exact=True).click()
    expect(output.locator("tr", has_text="app-c")).to_contain_text(words.NAT_KEEPS[False])
    output.get_by_label(words.NAT_GB).fill("100")
    output.get_by_label(words.NAT_HOURS).fill("730")
    output.get_by_role("button", name=words.NAT_SHOW, exact=True).click()
    expect(output.locator("tr", has_text=words.NAT_BILL_SUM)).to_contain_text("55.11")


def test_a_check_is_switched_off_with_the_keyboard(natting, page):
    natting.click_run(COMPARISON)
    cell = natting.go_to(COMPARISON)
    output = cell.locator(".jp-OutputArea")
    for name in (INSTANCE, words.NAT_PLACES["ac"], words.NAT_ON):
        natting.tab_to(cell.get_by_role("radio", name=name, exact=True))
        page.keyboard.press("Space")
    expect(output.locator("tr", has_text="app-a")).to_contain_text("source/destination check is on")
    natting.tab_to(cell.get_by_role("radio", name=words.NAT_OFF, exact=True))
    page.keyboard.press("Space")
    expect(output.locator("tr", has_text="app-a")).to_contain_text(words.NAT_KEEPS[True])
    natting.tab_to(cell.get_by_label(words.NAT_PRICE))
    page.keyboard.type("much")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("is no amount")


@pytest.mark.parametrize(("width", "theme"), LOOKS)
def test_it_fits_and_axe_finds_nothing_serious(natting, page, screenshots, width, theme):
    natting.look(width, theme)
    output = natting.click_run(FILLED)
    expect(output).to_contain_text(words.NAT_MONTH)
    wide = output.evaluate("area => area.scrollWidth - area.clientWidth")
    output.screenshot(path=screenshots / f"natting_{width}_{theme}.png")
    assert wide <= 1
    assert serious(page) == []
    natting.look(1280, "Light")
