"""Chapter 07, VPC peering: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from itertools import combinations
from math import cos, pi, sin
from typing import Any

from vpclab import Topology, Trace, internet, service, site, tcp, trace
from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import (
    Attempt,
    Choice,
    Cidr,
    Edit,
    Finding,
    Intent,
    Match,
    Number,
    Step,
    judge_network,
    quietly,
)
from vpclab.course.stepping import walk
from vpclab.render import Figure, theme
from vpclab.topology.model import (
    INBOUND,
    PeeringConnection,
    Route,
    RouteTable,
    SecurityGroup,
    Snapshot,
    TransitGatewayAttachment,
)

HOST = internet("203.0.113.80")
OFFICE = site("office", "192.168.0.10")

# --- the networks ------------------------------------------------------------------------------------------


@quietly
def shop_with_road() -> Topology:
    """Return the shop and its partner as the lesson builds them: a road, and a signpost on one side."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    igw = prod.internet_gateway()
    partner = network.vpc("partner", "10.1.0.0/16", region="eu-central-1", account="444455556666")
    store = partner.subnet("store-a", "10.1.0.0/24", az="a")
    road = prod.peer(partner, "road", status="pending-acceptance")
    road.accept()
    table = prod.route_table("front", subnets=[front])
    table.route("0.0.0.0/0", to=igw)
    table.route("10.1.0.0/16", to=road)
    partner.route_table("store", subnets=[store])
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    partner.security_group("stock", inbound=["tcp 443 from 10.0.0.0/16"])
    front.instance("web", security_groups=["web"]).elastic_ip()
    store.instance("stock", security_groups=["stock"])
    return network


def shop_with_partner() -> Topology:
    """Return the shop and its partner with signposts on both sides."""
    network = shop_with_road()
    network["store"].route("10.0.0.0/16", to=network["road"])
    return network


def shop_with_parcels() -> Topology:
    """Return the two with a second subnet of the partner's, to which nobody gave a route table."""
    network = shop_with_partner()
    parcels = network["partner"].subnet("parcels-a", "10.1.1.0/24", az="a")
    parcels.instance("parcels", security_groups=["stock"])
    return network


def shop_with_maker() -> Topology:
    """Return three VPCs and two peerings, with every signpost that anybody could wish for."""
    network = shop_with_partner()
    maker = network.vpc("maker", "10.2.0.0/16", region="eu-central-1", account="777788889999")
    works = maker.subnet("works-a", "10.2.0.0/24", az="a")
    road_2 = network["partner"].peer(maker, "road-2")
    network["store"].route("10.2.0.0/16", to=road_2)
    table = maker.route_table("works", subnets=[works])
    table.route("10.1.0.0/16", to=road_2)
    table.route("10.0.0.0/16", to=road_2)
    network["front"].route("10.2.0.0/16", to="road")
    maker.security_group("parts", inbound=["tcp 443 from 10.0.0.0/8"])
    works.instance("parts", security_groups=["parts"])
    return network


@quietly
def shop_with_request() -> Topology:
    """Return the two with signposts on both sides, and a peering that nobody has accepted yet."""
    network = shop_with_partner()
    network["road"].remove()
    network["prod"].peer("partner", "road", status="pending-acceptance")
    network["front"].route("10.1.0.0/16", to="road")
    network["store"].route("10.0.0.0/16", to="road")
    return network


def shop_with_lab() -> Topology:
    """Return the shop and an old VPC of its own, one of whose two blocks lies in the shop's."""
    network = shop_with_partner()
    lab = network.vpc("lab", "10.5.0.0/16", secondary=["10.0.200.0/24"])
    lab.subnet("lab-a", "10.5.0.0/24", az="a")
    return network


@quietly
def partner_without_gateway() -> Topology:
    """Return the two; the partner sends everything that is not its own over the road."""
    network = shop_with_partner()
    network["front-a"].nat_gateway("nat")
    network["store"].route("0.0.0.0/0", to=network["road"])
    return network


@quietly
def partner_and_four_gates() -> Topology:
    """Return the two; the shop has an internet and a NAT gateway, a VPN to its office, an endpoint for S3."""
    network = partner_without_gateway()
    prod, front = network["prod"], network["front"]
    vgw = prod.virtual_private_gateway()
    network.vpn_connection("vpn", gateway=vgw, site=network.site("office", "192.168.0.0/24"))
    front.route("192.168.0.0/24", to=vgw)
    prod.gateway_endpoint("s3", ["front"], name="s3-endpoint")
    return network


def three_attached() -> Topology:
    """Return three VPCs of the shop's own, attached to a transit gateway, and nothing else done."""
    network = Topology("hub")
    hub = network.transit_gateway("hub")
    for name, subnet, block, host in (
        ("prod", "front", "10.0", "web"),
        ("test", "trial", "10.3", "copy"),
        ("tools", "build", "10.4", "builder"),
    ):
        vpc = network.vpc(name, f"{block}.0.0/16")
        place = vpc.subnet(f"{subnet}-a", f"{block}.0.0/24", az="a")
        vpc.route_table(subnet, subnets=[place])
        vpc.security_group(host, inbound=["tcp 443 from 10.0.0.0/8"])
        place.instance(host, security_groups=[host])
        hub.attach(vpc, [place], name=f"to-{name}")
    return network


@quietly
def hub_half_done() -> Topology:
    """Return the three with signposts in two VPCs, and an attachment that announces nothing."""
    network = three_attached()
    hub = network["hub"]
    hub.default_route_table.stop_propagating("to-tools")
    for table in ("front", "build"):
        network[table].route("10.0.0.0/8", to=hub)
    return network


