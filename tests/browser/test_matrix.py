"""The reachability matrix in a real browser: a pair chosen by mouse and by keyboard, and how it looks."""

import nbformat
import pytest
from learner import Lab, Notebook, serious
from nbformat.v4 import new_code_cell, new_notebook
from playwright.sync_api import Locator, Page, expect

from vpclab.course import words

BUILD = """\
from vpclab import Topology
from vpclab.course import reachability_matrix
from vpclab.topology.examples import three_tier_shop

shop = three_tier_shop()
later = shop.copy()
later["prod"].security_group("app", inbound=["tcp 8080 from web", "tcp 22 from web"])
open_to_all = ["100 allow all from 0.0.0.0/0"], ["100 allow all to 0.0.0.0/0"]
later["prod"].network_acl("app", inbound=open_to_all[0], outbound=open_to_all[1])
many = Topology("many")
big = many.vpc("big", "10.0.0.0/16")
for number in range(11):
    block = f"10.0.{number}.0/24"
    rules = [f"tcp {1400 + number * 700} from 10.0.3.0/24", "udp 1024-65535 from 10.0.5.0/24"]
    group = big.security_group(f"g-{number}", inbound=rules)
    big.subnet(f"s-{number}", block).instance(f"host-{number}", security_groups=[group])"""
ONE = "reachability_matrix(shop)"
TWO = "reachability_matrix(shop, later)"
MANY = "reachability_matrix(many)"
SHOTS = {"one": ONE, "two": TWO, "many": MANY}
LOOKS = [(width, theme) for width in (1280, 800) for theme in ("Light", "Dark")]


@pytest.fixture(scope="module")
def matrices(lab: Lab, page: Page) -> Notebook:
    """Return a notebook with three matrices, after "run all"."""
    lesson = new_notebook(cells=[new_code_cell(code) for code in (BUILD, *SHOTS.values())])
    lesson.metadata.kernelspec = {"name": "python3", "display_name": "Python 3 (ipykernel)"}
    nbformat.write(lesson, lab.course / "matrices.ipynb")
    notebook = Notebook.open(page, lab.address.replace("00_start_here", "matrices"))
    notebook.look(1280, "Light")
    notebook.run_all()
    assert notebook.errors() == []
    return notebook


def choice(cell: Locator, label: str, name: str) -> Locator:
    """Return a choice of one of the two lists."""
    group = cell.locator(".widget-radio").filter(has_text=label)
    return group.get_by_role("radio", name=name, exact=True)


def test_a_pair_is_chosen_with_the_mouse(matrices):
    output = matrices.click_run(ONE)
    expect(output).to_contain_text(words.MATRIX_CHOOSE)
    choice(output, words.DESK_SRC, "1 web").click()
    choice(output, words.DESK_DST, "5 db").click()
    expect(output).to_contain_text("web → db tcp 3306: blocked")
    output.get_by_label(words.MATRIX_TRAFFIC).click()
    matrices.page.keyboard.insert_text("tcp 22")
    output.get_by_role("button", name=words.MATRIX_SHOW).click()
    expect(output).to_contain_text("web → db tcp 22: blocked")


def test_a_pair_is_chosen_with_the_keyboard(matrices, page):
    matrices.click_run(TWO)
    cell = matrices.go_to(TWO)
    output = cell.locator(".jp-OutputArea")
    for label, name in ((words.DESK_SRC, "1 web"), (words.DESK_DST, "3 app")):
        matrices.tab_to(choice(cell, label, name))
        page.keyboard.press("Space")
    expect(output).to_contain_text("Before: web → app tcp 22: blocked")
    expect(output).to_contain_text("Now: web → app tcp 22: delivered")


@pytest.mark.parametrize(("width", "theme"), LOOKS, ids=[f"{w} pixels, {t}" for w, t in LOOKS])
def test_nothing_of_a_matrix_is_too_wide(matrices, page, screenshots, width, theme):
    matrices.look(width, theme)
    for name, code in SHOTS.items():
        matrices.go_to(code)
        shot = f"matrix-{name}-{width}-{theme.lower()}.png"
        matrices.at(matrices.place(code)).screenshot(path=screenshots / shot)
    assert matrices.scrolled() == []
    assert matrices.errors() == []


def test_axe_finds_nothing_serious_in_a_matrix(matrices, page):
    matrices.look(1280, "Light")
    assert serious(page) == []
