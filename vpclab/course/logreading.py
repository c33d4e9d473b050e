"""The flow log reader: every field of a record in words, and what a pair of records tells of group and ACL.

`RecordView` is one record explained, `LogView` a log with filters and one record chosen; both are pure, as
text and as HTML. `log_reader` is a thin shell around them, `read_record` and `log_of` do without controls,
and `shop_day` reads the logs of the web shop's days.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Card, Table
from vpclab.course.controls import CHOICES, button, complaint, field, line, live, row, sheet, shell, trying
from vpclab.evaluate.results import Trace
from vpclab.flowlogs import DEFAULT_FORMAT, Flow, Log, read_log, records, rejected_by
from vpclab.flowlogs.answers import counted
from vpclab.flowlogs.conversations import conversations, rows_of
from vpclab.flowlogs.fields import TIME, is_header, kind_of
from vpclab.flowlogs.log import Names, lines_of, snapshot_of
from vpclab.flowlogs.questions import size
from vpclab.topology.errors import BadInput
from vpclab.topology.model import PORTED, protocol_name

__all__ = ["LogView", "RecordView", "log_of", "log_reader", "read_record", "shop_day"]

NINE = 1768467600  # 2026-01-15 09:00 UTC: when the flows of the lessons happen
DAYS = {
    "A": "quiet-day",
    "B": "port-scan",
    "C": "brute-forced",
    "D": "exfiltration",
    "E": "acl-without-ephemeral-ports",
}
_GAP = 600  # seconds after which the same addresses and ports are another conversation
_SHOWN = 8
_ROWS_BEFORE = 3


def shop_day(name: str) -> Log:
    """Return the flow log of one of the web shop's days, ``"A"`` to ``"E"``, with readable names.

    >>> len(shop_day("A")) > 2000
    True
    """
    from vpclab import data_path, load_aws

    key = str(name).strip().upper()
    if key not in DAYS:
        raise BadInput(words.LOG_NO_DAY.format(name=name, known=", ".join(DAYS)))
    shop = load_aws(data_path("topologies/web-shop"))
    return read_log(data_path(f"flowlogs/{DAYS[key]}/flow.log.gz"), topology=shop)


# -- one record ----------------------------------------------------------------------------------------------


def _moment(value: Any) -> str:
    return f"{value:%Y-%m-%d %H:%M:%S} UTC"


@dataclass(frozen=True)
class RecordView:
    """One flow log record: its fields as they stand, each in words, and all of it in one sentence."""

    fields: tuple[str, ...]
    values: dict[str, Any]
    names: Names | None = None

    @classmethod
    def of(cls, log: Log, number: int) -> RecordView:
        """Return the record in the row of this number."""
        found = log.table().iloc[number]
        values = {str(name): found[name] for name in found.index}
        return cls(log.fields, {n: v if _is_there(v) else None for n, v in values.items()}, log.names)

    @property
    def at(self) -> str:
        """Return the name of the interface that wrote the record."""
        id = str(self.values.get("interface-id") or "-")
        return self.names.interface(id) if self.names is not None else id

    @property
    def _vpc(self) -> str:
        id = str(self.values.get("interface-id") or "")
        eni = self.names.interfaces.get(id) if self.names is not None else None
        return eni.vpc_id if eni is not None else ""

    def called(self, name: str) -> str:
        """Return who has the address in a field."""
        address = self.values.get(name)
        if address is None:
            return "-"
        return self.names.address(str(address), self._vpc) if self.names is not None else str(address)

    @property
    def what(self) -> str:
        """Return the protocol by its name, with its ports where it has some."""
        number = self.values.get("protocol")
        if number is None:
            return "-"
        protocol = protocol_name(int(number))
        ports = [self.values.get(name) for name in ("srcport", "dstport")]
        if int(number) not in PORTED or None in ports:
            return protocol
        return words.LOG_PORTS.format(protocol=protocol, src=ports[0], dst=ports[1])

    @property
    def said(self) -> str:
        """Return the record in one sentence."""
        status = words.LOG_STATUS_SAID.get(str(self.values.get("log-status")))
        if status:
            return status.format(at=self.at)
        return words.LOG_SAID.get(str(self.values.get("action")), "{what}").format(
            at=self.at,
            packets=counted(int(self.values.get("packets") or 0), "packet"),
            size=size(int(self.values.get("bytes") or 0)),
            src=self.called("pkt-srcaddr" if self.values.get("pkt-srcaddr") else "srcaddr"),
            dst=self.called("pkt-dstaddr" if self.values.get("pkt-dstaddr") else "dstaddr"),
            what=self.what,
        )

    def rows(self) -> Table:
        """Return every field: its name, as it stands, in words."""
        rows = [(name, self._raw(name), self._in_words(name)) for name in self.fields]
        return Table(words.LOG_FIELDS_HEADER, tuple(rows))

    def _raw(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return "-"
        return str(int(value.timestamp())) if kind_of(name) == TIME else str(value)

    def _in_words(self, name: str) -> str:
        value = self.values.get(name)
        if value is None:
            return words.LOG_MISSING
        said = words.LOG_FIELDS.get(name, words.LOG_OTHER_FIELD)
        return said.format(name=self._meaning(name, value), side=self._port(name))

    def _meaning(self, name: str, value: Any) -> str:
        if name == "interface-id":
            return self.at
        if name == "version":
            return words.LOG_VERSIONS[int(value) > 2]
        if name.endswith("addr"):
            known = self.called(name)
            return words.LOG_STRANGER if self.names is not None and known == str(value) else known
        if kind_of(name) == TIME:
            return _moment(value)
        if name == "protocol":
            return protocol_name(int(value))
        if name == "bytes":
            return size(int(value))
        if name == "tcp-flags":
            flags = [word for bit, word in words.LOG_FLAGS.items() if int(value) & bit]
            return ", ".join(flags) or words.LOG_NO_FLAGS
        told = {"action": words.LOG_ACTION_WORDS, "log-status": words.LOG_STATUS_WORDS}.get(name, {})
        return told.get(str(value), str(value))

    def _port(self, name: str) -> str:
        """Return which port it is; where both may be a service's, nothing is claimed."""
        if name not in ("srcport", "dstport"):
            return ""
        number = self.values.get("protocol")
        if number is None or int(number) not in PORTED:
            return words.LOG_NO_PORTS.format(protocol=protocol_name(int(number or 0)))
        mine = int(self.values[name])
        other = int(self.values["dstport" if name == "srcport" else "srcport"] or 0)
        if mine >= 32768 > other:
            return words.LOG_EPHEMERAL
        return words.LOG_SERVICE if other >= 32768 > mine else ""

    def __str__(self) -> str:
        return f"{self.said}\n{self.rows()}"

    __repr__ = __str__

    def html(self) -> str:
        """Return the sentence and the table of the fields."""
        return sheet(live(line(self.said)), self.rows().html())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def _is_there(value: Any) -> bool:
    import pandas as pd

    return not pd.isna(value)


