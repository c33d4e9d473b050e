"""One test a row of the facts table: what the engine says is held to the numbered facts, read by hand."""

from __future__ import annotations

from typing import Any

import facts_filters  # noqa: F401
import facts_joins  # noqa: F401
import facts_nat  # noqa: F401
import facts_routes  # noqa: F401
import facts_vpcs  # noqa: F401
import pytest
from facts_rows import ROWS, Row


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
