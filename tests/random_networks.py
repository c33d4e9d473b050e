"""Random networks with everything the builder offers, and random flows through them.

A network is made from a `random.Random`, which hypothesis may hand in: what the builder refuses is left
out, so that every network is one that AWS would accept, however odd.
"""

from __future__ import annotations

import random
from contextlib import redirect_stdout, suppress
from io import StringIO
from typing import Any

from vpclab import Topology, icmp, internet, protocol, service, site, tcp, udp
from vpclab.evaluate.packets import TrafficType
from vpclab.topology.errors import VpclabError
from vpclab.topology.model import (
    Instance,
    NatGateway,
    NetworkAcl,
    NetworkInterface,
    PrefixList,
    SecurityGroup,
    Site,
    Snapshot,
    VpcEndpoint,
)

REGION = "ap-northeast-1"
VPC_BLOCKS = {"A": "10.0.0.0/16", "B": "10.1.0.0/16", "C": "172.20.0.0/16"}
SECOND_BLOCKS = {"A": "100.64.0.0/24", "B": "100.64.1.0/24", "C": "100.64.2.0/24"}
HOME, HOME6 = "192.168.0.0/16", "fd50::/16"
PORTS = ["22", "80", "443", "25", "53", "1024-65535", "32768-61000", "0-65535", "40000", "1024-40000",
         "40001-65535", "20-30", "0-1023", "5000-5010"]  # fmt: skip
PEERS4 = ["0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/16", "10.1.0.0/16", "10.0.0.0/24", "10.0.1.0/24",
          "10.0.1.10/32", "10.0.1.12/32", "172.20.0.0/16", HOME, "192.168.0.10/32", "203.0.113.0/24",
          "203.0.113.10/32", "192.0.2.0/24", "128.0.0.0/1", "198.51.100.0/24"]  # fmt: skip
PEERS6 = ["::/0", "::/0", "2001:db8::/32", "3fff::/20", "3fff::10/128"]
ROUTES4 = ["0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/8", "10.1.0.0/16", "10.0.0.0/16", "172.20.0.0/16",
           "10.0.0.0/24", "10.0.1.0/24", "10.0.2.0/24", HOME, "203.0.113.0/24", "128.0.0.0/1",
           "172.20.0.0/24", "10.1.0.0/24", "100.64.0.0/23", "home"]  # fmt: skip
ROUTES6 = ["::/0", "::/0", "3fff::/20", "2001:db8::/32", HOME6]
X, X6 = "203.0.113.10", "3fff::10"


def tried(work: Any, *args: Any, **more: Any) -> Any:
    """Return what a call makes, or None if the builder refuses it."""
    with suppress(VpclabError):
        return work(*args, **more)
    return None


