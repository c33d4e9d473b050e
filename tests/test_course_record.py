"""The progress file: nothing that was recorded is lost, whatever happens to it."""

import csv
import io
import json
import multiprocessing
import os
import stat

import pytest

from vpclab.course import record as module
from vpclab.course.record import CSV_HEADER, Record, summary

MANY = 40


def write_many(folder, name):
    book = Record(folder)
    for number in range(MANY):
        book.add("hint", f"{name}-{number}", filler="x" * 2000)


def test_what_is_added_is_read_back_in_order(tmp_path):
    book = Record(tmp_path)
    book.add("check", "04-public", state="try again", misconception="M13")
    book.add("hint", "04-public", number=1)
    assert [(e["event"], e["id"]) for e in book.events()] == [("check", "04-public"), ("hint", "04-public")]
    assert book.message() == ""


def test_two_open_notebooks_lose_nothing(tmp_path):
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=write_many, args=(tmp_path, name)) for name in "abcd"]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    ids = {event["id"] for event in Record(tmp_path).events()}
    assert ids == {f"{name}-{number}" for name in "abcd" for number in range(MANY)}


def test_a_crash_in_the_middle_of_a_write_loses_only_that_line(tmp_path):
    book = Record(tmp_path)
    book.add("hint", "a")
    book.add("hint", "torn")
    whole = book.path.read_bytes()
    book.path.write_bytes(whole[:-20])
    book.add("hint", "b")
    assert [event["id"] for event in book.events()] == ["a", "b"]


@pytest.mark.parametrize(
    "damage",
    [
        b"{", b"null", b"[]", b'{"event": 3, "id": "a", "time": ""}', b"\xff\xfe\x00", b"[" * 10**5,
        "日本語".encode(), b"\x00",
    ],
    ids=["torn", "null", "list", "wrong types", "no text", "deep", "words", "zero byte"],
)  # fmt: skip
def test_a_damaged_line_is_set_aside_with_one_message_and_kept(tmp_path, damage):
    book = Record(tmp_path)
    book.add("hint", "a")
    with book.path.open("ab") as file:
        file.write(b"\n" + damage + b"\n")
    book.add("hint", "b")
    assert [event["id"] for event in book.events()] == ["a", "b"]
    assert "1 line" in book.message()
    book.events()
    assert book.message() == ""
    assert damage in book.path.with_name(module.ASIDE).read_bytes()
    assert damage in book.path.read_bytes()
    Record(tmp_path).events()
    assert book.path.with_name(module.ASIDE).read_bytes().count(damage) == 1


def test_a_newer_version_s_events_are_kept_and_passed_over(tmp_path):
    book = Record(tmp_path)
    book.path.write_text(
        '{"v": 9, "event": "flight", "id": "04-x", "time": "2030", "wings": 2}\n', encoding="utf-8"
    )
    book.add("hint", "04-x")
    assert len(book.events()) == 2
    assert summary(book.events())["04-x"].hints == 1
    assert "wings" in book.path.read_text(encoding="utf-8")


def test_a_file_without_a_last_line_break_or_with_windows_ones_is_read(tmp_path):
    book = Record(tmp_path)
    line = json.dumps({"event": "hint", "id": "a", "time": "t"})
    book.path.write_bytes(f"{line}\r\n{line}".encode())
    book.add("hint", "b")
    assert [event["id"] for event in book.events()] == ["a", "a", "b"]


@pytest.fixture
def locked(tmp_path):
    folder = tmp_path / "my_course"
    folder.mkdir()
    folder.chmod(stat.S_IRUSR | stat.S_IXUSR)
    yield folder
    folder.chmod(stat.S_IRWXU)


def refuse(*args, **kwargs):
    raise PermissionError(13, "Permission denied")


def test_a_folder_that_cannot_be_written_breaks_nothing_and_is_said_once(locked, monkeypatch):
    monkeypatch.setattr(os, "open", refuse)  # root may write anywhere, so the refusal is made
    book = Record(locked)
    book.add("hint", "a")
    book.add("hint", "b")
    assert [event["id"] for event in book.events()] == ["a", "b"]
    assert "cannot be written" in book.message()
    book.add("hint", "c")
    assert book.message() == ""


def test_a_full_disk_is_said_and_the_event_is_remembered(tmp_path, monkeypatch):
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]))
    book = Record(tmp_path)
    book.add("hint", "a")
    assert "disk is full" in book.message()
    monkeypatch.undo()
    book.add("hint", "b")
    assert {event["id"] for event in book.events()} == {"a", "b"}


def test_a_folder_in_the_place_of_the_file_breaks_nothing(tmp_path):
    (tmp_path / module.FILE).mkdir()
    book = Record(tmp_path)
    book.add("hint", "a")
    assert [event["id"] for event in book.events()] == ["a"]


def test_the_folder_is_the_named_one_then_my_course_above_then_here(tmp_path, monkeypatch):
    deep = tmp_path / "my_course" / "chapters"
    deep.mkdir(parents=True)
    monkeypatch.setenv(module.FOLDER_VARIABLE, str(tmp_path / "elsewhere"))
    assert module.folder() == tmp_path / "elsewhere"
    monkeypatch.delenv(module.FOLDER_VARIABLE)
    monkeypatch.chdir(deep)
    assert module.folder() == tmp_path / "my_course"
    monkeypatch.chdir(tmp_path)
    assert module.folder() == tmp_path


def test_nothing_is_made_before_the_first_event(tmp_path):
    book = Record(tmp_path / "new")
    assert book.events() == []
    assert not (tmp_path / "new").exists()
    book.add("hint", "a")
    assert book.path.exists()


def test_a_reset_starts_an_item_anew_and_keeps_what_was(tmp_path):
    book = Record(tmp_path)
    for id in "ab":
        book.add("check", id, state="correct")
    book.add("reset", "a")
    assert [item.id for item in summary(book.events()).values()] == ["b"]
    assert [event["event"] for event in book.of("a")] == []
    assert len(book.of("b")) == 1
    book.add("reset", "")
    assert summary(book.events()) == {}
    assert book.path.read_text(encoding="utf-8").count('"correct"') == 2


def test_the_csv_has_the_documented_header_and_a_line_per_item(tmp_path):
    book = Record(tmp_path)
    book.add("hint", "04-x")
    book.add("check", "04-x", state="try again", misconception="M11")
    book.add("check", "04-x", state="correct")
    book.add("check", "04-x", state="try again", misconception="M12")
    book.add("solution", "04-x", shown=True)
    book.add("predict", "04-p1", choice="blocked")
    book.add("quiz", "03-q1", state="try again", misconception="M19")
    rows = list(csv.DictReader(io.StringIO(book.csv())))
    assert tuple(rows[0]) == CSV_HEADER
    assert [(r["id"], r["kind"], r["state"], r["tries"]) for r in rows] == [
        ("04-x", "exercise", "correct", "3"),
        ("04-p1", "prediction", "predicted", "1"),
        ("03-q1", "question", "try again", "1"),
    ]
    assert (rows[0]["hints"], rows[0]["solution_shown"]) == ("1", "yes")
    assert rows[0]["misconceptions"] == "M11 M12"


def test_the_file_holds_no_names_and_no_answers(tmp_path, monkeypatch):
    monkeypatch.setenv(module.FOLDER_VARIABLE, str(tmp_path))
    from vpclab.course import check

    check("04-office", "203.0.113.0/24 by Hanako")
    entry = json.loads((tmp_path / module.FILE).read_text(encoding="utf-8"))
    assert set(entry) <= {"v", "time", "event", "id", "state", "misconception"}