@quietly
def shop_with_narrow_return() -> Topology:
    """Return the shop with a nightly job; the partner's way back holds the shop's first subnet only."""
    network = shop_with_partner()
    prod, partner, road = network["prod"], network["partner"], network["road"]
    jobs = prod.subnet("jobs-a", "10.0.1.0/24", az="a")
    prod.route_table("jobs", subnets=[jobs]).route("10.1.0.0/16", to=road)
    prod.security_group("reports", inbound=["tcp 443 from 10.1.0.0/16"])
    jobs.instance("reports", security_groups=["reports"])
    prod.security_group("db", inbound=["tcp 3306 from web"])
    prod.subnet("data-a", "10.0.2.0/24", az="a").instance("db", security_groups=["db"])
    parcels = partner.subnet("parcels-a", "10.1.1.0/24", az="a")
    partner.route_table("yard", subnets=[parcels]).route("10.0.0.0/16", to=road)
    parcels.instance("parcels", security_groups=["stock"])
    network["store"].remove_route("10.0.0.0/16")
    network["store"].route("10.0.0.0/24", to=road)
    return network


@quietly
def shop_with_twins() -> Topology:
    """Return the shop between two partners whose VPCs have the same block."""
    network = shop_with_partner()
    carrier = network.vpc("carrier", "10.1.0.0/16", account="777788889999")
    depot = carrier.subnet("depot-a", "10.1.5.0/24", az="a")
    road_2 = network["prod"].peer(carrier, "road-2")
    carrier.route_table("depot", subnets=[depot]).route("10.0.0.0/16", to=road_2)
    carrier.security_group("vans", inbound=["tcp 443 from 10.0.0.0/16"])
    depot.instance("vans", security_groups=["vans"])
    network["front"].remove_route("10.1.0.0/16")
    network["front"].route("10.1.0.0/16", to=road_2)
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def third_road(shop: Topology) -> None:
    """Build the road that is missing, and turn a signpost at each end towards it."""
    road = shop["prod"].peer("maker", "road-3")
    shop["front"].route("10.2.0.0/16", to=road)
    shop["works"].route("10.0.0.0/16", to=road)


def third_road_from_the_maker(shop: Topology) -> None:
    """Let the maker ask, and lead single subnets over the road."""
    road = shop["maker"].peer("prod", "direct")
    shop["front"].route("10.2.0.0/24", to=road)
    shop["works"].route("10.0.0.0/24", to=road)


def old_road_moved(shop: Topology) -> None:
    """Give the new road the name of an old one, which so leads elsewhere."""
    shop["prod"].peer("maker", "road")


def road_alone(shop: Topology) -> None:
    """Build the road and leave the signposts as they are."""
    shop["prod"].peer("maker", "road-3")


def road_and_one_signpost(shop: Topology) -> None:
    """Turn the signpost on the side that asks, and forget the answer."""
    road = shop["prod"].peer("maker", "road-3")
    shop["front"].route("10.2.0.0/16", to=road)


def road_not_accepted(shop: Topology) -> None:
    """Ask for the road, and let nobody accept it."""
    road = shop["prod"].peer("maker", "road-3", status="pending-acceptance")
    shop["front"].route("10.2.0.0/16", to=road)
    shop["works"].route("10.0.0.0/16", to=road)


def more_signposts(shop: Topology) -> None:
    """Write a longer signpost to the old road."""
    shop["front"].route("10.2.0.0/24", to="road")


def everything_over_the_road(shop: Topology) -> None:
    """Build the road and send everything over it."""
    third_road(shop)
    shop["works"].route("0.0.0.0/0", to="road-3")


def mend(shop: Topology) -> None:
    """Lead the answers to the job's subnet over the road too."""
    shop["store"].route("10.0.1.0/24", to="road")


def lead_back_to_all(shop: Topology) -> None:
    """Lead the answers to the whole VPC over the road."""
    shop["store"].route("10.0.0.0/16", to="road")


def open_the_door(shop: Topology) -> None:
    """Let everybody in at the partner's door."""
    shop["partner"].security_group("stock", inbound=["tcp 443 from 0.0.0.0/0"])


def signpost_here(shop: Topology) -> None:
    """Write the signpost that is there already, on the wrong side."""
    shop["jobs"].route("10.1.0.0/24", to="road")


def lead_back_from_main(shop: Topology) -> None:
    """Write the signpost into a table that does not serve the subnet."""
    shop["partner"].main_route_table.route("10.0.1.0/24", to="road")


def everything_back(shop: Topology) -> None:
    """Send everything that the partner's subnet does not know over the road."""
    shop["store"].route("0.0.0.0/0", to="road")


def part_them(shop: Topology) -> None:
    """Lead the partner's subnet over the partner's road by a longer prefix."""
    shop["front"].route("10.1.0.0/24", to="road")


def the_other_way_round(shop: Topology) -> None:
    """Lead the block over the partner's road, and the carrier's subnet over the carrier's."""
    shop["front"].route("10.1.0.0/16", to="road")
    shop["front"].route("10.1.5.0/24", to="road-2")


def the_whole_block(shop: Topology) -> None:
    """Lead the whole block over the partner's road, and lose the carrier."""
    shop["front"].route("10.1.0.0/16", to="road")


def a_longer_block_that_holds_both(shop: Topology) -> None:
    """Lead a longer block over the partner's road that holds the carrier's subnet too."""
    shop["front"].route("10.1.0.0/17", to="road")


def finish(shop: Topology) -> None:
    """Write the signpost that is missing, and let the attachment announce its block."""
    shop["trial"].route("10.0.0.0/8", to="hub")
    shop["hub"].default_route_table.propagate("to-tools")


