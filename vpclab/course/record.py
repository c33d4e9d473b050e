"""What a learner did, kept in `progress.jsonl`: one line per event, only ever added to.

Each event is written by a single write at the end of the file, so that two open notebooks lose nothing, and
begins with the line break that a write which was cut off may be missing, so that a crash costs its own line
and no other. What the events mean is worked out when they are read. There are no names in it, and it never
leaves the machine.
"""

from __future__ import annotations

import csv
import io
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from vpclab.course import words

__all__ = ["CSV_HEADER", "Item", "Record", "folder", "record", "summary"]

FILE, ASIDE = "progress.jsonl", "progress.set-aside.txt"
FOLDER_VARIABLE = "VPCLAB_PROGRESS_DIR"
CSV_HEADER = ("id", "kind", "state", "tries", "hints", "solution_shown", "misconceptions", "first", "last")

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
        line = ("\n" + json.dumps(entry, ensure_ascii=False)).encode()
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
            self._tell(words.NOT_SAVED.format(where=self._shown, reason=error.strerror or error))

    def events(self) -> list[Event]:
        """Return all events in the order they were written; lines that are none are set aside."""
        try:
            data = self.path.read_bytes()
        except OSError:
            data = b""
        good, broken = [], []
        for line in data.split(b"\n"):
            if line.strip():
                entry = _parse(line)
                broken.extend([] if entry else [line])
                good.extend([entry] if entry else [])
        if broken:
            self._set_aside(broken)
        return [*good, *self._unsaved]

    def of(self, id: str) -> list[Event]:
        """Return the events of one exercise, prediction or question since it was last reset."""
        return _since_reset(event for event in self.events() if event["id"] in (id, ""))

    def message(self) -> str:
        """Return what has to be told about the file, once."""
        said = " ".join(self._messages)
        self._messages.clear()
        return said

    def csv(self) -> str:
        """Return one line per item under CSV_HEADER.

        `state` is correct, try again, opened (hints or the solution only) or predicted; `first` and `last`
        are UTC times; `misconceptions` are ids parted by spaces, one for each try that showed one.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(CSV_HEADER)
        for item in summary(self.events()).values():
            shown = "yes" if item.solution_shown else "no"
            beliefs = " ".join(item.misconceptions)
            writer.writerow(
                (
                    item.id,
                    item.kind,
                    item.state,
                    item.tries,
                    item.hints,
                    shown,
                    beliefs,
                    item.first,
                    item.last,
                )
            )
        return out.getvalue()

    @property
    def _shown(self) -> str:
        return f"{self.path.parent.name or '.'}/{self.path.name}"

    def _tell(self, message: str) -> None:
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
        self._tell(words.SET_ASIDE.format(lines=lines, where=self._shown, aside=ASIDE))


def _parse(line: bytes) -> Event | None:
    try:
        entry = json.loads(line.decode("utf-8"))
    except (ValueError, RecursionError):
        return None
    sound = isinstance(entry, dict) and all(
        isinstance(entry.get(key), str) for key in ("event", "id", "time")
    )
    return entry if sound else None


def _since_reset(events: Iterable[Event]) -> list[Event]:
    kept: list[Event] = []
    for event in events:
        kept = [] if event["event"] == "reset" else [*kept, event]
    return kept


@dataclass
class Item:
    """What the events say about one exercise, prediction or recall question."""

    id: str
    kind: str = ""
    state: str = "opened"
    tries: int = 0
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
    for event in events:
        what, id = event["event"], event["id"]
        if what == "reset":
            items = {key: item for key, item in items.items() if id not in ("", key)}
        if what not in ("check", "hint", "solution", "predict", "quiz"):
            continue
        item = items.setdefault(id, Item(id, first=event["time"]))
        item.kind = {"predict": "prediction", "quiz": "question"}.get(what, "exercise")
        item.last = event["time"]
        item.hints += what == "hint"
        item.solution_shown |= what == "solution" and event.get("shown") is True
        if what == "predict":
            item.state, item.tries = "predicted", item.tries + 1
        elif what in ("check", "quiz"):
            item.tries += 1
            item.state = "correct" if "correct" in (item.state, event.get("state")) else "try again"
            belief = event.get("misconception")
            item.misconceptions += (belief,) if isinstance(belief, str) else ()
    return items
