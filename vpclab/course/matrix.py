"""The reachability matrix: who can send what to whom, all at once, and what changed between two networks.

Rows send, columns receive; a cell says what gets there and is answered, exactly (`vpclab.reachability`).
`MatrixView` is the page, as text and as HTML; `reachability_matrix` is a thin shell around it, with a sender
and a receiver to choose: below the matrix then stands what goes between them, and the trace that explains it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from html import escape
from itertools import product
from typing import TYPE_CHECKING, Any, NamedTuple

from vpclab.course import words
from vpclab.course.cards import Card, Table
from vpclab.course.controls import button, complaint, field, line, live, row, sheet, shell, trying
from vpclab.course.kinds import one_of, plain, quoted
from vpclab.course.stepping import walk
from vpclab.evaluate.compare import Party, parties
from vpclab.evaluate.ends import SiteHost
from vpclab.evaluate.packets import TrafficType, icmp, protocol, read_traffic, tcp, udp
from vpclab.evaluate.reachability import Reachability, reachability
from vpclab.evaluate.results import Trace
from vpclab.evaluate.trace import trace
from vpclab.evaluate.traffic import EVERYTHING, NOTHING, PARTS, Ranges, Traffic, take
from vpclab.render import theme
from vpclab.topology.errors import BadInput, NotFound
from vpclab.topology.store import Store

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["MatrixView", "brief", "reachability_matrix"]

_NAMED = 6  # with more parties than this, columns have numbers only
_BRIEF = 3  # ports of a protocol that a cell has room for
_CELL = f"{theme.CELL};line-height:1.25;vertical-align:top"
_SIZES = {True: "padding:3px 6px;font-size:13px", False: "padding:2px;font-size:11px"}  # named, numbered
_FILLS = {
    "works": theme.ALLOWED_FILL, "nothing": theme.PAPER, "one way": theme.DENIED_FILL,
    "unknown": theme.UNKNOWN_FILL, "none": theme.SHADE, "gained": theme.ALLOWED_FILL,
    "lost": theme.DENIED_FILL, "same": theme.PAPER,
}  # fmt: skip


def brief(traffic: Traffic) -> str:
    """Return a set of traffic in a cell's few words; what is missing is named where that is shorter.

    >>> from vpclab.evaluate.traffic import part_of
    >>> brief(part_of(6, 443, 443)), brief(EVERYTHING - part_of(6, 25, 25)), brief(EVERYTHING)
    ('tcp 443', 'all but tcp 25', 'all')
    """
    if all(_whole(traffic, part) for part in PARTS if part != "tcp"):
        missing = take(EVERYTHING.tcp, traffic.tcp)
        if _few(missing):
            return words.MATRIX_ALL_BUT.format(ports=_ports("tcp", missing)) if missing else words.MATRIX_ALL
    return "; ".join(_part(traffic, part) for part in PARTS if traffic.ranges(part))


def _whole(traffic: Traffic, part: str) -> bool:
    return traffic.ranges(part) == EVERYTHING.ranges(part)


def _few(ranges: Ranges) -> bool:
    return len(ranges) <= _BRIEF


def _part(traffic: Traffic, part: str) -> str:
    name = words.MATRIX_OTHER if part == "other" else part
    if _whole(traffic, part):
        return name
    ranges = traffic.ranges(part)
    if part not in ("tcp", "udp"):
        return words.MATRIX_SOME.format(name=name)
    missing = take(EVERYTHING.ranges(part), ranges)
    if len(missing) < len(ranges):
        return words.MATRIX_BUT.format(name=name, ports=_ports("", missing))
    return _ports(name, ranges) if _few(ranges) else words.MATRIX_SOME.format(name=name)


def _ports(name: str, ranges: Ranges) -> str:
    return f"{name} {', '.join(str(low) if low == high else f'{low}-{high}' for low, high in ranges)}".strip()


class Cell(NamedTuple):
    """What a cell says: how it looks, and its lines, each with a mark and words."""

    look: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return "; ".join(self.lines)


def _now(found: Traffic) -> Cell:
    """Return what gets there, what gets there without an answer, and what cannot be told."""
    lines = [words.MATRIX_WORKS.format(traffic=brief(found))] if found else []
    one_way, doubtful = found.reply_blocked, found.doubtful
    lines += [words.MATRIX_ONE_WAY.format(traffic=brief(one_way))] if one_way else []
    lines += [words.MATRIX_UNKNOWN.format(traffic=brief(doubtful))] if doubtful else []
    look = "works" if found else "one way" if one_way else "unknown" if doubtful else "nothing"
    return Cell(look, tuple(lines) or (words.MATRIX_NOTHING,))


def _change(was: Traffic, now: Traffic) -> Cell:
    """Return what changed, or that nothing did."""
    unclear = (was | now) & (was.doubtful | now.doubtful)
    gained, lost = now - was - unclear, was - now - unclear
    lines = [words.MATRIX_GAINED.format(traffic=brief(gained))] if gained else []
    lines += [words.MATRIX_LOST.format(traffic=brief(lost))] if lost else []
    lines += [words.MATRIX_UNKNOWN.format(traffic=brief(unclear))] if unclear else []
    look = "gained" if gained else "lost" if lost else "unknown" if unclear else "same"
    same = words.MATRIX_SAME.format(traffic=brief(now) or words.MATRIX_NO_TRAFFIC)
    return Cell(look, tuple(lines) or (same,))


@dataclass(frozen=True)
class MatrixView:
    """One network, or one before and one after; `chosen` is the pair looked at, `asked` what is traced."""

    before: Store
    after: Store | None = None
    ip_version: int = 4
    chosen: tuple[int, int] | None = None
    asked: TrafficType | None = None

    @cached_property
    def _sides(self) -> tuple[Reachability, Reachability]:
        old = reachability(self.before)
        return old, old if self.after is None else reachability(self.after)

    @cached_property
    def parties(self) -> tuple[Party, ...]:
        """Return who sends and receives, in the order of the rows."""
        return tuple(parties(*self._sides, self.ip_version))

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Return what rows are called: their labels, without the VPC where there is only one."""
        labels = [party.label for party in self.parties]
        vpcs = {
            label.partition("/")[0] for label, p in zip(labels, self.parties, strict=True) if not p.outside
        }
        if len(vpcs) > 1:
            return tuple(labels)
        return tuple(
            label if party.outside else label.partition("/")[2]
            for label, party in zip(labels, self.parties, strict=True)
        )

    def _between(self, at: int, src: int, dst: int) -> Traffic:
        one, other = self.parties[src], self.parties[dst]
        if not (one.there[at] and other.there[at]):
            return NOTHING
        ends = one.members[0], other.members[1 if src == dst else 0]
        return self._sides[at].between(*ends, ip_version=self.ip_version)

    def _asks(self, src: int, dst: int) -> bool:
        """Return whether a cell is asked about: nobody sends to itself, or from outside to outside."""
        one, other = self.parties[src], self.parties[dst]
        return not (one.outside and other.outside) and (src != dst or len(one.members) > 1)

    @cached_property
    def _found(self) -> Mapping[tuple[int, int], tuple[Traffic, Traffic]]:
        count = range(len(self.parties))
        found = {}
        for src, dst in product(count, count):
            if self._asks(src, dst):
                was = self._between(0, src, dst)
                found[src, dst] = was, was if self.after is None else self._between(1, src, dst)
        return found

    def cell(self, src: int, dst: int) -> Cell:
        """Return what stands in a cell."""
        if (src, dst) not in self._found:
            return Cell("none", (words.MATRIX_NONE,))
        was, now = self._found[src, dst]
        return _now(now) if self.after is None else _change(was, now)

    @property
    def said(self) -> str:
        """Return what the matrix shows, in a sentence."""
        cells = [self.cell(*pair) for pair in self._found]
        if self.after is None:
            works = sum(cell.look == "works" for cell in cells)
            return words.MATRIX_SAID.format(works=works, count=len(cells))
        changed = sum(cell.look != "same" for cell in cells)
        form = words.MATRIX_CHANGED if changed else words.MATRIX_UNCHANGED
        return form.format(changed=changed, count=len(cells))

    # -- the chosen pair ---------------------------------------------------------------------------

    def find(self, name: object) -> int:
        """Return the number of the party of this name, or raise NotFound."""
        wanted = plain(str(getattr(name, "name", name)))
        labels = [party.label for party in self.parties]
        for called in (self.names, labels, [label.removeprefix("site ") for label in labels]):
            if (key := one_of(wanted, {f"#{n}": label for n, label in enumerate(called)})) is not None:
                return int(key[1:])
        raise NotFound(words.MATRIX_NOBODY.format(name=quoted(name)), self.names)

    def choose(self, sender: object, receiver: object) -> MatrixView:
        """Return the view with this pair chosen."""
        return replace(self, chosen=(self.find(sender), self.find(receiver)))

    def _typical(self, src: int, dst: int) -> TrafficType:
        """Return traffic that shows what a cell says: what changed, what passes, or what others may send."""
        was, now = self._found[src, dst]
        column = [pair[1] for (_, at), pair in self._found.items() if at == dst]
        likely = (now - was, was - now, now, now.reply_blocked, now.doubtful, *column)
        return next(_one(traffic) for traffic in (*likely, EVERYTHING) if traffic)

    def _host(self, at: int, peer: int) -> Any:
        """Return who speaks for a party in a trace: for a site its usual host, if that is treated alike."""
        first = self.parties[at].members[0]
        if not isinstance(first, SiteHost) or self.parties[at].label != f"site {first.site}":
            return first
        usual, other = SiteHost(first.site), self.parties[peer].members[0]
        sides = [n for n in range(2) if self.parties[at].there[n] and self.parties[peer].there[n]]
        alike = all(
            self._sides[n].between(usual, other, ip_version=self.ip_version)
            == self._sides[n].between(first, other, ip_version=self.ip_version)
            and self._sides[n].between(other, usual, ip_version=self.ip_version)
            == self._sides[n].between(other, first, ip_version=self.ip_version)
            for n in sides
        )
        return usual if alike else first

    def traces(self) -> tuple[Trace, ...]:
        """Return the traces of the chosen pair, before and after; one where there is one network."""
        if self.chosen is None or self.chosen not in self._found:
            return ()
        src, dst = self.chosen
        one, other = self.parties[src], self.parties[dst]
        ends = self._host(src, dst), self._host(dst, src) if src != dst else other.members[1]
        kind = self.asked or self._typical(*self.chosen)
        sides = (self.before,) if self.after is None else (self.before, self.after)
        there = [side for at, side in enumerate(sides) if one.there[at] and other.there[at]]
        return tuple(trace(side, *ends, kind, ip_version=self.ip_version) for side in there)

    def told(self) -> list[Any]:
        """Return what is said of the chosen pair: sentences and tables."""
        if self.chosen is None:
            return [words.MATRIX_CHOOSE]
        src, dst = (self.names[at] for at in self.chosen)
        if self.chosen not in self._found:
            return [words.MATRIX_NOT_ASKED]
        was, now = self._found[self.chosen]
        if self.after is None:
            said = [words.MATRIX_TELLS.format(src=src, dst=dst, traffic=now)]
        else:
            said = [words.MATRIX_TELLS_BOTH.format(src=src, dst=dst, was=was, now=now)]
        said += [words.MATRIX_TELLS_ONE_WAY.format(traffic=now.reply_blocked)] if now.reply_blocked else []
        said += [words.MATRIX_TELLS_UNKNOWN.format(why=" ".join(now.unknown))] if now.unknown else []
        ways = self.traces()
        labels = (words.MATRIX_BEFORE, words.MATRIX_AFTER) if len(ways) == 2 else ("",)
        for way, label in zip(ways, labels, strict=False):
            said.append(
                words.MATRIX_TRACE.format(when=label, flow=way.flow, outcome=way.outcome, why=way.because)
            )
        return [*said, *([walk(ways[-1])] if ways else [])]

    # -- as text and as HTML -----------------------------------------------------------------------

    def table(self) -> Table:
        """Return the matrix as a table of text, in full words."""
        count = range(len(self.parties))
        header = (words.MATRIX_CORNER, *(f"{n + 1} {name}" for n, name in enumerate(self.names)))
        rows = tuple((header[src + 1], *(str(self.cell(src, dst)) for dst in count)) for src in count)
        return Table(header, rows, None if self.chosen is None else self.chosen[0])

    def __str__(self) -> str:
        parts = [self.said, self.table(), words.MATRIX_LEGENDS[self.after is not None]]
        return "\n".join(map(str, [*parts, *(self.told() if self.chosen else [])]))

    __repr__ = __str__

    def html(self) -> str:
        """Return the sentence, the matrix, what its marks mean, and what is said of the chosen pair."""
        told = [line(part) if isinstance(part, str) else part.html() for part in self.told()]
        legend = line(words.MATRIX_LEGENDS[self.after is not None])
        return sheet(line(self.said), self._grid(), legend, live("".join(told)))

    @property
    def _named(self) -> bool:
        """Return whether columns have room for names; else they have numbers, which the rows repeat."""
        return len(self.parties) <= _NAMED

    @property
    def _size(self) -> str:
        return _SIZES[self._named]

    def _grid(self) -> str:
        count = range(len(self.parties))
        shade = f"{_CELL};{self._size};background-color:{theme.SHADE}"
        head = f'<th scope="col" style="{shade}">{escape(words.MATRIX_CORNER)}</th>'
        for number, name in enumerate(self.names):
            label = f"{number + 1} {name}"
            head += self._head("col", label if self._named else str(number + 1), label, 1, number)
        body = []
        for src in count:
            cells = self._head("row", f"{src + 1} {self.names[src]}", "", 0, src)
            body.append(f"<tr>{cells}{''.join(self._td(src, dst) for dst in count)}</tr>")
        caption = f'<caption style="text-align:left;padding:2px 0">{escape(words.MATRIX_CAPTION)}</caption>'
        style = f"border-collapse:collapse;margin:6px 0;background-color:{theme.PAPER}"
        rows = f"<thead><tr>{head}</tr></thead><tbody>{''.join(body)}</tbody>"
        return f'<table style="{style}">{caption}{rows}</table>'

    def _head(self, scope: str, text: str, label: str, axis: int, number: int) -> str:
        mark = "▶ " if self.chosen and self.chosen[axis] == number else ""
        named = f' aria-label="{escape(label)}" title="{escape(label)}"' if label and label != text else ""
        width = "" if text == str(number + 1) else ";min-width:4em;max-width:8em;overflow-wrap:anywhere"
        style = f"{_CELL};{self._size};background-color:{theme.SHADE}{width}"
        return f'<th scope="{scope}"{named} style="{style}">{mark}{escape(text)}</th>'

    def _td(self, src: int, dst: int) -> str:
        cell = self.cell(src, dst)
        strong = cell.look in ("works", "gained", "lost", "one way", "unknown")
        style = f"{_CELL};{self._size};background-color:{_FILLS[cell.look]}"
        if cell.look in ("gained", "lost"):
            style += f";border:2px {'solid' if cell.look == 'gained' else 'dashed'} {theme.INK}"
        if self.chosen == (src, dst):
            style += f";outline:3px solid {theme.FRAME};outline-offset:-3px"
        texts = cell.lines
        if not self._named:  # room for a few letters in a line
            texts = (words.MATRIX_SAME_MARK,) if cell.look == "same" else texts
        lines = "<br>".join(_breaking(text, apart=not self._named) for text in texts)
        return f'<td style="{style}">{f"<strong>{lines}</strong>" if strong and self.after else lines}</td>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def _breaking(text: str, *, apart: bool) -> str:
    """Return escaped text that may go on in another line after a hyphen, and if `apart` after its mark."""
    mark, _, rest = text.partition(" ")
    text = text if apart or not rest else f"{mark}\N{NO-BREAK SPACE}{rest}"
    return escape(text).replace("-", "-<wbr>")


