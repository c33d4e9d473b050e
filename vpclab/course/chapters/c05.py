"""Chapter 05, NAT: out, but not in: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import redirect_stdout, suppress
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import Any

from vpclab import Refused, Topology, Trace, internet, tcp, trace
from vpclab.course.cards import Table
from vpclab.course.comparing import Aspect, Compare
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import (
    Attempt,
    Choice,
    Edit,
    Finding,
    Intent,
    Match,
    Step,
    judge_network,
    quietly,
)
from vpclab.course.natting import GATEWAY, INSTANCE, UPDATES, NatView
from vpclab.course.reference import price, subnets
from vpclab.course.stepping import walk
from vpclab.topology.model import NatGateway, SecurityGroup

SOURCE = internet(UPDATES)
SOURCE_6 = internet("3fff::80")
OFFICE = internet("203.0.113.70")

# --- the networks ------------------------------------------------------------------------------------------


def shop_without_nat() -> Topology:
    """Return the shop with a public subnet, and an app server in a private one."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    apps = prod.subnet("app-a", "10.0.1.0/24", az="a")
    gate = prod.internet_gateway()
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=gate)
    prod.security_group("app", inbound=["tcp 443 from 0.0.0.0/0"])
    apps.instance("app-1", security_groups=["app"])
    return network


def shop_with_nat_inside() -> Topology:
    """Return the shop with its NAT gateway in the private subnet that uses it."""
    network = shop_without_nat()
    nat = network["app-a"].nat_gateway("nat")
    network["prod"].route_table("apps", subnets=["app-a"]).route("0.0.0.0/0", to=nat)
    return network


@quietly
def shop() -> Topology:
    """Return the finished shop: the NAT gateway was made anew in the public subnet, with its address."""
    network = shop_with_nat_inside()
    network["nat"].remove()
    nat = network["front-a"].nat_gateway("nat-a", elastic_ip="198.51.100.10")
    network["apps"].route("0.0.0.0/0", to=nat)
    return network


def shop_with_batch() -> Topology:
    """Return the shop with a second instance behind the same NAT gateway."""
    network = shop()
    network["app-a"].instance("batch", security_groups=["app"])
    return network


def shop_with_nat_instance(*, check: bool = False, inbound: str = "all from 10.0.0.0/16") -> Topology:
    """Return the shop with a NAT instance in the place of the NAT gateway."""
    network = shop_without_nat()
    prod = network["prod"]
    prod.security_group("nat", inbound=[inbound])
    nat = network["front-a"].instance(
        "nat-1", elastic_ip=True, security_groups=["nat"], source_dest_check=check, forwards="nat"
    )
    prod.route_table("apps", subnets=["app-a"]).route("0.0.0.0/0", to=nat)
    return network


def shop_with_check() -> Topology:
    """Return the shop with a NAT instance as it was launched: the source/destination check is on."""
    return shop_with_nat_instance(check=True)


def shop_in_two_zones() -> Topology:
    """Return the shop with a second app server in zone c, behind the NAT gateway of zone a."""
    network = shop()
    network["prod"].subnet("app-c", "10.0.3.0/24", az="c").instance("app-2", security_groups=["app"])
    network["apps"].associate("app-c")
    return network


@quietly
def shop_without_zone_a() -> Topology:
    """Return the shop in two zones after zone a has failed."""
    network = shop_in_two_zones()
    network.fail_az("a")
    return network


def shop_with_ipv6() -> Topology:
    """Return the shop with IPv6 everywhere, and a way out for it in the public subnet only."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16", ipv6=True)
    front = prod.subnet("front-a", "10.0.0.0/24", az="a", ipv6=True)
    apps = prod.subnet("app-a", "10.0.1.0/24", az="a", ipv6=True)
    gate = prod.internet_gateway()
    table = prod.route_table("front", subnets=[front])
    table.route("0.0.0.0/0", to=gate)
    table.route("::/0", to=gate)
    prod.security_group("app", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"])
    apps.instance("app-1", ipv6=True, security_groups=["app"])
    prod.route_table("apps", subnets=[apps]).route("0.0.0.0/0", to=front.nat_gateway("nat"))
    return network


def shop_with_three_gateways() -> Topology:
    """Return the shop with IPv6 and all three gates, each with a subnet of its own that leads to it."""
    network = shop_with_ipv6()
    prod = network["prod"]
    network["front-a"].instance("web", elastic_ip=True, ipv6=True, security_groups=["app"])
    network["apps"].route("::/0", to=prod.egress_only_internet_gateway())
    return network


def shop_with_firewall() -> Topology:
    """Return the shop with an instance that looks into every packet it gets, and a database."""
    network = shop_without_nat()
    prod = network["prod"]
    prod.security_group("firewall", inbound=["all from 10.0.0.0/16"])
    prod.security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    firewall = network["front-a"].instance(
        "firewall", elastic_ip=True, security_groups=["firewall"], source_dest_check=False, forwards="nat"
    )
    prod.route_table("apps", subnets=["app-a"]).route("0.0.0.0/0", to=firewall)
    prod.subnet("data-a", "10.0.2.0/24", az="a").instance("db", security_groups=["db"])
    return network


def shop_with_bastion_to_be() -> Topology:
    """Return the shop with an instance that shall become its bastion."""
    network = shop()
    network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    network["prod"].security_group("bastion")
    network["front-a"].instance("bastion", security_groups=["bastion"])
    network["front-a"].instance("web", elastic_ip=True, security_groups=["web"])
    return network


@quietly
def shop_waiting_for_zone_a() -> Topology:
    """Return the shop in two zones, each with its own table, after the zone with the NAT gateway failed."""
    network = shop()
    prod = network["prod"]
    network["front"].associate(prod.subnet("front-c", "10.0.2.0/24", az="c"))
    apps = prod.subnet("app-c", "10.0.3.0/24", az="c")
    apps.instance("app-2", security_groups=["app"])
    prod.route_table("apps-c", subnets=[apps]).route("0.0.0.0/0", to="nat-a")
    network.fail_az("a")
    return network


def shop_with_lost_table() -> Topology:
    """Return the shop with two NAT gateways, one of them in a subnet that lost its route table."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    gate = prod.internet_gateway()
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("app", inbound=["tcp 443 from 10.0.0.0/16"])
    prod.security_group("db", inbound=["tcp 3306 from app"])
    fronts = [prod.subnet(f"front-{zone}", f"10.0.{n}.0/24", az=zone) for n, zone in ((0, "a"), (2, "c"))]
    apps = [prod.subnet(f"app-{zone}", f"10.0.{n}.0/24", az=zone) for n, zone in ((1, "a"), (3, "c"))]
    data = prod.subnet("data-c", "10.0.4.0/24", az="c")
    prod.route_table("front", subnets=fronts[:1]).route("0.0.0.0/0", to=gate)
    for number, (zone, front, app) in enumerate(zip("ac", fronts, apps, strict=True), 1):
        front.instance(f"web-{number}", elastic_ip=True, security_groups=["web"])
        app.instance(f"app-{number}", security_groups=["app"])
        nat = front.nat_gateway(f"nat-{zone}")
        prod.route_table(f"apps-{zone}", subnets=[app]).route("0.0.0.0/0", to=nat)
    data.instance("db", security_groups=["db"])
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def open_ipv6(shop: Topology) -> None:
    """Make the gate that lets IPv6 out only, and lead the app servers to it."""
    gate = shop["prod"].egress_only_internet_gateway()
    shop["apps"].route("::/0", to=gate)


