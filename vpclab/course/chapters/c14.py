"""Chapter 14, Capstone: the brief, its networks, and how a design is judged.

A design is never compared with ours. It is held against its rows, against the loss of a zone, against what
must be cheap, and against everything that works and nobody asked for.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from functools import cache
from ipaddress import ip_network
from typing import Any

from vpclab import Intents, Topology, internet, reachability, service, tcp, trace
from vpclab.course import words
from vpclab.course.attacking import joints, traffic_of
from vpclab.course.cards import Fold
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Build, Choice, Cidr, Finding, Intent, Match, Step, intent_table, quietly
from vpclab.course.stepping import walk
from vpclab.data import data_path
from vpclab.evaluate.packets import TrafficType
from vpclab.evaluate.reachability import internet_hosts
from vpclab.evaluate.traffic import NOTHING, Traffic, part_of
from vpclab.topology.errors import VpclabError
from vpclab.topology.model import Instance, NatGateway, NetworkInterface, Vpc, VpcEndpoint

OFFICE, PAYMENT = internet("203.0.113.70"), internet("203.0.113.80")
OFFICE_BLOCK = ip_network("203.0.113.64/28")
TAKEN = {"the partner": "10.1.0.0/16", "the office": "192.168.0.0/16"}

# --- the networks ------------------------------------------------------------------------------------------


def today() -> Topology:
    """Return the shop of today: development and production are two subnets of one VPC."""
    network = Topology("today")
    prod = network.vpc("shop", "10.0.0.0/16")
    prod.security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    prod.subnet("dev-a", "10.0.1.0/24").instance("box")
    prod.subnet("data-a", "10.0.2.0/24").instance("db", security_groups=["db"])
    return network


def draft() -> Topology:
    """Return a colleague's draft: one NAT gateway, a web door for IPv4 only, and a road to development."""
    network = Topology("draft")
    prod, dev = network.vpc("prod", "10.0.0.0/16", ipv6=True), network.vpc("dev", "10.3.0.0/16")
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("app", inbound=["tcp 8080 from web"])
    prod.security_group("db", inbound=["tcp 3306 from 10.0.0.0/8"])
    front = prod.subnet("web-a", "10.0.0.0/24", az="a", ipv6=True)
    app_a = prod.subnet("app-a", "10.0.10.0/24", az="a")
    app_c = prod.subnet("app-c", "10.0.11.0/24", az="c")
    data = prod.subnet("db-a", "10.0.20.0/24", az="a")
    gate = prod.internet_gateway()
    table = prod.route_table("front", subnets=[front])
    table.route("0.0.0.0/0", to=gate)
    table.route("::/0", to=gate)
    prod.route_table("app", subnets=[app_a, app_c]).route("0.0.0.0/0", to=front.nat_gateway("nat"))
    front.instance("web-a", elastic_ip=True, ipv6=True, security_groups=["web"])
    app_a.instance("app-a", security_groups=["app"])
    app_c.instance("app-c", security_groups=["app"])
    data.instance("db-a", security_groups=["db"])
    desk = dev.subnet("dev-a", "10.3.0.0/24", az="a")
    desk.instance("box")
    road = dev.peer(prod, "pcx")
    dev.route_table("desk", subnets=[desk]).route("10.0.0.0/16", to=road)
    prod.route_table("data", subnets=[data]).route("10.3.0.0/16", to=road)
    return network


@quietly
def draft_without_a() -> Topology:
    """Return the draft after Availability Zone a failed."""
    network = draft()
    network.fail_az("a")
    return network


def start() -> Topology:
    """Return the ground to build on: two empty VPCs, and groups for three tiers whose doors stand open."""
    network = Topology("shop")
    for name, block in (("prod", "10.0.0.0/16"), ("test", "10.2.0.0/16")):
        vpc = network.vpc(name, block, ipv6=True)
        for tier in ("web", "app", "db"):
            vpc.security_group(tier, inbound=["all from 0.0.0.0/0", "all from ::/0"])
    return network


@quietly
def with_ways() -> Topology:
    """Return production and test with their ways, and open doors."""
    network = start()
    ways(network)
    return network


@quietly
def with_doors() -> Topology:
    """Return production and test, ways and doors."""
    network = with_ways()
    doors(network)
    return network


@quietly
def whole() -> Topology:
    """Return a design that does all that the brief asks."""
    network = with_doors()
    development(network)
    return network


@quietly
def month_later() -> Topology:
    """Return the whole design after a month, with one rule too many."""
    network = whole()
    network["prod"].security_group(
        "web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0", "tcp 22 from ::/0"]
    )
    return network


@quietly
def in_a_row() -> Topology:
    """Return development, test and production as VPCs in a row, with two peerings and all routes."""
    network = Topology("in a row")
    vpcs = []
    for n, name, host in ((3, "dev", "box"), (2, "test", "app"), (0, "prod", "db")):
        vpc = network.vpc(name, f"10.{n}.0.0/16")
        vpc.security_group("open", inbound=["all from 10.0.0.0/8"])
        vpc.subnet(f"{name}-a", f"10.{n}.1.0/24").instance(host, security_groups=["open"])
        vpcs.append(vpc)
    dev, test, prod = vpcs
    first, second = dev.peer(test, "dev-test"), test.peer(prod, "test-prod")
    dev.main_route_table.route("10.0.0.0/8", to=first)
    test.main_route_table.route("10.3.0.0/16", to=first)
    test.main_route_table.route("10.0.0.0/16", to=second)
    prod.main_route_table.route("10.0.0.0/8", to=second)
    return network


@quietly
def ipv6_for_app() -> Topology:
    """Return a shop whose application got IPv6, with a route to the internet gateway."""
    network = Topology("updates")
    prod = network.vpc("prod", "10.0.0.0/16", ipv6=True)
    inside = prod.subnet("app-a", "10.0.10.0/24", ipv6=True)
    prod.route_table("app", subnets=[inside]).route("::/0", to=prod.internet_gateway())
    prod.security_group("app", inbound=["tcp 8080 from 0.0.0.0/0", "tcp 8080 from ::/0"])
    inside.instance("app-a", ipv6=True, security_groups=["app"])
    return network


# --- how a design is judged --------------------------------------------------------------------------------


@cache
def brief() -> tuple[Intent, ...]:
    """Return the rows of the brief."""
    return Intents(data_path("brief.csv")).rows


def rows(*sentences: str) -> tuple[Intent, ...]:
    """Return rows as the lessons write them."""
    return Intents([[part.strip() for part in sentence.split(",")] for sentence in sentences]).rows


Test = Callable[[Topology], Finding | None]


