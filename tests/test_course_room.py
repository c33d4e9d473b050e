"""What the room believes: exports merged by exercise and misconception; others are named and left out."""

import csv
import io
import os
import subprocess
import sys
from pathlib import Path

import pytest

import lab
from vpclab.course import check, export_progress, hint, predict, solution, ticket, words
from vpclab.course.record import CSV_HEADER, Record
from vpclab.course.room import COLLECTED_HEADER, collect, main

ROOT = Path(__file__).resolve().parents[1]


def export(folder, name, monkeypatch, *acts):
    """Let a learner do something, and hand the export in."""
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(folder / f".{name}"))
    for act in acts:
        act()
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    export_progress(str(folder / name))


@pytest.fixture
def handed_in(tmp_path, monkeypatch):
    """Return a folder with the exports of three learners."""
    export(tmp_path, "a.csv", monkeypatch, lambda: check("04-public", "a"), lambda: check("04-public", "b"),
           lambda: predict("04-p1", "delivered"))  # fmt: skip
    export(tmp_path, "group 2/b.CSV", monkeypatch, lambda: check("04-public", "b"), lambda: hint("04-open"),
           lambda: predict("04-p1", "blocked"))  # fmt: skip
    export(tmp_path, "c.csv", monkeypatch, lambda: check("04-public", "a"), lambda: check("04-public", "c"),
           lambda: solution("04-public"), lambda: predict("04-p1", "reply-blocked"))  # fmt: skip
    return tmp_path


def rows(folder):
    return list(csv.DictReader(io.StringIO(collect(folder).csv())))


def test_an_exercise_counts_who_tried_who_was_right_at_first_and_who_is_right_now(handed_in):
    (row,) = [r for r in rows(handed_in) if r["id"] == "04-public" and not r["misconception"]]
    counts = {k: row[k] for k in ("kind", "learners", "right_at_first", "right_now", "solution_shown")}
    assert counts == {
        "kind": "exercise", "learners": "3", "right_at_first": "1", "right_now": "2", "solution_shown": "1"
    }  # fmt: skip


def test_an_export_with_a_trouble_ticket_in_it_is_counted_too(tmp_path, monkeypatch):
    export(tmp_path, "d.csv", monkeypatch, lambda: ticket(15).fix(lambda network: None),
           lambda: check("04-public", "b"))  # fmt: skip
    found = [row["id"] for row in rows(tmp_path) if row["id"] != "all"]
    assert sorted(found) == ["04-public", "ticket-three-tiers-1-15"]


def test_a_prediction_counts_who_was_right_even_where_no_belief_stands_behind_a_wrong_one(handed_in):
    (row,) = [r for r in rows(handed_in) if r["id"] == "04-p1" and not r["misconception"]]
    assert (row["learners"], row["right_at_first"], row["right_now"]) == ("3", "1", "")


def test_a_misconception_is_counted_once_per_learner_by_item_and_over_everything(handed_in):
    shown = {(r["id"], r["misconception"]): r["showed_it"] for r in rows(handed_in) if r["misconception"]}
    assert shown == {
        ("04-public", "M12"): "1", ("04-public", "M13"): "2", ("04-p1", "M11"): "1",
        ("all", "M11"): "1", ("all", "M12"): "1", ("all", "M13"): "2",
    }  # fmt: skip


def test_an_item_that_was_only_opened_is_not_counted_as_tried(handed_in):
    (row,) = [r for r in rows(handed_in) if r["id"] == "04-open"]
    assert (row["learners"], row["hints"]) == ("0", "1")


def test_the_text_says_it_with_the_belief_in_words(handed_in):
    text = str(collect(handed_in))
    assert "3 exports, 3 exercises" in text
    assert "2 of 3 showed M13: A subnet is private because of its name" in text
    assert text.splitlines()[-3].strip().startswith("2 of 3 showed M13")


def test_the_header_is_the_documented_one_and_a_second_run_counts_the_same(handed_in, capsys):
    assert main([str(handed_in)]) == 0
    first = (handed_in / "collected.csv").read_text(encoding="utf-8")
    assert tuple(first.splitlines()[0].split(",")) == COLLECTED_HEADER
    assert main([str(handed_in)]) == 0
    assert (handed_in / "collected.csv").read_text(encoding="utf-8") == first


