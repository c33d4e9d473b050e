"""A small, slow second opinion on what AWS does, written from the facts alone to test the engine against.

It shares no code with vpclab. A network is plain data: dictionaries by id, blocks and addresses as text.

    vpcs         region, blocks (the first is the primary one), dns
    subnets      vpc, zone, blocks, table, acl
    tables       vpc, routes [(block, kind, target, usable)], learns [virtual private gateways]
    edges        {gateway: the table of what enters by it}
    acls         inbound, outbound [(number, verdict, protocol, what, block)]
    groups       vpc, inbound, outbound [(protocol, what, peer)]; a peer is a block or another group
    enis         vpc, subnet, addresses {private: public or None}, groups, check, forwards, kind, owner, state
    igws, eigws, vgws   {gateway: its VPC or None}
    nats         works, private
    lines        gateway, site, prefixes, up, medium, rank: VPN connections and Direct Connect
    sites        name, blocks
    peerings     vpcs (two), active
    tgws         {gateway: region}
    attachments  tgw, kind, of (VPC, line or the attachment of a peer), subnets
    tgw_tables   tgw, serves, learns [attachments], routes [(block, attachment or None, usable)]
    endpoints    vpc, kind, works
    mail         whether AWS has lifted the restriction on port 25

A route's kind is local, static, list or propagated. `what` is None, a pair of ports, or a pair of ICMP type
and code in which -1 is any. An interface's kind is host, nat or endpoint, and `owner` is who it belongs to.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

Network = dict[str, Any]
Packet = dict[str, Any]
End = tuple[str | None, Packet]

TCP, UDP, ICMP, ICMPV6 = 6, 17, 1, 58
RFC1918 = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
PRIVATE = (*RFC1918, "100.64.0.0/10", "fc00::/7")  # with RFC 6598 and RFC 4193
NEVER_ROUTED = ("169.254.168.0/22", "fd00:ec2::/32")  # RT-12
KINDS = ("local", "static", "list", "propagated")  # RT-8
SERVICES = {  # PATH-15: what answers there, as protocol and port
    "169.254.169.253": ((TCP, 53), (UDP, 53)), "fd00:ec2::253": ((TCP, 53), (UDP, 53)),
    "169.254.169.254": ((TCP, 80),), "fd00:ec2::254": ((TCP, 80),),
    "169.254.169.123": ((UDP, 123),), "fd00:ec2::123": ((UDP, 123),),
    "169.254.169.250": ((TCP, 1688),), "169.254.169.251": ((TCP, 1688),), "169.254.170.2": ((TCP, 80),),
}  # fmt: skip
ANSWERS = {8: 0, 13: 14, 15: 16, 17: 18, 128: 129}
ANSWERS |= {back: asked for asked, back in ANSWERS.items()}  # an unasked answer is answered like a question


def inside(address: str, *blocks: str) -> bool:
    """Return whether an address is in one of some blocks; families never mix (RT-5, SG-9, ACL-7)."""
    return any(ip_address(address) in ip_network(block) for block in blocks)


def length(block: str) -> int:
    """Return the length of a block's prefix."""
    return int(block.rpartition("/")[2])


def packet(src: str, dst: str, protocol: int, client: int = 40000, service: int = 0, code: int = 0) -> Packet:
    """Return the first packet of a flow; for ICMP `service` is the type."""
    made = {"src": src, "dst": dst, "protocol": protocol, "from": None, "to": None, "icmp": None}
    if protocol in (TCP, UDP):
        return made | {"from": (client, client), "to": (service, service)}
    return made | {"icmp": (service, code)} if protocol in (ICMP, ICMPV6) else made


def answer(sent: Packet) -> Packet:
    """Return the packet that comes back: the ends change places, an echo request becomes a reply."""
    back = {**sent, "src": sent["dst"], "dst": sent["src"], "from": sent["to"], "to": sent["from"]}
    if sent["icmp"]:
        kind, code = sent["icmp"]
        back["icmp"] = (ANSWERS.get(kind, kind), code)
    return back


def is_echo(sent: Packet) -> bool:
    """Return whether a packet is the question of a ping."""
    return bool(sent["icmp"]) and (sent["protocol"], sent["icmp"][0]) in ((ICMP, 8), (ICMPV6, 128))


# -- one filter, one table ---------------------------------------------------------------------------


def matching(protocol: int, what: tuple[int, int] | None, sent: Packet) -> set[Any]:
    """Return those of a packet's ports that a rule speaks of; {None} stands for a packet without ports."""
    if protocol not in (-1, sent["protocol"]):
        return set()
    if sent["to"] is not None:
        low, high = what if what and protocol != -1 else sent["to"]
        return set(range(max(low, sent["to"][0]), min(high, sent["to"][1]) + 1))
    if sent["icmp"] and what and protocol != -1:
        asked = zip(what, sent["icmp"], strict=True)
        return {None} if all(wanted in (-1, got) for wanted, got in asked) else set()
    return {None}


