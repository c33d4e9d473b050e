"""The packet stepper: a trace one step at a time, in both directions, under six labels that never change.

`steps` puts a trace's hops under the labels, `step_view` is the page for one of them; both are pure.
`stepper` is a thin shell with a button back, a button on and a number to type, which changes one HTML
control once per step.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.cards import Card, Table, bundle, prose
from vpclab.render import theme
from vpclab.render.words import deed

if TYPE_CHECKING:
    from vpclab import Decision, Hop, Packet, Trace
    from vpclab.render import Figure

__all__ = ["Step", "StepView", "step_view", "stepper", "steps", "still", "walk"]

SG_OUT, ACL_OUT, ROUTE, GATEWAY, ACL_IN, SG_IN = range(6)
_FILTERS = {
    ("security_group", "outbound"): SG_OUT,
    ("security_group", "inbound"): SG_IN,
    ("network_acl", "outbound"): ACL_OUT,
    ("network_acl", "inbound"): ACL_IN,
}
# In a narrow window the picture comes on top, so that it stays in its place from step to step.
_COLUMNS = "display:flex;flex-wrap:wrap-reverse;align-items:flex-end;gap:16px"
_BLANKED = ("____", "____")
_RULED = ("security_group", "network_acl", "route_table")


@dataclass(frozen=True)
class Step:
    """One step: its leg, its label, and the hop that it shows; without a hop the step does not apply.

    `place` counts the hops of both legs; a step that does not apply has the place of the hop before it.
    """

    leg: str
    label: int
    place: int
    hop: Hop | None = None
    decisions: tuple[Decision, ...] = ()
    ended: bool = False

    @property
    def allowed(self) -> bool | None:
        """Return whether the packet passes here; True where nothing is asked."""
        answers = [decision.allowed for decision in self.decisions]
        return False if False in answers else None if None in answers else True

    @property
    def mark(self) -> str:
        """Return the step's answer as a mark and a word."""
        if self.hop is None:
            return words.MARK_NOT_REACHED if self.ended else words.MARK_NONE
        return {True: words.MARK_PASS, False: words.MARK_STOP, None: words.MARK_UNKNOWN}[self.allowed]


def steps(trace: Trace) -> tuple[Step, ...]:
    """Return a trace's steps: the request's, then the reply's.

    A way through a NAT gateway leaves and enters subnets more than once, so it goes round the labels again.
    """
    found: list[Step] = []
    place = 0
    for leg, hops in (("forward", trace.forward), ("reply", trace.reply)):
        present: list[Step] = []
        for hop in hops:
            present.extend(_steps_of(hop, leg, place, first=hop is hops[0]))
            place += 1
        ended = bool(hops) and hops[-1].packet_out is None and hops[-1].allowed is not True
        rounds = _rounds(present)
        for number, lap in enumerate(rounds):
            over = number == len(rounds) - 1
            found.extend(_fill(lap, leg, ended and over, place - 1 if over else lap[-1].place))
    return tuple(found)


def _steps_of(hop: Hop, leg: str, place: int, first: bool) -> list[Step]:
    """Return the steps that a hop makes: one for each label that its decisions, or its kind, stand under."""
    own = _label(hop.kind, hop.direction)
    under: dict[int, tuple[Decision, ...]] = {} if own is None else {own: ()}
    for decision in hop.decisions:
        label = _label(decision.kind, decision.direction or hop.direction)
        label = label if label is not None else SG_OUT if first else SG_IN
        under[label] = (*under.get(label, ()), decision)
    return [Step(leg, label, place, hop, decisions) for label, decisions in under.items()]


def _label(kind: str, direction: str) -> int | None:
    if kind == "route_table":
        return ROUTE
    if kind.endswith("gateway") or kind in ("peering_connection", "vpc_endpoint"):
        return GATEWAY
    return _FILTERS.get((kind, direction))


def _rounds(present: Sequence[Step]) -> list[list[Step]]:
    """Part steps into rounds: a new one begins where the labels start over.

    A NAT gateway stands inside a subnet, so crossing it comes after entering the subnet.
    """
    rounds: list[list[Step]] = []
    last = -1
    for step in present:
        inside = step.label == GATEWAY and last == ACL_IN
        if not rounds or (step.label <= last and not inside):
            rounds.append([])
        rounds[-1].append(step)
        last = step.label
    return rounds


