"""The network that most tests start from, and short words to change it and to ask about it."""

from __future__ import annotations

from typing import Any

import pytest

from vpclab import Topology, Trace, internet, trace
from vpclab.evaluate.packets import TrafficType

X = internet("203.0.113.10")
X6 = internet("3fff::10")
OPEN_IN, OPEN_OUT = ["all from 0.0.0.0/0", "all from ::/0"], ["all to 0.0.0.0/0", "all to ::/0"]
ALLOW_IN, ALLOW_OUT = "100 allow all from 0.0.0.0/0", "100 allow all to 0.0.0.0/0"


class Base:
    """VPC A with subnets PUB, PRV (zone a) and PRB (zone b), each with a route table of its own name.

    Hosts: p1 in PUB, a1 and a2 in PRV, b1 in PRB, all with the group "open" and no public address.
    PUB's table leads to the internet gateway, the other two have local routes only.
    """

    def __init__(self, *, dual: bool = False, ipv6: object = True) -> None:
        self.topology = Topology("test", region="ap-northeast-1")
        self.dual = dual
        self.vpc = self.topology.vpc(
            "A", "10.0.0.0/16", ipv6=ipv6 if dual else None, dns_support=True, dns_hostnames=True
        )
        self.igw = self.vpc.internet_gateway("igw")
        self.pub, self.prv, self.prb = (
            self.vpc.subnet(name, block, az=az, ipv6=dual or None)
            for name, block, az in (
                ("PUB", "10.0.0.0/24", "a"), ("PRV", "10.0.1.0/24", "a"), ("PRB", "10.0.2.0/24", "b")
            )
        )  # fmt: skip
        for subnet in (self.pub, self.prv, self.prb):
            self.vpc.route_table(subnet.name, subnets=[subnet])
        self.pub.route("0.0.0.0/0", to=self.igw)
        self.open = self.vpc.security_group("open", inbound=OPEN_IN, outbound=OPEN_OUT)
        self.hosts: dict[str, Any] = {}
        for name, subnet, address in (
            ("p1", self.pub, "10.0.0.10"), ("a1", self.prv, "10.0.1.10"),
            ("a2", self.prv, "10.0.1.11"), ("b1", self.prb, "10.0.2.10"),
        ):  # fmt: skip
            self.host(name, subnet, address)

    def host(self, name: str, subnet: Any, address: str, **more: Any) -> Any:
        """Add an instance with the group "open"."""
        more = {"security_groups": [self.open], "ipv6": self.dual or None, **more}
        self.hosts[name] = subnet.instance(name, private_ip=address, **more)
        return self.hosts[name]

    def wear(self, name: str, *groups: Any) -> None:
        """Give a host these groups in place of what it has."""
        host = self.hosts[name]
        subnet = next(s for s in (self.pub, self.prv, self.prb) if s.id == host.value.subnet_id)
        subnet.instance(name, private_ip=host.private_ip, security_groups=list(groups))

    def group(self, name: str, *inbound: str, out: list[str] | None = None) -> Any:
        """Make a group; without `out` everything may leave, as in a new group."""
        return self.vpc.security_group(name, inbound=list(inbound), outbound=out)

    def acl(self, subnet: Any, *, into: tuple[str, ...] = (), out: tuple[str, ...] = ()) -> Any:
        """Guard a subnet by a new network ACL with just these entries."""
        return self.vpc.network_acl(f"{subnet.name} NACL", inbound=into, outbound=out, subnets=[subnet])

    def nat(self, subnet: Any = None, **more: Any) -> Any:
        """Make the NAT gateway 10.0.0.220 with 198.51.100.99 in PUB, and PRV's route to it."""
        if subnet is None:
            more = {"private_ip": "10.0.0.220", "elastic_ip": "198.51.100.99", **more}
        made = (subnet or self.pub).nat_gateway("nat", **more)
        self.prv.route("0.0.0.0/0", to=made)
        return made

    def appliance(
        self, name: str = "n", *, check: bool = False, forwards: str = "forward", **more: Any
    ) -> Any:
        """Make an instance in PUB (10.0.0.20) that passes on packets for others."""
        return self.host(name, self.pub, "10.0.0.20", source_dest_check=check, forwards=forwards, **more)

    def beside(self, name: str, block: str, host: str, **more: Any) -> Any:
        """Make another VPC with a subnet and its table of one name, and an open host with address .10."""
        vpc = self.topology.vpc(name, block, dns_hostnames=True, **more)
        subnet = vpc.subnet(f"{name}1", block.replace("/16", "/24"))
        vpc.route_table(subnet.name, subnets=[subnet])
        group = vpc.security_group("open", inbound=OPEN_IN[:1], outbound=OPEN_OUT[:1])
        first = block.rpartition(".0/")[0]
        self.hosts[host] = subnet.instance(host, private_ip=f"{first}.10", security_groups=[group])
        return subnet

    def vpn(self, name: str = "vpn", **more: Any) -> Any:
        """Make the gateway "vgw", the site OP (192.168.0.0/16) and a VPN connection that is up."""
        vgw = self.vpc.virtual_private_gateway("vgw")
        site = self.topology.site("OP", *more.pop("blocks", ["192.168.0.0/16"]))
        self.topology.vpn_connection(name, gateway=vgw, site=site, **more)
        return vgw

    def peered(self, *, back: str = "10.0.0.0/16", **more: Any) -> Any:
        """Peer with VPC B (10.1.0.0/16, host y1) by "pcx"; PRV has the route, B one back for `back`."""
        theirs = self.beside("B", "10.1.0.0/16", "y1")
        pcx = self.vpc.peer("B", "pcx", **more)
        self.prv.route("10.1.0.0/16", to=pcx)
        if back:
            theirs.route(back, to=pcx)
        return theirs

    def hub(self) -> Any:
        """Join A, B (y1) and C (z1) by the transit gateway "tgw": attachments tgw-A, tgw-B and tgw-C."""
        tgw = self.topology.transit_gateway("tgw")
        tgw.attach(self.vpc, [self.prv, self.prb])
        for name, block, host in (("B", "10.1.0.0/16", "y1"), ("C", "10.2.0.0/16", "z1")):
            subnet = self.beside(name, block, host)
            tgw.attach(name, [subnet])
            subnet.route("10.0.0.0/8", to=tgw)
        for subnet in (self.pub, self.prv, self.prb):
            subnet.route("10.0.0.0/8", to=tgw)
        return tgw

    def trace(self, src: object, dst: object, traffic: TrafficType, **more: Any) -> Trace:
        """Trace a flow through this network."""
        return trace(self.topology, src, dst, traffic, **more)


