"""Probes: tries in the network of a break/fix exercise. Each is counted, as it would cost time in real life.

A probe tells what somebody at the sending end notices, an answer or silence, and no more: where a packet
was lost is for the learner to work out. The full trace comes with the check.
"""

from __future__ import annotations

from typing import Any

from vpclab.course import words
from vpclab.course.blank import ____, holds_blank
from vpclab.course.cards import Card, Table
from vpclab.course.declarations import exercise
from vpclab.course.kinds import Intent
from vpclab.course.record import record
from vpclab.topology.errors import BadInput, VpclabError

__all__ = ["probe", "probes"]


def probe(id: str, src: Any = ____, dst: Any = ____, traffic: Any = ____, *, ip_version: int = 4) -> Card:
    """Send one flow through the broken network of an exercise, count it, and say what its sender notices."""
    item = exercise(id)
    given = getattr(item.kind, "given", None)
    if given is None:
        raise BadInput(words.PROBE_NOTHING.format(id=id))
    title = f"{id} · {item.title}"
    if holds_blank((src, dst, traffic)):
        return Card(words.NOT_YET, title, "open", (words.PROBE_BLANK,), words.PROBE_HOW)
    asked = Intent(src, dst, traffic, ip_version=ip_version)
    try:
        way = asked.trace(given())
    except VpclabError as error:  # a name that is not there costs nothing
        return Card(words.TRY_AGAIN, title, "bad", (str(error),))
    answer = {True: words.PROBE_ANSWER, False: words.PROBE_SILENCE}[way.reaches]
    answer = words.PROBE_UNKNOWN.format(because=way.because) if way.outcome == "unknown" else answer
    packet = str(way.forward[0].packet_in) if way.forward else asked.flow
    if packet not in _packets(
        id
    ):  # a cell that is run again, or that names the same otherwise, costs nothing
        record().add("probe", id, flow=asked.flow, answer=answer, packet=packet)
    done = probes(id)
    number = _packets(id).index(packet)
    rows = tuple((str(n), flow, said) for n, (flow, said) in enumerate(done, 1))
    table = Table((words.PROBE, words.PROBE_FLOW, words.PROBE_NOTICED), rows, number)
    return Card(
        words.PROBE_NUMBER.format(number=number + 1), title, parts=(f"{asked.flow}: {answer}.", table)
    )


def _packets(id: str) -> list[str]:
    """Return what was sent, however its ends were named."""
    return [
        str(event.get("packet", event.get("flow"))) for event in record().of(id) if event["event"] == "probe"
    ]


def probes(id: str) -> list[tuple[str, str]]:
    """Return the probes sent since the exercise was last reset: (flow, what was noticed)."""
    sent = (event for event in record().of(id) if event["event"] == "probe")
    return [(str(event.get("flow")), str(event.get("answer"))) for event in sent]
