"""A trouble ticket: a sound network in which something went wrong, a complaint, and counted questions.

What a learner may see before the ticket is closed depends on the complaint, on what was asked and tried, and
on nothing else: two tickets with the same complaint look alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import redirect_stdout, suppress
from functools import cached_property
from hashlib import sha256
from io import StringIO
from types import CodeType
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.blank import ____, holds_blank
from vpclab.course.cards import Card, Code, Table
from vpclab.course.kinds import CodeRaised, Edit, Unreadable, plain, quoted, run
from vpclab.course.record import record
from vpclab.course.tickets.faults import planted
from vpclab.course.tickets.lines import Case, Claim, Explanation, Told, line
from vpclab.course.tickets.sheet import complaint, plan_table, row_table, suspect_table
from vpclab.evaluate.ends import read_end
from vpclab.evaluate.intents import Intent
from vpclab.evaluate.packets import TrafficType, read_traffic
from vpclab.topology.errors import NotFound, VpclabError
from vpclab.topology.model import (
    Connection,
    Instance,
    InternetGateway,
    NatGateway,
    NetworkAcl,
    PeeringConnection,
    Resource,
    RouteTable,
    SecurityGroup,
    Subnet,
    VirtualPrivateGateway,
)

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["Ticket"]

EXACT = 400  # so many explanations can be searched for the best plan of questions; beyond, it is greedy
BLAMED: tuple[type[Resource], ...] = (
    Instance, NatGateway, InternetGateway, VirtualPrivateGateway, Connection, PeeringConnection, Subnet,
    RouteTable, SecurityGroup, NetworkAcl,
)  # fmt: skip


class Ticket:
    """A trouble ticket; it shows itself as a card, and remembers what was asked in the learner's record."""

    def __init__(
        self, case: Case, seed: int, level: int, faults: Explanation, complaints: tuple[int, ...]
    ) -> None:
        self._case, self._faults, self._complaints = case, faults, complaints
        self.seed, self.level = seed, level
        self.id = f"ticket-{case.name.replace(' ', '-')}-{level}-{seed}"

    # -- what is shown before anything is asked ------------------------------------------------------

    @property
    def plan(self) -> Topology:
        """Return the network as it was planned: a copy, to look at and to trace in."""
        return self._case.sound.copy()

    @property
    def title(self) -> str:
        """Return what the ticket is called."""
        return words.TICKET_TITLE.format(seed=self.seed, level=self.level)

    def card(self) -> Card:
        """Return the complaint, the plan, and how to go about it."""
        said = "\n".join(f"- {complaint(self._case, row)}" for row in self._complaints)
        count = words.TICKET_ONE if self.level == 1 else words.TICKET_MANY.format(count=self.level)
        parts = (
            said, count, row_table(self._case), self._case.sound, plan_table(self._case),
            suspect_table(self._case), words.TICKET_TELLS, words.TICKET_HOW,
        )  # fmt: skip
        return Card(words.TICKET, self.title, parts=parts, next=words.TICKET_NEXT)

    def __repr__(self) -> str:
        return str(self.card())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return self.card()._repr_mimebundle_()

    # -- probes --------------------------------------------------------------------------------------

    def probe(self, src: Any = ____, dst: Any = ____, traffic: Any = ____, *, ip_version: int = 4) -> Card:
        """Send one flow through the network as it runs, count it, and tell what its ends notice."""
        if holds_blank((src, dst, traffic)):
            return Card(words.NOT_YET, self.title, "open", (words.PROBE_BLANK,), words.TICKET_PROBE_HOW)
        try:
            question = self._question(src, dst, traffic, ip_version)
        except VpclabError as error:
            return Card(words.TRY_AGAIN, self.title, "bad", (str(error),))
        self._send(question)
        number = [asked.flow for asked in self._asked].index(question.flow)
        parts = (self._line(question), self._table(number))
        word = words.PROBE_NUMBER.format(number=number + 1)
        return Card(word, self.title, parts=parts, next=words.TICKET_PROBE_NEXT)

    @property
    def ends(self) -> list[Any]:
        """Return who may send and answer, to choose from."""
        return list({str(end): end for q in self._case.probes for end in (q.src, q.dst)}.values())

    @property
    def traffic(self) -> list[tuple[TrafficType, int]]:
        """Return the traffic of the table with its IP version, to choose from."""
        return list(dict.fromkeys((row.traffic, row.ip_version) for row in self._case.intents))

    def _question(self, src: object, dst: object, traffic: object, version: int) -> Intent:
        """Return the question that these words ask; names are looked for in the plan, which hides nothing."""
        kind = traffic if isinstance(traffic, TrafficType) else read_traffic(str(traffic))
        question = Intent(read_end(str(src)), read_end(str(dst)), kind, ip_version=version)
        question.trace(self._case.sound)
        return question

    @property
    def _asked(self) -> list[Intent]:
        """Return the probes sent so far; what cannot be read is left out."""
        asked: dict[str, Intent] = {}
        for event in record().of(self.id):
            if event["event"] == "probe":
                values = (event.get(name) for name in ("src", "dst", "traffic", "ip_version"))
                with suppress(VpclabError):
                    question = self._question(*values)  # type: ignore[arg-type]
                    asked[question.flow] = question
        return list(asked.values())

    def _send(self, question: Intent) -> None:
        if question.flow not in [asked.flow for asked in self._asked]:
            ends = {"src": str(question.src), "dst": str(question.dst), "traffic": str(question.traffic)}
            record().add("probe", self.id, flow=question.flow, ip_version=question.ip_version, **ends)

    def _told(self, question: Intent) -> Told:
        return self._case.told(self._faults, question)

    def _line(self, question: Intent) -> str:
        return words.TICKET_PROBED.format(flow=question.flow, told=self._told(question))

    def _table(self, marked: int | None = None) -> Table:
        header = (words.PROBE, words.PROBE_FLOW, words.PROBE_NOTICED, words.PROBE_LAST_SEEN)
        rows = (
            (str(n), q.flow, self._told(q).answer, self._told(q).seen) for n, q in enumerate(self._asked, 1)
        )
        return Table(header, tuple(rows), marked)

    # -- diagnosis -----------------------------------------------------------------------------------

    def diagnose(self, component: Any = ____, code: Any = ____) -> Card:
        """Judge a diagnosis; a wrong one is refuted by a probe of yours, or else by a new one that counts."""
        if holds_blank((component, code)):
            return Card(words.NOT_YET, self.title, "open", (words.DIAGNOSE_BLANK,), words.FILL_IN)
        values = tuple(self._case.sound.snapshot())
        names = {value.name for value in values if plain(component) in self._called(value)}
        if not names:
            missing = NotFound(words.DIAGNOSE_NO_COMPONENT.format(name=quoted(component)), self.components)
            return Card(words.TRY_AGAIN, self.title, "bad", (str(missing),))
        claims = frozenset((plain(name), plain(code)) for name in names)
        fitting = [e for e in self._explanations if any(claims & self._case.claims(f) for f in e)]
        alike = [e for e in fitting if self._is_like_the_truth(e)]
        if not alike:
            return self._refuted(claims, code, fitting)
        meant = self._faults if self._faults in alike else alike[0]
        at = next(n for n, fault in enumerate(meant) if claims & self._case.claims(fault))
        return self._named(at, component, code, sure=meant == self._faults)

    def _called(self, value: Any) -> tuple[str, ...]:
        """Return what people may call a component."""
        return tuple(map(plain, (value.name, value.id, value.label, self._case.sound.qualified(value))))

    @property
    def components(self) -> list[str]:
        """Return the names of what may be to blame, to choose from."""
        return sorted({value.name for kind in BLAMED for value in self._case.sound.values(kind)})

    @property
    def codes(self) -> list[str]:
        """Return the codes that the kinds of faults have which this network has room for."""
        return sorted({suspect.fault.code for suspect in self._case.suspects})

    @cached_property
    def _explanations(self) -> list[Explanation]:
        return self._case.explanations(self._complaints)

    def _is_like_the_truth(self, explanation: Explanation) -> bool:
        """Return whether no probe tells an explanation from what is the case."""
        same = explanation == self._faults
        return same or all(self._case.expected(explanation, q) == self._told(q) for q in self._case.probes)

    def _named(self, at: int, component: object, code: object, *, sure: bool) -> Card:
        """Record a right diagnosis, and say what is left to do."""
        said = words.DIAGNOSE_AGAIN
        if at not in self._found:
            record().add("diagnose", self.id, component=str(component), code=str(code), number=at)
            said = words.DIAGNOSE_RIGHT.format(component=component, code=code)
        missing = self.level - len(self._found)
        left = words.DIAGNOSE_MORE_ONE if missing == 1 else words.DIAGNOSE_MORE.format(count=missing)
        parts = [said, *([] if sure else [words.DIAGNOSE_ALIKE]), *([left] if missing else [])]
        after = words.DIAGNOSE_NEXT if missing else words.DIAGNOSE_ALL_FOUND
        return Card(words.CORRECT, self.title, "good", tuple(parts), after)

    @property
    def _found(self) -> set[int]:
        """Return the numbers of the faults that were named."""
        named = [event.get("number") for event in record().of(self.id) if event["event"] == "diagnose"]
        return {number for number in range(self.level) if number in named}

    def _refuted(self, claims: frozenset[Claim], code: object, fitting: list[Explanation]) -> Card:
        """Return the evidence against a diagnosis: the complaint, a probe that was sent, or a new one."""
        if not fitting:
            alone = [s for s in self._case.suspects if claims & self._case.claims(s.fault)]
            said = words.DIAGNOSE_SHARED
            if not alone:
                said = words.DIAGNOSE_NOTHING.format(codes=", ".join(self.codes))
            elif not any(suspect.breaks & {*self._complaints} for suspect in alone):
                said = words.DIAGNOSE_COMPLAINT
            return Card(words.TRY_AGAIN, self.title, "bad", (said,), words.DIAGNOSE_THINK)
        asked = self._asked
        left = self._left(fitting, asked)
        speaks = max(
            self._case.probes if left else asked,
            key=lambda q: sum(self._case.expected(e, q) != self._told(q) for e in left or fitting),
        )
        one = next(e for e in left or fitting if self._case.expected(e, speaks) != self._told(speaks))
        self._send(speaks)
        number = [q.flow for q in self._asked].index(speaks.flow)
        form = words.DIAGNOSE_NEW if left else words.DIAGNOSE_OWN
        against = form.format(number=number + 1, flow=speaks.flow)
        tells = words.DIAGNOSE_WITH.format(told=self._case.expected(one, speaks), truth=self._told(speaks))
        parts = (f"{against} {tells}", self._table(number))
        return Card(words.TRY_AGAIN, self.title, "bad", parts, words.DIAGNOSE_THINK)

    def _left(self, explanations: list[Explanation], asked: Sequence[Intent]) -> list[Explanation]:
        """Return the explanations that agree with what these probes told."""
        fits = self._case.expected
        return [
            e for e in explanations
            if e == self._faults or all(fits(e, q) == self._told(q) for q in asked)
        ]  # fmt: skip

    # -- mending -------------------------------------------------------------------------------------

    def fix(self, function: Any = ____) -> Card:
        """Run a function on a fresh copy of the broken network, and say whether all rows hold then."""
        if holds_blank(function):
            return Card(words.NOT_YET, self.title, "open", (words.BLANK_LEFT,), words.FILL_IN)
        kind = self._edit
        printed = StringIO()
        try:
            with redirect_stdout(printed):
                found = kind.find(kind.read(function), ())
        except Unreadable as unreadable:
            return Card(words.TRY_AGAIN, self.title, "bad", (str(unreadable),), words.FIX_NEXT)
        except CodeRaised as raised:
            return self._raised(kind.read(function), raised)
        kept = [words.FIX_PRINTED] if printed.getvalue() else []
        if found.right:
            if not self._closed:
                record().add("check", self.id, state="correct")
            said = words.FIX_DONE.format(sentence=found.sentence)
            return Card(words.CORRECT, self.title, "good", (said,), words.FIX_DONE_NEXT)
        self._tried(function)
        judged = not found.sentence.startswith(words.CHECK_FAILED.partition("{")[0])
        parts = (found.sentence if judged else words.FIX_UNJUDGED, words.FIX_COUNTS, *kept)
        return Card(words.TRY_AGAIN, self.title, "bad", parts, words.FIX_NEXT)

    @property
    def _edit(self) -> Edit:
        """Return the exercise to make all rows hold; what was private stays private."""
        sound = self._case.sound
        hidden = [
            sound.qualified(instance)
            for instance in sound.values(Instance)
            if not sound.handle(instance).public_ip and not sound[instance.subnet_id].is_public
        ]
        rows = tuple(self._case.intents)
        return Edit(lambda: planted(sound, *self._faults), rows, picture=False, hidden=tuple(hidden))

    def _raised(self, function: Any, raised: CodeRaised) -> Card:
        """Say what the learner's code raised; where only the network as it runs makes it raise, it counts.

        Otherwise the plan's error is told, which names no more than the plan.
        """
        counts = words.FIX_RAISED
        try:
            with redirect_stdout(StringIO()):
                run(function, self.plan)
        except CodeRaised as in_the_plan:
            raised, counts = in_the_plan, ""
        else:
            self._tried(function)
        said = words.RAISED_SENTENCE.format(type=raised.type, message=raised.message)
        where = (words.RAISED_WHERE.format(number=raised.number), Code(raised.line)) if raised.line else ()
        parts = (said, *where, *([counts] if counts else []))
        return Card(words.RAISED, self.title, "alarm", parts, words.FIX_NEXT)

    def _tried(self, function: Any) -> None:
        """Count a change that did not help; the same function counts once."""
        digest = sha256(repr(_body(getattr(function, "__code__", function))).encode()).hexdigest()[:12]
        if digest not in self._tries:
            record().add("check", self.id, state="try again", change=digest)

    @property
    def _tries(self) -> set[str]:
        events = (event for event in record().of(self.id) if event["event"] == "check")
        return {str(event["change"]) for event in events if "change" in event}

    @property
    def _closed(self) -> bool:
        return any(
            event["event"] == "check" and event.get("state") == "correct" for event in record().of(self.id)
        )

    # -- afterwards ----------------------------------------------------------------------------------

    def debrief(self, *, give_up: bool = False) -> Card:
        """Return what was wrong and the shortest line of questioning, once it is mended or given up."""
        if not self._closed and not give_up:
            return Card(
                words.NOT_YET, self.title, "open", (words.DEBRIEF_EARLY,), words.DEBRIEF_GIVE_UP
            )  # fmt: skip
        if not self._closed:
            record().add("solution", self.id, shown=True)
        case, fitting = self._case, self._explanations
        best = line(case, fitting, self._faults, exact=len(fitting) <= EXACT)
        asked = self._asked
        left = [len(self._left(fitting, asked[: n + 1])) for n in range(len(asked))]
        lines = []
        for number, fault in enumerate(self._faults):
            named = words.DEBRIEF_NAMED if number in self._found else words.DEBRIEF_NOT_NAMED
            lines.append(
                words.DEBRIEF_LINE.format(fault=fault, component=fault.at, code=fault.code, named=named)
            )
        parts: list[Any] = [words.DEBRIEF_WAS, "\n".join(lines), self._score(len(asked), len(best))]
        if asked:
            parts += [words.DEBRIEF_YOURS, self._questions(list(zip(asked, left, strict=True)))]
        how = words.DEBRIEF_EXACT if len(fitting) <= EXACT else words.DEBRIEF_GREEDY
        parts += [
            words.DEBRIEF_BEST,
            words.DEBRIEF_START.format(count=len(fitting)),
            self._questions(best),
            how,
        ]
        parts += self._not_told_apart()
        parts += [words.DEBRIEF_TRACES]
        parts += [case.intents.rows[row].trace(case.network(self._faults)) for row in self._complaints]
        after = words.DEBRIEF_NEXT.format(seed=self.seed + 1, level=self.level)
        return Card(words.DEBRIEF, self.title, parts=tuple(parts), next=after)

    def _questions(self, rows: list[tuple[Intent, int]]) -> Table:
        told = [self._told(question) for question, _ in rows]
        return Table(
            words.DEBRIEF_HEADER,
            tuple(
                (str(n), question.flow, said.answer, said.seen, str(left))
                for n, ((question, left), said) in enumerate(zip(rows, told, strict=True), 1)
            ),
        )

    def _score(self, probes: int, best: int) -> str:
        """Return the probes against the best possible, in a sentence."""
        used, fixes = probes + len(self._tries), len(self._tries)
        form = words.DEBRIEF_FEWER if used < best and self._closed else words.DEBRIEF_SCORE
        said = form.format(used=_counted(used), best=_counted(best))
        return said + (f" {words.DEBRIEF_FIXES.format(count=fixes)}" if fixes else "")

    def _not_told_apart(self) -> list[str]:
        """Return what no probe tells from the truth, if there is anything."""
        like = [e for e in self._explanations if e != self._faults and self._is_like_the_truth(e)]
        if not like:
            return []
        others = dict.fromkeys(
            str(fault) for explanation in like for fault in explanation if fault not in self._faults
        )
        return [words.DEBRIEF_ALIKE, "\n".join(f"- {other}" for other in others)]

    def reset(self) -> Card:
        """Let the ticket start anew: probes, diagnoses and fixes no longer count."""
        record().add("reset", self.id)
        said = words.RESET_ONE.format(id=self.id)
        return Card(words.RESET, self.title, parts=(said,), next=words.RESET_KEPT)

    def controls(self) -> Any:
        """Return controls to probe and to diagnose with."""
        from vpclab.course.tickets.desk import desk

        return desk(self)


def _body(code: Any) -> object:
    """Return what a function does, whatever it is called and wherever it stands."""
    if not isinstance(code, CodeType):
        return code if isinstance(code, str | bytes | int | float) else type(code).__name__
    return (code.co_code, code.co_names, tuple(map(_body, code.co_consts)))


def _counted(count: int) -> str:
    return words.PROBE_COUNT_ONE if count == 1 else words.PROBE_COUNT.format(count=count)
