"""Chapter 04, Public and private subnets: its networks, exercises and predictions."""

from __future__ import annotations

from vpclab import Topology, internet, tcp
from vpclab.course.exercises import Exercise, Prediction, Trap
from vpclab.course.kinds import Choice, Cidr, Edit, Intent, Step


def shop() -> Topology:
    """Return the shop's network: a web server in a public subnet, its database in a private one."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    public.route("0.0.0.0/0", to=prod.internet_gateway())
    web_sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    db_sg = prod.security_group("db", inbound=["tcp 3306 from web"])
    public.instance("web", public_ip=True, security_groups=[web_sg])
    data.instance("db", security_groups=[db_sg])
    return network


def shop_unfinished() -> Topology:
    """Return the shop as a colleague left it: an open security group, and nothing else for the internet."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    web_sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.subnet("public-a", "10.0.0.0/24", az="a").instance("web", security_groups=[web_sg])
    prod.subnet("data-a", "10.0.1.0/24", az="a").instance("db", security_groups=[web_sg])
    return network


def shop_without_address() -> Topology:
    """Return the shop with everything in place, but a web server without a public address."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24", az="a")
    public.route("0.0.0.0/0", to=prod.internet_gateway())
    web_sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    public.instance("web", security_groups=[web_sg])
    return network


def allow_ssh(network: Topology, block: str) -> None:
    """Let ssh in from a block, as the exercise on the office does."""
    network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0", f"tcp 22 from {block}"])


def open_the_shop(shop: Topology) -> None:
    """Make the gate, the signpost and the address that are missing."""
    public = shop["public-a"]
    public.route("0.0.0.0/0", to=shop["prod"].internet_gateway())
    shop["web"].elastic_ip()


def only_a_gateway(shop: Topology) -> None:
    """Attach a gateway, give an address, and forget the route."""
    shop["prod"].internet_gateway()
    shop["web"].elastic_ip()


def only_a_route(shop: Topology) -> None:
    """Make the subnet public and stop there."""
    shop["public-a"].route("0.0.0.0/0", to=shop["prod"].internet_gateway())


def open_everything(shop: Topology) -> None:
    """Give the database what the web server needs."""
    open_the_shop(shop)
    shop["data-a"].route("0.0.0.0/0", to=shop["prod"].internet_gateway())
    shop["db"].elastic_ip()


def open_with_halves(shop: Topology) -> None:
    """Route the two halves of the internet instead of all of it (IGW-10)."""
    gateway, public = shop["prod"].internet_gateway(), shop["public-a"]
    public.route("0.0.0.0/1", to=gateway)
    public.route("128.0.0.0/1", to=gateway)
    shop["web"].elastic_ip()


EXERCISES = (
    Exercise(
        id="04-public",
        title="What makes it public",
        prompt=(
            "Two subnets of one VPC have the names `blue` and `green`. `blue` is public, `green` is "
            "private. Which one thing makes the difference?"
        ),
        kind=Choice(
            {
                "a": "the name of the subnet, or a box that was ticked when it was made",
                "b": "whether its route table has a route straight to an internet gateway",
                "c": "whether the VPC has an internet gateway attached",
                "d": "whether its instances have security groups that are open to 0.0.0.0/0",
            }
        ),
        hints=(
            "Look at what the two subnets do not share.",
            "AWS stores no such property with a subnet. It follows from where its packets go.",
            "Open the route table of each subnet, and look for a target that is an internet gateway.",
        ),
        deciding="route table",
        why=(
            "A subnet is called public when the route table that serves it has a route straight to an "
            "internet gateway. Change the route, and the same subnet is private."
        ),
        solution="b",
        also_right=("B", "b)", "whether its route table has a route straight to an internet gateway"),
        traps=(
            Trap(
                "a",
                "M13",
                "A name changes nothing, and the box only decides whether new instances get a public "
                "address. Rename `blue` to `private`: its packets go the same way as before.",
            ),
            Trap(
                "c",
                "M12",
                "Both subnets are in the same VPC, so both have that gateway in their wall. It cannot be "
                "what sets them apart.",
            ),
            Trap(
                "d",
                "M14",
                "A security group decides what may pass at an instance's door. It builds no road: an open "
                "door in a street without an exit is reached by nobody from outside.",
            ),
        ),
    ),
    Exercise(
        id="04-office",
        title="Only the office",
        prompt=(
            "The people who look after `web` sit in an office with the public addresses 203.0.113.64 to "
            "203.0.113.79. Let exactly them in on tcp 22. Which CIDR block does the rule of the security "
            "group name?"
        ),
        kind=Cidr(
            covers=("203.0.113.64", "203.0.113.79"),
            avoids=("203.0.113.63", "203.0.113.80"),
            given=shop,
            place=allow_ssh,
            intents=(
                Intent(internet("203.0.113.70"), "web", tcp(22)),
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
                "That is everybody. A server with a public address is found within minutes, and somebody "
                "starts to guess its passwords.",
            ),
            Trap(
                "10.0.0.0/24",
                "M28",
                "Those are private addresses of your own subnet. The gateway rewrites the server's address "
                "only: a packet from the office arrives with the office's public address as its source.",
            ),
        ),
    ),
    Exercise(
        id="04-after-the-gateway",
        title="Who am I",
        prompt="A customer's browser opens the shop. Follow its packet through the internet gateway.",
        kind=Step(
            given=shop,
            flow=Intent(internet, "web", tcp(443)),
            at="internet gateway",
            asks="destination",
        ),
        hints=(
            "The packet is inside the VPC now. Which addresses are there in a VPC?",
            "The gateway keeps a list with two columns, public and private, one line for each address.",
            "Look at `web` in the picture: the private address under its name is the one.",
        ),
        deciding="private address under its name",
        why=(
            "The internet gateway rewrites the public address into the private one, one to one. The "
            "instance itself knows only its private address."
        ),
        also_right=(" 10.0.0.10 ", "１０.0.0.10"),
        traps=(
            Trap(
                "198.51.100.10",
                "M28",
                "That is what the browser wrote. The instance would not know it as its own: no public "
                "address is configured on it.",
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
        ),
        hints=(
            "Ask what a packet from outside meets first, and go on from there.",
            "Four things must come together: a gate in the wall, a signpost to it, an address outside "
            "people can write to, and a door that lets them in. One of the four is there.",
            'In the function: `shop["prod"].internet_gateway()` makes the gate, '
            '`shop["public-a"].route(...)` the signpost, and `shop["web"].elastic_ip()` the address.',
        ),
        deciding="elastic_ip",
        why=(
            "Gateway, route, public address, security group: with one of them missing nobody gets in. The "
            "database has neither a route nor a public address, and stays private."
        ),
        solution=open_the_shop,
        also_right=(open_with_halves,),
        traps=(
            Trap(
                only_a_gateway,
                "M12",
                "The gate is in the wall, but no signpost in the subnet leads to it, so the answer never "
                "finds its way out.",
            ),
            Trap(
                only_a_route,
                "M11",
                "The subnet is public now, but the instance has no address that anybody outside could "
                "write to.",
            ),
            Trap(
                open_everything,
                "M14",
                "The database stands on the internet now. Its security group is the colleague's, open to "
                "everybody; what kept it safe was that no road led there.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="04-p1",
        question=(
            "`web` stands in a public subnet. Its security group lets tcp 443 in from everywhere. It has no "
            "public address. A customer somewhere on the internet opens the shop: what happens?"
        ),
        given=shop_without_address,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": ("M11", "The subnet is public and the door is open, and still nobody gets in."),
        },
    ),
)
