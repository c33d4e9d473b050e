"""A small, slow second opinion on what AWS does, written from the facts alone to test the engine against.

It shares no code with vpclab. A network is plain data, addresses are text, a packet's port is a pair
(first, last), and sets of ports are listed one by one. One VPC, IPv4, one internet gateway, public NAT
gateways, hosts with one interface:

    {"vpc": "10.0.0.0/16", "igw": True,
     "subnets": {"s0": {"block": "10.0.0.0/24", "table": "t0", "acl": "default"}},
     "tables": {"t0": [("10.0.0.0/16", "static", "local"), ("0.0.0.0/0", "static", "igw")]},
     "acls": {"default": {"inbound": [(100, "allow", "all", None, "0.0.0.0/0")], "outbound": []}},
     "groups": {"g0": {"inbound": [("tcp", (80, 80), "g1")], "outbound": []}},
     "hosts": {"h0": {"subnet": "s0", "address": "10.0.0.10", "public": None, "groups": ["g0"]}},
     "nats": {"nat0": {"subnet": "s0", "address": "10.0.0.220", "public": "198.51.100.99"}}}

A route's target is "local", "igw", a NAT gateway, or "gone"; its kind is static, list or propagated.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import Any

Network = dict[str, Any]
Packet = dict[str, Any]

PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10")  # RFC 1918 and RFC 6598
KINDS = ("static", "list", "propagated")


def inside(address: str, block: str) -> bool:
    """Return whether an address is in a block; families never mix (RT-5, SG-9, ACL-7)."""
    return ip_address(address) in ip_network(block)


def packet(src: str, dst: str, protocol: str, client: int = 40000, service: int = 0) -> Packet:
    """Return the first packet of a flow; an ICMP packet is an echo request."""
    if protocol in ("tcp", "udp"):
        return {
            "src": src,
            "dst": dst,
            "protocol": protocol,
            "from": (client, client),
            "to": (service, service),
        }
    return {
        "src": src,
        "dst": dst,
        "protocol": protocol,
        "from": None,
        "to": (8, 8) if protocol == "icmp" else None,
    }


def answer(sent: Packet) -> Packet:
    """Return the packet that comes back: the ends change places, an echo request becomes a reply."""
    back = {**sent, "src": sent["dst"], "dst": sent["src"], "from": sent["to"], "to": sent["from"]}
    if sent["protocol"] == "icmp":
        back["from"], back["to"] = None, (0, 0) if sent["to"] == (8, 8) else (8, 8)
    return back


# -- one filter, one table ---------------------------------------------------------------------------


def matching(rule_protocol: str, rule_ports: tuple[int, int] | None, sent: Packet) -> set[Any]:
    """Return those of a packet's ports that a rule speaks of; {None} stands for a packet without ports."""
    if rule_protocol not in ("all", sent["protocol"]):
        return set()
    if sent["to"] is None:
        return {None}
    ports = set(range(sent["to"][0], sent["to"][1] + 1))
    if rule_protocol == "all" or rule_ports is None:
        return ports
    return set(range(rule_ports[0], rule_ports[1] + 1)) & ports


def groups_admit(net: Network, groups: list[str], direction: str, sent: Packet) -> bool:
    """Return whether the rules of these groups, as one set, admit every port of a packet (SG-6, SG-19)."""
    peer = sent["src"] if direction == "inbound" else sent["dst"]
    left = matching("all", None, sent)
    for group in groups:
        for protocol, ports, who in net["groups"][group][direction]:
            if who in net["groups"]:
                named = any(who in h["groups"] and h["address"] == peer for h in net["hosts"].values())
            else:
                named = inside(peer, who)
            if named:
                left -= matching(protocol, ports, sent)
    return not left


def acl_admits(acl: dict[str, Any], direction: str, sent: Packet) -> bool:
    """Return whether a network ACL admits every port of a packet: the lowest number decides (ACL-4)."""
    peer = sent["src"] if direction == "inbound" else sent["dst"]
    undecided = matching("all", None, sent)
    for _, verdict, protocol, ports, block in sorted(acl[direction], key=lambda entry: entry[0]):
        if not inside(peer, block):
            continue
        hit = matching(protocol, ports, sent) & undecided
        if hit and verdict == "deny":
            return False
        undecided -= hit
    return not undecided  # the * rule denies the rest