def open_ipv6_by_subnet(shop: Topology) -> None:
    """Do the same, naming the subnet."""
    shop["app-a"].route("::/0", to=shop["prod"].egress_only_internet_gateway("out-only"))


def open_ipv6_with_halves(shop: Topology) -> None:
    """Route the two halves of IPv6 instead of all of it (EIGW-2)."""
    gate = shop["prod"].egress_only_internet_gateway()
    shop["apps"].route("::/1", to=gate)
    shop["apps"].route("8000::/1", to=gate)


def ipv6_to_the_internet_gateway(shop: Topology) -> None:
    """Lead IPv6 to the gate that opens both ways."""
    shop["apps"].route("::/0", to=shop["igw"])


def gate_without_signpost(shop: Topology) -> None:
    """Make the gate and stop there."""
    shop["prod"].egress_only_internet_gateway()


def signpost_in_the_wrong_table(shop: Topology) -> None:
    """Put the signpost into the main table, which serves nobody here."""
    gate = shop["prod"].egress_only_internet_gateway()
    shop["prod"].main_route_table.route("::/0", to=gate)


def mend(shop: Topology) -> None:
    """Let the table with the signpost serve the public subnet of zone c again."""
    shop["front"].associate("front-c")


def mend_with_a_table_of_its_own(shop: Topology) -> None:
    """Give the public subnet of zone c a table of its own."""
    shop["front-c"].route("0.0.0.0/0", to=shop["igw"])


def borrow_the_other_zone(shop: Topology) -> None:
    """Lead the app servers of zone c to the NAT gateway of zone a."""
    shop["apps-c"].route("0.0.0.0/0", to=shop["nat-a"])


def past_the_nat_gateway(shop: Topology) -> None:
    """Lead the app servers of zone c straight to the internet gateway."""
    shop["apps-c"].route("0.0.0.0/0", to=shop["igw"])


def main_to_the_gateway(shop: Topology) -> None:
    """Put the signpost into the main table."""
    shop["prod"].main_route_table.route("0.0.0.0/0", to=shop["igw"])


def open_the_app_door(shop: Topology) -> None:
    """Let everything in at the door of the app servers."""
    shop["prod"].security_group("app", inbound=["all from 0.0.0.0/0"])