@dataclass(frozen=True)
class Design(Build):
    """A network judged by its rows, and then by tests of the whole; each brings a trace, or says nothing.

    A right design is shown as a map if `drawn`. Where `picture` is false its fault is to be found by probes:
    the prompt folds its rows away, and `proof` is the flow whose trace is shown once the fault is mended.
    """

    tests: tuple[Test, ...] = ()
    proof: Intent | None = None
    drawn: bool = True

    def ask(self) -> tuple[Any, ...]:
        """Return what stands below the prompt."""
        table = intent_table(self.intents)
        return (table if self.picture else Fold(words.PROOF_ALL, table),)

    def find(self, value: Callable[[Any], object], right: Collection[Any]) -> Finding:
        """Judge a value."""
        found = super().find(value, right)
        exposed = isinstance(found.key, tuple) and found.key[0] == "exposed"  # a trace says it better
        if not found.right and not exposed:
            return self._told(found)
        for test in self.tests:
            failed = test(found.subject)
            if failed is not None:
                return failed
        if exposed:
            return found
        if self.proof is None:
            return replace(found, evidence=(found.subject,) if self.drawn else ())
        return replace(found, evidence=(words.AS_IT_WAS, self.proof.trace(self.given())))

    def _told(self, found: Finding) -> Finding:
        """Return a failed row under a key that does not ask what learners call their tables and gateways."""
        key = found.key
        if isinstance(key, tuple) and len(key) == 3 and isinstance(key[2], tuple):
            return replace(found, key=(*key[:2], key[2][:3]))
        if isinstance(key, tuple) and key[1:] == ("BadInput",) and self.intents[key[0]].ip_version == 6:
            flow = self.intents[key[0]].flow
            said = f"{words.MUST_ARRIVE.format(flow=flow)} {words.NO_IPV6_TO_WRITE_TO}"
            return replace(found, sentence=said)
        return found


def refuted(key: str, sentence: str, network: Topology, *evidence: Any) -> Finding:
    """Return the finding that a test failed."""
    return Finding(False, sentence, evidence, key, network)


SURVIVE = {
    lost: rows(
        f"internet, prod/web-{left}, tcp 443, must",
        f"prod/web-{left}, prod/app-{left}, tcp 8080, must",
        f"prod/app-{left}, prod/db-{left}, tcp 3306, must",
        f"prod/app-{left}, internet 203.0.113.80, tcp 443, must",
    )
    for lost, left in (("a", "c"), ("c", "a"))
}


def survives(network: Topology) -> Finding | None:
    """Return what stops in production when a zone fails, or None."""
    for zone, left in SURVIVE.items():
        half = network.copy()
        try:
            half.fail_az(zone)
        except VpclabError as error:
            return refuted(f"zone {zone}", f"Sentence 3: {error}.", network)
        for row in left:
            way = row.trace(half)
            if not way.reaches:
                said = f"Sentence 3: Availability Zone {zone} fails, and with it {row.flow}."
                return refuted(f"zone: {way.blockers[0].kind}", said, network, way)
    return None


def backs_up_past_nat(network: Topology) -> Finding | None:
    """Return the way to S3 that leads through a NAT gateway or NAT instance, or None."""
    for name in ("prod/app-a", "prod/app-c"):
        way = trace(network, name, service("s3"), tcp(443))
        passed = [hop.component for hop in way.forward[1:]]
        if not way.reaches or any(thing.kind in ("nat_gateway", "instance") for thing in passed):
            said = f"Sentence 6: the backups of {name} pass NAT, and each GB is paid for there."
            said = said if way.reaches else f"Sentence 6: the backups of {name} do not reach S3."
            return refuted(f"s3: {_why_not_past(network, way.reaches)}", said, network, way)
    return None


def _why_not_past(network: Topology, reaches: bool) -> str:
    """Return whether production has an endpoint for S3, if only for other tables."""
    snapshot = network.snapshot()
    to_s3 = [one for one in snapshot.all(VpcEndpoint) if one.service.endswith(".s3")]
    homes = [snapshot.get(Vpc, one.vpc_id) for one in to_s3]
    there = any(vpc is not None and vpc.name == "prod" for vpc in homes)
    return ("other tables" if there else "no endpoint") if reaches else "lost"


def named(network: Topology, *tiers: str) -> Iterator[tuple[str, Instance]]:
    """Yield machines of production and test by name, such as "prod/app-a"."""
    snapshot = network.snapshot()
    for host in snapshot.all(Instance):
        vpc = snapshot.get(Vpc, host.vpc_id)
        if vpc and vpc.name in ("prod", "test") and host.name.partition("-")[0] in tiers:
            yield f"{vpc.name}/{host.name}", host


def silent_over_ipv6(network: Topology) -> Finding | None:
    """Return what gets to or from the inner tiers over IPv6, or None: no row asks for that."""
    everything = reachability(network)
    for name, host in named(network, "app", "db"):
        own = next(e for e in network.snapshot().all(NetworkInterface) if e.owner_id == host.id)
        ends = [(internet, name)] + ([(name, internet)] if host.name.startswith("db") else [])
        for src, dst in ends if own.ipv6_addresses else []:
            gets = everything.between(src, dst, ip_version=6)
            if gets := gets | gets.reply_blocked:
                usual = tcp(8080 if host.name.startswith("app") else 3306)
                one = usual if gets.allows(usual) else traffic_of(gets)
                way = trace(network, src, dst, one, ip_version=6)
                said = f"{Intent(src, dst, one, ip_version=6).flow} must not work either, and does."
                return refuted("ipv6", said, network, way)
    return None


def _ports(port: int) -> Traffic:
    return part_of(6, port, port)


def asked_for(src: str, dst: str) -> Traffic:
    """Return what the brief asks for between two machines, or from a host of the internet to one."""
    (vpc, _, tier), (other, _, to) = (name.split("-")[0].partition("/") for name in (src, dst))
    if to == "web" and (vpc == other or other == "prod" or src == "office"):
        return _ports(443)  # inside its VPC a page may be opened from anywhere
    if vpc == other and (tier, to) in (("web", "app"), ("app", "db")):
        return _ports({"app": 8080, "db": 3306}[to])
    return _ports(22) if (src, dst) == ("office", "dev/box") else NOTHING


@dataclass(frozen=True)
class Surplus:
    """What works and nobody asked for."""

    src: object
    dst: object
    traffic: TrafficType
    label: str
    ip_version: int


