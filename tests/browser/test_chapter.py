"""A learner works through chapter 04 in a real browser, by mouse and by keyboard alone.

All tests share one JupyterLab and one opened chapter, as a learner has it; each can also run alone.
"""

import re

import pytest
from learner import Notebook, Stepper, serious
from playwright.sync_api import Locator, expect

from vpclab.course import words
from vpclab.course.declarations import explanation, prediction

PARTS = [
    "Recall", "Puzzle", "Worked trace", "Faded examples", "Change it", "Exercises", "Break and fix",
    "Explain", "Key points", "More practice",
]  # fmt: skip
# What a learner sees at these cells is kept as screenshots.
SHOTS = {
    "puzzle": 'show("04-p1")',
    "reveal": 'reveal("04-p1")',
    "stepper": 'stepper("04-p2")',
    "map": 'show("04-second")',
    "verdict": 'check("04-public"',
    "own-network": "subnets(mine)",
}
LOOKS = [(width, theme) for width in (1280, 800) for theme in ("Light", "Dark")]
SMALLEST = 9  # pixels, for text in pictures
# Where the stepper's picture stands, and how much of its page is scrolled away.
MEASURE = """image => {
    const page = image.closest('.widget-html');
    const [picture, whole] = [image, image.closest('.widget-vbox')].map(
        element => element.getBoundingClientRect());
    return [picture.x - whole.x, picture.y - whole.y, picture.width, picture.height,
        page.scrollHeight - page.clientHeight].map(Math.round);
}"""

# How far below the top of the stepper its first table ends, which is the packet's header.
REACH = """table => Math.round(table.getBoundingClientRect().bottom
    - table.closest('.widget-vbox').getBoundingClientRect().top)"""
FAR = 400  # in sight together with the buttons on every screen


def said(id: str, key: str) -> str:
    """Return a choice as the page shows it."""
    return prediction(id).choices[key].replace("`", "")


def choose(cell: Locator, id: str, key: str) -> Locator:
    return cell.get_by_role("radio", name=said(id, key), exact=True)


def commit(notebook: Notebook, id: str, key: str) -> None:
    """Commit a prediction with the mouse."""
    cell = notebook.cell(f'predict("{id}"')
    choose(cell, id, key).click()
    cell.get_by_role("button", name=words.COMMIT).click()
    expect(cell.locator(".jp-OutputArea")).to_contain_text(words.YOU_PREDICTED.format(choice=said(id, key)))


@pytest.fixture
def stepper(chapter: Notebook) -> Stepper:
    """Return the stepper on its first step; a prediction is committed before it opens."""
    commit(chapter, "04-p2", "inside")
    chapter.click_run('stepper("04-p2")')
    stepper = Stepper(chapter.cell('stepper("04-p2")'))
    stepper.shows(1)
    return stepper


def test_the_start_page_leads_to_the_chapter_with_all_its_parts(opened):
    title, *parts = opened.headings
    assert title.startswith("04 Public and private subnets")
    assert [re.sub(r"( \(.*)?¶?$", "", part) for part in parts] == PARTS


def test_nothing_pops_up_at_the_first_start(opened):
    assert opened.notices == 0


def test_a_copy_does_not_look_as_if_it_had_been_run(opened):
    assert opened.errors == []
    assert opened.pictures == []


def test_run_all_ends_idle_and_without_an_error(chapter, log):
    assert chapter.errors() == []
    assert [line for line in log if line.startswith("error")] == []


def test_a_prediction_is_committed_with_the_mouse_and_then_the_reveal_shows(chapter, lab):
    assert words.COMMIT_FIRST in chapter.click_run('reveal("04-p1")').inner_text()
    commit(chapter, "04-p1", "blocked")
    output = chapter.click_run('reveal("04-p1")')
    expect(output).to_contain_text(words.AS_PREDICTED)
    expect(output.locator("img")).to_have_attribute("alt", re.compile("blocked"))
    assert [e["choice"] for e in lab.events() if e["id"] == "04-p1"] == ["blocked"]


