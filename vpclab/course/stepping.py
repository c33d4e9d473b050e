"""The packet stepper: a trace one step at a time, in both directions, under six labels that never change.

`steps` puts a trace's hops under the labels, `step_view` is the page for one of them, `asks` are the
questions that come before some of them; all are pure. `stepper` is a thin shell with a button back, a button
on and a number to type, which changes one HTML control once per step.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache, cached_property
from math import ceil
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.cards import Card, Table, prose
from vpclab.course.controls import GRID, button, line, live, row, sheet, shell
from vpclab.course.record import record
from vpclab.evaluate.results import Trace
from vpclab.render import theme
from vpclab.render.words import deed
from vpclab.topology.errors import BadInput

if TYPE_CHECKING:
    from vpclab import Decision, Hop, Packet
    from vpclab.render import Figure

__all__ = ["Ask", "Step", "StepView", "asks", "step_view", "stepper", "steps", "still", "walk"]

SG_OUT, ACL_OUT, ROUTE, GATEWAY, ACL_IN, SG_IN = range(6)
_FILTERS = {
    ("security_group", "outbound"): SG_OUT,
    ("security_group", "inbound"): SG_IN,
    ("network_acl", "outbound"): ACL_OUT,
    ("network_acl", "inbound"): ACL_IN,
}
# What changes from step to step stands on top with room for the longest step, so that the picture, beside it
# or below it, stays in its place; on a low screen the picture gets smaller before it leaves the window.
_GRID = f"{GRID};grid-template-rows:auto 1fr;max-width:1200px"
_PICTURE = "max-width:100%;max-height:max(560px,calc(100vh - 190px))"
_WIDE, _FROM = "560px", 600  # a map wider than this gets more room, or the whole width
_NARROW = 540  # pixels: a little less than the page has in a window of 800
_ASK_EVERY = 3  # steps that apply
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
    end = getattr(hop.component, "type", "") == "Interface"  # an endpoint that has an address is no gateway
    own = None if end else _label(hop.kind, hop.direction)
    under: dict[int, tuple[Decision, ...]] = {} if own is None else {own: ()}
    for decision in hop.decisions:
        label = None if end else _label(decision.kind, decision.direction or hop.direction)
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
    """The page for one step of a trace, as text and as HTML; `said` is what the learner is answered."""

    trace: Trace
    number: int
    said: str = ""

    @cached_property
    def _steps(self) -> tuple[Step, ...]:
        return steps(self.trace)

    def _lines(self, number: int) -> list[str]:
        """Return what is said of a step: its heading, then sentences."""
        step, leg = self._steps[number], [s for s in self._steps if s.leg == self._steps[number].leg]
        name = words.REPLY if step.leg == "reply" else words.REQUEST
        head = f"{words.STEP_OF.format(number=number + 1, count=len(self._steps))}, {name}: "
        head += f"{words.STEP_LABELS[step.label]} · {step.mark}"
        if step.hop is None:
            return [head, words.NOT_REACHED if step.ended else words.NOT_APPLICABLE[step.label]]
        lines = [head, " ".join(d.because for d in step.decisions) or rewriting(step.hop)]
        if any(earlier.allowed is False for earlier in leg[: leg.index(step)]):
            lines.append(words.WENT_ON)
        if step.leg == "reply" and any(s.allowed is False for s in self._steps if s.leg == "forward"):
            lines.append(words.NO_REPLY_SENT)
        return lines

    def _tables(self) -> list[Table]:
        """Return the packet's header, then the rules that were read."""
        step = self._steps[self.number]
        if step.hop is None:
            hop = (*self.trace.forward, *self.trace.reply)[max(step.place, 0)]
            packet = hop.packet_out or hop.packet_in
            return [] if step.ended else [header_table(packet, packet)]
        names = {thing.id: thing.name for thing in self.trace.snapshot}
        rules = [rule_table(decision, names) for decision in step.decisions if decision.kind in _RULED]
        return [header_table(step.hop.packet_in, step.hop.packet_out), *rules]

    def __str__(self) -> str:
        lines = [*self._lines(self.number), *([self.said] if self.said else [])]
        return "\n".join([*lines, *map(str, self._tables())])

    __repr__ = __str__

    def html(self) -> str:
        """Return the page: what this step does, the picture, the rules, the way so far."""
        head, *lines = self._lines(self.number)
        header, rules = self._tables()[:1], self._tables()[1:]
        lines += [self.said] if self.said else []
        now = live(line("", strong=head) + "".join(map(line, lines)))
        now += "".join(table.html() for table in header)
        after = "".join(table.html() for table in rules) + _way(self._steps, self.number)
        figure = picture_of(self.trace, self._steps[self.number].place)
        drawn = re.search(r'<svg[^>]* width="(\d+)', figure.svg or "")
        grid = _GRID.replace("380px", _WIDE) if drawn and int(drawn[1]) > _FROM else _GRID
        picture = figure.picture
        return sheet(
            f'<div style="{grid}"><div style="min-height:{self._room()}px">{now}</div>'
            f'<div style="grid-row:span 2">{picture.replace("max-width:100%", _PICTURE, 1)}</div>'
            f"<div>{after}</div></div>"
        )

    def _room(self) -> int:
        """Return how high, in pixels, what changes gets at most in a narrow window."""
        highest = 0
        for number in range(len(self._steps)):
            lines = self._lines(number)
            rows = sum(ceil(theme.text_width(text, 13.5, bold=True) / _NARROW) for text in lines)
            highest = max(highest, 19 * rows + 6 * len(lines))
        return highest + 98 + 22 * bool(asks(self.trace))  # the header; the learner's answer

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def step_view(trace: Trace, number: int, said: str = "") -> str:
    """Return the HTML page for step `number` of a trace, counted from 0."""
    return StepView(trace, number, said).html()


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
    kind = getattr(place.component, "spoken", place.kind.replace("_", " ").replace("acl", "ACL"))
    return f"{kind} {place.component.name}"


