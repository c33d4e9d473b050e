"""Every exercise and prediction of the course, tested from its own declaration."""

import json
import re
from pathlib import Path

import pytest

from vpclab.course import ____
from vpclab.course.declarations import catalogue, misconceptions
from vpclab.course.exercises import Exercise, Explanation, Prediction, judge
from vpclab.course.kinds import plain
from vpclab.course.lesson import check
from vpclab.data import data_path

EXERCISES = [item for item in catalogue().values() if isinstance(item, Exercise)]
PREDICTIONS = [item for item in catalogue().values() if isinstance(item, Prediction)]
EXPLANATIONS = [item for item in catalogue().values() if isinstance(item, Explanation)]
CALLS = {Exercise: "check", Prediction: "predict", Explanation: "explain"}
SOURCES = Path(__file__).parent.parent / "notebooks" / "source"
ABSURD = [
    None, True, -1, 10**5000, float("nan"), 1j, b"x", "", " ", "<script>", "10.0.0.0/99", "___", [], {},
    [[]], (1, 2), object(), print, int, lambda: None, lambda a, b: None, (x for x in "ab"), Exception("x"),
    ..., "x" * 10**5,
]  # fmt: skip

each_exercise = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)
each_trap = pytest.mark.parametrize(
    ("exercise", "trap"),
    [
        pytest.param(e, t, id=f"{e.id}-{n}-{t.misconception}")
        for e in EXERCISES
        for n, t in enumerate(e.traps, 1)
    ],
)
each_explanation = pytest.mark.parametrize("explanation", EXPLANATIONS, ids=lambda e: e.id)
each_prediction = pytest.mark.parametrize("prediction", PREDICTIONS, ids=lambda p: p.id)


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


@each_exercise
def test_an_untouched_cell_is_not_yet(exercise):
    answers = []
    names = {"____": ____, "check": lambda id, answer: answers.append(check(id, answer))}
    exec(exercise.stub, names)
    assert [verdict.state for verdict in answers] == ["not yet"]


@each_exercise
def test_the_solution_is_correct(exercise):
    assert judge(exercise, exercise.answer).state == "correct"


@each_exercise
def test_the_solution_as_the_solved_notebook_has_it_is_correct(exercise):
    answers = []
    names = {"check": lambda id, answer: answers.append(check(id, answer))}
    name = getattr(exercise.answer, "__name__", "answer")
    before = "" if callable(exercise.answer) else f"{name} = "
    exec(f'{before}{exercise.solution_source}\n\ncheck("{exercise.id}", {name})', names)
    assert [verdict.state for verdict in answers] == ["correct"]


@each_trap
def test_a_trap_is_answered_with_its_own_message_and_evidence(exercise, trap):
    verdict = judge(exercise, trap.answer)
    assert (verdict.state, verdict.misconception) == ("try again", trap.misconception)
    assert verdict.parts[0] == trap.message
    assert trap.message.strip()


@each_trap
def test_a_trap_trains_a_known_misconception(exercise, trap):
    assert trap.misconception in misconceptions()


@each_exercise
def test_the_traps_have_different_messages(exercise):
    assert exercise.traps
    assert len({trap.message for trap in exercise.traps}) == len(exercise.traps)


@each_exercise
def test_other_right_answers_are_correct(exercise):
    assert exercise.also_right
    for answer in exercise.also_right:
        assert judge(exercise, answer).state == "correct", answer


@each_exercise
def test_there_are_three_different_hints(exercise):
    assert len(exercise.hints) == len(set(exercise.hints)) == 3
    assert all(hint.strip() for hint in exercise.hints)


@each_exercise
def test_only_the_third_hint_holds_the_deciding_value(exercise):
    assert exercise.deciding.strip()
    first, second, third = map(plain, exercise.hints)
    assert plain(exercise.deciding) not in f"{first} {second}"
    assert plain(exercise.deciding) in third


@each_exercise
def test_prompt_and_early_hints_hold_no_line_of_the_solution(exercise):
    told = plain(" ".join((exercise.title, exercise.prompt, *exercise.hints[:2])))
    lines = [line.strip() for line in exercise.solution_source.splitlines()]
    for line in lines[1:] if len(lines) > 1 else lines:
        bare = plain(line.strip("\"'"))
        assert len(bare) < 4 or bare not in told, line


@each_exercise
def test_the_prompt_shows_where_to_type_and_not_the_answer(exercise):
    shown = str(exercise.card())
    assert f'check("{exercise.id}"' in shown
    assert "____" in shown
    assert exercise.why not in shown


@each_exercise
def test_wrong_answers_of_every_sort_are_answered_kindly(exercise):
    for answer in ABSURD:
        verdict = judge(exercise, answer)
        assert verdict.state in ("try again", "your code raised"), answer
        assert verdict.parts, answer
        assert str(verdict.parts[0]).strip(), answer
        assert verdict.next, answer
        bundle = verdict._repr_mimebundle_()
        assert " at 0x" not in bundle["text/plain"], answer
        assert "<script>" not in bundle["text/html"], answer


@each_exercise
def test_a_verdict_is_the_same_each_time(exercise):
    for answer in (____, exercise.answer, *(trap.answer for trap in exercise.traps)):
        assert judge(exercise, answer)._repr_mimebundle_() == judge(exercise, answer)._repr_mimebundle_()


@each_prediction
def test_what_comes_true_is_one_of_the_choices(prediction):
    assert prediction.truth(prediction.flow.trace(prediction.given())) in prediction.choices


@each_prediction
def test_the_beliefs_behind_a_prediction_are_wrong_choices_with_known_misconceptions(prediction):
    truth = prediction.truth(prediction.flow.trace(prediction.given()))
    for choice, (misconception, message) in prediction.beliefs.items():
        assert choice in prediction.choices
        assert choice != truth
        assert misconception in misconceptions()
        assert message.strip()


@pytest.mark.parametrize("id", list(catalogue()))
def test_an_id_is_answered_exactly_once_in_the_lesson(id):
    lessons = sorted(SOURCES.glob(f"{id[:2]}_*.md"))
    if not lessons:
        pytest.skip(f"chapter {id[:2]} has no lesson yet")
    call = CALLS[type(catalogue()[id])]
    text = "".join(lesson.read_text(encoding="utf-8") for lesson in lessons)
    assert len(re.findall(rf"^\s*{call}\(\s*[\"']{re.escape(id)}[\"']", text, re.MULTILINE)) == 1


def test_the_misconceptions_are_m01_to_m46_and_popular_explanations_each_with_its_facts():
    entries = json.loads(data_path("misconceptions.json").read_text(encoding="utf-8"))
    assert list(entries)[:46] == [f"M{number:02}" for number in range(1, 47)]
    assert all(re.fullmatch("IMP-[a-r]", id) for id in list(entries)[46:])
    assert all(entry["belief"] and entry["facts"] for entry in entries.values())


@each_explanation
def test_an_explanation_asks_first_and_then_compares(explanation):
    assert explanation.model not in str(explanation.card())
    assert explanation.compare(____).word == "not yet"
    compared = str(explanation.compare("because"))
    assert "because" in compared
    assert all(text in compared for text in (explanation.model, *explanation.points))
