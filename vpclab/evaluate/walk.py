"""The walk of one packet from place to place (PATH-0 to PATH-16).

`Walk` moves a packet as AWS would and writes a step for every component it meets. A filter that
refuses the packet is noted and passed all the same, so that every blocker is found; the walk ends
where there is no next hop. The reply is then walked as a packet of its own, from the other end, with
what the stateful parts remember of the request. What the gateways do stands in `gateways` (internet,
NAT), `private` (VPN, peering, transit gateway) and `endpoints`.

Steps are plain tuples; the hops, packets and sentences that people read are made from them when
somebody looks.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

from vpclab.evaluate import endpoints, filters, gateways, private, routes
from vpclab.evaluate.ends import End
from vpclab.evaluate.network import (
    Interface,
    LinkedNetwork,
    LinkedSubnet,
    LinkedVpc,
    RuleSet,
    resolver_address,
)
from vpclab.evaluate.packets import Header, Packet, address, reply
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
)
from vpclab.topology.model import (
    INBOUND,
    LOCAL,
    OUTBOUND,
    TCP,
    InternetGateway,
    NetworkInterface,
    Resource,
    Route,
    Site,
    VpcEndpoint,
    protocol_name,
)
from vpclab.topology.rules import PRIVATE, SHARED, UNIQUE_LOCAL

Explain = Callable[[], Decision]
Check = tuple[bool | None, Explain]
# component, kind, packet in, packet out, direction, and for each check its verdict and its words
Step = tuple[Any, str, Header, Header | None, str, tuple[Check, ...]]

# Services that no group, ACL or route filters (PATH-15): name, protocol numbers and port.
_DNS = ("Amazon DNS", (6, 17), 53)
_METADATA = ("instance metadata", (6,), 80)
_TIME = ("Amazon Time Sync", (17,), 123)
_LICENCE = ("Windows licence activation", (6,), 1688)
_ALWAYS_OPEN = {
    "169.254.169.253": _DNS,
    "169.254.169.254": _METADATA,
    "169.254.169.123": _TIME,
    "169.254.169.250": _LICENCE,
    "169.254.169.251": _LICENCE,
    "169.254.170.2": ("ECS task metadata", (6,), 80),
    "fd00:ec2::253": _DNS,
    "fd00:ec2::254": _METADATA,
    "fd00:ec2::123": _TIME,
}
_LINK_LOCAL_4, _LINK_LOCAL_6 = 0xA9FE, 0xFD000EC2  # 169.254.0.0/16, fd00:ec2::/32
_ROUTER_6 = 0xFE800EC2 << 96 | 1  # fe80:ec2::1 (SUB-5)
_TRACKED: filters.Answer = (True, -1, (), False)
_UNMODELLED = (
    "database",
    "search_domain",
    "load_balancer",
    "network_load_balancer",
    "gateway_load_balancer",
    "gateway_load_balancer_endpoint",
)
_OWNED = ("vpc_endpoint", "nat_gateway")  # what such an interface does, its owner tells
# A part is shown as the gateway, or the VPC, that it is a part of: the kinds of a hop are few and public.
_SHOWN_AS = {
    "connection": "virtual_private_gateway",
    "transit_gateway_attachment": "transit_gateway",
    "transit_gateway_route_table": "transit_gateway",
    "subnet": "vpc",
}
# Where a route's target leads, by kind.
_NEXT_HOP: dict[str, Callable[[Walk, Target, Header, LinkedSubnet], None]] = {
    "internet_gateway": gateways.leave_by_internet_gateway,
    "egress_only_internet_gateway": gateways.leave_by_egress_only_gateway,
    "nat_gateway": gateways.through_nat_gateway,
    "virtual_private_gateway": private.leave_by_virtual_private_gateway,
    "peering_connection": private.cross_peering,
    "transit_gateway": private.leave_by_transit_gateway,
    "vpc_endpoint": endpoints.through_gateway_endpoint,
}


class Walk:
    """The walk of one flow; `run` gives the outcome, `write` the hops of a leg."""

    def __init__(
        self,
        network: LinkedNetwork,
        source: End,
        header: Header,
        destination: End,
        established: frozenset[tuple[str, Header, str]] = frozenset(),
        untracked: frozenset[tuple[str, Header, str]] = frozenset(),
    ) -> None:
        self.network, self.source, self.header, self.destination = network, source, header, destination
        self.steps: dict[str, list[Step]] = {FORWARD: [], REPLY: []}
        self.leg = FORWARD
        self.blocked = {FORWARD: False, REPLY: False}
        self.unknown = {FORWARD: False, REPLY: False}
        self.notes: list[str] = []
        self.arrived: Any = None  # where the request ended: an Interface, or a Place
        self.last: Header = header  # the header with which it arrived
        self.silent = False  # the target never answers an echo
        self.references = True  # groups know who sent the packet until a middlebox forwards it (SG-23)
        self.judged: list[tuple[str, int, RuleSet, Header]] = []  # by groups: leg and step
        self.tracked: set[tuple[str, Header]] = set()  # replies that security groups expect (SG-12)
        self.asked: list[tuple[Interface, Header, str]] = []  # what security groups judged on the request
        self.translated: dict[str, tuple[Header, Header]] = {}  # what a NAT device remembers: before, after
        self.pinned: dict[
            str, LinkedSubnet | None
        ] = {}  # attachments in appliance mode → zone's subnet (TGW-8)
        self.through: dict[str, list[Interface]] = {FORWARD: [], REPLY: []}  # appliances on each leg
        self.seen: set[tuple[str, str, Header]] = set()
        self.established = established  # connections that security groups tracked before a change (SG-15)
        self.untracked = untracked  # and those they did not, whose replies rules judge (SG-14)
        self.via = ""  # the kind of gateway by which the packet came into the VPC
        self.left_by = ""  # the egress-only gateway that remembers the request (EIGW-1)
        self.over: Any = None  # the VPN or Direct Connect connection that carried the request
        self.answers_by: Any = None  # the gateway endpoint that answers, and the subnet that asked
        self.returns_to: dict[int, str] = {}  # NAT address → peering that brings replies back (NGW-12)
        self.beside = False  # it came to a service of its own subnet, which answers straight back (PATH-15)
        self.only_port: int | None = None  # the one port on which the service that it came to answers

    # -- the two legs ------------------------------------------------------------------------------

    def run(self) -> str:
        """Walk the request and, if it found its destination, the reply; return the outcome."""
        lost = next((end for end in (self.source, self.destination) if end.lost), None)
        if lost is not None:
            self.stop_unknown(lost.component, self.header, lost.lost)
        else:
            self.depart(self.source.interface or self.source.component, self.header)
        if self.arrived is not None and not self.silent:
            self.answer()
            for interface in self.through[FORWARD]:
                if interface not in self.through[REPLY]:
                    name = interface.component.name
                    self.note(f"The reply does not pass {name}; AWS wants both directions to do so (RT-20).")
        if self.blocked[FORWARD]:
            return BLOCKED
        if self.unknown[FORWARD]:
            return UNKNOWN
        if self.silent:
            return NO_REPLY
        if self.blocked[REPLY]:
            return REPLY_BLOCKED
        return UNKNOWN if self.unknown[REPLY] else DELIVERED

    def depart(self, place: Any, header: Header) -> None:
        """Begin a leg at an interface, a site, a service or the internet."""
        if isinstance(place, Interface):
            self.start(place, header)
            return
        self.step(place, place.kind, header, header)
        if place.kind == Site.kind:
            private.send_from_site(self, place, header)
        elif place.kind == "service":
            endpoints.answer_from_service(self, place, header)
        else:
            gateways.enter_from_internet(self, header)

    def answer(self) -> None:
        """Walk the reply from where the request arrived."""
        self.leg, self.references, self.via = REPLY, True, ""
        self.depart(self.arrived, reply(self.last))

    def write(self, leg: str) -> tuple[Hop, ...]:
        """Return the hops of a leg from its steps."""
        packets: dict[Header, Packet] = {}

        def packet(header: Header) -> Packet:
            if header not in packets:
                packets[header] = Packet.of(header)
            return packets[header]

        hops = []
        for component, kind, before, after, direction, checks in self.steps[leg]:
            kind = _SHOWN_AS.get(kind, kind)
            decisions = tuple(_placed(explain(), component, leg) for _, explain in checks)
            if kind == "security_group" and decisions:
                component = decisions[0].component
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

    def refuse(self, component: Any, header: Header, code: str, because: str, direction: str = "") -> None:
        """Note a check that stops the packet, and let the walk go on to find the later ones."""
        self.step(
            component, component.kind, header, header, direction, no(component, code, because, direction)
        )

    def stop(self, component: Any, header: Header, code: str, because: str, direction: str = "") -> None:
        """Note a component that lets the packet go no further."""
        self.step(component, component.kind, header, None, direction, no(component, code, because, direction))

    def stop_unknown(
        self, component: Any, header: Header, because: str, code: str = "UNKNOWN_RESOURCE"
    ) -> None:
        """Note a component whose behaviour the engine does not know or model."""
        explain = partial(Decision, None, component, component.kind, because, code)
        self.step(component, component.kind, header, None, "", (None, explain))

    def nobody(
        self,
        component: Any,
        header: Header,
        because: str,
        code: str = "NO_POSSIBLE_DESTINATION",
        side: str = "",
    ) -> None:
        """Note that no interface has the address; unknown where interfaces could not be described."""
        permission = self.network.snapshot.settings.permission(NetworkInterface.kind)
        if permission:
            self.stop_unknown(component, header, f"{because[:-1]} in the data, and {permission} was denied.")
        else:
            self.stop(component, header, code, because, side)

    def note(self, sentence: str) -> None:
        """Keep a remark for the reader, once."""
        if sentence not in self.notes:
            self.notes.append(sentence)

    # -- interfaces --------------------------------------------------------------------------------

    def start(self, interface: Interface, header: Header) -> None:
        """Send a packet of the interface's own."""
        component = self.owner(interface)
        if self.unsure(interface, header):
            return
        if interface.idle:
            because = f"{component.label} is {interface.idle}, so it sends nothing."
            self.refuse(component, header, "BAD_STATE", because)
        elif component.kind == VpcEndpoint.kind and self.leg == FORWARD:
            because = (
                f"VPC endpoint {component.name}: an endpoint answers, and never starts a connection (VPE-13)."
            )
            self.refuse(component, header, "VPCE_INTRA_VPC_TRAFFIC", because)
        else:
            self.step(component, component.kind, header, header)
        self.leave(interface, header)

    def owner(self, interface: Interface) -> Any:
        """Return what people call an interface: its instance, its endpoint, or itself."""
        endpoint = self.network.snapshot.get(VpcEndpoint, interface.value.owner_id)
        return endpoint or interface.component

    def leave(self, interface: Interface, header: Header) -> None:
        """Take a packet from an interface out into its subnet: group, network ACL, route table (PATH-0)."""
        subnet = interface.subnet
        version, src, dst = header[:3]
        if self.always_open(subnet, header):
            return
        if (version, src) not in interface.addresses and interface.value.source_dest_check:
            self.check_refuses(interface, header)
        if header[3] == TCP and header[6] <= 25 <= header[7] and self.leg == FORWARD:
            self.port_25(interface, header)
        self.pass_groups(interface, header, OUTBOUND)
        for block_version, net, mask in subnet.blocks:
            if block_version == version and dst & mask == net:
                self.arrive(subnet, header)  # the same subnet: no network ACL, no route (RT-1, ACL-9)
                return
        self.leave_subnet(subnet, header)

    def leave_subnet(self, subnet: LinkedSubnet, header: Header) -> None:
        """Cross a subnet's edge outwards: its network ACL, then its route table.

        Where the next hop stands in the subnet itself, its edge is not crossed yet (ACL-9).
        """
        chosen = routes.best(subnet.table, header[0], header[2]) if subnet.table else None
        if chosen is None or self.stands_in(chosen[1]) is not subnet:
            self.pass_acl(subnet, header, OUTBOUND)
        self.route(subnet, header)

    def stands_in(self, target: Target | None) -> LinkedSubnet | None:
        """Return the subnet of a NAT gateway or interface that a route leads to."""
        if target is None or target.kind == LOCAL:
            return None
        found = self.network.interfaces.get(target.id)
        return found.subnet if found else self.network.nat_subnets.get(target.id)

    def enter_subnet(self, subnet: LinkedSubnet | None, header: Header, vpc: LinkedVpc) -> None:
        """Cross a subnet's edge inwards, for the interface that has the address."""
        if subnet is None:
            because = f"VPC {vpc.value.name}: no subnet holds {address(header[0], header[2])}."
            self.stop(vpc.value, header, "NO_POSSIBLE_DESTINATION", because)
            return
        self.pass_acl(subnet, header, INBOUND)
        self.arrive(subnet, header)

    def arrive(self, subnet: LinkedSubnet, header: Header) -> None:
        """Hand a packet inside its destination's subnet to whoever has the address."""
        owner = subnet.vpc.owners.get((header[0], header[2]))
        if isinstance(owner, Interface):
            self.receive(owner, header)
        elif owner is not None:
            gateways.at_nat_gateway_address(self, owner, header)
        else:
            because = f"subnet {subnet.value.name}: no interface has {address(header[0], header[2])}."
            self.nobody(subnet.vpc.value, header, because)

    def receive(self, interface: Interface, header: Header) -> None:
        """Take a packet for this interface: group, then the instance."""
        self.pass_groups(interface, header, INBOUND)
        self.hand(interface, header)

    def hand(self, interface: Interface, header: Header) -> None:
        """Give a packet to its owner; a reply to a NAT instance goes on to the one it stands for (PATH-6)."""
        before = self.translated.get(interface.value.id)
        if self.leg == REPLY and before is not None and reply(before[1]) == header:
            back = reply(before[0])
            self.lose_references()
            self.through[self.leg].append(interface)
            self.step(interface.component, interface.component.kind, header, back)
            self.leave(interface, back)
        else:
            self.end(interface, header)

    def end(self, interface: Interface, header: Header) -> None:
        """Finish a leg at an interface."""
        component = self.owner(interface)
        if self.unsure(interface, header):
            return
        meant = self.destination.interface
        if self.leg == FORWARD and meant is not None and interface is not meant:
            where = address(header[0], header[2])
            because = f"the packet comes to {component.name}, which has the address {where} here."
            self.stop(component, header, "NO_POSSIBLE_DESTINATION", because)
            return
        if interface.value.interface_type in _UNMODELLED:
            what = interface.value.interface_type.replace("_", " ")
            self.stop_unknown(
                interface.value, header, f"{component.name} is a {what}, which vpclab does not model yet."
            )
            return
        if component is interface.value and interface.value.interface_type in _OWNED:
            owner = interface.value.owner_id or "who has it"
            because = f"{component.label}: {owner} is not in the data."
            self.stop_unknown(component, header, because)
            return
        if component.kind == VpcEndpoint.kind and self.leg == FORWARD:
            endpoints.at_interface_endpoint(self, component, interface, header)
            return
        if interface.idle:
            because = f"{component.label} is {interface.idle}, so it receives nothing."
            self.stop(component, header, "BAD_STATE", because)
        elif self.leg == REPLY and interface is not self.source.interface:
            because = f"the reply comes to {component.name}, which did not ask."
            self.stop(component, header, "NO_POSSIBLE_DESTINATION", because)
        else:
            self.step(component, component.kind, header, None)
        self.reached(interface, header)

    def unsure(self, interface: Interface, header: Header) -> bool:
        """Note an instance whose state nothing tells; return whether it is one."""
        instance = interface.instance
        if instance is None or instance.state != "unknown":
            return False
        self.stop_unknown(instance, header, f"whether instance {instance.name} runs is not in the data.")
        return True

    def reached(self, place: Any, header: Header) -> None:
        """Remember where the request ended, so that the reply can start there."""
        if self.leg == FORWARD:
            self.arrived, self.last = place, header

    def check_refuses(self, interface: Interface, header: Header) -> None:
        """Note that the check drops a packet neither from nor for the interface (ENI-3)."""
        source, to = address(header[0], header[1]), address(header[0], header[2])
        because = (
            f"network interface {interface.value.name}: the source/destination check is "
            f"on, and {source} → {to} "
            "is neither from nor for it (ENI-3)."
        )
        self.refuse(interface.value, header, "ENI_SOURCE_DEST_CHECK_RESTRICTION", because)

    def forward_through(self, interface: Interface, header: Header, came_from: LinkedSubnet | None) -> None:
        """Send a packet through an appliance or NAT instance that a route points at (PATH-6, PATH-14)."""
        subnet, instance = interface.subnet, interface.instance
        if subnet is not came_from:
            self.pass_acl(subnet, header, INBOUND)
        self.pass_groups(interface, header, INBOUND)
        version, _, dst = header[:3]
        if (version, dst) in interface.addresses:
            self.hand(interface, header)
            return
        if interface.value.source_dest_check:
            self.check_refuses(interface, header)
        self.lose_references()
        component = interface.component
        if self.unsure(interface, header):
            return
        if instance is None or interface.idle:
            because = f"{component.label} is {interface.idle or 'no instance'}, so it forwards nothing."
            self.stop(component, header, "BAD_STATE", because)
            return
        does = instance.forwards
        if does is None:
            outside = not subnet.vpc.holds(version, dst)
            does = "nat" if version == 4 and outside and interface.value.public_ip else "forward"
            self.note(f"{component.name} is assumed to forward packets for others; AWS cannot tell (ENI-3).")
        if does == "nothing":
            because = (
                f"{component.name} gets a packet for {address(version, dst)} and does not forward it (ENI-3)."
            )
            self.stop(component, header, "vpclab:DOES_NOT_FORWARD", because)
            return
        after = header
        translates = does == "nat" and version == 4  # NI-5
        if translates and interface.value.private_ip is not None and self.leg == FORWARD:
            after = with_source(header, int(interface.value.private_ip))
            self.translated[interface.value.id] = (header, after)
        self.through[self.leg].append(interface)
        self.step(component, component.kind, header, after)
        self.leave(interface, after)

    # -- filters -----------------------------------------------------------------------------------

    def pass_groups(self, interface: Interface, header: Header, direction: str) -> None:
        """Judge a packet by the interface's groups; replies they expect always pass (SG-12)."""
        rules = interface.inbound if direction == INBOUND else interface.outbound
        if interface.without_groups:
            return
        key = (interface.value.id, header)
        remembered = ""
        if self.leg == REPLY and key in self.tracked:
            remembered = "reply"
        elif self.leg == FORWARD and (*key, direction) in self.established:
            remembered = "tracked"
        if remembered:
            verdict: bool | None = True
            explain = partial(filters.groups_decision, rules, header, _TRACKED, remembered)
        else:
            answer = filters.judge_groups(rules, header, self.references or direction == OUTBOUND)
            self.judged.append((self.leg, len(self.steps[self.leg]), rules, header))
            verdict = answer[0]
            explain = partial(filters.groups_decision, rules, header, answer)
        if self.leg == FORWARD:
            if (*key, direction) not in self.untracked:
                self.tracked.add((interface.value.id, reply(header)))
            self.asked.append((interface, header, direction))
        component = rules.groups[0] if rules.groups else interface.value
        self.step(component, "security_group", header, header, direction, (verdict, explain))

    def lose_references(self) -> None:
        """Let no rule name groups across a middlebox: those asked from now on, and on the way out (SG-23)."""
        self.references = False
        for leg, at, rules, header in self.judged:
            answer = filters.judge_groups(rules, header, False)
            if (leg, rules.direction) == (self.leg, OUTBOUND) and answer[0] is False:
                self.blocked[leg] = True
                explain = partial(filters.groups_decision, rules, header, answer)
                self.steps[leg][at] = (*self.steps[leg][at][:5], ((False, explain),))

    def pass_acl(self, subnet: LinkedSubnet, header: Header, direction: str) -> None:
        """Judge a packet by a subnet's network ACL as it crosses the subnet's edge (ACL-9)."""
        acl = subnet.acl
        if acl is None:
            because = f"the network ACL of subnet {subnet.value.name} is not in the data."
            explain = partial(Decision, None, subnet.value, "network_acl", because, "UNKNOWN_RESOURCE")
            self.step(subnet.value, "network_acl", header, header, direction, (None, explain))
            return
        answer = filters.judge_acl(acl, header, direction)
        explain = partial(filters.acl_decision, acl, header, answer, direction)
        self.step(acl.value, "network_acl", header, header, direction, (answer[0], explain))

    def always_open(self, subnet: LinkedSubnet, header: Header) -> bool:
        """Deliver to the services that nothing filters (PATH-15); return whether the packet was for one."""
        version, _, dst, protocol = header[:4]
        vpc = subnet.vpc
        if any(v == version and dst == net + 1 for v, net, _ in subnet.blocks) or dst == _ROUTER_6:
            self.beside = True
            place = Place(id="VPC router", name="VPC router", kind="service")
            self.step(place, "service", header, None)
            self.note("No security group, network ACL or route filters the VPC router (PATH-15).")
            self.reached(place, header)
            return True
        if version == 4 and dst == resolver_address(vpc.value):
            found: tuple[str, tuple[int, ...], int] | None = _DNS
        elif dst >> 16 == _LINK_LOCAL_4 if version == 4 else dst >> 96 == _LINK_LOCAL_6:
            found = _ALWAYS_OPEN.get(str(address(version, dst)))
        else:
            return False
        if found is None:
            return False
        name, protocols, port = found
        self.only_port = port
        place = Place(id=name, name=name, kind="service")
        if protocol not in protocols or not header[6] <= port <= header[7]:
            because = f"{name}: it answers {'/'.join(map(protocol_name, protocols))} {port} only."
            self.stop(place, header, "PROTOCOL_RESTRICTION", because)
        elif found is _DNS and not vpc.value.dns_support:
            because = f"Amazon DNS: DNS support is off in VPC {vpc.value.name}, so nobody answers (DNS-2)."
            self.stop(place, header, "vpclab:DNS_SUPPORT_OFF", because)
        else:
            self.step(place, "service", header, None)
            self.note(f"No security group, network ACL or route filters {name} (PATH-15).")
            self.reached(place, header)
        return True

    def port_25(self, interface: Interface, header: Header) -> None:
        """Apply EC2's restriction on mail to public addresses (IGW-12)."""
        version, dst = header[0], header[2]
        to, vpc = address(version, dst), interface.subnet.vpc
        exempt = (vpc.value.cidrs[0], *PRIVATE, SHARED) if version == 4 else (UNIQUE_LOCAL,)
        if any(to in block for block in exempt) or self.network.snapshot.settings.port_25_open:
            return
        because = (
            f"network interface {interface.value.name}: EC2 blocks TCP port 25 to {to} until AWS lifts it on "
            "request; vpclab assumes it did not. If it did, say topology.account(port_25_open=True) (IGW-12)."
        )
        self.refuse(interface.value, header, "vpclab:PORT_25_RESTRICTION", because, OUTBOUND)

    # -- routes ------------------------------------------------------------------------------------

    def route(self, subnet: LinkedSubnet, header: Header) -> None:
        """Ask the subnet's route table for the next hop, and go there."""
        vpc, table = subnet.vpc, subnet.table
        version, dst = header[0], header[2]
        if self.leg == REPLY and version == 4 and dst in self.returns_to:
            private.return_to_sender(self, subnet, header)
            return
        if table is None:
            because = f"the route table of subnet {subnet.value.name} is not in the data."
            self.stop_unknown(subnet.value, header, because)
            return
        chosen = routes.best(table, version, dst)
        attached = self.network.attached(chosen, vpc.value.id)
        explain = partial(routes.route_decision, table, version, dst, chosen, attached)
        route, target = chosen or (None, None)
        if self.no_way_back(route, target, header):
            asked, igw = address(version, dst), target.name if target else ""
            because = (
                f"route table {table.value.name}: no route leads back to {asked}. The one to {igw} covers it,"
                " but an internet gateway does not send to private addresses (IGW-6)."
            )
            code = "NO_ROUTE_TO_DESTINATION"
            self.step(table.value, "route_table", header, None, "", no(table.value, code, because))
            return
        verdict = routes.verdict(table, chosen, attached)
        self.step(table.value, "route_table", header, header if verdict else None, "", (verdict, explain))
        if verdict and target is not None and not self.looped(table.value, header):
            self.next_hop(target, header, subnet)

    def no_way_back(self, route: Route | None, target: Target | None, header: Header) -> bool:
        """Return whether a reply's only route is one that its gateway cannot use: the way back is missing."""
        to_internet = target is not None and target.kind == InternetGateway.kind
        private_end = bool(gateways.refuses_destination(header[0], header[2]))
        return self.leg == REPLY and route is not None and to_internet and private_end

    def looped(self, table: Resource, header: Header) -> bool:
        """Return whether this packet stood at this table before, and note it."""
        key = (self.leg, table.id, header)
        if key not in self.seen:
            self.seen.add(key)
            return False
        what = table.kind.replace("_", " ")
        because = f"{what} {table.name}: the packet was here before; the routes send it in a circle."
        self.stop(table, header, "vpclab:ROUTING_LOOP", because)
        return True

    def next_hop(self, target: Target, header: Header, subnet: LinkedSubnet) -> None:
        """Go where a route points."""
        if target.kind == LOCAL:
            there = subnet.vpc.subnet_at(header[0], header[2])
            if there is subnet:
                self.arrive(subnet, header)
            else:
                self.enter_subnet(there, header, subnet.vpc)
        elif target.kind in _NEXT_HOP:
            _NEXT_HOP[target.kind](self, target, header, subnet)
        elif target.id in self.network.interfaces:
            self.forward_through(self.network.interfaces[target.id], header, subnet)
        else:
            self.stop_unknown(subnet.value, header, f"interface {target}: its subnet is not in the data.")

    def enter_vpc(self, vpc: LinkedVpc, gateway: Resource, header: Header) -> None:
        """Deliver what a gateway brought in: by its edge route table (GRT-1), else directly (GRT-5)."""
        self.via = gateway.kind
        version, dst = header[0], header[2]
        table = self.network.edge_tables.get(gateway.id)
        chosen = routes.best(table, version, dst) if table else None
        if table is None or chosen is None or chosen[1] == LOCAL:
            self.enter_subnet(vpc.subnet_at(version, dst), header, vpc)
            return
        target = chosen[1]
        appliance = self.network.interfaces.get(target.id) if target else None
        explain = partial(routes.route_decision, table, version, dst, chosen)
        verdict = routes.verdict(table, chosen)
        verdict = verdict if appliance or verdict is False else None
        self.step(table.value, "route_table", header, header, INBOUND, (verdict, explain))
        if appliance is None:
            return
        if gateway.kind == InternetGateway.kind and version == 4 and not appliance.value.public_ip:
            name = appliance.component.name
            because = (
                f"{name}: an appliance that an internet gateway points at needs a public address (GRT-3)."
            )
            self.refuse(appliance.value, header, "INGRESS_RTB_NO_PUBLIC_IP", because, INBOUND)
        self.forward_through(appliance, header, None)


def _placed(decision: Decision, component: Any, leg: str) -> Decision:
    """Return a decision with its leg and component, and the public kind of the latter."""
    kind = _SHOWN_AS.get(decision.kind, decision.kind)
    if decision.component is not None and (leg, kind) == (FORWARD, decision.kind):
        return decision
    return replace(decision, component=decision.component or component, leg=leg, kind=kind)


def no(component: Any, code: str, because: str, direction: str = "") -> Check:
    """Return a check that refuses the packet."""
    return False, partial(Decision, False, component, component.kind, because, code, direction=direction)


def with_source(header: Header, source: int) -> Header:
    """Return the header with another source address."""
    return (header[0], source, *header[2:])