def rule_table(decision: Decision, names: Mapping[str, str]) -> Table:
    """Return the rules that were read, the deciding one marked by word and shape; `names` go by id."""
    decides = {True: words.DECIDES_ALLOW, False: words.DECIDES_DENY, None: words.MARK_UNKNOWN}[
        decision.allowed
    ]
    rules = [*decision.passed_over, *([decision.rule] if decision.rule is not None else [])]
    if decision.kind == "route_table":
        rules.sort(key=lambda rule: decision.component.routes.index(rule))
    rows = [
        (_rule_text(rule, names), decides if rule is decision.rule else words.PASSED_OVER) for rule in rules
    ]
    if decision.rule is None:  # a reply needs none in a security group (SG-12)
        rows.append((words.NO_RULE_NEEDED if decision.allowed else words.NO_RULE_DECIDES, decides))
    marked = next(i for i, row in enumerate(rows) if row[1] == decides)
    return Table((_title(decision), words.VERDICT), tuple(rows), marked)


def _rule_text(rule: Any, names: Mapping[str, str]) -> str:
    target = getattr(rule, "target", None)
    return str(rule) if target is None else f"{rule.destination} → {names.get(target, target)}"


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
    if step.hop.kind == "virtual_private_gateway" and step.allowed:  # the gateway, and the line behind it
        did = f"{step.hop.component.name} {did}"
    return (f"{step.mark}: {did}", f"{_end(packet, 'src')} → {_end(packet, 'dst')}")


def still(trace: Trace) -> Card:
    """Return the stepper's first step, for readers of the page."""
    return Card(words.STEPPER, trace.flow, parts=(StepView(trace, 0),), next=words.STILL_NEXT)


@dataclass(frozen=True)
class Ask:
    """A question about a step before it is shown: `truth` is the right one of the choices."""

    question: str
    choices: tuple[tuple[str, str], ...]
    truth: str
    rules: Table | None = None

    def html(self) -> str:
        """Return the question, and the rules that it is about."""
        return sheet(live(prose(self.question)), self.rules.html() if self.rules else "")


def asks(trace: Trace) -> dict[int, Ask]:
    """Return questions about a few steps, by the step's number counted from 0.

    Every third step that does something is asked about; nothing is, once the packet has been stopped.
    """
    found: dict[int, Ask] = {}
    names = {thing.id: thing.name for thing in trace.snapshot}
    applying = 0
    for number, step in enumerate(steps(trace)):
        ask = _ask(step, number, names)
        applying += ask is not None
        if ask is not None and applying % _ASK_EVERY == 0:
            found[number] = ask
        if step.allowed is False:
            break
    return found