def best_route(routes: list[tuple[str, str, str]], address: str) -> tuple[str, str, str] | None:
    """Return the route that wins: the longest prefix, then the better kind (RT-6, RT-7, RT-8)."""
    fitting = [route for route in routes if inside(address, route[0])]
    if any(target == "local" for _, _, target in fitting):
        fitting = [route for route in fitting if route[1] != "propagated"]
    if not fitting:
        return None
    return min(fitting, key=lambda route: (-ip_network(route[0]).prefixlen, KINDS.index(route[1])))


# -- one flow ----------------------------------------------------------------------------------------


class Flow:
    """A flow on its way, leg by leg; `failures` holds (leg, kind, name, direction) of what stops it."""

    def __init__(self, net: Network, sent: Packet) -> None:
        self.net, self.sent = net, sent
        self.leg = "forward"
        self.failures: list[tuple[str, str, str, str]] = []
        self.admitted: list[tuple[str, Packet]] = []  # what each host's groups remember (SG-12)
        self.translated: dict[str, tuple[Packet, Packet]] = {}  # what each NAT gateway remembers

    def outcome(self) -> str:
        """Return what becomes of the flow: both legs must pass (PATH-16)."""
        end, arrived = self.begin(self.sent)
        if self.failures or end is None:
            verdict = "blocked"
        elif end in self.net["nats"]:
            return "no-reply"
        else:
            verdict = "delivered"
        if end is None or end in self.net["nats"]:
            return verdict
        self.leg = "reply"
        if end != "resolver":
            back_at, _ = self.begin(answer(arrived))
            asker = self.owner("address", self.sent["src"]) or "internet"
            if back_at is not None and back_at != asker:
                self.fail("instance", back_at)
            if back_at is None and not [f for f in self.failures if f[0] == "reply"]:
                raise AssertionError("a reply vanished without a reason")
        if verdict == "delivered" and any(leg == "reply" for leg, *_ in self.failures):
            return "reply-blocked"
        return verdict

    def fail(self, kind: str, name: str, direction: str = "") -> tuple[None, Packet]:
        """Note a check that fails; the leg may end here."""
        self.failures.append((self.leg, kind, name, direction))
        return None, {}

    def owner(self, key: str, address: str) -> str | None:
        """Return the host or NAT gateway whose "address" or "public" address this is."""
        both = {**self.net["hosts"], **self.net["nats"]}
        return next((name for name, value in both.items() if value[key] == address), None)

    def subnet_at(self, address: str) -> str | None:
        """Return the subnet that holds an address."""
        subnets = self.net["subnets"].items()
        return next((name for name, subnet in subnets if inside(address, subnet["block"])), None)

    # Every step below returns where the packet ended (a host, a NAT gateway, "internet", "resolver", or
    # None if it got nowhere) and the packet that arrived there.

    def begin(self, sent: Packet) -> tuple[str | None, Packet]:
        """Start a packet at the host that has its source address, or on the internet."""
        host = self.owner("address", sent["src"])
        if host is None:
            return self.come_in(sent)
        base = ip_address(self.net["vpc"].split("/")[0])
        if sent["dst"] == str(base + 2):  # PATH-15: nothing filters the resolver
            asks = sent["protocol"] in ("tcp", "udp") and sent["to"] == (53, 53)
            return ("resolver", sent) if asks else self.fail("service", "resolver")
        self.ask_groups(host, "outbound", sent)
        subnet = self.net["hosts"][host]["subnet"]
        if self.subnet_at(sent["dst"]) == subnet:
            return self.deliver(sent)  # PATH-1: neither network ACL nor route
        return self.leave(subnet, sent)

    def ask_groups(self, host: str, direction: str, sent: Packet) -> None:
        groups = self.net["hosts"][host]["groups"]
        if self.leg == "reply" and (host, answer(sent)) in self.admitted:
            return
        if self.leg == "forward":
            self.admitted.append((host, sent))
        if not groups_admit(self.net, groups, direction, sent):
            self.fail("security_group", groups[0], direction)

    def ask_acl(self, subnet: str, direction: str, sent: Packet) -> None:
        name = self.net["subnets"][subnet]["acl"]
        if not acl_admits(self.net["acls"][name], direction, sent):
            self.fail("network_acl", name, direction)

    def leave(self, subnet: str, sent: Packet) -> tuple[str | None, Packet]:
        """Cross a subnet's edge outwards: network ACL, then route table (PATH-0)."""
        self.ask_acl(subnet, "outbound", sent)
        table = self.net["subnets"][subnet]["table"]
        route = best_route(self.net["tables"][table], sent["dst"])
        target = route[2] if route else None
        if target == "local":
            there = self.subnet_at(sent["dst"])
            if there is None:
                return self.fail("vpc", "vpc")
            self.ask_acl(there, "inbound", sent)
            return self.deliver(sent)
        if target == "igw" and self.net["igw"]:
            return self.go_out(sent)
        if target in self.net["nats"]:
            return self.through_nat(target, sent)
        return self.fail("route_table", table)  # no route, or a blackhole (RT-13, RT-14)

    def deliver(self, sent: Packet) -> tuple[str | None, Packet]:
        """Hand a packet to whoever has its destination address."""
        name = self.owner("address", sent["dst"])
        if name is None:
            return self.fail("vpc", "vpc")
        if name in self.net["hosts"]:
            self.ask_groups(name, "inbound", sent)
            return name, sent
        before, after = self.translated.get(name, ({}, {}))
        if self.leg == "reply" and after and sent == answer(after):
            return self.from_nat(name, answer(before))
        if self.leg == "forward" and sent["protocol"] == "icmp" and sent["to"] == (8, 8):
            return name, sent
        return self.fail("nat_gateway", name)  # NGW-4

    def through_nat(self, name: str, sent: Packet) -> tuple[str | None, Packet]:
        """Come to a NAT gateway by a route, and leave it under its address (NGW-3, NGW-5, NGW-6, PATH-5)."""
        nat = self.net["nats"][name]
        self.ask_acl(nat["subnet"], "inbound", sent)
        if sent["protocol"] not in ("tcp", "udp", "icmp") or self.leg == "reply":
            return self.fail("nat_gateway", name)
        after = {**sent, "src": nat["address"]}
        if sent["from"] is not None:
            after["from"] = (1024, 65535)
        self.translated[name] = (sent, after)
        return self.from_nat(name, after)

    def from_nat(self, name: str, sent: Packet) -> tuple[str | None, Packet]:
        subnet = self.net["nats"][name]["subnet"]
        if self.subnet_at(sent["dst"]) == subnet:
            return self.deliver(sent)
        return self.leave(subnet, sent)

    def go_out(self, sent: Packet) -> tuple[str | None, Packet]:
        """Pass the internet gateway outwards (IGW-3, IGW-5, IGW-6)."""
        both = {**self.net["hosts"], **self.net["nats"]}
        source = self.owner("address", sent["src"])
        public = both[source]["public"] if source else None
        if public is None or any(inside(sent["dst"], block) for block in PRIVATE):
            return self.fail("internet_gateway", "igw")
        after = {**sent, "src": public}
        return self.come_in(after) if self.owner("public", sent["dst"]) else ("internet", after)

    def come_in(self, sent: Packet) -> tuple[str | None, Packet]:
        """Pass the internet gateway inwards (IGW-5, PATH-4)."""
        if not self.net["igw"]:
            return self.fail("vpc", "vpc")
        name = self.owner("public", sent["dst"])
        if name is None:
            known = inside(sent["dst"], self.net["vpc"])
            return self.fail("internet_gateway" if known else "internet", "igw")
        private = {**self.net["hosts"], **self.net["nats"]}[name]["address"]
        after = {**sent, "dst": private}
        self.ask_acl(self.subnet_at(private) or "", "inbound", after)
        return self.deliver(after)
