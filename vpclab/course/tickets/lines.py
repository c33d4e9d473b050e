"""What a probe tells, which explanations fit what was told, and the shortest line of questions.

A case is a sound network with its intent table. An explanation of a ticket is one fault for each complaint.
What a probe would tell under several faults is what it tells under the one that stops the packet first; the
generator deals no ticket for which that is not so.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from itertools import combinations, product, takewhile
from typing import TYPE_CHECKING, Any, NamedTuple

from vpclab.course import words
from vpclab.course.kinds import plain
from vpclab.course.tickets.faults import Fault, faults, planted
from vpclab.evaluate.ends import internet
from vpclab.evaluate.intents import Intent, Intents
from vpclab.evaluate.results import UNKNOWN
from vpclab.topology.errors import BadInput, VpclabError
from vpclab.topology.model import Instance, Site

if TYPE_CHECKING:
    from vpclab import Topology, Trace

__all__ = ["Case", "Claim", "Explanation", "Suspect", "Told", "apart", "line", "told"]

Claim = tuple[str, str]  # a component's name and a code, as `plain` writes them
Explanation = tuple[Fault, ...]  # one fault for each complaint, in their order
MACHINES = ("instance", "network_interface", "nat_gateway", "site")
_ANSWERED = 99  # more machines than any way has


@dataclass(frozen=True)
class Told:
    """What a probe tells: what its sender notices, and which machine saw the packet last.

    `far`, the number of machines that saw it, is for reckoning; nobody is told, so it does not compare.
    """

    far: int = field(compare=False)
    answer: str
    seen: str

    def __str__(self) -> str:
        form = words.TOLD if self.far == _ANSWERED else words.TOLD_SEEN
        return form.format(answer=self.answer, seen=self.seen)


def told(way: Trace) -> Told:
    """Return what a probe tells of its way: no more than the ends and the machines between them know."""
    if way.reaches:
        return Told(_ANSWERED, words.PROBE_ANSWER, words.SEEN_ANSWER.format(name=way.source.name))
    seen: list[str] = []
    hops = [(hop, words.SEEN_REQUEST) for hop in way.forward] + [
        (hop, words.SEEN_ANSWER) for hop in way.reply
    ]
    for hop, form in takewhile(lambda pair: pair[0].allowed is not False, hops):
        if hop.kind in MACHINES:
            seen.append(form.format(name=hop.component.name))
    answer = words.PROBE_SILENCE
    if way.outcome == UNKNOWN:
        answer = words.PROBE_UNKNOWN.format(because=way.because)
    return Told(len(seen), answer, seen[-1] if seen else words.SEEN_NOWHERE)


class Suspect(NamedTuple):
    """A fault that matters: the rows it breaks, those that users notice, the resources it touches."""

    fault: Fault
    breaks: frozenset[int]
    noticed: frozenset[int]
    touches: frozenset[str]


def apart(chosen: Sequence[Suspect]) -> bool:
    """Return whether no two faults touch the same resource."""
    return not any(one.touches & other.touches for one, other in combinations(chosen, 2))


class Case:
    """A sound network and its intent table, with everything that may go wrong in it."""

    def __init__(self, name: str, sound: Topology, intents: Intents) -> None:
        self.name, self.sound, self.intents = name, sound.copy(), intents
        wrong = next((result for result in intents.check(sound).results if not result.holds), None)
        if wrong is not None:
            raise BadInput(words.TICKET_UNSOUND.format(row=wrong))
        self._networks: dict[Explanation, Topology] = {(): self.sound}
        self._told: dict[tuple[Explanation, Intent], Told] = {}
        self._claims: dict[Fault, frozenset[Claim]] = {}

    def network(self, chosen: Explanation) -> Topology:
        """Return the network with these faults in it; whoever changes it takes a copy."""
        if chosen not in self._networks:
            self._networks[chosen] = planted(self.sound, *chosen)
        return self._networks[chosen]

    def broken(self, chosen: Explanation) -> frozenset[int]:
        """Return the numbers of the rows that do not hold under these faults."""
        results = self.intents.check(self.network(chosen)).results
        return frozenset(number for number, result in enumerate(results) if not result.holds)

    @cached_property
    def suspects(self) -> tuple[Suspect, ...]:
        """Return every fault that stops something that must work."""
        must = {number: row for number, row in enumerate(self.intents) if row.must}
        before = _values(self.sound)
        found = []
        for fault in faults(self.sound):
            breaks = self.broken((fault,)) & must.keys()
            # Nobody who is stopped writes into a log that others do not answer.
            stopped = fault.at if fault.kind == "instance stopped" else None
            noticed = {number for number in breaks if str(must[number].src) != stopped}
            if noticed:
                after = _values(self.network((fault,)))
                touches = {id for id in {*before, *after} if before.get(id) != after.get(id)}
                found.append(Suspect(fault, breaks, frozenset(noticed), frozenset(touches)))
        return tuple(found)

    @cached_property
    def probes(self) -> tuple[Intent, ...]:
        """Return the questions there are: the table's rows, then its traffic between all machines."""
        ends: list[Any] = [value.name for kind in (Instance, Site) for value in self.sound.values(kind)]
        ends += [internet, *(end for row in self.intents for end in (row.src, row.dst))]
        kinds = dict.fromkeys((row.traffic, row.ip_version) for row in self.intents)
        asked = {row.flow: row for row in self.intents}
        for src, dst, (traffic, version) in product(ends, ends, kinds):
            question = Intent(src, dst, traffic, ip_version=version)
            if str(src) != str(dst) and question.flow not in asked:
                try:
                    question.trace(self.sound)
                except VpclabError:  # an end that has no such address
                    continue
                asked[question.flow] = question
        return tuple(asked.values())

    def told(self, chosen: Explanation, question: Intent) -> Told:
        """Return what a probe tells under one fault, or exactly these."""
        key = (chosen, question)
        if key not in self._told:
            try:
                self._told[key] = told(question.trace(self.network(chosen)))
            except VpclabError:  # an end that is in the plan, and was deleted since
                seen = words.SEEN_REQUEST.format(name=question.src)
                self._told[key] = Told(1, words.PROBE_SILENCE, seen)
        return self._told[key]

    def expected(self, chosen: Explanation, question: Intent) -> Told:
        """Return what a probe tells under several faults: what stops the packet first decides."""
        return min((self.told((fault,), question) for fault in chosen), key=lambda each: each.far)

    def explanations(self, complaints: Sequence[int]) -> list[Explanation]:
        """Return what may be behind these rows: for each a fault that breaks it and none of the others."""
        pools = [
            [s for s in self.suspects if row in s.noticed and s.breaks & {*complaints} == {row}]
            for row in complaints
        ]
        return [tuple(s.fault for s in chosen) for chosen in product(*pools) if apart(chosen)]

    def claims(self, fault: Fault) -> frozenset[Claim]:
        """Return the diagnoses that name this fault: its own, and the first blocker of any probe's way."""
        if fault not in self._claims:
            found = {(fault.at, fault.code), (fault.about, fault.code)}
            for question in self.probes:
                if self.told((), question).far == _ANSWERED > self.told((fault,), question).far:
                    try:
                        first = question.trace(self.network((fault,))).blockers[0]
                    except VpclabError:
                        continue
                    found |= {(fault.at, first.code), (first.component.name, first.code)}
            names = {value.name for value in self.sound.snapshot()}
            self._claims[fault] = frozenset((plain(n), plain(code)) for n, code in found if n in names)
        return self._claims[fault]