def admits(rules: list[Any], sent: Packet, peer: str, members: Any) -> bool:
    """Return whether the rules of some groups, as one set, admit every port of a packet (SG-6)."""
    left = matching(-1, None, sent)
    for protocol, what, who in rules:
        if inside(peer, who) if "/" in who else who in members:
            left -= matching(protocol, what, sent)
    return not left


def acl_admits(acl: dict[str, Any], direction: str, sent: Packet) -> bool:
    """Return whether a network ACL admits every port of a packet: the lowest number decides (ACL-4)."""
    peer = sent["src"] if direction == "inbound" else sent["dst"]
    undecided = matching(-1, None, sent)
    for _, verdict, protocol, what, block in sorted(acl[direction], key=lambda entry: entry[0]):
        if protocol == ICMPV6 and ":" not in block:
            what = None  # ACL-6: the type counts in IPv6 only
        hit = matching(protocol, what, sent) & undecided if inside(peer, block) else set()
        if hit and verdict == "deny":
            return False
        undecided -= hit
    return not undecided  # the * rule denies the rest


def best_route(routes: list[Any], address: str) -> Any:
    """Return the route that wins: the longest prefix, then the better kind (RT-6, RT-7, RT-8)."""
    fitting = [route for route in routes if inside(address, route[0])]
    if any(route[1] == "local" for route in fitting):
        fitting = [route for route in fitting if route[1] != "propagated"]
    if not fitting or inside(address, *NEVER_ROUTED):
        return None
    return min(fitting, key=lambda route: (-length(route[0]), KINDS.index(route[1])))


# -- one flow ----------------------------------------------------------------------------------------


