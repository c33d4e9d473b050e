"""What a learner did, kept in `progress.jsonl`: one line per event, only ever added to.

Each event is written by a single write at the end of the file, so that two open notebooks lose nothing, and
begins with the line break that a write which was cut off may be missing, so that a crash costs its own line
and no other. A line is plain ASCII, so that no editor's encoding harms it; of a line that was damaged by hand
every whole event is kept. What the events mean is worked out when they are read. There are no names in it,
and it never leaves the machine.
"""

from __future__ import annotations

import csv
import io
import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from vpclab.course import words

__all__ = ["CSV_HEADER", "Item", "Record", "folder", "in_force", "record", "summary"]

FILE, ASIDE = "progress.jsonl", "progress.set-aside.txt"
FOLDER_VARIABLE = "VPCLAB_PROGRESS_DIR"
CSV_HEADER = (
    "id", "kind", "state", "tries", "right_at_first", "hints", "solution_shown", "misconceptions", "first",
    "last",
)  # fmt: skip
# Where an event begins, whatever became of the text around it.
_BEGINS = re.compile(r'\{\s*"\w+"\s*:')

Event = dict[str, Any]


def folder() -> Path:
    """Return where progress is kept: the folder that VPCLAB_PROGRESS_DIR names, else my_course, else here."""
    if named := os.environ.get(FOLDER_VARIABLE):
        return Path(named)
    here = Path.cwd()
    return next((path for path in (here, *here.parents) if path.name == "my_course"), here)


def record() -> Record:
    """Return the record of this learner."""
    return _record(folder())


@cache
def _record(where: Path) -> Record:
    return Record(where)