def test_a_prediction_is_committed_with_the_keyboard_alone_and_then_the_reveal_shows(chapter, page, lab):
    cell = chapter.go_to('predict("04-p3"')
    chapter.tab_to(cell.get_by_role("button", name=words.COMMIT))
    page.keyboard.press("Enter")
    expect(cell.locator(".jp-OutputArea")).to_contain_text(words.CHOOSE_ONE)
    chapter.go_to('predict("04-p3"')
    chapter.tab_to(choose(cell, "04-p3", "blocked"))
    page.keyboard.press("Space")
    chapter.tab_to(cell.get_by_role("button", name=words.COMMIT))
    page.keyboard.press("Enter")
    expect(cell.locator(".jp-OutputArea")).to_contain_text(words.COMMITTED_NEXT)
    chapter.go_to('reveal("04-p3"')
    output = chapter.press_run(chapter.place('reveal("04-p3"'))
    expect(output).to_contain_text("no route table is asked on the way in")
    assert [e["misconception"] for e in lab.events() if e["id"] == "04-p3"] == ["IMP-b"]


def test_the_packet_is_stepped_to_its_end_and_back_with_the_mouse(stepper):
    headings = [stepper.shows(1)]
    expect(stepper.back).to_be_disabled()
    headings += [stepper.go_on(step) for step in range(2, stepper.last + 1)]
    expect(stepper.on).to_be_disabled()
    for leg in (words.REQUEST, words.REPLY):
        shown = [heading for heading in headings if f", {leg}: " in heading]
        assert all(any(label in heading for heading in shown) for label in words.STEP_LABELS)
    stepper.back.click()
    stepper.shows(stepper.last - 1)


def test_the_packet_is_stepped_to_its_end_with_the_keyboard_alone(stepper, chapter, page):
    chapter.go_to('stepper("04-p2")')
    chapter.tab_to(stepper.on)
    for step, key in ((2, "Enter"), (3, "Space")):
        page.keyboard.press(key)
        stepper.shows(step)
    page.keyboard.press("Shift+Tab")
    expect(stepper.number).to_be_focused()
    page.keyboard.press("ArrowUp")
    stepper.shows(4)
    page.keyboard.press("ControlOrMeta+a")
    page.keyboard.type(str(stepper.last))
    page.keyboard.press("Enter")
    stepper.shows(stepper.last)
    expect(stepper.on).to_be_disabled()
    page.keyboard.press("Shift+Tab")
    page.keyboard.press("Enter")
    stepper.shows(stepper.last - 1)


@pytest.mark.parametrize("width", [1280, 800])
def test_every_step_keeps_its_picture_in_place_and_its_header_by_the_buttons(stepper, chapter, width):
    chapter.look(width, "Light")
    places: set[tuple[int, ...]] = set()
    hidden: dict[int, int] = {}
    far: dict[int, int] = {}
    for step in range(1, stepper.last + 1):
        if step > 1:
            stepper.go_on(step)
        *place, more = stepper.picture.evaluate(MEASURE)
        places.add(tuple(place))
        hidden |= {step: more} if more > 0 else {}
        reach = stepper.page.locator("table").first.evaluate(REACH)
        far |= {step: reach} if reach > FAR else {}
    assert len(places) == 1, f"x, y, width and height of the picture: {sorted(places)}"
    assert hidden == {}, "pixels that only a scroll bar inside the stepper brings, by step"
    assert far == {}, "pixels from the top of the buttons to the end of the sentence and the header, by step"


@pytest.mark.parametrize(
    ("id", "wrong", "evidence", "right"),
    [
        pytest.param("04-public", '"a"', "img", '"b"', id="a choice"),
        pytest.param(
            "04-second",
            'shop["prod"].internet_gateway()',
            "img",
            'shop["front"].associate("front-c")',
            id="a change of the network",
        ),
    ],
)
def test_a_wrong_answer_is_refuted_with_evidence_and_a_right_one_accepted(
    chapter, lab, id, wrong, evidence, right
):
    check = f'check("{id}"'
    output = chapter.replace(check, "____", wrong)
    expect(output).to_contain_text(words.TRY_AGAIN)
    expect(output.locator(evidence).first).to_be_visible()
    place = chapter.place(check)
    chapter.at(place).locator(".cm-content").click()
    chapter.page.keyboard.press("ControlOrMeta+a")
    source = chapter.ask("(panel, place) => panel.content.widgets[place].model.sharedModel.source", place)
    chapter.page.keyboard.insert_text(source.replace(wrong, right))
    output = chapter.press_run(place)
    expect(output).to_contain_text(words.CORRECT)
    states = [e["state"] for e in lab.events() if e["id"] == id and e["event"] == "check"]
    assert states[-2:] == ["try again", "correct"]


