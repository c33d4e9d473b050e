"""Each widget once by mouse and once by keyboard alone; how it looks; what a screen reader is told.

The widgets stand in a notebook of their own, in the JupyterLab and the window of the other browser tests.
"""

import re

import nbformat
import pytest
from learner import Lab, Notebook, Stepper, serious
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Page, expect

from vpclab.course import words

BUILD = """\
from vpclab import Topology, internet, tcp, trace
from vpclab.course import cidr_planner, progress, route_explorer, rule_editor, stepper

shop = Topology("shop")
prod = shop.vpc("prod", "10.0.0.0/16", ipv6=True)
front = prod.subnet("front-a", "10.0.0.0/24", ipv6=True)
web_sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
web = front.instance("web", public_ip=True, security_groups=[web_sg])
table = prod.route_table("front", subnets=[front])
table.route("0.0.0.0/0", to=prod.internet_gateway())
table.route("::/0", to="igw")
acl = prod.network_acl(
    "front",
    inbound=["100 allow tcp 443 from 0.0.0.0/0", "200 allow all from 10.0.0.0/16"],
    outbound=["100 allow tcp 1024-65535 to 0.0.0.0/0"],
    subnets=[front],
)"""
STEPPER = 'stepper(trace(shop, internet, "web", tcp(443)))'
GROUP = 'rule_editor(web_sg, "tcp 443 from 203.0.113.10")'
ACL = 'rule_editor(acl, "tcp 443 from 203.0.113.10", "tcp 22 from 10.0.0.9")'
ROUTES = "route_explorer(table)"
PLANNER = 'cidr_planner("10.0.0.0/16", beside={"dev": "10.0.128.0/17", "office": "192.168.0.0/16"})'
MAP = "progress()"
SHOTS = {"stepper": STEPPER, "group": GROUP, "acl": ACL, "routes": ROUTES, "planner": PLANNER, "map": MAP}
LOOKS = [(width, theme) for width in (1280, 800) for theme in ("Light", "Dark")]


@pytest.fixture(scope="module")
def widgets(lab: Lab, page: Page) -> Notebook:
    """Return a notebook with every widget, after "run all"."""
    cells = [new_code_cell(code) for code in (BUILD, *SHOTS.values())]
    lesson = new_notebook(cells=cells)
    lesson.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(lesson, lab.course / "widgets.ipynb")
    notebook = Notebook.open(page, lab.address.replace("00_start_here", "widgets"))
    notebook.look(1280, "Light")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


@pytest.fixture
def asked(widgets: Notebook) -> Stepper:
    """Return the stepper, run anew, at the step before its first question."""
    widgets.click_run(STEPPER)
    stepper = Stepper(widgets.cell(STEPPER))
    stepper.shows(1)
    stepper.number.fill("5")
    stepper.number.press("Enter")
    stepper.shows(5)
    return stepper


def test_next_asks_and_a_wrong_answer_is_told_with_the_step_with_the_mouse(widgets, asked, lab):
    cell = widgets.cell(STEPPER)
    asked.on.click()
    cell.get_by_role("button", name=words.ASK_ANSWER, exact=True).click()
    expect(cell.locator(".jp-OutputArea")).to_contain_text(words.CHOOSE_ONE)
    cell.get_by_role("radio", name=words.ASK_FILTER["stop"], exact=True).click()
    cell.get_by_role("button", name=words.ASK_ANSWER, exact=True).click()
    asked.shows(6)
    expect(asked.page).to_contain_text(words.ASK_WRONG.split("{")[0])
    assert [e["state"] for e in lab.events() if e["event"] == "step"][-1] == "try again"


def test_next_asks_and_after_the_answer_has_the_focus_again_with_the_keyboard(widgets, asked, page):
    cell = widgets.cell(STEPPER)
    widgets.go_to(STEPPER)
    widgets.tab_to(asked.on)
    page.keyboard.press("Enter")
    widgets.tab_to(cell.get_by_role("radio", name=words.ASK_FILTER["pass"], exact=True))
    page.keyboard.press("Space")
    widgets.tab_to(cell.get_by_role("button", name=words.ASK_ANSWER, exact=True))
    page.keyboard.press("Enter")
    asked.shows(6)
    expect(asked.page).to_contain_text(words.ASK_RIGHT.split("{")[0])
    expect(asked.on).to_be_focused()
    page.keyboard.press("Enter")
    asked.shows(7)
    asked.number.fill("11")
    asked.number.press("Enter")
    widgets.tab_to(asked.on)
    page.keyboard.press("Enter")
    asked.shows(12)
    expect(asked.back).to_be_focused()