class Flow:
    """A flow on its way, leg by leg, from an interface, a site or "internet".

    `meant` is the interface, the site or "internet" that it is for; without it, whoever has the address.
    `failures` holds (leg, kind, id, direction, code) of what stops it; no code where several would fit.
    """

    def __init__(self, net: Network, source: str, sent: Packet, meant: str | None = None) -> None:
        self.net, self.source, self.sent, self.meant = net, source, sent, meant
        self.leg = "forward"
        self.failures: list[tuple[str, str, str, str, str]] = []
        self.unsure: list[str] = []  # what no fact decides, or vpclab does not model yet
        self.admitted: list[tuple[str, Packet]] = []  # what each interface's groups remember (SG-12)
        self.translated: dict[str, tuple[Packet, Packet]] = {}  # what each NAT device remembers
        self.peerings: dict[str, str] = {}  # by which peering the request of a NAT gateway went (NGW-12)
        self.eigw: tuple[str, Packet] | None = None  # what the egress-only gateway remembers (EIGW-1)
        self.line = self.endpoint = ""  # by what the request came from a site, or went to a service
        self.begin_leg()

    def begin_leg(self) -> None:
        self.boxes: list[str] = []  # NAT devices and appliances passed on this leg
        self.over_tgw = False
        self.hopes: list[tuple[int, Any]] = []  # outbound checks that hold by a reference only (SG-23)
        self.visited: list[Any] = []

    def outcome(self) -> str:
        """Return what becomes of the flow: both legs must pass (PATH-16)."""
        end, arrived = self.start(self.source, self.sent)
        silent = end in self.net["enis"] and self.net["enis"][end]["kind"] != "host" and is_echo(arrived)
        if end is not None and self.meant not in (None, end):
            end = self.fail(*self.named(end))[0]
        passed = "no-reply" if silent else "delivered"
        verdict = "blocked" if end is None or self.failures else passed
        if end is None or silent:
            return verdict
        self.leg = "reply"
        self.begin_leg()
        if end == "service":
            self.check_state(self.source)
            return verdict
        back_at, back = self.start(end, answer(arrived))
        if back_at is not None and (back_at != self.source or back != answer(self.sent)):
            self.fail(*self.named(back_at))
        if verdict == "delivered" and any(leg == "reply" for leg, *_ in self.failures):
            return "reply-blocked"
        return verdict

    def named(self, end: str) -> tuple[str, str]:
        """Return kind and id of who stands at an end of a flow."""
        eni = self.net["enis"].get(end)
        if eni is None:
            return "site" if end in self.net["sites"] else "internet", end
        kinds = {"nat": "nat_gateway", "endpoint": "vpc_endpoint", "host": "instance"}
        return (kinds[eni["kind"]], eni["owner"]) if eni["owner"] else ("network_interface", end)

    def fail(self, kind: str, name: str | None, direction: str = "", code: str = "") -> End:
        """Note a check that fails; returned by a step that ends the leg."""
        self.failures.append((self.leg, kind, name or "", direction, code))
        return None, {}

    # Every step below returns where the packet ended (an interface, a site, "internet", "service", or None
    # if it got nowhere) and the packet that arrived there.

    def start(self, source: str, sent: Packet) -> End:
        """Let an end of the flow send a packet."""
        if self.leg == "reply" and self.endpoint:  # PATH-10: the service behind a gateway endpoint
            return self.enter(self.net["endpoints"][self.endpoint]["vpc"], "", sent)
        if source == "internet":
            return self.come_in(sent)
        return self.from_site(source, sent) if source in self.net["sites"] else self.send(source, sent)

    # -- interfaces and subnets

    def holder(self, vpc: str, address: str) -> str | None:
        """Return the interface of a VPC that has a private or IPv6 address."""
        enis = self.net["enis"].items()
        return next((n for n, eni in enis if eni["vpc"] == vpc and address in eni["addresses"]), None)

    def subnet_at(self, vpc: str, address: str) -> str:
        """Return the subnet of a VPC that holds an address, or nothing."""
        subnets = self.net["subnets"].items()
        return next((n for n, s in subnets if s["vpc"] == vpc and inside(address, *s["blocks"])), "")

    def check_state(self, name: str) -> bool:
        """Return whether an interface works: attached to an instance that runs (ENI-2, GRT-3)."""
        eni = self.net["enis"][name]
        if eni["state"] != "works":
            self.fail(*self.named(name))
        return bool(eni["state"] == "works")

    def send(self, name: str, sent: Packet) -> End:
        """Let an interface send a packet of its own (PATH-0)."""
        eni = self.net["enis"][name]
        if eni["kind"] == "endpoint" and self.leg == "forward":
            return self.fail("vpc_endpoint", eni["owner"])  # VPE-13
        self.check_state(name)
        if sent["dst"] in eni["addresses"]:
            return name, sent  # it never leaves the host
        found = self.service(eni["vpc"], sent)
        if found:
            return found
        self.ask_mail(name, sent)
        self.ask_groups(name, "outbound", sent)
        return self.from_interface(name, sent)

    def ask_mail(self, name: str, sent: Packet) -> None:
        """Stop mail to the outside that an instance sends or passes on (IGW-12)."""
        primary = self.net["vpcs"][self.net["enis"][name]["vpc"]]["blocks"][0]
        mail = self.leg == "forward" and (sent["protocol"], sent["to"]) == (TCP, (25, 25))
        if mail and not self.net["mail"] and not inside(sent["dst"], *PRIVATE, primary):
            self.fail("network_interface", name)

    def service(self, vpc: str, sent: Packet) -> End | None:
        """Return what the always-open services of a VPC do with a packet, if it is for one (PATH-15)."""
        value = self.net["vpcs"][vpc]
        plus_two = str(ip_address(value["blocks"][0].split("/")[0]) + 2)  # SUB-4
        where = "169.254.169.253" if sent["dst"] == plus_two else sent["dst"]
        if where not in SERVICES:
            return None
        if (sent["protocol"], (sent["to"] or (None,))[0]) not in SERVICES[where]:
            return self.fail("service", where)
        if not value["dns"] and where.endswith("253"):
            return self.fail("service", where)  # DNS-2
        return "service", sent

    def from_interface(self, name: str, sent: Packet) -> End:
        """Hand a packet to a neighbour at layer 2, or to the subnet's router (RT-1)."""
        eni = self.net["enis"][name]
        if inside(sent["dst"], *self.net["subnets"][eni["subnet"]]["blocks"]):
            return self.deliver(eni["vpc"], sent)  # PATH-1: neither network ACL nor route
        return self.leave(eni["subnet"], sent)

    def ask_groups(self, name: str, direction: str, sent: Packet) -> None:
        """Ask the groups of an interface; a reply to what they let through passes (SG-12)."""
        groups = self.net["enis"][name]["groups"]
        if self.leg == "reply" and (name, answer(sent)) in self.admitted:
            return
        if self.leg == "forward":
            self.admitted.append((name, sent))
        rules = [rule for group in groups for rule in self.net["groups"][group][direction]]
        peer = sent["src"] if direction == "inbound" else sent["dst"]
        if admits(rules, sent, peer, ()):
            return
        members = self.worn_at(name, peer)
        by_reference = admits(rules, sent, peer, members)
        failure = ("security_group", groups[0], direction, "" if rules else "SG_HAS_NO_RULES")
        if by_reference and direction == "outbound":
            self.hopes.append((len(self.failures), (self.leg, *failure)))
        elif not by_reference or self.boxes:
            self.fail(*failure)  # SG-23: after a middlebox nobody is a member
        elif self.over_tgw:
            self.unsure.append("a group reference across a transit gateway")

    def worn_at(self, name: str, address: str) -> set[str]:
        """Return the groups worn by who has a private address, in this VPC or a peer (SG-19, PCX-9)."""
        home = self.net["enis"][name]["vpc"]
        near = {home}
        for peering in self.net["peerings"].values():
            if peering["active"] and home in peering["vpcs"]:
                near |= set(peering["vpcs"])
        near = {v for v in near if self.net["vpcs"][v]["region"] == self.net["vpcs"][home]["region"]}
        if self.over_tgw:
            near = set(self.net["vpcs"])
        wearers = [e for e in self.net["enis"].values() if address in e["addresses"] and e["vpc"] in near]
        return {group for eni in wearers for group in eni["groups"]}

    def pass_box(self, name: str) -> None:
        """Pass a NAT device or an appliance: what was hoped by a reference fails (SG-23)."""
        self.boxes.append(name)
        for at, failure in reversed(self.hopes):
            self.failures.insert(at, failure)
        self.hopes = []

    def ask_acl(self, subnet: str, direction: str, sent: Packet) -> None:
        name = self.net["subnets"][subnet]["acl"]
        if not acl_admits(self.net["acls"][name], direction, sent):
            self.fail("network_acl", name, direction, "SUBNET_ACL_RESTRICTION")

    # -- routes

    def learned(self, table: dict[str, Any]) -> list[Any]:
        """Return the routes that a table has and those that gateways propagate into it (RT-17, VGW-7)."""
        found = list(table["routes"])
        for gateway in table["learns"]:
            if self.net["vgws"].get(gateway) == table["vpc"]:
                for line in self.lines_of(gateway):
                    found += [(block, "propagated", gateway, True) for block in self.carried(line)]
        return found

    def usable(self, vpc: str, target: str) -> bool:
        """Return whether a route's target is there and joined to the VPC (RT-13)."""
        net = self.net
        if target in net["peerings"]:
            return bool(net["peerings"][target]["active"])
        if target in net["tgws"]:
            return any((a["tgw"], a["of"]) == (target, vpc) for a in net["attachments"].values())
        gateways = {**net["igws"], **net["eigws"], **net["vgws"]}
        return gateways[target] == vpc if target in gateways else target == "local" or target in {
            **net["enis"], **net["nats"], **net["endpoints"]
        }  # fmt: skip

    def leave(self, subnet: str, sent: Packet) -> End:
        """Come to a subnet's router: network ACL, route table, next hop (PATH-0)."""
        if (subnet, sent) in self.visited:
            return self.fail("loop", subnet)
        self.visited.append((subnet, sent))
        vpc, name = self.net["subnets"][subnet]["vpc"], self.net["subnets"][subnet]["table"]
        table = self.net["tables"][name]
        route = best_route(self.learned(table), sent["dst"])
        target = route[2] if route else ""
        if self.leg == "reply" and self.net["peerings"].get(self.peerings.get(sent["dst"], "")):
            peering = self.peerings[sent["dst"]]  # NGW-12: return to sender
            if vpc in self.net["peerings"][peering]["vpcs"]:
                self.ask_acl(subnet, "outbound", sent)
                return self.cross(peering, vpc, sent)
        if self.place(target) != subnet:
            self.ask_acl(subnet, "outbound", sent)  # ACL-9: not if the next hop is in this very subnet
        if self.leg == "reply" and target in self.net["igws"] and inside(sent["dst"], *PRIVATE):
            route = None  # a way back that an internet gateway refuses is none (verdicts G28)
        if route is None:
            return self.fail("route_table", name, "", "NO_ROUTE_TO_DESTINATION")
        if not route[3] or not self.usable(vpc, target):
            return self.fail("route_table", name, "", "BAD_STATE_ROUTE")  # RT-14
        return self.onward(target, vpc, subnet, sent)

    def place(self, target: str) -> str | None:
        """Return the subnet in which a route's target stands, if it stands in one."""
        eni = self.nat_interface(target) if target in self.net["nats"] else target
        return self.net["enis"][eni]["subnet"] if eni in self.net["enis"] else None

    def onward(self, target: str, vpc: str, subnet: str, sent: Packet) -> End:
        """Hand a packet to the target of the route that won."""
        net = self.net
        if target == "local":
            return self.enter(vpc, subnet, sent)
        if target in net["enis"]:
            return self.through_box(target, subnet, sent)
        if target in net["nats"]:
            return self.through_nat(target, subnet, sent)
        if target in net["igws"]:
            return self.go_out(target, vpc, sent)
        if target in net["eigws"]:
            return self.go_out_only(target, vpc, sent)
        if target in net["vgws"]:
            return self.to_gateway(target, vpc, sent)
        if target in net["peerings"]:
            return self.cross(target, vpc, sent)
        if target in net["tgws"]:
            return self.into_tgw(target, vpc, subnet, sent)
        return self.to_service(target, vpc, sent)

    def enter(self, vpc: str, subnet: str, sent: Packet) -> End:
        """Bring a packet to the subnet of its destination, over the edge unless it is there (PATH-2)."""
        there = self.subnet_at(vpc, sent["dst"])
        if not there:
            return self.fail("vpc", vpc)
        if there != subnet:
            self.ask_acl(there, "inbound", sent)
        return self.deliver(vpc, sent)

    def deliver(self, vpc: str, sent: Packet) -> End:
        """Hand a packet to whoever has its destination address: groups, then the interface (PATH-0)."""
        name = self.holder(vpc, sent["dst"])
        if name is None:
            return self.fail("vpc", vpc)
        eni = self.net["enis"][name]
        if eni["kind"] == "nat":
            return self.at_nat(name, sent)
        self.ask_groups(name, "inbound", sent)
        before, after = self.translated.get(name, ({}, {}))
        if self.leg == "reply" and after and sent == answer(after):  # PATH-6
            self.check_state(name)
            self.pass_box(name)
            if eni["check"]:
                self.fail("network_interface", name, "", "ENI_SOURCE_DEST_CHECK_RESTRICTION")
            self.ask_groups(name, "outbound", answer(before))
            return self.from_interface(name, answer(before))
        if not self.check_state(name) and eni["kind"] == "endpoint":
            return None, {}
        carried = sent["protocol"] in (TCP, UDP) or is_echo(sent)  # VPE-11
        if eni["kind"] == "endpoint" and not carried:
            return self.fail("vpc_endpoint", eni["owner"], "", "PROTOCOL_RESTRICTION")
        return name, sent

    # -- NAT gateways, NAT instances, appliances

    def through_box(self, name: str, subnet: str, sent: Packet) -> End:
        """Pass an interface that a route points at: filters, check, software (PATH-6, PATH-14)."""
        eni = self.net["enis"][name]
        if sent["dst"] in eni["addresses"]:
            return self.enter(eni["vpc"], subnet, sent)
        if eni["subnet"] != subnet:
            self.ask_acl(eni["subnet"], "inbound", sent)
        self.ask_groups(name, "inbound", sent)
        self.pass_box(name)
        if eni["check"]:
            self.fail("network_interface", name, "", "ENI_SOURCE_DEST_CHECK_RESTRICTION")  # ENI-3
        if not self.check_state(name):
            return None, {}
        if self.masquerades(eni, sent):
            self.translated[name] = (sent, {**sent, "src": next(iter(eni["addresses"]))})
            sent = self.translated[name][1]
        self.ask_mail(name, sent)
        self.ask_groups(name, "outbound", sent)
        return self.from_interface(name, sent)

    def masquerades(self, eni: dict[str, Any], sent: Packet) -> bool:
        """Return whether an instance puts its own address in the place of the sender's (NI-1, NI-5).

        Nothing tells what unknown software does: taken to do so outwards, if it has a public address.
        """
        outwards = not inside(sent["dst"], *self.net["vpcs"][eni["vpc"]]["blocks"])
        guess = eni["forwards"] is None and outwards and any(eni["addresses"].values())
        return "." in sent["src"] and self.leg == "forward" and bool(eni["forwards"] == "nat" or guess)

    def nat_interface(self, nat: str) -> str:
        return next((n for n, eni in self.net["enis"].items() if eni["owner"] == nat), "")

    def through_nat(self, nat: str, subnet: str, sent: Packet) -> End:
        """Come to a NAT gateway by a route, and leave it under its address (NGW-3, NGW-5, NGW-6, PATH-5)."""
        name = self.nat_interface(nat)
        eni = self.net["enis"][name]
        if eni["subnet"] != subnet:
            self.ask_acl(eni["subnet"], "inbound", sent)
        if not self.net["nats"][nat]["works"]:
            return self.fail("nat_gateway", nat, "", "BAD_STATE")  # NGW-15
        foreign = self.holder(eni["vpc"], sent["src"]) is None and not self.over_tgw  # NGW-4, NGW-11
        if sent["protocol"] not in (TCP, UDP, ICMP) or self.leg == "reply" or foreign:
            return self.fail("nat_gateway", nat)
        self.boxes.append(name)
        after = {**sent, "src": next(iter(eni["addresses"]))}
        if sent["from"] is not None:
            after["from"] = (1024, 65535)
        self.translated[name] = (sent, after)
        return self.from_interface(name, after)

    def at_nat(self, name: str, sent: Packet) -> End:
        """Arrive at a NAT gateway's own address: replies and nothing else (NGW-4)."""
        before, after = self.translated.get(name, ({}, {}))
        nat = self.net["enis"][name]["owner"]
        if self.leg == "reply" and after and sent == answer(after):
            return self.from_interface(name, answer(before))
        return (name, sent) if is_echo(sent) and self.leg == "forward" else self.fail("nat_gateway", nat)

    # -- the internet

    def go_out(self, igw: str, vpc: str, sent: Packet) -> End:
        """Pass an internet gateway outwards (IGW-3, IGW-5, IGW-6, IGW-9)."""
        owner = self.holder(vpc, sent["src"])
        source = self.net["enis"][owner]["addresses"][sent["src"]] if owner else None
        if ":" in sent["src"] and owner and self.net["enis"][owner]["kind"] != "endpoint":  # ENI-6
            source = None if inside(sent["src"], *PRIVATE) else sent["src"]
        if source is None or inside(sent["dst"], *PRIVATE):
            return self.fail("internet_gateway", igw)
        box = self.redirected(igw, sent["src"])
        if box and sent["dst"] in self.net["enis"][box]["addresses"].values():
            self.unsure.append("the public address of the appliance that a gateway's table leads to")
        if box and box not in self.boxes and box != owner:  # GRT-3
            return self.fail("internet_gateway", igw, "", "INGRESS_RTB_TRAFFIC_REDIRECTION")
        return self.abroad({**sent, "src": source})

    def go_out_only(self, eigw: str, vpc: str, sent: Packet) -> End:
        """Pass an egress-only internet gateway: only what starts inside (EIGW-1)."""
        foreign = self.holder(vpc, sent["src"]) is None or inside(sent["src"], *PRIVATE)
        if self.leg == "reply" or foreign or inside(sent["dst"], *PRIVATE):
            return self.fail("egress_only_internet_gateway", eigw)
        self.eigw = (vpc, sent)
        return self.abroad(sent)

    def abroad(self, sent: Packet) -> End:
        """Be on the internet: with some host there, or at the door of a VPC."""
        places = [block for vpc in self.net["vpcs"].values() for block in vpc["blocks"] if ":" in block]
        publics = {public for eni in self.net["enis"].values() for public in eni["addresses"].values()}
        if sent["dst"] in publics or inside(sent["dst"], *places):
            return self.come_in(sent)
        return "internet", sent

    def redirected(self, gateway: str, address: str) -> str:
        """Return the appliance to which a gateway's own table leads for an address, or nothing (GRT-1)."""
        table = self.net["edges"].get(gateway)
        route = best_route(self.net["tables"][table]["routes"], address) if table else None
        return route[2] if route and route[2] in self.net["enis"] else ""

    def come_in(self, sent: Packet) -> End:
        """Pass an internet gateway inwards (IGW-5, IGW-6, IGW-9, PATH-4)."""
        if self.leg == "reply" and self.eigw and sent == answer(self.eigw[1]):
            return self.enter(self.eigw[0], "", sent)
        holders = [
            (eni["vpc"], private) for eni in self.net["enis"].values()
            for private, public in eni["addresses"].items()
            if sent["dst"] == (private if ":" in private else public) and eni["kind"] != "endpoint"
        ]  # fmt: skip
        meant = self.net["enis"].get(self.meant, {}).get("vpc")
        within = [vpc for vpc, value in self.net["vpcs"].items() if inside(sent["dst"], *value["blocks"])]
        vpc = holders[0][0] if holders else meant if meant in within else (within or [""])[0]
        igw = next((gateway for gateway, at in self.net["igws"].items() if at == vpc), "")
        if ":" in sent["dst"] and holders:
            table = self.net["tables"][self.net["subnets"][self.subnet_at(vpc, sent["dst"])]["table"]]
            back = best_route(self.learned(table), sent["src"])
            if back and back[2] in self.net["eigws"]:  # PATH-13: nothing outside starts there
                return self.fail("egress_only_internet_gateway", back[2])
        if not igw:
            only_out = [g for g, at in self.net["eigws"].items() if at == vpc and ":" in sent["dst"]]
            kind = "egress_only_internet_gateway" if only_out else "vpc" if vpc else "internet"
            return self.fail(kind, (only_out or [vpc])[0])
        if not holders or inside(sent["src"], *PRIVATE) or inside(sent["dst"], *PRIVATE):
            return self.fail("internet_gateway", igw)
        return self.by_edge(igw, vpc, {**sent, "dst": holders[0][1]})

    def by_edge(self, gateway: str, vpc: str, sent: Packet) -> End:
        """Enter a VPC by a gateway, which may have a table of its own (GRT-1, GRT-3, GRT-5)."""
        table = self.net["edges"].get(gateway)
        if table is None:
            return self.enter(vpc, "", sent)
        route = best_route(self.net["tables"][table]["routes"], sent["dst"])
        if route is None or not route[3] or not self.usable(vpc, route[2]):
            return self.fail("route_table", table)
        box = self.net["enis"].get(route[2])
        if box is None:
            return self.enter(vpc, "", sent)
        own = sent["dst"] in box["addresses"]
        if gateway in self.net["igws"] and not own and not any(box["addresses"].values()):
            self.fail("network_interface", route[2], "", "INGRESS_RTB_NO_PUBLIC_IP")
        return self.through_box(route[2], "", sent)

    # -- private links

    def lines_of(self, gateway: str) -> list[str]:
        """Return the lines of a gateway that are up; tunnel health outranks everything (VGW-2)."""
        return [n for n, line in self.net["lines"].items() if line["gateway"] == gateway and line["up"]]

    def carried(self, name: str) -> list[str]:
        """Return the prefixes of a line; VPN on a virtual private gateway is IPv4 only (VGW-8)."""
        line = self.net["lines"][name]
        only_ipv4 = line["medium"] == "vpn" and line["gateway"] in self.net["vgws"]
        return [block for block in line["prefixes"] if not (only_ipv4 and ":" in block)]

    def to_gateway(self, gateway: str, vpc: str, sent: Packet) -> End:
        """Leave by a virtual private gateway (VGW-5, VGW-6, VGW-9, PATH-8)."""
        if self.holder(vpc, sent["src"]) is None:
            return self.fail("virtual_private_gateway", gateway)
        known = [
            (-length(block), self.net["lines"][line]["rank"], line) for line in self.lines_of(gateway)
            for block in self.carried(line) if inside(sent["dst"], block)
        ]  # fmt: skip
        if not known:
            return self.fail("virtual_private_gateway", gateway)
        return self.at_site(min(known)[2], sent)

    def at_site(self, line: str, sent: Packet) -> End:
        """Come to the site at the end of a line."""
        site = self.net["lines"][line]["site"]
        self.line = line if self.leg == "forward" else self.line
        inner = inside(sent["dst"], *self.net["sites"][site]["blocks"])
        return (site, sent) if inner else self.fail("site", site)

    def from_site(self, site: str, sent: Packet) -> End:
        """Leave a site: by a line that leads there, a reply if possible by that of the request (PATH-9).

        What a customer's router does is no fact of AWS: it follows what is announced to it, and VGW-6.
        """
        lines = {n: line for n, line in self.net["lines"].items() if line["site"] == site}
        names = sorted((n for n in lines if lines[n]["up"]), key=lambda n: lines[n]["rank"])
        best = [name for name in names if self.leads(name, sent["dst"])]
        own = [name for name in best or names if name == self.line]
        names = own or best or names
        if not lines:
            return self.fail("site", site)
        gateway = lines[names[0] if names else next(iter(lines))]["gateway"]
        if not names:
            kind = "transit_gateway" if gateway in self.net["tgws"] else "virtual_private_gateway"
            return self.fail(kind, gateway, "", "BAD_STATE_VPN")
        self.line = names[0] if self.leg == "forward" else self.line
        if gateway in self.net["tgws"]:
            return self.in_tgw(gateway, self.attachment_of(names[0]), "", sent)
        return self.by_gateway(gateway, names[0], sent)

    def leads(self, line: str, address: str) -> bool:
        """Return whether a line's gateway announces an address: its VPC's blocks, or its table's routes."""
        gateway = self.net["lines"][line]["gateway"]
        if gateway in self.net["tgws"]:
            routes = self.hub_routes(self.attachment_of(line)) or []
            return any(inside(address, route[0]) for route in routes)
        vpc = self.net["vpcs"].get(self.net["vgws"].get(gateway))
        return bool(vpc) and inside(address, *vpc["blocks"])

    def attachment_of(self, line: str) -> str:
        return next((n for n, a in self.net["attachments"].items() if a["of"] == line), "")

    def by_gateway(self, gateway: str, line: str, sent: Packet) -> End:
        """Enter by a virtual private gateway: for interface addresses of its VPC only (VGW-9)."""
        vpc = self.net["vgws"][gateway]
        carries = ":" not in sent["dst"] or self.net["lines"][line]["medium"] != "vpn"
        if not carries or vpc is None or self.holder(vpc, sent["dst"]) is None:
            return self.fail("virtual_private_gateway", gateway)
        return self.by_edge(gateway, vpc, sent)

    def cross(self, name: str, vpc: str, sent: Packet) -> End:
        """Cross a peering; the far route table is not asked (PCX-7, PATH-7)."""
        here, there = self.net["peerings"][name]["vpcs"]
        far = there if here == vpc else here
        blocks = self.net["vpcs"][far]["blocks"]
        if not inside(sent["dst"], *blocks) and not inside(sent["src"], *blocks):
            return self.fail("peering_connection", name, "", "PCX_REQUIRES_ADDRESS_IN_VPC_CIDR")
        if self.leg == "forward":
            source = self.holder(vpc, sent["src"])
            if source and self.net["enis"][source]["kind"] == "nat":
                self.peerings[sent["src"]] = name
        return self.enter(far, "", sent)

    def into_tgw(self, tgw: str, vpc: str, subnet: str, sent: Packet) -> End:
        """Come to a transit gateway by the attachment's subnet in this zone (TGW-3, PATH-12)."""
        found = self.net["attachments"].items()
        name = next(n for n, a in found if (a["tgw"], a["of"]) == (tgw, vpc))
        zone = self.net["subnets"][subnet]["zone"]
        placed = {self.net["subnets"][s]["zone"]: s for s in self.net["attachments"][name]["subnets"]}
        if zone not in placed:
            return self.fail("transit_gateway", tgw, "", "TGW_ROUTE_AZ_RESTRICTION")
        self.ask_acl(placed[zone], "inbound", sent)  # in the attachment's own subnet, too
        return self.in_tgw(tgw, name, zone, sent)

    def announced(self, name: str) -> list[tuple[str, int]]:
        """Return the blocks that an attachment propagates, with their rank among others (TGW-2, TGW-5)."""
        at = self.net["attachments"][name]
        if at["kind"] == "vpc":
            return [(block, 1) for block in self.net["vpcs"][at["of"]]["blocks"]]
        line = self.net["lines"].get(at["of"])
        if line is None or not line["up"]:
            return []
        return [(block, 2 if line["medium"] != "vpn" else 3) for block in self.carried(at["of"])]

    def hub_routes(self, came_by: str) -> list[Any] | None:
        """Return the routes (block, rank, target, usable) for an attachment; None if no table serves it."""
        table = next((t for t in self.net["tgw_tables"].values() if came_by in t["serves"]), None)
        if table is None:
            return None
        routes = [(block, 0, target, usable) for block, target, usable in table["routes"]]
        vpc_blocks: list[str] = []
        for name in [n for n in self.net["attachments"] if n in table["learns"]]:  # the earlier one first
            rows = self.announced(name)
            if self.net["attachments"][name]["kind"] == "vpc":  # TGW-7
                rows = [(block, rank) for block, rank in rows if not overlaps(block, vpc_blocks)]
                vpc_blocks += [block for block, _ in rows]
            routes += [(block, rank, name, True) for block, rank in rows]
        return routes

    def in_tgw(self, tgw: str, came_by: str, zone: str, sent: Packet) -> End:
        """Be routed by the table that serves the attachment a packet came by (TGW-2, TGW-5, TGW-6, TGW-7)."""
        self.over_tgw = True
        if (tgw, came_by, sent) in self.visited:
            return self.fail("loop", tgw)
        self.visited.append((tgw, came_by, sent))
        routes = self.hub_routes(came_by)
        if routes is None:
            return self.fail("transit_gateway", tgw, "", "TGW_ATTACH_MISSING_TGW_RTB_ASSOCIATION")
        fitting = [route for route in routes if inside(sent["dst"], route[0])]
        if not fitting:
            return self.fail("transit_gateway", tgw, "", "TGW_RTB_NO_ROUTE_TO_TGW_ATTACHMENT")
        _, _, target, usable = min(fitting, key=lambda route: (-length(route[0]), route[1]))
        at = self.net["attachments"].get(target)
        if at is None or not usable:
            return self.fail("transit_gateway", tgw, "", "TGW_RTB_BAD_STATE_ROUTE")
        if at["kind"] == "vpc":
            return self.out_of_tgw(at, zone, sent)
        if at["kind"] == "peering":
            return self.in_tgw(self.net["attachments"][at["of"]]["tgw"], at["of"], zone, sent)
        return (
            self.at_site(at["of"], sent)
            if self.net["lines"][at["of"]]["up"]
            else self.fail("transit_gateway", tgw)
        )

    def out_of_tgw(self, at: dict[str, Any], zone: str, sent: Packet) -> End:
        """Come out in the attachment's subnet: of the sender's zone if there is one (TGW-4, PATH-12)."""
        placed = {self.net["subnets"][s]["zone"]: s for s in at["subnets"]}
        subnet = placed.get(zone, at["subnets"][0])
        if inside(sent["dst"], *self.net["subnets"][subnet]["blocks"]):
            return self.deliver(at["of"], sent)  # PATH-12: neither rules nor routes
        return self.leave(subnet, sent)

    def to_service(self, endpoint: str, vpc: str, sent: Packet) -> End:
        """Reach a service by a gateway endpoint (VPE-5, VPE-8, PATH-10)."""
        carried = sent["protocol"] == TCP or is_echo(sent)
        if not self.net["endpoints"][endpoint]["works"] or not carried or self.leg == "reply":
            return self.fail("vpc_endpoint", endpoint)
        if self.holder(vpc, sent["src"]) is None:
            return self.fail("vpc_endpoint", endpoint)
        self.endpoint = endpoint
        return "internet", sent


def overlaps(block: str, others: list[str]) -> bool:
    """Return whether a block shares addresses with others."""
    here, there = ip_network(block), [ip_network(other) for other in others]
    return any(here.version == other.version and here.overlaps(other) for other in there)
