"""Chapter 06, To your own data centre: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from vpclab import Topology, Trace, internet, service, site, tcp, trace
from vpclab.course.cards import Table
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Build, Choice, Cidr, Edit, Intent, Match, Step, quietly
from vpclab.course.stepping import walk
from vpclab.render import tables
from vpclab.render.words import kind_of, name_of
from vpclab.topology.model import INBOUND, RouteTable, SecurityGroup
from vpclab.topology.rules import read_address

CLERK = site("office", "192.168.0.10")
OTHER_CLERK = site("office", "192.168.0.250")
STOCK = site("office", "192.168.1.20")
GUEST = site("office", "192.168.9.50")
WEB_LIST = "tcp 443 from 0.0.0.0/0"

# --- the networks ------------------------------------------------------------------------------------------


def shop_alone() -> Topology:
    """Return the shop before the office comes; the list at `db` knows the clerks already."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.route_table("data", subnets=[data])
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 192.168.0.0/24"])
    front.instance("web", security_groups=["web"]).elastic_ip()
    data.instance("db", security_groups=["db"])
    return network


def shop_with_line() -> Topology:
    """Return the shop with a gate and a VPN to the office, and no signpost to them."""
    network = shop_alone()
    vgw = network["prod"].virtual_private_gateway()
    office = network.site("office", "192.168.0.0/16")
    device = network.customer_gateway("office-device", "203.0.113.66")
    network.vpn_connection("vpn", gateway=vgw, site=office, customer_gateway=device)
    return network


def shop_connected() -> Topology:
    """Return the shop with route propagation on in the table of `data-a`."""
    network = shop_with_line()
    network["data"].propagate("vgw")
    return network


def shop_with_both() -> Topology:
    """Return the shop with route propagation on in both tables."""
    network = shop_connected()
    network["front"].propagate("vgw")
    return network


def shop_with_old_route() -> Topology:
    """Return the shop with a written route that has the same destination as the propagated one."""
    network = shop_connected()
    network["front"].route("192.168.0.0/16", to="igw")
    network["front"].propagate("vgw")
    return network


@quietly
def shop_with_tunnels_down() -> Topology:
    """Return the connected shop after both tunnels failed."""
    return with_tunnels(shop_connected(), 0)


@quietly
def shop_with_relay() -> Topology:
    """Return the shop with routes of all kinds in the table `front`; the office announces too much."""
    network = shop_connected()
    relay = network["front-a"].instance("relay", security_groups=["web"])
    front = network["front"]
    front.route("192.168.1.0/24", to=relay)
    front.route("192.168.2.0/24", to=relay)
    again(network, announces=["192.168.0.0/16", "192.168.2.0/24", "10.0.1.0/24"])
    front.propagate("vgw")
    return network


@quietly
def shop_with_wrong_list() -> Topology:
    """Return the connected shop after somebody wrote the device's public address into the list at `db`."""
    network = shop_with_both()
    network["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 203.0.113.66/32"])
    return network


@quietly
def shop_with_static_vpn() -> Topology:
    """Return the shop with a written route for all of the office, and a gate that knows a part of it."""
    network = shop_with_line()
    network["vpn"].remove()
    again(network, static=["192.168.0.0/24"])
    network["data"].route("192.168.0.0/16", to="vgw")
    return network


def shop_with_direct_connect() -> Topology:
    """Return the connected shop with a physical line beside the VPN, for the same addresses."""
    network = shop_connected()
    network.direct_connect("dx", gateway="vgw", site="office")
    return network


def shop_with_ipv6() -> Topology:
    """Return a shop with IPv6 at both ends of a VPN, and a written route for it."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16", ipv6=True)
    data = prod.subnet("data-a", "10.0.1.0/24", az="a", ipv6=True)
    prod.security_group("db", inbound=["tcp 3306 from 192.168.0.0/24"])
    data.instance("db", ipv6=True, security_groups=["db"])
    vgw = prod.virtual_private_gateway()
    office = network.site("office", "192.168.0.0/16", "3fff:6::/48")
    device = network.customer_gateway("office-device", "203.0.113.66")
    network.vpn_connection("vpn", gateway=vgw, site=office, customer_gateway=device)
    prod.route_table("data", subnets=[data]).route("3fff:6::/48", to=vgw)
    return network


def shop_with_endpoint() -> Topology:
    """Return the connected shop with a gateway endpoint for S3 in the table of `data-a`."""
    network = shop_connected()
    network["prod"].gateway_endpoint("s3", route_tables=["data"])
    return network


@quietly
def shop_to_connect() -> Topology:
    """Return the shop and the office, with nothing between them; the list at `db` knows `web` only."""
    network = shop_alone()
    network["prod"].security_group("db", inbound=["tcp 3306 from web"])
    network.site("office", "192.168.0.0/16")
    return network


def again(network: Topology, **more: Any) -> None:
    """Declare the VPN of the lesson once more, with changes."""
    network.vpn_connection("vpn", gateway="vgw", site="office", customer_gateway="office-device", **more)


def with_tunnels(network: Topology, count: int) -> Topology:
    """Return the network with so many tunnels up."""
    again(network, tunnels_up=count)
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def name_block(network: Topology, block: str) -> None:
    """Let a block in at the door of `db`."""
    network["prod"].security_group("db", inbound=["tcp 3306 from web", f"tcp 3306 from {block}"])


def show_stock(shop: Topology) -> None:
    """Let the gate write its routes into the table of the web server."""
    shop["front"].propagate("vgw")


def show_stock_by_hand(shop: Topology) -> None:
    """Write the route by hand."""
    shop["front"].route("192.168.0.0/16", to=shop["vgw"])


def show_stock_for_one_block(shop: Topology) -> None:
    """Write a narrower route by hand."""
    shop["front-a"].route("192.168.1.0/24", to=shop["vgw"])


def show_stock_over_the_internet(shop: Topology) -> None:
    """Lead the office's addresses to the internet gateway."""
    shop["front"].route("192.168.0.0/16", to=shop["igw"])


