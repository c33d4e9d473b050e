"""Chapter 04, Public and private subnets: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from ipaddress import ip_network
from typing import Any

from vpclab import Topology, Trace, internet, tcp, trace
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Cidr, Edit, Intent, Step, quietly
from vpclab.course.stepping import walk
from vpclab.render import Table, tables
from vpclab.topology.model import SecurityGroup

OFFICE = internet("203.0.113.70")
PAYMENT = internet("203.0.113.80")

# --- the networks ------------------------------------------------------------------------------------------


def shop_without_address() -> Topology:
    """Return the shop as the lesson builds it: everything but a public address for `web`."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    gate = prod.internet_gateway()
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=gate)
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db", inbound=["tcp 3306 from web"])
    front.instance("web", security_groups=["web"])
    data.instance("db", security_groups=["db"])
    return network


def shop() -> Topology:
    """Return the finished shop: customers reach `web`, and `web` reaches `db`."""
    network = shop_without_address()
    network["web"].elastic_ip()
    return network


def shop_without_route() -> Topology:
    """Return the shop after somebody took the one route to the gateway away."""
    network = shop()
    network["front"].remove_route("0.0.0.0/0")
    return network


def shop_with_trial() -> Topology:
    """Return the shop with a test server that has an automatic public address."""
    network = shop()
    network["front-a"].instance("trial", public_ip=True, security_groups=["web"])
    return network


@quietly
def shop_next_morning() -> Topology:
    """Return the shop after a night in which its test server was stopped."""
    network = shop_with_trial()
    network["trial"].stop()
    network["trial"].start()
    return network


def two_names() -> Topology:
    """Return two subnets whose names tell lies."""
    network = Topology("two names")
    prod = network.vpc("prod", "10.0.0.0/16")
    named_public = prod.subnet("public-a", "10.0.0.0/24", az="a", public_ip_on_launch=True)
    named_private = prod.subnet("private-a", "10.0.1.0/24", az="a")
    gate = prod.internet_gateway()
    prod.route_table("way-out", subnets=[named_private]).route("0.0.0.0/0", to=gate)
    prod.security_group("open", inbound=["tcp 443 from 0.0.0.0/0"])
    named_public.instance("alpha", security_groups=["open"])
    named_private.instance("beta", security_groups=["open"]).elastic_ip()
    return network


def shop_with_second_server() -> Topology:
    """Return the shop with a second web server that has all it needs but a route."""
    network = shop()
    front = network["prod"].subnet("front-c", "10.0.2.0/24", az="c")
    front.instance("web-2", security_groups=["web"]).elastic_ip()
    network["data-a"].instance("reports", security_groups=["web"]).elastic_ip()
    return network


def shop_with_narrow_route() -> Topology:
    """Return the shop with a route that leads to the gateway for the office's neighbourhood only."""
    network = shop_without_route()
    network["front"].route("203.0.113.0/24", to=network["igw"])
    return network


@quietly
def shop_with_open_database() -> Topology:
    """Return the shop with a list at the database's door that lets everybody in."""
    network = shop()
    network["prod"].security_group("open", inbound=["tcp 3306 from 0.0.0.0/0"])
    network["data-a"].instance("db", security_groups=["open"])
    return network


def shop_with_ipv6() -> Topology:
    """Return the shop with IPv6 on its VPC, its front subnet and its web server, but no route for it."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16", ipv6=True)
    front = prod.subnet("front-a", "10.0.0.0/24", az="a", ipv6=True)
    gate = prod.internet_gateway()
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=gate)
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"])
    front.instance("web", ipv6=True, security_groups=["web"]).elastic_ip()
    return network


def shop_unfinished() -> Topology:
    """Return the shop as a colleague left it: an open list, and nothing else for the internet."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.subnet("front-a", "10.0.0.0/24", az="a").instance("web", security_groups=["web"])
    prod.subnet("data-a", "10.0.1.0/24", az="a").instance("db", security_groups=["web"])
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def place_data(network: Topology, block: str) -> None:
    """Put the customers' data into a subnet of its own."""
    network["prod"].subnet("data-c", block, az="c").instance("customers", security_groups=["db"])