class Maker:
    """The making of one network, step by step."""

    def __init__(self, rng: random.Random, whole: bool = False) -> None:
        self.rng, self.whole = rng, whole
        self.topology = Topology("random", region=REGION)
        self.vpcs: list[Any] = []
        self.subnets: dict[str, list[Any]] = {}
        self.targets: dict[str, list[Any]] = {}
        self.ipv6 = self.chance(0.4)

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def what(self) -> str:
        """Return a protocol with ports, as a rule says it."""
        word = self.rng.choice(["all", "tcp", "tcp", "tcp", "tcp", "udp", "icmp", "icmpv6", "protocol 50"])
        if word in ("tcp", "udp"):
            return f"{word} {self.rng.choice(PORTS)}"
        if word in ("icmp", "icmpv6"):
            return word + self.rng.choice(
                ["", " type 8", " type 0", " 3/4", " 8/0", " type 128", " type 129"]
            )
        return word

    def block(self) -> str:
        return self.rng.choice(PEERS6 if self.ipv6 and self.chance(0.3) else PEERS4)

    def entries(self, word: str) -> list[str]:
        found = [
            f"{n * 10} {'deny' if self.chance(0.3) else 'allow'} {self.what()} {word} {self.block()}"
            for n in range(1, self.rng.randint(1, 4))
        ]
        if self.chance(0.25):
            some = self.rng.choice(["1024-65535", "32768-61000", "1024-40000"])
            found += [f"150 allow tcp {some} {word} 0.0.0.0/0", f"151 allow tcp 443 {word} 0.0.0.0/0"]
        elif self.chance(0.85):
            found += [f"200 allow all {word} 0.0.0.0/0", f"201 allow all {word} ::/0"]
        return found

    def rules(self, word: str, names: list[str]) -> list[str]:
        if self.chance(0.6):
            return [f"all {word} 0.0.0.0/0", f"all {word} ::/0"]
        return [
            f"{self.what()} {word} {self.rng.choice(names) if names and self.chance(0.3) else self.block()}"
            for _ in range(self.rng.randint(0, 4))
        ]

    def make(self) -> Topology:
        if self.chance(0.3):
            self.topology.prefix_list("home", [HOME, "203.0.113.0/24"])
        for name in list(VPC_BLOCKS)[: self.rng.choice([1, 1, 2, 2, 3])]:
            self.vpc(name, VPC_BLOCKS[name])
        if len(self.vpcs) == 2 and self.chance(0.3):
            self.vpc("C", VPC_BLOCKS["A"])
        self.joins()
        self.filters()
        for vpc in self.vpcs:
            self.hosts(vpc)
        for vpc in self.vpcs:
            self.routes(vpc)
            self.endpoints(vpc)
        self.trouble()
        return self.topology

    def vpc(self, name: str, block: str) -> None:
        away = "us-east-1" if name == "B" and self.chance(0.15) else None
        vpc = self.topology.vpc(
            name, block, ipv6=True if self.ipv6 else None, dns_hostnames=True, region=away
        )
        self.vpcs.append(vpc)
        blocks = [block.replace("0.0/16", f"{n}.0/24") for n in range(self.rng.randint(1, 3))]
        if self.chance(0.2) and tried(lambda: vpc.add_cidr(SECOND_BLOCKS[name]) or True):
            blocks.append(SECOND_BLOCKS[name])
        self.subnets[name] = [
            vpc.subnet(f"s{n}", some, az=self.rng.choice("ac"), ipv6=self.ipv6 or None)
            for n, some in enumerate(blocks)
        ]
        found: list[Any] = []
        if self.chance(0.85):
            found.append(vpc.internet_gateway("igw"))
        if self.ipv6 and self.chance(0.5):
            found.append(vpc.egress_only_internet_gateway("eigw"))
        for subnet in self.subnets[name]:
            if self.chance(0.3):
                kind = "private" if self.chance(0.25) else "public"
                found.append(tried(subnet.nat_gateway, connectivity=kind))
        self.targets[name] = [target for target in found if target is not None]

    def joins(self) -> None:
        """Join the VPCs with each other and with a site."""
        for n, here in enumerate(self.vpcs):
            for there in self.vpcs[n + 1 :]:
                if self.chance(0.6 if n == 0 else 0.25):
                    status = "active" if self.chance(0.9) else "pending-acceptance"
                    pcx = tried(here.peer, there.name, f"pcx-{here.name}{there.name}", status=status)
                    for vpc in (here, there) if pcx else ():
                        self.targets[vpc.name].append(pcx)
        self.topology.site("office", HOME, *([HOME6] if self.ipv6 else []))
        if self.chance(0.45):
            self.hub()
        if self.chance(0.4):
            vpc = self.rng.choice(self.vpcs)
            vgw = vpc.virtual_private_gateway("vgw")
            tried(
                self.topology.vpn_connection, "vpn", gateway=vgw, site="office",
                static=self.rng.choice([["192.168.0.0/24"], [HOME, "10.9.0.0/16"], None, None, None]),
                tunnels_up=self.rng.choice([0, 1, 2, 2]),
            )  # fmt: skip
            if self.chance(0.4):
                tried(self.topology.direct_connect, "dx", gateway=vgw, site="office", up=self.chance(0.8))
            for table in [vpc.main_route_table, *(subnet.route_table for subnet in self.subnets[vpc.name])]:
                if self.chance(0.5):
                    table.propagate(vgw)
            self.targets[vpc.name].append(vgw)

    def hub(self) -> None:
        """Join VPCs, the site and perhaps another Region by transit gateways."""
        tgw, far = self.topology.transit_gateway("tgw"), None
        if any(vpc.value.region != REGION for vpc in self.vpcs):
            far = self.topology.transit_gateway("far", region="us-east-1")
            tgw.peer(far)
            far.default_route_table.route("10.0.0.0/16", to="far-tgw")
            tgw.default_route_table.route("10.1.0.0/16", to="tgw-far")
        names = []
        for vpc in self.vpcs:
            zones = {subnet.value.az: subnet for subnet in self.subnets[vpc.name]}
            more = {"associate": self.chance(0.9), "propagate": self.chance(0.9)}
            own = tgw if vpc.value.region == REGION else far
            names.append(own.attach(vpc, self.some(list(zones.values())), **more).name)
            self.targets[vpc.name].append(own)
        if self.chance(0.5):
            line = self.topology.vpn_connection if self.chance(0.7) else self.topology.direct_connect
            line("tgw-vpn", gateway=tgw, site="office")
            names.append("tgw-vpn")
        table = tgw.default_route_table
        if self.chance(0.3):
            spokes = tgw.route_table("spokes")
            for name in names:
                if self.chance(0.4):
                    tried(spokes.associate, name)
                if self.chance(0.5):
                    tried(spokes.propagate, name)
            table = self.rng.choice([table, spokes])
        if self.chance(0.3):
            tried(table.route, self.rng.choice(["0.0.0.0/0", "0.0.0.0/0", "10.1.0.0/16", "::/0"]),
                  to=self.rng.choice(names))  # fmt: skip
        if self.chance(0.15):
            table.blackhole(self.rng.choice(["10.1.0.0/24", "10.0.0.0/8"]))

    def some(self, found: list[Any]) -> list[Any]:
        return found if len(found) < 2 or self.chance(0.7) else found[:1]

    def filters(self) -> None:
        """Make groups that may name each other across VPCs, and network ACLs."""
        count = {vpc.name: self.rng.randint(1, 3) for vpc in self.vpcs}
        made = {v.name: [v.security_group(f"g{n}") for n in range(count[v.name])] for v in self.vpcs}
        lists = ["home"] if self.topology.snapshot().tables.get(PrefixList) else []
        for vpc in self.vpcs:
            named = [*(group.name for group in made[vpc.name]), "self", *lists]
            named += [f"{other}/g0" for other in made if other != vpc.name]
            for group in made[vpc.name]:
                tried(group.revoke, outbound=["all to 0.0.0.0/0"])
                tried(group.revoke, outbound=["all to ::/0"])
                for text in self.rules("from", named):
                    tried(group.allow, inbound=[text])
                for text in self.rules("to", named):
                    tried(group.allow, outbound=[text])
            for subnet in self.subnets[vpc.name]:
                if self.chance(0.3):
                    vpc.network_acl(
                        f"acl-{subnet.name}", inbound=self.entries("from"), outbound=self.entries("to"),
                        subnets=[subnet],
                    )  # fmt: skip

    def groups(self, vpc: Any) -> list[Any]:
        found = [g for g in self.topology.values(SecurityGroup) if g.vpc_id == vpc.id]
        return [g.id for g in self.rng.sample(found, self.rng.choice([1, 1, 2]))]

    def hosts(self, vpc: Any) -> None:
        for n, subnet in enumerate(self.subnets[vpc.name]):
            for k in range(self.rng.randint(1, 2)):
                host = subnet.instance(
                    f"h{n}{k}", public_ip=self.chance(0.5), ipv6=self.ipv6 or None,
                    secondary=[str(subnet.value.cidr[40 + k])] if self.chance(0.15) else (),
                    security_groups=self.groups(vpc),
                )  # fmt: skip
                if self.chance(0.06):
                    host.stop()
            if self.chance(0.3):
                box = subnet.instance(
                    f"box{n}", public_ip=self.chance(0.7), source_dest_check=self.chance(0.15),
                    security_groups=self.groups(vpc), forwards=self.rng.choice(["nat", "forward", None]),
                )  # fmt: skip
                self.targets[vpc.name].append(box)
            if self.chance(0.1):
                eni = subnet.network_interface(f"eni{n}", security_groups=self.groups(vpc))
                self.targets[vpc.name].append(eni)
                if self.chance(0.5):
                    tried(self.topology[f"{vpc.name}/h{n}0"].attach, eni)

    def endpoints(self, vpc: Any) -> None:
        if self.chance(0.25):
            tables = {subnet.route_table.id for subnet in self.subnets[vpc.name]}
            tried(vpc.gateway_endpoint, self.rng.choice(["s3", "s3", "dynamodb"]), sorted(tables))
        if self.chance(0.2):
            tried(
                vpc.interface_endpoint,
                self.rng.choice(["sqs", "s3"]),
                [self.rng.choice(self.subnets[vpc.name])],
                security_groups=self.groups(vpc),
            )

    def routes(self, vpc: Any) -> None:
        targets = self.targets[vpc.name]
        for subnet in self.subnets[vpc.name]:
            if targets and self.chance(0.85):
                for _ in range(self.rng.randint(1, 5)):
                    block = self.rng.choice(ROUTES6 if self.ipv6 and self.chance(0.35) else ROUTES4)
                    tried(subnet.route, block, to=self.rng.choice(targets))
        boxes = [t for t in targets if t.kind == "instance"]
        edges = [t for t in targets if t.kind in ("internet_gateway", "virtual_private_gateway")]
        if boxes and edges and self.chance(0.4):
            edge = vpc.route_table("edge")
            where = self.rng.choice([vpc.value.cidrs[0], self.subnets[vpc.name][0].value.cidr])
            tried(edge.route, where, to=self.rng.choice(boxes))
            tried(edge.associate_gateway, self.rng.choice(edges))

    def trouble(self) -> None:
        """Take something away, let a zone fail, or lose a part of the data."""
        if self.chance(0.1):
            tried(
                self.rng.choice(
                    [t for found in self.targets.values() for t in found] or [self.vpcs[0]]
                ).remove
            )
        if self.chance(0.04):
            tried(self.topology.fail_az, "a")
        if self.chance(0.1):
            self.topology.account(port_25_open=True)
        if not self.whole and self.chance(0.3):
            everything = list(self.topology.snapshot())
            kind = self.rng.choice(sorted({v.kind for v in everything} & set(LOSABLE)))
            lost = self.rng.choice([value for value in everything if value.kind == kind])
            left = [value for value in everything if value is not lost]
            self.topology = Topology.of("random", left, settings=self.topology.settings)