def one_line(text: str, network: object = None, fields: tuple[str, ...] = DEFAULT_FORMAT) -> Log:
    """Return the log of one line, in the format of these fields or, with 14 words, in the default one."""
    lines = [found for found in map(str.strip, str(text).strip().strip("\"'`").splitlines()) if found]
    if len(lines) == 2 and is_header(lines[0]):
        fields = tuple(lines.pop(0).split())
    if not lines:
        raise BadInput(words.LOG_NO_LINE)
    if len(lines) > 1:
        raise BadInput(words.LOG_ONE_LINE)
    count = len(lines[0].split())
    fields = DEFAULT_FORMAT if count == len(DEFAULT_FORMAT) else fields
    if count != len(fields):
        raise BadInput(words.LOG_WORDS.format(wanted=len(fields), count=count, fields=" ".join(fields)))
    with TemporaryDirectory() as folder:
        file = Path(folder) / "line.log"
        file.write_text(lines[0] + "\n", encoding="utf-8")
        log = read_log(file, format=fields, topology=network)
    if log.broken or not len(log):
        because = log.broken[0].because if log.broken else lines[0]
        raise BadInput(words.LOG_UNREADABLE.format(because=because))
    return log


def read_record(text: str, network: object = None) -> RecordView:
    """Return one flow log record explained, field by field; a network gives names to what it knows.

    >>> print(read_record("2 111122223333 eni-1 192.0.2.1 10.0.0.10 0 0 1 4 336 1768467600 1768467660 "
    ...                   "REJECT OK").said)
    ✖ Refused at eni-1: 4 packets (336 B) from 192.0.2.1 to 10.0.0.10, icmp.
    """
    return RecordView.of(one_line(text, network), 0)


