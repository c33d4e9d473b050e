"""Recall questions: files are sound, answers are judged with feedback, what is weak comes again."""

import json
from pathlib import Path

import pytest

from vpclab.course.declarations import misconceptions
from vpclab.course.quiz import (
    Question,
    all_questions,
    card,
    drawn,
    judge_question,
    pick,
    problems,
    read_questions,
)
from vpclab.course.record import record

FILES = sorted((Path(__file__).parent.parent / "data" / "quizzes").glob("*.json"))
QUESTIONS = all_questions()
CHOICE = {
    "id": "01-q1", "question": "Which?", "type": "multiple_choice",
    "answers": [
        {"answer": "x", "correct": True, "feedback": "yes"},
        {"answer": "y", "correct": False, "feedback": "no"},
    ],
}  # fmt: skip
NUMERIC = {
    "id": "01-q2", "question": "How many?", "type": "numeric", "precision": 2,
    "answers": [
        {"type": "value", "value": 3.14, "correct": True, "feedback": "yes"},
        {"type": "range", "range": [-10, 0], "correct": False, "feedback": "more than nothing"},
        {"type": "default", "feedback": "count again"},
    ],
}  # fmt: skip
TEXT = {
    "id": "01-q3", "question": "What?", "type": "string",
    "answers": [
        {"answer": "Route Table", "correct": True, "feedback": "yes", "fuzzy_threshold": 0.8},
        {"answer": "NAT", "correct": False, "match_case": True, "feedback": "no"},
        {"type": "default", "feedback": "think of a map"},
    ],
}  # fmt: skip
MANY = {
    "id": "01-q4", "question": "Which ones?", "type": "many_choice",
    "answers": [
        {"answer": "a", "correct": True, "feedback": "a is"},
        {"answer": "b", "correct": True, "feedback": "b is"},
        {"answer": "c", "correct": False, "feedback": "c is not"},
    ],
}  # fmt: skip


@pytest.mark.parametrize("file", FILES, ids=lambda f: f.name)
def test_a_quiz_file_is_sound(file):
    assert problems(json.loads(file.read_text(encoding="utf-8")), file.stem, misconceptions()) == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_no_wrong_feedback_names_the_right_answer(question):
    right = [str(a.get("answer", a.get("value"))).casefold() for a in question.answers if a.get("correct")]
    wrong = " ".join(a["feedback"] for a in question.answers if not a.get("correct")).casefold()
    assert [text for text in right if len(text) > 3 and text in wrong] == []


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda q: q.id)
def test_every_declared_answer_is_judged_as_it_is_declared(question):
    for number, answer in enumerate(question.answers):
        if answer.get("type") == "default" or "range" in answer:
            continue
        given = {"multiple_choice": number, "many_choice": [number]}.get(question.type)
        given = str(answer.get("answer", answer.get("value"))) if given is None else given
        reply = judge_question(question, given)
        alone = question.type != "many_choice" or sum(a["correct"] for a in question.answers) == 1
        assert reply.right is (answer["correct"] and alone)
        assert reply.feedback


def changed(entry, **changes):
    return [{**entry, **changes}]


UNSOUND = [
    ({}, "must hold a list"),
    ([3], "question 1 must be an object"),
    ([CHOICE, CHOICE], "used twice"),
    (changed(CHOICE, id="02-q1"), '"01-q1"'),
    (changed(CHOICE, type="essay"), "must be one of"),
    (changed(CHOICE, question=3), "`question` must be text"),
    (changed(CHOICE, colour="red"), "unknown keys colour"),
    (changed(CHOICE, misconception="M99"), "unknown misconception M99"),
    (changed(CHOICE, answers="x"), "must be a list of objects"),
    (changed(CHOICE, answers=[{"answer": "x", "correct": False, "feedback": "no"}]), "0 answers are correct"),
    (changed(CHOICE, answers=[*CHOICE["answers"], CHOICE["answers"][0]]), "2 answers are correct"),
    (changed(CHOICE, answers=[{"answer": "x", "correct": True}]), "needs `feedback`"),
    (changed(CHOICE, answers=[{"correct": True, "feedback": "f"}]), "needs `answer` or `code`"),
    (changed(CHOICE, answers=[{"answer": "x", "correct": 1, "feedback": "f"}]), "`correct`, true or false"),
    (changed(NUMERIC, answers=NUMERIC["answers"][:1]), 'type "default"'),
    (changed(NUMERIC, answers=[{"value": "3", "correct": True, "feedback": "f"}]), "`value` or `range`"),
    (changed(NUMERIC, answers=[{"range": [3, 1], "correct": True, "feedback": "f"}]), "`value` or `range`"),
    (changed(TEXT, answers=[{"answer": 3, "correct": True, "feedback": "f"}]), "needs `answer`"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "said"), UNSOUND, ids=[said for _, said in UNSOUND])
def test_an_unsound_file_is_told_in_a_sentence(entries, said):
    assert said in " ".join(problems(entries, "01", {"M01"}))


def test_the_sound_examples_are_sound():
    assert problems([CHOICE, NUMERIC, TEXT, MANY], "01", {"M01"}) == []


(choice, numeric, text, many) = read_questions([CHOICE, NUMERIC, TEXT, MANY])
JUDGED = [
    (choice, 0, True, "yes"), (choice, 1, False, "no"), (choice, None, None, "Choose"),
    (numeric, "3.14159", True, "yes"), (numeric, " ３.1 ", True, "yes"), (numeric, "", None, "Type"),
    (numeric, "-3", False, "more than nothing"), (numeric, "many", None, "not a number"),
    (numeric, "7", False, "count again"), (text, "route  TABLE", True, "yes"), (text, "NAT", False, "no"),
    (text, "route tabel", True, "yes"), (text, "nat", False, "think of a map"), (text, "", None, "Type"),
    (text, "   ", None, "Type"), (many, [0, 1], True, "a is b is"), (many, [1, 0], True, "a is b is"),
    (many, [0], False, "not everything"), (many, [0, 2], False, "c is not"), (many, [], None, "Tick"),
]  # fmt: skip


