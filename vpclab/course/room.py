"""What the room believes: learners' exports merged into one table, by exercise and by misconception.

`python3 lab.py collect FOLDER` reads every CSV file that `export_progress` wrote, in the folder and below it,
prints the table, and writes it as `collected.csv` beside them. A file that is no export is named and left
out: what learners hand in is only counted where it has the shape of ids and numbers, so that no spreadsheet
or terminal that shows the table later is handed anything else.
"""

from __future__ import annotations

import csv
import io
import re
import sys
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from vpclab import display
from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.declarations import misconceptions

__all__ = ["COLLECTED_HEADER", "Room", "collect", "main"]

COLLECTED = "collected.csv"
COLLECTED_HEADER = (
    "id", "kind", "learners", "right_at_first", "right_now", "hints", "solution_shown", "misconception",
    "showed_it", "belief",
)  # fmt: skip
ALL = "all"
_SHAPES = {
    "id": r"\d\d-[a-z0-9-]{1,40}|ticket-[a-z0-9-]{1,60}",
    "kind": r"exercise|prediction|question",
    "state": r"correct|try again|predicted|opened",
    "tries": r"\d{1,6}",
    "right_at_first": r"(yes|no)?",
    "hints": r"\d{1,6}",
    "solution_shown": r"yes|no",
    "misconceptions": r"((M\d\d|IMP-[a-z])( |$))*",
}
_LARGEST = 2_000_000  # bytes; an export of the whole course has a hundredth of that


@dataclass
class Line:
    """What all learners together did with one exercise, prediction or recall question."""

    kind: str
    learners: int = 0
    right_at_first: int = 0
    right_now: int = 0
    hints: int = 0
    solution_shown: int = 0
    believers: Counter[str] = field(default_factory=Counter)


@dataclass
class Room:
    """The lines by id, how many learners showed each misconception anywhere, what was left out and why."""

    lines: dict[str, Line] = field(default_factory=dict)
    believers: Counter[str] = field(default_factory=Counter)
    exports: int = 0
    left_out: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        said = [words.ROOM.format(exports=self.exports, items=len(self.lines)), ""]
        rows, after = [], {}
        for id, line in sorted(self.lines.items()):
            now = "" if line.kind == "prediction" else str(line.right_now)
            counts = (line.learners, line.right_at_first, now, line.hints, line.solution_shown)
            rows.append((id, line.kind, *map(str, counts)))
            after[len(rows) + 1] = self._believed(line.believers, line.learners)
        for number, text in enumerate(str(Table(words.ROOM_HEADER, tuple(rows))).splitlines(), 1):
            said += [text.rstrip(), *after.get(number, [])]
        if self.believers:
            said += ["", words.ROOM_BELIEFS, *self._believed(self.believers, self.exports)]
        return "\n".join([*said, *(["", *self.left_out] if self.left_out else [])])

    @staticmethod
    def _believed(believers: Counter[str], learners: int) -> list[str]:
        known = misconceptions()
        return [
            words.ROOM_BELIEF.format(count=count, all=learners, id=id, belief=known.get(id, ""))
            for id, count in sorted(believers.items(), key=lambda entry: (-entry[1], entry[0]))
        ]

    def csv(self) -> str:
        """Return the table as CSV under COLLECTED_HEADER.

        A row without a misconception counts an item: `learners` who tried it, who were `right_at_first` and
        who are `right_now` (of predictions only the first is counted), `hints` asked for in all, and learners
        whom the solution was shown. A row with one counts the learners who `showed_it` there; the rows of
        the id "all" count them over everything.
        """
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLLECTED_HEADER)
        known = misconceptions()
        for id, line in sorted(self.lines.items()):
            now = "" if line.kind == "prediction" else line.right_now
            counts = (line.learners, line.right_at_first, now, line.hints, line.solution_shown)
            writer.writerow((id, line.kind, *counts, "", "", ""))
            for belief, count in sorted(line.believers.items()):
                writer.writerow(
                    (id, line.kind, line.learners, *[""] * 4, belief, count, known.get(belief, ""))
                )
        for belief, count in sorted(self.believers.items()):
            writer.writerow((ALL, "", self.exports, *[""] * 4, belief, count, known.get(belief, "")))
        return out.getvalue()

    def add(self, rows: Iterable[Mapping[str, str]]) -> None:
        """Count one learner's rows."""
        self.exports += 1
        shown: set[str] = set()
        for row in rows:
            line = self.lines.setdefault(row["id"], Line(row["kind"]))
            line.hints += int(row["hints"])
            line.solution_shown += row["solution_shown"] == "yes"
            if not int(row["tries"]):
                continue
            beliefs = set(row["misconceptions"].split())
            line.learners += 1
            line.right_at_first += row["right_at_first"] == "yes"
            line.right_now += row["state"] == "correct"
            line.believers.update(beliefs)
            shown |= beliefs
        self.believers.update(shown)


