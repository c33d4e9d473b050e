"""Chapter 03, Route tables and gateways: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from vpclab import Topology, Trace, internet, tcp, trace
from vpclab.course.cards import Table
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Cidr, Edit, Intent, Match, Step, quietly
from vpclab.course.stepping import walk
from vpclab.render import tables
from vpclab.topology.model import RouteTable
from vpclab.topology.rules import read_address

PAYMENT = internet("203.0.113.80")
NEIGHBOUR = internet("203.0.113.200")
GATES = ("internet_gateway", "virtual_private_gateway")

# --- the networks ------------------------------------------------------------------------------------------


def new_shop() -> Topology:
    """Return the shop's VPC as it is made: two subnets, an instance in each, and nothing else."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    prod.subnet("front-a", "10.0.0.0/24", az="a").instance("web")
    prod.subnet("data-a", "10.0.1.0/24", az="a").instance("db")
    return network


def shop_with_gate() -> Topology:
    """Return the shop with an internet gateway and an address outside for `web`, and no new route."""
    network = new_shop()
    network["prod"].internet_gateway()
    network["web"].elastic_ip()
    return network


def shop_with_signpost() -> Topology:
    """Return the shop with a table of its own for `front-a`, which leads to the internet gateway."""
    network = shop_with_gate()
    network["prod"].route_table("front", subnets=["front-a"]).route("0.0.0.0/0", to=network["igw"])
    return network


def connect_office(network: Topology, *announces: str) -> None:
    """Connect the office to the VPC; its side tells of its own block, or of these."""
    office = network.site("office", "192.168.0.0/24")
    gate = network["prod"].virtual_private_gateway()
    network.vpn_connection("vpn", gateway=gate, site=office, announces=announces or None)


def shop_with_three_gates() -> Topology:
    """Return the shop with all three kinds of gateways, and a route to the office."""
    network = shop_with_signpost()
    network["front-a"].nat_gateway("nat")
    connect_office(network)
    network["front"].route("192.168.0.0/24", to=network["vgw"])
    return network


def shop_through_the_office() -> Topology:
    """Return the shop that sends everything through the office, but for one block of the internet."""
    network = shop_with_gate()
    connect_office(network, "0.0.0.0/0", "192.168.0.0/24")
    front = network["prod"].route_table("front", subnets=["front-a"])
    front.route("0.0.0.0/0", to=network["vgw"])
    front.route("203.0.113.0/24", to=network["igw"])
    return network


def shop_with_copied_line() -> Topology:
    """Return the shop with a line from a tutorial in its table: a private block to the internet gateway."""
    network = shop_with_signpost()
    network["front"].route("192.168.0.0/28", to=network["igw"])
    return network


def shop_before_the_office_route() -> Topology:
    """Return the shop with the office connected and no route there yet."""
    network = shop_with_signpost()
    connect_office(network)
    network["prod"].route_table("data", subnets=["data-a"])
    return network


def shop_with_four_signposts() -> Topology:
    """Return the shop with a table whose destinations lie inside each other."""
    network = shop_with_signpost()
    connect_office(network)
    network["front"].route("203.0.113.0/24", to=network["vgw"])
    network["front"].route("203.0.113.64/28", to=network["igw"])
    return network


def shop_without_gate() -> Topology:
    """Return a new shop whose `web` and `reports` were launched with public addresses."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    prod.subnet("front-a", "10.0.0.0/24", az="a").instance("web", public_ip=True)
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    data.instance("db")
    data.instance("reports", public_ip=True)
    return network


def shop_with_one_table() -> Topology:
    """Return a shop whose main route table leads to the internet gateway, and serves every subnet."""
    network = shop_with_gate()
    network["prod"].main_route_table.route("0.0.0.0/0", to=network["igw"])
    network["data-a"].instance("reports").elastic_ip()
    return network


def shop_since_yesterday() -> Topology:
    """Return the shop after the office was connected, with one signpost too many."""
    network = shop_with_signpost()
    connect_office(network)
    network["front"].route("192.168.0.0/24", to=network["vgw"])
    network["front"].route("203.0.113.0/24", to=network["vgw"])
    return network


@quietly
def shop_with_new_list() -> Topology:
    """Return the new shop with a list of its own, just made, at the door of `db`."""
    network = new_shop()
    network["prod"].security_group("fresh")
    network["data-a"].instance("db", security_groups=["fresh"])
    return network


def default_vpc() -> Topology:
    """Return the VPC that AWS makes for an account, with an instance in its first subnet (VPC-13)."""
    network = Topology("default VPC")
    vpc = network.vpc("default", "172.31.0.0/16")
    subnet = vpc.subnet("default-a", "172.31.0.0/20", az="a", public_ip_on_launch=True)
    vpc.main_route_table.route("0.0.0.0/0", to=vpc.internet_gateway())
    subnet.instance("first")
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def lead_data(network: Topology, block: str) -> None:
    """Put a signpost to the office's gate into the table that serves `data-a`."""
    network["data"].route(block, to=network["vgw"])


