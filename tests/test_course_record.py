"""The progress file: nothing that was recorded is lost, whatever happens to it."""

import csv
import io
import json
import multiprocessing
import os
import re
import signal
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


def die_in_the_middle_of_a_write(folder):
    """Add events, and be killed when half of the last one is on the disk."""
    book, real = Record(folder), os.write
    book.add("hint", "whole")

    def half(file, data):
        real(file, data[: len(data) // 2])
        os.kill(os.getpid(), signal.SIGKILL)

    os.write = half
    book.add("hint", "torn", filler="x" * 200)


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="Windows has no SIGKILL")
def test_notebooks_that_are_killed_while_they_write_cost_others_nothing(tmp_path):
    start = multiprocessing.get_context("spawn")
    writers = [start.Process(target=write_many, args=(tmp_path, name)) for name in "ab"]
    victims = [start.Process(target=die_in_the_middle_of_a_write, args=(tmp_path,)) for _ in range(4)]
    for process in (*writers, *victims):
        process.start()
    for process in (*writers, *victims):
        process.join(60)
    assert [process.exitcode for process in (*writers, *victims)] == [0, 0, *[-signal.SIGKILL] * 4]
    book = Record(tmp_path)
    ids = [event["id"] for event in book.events()]
    assert sorted(ids) == sorted([*["whole"] * 4, *(f"{name}-{n}" for name in "ab" for n in range(MANY))])
    assert "4 lines" in book.message()


EVENTS = [("hint", "a"), ("check", "b"), ("probe", "c")]
DAMAGED = {
    "saved as UTF-16": lambda text: text.encode("utf-16"),
    "saved as UTF-16, the other order": lambda text: b"\xfe\xff" + text.encode("utf-16-be"),
    "saved with a mark": lambda text: text.encode("utf-8-sig"),
    "saved with Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
    "all on one line": lambda text: text.replace("\n", "").encode(),
    "laid out by a formatter": lambda text: "\n".join(
        json.dumps(json.loads(line), indent=4) for line in text.split("\n") if line
    ).encode(),
    "made a list": lambda text: f"[{', '.join(line for line in text.split(chr(10)) if line)}]".encode(),
    "notes between the lines": lambda text: text.replace("\n", "\nmy note: \u65e5\u672c\n").encode(),
    "a line typed over": lambda text: text.replace("\n", "\n{\"v\": 1, \"event\"", 1).encode(),
    "keys in another order": lambda text: "\n".join(
        json.dumps(dict(reversed(json.loads(line).items()))) for line in text.split("\n") if line
    ).encode(),
}  # fmt: skip


@pytest.mark.parametrize("damage", DAMAGED.values(), ids=DAMAGED)
def test_a_file_that_was_damaged_by_hand_loses_no_event_and_goes_on(tmp_path, damage):
    book = Record(tmp_path)
    for event, id in EVENTS:
        book.add(event, id, flow="internet \u2192 web", state="correct")
    book.path.write_bytes(damage(book.path.read_text(encoding="utf-8")))
    book.add("hint", "after")
    found = Record(tmp_path).events()
    assert [(e["event"], e["id"]) for e in found] == [*EVENTS, ("hint", "after")]
    assert all(event["flow"] == "internet \u2192 web" for event in found[:3])


FIRST_EDITION = """
{"v": 1, "time": "2026-11-20T09:00:00.000+00:00", "event": "check", "id": "04-public", "state": "try again", \
"misconception": "M13"}
{"v": 1, "time": "2026-11-20T09:01:00.000+00:00", "event": "check", "id": "04-public", "state": "correct"}
{"v": 1, "time": "2026-11-20T09:02:00.000+00:00", "event": "predict", "id": "04-p1", "choice": "blocked"}
{"v": 1, "time": "2026-11-20T09:03:00.000+00:00", "event": "probe", "id": "04-ticket", \
"flow": "internet → web", "answer": "no answer"}
{"v": 1, "time": "2026-11-20T09:04:00.000+00:00", "event": "check", "id": "04-dropped", "state": "correct"}"""


def test_what_the_first_edition_wrote_counts_after_an_upgrade(tmp_path, monkeypatch):
    """Letters beyond ASCII, predictions that do not say whether they were right, an exercise that is gone."""
    monkeypatch.setenv(module.FOLDER_VARIABLE, str(tmp_path))
    (tmp_path / module.FILE).write_text(FIRST_EDITION.replace("\\\n", ""), encoding="utf-8")
    from vpclab.course import check, export_progress, progress, reveal
    from vpclab.course.probes import probes

    assert "You predicted: it is stopped on the way." in str(reveal("04-p1"))
    assert probes("04-ticket") == [("internet → web", "no answer")]
    assert check("04-public", "a").state == "try again"
    assert str(progress())
    export_progress(str(tmp_path / "out.csv"))
    text = (tmp_path / "out.csv").read_text(encoding="utf-8")
    rows = {row["id"]: row for row in csv.DictReader(io.StringIO(text))}
    assert (rows["04-public"]["state"], rows["04-public"]["tries"]) == ("correct", "3")
    assert (rows["04-public"]["right_at_first"], rows["04-p1"]["right_at_first"]) == ("no", "")
    assert rows["04-dropped"]["state"] == "correct"


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
    book.add("predict", "04-p1", choice="blocked", right=True)
    book.add("quiz", "03-q1", state="try again", misconception="M19")
    rows = list(csv.DictReader(io.StringIO(book.csv())))
    assert tuple(rows[0]) == CSV_HEADER
    assert [(r["id"], r["kind"], r["state"], r["tries"]) for r in rows] == [
        ("04-x", "exercise", "correct", "3"),
        ("04-p1", "prediction", "predicted", "1"),
        ("03-q1", "question", "try again", "1"),
    ]
    assert (rows[0]["hints"], rows[0]["solution_shown"]) == ("1", "yes")
    assert [row["right_at_first"] for row in rows] == ["no", "yes", "no"]
    assert rows[0]["misconceptions"] == "M11 M12"


def test_every_column_of_the_csv_is_documented():
    told = re.findall(r"^ *\| ([a-z_, ]+) \|", Record.csv.__doc__, re.MULTILINE)
    assert ", ".join(told[1:]) == ", ".join(CSV_HEADER)


def test_the_file_holds_no_names_and_no_answers(tmp_path, monkeypatch):
    monkeypatch.setenv(module.FOLDER_VARIABLE, str(tmp_path))
    from vpclab.course import check

    check("04-office", "203.0.113.0/24 by Hanako")
    entry = json.loads((tmp_path / module.FILE).read_text(encoding="utf-8"))
    assert set(entry) <= {"v", "time", "event", "id", "state", "misconception"}