def read_export(path: Path) -> list[dict[str, str]]:
    """Return the rows of an export, or raise ValueError with the sentence that says why it is none."""
    if path.stat().st_size > _LARGEST:
        raise ValueError(words.ROOM_TOO_LARGE)
    text = path.read_bytes().decode("utf-8-sig")
    dialect = ";" if ";" in text.partition("\n")[0] else ","  # as some spreadsheets save it again
    reader = csv.DictReader(io.StringIO(text), delimiter=dialect)
    header: Sequence[str] = reader.fieldnames or ()
    if missing := [name for name in _SHAPES if name not in header]:
        raise ValueError(words.ROOM_NO_EXPORT.format(columns=", ".join(missing)))
    rows: dict[str, dict[str, str]] = {}
    for number, row in enumerate(reader, 2):
        for name, shape in _SHAPES.items():
            if not re.fullmatch(shape, row[name] or "", re.ASCII):
                raise ValueError(words.ROOM_BAD_CELL.format(number=number, column=name))
        if row["id"] in rows:
            raise ValueError(words.ROOM_TWICE.format(number=number))
        rows[row["id"]] = row
    return list(rows.values())


def collect(folder: Path) -> Room:
    """Return what the exports in a folder, and in the folders below it, say together."""
    room, seen = Room(), dict[Any, str]()
    for path in sorted(p for p in folder.rglob("*") if p.suffix.lower() == ".csv" and p.is_file()):
        name = display.plain(path.relative_to(folder).as_posix())
        if path.name == COLLECTED:  # this program's own
            continue
        try:
            rows = read_export(path)
        except UnicodeDecodeError:
            room.left_out.append(words.ROOM_LEFT_OUT.format(name=name, reason=words.ROOM_NO_TEXT))
            continue
        except (OSError, ValueError, csv.Error) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            room.left_out.append(words.ROOM_LEFT_OUT.format(name=name, reason=display.plain(reason)))
            continue
        key = tuple(tuple(sorted((k, str(v)) for k, v in row.items())) for row in rows)
        if rows and key in seen:
            room.left_out.append(words.ROOM_SAME.format(name=name, other=seen[key]))
            continue
        seen[key] = name
        room.add(rows)
    return room


def main(arguments: Sequence[str]) -> int:
    """Print the table of a folder and write it there; return 1 where there is nothing to count."""
    folder = Path(arguments[0])
    if not folder.is_dir():
        print(words.ROOM_NO_FOLDER.format(folder=display.plain(folder)), file=sys.stderr)  # noqa: T201
        return 1
    room = collect(folder)
    print(room)  # noqa: T201  # a command
    if not room.exports:
        print(words.ROOM_EMPTY.format(folder=display.plain(folder)), file=sys.stderr)  # noqa: T201
        return 1
    target = folder / COLLECTED
    target.write_text(room.csv(), encoding="utf-8", newline="")
    print(words.ROOM_WRITTEN.format(where=display.plain(target)))  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
