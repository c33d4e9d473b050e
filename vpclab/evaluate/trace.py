"""One flow through a network, hop by hop and in both directions (PATH-0 to PATH-16).

`Walk` moves one packet from place to place as AWS would and writes a step for every component it
meets. A filter that refuses the packet is noted and passed all the same, so that every blocker is
found; the walk ends where there is no next hop. The reply is then walked as a packet of its own,
from the other end, with what the stateful parts remember of the request.

Steps are plain tuples; the hops, packets and sentences that people read are made from them when
somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from vpclab.evaluate import filters, routes
from vpclab.evaluate.ends import End, destination_end, source_end
from vpclab.evaluate.network import (
    Interface,
    LinkedNetwork,
    LinkedSubnet,
    LinkedVpc,
    Table,
    linked,
    resolver_address,
)
from vpclab.evaluate.packets import NAT_PORTS, Header, Packet, TrafficType, address, reply
from vpclab.evaluate.results import (
    BLOCKED,
    DELIVERED,
    FORWARD,
    NO_REPLY,
    REPLY,
    REPLY_BLOCKED,
    UNKNOWN,
    Decision,
    Hop,
    Place,
    Target,
    Trace,
)
from vpclab.topology.errors import BadInput
from vpclab.topology.model import (
    ICMP,
    ICMPV6,
    INBOUND,
    OUTBOUND,
    PORTED,
    TCP,
    InternetGateway,
    NatGateway,
    Resource,
    Route,
    Snapshot,
    protocol_name,
)
from vpclab.topology.rules import PRIVATE, SHARED, UNIQUE_LOCAL, is_public
from vpclab.topology.store import Store

Explain = Callable[[], Decision]
# component, kind, packet in, packet out, direction, and for each check its verdict and its words
Step = tuple[Any, str, Header, Header | None, str, tuple[tuple[bool | None, Explain], ...]]

_ECHO = ((ICMP, 8), (ICMPV6, 128))
# Services that no group, ACL or route filters (PATH-15): name, protocol numbers and port.
_ALWAYS_OPEN_4 = {
    "169.254.169.253": ("Amazon DNS", (6, 17), 53),
    "169.254.169.254": ("instance metadata", (6,), 80),
    "169.254.169.123": ("Amazon Time Sync", (17,), 123),
    "169.254.169.250": ("Windows licence activation", (6,), 1688),
    "169.254.169.251": ("Windows licence activation", (6,), 1688),
    "169.254.170.2": ("ECS task metadata", (6,), 80),
}
_ALWAYS_OPEN_6 = {
    "fd00:ec2::253": ("Amazon DNS", (6, 17), 53),
    "fd00:ec2::254": ("instance metadata", (6,), 80),
    "fd00:ec2::123": ("Amazon Time Sync", (17,), 123),
}


def trace(
    topology: Store | Snapshot, src: object, dst: object, traffic: TrafficType, *, ip_version: int = 4
) -> Trace:
    """Return what AWS does with a flow: its outcome, its way and every check that stops it.

    `src` and `dst` are a handle, a name (``"web"``, ``"prod/web"``), an id, an IP address or
    `internet`; `traffic` is ``tcp(443)``, ``udp(53)``, ``icmp()`` or ``protocol(50)``. Raises
    `NotFound`, `Ambiguous` or `BadInput` for ends that cannot be understood.

    >>> from vpclab import Topology, tcp, trace
    >>> prod = Topology("shop").vpc("prod", "10.0.0.0/16")
    >>> app = prod.subnet("app", "10.0.1.0/24").instance("app")
    >>> db = prod.subnet("db", "10.0.2.0/24", az="c").instance("db")
    >>> trace(prod.topology, "app", "db", tcp(5432)).path
    ('app', 'default', 'default', 'main', 'default', 'default', 'db')
    """
    if not isinstance(topology, (Store, Snapshot)):
        raise BadInput(f"{topology!r} is not a topology")
    if not isinstance(traffic, TrafficType):
        raise BadInput(f"{traffic!r} is not traffic: use tcp(443), udp(53), icmp() or protocol(50)")
    if ip_version not in (4, 6):
        raise BadInput(f"ip_version={ip_version!r}: use 4 or 6")
    snapshot = topology.snapshot() if isinstance(topology, Store) else topology
    network = linked(snapshot)
    source = source_end(network, src, ip_version)
    destination = destination_end(network, dst, source, ip_version)
    walk = Walk(network, source, traffic.header(source.address, destination.address), destination)
    return Trace(
        snapshot,
        source.component,
        destination.component,
        traffic,
        walk.run(),
        walk.write,
        walk.notes,
        ip_version,
    )


class Walk:
    """The walk of one flow; `run` gives the outcome, `write` the hops of a leg."""

    def __init__(self, network: LinkedNetwork, source: End, header: Header, destination: End) -> None:
        self.network, self.source, self.header, self.destination = network, source, header, destination
        self.steps: dict[str, list[Step]] = {FORWARD: [], REPLY: []}
        self.leg = FORWARD
        self.blocked = {FORWARD: False, REPLY: False}
        self.unknown = {FORWARD: False, REPLY: False}
        self.notes: list[str] = []
        self.arrived: Any = None  # where the request ended: an Interface, or a Place
        self.last: Header = header  # the header with which it arrived
        self.silent = False  # the target never answers an echo
        self.references = True  # group references hold until a middlebox forwards the packet (SG-23)
        self.tracked: set[tuple[str, Header]] = set()  # replies that security groups expect (SG-12)
        self.translated: dict[str, tuple[Header, Header]] = {}  # what a NAT device remembers: before, after
        self.seen: set[tuple[str, str, Header]] = set()

    # -- the two legs ------------------------------------------------------------------------------

    def run(self) -> str:
        """Walk the request and, if it found its destination, the reply; return the outcome."""
        header = self.header
        if self.source.interface is not None:
            self.start(self.source.interface, header)
        else:
            self.step(self.source.component, "internet", header, header)
            self.enter_from_internet(header)
        if self.arrived is not None and not self.silent:
            self.answer()
        if self.blocked[FORWARD]:
            return BLOCKED
        if self.unknown[FORWARD]:
            return UNKNOWN
        if self.silent:
            return NO_REPLY
        if self.blocked[REPLY]:
            return REPLY_BLOCKED
        return UNKNOWN if self.unknown[REPLY] else DELIVERED

    def answer(self) -> None:
        """Walk the reply from where the request arrived."""
        self.leg, self.references = REPLY, True
        back = reply(self.last)
        if isinstance(self.arrived, Interface):
            self.start(self.arrived, back)
        elif self.arrived.kind == "service":
            self.step(self.arrived, "service", back, back)
            self.end(self.source.interface, back)
        else:
            self.step(self.arrived, "internet", back, back)
            self.enter_from_internet(back)

    def write(self, leg: str) -> tuple[Hop, ...]:
        """Return the hops of a leg from its steps."""
        packets: dict[Header, Packet] = {}

        def packet(header: Header) -> Packet:
            if header not in packets:
                packets[header] = Packet.of(header)
            return packets[header]

        hops = []
        for component, kind, before, after, direction, checks in self.steps[leg]:
            decisions = tuple(replace(explain(), leg=leg) for _, explain in checks)
            if kind == "security_group" and decisions:
                component = decisions[0].component or component
            out = packet(after) if after is not None else None
            hops.append(Hop(component, kind, packet(before), out, decisions, direction))
        return tuple(hops)

    def step(
        self, component: Any, kind: str, before: Header, after: Header | None, direction: str = "",
        *checks: tuple[bool | None, Explain],
    ) -> None:  # fmt: skip
        """Note one component on the way and what it decided."""
        self.steps[self.leg].append((component, kind, before, after, direction, checks))
        for verdict, _ in checks:
            if verdict is False:
                self.blocked[self.leg] = True
            elif verdict is None:
                self.unknown[self.leg] = True

    def stop(
        self, component: Any, kind: str, header: Header, code: str, because: str, direction: str = ""
    ) -> None:
        """Note a component that lets the packet go no further."""
        self.step(component, kind, header, None, direction, _no(component, kind, code, because, direction))

    def stop_unknown(self, component: Any, kind: str, header: Header, because: str) -> None:
        """Note a component whose behaviour the engine does not model."""
        explain = partial(Decision, None, component, kind, because, "UNKNOWN_RESOURCE")
        self.step(component, kind, header, None, "", (None, explain))

    # -- interfaces --------------------------------------------------------------------------------

    def start(self, interface: Interface, header: Header) -> None:
        """Send a packet of the interface's own."""
        component = interface.component
        if interface.instance is not None and interface.instance.state != "running":
            because = f"instance {component.name} is {interface.instance.state}, so it sends nothing."
            self.step(
                component,
                component.kind,
                header,
                header,
                "",
                _no(component, component.kind, "BAD_STATE", because),
            )
        else:
            self.step(component, component.kind, header, header)
        self.leave(interface, header)

    def leave(self, interface: Interface, header: Header) -> None:
        """Take a packet from an interface out into its subnet: group, network ACL, route table (PATH-0)."""
        subnet = interface.subnet
        version, src, dst = header[:3]
        if (version, src) not in interface.addresses and interface.value.source_dest_check:
            self.check_refuses(interface, header)
        if self.always_open(subnet.vpc, header):
            return
        if header[3] == TCP and header[6] <= 25 <= header[7] and self.leg == FORWARD:
            self.port_25(interface, header)
        self.pass_groups(interface, header, OUTBOUND)
        for block_version, net, mask in subnet.blocks:
            if block_version == version and dst & mask == net:
                self.arrive(subnet, header)  # the same subnet: no network ACL, no route (RT-1, ACL-9)
                return
        self.pass_acl(subnet, header, OUTBOUND)
        self.route(subnet.table, header, subnet)

    def arrive(self, subnet: LinkedSubnet, header: Header) -> None:
        """Hand a packet inside its destination's subnet to whoever has the address."""
        owner = subnet.vpc.owners.get((header[0], header[2]))
        if isinstance(owner, Interface):
            self.receive(owner, header)
        elif owner is not None:
            self.at_nat_gateway_address(owner, header)
        else:
            where = address(header[0], header[2])
            because = f"subnet {subnet.value.name}: no interface has {where}."
            self.stop(subnet.vpc.value, "vpc", header, "NO_POSSIBLE_DESTINATION", because)

    def receive(self, interface: Interface, header: Header) -> None:
        """Take a packet for this interface: group, then the instance."""
        self.pass_groups(interface, header, INBOUND)
        before = self.translated.get(interface.value.id)
        if self.leg == REPLY and before is not None and reply(before[1]) == header:
            back = reply(before[0])
            self.step(interface.component, interface.component.kind, header, back)
            self.leave(interface, back)
        else:
            self.end(interface, header)

    def end(self, interface: Interface | None, header: Header) -> None:
        """Finish a leg at an interface."""
        if interface is None:
            return
        component = interface.component
        state = interface.instance.state if interface.instance else "running"
        checks = []
        if state != "running":
            because = f"instance {component.name} is {state}, so it receives nothing."
            checks.append(_no(component, component.kind, "BAD_STATE", because))
        if self.leg == REPLY and interface is not self.source.interface:
            because = f"the reply comes to {component.name}, which did not ask."
            checks.append(_no(component, component.kind, "NO_POSSIBLE_DESTINATION", because))
        self.step(component, component.kind, header, None, "", *checks)
        if self.leg == FORWARD:
            self.arrived, self.last = interface, header

    def check_refuses(self, interface: Interface, header: Header) -> None:
        """Note that the source/destination check drops a packet that is neither from nor for the interface (ENI-3)."""
        source, to = address(header[0], header[1]), address(header[0], header[2])
        because = (
            f"network interface {interface.value.name}: the source/destination check is on, and {source} → {to} "
            "is neither from nor for it (ENI-3)."
        )
        code = "ENI_SOURCE_DEST_CHECK_RESTRICTION"
        self.step(
            interface.value, "network_interface", header, header, "",
            _no(interface.value, "network_interface", code, because),
        )  # fmt: skip

    def forward_through(self, interface: Interface, header: Header, came_from: LinkedSubnet | None) -> None:
        """Send a packet through an appliance or NAT instance that a route points at (PATH-6, PATH-14)."""
        subnet, instance = interface.subnet, interface.instance
        if subnet is not came_from:
            self.pass_acl(subnet, header, INBOUND)
        self.pass_groups(interface, header, INBOUND)
        version, _, dst = header[:3]
        if (version, dst) in interface.addresses:
            self.end(interface, header)
            return
        if interface.value.source_dest_check:
            self.check_refuses(interface, header)
        self.references = False
        component = interface.component
        does = instance.forwards if instance else "nothing"
        if does is None:
            outside = not subnet.vpc.holds(version, dst)
            does = "nat" if version == 4 and outside and interface.value.public_ip else "forward"
            self.note(f"{component.name} is assumed to forward packets for others; AWS cannot tell (ENI-3).")
        if does == "nothing":
            because = (
                f"{component.name} gets a packet for {address(version, dst)} and does not forward it (ENI-3)."
            )
            self.stop(component, component.kind, header, "vpclab:DOES_NOT_FORWARD", because)
            return
        after = header
        if does == "nat" and interface.value.private_ip is not None and self.leg == FORWARD:
            after = _with_source(header, int(interface.value.private_ip))
            self.translated[interface.value.id] = (header, after)
        self.step(component, component.kind, header, after)
        self.leave(interface, after)

    # -- filters -----------------------------------------------------------------------------------

    def pass_groups(self, interface: Interface, header: Header, direction: str) -> None:
        """Judge a packet by the interface's groups; replies they expect always pass (SG-12)."""
        rules = interface.inbound if direction == INBOUND else interface.outbound
        key = (interface.value.id, header)
        if self.leg == REPLY and key in self.tracked:
            verdict: bool | None = True
            answer: filters.Answer = (True, -1, (), False)
            explain = partial(filters.groups_decision, rules, header, answer, True)
        else:
            answer = filters.judge_groups(rules, header, self.references)
            verdict = answer[0]
            explain = partial(filters.groups_decision, rules, header, answer)
        if self.leg == FORWARD:
            self.tracked.add((interface.value.id, reply(header)))
        component = rules.groups[0] if rules.groups else interface.value
        self.step(component, "security_group", header, header, direction, (verdict, explain))

    def pass_acl(self, subnet: LinkedSubnet, header: Header, direction: str) -> None:
        """Judge a packet by a subnet's network ACL as it crosses the subnet's edge (ACL-9)."""
        acl = subnet.acl
        if acl is None:
            return  # no network ACL is known: the loader listed the default that is assumed
        answer = filters.judge_acl(acl, header, direction)
        explain = partial(filters.acl_decision, acl, header, answer, direction)
        self.step(acl.value, "network_acl", header, header, direction, (answer[0], explain))

    def always_open(self, vpc: LinkedVpc, header: Header) -> bool:
        """Deliver to the services that nothing filters (PATH-15); return whether the packet was for one."""
        version, _, dst, protocol = header[:4]
        if version == 4 and dst == resolver_address(vpc.value):
            service = _ALWAYS_OPEN_4["169.254.169.253"]
        elif dst >> 16 == 0xA9FE if version == 4 else dst >> 96 == 0xFD000EC2:
            known = _ALWAYS_OPEN_4 if version == 4 else _ALWAYS_OPEN_6
            found = known.get(str(address(version, dst)))
            if found is None:
                return False
            service = found
        else:
            return False
        name, protocols, port = service
        place = Place(id=name, name=name, kind="service")
        if protocol not in protocols or not header[6] <= port <= header[7]:
            because = f"{name}: it answers {'/'.join(map(protocol_name, protocols))} {port} only."
            self.stop(place, "service", header, "PROTOCOL_RESTRICTION", because)
        elif name == "Amazon DNS" and not vpc.value.dns_support:
            because = f"Amazon DNS: DNS support is off in VPC {vpc.value.name}, so nobody answers (DNS-2)."
            self.stop(place, "service", header, "vpclab:DNS_SUPPORT_OFF", because)
        else:
            self.step(place, "service", header, None)
            self.note(f"No security group, network ACL or route filters {name} (PATH-15).")
            self.arrived, self.last = place, header
        return True

    def port_25(self, interface: Interface, header: Header) -> None:
        """Apply EC2's restriction on mail to public addresses (IGW-12)."""
        version, dst = header[0], header[2]
        to, vpc = address(version, dst), interface.subnet.vpc
        exempt = (vpc.value.cidrs[0], *PRIVATE, SHARED) if version == 4 else (UNIQUE_LOCAL,)
        if any(to in block for block in exempt) or self.network.snapshot.settings.port_25_open:
            return
        because = (
            f"network interface {interface.value.name}: EC2 blocks TCP port 25 to {to} until AWS lifts it on request; "
            "vpclab assumes it did not. If it did, say topology.account(port_25_open=True) (IGW-12)."
        )
        self.step(
            interface.value, "network_interface", header, header, OUTBOUND,
            _no(interface.value, "network_interface", "vpclab:PORT_25_RESTRICTION", because, OUTBOUND),
        )  # fmt: skip

    # -- routes ------------------------------------------------------------------------------------

    def route(self, table: Table | None, header: Header, subnet: LinkedSubnet) -> None:
        """Ask a subnet's route table for the next hop, and go there."""
        vpc = subnet.vpc
        version, dst = header[0], header[2]
        if table is None:
            self.stop_unknown(
                subnet.value,
                "route_table",
                header,
                f"the route table of subnet {subnet.value.name} is not in the data.",
            )
            return
        chosen = routes.best(table, version, dst)
        attached = self.network.attached(chosen, vpc.value.id)
        explain = partial(routes.route_decision, table, version, dst, chosen, attached)
        route, target = chosen or (None, None)
        verdict: bool | None = True
        if route is None or routes.blackholed(route, target, attached):
            verdict = False
        elif target is None:
            verdict = None
        key = (self.leg, table.value.id, header)
        looped = verdict is True and key in self.seen
        self.seen.add(key)
        self.step(table.value, "route_table", header, header if verdict else None, "", (verdict, explain))
        if looped:
            because = (
                f"route table {table.value.name}: the packet was here before; the routes send it in a circle."
            )
            self.stop(table.value, "route_table", header, "vpclab:ROUTING_LOOP", because)
        elif verdict and target is not None and route is not None:
            self.next_hop(target, route, header, subnet)

    def next_hop(self, target: Target, route: Route, header: Header, subnet: LinkedSubnet) -> None:
        """Go where a route points."""
        if target.kind == "local":
            self.local(subnet, header)
        elif target.kind == InternetGateway.kind:
            self.leave_by_internet_gateway(subnet.vpc, header)
        elif target.kind == NatGateway.kind:
            self.through_nat_gateway(target.id, header, subnet)
        else:
            interface = self.network.interfaces.get(target.id)
            if interface is not None:
                self.forward_through(interface, header, subnet)
            else:
                self.stop_unknown(
                    subnet.value, "network_interface", header, f"interface {target} is not in the data."
                )

    def local(self, subnet: LinkedSubnet, header: Header) -> None:
        """Deliver inside the VPC: the destination's network ACL, then the interface (PATH-2)."""
        there = subnet.vpc.subnet_at(header[0], header[2])
        if there is None:
            vpc = subnet.vpc.value
            because = f"VPC {vpc.name}: no subnet holds {address(header[0], header[2])}."
            self.stop(vpc, "vpc", header, "NO_POSSIBLE_DESTINATION", because)
            return
        if there is not subnet:
            self.pass_acl(there, header, INBOUND)
        self.arrive(there, header)

    # -- internet gateway --------------------------------------------------------------------------

    def leave_by_internet_gateway(self, vpc: LinkedVpc, header: Header) -> None:
        """Translate the private source to its public address and go out (IGW-3, IGW-5, IGW-6, IGW-9)."""
        igw = vpc.igw
        version, src, dst = header[:3]
        source, to = address(version, src), address(version, dst)
        refusals = []
        if not is_public(to):
            code = "NO_POSSIBLE_DESTINATION"
            if version == 4 and any(to in block for block in PRIVATE):
                code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC1918_EGRESS"
            elif version == 4 and to in SHARED:
                code = "IGW_DESTINATION_ADDRESS_NOT_IN_RFC6598_EGRESS"
            refusals.append(
                (code, f"{to} is not a public address, and the gateway does not send there (IGW-6).")
            )
        public = _public_of(vpc, src) if version == 4 else src
        if version == 4 and public is None:
            refusals.append(
                (
                    "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS",
                    f"{source} has no public address, so the gateway drops the packet (IGW-5).",
                )
            )
        if version == 6 and not is_public(source):
            refusals.append(
                (
                    "vpclab:IGW_PRIVATE_IPV6",
                    f"{source} is a private IPv6 address, which ends at the gateway (IGW-9).",
                )
            )
        if refusals:
            checks = [
                _no(igw, "internet_gateway", code, f"internet gateway {igw.name}: {words}")
                for code, words in refusals
                if igw
            ]
            self.step(igw, "internet_gateway", header, None, OUTBOUND, *checks)
            return
        after = _with_source(header, public if public is not None else src)
        self.step(igw, "internet_gateway", header, after, OUTBOUND)
        self.on_the_internet(after)

    def on_the_internet(self, header: Header) -> None:
        """Go on from a gateway's public side: to a host, or to another public address of the topology."""
        version, src, dst = header[:3]
        inside = (
            (version == 4 and dst in self.network.public) or (version == 6 and self.vpc_at(6, dst) is not None)
        )
        if inside:
            self.enter_from_internet(header)
            return
        place = Place(id="internet", name="internet")
        to = address(version, dst)
        if self.leg == REPLY:
            expected = self.header[2]
            if self.source.interface is None and src != expected:
                because = f"the internet: the reply comes from {address(version, src)}, but {address(version, expected)} was asked."
                self.stop(place, "internet", header, "vpclab:REPLY_FROM_ANOTHER_ADDRESS", because)
            else:
                self.step(place, "internet", header, None)
        elif self.vpc_at(version, dst) is not None:
            because = (
                f"the internet: {to} belongs to a VPC's private range, which is never announced (VPC-3)."
            )
            self.stop(place, "internet", header, "NO_POSSIBLE_DESTINATION", because)
        else:
            self.step(place, "internet", header, None)
            self.arrived, self.last = place, header

    def vpc_at(self, version: int, number: int) -> LinkedVpc | None:
        """Return the VPC whose blocks hold an address."""
        return next((v for v in self.network.vpcs.values() if v.holds(version, number)), None)

    def enter_from_internet(self, header: Header) -> None:
        """Come in by the internet gateway of the VPC that has the public address (IGW-5, IGW-6, PATH-4)."""
        version, src, dst = header[:3]
        to = address(version, dst)
        place = Place(id="internet", name="internet")
        mapped = self.network.public.get(dst) if version == 4 else None
        if mapped is None:
            vpc = (
                self.destination.interface.subnet.vpc
                if self.destination.interface
                else self.vpc_at(version, dst)
            )
            private = dst
        else:
            vpc, private = mapped
        if vpc is None:
            because = f"the internet: nothing in this topology has the public address {to}."
            self.stop(place, "internet", header, "NO_POSSIBLE_DESTINATION", because)
            return
        if vpc.igw is None:
            because = f"VPC {vpc.value.name}: it has no internet gateway, so nothing comes in from the internet (IGW-2)."
            self.stop(vpc.value, "vpc", header, "NO_POSSIBLE_DESTINATION", because)
            return
        igw, source = vpc.igw, address(version, src)
        refusals = []
        if version == 4 and any(source in block for block in PRIVATE):
            refusals.append(
                ("IGW_SOURCE_ADDRESS_NOT_IN_RFC1918_INGRESS", f"{source} is a private address (IGW-6).")
            )
        elif version == 4 and source in SHARED:
            refusals.append(
                ("IGW_SOURCE_ADDRESS_NOT_IN_RFC6598_INGRESS", f"{source} is a shared address (IGW-6).")
            )
        if version == 4 and mapped is None:
            words = f"{to} is not the public address of an interface here (IGW-5)."
            refusals.append(("IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS", words))
        if version == 6 and not is_public(to):
            refusals.append(("vpclab:IGW_PRIVATE_IPV6", f"{to} is a private IPv6 address (IGW-9)."))
        if refusals:
            checks = [
                _no(igw, "internet_gateway", code, f"internet gateway {igw.name}: {words}", INBOUND)
                for code, words in refusals
            ]
            self.step(igw, "internet_gateway", header, None, INBOUND, *checks)
            return
        after = (version, src, private, *header[3:])
        self.step(igw, "internet_gateway", header, after, INBOUND)
        self.enter_vpc(vpc, igw, after)

    def enter_vpc(self, vpc: LinkedVpc, gateway: Resource, header: Header) -> None:
        """Deliver a packet that a gateway brought in; the subnet's own route table is not asked (GRT-5)."""
        if any(gateway.id in table.value.gateway_ids for table in self.network.tables):
            self.stop_unknown(
                gateway,
                gateway.kind,
                header,
                f"the gateway route table of {gateway.name} is not modelled yet.",
            )
            return
        subnet = vpc.subnet_at(header[0], header[2])
        if subnet is None:
            because = f"VPC {vpc.value.name}: no subnet holds {address(header[0], header[2])}."
            self.stop(vpc.value, "vpc", header, "NO_POSSIBLE_DESTINATION", because)
            return
        self.pass_acl(subnet, header, INBOUND)
        self.arrive(subnet, header)

    # -- NAT gateway -------------------------------------------------------------------------------

    def through_nat_gateway(self, id: str, header: Header, came_from: LinkedSubnet) -> None:
        """Go to the NAT gateway a route points at, be rewritten, and leave its subnet (PATH-5, NGW-3)."""
        nat = self.network.snapshot.get(NatGateway, id)
        subnet = self.network.nat_subnets.get(id)
        if nat is None:
            return
        if subnet is None or nat.private_ip is None:
            what = (
                "regional NAT gateways are not modelled yet"
                if nat.availability != "zonal"
                else "its subnet or address is not in the data"
            )
            self.stop_unknown(nat, "nat_gateway", header, f"NAT gateway {nat.name}: {what}.")
            return
        if subnet is not came_from:
            self.pass_acl(subnet, header, INBOUND)
        version, src, _, protocol = header[:4]
        label = f"NAT gateway {nat.name}"
        if version == 6:
            self.stop_unknown(nat, "nat_gateway", header, f"{label}: NAT64 is not modelled yet (NGW-13).")
        elif protocol not in (*PORTED, ICMP):
            self.stop(
                nat,
                "nat_gateway",
                header,
                "PROTOCOL_RESTRICTION",
                f"{label}: it carries TCP, UDP and ICMP only (NGW-5).",
            )
        elif not subnet.vpc.holds(version, src):
            because = f"{label}: {address(version, src)} is not in its VPC, and it serves its own VPC only (NGW-11)."
            self.stop(nat, "nat_gateway", header, "NGW_REQUIRES_SOURCE_IN_VPC", because)
        elif self.leg == REPLY:
            because = f"{label}: it saw no request that this reply belongs to, and drops it (NGW-4)."
            self.stop(nat, "nat_gateway", header, "vpclab:NAT_WITHOUT_CONNECTION", because)
        else:
            ports = NAT_PORTS if protocol in PORTED else header[4:6]
            after = (version, int(nat.private_ip), header[2], protocol, *ports, *header[6:])
            self.translated[nat.id] = (header, after)
            self.step(nat, "nat_gateway", header, after)
            self.leave_nat_gateway(subnet, after)

    def leave_nat_gateway(self, subnet: LinkedSubnet, header: Header) -> None:
        """Leave the NAT gateway's subnet: its network ACL and its route table (NGW-14)."""
        if subnet.vpc.subnet_at(header[0], header[2]) is subnet:
            self.arrive(subnet, header)
            return
        self.pass_acl(subnet, header, OUTBOUND)
        self.route(subnet.table, header, subnet)

    def at_nat_gateway_address(self, nat: NatGateway, header: Header) -> None:
        """Take a packet for a NAT gateway's own address: a reply goes on to its client, nothing else does (NGW-4)."""
        remembered = self.translated.get(nat.id)
        if self.leg == REPLY and remembered is not None and reply(remembered[1]) == header:
            back = reply(remembered[0])
            self.step(nat, "nat_gateway", header, back)
            self.leave_nat_gateway(self.network.nat_subnets[nat.id], back)
        elif self.leg == FORWARD and (header[3], header[6]) in _ECHO:
            self.step(nat, "nat_gateway", header, None)
            self.note(f"NAT gateway {nat.name} does not answer an echo (NGW-4).")
            self.arrived, self.silent = nat, True
        else:
            because = (
                f"NAT gateway {nat.name}: it accepts replies only; nothing can be started towards it (NGW-4)."
            )
            self.stop(nat, "nat_gateway", header, "vpclab:NAT_ACCEPTS_ONLY_REPLIES", because)

    def note(self, sentence: str) -> None:
        """Keep a remark for the reader, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)


def _with_source(header: Header, source: int) -> Header:
    return (header[0], source, *header[2:])


def _no(component: Any, kind: str, code: str, because: str, direction: str = "") -> tuple[bool, Explain]:
    """Return a check that refuses the packet."""
    return False, partial(Decision, False, component, kind, because, code, direction=direction)


def _public_of(vpc: LinkedVpc, private: int) -> int | None:
    """Return the public address mapped to a private one of this VPC (IGW-3)."""
    owner = vpc.owners.get((4, private))
    if isinstance(owner, Interface):
        return owner.public_of.get(private)
    if isinstance(owner, NatGateway) and owner.public_ip is not None and owner.connectivity == "public":
        return int(owner.public_ip)
    return None