def _fill(present: list[Step], leg: str, ended: bool, last: int) -> list[Step]:
    """Return a round with the steps that do not apply put in between; after it the packet is at `last`."""
    filled = list(present)
    for label in sorted(set(range(6)) - {step.label for step in present}):
        at = next((i for i, step in enumerate(filled) if step.label > label), len(filled))
        after = at == len(filled)
        place = last if after else filled[at - 1].place if at else filled[0].place - 1
        filled.insert(at, Step(leg, label, place, ended=ended and after))
    return filled


@dataclass(frozen=True)
class StepView:
    """The page for one step of a trace, as text and as HTML."""

    trace: Trace
    number: int

    def _parts(self) -> tuple[str, list[Any]]:
        every = steps(self.trace)
        step = every[self.number]
        leg = words.REPLY if step.leg == "reply" else words.REQUEST
        head = f"{words.STEP_OF.format(number=self.number + 1, count=len(every))}, {leg}: "
        head += f"{words.STEP_LABELS[step.label]} · {step.mark}"
        if step.hop is None:
            said = words.NOT_REACHED if step.ended else words.NOT_APPLICABLE[step.label]
            return head, [said]
        before = any(s.allowed is False for s in every[: self.number] if s.leg == step.leg)
        refused = any(s.allowed is False for s in every if s.leg == "forward")
        parts: list[Any] = [" ".join(d.because for d in step.decisions) or rewriting(step.hop)]
        parts += [words.WENT_ON] if before else []
        parts += [words.NO_REPLY_SENT] if step.leg == "reply" and refused else []
        parts.append(header_table(step.hop.packet_in, step.hop.packet_out))
        names = {thing.id: thing.name for thing in self.trace.snapshot}
        parts += [rule_table(decision, names) for decision in step.decisions if decision.kind in _RULED]
        return head, parts

    def __str__(self) -> str:
        head, parts = self._parts()
        return "\n".join([head, *map(str, parts)])

    __repr__ = __str__

    def html(self) -> str:
        """Return the page: the way so far, the picture, what this step does."""
        head, parts = self._parts()
        body = "".join(part.html() if isinstance(part, Table) else prose(part) for part in parts)
        every = steps(self.trace)
        picture = bundle(picture_of(self.trace, every[self.number].place)).get("text/html", "")
        return (
            f'<div style="{theme.CARD};padding:8px 14px;line-height:1.45">'
            f'<p style="min-height:2.9em"><strong>{escape(head)}</strong></p><div style="{_COLUMNS}">'
            f'<div style="flex:1 1 380px">{body}{_way(every, self.number)}</div>'
            f'<div style="flex:1 1 380px">{picture}</div></div></div>'
        )

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def step_view(trace: Trace, number: int) -> str:
    """Return the HTML page for step `number` of a trace, counted from 0."""
    return StepView(trace, number).html()


def picture_of(trace: Trace, place: int) -> Figure:
    """Return the map with the packet's way up to a hop, counted from 0 over both legs."""
    from vpclab.render import draw

    return draw(trace, step=place + 1)


def _way(every: Sequence[Step], now: int) -> str:
    """Return the steps of this leg so far; what comes later is not told."""
    rows = tuple(
        (f"{'▶ ' if i == now else ''}{i + 1}", words.STEP_LABELS[s.label], s.mark if i <= now else "…")
        for i, s in enumerate(every)
        if s.leg == every[now].leg
    )
    first = next(i for i, s in enumerate(every) if s.leg == every[now].leg)
    return Table((words.STEP_NUMBER, words.WHAT_HAPPENS, words.VERDICT), rows, now - first).html()


def header_table(before: Packet, after: Packet | None) -> Table:
    """Return the packet's header as it comes and as it goes; what was rewritten says so in words."""
    rows = []
    for name, side in ((words.SOURCE, "src"), (words.DESTINATION, "dst")):
        came = _end(before, side)
        went = words.ENDS_HERE if after is None else _end(after, side)
        if after is not None and went != came:
            went = words.REWRITTEN.format(value=went)
        rows.append((name, came, went))
    return Table((words.HEADER, words.BEFORE, words.AFTER), tuple(rows))


def _end(packet: Packet, side: str) -> str:
    address, port = getattr(packet, side), getattr(packet, f"{side}_port")
    if port is None:
        return str(address)
    return f"{address}:{port}" if isinstance(port, int) else f"{address}:{port[0]}-{port[1]}"


def rewriting(hop: Hop) -> str:
    """Return what a gateway does to the header, in a sentence."""
    before, after = hop.packet_in, hop.packet_out or hop.packet_in
    changes = [
        words.REWRITES.format(which=which, before=_end(before, side), after=_end(after, side))
        for which, side in ((words.SOURCE, "src"), (words.DESTINATION, "dst"))
        if _end(before, side) != _end(after, side)
    ]
    return f"{_title(hop)}: {' '.join(changes) or words.REWRITES_NOTHING}"


