"""What people see: pictures, tables and words for every value; loaded when something is first shown."""

from __future__ import annotations

from vpclab.render.figure import Figure, draw
from vpclab.render.show import mimebundle

__all__ = ["Figure", "draw", "mimebundle"]