# -- a pair --------------------------------------------------------------------------------------------------


def pair_of(log: Log, number: int) -> Log:
    """Return the records of both ways of one flow, at the interface of this record and near it in time."""
    frame = log.table()
    mine = frame.iloc[number]
    ends = ("srcaddr", "dstaddr")
    if {"pkt-srcaddr", "pkt-dstaddr"} <= set(frame.columns):  # at a NAT gateway only these agree (FL-11)
        ends = ("pkt-srcaddr", "pkt-dstaddr")
    here = (frame["interface-id"] == mine["interface-id"]) & (frame["protocol"] == mine["protocol"])
    here &= (frame["start"] - mine["start"]).abs().dt.total_seconds() <= _GAP
    there = (*ends, "srcport", "dstport")
    back = (ends[1], ends[0], "dstport", "srcport")
    same, reverse = (
        (frame[list(there)] == [mine[name] for name in way]).fillna(False).all(axis=1)
        for way in (there, back)
    )
    return Log(log.fields, frame[here & (same | reverse)], log.snapshot)


def told_by_pair(log: Log, number: int) -> str:
    """Return what the records of both ways tell about the security group and the network ACL (FL-7)."""
    view = RecordView.of(log, number)
    needed = {"interface-id", "srcaddr", "dstaddr", "srcport", "dstport", "protocol", "packets", "bytes"}
    if view.values.get("action") is None or not needed | {"start", "end"} <= set(log.fields):
        return ""
    pair = pair_of(log, number)
    table = rows_of(conversations(pair))
    if not table:
        return ""
    talk = table[0]
    refused = rejected_by(pair).table()
    if len(refused):
        by = rows_of(refused)[0]
        asked = "ACCEPT" if talk.asked_yes else "REJECT" if talk.asked_no else words.LOG_NO_REQUEST
        why = str(by.why)
        return words.LOG_PAIR_SAID[by.rejected].format(asked=asked, by=by.by, why=why)
    if talk.asked_yes and talk.answered_yes:
        return words.LOG_PAIR_SAID["both"].format(at=view.at)
    if not talk.asked_yes:
        return words.LOG_PAIR_SAID["reply only"]
    owner = log.names.owner(str(talk.client)) if log.names is not None else None
    here = owner is not None and owner.id == view.values.get("interface-id")
    return words.LOG_PAIR_SAID["asked here" if here else "asked there"].format(at=view.at)