def surplus(network: Topology) -> Iterator[Surplus]:
    """Yield what gets from a machine or the internet to a machine, and the brief does not ask for."""
    everything, snapshot = reachability(network), network.snapshot()
    for version in (4, 6):
        machines: dict[str, NetworkInterface] = {}
        for own in snapshot.all(NetworkInterface):
            host, vpc = snapshot.get(Instance, own.owner_id), snapshot.get(Vpc, own.vpc_id)
            if host and vpc and (version == 4 or own.ipv6_addresses):
                machines[f"{vpc.name}/{host.name}"] = own
        sources: dict[str, tuple[object, str]] = {name: (own, name) for name, own in machines.items()}
        for label, place in internet_hosts(snapshot, version):
            known = version == 4 and place in OFFICE_BLOCK
            sources[label] = (internet(str(place)), "office" if known else "internet")
        for label, (src, name) in sources.items():
            for dst, own in machines.items():
                if own is not src:
                    gets = everything.between(src, own, ip_version=version)
                    if left := (gets | gets.reply_blocked) - asked_for(name, dst):
                        yield Surplus(src, own, traffic_of(left), f"{label} → {dst}", version)


def nothing_else(network: Topology) -> Finding | None:
    """Return what works and the brief does not ask for, with its trace, or None."""
    one = next(surplus(network), None)
    if one is None:
        return None
    family = " over IPv6" if one.ip_version == 6 else ""
    said = f"The brief does not ask for this, and it works: {one.label} {one.traffic}{family}."
    way = trace(network, one.src, one.dst, one.traffic, ip_version=one.ip_version)
    return refuted(f"surplus {one.label}", said, network, way)


KEPT = rows(
    *(f"internet 203.0.113.{last}, test/web-a, tcp 443, must" for last in (65, 78)),
    *(f"internet 203.0.113.{last}, dev/box, tcp 22, must" for last in (65, 78)),
    *(f"prod/web-c, prod/app-{zone}, tcp 8080, must" for zone in "ac"),
    *(f"prod/app-{zone}, prod/db-c, tcp 3306, must" for zone in "ac"),
)


HOSTS_THAT_FETCH = "prod/app-a", "prod/app-c", "test/app-a"
FETCHED = rows(
    *(f"{name}, internet, tcp 443, must" for name in HOSTS_THAT_FETCH),
    *(f"{name}, internet 203.0.113.80, tcp 443, must" for name in HOSTS_THAT_FETCH),
    *(f"prod/app-{zone}, service s3, tcp 443, must" for zone in "ac"),
)


def fetches(network: Topology) -> Finding | None:
    """Return what the application can no longer ask for, or None."""
    return keeps(network, FETCHED)


def keeps(network: Topology, wanted: tuple[Intent, ...] = KEPT) -> Finding | None:
    """Return what the brief asks for beside its rows, and no longer works, or None."""
    for row in wanted:
        way = row.trace(network)
        if not way.reaches:
            return refuted("lost", f"{row.flow} worked before, and the brief asks for it.", network, way)
    return None


def nothing_else_untold(network: Topology) -> Finding | None:
    """Return that something works that nobody asked for, without saying what, or None."""
    one = next(surplus(network), None)
    return None if one is None else refuted("surplus", words.NOT_ASKED_FOR, network)


def cheap(network: Topology) -> Finding | None:
    """Return that development pays for a NAT gateway, or None."""
    for nat in network.snapshot().all(NatGateway):
        vpc = network.snapshot().get(Vpc, nat.vpc_id)
        if vpc and vpc.name == "dev":
            said = f"Sentence 8: `{nat.name}` is paid for by the hour, and development must be cheap."
            return refuted("nat", said, network)
    return None


def apart(network: Topology) -> Finding | None:
    """Return what joins two of the three environments, or None."""
    one = next(joints(network.snapshot()), None)
    if one is None:
        return None
    said = f"Sentence 1: `{one.name}` joins {one.names}; one route and one rule more, and packets pass."
    return refuted("joined", said, network)


def joinable(network: Topology) -> Finding | None:
    """Return the block of development that could never be joined with another network, or None."""
    snapshot = network.snapshot()
    known = {vpc.name: vpc for vpc in snapshot.all(Vpc)}
    if "dev" not in known:
        return refuted("no dev", "Sentence 1: there is no VPC `dev`.", network)
    blocks = [(vpc.name, b) for vpc in known.values() if vpc.name != "dev" for b in vpc.blocks]
    others = [*blocks, *((name, ip_network(block)) for name, block in TAKEN.items())]
    for block in (b for b in known["dev"].blocks if b.version == 4):
        for name, other in others:
            if other.version == 4 and block.overlaps(other):
                said = f"Sentence 8: {block} overlaps {other} of {name}. The two could never be joined."
                return refuted("overlap", said, network, *_refusal(network, other))
    return None


def fetches_from_everywhere(network: Topology) -> Finding | None:
    """Return the block of development that takes addresses of the internet for its own, or None."""
    for block in (b for vpc in network.snapshot().all(Vpc) if vpc.name == "dev" for b in vpc.blocks):
        if block.version == 4 and block.is_global:
            said = f"Sentence 8: {block} belongs to others on the internet; `box` cannot ask them any more."
            way = trace(network, "dev/box", internet(str(block[-2])), tcp(443))
            return refuted("public block", said, network, way)
    return None


def _refusal(network: Topology, block: Any) -> tuple[str, ...]:
    """Return what AWS would say to a peering with a VPC of that block."""
    lab = network.copy()
    try:
        lab["dev"].peer(lab.vpc("other", str(block)), "trial")
    except VpclabError as error:
        return (str(error),)
    return ()


# --- what learners build, rightly and wrongly --------------------------------------------------------------


def ways(shop: Topology) -> None:
    """Build subnets, gates, signposts and machines of production and test; the doors stand open."""
    for name, begin, zones in [("prod", "10.0", "ac"), ("test", "10.2", "a")]:
        vpc = shop[name]
        gate = vpc.internet_gateway()
        inner = []
        for n, zone in enumerate(zones):
            web = vpc.subnet(f"web-{zone}", f"{begin}.{n}.0/24", az=zone, ipv6=True)
            app = vpc.subnet(f"app-{zone}", f"{begin}.{10 + n}.0/24", az=zone)
            db = vpc.subnet(f"db-{zone}", f"{begin}.{20 + n}.0/24", az=zone)
            web.instance(f"web-{zone}", elastic_ip=True, ipv6=True, security_groups=["web"])
            app.instance(f"app-{zone}", security_groups=["app"])
            db.instance(f"db-{zone}", security_groups=["db"])
            web.route("0.0.0.0/0", to=gate)
            web.route("::/0", to=gate)
            app.route("0.0.0.0/0", to=web.nat_gateway())
            inner.append(app.route_table)
        vpc.gateway_endpoint("s3", route_tables=inner)