LOSABLE = ("security_group", "network_acl", "internet_gateway", "nat_gateway", "peering_connection",
           "transit_gateway", "transit_gateway_attachment", "transit_gateway_route_table", "connection",
           "virtual_private_gateway", "route_table", "prefix_list")  # fmt: skip


def network(rng: random.Random, *, whole: bool = False) -> Topology:
    """Return a random network, `whole` if no part of its data may be lost.

    What the builder says about changes is not printed.
    """
    with redirect_stdout(StringIO()):
        return Maker(rng, whole).make()


def ends(topology: Topology | Snapshot) -> list[Any]:
    """Return what can be the source of a flow: interfaces and instances by id, sites, the internet."""
    snapshot = topology if isinstance(topology, Snapshot) else topology.snapshot()
    found: list[Any] = [value.id for value in snapshot.all(Instance)]
    found += [value.id for value in snapshot.all(NetworkInterface) if value.owner_id is None]
    found += [str(entry.address) for eni in snapshot.all(NetworkInterface) for entry in eni.addresses[1:]]
    found += [site(value.name) for value in snapshot.all(Site)]
    return [*found, internet, internet(X)]


def targets(topology: Topology | Snapshot) -> list[Any]:
    """Return what can be the destination of a flow."""
    snapshot = topology if isinstance(topology, Snapshot) else topology.snapshot()
    found = ends(snapshot)
    found += [value.id for value in snapshot.all(NatGateway)]
    found += [value.id for value in snapshot.all(VpcEndpoint) if value.type == "Interface"]
    found += [
        service("s3"),
        service("sqs"),
        "10.0.0.2",
        "169.254.169.254",
        "169.254.169.253",
        "169.254.169.123",
        "10.0.0.99",
    ]
    public = [e.public_ip for eni in snapshot.all(NetworkInterface) for e in eni.addresses if e.public_ip]
    return [*found, *map(str, public[:2])]