# -- a log with filters --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class LogView:
    """A flow log, the lines that the filters leave, and one of them explained.

    What its pair tells is left out where `tells` is false: where learners are to find it out.
    """

    log: Log
    action: str = ""
    address: str = ""
    port: int | None = None
    at: str = ""
    number: int = 1
    tells: bool = True

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Return where in the log the lines stand that fit the filters."""
        import pandas as pd

        frame = self.log.table()
        fits = pd.Series(True, index=frame.index)
        if self.action:
            fits &= (frame["action"] == self.action).fillna(False)
        for columns, wanted in (
            (("srcaddr", "dstaddr", "pkt-srcaddr", "pkt-dstaddr", "source", "destination"), self.address),
            (("interface-id", "interface"), self.at),
            (("srcport", "dstport"), self.port),
        ):
            if wanted not in ("", None):
                hits = [(frame[name] == wanted).fillna(False) for name in columns if name in frame]
                fits &= pd.concat(hits, axis=1).any(axis=1)
        return tuple(place for place, fit in enumerate(fits) if fit)

    @property
    def place(self) -> int | None:
        """Return where in the log the chosen line stands; None if no line fits."""
        return self.places[min(max(self.number, 1), len(self.places)) - 1] if self.places else None

    @property
    def record(self) -> RecordView | None:
        """Return the chosen line explained."""
        return None if self.place is None else RecordView.of(self.log, self.place)

    def rows(self) -> Table:
        """Return some lines around the chosen one, with names in the place of ids."""
        chosen = self.places.index(self.place) if self.place is not None else 0
        first = max(0, min(chosen - _ROWS_BEFORE, len(self.places) - _SHOWN))
        rows = []
        for number, place in list(enumerate(self.places, 1))[first : first + _SHOWN]:
            view = RecordView.of(self.log, place)
            value = view.values
            ends = [view.called(f"pkt-{n}" if value.get(f"pkt-{n}") else n) for n in ("srcaddr", "dstaddr")]
            what = view.what.replace(", port", "").replace("to port", "→")
            told = str(value["bytes"]) if value.get("bytes") is not None else "-"
            start = f"{value['start']:%m-%d %H:%M:%S}" if value.get("start") is not None else "-"
            action = str(value.get("action") or value.get("log-status") or "-")
            rows.append((str(number), view.at, start, *ends, what, told, action))
        return Table(words.LOG_HEADER, tuple(rows), chosen - first if rows else None)

    @property
    def said(self) -> tuple[str, str]:
        """Return what is shown, and the chosen line in a sentence."""
        if self.record is None:
            return words.LOG_NONE_FIT.format(all=f"{len(self.log):,}"), ""
        if len(self.log) == 1:
            return "", self.record.said
        counts = {"shown": f"{len(self.places):,}", "all": f"{len(self.log):,}"}
        number = self.places.index(self.place or 0) + 1
        return words.LOG_COUNT.format(number=number, **counts), self.record.said

    @property
    def pair(self) -> str:
        """Return what the chosen line and those of the other way tell; nothing of a line alone."""
        alone = not self.tells or len(self.log) < 2 or self.place is None
        return "" if alone else told_by_pair(self.log, self.place or 0)

    def __str__(self) -> str:
        found: list[Any] = [" ".join(self.said).strip()]
        found += [f"{words.LOG_PAIR} {self.pair}"] if self.pair else []
        found += [self.rows()] if self.record is not None and len(self.log) > 1 else []
        found += [self.record.rows()] if self.record is not None else []
        return "\n".join(map(str, found))

    __repr__ = __str__

    def html(self) -> str:
        """Return the sentences, the lines around the chosen one, and its fields."""
        count, sentence = self.said
        told = line(sentence, strong=count)
        told += line(self.pair, strong=words.LOG_PAIR) if self.pair else ""
        around = self.rows().html() if self.record is not None and len(self.log) > 1 else ""
        fields = self.record.rows().html() if self.record is not None else ""
        return sheet(live(told), around, fields)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def filtered(view: LogView, action: str, address: str, port: str, at: str) -> LogView:
    """Return a view with the filters as they were typed, or raise BadInput with what is wrong with one.

    The line chosen before stays chosen while it fits, so that its neighbours come into sight.
    """
    place, view = view.place, replace(view, action=action)
    number = port.strip()
    if number and not (number.isascii() and number.isdigit() and int(number) <= 65535):
        raise BadInput(words.LOG_WRONG_PORT.format(value=port))
    frame = view.log.table()
    known = sorted({str(n) for name in ("interface", "interface-id") if name in frame for n in frame[name]})
    if at.strip() and at.strip() not in known:
        shown = [name for name in known if not name.startswith("eni-")] or known
        raise BadInput(words.LOG_NO_SUCH_AT.format(value=at, known=", ".join(shown)))
    chosen = int(number) if number else None
    made = replace(view, address=address.strip(), port=chosen, at=at.strip(), number=1)
    return replace(made, number=made.places.index(place) + 1) if place in made.places else made


def log_reader(
    log: Log | str,
    network: object = None,
    *,
    action: str = "",
    address: str = "",
    port: int | None = None,
    at: str = "",
    number: int = 1,
    tells: bool = True,
) -> Any:
    """Return controls to step through a flow log, or to paste a line, with every field of one in words.

    `log` is a log or the text of one line; a network gives names to its interfaces and addresses. The
    filters `action`, `address`, `port` and `at` (whose interface), and the `number` of a line among those
    that fit, can be set from the start. With `tells` false, what a pair tells is left to the reader.
    """
    from ipywidgets import HTML, BoundedIntText, RadioButtons, VBox

    from vpclab.course.widgets import guarded

    whole = one_line(log, network) if isinstance(log, str) else log
    if not isinstance(whole, Log):
        raise BadInput(words.LOG_WHAT.format(value=repr(log)))
    if network is not None and whole.snapshot is None:
        whole = replace(whole, snapshot=snapshot_of(network))
    begin = LogView(whole, action, str(address), port, at, number, tells)
    view = begin
    pasted = field(words.LOG_LINE, log if isinstance(log, str) else "", words.LOG_LINE_LIKE, "60em")
    options = [(text, key) for key, text in words.LOG_ACTIONS.items()]
    actions = RadioButtons(
        options=options, value=action, description=words.LOG_ACTION, layout={"width": "auto"}
    )
    address_ = field(words.LOG_ADDRESS, begin.address, words.LOG_ADDRESS_LIKE, "18em")
    port_ = field(words.LOG_PORT, "" if port is None else str(port), words.LOG_PORT_LIKE, "9em")
    at_ = field(words.LOG_AT, begin.at, words.LOG_AT_LIKE, "14em")
    which = BoundedIntText(
        value=number, min=1, max=max(len(begin.places), 1), description=words.LOG_NUMBER,
        layout={"width": "9em"}, style={"description_width": "initial"},
    )  # fmt: skip
    message, page = HTML(), HTML()
    busy = False

    def show() -> None:
        nonlocal busy
        busy = True  # what this writes into the number field is no wish of the learner's
        which.max = max(len(view.places), 1)
        which.value = min(view.number, which.max)
        busy = False
        guarded(page, lambda: view.html())

    def narrow(_: object = None) -> None:
        def attempt() -> None:
            nonlocal view
            view = filtered(view, actions.value, address_.value, port_.value, at_.value)

        message.value = complaint(trying(attempt))
        show()

    def go(change: Any) -> None:
        nonlocal view
        if not busy:
            view = replace(view, number=change["new"])
            show()

    def step(by: int) -> None:
        which.value = min(max(which.value + by, 1), which.max)

    def paste(_: object = None) -> None:
        def attempt() -> None:
            nonlocal view
            view = LogView(one_line(pasted.value, begin.log.snapshot, begin.log.fields))

        message.value = complaint(trying(attempt))
        show()

    for control in (actions, address_, port_, at_):
        control.observe(narrow, names="value")
    which.observe(go, names="value")
    pasted.observe(paste, names="value")
    read = row(pasted, button(words.LOG_READ_IT, paste))
    steps = row(button(words.PREVIOUS, lambda: step(-1)), button(words.NEXT, lambda: step(1)), which)
    show()
    controls = [read] if isinstance(log, str) else [actions, row(address_, port_, at_), steps]
    return shell([HTML(CHOICES), VBox(controls), message, page], lambda: view)


# -- what a trace makes the interfaces write -----------------------------------------------------------------


def log_of(what: Trace | str, at: object = None, *, blank: Collection[int] = (), **how: Any) -> Card:
    """Return the lines that the interfaces write of a trace, or of a prediction's once it is committed.

    `at` is the one whose lines are wanted. The action of lines numbered in `blank` is left out. What else is
    given, such as `seconds` or `packets`, says how long and how much (see `Flow`).
    """
    from vpclab.course.lesson import gated

    trace = gated(what) if isinstance(what, str) else what
    if isinstance(trace, Card):
        return trace
    if not isinstance(trace, Trace):
        raise BadInput(words.WRITE_TRACE.format(value=repr(what)))
    log = records(Flow(trace=trace, **{"start": NINE, **how}), at=at)
    frame = log.table()
    rows = []
    pairs = zip(frame["interface"], lines_of(frame, log.fields), strict=True)
    for number, (place, text) in enumerate(pairs, 1):
        fields = text.split()
        if number in blank:
            fields[log.fields.index("action")] = "____"
        rows.append((str(number), str(place), " ".join(fields)))
    parts = (Table(words.LOG_RECORDS_HEADER, tuple(rows)),) if rows else (words.LOG_EMPTY,)
    return Card(words.LOG_LINES, trace.flow, parts=parts)
