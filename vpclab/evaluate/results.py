"""What an evaluation answers: decisions, hops and the trace of one flow.

Every answer carries what decided: the component, the rule, the rules passed over, an explanation
code and a sentence. Codes are AWS Reachability Analyzer's where one fits (RA-11); our own begin
with ``vpclab:``.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from vpclab import display
from vpclab.evaluate.packets import Packet, TrafficType
from vpclab.topology.model import Resource, Snapshot
from vpclab.topology.services import short_name

DELIVERED, BLOCKED = "delivered", "blocked"
REPLY_BLOCKED, NO_REPLY, UNKNOWN = "reply-blocked", "no-reply", "unknown"
FORWARD, REPLY = "forward", "reply"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Resource):
    """A component that is no AWS resource of yours: the internet, a service."""

    kind: str = "internet"  # type: ignore[misc]  # a value here, a class attribute elsewhere


def service_place(service: str) -> Place:
    """Return the place that stands for a service: ``com.amazonaws.ap-northeast-1.s3`` is ``s3``."""
    return Place(id=service, name=short_name(service), kind="service")


class Target(str):
    """The target of a route: its id as text ("local", "igw-..."), with its name and kind."""

    __slots__ = ("kind", "name")
    name: str
    kind: str

    def __new__(cls, id: str, name: str, kind: str) -> Target:
        """Return the id as a string that also knows `name` and `kind`."""
        self = super().__new__(cls, id)
        self.name, self.kind = name, kind
        return self

    @property
    def id(self) -> str:
        """Return the id as plain text."""
        return str(self)


@dataclass(frozen=True, slots=True)
class Decision:
    """One check and its answer; `allowed` is None where the engine does not know.

    `rule` is the rule, entry or route that decided (None: nothing matched); `passed_over` are those
    that were looked at and did not decide, in the order they stand. `code` is empty where the packet
    passes.
    """

    allowed: bool | None
    component: Any
    kind: str
    because: str
    code: str = ""
    rule: Any = None
    passed_over: tuple[Any, ...] = ()
    direction: str = ""
    leg: str = FORWARD
    target: Target | None = None

    def __str__(self) -> str:
        return display.plain(self.because)

    def __repr__(self) -> str:
        verdict = {True: "allowed", False: "denied", None: "unknown"}[self.allowed]
        return f"<Decision {verdict}: {self}>"


@dataclass(frozen=True, slots=True)
class Hop:
    """One component on a packet's way: the packet that came in, the one that left, what was decided.

    `packet_out` is None where the packet ended here. A blocked filter is passed all the same, so that
    the later blockers are found too.
    """

    component: Any
    kind: str
    packet_in: Packet
    packet_out: Packet | None
    decisions: tuple[Decision, ...] = ()
    direction: str = ""

    @property
    def allowed(self) -> bool | None:
        """Return False if any decision stops the packet, None if any is unknown, else True."""
        answers = [decision.allowed for decision in self.decisions]
        return False if False in answers else None if None in answers else True

    def __str__(self) -> str:
        mark = {True: "✔", False: "✖", None: "?"}[self.allowed]
        if self.decisions:
            return f"{mark} " + " ".join(str(decision) for decision in self.decisions)
        what, name = getattr(self.component, "spoken", self.kind.replace("_", " ")), self.component.name
        changed = f", leaves as {self.packet_out}" if self.packet_out not in (None, self.packet_in) else ""
        return display.plain(
            f"{mark} {what if what == name else f'{what} {name}'}: {self.packet_in}{changed}"
        )


class Trace(display.Shown):
    """What happens to one flow, hop by hop and in both directions; made by `trace`.

    The verdict is known at once; the hops and their sentences are written when first looked at.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        source: Any,
        destination: Any,
        traffic: TrafficType,
        outcome: str,
        walk: Any,
        *,
        ip_version: int = 4,
    ) -> None:
        self.snapshot = snapshot
        self.source, self.destination = source, destination
        self.traffic, self.ip_version = traffic, ip_version
        self.outcome = outcome
        self.notes: tuple[str, ...] = tuple(walk.notes)
        self.walk = walk  # the engine's own record, from which the hops are written

    @property
    def reaches(self) -> bool:
        """Return whether the flow works: the request arrives and so does the reply (PATH-16)."""
        return self.outcome == DELIVERED

    @cached_property
    def forward(self) -> tuple[Hop, ...]:
        """Return the hops of the first packet, from the source on."""
        hops: tuple[Hop, ...] = self.walk.write(FORWARD)
        return hops

    @cached_property
    def reply(self) -> tuple[Hop, ...]:
        """Return the hops of the answer; empty if the request did not find its destination."""
        hops: tuple[Hop, ...] = self.walk.write(REPLY)
        return hops

    @property
    def path(self) -> tuple[str, ...]:
        """Return the names of the components on the forward leg."""
        return tuple(hop.component.name for hop in self.forward)

    @cached_property
    def blockers(self) -> tuple[Decision, ...]:
        """Return every check that stops the flow, in packet order, both legs."""
        return tuple(d for hop in (*self.forward, *self.reply) for d in hop.decisions if d.allowed is False)

    @cached_property
    def unknowns(self) -> tuple[Decision, ...]:
        """Return what could not be judged, and why."""
        return tuple(d for hop in (*self.forward, *self.reply) for d in hop.decisions if d.allowed is None)

    @property
    def assumed(self) -> tuple[str, ...]:
        """Return the defaults that were taken because nothing was said."""
        return self.snapshot.assumed

    @property
    def flow(self) -> str:
        """Return the question as an engineer writes it: ``internet → web tcp 443``."""
        family = " over IPv6" if self.ip_version == 6 else ""
        return f"{self.source.name} → {self.destination.name} {self.traffic}{family}"

    @property
    def because(self) -> str:
        """Return the one sentence that says why the outcome is what it is."""
        if self.outcome == DELIVERED:
            return "The request arrives and the reply comes back."
        if self.outcome == NO_REPLY:
            return self.reply_note or "The request arrives, but this target never answers an echo."
        found = self.blockers if self.outcome in (BLOCKED, REPLY_BLOCKED) else self.unknowns
        first = found[0].because if found else "vpclab does not model a part of this way."
        more = len(found) - 1
        rest = f" {more} more check{'s' if more > 1 else ''} would stop it too." if more > 0 else ""
        one_way = (
            " One-way use would work."
            if self.outcome == REPLY_BLOCKED and self.traffic.protocol == 17
            else ""
        )
        return first + rest + one_way

    @property
    def reply_note(self) -> str:
        """Return why no reply is to be expected, or nothing."""
        return next((note for note in self.notes if "answer" in note), "")

    def __str__(self) -> str:
        lines = [f"{self.flow}: {self.outcome}. {self.because}"]
        for title, leg in ((FORWARD, self.forward), (REPLY, self.reply)):
            lines.extend([f"{title}:"] if leg else [])
            lines.extend(f"  {hop}" for hop in leg)
        lines.extend(f"note: {note}" for note in self.notes)
        lines.extend(f"assumed: {line}" for line in self.assumed)
        return "\n".join(map(display.plain, lines))

    def __repr__(self) -> str:
        return display.plain(f"<Trace {self.flow}: {self.outcome}>")
