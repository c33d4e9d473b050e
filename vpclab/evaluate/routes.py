"""Route tables: the longest prefix decides, then the kind of route (RT-6, RT-8)."""

from __future__ import annotations

from vpclab.evaluate.network import Table, linked
from vpclab.evaluate.packets import address
from vpclab.evaluate.results import Decision, Target
from vpclab.topology.errors import BadInput
from vpclab.topology.model import LOCAL, Address, Network, Route, RouteTable, Snapshot
from vpclab.topology.rules import DOCUMENTATION, is_public, read_address
from vpclab.topology.store import Handle

_HOST = {4: (1 << 32) - 1, 6: (1 << 128) - 1}  # the mask of a single address, which no list can beat
_RESERVED = {4: 0xA9FEA8 << 8 >> 10, 6: 0xFD000EC2}  # 169.254.168.0/22, fd00:ec2::/32


def best(table: Table, version: int, number: int) -> tuple[Route, Target | None] | None:
    """Return the route that wins for an address, and its target; None if no route covers it.

    No route ever carries packets to the ranges that AWS keeps for itself (RT-12).
    """
    if number >> (10 if version == 4 else 96) == _RESERVED[version]:
        return None
    for row_version, net, mask, route, target in table.rows:
        if row_version == version and number & mask == net:
            sure = target == LOCAL or mask == _HOST[version] or route in table.untold
            return (route, target) if sure else _untold(table, version, number) or (route, target)
    return _untold(table, version, number) if table.untold else None


def _untold(table: Table, version: int, number: int) -> tuple[Route, None] | None:
    """Return the route that may hold an address by a prefix list in no file, or None.

    AWS's own lists, which lead to gateway endpoints, hold public addresses in use, and so none of the
    documentation ranges, which stand for the unnamed internet here.
    """
    asked = address(version, number)
    outside = is_public(asked) and not any(asked in block for block in DOCUMENTATION[version])
    found = (r for r in table.untold if outside or not r.target.startswith("vpce-"))
    return next(((route, None) for route in found), None)


def verdict(table: Table, chosen: tuple[Route, Target | None] | None, attached: bool = True) -> bool | None:
    """Return whether a packet goes on by the chosen route; None where the data does not tell (RT-13)."""
    route, target = chosen or (None, None)
    if route is None:
        return False
    if target is None and route in table.untold:
        return None
    if route.state == "blackhole" or (target is not None and not attached):
        return False
    return None if target is None or route.state != "active" else True


def why_passed_over(route: Route, chosen: Route | None, asked: Address) -> str:
    """Return Reachability Analyzer's code for a route that did not decide (RA-11)."""
    block: Network | str = route.destination
    if isinstance(block, str) or block.version != asked.version or asked not in block:
        return "CANNOT_ROUTE"
    longer = (
        chosen is not None
        and not isinstance(chosen.destination, str)
        and chosen.destination.prefixlen > block.prefixlen
    )
    return "MORE_SPECIFIC_ROUTE" if longer else "HIGHER_PRIORITY_ROUTE"


def route_decision(
    table: Table, version: int, number: int, chosen: tuple[Route, Target | None] | None, attached: bool = True
) -> Decision:
    """Return what a route table decides for an address, as people read it."""
    asked = address(version, number)
    label = f"route table {table.value.name}"
    route, target = chosen or (None, None)
    over = tuple(r for r in table.value.routes if r is not route)
    allowed = verdict(table, chosen, attached)
    code = "UNKNOWN_RESOURCE" if allowed is None else ""
    if route is None:
        code = "NO_ROUTE_TO_DESTINATION"
        because = f"{label}: no route covers {asked}, so the packet is dropped."
    elif allowed is False:
        code = "BAD_STATE_ROUTE"
        lost = "not active" if target is not None and target.kind == "peering_connection" else "gone"
        because = (
            f"{label}: {route.destination} wins for {asked}, but its target "
            f"{target.name if target else route.target} is {lost}: a blackhole (RT-13)."
        )
    elif target is None and route in table.untold:
        because = (
            f"{label}: prefix list {route.destination} is not in the data, so nobody can tell whether its "
            f"route to {route.target} carries {asked}."
        )
    elif route.state != "active":
        because = (
            f"{label}: {route.destination} wins for {asked}, in a state that vpclab does not "
            f"know: {route.state}."
        )
    elif target is None:
        because = (
            f"{label}: {route.destination} wins for {asked} and leads to {route.target}, "
            "which is not in the data or not modelled."
        )
    else:
        others = [r for r in over if why_passed_over(r, route, asked) == "MORE_SPECIFIC_ROUTE"]
        beats = f", longer than {', '.join(str(r.destination) for r in others)}" if others else ""
        where = (
            "local, the packet stays in the VPC" if target == "local" else f"the next hop is {target.name}"
        )
        because = f"{label}: {route.destination} covers {asked}{beats}: {where}."
    return Decision(allowed, table.value, "route_table", because, code, route, over, target=target)


def select_route(route_table: Handle[RouteTable] | RouteTable, address: object) -> Decision:
    """Return the route a table chooses for an address; `.target` is the target's id, with name and kind.

    A frozen table, not a handle, knows no names: its targets are ids only.

    >>> from vpclab import Topology, select_route
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> select_route(prod.main_route_table, "10.0.9.9").target
    'local'
    >>> print(select_route(prod.main_route_table, "203.0.113.10"))
    route table main: no route covers 203.0.113.10, so the packet is dropped.
    """
    value = route_table.value if isinstance(route_table, Handle) else route_table
    if not isinstance(value, RouteTable):
        raise BadInput(f"{route_table!r} is not a route table of a topology")
    asked = read_address(address)
    known = route_table.topology.snapshot() if isinstance(route_table, Handle) else Snapshot(value.name, {})
    network = linked(known)
    table = network.table(value)
    chosen = best(table, asked.version, int(asked))
    known_route = chosen is not None and chosen[0] not in table.untold
    if chosen is not None and chosen[1] is None and known_route and not isinstance(route_table, Handle):
        chosen = (chosen[0], Target(chosen[0].target, chosen[0].target, ""))
    return route_decision(table, asked.version, int(asked), chosen, network.attached(chosen, value.vpc_id))
