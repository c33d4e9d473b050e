"""What each network interface sees of one flow: a walk that writes down who let the packet pass, and who not.

A flow log stands at the interfaces and not on the way (FL-2, FL-8): a packet makes one crossing where it
leaves an interface and one where it enters the next. The filters of a crossing are the groups of that
interface and the network ACL of its subnet. The first filter that refuses the packet ends the flow, so
nothing behind it, and no reply, is recorded.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from vpclab.evaluate import filters
from vpclab.evaluate.network import Interface, LinkedSubnet
from vpclab.evaluate.packets import Header
from vpclab.evaluate.results import Target, Trace
from vpclab.evaluate.traffic import Ranges
from vpclab.evaluate.walk import Walk
from vpclab.flowlogs.log import interfaces_of
from vpclab.topology.model import (
    INBOUND,
    OUTBOUND,
    UDP,
    NatGateway,
    NetworkInterface,
    TransitGateway,
)

INGRESS, EGRESS = "ingress", "egress"
ACCEPT, REJECT = "ACCEPT", "REJECT"
_FILTERS = ("security_group", "network_acl")
_BPA = "VPC_BLOCK_PUBLIC_ACCESS_ENABLED"
# Drops that are no filter's: the interface's own check, and EC2's mail restriction. They make no record, like
# the want of a route (FL-8).
_SILENT = ("ENI_SOURCE_DEST_CHECK_RESTRICTION", "vpclab:PORT_25_RESTRICTION")
_DHCP = (67, 68, 546, 547)


@dataclass(frozen=True, slots=True)
class Crossing:
    """One packet at one interface: which way, with which addresses, and whether the filters let it pass.

    `interface` is None at a regional NAT gateway, which has none of its own (FL-12); `gateway` names it.
    `target` is the route's target of what leaves. `passing` are the ports that the refusing filter admits
    where a NAT gateway's port may be any of a range (NGW-6).
    """

    interface: NetworkInterface | None
    direction: str
    header: Header
    leg: str
    action: str = ACCEPT
    gateway: NatGateway | None = None
    target: Target | None = None
    reason: str = ""
    passing: Ranges = ()


class Watch(Walk):
    """A walk that keeps its crossings; `because` says what it did not know when it stopped writing."""

    crossings: list[Crossing]

    def run(self) -> str:
        """Walk, and keep the crossings in the order in which they happen."""
        self.crossings = []
        self.because = ""
        self._open: Crossing | None = None  # the crossing under way
        self._refused: Crossing | None = None  # what a network ACL said before the interface is known
        self._passing: Ranges = ()
        self._reason = ""  # Block Public Access refused it at the gateway, before it came to an interface
        self._over = False
        outcome = super().run()
        self._close()
        return outcome

    # -- crossings ---------------------------------------------------------------------------------

    def _close(self) -> None:
        if self._open is not None:
            self.crossings.append(self._open)
            self._open = None

    def _begin(
        self, interface: NetworkInterface | None, direction: str, header: Header, gateway: Any = None
    ) -> None:
        """Begin a crossing; one that was refused at the subnet's edge ends here."""
        self._close()
        if self._over:
            return
        crossing = Crossing(interface, direction, header, self.leg, gateway=gateway)
        if self._refused is not None or self._reason:
            before = self._refused or crossing
            refused = replace(crossing, action=REJECT, passing=before.passing, reason=self._reason)
            if not self._unlogged(refused):
                self.crossings.append(refused)
            self._over = True
        elif not self._unlogged(crossing):
            self._open = crossing

    def _unlogged(self, crossing: Crossing) -> bool:
        """Return whether such traffic is never logged: DHCP, and the VPC router's own address (FL-15).

        What a host sends to itself never comes to its interface.
        """
        version, src, dst, protocol, sport, _, dport, _ = crossing.header
        if protocol == UDP and sport in _DHCP and dport in _DHCP:
            return True
        value = crossing.interface
        linked = self.network.interfaces.get(value.id) if value else None
        if linked is not None and {(version, src), (version, dst)} <= linked.addresses:
            return True
        subnet = self.network.subnets.get(value.subnet_id) if value else None
        routers = {
            (v, net + 1) for s in (subnet.vpc.subnets if subnet else ()) for v, net, _ in s.blocks
        }  # SUB-3, SUB-5
        return (version, src) in routers or (version, dst) in routers

    def _stopped(self, kind: str, verdict: bool | None, explain: Any, direction: str) -> None:
        """Take a check that does not let the packet pass: what does that mean for the crossing under way?"""
        decision = explain()
        crossing, code = self._open, decision.code
        if verdict is None:
            self.because = decision.because
            ingress = crossing is not None and crossing.direction == INGRESS
            if kind in (*_FILTERS, "route_table") or (ingress and kind == "instance"):
                self._open = None
        elif code == _BPA:
            if crossing is not None and crossing.direction == EGRESS:
                self._open = replace(crossing, action=REJECT, reason="BPA", target=None)
            elif self._open is None:
                self._reason = "BPA"
                return
        elif kind == "network_acl" and direction == INBOUND:
            self._close()
            self._refused = Crossing(None, INGRESS, self.header, self.leg, passing=self._passing)
            return
        elif kind in _FILTERS:
            if crossing is not None:
                self._open = replace(crossing, action=REJECT, target=None, passing=self._passing)
        elif (
            (kind == "route_table" and (crossing is None or crossing.target is None))
            or code in _SILENT
            or (code == "BAD_STATE" and crossing is not None and crossing.direction == INGRESS)
        ):
            self._open = None
        self._close()
        self._over = True

    # -- what the walk tells -----------------------------------------------------------------------

    def step(
        self, component: Any, kind: str, before: Header, after: Header | None, direction: str = "",
        *checks: Any,
    ) -> None:  # fmt: skip
        """Read every step as it is written."""
        super().step(component, kind, before, after, direction, *checks)
        if self._over:
            return
        refused = next(((v, explain) for v, explain in checks if v is not True), None)
        if isinstance(component, NatGateway):
            self._at_nat_gateway(component, before, after, refused)
            return
        if self._refused is not None:
            self._over = kind not in _FILTERS  # refused at the edge of a subnet, and no interface took it
        elif self._reason:
            pass  # it goes nowhere any more; only who would have received it is still of interest
        elif refused is not None:
            self._stopped(kind, *refused, direction)
        elif kind == "route_table":
            crossing = self._open
            if crossing is not None and crossing.direction == EGRESS and crossing.target is None:
                self._open = replace(crossing, target=checks[0][1]().target)
        elif kind not in _FILTERS:
            self._close()

    def pass_groups(self, interface: Interface, header: Header, direction: str) -> None:
        """Begin a crossing: its interface's groups are asked first on the way out, last on the way in."""
        self._begin(interface.value, INGRESS if direction == INBOUND else EGRESS, header)
        rules = interface.inbound if direction == INBOUND else interface.outbound
        self._passing = filters.judge_groups(rules, header, self.references)[2]
        super().pass_groups(interface, header, direction)

    def pass_acl(self, subnet: LinkedSubnet, header: Header, direction: str) -> None:
        """Note which ports would pass; a transit gateway's interface in this subnet has its own view."""
        if direction == OUTBOUND:
            self._from_transit(subnet, header)
        target = self._open.target if self._open is not None else None
        self._passing = filters.judge_acl(subnet.acl, header, direction)[2] if subnet.acl else ()
        super().pass_acl(subnet, header, direction)
        if direction == INBOUND and target is not None and target.kind == TransitGateway.kind:
            attached = self._attachment(subnet)
            if attached is not None:
                self._begin(attached, INGRESS, header)

    def arrive(self, subnet: LinkedSubnet, header: Header) -> None:
        """Note where a packet comes out of a transit gateway in its destination's own subnet."""
        self._from_transit(subnet, header)
        super().arrive(subnet, header)

    def _from_transit(self, subnet: LinkedSubnet, header: Header) -> None:
        if self.via == TransitGateway.kind and self._open is None and self._refused is None:
            attached = self._attachment(subnet)
            if attached is not None:
                self._begin(attached, EGRESS, header)

    def _attachment(self, subnet: LinkedSubnet) -> NetworkInterface | None:
        """Return the interface of a transit gateway attachment in a subnet, where the data has it."""
        here = (i.value for i in self.network.interfaces.values() if i.subnet is subnet)
        return next((value for value in here if value.interface_type == TransitGateway.kind), None)

    def _at_nat_gateway(
        self, nat: NatGateway, before: Header, after: Header | None, refused: tuple[bool | None, Any] | None
    ) -> None:
        """Write a NAT gateway's own view: what comes to it, and what it sends on (FL-11, FL-12)."""
        verdict, explain = refused or (True, None)
        if verdict is None or (explain is not None and explain().code == "BAD_STATE"):
            self._close()
            self.because = explain().because if verdict is None and explain is not None else ""
            self._over = True
            return
        owned = interfaces_of(self.network.snapshot)
        interface = next((eni for eni in owned if eni.owner_id == nat.id), None)
        self._begin(interface, INGRESS, before, nat)
        self._close()
        if verdict is False:
            self._over = True
        elif after is not None:
            self._begin(interface, EGRESS, after, nat)


def watch(trace: Trace) -> Watch:
    """Return the walk of a trace with what each interface saw of it."""
    walk: Walk = trace.walk
    again = Watch(walk.network, walk.source, walk.header, walk.destination, walk.established)
    again.run()
    return again