def finish_with_a_static_route(shop: Topology) -> None:
    """Write the hub's route by hand, and one signpost for each neighbour."""
    shop["hub"].default_route_table.route("10.4.0.0/16", to="to-tools")
    shop["trial"].route("10.0.0.0/16", to="hub")
    shop["trial"].route("10.4.0.0/16", to="hub")


def signpost_only(shop: Topology) -> None:
    """Write the signpost, and leave the hub's table as it is."""
    shop["trial"].route("10.0.0.0/8", to="hub")


def announce_only(shop: Topology) -> None:
    """Let the attachment announce its block, and leave the VPC's table as it is."""
    shop["hub"].default_route_table.propagate("to-tools")


def around_the_hub(shop: Topology) -> None:
    """Build a road past the hub."""
    road = shop["prod"].peer("tools", "road")
    shop["front"].route("10.4.0.0/16", to=road)
    shop["build"].route("10.0.0.0/16", to=road)


def place_fourth(network: Topology, block: str) -> None:
    """Make a fourth VPC, peer it with the others, and write every signpost."""
    test = network.vpc("test", block)
    for other, table in (("prod", "front"), ("partner", "store"), ("maker", "works")):
        road = test.peer(other, f"test-{other}")
        network[table].route(block, to=road)
        test.main_route_table.route(network[other].value.cidrs[0], to=road)
    place = test.subnet("test-a", str(next(test.value.cidrs[0].subnets(new_prefix=28))), az="a")
    test.security_group("checker", inbound=[])
    place.instance("checker", security_groups=["checker"])


# --- what the checks look at, and what they show -----------------------------------------------------------


class Roads(Edit):
    """An edit whose new routes to a peering hold no more than the peer, and that opens no door wider."""

    def find(self, value: Callable[[Any], object], right: Collection[Any]) -> Finding:
        """Judge a value."""
        found = super().find(value, right)
        if not found.right:
            return found
        after, before = found.subject.snapshot(), self.given().snapshot()
        if door := opened(after, before):
            said = (
                f"All rows hold, but the list `{door}` lets in more than before, and no door was in the way."
            )
            return Finding(False, said, key=("opened",), subject=found.subject)
        wide = too_wide(after, before)
        if wide is None:
            return found
        said = (
            f"All rows hold, but the route {wide} takes more than the addresses of the VPC at the other "
            "end of that road. Nothing else can arrive over it."
        )
        return Finding(False, said, key=("too wide",), subject=found.subject)


def too_wide(after: Snapshot, before: Snapshot) -> str | None:
    """Return a new route to a peering that holds more than the peer's addresses, or None."""
    for table in after.all(RouteTable):
        old = before.get(RouteTable, table.id)
        for route in table.routes:
            if old and route in old.routes:
                continue
            if pcx := after.get(PeeringConnection, route.target):
                blocks = pcx.other(table.vpc_id).cidrs
                if not any(_inside(route, block) for block in blocks):
                    return f"{route.destination} → {pcx.name}"
    return None


def opened(after: Snapshot, before: Snapshot) -> str | None:
    """Return a list that lets in what it did not before, or None."""
    for group in after.all(SecurityGroup):
        old = before.get(SecurityGroup, group.id)
        if old and {str(rule) for rule in group.side(INBOUND)} - {str(rule) for rule in old.side(INBOUND)}:
            return group.name
    return None


def _inside(route: Route, block: Any) -> bool:
    where = route.destination
    return not isinstance(where, str) and where.version == block.version and where.subnet_of(block)


def joined(network: Topology, one: str, other: str) -> bool:
    """Return whether an active peering joins two VPCs."""
    wanted = {network[one].id, network[other].id}
    every = network.snapshot().all(PeeringConnection)
    return any({p.requester.vpc_id, p.accepter.vpc_id} == wanted and p.status == "active" for p in every)


def leads(network: Topology, table: str, to: str) -> bool:
    """Return whether a route table has a route to what has that name."""
    return any(route.target == network[to].id for route in network[table].value.routes)


def door_opened(network: Topology) -> bool:
    """Return whether the list at the partner's door lets in more than the shop."""
    door = network.snapshot().get(SecurityGroup, "sg-partner-stock")
    return door is None or "10.0.0.0/16" not in {str(rule.peer) for rule in door.side(INBOUND)}


def source_at_the_end(way: Trace) -> str:
    """Return which address of `web` stands on the packet when `stock` gets it."""
    return "inside" if str(way.forward[-1].packet_in.src) == "10.0.0.10" else "outside"


def show_reply(answer: str) -> Any:
    """Return, for the right answer, the reply's whole table; else the two tables of the partner."""
    network = shop_with_parcels()
    if answer == "stops here":
        return walk(trace(network, "web", "parcels", tcp(443)), leg="reply")
    served = [("store-a", "store"), ("parcels-a", "main")]
    return Table(("the partner's subnet", "is served by"), tuple(served))


def show_first_steps(key: str) -> Any:
    """Return, for the right choice, the whole table; else the partner's own routes."""
    network = shop_with_partner()
    if key == "b":
        return walk(trace(network, "stock", "web", tcp(443)), leg="request")
    rows = [
        (str(r.destination), "local" if r.target == "local" else "road")
        for r in network["store"].value.routes
    ]
    return Table(("route table store: destination", "target"), tuple(rows))


