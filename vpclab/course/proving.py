"""A design held against its intent table while it grows: rows may name machines that are not built yet.

`Intents.check` refuses a table that does not fit the network; here such a row waits, the others are judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.cards import Card, Fold, Table
from vpclab.evaluate.intents import Intent, Intents
from vpclab.evaluate.results import UNKNOWN, Trace
from vpclab.topology.errors import BadInput, NotFound, VpclabError

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["Proof", "prove"]


@dataclass(frozen=True, repr=False)
class Proof(Card):
    """What became of each row: `holds` is None while machines are missing; `failed` has the traces."""

    holds: bool | None = None
    failed: tuple[Trace, ...] = ()


def prove(network: Topology, rows: Any) -> Proof:
    """Hold a network against an intent table: rows, a DataFrame, the path of a CSV file, or Intents.

    >>> from vpclab import Topology
    >>> print(prove(Topology("shop"), [("internet", "web", "tcp 443")]))
    ○ intent table · shop
    Of 1 rows 0 hold. 1 waits for what is not built yet.
    What fails or waits:
      row                                 because
      ○ internet → web tcp 443 must work  nothing here is called 'web'
    """
    table = rows if isinstance(rows, Intents) else Intents(rows)
    judged = [(row, *_judge(network, row)) for row in table]
    right, wrong, open_ = (sum(mark is each for _, mark, _, _ in judged) for each in (True, False, None))
    holds = False if wrong else None if open_ else True
    told = tuple((f"{words.ROW_MARKS[mark]} {row}", because) for row, mark, because, _ in judged)
    open_rows = tuple(line for line, (_, mark, _, _) in zip(told, judged, strict=True) if mark is not True)
    said = (
        words.PROOF_COUNT.format(count=len(judged), right=right),
        words.PROOF_FAIL[min(wrong, 2)].format(count=wrong),
        words.PROOF_WAIT[min(open_, 2)].format(count=open_),
    )
    parts: list[Any] = [" ".join(filter(None, said))]
    if open_rows:
        parts += [words.PROOF_OPEN, Table(words.PROOF_HEADER, open_rows)]
    if len(open_rows) < len(told):
        parts.append(Fold(words.PROOF_ALL, Table(words.PROOF_HEADER, told)))
    tone = {True: "good", False: "bad", None: "open"}[holds]
    failed = tuple(way for _, mark, _, way in judged if mark is False and way is not None)
    return Proof(words.PROOF, network.name, tone, tuple(parts), holds=holds, failed=failed)


def _judge(network: Topology, row: Intent) -> tuple[bool | None, str, Trace | None]:
    """Return whether a row holds, and why; None where it cannot be told yet."""
    try:
        way = row.trace(network)
    except NotFound as error:
        return None, str(error).partition(";")[0], None
    except BadInput as error:
        if row.ip_version == 6:  # nobody can write to an address that is not there
            return (None if row.must else True), words.NO_IPV6_TO_WRITE_TO, None
        return None, str(error), None
    except VpclabError as error:
        return None, str(error), None
    holds = None if way.outcome == UNKNOWN else way.reaches == row.must
    return holds, way.because, way