def allow_ssh(network: Topology, block: str) -> None:
    """Let ssh in from a block."""
    network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0", f"tcp 22 from {block}"])


def open_web_2(shop: Topology) -> None:
    """Let the table with the signpost serve the new subnet too."""
    shop["front"].associate("front-c")


def open_web_2_by_route(shop: Topology) -> None:
    """Give the new subnet a table of its own."""
    shop["front-c"].route("0.0.0.0/0", to=shop["igw"])


def open_the_door_wider(shop: Topology) -> None:
    """Let everything in at the door."""
    shop["prod"].security_group("web", inbound=["all from 0.0.0.0/0"])


def tick_the_box(shop: Topology) -> None:
    """Turn on automatic public addresses in the new subnet."""
    shop["prod"].subnet("front-c", "10.0.2.0/24", az="c", public_ip_on_launch=True)


def main_to_the_gateway(shop: Topology) -> None:
    """Put the signpost into the main table."""
    shop["prod"].main_route_table.route("0.0.0.0/0", to=shop["igw"])


def mend(shop: Topology) -> None:
    """Lead the answers to everybody."""
    shop["front"].route("0.0.0.0/0", to=shop["igw"])


def mend_with_halves(shop: Topology) -> None:
    """Route the two halves of the internet instead of all of it (IGW-10)."""
    shop["front"].route("0.0.0.0/1", to=shop["igw"])
    shop["front"].route("128.0.0.0/1", to=shop["igw"])


def open_the_shop(shop: Topology) -> None:
    """Make the gate, the signpost and the address that are missing."""
    shop["front-a"].route("0.0.0.0/0", to=shop["prod"].internet_gateway())
    shop["web"].elastic_ip()


def open_with_halves(shop: Topology) -> None:
    """Route the two halves of the internet instead of all of it (IGW-10)."""
    gate, front = shop["prod"].internet_gateway(), shop["front-a"]
    front.route("0.0.0.0/1", to=gate)
    front.route("128.0.0.0/1", to=gate)
    shop["web"].elastic_ip()


def gateway_and_address(shop: Topology) -> None:
    """Attach a gateway, give an address, and forget the route."""
    shop["prod"].internet_gateway()
    shop["web"].elastic_ip()


def gateway_and_route(shop: Topology) -> None:
    """Make the subnet public and stop there."""
    shop["front-a"].route("0.0.0.0/0", to=shop["prod"].internet_gateway())


def open_everything(shop: Topology) -> None:
    """Give the database what the web server needs."""
    open_the_shop(shop)
    shop["data-a"].route("0.0.0.0/0", to=shop["igw"])
    shop["db"].elastic_ip()


# --- what the checks look at -------------------------------------------------------------------------------


def leads_out(network: Topology, table: str) -> bool:
    """Return whether a route table has any route but the local one."""
    return any(route.target != "local" for route in network[table].value.routes)


def door_changed(network: Topology) -> bool:
    """Return whether the list at web's door is not what it was."""
    doors = (network.snapshot().get(SecurityGroup, "sg-prod-web") for network in (network, shop()))
    return len({door.rules for door in doors if door}) > 1


def same_door(network: Topology) -> tuple[str, ...]:
    """Return what is said if the list at web's door was changed although nothing was wrong with it."""
    said = "All rows hold, but the list at the door of `web` is not what it was, and nothing was wrong there."
    return (said,) if door_changed(network) else ()


def outside_the_vpc(block: Any) -> bool:
    """Return whether a block is none of the VPC's."""
    return not block.subnet_of(ip_network("10.0.0.0/16"))


def address_at_the_end(way: Trace) -> str:
    """Return which of the two addresses of `web` the packet carries when it arrives."""
    return "inside" if str(way.forward[-1].packet_in.dst) == "10.0.0.10" else "outside"


def show_two_names(key: str) -> Trace:
    """Return what happens to the server that a choice takes to be reachable."""
    return trace(two_names(), internet, "beta" if key == "b" else "alpha", tcp(443))