def picture(count: int, *, hub: bool = False) -> Figure:
    """Return VPCs on a circle: each joined with every other one, or all of them with a hub."""
    names = "ABCDEFGHIJ"[:count]
    middle, radius = 130, 95
    turn = [2 * pi * i / count for i in range(count)]
    spots = {
        n: (middle + radius * sin(a), middle + radius * cos(a)) for n, a in zip(names, turn, strict=True)
    }
    pairs = [(name, "hub") for name in names] if hub else list(combinations(names, 2))
    spots |= {"hub": (middle, middle)} if hub else {}
    nodes = (
        f'"{n}" [pos="{x:.1f},{y:.1f}", shape={"box" if n == "hub" else "circle"}, width=0.5, height=0.4, '
        f'style=filled, fillcolor="{theme.SHADE}", color="{theme.FRAME}"];'
        for n, (x, y) in spots.items()
    )
    wires = (
        f'"{a}" -> "{b}" [arrowhead=none, color="{theme.FRAME}", pos="'
        + " ".join(f"{x1 + (x2 - x1) * part / 3:.1f},{y1 + (y2 - y1) * part / 3:.1f}" for part in range(4))
        + '"];'
        for a, b in pairs
        for (x1, y1), (x2, y2) in [(spots[a], spots[b])]
    )
    head = 'graph [layout=nop2, bb="0,0,260,260", outputorder=edgesfirst, bgcolor="#ffffff"];'
    dot = "\n".join(["digraph {", head, "node [fontname=Arial, fontsize=13];", *nodes, *wires, "}"])
    told = (
        f"{count} VPCs at one transit gateway: {count} attachments"
        if hub
        else f"{count} VPCs, each joined with every other one: {len(pairs)} peerings"
    )
    return Figure(told, ", ".join(f"{a}–{b}" for a, b in pairs), dot)


def mesh_table(*counts: int) -> Table:
    """Return how many peerings and how many attachments join VPCs, counted pair by pair."""
    rows = tuple((str(n), str(len(list(combinations(range(n), 2)))), str(n)) for n in counts)
    return Table(("VPCs", "peerings of a full mesh", "attachments to one hub"), rows)


@dataclass(frozen=True)
class Count(Number):
    """A number of roads, asked for beside a picture of a smaller network."""

    of: int = 4

    def ask(self) -> tuple[Any, ...]:
        """Return the picture of the smaller network."""
        return (picture(self.of),)


def show_mesh(value: float) -> Any:
    """Return the pictures and the table for the right number; else smaller networks, counted."""
    if value == 15:
        return (picture(6), picture(6, hub=True), mesh_table(2, 3, 4, 5, 6, 10, 100))
    return Table(("VPCs", "peerings"), (("2", "1"), ("3", "3"), ("4", "6")))


class Gates(Match):
    """Pairs, beside the map of the shop with all its gates."""

    def ask(self) -> tuple[Any, ...]:
        """Return the items, the choices and the map."""
        return (*super().ask(), partner_and_four_gates())


class Hub(Edit):
    """An edit that shows the hub's own table beside the map."""

    def ask(self) -> tuple[Any, ...]:
        """Return the rows, the map, and who is in the hub's table."""
        network = self.given()
        table = network["hub"].default_route_table.value
        rows = tuple(
            (
                a.name,
                "yes" if a.id in table.associations else "no",
                "yes" if a.id in table.propagations else "no",
            )
            for a in network.snapshot().all(TransitGatewayAttachment)
        )
        return (
            *super().ask(),
            Table(("the hub's attachment", "reads its table", "announces its block"), rows),
        )


def arriving(given: Callable[[], Topology], intents: tuple[Intent, ...], row: int) -> Callable[[Any], Any]:
    """Return what shows the way of one row's packet once a learner's function makes all rows hold."""

    def show_way(function: Callable[[Topology], object]) -> Any:
        network = given()
        with redirect_stdout(StringIO()):
            returned = function(network)
        changed = returned if isinstance(returned, Topology) else network
        return intents[row].trace(changed) if judge_network(changed, intents).right else ()

    return show_way


THIRD_ROAD = (
    Intent("web", "parts", tcp(443)),
    Intent("web", "stock", tcp(443)),
    Intent("stock", "parts", tcp(443)),
)
AT_THE_HUB = (
    Intent("web", "copy", tcp(443)),
    Intent("web", "builder", tcp(443)),
    Intent("copy", "builder", tcp(443)),
    Intent("builder", "web", tcp(443)),
)
FOUR = {
    "web": "web",
    "internet": HOST,
    "office": OFFICE,
    "s3": service("s3"),
}


def show_four(value: tuple[tuple[str, str], ...]) -> Any:
    """Return what becomes of the packets that an answer says something wrong about."""
    network = partner_and_four_gates()
    rows = []
    for item, said in value:
        way = trace(network, "stock", FOUR[item], tcp(443))
        if (said == "answers") != way.reaches:
            rows.append((way.flow, way.because))
    return (Table(("flow", "what its trace says"), tuple(rows)),) if rows else ()


