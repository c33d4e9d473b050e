"""Chapter 11, Endpoints and network interfaces: its networks, exercises, predictions and explanation."""

from __future__ import annotations

import json
from typing import Any

from vpclab import Refused, Topology, Trace, internet, service, site, tcp, trace
from vpclab.course.cards import Table
from vpclab.course.comparing import Aspect, Cells, Compare
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Attempt, Choice, Edit, Intent, Number, quietly
from vpclab.course.reference import price
from vpclab.course.stepping import walk
from vpclab.course.words import ATTEMPTS
from vpclab.data import data_path
from vpclab.render import tables
from vpclab.topology.model import (
    INBOUND,
    OUTBOUND,
    NatGateway,
    NetworkInterface,
    SecurityGroup,
    VpcEndpoint,
)
from vpclab.topology.rules import within

S3, SECRETS = service("s3"), service("secretsmanager")
VIRGINIA = service("s3", region="us-east-1")
S3_LIST = "com.amazonaws.ap-northeast-1.s3"
S3_RANGE = "52.219.0.0/20"  # the part of S3's list that the traces of this chapter write to

# --- the networks ------------------------------------------------------------------------------------------


def shop_without_endpoint() -> Topology:
    """Return the shop as the lesson builds it: `web` has a way out, `db` has none."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16", dns_hostnames=True)
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.route_table("data", subnets=[data])
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db", inbound=["tcp 3306 from web"])
    front.instance("web", security_groups=["web"]).elastic_ip()
    data.instance("db", security_groups=["db"])
    return network


def shop_with_gateway() -> Topology:
    """Return the shop with a gateway endpoint for S3 in the table of `data-a`."""
    network = shop_without_endpoint()
    network["prod"].gateway_endpoint("s3", route_tables=["data"])
    return network


def shop_with_both_tables() -> Topology:
    """Return the shop whose two tables both have the endpoint's route."""
    network = shop_without_endpoint()
    network["prod"].gateway_endpoint("s3", route_tables=["data", "front"])
    return network


def shop_with_desk(comers: str = "10.0.0.0/16") -> Topology:
    """Return the shop with an interface endpoint for Secrets Manager, too, which lets `comers` in."""
    network = shop_with_gateway()
    prod = network["prod"]
    prod.security_group("secrets", inbound=[f"tcp 443 from {comers}"])
    prod.interface_endpoint("secretsmanager", ["data-a"], security_groups=["secrets"], name="desk")
    return network


@quietly
def shop_without_private_dns() -> Topology:
    """Return the shop whose interface endpoint does not take over the service's name."""
    network = shop_with_desk()
    network["prod"].interface_endpoint(
        "secretsmanager", ["data-a"], security_groups=["secrets"], name="desk", private_dns=False
    )
    return network


def _with_partner(network: Topology) -> Topology:
    """Add a partner's VPC: peered, with routes on both sides, and with one for S3's range."""
    partner = network.vpc("partner", "10.1.0.0/16")
    tools = partner.subnet("tools-a", "10.1.0.0/24", az="a")
    tools.instance("robot")
    road = network["prod"].peer(partner, "road")
    table = partner.route_table("tools", subnets=[tools])
    table.route("10.0.0.0/16", to=road)
    table.route(S3_RANGE, to=road)
    for name in ("front", "data"):
        network[name].route("10.1.0.0/16", to=road)
    return network


def shop_with_partner() -> Topology:
    """Return the shop with its gateway endpoint, and a partner who tries to share it."""
    return _with_partner(shop_with_gateway())


def shop_with_narrow_desk() -> Topology:
    """Return the shop whose endpoint for Secrets Manager lets `web` in only; `guest` is somebody else's."""
    network = shop_with_desk("web")
    network["prod"].security_group("guest", inbound=[])
    network["front-a"].instance("guest", security_groups=["guest"])
    return network


@quietly
def shop_with_broken_server() -> Topology:
    """Return the shop whose `web` stands still, with the interface that customers and partners know."""
    network = shop_without_endpoint()
    front, prod = network["front-a"], network["prod"]
    door = front.network_interface("front-door", private_ip="10.0.0.20", security_groups=["web"])
    network["web"].attach(door)
    door.elastic_ip("198.51.100.20")
    network["web"].stop()
    second = prod.subnet("front-c", "10.0.2.0/24", az="c")
    network["front"].associate(second)
    front.instance("spare-a", security_groups=["web"])
    second.instance("spare-c", security_groups=["web"])
    return network


def shop_with_second_database() -> Topology:
    """Return the shop with a second database, in a subnet whose new table the endpoint does not know."""
    network = shop_with_desk()
    prod = network["prod"]
    second = prod.subnet("data-c", "10.0.3.0/24", az="c")
    prod.route_table("new", subnets=[second])
    second.instance("db-2", security_groups=["db"])
    return network


@quietly
def shop_without_hostnames() -> Topology:
    """Return the shop whose VPC has DNS hostnames off, as a new VPC has."""
    network = shop_with_gateway()
    network.vpc("prod", "10.0.0.0/16", dns_hostnames=False)
    return network


# --- experiments for the comparison table ------------------------------------------------------------------


