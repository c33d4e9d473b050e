"""A learner works on a trouble ticket in a real browser: once by mouse, once by keyboard alone."""

import json
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from learner import Notebook
from playwright.sync_api import Locator, expect

from vpclab.course import words
from vpclab.course.tickets import ticket

SEED, LEVEL = 2, 1  # customers with IPv6 only get no answer
CELLS = (
    f"from vpclab.course.tickets import ticket\nt = ticket({SEED}, {LEVEL})\nt",
    "t.controls()",
    "t.diagnose('web', 'BAD_STATE')",
    "t.fix(lambda network: network['sg-prod-web'].allow(inbound=['tcp 443 from ::/0']))",
    "t.debrief()",
)
LOOKS = [(width, theme) for width in (1280, 800) for theme in ("Light", "Dark")]
OUTPUTS = ".jp-NotebookPanel:not(.lm-mod-hidden) .jp-OutputArea-output"
# JupyterLab hides what overflows, and axe-core judges only what is seen.
UNROLLED = """
    body, body * { content-visibility: visible !important; }
    body, .jp-LabShell { overflow: visible !important; }
    #jp-bottom-panel { display: none; }
"""


@pytest.fixture(scope="module")
def clinic(lab, page) -> Notebook:
    """Return a notebook of one's own with a ticket in it, run down to the controls."""
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "execution_count": None}
    cells = [{**cell, "id": f"cell-{n}", "source": text} for n, text in enumerate(CELLS)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    book = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    (lab.course / "clinic.ipynb").write_text(json.dumps(book), encoding="utf-8")
    root = lab.address.split("?")[0].rsplit("/", 1)[0]
    notebook = Notebook.open(page, f"{root}/clinic.ipynb?{lab.address.partition('?')[2]}")
    for text in CELLS[:2]:
        notebook.click_run(text.splitlines()[-1] if text != CELLS[0] else "ticket(")
    return notebook


@pytest.fixture
def desk(clinic) -> Locator:
    """Return the controls, with nothing asked yet."""
    clinic.call("t.reset()")
    clinic.click_run("t.controls()")
    return clinic.cell("t.controls()").locator(".jp-OutputArea")


def choice(desk, label, text):
    """Return a choice of one of the lists."""
    group = desk.locator(".widget-radio").filter(has_text=label)
    return group.get_by_role("radio", name=text, exact=True)


def asked(lab):
    return [e["flow"] for e in lab.events() if e["event"] == "probe"]


def test_the_card_tells_the_complaint_the_plan_and_nothing_more(clinic):
    card = clinic.cell("ticket(").locator(".jp-OutputArea-output").first
    expect(card).to_contain_text("Customers on IPv6 alone report")
    expect(card.locator("img")).to_have_attribute("alt", re.compile("public subnets"))
    assert clinic.errors() == []


def test_a_probe_and_a_diagnosis_by_mouse(clinic, desk, lab):
    send, name = (desk.get_by_role("button", name=word) for word in (words.DESK_PROBE, words.DESK_DIAGNOSE))
    before = len(asked(lab))
    send.click()
    expect(desk).to_contain_text(words.DESK_CHOOSE)
    for label, text in (("Sender", "internet"), ("Receiver", "web"), ("Traffic", "tcp 443")):
        choice(desk, label, text).click()
    send.click()
    expect(desk).to_contain_text("internet → web tcp 443: an answer comes back")
    assert asked(lab)[before:] == ["internet → web tcp 443"]
    choice(desk, "Component", "web").click()
    choice(desk, "Code", "BAD_STATE").click()
    name.click()
    expect(desk).to_contain_text("Your probe 1 speaks against it")
    choice(desk, "Code", "ENI_SG_RULES_MISMATCH").click()
    name.click()
    expect(desk).to_contain_text("ENI_SG_RULES_MISMATCH: that is it.")
    clinic.look(1280, "Light")


def test_a_probe_and_a_diagnosis_by_keyboard_alone(clinic, desk, page, lab):
    before = len(asked(lab))
    clinic.go_to("t.controls()")
    for label, text in (("Sender", "internet"), ("Receiver", "web"), ("Traffic", "tcp 443 over IPv6")):
        clinic.tab_to(choice(desk, label, text))
        page.keyboard.press("Space")
    clinic.tab_to(desk.get_by_role("button", name=words.DESK_PROBE))
    page.keyboard.press("Enter")
    expect(desk).to_contain_text("internet → web tcp 443 over IPv6: no answer")
    assert asked(lab)[before:] == ["internet → web tcp 443 over IPv6"]
    for label, text in (("Component", "web"), ("Code", "ENI_SG_RULES_MISMATCH")):
        clinic.tab_to(choice(desk, label, text))
        page.keyboard.press("Space")
    clinic.tab_to(desk.get_by_role("button", name=words.DESK_DIAGNOSE))
    page.keyboard.press("Space")
    expect(desk).to_contain_text("ENI_SG_RULES_MISMATCH: that is it.")


def test_the_ticket_is_closed_and_debriefed(clinic, desk):
    clinic.click_run("t.diagnose(")
    assert words.CORRECT in clinic.click_run("t.fix(").inner_text()
    debrief = clinic.click_run("t.debrief()")
    expect(debrief).to_contain_text(str(ticket(SEED, LEVEL)._faults[0]))
    assert clinic.errors() == []


@pytest.mark.parametrize(("width", "theme"), LOOKS, ids=[f"{w} pixels, {t}" for w, t in LOOKS])
def test_nothing_of_a_ticket_is_too_wide(clinic, desk, page, screenshots, width, theme):
    clinic.look(width, theme)
    desk.get_by_role("button", name=words.DESK_PROBE).click()
    for label, text in (("Sender", "internet"), ("Receiver", "web"), ("Traffic", "tcp 443 over IPv6")):
        choice(desk, label, text).click()
    desk.get_by_role("button", name=words.DESK_PROBE).click()
    clinic.click_run("t.diagnose(")
    clinic.click_run("t.fix(")
    clinic.click_run("t.debrief()")
    for name, text in (("card", "ticket("), ("controls", "t.controls()"), ("debrief", "t.debrief()")):
        clinic.go_to(text)
        page.screenshot(path=screenshots / f"ticket-{name}-{width}-{theme.lower()}.png")
        clinic.at(clinic.place(text)).screenshot(
            path=screenshots / f"ticket-{name}-whole-{width}-{theme.lower()}.png"
        )
    assert clinic.scrolled() == []
    assert clinic.errors() == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious_in_a_ticket(clinic, desk, page, theme):
    clinic.look(1280, theme)
    style = page.add_style_tag(content=UNROLLED)
    found = Axe().run(page, {"include": [[OUTPUTS]]}).response["violations"]
    style.evaluate("element => element.remove()")
    serious = [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in found
        if rule["impact"] in ("serious", "critical")
        for node in rule["nodes"]
    ]
    assert serious == []