def propagate_into_main(shop: Topology) -> None:
    """Turn propagation on in a table that serves neither subnet."""
    shop["prod"].main_route_table.propagate("vgw")


def open_the_list(shop: Topology) -> None:
    """Let every sender in at the door of `web`."""
    shop["prod"].security_group("web", inbound=["all from 0.0.0.0/0"])


def mend(shop: Topology) -> None:
    """Name the clerks as the list meets them: by their addresses in the office."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 192.168.0.0/24"])


def mend_by_a_second_list(shop: Topology) -> None:
    """Hang a second list at the same door, and leave the shop's own servers to the first."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web"])
    shop["prod"].security_group("clerks", inbound=["tcp 3306 from 192.168.0.0/24"])
    shop["data-a"].instance("db", security_groups=["db", "clerks"])


def mend_in_halves(shop: Topology) -> None:
    """Name the clerks in two blocks."""
    halves = ["tcp 3306 from 192.168.0.0/25", "tcp 3306 from 192.168.0.128/25"]
    shop["prod"].security_group("db", inbound=[*halves, "tcp 3306 from web"])


def mend_for_all(shop: Topology) -> None:
    """Open the list to every address."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 0.0.0.0/0"])


def mend_for_the_house(shop: Topology) -> None:
    """Open the list to all of the office."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 192.168.0.0/16"])


def mend_with_public_addresses(shop: Topology) -> None:
    """Name more public addresses of the office."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 203.0.113.64/28"])


def mend_by_a_route(shop: Topology) -> None:
    """Write a route beside the propagated one."""
    shop["data"].route("192.168.0.0/24", to="vgw")


def connect(shop: Topology) -> None:
    """Make the gate, the record and the line, let the gate write its routes, and name the clerks."""
    vgw = shop["prod"].virtual_private_gateway()
    device = shop.customer_gateway("office-device", "203.0.113.66")
    shop.vpn_connection("vpn", gateway=vgw, site="office", customer_gateway=device)
    shop["data"].propagate(vgw)
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 3306 from 192.168.0.0/24"])


def connect_by_hand(shop: Topology) -> None:
    """Do the same with written routes on both sides."""
    vgw = shop["prod"].virtual_private_gateway()
    shop.vpn_connection("vpn", gateway=vgw, site="office", static=["192.168.0.0/16"])
    shop["data-a"].route("192.168.0.0/16", to=vgw)
    name_block(shop, "192.168.0.0/24")


def connect_without_routes(shop: Topology) -> None:
    """Forget the signpost."""
    vgw = shop["prod"].virtual_private_gateway()
    shop.vpn_connection("vpn", gateway=vgw, site="office")
    name_block(shop, "192.168.0.0/24")


def connect_over_the_internet(shop: Topology) -> None:
    """Make the line, and lead the office's addresses to the internet gateway."""
    connect_without_routes(shop)
    shop["data"].route("192.168.0.0/16", to=shop["igw"])


def connect_for_the_device(shop: Topology) -> None:
    """Name the device's public address in the list."""
    connect(shop)
    name_block(shop, "203.0.113.66/32")


# --- what the checks look at -------------------------------------------------------------------------------


def next_gate(way: Trace) -> str:
    """Return the name of what the first route table hands the packet to."""
    hop = next(hop for hop in way.forward if hop.kind == "route_table")
    return next(str(d.target.name) for d in hop.decisions if d.target is not None)


def place_of_end(way: Trace) -> str:
    """Return the name of what stops the packet."""
    return str(way.blockers[0].component.name)


def way_back(way: Trace) -> str:
    """Return the destination of the route that the reply took."""
    hop = next(hop for hop in way.reply if hop.kind == "route_table")
    return next(str(d.rule.destination) for d in hop.decisions if d.rule is not None)


def line_taken(way: Trace) -> str:
    """Return the name of the connection that carries the request."""
    return next(str(hop.component.name) for hop in way.forward if hop.component.kind == "connection")


def leads(network: Topology, table: str, target: str = "") -> bool:
    """Return whether a table has a route out of the VPC, or one of its office routes leads to `target`."""
    routes = [r for r in network[table].value.routes if r.target != "local"]
    office = ip_network("192.168.0.0/16")
    if target:
        routes = [r for r in routes if r.target == network[target].id and r.destination.subnet_of(office)]
    return bool(routes)


def table_changed(network: Topology) -> bool:
    """Return whether any route table is not what it was in the ticket."""
    now, before = (n.snapshot().all(RouteTable) for n in (network, shop_with_wrong_list()))
    return {t.name: t.routes for t in now} != {t.name: t.routes for t in before}


