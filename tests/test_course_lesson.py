"""The verbs of a lesson: what a learner's cells answer, in any order and twice."""

import ast
import json
import os
from collections import Counter
from pathlib import Path

import pytest

from vpclab import NotFound
from vpclab.course import (
    ____,
    catalogue,
    check,
    export_progress,
    hint,
    predict,
    progress,
    reset,
    reveal,
    show,
    solution,
    words,
)
from vpclab.course.chapters.c04 import shop, shop_without_address
from vpclab.course.exercises import Exercise
from vpclab.course.record import record


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))
    return tmp_path


def events():
    return [(event["event"], event["id"]) for event in record().events()]


def test_a_check_answers_and_is_recorded():
    assert check("04-public", "a").state == "try again"
    assert check("04-public", "b").state == "correct"
    assert events() == [("check", "04-public")] * 2
    assert record().events()[0]["misconception"] == "M13"


def test_an_untouched_check_records_nothing():
    assert check("04-public", ____).state == "not yet"
    assert check("04-public").state == "not yet"
    assert events() == []


def test_running_a_finished_cell_again_records_nothing_more():
    for _ in range(3):
        assert check("04-public", "b").state == "correct"
    assert len(events()) == 1


def test_hints_come_one_by_one_and_the_last_one_stays():
    said = [str(hint("04-public")) for _ in range(5)]
    hints = catalogue()["04-public"].hints
    for number, card in enumerate(said):
        assert hints[min(number, 2)] in card
    assert 'solution("04-public")' in said[2]
    assert len(events()) == 3


def test_the_solution_wants_one_try_first():
    first = solution("04-public")
    assert first.word == "Try once first; call again to see it."
    assert '"b"' not in str(first)
    assert '"b"' in str(solution("04-public"))


def test_after_a_try_the_solution_is_shown_at_once():
    check("04-open", lambda shop: None)
    assert "elastic_ip()" in str(solution("04-open"))


def test_an_untouched_cell_is_no_try():
    check("04-public", ____)
    assert "Try once first" in str(solution("04-public"))


def test_a_reset_starts_one_exercise_or_everything_anew():
    hint("04-public")
    check("04-open", lambda shop: None)
    reset("04-public")
    assert "hint 1 of 3" in str(hint("04-public"))
    assert "Try once" not in str(solution("04-open"))
    reset()
    assert "Try once" in str(solution("04-open"))


@pytest.mark.parametrize("verb", [check, hint, solution, reset, predict, reveal, show])
@pytest.mark.parametrize(
    ("id", "named"),
    [
        ("04-pubilc", "04-public"), ("public", "there are: 04-public$"), ("99-x", "there are: 00-p1, "),
        ("x", "there are: 00-p1, "), ("", "there are: 00-p1, "), (3, "there are: 00-p1, "),
        ([], "there are: 00-p1, "),
    ],
    ids=repr,
)  # fmt: skip
def test_an_unknown_id_lists_those_of_its_chapter_those_alike_or_all(verb, id, named):
    with pytest.raises(NotFound, match=named):
        verb(id)


def test_an_exercise_and_a_prediction_are_not_mixed_up():
    with pytest.raises(NotFound, match="use predict and reveal"):
        check("04-p1", "blocked")
    with pytest.raises(NotFound, match="use check, hint and solution"):
        predict("04-public", "b")


def test_a_reveal_waits_for_the_prediction_and_then_names_it():
    before = reveal("04-p1")
    assert "Commit your prediction first." in str(before)
    assert "internet gateway igw" not in str(before)
    assert predict("04-p1", "blocked").word == "committed"
    after = reveal("04-p1")
    assert "You predicted: it is stopped on the way. That is what happens." in str(after)
    assert "IGW-5" in str(after)
    assert str(reveal("04-p1")) == str(after)


def test_a_wrong_prediction_is_answered_with_its_belief_and_the_trace():
    predict("04-p1", "delivered")
    shown = str(reveal("04-p1"))
    assert catalogue()["04-p1"].beliefs["delivered"][1] in shown
    assert "IGW-5" in shown
    assert record().events()[0]["misconception"] == "M11"


