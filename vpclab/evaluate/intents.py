"""Intent tables: which traffic must work and which must not, held against a network.

A table is rows of source, destination, traffic and what is wanted. It comes from Python, a DataFrame
or a CSV file; a row that fails shows its trace.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from vpclab import display
from vpclab.evaluate.ends import read_end
from vpclab.evaluate.packets import CLIENT_PORT, TrafficType, read_traffic
from vpclab.evaluate.results import REPLY_BLOCKED, UNKNOWN, Trace
from vpclab.evaluate.trace import trace
from vpclab.topology.errors import BadInput, VpclabError
from vpclab.topology.model import Snapshot
from vpclab.topology.store import Store

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("src", "dst", "traffic", "expect")
_MISSING = ("NAType", "NaTType")  # pandas' own; it is not imported for them
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
        return f"{self.flow} {'must' if self.must else 'must not'} work"

    @property
    def flow(self) -> str:
        """Return the row as an engineer writes it, without what is wanted."""
        family = " over IPv6" if self.ip_version == 6 else ""
        return display.plain(f"{self.src} → {self.dst} {self.what}{family}")

    @property
    def what(self) -> str:
        """Return the traffic, with the client's port where it is not the usual one: rows may differ in it."""
        port = getattr(self.traffic, "src_port", None)  # what is no traffic is refused by `trace`
        return f"{self.traffic}{'' if port in (None, CLIENT_PORT) else f' from port {port}'}"

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
        return display.plain(f"{mark}: {self.intent}{remark}. {self.trace.because}")


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

        words = {True: "yes", False: "no", None: "unknown"}
        rows = [
            (str(row.src), str(row.dst), str(row.traffic), "must" if row.must else "must not",
             words[result.holds], result.trace.because)
            for result in self.results for row in [result.intent]
        ]  # fmt: skip
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
            found = _from_file(Path(rows))
        else:
            rows = rows.to_dict("records") if hasattr(rows, "to_dict") else rows
            if not isinstance(rows, Iterable):
                raise BadInput(f"{rows!r} is not a table: give rows, a DataFrame or the path of a CSV file")
            found = [(f"row {number}", row) for number, row in enumerate(rows, 1)]
        self.places = tuple(place for place, _ in found)
        self.rows: tuple[Intent, ...] = tuple(_read(row, place) for place, row in found)

    @classmethod
    def from_csv(cls, path: str | Path) -> Intents:
        """Return the table of a CSV file with the columns src, dst, traffic, expect (and ip_version)."""
        return cls(Path(path))

    def __iter__(self) -> Iterator[Intent]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def check(self, topology: Store | Snapshot) -> Report:
        """Return the table held against a network, row by row; an end that is not there names its row."""
        results = []
        for place, row in zip(self.places, self.rows, strict=True):
            try:
                results.append(Result(row, row.trace(topology)))
            except VpclabError as error:
                raise BadInput(f"{place}: {error}") from error
        return Report(tuple(results))


def _from_file(path: Path) -> list[tuple[str, Any]]:
    """Return the rows of a CSV file with their lines; rows without any text are left out."""
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            names = [name.strip().lower() for name in reader.fieldnames or ()]
            reader.fieldnames = names
            if missing := [name for name in COLUMNS if name not in names]:
                what = f"{path}: no column {', '.join(missing)}; the first line is {','.join(COLUMNS)}"
                raise BadInput(what)
            found = [(f"{path}, line {reader.line_num}", row) for row in reader]
    except VpclabError:
        raise
    except (OSError, ValueError, csv.Error) as error:
        raise BadInput(f"{path} cannot be read as CSV: {error}") from error
    found = [(place, row) for place, row in found if any(not _blank(row.get(name)) for name in COLUMNS)]
    if not found:
        raise BadInput(f"{path} holds no rows, so it says nothing about the network")
    return found


def _blank(value: Any) -> bool:
    """Return whether a cell is empty: None, white space, or what pandas puts where nothing is."""
    if isinstance(value, str):
        return not value.strip()
    return value is None or (isinstance(value, float) and value != value) or type(value).__name__ in _MISSING


def _read(row: Any, place: str) -> Intent:
    """Return an intent from a mapping or a sequence of src, dst, traffic, expect, IP version."""
    if isinstance(row, Intent):
        return row
    shape = f"{place}: write source, destination, traffic and must or must not"
    if isinstance(row, Mapping):
        values: list[Any] = [row.get(name) for name in (*COLUMNS, "ip_version")]
    elif isinstance(row, Iterable) and not isinstance(row, (str, bytes)):
        values = list(row)
    else:
        raise BadInput(f"{shape} (got {row!r})")
    if not 3 <= len(values) <= 5 or any(_blank(value) for value in values[:3]):
        raise BadInput(f"{shape} (got {', '.join('' if _blank(v) else str(v) for v in values)})")
    src, dst, traffic, wanted, version = (*values, None, None)[:5]
    if wanted is None:
        wanted = True
    elif not isinstance(wanted, bool):
        word = " ".join(str(wanted).lower().split())
        if word not in _WANTED:
            raise BadInput(f"{place}: {wanted!r} is not what is wanted; write 'must' or 'must not'")
        wanted = _WANTED[word]
    if not _blank(version) and str(version).strip() not in ("4", "6", "4.0", "6.0"):
        raise BadInput(f"{place}: {version!r} is not an IP version; write 4 or 6")
    if isinstance(traffic, float) and traffic.is_integer():
        traffic = int(traffic)
    try:
        return Intent(
            read_end(src) if isinstance(src, str) else src,
            read_end(dst) if isinstance(dst, str) else dst,
            traffic if isinstance(traffic, TrafficType) else read_traffic(str(traffic)),
            wanted,
            6 if str(version).strip().startswith("6") else 4,
        )
    except VpclabError as error:
        raise BadInput(f"{place}: {error}") from error
