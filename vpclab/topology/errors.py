"""The errors a learner can see: each names the value, the rule and the way out."""

from __future__ import annotations

import traceback
from collections.abc import Iterable

from vpclab import display


class VpclabError(Exception):
    """Say what went wrong in one sentence; the base of every error that vpclab raises."""

    def __str__(self) -> str:
        return display.plain(super().__str__())

    def _render_traceback_(self) -> list[str]:
        """Return what Jupyter shows in place of a traceback: the line of the cell, and the sentence."""
        frames = traceback.extract_tb(self.__traceback__)
        own = [f for f in frames if f.line and ("ipykernel_" in f.filename or "<ipython-input" in f.filename)]
        where = [f"line {own[-1].lineno}: {own[-1].line}"] if own else []
        return [*where, f"{type(self).__name__}: {self}"]


class BadInput(VpclabError, ValueError):  # noqa: N818 - says what happened, as LookupError does not
    """Refuse a value that cannot be read: a block, a rule text, a file."""


class Refused(VpclabError, ValueError):  # noqa: N818 - says what happened, as LookupError does not
    """Refuse what AWS would refuse, with AWS's own error code where it is known.

    >>> raise Refused("InvalidVpc.Range", "10.0.0.0/15 is larger than /16",
    ...               "an IPv4 block of a VPC is /16 to /28 (VPC-2)", "take 10.0.0.0/16")
    Traceback (most recent call last):
    ...
    vpclab.topology.errors.Refused: InvalidVpc.Range: 10.0.0.0/15 is larger than /16: \
an IPv4 block of a VPC is /16 to /28 (VPC-2). Way out: take 10.0.0.0/16.
    """

    def __init__(self, code: str, value: str, rule: str, way_out: str) -> None:
        super().__init__(f"{code}: {value}: {rule}. Way out: {way_out}.")
        self.code = code
        self.value = value
        self.rule = rule
        self.way_out = way_out


class NotFound(VpclabError, LookupError):  # noqa: N818 - says what happened, as LookupError does not
    """Report a name or id that the topology does not hold, with the names it does hold."""

    def __init__(self, what: str, known: Iterable[str] = ()) -> None:
        names = sorted(set(known))
        shown = ", ".join(names[:20]) + (", ..." if len(names) > 20 else "")
        super().__init__(what + (f"; there are: {shown}" if names else "; the topology has none"))
        self.known = tuple(names)


class Ambiguous(VpclabError, LookupError):  # noqa: N818 - says what happened, as LookupError does not
    """Report a name that several resources share, with the names that tell them apart."""

    def __init__(self, name: str, candidates: Iterable[str]) -> None:
        self.candidates = tuple(sorted(candidates))
        super().__init__(f"{name!r} is ambiguous; say which one: {', '.join(self.candidates)}")
