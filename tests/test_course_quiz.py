"""Recall questions: files are sound, answers are judged with feedback, what is weak comes again."""

import json
from pathlib import Path

import pytest

from vpclab.course.declarations import misconceptions
from vpclab.course.quiz import Question, all_questions, card, judge_question, pick, problems, read_questions

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


def test_what_was_right_rests_and_what_was_wrong_comes_again():
    questions = some("03-q1", "03-q2", "03-q3", "03-q4")
    events = [
        {"event": "quiz", "id": "03-q1", "state": "correct"},
        {"event": "quiz", "id": "03-q2", "state": "try again"},
    ]
    assert [q.id for q in pick(questions, "04", events)] == ["03-q3", "03-q4", "03-q2"]
    events += [{"event": "quiz", "id": id, "state": "correct"} for id in ("03-q3", "03-q4", "03-q2")]
    assert [q.id for q in pick(questions, "04", events)] == ["03-q1", "03-q3", "03-q4"]


def test_the_still_card_asks_without_answering():
    shown = str(card("04"))
    assert "03-q1" not in shown
    assert QUESTIONS[-1].answers[0]["feedback"] not in shown
    assert shown.count("Question ") == 3
    assert "no earlier questions" in str(card("00"))