def open_a_way(shop: Topology) -> None:
    """Make the gate, and a table of its own for `front-a` with a signpost to it."""
    shop["front-a"].route("0.0.0.0/0", to=shop["prod"].internet_gateway())


def open_by_table(shop: Topology) -> None:
    """Do the same in single steps, as in the console."""
    gate = shop["prod"].internet_gateway()
    table = shop["prod"].route_table("way-out")
    table.route("0.0.0.0/0", to=gate)
    table.associate("front-a")


def gate_only(shop: Topology) -> None:
    """Attach an internet gateway and stop there."""
    shop["prod"].internet_gateway()


def gate_and_main(shop: Topology) -> None:
    """Attach an internet gateway and put the signpost into the main table."""
    shop["prod"].main_route_table.route("0.0.0.0/0", to=shop["prod"].internet_gateway())


def table_for_nobody(shop: Topology) -> None:
    """Make a table with a signpost, and let it serve no subnet."""
    shop["prod"].route_table("way-out").route("0.0.0.0/0", to=shop["prod"].internet_gateway())


def table_for_data(shop: Topology) -> None:
    """Give `data-a` a table of its own, with the local route only."""
    shop["prod"].route_table("data", subnets=["data-a"])


def part_them(shop: Topology) -> None:
    """Give `front-a` a table with the signpost, and take it out of the main one."""
    shop["front-a"].route("0.0.0.0/0", to=shop["igw"])
    shop["main"].remove_route("0.0.0.0/0")


def unused_table(shop: Topology) -> None:
    """Make a table without a way out, and let it serve no subnet."""
    shop["prod"].route_table("data")


def no_way_for_anybody(shop: Topology) -> None:
    """Take the signpost out of the main table."""
    shop["main"].remove_route("0.0.0.0/0")


def mend(shop: Topology) -> None:
    """Take the signpost away that leads payments to the office."""
    shop["front"].remove_route("203.0.113.0/24")


def mend_by_target(shop: Topology) -> None:
    """Give the same destination the right target."""
    shop["front"].route("203.0.113.0/24", to=shop["igw"])


def mend_with_halves(shop: Topology) -> None:
    """Win with two longer prefixes."""
    shop["front"].route("203.0.113.0/25", to=shop["igw"])
    shop["front"].route("203.0.113.128/25", to=shop["igw"])


def another_order(shop: Topology) -> None:
    """Write the route to the internet gateway anew, in another line."""
    shop["front"].remove_route("0.0.0.0/0")
    shop["front"].route("0.0.0.0/0", to=shop["igw"])


def signpost_in_main(shop: Topology) -> None:
    """Put a signpost into the main table."""
    shop["main"].route("203.0.113.0/24", to=shop["igw"])


# --- what the checks look at -------------------------------------------------------------------------------


def leads_out(network: Topology, table: str = "main") -> bool:
    """Return whether a route table has any route but the local one."""
    return any(route.target != "local" for route in network[table].value.routes)


def serves_nobody(network: Topology) -> bool:
    """Return whether there is a custom table that serves no subnet."""
    served = {network[name].route_table.name for name in ("front-a", "data-a")}
    return any(not table.main and table.name not in served for table in network.snapshot().all(RouteTable))


def only_order_changed(network: Topology) -> bool:
    """Return whether the table has the same routes as before, in other lines."""
    now, before = (n["front"].value.routes for n in (network, shop_since_yesterday()))
    return now != before and set(now) == set(before)


def inside_the_vpc(block: Any) -> bool:
    """Return whether a block is a part of the VPC's, or all of it."""
    return bool(block.subnet_of(ip_network("10.0.0.0/16")))


