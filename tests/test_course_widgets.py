"""The controls, driven without a browser: no default is an answer, and errors are shown in their place."""

import ipywidgets
import pytest

from vpclab.course import explain, predict, quiz, recall, reveal, show, widgets
from vpclab.course.cards import Card
from vpclab.course.declarations import explanation, prediction
from vpclab.course.record import record


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def inside(widget, kind):
    """Return the controls of a class in a box, in order."""
    children = getattr(widget, "children", ())
    own = [widget] if isinstance(widget, kind) else []
    return own + [found for child in children for found in inside(child, kind)]


def question(kind, *answers, **more):
    return quiz.Question(
        id="03-q9", type=kind, question="Which **one**?", answers=answers, see="chapter 03", **more
    )


RIGHT = {"answer": "x", "correct": True, "feedback": "Yes."}
WRONG = {"answer": "y", "correct": False, "feedback": "No <b>."}


def test_a_prediction_begins_without_a_choice_and_gates_the_reveal():
    box = predict("04-p1")
    choice, button, said = (
        inside(box, ipywidgets.RadioButtons)[0],
        inside(box, ipywidgets.Button)[0],
        box.children[-1],
    )
    assert choice.value is None
    button.click()
    assert "Choose one answer first." in said.value
    assert "Commit your prediction first." in str(reveal("04-p1"))
    choice.value = "blocked"
    button.click()
    assert "You predicted: it is stopped on the way." in said.value
    assert "That is what happens." in str(reveal("04-p1"))


def test_an_explanation_is_compared_once_something_is_written():
    box = explain("04-why")
    text, button, said = (
        inside(box, ipywidgets.Textarea)[0],
        inside(box, ipywidgets.Button)[0],
        box.children[-1],
    )
    button.click()
    assert "Write your own sentence first" in said.value
    text.value = "Names <b> keep nobody out."
    button.click()
    assert "Names &lt;b&gt; keep nobody out." in said.value
    assert str(explain("04-why", text.value)) == str(explanation("04-why").compare(text.value))
    assert explanation("04-why").model not in str(show("04-why"))


@pytest.mark.parametrize("sentence", [3, " ", []], ids=repr)
def test_what_is_no_sentence_is_told_kindly(sentence):
    assert explain("04-why", sentence).word == "try again"


def test_every_control_has_a_label():
    many = question("many_choice", RIGHT, WRONG)
    text = question("string", RIGHT)
    boxes = [
        predict("04-p1"),
        explain("04-why"),
        recall("04"),
        *(widgets.question_controls(q, 1) for q in (many, text)),
    ]
    kinds = (
        ipywidgets.RadioButtons
        | ipywidgets.Checkbox
        | ipywidgets.Text
        | ipywidgets.Textarea
        | ipywidgets.Button
    )
    controls = [control for box in boxes for control in inside(box, kinds)]
    assert len(controls) > 10
    for control in controls:
        assert control.description.strip(), control


def test_recall_asks_three_questions_without_a_default():
    box = recall("04")
    assert len(box.children) == 3
    assert all(radio.value is None for radio in inside(box, ipywidgets.RadioButtons))
    assert all(text.value == "" for text in inside(box, ipywidgets.Text))


def test_recall_asks_what_is_weak_again():
    for q in quiz.pick(quiz.all_questions(), "04"):
        record().add("quiz", q.id, state="correct")
    show("04-recall")
    again = {
        c.value.split("</strong>")[1] for c in inside(recall("04"), ipywidgets.HTML) if "Question" in c.value
    }
    first = {c for q in quiz.pick(quiz.all_questions(), "04") for c in [q.question]}
    assert not any(text in shown for text in first for shown in again)


def test_a_chapter_without_earlier_questions_says_so():
    assert "no earlier questions" in str(recall("00"))


@pytest.mark.parametrize(
    ("asked", "fill", "said", "state"),
    [
        (question("multiple_choice", RIGHT, WRONG), lambda c: None, "Choose one", None),
        (
            question("multiple_choice", RIGHT, WRONG),
            lambda c: setattr(c[0], "value", 1),
            "No &lt;b&gt;.",
            "try again",
        ),
        (question("multiple_choice", RIGHT, WRONG), lambda c: setattr(c[0], "value", 0), "Yes.", "correct"),
        (question("many_choice", RIGHT, WRONG), lambda c: None, "Tick at least", None),
        (question("many_choice", RIGHT, WRONG), lambda c: setattr(c[0], "value", True), "Yes.", "correct"),
        (question("string", RIGHT), lambda c: None, "Type an answer", None),
        (question("string", RIGHT), lambda c: setattr(c[0], "value", " X "), "Yes.", "correct"),
    ],
)
def test_a_question_is_answered_in_its_own_place_and_recorded(asked, fill, said, state):
    box = widgets.question_controls(asked, 1)
    controls = inside(box, ipywidgets.RadioButtons | ipywidgets.Checkbox | ipywidgets.Text)
    fill(controls)
    inside(box, ipywidgets.Button)[0].click()
    assert said in box.children[-1].value
    assert [event.get("state") for event in record().events()] == ([state] if state else [])


def test_a_wrong_answer_says_where_to_look_and_records_its_misconception():
    asked = quiz.Question(
        id="98-q9",
        type="multiple_choice",
        question="?",
        answers=(RIGHT, WRONG),
        misconception="M19",
        see="98",
    )
    assert "Chapter 98, which is still to come" in str(widgets.answer(asked, 1))
    written = quiz.Question(
        id="00-q9", type="multiple_choice", question="?", answers=(WRONG,), see="chapter 00"
    )
    assert "Look back at chapter 00." in str(widgets.answer(written, 0))
    assert record().events()[0]["misconception"] == "M19"
    assert "Look back" not in str(widgets.answer(asked, 0))


def test_an_error_in_a_callback_is_shown_and_not_printed(monkeypatch, capsys):
    def broken(*args):
        raise RuntimeError("<no disk>")

    monkeypatch.setattr(widgets, "commit", broken)
    box = predict("04-p1")
    inside(box, ipywidgets.RadioButtons)[0].value = "blocked"
    inside(box, ipywidgets.Button)[0].click()
    assert "RuntimeError: &lt;no disk&gt;" in box.children[-1].value
    assert capsys.readouterr() == ("", "")


def test_the_widget_and_the_code_commit_the_same():
    from_code = predict("04-p1", "blocked")
    box = widgets.prediction_controls(prediction("04-p1"))
    inside(box, ipywidgets.RadioButtons)[0].value = "blocked"
    inside(box, ipywidgets.Button)[0].click()
    assert isinstance(from_code, Card)
    assert from_code.html() in box.children[-1].value
