"""Comparison tables: filled row by row, refuted by experiments, kept, printed as far as they are right."""

import re

import pytest

from vpclab import Packet, evaluate_network_acl, evaluate_security_groups
from vpclab.course import comparing, declarations, words
from vpclab.course.chapters.c04 import shop
from vpclab.course.comparing import Aspect, Compare, ComparisonView, comparison, filled, printable
from vpclab.course.exercises import Exercise, Trap, judge
from vpclab.course.lesson import check
from vpclab.course.record import record


def reply_by_experiment():
    """A reply from 443 to an ephemeral port: what do a group and an ACL with that one rule each say?"""
    network = shop()
    reply = Packet("10.0.0.10", "192.0.2.1", "tcp", 443, 40000)
    group = network["prod"].security_group("only-in", inbound=["tcp 443 from 0.0.0.0/0"], outbound=[])
    acl = network["prod"].network_acl("only-in", inbound=["100 allow tcp 443 from 0.0.0.0/0"])
    said = (
        evaluate_security_groups(reply, [group], "outbound"),
        evaluate_network_acl(reply, acl, "outbound"),
    )
    return tuple("a" if decision.allowed else "b" for decision in said)


TABLE = Exercise(
    id="99-table",
    title="Two lists",
    prompt="Fill the table.",
    kind=Compare(
        ("security group", "network ACL"),
        (
            Aspect(
                "guards", "What it guards", {"a": "an interface", "b": "a subnet"}, ("a", "b"), fact="SG-5"
            ),
            Aspect(
                "new", "A new flow out without a rule", {"a": "passes", "b": "is stopped"},
                reply_by_experiment, lambda: "the trace of it", "ACL-8",
            ),
        ),
    ),
    hints=("one", "two", "three"),
    deciding="three",
    why="So it is.",
    also_right=(),
    traps=(
        Trap({"new": ("b", "a")}, "M03", "Look at the ACL.", when=lambda cells: cells["new"][1] == "a"),
    ),
)  # fmt: skip


@pytest.fixture(autouse=True)
def table(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))
    found = {"99-table": TABLE}
    monkeypatch.setattr(declarations, "find", lambda id: found[id])
    return tmp_path


def test_the_experiment_fills_the_cells():
    assert TABLE.answer == {"guards": ("a", "b"), "new": ("b", "b")}
    assert judge(TABLE, TABLE.answer).state == "correct"


def test_the_whole_table_is_shown_when_it_is_right():
    said = str(judge(TABLE, TABLE.answer))
    assert "an interface" in said
    assert words.COMPARE_DONE in said


def test_a_wrong_cell_is_refuted_by_the_experiment_and_names_row_and_column_only():
    verdict = judge(TABLE, {"guards": ("b", "b")})
    assert verdict.parts[0] == words.COMPARE_REFUTED.format(row="What it guards", columns="security group")
    assert "network interfaces" in str(verdict)
    assert "an interface" not in str(verdict).replace("network interface", "")


def test_a_trap_of_one_cell_is_answered_with_its_message_and_the_trace():
    verdict = judge(TABLE, {"new": ("b", "a")})
    assert (verdict.misconception, verdict.parts[0]) == ("M03", "Look at the ACL.")
    assert "the trace of it" in verdict.parts


def test_some_rows_are_enough_to_be_told_how_far_it_holds():
    verdict = judge(TABLE, {"guards": ("a", None)})
    assert verdict.state == "try again"
    rows = "What it guards; A new flow out without a rule"
    assert verdict.parts[0] == words.COMPARE_EMPTY.format(done=0, all=2, rows=rows)
    said = judge(TABLE, {"guards": ("a", "b")}).parts[0]
    assert said == words.COMPARE_EMPTY.format(done=1, all=2, rows="A new flow out without a rule")


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ([], words.WRITE_ROWS),
        ("guards", words.WRITE_ROWS),
        ({"color": "ab"}, words.WRITE_ROW),
        ({"guards": "abc"}, words.WRITE_CELLS),
        ({"guards": ("a", "x")}, words.WRITE_CELLS),
        ({"guards": ("a",)}, words.WRITE_CELLS),
        ({"guards": (1, 2)}, words.WRITE_CELLS),
    ],
)
def test_what_is_no_row_or_no_cell_is_told_how_to_write_it(answer, sentence):
    verdict = judge(TABLE, answer)
    assert verdict.state == "try again"
    fields = "(?s:.+)".join(map(re.escape, re.split(r"\{\w+\}", sentence)))
    assert re.fullmatch(fields, str(verdict.parts[0]))


def test_what_was_checked_is_there_again_in_every_place_of_the_table():
    check("99-table", {"guards": ("a", "a")})
    assert filled("99-table") == {"guards": ("a", "a")}
    boxes = comparison("99-table").children[0].children
    assert [box.value for box in boxes if hasattr(box, "options")] == ["a", "a", None, None]


def test_no_list_has_an_answer_to_begin_with_and_each_names_its_column():
    boxes = [box for box in comparison("99-table").children[0].children if hasattr(box, "options")]
    assert [box.value for box in boxes] == [None] * 4
    assert [box.description for box in boxes] == ["security group:", "network ACL:"] * 2


def test_the_button_checks_what_is_chosen_and_marks_the_rows():
    table = comparison("99-table")
    boxes = [box for box in table.children[0].children if hasattr(box, "options")]
    button = table.children[1].children[0]
    button.click()
    assert words.COMPARE_NOTHING in table.children[2].value
    boxes[0].value, boxes[1].value = "a", "b"
    button.click()
    assert words.COMPARE_MARKS[True] in table.children[2].value
    assert words.COMPARE_MARKS[None] in table.children[2].value
    assert [event["event"] for event in record().of("99-table")] == ["fill", "check"]


def test_the_view_says_in_words_how_each_row_stands():
    view = ComparisonView("99-table", {"guards": ("b", "a"), "new": ("b", "b")})
    assert view.marks() == (words.COMPARE_MARKS[False], words.COMPARE_MARKS[True])
    assert "a subnet" in str(view)
    assert "✖ look again" in view.html()


def test_only_right_cells_are_printed_and_the_others_stay_empty_for_a_worksheet(table):
    assert "0 of 2" in str(printable("99-table"))
    assert (table / "99-table.html").read_text(encoding="utf-8").count("<td></td>") == 4
    check("99-table", {"guards": ("a", "a"), "new": ("b", "b")})
    assert "1 of 2" in str(printable("99-table"))
    page = (table / "99-table.html").read_text(encoding="utf-8")
    assert page.count("<td></td>") == 1
    assert "<td>is stopped</td>" in page


def test_several_tables_are_written_by_one_call():
    said = printable("99-table", "99-table")
    assert str(said).count("99-table.html") == 2


def test_a_folder_that_cannot_be_written_is_said_in_a_sentence(monkeypatch, table):
    (table / "99-table.html").mkdir()
    assert printable("99-table").word == words.TRY_AGAIN


def test_a_table_that_has_changed_since_lays_no_stale_cells(monkeypatch):
    record().add("fill", "99-table", cells={"gone": ("a", "b")})
    record().add("fill", "99-table", cells="nonsense")
    assert filled("99-table") == {}


def test_another_exercise_is_no_table(monkeypatch):
    monkeypatch.undo()
    with pytest.raises(comparing.Unreadable, match="no comparison table"):
        printable("04-public")
