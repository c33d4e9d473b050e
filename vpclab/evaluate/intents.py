"""Intent tables: which traffic must work and which must not, held against a network.

A table is rows of source, destination, traffic and what is wanted. It comes from Python, a DataFrame
or a CSV file; a row that fails shows its trace.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpclab import display
from vpclab.evaluate.ends import read_end
from vpclab.evaluate.packets import TrafficType, read_traffic
from vpclab.evaluate.results import REPLY_BLOCKED, UNKNOWN, Trace
from vpclab.evaluate.trace import trace
from vpclab.topology.errors import BadInput
from vpclab.topology.model import Snapshot
from vpclab.topology.store import Store

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("src", "dst", "traffic", "expect")
_WANTED = {"must": True, "allow": True, "must not": False, "must-not": False, "mustnot": False, "deny": False}


@dataclass(frozen=True, slots=True)
class Intent:
    """One row: this traffic must work in both directions, or must not."""

    src: Any
    dst: Any
    traffic: TrafficType
    must: bool = True
    ip_version: int = 4

    def __str__(self) -> str:
        family = " over IPv6" if self.ip_version == 6 else ""
        wanted = "must" if self.must else "must not"
        return f"{_text(self.src)} → {_text(self.dst)} {self.traffic}{family} {wanted} work"

    def trace(self, topology: Store | Snapshot) -> Trace:
        """Return what happens to the row's traffic in a network."""
        return trace(topology, self.src, self.dst, self.traffic, ip_version=self.ip_version)


@dataclass(frozen=True, slots=True)
class Result:
    """One row held against a network: whether it holds, and the trace that shows it.

    `holds` is None where the engine does not know. Traffic whose reply is blocked does not work, so it
    satisfies a "must not"; the remark says that the request arrives.
    """

    intent: Intent
    trace: Trace

    @property
    def holds(self) -> bool | None:
        """Return whether the network does what the row wants."""
        return None if self.trace.outcome == UNKNOWN else self.trace.reaches == self.intent.must

    def __str__(self) -> str:
        mark = {True: "✔ holds", False: "✖ fails", None: "? unknown"}[self.holds]
        remark = ""
        if self.holds and not self.intent.must and self.trace.outcome == REPLY_BLOCKED:
            remark = " (the request arrives; only the reply is stopped)"
        return f"{mark}: {self.intent}{remark}. {self.trace.because}"


@dataclass(frozen=True)
class Report(display.Shown):
    """A whole table held against a network."""

    results: tuple[Result, ...]

    @property
    def holds(self) -> bool | None:
        """Return True if every row holds, False if one fails, else None."""
        answers = [result.holds for result in self.results]
        return False if False in answers else None if None in answers else True

    @property
    def failed(self) -> tuple[Result, ...]:
        """Return the rows that do not hold, with their traces."""
        return tuple(result for result in self.results if not result.holds)

    def __str__(self) -> str:
        return "\n".join(str(result) for result in self.results)

    __repr__ = __str__

    def table(self) -> pd.DataFrame:
        """Return the rows as a DataFrame: src, dst, traffic, expect, holds, because."""
        import pandas as pd

        rows = [
            (
                *_row(result.intent),
                {True: "yes", False: "no", None: "unknown"}[result.holds],
                result.trace.because,
            )
            for result in self.results
        ]
        return pd.DataFrame(rows, columns=[*COLUMNS, "holds", "because"])


class Intents:
    """A table of intents.

    >>> from vpclab import Intents, Topology
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> web = prod.subnet("web", "10.0.1.0/24").instance("web")
    >>> print(Intents([("internet", "web", "tcp 443", "must not")]).check(prod.topology))
    ✔ holds: internet → web tcp 443 must not work. VPC prod: it has no internet gateway, so nothing comes in \
from the internet (IGW-2).
    """

    def __init__(self, rows: Any) -> None:
        """Read rows: intents, mappings or sequences; a DataFrame; or the path of a CSV file."""
        if isinstance(rows, (str, Path)):
            rows = Intents.from_csv(rows).rows
        if hasattr(rows, "to_dict"):
            rows = rows.to_dict("records")
        self.rows = tuple(_read(row, number) for number, row in enumerate(rows, 1))

    @classmethod
    def from_csv(cls, path: str | Path) -> Intents:
        """Return the table of a CSV file with the columns src, dst, traffic, expect (and ip_version)."""
        try:
            with Path(path).open(newline="", encoding="utf-8-sig") as file:
                reader = csv.DictReader(file)
                missing = [name for name in COLUMNS if name not in (reader.fieldnames or ())]
                if missing:
                    raise BadInput(
                        f"{path}: no column {', '.join(missing)}; the first line is {','.join(COLUMNS)}"
                    )
                return cls(list(reader))
        except (OSError, UnicodeError, csv.Error) as error:
            raise BadInput(f"{path} cannot be read as CSV: {error}") from error

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def check(self, topology: Store | Snapshot) -> Report:
        """Return the table held against a network, row by row."""
        return Report(tuple(Result(row, row.trace(topology)) for row in self.rows))


def _text(end: Any) -> str:
    return str(end).replace("('", " ").replace("')", "")


def _row(intent: Intent) -> tuple[str, str, str, str]:
    return _text(intent.src), _text(intent.dst), str(intent.traffic), "must" if intent.must else "must not"


def _read(row: Any, number: int) -> Intent:
    """Return an intent from a mapping or a sequence of src, dst, traffic, expect, IP version."""
    if isinstance(row, Intent):
        return row
    values = [row.get(name) for name in (*COLUMNS, "ip_version")] if isinstance(row, Mapping) else list(row)
    if not 3 <= len(values) <= 5 or any(value is None for value in values[:3]):
        raise BadInput(f"row {number}: write source, destination, traffic and must or must not, got {row!r}")
    src, dst, traffic = values[:3]
    wanted = values[3] if len(values) > 3 else "must"
    version = values[4] if len(values) > 4 else None
    wanted = wanted if isinstance(wanted, bool) else _WANTED.get(str(wanted or "must").strip().lower())
    if wanted is None:
        raise BadInput(f"row {number}: {values[3]!r} is not what is wanted; write 'must' or 'must not'")
    if str(version or 4).strip() not in ("4", "6", "4.0", "6.0", "nan"):
        raise BadInput(f"row {number}: {version!r} is not an IP version; write 4 or 6")
    return Intent(
        read_end(src) if isinstance(src, str) else src,
        read_end(dst) if isinstance(dst, str) else dst,
        traffic if isinstance(traffic, TrafficType) else read_traffic(str(traffic)),
        bool(wanted),
        6 if str(version).strip().startswith("6") else 4,
    )