EXERCISES = (
    Exercise(
        id="07-last-step",
        title="The last step",
        prompt=(
            "The partner has a second subnet, `parcels-a`. `web` asks `parcels` there, and the request "
            "arrives. Row 9 of the reply above is empty."
        ),
        kind=Step(
            given=shop_with_parcels,
            flow=Intent("web", "parcels", tcp(443)),
            at="main",
            leg="reply",
        ),
        hints=(
            "Where is the answer going? Its destination stands in the last column of row 8.",
            "Hold that address against what the table `main` holds. Signposts in other tables do not count.",
            "On the map, `parcels-a` is served by `main`, which says “local only”: it knows 10.1.0.0/16 and "
            "no address of the shop.",
        ),
        deciding="local only",
        why=(
            "The partner wrote its signpost into the table `store`, which serves `store-a`. A signpost helps "
            "the subnets that read its table, and no other one. (Rows 10 to 12 are therefore not reached.)"
        ),
        solution="stops here",
        also_right=("Stops here", "stops"),
        traps=(
            Trap(
                "road",
                "M22",
                "A signpost to the road stands in one of the partner's two tables. Look which subnet reads "
                "which table.",
                when=lambda value: value in ("road", "peering connection", "peering connection road"),
            ),
            Trap(
                "store",
                "M23",
                "`store` is a route table, and it serves the neighbouring subnet. This answer leaves "
                "`parcels-a`.",
            ),
        ),
        evidence=show_reply,
    ),
    Exercise(
        id="07-first-steps",
        title="The first steps",
        prompt="Rows 1 to 3 of the table above are empty. What stands there?",
        kind=Choice(
            {
                "a": "door and border let it out; `front` sends it by 10.1.0.0/16 to the road",
                "b": "door and border let it out; `store` sends it by 10.0.0.0/16 to the road",
                "c": "door and border let it out; a peering joins the VPCs, so no table is asked",
                "d": "door and border let it out; 0.0.0.0/0 sends it to the internet gateway",
            }
        ),
        hints=(
            "In which VPC does this packet begin, and where is it going?",
            "The table is that of the sender's subnet; the destination is the receiver's address.",
            "`stock` lives in `store-a`, and 10.0.0.10 lies in 10.0.0.0/16.",
        ),
        deciding="lies in 10.0.0.0/16",
        why=(
            "The request of `stock` follows the same signpost as its answers did before. So the partner can "
            "start connections too: a road has no direction. Whether it may come in, the list of `web` says."
        ),
        solution="b",
        also_right=("B", "b)", "door and border let it out; `store` sends it by 10.0.0.0/16 to the road"),
        traps=(
            Trap(
                "a",
                "M45",
                "`front` is read by packets that leave `front-a`, and 10.1.0.0/16 holds where this packet "
                "comes from. Begin at the sender.",
            ),
            Trap(
                "c",
                "M23",
                "A road without a signpost carries nothing: in the puzzle the road was there as well, and "
                "the answer was lost.",
            ),
            Trap(
                "d",
                "M02",
                "That gateway is in the wall of `prod`. These are the routes that a packet of `stock` reads:",
            ),
        ),
        evidence=show_first_steps,
    ),
    Exercise(
        id="07-third-road",
        title="What is missing?",
        prompt=(
            "`web` shall reach `parts`. What is missing between `prod` and `maker`? Put it right; what "
            "works now must go on working."
        ),
        kind=Roads(
            given=shop_with_maker,
            intents=THIRD_ROAD,
        ),
        hints=(
            "Two of three pairs of countries have something that the third pair has not.",
            "A road of their own, and at each end a signpost that points to it.",
            'Three lines: `shop["prod"].peer(...)` builds it; then `shop["front"].route(...)` and '
            '`shop["works"].route(...)` point to it, each for the block of the other VPC.',
        ),
        deciding="three lines",
        why=(
            "One road for each pair, and two signposts. The new routes took the place of the old ones, "
            "whose destinations were the same."
        ),
        solution=third_road,
        also_right=(third_road_from_the_maker,),
        traps=(
            Trap(
                old_road_moved,
                "M01",
                "`prod` and `partner` have lost their road: it was removed, or its name was given to the new "
                "one. The new road needs a name of its own, and the old one must stay.",
                when=lambda n: not joined(n, "prod", "partner"),
            ),
            Trap(
                road_not_accepted,
                "M23",
                "You asked for the road, and nobody has accepted it.",
                when=lambda n: any(p.status != "active" for p in n.snapshot().all(PeeringConnection)),
            ),
            Trap(
                everything_over_the_road,
                "M02",
                "The road is right, and one new signpost to it holds more than the neighbour's addresses.",
            ),
            Trap(
                more_signposts,
                "M01",
                "`prod` and `maker` have no road of their own yet. However many signposts you write, the "
                "two roads through `partner` carry the partner's packets only.",
                when=lambda n: not joined(n, "prod", "maker"),
            ),
            Trap(
                road_and_one_signpost,
                "M23",
                "The request takes the new road. Where does the signpost of `works` send the answer?",
            ),
            Trap(
                road_alone,
                "M23",
                "The road is there. Look where the signpost of `front` still points.",
            ),
        ),
        evidence=arriving(shop_with_maker, THIRD_ROAD, 0),
    ),
    Exercise(
        id="07-mesh",
        title="How many roads?",
        prompt=(
            "In the picture four VPCs are joined, each with every other one. How many peerings do six VPCs "
            "need?"
        ),
        kind=Count(),
        hints=(
            "Draw six points. How many lines begin at the first one?",
            "Each VPC has a road to all others, and each road is counted at both of its ends.",
            "Six VPCs have five roads each, which makes 30 ends, and a road has two ends.",
        ),
        deciding="30 ends",
        why=(
            "n VPCs have n − 1 roads each, and each road has two ends: n(n − 1)/2. For six that is "
            "6 · 5/2. A hub needs one attachment for each VPC."
        ),
        solution=15,
        also_right=("15", "１５", 15.0, "15 peerings"),
        traps=(
            Trap(30, "M23", "You counted each road twice, once from each side. A peering serves both."),
            Trap(
                5,
                "M01",
                "Five roads make a star or a chain: most VPCs could reach each other only through another "
                "one, and that no peering does.",
            ),
            Trap(6, "M01", "A ring of six roads: neighbours reach each other, and nobody else does."),
        ),
        evidence=show_mesh,
    ),
    Exercise(
        id="07-ticket",
        title="No answer for the night",
        prompt=(
            "`reports` is a new nightly job in `prod`. It asks `stock` (tcp 443) and gets no answer. `web` "
            "asks `stock` every day, and gets one. In the two VPCs one single thing is wrong. Find it with "
            "`probe`, with as few probes as you can, and put it right."
        ),
        kind=Roads(
            given=shop_with_narrow_return,
            intents=(
                Intent("reports", "stock", tcp(443)),
                Intent("web", "stock", tcp(443)),
                Intent("reports", "parcels", tcp(443)),
                Intent("parcels", "stock", tcp(443), must=False),
                Intent("stock", "db", tcp(3306), must=False),
            ),
            picture=False,
        ),
        hints=(
            "Ask from the same sender to another receiver, then from another sender. What is cleared?",
            "`reports` reaches `parcels`, so its own side is sound. Let `stock` begin: its list says nothing "
            "about what goes out, so what can stop its packets?",
            "The table `store` leads back to 10.0.0.0/24 only, and `reports` has 10.0.1.10. Its route to "
            '`"road"` must hold that address too.',
        ),
        deciding="10.0.0.0/24 only",
        why=(
            "The way back held the addresses of `front-a` only. That was enough as long as `web` alone "
            "asked. A new subnet on one side needs a look at the tables of the other side."
        ),
        solution=mend,
        also_right=(lead_back_to_all,),
        traps=(
            Trap(
                open_the_door,
                "M14",
                "The request had passed that list before you opened it. It is wider now than anybody needs, "
                "and the answer is still lost.",
                when=door_opened,
            ),
            Trap(
                everything_back,
                "M02",
                "The answers come back now. But the new signpost holds more than the neighbour's addresses.",
            ),
            Trap(
                lead_back_from_main,
                "M22",
                "You changed the partner's main table. `store-a` has a table of its own and never reads it.",
                when=lambda n: leads(n, "partner/main", "road"),
            ),
            Trap(
                signpost_here,
                "M23",
                "The job's side had its signpost already: `reports` reaches `parcels` over the same road. "
                "Think of the way back.",
                when=lambda n: n["jobs"].value.routes != shop_with_narrow_return()["jobs"].value.routes,
            ),
        ),
    ),
    Exercise(
        id="07-edge",
        title="Four gates next door",
        prompt=(
            "`prod` has an internet gateway (and a NAT gateway), a VPN to its office, and a gateway endpoint "
            "for Amazon S3, a storage service. The partner sends everything that is not its own over the "
            "road. `stock` sends tcp 443 to `web`; to `internet`, a host at 203.0.113.80; to `office`, a "
            "machine there at 192.168.0.10; and to `s3`. Which of the four packets get an answer?"
        ),
        kind=Gates(tuple(FOUR), ("answers", "stopped")),
        hints=(
            "Who looks at the packet when it comes to the road, and at what?",
            "A peering carries a packet if its source or its destination is in the VPC that it leads to.",
            "The road leads to 10.0.0.0/16. Only one of the four has an address in there.",
        ),
        deciding="only one of the four",
        why=(
            "A road leads to the neighbour's addresses, never through its gates. The office, the internet "
            "and S3 are not in 10.0.0.0/16, so their packets end at the road, before they see a gate."
        ),
        solution={"web": "answers", "internet": "stopped", "office": "stopped", "s3": "stopped"},
        also_right=([("web", "answers"), ("internet", "stopped"), ("office", "stopped"), ("s3", "stopped")],),
        traps=(
            Trap(
                {"web": "answers", "internet": "answers", "office": "answers", "s3": "answers"},
                "M02",
                "The gates are the shop's and serve the shop. The partner's packets never come to them.",
                when=lambda pairs: dict(pairs)["internet"] == "answers" or dict(pairs)["office"] == "answers",
            ),
            Trap(
                {"web": "answers", "internet": "stopped", "office": "stopped", "s3": "answers"},
                "M36",
                "A gateway endpoint is a route in the shop's tables. It has no address in the shop that a "
                "neighbour could write to (chapter 11).",
                when=lambda pairs: dict(pairs)["s3"] == "answers",
            ),
            Trap(
                {"web": "stopped", "internet": "stopped", "office": "stopped", "s3": "stopped"},
                "M23",
                "One of the four lives in the VPC that the road leads to, and both sides have signposts.",
            ),
        ),
        evidence=show_four,
    ),
    Exercise(
        id="07-fourth",
        title="A block for the fourth",
        prompt=(
            "A fourth VPC, `test`, shall be peered with all three, and its `checker` shall ask `web` and "
            "`parts`. Which block does it get? It begins with 10, holds at least 60,000 usable addresses, "
            "and is no larger than that takes."
        ),
        kind=Cidr(
            inside="10.0.0.0/8",
            hosts=60_000,
            smallest=True,
            given=shop_with_maker,
            place=place_fourth,
            intents=(
                Intent("checker", "web", tcp(443)),
                Intent("checker", "parts", tcp(443)),
            ),
        ),
        hints=(
            "Write down the three blocks that are taken.",
            "Not one address may stand in two of the four VPCs, whether somebody uses it or not.",
            "A /16 has 65,536 addresses. 10.0, 10.1 and 10.2 are taken; 10.3.0.0 is free.",
        ),
        deciding="10.3.0.0",
        why="No address of the new VPC stands in another one. Only so do the four stay open to each other.",
        solution="10.3.0.0/16",
        also_right=("10.3.0.0 / 16", "10.200.0.0/16", "10.3.7.0/16", "１0.255.0.0/16"),
        traps=(
            Trap(
                "10.1.0.0/16",
                "M24",
                "Some or all of that block is taken. That the subnets in use differ does not help: the VPCs' "
                "whole blocks are compared.",
                when=lambda block: any(str(block).startswith(f"10.{n}.") for n in range(3)),
            ),
            Trap(
                "10.3.0.0/17",
                "M25",
                "A /17 has half as many addresses as a /16.",
                when=lambda block: block.prefixlen == 17,
            ),
        ),
    ),
    Exercise(
        id="07-twins",
        title="Two neighbours with one block",
        prompt=(
            "Make both neighbours reachable: `stock`, which asks `web`, and the carrier's `vans`, which does "
            "so too. Change only the shop's side."
        ),
        kind=Roads(
            given=shop_with_twins,
            intents=(
                Intent("stock", "web", tcp(443)),
                Intent("vans", "web", tcp(443)),
            ),
        ),
        hints=(
            "One signpost for 10.1.0.0/16 can point to one road only.",
            "If two signposts hold an address, the longer prefix wins. Which addresses does `stock` need?",
            'Besides the route that is there, `shop["front"].route("10.1.0.0/24", ...)` leads to the '
            "partner's subnet over the partner's road.",
        ),
        deciding="10.1.0.0/24",
        why=(
            "The longer prefix leads to one neighbour's subnet, the shorter one to the rest of the other "
            "neighbour. It holds as long as their subnets do not overlap as well."
        ),
        solution=part_them,
        also_right=(the_other_way_round,),
        traps=(
            Trap(
                the_whole_block,
                "M21",
                "A table holds one route for a destination: the new one took the place of the old one, and "
                "now the other neighbour gets no answers.",
                when=lambda n: not leads(n, "front", "road-2"),
            ),
            Trap(
                a_longer_block_that_holds_both,
                "M19",
                "The longer prefix wins, and this one holds the subnets of both neighbours.",
            ),
        ),
    ),
    Exercise(
        id="07-hub",
        title="Finish the hub",
        prompt=(
            "A colleague wrote signposts in two of three VPCs, and stopped the announcement of one "
            "attachment. Put right what is missing, so that all three reach each other through the hub."
        ),
        kind=Hub(
            given=hub_half_done,
            intents=AT_THE_HUB,
        ),
        hints=(
            "Two things are missing, and they stand in tables of two different kinds.",
            "Which VPC has no signpost to the hub? And which VPC's block is unknown to the hub's own table?",
            'The table `trial` needs a route to `"hub"`. And `propagate(...)` of the hub\'s '
            '`default_route_table` lets the attachment `"to-tools"` announce its block.',
        ),
        deciding="to-tools",
        why=(
            "Each VPC is attached, its packets are read by a table of the hub, its block stands in there, "
            "and its own table leads to the hub. Now the hub carries on what no peering would."
        ),
        solution=finish,
        also_right=(finish_with_a_static_route,),
        traps=(
            Trap(
                around_the_hub,
                "M01",
                "A road past the hub joins two VPCs, and these two only.",
                when=lambda n: any(True for _ in n.snapshot().all(PeeringConnection)),
            ),
            Trap(
                signpost_only,
                "M40",
                "Every VPC leads to the hub now. But the hub's own table does not know where 10.4.0.0/16 is.",
                when=lambda n: leads(n, "trial", "hub"),
            ),
            Trap(
                announce_only,
                "M40",
                "The hub knows the way to every VPC now. But packets do not come to a hub that no signpost "
                "points to.",
            ),
        ),
        evidence=arriving(hub_half_done, AT_THE_HUB, 1),
    ),
)

