"""The CIDR planner, driven without a browser: what is chosen, changed and refused, and what the page says."""

from dataclasses import replace
from ipaddress import IPv4Network

import ipywidgets
import pytest
from test_course_widgets import inside

from vpclab import BadInput
from vpclab.course import cidr_planner, words
from vpclab.course.planning import PlanView, read_blocks
from vpclab.topology.cidr import Plan

DEV, OFFICE = ("dev", IPv4Network("10.0.128.0/17")), ("office", IPv4Network("192.168.0.0/16"))
PLAN = Plan.of("10.0.0.0/16").split("10.0.0.0/16", 18).assign("10.0.0.0/18", "public-a", "a")


class Planner:
    """The controls by their labels."""

    def __init__(self, *args, **more):
        self.box = cidr_planner(*args, **more)
        kinds = ipywidgets.Text | ipywidgets.RadioButtons | ipywidgets.BoundedIntText
        self.controls = {found.description: found for found in inside(self.box, kinds)}
        self.buttons = {found.description: found for found in inside(self.box, ipywidgets.Button)}
        self.message, self.page = inside(self.box, ipywidgets.HTML)

    def choose(self, block):
        self.controls[words.PIECE].value = IPv4Network(block)

    def press(self, word):
        self.buttons[word].click()

    @property
    def blocks(self):
        return [str(block) for _, block in self.controls[words.PIECE].options]


def test_the_page_says_the_same_as_text_and_as_html():
    view = PlanView(PLAN, IPv4Network("10.0.0.0/18"), (DEV, OFFICE))
    shown = view._repr_mimebundle_()
    for said in (
        "10.0.0.0/18",
        "16,379",
        "public-a",
        "10.0.0.3",
        words.RELATIONS["inside"],
        "the VPC router",
    ):
        assert said in shown["text/plain"]
        assert said in shown["text/html"]
    assert 'prod.subnet("public-a", "10.0.0.0/18", az="a")' in shown["text/plain"]
    assert shown == PlanView(PLAN, IPv4Network("10.0.0.0/18"), (DEV, OFFICE))._repr_mimebundle_()


def test_the_bar_is_proportional_and_has_words():
    html = PlanView(PLAN).html()
    assert html.count("flex:0 1 25.0000%") == 2
    assert html.count("flex:0 1 50.0000%") == 1
    assert f'role="img" aria-label="{words.BAR_ALT.split("{")[0]}' in html


def test_a_block_that_overlaps_is_drawn_where_it_lies_and_one_apart_is_not():
    html = PlanView(PLAN, beside=(DEV, OFFICE)).html()
    assert "✖ dev 10.0.128.0/17" in html
    assert "✖ office" not in html


@pytest.mark.parametrize(
    ("block", "lie"), [("10.0.0.0/16", "same"), ("10.0.0.0/8", "around"), ("10.0.0.0/17", "inside")]
)
def test_an_overlap_is_told_with_its_consequence(block, lie):
    view = PlanView(PLAN, beside=(("dev", IPv4Network(block)),))
    assert words.RELATIONS[lie] in str(view)
    assert "peered" in words.RELATIONS[lie]


def test_names_are_escaped():
    evil = replace(PLAN, pieces=tuple(replace(p, name=p.name and "<b>") for p in PLAN.pieces))
    assert "<b>" not in PlanView(evil, beside=(("<i>", IPv4Network("10.0.0.0/16")),)).html()


def test_other_networks_are_read_with_and_without_names():
    assert read_blocks("dev 10.0.128.0/17; 10.9.0.0/16,") == (
        DEV,
        ("10.9.0.0/16", IPv4Network("10.9.0.0/16")),
    )
    with pytest.raises(BadInput, match=r"10\.9"):
        read_blocks("dev 10.9")


def test_nothing_is_chosen_to_begin_with_and_every_control_has_a_label():
    planner = Planner("10.0.0.0/16")
    assert planner.controls[words.PIECE].value is None
    assert planner.controls[words.ZONE].value is None
    assert all(planner.controls)
    assert all(planner.buttons)
    planner.press(words.SPLIT)
    assert words.CHOOSE_PIECE in planner.message.value


def test_a_plan_is_made_by_splitting_naming_and_merging():
    planner = Planner("10.0.0.0/16")
    planner.choose("10.0.0.0/16")
    planner.controls[words.FIRST_PIECE].value = 18
    planner.press(words.SPLIT)
    assert planner.blocks == ["10.0.0.0/18", "10.0.64.0/18", "10.0.128.0/17"]
    assert planner.controls[words.PIECE].value == IPv4Network("10.0.0.0/18")
    planner.controls[words.SUBNET_NAME].value = "public-a"
    planner.press(words.MAKE_SUBNET)
    assert "choose one" in planner.message.value
    planner.controls[words.ZONE].value = "a"
    planner.press(words.MAKE_SUBNET)
    assert planner.message.value == ""
    assert str(PLAN.code()) in repr(planner.box).replace("\n    ", "\n")
    planner.choose("10.0.64.0/18")
    assert planner.controls[words.SUBNET_NAME].value == ""
    planner.press(words.MERGE)
    assert "is subnet public-a" in planner.message.value
    planner.choose("10.0.0.0/18")
    planner.press(words.FREE_IT)
    planner.press(words.MERGE)
    planner.press(words.MERGE)
    assert planner.blocks == ["10.0.0.0/16"]
    assert "public-a" not in planner.page.value


def test_what_cannot_be_split_is_told_with_the_builder_s_sentence():
    planner = Planner("10.0.0.0/28")
    planner.choose("10.0.0.0/28")
    planner.press(words.SPLIT)
    assert "an IPv4 subnet is /16 to /28 (SUB-2)" in planner.message.value


def test_another_vpc_block_starts_anew_and_a_wrong_one_leaves_the_plan():
    planner = Planner("10.0.0.0/16")
    planner.controls[words.VPC_BLOCK].value = "172.16.0.0/12"
    assert "VPC is /16 to /28 (VPC-2)" in planner.message.value
    assert planner.blocks == ["10.0.0.0/16"]
    planner.controls[words.VPC_BLOCK].value = "172.16.0.0/20"
    assert planner.message.value == ""
    assert planner.blocks == ["172.16.0.0/20"]


def test_other_networks_are_compared_as_they_are_typed():
    planner = Planner("10.0.0.0/16", beside={"office": "192.168.0.0/16"})
    assert words.RELATIONS["apart"] in planner.page.value
    planner.controls[words.OTHER_BLOCKS].value = "dev 10.0.0.0/16"
    assert words.RELATIONS["same"] in planner.page.value
    planner.controls[words.OTHER_BLOCKS].value = "dev"
    assert "write an address and a prefix" in planner.message.value
    assert words.RELATIONS["same"] in repr(planner.box)