def test_on_a_low_screen_the_buttons_and_the_whole_picture_are_in_sight_together(widgets, asked, page):
    page.set_viewport_size({"width": 1366, "height": 768})
    below = asked.picture.evaluate("""picture => picture.getBoundingClientRect().bottom
        - picture.closest('.jp-OutputArea').getBoundingClientRect().top""")
    room = page.evaluate("document.querySelector('.jp-NotebookPanel .jp-WindowedPanel-outer').clientHeight")
    widgets.look(1280, "Light")
    assert below <= room


def test_rules_of_a_group_are_changed_added_and_removed_with_the_mouse(widgets):
    output = widgets.click_run(GROUP)
    expect(output).to_contain_text("✔ tcp 443 from 203.0.113.10, allowed")
    output.get_by_label("In 1").click(click_count=3)
    widgets.page.keyboard.insert_text("tcp 80 from 0.0.0.0/0")
    output.get_by_role("button", name="Add an inbound rule").click()
    expect(output).to_contain_text("✖ tcp 443 from 203.0.113.10, denied")
    output.get_by_label("In 2").fill("tcp 443")
    output.get_by_label("In 1").click()
    expect(output).to_contain_text("is not an inbound rule")
    output.get_by_label("In 2").fill("tcp 440-450 from 203.0.113.0/24")
    output.get_by_label("In 1").click()
    expect(output).to_contain_text("✔ tcp 443 from 203.0.113.10, allowed")
    expect(output.locator("pre")).to_contain_text('"tcp 440-450 from 203.0.113.0/24"')
    output.get_by_role("button", name="Remove").nth(1).click()
    expect(output).to_contain_text("✖ tcp 443 from 203.0.113.10, denied")


def test_rules_of_an_acl_are_reordered_and_added_with_the_keyboard(widgets, page):
    widgets.click_run(ACL)
    cell = widgets.go_to(ACL)
    output = cell.locator(".jp-OutputArea")
    widgets.tab_to(cell.get_by_label("In 2"))
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("200 deny tcp 443 from 203.0.113.0/24")
    page.keyboard.press("Enter")
    expect(output.locator("table").first).to_contain_text(words.FITS_LATER)
    widgets.tab_to(cell.get_by_role("button", name=words.UP).nth(1))
    page.keyboard.press("Enter")
    expect(output).to_contain_text("✖ tcp 443 from 203.0.113.10, denied")
    widgets.tab_to(cell.get_by_role("button", name="Add an inbound rule"))
    page.keyboard.press("Space")
    expect(cell.get_by_label("In 3")).to_be_focused()
    widgets.tab_to(cell.get_by_role("button", name=words.REMOVE).nth(2))
    page.keyboard.press("Enter")
    expect(cell.get_by_role("button", name="Add an inbound rule")).to_be_focused()
    page.keyboard.press("Enter")
    expect(cell.get_by_label("In 3")).to_be_focused()
    page.keyboard.press("End")
    page.keyboard.type("allow tcp 22 from 10.0.0.0/8")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("✔ tcp 22 from 10.0.0.9, allowed")


def test_an_address_is_looked_up_with_the_mouse(widgets):
    output = widgets.click_run(ROUTES)
    expect(output).not_to_contain_text(words.ROUTE_WINS)
    output.get_by_label(words.ADDRESS).click()
    widgets.page.keyboard.insert_text("203.0.113.9")
    output.get_by_role("button", name=words.LOOK_UP).click()
    expect(output.locator("tr", has_text=words.ROUTE_WINS)).to_contain_text("internet gateway igw")


