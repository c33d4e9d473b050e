"""Dealing tickets: a seed chooses a design, faults that go together, and the complaints they lead to."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from random import Random
from typing import Any

from vpclab.course import words
from vpclab.course.kinds import plain, quoted
from vpclab.course.tickets.designs import DESIGNS
from vpclab.course.tickets.faults import KINDS
from vpclab.course.tickets.lines import Case, Explanation, Suspect, apart
from vpclab.course.tickets.ticket import Ticket
from vpclab.evaluate.intents import Intents
from vpclab.topology.errors import BadInput

__all__ = ["ticket"]

LEVELS = (1, 2, 3)
TRIES = 400  # so often faults are drawn until some fit together


def ticket(seed: int = 0, level: int = 1, design: Any = None) -> Ticket:
    """Return the ticket of a seed: a network with as many faults as the level says, one to three.

    `design` is one of the course's ("three tiers", "partner", "office"), or a pair of a sound Topology and
    the intent table that it holds; without it the seed chooses.
    """
    if isinstance(seed, bool) or not isinstance(seed, int) or seed < 0:
        raise BadInput(words.TICKET_SEED.format(value=quoted(seed)))
    if isinstance(level, bool) or level not in LEVELS:
        raise BadInput(words.TICKET_LEVEL.format(value=quoted(level)))
    draw = _Draw(f"{level}/{seed}")
    case = _case(draw.one(tuple(DESIGNS)) if design is None else design)
    return Ticket(case, seed, level, *_dealt(case, level, draw))


class _Draw:
    """Chance that every Python repeats: only `random` itself is promised to give the same for a seed."""

    def __init__(self, seed: str) -> None:
        self._random = Random(seed)

    def one(self, things: Sequence[Any]) -> Any:
        """Return one of the things."""
        return things[int(self._random.random() * len(things))]


def _case(design: Any) -> Case:
    if isinstance(design, str) and plain(design) in DESIGNS:
        return _known(plain(design))
    from vpclab import Topology

    if isinstance(design, tuple | list) and len(design) == 2 and isinstance(design[0], Topology):
        network, rows = design
        return Case(network.name, network, rows if isinstance(rows, Intents) else Intents(rows))
    raise BadInput(words.TICKET_DESIGN.format(value=quoted(design), known=", ".join(map(repr, DESIGNS))))


@cache
def _known(name: str) -> Case:
    network, intents = DESIGNS[name]
    return Case(name, network(), intents())


def _dealt(case: Case, level: int, draw: _Draw) -> tuple[Explanation, tuple[int, ...]]:
    """Return faults that go together, and for each the row that users complain about."""
    kinds = [kind for kind in KINDS if any(s.fault.kind == kind for s in case.suspects)]
    for _ in range(TRIES if len(kinds) >= level else 0):
        drawn: list[Suspect] = []
        while len(drawn) < level:
            kind = draw.one([k for k in kinds if k not in {s.fault.kind for s in drawn}])
            drawn.append(draw.one([s for s in case.suspects if s.fault.kind == kind]))
        own = [s.noticed.difference(*(o.breaks for o in drawn if o is not s)) for s in drawn]
        if all(own) and _plain(case, drawn):
            rows = [draw.one(sorted(each)) for each in own]
            pairs = sorted(zip(rows, (s.fault for s in drawn), strict=True), key=lambda pair: pair[0])
            return tuple(fault for _, fault in pairs), tuple(row for row, _ in pairs)
    raise BadInput(words.TICKET_NO_ROOM.format(level=level))


def _plain(case: Case, drawn: Sequence[Suspect]) -> bool:
    """Return whether faults leave each other alone: no common resource, and no probe that surprises."""
    chosen = tuple(s.fault for s in drawn)
    return apart(drawn) and all(case.told(chosen, q) == case.expected(chosen, q) for q in case.probes)