def doors(shop: Topology) -> None:
    """Write the lists at the doors of production and test."""
    visitors = {"prod": ["0.0.0.0/0", "::/0"], "test": ["203.0.113.64/28"]}
    for name, blocks in visitors.items():
        shop[name].security_group("web", inbound=[f"tcp 443 from {block}" for block in blocks])
        shop[name].security_group("app", inbound=["tcp 8080 from web"])
        shop[name].security_group("db", inbound=["tcp 3306 from app"])


def development(shop: Topology) -> None:
    """Build development: one machine with a public address, and a door for the office alone."""
    dev = shop.vpc("dev", "10.3.0.0/16")
    desk = dev.subnet("desk-a", "10.3.0.0/24", az="a")
    desk.route("0.0.0.0/0", to=dev.internet_gateway())
    dev.security_group("box", inbound=["tcp 22 from 203.0.113.64/28"])
    desk.instance("box", public_ip=True, security_groups=["box"])


def ways_with(
    *, nat: str = "each", web: str = "elastic", front: str = "both", inner: str = "", data: str = "alone",
    endpoint: str = "each", at: str = "ac", road: bool = False,
) -> Callable[[Topology], None]:  # fmt: skip
    """Return another design of the ways; each word is a decision that somebody might take.

    `nat`: one gateway for both zones, one each, "inside" the private subnets, or "none". `web`: "elastic",
    "public" or "none" for its address. `front`: which routes lead to the gateway. `inner`: the target of a
    route for ::/0 of the application. `data`: its table is "alone", the application's, or the "main" one.
    `endpoint`: its tables. `at`: the zones of -a and -c. `road`: production and test are peered.
    """

    def build(shop: Topology) -> None:
        for name, begin, zones in (("prod", "10.0", "ac"), ("test", "10.2", "a")):
            vpc = shop[name]
            gate = vpc.internet_gateway()
            table = vpc.route_table("front")
            if front != "none":
                table.route("0.0.0.0/0", to=gate)
            if front == "both":
                table.route("::/0", to=gate)
            inside, targets = [], {"igw": vpc.internet_gateway, "eigw": vpc.egress_only_internet_gateway}
            for n, letter in enumerate(zones):
                zone = at[n]
                one = vpc.subnet(f"w{n}", f"{begin}.{n}.0/24", az=zone, ipv6=True)
                two = vpc.subnet(f"x{n}", f"{begin}.{10 + n}.0/24", az=zone, ipv6=bool(inner) or None)
                three = vpc.subnet(f"y{n}", f"{begin}.{20 + n}.0/24", az=zone)
                table.associate(one)
                inside.append(vpc.route_table(f"inside-{n}", subnets=[two]))
                if data == "shared":
                    inside[-1].associate(three)
                elif data == "alone":
                    vpc.route_table(f"data-{n}", subnets=[three])
                if nat == "inside":
                    inside[-1].route("0.0.0.0/0", to=two.nat_gateway(f"nat-{n}"))
                elif nat == "igw":
                    inside[-1].route("0.0.0.0/0", to=gate)
                elif nat == "each" or (nat == "one" and n == 0):
                    inside[-1].route("0.0.0.0/0", to=one.nat_gateway(f"nat-{n}"))
                elif nat == "one":
                    inside[-1].route("0.0.0.0/0", to=shop[f"{name}/nat-0"])
                if inner:
                    inside[-1].route("::/0", to=targets[inner]())
                address = {"elastic_ip": True} if web == "elastic" else {"public_ip": web == "public"}
                one.instance(f"web-{letter}", ipv6=True, security_groups=["web"], **address)
                two.instance(
                    f"app-{letter}", ipv6=bool(inner) or None, public_ip=nat == "igw", security_groups=["app"]
                )
                three.instance(f"db-{letter}", security_groups=["db"])
            if endpoint != "none":
                vpc.gateway_endpoint("s3", route_tables=inside[:1] if endpoint == "one" else inside)
        if road:
            joined = shop["test"].peer(shop["prod"], "pcx")
            shop["test/x0"].route("10.0.0.0/16", to=joined)
            shop["prod/y0"].route("10.2.0.0/16", to=joined)

    return build


def doors_with(
    *, web: tuple[str, ...] = ("tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"),
    test: tuple[str, ...] = ("tcp 443 from 203.0.113.64/28",), app: tuple[str, ...] = ("tcp 8080 from web",),
    db: tuple[str, ...] = ("tcp 3306 from app",),
) -> Callable[[Topology], None]:  # fmt: skip
    """Return other lists at the doors of production and test."""

    def write(shop: Topology) -> None:
        for name, listed in (("prod", web), ("test", test)):
            shop[name].security_group("web", inbound=list(listed))
            shop[name].security_group("app", inbound=list(app))
            shop[name].security_group("db", inbound=list(db))

    return write


def development_with(
    *, block: str = "10.3.0.0/16", subnet: str = "",
    ssh: str | tuple[str, ...] = "tcp 22 from 203.0.113.64/28",
    gate: bool = True, address: bool = True, nat: bool = False, peer: str = "",
) -> Callable[[Topology], None]:  # fmt: skip
    """Return another design of development."""

    def build(shop: Topology) -> None:
        dev = shop.vpc("dev", block)
        cidr = subnet or str(next(ip_network(block).subnets(new_prefix=max(24, ip_network(block).prefixlen))))
        desk = dev.subnet("desk", cidr)
        igw = dev.internet_gateway()
        if gate:
            desk.route("0.0.0.0/0", to=igw)
        if nat:
            desk.nat_gateway("nat")
        dev.security_group("box", inbound=[ssh] if isinstance(ssh, str) else list(ssh))
        desk.instance("box", public_ip=address, security_groups=["box"])
        if peer:
            road = dev.peer(shop[peer], "pcx")
            desk.route(str(shop[peer].value.cidrs[0]), to=road)
            for host in (shop[f"{peer}/db-a"], shop[f"{peer}/app-a"]):
                shop[host.value.subnet_id].route(block, to=road)

    return build


def development_beside_test(shop: Topology) -> None:
    """Put development's machine into a subnet of test."""
    test = shop["test"]
    desk = test.subnet("desk", "10.2.99.0/24")
    desk.route("0.0.0.0/0", to=shop["test/igw"])
    test.security_group("box", inbound=["tcp 22 from 203.0.113.64/28"])
    desk.instance("box", public_ip=True, security_groups=["box"])


def mend(shop: Topology) -> None:
    """Take the one rule away that nobody asked for."""
    shop["prod/web"].revoke(inbound=["tcp 22 from ::/0"])


def close_ssh_anew(shop: Topology) -> None:
    """Write the list anew, without that rule."""
    shop["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"])


def close_ssh_at_the_border(shop: Topology) -> None:
    """Deny it in the default network ACL, before what it allows."""
    shop["prod"].default_network_acl.entries(
        inbound=["50 deny tcp 22 from ::/0", "100 allow all from 0.0.0.0/0", "101 allow all from ::/0"]
    )


