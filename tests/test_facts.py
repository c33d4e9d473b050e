"""One test a row of the facts table: what the engine says is held to the numbered facts, read by hand.

The rows are in the facts_*.py beside this file. `python tests/test_facts.py` prints how many rows each
fact has, and why the others have none.
"""

from __future__ import annotations

import sys
from collections import Counter
from typing import Any

import facts_endpoints  # noqa: F401
import facts_filters  # noqa: F401
import facts_joins  # noqa: F401
import facts_nat  # noqa: F401
import facts_routes  # noqa: F401
import facts_vpcs  # noqa: F401
import pytest
from facts_rows import ROWS, Row

# The facts of the reference document about packets and what holds them: how many each family has.
FACTS = {
    "VPC": 14, "SUB": 10, "RT": 20, "GRT": 5, "IGW": 13, "NGW": 15, "RNG": 4, "NI": 5, "EIGW": 4, "VGW": 11,
    "DX": 3, "PCX": 14, "SG": 26, "ACL": 14, "PATH": 17, "VPE": 22, "ENI": 6, "EIP": 3, "DNS": 5, "TGW": 9,
}  # fmt: skip
NO_ROW = {
    "comes later: NAT64, regional NAT gateways": "NGW-13 RNG-1 RNG-2 RNG-3 RNG-4",
    "comes later: groups across a transit gateway or of other VPCs": "SG-24 SG-25",
    "comes later: load balancers and firewalls": "EIGW-3",
    "a quota or a size, which the builder does not count": "VPC-14 RT-18 NGW-8 NGW-9 VGW-11 PCX-12 VPE-18",
    "a price, a comparison, a product's age or how a line is made": "NI-3 NI-4 VGW-3 DX-2 EIP-3",
    "a number that a lesson lets its learner compute": "PCX-14",
    "a time in seconds": "SG-17",
    "the topology has no such thing: own address pools, Direct Connect gateways' VPCs, IPv6 for S3": (
        "GRT-4 DX-3 VPE-9"
    ),
}


def counts() -> dict[str, int]:
    """Return how many rows each fact has."""
    found = Counter(row.id.split()[0] for row in ROWS)
    first = {"PATH": 0}
    every = [f"{family}-{first.get(family, 1) + at}" for family, most in FACTS.items() for at in range(most)]
    return {fact: found.pop(fact, 0) for fact in every} | dict.fromkeys(found, -1)


def params() -> list[Any]:
    """Return the rows as parameters; a row that waits for the engine says so."""
    return [
        pytest.param(
            row, id=row.id, marks=[pytest.mark.xfail(strict=True, reason=row.xfail)] if row.xfail else []
        )
        for row in ROWS
    ]


@pytest.mark.parametrize("row", params())
def test_fact(row: Row) -> None:
    """Hold the engine to one fact."""
    row.ask()


def test_every_fact_has_a_row_or_a_reason_why_not() -> None:
    """Hold the table to the list of facts, and each sentence to being said once."""
    without = {fact for facts in NO_ROW.values() for fact in facts.split()}
    assert {fact for fact, rows in counts().items() if rows <= 0} == without
    assert [text for text, times in Counter(row.id for row in ROWS).items() if times > 1] == []


if __name__ == "__main__":
    for fact, rows in counts().items():
        why = next((reason for reason, facts in NO_ROW.items() if fact in facts.split()), "")
        sys.stdout.write(f"{fact:8} {rows:4} {why}\n")
