"""Controls for predictions and recall questions: thin shells around `commit` and `judge_question`.

No control has an answer to begin with, every control has a label and works from the keyboard, and what a
control has to say it says in an HTML control of its own, because output printed by a callback has no place
in JupyterLab. What is typed is sent when the field is left: letter by letter, a busy kernel would get the
click before the last letters.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vpclab.course import copies, words
from vpclab.course.blank import ____, holds_blank
from vpclab.course.cards import Card, Code, prose
from vpclab.course.controls import CHOICES, button, field, live
from vpclab.course.declarations import explanation, prediction
from vpclab.course.exercises import Explanation, Prediction
from vpclab.course.lesson import commit, committed
from vpclab.course.quiz import Question, drawn, judge_question
from vpclab.course.record import record

__all__ = ["explain", "predict", "recall"]


def guarded(where: Any, action: Callable[[], str]) -> None:
    """Write what `action` returns into an HTML control; an error in it is written there too."""
    try:
        where.value = action()
    except Exception as error:  # an exception in a callback would be seen by nobody
        where.value = prose(words.WIDGET_FAILED.format(message=f"{type(error).__name__}: {error}"))


def predict(id: str, choice: Any = ____) -> Any:
    """Commit a prediction; while the choice is blank, return controls to choose with."""
    item = prediction(id)
    return prediction_controls(item) if holds_blank(choice) else commit(item, choice)


def prediction_controls(item: Prediction) -> Any:
    """Return a choice, a button and a place for the answer; what was committed before is said again.

    The question itself stands on the card above.
    """
    from ipywidgets import HTML, VBox

    choice = radio(words.YOUR_PREDICTION, [(text, key) for key, text in item.choices.items()])
    said = HTML()

    def act() -> str:
        missing = Card(words.NOT_YET, item.id, "open", (words.CHOOSE_ONE,))
        return _told(missing if choice.value is None else commit(item, choice.value))

    key = committed(item.id) or ""
    if key in item.choices:  # the learner's own choice, from before: no default
        choice.value = key
        before = words.YOU_PREDICTED.format(choice=item.choices[key])
        said.value = _told(Card(words.COMMITTED, item.id, "good", (before,), words.COMMITTED_BEFORE))
    return VBox([_head(item.id), choice, button(words.COMMIT, lambda: guarded(said, act)), said])


def explain(id: str, sentence: Any = ____) -> Any:
    """Compare a sentence with the model answer; while it is blank, return controls to write one."""
    item = explanation(id)
    return explanation_controls(item) if holds_blank(sentence) else item.compare(sentence)


def explanation_controls(item: Explanation) -> Any:
    """Return a place to write in, a button and a place for the model answer."""
    from ipywidgets import HTML, Textarea, VBox

    look = {"layout": {"width": "95%", "max_width": "60em"}, "style": {"description_width": "initial"}}
    text = Textarea(description=words.EXPLAIN_LABEL, continuous_update=False, **look)
    said = HTML()
    compares = button(words.COMPARE, lambda: guarded(said, lambda: _told(item.compare(text.value))))
    return VBox([_head(item.id), text, compares, said])


def recall(chapter: str) -> Any:
    """Return controls to answer the three questions that `show("NN-recall")` drew from earlier chapters."""
    from ipywidgets import VBox

    chosen = drawn(chapter)
    if not chosen:
        return Card(words.RECALL, parts=(words.RECALL_NONE.format(chapter=chapter),))
    return VBox(
        [question_controls(question, number, chapter) for number, question in enumerate(chosen, start=1)]
    )


def question_controls(question: Question, number: int, chapter: str = "") -> Any:
    """Return one question with its controls and a place for the feedback; `chapter` is the one that asks."""
    from ipywidgets import HTML, Checkbox, Label, VBox

    label = words.QUESTION.format(number=number)
    code = Code(question.code).html() if question.code else ""
    head = HTML(asked(f"**{label}**: {question.question}") + code)
    control: Any
    if question.type == "multiple_choice":
        control = radio(
            words.ANSWER_LABEL, list(zip(question.options, range(len(question.options)), strict=True))
        )
    elif question.type == "many_choice":
        boxes = [
            Checkbox(value=False, description=text, indent=False, layout={"width": "auto"})
            for text in question.options
        ]
        control = VBox([Label(words.TICK_ALL), *boxes])
    else:
        control = field(words.ANSWER_LABEL)
    said = HTML()

    def given() -> Any:
        return (
            [i for i, box in enumerate(boxes) if box.value]
            if question.type == "many_choice"
            else control.value
        )

    def act() -> str:
        return _told(answer(question, given(), chapter))

    checks = button(words.CHECK, lambda: guarded(said, act), f"{words.CHECK}: {label}")
    return VBox([head, control, checks, said])


def answer(question: Question, given: Any, chapter: str = "") -> Card:
    """Judge an answer to a recall question, record it, and return what to say."""
    reply = judge_question(question, given)
    if reply.right is None:
        return Card(words.NOT_YET, question.id, "open", (reply.feedback,))
    belief = "" if reply.right else question.misconception
    state = "correct" if reply.right else "try again"
    record().add("quiz", question.id, state=state, misconception=belief, at=chapter)
    look = "" if reply.right else _look_back(question)
    word, tone = (words.CORRECT, "good") if reply.right else (words.TRY_AGAIN, "bad")
    return Card(word, question.id, tone, (reply.feedback,), look)


def _look_back(question: Question) -> str:
    """Return where to look it up, or, of a chapter that is not written yet, that it will come."""
    from vpclab.data import data_path

    if not question.see:
        return ""
    written = list((data_path("quizzes").parents[1] / "notebooks").glob(f"{question.chapter}_*.ipynb"))
    said = words.LOOK_BACK if written else words.LOOK_FORWARD
    return said.format(see=question.see, chapter=question.chapter)


def _told(card: Card) -> str:
    return live(card.html())


def _head(id: str) -> Any:
    from ipywidgets import HTML

    return HTML(asked(f"**{words.ABOVE.format(id=id)}**"))


def asked(text: str) -> str:
    """Return a question as HTML that stands above its controls."""
    return f'{CHOICES}<div style="line-height:1.45;max-width:60em">{prose(text)}</div>'


def radio(label: str, options: list[tuple[str, Any]]) -> Any:
    """Return a choice of several, none of them made."""
    from ipywidgets import RadioButtons

    options = [(text.replace("`", ""), value) for text, value in options]  # a label shows no Markdown
    return RadioButtons(options=options, value=None, description=label, layout={"width": "auto"})


def renewal_controls() -> Any:
    """Return the table of the learner's chapters, and buttons to renew all of them or to lay one anew."""
    from ipywidgets import HTML, VBox

    said = HTML(_told(copies.copies()))
    # A list to choose from would be no help: in a notebook its arrow keys and digits are commands.
    which = field(words.RENEW_WHICH, placeholder="04", width="12em")

    def anew() -> str:
        missing = Card(words.NOT_YET, words.COPIES, "open", (words.RENEW_CHOOSE,))
        return _told(copies.renew(which.value.strip()) if which.value.strip() else missing)

    def everything() -> str:
        return _told(copies.act(lambda lab, kit, course: list(lab.lay_copies(kit, course))))

    return VBox(
        [
            said,
            button(words.RENEW, lambda: guarded(said, everything)),
            HTML(asked(words.RENEW_KEEPS)),
            which,
            button(words.RENEW_ONE, lambda: guarded(said, anew)),
        ],
        layout={"align_items": "flex-start"},
    )