def readings(way: Trace) -> str:
    """Return how often a route table was asked on the way there and back."""
    asked = [hop for hop in (*way.forward, *way.reply) if hop.kind == "route_table"]
    return {0: "never", 1: "once", 2: "twice"}[len(asked)]


def gate_taken(way: Trace) -> str:
    """Return which gate the request went through."""
    return next(str(hop.component.name) for hop in way.forward if hop.kind in GATES)


def show_last_step(name: str) -> Any:
    """Return the whole way, once the gate is named."""
    right = name in ("vgw", "virtual private gateway", "virtual private gateway vgw")
    way = trace(shop_with_three_gates(), "web", "192.168.0.10", tcp(443))
    return walk(way, leg="request") if right else ()


def show_first_steps(key: str) -> Any:
    """Return the table that serves `db`, or, for the right choice, the whole way."""
    network = shop_with_signpost()
    if key == "b":
        return walk(trace(network, "db", PAYMENT, tcp(443)), leg="request")
    return tables(network["main"])[0]


def show_covering(pairs: tuple[tuple[str, str], ...]) -> Table:
    """Return, for each address, the routes that hold it; which of them wins is not said."""
    routes = shop_with_four_signposts()["front"].value.routes
    rows = []
    for address, chosen in pairs:
        holding = [str(r.destination) for r in routes if read_address(address) in r.destination]
        rows.append((address, chosen, ", ".join(holding)))
    return Table(("address", "you chose", "routes that hold it"), tuple(rows))