PREDICTIONS = (
    Prediction(
        id="07-p1",
        question="`web` asks `stock` how many pieces are left: tcp 443. What happens?",
        given=shop_with_road,
        flow=Intent("web", "stock", tcp(443)),
        beliefs={
            "delivered": (
                "M23",
                "The road is open, and the shop has its signpost. Look at the table that the answer reads.",
            ),
            "blocked": ("M23", "On the way there nothing is missing. Look at the way back."),
        },
        after="""
The request arrived. The answer was dropped: it reads the table of its own subnet, `store`, and there no
signpost leads to 10.0.0.10. **A road needs a signpost at both ends.**
""",
    ),
    Prediction(
        id="07-p2",
        question=(
            "The packet goes from Tokyo to Frankfurt, and `web` has a public address. Which source address "
            "does `stock` read?"
        ),
        given=shop_with_partner,
        flow=Intent("web", "stock", tcp(443)),
        choices={
            "outside": "198.51.100.10: the public address of `web`",
            "inside": "10.0.0.10: the private address of `web`",
            "road": "an address of the peering connection",
        },
        truth=source_at_the_end,
        beliefs={
            "outside": (
                "M19",
                "The route 0.0.0.0/0 → igw holds 10.1.0.10 too, but its prefix is the shorter one. The "
                "packet never came to that gateway.",
            ),
            "road": ("M28", "Nothing on this way rewrites an address: compare the last column of the steps."),
        },
        after="""
Two routes of `front` hold 10.1.0.10: 0.0.0.0/0 and 10.1.0.0/16. The longer prefix wins. So the packet passes
no internet gateway, and nobody rewrites its addresses. Both sides see each other's private addresses.

This holds across accounts and across Regions. The packet never travels over the internet; between Regions
AWS encrypts it and keeps it on its own lines (PCX-1).
""",
    ),
    Prediction(
        id="07-p3",
        question=(
            "`stock` asks `parts` and gets answers, just as `web` gets answers from `stock`. Now `web` asks "
            "`parts`. What happens?"
        ),
        given=shop_with_maker,
        flow=Intent("web", "parts", tcp(443)),
        beliefs={
            "delivered": ("M01", "Two roads in a row do not make one."),
            "reply-blocked": ("M01", "It does not even get so far: see where the request ends."),
        },
        after="""
Peering is not **transitive**: that A reaches B, and B reaches C, does not let A reach C. A road carries
packets with one end in the VPC that it leads to. This one went from `prod` to `maker`, and `partner` was
neither. So it ended at the start of the road, and no signpost changes that (PCX-7).

| from, to | road of their own | packets |
| --- | --- | --- |
| `prod`, `partner` | `road` | pass |
| `partner`, `maker` | `road-2` | pass |
| `prod`, `maker` | none | are stopped |
""",
    ),
    Prediction(
        id="07-p4",
        question=(
            "Both signposts stand. But the partner is on holiday: the peering is `pending-acceptance`. `web` "
            "asks `stock`. What happens?"
        ),
        given=shop_with_request,
        flow=Intent("web", "stock", tcp(443)),
        beliefs={
            "delivered": ("M23", "Signposts at both ends are not enough: the road between them is not open."),
            "reply-blocked": (
                "M23",
                "The answer would find the road closed; the request finds it closed first.",
            ),
        },
        after="""
The route won, and led nowhere. Only the state *active* carries packets (PCX-2):

| state | what it means | what you can do |
| --- | --- | --- |
| pending-acceptance | asked for, and waiting | let the other side accept |
| active | open | write the signposts |
| rejected, expired | the other side said no, or nothing | ask again |
| failed | AWS could not make it | find out why |
| deleted | closed; routes to it stay, as dead ends | remove those routes |
""",
    ),
    Prediction(
        id="07-p5",
        question=(
            "`lab` is an old VPC of yours. All its subnets are in its first block, 10.5.0.0/16. Its second "
            "block, 10.0.200.0/24, is empty; `prod` has no subnet there either. What becomes of this "
            'line?\n\n`shop["prod"].peer("lab")`'
        ),
        given=shop_with_lab,
        flow=Attempt('shop["prod"].peer("lab")'),
        choices=words.ATTEMPTS,
        truth=lambda tried: tried.outcome,
        beliefs={
            "made": ("M24", "What is used makes no difference: 10.0.200.0/24 lies in 10.0.0.0/16."),
        },
        after="""
Any overlap of any two blocks is enough. An address would stand in two countries, and the local route would
keep its packets at home. So plan blocks that nobody else has (chapter 02), before you need the road.
""",
    ),
    Prediction(
        id="07-p6",
        question=(
            "The partner has no internet gateway. It sends everything unknown over the road: 0.0.0.0/0 → "
            "`road`. `prod` has an internet gateway and a NAT gateway. `stock` asks 203.0.113.80 for an "
            "update. What happens?"
        ),
        given=partner_without_gateway,
        flow=Intent("stock", HOST, tcp(443)),
        beliefs={
            "delivered": ("M02", "The gates in the shop's wall serve the shop."),
            "reply-blocked": ("M02", "Not even the request gets into `prod`."),
        },
        after="""
Using a neighbour's gates as if they were your own would be **edge-to-edge routing**, and a peering does not
allow it: neither 10.1.0.10 nor 203.0.113.80 is in `prod`. It is the same for all gates of the shop:

| the partner wants | by the shop's | it ends |
| --- | --- | --- |
| the internet | internet gateway, NAT gateway | at the road |
| the shop's office | VPN or Direct Connect | at the road |
| Amazon S3 | gateway endpoint (chapter 11) | at the road |
""",
    ),
    Prediction(
        id="07-p7",
        question=(
            "Three VPCs of your own are attached to the hub, and its table knows all three blocks. `web` in "
            "`prod` asks `copy` in `test`. What happens?"
        ),
        given=three_attached,
        flow=Intent("web", "copy", tcp(443)),
        beliefs={
            "delivered": (
                "M40",
                "The hub would know the way. But what tells a packet in `front-a` to go to the hub?",
            ),
            "reply-blocked": ("M40", "The request has the same trouble as the answer would have."),
        },
        after="""
A hub connects whom its tables and yours connect. For each VPC four things must be there:

| what | it says | here |
| --- | --- | --- |
| attachment | by which subnet in each zone the VPC is at the hub | done |
| association | which table of the hub its packets read | done: the hub's default table |
| propagation | into which tables of the hub its block is written | done: the same one |
| routes in the VPC | which of its packets go to the hub | missing |

With those the hub is transitive, as a peering never is.
""",
    ),
    Prediction(
        id="07-p8",
        question=(
            "The shop has a second neighbour, a carrier. Its VPC has the same block as the partner's, "
            "10.1.0.0/16, and both are peered with `prod`. `front` leads 10.1.0.0/16 to `road-2`, the "
            "carrier's. `stock` asks `web`. What happens?"
        ),
        given=shop_with_twins,
        flow=Intent("stock", "web", tcp(443)),
        beliefs={
            "delivered": (
                "M23",
                "The answer does not go back the way that the request came. It follows the signpost.",
            ),
            "blocked": (
                "M24",
                "Both roads are there: a neighbour may not overlap with you, but two "
                "neighbours may overlap with each other.",
            ),
        },
        after="""
The request came over `road`, and the answer left over `road-2`: an answer reads the route table like any
other packet, and nobody remembers where the question came from (PCX-8).
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="07-why",
        question=(
            "A colleague says: “We are peered with the partner, and the partner with the maker. Add a route, "
            "and we reach the maker.” What do you answer, in one sentence?"
        ),
        model=(
            "A peering carries packets only if one end is in the VPC that it leads to, so we need a peering "
            "of our own with the maker, active, with a route on our side and one on theirs."
        ),
        points=(
            "Peering is not transitive: no route makes it so.",
            "The two need a peering of their own.",
            "It must be active, and both sides need a route to it.",
        ),
    ),
)