def _one(traffic: Traffic) -> TrafficType:
    """Return one kind of traffic out of a set: https where it is in it, or what is lowest."""
    if traffic.allows(tcp(443)):
        return tcp(443)
    for part, make in (("tcp", tcp), ("udp", udp)):
        if ranges := traffic.ranges(part):
            return make(ranges[0][0])
    for part in ("icmp", "icmpv6"):
        if ranges := traffic.ranges(part):
            echo = icmp()
            return echo if traffic.allows(echo) else icmp(*divmod(ranges[0][0], 256))
    return protocol(traffic.ranges("other")[0][0])


def _options(view: MatrixView) -> Iterator[tuple[str, int]]:
    yield from ((f"{number + 1} {name}", number) for number, name in enumerate(view.names))


def reachability_matrix(
    topology: Topology,
    after: Topology | None = None,
    *,
    ip_version: int = 4,
    sender: object = None,
    receiver: object = None,
    once: str = "",
) -> Any:
    """Return who can send what to whom in a network, and lists to choose a pair whose trace is shown.

    With `after`, a second network, the cells say what changed from the first to it. `sender` and `receiver`
    are the pair that is chosen to begin with; without them none is. What would answer the prediction `once`
    is kept back until that is committed: until then there is a card that says so.
    """
    from ipywidgets import HTML, RadioButtons

    from vpclab.course.lesson import gated
    from vpclab.course.widgets import guarded

    if once and isinstance(card := gated(once), Card):
        return card
    for network in (topology, *(() if after is None else (after,))):
        if not isinstance(network, Store):
            raise BadInput(words.MATRIX_NETWORK.format(value=quoted(network)))
    if ip_version not in (4, 6):
        raise BadInput(words.MATRIX_VERSION.format(value=quoted(ip_version)))
    view = MatrixView(topology.copy(), after and after.copy(), ip_version)
    if sender is not None or receiver is not None:
        view = view.choose(sender, receiver)
    page, message = HTML(), HTML()

    def choices(label: str, axis: int) -> Any:
        return RadioButtons(
            options=list(_options(view)), value=None if view.chosen is None else view.chosen[axis],
            description=label, layout={"width": "auto"}, style={"description_width": "initial"},
        )  # fmt: skip

    senders, receivers = choices(words.DESK_SRC, 0), choices(words.DESK_DST, 1)
    typed = field(words.MATRIX_TRAFFIC, "", words.MATRIX_TRAFFIC_LIKE, "18em")

    def show(_: object = None) -> None:
        def attempt() -> None:
            nonlocal view
            both = senders.value is not None and receivers.value is not None
            asked = read_traffic(typed.value) if typed.value.strip() else None
            view = replace(view, chosen=(senders.value, receivers.value) if both else None, asked=asked)

        message.value = complaint(trying(attempt))
        guarded(page, view.html)

    for control in (senders, receivers, typed):
        control.observe(show, names="value")
    show()
    asking = row(typed, button(words.MATRIX_SHOW, show))
    return shell([row(senders, receivers), asking, message, page], lambda: view)