def test_an_address_is_looked_up_with_the_keyboard(widgets, page):
    widgets.click_run(ROUTES)
    cell = widgets.go_to(ROUTES)
    output = cell.locator(".jp-OutputArea")
    widgets.tab_to(cell.get_by_label(words.ADDRESS))
    page.keyboard.type("10.0.77")
    page.keyboard.press("Enter")
    expect(output).to_contain_text("is not an IP address")
    page.keyboard.type(".1")
    page.keyboard.press("Enter")
    expect(output.locator("tr", has_text=words.ROUTE_WINS)).to_contain_text("10.0.0.0/16")
    expect(output).not_to_contain_text("is not an IP address")


def test_a_block_is_planned_with_the_mouse(widgets):
    output = widgets.click_run(PLANNER)
    expect(output).to_contain_text(words.RELATIONS["inside"])
    output.get_by_role("radio", name="10.0.0.0/16").click()
    output.get_by_role("button", name=words.SPLIT).click()
    expect(output.get_by_role("radio", name="10.0.128.0/17")).to_be_visible()
    output.get_by_label(words.SUBNET_NAME).click()
    widgets.page.keyboard.insert_text("public-a")
    output.get_by_role("radio", name="a", exact=True).click()
    output.get_by_role("button", name=words.MAKE_SUBNET).click()
    expect(output.locator("pre")).to_contain_text('prod.subnet("public-a", "10.0.0.0/17", az="a")')
    output.get_by_role("button", name=words.MERGE).click()
    expect(output).to_contain_text("10.0.0.0/17 is subnet public-a")


def test_a_block_is_planned_with_the_keyboard(widgets, page):
    widgets.click_run(PLANNER)
    cell = widgets.go_to(PLANNER)
    output = cell.locator(".jp-OutputArea")
    widgets.tab_to(cell.get_by_role("radio", name="10.0.0.0/16"))
    page.keyboard.press("Space")
    length = cell.get_by_role("spinbutton", name=words.FIRST_PIECE)
    widgets.tab_to(length)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type("18")
    page.keyboard.press("Enter")
    widgets.tab_to(cell.get_by_role("button", name=words.SPLIT))
    page.keyboard.press("Enter")
    expect(output.get_by_role("radio", name="10.0.64.0/18")).to_be_visible()
    widgets.tab_to(cell.get_by_label(words.SUBNET_NAME))
    page.keyboard.type("db-c")
    widgets.tab_to(cell.get_by_role("radio", name="c", exact=True))
    page.keyboard.press("Space")
    widgets.tab_to(cell.get_by_role("button", name=words.MAKE_SUBNET))
    page.keyboard.press("Enter")
    expect(output.locator("pre")).to_contain_text('prod.subnet("db-c", "10.0.0.0/18", az="c")')


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious_in_the_widgets(widgets, theme):
    widgets.look(1280, theme)
    widgets.cell(STEPPER).get_by_role("button", name=words.NEXT, exact=True).wait_for()
    assert serious(widgets.page) == []


@pytest.mark.parametrize(("width", "theme"), LOOKS, ids=[f"{w} pixels, {t}" for w, t in LOOKS])
def test_no_widget_is_too_wide(widgets, screenshots, width, theme):
    widgets.look(width, theme)
    for name, text in SHOTS.items():
        widgets.go_to(text)
        widgets.page.screenshot(path=screenshots / f"widget-{name}-{width}-{theme.lower()}.png")
    assert widgets.scrolled() == []


def test_what_a_reader_hears_is_in_a_live_region(widgets):
    for text in (STEPPER, GROUP, ROUTES, PLANNER):
        expect(widgets.cell(text).locator("[role=status][aria-live=polite]").first).to_be_attached()


@pytest.mark.parametrize("by", ["mouse", "keyboard"])
def test_the_map_leads_to_a_chapter(widgets, page, lab, by):
    widgets.look(1280, "Light")
    if by == "keyboard":
        Notebook.open(page, lab.address.replace("00_start_here", "widgets"))
    notebook = Notebook(page)
    output = notebook.click_run(MAP)
    link = output.get_by_role("link", name=re.compile("04 Public"))
    if by == "mouse":
        link.click()
    else:
        notebook.go_to(MAP)
        notebook.tab_to(link)
        page.keyboard.press("Enter")
    Notebook.arrived(page, "04_")