def _values(network: Topology) -> dict[str, object]:
    return {value.id: value for value in network.snapshot()}


def line(
    case: Case, fitting: list[Explanation], truth: Explanation, *, exact: bool
) -> list[tuple[Intent, int]]:
    """Return the questions that lead to the truth, each with how many explanations are left after it.

    The plan of questions is the one that needs fewest on average over all explanations: with `exact` found
    by trying every plan, otherwise greedily. It ends where one diagnosis names what all that are left share.
    """
    columns: dict[tuple[int, ...], Intent] = {}
    for question in case.probes:
        numbers: dict[Told, int] = defaultdict(lambda: len(numbers))  # noqa: B023 - used at once
        column = tuple(numbers[case.expected(chosen, question)] for chosen in fitting)
        if len(numbers) > 1:
            columns.setdefault(column, question)
    claims = [[case.claims(fault) for fault in chosen] for chosen in fitting]

    def settled(group: tuple[int, ...]) -> bool:
        return all(frozenset.intersection(*(claims[i][n] for i in group)) for n in range(len(truth)))

    def parts(group: tuple[int, ...], column: tuple[int, ...]) -> list[tuple[int, ...]]:
        found: dict[int, list[int]] = defaultdict(list)
        for i in group:
            found[column[i]].append(i)
        return [tuple(part) for part in found.values()]

    @cache
    def plan(group: tuple[int, ...]) -> tuple[int, tuple[int, ...] | None]:
        """Return what is asked in all, over the group, and the first question."""
        if settled(group):
            return 0, None
        splits = [(parts(group, column), column) for column in columns]
        splits = [(found, column) for found, column in splits if len(found) > 1]
        splits.sort(key=lambda split: sum(len(part) ** 2 for part in split[0]))
        plans = (
            (len(group) + sum(plan(part)[0] for part in found), column)
            for found, column in (splits if exact else splits[:1])
        )
        return min(plans, key=lambda each: each[0], default=(0, None))

    group = tuple(range(len(fitting)))
    here = fitting.index(truth)
    asked = []
    while first := plan(group)[1]:
        group = tuple(i for i in group if first[i] == first[here])
        asked.append((columns[first], len(group)))
    return asked
