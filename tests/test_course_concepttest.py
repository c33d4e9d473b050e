"""The concept test: asked twice in other words, silent at first, and a gain per topic at the end."""

import json

import pytest

from vpclab.course import concept_test, gain, show, words
from vpclab.course.concepttest import items
from vpclab.course.declarations import misconceptions
from vpclab.course.record import record
from vpclab.data import data_path
from vpclab.topology.errors import NotFound

ENTRIES = json.loads(data_path("concept_test.json").read_text(encoding="utf-8"))


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def letters(chapter, right):
    """Return answers of which the first so many are right."""
    return [item.right if n < right else "?" for n, item in enumerate(items(chapter))]


def test_there_are_ten_topics_each_of_a_chapter_and_asked_in_two_wordings():
    assert len({entry["topic"] for entry in ENTRIES}) == len(ENTRIES) == 10
    for entry in ENTRIES:
        assert "01" <= entry["chapter"] <= "12"
        assert entry["before"]["question"] != entry["after"]["question"]


@pytest.mark.parametrize("chapter", ["00", "14"])
def test_each_question_has_one_right_answer_and_known_beliefs_behind_wrong_ones(chapter):
    for item in items(chapter):
        assert len(set(item.options.values())) == len(item.options) >= 4
        beliefs = [belief for belief in item.beliefs.values() if belief]
        assert set(beliefs) <= set(misconceptions())
        assert beliefs, item.id
        assert not item.beliefs[item.right]


@pytest.mark.parametrize("wording", ["before", "after"])
def test_exactly_one_answer_is_right(wording):
    assert all(sum(a["correct"] for a in entry[wording]["answers"]) == 1 for entry in ENTRIES)


def test_the_right_answers_stand_at_different_places():
    for chapter in ("00", "14"):
        assert len({item.right for item in items(chapter)}) > 1


def test_the_first_test_tells_nobody_what_was_right():
    cards = [str(concept_test("00", letters("00", right))) for right in (0, 10)]
    assert cards[0] == cards[1]
    assert words.CONCEPT_BEFORE in cards[0]


def test_the_second_test_tells_how_many_were_right_and_where_to_look():
    said = str(concept_test("14", letters("14", 7)))
    assert words.CONCEPT_AFTER.format(right=7, count=10) in said
    assert words.SEE_CHAPTER.format(chapter=ENTRIES[9]["chapter"]) in said


def test_answers_are_recorded_with_the_beliefs_behind_them():
    wrong = next(letter for letter, belief in items("00")[0].beliefs.items() if belief)
    concept_test("00", [wrong, *letters("00", 10)[1:]])
    events = record().of("00-c1")
    assert [(e["event"], e["state"], e["misconception"]) for e in events] == [("quiz", "try again", "M25")]
    assert record().of("00-c2")[0]["state"] == "correct"


def test_the_gain_is_told_topic_by_topic():
    assert words.GAIN_MISSING in str(gain())
    concept_test("00", letters("00", 3))
    assert words.GAIN_MISSING in str(gain())
    concept_test("14", ["?", *letters("14", 9)[1:]])
    said = str(gain())
    assert words.GAIN_SCORE.format(before=3, now=8, count=10) in said
    rows = [line for line in said.splitlines() if line.startswith("  ")][1:]
    found = [next(word for word in words.GAINS.values() if word in row) for row in rows]
    gained, kept, again, lost = (words.GAINS[key] for key in words.GAINS)
    assert found == [lost, kept, kept, *[gained] * 6, again]


def test_what_was_known_before_counts_by_the_first_test_and_now_by_the_last():
    concept_test("00", letters("00", 2))
    concept_test("00", letters("00", 10))
    concept_test("14", letters("14", 1))
    concept_test("14", letters("14", 6))
    assert words.GAIN_SCORE.format(before=2, now=6, count=10) in str(gain())


@pytest.mark.parametrize("answers", ["abc", [], ["a"] * 9, ["a"] * 11, ["z"] * 10, [1] * 10, 7, None])
def test_what_is_no_list_of_answers_is_told_how_to_write_it(answers):
    assert concept_test("00", answers).word == "try again"
    assert record().events() == []


def test_another_chapter_has_no_test():
    with pytest.raises(NotFound, match="00"):
        concept_test("04", [])


def test_the_still_card_asks_all_and_answers_nothing():
    said = str(show("00-test"))
    assert all(item.question in said for item in items("00"))
    assert "✔" not in said


def test_the_controls_begin_without_a_choice_and_hand_in_all_at_once():
    box = concept_test("00")
    choices = [child for child in box.children if hasattr(child, "options")]
    button, said = box.children[-2:]
    assert [choice.value for choice in choices] == [None] * 10
    choices[0].value = "a"
    button.click()
    assert "2, 3, 4" in said.value
    assert record().events() == []
    for choice in choices:
        choice.value = "?"
    button.click()
    assert "00-test" in said.value
    assert len(record().events()) == 10


def test_the_still_card_names_its_own_chapter():
    for chapter in ("00", "14"):
        assert f'concept_test("{chapter}", ' in str(show(f"{chapter}-test"))