@quietly
def both_kinds() -> Topology:
    """Return a VPC with both kinds, seen from three places; `late` is in a subnet that nobody prepared.

    The interface endpoint is for S3 too, without private DNS, so that the two differ in kind only.
    """
    network = _with_partner(shop_with_gateway())
    prod = network["prod"]
    prod.security_group("desk", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.interface_endpoint("s3", ["data-a"], security_groups=["desk"], private_dns=False)
    prod.subnet("late-c", "10.0.4.0/24", az="c").instance("late")
    gate = prod.virtual_private_gateway()
    network.site("office", "192.168.0.0/16")
    network.vpn_connection("vpn", gateway=gate, site="office")
    network["data"].propagate(gate)
    return network


COLUMNS = ("gateway endpoint", "interface endpoint")
ENDS = (S3, "if-s3")  # by the gateway endpoint; by the interface endpoint


def kept(answers: tuple[bool, ...]) -> tuple[str, ...]:
    """Return the choice "a" where an answer is yes, else "b"."""
    return tuple("a" if answer else "b" for answer in answers)


def ways(source: Any, network: Topology | None = None) -> tuple[Trace, ...]:
    """Return the traces from a place to S3, by the one kind and by the other."""
    return tuple(trace(network or both_kinds(), source, end, tcp(443)) for end in ENDS)


def what_it_is() -> tuple[str, ...]:
    """Count the network interfaces that each of the two has."""
    network = both_kinds()
    return kept(tuple(not network[name].interfaces for name in ("gw-s3", "if-s3")))


def which_address() -> tuple[str, ...]:
    """Read the address that the packet is sent to."""
    return kept(tuple(not way.forward[0].packet_in.dst.is_private for way in ways("db")))


def has_a_door() -> tuple[str, ...]:
    """Look for a security group on the way that lets the packet in at the far end."""
    return kept(
        tuple(
            any(hop.kind == "security_group" and hop.direction == "inbound" for hop in way.forward)
            for way in ways("db")
        )
    )


def tries() -> dict[str, tuple[bool, bool]]:
    """Try to make each kind for three services; return whether AWS makes it."""
    network = both_kinds()
    prod, found = network["prod"], {}
    for name in ("s3", "dynamodb", "secretsmanager"):
        try:
            prod.gateway_endpoint(name, route_tables=["main"], name=f"try-{name}")
            route = True
        except Refused:
            route = False
        made = prod.interface_endpoint(name, ["late-c"], private_dns=False, name=f"try-if-{name}")
        found[name] = (route, len(made.interfaces) == 1)
    return found


def which_services() -> tuple[str, ...]:
    """Read the services off the tries."""
    routes, interfaces = zip(*tries().values(), strict=True)
    return ("a" if routes == (True, True, False) else "b", "b" if all(interfaces) else "c")


def show_tries() -> Table:
    """Return what AWS makes and refuses."""
    told = {True: "made", False: "refused"}
    rows = tuple((name, told[route], told[made]) for name, (route, made) in tries().items())
    return Table(("an endpoint for", *COLUMNS), rows)


def show_parts() -> Table:
    """Return what each of the two consists of, counted."""
    network, rows = both_kinds(), []
    for name, column in zip(("gw-s3", "if-s3"), COLUMNS, strict=True):
        routes = sum(
            r.target == network[name].id
            for t in ("front", "data", "prod/main")
            for r in network[t].value.routes
        )
        rows.append((column, str(routes), str(len(network[name].interfaces))))
    return Table(("", "routes to it", "network interfaces"), tuple(rows))


def show_ways(source: Any, network: Topology | None = None) -> Table:
    """Return both ways from a place side by side: where to, past which lists, with which end."""
    rows = []
    for column, way in zip(COLUMNS, ways(source, network), strict=True):
        lists = [h for h in way.forward if h.kind == "security_group"]
        asked = ", ".join(
            f"{h.component.name} ({'in' if h.direction == 'inbound' else 'out'})" for h in lists
        )
        rows.append((column, str(way.forward[0].packet_in.dst), asked, way.outcome, way.because))
    return Table(("by", "written to", "groups asked", "what happens", "because"), tuple(rows))


def from_late() -> tuple[str, ...]:
    """Send from the subnet that nobody prepared."""
    return kept(tuple(way.reaches for way in ways("late")))


def from_outside() -> tuple[str, ...]:
    """Send from the partner's VPC and from the office."""
    network = both_kinds()
    pairs = zip(ways("robot", network), ways(site("office"), network), strict=True)
    return kept(tuple(one.reaches and other.reaches for one, other in pairs))


def show_outside() -> Table:
    """Return the ways from the partner's VPC and from the office."""
    partner, office = show_ways("robot"), show_ways(site("office"))
    rows = [(who, *row) for who, ways in (("robot", partner), ("office", office)) for row in ways.rows]
    return Table(("from", *partner.header), tuple(rows))


@quietly
def after_the_zone_failed() -> Topology:
    """Return what is left when zone a fails, in which the interface endpoint stands; `late` has a route."""
    network = both_kinds()
    network["prod"].gateway_endpoint("s3", route_tables=["data", "main"])
    network.fail_az("a")
    return network


def when_the_zone_fails() -> tuple[str, ...]:
    """Send from zone c after zone a failed."""
    return kept(tuple(way.reaches for way in ways("late", after_the_zone_failed())))


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def let_db_in(shop: Topology) -> None:
    """Let both groups in at the endpoint's door."""
    shop["prod"].security_group("secrets", inbound=["tcp 443 from web", "tcp 443 from db"])


def let_the_subnet_in(shop: Topology) -> None:
    """Let the addresses of the database's subnet in."""
    shop["prod"].security_group("secrets", inbound=["tcp 443 from web", "tcp 443 from 10.0.1.0/24"])


def another_group_at_the_door(shop: Topology) -> None:
    """Hang a second group at the endpoint's interface."""
    shop["prod"].security_group("from-db", inbound=["tcp 443 from db"])
    shop["prod"].interface_endpoint(
        "secretsmanager", ["data-a"], security_groups=["secrets", "from-db"], name="desk"
    )


def change_the_door_of_db(shop: Topology) -> None:
    """Open the list of `db` instead of the endpoint's."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web", "tcp 443 from secrets"])


def let_everybody_in(shop: Topology) -> None:
    """Let the whole VPC in."""
    shop["prod"].security_group("secrets", inbound=["tcp 443 from 10.0.0.0/16"])


def give_db_a_gate(shop: Topology) -> None:
    """Lead the database's subnet to the internet."""
    shop["data"].route("0.0.0.0/0", to=shop["igw"])


def move_the_door(shop: Topology) -> None:
    """Unplug the interface and plug it in again."""
    shop["web"].detach("front-door")
    shop["spare-a"].attach("front-door")


def move_the_door_by_handles(shop: Topology) -> None:
    """Say the same with the parts themselves."""
    door = shop["front-door"]
    shop["web"].detach(door)
    shop["spare-a"].attach(door)


def move_the_public_address_only(shop: Topology) -> None:
    """Let `spare-a` have the public address, at its own interface."""
    shop["spare-a"].elastic_ip("198.51.100.20")


def mend(shop: Topology) -> None:
    """Name all tables that shall have the endpoint's route."""
    shop["prod"].gateway_endpoint("s3", route_tables=["data", "new"])


def mend_by_association(shop: Topology) -> None:
    """Let the table that has the route serve the new subnet too."""
    shop["data"].associate("data-c")


def mend_with_another(shop: Topology) -> None:
    """Make a second gateway endpoint for the one table that has none."""
    shop["prod"].gateway_endpoint("s3", route_tables=["new"], name="gw-s3-new")


def mend_with_interface(shop: Topology) -> None:
    """Make an interface endpoint for S3 beside the gateway endpoint."""
    shop["prod"].interface_endpoint("s3", ["data-c"], security_groups=["secrets"])


def mend_with_nat(shop: Topology) -> None:
    """Give the new subnet a way to the whole internet."""
    shop["new"].route("0.0.0.0/0", to=shop["front-a"].nat_gateway())


def mend_with_gate(shop: Topology) -> None:
    """Make the new subnet public."""
    shop["new"].route("0.0.0.0/0", to=shop["igw"])
    shop["db-2"].elastic_ip()


def mend_new_only(shop: Topology) -> None:
    """Name the new table only, and so take the route out of the others."""
    shop["prod"].gateway_endpoint("s3", route_tables=["new"])


def only_to_s3(shop: Topology) -> None:
    """Let out what goes to S3, by the name of its prefix list."""
    shop["prod"].security_group(
        "db", inbound=["tcp 3306 from web"], outbound=["tcp 443 to com.amazonaws.ap-northeast-1.s3"]
    )


def only_to_s3_by_blocks(shop: Topology) -> None:
    """Let out what goes to S3, block by block."""
    blocks = shop["com.amazonaws.ap-northeast-1.s3"].value.cidrs
    shop["prod"].security_group(
        "db", inbound=["tcp 3306 from web"], outbound=[f"tcp 443 to {block}" for block in blocks]
    )


def only_to_the_vpc(shop: Topology) -> None:
    """Let out what stays in the VPC, as if the endpoint had an address there."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from web"], outbound=["tcp 443 to 10.0.0.0/16"])


# --- what the checks look at -------------------------------------------------------------------------------


def rules_changed(network: Topology, group: str) -> bool:
    """Return whether a security group is not what it was in `shop_with_narrow_desk`."""
    before = shop_with_narrow_desk().snapshot().get(SecurityGroup, f"sg-prod-{group}")
    after = network.snapshot().get(SecurityGroup, f"sg-prod-{group}")
    return bool(before and after and before.rules != after.rules)


def has_nat(network: Topology) -> bool:
    """Return whether there is a NAT gateway."""
    return bool(list(network.snapshot().all(NatGateway)))


def does_too_much(network: Topology) -> tuple[Any, ...]:
    """Return what the rows of the ticket do not see: a way that costs, or a group that was opened."""
    if has_nat(network):
        return ("All rows hold, but the backup leaves by a NAT gateway.",)
    before = shop_with_second_database().snapshot()
    for group in network.snapshot().all(SecurityGroup):
        old = before.get(SecurityGroup, group.id)
        for rule in group.rules if old else ():
            if old and rule not in old.rules:
                return (
                    f"All rows hold, but now `{group.name}` has the rule “{rule}”. No group was at fault.",
                )
    return ()


def lets_in_more(network: Topology) -> tuple[Any, ...]:
    """Return the rule at the endpoint's door that lets in more than the rows ask for, if there is one."""
    door = network["desk"].interfaces[0].value
    for group in network.snapshot().all(SecurityGroup):
        for rule in group.side(INBOUND) if group.id in door.group_ids else ():
            if (rule.protocol, rule.from_port, rule.to_port) != (6, 443, 443):
                return (f"All rows hold, but the door lets in more than tcp 443: “{rule}”.",)
    return ()


def sends_elsewhere(network: Topology) -> tuple[Any, ...]:
    """Return what the rows do not see of the group `db`: a rule that lets out too much, or too little."""
    listed = network[S3_LIST]
    group = next(group for group in network.snapshot().all(SecurityGroup) if group.name == "db")
    rules = group.side(OUTBOUND)
    for rule in rules:
        whole = rule.peer == listed.id
        inside = not isinstance(rule.peer, str) and any(within(rule.peer, b) for b in listed.value.cidrs)
        if (rule.protocol, rule.from_port, rule.to_port) != (6, 443, 443) or not (whole or inside):
            return (f"All rows hold, but “{rule}” lets `db` start more than tcp 443 to S3.", listed)
    if any(rule.peer == listed.id for rule in rules):
        return ()
    blocks = [rule.peer for rule in rules if not isinstance(rule.peer, str)]
    for block in listed.value.cidrs:
        if not any(within(block, other) for other in blocks):
            said = f"All rows hold today. But S3 uses its whole list, and no rule of yours holds {block}."
            return (said, listed)
    return ()


def forgot_the_others(network: Topology) -> bool:
    """Return whether the endpoint serves the new table and no longer that of `data-a`."""
    endpoints = network.snapshot().all(VpcEndpoint)
    ids = {id for e in endpoints if e.type == "Gateway" for id in e.route_table_ids}
    return network["new"].id in ids and network["data"].id not in ids


def public_address_moved_alone(network: Topology) -> bool:
    """Return whether a spare has the public address at its own interface."""
    door = network.snapshot().get(NetworkInterface, network["front-door"].id)
    spares = [str(network[name].public_ip) for name in ("spare-a", "spare-c")]
    return "198.51.100.20" in spares and door is not None


def source_at_s3(way: Trace) -> str:
    """Return whose address S3 reads as the source."""
    if not way.reaches:
        return "blocked"
    return "db" if str(way.forward[-1].packet_in.src) == "10.0.1.10" else "endpoint"


def show_last_steps(key: str) -> Any:
    """Return the routes to compare, or, for the right choice, the whole table."""
    network = shop_with_both_tables()
    done = walk(trace(network, "web", S3, tcp(443)), leg="request")
    return done if key == "b" else tables(network["front"])[0]


def show_first_steps(key: str) -> Any:
    """Return the routes to compare, or, for the right choice, the whole table."""
    network = shop_with_desk()
    done = walk(trace(network, "web", SECRETS, tcp(443)), leg="request")
    return done if key == "b" else tables(network["front"])[0]


def amount(id: str) -> float:
    """Return the number of a price that `price` shows."""
    entries = json.loads(data_path("prices.json").read_text(encoding="utf-8"))
    told = next(entry for entry in entries if entry["id"] == id)
    return float(told["price"].split()[0])


_SUM = round(2 * 730 * amount("interface-endpoint-hours") + 240 * amount("interface-endpoint-data"), 2)
MONTH = int(_SUM) if _SUM.is_integer() else _SUM  # as people type it

EXERCISES = (
    Exercise(
        id="11-last-steps",
        title="Two routes hold it",
        prompt="Rows 3 and 4 of the table above are empty. What stands there?",
        kind=Choice(
            {
                "a": "0.0.0.0/0 leads to `igw`, which writes the public address of `web` as the source",
                "b": "the prefix list of S3 leads to `gw-s3`, which changes nothing",
                "c": "the prefix list of S3 leads to `gw-s3`, which writes an address of its own as the "
                "source",
            }
        ),
        hints=(
            "Both routes hold 52.219.0.1. Remember how a route table decides between two that fit.",
            "Compare lengths: the prefix list is several blocks, and one of them holds the address. For row "
            "4, look at what `gw-s3` did for `db`.",
            "52.219.0.0/20 is longer than 0.0.0.0/0. And a thing without an address has none to write.",
        ),
        deciding="/20 is longer",
        why=(
            "The list counts by the block that holds the address: /20 is longer than /0. So S3 in this "
            "Region is reached by the endpoint, and everything else by the internet gateway. Nothing is "
            "rewritten."
        ),
        solution="b",
        also_right=("B", "b)", "the prefix list of S3 leads to `gw-s3`, which changes nothing"),
        traps=(
            Trap(
                "a",
                "M19",
                "0.0.0.0/0 holds 52.219.0.1, and it stands in the table above the list. Neither decides: "
                "what does, when two routes hold an address?",
            ),
            Trap(
                "c",
                "M36",
                "The route is right. For row 4, look for an address that a gateway endpoint could write: on "
                "the map it has none, and S3 read 10.0.1.10 when `db` wrote.",
            ),
        ),
        evidence=show_last_steps,
    ),
    Exercise(
        id="11-first-steps",
        title="The way to the desk",
        prompt="Rows 1 to 3 of the table above are empty. What stands there?",
        kind=Choice(
            {
                "a": "group and ACL let it out; 0.0.0.0/0 leads to `igw`, as the service is outside the VPC",
                "b": "group and ACL let it out; 10.0.0.0/16 keeps it in the VPC",
                "c": "group and ACL let it out; a route of the endpoint leads to `desk`",
            }
        ),
        hints=(
            "Read the destination in row 5, and ask in which country that address lies.",
            "An interface endpoint has an address in one of your subnets. Routes go by addresses, not by "
            "what stands behind them.",
            "The packet is for 10.0.1.11. Of the routes in `front`, the local route is the longest "
            "that holds it.",
        ),
        deciding="local route is the longest",
        why=(
            "10.0.1.11 is an address of the VPC, so the local route takes the packet. The table was not "
            "changed for this endpoint: every subnet of the VPC reaches it."
        ),
        solution="b",
        also_right=("B", "b)", "group and ACL let it out; 10.0.0.0/16 keeps it in the VPC"),
        traps=(
            Trap(
                "a",
                "IMP-k",
                "The service is outside, but the packet is not written to it. Compare the destination in row "
                "5 with these routes.",
            ),
            Trap(
                "c",
                "M36",
                "That is the other kind: a gateway endpoint puts a route into the table. Look for one to "
                "`desk` here.",
            ),
        ),
        evidence=show_first_steps,
    ),
    Exercise(
        id="11-table",
        title="Two kinds of endpoints",
        prompt=(
            "Fill the table. Both endpoints are for S3 and stand in `prod`: `gw-s3`, with a route in the "
            "table `data` only, and `if-s3`, with one interface, in zone a, a list that lets everybody in, "
            "and without private DNS. A wrong cell is answered by the experiment."
        ),
        kind=Compare(
            columns=COLUMNS,
            rows=(
                Aspect(
                    "what",
                    "What it is in the VPC",
                    {"a": "routes", "b": "network interfaces"},
                    what_it_is,
                    show_parts,
                ),
                Aspect(
                    "address",
                    "A client writes to",
                    {"a": "a public address of the service", "b": "a private address of the VPC"},
                    which_address,
                    lambda: show_ways("db"),
                ),
                Aspect(
                    "door",
                    "A security group of its own",
                    {"a": "yes", "b": "no"},
                    has_a_door,
                    lambda: show_ways("db"),
                ),
                Aspect(
                    "services",
                    "For which services",
                    {
                        "a": "S3 and DynamoDB only",
                        "b": "many, S3 and DynamoDB too",
                        "c": "all others of AWS, but not S3 and DynamoDB",
                    },
                    which_services,
                    show_tries,
                ),
                Aspect(
                    "late",
                    "A subnet of the VPC whose table nobody changed",
                    {"a": "reaches it", "b": "does not"},
                    from_late,
                    lambda: show_ways("late"),
                ),
                Aspect(
                    "outside",
                    "A peered VPC, and your data centre, with routes",
                    {"a": "reach it", "b": "do not"},
                    from_outside,
                    show_outside,
                ),
                Aspect(
                    "zone",
                    "Zone a fails: a client in zone c, with all routes it needs",
                    {"a": "still reaches the service", "b": "does not"},
                    when_the_zone_fails,
                    lambda: show_ways("late", after_the_zone_failed()),
                ),
                Aspect(
                    "cost",
                    "What it costs by itself",
                    {"a": "nothing", "b": "by the hour for each zone, and by the GB"},
                    ("a", "b"),
                    lambda: price("gateway-endpoint", "interface-endpoint-hours"),
                ),
            ),
        ),
        hints=(
            "You have seen each kind at work: `db` to S3 by the one, `web` to Secrets Manager by the other.",
            "Ask of every row: does a route answer this, or an address? A route serves those who read its "
            "table. An address serves those who can write to it.",
            "The gateway endpoint is routes: no address, no group, no zone, no bill, nobody outside. In five "
            "rows the interface endpoint is the opposite, because it stands in a subnet.",
        ),
        deciding="no zone, no bill",
        why=(
            "A gateway endpoint is a signpost: free, in no zone, for two services, and read only in its "
            "own VPC. An interface endpoint is a place: it has an address, a group, a zone and a bill, and "
            "who has a way to the address may come."
        ),
        traps=(
            Trap(
                {"outside": ("a", "a")},
                "M36",
                "Watch the partner's packet on the road to `prod`. For S3 it is written to an address "
                "that is not in `prod`.",
                when=lambda cells: cell(cells, "outside", 0) == "a",
            ),
            Trap(
                {"outside": ("b", "b")},
                "IMP-k",
                "An interface has an address in `prod`. Who has a road to `prod`, has a way to it.",
                when=lambda cells: cell(cells, "outside", 1) == "b",
            ),
            Trap(
                {"services": ("a", "c")},
                "IMP-f",
                "`if-s3` in this very network is an interface endpoint, and it is for S3. And “all” is too "
                "much: a service has to take part in PrivateLink.",
                when=lambda cells: cell(cells, "services", 1) == "c",
            ),
        ),
        also_right=(
            {
                "what": "ab",
                "address": "a b",
                "door": "b, a",
                "services": ["a", "b"],
                "late": ("b", "a"),
                "outside": "ba",
                "zone": "ab",
                "cost": "ab",
            },
        ),
    ),
    Exercise(
        id="11-move",
        title="A socket that moves",
        prompt=(
            "`web` is stopped for repair and stays so. Its second interface, `front-door`, has what "
            "customers and partners know: 198.51.100.20 outside, 10.0.0.20 inside. Let a stand-in have this "
            "interface. `spare-a` is in `front-a`, `spare-c` in `front-c`."
        ),
        kind=Edit(
            given=shop_with_broken_server,
            intents=(
                Intent(internet, "front-door", tcp(443)),
                Intent("db", "front-door", tcp(443)),
                Intent("db", "web", tcp(443), must=False),
            ),
        ),
        hints=(
            "A plug has to leave one socket before it goes into another.",
            "Two calls: one to the instance that has the interface, one to the instance that shall get it. "
            "Which of the two spares is in the interface's zone?",
            '`shop["web"].detach("front-door")` unplugs it; `attach(...)` at `spare-a`, in the same zone, '
            "plugs "
            "it in.",
        ),
        deciding="attach",
        why=(
            "Addresses and groups hang at the interface, so all of them moved with it, and nobody outside "
            "had to be told. It stays in its subnet, though, and so only an instance of that zone can take "
            "it."
        ),
        solution=move_the_door,
        also_right=(move_the_door_by_handles,),
        traps=(
            Trap(
                move_the_public_address_only,
                "M28",
                "The public address went to another interface. `front-door`, with 10.0.0.20 and its group, "
                "is still plugged into `web`.",
                when=public_address_moved_alone,
            ),
        ),
    ),
    Exercise(
        id="11-door",
        title="Whose door is it?",
        prompt=(
            "`db` asks Secrets Manager for a password and gets no answer; `web` gets one. Let both in, and "
            "nobody else: `guest` is somebody else's machine. Write the group anew, with the whole list of "
            "what it lets in, as you did when you made it."
        ),
        kind=Edit(
            given=shop_with_narrow_desk,
            intents=(
                Intent("db", SECRETS, tcp(443)),
                Intent("web", SECRETS, tcp(443)),
                Intent("guest", SECRETS, tcp(443), must=False),
                Intent("web", "db", tcp(3306)),
                Intent("guest", "db", tcp(443), must=False),
            ),
            hidden=("db",),
            also=lets_in_more,
        ),
        hints=(
            "Follow the packet of `db` on the map: at which list does it end?",
            "The list at the endpoint's interface decides who comes in. It names groups, and one is missing.",
            'Write the group `secrets` anew, with all it shall let in: "tcp 443 from web" and the same from '
            "`db`.",
        ),
        deciding="the group `secrets`",
        why=(
            "No instance is behind that door, and still a group guards it: groups hang at network "
            "interfaces, and an interface endpoint has one."
        ),
        solution=let_db_in,
        also_right=(let_the_subnet_in, another_group_at_the_door),
        traps=(
            Trap(
                change_the_door_of_db,
                "IMP-p",
                "You changed the list of the instance. What `db` sends, its list let out before; the packet "
                "ends at another interface, with a list of its own.",
                when=lambda network: rules_changed(network, "db"),
            ),
            Trap(
                give_db_a_gate,
                "IMP-o",
                "A way to the internet does not help: the name of the service gives the endpoint's address, "
                "and that is inside. And `data-a` is public now.",
                when=lambda network: network["data-a"].is_public,
            ),
        ),
    ),
    Exercise(
        id="11-ticket",
        title="No backup last night",
        prompt=(
            "Since yesterday the shop has a second database, `db-2`, in the new subnet `data-c`. Its first "
            "backup never came to S3. One thing was forgotten. Find it with `probe`, with as few probes as "
            "you can, and put it right here. `db-2` must not get to the internet."
        ),
        kind=Edit(
            given=shop_with_second_database,
            intents=(
                Intent("db-2", S3, tcp(443)),
                Intent("db", S3, tcp(443)),
                Intent("web", S3, tcp(443)),
                Intent("web", "db-2", tcp(3306)),
                Intent("db-2", internet, tcp(443), must=False),
                Intent(internet, "db-2", tcp(3306), must=False),
            ),
            picture=False,
            hidden=("db", "db-2"),
            also=does_too_much,
        ),
        hints=(
            "Two questions to S3, from two databases with the same group. Then one question from `db-2` to "
            "something that needs no route of its own.",
            "Group and ACL let tcp 443 of `db-2` out, or Secrets Manager would not answer. What do two "
            "subnets of one VPC not share, and what does a gateway endpoint consist of?",
            'The endpoint\'s route is missing in the table of `data-c`. `shop["prod"].gateway_endpoint("s3", '
            "route_tables=[...])` takes the names of *all* tables that shall have it.",
        ),
        deciding="all* tables",
        why=(
            "The new subnet has a new table, and nobody had named it to the endpoint. A gateway endpoint "
            "serves the tables it was given, and no others; the interface endpoint served `data-c` from its "
            "first minute. No way to the internet was needed. (An interface endpoint for S3 does it too, and "
            "is paid by the hour.)"
        ),
        solution=mend,
        also_right=(mend_by_association, mend_with_another, mend_with_interface),
        traps=(
            Trap(
                mend_with_nat,
                "M37",
                "A NAT gateway is paid by the hour and by the GB. S3 needs none: `db` reaches it without.",
                when=has_nat,
            ),
            Trap(
                mend_with_gate,
                "M37",
                "Now `data-c` is a public subnet, with the customers' data in it. S3 needs no such way: `db` "
                "has none.",
                when=lambda network: network["data-c"].is_public,
            ),
            Trap(
                mend_new_only,
                "M36",
                "`db-2` has its route now, and others have lost theirs. The endpoint is what its list of "
                "tables says: who is not on it, is not served.",
                when=forgot_the_others,
            ),
        ),
    ),
    Exercise(
        id="11-outbound",
        title="To S3, and nowhere else",
        prompt=(
            "Somebody who takes `db` over shall not be able to send its data anywhere. Let the group `db` "
            "send tcp 443 to S3, and start nothing else. `security_group` of the VPC writes a group anew, "
            "with lists for `inbound=` and `outbound=`. An outbound rule reads `tcp 443 to`, then a block, "
            "a group or a prefix list."
        ),
        kind=Edit(
            given=shop_with_gateway,
            intents=(
                Intent("db", S3, tcp(443)),
                Intent("web", "db", tcp(3306)),
                Intent("db", "web", tcp(443), must=False),
                Intent("db", S3, tcp(22), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            hidden=("db",),
            also=sends_elsewhere,
        ),
        hints=(
            "To which address is the packet for S3 written when it leaves `db`?",
            "A group can name AWS's list of S3's addresses, as a route does.",
            f"The rule is `tcp 443 to {S3_LIST}`; what may come in stays as it is.",
        ),
        deciding=f"to {S3_LIST}",
        why=(
            "The packet goes to S3's public addresses, endpoint or not, so that is what the list has to "
            "name. The answers need no rule."
        ),
        solution=only_to_s3,
        also_right=(only_to_s3_by_blocks,),
        traps=(
            Trap(
                only_to_the_vpc,
                "M36",
                "The endpoint has no address in the VPC. Read the destination of the packet that the group "
                "stopped.",
            ),
        ),
    ),
    Exercise(
        id="11-bill",
        title="A month of an interface endpoint",
        prompt=(
            "An interface endpoint stands in two zones for a month of 730 hours, and 240 GB go through it. "
            "What does the month cost, in USD, at the prices above? Two decimals are enough."
        ),
        kind=Number(),
        hints=(
            "Two things are paid for: that it is there, and what goes through.",
            "It is paid in each zone that it stands in. So how many zone-hours has the month?",
            "1460 zone-hours, times the price of one; then 240 GB, times the price of one.",
        ),
        deciding="1460",
        why=(
            "Most of the bill is for being there. For S3 and DynamoDB a gateway endpoint does the same work "
            "inside the VPC for nothing."
        ),
        solution=MONTH,
        also_right=(f"{MONTH}", f"{MONTH:.2f} USD"),
        evidence=lambda _: price("interface-endpoint-hours", "interface-endpoint-data"),
        traps=(
            Trap(
                round(MONTH - 730 * amount("interface-endpoint-hours"), 2),
                "M26",
                "That is one zone. The endpoint has an interface in each of two, and each is paid.",
            ),
        ),
    ),
)


def cell(cells: Cells, row: str, column: int) -> str | None:
    """Return what was chosen in a cell of the comparison table."""
    return cells[row][column] if row in cells else None


PREDICTIONS = (
    Prediction(
        id="11-p1",
        question=(
            "`web` fetches a picture: tcp 443 to S3. Nothing has been built for S3 in this VPC. What happens?"
        ),
        given=shop_without_endpoint,
        flow=Intent("web", S3, tcp(443)),
        beliefs={
            "blocked": (
                "IMP-o",
                "S3 is outside the VPC, and so is the whole internet. `web` has a gate, a signpost to it and "
                "a public address.",
            ),
        },
        after="""
S3 has public addresses, and the internet gateway leads to them as to any others. AWS keeps such traffic on
its own network all the way (IGW-11).

Many services live outside the VPC: one S3 serves all customers of AWS, and your VPC holds only what has an
address in it. So there are two sorts: `web` and `db` are inside; S3, DynamoDB (tables of data) and Secrets
Manager (passwords) are outside.

`db` has a problem, though. A gate would put customer data within reach of the internet. A NAT gateway costs
by the hour and by the GB. Is there a third way?
""",
    ),
    Prediction(
        id="11-p2",
        question=(
            "The line above was run, and nothing else has changed. `db` sends its backup: tcp 443 to S3. "
            "What happens?"
        ),
        given=shop_with_gateway,
        flow=Intent("db", S3, tcp(443)),
        choices={
            "blocked": "it is stopped: without a NAT gateway nothing leaves a private subnet",
            "endpoint": "it arrives, and S3 reads an address of the endpoint as the source",
            "db": "it arrives, and S3 reads 10.0.1.10, the address of `db`, as the source",
        },
        truth=source_at_s3,
        beliefs={
            "blocked": (
                "M37",
                "The backup arrives, and there is no NAT gateway. Number 4 on the map says what led it out.",
            ),
            "endpoint": (
                "M36",
                "The endpoint has no address that it could write. Number 6 on the map says what S3 reads.",
            ),
        },
        after="""
An endpoint is a way from a VPC to a service that needs no way to the internet.

The line did one thing: it put a route into the table `data`. Its target is the **gateway endpoint** `gw-s3`.
Its destination is a **prefix list**: S3's public blocks in this Region under one name, which AWS keeps up to
date.

A gateway endpoint is no machine. It has no address, stands in no subnet, rewrites nothing and costs nothing.
So S3 sees the private address of `db`.
""",
    ),
    Prediction(
        id="11-p3",
        question=(
            "Private DNS of `desk` is turned off. The endpoint stays. `db` asks Secrets Manager "
            "by its usual name. What happens to the packet?"
        ),
        given=shop_without_private_dns,
        flow=Intent("db", SECRETS, tcp(443)),
        beliefs={
            "delivered": (
                "IMP-q",
                "The endpoint is there, and its door is open. The packet was written to another address: "
                "number 1 on the map says to which.",
            ),
        },
        after="""
The name now means the service's public address, for everybody. From `data-a` no route leads there. `web`
would not notice: it gets to the public address by the internet gateway.

You see no more than “no answer”. The question to ask is which address the name gave.
""",
    ),
    Prediction(
        id="11-p4",
        question=(
            "A partner's VPC is peered with `prod`. The partner adds a route for S3's addresses into the "
            "road, to use your gateway endpoint. `robot` sends tcp 443 to S3. What happens?"
        ),
        given=shop_with_partner,
        flow=Intent("robot", S3, tcp(443)),
        beliefs={
            "delivered": (
                "M36",
                "The road leads to `prod`. But the packet is for an address that is not in `prod`.",
            ),
            "reply-blocked": ("M36", "It does not get as far as S3: see where the map stops it."),
        },
        after="""
A road between two VPCs takes what is for an address at its other end. 52.219.0.1 is none. The same holds for
a data centre on a VPN or Direct Connect: a gateway endpoint is a route in your tables, and they read other
maps. The partner makes an endpoint of its own; it is free.
""",
    ),
    Prediction(
        id="11-p5",
        question=(
            "A copy of the backup shall lie far away, in S3 in the Region us-east-1 (Virginia). `db` sends "
            "it there. What happens?"
        ),
        given=shop_with_gateway,
        flow=Intent("db", VIRGINIA, tcp(443)),
        beliefs={
            "delivered": (
                "IMP-k",
                "The endpoint leads to S3, but not to all of S3: compare the address with the prefix list.",
            ),
        },
        after="""
The prefix list holds S3's blocks of the VPC's own Region. For another Region the table needs another way,
such as a NAT gateway; or S3 itself copies between Regions, and your VPC has nothing to do with it.
""",
    ),
    Prediction(
        id="11-p6",
        question=(
            "In a VPC with DNS hostnames off, as a new VPC has it, somebody runs this line. What does AWS "
            "do?\n\n"
            '`shop["prod"].interface_endpoint("secretsmanager", ["data-a"], private_dns=True)`'
        ),
        given=shop_without_hostnames,
        flow=Attempt('shop["prod"].interface_endpoint("secretsmanager", ["data-a"], private_dns=True)'),
        choices=ATTEMPTS,
        truth=lambda tried: tried.outcome,
        after="""
Private DNS needs both switches of the VPC: DNS support, on from the start, and DNS hostnames, off from the
start. With one of them off, AWS refuses.
""",
    ),
    Prediction(
        id="11-p7",
        question=(
            "`web` is stopped, and its interface `front-door` is unplugged. What does "
            'AWS do with the last line?\n\n`shop["spare-c"].attach("front-door")`'
        ),
        given=shop_with_broken_server,
        flow=Attempt('shop["web"].detach("front-door")\nshop["spare-c"].attach("front-door")'),
        choices=ATTEMPTS,
        truth=lambda tried: tried.outcome,
        beliefs={
            "made": (
                "M26",
                "The interface is in a subnet, and a subnet is in one zone. It cannot leave either.",
            ),
        },
        after="""
An interface keeps its subnet for life, and with it its zone. For a stand-in in another zone the Elastic IP
address can move; the private address cannot.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="11-why",
        question=(
            "Why does a peered VPC reach your interface endpoint, but not your gateway endpoint? Say it in a "
            "sentence or two."
        ),
        model=(
            "A gateway endpoint is a route in my tables, which only my subnets read, and it has no address "
            "that a peer could write to. An interface endpoint has a private address in my VPC, and the "
            "peering leads to every address of my VPC."
        ),
        points=(
            "one is a route, the other an address",
            "who reads a route table",
            "what a peering carries: packets for addresses at its ends",
        ),
    ),
)