@pytest.mark.parametrize(("question", "given", "right", "said"), JUDGED)
def test_an_answer_is_judged_with_feedback(question, given, right, said):
    reply = judge_question(question, given)
    assert reply.right is right
    assert said in reply.feedback


def some(*ids):
    return [Question(id, "string", "?", ()) for id in ids]


def test_recall_begins_with_the_nearest_chapter_and_not_only_that_one():
    questions = some("02-q1", "02-q2", "03-q1", "03-q2", "04-q1")
    assert [q.id for q in pick(questions, "04")] == ["03-q1", "02-q1", "03-q2"]
    assert [q.id for q in pick(questions, "03")] == ["02-q1", "02-q2"]
    assert pick(questions, "02") == ()


def answers(text):
    """Return events: "1+" is question 03-q1 answered rightly, "1-" wrongly, "r" a reset of everything."""
    states = {"+": "correct", "-": "try again"}
    return [
        {"event": "reset", "id": ""} if word == "r" else
        {"event": "quiz", "id": f"03-q{word[:-1]}", "state": states[word[-1]]}
        for word in text.split()
    ]  # fmt: skip


TEN = some(*(f"03-q{number}" for number in range(1, 11)))


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        ("", "1 2 3"),
        ("1+ 2- 3+", "2 4 5"),
        ("1+ 2- 3+ 2+", "4 5 6"),
        ("1- 2- 3- 4-", "1 2 3"),
        ("1+ 2+ 3+ 4+ 5+ 6+", "7 8 9"),
        ("1+ 2+ 3+ 4+ 5+ 6+ 7+", "1 8 9"),
        ("1+ 1+ 3+ 4+ 5+ 6+ 7+ 8+ 9+", "3 2 10"),
        ("1+ 2- r", "1 2 3"),
    ],
    ids=lambda text: text or "nothing yet",
)
def test_what_was_wrong_comes_again_at_once_and_what_was_right_rests_longer_each_time(record, asked):
    assert [q.id for q in pick(TEN, "04", answers(record))] == [f"03-q{n}" for n in asked.split()]


def test_no_more_than_two_questions_are_from_one_chapter_while_others_have_any():
    questions = some("02-q1", "03-q1", "03-q2", "03-q3")
    events = answers("1- 2- 3-")
    assert [q.id for q in pick(questions, "04", events)] == ["03-q1", "03-q2", "02-q1"]
    assert [q.id for q in pick(questions[1:], "04", events)] == ["03-q1", "03-q2", "03-q3"]


def asked_by_card():
    shown = str(card("04"))
    return [q.id for q in QUESTIONS if q.question in shown]


def test_the_card_and_the_controls_ask_the_same_whatever_was_answered_in_between():
    seen = set()
    for turn in range(40):
        if turn % 3 == 0:
            assert sorted(asked_by_card()) == sorted(q.id for q in drawn("04"))
        before = drawn("04")
        question = before[turn % 3]
        record().add("quiz", question.id, state="try again" if turn % 5 == 4 else "correct", at="04")
        assert drawn("04") == before
        seen |= {question.id}
    assert len(seen) > 6
    assert len(drawn("04")) == 3


def test_a_draw_stays_until_all_its_questions_are_answered_and_begins_anew_after_a_reset():
    first = asked_by_card()
    assert record().events() == []
    for id in first[:2]:
        record().add("quiz", id, state="correct", at="04")
    assert asked_by_card() == first
    record().add("quiz", first[2], state="correct", at="04")
    assert asked_by_card() != first
    assert asked_by_card() == asked_by_card()
    record().add("reset", "")
    assert asked_by_card() == first


def test_a_chapter_s_first_draw_knows_what_other_chapters_asked():
    new = asked_by_card()
    for id in new:
        record().add("quiz", id, state="correct", at="03")
    assert not set(new) & set(asked_by_card())
    assert sorted(asked_by_card()) == sorted(q.id for q in drawn("04"))


def test_questions_that_an_update_dropped_are_asked_no_more():
    record().add("recall", "04-recall", asked=["03-q99", "03-q2"])
    assert [q.id for q in drawn("04")] == ["03-q2"]
    record().add("recall", "04-recall", asked=["03-q99"])
    assert drawn("04") == pick(QUESTIONS, "04")


BLOCK = Question("03-q9", "string", "Which block?", (
    {"answer": "0.0.0.0/0", "correct": True, "feedback": "yes"}, {"type": "default", "feedback": "no"},
))  # fmt: skip


@pytest.mark.parametrize(
    ("given", "right", "said"),
    [
        ("0.0.0.0 / 0", True, "yes"), ("'0.0.0.0/0'", True, "yes"), ("0.0.0.0", None, "has no length"),
        ("internet", None, "is not a CIDR block"), ("10.0.0.0/16", False, "no"), ("::/0", None, "IPv6"),
    ],
)  # fmt: skip
def test_a_block_is_read_as_in_exercises(given, right, said):
    reply = judge_question(BLOCK, given)
    assert reply.right is right
    assert said in reply.feedback


def test_the_still_card_asks_without_answering():
    shown = str(card("04"))
    assert "03-q1" not in shown
    assert QUESTIONS[-1].answers[0]["feedback"] not in shown
    assert shown.count("Question ") == 3
    assert "no earlier questions" in str(card("00"))