class Record:
    """The events of one folder. What cannot be written is remembered until the session ends."""

    def __init__(self, where: Path) -> None:
        self.path = where / FILE
        self._unsaved: list[Event] = []
        self._read: tuple[bytes, list[Event], list[bytes]] = (b"", [], [])
        self._messages: list[str] = []
        self._told: set[str] = set()

    def __repr__(self) -> str:
        return f"<Record {self.path.parent.name}/{self.path.name}>"

    def add(self, event: str, id: str, **more: object) -> None:
        """Add an event. A folder that cannot be written breaks no lesson; it is said once."""
        now = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = {
            "v": 1,
            "time": now,
            "event": event,
            "id": id,
            **{k: v for k, v in more.items() if v not in ("", None)},
        }
        line = f"\n{json.dumps(entry)}".encode()
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0)
            file = os.open(self.path, flags, 0o644)
            try:
                written = os.write(file, line)
            finally:
                os.close(file)
            if written != len(line):  # a full disk; the torn line is set aside when it is read
                raise OSError("the disk is full")
        except OSError as error:
            self._unsaved.append(entry)
            self.tell(words.NOT_SAVED.format(where=self._shown, reason=error.strerror or error))

    def events(self) -> list[Event]:
        """Return all events in the order they were written; lines that are none are set aside."""
        try:
            data = self.path.read_bytes()
        except OSError:
            data = b""
        if data != self._read[0]:
            self._read = (data, *_parse(data))
        _, good, broken = self._read
        if broken:
            self._set_aside(broken)
        return [*good, *self._unsaved]

    def of(self, id: str) -> list[Event]:
        """Return the events of one exercise, prediction or question since it was last reset."""
        return [event for event in in_force(self.events()) if event["id"] == id]

    def message(self) -> str:
        """Return what has to be told about the file, once."""
        said = " ".join(self._messages)
        self._messages.clear()
        return said

    def csv(self) -> str:
        """Return one line per item under CSV_HEADER, in the order in which the items were first met.

        | column | holds |
        | --- | --- |
        | id | of the exercise, prediction or recall question: 04-public, 04-p1, 03-q1 |
        | kind | exercise, prediction or question |
        | state | correct, try again, predicted, or opened (hints or the solution only) |
        | tries | how many answers were given; answers after the first right one count if they are wrong |
        | right_at_first | yes or no: the first answer; empty where there was none |
        | hints | how many were asked for |
        | solution_shown | yes or no |
        | misconceptions | ids parted by spaces, one for each answer that showed one |
        | first, last | UTC times of the first and the last event |
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(CSV_HEADER)
        for item in summary(self.events()).values():
            shown = "yes" if item.solution_shown else "no"
            first = {True: "yes", False: "no", None: ""}[item.right_at_first]
            row = (item.id, item.kind, item.state, item.tries, first, item.hints, shown)
            writer.writerow((*row, " ".join(item.misconceptions), item.first, item.last))
        return out.getvalue()

    @property
    def _shown(self) -> str:
        return f"{self.path.parent.name or '.'}/{self.path.name}"

    def tell(self, message: str) -> None:
        """Have something told with the next card, once."""
        if message not in self._told:
            self._told.add(message)
            self._messages.append(message)

    def _set_aside(self, broken: list[bytes]) -> None:
        aside = self.path.with_name(ASIDE)
        try:
            kept = aside.read_bytes().split(b"\n") if aside.exists() else []
            new = [line for line in broken if line not in kept]
            if not new:
                return
            with aside.open("ab") as file:
                file.writelines(line + b"\n" for line in new)
        except OSError:
            new = broken  # they stay where they are, in the progress file
        lines = words.LINES_ONE if len(new) == 1 else words.LINES_MANY.format(count=len(new))
        self.tell(words.SET_ASIDE.format(lines=lines, where=self._shown, aside=ASIDE))


def _parse(data: bytes) -> tuple[list[Event], list[bytes]]:
    """Return every whole event in a file's content, and the lines of what is left over."""
    if b"{\0" in data or b"\0{" in data:  # an editor saved it as UTF-16; what was added since is ASCII
        data = data.replace(b"\0", b"")
    for mark in (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf"):
        data = data.removeprefix(mark)
    text = data.decode("utf-8", "surrogateescape")
    good: list[Event] = []
    rest, at, decoder = [], 0, json.JSONDecoder()
    while begin := _BEGINS.search(text, at):
        rest.append(text[at : begin.start()])
        try:
            entry, at = decoder.raw_decode(text, begin.start())
        except (ValueError, RecursionError):
            entry, at = None, begin.end()
        if _sound(entry):
            good.append(entry)
        else:
            rest.append(text[begin.start() : at])
    lines = "".join([*rest, text[at:]]).split("\n")
    return good, [line.encode("utf-8", "surrogateescape") for line in lines if line.strip()]


def _sound(entry: object) -> bool:
    return isinstance(entry, dict) and all(isinstance(entry.get(key), str) for key in ("event", "id", "time"))


def in_force(events: Iterable[Event]) -> list[Event]:
    """Return the events that count: what was reset later is left out, and the resets with it."""
    kept: list[Event] = []
    for event in events:
        if event["event"] == "reset":
            kept = [e for e in kept if event["id"] not in ("", e["id"])]
        else:
            kept.append(event)
    return kept


@dataclass
class Item:
    """What the events say about one exercise, prediction or recall question."""

    id: str
    kind: str = ""
    state: str = "opened"
    tries: int = 0
    right_at_first: bool | None = None
    hints: int = 0
    solution_shown: bool = False
    misconceptions: tuple[str, ...] = ()
    first: str = ""
    last: str = ""


def summary(events: Iterable[Event]) -> dict[str, Item]:
    """Return the items that events speak of, in the order they were first met. Once correct stays correct.

    Events of kinds that this version does not know are left alone.
    """
    items: dict[str, Item] = {}
    for event in in_force(events):
        what, id = event["event"], event["id"]
        if what not in ("check", "hint", "solution", "predict", "quiz"):
            continue
        item = items.setdefault(id, Item(id, first=event["time"]))
        item.kind = {"predict": "prediction", "quiz": "question"}.get(what, "exercise")
        item.last = event["time"]
        item.hints += what == "hint"
        item.solution_shown |= what == "solution" and event.get("shown") is True
        if what in ("hint", "solution"):
            continue
        right = event.get("right") if what == "predict" else event.get("state") == "correct"
        item.right_at_first = right if isinstance(right, bool) and not item.tries else item.right_at_first
        item.tries += 1
        if what == "predict":
            item.state = "predicted"
        else:
            item.state = "correct" if right or item.state == "correct" else "try again"
        belief = event.get("misconception")
        item.misconceptions += (belief,) if isinstance(belief, str) else ()
    return items