def show_first_steps(key: str) -> Any:
    """Return the routes that are to be compared, or, for the right choice, the whole table."""
    network = shop()
    table: Table = tables(network["front"])[0]
    return walk(trace(network, "web", "db", tcp(3306)), leg="request") if key == "b" else table


EXERCISES = (
    Exercise(
        id="04-last-step",
        title="The last step",
        prompt="Row 4 of the table above is empty.",
        kind=Step(
            given=shop,
            flow=Intent("web", PAYMENT, tcp(443)),
            at="internet gateway",
            asks="source",
            picture=False,
        ),
        hints=(
            "The payment service will answer to the address it reads as the source. Where can it write to?",
            "The gateway has a list with two columns, inside and outside, and one row for `web`.",
            "On the map above `web` has two addresses. The one marked public is the source that leaves.",
        ),
        deciding="marked public",
        why=(
            "On the way out the gateway writes the public address over the private one. To the payment "
            "service the packet comes from 198.51.100.10, and that is where its answer goes."
        ),
        also_right=(" 198.51.100.10 ", "１９８.51.100.10"),
        traps=(
            Trap(
                "10.0.0.10",
                "M28",
                "That is the source before the gateway, and the only address `web` knows of. Nobody on the "
                "internet can answer to it: thousands of networks use 10.0.0.10 inside.",
            ),
        ),
    ),
    Exercise(
        id="04-first-steps",
        title="The first steps",
        prompt=(
            "Rows 1 to 3 of the table above are empty. What stands there? (The door is the security group, "
            "the border the network ACL.)"
        ),
        kind=Choice(
            {
                "a": "door and border let it out; then 0.0.0.0/0 sends it to the internet gateway",
                "b": "door and border let it out; then 10.0.0.0/16 keeps it in the VPC",
                "c": "the door of `web` stops it, because `data-a` is a private subnet",
                "d": "none of the three applies, because the packet stays in the VPC",
            }
        ),
        hints=(
            "Each packet that leaves an instance meets the same three things first. Does this one leave its "
            "subnet?",
            "Look up where the packet is going, and compare how long the prefixes are that hold it.",
            "10.0.1.10 lies in 0.0.0.0/0 and in 10.0.0.0/16, and /16 is longer than /0.",
        ),
        deciding="/16 is longer",
        why=(
            "Two routes hold 10.0.1.10, and the longer prefix, the local route, wins. The gateway is not on "
            "this way at all: from inside the VPC a private subnet is reached directly."
        ),
        solution="b",
        also_right=("B", "b)", "door and border let it out; then 10.0.0.0/16 keeps it in the VPC"),
        traps=(
            Trap(
                "a",
                "M19",
                "0.0.0.0/0 holds 10.0.1.10, but it is not alone. Two of these routes hold it, and the place "
                "in the table does not decide between them.",
            ),
            Trap(
                "c",
                "IMP-b",
                "Rows 5 and 6 show the packet arriving, so nothing stopped it. A private subnet has no route "
                "to the internet gateway; that says nothing about packets from inside the VPC.",
            ),
            Trap(
                "d",
                "M22",
                "Row 5 says that the packet enters a subnet, so it left one before. Every packet that leaves "
                "a subnet is held against the table that serves it, whether it stays in the VPC or not.",
            ),
        ),
        evidence=show_first_steps,
    ),
    Exercise(
        id="04-public",
        title="Two names",
        prompt=(
            "A colleague made two subnets in a VPC with an internet gateway attached. Which one is public, "
            "and why?\n\n"
            "- `public-a`: the box “auto-assign public IPv4 address” is ticked; served by the main route "
            "table: 10.0.0.0/16 → local\n"
            "- `private-a`: the box is not ticked; served by the route table `way-out`: 10.0.0.0/16 → "
            "local, 0.0.0.0/0 → igw\n\n"
            "`alpha` runs in the first and `beta` in the second. Each has a public address, and the list at "
            "each door lets tcp 443 in from 0.0.0.0/0."
        ),
        kind=Choice(
            {
                "a": "`public-a`: it is called public, and the box is ticked",
                "b": "`private-a`: its route table leads straight to the internet gateway",
                "c": "both: the gateway is attached to the VPC that both are in",
                "d": "both: the lists at the doors are open to 0.0.0.0/0",
            }
        ),
        hints=(
            "Look for what the two subnets do not share, and ask what a packet would notice of it.",
            "AWS stores no such property with a subnet. It follows from where its packets are led.",
            "Compare the two route tables, and look for a target that is an internet gateway.",
        ),
        deciding="two route tables",
        why=(
            "A subnet is public when the route table that serves it leads straight to an attached internet "
            "gateway. Name and box decide nothing: `beta` in `private-a` answers to the whole internet."
        ),
        solution="b",
        also_right=("B", "b)", "`private-a`: its route table leads straight to the internet gateway"),
        traps=(
            Trap(
                "a",
                "M13",
                "A name is a label, and the box gives public addresses to instances launched after it was "
                "ticked. Neither is a way out: look where the packets of `alpha` end.",
            ),
            Trap(
                "c",
                "M12",
                "Both subnets have that gateway in the wall of their country. If it were enough, the packet "
                "below would arrive.",
            ),
            Trap(
                "d",
                "M14",
                "Both lists are equally open, and still this packet does not get through. The list lets a "
                "packet in that has reached the door; it builds no road to it.",
            ),
        ),
        evidence=show_two_names,
    ),
    Exercise(
        id="04-data-block",
        title="A home for customer data",
        prompt=(
            "Customer data gets a subnet of its own, `data-c`, with 13 instances to come. Which CIDR block "
            "does it get? It must be free in the VPC, and no larger than 13 instances need."
        ),
        kind=Cidr(
            inside="10.0.0.0/16",
            hosts=13,
            smallest=True,
            given=shop,
            place=place_data,
            intents=(
                Intent("web", "customers", tcp(3306)),
                Intent(internet, "customers", tcp(3306), must=False),
            ),
        ),
        hints=(
            "Which addresses does the VPC have, and which of them do `front-a` and `data-a` have already?",
            "A block of n bits has 2 to the power of n addresses, and AWS keeps five of them.",
            "16 addresses leave 11, too few. 32 leave 27, and 32 is a /27. It may begin at 10.0.2.0.",
        ),
        deciding="/27",
        why=(
            "And it is private without any effort: nobody gave it a route table, so the main one serves it, "
            "and that has local routes only. `web` reaches it all the same."
        ),
        solution="10.0.2.0/27",
        also_right=("10.0.2.0 / 27", "10.0.2.5/27", "10.0.255.224/27", "１0.0.2.0/27"),
        traps=(
            Trap(
                "10.0.2.0/28",
                "M25",
                "A /28 has 16 addresses, but not for you alone: AWS keeps the first four and the last.",
                when=lambda block: block.prefixlen == 28,
            ),
            Trap(
                "10.1.0.0/27",
                "M27",
                "The VPC has 10.0.0.0/16, and no block of a VPC can be enlarged. A subnet takes a part of "
                "what the VPC has.",
                when=outside_the_vpc,
            ),
        ),
    ),
    Exercise(
        id="04-second",
        title="A second web server",
        prompt=(
            "`web-2` shall share the work of `web`, in another Availability Zone. It has a public address "
            "and the same list at its door, and customers do not reach it: one thing is missing. Put it "
            "right. `reports` keeps a public address that nobody took away; it must stay out of reach, as "
            "must `db`."
        ),
        kind=Edit(
            given=shop_with_second_server,
            intents=(
                Intent(internet, "web-2", tcp(443)),
                Intent(internet, "web", tcp(443)),
                Intent(internet, "reports", tcp(443), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            hidden=("db",),
            also=same_door,
        ),
        hints=(
            "Compare `front-a` and `front-c` on the map, line by line.",
            "Gate, address and list are there. What leads the answers of `web-2` to the gate?",
            'A route table that leads there exists. `shop["front"]` is it, and `associate(...)` lets it '
            "serve one more subnet.",
        ),
        deciding="associate",
        why=(
            "`front-c` was served by the main table, which has local routes only. Now a table with a route "
            "to the gateway serves it, and the main table stays as it was."
        ),
        solution=open_web_2,
        also_right=(open_web_2_by_route,),
        traps=(
            Trap(
                open_the_door_wider,
                "M14",
                "The packet had passed the list at the door before you opened it wider. It was the answer "
                "that did not get through, on its way out. Leave the list as it was.",
                when=door_changed,
            ),
            Trap(
                tick_the_box,
                "M13",
                "The box gives public addresses to instances that are launched from now on. `web-2` has one "
                "already, and the box adds no route.",
                when=lambda network: network["front-c"].value.public_ip_on_launch,
            ),
            Trap(
                main_to_the_gateway,
                "M22",
                "`web-2` works, and more than you wanted: the main table serves every subnet without a table "
                "of its own, `data-a` too. It has become public, and `reports` with its forgotten address "
                "stands on the internet.",
                when=lambda network: leads_out(network, "main"),
            ),
        ),
    ),
    Exercise(
        id="04-ticket",
        title="It works for us",
        prompt=(
            "A customer writes: “The shop does not open.” You try it in the office (203.0.113.70), and it "
            "opens. Since yesterday one single thing in the network has changed. Find it with `probe`, with "
            "as few probes as you can, and put it right here."
        ),
        kind=Edit(
            given=shop_with_narrow_route,
            intents=(
                Intent(internet, "web", tcp(443)),
                Intent(OFFICE, "web", tcp(443)),
                Intent("web", "db", tcp(3306)),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            picture=False,
            hidden=("db",),
            also=same_door,
        ),
        hints=(
            "Send the same question from two places, and then from inside. What do those with an answer have "
            "in common?",
            "`web` cannot start a connection to most of the internet either, and its list lets everything "
            "out. So it is not the list. Which of the four things can tell one part of the internet from "
            "another?",
            "The route table `front` leads to the gateway for 203.0.113.0/24 only, the office's "
            "neighbourhood. Its destination must hold every customer's address.",
        ),
        deciding="203.0.113.0/24",
        why=(
            "The route to the gateway held the office's neighbourhood only. Customers' packets came in, for "
            "on the way in no route table is asked; the answers found no signpost. And `front-a` was a "
            "public subnet all the time."
        ),
        solution=mend,
        also_right=(mend_with_halves,),
        traps=(
            Trap(
                open_the_door_wider,
                "M14",
                "The list let the customer's packet in before, too. It was the answer that was lost. Leave "
                "the list as it was.",
                when=door_changed,
            ),
            Trap(
                main_to_the_gateway,
                "M22",
                "You changed the main table. `front-a` has a table of its own, and never looks at it.",
                when=lambda network: leads_out(network, "main"),
            ),
        ),
    ),
    Exercise(
        id="04-office",
        title="Only the office",
        prompt=(
            "The people who look after `web` log in to it with ssh, which is tcp 22. Their office has the "
            "public addresses 203.0.113.64 to 203.0.113.79. Let exactly them in: which CIDR block does the "
            "list at the door name?"
        ),
        kind=Cidr(
            covers=("203.0.113.64", "203.0.113.79"),
            avoids=("203.0.113.63", "203.0.113.80"),
            given=shop,
            place=allow_ssh,
            intents=(
                Intent(OFFICE, "web", tcp(22)),
                Intent(internet("203.0.113.90"), "web", tcp(22), must=False),
            ),
        ),
        hints=(
            "Count the office's addresses, both ends included.",
            "A prefix of length n leaves 32 - n bits free, and 4 free bits count to 16.",
            "The block begins at the office's first address, and its length is /28.",
        ),
        deciding="/28",
        why="Sixteen addresses from 203.0.113.64 on: every address of the office, and no other.",
        solution="203.0.113.64/28",
        also_right=("203.0.113.64 / 28", "203.0.113.70/28", "２０３.0.113.64/28"),
        traps=(
            Trap(
                "0.0.0.0/0",
                "M14",
                "That is everybody. A door for logging in that is open to the whole internet is tried by "
                "programs that guess passwords, day and night.",
            ),
            Trap(
                "10.0.0.0/24",
                "M28",
                "Those are private addresses of your own subnet. The gateway rewrites the address of `web` "
                "only: a packet from the office still has the office's public address as its source.",
            ),
        ),
    ),
    Exercise(
        id="04-open",
        title="Open the shop",
        prompt=(
            "A colleague began to put the shop online and went on holiday. Finish the work: customers "
            "reach `web` with tcp 443, and nobody on the internet reaches `db`."
        ),
        kind=Edit(
            given=shop_unfinished,
            intents=(
                Intent(internet, "web", tcp(443)),
                Intent(internet, "db", tcp(443), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            hidden=("db",),
        ),
        hints=(
            "Ask what a packet from outside meets first, and go on from there.",
            "Four things must come together: a gate in the wall, a signpost to it, an address outside "
            "people can write to, and a door that lets them in. One of the four is there.",
            'In the function: `shop["prod"].internet_gateway()` makes the gate, '
            '`shop["front-a"].route(...)` the signpost, and `shop["web"].elastic_ip()` the address.',
        ),
        deciding="elastic_ip",
        why=(
            "Gateway, route, public address, list: with one of them missing nobody gets in. The database "
            "has neither a route nor a public address, and stays private."
        ),
        solution=open_the_shop,
        also_right=(open_with_halves,),
        traps=(
            Trap(
                gateway_and_address,
                "M12",
                "The gate is in the wall, but no signpost in the subnet leads to it, so the answer never "
                "finds its way out.",
            ),
            Trap(
                gateway_and_route,
                "M11",
                "The instance has no address that anybody outside could write to, whatever kind of subnet it "
                "is in.",
            ),
            Trap(
                open_everything,
                "M14",
                "The database stands on the internet now. Its list is the colleague's, open to everybody; "
                "what kept it safe was that no road led there.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="04-p1",
        question="A customer somewhere on the internet opens the shop: tcp 443 to `web`. What happens?",
        given=shop_without_address,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": ("M11", "The subnet is public and the door is open, and still nobody gets in."),
        },
        after="""
The subnet has a gate and a signpost, and still customers have nothing to write to: `web` has no address
outside the wall. The trace tried the inner one, 10.0.0.10, to show that the gate refuses it.

What `web` needs is an address out there. An **Elastic IP address** is one: the next section begins with it.

Codes in brackets, such as IGW-5, number facts about AWS. You can read past them; `fact("IGW-5")` tells one.
""",
    ),
    Prediction(
        id="04-p2",
        question=(
            "The customer's packet says “to 198.51.100.10”. Which address does it say when `web` gets it?"
        ),
        given=shop,
        flow=Intent(internet, "web", tcp(443)),
        choices={
            "outside": "198.51.100.10: the public address of `web`, as the customer wrote it",
            "inside": "10.0.0.10: the private address of `web`",
            "gateway": "an address of the internet gateway, which passes it on",
        },
        truth=address_at_the_end,
        beliefs={
            "outside": (
                "M28",
                "The public address is not set up on `web`: it would not know such a packet as its own. "
                "Number 2 on the map says what the gateway wrote over it.",
            ),
            "gateway": (
                "M28",
                "The gateway writes no address of its own. Number 2 on the map says what it writes.",
            ),
        },
        after="""
Who sees which address:

| who reads the header | the customer's address | the address of `web` |
| --- | --- | --- |
| the customer, and the whole internet | 192.0.2.1 | 198.51.100.10 |
| the lists, and `web` itself | 192.0.2.1 | 10.0.0.10 |

The internet gateway keeps pairs: one public address for one private address. It swaps them in the header,
the destination on the way in and the source on the way out. That is **one-to-one NAT** (network address
translation). Two things follow:

- The public address is not set up on `web`. Log in there and ask for its addresses: you find 10.0.0.10 only.
- In a list, a rule that names `web` by 198.51.100.10 never fits: inside the wall no packet carries it.
""",
    ),
    Prediction(
        id="04-p3",
        question=(
            "Gateway, public address and list are as before; only the route 0.0.0.0/0 → igw is gone. A "
            "customer opens the shop. What happens to the packet?"
        ),
        given=shop_without_route,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": ("M12", "The gateway is still attached, and that is not enough."),
            "blocked": (
                "IMP-b",
                "“Private” does not mean that nothing gets in: no route table is asked on the way in.",
            ),
        },
        after="""
The request got in: on the way in no route table of a subnet is asked. The answer was dropped. The customer
waits and sees nothing, just as in the puzzle, but for another reason.

So a public address alone will not do, wherever the instance is: the packet comes in, and the answer finds
no way out.
""",
    ),
    Prediction(
        id="04-p4",
        question=(
            "`trial` is a test server next to `web`. It was launched with an automatic public address, "
            "198.51.100.11, and a partner has written that address down. In the evening you stop `trial`, in "
            "the morning you start it again. The partner sends tcp 443 to 198.51.100.11. What happens?"
        ),
        given=shop_next_morning,
        shown=shop_with_trial,
        flow=Intent(internet, "198.51.100.11", tcp(443)),
        choices={
            "delivered": "`trial` answers, as the day before",
            "blocked": "the packet is stopped on the way",
        },
        beliefs={
            "delivered": (
                "M42",
                "The address went back to AWS when `trial` stopped, and the morning brought another one.",
            ),
        },
        after="""
This morning `trial` answers at 198.51.100.12, and 198.51.100.11 is no longer yours.

| what becomes of it | automatic | Elastic IP |
| --- | --- | --- |
| the instance stops and starts | goes back to AWS; a new one comes | stays |
| the instance is terminated | goes back to AWS | stays yours until you release it |
| you want it at another instance | impossible | move it, within the Region |
| the instance gets an Elastic IP | goes back to AWS | |

The private address stays until the instance is terminated.
""",
    ),
    Prediction(
        id="04-p5",
        question=(
            "To get at the data from home, somebody opens the list at the door of `db` to everybody: "
            "tcp 3306 from 0.0.0.0/0. An attacker on the internet sends tcp 3306 to `db`. What happens?"
        ),
        given=shop_with_open_database,
        flow=Intent(internet, "db", tcp(3306)),
        beliefs={
            "delivered": (
                "M14",
                "The list at the door says who may come in. `db` has no address that anybody outside could "
                "write to, and no road leads to its door.",
            ),
        },
        after="""
It holds as long as the road is missing. The open list is a second mistake waiting for a first one: write
the list as if the road were there.
""",
    ),
    Prediction(
        id="04-p6",
        question=(
            "The VPC, `front-a` and `web` get IPv6, and the list at the door lets tcp 443 in from ::/0, "
            "which is every IPv6 address. The route table stays as it is. A customer opens the shop over "
            "IPv6. What happens?"
        ),
        given=shop_with_ipv6,
        picture=False,
        flow=Intent(internet, "web", tcp(443), ip_version=6),
        beliefs={
            "delivered": ("M39", "0.0.0.0/0 is every IPv4 address, and no IPv6 address at all."),
            "blocked": ("IMP-b", "An IPv6 address is public by itself, so the packet does get in."),
        },
        after="""
Public holds for IPv4 and IPv6 separately, each by a route of its own: for IPv4 this subnet is public, for
IPv6 it is not. A route ::/0 to the internet gateway would make it so. (A route to an **egress-only**
internet gateway would not: chapter 05.)
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="04-why",
        question=(
            "A colleague says: “Our customer data is safe. Its subnet is called private-data.” What do you "
            "answer, in one sentence?"
        ),
        model=(
            "The name keeps nobody out: a subnet is private while no route in the table that serves it leads "
            "straight to an internet gateway, so look at the route table, and then at who in the VPC may "
            "reach the data."
        ),
        points=(
            "A name decides nothing.",
            "What decides is the route table in use: no route straight to an internet gateway.",
            "Private is not safe by itself: other instances of the VPC still get there.",
        ),
    ),
)