def cases(rows: dict[str, Any]) -> list[Any]:
    """Return a table's rows as parameters, with the sentences as ids."""
    return [pytest.param(*(row if isinstance(row, tuple) else (row,)), id=text) for text, row in rows.items()]


def nothing(net: Base) -> None:
    """Prepare nothing."""


def stopped_by(found: Trace, kind: str, name: str, *, direction: str = "", code: str | None = None) -> None:
    """Check the outcome's first blocker: which component, which side, which code."""
    first = found.blockers[0]
    leg = {"blocked": "forward", "reply-blocked": "reply"}[found.outcome]
    got = (first.kind, first.component.name, first.leg)
    assert got == (kind, name, leg), str(found)
    if direction:
        assert first.direction == direction, str(found)
    if code is not None:
        assert first.code == code, str(found)


def denied(found: Trace, kind: str, name: str, *, direction: str = "", code: str | None = None) -> None:
    """Check that the request is stopped, and where."""
    assert found.outcome == "blocked", str(found)
    stopped_by(found, kind, name, direction=direction, code=code)


def reply_denied(found: Trace, kind: str, name: str, *, direction: str = "", code: str | None = None) -> None:
    """Check that the request arrives and its reply is stopped, and where."""
    assert found.outcome == "reply-blocked", str(found)
    stopped_by(found, kind, name, direction=direction, code=code)


def allowed(found: Trace) -> None:
    """Check that the request arrives and the reply comes back."""
    assert found.outcome == "delivered", str(found)
    assert found.reaches
    assert found.blockers == (), str(found)


def seen_by(found: Trace) -> str:
    """Return the source address that the far end sees."""
    return str(found.forward[-1].packet_in.src)