def names_public_address(network: Topology) -> bool:
    """Return whether a list at `db` still looks for the office's public addresses, and not for its own."""
    groups = network.snapshot().all(SecurityGroup)
    named = [str(rule.peer) for group in groups for rule in group.side(INBOUND)]
    return any(peer.startswith("203.0.113.") for peer in named) and "192.168." not in str(named)


def door_changed(network: Topology) -> bool:
    """Return whether the list at the door of `web` is not what it was."""
    return WEB_LIST not in str(rules_of(network, "web"))


def names_no_more(network: Topology) -> tuple[Any, ...]:
    """Return what is said if a public address of the office still stands in a list that works."""
    if "203.0.113." not in str(rules_of(network, "db")):
        return ()
    return (
        "All rows hold, but the list at the door of `db` still waits for 203.0.113.66. No packet that comes "
        "there carries it: take that line out.",
    )


def same_door(network: Topology) -> tuple[Any, ...]:
    """Return what is said if the list at the door of `web` was changed although nothing was wrong with it."""
    if rules_of(network, "web") == rules_of(shop_connected(), "web"):
        return ()
    return (
        "All rows hold, but the list at the door of `web` is not what it was, and nothing was wrong there.",
    )


def list_changed(network: Topology) -> bool:
    """Return whether the list at the door of `db` is not what it was in the ticket."""
    return rules_of(network, "db") != rules_of(shop_with_wrong_list(), "db")


def rules_of(network: Topology, name: str) -> list[str]:
    """Return what a list lets in."""
    return sorted(str(rule) for rule in network[f"sg-prod-{name}"].value.side(INBOUND))


def show_next(answer: str) -> Any:
    """Return all rows once it is known where the packet goes."""
    return walk(trace(shop_connected(), "web", STOCK, tcp(443)), leg="request") if answer == "igw" else ()


def show_way_in(key: str) -> Any:
    """Return the table that is asked, or, for the right choice, the whole way."""
    network = shop_connected()
    if key == "b":
        return walk(trace(network, "db", STOCK, tcp(443)), leg="request")
    return tables(network["data"])[0]


def show_ends(pairs: tuple[tuple[str, str], ...]) -> Table:
    """Return what the clerk's packet passes on its way."""
    way = trace(shop_connected(), CLERK, "db", tcp(3306))
    named = dict.fromkeys(f"{kind_of(hop)} {hop.component.name}" for hop in way.forward)
    return Table(("what the clerk's packet passes, one after the other",), tuple((name,) for name in named))


def show_covering(pairs: tuple[tuple[str, str], ...]) -> Table:
    """Return, for each address, the routes that hold it; which of them wins is not said."""
    network = shop_with_relay()
    routes = network["front"].value.routes
    rows = []
    for address, chosen in pairs:
        holding = [r for r in routes if read_address(address) in r.destination]
        rows.append((address, chosen, ", ".join(f"{r.destination} {kind_of_route(r)}" for r in holding)))
    return Table(("address", "you chose", "routes that hold it"), tuple(rows))


def kind_of_route(route: Any) -> str:
    """Return what the lesson calls a route."""
    return "local" if route.target == "local" else "propagated" if route.propagated else "static"


def written_routes() -> list[str]:
    """Return the routes of `front` as the exercise lists them."""
    network = shop_with_relay()
    snapshot = network.snapshot()
    return [
        f"{r.destination} → {'relay' if 'relay' in r.target else name_of(snapshot, r.target)}"
        + (f", {kind_of_route(r)}" if r.target != "local" else "")
        for r in network["front"].value.routes
    ]


ENDS = {
    "virtual private gateway": "AWS's end of the line",
    "customer gateway": "AWS's note about your end",
    "device": "the box at your end",
    "Site-to-Site VPN": "encrypted, over the internet",
    "Direct Connect": "a line of its own, not encrypted",
}

