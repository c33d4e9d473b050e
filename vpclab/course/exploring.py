"""The route explorer: type an address, see every route of a table judged, and the longest prefix win.

`RouteView` is the page, as text and as HTML; `route_explorer` is a thin shell around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.controls import button, complaint, field, line, live, row, sheet, shell, trying
from vpclab.evaluate.results import Decision
from vpclab.evaluate.routes import select_route
from vpclab.render import theme
from vpclab.render.words import plain
from vpclab.topology.errors import BadInput
from vpclab.topology.model import LOCAL, Address, Network, PrefixList, Route, Vpc
from vpclab.topology.routing import RouteTableHandle
from vpclab.topology.rules import read_address, within
from vpclab.topology.subnets import SubnetHandle

__all__ = ["RouteView", "route_explorer"]


@dataclass(frozen=True)
class RouteView:
    """A route table, and what each of its routes says to an address."""

    table: RouteTableHandle
    address: Address | None = None

    @property
    def decision(self) -> Decision | None:
        """Return what the table decides for the address."""
        return None if self.address is None else select_route(self.table, self.address)

    @property
    def said(self) -> tuple[str, str]:
        """Return the decision with a mark and a word, and why."""
        if (decision := self.decision) is None:
            return "", words.TYPE_ADDRESS.format(table=self.table.name)
        mark, because = theme.MARKS[decision.allowed], decision.because
        if decision.rule is None and any(map(self._covering, self.table.value.routes)):
            because = words.ROUTE_RESERVED_SAID.format(table=self.table.name, address=self.address)
        return f"{mark.sign} {words.ROUTE_VERDICTS[decision.allowed]}:", because

    def rows(self) -> Table:
        """Return the routes in the table's order, each with its length, and why it wins or loses."""
        routes, decision = self.table.value.routes, self.decision
        known = [(str(r.destination), self._length(r), self._target(r), self._kind(r)) for r in routes]
        if decision is None:
            return Table(words.ROUTES_HEADER[:-1], tuple(known))
        rows = tuple((*row, self._why(route, decision)) for row, route in zip(known, routes, strict=True))
        wins = None if decision.rule is None else routes.index(decision.rule)
        return Table(words.ROUTES_HEADER, rows, wins)

    def _blocks(self, route: Route) -> tuple[Network, ...]:
        """Return the blocks that a route stands for (RT-19)."""
        if not isinstance(route.destination, str):
            return (route.destination,)
        found = self.table.topology.get(PrefixList, route.destination)
        return found.cidrs if found else ()

    def _covering(self, route: Route) -> Network | None:
        """Return the longest block of a route that covers the address."""
        return max(
            (b for b in self._blocks(route) if self.address in b), key=lambda b: b.prefixlen, default=None
        )

    def _length(self, route: Route) -> str:
        return ", ".join(dict.fromkeys(f"/{block.prefixlen}" for block in self._blocks(route)))

    def _target(self, route: Route) -> str:
        things = {thing.id: thing for thing in self.table.topology.snapshot()}
        thing = things.get(route.target)
        name = route.target if thing is None else f"{plain(thing.kind)} {thing.name}"
        return name + (words.GONE if route.state == "blackhole" else "")

    def _kind(self, route: Route) -> str:
        if route.target == LOCAL:
            return words.ROUTE_KINDS["local"]
        listed = isinstance(route.destination, str)
        return words.ROUTE_KINDS["propagated" if route.propagated else "list" if listed else "static"]

    def _why(self, route: Route, decision: Decision) -> str:
        """Return why a route wins or loses."""
        assert self.address is not None
        if route is decision.rule:
            return self._wins(route, decision)
        blocks, covering = self._blocks(route), self._covering(route)
        if all(block.version != self.address.version for block in blocks):
            return words.ROUTE_OTHER_FAMILY.format(family=self.address.version)
        if covering is None:
            return words.ROUTE_MISSES
        if self._kept_from_local(route, covering):
            return words.ROUTE_PROPAGATED_LOCAL
        winner = None if decision.rule is None else self._covering(decision.rule)
        if winner is None:
            return words.ROUTE_RESERVED
        if covering.prefixlen < winner.prefixlen:
            return words.ROUTE_SHORTER.format(mine=covering.prefixlen, theirs=winner.prefixlen)
        return words.ROUTE_TIE.format(kind=self._kind(decision.rule))

    def _wins(self, route: Route, decision: Decision) -> str:
        """Return why the chosen route wins: by its length, or against others that are not shorter."""
        if decision.allowed is False:
            return words.ROUTE_WINS_GONE
        mine = self._covering(route)
        assert mine is not None
        others = [(r, block) for r in decision.passed_over if (block := self._covering(r)) is not None]
        if route.target == LOCAL and any(self._kept_from_local(r, block) for r, block in others):
            return words.ROUTE_WINS_LOCAL
        tied = any(
            block.prefixlen == mine.prefixlen and not self._kept_from_local(r, block) for r, block in others
        )
        return words.ROUTE_WINS_TIE.format(kind=self._kind(route)) if tied else words.ROUTE_WINS

    def _kept_from_local(self, route: Route, block: Network) -> bool:
        """Return whether a propagated route reaches into what is local, where it never wins (RT-7)."""
        vpc = self.table.topology.one(Vpc, self.table.value.vpc_id)
        return route.propagated and any(within(block, own) for own in vpc.blocks)

    def __str__(self) -> str:
        return f"{' '.join(self.said).strip()}\n{self.rows()}"

    __repr__ = __str__

    def html(self) -> str:
        """Return the sentence and the judged table."""
        verdict, because = self.said
        return sheet(live(line(because, strong=verdict)), self.rows().html())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def route_explorer(table: RouteTableHandle | SubnetHandle, address: object = None) -> Any:
    """Return a field for an address and the routes of a table, or of the one that serves a subnet, judged."""
    from ipywidgets import HTML

    from vpclab.course.widgets import guarded

    asked = table.route_table if isinstance(table, SubnetHandle) else table
    if not isinstance(asked, RouteTableHandle):
        raise BadInput(words.WRITE_TABLE.format(value=repr(table)))
    view = RouteView(asked, None if address is None else read_address(address))
    typed = field(words.ADDRESS, "" if address is None else str(address), words.ADDRESS_LIKE)
    message, page = HTML(), HTML()

    def show() -> None:
        guarded(page, lambda: view.html())

    def look_up(_: object = None) -> None:
        def attempt() -> None:
            nonlocal view
            view = RouteView(asked, read_address(typed.value) if typed.value.strip() else None)

        message.value = complaint(trying(attempt))
        show()

    typed.observe(look_up, names="value")
    show()
    return shell([row(typed, button(words.LOOK_UP, look_up)), message, page], lambda: view)