EXERCISES = (
    Exercise(
        id="03-last-step",
        title="The last step",
        prompt=(
            "Where does the packet to the office, 192.168.0.10, go from row 3 of the table above? Write a "
            "short name from the map."
        ),
        kind=Step(
            given=shop_with_three_gates,
            flow=Intent("web", "192.168.0.10", tcp(443)),
            at="route table",
            picture=False,
        ),
        hints=(
            "Look for every destination in the table that holds 192.168.0.10. There is more than one.",
            "Of the routes that hold an address, the one with the longest prefix is taken.",
            "/24 is longer than /0. Write the name of the target beside 192.168.0.0/24: it begins with vg.",
        ),
        deciding="begins with vg",
        why=(
            "0.0.0.0/0 and 192.168.0.0/24 both hold 192.168.0.10. The longer prefix wins, and its target is "
            "the virtual private gateway, the gate to the office."
        ),
        also_right=("virtual private gateway", " VGW "),
        evidence=show_last_step,
        traps=(
            Trap(
                "igw",
                "M19",
                "0.0.0.0/0 holds this address, and it stands above the other one. The line in which a route "
                "stands does not count.",
                when=lambda name: name in ("igw", "internet gateway", "internet gateway igw"),
            ),
            Trap(
                "stops here",
                "IMP-l",
                "Nothing stops here: the table has a route that holds this address. A VPC is closed to the "
                "outside until a gate and a signpost are there, and both are.",
            ),
        ),
    ),
    Exercise(
        id="03-first-steps",
        title="The first steps",
        prompt=(
            "This time `db` asks the payment service. Rows 1 to 3 of the table above are empty. What stands "
            "there? Nobody gave `data-a` a route table. (The door is the security group, the border the "
            "network ACL.)"
        ),
        kind=Choice(
            {
                "a": "door and border let it out; then the table `front` sends it to the internet gateway",
                "b": "door and border let it out; then the table `main` has no route for it",
                "c": "the door stops it, because a new VPC starts with everything closed",
                "d": "door and border let it out; then no table is asked, because `data-a` has none",
            }
        ),
        hints=(
            "Each packet that leaves an instance meets the same three things first. Which of them can drop a "
            "packet that the two lists let out?",
            "A table serves the subnets it was associated with. Which table serves all the others?",
            "The main route table serves `data-a`. It has one route: 10.0.0.0/16 to local.",
        ),
        deciding="has one route",
        why=(
            "The main route table serves every subnet that nobody gave another one. It has the local route "
            "only, and 10.0.0.0/16 does not hold 203.0.113.80."
        ),
        solution="b",
        also_right=("B", "b)", "door and border let it out; then the table `main` has no route for it"),
        traps=(
            Trap(
                "a",
                "M12",
                "The table `front` serves `front-a`. A gate in the wall and a signpost in another subnet's "
                "table do not help the packets of `data-a`. They read this:",
            ),
            Trap(
                "c",
                "IMP-l",
                "The list at the door of `db` is the default one, and it lets everything out. What is "
                "missing in a new VPC is a way out, and that is no matter of the door.",
            ),
            Trap(
                "d",
                "M22",
                "No subnet is without a table. One table came with the VPC, and it serves the subnets that "
                "nobody gave another one:",
            ),
        ),
        evidence=show_first_steps,
    ),
    Exercise(
        id="03-destination",
        title="A signpost for the database",
        prompt=(
            "The office (192.168.0.0 to 192.168.0.255) is connected through the virtual private gateway. "
            "`db` shall send reports there. The table `data` serves `data-a` (10.0.1.0/24). It gets one "
            "route with the target `vgw`, for the office and nothing else. Which destination?"
        ),
        kind=Cidr(
            covers=("192.168.0.0", "192.168.0.255"),
            avoids=("203.0.113.80", "192.168.1.0"),
            given=shop_before_the_office_route,
            place=lead_data,
            intents=(Intent("db", "office", tcp(443)), Intent("web", "db", tcp(3306))),
        ),
        hints=(
            "A signpost names the place that it leads to. Who reads this one, and where do they want to go?",
            "The subnet is chosen by the association of the table. The destination is chosen by the address "
            "that stands on the packets as their receiver.",
            "All of the office, and nothing else, is 192.168.0.0 with the length /24.",
        ),
        deciding="/24",
        why=(
            "The destination is where packets are going. That they come from 10.0.1.0/24 stands nowhere in "
            "the route: it follows from the table, which serves `data-a`."
        ),
        solution="192.168.0.0/24",
        also_right=("192.168.0.0 / 24", "192.168.0.10/24", "１９２.168.0.0/24"),
        traps=(
            Trap(
                "10.0.1.0/24",
                "M45",
                "That is where the packets come from. Which subnet a table serves is said by its "
                "association. A destination says where packets are going, and inside the VPC the local route "
                "leads already.",
                when=inside_the_vpc,
            ),
        ),
    ),
    Exercise(
        id="03-lpm",
        title="Four addresses, four routes",
        prompt=(
            "The route table `front` reads, from top to bottom:\n\n"
            "- 10.0.0.0/16 → local\n- 0.0.0.0/0 → igw\n- 203.0.113.0/24 → vgw\n- 203.0.113.64/28 → igw\n\n"
            "Which route takes a packet for each of these addresses?"
        ),
        kind=Match(
            items=("10.0.1.10", "192.0.2.1", "203.0.113.9", "203.0.113.70"),
            choices=("10.0.0.0/16", "0.0.0.0/0", "203.0.113.0/24", "203.0.113.64/28"),
        ),
        hints=(
            "For each address, first find all routes that hold it. Then compare these, and no others.",
            "The longest prefix wins. A /28 holds 16 addresses: where does the one in the table end?",
            "203.0.113.64/28 ends at 203.0.113.79, so it holds .70 and not .9. 0.0.0.0/0 gets what is left.",
        ),
        deciding="203.0.113.79",
        why=(
            "0.0.0.0/0 holds all four addresses, and takes only the one that no other route holds. The place "
            "in the table never mattered."
        ),
        solution={
            "10.0.1.10": "10.0.0.0/16",
            "192.0.2.1": "0.0.0.0/0",
            "203.0.113.9": "203.0.113.0/24",
            "203.0.113.70": "203.0.113.64/28",
        },
        also_right=(
            [
                ("203.0.113.70", "203.0.113.64/28"),
                ("203.0.113.9", "203.0.113.0/24"),
                ("192.0.2.1", "0.0.0.0/0"),
                ("10.0.1.10", "10.0.0.0/16"),
            ],
        ),
        traps=(
            Trap(
                {
                    "10.0.1.10": "10.0.0.0/16",
                    "192.0.2.1": "0.0.0.0/0",
                    "203.0.113.9": "0.0.0.0/0",
                    "203.0.113.70": "0.0.0.0/0",
                },
                "M19",
                "You took the first line that holds 203.0.113.9. Routes are not tried from top to bottom: "
                "compare all lines that hold it.",
                when=lambda pairs: dict(pairs)["203.0.113.9"] == "0.0.0.0/0",
            ),
            Trap(
                {
                    "10.0.1.10": "10.0.0.0/16",
                    "192.0.2.1": "0.0.0.0/0",
                    "203.0.113.9": "203.0.113.0/24",
                    "203.0.113.70": "203.0.113.0/24",
                },
                "M19",
                "Three routes hold 203.0.113.70. You stopped reading before the last one.",
                when=lambda pairs: dict(pairs)["203.0.113.70"] == "203.0.113.0/24",
            ),
        ),
        evidence=show_covering,
    ),
    Exercise(
        id="03-way-out",
        title="A way out for one subnet",
        prompt=(
            "This VPC is new. `web` and `reports` were launched with public addresses, and reach nobody "
            "outside. Make a way out for `front-a`. From `data-a` no road may lead to the internet."
        ),
        kind=Edit(
            given=shop_without_gate,
            intents=(
                Intent("web", PAYMENT, tcp(443)),
                Intent("web", internet, tcp(443)),
                Intent("reports", PAYMENT, tcp(443), must=False),
                Intent("web", "db", tcp(3306)),
            ),
            hidden=("db",),
        ),
        hints=(
            "What does the wall of this country lack? And when it is there, how do packets find it?",
            "A gate, and a signpost to it. Which table does `data-a` read, and is it a good place for the "
            "signpost?",
            '`shop["prod"].internet_gateway()` makes the gate and can stand after `to=`. '
            '`shop["front-a"].route(...)` gives `front-a` a table of its own for the signpost.',
        ),
        deciding="internet_gateway()",
        why=(
            "The gate is in the wall, and a signpost to it stands in the table that `front-a` reads. "
            "`data-a` reads one without it. Keep the signpost out of the main table: then a subnet made "
            "tomorrow has no way out by accident."
        ),
        solution=open_a_way,
        also_right=(open_by_table,),
        traps=(
            Trap(
                table_for_nobody,
                "M22",
                "The gate is there, and a table with a signpost too. But the table serves no subnet: "
                "`front-a` still reads the main table.",
                when=serves_nobody,
            ),
            Trap(
                gate_and_main,
                "M22",
                "The main table serves every subnet that nobody gave another one, so `data-a` follows this "
                "signpost too.",
                when=leads_out,
            ),
            Trap(
                gate_only,
                "M12",
                "The gate is in the wall, and no signpost leads to it.",
            ),
        ),
    ),
    Exercise(
        id="03-main",
        title="One table for all",
        prompt=(
            "To be quick, a colleague put the route to the internet gateway into the main table. It works "
            "for `web`, and `reports` in `data-a` has a way out too. It must not. `web` must keep its own."
        ),
        kind=Edit(
            given=shop_with_one_table,
            intents=(
                Intent("web", PAYMENT, tcp(443)),
                Intent("reports", PAYMENT, tcp(443), must=False),
                Intent("web", "db", tcp(3306)),
            ),
            hidden=("db",),
        ),
        hints=(
            "Which table does each of the two subnets read?",
            "Two subnets that shall read different signs need two tables. One of them can be the main table.",
            "Make a table in `prod`, name `front-a` after `subnets=`, and give it the signpost. Then take "
            "the one in the main table away with `remove_route`.",
        ),
        deciding="subnets=",
        why=(
            "`data-a` reads a table with the local route only. There are two ways to do it. The safer one "
            "leaves the main table without the signpost, and puts it into a table for `front-a`: then a "
            "subnet made tomorrow has no way out by accident."
        ),
        solution=part_them,
        also_right=(table_for_data,),
        traps=(
            Trap(
                unused_table,
                "M22",
                "The new table is right, but it serves no subnet. `data-a` still reads the main table.",
                when=serves_nobody,
            ),
            Trap(
                no_way_for_anybody,
                "M22",
                "Both subnets read the main table. Without the signpost there, `web` has lost its way too.",
            ),
        ),
    ),
    Exercise(
        id="03-ticket",
        title="Payments fail",
        prompt=(
            "Yesterday a colleague connected the office (192.168.0.0/24) to the VPC. Since then `web` does "
            "not reach the payment service (203.0.113.80), and nobody changed anything else. Find out with "
            "`probe` what is wrong, with as few probes as you can, and put it right here. The payment "
            "service has a second host, 203.0.113.200."
        ),
        kind=Edit(
            given=shop_since_yesterday,
            intents=(
                Intent("web", PAYMENT, tcp(443)),
                Intent("web", NEIGHBOUR, tcp(443)),
                Intent("web", internet, tcp(443)),
                Intent("web", "office", tcp(443)),
                Intent("web", "db", tcp(3306)),
            ),
            picture=False,
            hidden=("db",),
        ),
        hints=(
            "Ask three addresses outside: the payment service, its second host, and any other. Who answers?",
            "The rest of the internet answers, so the gate and its signpost are there. Something takes a "
            "part of the addresses away from that signpost. What wins over 0.0.0.0/0?",
            "The table `front` has a route for 203.0.113.0/24 to the office's gate. Take it away with "
            "`remove_route`, or give it another target.",
        ),
        deciding="203.0.113.0/24",
        why=(
            "The colleague made one signpost too many: 203.0.113.0/24 to the virtual private gateway. It is "
            "longer than 0.0.0.0/0, so it took the payments. The office's gate knows no such place and drops "
            "them."
        ),
        solution=mend,
        also_right=(mend_by_target, mend_with_halves),
        traps=(
            Trap(
                another_order,
                "M19",
                "The same routes stand in the table as before, in other lines. No packet notices that.",
                when=only_order_changed,
            ),
            Trap(
                signpost_in_main,
                "M22",
                "You changed the main table. `front-a` has a table of its own, and never looks at it.",
                when=leads_out,
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="03-p1",
        question=(
            "Nobody wrote a route, and nobody opened a door. `web` asks `db`, in the other subnet: tcp 3306. "
            "What happens?"
        ),
        given=new_shop,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "blocked": ("IMP-l", "Inside, a new VPC is open: nothing on this way stopped the packet."),
            "reply-blocked": (
                "M22",
                "A table that nobody made serves both subnets, and one route leads there and back.",
            ),
        },
        after="""
With every VPC four things come that nobody has to make. Three of them you have just seen at work:

| it comes with the VPC | what it does |
| --- | --- |
| the **main route table** | its **local route** leads to every address of the VPC; nothing else is in it |
| the default list at the border of each subnet (network ACL) | lets everything pass |
| the default list at each instance's door (security group) | out: everything; in: whoever has the same list |

So inside the wall all roads are there. “A new VPC starts closed” is often told, and it is half of the truth.
The other half comes next: the wall itself. (The fourth thing holds settings for names; it can wait.)

Codes in brackets, such as SG-12, number facts about AWS. You can read past them; `fact("SG-12")` tells one.
""",
    ),
    Prediction(
        id="03-p2",
        question=(
            "The internet gateway is attached, and `web` has an address outside. The route tables are as "
            "they were. `web` asks the payment service, 203.0.113.80. What happens?"
        ),
        given=shop_with_gate,
        flow=Intent("web", PAYMENT, tcp(443)),
        beliefs={
            "delivered": (
                "M12",
                "There is a gate. Look at the table that serves `front-a`: which of its routes leads there?",
            ),
            "reply-blocked": ("M12", "The request does not get that far. It is dropped where it sets out."),
        },
        after="""
The main table has one signpost, 10.0.0.0/16, and 203.0.113.80 is not in that block. A packet without a
signpost is dropped. It does not look for the gate by itself.

So getting out takes two things: a gate, and a signpost that leads there.
""",
    ),
    Prediction(
        id="03-p3",
        question=(
            "`web` asks the payment service again, and this time the answer comes back. How often is a route "
            "table read, there and back?"
        ),
        given=shop_with_signpost,
        flow=Intent("web", PAYMENT, tcp(443)),
        choices={
            "never": "never: the gate knows the way",
            "once": "once: when the request leaves the subnet",
            "twice": "twice: when the request leaves, and when the answer comes in",
        },
        truth=readings,
        beliefs={
            "twice": (
                "M45",
                "A subnet's table is read by what leaves the subnet. No route of it leads anybody in.",
            ),
            "never": ("M12", "The gate knows the way out into the world. Somebody must lead packets to it."),
        },
        after="""
A route table is read on the way **out** of a subnet, and only then. The answer came in through the gate and
went straight to `web`. So a route never names the subnet it works for:

| question | what answers it |
| --- | --- |
| Whose packets read this table? | the subnets that the table serves (AWS: its *subnet associations*) |
| Where do they want to go? | the **destination** of a route |
| Where do they go next? | the **target** of that route |
""",
    ),
    Prediction(
        id="03-p4",
        question=(
            "Next year, the company decides: what goes out goes through the office, where it is looked at. "
            "Only payments go straight out. The table `front` reads, from top to bottom: 10.0.0.0/16 → "
            "local, 0.0.0.0/0 → vgw, 203.0.113.0/24 → igw. Which way does a packet for 203.0.113.80 go?"
        ),
        given=shop_through_the_office,
        flow=Intent("web", PAYMENT, tcp(443)),
        choices={
            "vgw": "to `vgw`: that line stands first, and holds every address",
            "igw": "to `igw`: that line is for fewer addresses",
            "both": "to `vgw`, and if it does not get through, to `igw`",
        },
        truth=gate_taken,
        beliefs={
            "vgw": ("M19", "Both lines hold 203.0.113.80, and the lower one took the packet."),
            "both": (
                "M19",
                "There is no second try. One route is chosen, and whatever becomes of the packet, no other "
                "is asked.",
            ),
        },
        after="""
/24 is longer than /0, wherever the two lines stand. You can write a table in any order, and AWS may show it
in another one.

0.0.0.0/0 is called the *default route*: it has the shortest prefix there is, so it takes what no other route
holds.
""",
    ),
    Prediction(
        id="03-p5",
        question=(
            "In the drawing of a tutorial, the public subnet 192.168.0.0/28 has the line “192.168.0.0/28 → "
            "internet gateway”. A colleague copies it into our table `front`. Our VPC is 10.0.0.0/16, so AWS "
            "accepts it. Now `web` sends something to 192.168.0.5. What happens?"
        ),
        given=shop_with_copied_line,
        flow=Intent("web", internet("192.168.0.5"), tcp(443)),
        choices={
            "delivered": "the line leads it out through the gate, to a host with that address",
            "blocked": "the line leads it to the gate, and the gate refuses it",
            "from": "the line does nothing: it is for packets that come from 192.168.0.0/28",
        },
        beliefs={
            "from": (
                "IMP-m",
                "The line took a packet that was going *to* 192.168.0.5. No route asks from where.",
            ),
            "delivered": (
                "IMP-m",
                "192.168.0.5 is a private address. Thousands of networks use it inside, so nobody on the "
                "internet can be meant by it.",
            ),
        },
        after="""
Such a line reads as if the public subnet were “pointed at” the gateway. Two sentences get it right:

- Which subnet a table serves is said by its association. The subnet's own addresses stand in no route.
- A destination says where packets are going. To a private block the internet gateway sends nothing (IGW-6).

The line that the drawing meant is 0.0.0.0/0 → igw, in a table that serves that subnet.
""",
    ),
    Prediction(
        id="03-p6",
        question=(
            "In the new VPC somebody makes a list of their own, `fresh`, and hangs it at the door of `db` in "
            "place of the default one. Nothing is written into it. `web` asks `db`: tcp 3306. What happens?"
        ),
        given=shop_with_new_list,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "delivered": (
                "IMP-l",
                "The local route leads to the door. A list that you make yourself lets nobody in at first.",
            ),
        },
        after="""
“A VPC starts closed” is true of some parts and false of others:

| at the start | open or closed |
| --- | --- |
| ways inside the VPC | open: the local route |
| ways to the outside | closed: no gate |
| the default lists | open inside the VPC, as in the puzzle |
| a list at the door that you make yourself | closed for what comes in, open for what goes out |
| a list at the border that you make yourself | closed, both ways |
""",
    ),
    Prediction(
        id="03-p7",
        question=(
            "Your account came with a VPC that AWS made, the *default VPC*. You launch an instance in it and "
            "change nothing. It asks a host on the internet. What happens?"
        ),
        given=default_vpc,
        flow=Intent("first", PAYMENT, tcp(443)),
        beliefs={
            "blocked": ("IMP-l", "That holds for a VPC that you make yourself. This one AWS has furnished."),
        },
        after="""
The default VPC comes with an internet gateway, a signpost to it in the main table, and public addresses for
new instances. It is made for a quick start. Customer data does not belong there.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="03-why",
        question=(
            "A colleague reads a table, “0.0.0.0/0 → igw, 10.0.0.0/16 → local”, and says: “What `web` sends "
            "to `db` goes out to the internet, because 0.0.0.0/0 comes first.” What do you answer, in one "
            "sentence?"
        ),
        model=(
            "Both routes hold the address of db, and of those the longest prefix wins, whatever line it "
            "stands in: 10.0.0.0/16 is longer than 0.0.0.0/0, so the packet stays in the VPC."
        ),
        points=(
            "More than one route holds the address.",
            "The longest prefix wins.",
            "The order of the lines does not count.",
        ),
    ),
)