EXERCISES = (
    Exercise(
        id="06-last-step",
        title="The last step",
        prompt=(
            "Rows 3 and 4 of the table above are empty. `front` has two routes: 10.0.0.0/16 → local and "
            "0.0.0.0/0 → igw."
        ),
        kind=Step(given=shop_connected, flow=Intent("web", STOCK, tcp(443)), at="front", picture=False),
        hints=(
            "Read the two routes of `front` as the packet does: which of them hold 192.168.1.20?",
            "A route table knows nothing of gates that none of its own routes names.",
            "0.0.0.0/0 holds every address. Its target is the gate to the internet, ig…",
        ),
        deciding="gate to the internet",
        why=(
            "0.0.0.0/0 holds 192.168.1.20 as well, so the packet goes to the internet gateway. That gate "
            "does not send to private addresses and drops it (row 4). A gate and a line elsewhere do not "
            "help: `front` has no signpost to them."
        ),
        also_right=("internet gateway", " IGW "),
        traps=(
            Trap(
                "vgw",
                "M12",
                "`vgw` is attached and its line is up, but a packet does not look for gates. It follows the "
                "table that serves its subnet, and no route of `front` names `vgw`.",
            ),
        ),
        evidence=show_next,
    ),
    Exercise(
        id="06-first-steps",
        title="The first steps",
        prompt=(
            "Rows 1 to 4 of the table above are empty. What stands there? (The door is the security group, "
            "the border the network ACL.)"
        ),
        kind=Choice(
            {
                "a": "door and border let it out; then 10.0.0.0/16 takes it, the block that `db` is in",
                "b": "door and border let it out; then 192.168.0.0/16 hands it to `vgw`",
                "c": "door and border let it out; then it goes to `igw`, as a VPN runs over the internet",
            }
        ),
        hints=(
            "Which of the two addresses on a packet does a route table look at?",
            "A destination says where a packet is going. Look for the block that holds 192.168.1.20.",
            "192.168.1.20 lies in 192.168.0.0/16 and not in 10.0.0.0/16.",
        ),
        deciding="not in 10.0.0.0/16",
        why=(
            "The propagated route holds 192.168.1.20 and leads to `vgw`. That the tunnels run over the "
            "internet is no business of the route table: the wrapping happens behind the gate."
        ),
        solution="b",
        also_right=("B", "b)", "door and border let it out; then 192.168.0.0/16 hands it to `vgw`"),
        traps=(
            Trap(
                "a",
                "M45",
                "10.0.0.0/16 is where the packet comes from. Hold each destination below against the "
                "address that it is going to.",
            ),
            Trap(
                "c",
                "IMP-g",
                "The table below names no internet gateway at all. What runs over the internet is the "
                "tunnel, from the other side of the wall on.",
            ),
        ),
        evidence=show_way_in,
    ),
    Exercise(
        id="06-ends",
        title="Who is who",
        prompt="What is each of these? Give every name one of the descriptions.",
        kind=Match(items=tuple(ENDS), choices=tuple(sorted(ENDS.values()))),
        hints=(
            "Sort them by where they are: at AWS, in your building, in between.",
            "A packet passes things. What is only written down is passed by nobody: look at the way of the "
            "clerk's packet.",
            "The box in your building is the device, and the customer gateway is AWS's note about it. Of the "
            "two ways in between, the one in tunnels is encrypted.",
        ),
        deciding="note about it",
        why=(
            "The customer gateway is a record: the public address of your device, and how it announces "
            "routes. No packet passes it. Of the two lines, the VPN is encrypted and shares the internet; "
            "Direct Connect goes past the internet and encrypts nothing by itself."
        ),
        solution=ENDS,
        also_right=(tuple(ENDS.items()),),
        traps=(
            Trap(
                ENDS
                | {
                    "customer gateway": ENDS["device"],
                    "device": ENDS["customer gateway"],
                },
                "IMP-r",
                "Below is all that the clerk's packet passes; no customer gateway is among it. The box in "
                "the office has every packet in its hands.",
                when=lambda pairs: dict(pairs)["customer gateway"] != ENDS["customer gateway"],
            ),
            Trap(
                ENDS
                | {
                    "Site-to-Site VPN": ENDS["Direct Connect"],
                    "Direct Connect": ENDS["Site-to-Site VPN"],
                },
                "IMP-g",
                "One of the two runs over the internet connection that you have, and so must hide what it "
                "carries. Which of them did the clerk's packet pass?",
                when=lambda pairs: dict(pairs)["Direct Connect"] == ENDS["Site-to-Site VPN"],
            ),
        ),
        evidence=show_ends,
    ),
    Exercise(
        id="06-signposts",
        title="Four addresses, three kinds of routes",
        prompt=(
            "In `front-a` runs `relay`, an instance that passed packets on to the office before the VPN "
            "came. Its routes were left in the table. And the office's device announces one block too many. "
            "The table `front` reads:\n\n"
            "- 10.0.0.0/16 → local\n- 0.0.0.0/0 → igw, static\n- 192.168.1.0/24 → relay, static\n"
            "- 192.168.2.0/24 → relay, static\n- 192.168.0.0/16 → vgw, propagated\n"
            "- 192.168.2.0/24 → vgw, propagated\n- 10.0.1.0/24 → vgw, propagated\n\n"
            "Where does a packet for each of these addresses go?"
        ),
        kind=Match(
            items=("192.168.0.10", "192.168.1.20", "192.168.2.30", "10.0.1.10"),
            choices=("local", "igw", "relay", "vgw"),
        ),
        hints=(
            "For each address, first find all routes that hold it. Then compare these, and no others.",
            "Ask in this order. Is one of them longer? If not, did somebody write one of them? And the local "
            "route has a privilege of its own.",
            "192.168.1.0/24 is longer than /16. The two routes for 192.168.2.0/24 are equally long, and the "
            "static one comes first. No propagated route beats the local one, however long it is.",
        ),
        deciding="static one comes first",
        why=(
            "Longest prefix first, whatever the kind. Between equals the static route. And a propagated "
            "route never takes what is local: what the office announces by mistake stays outside."
        ),
        solution={
            "192.168.0.10": "vgw",
            "192.168.1.20": "relay",
            "192.168.2.30": "relay",
            "10.0.1.10": "local",
        },
        also_right=(
            [
                ["192.168.0.10", "vgw"],
                ["192.168.1.20", "relay"],
                ["192.168.2.30", "relay"],
                ["10.0.1.10", "local"],
            ],
        ),
        traps=(
            Trap(
                {"192.168.0.10": "vgw", "192.168.1.20": "relay", "192.168.2.30": "vgw", "10.0.1.10": "local"},
                "M21",
                "Two routes have the destination 192.168.2.0/24. That one of them came later, and by itself, "
                "gives it no right over what somebody wrote.",
                when=lambda pairs: dict(pairs)["192.168.2.30"] == "vgw" and dict(pairs)["10.0.1.10"] != "vgw",
            ),
            Trap(
                {"192.168.0.10": "vgw", "192.168.1.20": "relay", "192.168.2.30": "relay", "10.0.1.10": "vgw"},
                "M21",
                "Think what it would mean: anybody who looks after the office's device could pull the "
                "packets for your database out of your VPC, by announcing its block.",
                when=lambda pairs: dict(pairs)["10.0.1.10"] == "vgw",
            ),
            Trap(
                {"192.168.0.10": "igw", "192.168.1.20": "igw", "192.168.2.30": "igw", "10.0.1.10": "local"},
                "M19",
                "0.0.0.0/0 holds this address, but it is not alone. The place in the table decides nothing.",
                when=lambda pairs: dict(pairs)["192.168.0.10"] == "igw",
            ),
            Trap(
                {"192.168.0.10": "vgw", "192.168.1.20": "vgw", "192.168.2.30": "relay", "10.0.1.10": "local"},
                "M21",
                "Three routes hold 192.168.1.20. Who wrote them is asked only if they are equally long: "
                "compare the lengths first.",
                when=lambda pairs: dict(pairs)["192.168.1.20"] == "vgw",
            ),
        ),
        evidence=show_covering,
    ),
    Exercise(
        id="06-web",
        title="How many are left?",
        prompt=(
            "`web` shall show how many pieces are left: it asks the stock computer, 192.168.1.20. You saw "
            "where its packets end. Put it right. Customers and clerks go on as before, and `db` stays off "
            "the internet."
        ),
        kind=Edit(
            given=shop_connected,
            intents=(
                Intent("web", STOCK, tcp(443)),
                Intent(CLERK, "db", tcp(3306)),
                Intent(internet, "web", tcp(443)),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            hidden=("db",),
            also=same_door,
        ),
        hints=(
            "Compare the lines “route table” of the two subnets on the map.",
            "`data` has a route that nobody wrote. What was done to `data` and not to `front`?",
            'Turn route propagation on: `shop["front"].propagate(...)`, with the name of the gate, or write '
            "the route yourself.",
        ),
        deciding="propagate(",
        why=(
            "Every route table needs the signpost for itself, written or propagated. Its longer prefix wins "
            "over 0.0.0.0/0, for the office's addresses only."
        ),
        solution=show_stock,
        also_right=(show_stock_by_hand, show_stock_for_one_block),
        traps=(
            Trap(
                show_stock_over_the_internet,
                "IMP-g",
                "The tunnels do run over the internet, but they begin at `vgw`. The internet gateway knows "
                "of no tunnel, and it does not send to private addresses.",
                when=lambda network: leads(network, "front", "igw"),
            ),
            Trap(
                propagate_into_main,
                "M22",
                "The main table has the route now. `front-a` has a table of its own, `front`, and never "
                "looks at the main one.",
                when=lambda network: leads(network, "main"),
            ),
            Trap(
                open_the_list,
                "M14",
                "The list at the door of `web` says who may come in. This packet goes out, and it got past "
                "the door before, too.",
                when=door_changed,
            ),
        ),
    ),
    Exercise(
        id="06-ticket",
        title="The clerks are locked out",
        prompt=(
            "The clerks (192.168.0.0 to 192.168.0.255) cannot ask `db` any more. This morning somebody "
            "tidied up, and changed one single thing in the network. Find it with `probe`, with as few "
            "probes as you can, and put it right here. Nobody else in the office had access, or gets any."
        ),
        kind=Edit(
            given=shop_with_wrong_list,
            intents=(
                Intent(CLERK, "db", tcp(3306)),
                Intent(OTHER_CLERK, "db", tcp(3306)),
                Intent("web", "db", tcp(3306)),
                Intent("db", STOCK, tcp(443)),
                Intent(GUEST, "db", tcp(3306), must=False),
                Intent(STOCK, "db", tcp(3306), must=False),
                Intent(CLERK, "db", tcp(22), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            picture=False,
            hidden=("db",),
            also=names_no_more,
        ),
        hints=(
            "Let `db` start a connection to the office. What does an answer clear of suspicion?",
            "The line, the gate and the signposts serve both directions. One thing looks only at who comes "
            "in.",
            "The list at the door of `db` names the public address of the office's device. It must name "
            "the addresses that stand on the clerks' packets: 192.168.0.0/24.",
        ),
        deciding="names the public address",
        why=(
            "The list named 203.0.113.66, the device. Inside the wall no packet carries that address: it "
            "stands on the wrapping only, and the wrapping comes off before the door. A list must name the "
            "office's own addresses."
        ),
        solution=mend,
        also_right=(mend_by_a_second_list, mend_in_halves),
        traps=(
            Trap(
                mend_by_a_route,
                "M22",
                "`db` found the way to the office before you changed a table. Ask the other direction, and "
                "what it meets that this one does not.",
                when=table_changed,
            ),
            Trap(
                mend_with_public_addresses,
                "M28",
                "Still no clerk gets in. The addresses that you name are the office's on the internet. Which "
                "source does a packet carry when it comes to the door?",
                when=lambda network: names_public_address(network) and list_changed(network),
            ),
            Trap(
                mend_for_all,
                "M14",
                "The clerks get in, and so does somebody who must not: look at the row below. A list at a "
                "door names those who need to come in, and no more.",
            ),
        ),
    ),
    Exercise(
        id="06-line",
        title="Which line?",
        prompt=(
            "Three offices ask for a way to their VPC. Which one do you advise?\n\n"
            "- `no new line`: nobody shall lay anything, and a delay now and then does no harm.\n"
            "- `steady`: it measures machines, needs the same delay all day, and has no secrets.\n"
            "- `steady and secret`: it needs the same delay, and the law wants its data encrypted on the way."
        ),
        kind=Match(
            items=("no new line", "steady", "steady and secret"),
            choices=("Site-to-Site VPN", "Direct Connect", "VPN over Direct Connect"),
        ),
        hints=(
            "Who shares the road, and who can read what travels on it? Answer both for each office.",
            "A VPN takes the road that is there and wraps what it carries. A physical line is a road of its "
            "own and wraps nothing.",
            "Without a new line the first office has the internet, and tunnels over it. Tunnels can run over "
            "a physical line, too.",
        ),
        deciding="tunnels can run over",
        why=(
            "The VPN needs no new line, and shares the internet with everybody. Direct Connect is steadier, "
            "because no internet provider carries it, and open to whoever runs the equipment on the way. "
            "Together they are steady and encrypted."
        ),
        solution={
            "no new line": "Site-to-Site VPN",
            "steady": "Direct Connect",
            "steady and secret": "VPN over Direct Connect",
        },
        also_right=(
            [
                ["no new line", "Site-to-Site VPN"],
                ["steady", "Direct Connect"],
                ["steady and secret", "VPN over Direct Connect"],
            ],
        ),
        traps=(
            Trap(
                {
                    "no new line": "Site-to-Site VPN",
                    "steady": "VPN over Direct Connect",
                    "steady and secret": "Direct Connect",
                },
                "IMP-g",
                "A line of one's own is not a secret one. Who runs the equipment between you and AWS can "
                "read what passes, unless it is wrapped.",
                when=lambda pairs: dict(pairs)["steady and secret"] == "Direct Connect",
            ),
            Trap(
                {
                    "no new line": "Site-to-Site VPN",
                    "steady": "Site-to-Site VPN",
                    "steady and secret": "VPN over Direct Connect",
                },
                "IMP-g",
                "The tunnels of a VPN are no dedicated line. They share the internet with everybody, so "
                "their delay is whatever the internet has to offer.",
                when=lambda pairs: "Site-to-Site VPN" in list(dict(pairs).values())[1:],
            ),
            Trap(
                {
                    "no new line": "Direct Connect",
                    "steady": "Direct Connect",
                    "steady and secret": "VPN over Direct Connect",
                },
                "IMP-g",
                "The first office wants nothing laid. Direct Connect is a physical line, and a VPN over it "
                "needs that line, too.",
                when=lambda pairs: dict(pairs)["no new line"] != "Site-to-Site VPN",
            ),
        ),
    ),
    Exercise(
        id="06-list",
        title="A range for the list",
        prompt=(
            "The bookkeepers move in, 192.168.4.0 to 192.168.7.255, and take over from the clerks. They and "
            "`web` may ask `db`, and nobody else. Which CIDR block does the list at the door name?"
        ),
        kind=Cidr(
            covers=("192.168.4.0", "192.168.7.255"),
            avoids=("192.168.3.255", "192.168.8.0"),
            given=shop_connected,
            place=name_block,
            intents=(
                Intent(site("office", "192.168.4.9"), "db", tcp(3306)),
                Intent(GUEST, "db", tcp(3306), must=False),
            ),
        ),
        hints=(
            "How many blocks of 256 addresses are that?",
            "A /24 holds 256 addresses, and each bit less doubles them.",
            "Four times 256 are two bits less than /24. The block begins at 192.168.4.0.",
        ),
        deciding="two bits less",
        why=(
            "1,024 addresses, every one a bookkeeper's. Machines in the office hang at no list of AWS's, so "
            "a rule names them by their addresses."
        ),
        solution="192.168.4.0/22",
        also_right=("192.168.4.0 / 22", "192.168.5.7/22", "１９２.168.4.0/22"),
        traps=(
            Trap(
                "203.0.113.66/32",
                "M28",
                "That is the device's public address. It stands on the wrapping, and the wrapping comes off "
                "at the gate.",
                when=lambda block: block.subnet_of(ip_network("203.0.113.0/24")),
            ),
            Trap(
                "0.0.0.0/0",
                "M14",
                "That is everybody. Today no road leads from the internet to `db`; whoever builds one "
                "tomorrow will not think of this list.",
            ),
        ),
    ),
    Exercise(
        id="06-connect",
        title="Connect the office",
        prompt=(
            "The shop as it was, and the office, which has a device with the public address 203.0.113.66. "
            "Connect them, so that the clerks (192.168.0.0 to 192.168.0.255) can ask `db`. Others in the "
            "office and the internet get nothing new."
        ),
        kind=Build(
            given=shop_to_connect,
            intents=(
                Intent(CLERK, "db", tcp(3306)),
                Intent(OTHER_CLERK, "db", tcp(3306)),
                Intent("web", "db", tcp(3306)),
                Intent(internet, "web", tcp(443)),
                Intent(GUEST, "db", tcp(3306), must=False),
                Intent(STOCK, "db", tcp(3306), must=False),
                Intent(CLERK, "db", tcp(22), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            hidden=("db",),
            also=names_no_more,
        ),
        hints=(
            "Walk from the office to `db`, then back. What is missing, piece by piece?",
            "Four things: a gate in the wall, a line to it, a signpost in the table that answers, and a "
            "line in the list at the door.",
            'In this order: `shop["prod"].virtual_private_gateway()`, `shop.vpn_connection(...)` with '
            '`gateway=` and `site="office"`, `shop["data"].propagate(...)`, and the list `db` with both its '
            "rules.",
        ),
        deciding="vpn_connection",
        why=(
            "Gate, line, signpost, list: with one of them missing no clerk gets an answer. The engine lets "
            "you leave the record of the device out; AWS asks for it."
        ),
        solution=connect,
        also_right=(connect_by_hand,),
        traps=(
            Trap(
                connect_over_the_internet,
                "IMP-g",
                "The tunnels run over the internet, but they begin at the virtual private gateway. A route "
                "to the internet gateway leads past them.",
                when=lambda network: leads(network, "data", "igw"),
            ),
            Trap(
                connect_for_the_device,
                "M28",
                "The list waits for the device's public address. It stands on the wrapping only, which comes "
                "off at the gate.",
                when=names_public_address,
            ),
            Trap(
                connect_without_routes,
                "M12",
                "Gate and line are there, and the request gets in. The answer follows the table that serves "
                "`data-a`, and finds no signpost.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="06-p1",
        question="A clerk at 192.168.0.10 asks `db`: tcp 3306. What happens?",
        given=shop_with_line,
        flow=Intent(CLERK, "db", tcp(3306)),
        beliefs={
            "delivered": (
                "M12",
                "A gate in the wall and a line behind it, and still the clerk gets no answer.",
            ),
            "blocked": ("IMP-b", "“Private” does not stop it: no route table is asked on the way in."),
        },
        after="""
The question got in. The answer was held against the table of `data-a`, which knows the VPC's own addresses
and no others, and was dropped. **The gate is not the signpost**, here as at the internet gateway.

Codes in brackets, such as RT-6, number facts about AWS; `fact("RT-6")` tells one.
""",
    ),
    Prediction(
        id="06-p2",
        question=(
            "The clerk asks once more, and this time the answer comes back. Which new route in `data` did "
            "the answer take?"
        ),
        given=shop_connected,
        shown=shop_with_line,
        flow=Intent(CLERK, "db", tcp(3306)),
        choices={
            "10.0.1.0/24": "10.0.1.0/24 → vgw, the block of the subnet that may use the gate",
            "192.168.0.0/24": "192.168.0.0/24 → vgw, the clerks that the list lets in",
            "192.168.0.0/16": "192.168.0.0/16 → vgw, all of the office",
            "0.0.0.0/0": "0.0.0.0/0 → vgw, everything outside the VPC",
        },
        truth=way_back,
        beliefs={
            "10.0.1.0/24": (
                "M45",
                "That is where the answer comes from. A destination says where packets are going.",
            ),
        },
        after="""
The gate writes down what it was told, neither more nor less. That the list lets in only some of the office
is another matter.

Number 6 on the map: `db` reads the clerk's own address. Nobody swaps addresses here. But the internet
carries no private ones, so how did the packet get over it? Wrapped, as a letter in a second envelope:

| who reads | from | to |
| --- | --- | --- |
| the internet in between: the wrapping | 203.0.113.66, the device | a public address of AWS |
| `db` and the list at its door: the packet | 192.168.0.10 | 10.0.1.10 |

What is inside is encrypted. Such a way is called a **tunnel**, and a VPN connection has two of them, so
that one can fail.
""",
    ),
    Prediction(
        id="06-p3",
        question="`web` asks a computer in the office, 192.168.0.10. Where does `front` hand the packet?",
        given=shop_with_old_route,
        picture=False,
        flow=Intent("web", CLERK, tcp(443)),
        choices={
            "igw": "to `igw`",
            "vgw": "to `vgw`",
            "both": "to both in turn",
        },
        truth=next_gate,
        beliefs={
            "vgw": (
                "M21",
                "The propagated route came later, and works. The route that somebody wrote is taken "
                "nevertheless.",
            ),
            "both": ("M21", "One route is taken, every time; there is an order even between equals."),
        },
        after="""
The colleague's line wins, and it leads to a gate that refuses private addresses. Nothing takes over: the
better route stands in the table and is not asked. When several routes hold an address:

| | look at | and |
| --- | --- | --- |
| first | the length | the longest prefix wins, whatever its kind (RT-6) |
| then | the same destination twice | the static route wins over the propagated one (RT-8) |
| but | the local route | no propagated route wins over it, not even a longer one (RT-7) |
""",
    ),
    Prediction(
        id="06-p4",
        question=(
            "Both tunnels fail. `db` sends a packet to the stock computer. Where does it end? (`data` has "
            "the propagated route, and no other out of the VPC.)"
        ),
        given=shop_with_tunnels_down,
        shown=shop_connected,
        flow=Intent("db", STOCK, tcp(443)),
        choices={
            "data": "at the table `data`",
            "vgw": "at `vgw`",
            "office": "in the office: it goes over the internet without a tunnel",
        },
        truth=place_of_end,
        beliefs={
            "vgw": (
                "M21",
                "That would be so with a static route. A propagated one is there only as long as the gate "
                "knows it.",
            ),
            "office": (
                "IMP-g",
                "The internet is what the tunnels run over, but it carries no packet to a private address.",
            ),
        },
        after="""
A propagated route goes when the connection goes down, and comes back with it. A static one stays, and its
packets end at `vgw`. Either way nothing gets through.

What counts is whether the connection is up (RT-17). While it is, the route stays, even if nothing gets
through.
""",
    ),
    Prediction(
        id="06-p5",
        question=(
            "The office's internet connection is slow. A colleague has an idea: the clerks' packets to the "
            "internet go over the VPN to `vgw`, and leave the VPC by `igw`. A clerk opens a page: tcp 443 to "
            "the internet. What happens?"
        ),
        given=shop_connected,
        flow=Intent(CLERK, internet, tcp(443)),
        beliefs={
            "delivered": (
                "M02",
                "Both gates stand in the same wall, and still nobody walks through from one to the other.",
            ),
            "reply-blocked": (
                "M02",
                "It does not come that far: the first gate looks for somebody in the VPC with that address.",
            ),
        },
        after="""
`vgw` takes in only what goes to an address of an interface in its own VPC. So the VPC is no corridor:

| from the office through `vgw` to | possible? | what then |
| --- | --- | --- |
| an instance in the VPC | yes | |
| the internet, by internet or NAT gateway | no | the office's own connection |
| another VPC, behind a peering | no | a line to that VPC (chapter 07) |
| S3 by a gateway endpoint | no | an interface endpoint (chapter 11) |
""",
    ),
    Prediction(
        id="06-p6",
        question=(
            "This VPN has no BGP: somebody typed into it what lies at the office, 192.168.0.0/24. In `data` "
            "somebody wrote 192.168.0.0/16 → vgw. `db` asks the stock computer, 192.168.1.20. Where does the "
            "packet end?"
        ),
        given=shop_with_static_vpn,
        flow=Intent("db", STOCK, tcp(443)),
        choices={
            "office": "in the office: the signpost and the line are there",
            "data": "at the table `data`",
            "vgw": "at `vgw`",
        },
        truth=place_of_end,
        beliefs={
            "office": (
                "M12",
                "The signpost brings the packet to the gate. What the gate does with it is another question.",
            ),
        },
        after="""
A gate passes on only what its connections told it about (VGW-5), by BGP or typed in. A wider route in the
table does not make it know more. With propagation, table and gate agree: typed blocks are propagated as well,
so `data` would have got 192.168.0.0/24 only, and the packet would have ended there.
""",
    ),
    Prediction(
        id="06-p7",
        question=(
            "A Direct Connect line, `dx`, comes to the same gate, beside the VPN. Over both the office "
            "announces 192.168.0.0/16. `db` asks the stock computer. Which line carries the packet?"
        ),
        given=shop_with_direct_connect,
        flow=Intent("db", STOCK, tcp(443)),
        choices={"vpn": "the VPN: it was there first", "dx": "Direct Connect", "both": "both in turn"},
        truth=line_taken,
        beliefs={
            "vpn": ("M21", "Neither age nor youth decides between two lines with the same block."),
        },
        after="""
`data` has one propagated route, to `vgw`. Which line is taken, the gate decides: the longest prefix; for the
same block Direct Connect, then a VPN with typed blocks, then a VPN with BGP (VGW-6). If `dx` fails, the VPN
takes over: it can serve as a spare.
""",
    ),
    Prediction(
        id="06-p8",
        question=(
            "The VPC and the office both have IPv6 (the office 3fff:6::/48). In `data` somebody wrote "
            "3fff:6::/48 → vgw. `db` asks a computer in the office over IPv6. What happens?"
        ),
        given=shop_with_ipv6,
        flow=Intent("db", "office", tcp(443), ip_version=6),
        after="""
A VPN to a virtual private gateway carries IPv4 only (VGW-8). For IPv6 take Direct Connect, or a VPN to a
transit gateway (chapter 07).
""",
    ),
    Prediction(
        id="06-p9",
        question=(
            "The VPC gets a gateway endpoint for S3, AWS's store for files, and `db` reaches S3 by it, "
            "without the internet. A clerk wants to use it over the VPN. What happens to the packet to S3?"
        ),
        given=shop_with_endpoint,
        picture=False,
        flow=Intent(CLERK, service("s3"), tcp(443)),
        beliefs={
            "delivered": (
                "M36",
                "The endpoint is a route in the VPC's own tables. It has no address that the office could "
                "send to.",
            ),
        },
        after="""
`vgw` takes in only what goes to an interface of its VPC, and on the way in no route table is asked: nobody
reads the route to the endpoint. Chapter 11 shows the
endpoint that the office can use.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="06-why",
        question=(
            "A colleague says: “We have a VPN now. So the office has a dedicated line, and is a part of our "
            "VPC.” What do you answer, in one or two sentences?"
        ),
        model=(
            "The VPN is two encrypted tunnels over the internet and no dedicated line; and the office gets "
            "only to instances in the VPC, where a route in their own table leads back to it and the list "
            "at their door names its addresses, and through no other gate of the VPC."
        ),
        points=(
            "A VPN shares the internet; a line of one's own is Direct Connect, and that is not encrypted.",
            "Each table needs a route to the gate, static or propagated.",
            "The list at the door must name the office's own addresses.",
            "The VPC is no corridor to the internet, to other VPCs or to S3.",
        ),
    ),
)