def test_hints_come_one_after_the_other_and_a_solution_after_a_try(chapter):
    hints = [chapter.call('hint("04-office")').inner_text() for _ in range(3)]
    assert [words.HINT.format(number=n, count=3) in text for n, text in enumerate(hints, 1)] == [True] * 3
    assert len(set(hints)) == 3
    assert words.TRY_ONCE_FIRST in chapter.call('solution("04-office")').inner_text()
    assert "203.0.113.64/28" in chapter.call('solution("04-office")').inner_text()


def test_a_probe_says_what_its_sender_notices(chapter):
    output = chapter.call('probe("04-ticket", internet, "web", tcp(443))')
    expect(output).to_contain_text(words.PROBE_SILENCE)


def test_a_recall_question_is_answered_with_the_mouse(chapter, lab):
    cell = chapter.cell('recall("04")')
    question = cell.locator(".widget-vbox .widget-vbox").filter(has=chapter.page.get_by_role("radio")).first
    question.get_by_role("radio").first.click()
    question.get_by_role("button", name=words.CHECK).click()
    expect(question).to_contain_text(re.compile(f"{words.CORRECT}|{words.TRY_AGAIN}"))
    assert [e for e in lab.events() if e["event"] == "quiz"]


def test_a_sentence_is_compared_with_the_keyboard_alone(chapter, page):
    cell = chapter.go_to('explain("04-why"')
    chapter.tab_to(cell.get_by_role("textbox", name=words.EXPLAIN_LABEL))
    page.keyboard.type("Names <b>decide</b> nothing.")
    chapter.tab_to(cell.get_by_role("button", name=words.COMPARE))
    page.keyboard.press("Enter")
    expect(cell.locator(".jp-OutputArea")).to_contain_text("Names <b>decide</b> nothing.")
    expect(cell.locator(".jp-OutputArea")).to_contain_text(explanation("04-why").model)


def test_restarting_and_running_all_twice_keeps_what_was_recorded(chapter, lab):
    commit(chapter, "04-p4", "delivered")
    before = lab.events()
    for _ in range(2):
        chapter.restart_and_run_all()
        assert chapter.errors() == []
        assert lab.events()[: len(before)] == before
        output = chapter.cell('reveal("04-p4")').locator(".jp-OutputArea")
        expect(output).to_contain_text(said("04-p4", "delivered"))


def test_every_picture_says_its_conclusion_in_words(chapter):
    assert chapter.pictures()
    assert [picture["cell"] for picture in chapter.pictures() if len(picture["alt"]) < 20] == []


@pytest.mark.parametrize("theme", ["Light", "Dark"])
def test_axe_finds_nothing_serious_in_the_outputs(chapter, page, theme):
    chapter.look(1280, theme)
    assert serious(page) == []


@pytest.mark.parametrize(("width", "theme"), LOOKS, ids=[f"{w} pixels, {t}" for w, t in LOOKS])
def test_nothing_is_too_wide_or_too_small(chapter, stepper, page, screenshots, width, theme):
    chapter.look(width, theme)
    for name, text in SHOTS.items():
        chapter.go_to(text)
        page.screenshot(path=screenshots / f"04-{name}-{width}-{theme.lower()}.png")
    assert chapter.scrolled() == []
    small = {
        f"{picture['cell']}: {picture['text']:.1f} pixels"
        for picture in chapter.pictures()
        if picture["text"] < SMALLEST
    }
    assert small == set()


def test_the_browser_asked_only_the_course_s_own_server(chapter, log, lab):
    asked = [line.split(" ", 1)[1] for line in log if line.startswith("request")]
    ours = (lab.origin, lab.origin.replace("http", "ws", 1), "data:", "blob:")
    assert asked
    assert [address for address in asked if not address.startswith(ours)] == []