def _ask(step: Step, number: int, names: Mapping[str, str]) -> Ask | None:
    """Return the question about a step; None where there is nothing to choose between."""
    if step.hop is None or step.allowed is None:
        return None
    decision = next((d for d in step.decisions if d.allowed is False), (*step.decisions, None)[0])
    rules: Table | None = None
    if step.label == GATEWAY:
        came, went = step.hop.packet_in, step.hop.packet_out
        choices = tuple(words.ASK_GATEWAY.items())
        sides = (("source", "src"), ("destination", "dst"))
        changed = [name for name, side in sides if went and _end(came, side) != _end(went, side)]
        truth = "stop" if went is None or step.allowed is False else "nothing"
        truth = changed[0] if len(changed) == 1 and truth == "nothing" else truth
        if len(changed) == 2:
            return None
    elif decision is None or decision.kind not in _RULED:
        return None
    elif decision.kind == "route_table":
        routes = decision.component.routes
        listed = [(str(i), _rule_text(route, names)) for i, route in enumerate(routes)]
        choices = (*listed, ("none", words.ASK_NO_ROUTE))
        truth = "none" if decision.rule is None else str(routes.index(decision.rule))
    else:
        choices = tuple(words.ASK_FILTER.items())
        truth = "pass" if step.allowed else "stop"
        there = dict.fromkeys((*decision.passed_over, *decision.component.side(decision.direction)))
        rows = tuple((_rule_text(rule, names),) for rule in there) or ((words.ASK_NO_RULES,),)
        rules = Table((words.ASK_RULES.format(direction=decision.direction, where=_title(decision)),), rows)
    packet = step.hop.packet_in
    question = words.ASK.format(
        number=number + 1, label=words.STEP_LABELS[step.label], where=_title(decision or step.hop),
        packet=f"{_end(packet, 'src')} → {_end(packet, 'dst')}",
    )  # fmt: skip
    return Ask(question, choices, truth, rules)


def stepper(what: Any, *, ask: bool = True) -> Any:
    """Return controls to step through a trace; a prediction's id stands for its trace, once committed.

    Before some steps Next asks what will happen; `ask=False` leaves the questions out.
    """
    from ipywidgets import HTML, BoundedIntText, VBox

    from vpclab.course.lesson import gated
    from vpclab.course.widgets import guarded

    trace = gated(what) if isinstance(what, str) else what
    if isinstance(trace, Card):
        return trace
    if not isinstance(trace, Trace):
        raise BadInput(words.WRITE_TRACE.format(value=repr(what)))
    last = len(steps(trace))
    pending = asks(trace) if ask else {}
    answers: dict[int, str] = {}
    place, question = HTML(layout={"min_height": "560px"}), VBox()
    look = {"layout": {"width": "8em"}, "style": {"description_width": "initial"}}
    number = BoundedIntText(value=1, min=1, max=last, description=words.STEP_NUMBER, **look)

    @cache
    def page(at: int, said: str) -> str:
        return step_view(trace, at, said)

    def show(change: Any = None) -> None:
        question.children = ()
        at = number.value - 1
        guarded(place, lambda: page(at, answers.get(at, "")))
        back.disabled, on.disabled = number.value == 1, number.value == last
        with suppress(Exception):  # the next page is made while this one is read; what fails is told there
            page(min(at + 1, last - 1), "")

    def settle(state: str, said: str = "", **more: str) -> None:
        """Keep an answer, or that there was none, and go on."""
        answers[number.value] = said
        name = what if isinstance(what, str) else trace.flow
        record().add("step", name, step=number.value + 1, state=state, **more)
        on.focus()
        move(1)

    def move(by: int) -> None:
        number.value += by
        for ended, other in ((back, on), (on, back)):
            if ended.disabled:
                other.focus()  # or the keyboard would lose its place with the button

    def go_on() -> None:
        asked = pending.get(number.value)
        if asked is None or number.value in answers:
            move(1)
        elif not question.children:
            question.children = question_about(asked, settle)

    back, on = button(words.PREVIOUS, lambda: move(-1)), button(words.NEXT, go_on)
    number.observe(show, names="value")
    show()
    return shell(
        [row(back, number, on), question, place],
        lambda: StepView(trace, number.value - 1, answers.get(number.value - 1, "")),
    )


def question_about(asked: Ask, settle: Callable[..., None]) -> tuple[Any, ...]:
    """Return the controls of a question; `settle` gets the state, what to say, and the choice."""
    from ipywidgets import HTML, RadioButtons

    options = [(text, key) for key, text in asked.choices]
    choice = RadioButtons(options=options, value=None, description=words.ASK_LABEL, layout={"width": "auto"})
    reminder = HTML()

    def answer() -> None:
        if choice.value is None:
            reminder.value = live(line(words.CHOOSE_ONE))
            return
        right = choice.value == asked.truth
        said = (words.ASK_RIGHT if right else words.ASK_WRONG).format(
            choice=dict(asked.choices)[choice.value]
        )
        settle("correct" if right else "try again", said, choice=choice.value)

    buttons = row(button(words.ASK_ANSWER, answer), button(words.ASK_SKIP, lambda: settle("skipped")))
    return (HTML(asked.html()), choice, buttons, reminder)