def test_a_prediction_counts_again_after_a_restart_and_can_be_changed():
    predict("04-p1", "delivered")
    predict("04-p1", "delivered")
    predict("04-p1", "It is stopped on the way")
    assert events() == [("predict", "04-p1")] * 2
    assert "stopped on the way" in str(reveal("04-p1"))


@pytest.mark.parametrize("choice", ["maybe", 3, None, [], "<b>"], ids=repr)
def test_what_is_no_choice_is_told_kindly(choice):
    card = predict("04-p1", choice)
    assert "none of the choices" in str(card)
    assert events() == []


def test_a_question_shows_no_map_that_would_tell_its_answer():
    assert "198.51.100.11" in str(show("04-p4"))
    assert "198.51.100.12" not in str(show("04-p4"))
    assert "IPv6 private" not in str(show("04-p6"))


def test_a_reveal_can_use_the_learner_s_own_network():
    predict("04-p1", "delivered")
    assert "That is what happens." in str(reveal("04-p1", shop()))
    assert "That is what happens." not in str(reveal("04-p1", shop_without_address()))


def test_a_prediction_made_for_choices_that_are_gone_is_asked_again():
    record().add("predict", "04-p1", choice="an old choice")
    assert "Commit your prediction first." in str(reveal("04-p1"))


@pytest.mark.parametrize("id", [*catalogue(), "04-recall", "00-recall"])
def test_what_is_shown_is_the_same_each_time_and_records_nothing(id):
    assert show(id)._repr_mimebundle_() == show(id)._repr_mimebundle_()
    assert events() == []


def test_the_map_counts_what_is_done_and_says_where(tmp_path):
    check("04-public", "b")
    predict("04-p1", "blocked")
    shown = str(progress())
    row = next(line for line in shown.splitlines() if line.strip().startswith("04"))
    exercises = sum(id[:2] == "04" and isinstance(item, Exercise) for id, item in catalogue().items())
    assert f"exercises 1 of {exercises}, predictions 1 of" in row
    assert str(tmp_path) in shown


def test_progress_is_exported_as_csv(tmp_path):
    check("04-public", "b")
    assert "mine.csv" in str(export_progress(str(tmp_path / "mine.csv")))
    assert (tmp_path / "mine.csv").read_text(encoding="utf-8").startswith("id,kind,state,")


def test_a_folder_that_cannot_be_written_is_said_once_on_a_card(monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    first, second = check("04-public", "a"), check("04-public", "c")
    assert "cannot be written" in first.note
    assert second.note == ""
    assert "cannot be written" in first._repr_mimebundle_()["text/html"]


def test_a_damaged_progress_file_is_said_once_on_a_card(tmp_path):
    (tmp_path / "progress.jsonl").write_text("half a li", encoding="utf-8")
    assert "could not be read" in hint("04-public").note
    assert hint("04-public").note == ""


def test_cells_can_be_run_in_any_order_twice(tmp_path):
    cells = [
        lambda: show("04-public"), lambda: reveal("04-p1"), lambda: check("04-public", "b"),
        lambda: predict("04-p1", "blocked"), lambda: check("04-open", ____), lambda: hint("04-open"),
    ]  # fmt: skip
    for order in (cells, cells[::-1], cells[3:] + cells[:3]):
        for cell in order:
            assert cell()._repr_mimebundle_()["text/plain"]
    for line in (tmp_path / "progress.jsonl").read_text(encoding="utf-8").split("\n"):
        assert not line or json.loads(line)


def test_no_word_of_the_package_hides_another():
    tree = ast.parse(Path(words.__file__).read_text(encoding="utf-8"))
    targets = [target for node in tree.body if isinstance(node, ast.Assign) for target in node.targets]
    names = [name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)]
    assert [name for name, count in Counter(names).items() if count > 1] == []


def test_every_word_of_the_package_is_used():
    folder = Path(words.__file__).parent
    code = "".join(p.read_text(encoding="utf-8") for p in folder.rglob("*.py") if p.name != "words.py")
    assert [name for name in vars(words) if name.isupper() and f"words.{name}" not in code] == []