def _title(place: Hop | Decision) -> str:
    return f"{place.kind.replace('_', ' ').replace('acl', 'ACL')} {place.component.name}"


def rule_table(decision: Decision, names: Mapping[str, str]) -> Table:
    """Return the rules that were read, the deciding one marked by word and shape; `names` go by id."""
    decides = {True: words.DECIDES_ALLOW, False: words.DECIDES_DENY, None: words.MARK_UNKNOWN}[
        decision.allowed
    ]
    rules = [*decision.passed_over, *([decision.rule] if decision.rule is not None else [])]
    if decision.kind == "route_table":
        rules.sort(key=lambda rule: decision.component.routes.index(rule))

    def text(rule: Any) -> str:
        target = getattr(rule, "target", None)
        return str(rule) if target is None else f"{rule.destination} → {names.get(target, target)}"

    rows = [(text(rule), decides if rule is decision.rule else words.PASSED_OVER) for rule in rules]
    if decision.rule is None:  # a reply needs none in a security group (SG-12)
        rows.append((words.NO_RULE_NEEDED if decision.allowed else words.NO_RULE_DECIDES, decides))
    marked = next(i for i, row in enumerate(rows) if row[1] == decides)
    return Table((_title(decision), words.VERDICT), tuple(rows), marked)


def walk(what: Any, *, leg: str = "", blank: Collection[int] = ()) -> Card:
    """Return a trace's steps as a table, request and reply; a prediction's id stands for its trace.

    `leg` is "request" or "reply" for one of them; what the steps numbered in `blank` do is left out.
    """
    from vpclab.course.lesson import gated

    trace = gated(what) if isinstance(what, str) else what
    if isinstance(trace, Card):
        return trace
    parts: list[Any] = []
    for title, name in ((words.REQUEST, "forward"), (words.REPLY, "reply")):
        rows = [
            (str(number), words.STEP_LABELS[step.label], *(_BLANKED if number in blank else _told(step)))
            for number, step in enumerate(steps(trace), 1)
            if step.leg == name
        ]
        if rows and leg in ("", title):
            parts += [f"**{title}**", Table(words.WALK_HEADER, tuple(rows))]
    return Card(words.WALK, trace.flow, parts=tuple(parts))


def _told(step: Step) -> tuple[str, str]:
    """Return a step's answer with what decides it, and the header with which the packet goes on."""
    if step.hop is None:
        return (step.mark, "")
    packet = step.hop.packet_out or step.hop.packet_in
    did = deed(step.hop, step.leg, 1, 2).removeprefix("in: ").removeprefix("out: ").removesuffix(", passes")
    return (f"{step.mark}: {did}", f"{_end(packet, 'src')} → {_end(packet, 'dst')}")


def still(trace: Trace) -> Card:
    """Return the stepper's first step, for readers of the page."""
    return Card(words.STEPPER, trace.flow, parts=(StepView(trace, 0),), next=words.STILL_NEXT)


def page_height(trace: Trace) -> int:
    """Return a height, in pixels, that holds each page of a trace: all its pictures are of one size."""
    found = re.search(r'height="(\d+)', picture_of(trace, -1).svg)
    return max(620, 110 + int(found[1]) if found else 0)


def stepper(what: Any) -> Any:
    """Return controls to step through a trace; a prediction's id stands for its trace, once committed."""
    from ipywidgets import HTML, BoundedIntText, Button, HBox, VBox

    from vpclab.course.lesson import gated
    from vpclab.course.widgets import guarded

    trace = gated(what) if isinstance(what, str) else what
    if isinstance(trace, Card):
        return trace
    last = len(steps(trace))
    page = HTML(layout={"min_height": f"{page_height(trace)}px"})
    number = BoundedIntText(value=1, min=1, max=last, description=words.STEP_NUMBER)
    back, on = Button(description=words.PREVIOUS), Button(description=words.NEXT)

    def show(change: Any) -> None:
        guarded(page, lambda: step_view(trace, number.value - 1))
        back.disabled, on.disabled = number.value == 1, number.value == last

    def move(by: int) -> None:
        number.value += by

    number.observe(show, names="value")
    back.on_click(lambda _: move(-1))
    on.on_click(lambda _: move(1))
    show(None)
    return VBox([HBox([back, number, on]), page])
