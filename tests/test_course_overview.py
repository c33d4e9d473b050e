"""The map of the course: states, what was met, what is next, all from the events that a learner leaves."""

import re

import pytest

from vpclab.course import check, predict, progress, words
from vpclab.course.declarations import catalogue, numbers
from vpclab.course.exercises import Exercise, Prediction
from vpclab.course.overview import COMING, MASTERED, SHAKY, beliefs, overview


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def event(what, id, **more):
    return {"event": what, "id": id, "time": f"2026-01-01T00:00:{len(more):02}", **more}


def done(number):
    """Return the events of a chapter that is done."""
    mine = [item for id, item in catalogue().items() if id[:2] == number]
    return [event("check", item.id, state="correct") for item in mine if isinstance(item, Exercise)] + [
        event("predict", item.id, choice=next(iter(item.choices)))
        for item in mine
        if isinstance(item, Prediction)
    ]


def chapter(events, number="04", folder=None):
    return next(found for found in overview(events, folder).chapters if found.number == number)


STATES = [
    ("nothing was touched", [], "not yet"),
    ("a hint was asked for", [event("hint", "04-open", number=1)], "begun"),
    ("a try went wrong", [event("check", "04-public", state="try again")], "begun"),
    ("all but one is done", done("04")[1:], "begun"),
    ("all is done", done("04"), "done"),
    ("all was done and one was reset", [*done("04"), event("reset", "04-public")], "begun"),
    ("everything was reset", [*done("04"), event("reset", "")], "not yet"),
    ("another chapter was begun", [event("predict", "00-p1", choice="blocked")], "not yet"),
]


@pytest.mark.parametrize(("events", "state"), [s[1:] for s in STATES], ids=[s[0] for s in STATES])
def test_a_chapter_s_state_follows_from_what_was_done(events, state):
    assert chapter(events).state == state


def test_all_chapters_of_the_plan_are_there_and_those_that_are_not_written_are_coming():
    chapters = overview([]).chapters
    assert [found.number for found in chapters] == sorted({*words.CHAPTER_TITLES, *numbers()})
    assert {found.number for found in chapters if found.state != COMING} == set(numbers())


TRAINED = {"a": {"M01"}, "b": {"M01", "M02"}}
MET = [
    ("a wrong answer makes it shaky", [event("check", "a", misconception="M01")], {"M01": (SHAKY, "a")}),
    (
        "a right answer to the same makes it mastered",
        [event("check", "a", misconception="M01"), event("check", "a", state="correct")],
        {"M01": (MASTERED, "a")},
    ),
    (
        "so does a right answer to a question that trains it",
        [event("predict", "p", misconception="M01", choice="x"), event("quiz", "b", state="correct")],
        {"M01": (MASTERED, "b"), "M02": (MASTERED, "b")},
    ),
    (
        "it gets shaky again",
        [event("check", "a", state="correct"), event("quiz", "b", misconception="M01")],
        {"M01": (SHAKY, "b")},
    ),
    (
        "another prediction than the one that showed it",
        [event("predict", "p", misconception="M01", choice="x"), event("predict", "p", choice="y")],
        {"M01": (MASTERED, "p")},
    ),
    ("a prediction alone masters nothing", [event("predict", "p", choice="y")], {}),
    (
        "a reset forgets it",
        [event("check", "a", misconception="M01"), event("reset", "a")],
        {},
    ),
    ("events of a later version are left alone", [event("dance", "a", misconception="M01")], {}),
]


@pytest.mark.parametrize(("events", "met"), [m[1:] for m in MET], ids=[m[0] for m in MET])
def test_a_misconception_is_shaky_until_it_is_answered_right(events, met):
    assert beliefs(events, TRAINED) == met


NEXT = [
    ("the first chapter", [], words.NEXT_BEGIN.format(chapter="00 Start here")),
    (
        "on where something was begun",
        [event("predict", "04-p1", choice="blocked")],
        words.NEXT_GO_ON.format(chapter="04 Public and private subnets", id="{id}"),
    ),
    ("nothing", [e for number in numbers() for e in done(number)], words.NEXT_NOTHING),
]


@pytest.mark.parametrize(("events", "said"), [n[1:] for n in NEXT], ids=[n[0] for n in NEXT])
def test_it_says_where_to_go(events, said):
    assert overview(events).next.startswith(said.split("{")[0])


def test_what_is_next_follows_the_notebook(tmp_path):
    (tmp_path / "04_x.ipynb").write_text(r"predict(\"04-p2\" check(\"04-open\"", encoding="utf-8")
    ids = chapter([], folder=tmp_path).open
    assert ids.index("04-p2") < ids.index("04-open")


def test_a_chapter_that_is_at_hand_is_a_link(tmp_path):
    (tmp_path / "04_x.ipynb").write_text("", encoding="utf-8")
    html = overview([], tmp_path).html()
    assert re.search('<a href="04_x.ipynb"[^>]*>04 Public and private subnets</a>', html)
    assert html.count("<a ") == 1


def test_the_map_says_the_same_in_words_and_from_the_record():
    check("04-public", "a")
    predict("04-p1", "blocked")
    shown = progress()._repr_mimebundle_()
    for text in shown.values():
        for said in ("04 Public and private subnets", "◐ begun", words.MARK_SHAKY, "04-public", "Go on"):
            assert said in text
    check("04-public", "b")
    assert words.MARK_MASTERED in str(progress())
    assert words.MARK_SHAKY not in str(progress())