def edges(snapshot: Snapshot) -> list[int]:
    """Return the ports at which some rule or entry changes its mind."""
    found = {0, 25, 53, 80, 1023, 1024, 32768, 40000, 65535}
    rules = [rule for group in snapshot.all(SecurityGroup) for rule in group.rules]
    for rule in [*rules, *(entry for acl in snapshot.all(NetworkAcl) for entry in acl.entries)]:
        if rule.protocol in (6, 17) and rule.from_port is not None and rule.to_port is not None:
            found |= {rule.from_port - 1, rule.from_port, rule.to_port, rule.to_port + 1}
    return sorted(port for port in found if 0 <= port <= 65535)


def kinds(rng: random.Random, ports: list[int], count: int) -> list[TrafficType]:
    """Return random traffic, mostly at the ports where rules change their mind."""
    others = [
        icmp(),
        icmp(0),
        icmp(3, 4),
        icmp(128),
        icmp(8, 7),
        icmp(13),
        protocol(50),
        protocol(58),
        protocol(0),
    ]
    found = []
    for _ in range(count):
        port = rng.choice(ports) if rng.random() < 0.8 else rng.randint(0, 65535)
        kind = rng.random()
        found.append(tcp(port) if kind < 0.5 else udp(port) if kind < 0.7 else rng.choice(others))
    return found
