"""What people see: pictures, tables and words for every value; loaded when something is first shown."""

from __future__ import annotations

from vpclab.render.figure import Figure, draw
from vpclab.render.show import mimebundle
from vpclab.render.tables import Table, frame, tables

__all__ = ["Figure", "Table", "draw", "frame", "mimebundle", "tables"]