def build_bastion(shop: Topology) -> None:
    """Let the office in at the bastion, and the bastion in at the app server."""
    shop["bastion"].elastic_ip()
    shop["prod"].security_group("bastion", inbound=["tcp 22 from 203.0.113.64/28"])
    shop["prod"].security_group("app", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from bastion"])


def build_bastion_by_address(shop: Topology) -> None:
    """Do the same, naming the bastion by its private address."""
    shop["bastion"].elastic_ip()
    shop["prod"].security_group("bastion", inbound=["tcp 22 from 203.0.113.64/28"])
    shop["prod"].security_group("app", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 10.0.0.10/32"])


def open_bastion_to_all(shop: Topology) -> None:
    """Let the whole internet knock at the bastion."""
    shop["bastion"].elastic_ip()
    shop["prod"].security_group("bastion", inbound=["tcp 22 from 0.0.0.0/0"])
    shop["prod"].security_group("app", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from bastion"])


def trust_the_nat_gateway(shop: Topology) -> None:
    """Take the NAT gateway for the stepping stone, and let its address in."""
    shop["prod"].security_group("app", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 10.0.0.254/32"])


def put_the_app_server_outside(shop: Topology) -> None:
    """Give the app server an address outside, and its subnet the signpost to the gate."""
    shop["app-1"].elastic_ip()
    shop["apps"].route("0.0.0.0/0", to=shop["igw"])
    shop["prod"].security_group("app", inbound=["tcp 22 from 203.0.113.64/28"])


def nat_gateway_in_zone_c(shop: Topology) -> None:
    """Give zone c a NAT gateway of its own, and lead its app servers there."""
    nat = shop["front-c"].nat_gateway("nat-c")
    shop["apps-c"].route("0.0.0.0/0", to=nat)


def nat_instance_in_zone_c(shop: Topology) -> None:
    """Do the same with a NAT instance."""
    shop["prod"].security_group("nat", inbound=["all from 10.0.0.0/16"])
    nat = shop["front-c"].instance(
        "nat-c", elastic_ip=True, security_groups=["nat"], source_dest_check=False, forwards="nat"
    )
    shop["apps-c"].route("0.0.0.0/0", to=nat)


def nat_gateway_beside_the_app(shop: Topology) -> None:
    """Put the new NAT gateway beside the app server that uses it."""
    nat = shop["app-c"].nat_gateway("nat-c")
    shop["apps-c"].route("0.0.0.0/0", to=nat)


def nat_gateway_in_the_failed_zone(shop: Topology) -> None:
    """Make the new NAT gateway where the old one stood, in the zone that failed."""
    nat = shop["front-a"].nat_gateway("nat-2")
    shop["apps-c"].route("0.0.0.0/0", to=nat)


def nat_gateway_without_route(shop: Topology) -> None:
    """Make a second NAT gateway, and leave the route as it is."""
    shop["front-c"].nat_gateway("nat-c")


def nat_instance_as_launched(shop: Topology) -> None:
    """Take a NAT instance, and leave its source/destination check on."""
    shop["prod"].security_group("nat", inbound=["all from 10.0.0.0/16"])
    nat = shop["front-c"].instance("nat-c", elastic_ip=True, security_groups=["nat"], forwards="nat")
    shop["apps-c"].route("0.0.0.0/0", to=nat)


def mend_and_borrow(shop: Topology) -> None:
    """Put the table right, and still send the app servers of zone c through the other zone."""
    mend(shop)
    borrow_the_other_zone(shop)


# --- what the checks look at -------------------------------------------------------------------------------


@dataclass(frozen=True)
class Zonal(Edit):
    """An edit after which `app-2` must keep its way out when zone a fails (NGW-10)."""

    lost: str = "All rows hold. But when zone a fails, `app-2` loses its way out with it."

    def find(self, value: Callable[[Any], object], right: Collection[Any]) -> Finding:
        """Judge a value."""
        found = super().find(value, right)
        if not found.right:
            return found
        failed = found.subject.copy()
        with redirect_stdout(StringIO()):
            failed.fail_az("a")
        after = judge_network(failed, (Intent("app-2", SOURCE, tcp(443)),))
        if after.right:
            return found
        return Finding(False, self.lost, after.evidence if self.picture else (), ("zone a",), found.subject)


def target_of(network: Topology, table: str, block: str) -> str:
    """Return the id of what a route table's route for a block leads to."""
    return next((r.target for r in network[table].value.routes if str(r.destination) == block), "")


def leads_out(network: Topology, table: str) -> bool:
    """Return whether a route table has any route but the local one."""
    return any(route.target != "local" for route in network[table].value.routes)


def door_changed(network: Topology) -> bool:
    """Return whether the list at the app servers' door is not what it was."""
    doors = (n.snapshot().get(SecurityGroup, "sg-prod-app") for n in (network, shop_with_lost_table()))
    return len({door.rules for door in doors if door}) > 1


def trusts_the_nat_gateway(network: Topology) -> bool:
    """Return whether the app server's list names the NAT gateway's address."""
    group = network.snapshot().get(SecurityGroup, "sg-prod-app")
    return group is not None and any("10.0.0.254" in str(rule) for rule in group.rules)


def stands_beside(network: Topology) -> bool:
    """Return whether a NAT gateway stands in the private subnet of zone c."""
    return any(nat.subnet_id == network["app-c"].id for nat in network.snapshot().all(NatGateway))


def source_outside(way: Trace) -> str:
    """Return which source address the packet carries when it has left."""
    source = str(way.forward[-1].packet_in.src)
    return {"10.0.1.10": "app", "10.0.0.254": "inside", "198.51.100.10": "outside"}[source]


def how_far(way: Trace) -> str:
    """Return where a packet for the NAT gateway's address ends."""
    kind = way.forward[-1].kind
    if way.reaches:
        return "login" if kind == "nat_gateway" else "through"
    return {"nat_gateway": "dropped", "internet_gateway": "before"}[kind]


def whether_through(way: Trace) -> str:
    """Return whether the firewall is on the packet's way."""
    return "through" if "firewall" in [hop.component.name for hop in way.forward] else "past"


def show_reply(value: str) -> Any:
    """Return the whole way of the answer, for the right address; else nothing more."""
    way = trace(shop_with_batch(), "batch", SOURCE, tcp(443))
    return walk(way, leg="reply") if value == "10.0.1.11" else ()


def show_who(value: tuple[tuple[str, str], ...]) -> Any:
    """Return who gets at the software of what an answer says something wrong about."""
    rows = tuple((item, WHO[item][1]) for item, said in value if WHO[item][0] != said)
    return (Table(("what", "who gets at it"), rows),) if rows else ()


def show_first_steps(key: str) -> Any:
    """Return the whole way of the request, for the right choice; else nothing more."""
    way = trace(shop_with_nat_instance(), "app-1", SOURCE, tcp(443))
    return walk(way, leg="request") if key == "b" else ()


def show_ipv6(change: Any) -> Any:
    """Return both directions at an egress-only internet gateway, if the learner's lines lead there."""
    network = shop_with_ipv6()
    with redirect_stdout(StringIO()), suppress(Exception):  # what fails is told by the check itself
        change(network)
        way = trace(network, "app-1", SOURCE_6, tcp(443), ip_version=6)
        stranger = trace(network, internet, "app-1", tcp(443), ip_version=6)
        if way.reaches and any(hop.kind == "egress_only_internet_gateway" for hop in way.forward):
            return way, f"A stranger who starts over IPv6: {stranger.because}"
    return ()


# --- the experiments of the two tables ---------------------------------------------------------------------

WHO = {  # whose work it is to update it, and why (NI-3, NGW-4)
    "the operating system of app-1": (
        "you",
        "AWS keeps the machine running; only you log in to the instance",
    ),
    "the shop's own program on app-1": ("you", "you wrote it, and you put it there"),
    "the database software of RDS, a managed service": ("AWS", "you keep data in it; the machine is AWS's"),
    "the software of a NAT gateway": ("AWS", "nobody can log in to a NAT gateway"),
    "the software of a NAT instance": ("you", "it is an instance of yours, and you log in to it"),
}


def show_care() -> Table:
    """Return who gets at the software of each kind (NI-3)."""
    kinds = {GATEWAY: "the software of a NAT gateway", INSTANCE: "the software of a NAT instance"}
    return Table(("what", "who gets at it"), tuple((kind, WHO[item][1]) for kind, item in kinds.items()))


def show_bills() -> Table:
    """Return what a month costs by few GB and by many, for both kinds (NI-3)."""
    rows = tuple(
        (f"{gb} GB", *(str(total.quantize(Decimal("0.01"))) for total in sums("0.10", gb)))
        for gb in ("100", "1000")
    )
    header = ("730 hours and", f"one {GATEWAY}, USD", f"one {INSTANCE} at 0.10 USD an hour, USD")
    return Table(header, rows)


# Lines that launch each of the two with a list at its door.
DOOR = {
    GATEWAY: Attempt('shop["front-a"].nat_gateway("nat-2", security_groups=["app"])'),
    INSTANCE: Attempt('shop["front-a"].instance("nat-2", security_groups=["app"], forwards="nat")'),
}
LOG_IN = ("198.51.100.10", tcp(22))


def after_zone_a(kind: str) -> NatView:
    """Return one of a kind in zone a, for both zones, after zone a has failed."""
    return NatView(kind, "a", check=False, fails="a")


def zone_experiment() -> tuple[str, ...]:
    """Let zone a fail, and see whether the other zone's subnet keeps its way out."""
    kept = (after_zone_a(kind).traces()["c"].reaches for kind in (GATEWAY, INSTANCE))
    return tuple("a" if reaches else "b" for reaches in kept)


def show_zone() -> Table:
    """Return what the failed zone takes, for both kinds."""
    rows = [
        (kind, *row)
        for kind in (GATEWAY, INSTANCE)
        for row in after_zone_a(kind).ways().rows
        if "-c" in row[0]
    ]
    return Table(("zone a fails", *after_zone_a(GATEWAY).ways().header), tuple(rows))


def check_experiment() -> tuple[str, ...]:
    """Send a request through each as it is when it is new."""
    ways = (trace(network(), "app-1", SOURCE, tcp(443)) for network in (shop, shop_with_check))
    return tuple("a" if way.reaches else "b" for way in ways)


def show_check() -> Trace:
    """Return what becomes of a request at a NAT instance as launched."""
    return trace(shop_with_check(), "app-1", SOURCE, tcp(443))


def door_experiment() -> tuple[str, ...]:
    """Try to hang a list at the door of each."""
    tried = (DOOR[kind].trace(shop_without_nat()).outcome for kind in (GATEWAY, INSTANCE))
    return tuple("a" if outcome == "made" else "b" for outcome in tried)


def show_door() -> Any:
    """Return what AWS says to a list at a NAT gateway's door."""
    return DOOR[GATEWAY].trace(shop_without_nat())


def login_experiment() -> tuple[str, ...]:
    """Send ssh to the public address of each; the NAT instance's list lets the office in."""
    open_to_office = shop_with_nat_instance(inbound="tcp 22 from 203.0.113.64/28")
    ways = (trace(network, OFFICE, *LOG_IN) for network in (shop(), open_to_office))
    return tuple("a" if way.reaches else "b" for way in ways)


def show_login() -> Table:
    """Return what becomes of ssh at each of the two."""
    open_to_office = shop_with_nat_instance(inbound="tcp 22 from 203.0.113.64/28")
    ways = (trace(network, OFFICE, *LOG_IN) for network in (shop(), open_to_office))
    rows = tuple((kind, way.because) for kind, way in zip((GATEWAY, INSTANCE), ways, strict=True))
    return Table(("tcp 22 from the office, to the public address of a", "what happens"), rows)


def sums(price: str, gb: str) -> tuple[Decimal, ...]:
    """Return a month's bill for one of each kind, the instance at a price by the hour."""
    views = (
        NatView(kind, "a", check=False, gb=Decimal(gb), hours=Decimal(730), price=Decimal(price))
        for kind in (GATEWAY, INSTANCE)
    )
    return tuple(view.total for view in views if view.total is not None)


MONTHS = (("0.01", "100"), ("0.10", "100"), ("0.10", "1000"))


def cheaper_experiment() -> tuple[str, ...]:
    """Make the bill of some months, and see whether the same kind is always the cheaper one."""
    wins = {gateway < instance for gateway, instance in (sums(*month) for month in MONTHS)}
    always = {frozenset({True}): ("a", "b"), frozenset({False}): ("b", "a")}
    return always.get(frozenset(wins), ("c", "c"))


def show_cheaper() -> Table:
    """Return the bills of these months."""
    rows = [
        (
            f"{gb} GB, 730 hours",
            f"{price} USD",
            *(str(total.quantize(Decimal("0.01"))) for total in sums(price, gb)),
        )
        for price, gb in MONTHS
    ]
    header = ("a month of", "if an hour of your instance cost", f"one {GATEWAY}, USD", f"one {INSTANCE}, USD")
    return Table(header, tuple(rows))


GATES = {
    "internet gateway": ("web", "front-a"),
    "NAT gateway": ("app-1", "app-a"),
    "egress-only internet gateway": ("app-1", "app-a"),
}


def out_by(gate: str) -> Trace:
    """Return a request that goes out by a gate."""
    sender = GATES[gate][0]
    if gate.startswith("egress"):
        return trace(shop_with_three_gateways(), sender, SOURCE_6, tcp(443), ip_version=6)
    return trace(shop_with_three_gateways(), sender, SOURCE, tcp(443))


def in_by(gate: str) -> Trace:
    """Return a request that comes from outside to a gate."""
    network = shop_with_three_gateways()
    if gate.startswith("egress"):
        return trace(network, internet, "app-1", tcp(443), ip_version=6)
    return trace(
        network, internet, "web" if gate.startswith("internet") else str(network["nat"].public_ip), tcp(443)
    )


# Every IPv4 address, every IPv6 address, and the IPv6 addresses that stand for IPv4 ones (NGW-13).
FAMILIES = ("0.0.0.0/0", "::/0", "64:ff9b::/96")


def taken_by(gate: str) -> tuple[bool, ...]:
    """Return for which blocks AWS takes a route to a gate (RT-16)."""
    found = []
    for block in FAMILIES:
        network = shop_with_three_gateways()
        name = {"internet gateway": "igw", "NAT gateway": "nat"}.get(gate, "eigw")
        with redirect_stdout(StringIO()):
            try:
                network["apps"].route(block, to=network[name])
                found.append(True)
            except Refused:
                found.append(False)
    return tuple(found)


def family_experiment() -> tuple[str, ...]:
    """Lead IPv4, IPv6, and IPv6 that stands for IPv4 to each gate."""
    kinds: dict[tuple[bool, ...], str]
    kinds = {(True, True, True): "a", (False, True, True): "b", (True, False, True): "c"}
    return tuple(kinds[taken_by(gate)] for gate in GATES)


def show_family() -> Table:
    """Return which routes AWS takes to each gate."""
    rows = tuple((gate, *("taken" if t else "refused" for t in taken_by(gate))) for gate in GATES)
    header = ("a route to the", "for 0.0.0.0/0", "for ::/0", "for 64:ff9b::/96, IPv6 that stands for IPv4")
    return Table(header, rows)


def start_experiment() -> tuple[str, ...]:
    """Let a stranger start a connection at each gate."""
    return tuple("a" if in_by(gate).reaches else "b" for gate in GATES)


def show_start() -> Table:
    """Return what becomes of the strangers."""
    return Table(("a stranger starts at the", "what happens"), tuple((g, in_by(g).because) for g in GATES))


def rewriting_of(gate: str) -> tuple[str, str]:
    """Return the source before and after a gate, on the way out."""
    kind = gate.replace(" ", "_").replace("-", "_")
    hop = next(hop for hop in out_by(gate).forward if hop.kind in (kind.casefold(), kind))
    assert hop.packet_out is not None
    return str(hop.packet_in.src), str(hop.packet_out.src)


def rewriting_experiment() -> tuple[str, ...]:
    """Read the source before and after each gate."""
    network, found = shop_with_three_gateways(), []
    own = {str(network["web"].public_ip): "a", str(network["nat"].private_ip): "b"}
    for gate in GATES:
        before, after = rewriting_of(gate)
        found.append("c" if before == after else own[after])
    return tuple(found)


def show_rewriting() -> Table:
    """Return the source before and after each gate."""
    rows = tuple((f"{gate}, from {GATES[gate][0]}", *rewriting_of(gate)) for gate in GATES)
    return Table(("on the way out by the", "source before", "source after"), rows)


def place_experiment() -> tuple[str, ...]:
    """Look whether each gate has a subnet that it stands in."""
    network = shop_with_three_gateways()
    gates = (network["igw"], network["nat"], network["eigw"])
    return tuple("b" if getattr(gate.value, "subnet_id", None) else "a" for gate in gates)


def show_place() -> Any:
    """Return the map with the three gates."""
    return shop_with_three_gateways()


def kind_experiment() -> tuple[str, ...]:
    """Look which of the gates makes a subnet public whose table leads to it."""
    network = shop_with_three_gateways()
    snapshot = network.snapshot()
    public = (
        snapshot.is_public(network[GATES[gate][1]].value, 6 if gate.startswith("egress") else 4)
        for gate in GATES
    )
    return tuple("a" if found else "b" for found in public)


def show_kind() -> Any:
    """Return the kinds of the subnets and why."""
    return subnets(shop_with_three_gateways())


def show_gate_prices() -> Any:
    """Return what the gates cost, as AWS and others tell."""
    return price("free-gateways", "nat-gateway-tokyo")


EXERCISES = (
    Exercise(
        id="05-last-step",
        title="The last step",
        prompt=(
            "`batch` is a second instance in `app-a`, behind the same NAT gateway, and has asked for its "
            "updates too. Above, the answer comes back, and from row 18 on nothing is filled in."
        ),
        kind=Step(
            given=shop_with_batch,
            flow=Intent("batch", SOURCE, tcp(443)),
            at="nat-a",
            asks="destination",
            leg="reply",
        ),
        hints=(
            "Many instances share one address out there. What must the NAT gateway have kept in mind?",
            "It wrote down who asked. The answer gets back the address that stood there as the source.",
            "Find `batch` on the map: its address inside ends in .11.",
        ),
        deciding="ends in .11",
        why=(
            "The NAT gateway remembers each connection: who asked whom, and with which port of its own. So "
            "it finds `batch`, although `app-1` uses the same public address."
        ),
        also_right=(" 10.0.1.11 ", "１０.0.1.11", "10.0.1.11:40000"),
        traps=(
            Trap(
                "198.51.100.10",
                "M28",
                "That is what the internet writes to. In row 16 the internet gateway took it off.",
            ),
            Trap(
                "10.0.0.254",
                "M28",
                "That is what it comes with: in row 17 it has reached the NAT gateway. Whom is it for?",
            ),
            Trap(
                "10.0.1.10",
                "M15",
                "That is `app-1`, which has asked nothing here. The NAT gateway hands an answer to nobody "
                "but the one who asked.",
            ),
        ),
        evidence=show_reply,
    ),
    Exercise(
        id="05-first-steps",
        title="The first steps",
        prompt=(
            "What stands in rows 1 to 7 of the table above? (The door is the security group, the border the "
            "network ACL.)"
        ),
        kind=Choice(
            {
                "a": "door and border let it out; 0.0.0.0/0 leads to the internet gateway, which swaps the "
                "source; the border of `front-a` lets it in",
                "b": "door and border let it out; 0.0.0.0/0 leads to `nat-1`; the border of `front-a` and "
                "the door of `nat-1` let it in, then its door lets it out, with another source",
                "c": "door and border let it out; 0.0.0.0/0 leads to `nat-1`; the border of `front-a` lets "
                "it in, and it goes on with another source: as at a NAT gateway, no door is asked",
                "d": "door and border let it out; 10.0.0.0/16 leads to `nat-1`, because `nat-1` is in the "
                "VPC; its door lets it in",
            }
        ),
        hints=(
            "Begin at row 8: with which source does the packet leave `front-a`, and whose address is it?",
            "A NAT instance is an instance. What does each instance have at its network interface?",
            "`nat-1` carries the list `nat`: it is asked on the way in, and again on the way out.",
        ),
        deciding="asked on the way in",
        why=(
            "A NAT instance has a list at its door, and the list must let in what comes from the private "
            "subnets (NI-2). In rows 6 and 7, which did not apply at the NAT gateway, it is asked twice."
        ),
        solution="b",
        also_right=("B", "b)"),
        traps=(
            Trap(
                "a",
                "M12",
                "Then the source in row 8 would still be 10.0.1.10. `app-a` has no signpost to the internet "
                "gateway, and `app-1` no address that it could swap.",
            ),
            Trap(
                "c",
                "M17",
                "No list stands before a NAT gateway, that is true. But `nat-1` is an instance, and on the "
                "map it carries a list.",
            ),
            Trap(
                "d",
                "M45",
                "A signpost asks where the packet is going, and it goes to 203.0.113.80, which 10.0.0.0/16 "
                "does not hold. `nat-1` is a stop on the way.",
            ),
        ),
        evidence=show_first_steps,
    ),
    Exercise(
        id="05-nat-table",
        title="NAT gateway and NAT instance",
        prompt="Fill the table by experiments, not from memory. Rows that you leave out stay open.",
        kind=Compare(
            columns=(GATEWAY, INSTANCE),
            rows=(
                Aspect(
                    "care",
                    "Who installs its updates",
                    {"a": "AWS", "b": "you"},
                    ("a", "b"),
                    show_care,
                ),
                Aspect(
                    "zone",
                    "There is one, and its zone fails",
                    {"a": "the other zone keeps its way out", "b": "the other zone loses its way out"},
                    zone_experiment,
                    show_zone,
                    "NGW-10",
                ),
                Aspect(
                    "new",
                    "As it is when new",
                    {"a": "passes packets on", "b": "drops them until you switch a check off"},
                    check_experiment,
                    show_check,
                ),
                Aspect(
                    "door",
                    "A list at its door",
                    {"a": "takes one", "b": "takes none"},
                    door_experiment,
                    show_door,
                ),
                Aspect(
                    "login",
                    "Logging in to it, or through it",
                    {"a": "can be opened", "b": "cannot"},
                    login_experiment,
                    show_login,
                ),
                Aspect(
                    "price",
                    "You pay for",
                    {"a": "hours and GB", "b": "hours, more for a bigger type"},
                    ("a", "b"),
                    show_bills,
                ),
                Aspect(
                    "cheaper",
                    "It is the cheaper one",
                    {"a": "always", "b": "never", "c": "it depends on type, hours and GB"},
                    cheaper_experiment,
                    show_cheaper,
                ),
            ),
        ),
        hints=(
            "Take one row at a time, and set the comparison above so that it answers just this row.",
            "For money, try few GB and many, and a cheap and a dear type. For the door, think of what you "
            "saw in both traces. Who patches an instance of yours?",
            "Rows in order, gateway first: AWS and you; both lose it; only the instance has the check, the "
            "door and the login; hours and GB against hours; and for both it depends.",
        ),
        deciding="both lose it",
        why=(
            "The gateway is less work, and cannot be opened. The instance can be shaped as you like, and is "
            "yours to look after. Either is tied to its zone; inside its zone AWS keeps a NAT gateway going, "
            "while a single NAT instance that breaks stays broken until you act. And which one is cheaper "
            "depends on your month."
        ),
        also_right=(
            {
                "care": "ab",
                "zone": ["the other zone loses its way out", "the other zone loses its way out"],
                "new": "a b",
                "door": "ba",
                "login": ("b", "a"),
                "price": ("hours and GB", "hours, more for a bigger type"),
                "cheaper": "c, c",
            },
        ),
        traps=(
            Trap(
                {"zone": ("a", "b")},
                "M18",
                "A NAT gateway stands in one subnet, and a subnet in one zone. AWS keeps it going inside "
                "that zone, and nowhere else.",
                when=lambda cells: cells.get("zone", ("b",))[0] == "a",
            ),
            Trap(
                {"new": ("a", "a")},
                "M41",
                "An instance is made to talk for itself. What it should pass on for others is dropped at its "
                "network interface.",
                when=lambda cells: cells.get("new", ("a", "b"))[1] == "a",
            ),
            Trap(
                {"door": ("a", "a")},
                "M17",
                "Try it: AWS takes no list for a NAT gateway. What guards it is that nobody outside can "
                "start anything.",
                when=lambda cells: cells.get("door", ("b",))[0] == "a",
            ),
            Trap(
                {"login": ("a", "a")},
                "M46",
                "There is nothing to log in to. A NAT gateway takes answers, and no questions.",
                when=lambda cells: cells.get("login", ("b",))[0] == "a",
            ),
            Trap(
                {"cheaper": ("b", "a")},
                "IMP-h",
                "People say so, AWS does not. Here are three months, with a cheap and a dear instance, few "
                "GB and many; look which column is smaller.",
                when=lambda cells: bool({"a", "b"} & set(cells.get("cheaper", ()))),
            ),
        ),
    ),
    Exercise(
        id="05-ipv6",
        title="A way out for IPv6",
        prompt=(
            "`app-1` shall fetch updates over IPv6 as well, and nobody outside may start a connection to it. "
            "`app-1` carries an open list, as it did all the time. These lines make gates and signposts:\n\n"
            '- `shop["prod"].egress_only_internet_gateway()` makes an egress-only internet gateway and '
            'returns it\n- `shop["some route table"].route("some block", to=some_gate)` puts up a signpost'
        ),
        kind=Edit(
            given=shop_with_ipv6,
            intents=(
                Intent("app-1", SOURCE_6, tcp(443), ip_version=6),
                Intent("app-1", SOURCE, tcp(443)),
                Intent(internet, "app-1", tcp(443), must=False, ip_version=6),
            ),
            hidden=("app-1",),
        ),
        hints=(
            "Two things lead out of a country: a gate, and a signpost to it. Which of the two is there?",
            "Every IPv6 address there is, is ::/0. Which route table serves `app-a`?",
            'Make the gate with `gate = ...`, then: `shop["apps"].route(...)` with ::/0 and `to=gate`.',
        ),
        deciding='shop["apps"]',
        why=(
            "The egress-only internet gateway lets out what starts inside, and lets in answers only. It "
            "rewrites nothing: the update server sees the address of `app-1`, and still cannot start "
            "anything."
        ),
        solution=open_ipv6,
        also_right=(open_ipv6_by_subnet, open_ipv6_with_halves),
        traps=(
            Trap(
                ipv6_to_the_internet_gateway,
                "M38",
                "The updates arrive, and so does everybody else. An IPv6 address is public as it is, and an "
                "internet gateway is open both ways; nothing hides `app-1`.",
                when=lambda network: any(
                    route.target == network["igw"].id and getattr(route.destination, "version", 4) == 6
                    for route in network["apps"].value.routes
                ),
            ),
            Trap(
                gate_without_signpost,
                "M12",
                "The gate is in the wall, and no signpost of `app-a` leads to it.",
                when=lambda network: (
                    not leads_out(network, "main")
                    and not any(
                        getattr(route.destination, "version", 4) == 6 and route.target != "local"
                        for route in network["apps"].value.routes
                    )
                    and any(thing.kind.startswith("egress") for thing in network.snapshot())
                ),
            ),
            Trap(
                signpost_in_the_wrong_table,
                "M22",
                "The signpost stands in the main table. `app-a` is served by the table `apps`, and never "
                "looks at the main one.",
                when=lambda network: any(
                    getattr(route.destination, "version", 4) == 6 and route.target != "local"
                    for route in network["main"].value.routes
                ),
            ),
        ),
        evidence=show_ipv6,
    ),
    Exercise(
        id="05-gateways-table",
        title="Three gates",
        prompt="You have seen all three at work. Fill the table.",
        kind=Compare(
            columns=tuple(GATES),
            rows=(
                Aspect(
                    "family",
                    "What it carries",
                    {"a": "IPv4 and IPv6", "b": "IPv6 only", "c": "IPv4, and IPv6 only to turn it into IPv4"},
                    family_experiment,
                    show_family,
                ),
                Aspect(
                    "start",
                    "Who may start a connection",
                    {"a": "both sides", "b": "only the inside"},
                    start_experiment,
                    show_start,
                ),
                Aspect(
                    "source",
                    "What it writes as the source",
                    {
                        "a": "IPv4: the sender's public address; IPv6: nothing",
                        "b": "its own private address",
                        "c": "nothing",
                    },
                    rewriting_experiment,
                    show_rewriting,
                ),
                Aspect(
                    "lives",
                    "Where it stands",
                    {"a": "at the edge of the VPC", "b": "in a subnet, and so in one zone"},
                    place_experiment,
                    show_place,
                ),
                Aspect(
                    "price",
                    "The gate itself costs",
                    {"a": "nothing", "b": "by the hour and by the GB"},
                    ("a", "b", "a"),
                    show_gate_prices,
                ),
            ),
        ),
        hints=(
            "Look at the map: which gate stands inside, and which at the edge?",
            "Look at the rewriting in three traces: the stepper's, and the two ways over IPv6.",
            "By rows: a c b; a b b; the internet gateway swaps, the NAT gateway writes its own, the third "
            "writes nothing; a b a; a b a.",
        ),
        deciding="a c b",
        why=(
            "“NAT for IPv4, egress-only for IPv6” is a good first rule. The table has the rest of it: an "
            "internet gateway serves both, and a NAT gateway takes IPv6 packets for one block, 64:ff9b::/96, "
            "and turns them into IPv4."
        ),
        also_right=(
            {
                "family": "acb",
                "start": ("both sides", "only the inside", "only the inside"),
                "source": "a b c",
                "lives": "aba",
                "price": ("nothing", "by the hour and by the GB", "nothing"),
            },
        ),
        traps=(
            Trap(
                {"family": ("c", "c", "b")},
                "IMP-i",
                "Do not think of pairs only. Look at the signposts of `front-a` on the map above: how many "
                "lead to the internet gateway?",
                when=lambda cells: cells.get("family", ("a",))[0] != "a",
            ),
            Trap(
                {"start": ("a", "a", "b")},
                "M15",
                "You have sent a stranger's packet to the NAT gateway already. Where did it end?",
                when=lambda cells: cells.get("start", ("a", "b"))[1] == "a",
            ),
            Trap(
                {"start": ("a", "b", "a")},
                "M38",
                "Its addresses are public, and still nobody gets in: this gate remembers who asked.",
                when=lambda cells: cells.get("start", ("a", "b", "b"))[2] == "a",
            ),
            Trap(
                {"lives": ("a", "a", "a")},
                "M16",
                "One of them has to be put into a subnet, and you saw what happens if it is the wrong one.",
                when=lambda cells: cells.get("lives", ("a", "b"))[1] == "a",
            ),
        ),
    ),
    Exercise(
        id="05-ticket",
        title="No updates",
        prompt=(
            "The shop runs in two zones, each with a NAT gateway, a web server and an app server: `nat-a`, "
            "`web-1` and `app-1` in zone a, `nat-c`, `web-2` and `app-2` in zone c. `app-a` is served by the "
            "table `apps-a`, `app-c` by `apps-c`, and both public subnets by `front`. Since yesterday "
            "`app-2` gets no updates. One single thing has changed. Find it with as few probes as you can, "
            "and put it right."
        ),
        kind=Zonal(
            given=shop_with_lost_table,
            intents=(
                Intent("app-1", SOURCE, tcp(443)),
                Intent("app-2", SOURCE, tcp(443)),
                Intent(internet, "web-1", tcp(443)),
                Intent(internet, "web-2", tcp(443)),
                Intent("app-2", "db", tcp(3306)),
            ),
            picture=False,
            hidden=("app-1", "app-2", "db"),
        ),
        hints=(
            "Which instances share parts of the way with `app-2`, and which parts? Ask one that shares much, "
            "but not all.",
            "`web-2` stands in the same subnet as `nat-c`. If it cannot get out either, what do the two have "
            "in common?",
            "The main route table serves `front-c` now. The table `front` has to serve it.",
        ),
        deciding="the main route table",
        why=(
            "Somebody took `front-c` out of the table `front`, so the main table serves it, which leads "
            "nowhere. The NAT gateway there works, and stands in a private subnet now."
        ),
        solution=mend,
        also_right=(mend_with_a_table_of_its_own,),
        traps=(
            Trap(
                borrow_the_other_zone,
                "M18",
                "`app-2` gets updates now, through the other zone, and goes down with it. What was broken is "
                "still broken: not only `app-2` used it.",
            ),
            Trap(
                mend_and_borrow,
                "M18",
                "What was broken works again. But `apps-c` leads into the other zone, and a zone should "
                "stand on its own.",
            ),
            Trap(
                past_the_nat_gateway,
                "M12",
                "The signpost of `app-c` leads straight to the internet gateway now. `app-2` has no public "
                "address there, so the gate drops what it sends.",
                when=lambda network: target_of(network, "apps-c", "0.0.0.0/0") == network["igw"].id,
            ),
            Trap(
                main_to_the_gateway,
                "M22",
                "The main table serves every subnet that has no table of its own. Yours leads all of them "
                "out now, the one with the database too.",
                when=lambda network: leads_out(network, "main"),
            ),
            Trap(
                open_the_app_door,
                "M14",
                "The list at the door of `app-2` says what may start a connection to it. Here `app-2` asks.",
                when=door_changed,
            ),
        ),
    ),
    Exercise(
        id="05-bastion",
        title="A bastion",
        prompt=(
            "People in the office (203.0.113.64/28) must log in to `app-1` with ssh, tcp 22. Make the "
            "instance `bastion` in `front-a` their way in: they log in there, and from there to `app-1`. "
            "Customers' tcp 443 must stay as it is in the list `app`. These lines do it:\n\n"
            '- `shop["some instance"].elastic_ip()` gives an address outside\n'
            '- `shop["prod"].security_group("some list", inbound=["tcp 22 from somewhere", "..."])` writes a '
            "whole list anew; somewhere is a block, or the name of another list"
        ),
        kind=Edit(
            given=shop_with_bastion_to_be,
            intents=(
                Intent(OFFICE, "bastion", tcp(22)),
                Intent("bastion", "app-1", tcp(22)),
                Intent("bastion", "app-1", tcp(443)),
                Intent(internet("203.0.113.79"), "bastion", tcp(22)),
                Intent(internet("203.0.113.90"), "bastion", tcp(22), must=False),
                Intent("web", "app-1", tcp(22), must=False),
                Intent("app-1", SOURCE, tcp(443)),
            ),
            hidden=("app-1",),
        ),
        hints=(
            "Follow the two logins one after the other. What does each need?",
            "The first comes from outside: an address and a list. The second comes from inside: a list only.",
            'The list `bastion` gets "tcp 22 from 203.0.113.64/28", the list `app` "tcp 22 from bastion" '
            "beside what it has.",
        ),
        deciding="tcp 22 from bastion",
        why=(
            "The bastion is the one instance that the office reaches, and the only one that may log in to "
            "`app-1`. Two connections, each started by a person. Through the NAT gateway neither can be: it "
            "serves the other direction."
        ),
        solution=build_bastion,
        also_right=(build_bastion_by_address,),
        traps=(
            Trap(
                open_bastion_to_all,
                "M14",
                "Everybody can knock there now, and programs that guess passwords do, day and night. Only "
                "the office needs this door.",
                when=lambda network: trace(network, internet, "bastion", tcp(22)).reaches,
            ),
            Trap(
                trust_the_nat_gateway,
                "IMP-n",
                "Nobody ever comes from the NAT gateway's address: it is no stepping stone, and starts "
                "nothing towards the inside.",
                when=trusts_the_nat_gateway,
            ),
            Trap(
                put_the_app_server_outside,
                "M11",
                "`app-1` stands outside now, and the private subnet is public. The office was to come by way "
                "of the bastion.",
                when=lambda network: bool(network["app-1"].public_ip),
            ),
        ),
    ),
    Exercise(
        id="05-zone",
        title="Zone a is down",
        prompt=(
            "The Availability Zone a has failed, and with it the only NAT gateway. `app-2` in zone c runs, "
            "and its table `apps-c` still leads to `nat-a`. Give zone c a way out of its own. The subnet "
            '`front-c` is public, and `shop["some subnet"].nat_gateway("some name")` makes a NAT gateway '
            "and returns it."
        ),
        kind=Zonal(
            given=shop_waiting_for_zone_a,
            intents=(
                Intent("app-2", SOURCE, tcp(443)),
                Intent(internet, "app-2", tcp(443), must=False),
            ),
            hidden=("app-2",),
            lost="All rows hold. But zone a is down, and what is made in it is down as well.",
        ),
        hints=(
            "What stands in zone a, and what of it does `app-2` need?",
            "Two things: a new gate for going out, and a signpost that leads to it.",
            'The gate belongs into `shop["front-c"]`; then the table `apps-c` gets a route to it.',
        ),
        deciding='shop["front-c"]',
        why=(
            "A NAT gateway in each zone, and each private subnet led to the one of its own zone: then a zone "
            "that fails takes nothing from the others. It costs a second gateway's hours."
        ),
        solution=nat_gateway_in_zone_c,
        also_right=(nat_instance_in_zone_c,),
        traps=(
            Trap(
                nat_gateway_beside_the_app,
                "M16",
                "It stands in the private subnet, reads the signposts there, and they point at itself.",
                when=stands_beside,
            ),
            Trap(
                nat_gateway_in_the_failed_zone,
                "M18",
                "A NAT gateway works in its zone and fails with it. In which zone does the subnet `front-a` "
                "lie?",
            ),
            Trap(
                nat_instance_as_launched,
                "M41",
                "A fresh instance passes nothing on for others: its source/destination check is on.",
            ),
            Trap(
                nat_gateway_without_route,
                "M18",
                "The new gateway stands there, and nothing leads to it: NAT gateways of two zones do not "
                "stand in for each other by themselves.",
                when=lambda network: (
                    target_of(network, "apps-c", "0.0.0.0/0") == network["nat-a"].id
                    and len(list(network.snapshot().all(NatGateway))) > 1
                ),
            ),
        ),
    ),
    Exercise(
        id="05-who",
        title="Who installs the updates?",
        prompt="Whose work is it to keep each of these up to date?",
        kind=Match(
            items=tuple(WHO),
            choices=("you", "AWS"),
        ),
        hints=(
            "Ask who can log in there.",
            "An EC2 instance is rented empty; a managed service is rented with its software.",
            "Three are yours: everything that runs on an instance, the NAT instance included.",
        ),
        deciding="Three are yours",
        why=(
            "What runs on your instances is yours to update, so they need a way out. In a managed service "
            "AWS does it."
        ),
        solution={item: whose for item, (whose, _) in WHO.items()},
        also_right=(
            {
                "The operating system of app-1": "You",
                "the shop's own program on app-1": "you",
                "the database software of RDS, a managed service": "aws",
                "the software of a NAT gateway": "aws",
                "the software of a NAT instance": "YOU",
            },
        ),
        traps=(
            Trap(
                {
                    "the operating system of app-1": "you",
                    "the shop's own program on app-1": "you",
                    "the database software of RDS, a managed service": "AWS",
                    "the software of a NAT gateway": "AWS",
                    "the software of a NAT instance": "AWS",
                },
                "IMP-h",
                "A NAT instance is an instance like `app-1`. AWS looks after what it runs itself.",
                when=lambda pairs: dict(pairs)["the software of a NAT instance"] == "AWS",
            ),
            Trap(
                {item: "you" if "NAT" in item else whose for item, (whose, _) in WHO.items()},
                "M46",
                "To install something there you would have to log in.",
                when=lambda pairs: dict(pairs)["the software of a NAT gateway"] == "you",
            ),
        ),
        evidence=show_who,
    ),
)

PREDICTIONS = (
    Prediction(
        id="05-p1",
        question=(
            "`app-1` asks for its updates: tcp 443 to 203.0.113.80, an update server on the internet. What "
            "happens?"
        ),
        given=shop_with_nat_inside,
        flow=Intent("app-1", SOURCE, tcp(443)),
        beliefs={
            "delivered": (
                "M16",
                "The NAT gateway is near, and it does not get out itself.",
            ),
            "reply-blocked": ("M16", "Not even the request gets out: see where it goes round."),
        },
        after="""
A NAT gateway stands in a subnet and reads the signposts of that subnet, as an instance does. Here the
signpost for 0.0.0.0/0 points at the NAT gateway itself: its packets go round in a circle.

It needs a signpost to the internet gateway, and `app-a` shall have none. So it belongs into a *public*
subnet, and private subnets lead to it from there.
""",
    ),
    Prediction(
        id="05-p2",
        question=(
            "`app-1` asks for its updates again. Which source address does the update server read on the "
            "packet?"
        ),
        given=shop,
        flow=Intent("app-1", SOURCE, tcp(443)),
        choices={
            "app": "10.0.1.10: the address of `app-1`",
            "inside": "10.0.0.254: the private address of the NAT gateway",
            "outside": "198.51.100.10: the public address of the NAT gateway",
        },
        truth=source_outside,
        beliefs={
            "app": (
                "M28",
                "With such a source no answer would find its way back: thousands of networks use 10.0.1.10 "
                "inside.",
            ),
            "inside": (
                "M28",
                "That is what the NAT gateway writes. But it does not stand at the wall: one more gate comes "
                "after it.",
            ),
        },
        after="""
Two gates, two rewritings (NGW-14):

| where | source |
| --- | --- |
| from `app-1` until the NAT gateway | 10.0.1.10, `app-1` |
| from there to the internet gateway | 10.0.0.254, the NAT gateway's private address |
| on the internet | 198.51.100.10, its Elastic IP address |

As a story: `app-1` writes a letter to the update server. Its signpost leads to an office in `front-a`, the
NAT gateway, which writes its own address over the sender's and notes who asked. The gate in the wall does
what it does for everybody: it swaps one private address for its public one. The answer goes the same way
back.
""",
    ),
    Prediction(
        id="05-p3",
        question=(
            "An attacker has found 198.51.100.10 in a server's log, and sends tcp 22, which is for logging "
            "in (ssh), to that address. What happens?"
        ),
        given=shop,
        flow=Intent(internet, "198.51.100.10", tcp(22)),
        choices={
            "through": "it goes on to `app-1`: the NAT gateway knows the way",
            "login": "the NAT gateway answers: who knows its password is in",
            "before": "the internet gateway drops it: no instance has this address",
            "dropped": "the NAT gateway drops it",
        },
        truth=how_far,
        beliefs={
            "through": (
                "M15",
                "The NAT gateway knows a way for answers only, and nobody has asked for this.",
            ),
            "login": ("M46", "There is nothing to log in to, and no password. It takes answers only."),
            "before": ("M28", "The NAT gateway has it, so the gate swaps it, as it does for an instance."),
        },
        after="""
Nobody inside has asked for this packet, so it is dropped, whatever stands in lists. That is the whole
protection: **out, but not in.** The NAT gateway does not take a blow for `app-1`; nothing is handed on.

If people must get *in* to log in, they need the opposite, a **bastion**:

| | NAT gateway | bastion |
| --- | --- | --- |
| who starts | an instance inside | a person outside |
| towards | the internet | instances inside |
| what it is | a gate that AWS runs | an instance that people log in to |
| guarded by | taking answers only | its list and its logins |

You build one in More practice.
""",
    ),
    Prediction(
        id="05-p4",
        question=(
            "The Availability Zone a fails, and everything that stands in it. `app-2` in zone c asks for its "
            "updates. What happens?"
        ),
        given=shop_without_zone_a,
        shown=shop_in_two_zones,
        flow=Intent("app-2", SOURCE, tcp(443)),
        beliefs={
            "delivered": (
                "M18",
                "AWS keeps a NAT gateway going inside its zone. The zone is what failed.",
            ),
            "reply-blocked": ("M18", "The answer would need the NAT gateway; the request needs it first."),
        },
        after="""
For zone c the NAT gateway was a **single point of failure**. So the advice: one NAT gateway in each zone, and
each private subnet led to the one in its own zone. (Since November 2025 there is also a *regional* NAT
gateway, which spreads over zones by itself, RNG-1; this model does not have it.)
""",
    ),
    Prediction(
        id="05-p5",
        question=(
            "`nat-1` is fresh: launched with an address outside and an open list, its software is set up to "
            "translate, and the signpost of `app-a` leads to it. Nothing else was touched. `app-1` asks for "
            "its updates. What happens?"
        ),
        given=shop_with_check,
        flow=Intent("app-1", SOURCE, tcp(443)),
        beliefs={
            "delivered": (
                "M41",
                "The software would pass it on, but never gets it: an instance does not forward by itself.",
            ),
            "reply-blocked": (
                "M41",
                "It does not come that far: the way to `nat-1` is the first that is barred.",
            ),
        },
        after="""
Each network interface has a **source/destination check**: it drops what is neither from it nor for it. That
packet is from `app-1` and for the update server. For whatever passes packets on, a NAT instance, a router,
a firewall, switch the check off, as it was in “The first steps are yours”.
""",
    ),
    Prediction(
        id="05-p6",
        question=(
            "`app-1` has an IPv6 address, too, and asks an update server that has IPv6 only, 3fff::80. What "
            "happens?"
        ),
        given=shop_with_ipv6,
        flow=Intent("app-1", SOURCE_6, tcp(443), ip_version=6),
        beliefs={
            "delivered": ("M39", "0.0.0.0/0 is every IPv4 address, and no IPv6 address at all."),
            "reply-blocked": ("M38", "It does not even get out: no signpost fits."),
        },
        after="""
`app-a` has a signpost for IPv4 only. For ::/0, which is every IPv6 address, there are two gates:

| ::/0 to the | what follows |
| --- | --- |
| internet gateway | strangers can start connections too: nothing is swapped, nothing hides |
| **egress-only internet gateway** | out, but not in: it remembers who asked |

The second is for IPv6 what the NAT gateway is for IPv4, without translating anything.
A NAT gateway takes no route for ::/0: AWS refuses it. It takes IPv6 for one block alone, 64:ff9b::/96, and
turns that into IPv4.
""",
    ),
    Prediction(
        id="05-p7",
        question=(
            "To protect a NAT gateway somebody hangs a list at its door, as at an instance's:\n\n"
            '`shop["front-a"].nat_gateway("nat-2", security_groups=["app"])`\n\nWhat happens?'
        ),
        given=shop_without_nat,
        picture=False,
        flow=DOOR[GATEWAY],
        choices={"made": "AWS makes it", "refused": "AWS refuses it"},
        beliefs={"made": ("M17", "No list can be hung there. Its protection is that it takes answers only.")},
        after="""
Filter at the instances, or at the border of its subnet (chapter 10): the network ACL there applies to a NAT
gateway as to everything in the subnet.
""",
    ),
    Prediction(
        id="05-p8",
        question=(
            "`firewall` is an instance that looks into every packet it gets, and passes good ones on; its "
            "source/destination check is off. “All traffic goes through it”, says a colleague, “0.0.0.0/0 "
            "leads there.” `app-1` asks the database `db` in `data-a`: tcp 3306. Does that packet pass "
            "`firewall`?"
        ),
        given=shop_with_firewall,
        flow=Intent("app-1", "db", tcp(3306)),
        choices={"through": "yes, 0.0.0.0/0 holds every address", "past": "no, it goes past it"},
        truth=whether_through,
        beliefs={
            "through": (
                "M20",
                "0.0.0.0/0 holds the address of `db`, and a longer prefix holds it too.",
            ),
        },
        after="""
The local route, 10.0.0.0/16, is longer than /0, so everything inside the VPC goes straight. A firewall
between two subnets needs a signpost that is longer still: for exactly the block of the other subnet,
10.0.2.0/24, to the firewall (RT-11), and one back in the other subnet's table.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="05-why",
        question=(
            "A colleague says: “A private subnet with a NAT gateway is not private any more: where packets "
            "go out, attackers come in.” What do you answer, in one sentence?"
        ),
        model=(
            "A NAT gateway lets in answers to what an instance inside has asked and nothing else, so "
            "nobody out there can start a connection to the private subnet, and its table still has no "
            "route straight to the internet gateway."
        ),
        points=(
            "Who starts the connection decides, not where packets pass.",
            "The NAT gateway remembers who asked, and lets in answers only.",
            "The subnet stays private: no route straight to an internet gateway.",
        ),
    ),
)