def close_ipv6(shop: Topology) -> None:
    """Throw IPv6 out."""
    shop["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])


def close_ipv4(shop: Topology) -> None:
    """Deny ssh, from all of IPv4."""
    shop["prod"].default_network_acl.entries(
        inbound=["50 deny tcp 22 from 0.0.0.0/0", "100 allow all from 0.0.0.0/0", "101 allow all from ::/0"]
    )


def border_without_answers(shop: Topology) -> None:
    """Give the web subnets a network ACL that lets requests in, and no answer out."""
    shop["prod"].network_acl(
        "web", inbound=["100 allow tcp 443 from 0.0.0.0/0", "110 allow tcp 443 from ::/0"],
        outbound=["100 allow tcp 443 to 0.0.0.0/0", "110 allow tcp 443 to ::/0"],
        subnets=["prod/web-a", "prod/web-c"],
    )  # fmt: skip


DOORS = rows(
    "internet, prod/web-a, tcp 443, must",
    "internet, prod/web-c, tcp 443, must, 6",
    "internet 203.0.113.65, test/web-a, tcp 443, must",
    "internet 203.0.113.78, test/web-a, tcp 443, must",
    "prod/web-a, prod/app-c, tcp 8080, must",
    "prod/app-c, prod/db-a, tcp 3306, must",
    "test/web-a, test/app-a, tcp 8080, must",
    "test/app-a, test/db-a, tcp 3306, must",
    "internet, prod/web-a, tcp 22, must not",
    "internet, test/web-a, tcp 443, must not",
    "prod/web-a, prod/db-a, tcp 3306, must not",
)
DEVELOPMENT = rows(
    "internet 203.0.113.65, dev/box, tcp 22, must",
    "internet 203.0.113.78, dev/box, tcp 22, must",
    "dev/box, internet, tcp 443, must",
    "internet, dev/box, tcp 22, must not",
    "dev/box, prod/db-a, tcp 3306, must not",
)

# --- what traps look at ------------------------------------------------------------------------------------


def machine_elsewhere(network: Topology) -> bool:
    """Return whether development's machine stands in another environment's VPC."""
    snapshot = network.snapshot()
    hosts = [host for host in snapshot.all(Instance) if "box" in host.name]
    vpcs = [snapshot.get(Vpc, host.vpc_id) for host in hosts]
    return any(vpc is not None and vpc.name in ("prod", "test") for vpc in vpcs)


def open_too_far(network: Topology) -> bool:
    """Return whether all rows of step 2 hold, and something else works as well."""
    return all(row.trace(network).reaches == row.must for row in DOORS) and nothing_else(network) is not None


def wide_inside(network: Topology) -> bool:
    """Return whether the rows hold, and the application's door is open to its neighbour."""
    found = nothing_else(network) if open_too_far(network) else None
    return found is not None and found.key == "surplus prod/app-a → prod/app-c"


def overlapping(network: Topology) -> bool:
    """Return whether the rows of step 3 hold, and development's block is taken."""
    found = joinable(network) if all(r.trace(network).reaches == r.must for r in DEVELOPMENT) else None
    return found is not None and found.key == "overlap"


def opened_for_packages(network: Topology) -> bool:
    """Return whether the rows of step 3 hold, and strangers get to tcp 443 of development's machine."""
    if not all(row.trace(network).reaches == row.must for row in DEVELOPMENT):
        return False
    one = next(surplus(network), None)
    return one is not None and (one.label, one.traffic) == ("internet → dev/box", tcp(443))


def wide_answer_rule(network: Topology) -> bool:
    """Return whether a group has an inbound rule for the ports that answers go to."""
    groups = [network[f"{vpc}/{tier}"] for vpc in ("prod", "test") for tier in ("app", "db")]
    return open_too_far(network) and any(
        rule.from_port == 1024 for group in groups for rule in group.value.side("inbound")
    )


CHOICES = {
    "strangers get updates": "internet → prod/app-a tcp 443 must",
    "application gets updates": "prod/app-a → internet tcp 443 must",
    "office opens test": "office → test/web-a tcp 443 must",
    "strangers do not open test": "internet → test/web-a tcp 443 must not",
    "strangers do not reach data": "internet → prod/db-a tcp 3306 must not",
    "web servers do not reach data": "prod/web-a → prod/db-a tcp 3306 must not",
}
RIGHT_ROWS = {
    "a": CHOICES["application gets updates"],
    "b": CHOICES["strangers do not open test"],
    "c": CHOICES["web servers do not reach data"],
}


def says(item: str, choice: str) -> Callable[[Any], bool]:
    """Return a test whether somebody paired an item so."""
    return lambda value: (item, CHOICES[choice]) in value


def next_stop(value: str) -> Any:
    """Return the whole way, once the answer is right."""
    way = trace(draft(), "dev/box", "prod/db-a", tcp(3306))
    return walk(way, leg="request") if "pcx" in value or "peering" in value else ()


MISSING = {
    "a": Intent("internet", "prod/web-a", tcp(22), must=False),
    "b": Intent("internet", "prod/web-a", tcp(22), must=False, ip_version=6),
    "c": Intent("internet", "prod/db-a", tcp(22), must=False),
    "d": Intent("internet", "prod/web-a", tcp(443), ip_version=6),
}


def noticed(key: str) -> str:
    """Return what a row says of the network with one rule too many."""
    row = MISSING[key]
    row = replace(row, src=internet)
    holds = row.trace(month_later()).reaches == row.must
    return f"In the network with the open way: {'✔ holds' if holds else '✖ fails'}: {row}."


# --- what the lesson asks ----------------------------------------------------------------------------------

V4, V6 = "tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"

EXERCISES = (
    Exercise(
        id="14-rows",
        title="From a sentence to a row",
        prompt=(
            "Which row says the same as the sentence? Pair a, b and c of the table above with a row; three "
            "are left over. `office` stands for a host of the office."
        ),
        kind=Match(items=("a", "b", "c"), choices=tuple(CHOICES.values())),
        hints=(
            "Ask of each sentence: who begins, who is asked, and is it a promise or a ban?",
            "“Fetches” begins inside. “Nobody but” is a ban. “Do not ask themselves” is about somebody who "
            "is inside already.",
            'For b a ban on strangers: "internet → test/web-a tcp 443 must not".',
        ),
        deciding="internet → test/web-a",
        why="A row has a direction, and a ban needs its own row: what must work says nothing of the rest.",
        solution=RIGHT_ROWS,
        also_right=(
            {letter: row.upper() for letter, row in RIGHT_ROWS.items()},
            [[letter, row] for letter, row in RIGHT_ROWS.items()],
        ),
        traps=(
            Trap(
                {**RIGHT_ROWS, "a": CHOICES["strangers get updates"]},
                "M15",
                "Look at a again: this row lets strangers begin. Updates are asked for from inside, and "
                "a NAT gateway lets in answers only.",
                when=says("a", "strangers get updates"),
            ),
            Trap(
                {**RIGHT_ROWS, "b": CHOICES["office opens test"]},
                "M14",
                "Look at b again: your row holds, too, where a list says 0.0.0.0/0. It would not notice the "
                "strangers.",
                when=says("b", "office opens test"),
            ),
            Trap(
                {**RIGHT_ROWS, "c": CHOICES["strangers do not reach data"]},
                "M44",
                "Look at c again: your row asks who comes from outside. The sentence is about a machine that "
                "stands inside, one local route away.",
                when=says("c", "strangers do not reach data"),
            ),
        ),
    ),
    Exercise(
        id="14-next-stop",
        title="Out of development",
        prompt="The route table `desk` serves the subnet of `box`. Row 3 is blank: where does the packet go?",
        kind=Step(given=draft, flow=Intent("dev/box", "prod/db-a", tcp(3306)), at="desk"),
        hints=(
            "Read the code of the draft: which routes does `desk` have?",
            "A table has its local route, and what somebody added. Which one holds 10.0.20.10?",
            "10.0.0.0/16 leads to the peering connection, `pcx`.",
        ),
        deciding="pcx",
        why="One signpost, one road, and development stands before production's door.",
        also_right=("PCX", "peering connection pcx", "peering connection"),
        traps=(
            Trap(
                "stops here",
                "M43",
                "Two VPCs are two countries, and by themselves no road joins them. Here somebody built one. "
                "Look at the routes of `desk`.",
            ),
            Trap(
                "internet",
                "M12",
                "The VPC `dev` has no gate to the internet at all. Look at the routes of `desk`.",
            ),
        ),
        evidence=next_stop,
    ),
    Exercise(
        id="14-ways",
        title="Step 1: the ways of production and test",
        prompt=(
            "Finish the frame: change its lines, and add others where you need them, outside the inner loop, "
            "too. In this step every door stands open, so only ways keep packets apart. "
            "Besides the rows: production outlives zone a, and zone c (sentence 3); its backups reach S3 "
            "without passing NAT (6); over IPv6 nobody reaches `app` or `db` either."
        ),
        kind=Design(
            given=start,
            intents=rows(
                "internet, prod/web-a, tcp 443, must",
                "internet, prod/web-c, tcp 443, must",
                "internet, prod/web-a, tcp 443, must, 6",
                "internet, prod/web-c, tcp 443, must, 6",
                "internet 203.0.113.70, test/web-a, tcp 443, must",
                "prod/web-a, prod/app-c, tcp 8080, must",
                "prod/app-a, prod/db-c, tcp 3306, must",
                "prod/app-a, internet 203.0.113.80, tcp 443, must",
                "prod/app-c, internet 203.0.113.80, tcp 443, must",
                "test/app-a, internet 203.0.113.80, tcp 443, must",
                "internet, prod/app-a, tcp 8080, must not",
                "internet, prod/db-a, tcp 3306, must not",
                "prod/db-a, internet 203.0.113.80, tcp 443, must not",
                "test/db-a, internet 203.0.113.80, tcp 443, must not",
                "test/app-a, prod/db-a, tcp 3306, must not",
            ),
            hidden=("prod/app-a", "prod/app-c", "prod/db-a", "prod/db-c", "test/app-a", "test/db-a"),
            tests=(survives, backs_up_past_nat, silent_over_ipv6, apart),
        ),
        hints=(
            "Go tier by tier: what must reach it from outside, and what must it reach? Then zone by zone.",
            "The web subnets need a gate, two signposts (IPv4 and IPv6) and addresses outside. Each "
            "application subnet needs a table of its own. The databases need nothing.",
            "In each zone `web.nat_gateway(...)`, and a table for `app` with 0.0.0.0/0 to it. In each VPC "
            "one S3 endpoint, made after the inner loop, with all tables of `app`. The table of the web "
            "subnets leads 0.0.0.0/0 and ::/0 to the internet gateway.",
        ),
        deciding="nat_gateway(",
        why="The ways alone keep strangers from everything but the web servers, even with every door open.",
        solution=ways,
        also_right=(
            ways_with(),
            ways_with(web="public"),
            ways_with(inner="eigw"),
            ways_with(data="main"),
        ),
        traps=(
            Trap(
                ways_with(nat="one"),
                "M18",
                "The rows hold as long as all goes well. A NAT gateway stands in one zone, and falls "
                "with it.",
            ),
            Trap(
                ways_with(nat="inside"),
                "M16",
                "A NAT gateway needs a way out itself. In the subnet that it serves, its own signpost leads "
                "back to it.",
            ),
            Trap(
                ways_with(nat="igw"),
                "M13",
                "The application is in a public subnet now, whatever you call it: the packet below came in "
                "from outside.",
            ),
            Trap(
                ways_with(front="4"),
                "M39",
                "0.0.0.0/0 is a signpost for IPv4. The answer of the IPv6 customer finds none.",
            ),
            Trap(
                ways_with(front="none"),
                "M12",
                "The gate is in the wall, and no signpost leads to it.",
            ),
            Trap(
                ways_with(web="none"),
                "M11",
                "The subnet is public. The instance needs an address outside as well.",
            ),
            Trap(
                ways_with(inner="igw"),
                "M38",
                "Over IPv6 there is no NAT that would hide anybody: a route for ::/0 to the internet gateway "
                "is open in both directions.",
            ),
            Trap(
                ways_with(endpoint="none"),
                "M37",
                "It works, through the NAT gateway, and is paid by the GB there. S3 needs no NAT: follow the "
                "packet below.",
            ),
            Trap(
                ways_with(endpoint="one"),
                "M37",
                "You have an endpoint, and the table of this machine does not lead to it. Each call writes "
                "the list of tables anew. So collect them in the loop, and make the endpoint after it.",
            ),
            Trap(
                ways_with(road=True),
                "M44",
                "You joined two environments. With open doors nothing keeps them apart now.",
            ),
        ),
    ),
    Exercise(
        id="14-doors",
        title="Step 2: the doors",
        prompt=(
            "Close the doors of production and test: write the lists of the groups `web`, `app` and `db` in "
            "both VPCs. Besides the rows, nothing may work that the brief does not ask for, over IPv4 or "
            "IPv6. Within its VPC a web page may be opened by everybody."
        ),
        kind=Design(
            given=with_ways,
            intents=DOORS,
            tests=(nothing_else, survives, fetches, apart),
            drawn=False,
        ),
        hints=(
            "For each door: who must come in, and at which port? The answer needs no line.",
            "Name a group where the other side is a tier; name blocks where it is people. IPv6 needs a line "
            "of its own.",
            'For prod: `vpc.security_group("app", inbound=["tcp 8080 from web"])`, the database '
            "likewise from `app`; the web door for 0.0.0.0/0 and ::/0. In test that door is for "
            "203.0.113.64/28.",
        ),
        deciding='inbound=["tcp 8080 from web"]',
        why="Each tier admits the one before it, by name: a machine that joins a tier needs no new rule.",
        solution=doors,
        also_right=(
            doors_with(),
            doors_with(app=("tcp 8080-8080 from web",)),
            doors_with(web=("tcp 443 from 0.0.0.0/1", "tcp 443 from 128.0.0.0/1", V6)),
        ),
        traps=(
            Trap(
                doors_with(web=(V4,)),
                "M39",
                "A rule for 0.0.0.0/0 says nothing of IPv6: those customers stand before a closed door.",
            ),
            Trap(
                doors_with(db=("tcp 3306 from 0.0.0.0/0",)),
                "M14",
                "No stranger gets as far as this door. Your own web server does, and whoever takes it over.",
            ),
            Trap(
                doors_with(db=("tcp 3306 from web",)),
                "M30",
                "A rule that names a group admits its members, and only them. The application is no "
                "member of `web`, even though its own door names it.",
            ),
            Trap(
                doors_with(app=("tcp 8080 from 10.0.0.0/8",)),
                "M44",
                "Your block holds every machine of the VPC, whatever its subnet.",
                when=lambda network: (
                    (nothing_else(network) or Finding(True)).key == "surplus prod/app-a → prod/app-c"
                ),
            ),
            Trap(
                doors_with(app=("tcp 8080 from web", "tcp 1024-65535 from 0.0.0.0/0")),
                "M05",
                "A group remembers what it let pass; answers need no rule. This one lets in requests.",
                when=wide_answer_rule,
            ),
        ),
    ),
    Exercise(
        id="14-dev",
        title="Step 3: development",
        prompt=(
            "Build the VPC `dev` with one machine, `box`. Choose its block (sentence 8). Besides the rows: "
            "development has no NAT gateway, nothing joins it with another VPC, and nothing works that the "
            "brief does not ask for."
        ),
        kind=Design(
            given=with_doors,
            intents=DEVELOPMENT,
            tests=(joinable, fetches_from_everywhere, cheap, apart, nothing_else),
        ),
        hints=(
            "Without NAT there is one way left by which a machine reaches the internet, and the office "
            "reaches it. You know it from chapter 04.",
            "Gate, signpost, address outside, list. The list is what keeps strangers out.",
            "A block such as 10.3.0.0/16; `dev.internet_gateway()`, a route to it, `public_ip=True`, and "
            '"tcp 22 from 203.0.113.64/28".',
        ),
        deciding="public_ip=True",
        why=(
            "Cheap has a price: one list stands between this machine and the world. So nothing of value is "
            "kept there, and no road leads on."
        ),
        solution=development,
        also_right=(
            development_with(block="172.16.0.0/24"),
            development_with(block="10.3.0.0/28", subnet="10.3.0.0/28"),
        ),
        traps=(
            Trap(
                development_with(block="10.1.0.0/16"),
                "M24",
                "Blocks that overlap can never be peered, whichever subnets are in use.",
                when=overlapping,
            ),
            Trap(
                development_with(ssh="tcp 22 from 0.0.0.0/0"),
                "M14",
                "This machine has gate, signpost and address. With such a list everybody is a guest.",
            ),
            Trap(
                development_with(ssh=("tcp 22 from 203.0.113.64/28", V4)),
                "M05",
                "Packages come as answers, and answers need no rule. This one lets strangers begin.",
                when=opened_for_packages,
            ),
            Trap(
                development_with(gate=False),
                "M12",
                "The gate is attached, the request gets in, and the answer finds no signpost.",
            ),
            Trap(
                development_with(address=False),
                "M11",
                "A public subnet is not enough: nobody outside can write to 10.x.x.x.",
            ),
            Trap(
                development_with(peer="test"),
                "M02",
                "A peering lends no gateways: the NAT gateway of test is of no use to development. What the "
                "road does carry are packets between the two.",
            ),
            Trap(
                development_beside_test,
                "M44",
                "A subnet beside test is not another environment: the local route leads from each to each.",
                when=machine_elsewhere,
            ),
        ),
    ),
    Exercise(
        id="14-ticket",
        title="A month later",
        prompt=(
            "Somebody worked at the design for a month. All rows of the brief still hold. And yet one thing "
            "gets in that no sentence asks for. Find it by probes, and close it, and nothing else."
        ),
        kind=Design(
            given=month_later,
            intents=brief(),
            picture=False,
            hidden=("prod/app-a", "prod/app-c", "prod/db-a", "prod/db-c"),
            tests=(nothing_else_untold, survives, keeps, apart),
            proof=Intent(internet, "prod/web-a", tcp(22), ip_version=6),
        ),
        hints=(
            "The rows hold, so do not ask them again. What does the table not ask?",
            "Take the rows that begin at `internet`. Which machine, port and address family has a row, and "
            "which has none?",
            "Ask for tcp 22 over IPv6. The list is `prod/web`, the rule “tcp 22 from ::/0”.",
        ),
        deciding="tcp 22 over IPv6",
        why="The rows of a table are what somebody thought of. The rule stood where no row looked.",
        solution=mend,
        also_right=(close_ssh_anew, close_ssh_at_the_border),
        traps=(
            Trap(
                close_ipv6,
                "M39",
                "The open way is closed, and with it the shop for every customer with IPv6: the two families "
                "have rules of their own.",
            ),
            Trap(
                close_ipv4,
                "M39",
                "An entry for 0.0.0.0/0 is about IPv4. What gets in goes on getting in.",
                when=lambda network: any(
                    not entry.allow and str(entry.cidr) == "0.0.0.0/0" and entry.number < 100
                    for entry in network["prod"].default_network_acl.value.entries
                ),
            ),
            Trap(
                border_without_answers,
                "M04",
                "A border list of your own remembers nothing: the answer goes to the customer's port, and "
                "443 is not it.",
            ),
        ),
    ),
    Exercise(
        id="14-missing-row",
        title="The row that was missing",
        prompt=(
            "Break and fix had an open way, and every row held. Which of these rows would have noticed? "
            "(Solve `14-ticket` first.)"
        ),
        kind=Choice({key: f"{row}" for key, row in MISSING.items()}),
        hints=(
            "A row notices if it fails in the network with the open way.",
            "The row must ask for the port, the machine and the address family that were open.",
            "Strangers came over IPv6, to tcp 22 of a web server.",
        ),
        deciding="Strangers came over IPv6",
        why="Write the row before you close the way: it fails, then holds, and stands guard from then on.",
        solution="b",
        also_right=("B", "b)"),
        traps=(
            Trap("a", "M39", "This row stood in the table all the time, and held. Look:"),
            Trap(
                "c",
                "M44",
                "The database was never open. Your row holds, with the open way and without. Look:",
            ),
            Trap("d", "M14", "A row about what must work does not see what works besides. Look:"),
        ),
        evidence=noticed,
    ),
    Exercise(
        id="14-block",
        title="A block for the next Region",
        prompt=(
            "The shop will get a twin of production in another Region, and the two will be peered. Choose a "
            "block for it with room for 4,000 machines, as small as can be, in 10.0.0.0/8, and clear of all "
            "others: 10.0.0.0/16, 10.1.0.0/16, 10.2.0.0/16 and 10.3.0.0/16."
        ),
        kind=Cidr(
            inside="10.0.0.0/8",
            avoids=("10.0.0.0/16", "10.1.0.0/16", "10.2.0.0/16", "10.3.0.0/16"),
            hosts=4000,
            smallest=True,
        ),
        hints=(
            "Which length holds 4,000 addresses and some? Each bit less doubles the block.",
            "A /21 holds 2,048 addresses, a /20 twice as many. AWS keeps five of every subnet.",
            "A /20 outside the four blocks, such as one that begins with 10.4.",
        ),
        deciding="A /20 outside",
        why="4,096 addresses, and no overlap, so that the two can be peered.",
        solution="10.4.0.0/20",
        also_right=("10.200.16.0/20", "10.4.16.0/20"),
        traps=(
            Trap(
                "10.0.64.0/20",
                "M24",
                "It lies inside a block that a VPC has. Unused or not, such VPCs cannot be peered.",
                when=lambda block: block.overlaps(ip_network("10.0.0.0/14")),
            ),
            Trap(
                "10.4.0.0/21",
                "M25",
                "Too few, even before AWS takes its five of every subnet.",
                when=lambda block: block.prefixlen > 20,
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="14-p1",
        question=(
            "An intruder sits on `box`, the developers' machine in the subnet `dev-a`. `db` in `data-a` "
            "holds the customers' data; its list admits tcp 3306 from 10.0.0.0/16. The intruder sends "
            "tcp 3306 to `db`. What happens?"
        ),
        given=today,
        flow=Intent("box", "db", tcp(3306)),
        beliefs={
            "blocked": (
                "M44",
                "Another subnet is no border: the local route leads from each subnet of a VPC to each other.",
            ),
            "reply-blocked": ("M05", "A list at a door remembers what it let in; the answer needs no rule."),
        },
        after="""
Development and production are two subnets of one VPC here, and one careless list is all that it takes. The
shop wants something better. You get its *brief*, what the owner asks for, and design the next version.
""",
    ),
    Prediction(
        id="14-p2",
        question=(
            "A customer with IPv6 opens the shop of the draft: tcp 443 to `prod/web-a`, which has an IPv6 "
            "address. The table `front` leads 0.0.0.0/0 and ::/0 to the gate, and the list at the door says: "
            "tcp 443 from 0.0.0.0/0. What happens?"
        ),
        given=draft,
        flow=Intent(internet, "prod/web-a", tcp(443), ip_version=6),
        picture=False,
        beliefs={
            "delivered": ("M39", "0.0.0.0/0 is every IPv4 address. For IPv6 the list says nothing."),
            "reply-blocked": ("M05", "There is no answer: the request stops before it comes in."),
        },
        after="""
The colleague tried it at home, over IPv4, and it worked. A row of a table would have asked for both.
""",
    ),
    Prediction(
        id="14-p3",
        question=(
            "Availability Zone a fails. `prod/app-c` stands in zone c, and its table leads 0.0.0.0/0 to "
            "`nat`, which stands in `web-a`. It asks the payment service, 203.0.113.80. What happens?"
        ),
        given=draft_without_a,
        shown=draft,
        flow=Intent("prod/app-c", PAYMENT, tcp(443)),
        picture=False,
        beliefs={
            "delivered": ("M18", "A NAT gateway stands in one zone. No other one takes its place."),
            "reply-blocked": ("M18", "It is the request that has nowhere to go: its NAT gateway is gone."),
        },
        after="""
The route still leads to `nat`, and nothing stands there. A design that shall outlive a zone needs a NAT
gateway in each, and a table for each that leads to the one of its own zone. The second one costs as much as
the first, so not every environment gets it.
""",
    ),
    Prediction(
        id="14-p4",
        question=(
            "Somebody peers `dev` with `test`, and `test` with `prod`. Every table has all routes, every "
            "door admits all from 10.0.0.0/8. `box` in `dev` sends tcp 3306 to `db` in `prod`. What happens?"
        ),
        given=in_a_row,
        flow=Intent("box", "db", tcp(3306)),
        beliefs={
            "delivered": ("M01", "A peering carries packets of its own two VPCs, and nothing through them."),
            "reply-blocked": ("M01", "It does not get that far: the first road does not carry it on."),
        },
        after="""
No packet gets through by itself. But whoever takes over `app` in `test` on the way can send from there.
""",
    ),
    Prediction(
        id="14-p5",
        question=(
            "`app-a` should fetch updates over IPv6. Somebody gave it an IPv6 address and a route ::/0 to "
            "the internet gateway; its list admits tcp 8080 from everybody, “for the address is hidden "
            "anyway”. A stranger sends tcp 8080 to it over IPv6. What happens?"
        ),
        given=ipv6_for_app,
        flow=Intent(internet, "app-a", tcp(8080), ip_version=6),
        picture=False,
        beliefs={
            "blocked": ("M38", "An IPv6 address is a public one, and the gateway translates nothing."),
            "reply-blocked": ("M38", "The route for the way out is the route for the answer, too."),
        },
        after="""
For a way out over IPv6 and none in there is the egress-only internet gateway (chapter 05). The attacker's
checklist asks each question over both families for this reason.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="14-why",
        question=(
            "“All rows of our table hold, so the design is safe.” What do you answer, in one or two "
            "sentences?"
        ),
        model=(
            "The table proves what somebody thought of. So we also ask everything that works, over both "
            "address families, whether anybody wanted it."
        ),
        points=(
            "Rows prove promises and bans that somebody wrote down.",
            "A checklist asks every machine, and finds what nobody wrote.",
            "Neither knows what the brief forgot.",
        ),
    ),
)