GOOD = ",".join(CSV_HEADER) + "\n04-public,exercise,correct,1,yes,0,no,,2026-01-01,2026-01-01\n"
BAD = {
    "no text": (b"\xff\xfe\x00\x01", words.ROOM_NO_TEXT),
    "another table": (b"name,points\nHanako,3\n", "it lacks the columns id, kind"),
    "empty": (b"", "it lacks the columns id"),
    "a formula for an id": (GOOD.replace("04-public", "=1+1").encode(), "line 2 has no proper value"),
    "an escape code": (GOOD.replace("exercise", "\x1b[31m").encode(), "in the column kind"),
    "tries that are no number": (GOOD.replace(",1,yes", ",many,yes").encode(), "in the column tries"),
    "a negative count": (GOOD.replace(",0,no", ",-3,no").encode(), "in the column hints"),
    "an unknown misconception": (GOOD.replace(",no,,", ",no,M1 rm,").encode(), "column misconceptions"),
    "a line cut off": (GOOD[:-60].encode(), "line 2 has no proper value"),
    "an id twice": ((GOOD + GOOD.splitlines()[1]).encode(), "line 3 has an id that stands there twice"),
    "far too large": (GOOD.encode() + b"\n" * 3_000_000, words.ROOM_TOO_LARGE),
}  # fmt: skip


@pytest.mark.parametrize(("data", "reason"), BAD.values(), ids=BAD)
def test_what_is_no_export_is_named_with_the_reason_and_left_out(handed_in, data, reason):
    (handed_in / "x \x1b[2J.csv").write_bytes(data)
    room = collect(handed_in)
    assert room.exports == 3
    (said,) = room.left_out
    assert said.startswith(r"Left out x \x1b[2J.csv: ")
    assert reason in said
    assert said in str(room)
    assert "\x1b" not in str(room) + room.csv()


def test_an_export_that_was_handed_in_twice_counts_once(handed_in):
    (handed_in / "a (1).csv").write_bytes((handed_in / "a.csv").read_bytes())
    room = collect(handed_in)
    assert room.exports == 3
    assert room.left_out == [words.ROOM_SAME.format(name="a.csv", other="a (1).csv")]


SAVED_AGAIN = {
    "a mark": lambda text: "\ufeff" + text,
    "Windows": lambda text: text.replace("\n", "\r\n"),
    "semicolons": lambda text: text.replace(",", ";"),
}


@pytest.mark.parametrize("change", SAVED_AGAIN.values(), ids=SAVED_AGAIN)
def test_an_export_that_a_spreadsheet_saved_again_is_read(tmp_path, change):
    (tmp_path / "a.csv").write_text(change(GOOD), encoding="utf-8", newline="")
    assert collect(tmp_path).lines["04-public"].right_at_first == 1


def test_an_export_without_any_event_is_an_export(tmp_path):
    (tmp_path / "a.csv").write_text(Record(tmp_path / "none").csv(), encoding="utf-8")
    (tmp_path / "b.csv").write_text(Record(tmp_path / "none").csv(), encoding="utf-8")
    assert (collect(tmp_path).exports, collect(tmp_path).left_out) == (2, [])


@pytest.mark.parametrize("name", ["empty", "not there"])
def test_where_there_is_nothing_to_count_a_sentence_says_so(tmp_path, capsys, name):
    (tmp_path / "empty").mkdir()
    assert main([str(tmp_path / name)]) == 1
    assert name in capsys.readouterr().err
    assert list((tmp_path / "empty").iterdir()) == []


def test_lab_py_collects_with_the_course_s_own_python(monkeypatch, handed_in):
    called = []
    monkeypatch.setattr(lab, "prepare", lambda kit, extras=(): None)
    monkeypatch.setattr(lab.subprocess, "call", lambda command, **more: called.append(command) or 0)
    assert lab.main(["collect", str(handed_in)]) == 0
    assert called[0][1:] == ["-m", "vpclab.course.room", str(handed_in)]
    variables = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *called[0][1:]], env=variables, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "2 of 3 showed M13" in done.stdout
    assert "collected.csv" in done.stdout
