"""Chapter 10, Network ACLs, and both together: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import ip_address
from typing import Any

from vpclab import (
    Decision,
    Packet,
    Topology,
    Trace,
    evaluate_network_acl,
    evaluate_security_groups,
    internet,
    tcp,
    trace,
    udp,
)
from vpclab.course import words
from vpclab.course.cards import Card, Table
from vpclab.course.comparing import Aspect, Compare
from vpclab.course.editing import RulesView
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Edit, Intent, Later, Order, Step, judge_network, quietly
from vpclab.course.stepping import walk
from vpclab.topology.errors import VpclabError
from vpclab.topology.model import NetworkAcl, NetworkAclEntry, SecurityGroup

ATTACKER = internet("203.0.113.9")
OFFICE = internet("203.0.113.70")
PAYMENT = internet("203.0.113.80")

# --- the networks ------------------------------------------------------------------------------------------


REQUESTS = ("tcp 3306 from web", "tcp 3306 from reports")


def shop_with_groups(db_in: Sequence[str] = REQUESTS, db_out: Sequence[str] | None = None) -> Topology:
    """Return the shop with its security groups in order, and no network ACL but the default one."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    gate = prod.internet_gateway()
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=gate)
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("reports")
    prod.security_group("db", inbound=db_in, outbound=db_out)
    front.instance("web", security_groups=["web"]).elastic_ip()
    data.instance("db", security_groups=["db"])
    data.instance("reports", security_groups=["reports"])
    return network


def shop_with_one_line() -> Topology:
    """Return the shop with a network ACL at `data-a` that lets the request in, and has no other line."""
    network = shop_with_groups()
    network["prod"].network_acl(
        "data-acl", inbound=["100 allow tcp 3306 from 10.0.0.0/24"], subnets=[network["data-a"]]
    )
    return network


@quietly
def shop() -> Topology:
    """Return the shop with both lines at `data-a`: one for requests, one for answers."""
    network = shop_with_one_line()
    network["data-acl"].entries(outbound=["100 allow tcp 1024-65535 to 10.0.0.0/24"])
    return network


def shop_with_front_acl() -> Topology:
    """Return the shop with a list at `front-a` that was written for customers, and forgets the database."""
    network = shop()
    network["prod"].network_acl(
        "front-acl",
        inbound=["100 allow tcp 443 from 0.0.0.0/0"],
        outbound=["100 allow tcp 3306 to 10.0.1.0/24", "110 allow tcp 1024-65535 to 0.0.0.0/0"],
        subnets=[network["front-a"]],
    )
    return network


def set_default(network: Topology, inbound: Sequence[str]) -> None:
    """Write the inbound lines of the default network ACL, which serves `front-a`."""
    network["prod"].default_network_acl.entries(inbound=inbound)


@quietly
def shop_with_late_deny() -> Topology:
    """Return the shop with a line against an attacker behind the line that lets everybody in."""
    network = shop()
    set_default(network, ["100 allow all from 0.0.0.0/0", "200 deny all from 203.0.113.9/32"])
    return network


def shop_with_only_a_deny() -> Topology:
    """Return the shop with a new network ACL at `front-a` whose only lines name the attacker."""
    network = shop()
    network["prod"].network_acl(
        "front-acl",
        inbound=["90 deny all from 203.0.113.9/32"],
        outbound=["90 deny all to 203.0.113.9/32"],
        subnets=[network["front-a"]],
    )
    return network


FRONT_IN = ("100 allow tcp 443 from 0.0.0.0/0", "110 allow tcp 1024-65535 from 0.0.0.0/0")
FRONT_OUT = (
    "100 allow tcp 1024-65535 to 0.0.0.0/0",
    "110 allow tcp 443 to 0.0.0.0/0",
    "120 allow tcp 3306 to 10.0.1.0/24",
)


@quietly
def shop_with_sound_lists() -> Topology:
    """Return the shop with lists at both borders, and a group that would let the office log in."""
    network = shop()
    network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 203.0.113.64/28"])
    network["prod"].network_acl(
        "front-acl", inbound=FRONT_IN, outbound=FRONT_OUT, subnets=[network["front-a"]]
    )
    return network


@quietly
def shop_with_narrow_answers() -> Topology:
    """Return the shop with a list at `front-a` that knows the ports of Linux clients only."""
    network = shop_with_sound_lists()
    narrow = "100 allow tcp 32768-61000 to 0.0.0.0/0"
    network["front-acl"].entries(outbound=[narrow, *FRONT_OUT[1:]])
    return network


def shop_with_updates() -> Topology:
    """Return the shop with `app` behind a NAT gateway, and a list at `front-a` without a line for answers."""
    network = shop_with_groups()
    prod, front = network["prod"], network["front-a"]
    private = prod.subnet("app-a", "10.0.2.0/24", az="a")
    nat = front.nat_gateway("nat")
    prod.route_table("app", subnets=[private]).route("0.0.0.0/0", to=nat)
    private.instance("app", security_groups=["reports"])
    prod.network_acl(
        "front-acl",
        inbound=["100 allow tcp 443 from 0.0.0.0/0"],
        outbound=["100 allow all to 0.0.0.0/0"],
        subnets=[front],
    )
    return network


def shop_with_closed_border() -> Topology:
    """Return the shop with lists of `db` and of its subnet that let nothing through."""
    network = shop_with_groups(db_in=[], db_out=[])
    network["prod"].network_acl(
        "data-acl",
        inbound=["100 deny all from 0.0.0.0/0"],
        outbound=["100 deny all to 0.0.0.0/0"],
        subnets=[network["data-a"]],
    )
    return network


def shop_with_one_list_for_both() -> Topology:
    """Return the shop with a single network ACL for both of its subnets."""
    network = shop_with_groups()
    network["prod"].network_acl(
        "shared-acl",
        inbound=["100 allow tcp 443 from 0.0.0.0/0", "110 allow tcp 3306 from 10.0.0.0/24"],
        outbound=["100 allow tcp 1024-65535 to 0.0.0.0/0"],
        subnets=[network["front-a"], network["data-a"]],
    )
    return network


def shop_with_new_acl() -> Topology:
    """Return the shop with a network ACL at `data-a` that has no line yet."""
    network = shop_with_groups()
    network["prod"].network_acl("data-acl", subnets=[network["data-a"]])
    return network


@quietly
def shop_with_new_acl_and_old_db() -> Topology:
    """Return the shop with an empty network ACL at `data-a`, an open neighbour of `db`, and a stranger."""
    network = shop_with_new_acl()
    prod = network["prod"]
    prod.security_group("open", inbound=["all from 0.0.0.0/0"])
    network["data-a"].instance("old-db", security_groups=["open"])
    prod.subnet("trial-c", "10.0.2.0/24", az="c").instance("trial", security_groups=["open"])
    network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def shut_out(shop: Topology) -> None:
    """Deny the attacker before anybody is let in."""
    attacker = "90 deny all from 203.0.113.9/32"
    others = ["100 allow tcp 443 from 0.0.0.0/0", "110 allow tcp 1024-65535 from 0.0.0.0/0"]
    shop["front-acl"].entries(inbound=[attacker, *others])


def shut_out_by_new_numbers(shop: Topology) -> None:
    """Give all lines new numbers."""
    shop["front-acl"].entries(
        inbound=[
            "1 deny tcp 443 from 203.0.113.9/32",
            "2 allow tcp 443 from 0.0.0.0/0",
            "3 allow tcp 1024-65535 from 0.0.0.0/0",
        ]
    )


def shut_out_the_answers(shop: Topology) -> None:
    """Let no answer out to the attacker."""
    shop["front-acl"].entries(outbound=["90 deny all to 203.0.113.9/32", *FRONT_OUT])


def shut_out_in_the_default(shop: Topology) -> None:
    """Let the default network ACL serve the subnet again, with the line in front."""
    acl = shop["prod"].default_network_acl
    acl.entries(inbound=["90 deny all from 203.0.113.9/32", "100 allow all from 0.0.0.0/0"])
    acl.associate("front-a")


def shut_out_late(shop: Topology) -> None:
    """Deny the attacker behind the lines that let everybody in."""
    shop["front-acl"].entries(
        inbound=[
            "100 allow tcp 443 from 0.0.0.0/0",
            "110 allow tcp 1024-65535 from 0.0.0.0/0",
            "200 deny all from 203.0.113.9/32",
        ]
    )


def shut_out_all_but_the_office(shop: Topology) -> None:
    """Rewrite the group, which cannot leave one address out."""
    shop["prod"].security_group("web", inbound=["tcp 443 from 203.0.113.64/28"])


def shut_out_by_a_new_acl(shop: Topology) -> None:
    """Make a network ACL with the one line against the attacker."""
    shop["prod"].network_acl("block", inbound=["90 deny all from 203.0.113.9/32"], subnets=["front-a"])


def shut_out_and_forget(shop: Topology) -> None:
    """Write the new line and leave the old ones away."""
    shop["front-acl"].entries(inbound=["90 deny all from 203.0.113.9/32"])


def mend(shop: Topology) -> None:
    """Let answers out to every port that a client may pick."""
    answers = "100 allow tcp 1024-65535 to 0.0.0.0/0"
    payment, orders = "110 allow tcp 443 to 0.0.0.0/0", "120 allow tcp 3306 to 10.0.1.0/24"
    shop["front-acl"].entries(outbound=[answers, payment, orders])


def mend_with_a_second_line(shop: Topology) -> None:
    """Keep the narrow line and add those for the other ports."""
    shop["front-acl"].entries(
        outbound=[
            "100 allow tcp 32768-61000 to 0.0.0.0/0",
            "105 allow tcp 61001-65535 to 0.0.0.0/0",
            "106 allow tcp 1024-32767 to 0.0.0.0/0",
            "110 allow tcp 443 to 0.0.0.0/0",
            "120 allow tcp 3306 to 10.0.1.0/24",
        ]
    )


def mend_the_way_in(shop: Topology) -> None:
    """Open the list on the way in, where nothing was stopped."""
    shop["front-acl"].entries(inbound=["100 allow all from 0.0.0.0/0"])


def mend_the_group(shop: Topology) -> None:
    """Give the group at the door a line for answers."""
    shop["prod"].security_group(
        "web",
        inbound=["tcp 443 from 0.0.0.0/0", "tcp 1024-65535 from 0.0.0.0/0"],
    )


def mend_too_wide(shop: Topology) -> None:
    """Let everything out."""
    shop["front-acl"].entries(outbound=["100 allow all to 0.0.0.0/0"])


def mend_for_windows_only(shop: Topology) -> None:
    """Swap one operating system's ports for another's."""
    shop["front-acl"].entries(
        outbound=[
            "100 allow tcp 49152-65535 to 0.0.0.0/0",
            "110 allow tcp 443 to 0.0.0.0/0",
            "120 allow tcp 3306 to 10.0.1.0/24",
        ]
    )


def mend_by_the_service_port(shop: Topology) -> None:
    """Take the line for requests to be one for answers."""
    shop["front-acl"].entries(
        outbound=["110 allow tcp 443 to 0.0.0.0/0", "120 allow tcp 3306 to 10.0.1.0/24"]
    )


def mend_the_default(shop: Topology) -> None:
    """Write the lines into the list that serves other subnets."""
    shop["prod"].default_network_acl.entries(outbound=["100 allow tcp 1024-65535 to 0.0.0.0/0"])


def write_lists(shop: Topology) -> None:
    """Write one line in each direction."""
    request = "100 allow tcp 3306 from 10.0.0.0/24"
    answer = "100 allow tcp 1024-65535 to 10.0.0.0/24"
    shop["data-acl"].entries(inbound=[request], outbound=[answer])


def write_lists_for_web_alone(shop: Topology) -> None:
    """Name `web` alone instead of its subnet."""
    shop["data-acl"].entries(
        inbound=["10 allow tcp 3306 from 10.0.0.10/32"],
        outbound=["10 allow tcp 1024-65535 to 10.0.0.10/32"],
    )


def write_one_way(shop: Topology) -> None:
    """Write a line for the request alone."""
    shop["data-acl"].entries(inbound=["100 allow tcp 3306 from 10.0.0.0/24"])


def write_same_port_back(shop: Topology) -> None:
    """Let the answer out to the service's port."""
    shop["data-acl"].entries(
        inbound=["100 allow tcp 3306 from 10.0.0.0/24"],
        outbound=["100 allow tcp 3306 to 10.0.0.0/24"],
    )


def write_deny_behind(shop: Topology) -> None:
    """Let everything pass, and deny behind it."""
    shop["data-acl"].entries(
        inbound=["100 allow all from 0.0.0.0/0", "200 deny tcp 22 from 0.0.0.0/0"],
        outbound=["100 allow all to 0.0.0.0/0"],
    )


# --- what the checks look at -------------------------------------------------------------------------------


def lines(network: Topology, name: str, direction: str) -> tuple[NetworkAclEntry, ...]:
    """Return the numbered lines of a network ACL in one direction."""
    acl = network.snapshot().get(NetworkAcl, f"acl-prod-{name}")
    return acl.side(direction) if acl else ()


def denied_late(network: Topology) -> bool:
    """Return whether a line against the attacker stands behind one that lets him in."""
    found = sorted(lines(network, "front-acl", "inbound"), key=lambda line: line.number)
    deny = [n for n, line in enumerate(found) if not line.allow]
    return bool(deny) and any(line.allow for line in found[: deny[0]])


def only_denied(network: Topology) -> bool:
    """Return whether a network ACL has a line that denies and none that allows."""
    return any(
        acl.side("inbound") and not any(line.allow for line in acl.side("inbound"))
        for acl in network.snapshot().all(NetworkAcl)
    )


def web_group_changed(network: Topology) -> bool:
    """Return whether the rules of the group `web` are not what they were."""
    groups = [
        each.snapshot().get(SecurityGroup, "sg-prod-web") for each in (network, shop_with_sound_lists())
    ]
    return len({group.rules for group in groups if group}) > 1


def changed(network: Topology, direction: str) -> bool:
    """Return whether the lines of `front-acl` in one direction are not those of the ticket."""
    before = lines(shop_with_narrow_answers(), "front-acl", direction)
    return lines(network, "front-acl", direction) != before


def lines_needed(way: Trace) -> str:
    """Return at how many checks of groups and network ACLs a line decides, both legs together."""
    kinds = ("security_group", "network_acl")
    every = [d for hop in (*way.forward, *way.reply) for d in hop.decisions if d.kind in kinds]
    return {4: "four", 6: "six", 8: "eight"}[sum(decision.rule is not None for decision in every)]


def show_answer_at_front(value: str) -> Card | tuple[()]:
    """Return how the answer's way ends, once the question is answered."""
    way = trace(shop_with_front_acl(), "web", "db", tcp(3306))
    return walk(way, leg="reply") if value == "stops" else ()


def front_acl_for_updates(line: str) -> Trace:
    """Return what becomes of an update with one more inbound line at `front-a`."""
    network = shop_with_updates()
    acl = network["front-acl"]
    kept = ["100 allow tcp 443 from 0.0.0.0/0"]
    quietly(lambda: acl.entries(inbound=[*kept, *filter(None, [line])]) or network)()
    return trace(network, "app", PAYMENT, tcp(443))


UPDATE_LINES = {
    "a": "",
    "b": "110 allow tcp 32768-61000 from 0.0.0.0/0",
    "c": "110 allow tcp 1024-65535 from 0.0.0.0/0",
    "d": "",
}


def show_update(key: str) -> Trace:
    """Return what becomes of an update when the chosen line is added."""
    return front_acl_for_updates(UPDATE_LINES[key])


def show_inside(key: str) -> Any:
    """Return what the list would say to the packet; for the right choice, the whole way."""
    network = shop()
    way = trace(network, "reports", "db", tcp(3306))
    if key == "b":
        return walk(way)
    arrives = Table(("packet", "what happens"), ((way.flow, words.OUTCOMES[way.outcome]),))
    return RulesView.of(network["data-acl"], ["tcp 3306 from 10.0.1.11"]), arrives


def without_answers(network: Topology) -> bool:
    """Return whether the outbound lines of `front-acl` know no ports but those of services."""
    found = lines(network, "front-acl", "outbound")
    return bool(found) and all(line.from_port == line.to_port in (443, 3306) for line in found)


def one_way_only(network: Topology) -> bool:
    """Return whether `data-acl` has lines inbound and none outbound."""
    return bool(lines(network, "data-acl", "inbound")) and not lines(network, "data-acl", "outbound")


def out_to_the_service(network: Topology) -> bool:
    """Return whether the outbound lines of `data-acl` know no port but the database's."""
    found = lines(network, "data-acl", "outbound")
    return bool(found) and all((line.from_port, line.to_port) == (3306, 3306) for line in found)


def hidden_deny(network: Topology) -> bool:
    """Return whether a line that denies stands behind one that lets everything pass."""
    found = sorted(lines(network, "data-acl", "inbound"), key=lambda line: line.number)
    wide = [line.number for line in found if line.allow and line.protocol == -1]
    return bool(wide) and any(not line.allow and line.number > wide[0] for line in found)


def some_customers_wait(network: Topology) -> tuple[Any, ...]:
    """Return the customer who gets no answer, by the port that he picked; no row tells the port before."""
    ports = tuple(Intent(internet, "web", tcp(443, src_port=port)) for port in (1500, 62000))
    found = judge_network(network, ports)
    return () if found.right else (found.sentence, *found.evidence)


def still_crosses(network: Topology) -> tuple[Any, ...]:
    """Return what the rows do not see: a client's port that has no line, or a packet that gets out."""
    for port in (33000, 62000):
        way = trace(network, "web", "db", tcp(3306, src_port=port))
        if not way.reaches:
            said = f"All rows hold, but `web` picks a new port for each connection. Here it picked {port}."
            return (said, way)
    for dst, port in (("web", 443), ("trial", 8080)):
        way = trace(network, "old-db", dst, tcp(port))
        border = next(hop for hop in way.forward if hop.kind == "network_acl" and hop.direction == "outbound")
        if border.allowed:
            said = f"All rows hold, but a packet of `old-db` to `{dst}`, tcp {port}, crosses the border."
            return (f"{said} Only its answer is stopped.", way)
    return ()


def show_office_order(order: tuple[str, ...]) -> RulesView:
    """Return what three lines in this order say to three addresses."""
    network = shop_with_groups()
    texts = [f"{number} {line}" for number, line in zip((100, 110, 120), order, strict=True)]
    acl = network["prod"].network_acl("front-acl", inbound=texts)
    return RulesView.of(acl, [f"tcp 443 from {who}" for who in ("203.0.113.70", "203.0.113.9", "192.0.2.1")])


OFFICE_LINES = ("allow all from 0.0.0.0/0", "allow all from 203.0.113.64/28", "deny all from 203.0.113.0/24")


# --- the experiments that fill the table -------------------------------------------------------------------

Seen = tuple[str, bool, str]  # what was tried, whether it passed, why


def between(src: str, dst: str, port: int) -> Packet:
    """Return the first packet of a connection to a tcp port."""
    return Packet.of(tcp(port).header(ip_address(src), ip_address(dst)))


def _seen(tried: str, answer: Trace | Decision) -> Seen:
    passed = answer.reaches if isinstance(answer, Trace) else bool(answer.allowed)
    return tried, passed, answer.because


def _written(tried: str, attempt: Callable[[], object], said: str) -> Seen:
    """Return whether a line can be written at all."""
    try:
        attempt()
    except VpclabError:
        return tried, False, said
    return tried, True, "Such a line can be written."


def _of_pairs(packet: Packet, group: Any, acl: Any, direction: str, tried: str) -> list[Seen]:
    """Return what a group and a network ACL say to one packet."""
    return [
        _seen(f"Security group: {tried}", evaluate_security_groups(packet, group, direction)),
        _seen(f"Network ACL: {tried}", evaluate_network_acl(packet, acl, direction)),
    ]


def seen_inside() -> list[Seen]:
    """Close each list at `db`, and send a packet from a neighbour in the same subnet."""
    closed = shop_with_groups(db_in=[])
    return [
        _seen("The group of `db` lets nothing in. `reports`, next to it, asks.",
              trace(closed, "reports", "db", tcp(3306))),
        _seen("The network ACL of `data-a` lets nothing through. `reports` asks.",
              trace(shop_with_new_acl(), "reports", "db", tcp(3306))),
    ]  # fmt: skip


def seen_outbound() -> list[Seen]:
    """Let everything in, write nothing outbound, and send a new packet out."""
    prod = shop_with_groups()["prod"]
    group = prod.security_group("in-only", inbound=["all from 0.0.0.0/0"], outbound=[])
    acl = prod.network_acl("in-only", inbound=["100 allow all from 0.0.0.0/0"])
    packet = between("10.0.1.10", "10.0.0.10", 443)
    return _of_pairs(packet, group, acl, "outbound", "all in, no line outbound; a first packet goes out.")


def seen_replies() -> list[Seen]:
    """Let a request in by one line, have no line outbound, and look at the answer."""
    network = shop_with_groups(db_out=[])
    return [
        _seen("Security group: one line in, none outbound.", trace(network, "web", "db", tcp(3306))),
        _seen(
            "Network ACL: one line in, none outbound.", trace(shop_with_one_line(), "web", "db", tcp(3306))
        ),
    ]


def seen_order() -> list[Seen]:
    """Hold one packet against two lines that both fit it, where there is an order in both orders."""
    prod = shop_with_groups()["prod"]
    packet = between("203.0.113.9", "10.0.0.10", 443)
    group = prod.security_group("two", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from 203.0.113.0/24"])
    both = ("allow all from 0.0.0.0/0", "deny all from 203.0.113.9/32")
    first = prod.network_acl("allow-first", inbound=[f"100 {both[0]}", f"200 {both[1]}"])
    last = prod.network_acl("deny-first", inbound=[f"100 {both[1]}", f"200 {both[0]}"])
    return [
        _seen("Security group: `tcp 443` from everybody and from one block; tcp 443 comes.",
              evaluate_security_groups(packet, group, "inbound")),
        _written(
            "Security group: `100 tcp 443 from 0.0.0.0/0`.",
            lambda: prod.security_group("numbered", inbound=["100 tcp 443 from 0.0.0.0/0"]),
            "Such a line cannot be written: there is no place in it for a number.",
        ),
        _seen(f"Network ACL: `100 {both[0]}`, `200 {both[1]}`.",
              evaluate_network_acl(packet, first, "inbound")),
        _seen(f"Network ACL: `100 {both[1]}`, `200 {both[0]}`.",
              evaluate_network_acl(packet, last, "inbound")),
    ]  # fmt: skip


def seen_denies() -> list[Seen]:
    """Try to write a line that denies into each."""
    prod = shop_with_groups()["prod"]
    return [
        _written(
            "Security group: `deny tcp 443 from 203.0.113.9/32`.",
            lambda: prod.security_group("no", inbound=["deny tcp 443 from 203.0.113.9/32"]),
            "Such a line cannot be written: there is no place in it for a verdict.",
        ),
        _written(
            "Network ACL: `90 deny tcp 443 from 203.0.113.9/32`.",
            lambda: prod.network_acl("no", inbound=["90 deny tcp 443 from 203.0.113.9/32"]),
            "",
        ),
    ]


def seen_names() -> list[Seen]:
    """Try to name a group in a line of each."""
    prod = shop_with_groups()["prod"]
    return [
        _written(
            "Security group: `tcp 3306 from web`.",
            lambda: prod.security_group("by-name", inbound=["tcp 3306 from web"]),
            "",
        ),
        _written(
            "Network ACL: `100 allow tcp 3306 from web`.",
            lambda: prod.network_acl("by-name", inbound=["100 allow tcp 3306 from web"]),
            "Such a line cannot be written: a block of addresses is wanted.",
        ),
    ]


def _both_ways(group: Any, acl: Any) -> list[Seen]:
    """Return what a group and a network ACL say to a stranger's packet in, and to a first packet out."""
    coming = between("10.0.0.10", "10.0.1.10", 3306)
    going = between("10.0.1.10", "10.0.0.10", 443)
    return [
        *_of_pairs(coming, group, acl, "inbound", "a packet comes in."),
        *_of_pairs(going, group, acl, "outbound", "a packet goes out."),
    ]


def seen_new() -> list[Seen]:
    """Make a group and a network ACL, write nothing, and send packets both ways."""
    prod = shop_with_groups()["prod"]
    return _both_ways(prod.security_group("new"), prod.network_acl("new"))


def seen_default() -> list[Seen]:
    """Send packets through the default ones; for the group also a member's."""
    network = shop_with_groups()
    prod = network["prod"]
    network["front-a"].instance("member")
    network["data-a"].instance("other-member")
    member = trace(network, "member", "other-member", tcp(3306))
    return [
        *_both_ways(prod.default_security_group, prod.default_network_acl),
        _seen("Security group: a member's packet comes in.", member),
    ]


def seen_dns() -> list[Seen]:
    """Close all lists around `db`, and let it ask the VPC's own DNS."""
    way = trace(shop_with_closed_border(), "db", "10.0.0.2", udp(53))
    return [_seen("Group and network ACL let nothing through. `db` asks the VPC's DNS.", way)]


OPENNESS = {"++": "a", "--": "b", "-+": "c"}


def openness(seen: Callable[[], list[Seen]]) -> tuple[str, str]:
    """Return how open a group and a network ACL are, from what they said to packets in and out."""
    passed = [ok for _, ok, _ in seen()]
    group, acl = (OPENNESS["".join("+" if passed[n] else "-" for n in (col, col + 2))] for col in (0, 1))
    return ("d" if group == "c" and passed[4:] == [True] else group, acl)


def order_found() -> tuple[str, str]:
    """Return what decides between two lines that fit."""
    _, numbered, allow_first, deny_first = (ok for _, ok, _ in seen_order())
    decides = {(True, False): "a", (True, True): "b", (False, False): "c"}[allow_first, deny_first]
    return ("a" if numbered else "b", decides)


def _each(seen: Callable[[], list[Seen]], passes: str, stops: str) -> Callable[[], tuple[str, ...]]:
    """Return the function that turns an experiment into a key for each column."""

    def keys() -> tuple[str, ...]:
        found = [passes if ok else stops for _, ok, _ in seen()]
        return tuple(found * 2)[:2]

    return keys


def _shown(seen: Callable[[], list[Seen]]) -> Callable[[], Table]:
    """Return the function that shows an experiment."""

    def mark(ok: bool, said: str) -> str:
        good, bad = ("taken", "refused") if said.startswith("Such a line") else ("passes", "stopped")
        return f"✔ {good}" if ok else f"✖ {bad}"

    def table() -> Table:
        rows = ((tried.replace("`", ""), mark(ok, said), said) for tried, ok, said in seen())
        return Table(("what was tried", "what became of it", "why"), tuple(rows))

    return table


HOW_OPEN = {
    "a": "everything in, everything out",
    "b": "nothing in, nothing out",
    "c": "nothing in, everything out",
    "d": "its own members in, everything out",
}
TABLE = Compare(
    columns=("security group", "network ACL"),
    rows=(
        Aspect(
            "guards",
            "What it guards",
            {
                "a": "each machine that has it, against neighbours too",
                "b": "a subnet's border, nothing inside",
            },
            _each(seen_inside, "b", "a"),
            _shown(seen_inside),
        ),
        Aspect(
            "directions",
            "Which directions have lines of their own",
            {"a": "inbound and outbound", "b": "inbound alone"},
            _each(seen_outbound, "b", "a"),
            _shown(seen_outbound),
        ),
        Aspect(
            "answer",
            "An answer to what was let in",
            {"a": "passes without a line", "b": "needs a line"},
            _each(seen_replies, "a", "b"),
            _shown(seen_replies),
        ),
        Aspect(
            "order",
            "Which of several lines decides",
            {
                "a": "the first that fits, by its number",
                "b": "any that fits: one is enough",
                "c": "one that denies, if there is any",
                "d": "the most exact one",
            },
            order_found,
            _shown(seen_order),
        ),
        Aspect(
            "verdicts",
            "What a line can say",
            {"a": "allow or deny", "b": "allow only"},
            _each(seen_denies, "a", "b"),
            _shown(seen_denies),
        ),
        Aspect(
            "new",
            "A new one lets pass",
            HOW_OPEN,
            lambda: openness(seen_new),
            _shown(seen_new),
        ),
        Aspect(
            "default",
            "The default one lets pass",
            HOW_OPEN,
            lambda: openness(seen_default),
            _shown(seen_default),
        ),
        Aspect(
            "named",
            "Who can be named at the other end",
            {"a": "blocks of addresses, and groups", "b": "blocks of addresses only"},
            _each(seen_names, "a", "b"),
            _shown(seen_names),
        ),
        Aspect(
            "dns",
            "A question to the VPC's own DNS",
            {"a": "can be stopped", "b": "cannot be stopped"},
            _each(seen_dns, "b", "a"),
            _shown(seen_dns),
        ),
    ),
)


EXERCISES = (
    Exercise(
        id="10-last-step",
        title="The last step",
        prompt=(
            "Rows 11 and 12 of the table above are empty. Row 11 is the border of `front-a`, where "
            "the answer comes home."
        ),
        kind=Step(
            given=shop_with_front_acl,
            flow=Intent("web", "db", tcp(3306)),
            at="front-acl",
            asks="passes",
            leg="reply",
            picture=False,
        ),
        hints=(
            "Does the packet leave `front-a` here, or does it enter? That says which of the two "
            "lists is read.",
            "A line's port is compared with the port that the packet is going to, behind the second colon.",
            "The packet goes to port 40000. The inbound list has one line, for tcp 443, and then the end.",
        ),
        deciding="port 40000",
        why=(
            "No inbound line of `front-acl` fits tcp 40000, so its end, `*`, stops the answer. Row 12 would "
            "have let it pass: the group of `web` knows the connection. Row 2 was another list: the same "
            "network ACL, outbound."
        ),
        also_right=("Stops", "stops here", "STOPS "),
        traps=(
            Trap(
                "passes",
                "M03",
                "The request left `front-a` by this network ACL, and the guard there has forgotten "
                "it. To the guard this is a packet like any other that wants in. Read the inbound "
                "list with it:",
            ),
        ),
        evidence=show_answer_at_front,
    ),
    Exercise(
        id="10-first-steps",
        title="The first steps",
        prompt="Rows 1, 2, 3 and 5 of the table above are empty. What stands in rows 2, 3 and 5?",
        kind=Choice(
            {
                "a": "passes, passes, passes: two borders and a route, as for every packet in a VPC",
                "b": "does not apply, three times",
                "c": "row 5 stops it: `data-acl` has no line for 10.0.1.11",
            }
        ),
        hints=(
            "Find both instances on the map of the puzzle. Which lines does the packet cross?",
            "A border list is read when a packet enters or leaves the subnet.",
            "Both are in `data-a`: 10.0.1.11 and 10.0.1.10 are in the one block 10.0.1.0/24.",
        ),
        deciding="both are in",
        why=(
            "The packet never leaves `data-a`, so no border list is read and no route table asked. "
            "Two checks are left, both of groups: out at `reports`, in at `db`."
        ),
        solution="b",
        also_right=("B", "b)", "does not apply, three times"),
        traps=(
            Trap(
                "a",
                "IMP-d",
                "If `data-acl` had been read, it would have stopped the packet, as you see below. But the "
                "packet arrives.",
            ),
            Trap(
                "c",
                "M09",
                "You read the list well: below is what it would say. And still the packet arrives. Somebody "
                "did not ask the list.",
            ),
        ),
        evidence=show_inside,
    ),
    Exercise(
        id="10-shut-out",
        title="One address out, everybody else in",
        prompt=(
            "`front-a` has its own list now, `front-acl`. Inbound:\n\n"
            "- `100 allow tcp 443 from 0.0.0.0/0` (customers)\n"
            "- `110 allow tcp 1024-65535 from 0.0.0.0/0` (answers to `web`)\n\n"
            "Shut out the attacker at 203.0.113.9, and nobody else. The office, 203.0.113.70, is a neighbour "
            "of that address. (The group of `web` would let the office log in with tcp 22. This border does "
            'not, and shall not.) `shop["front-acl"].entries(inbound=[...])` writes all inbound '
            "lines at once; "
            "the outbound ones stay."
        ),
        kind=Edit(
            given=shop_with_sound_lists,
            intents=(
                Intent(ATTACKER, "web", tcp(443), must=False),
                Intent(internet, "web", tcp(443)),
                Intent(OFFICE, "web", tcp(443)),
                Intent("web", PAYMENT, tcp(443)),
                Intent("web", "db", tcp(3306)),
                Intent(OFFICE, "web", tcp(22), must=False),
                Intent("web", internet, tcp(22), must=False),
            ),
        ),
        hints=(
            "Which of the lines that are there lets the attacker in today?",
            "The line that shuts him out must be read before that one. Lines are read by their numbers.",
            "Write three lines: `90 deny all from 203.0.113.9/32`, and behind it 100 and 110 as they are.",
        ),
        deciding="90 deny",
        why=(
            "The line that denies is read before the one that lets customers in, and fits one address. In "
            "the outbound list it would stop answers, but the attacker's packets would still come to `web`."
        ),
        solution=shut_out,
        also_right=(shut_out_by_new_numbers, shut_out_the_answers),
        traps=(
            Trap(
                shut_out_late,
                "M08",
                "Your line names the attacker exactly, and it denies. It is never read for him: a "
                "line with a lower number fits first, and reading ends there.",
                when=denied_late,
            ),
            Trap(
                shut_out_by_a_new_acl,
                "M10",
                "A network ACL whose lines only deny lets nobody pass: behind the last number everything is "
                "denied, for customers too.",
                when=only_denied,
            ),
            Trap(
                shut_out_all_but_the_office,
                "M07",
                "You changed the group of `web`. Its lines can only let people in, so the way to keep one "
                "address out is to let the rest of the world in by other lines. Customers are shut out now.",
                when=web_group_changed,
            ),
        ),
    ),
    Exercise(
        id="10-nat",
        title="Answers for a NAT gateway",
        prompt=(
            "`app` stands in a private subnet with the default network ACL and fetches updates through a NAT "
            "gateway in `front-a`: tcp 443 to the internet. No answer comes. `front-acl` lets "
            "everything out; inbound it has one line:\n\n"
            "- `100 allow tcp 443 from 0.0.0.0/0`\n\n"
            "What is missing inbound?"
        ),
        kind=Choice(
            {
                "a": "nothing: line 100 lets the answers in, they come from port 443",
                "b": "`110 allow tcp 32768-61000 from 0.0.0.0/0`: the ports that `app`, a Linux "
                "machine, picks",
                "c": "`110 allow tcp 1024-65535 from 0.0.0.0/0`",
                "d": "nothing: what `front-acl` let out may come back in",
            }
        ),
        hints=(
            "Who on the internet's side of the NAT gateway has picked the port that the answer goes to?",
            "A NAT gateway puts its own address and a port of its own on each packet (chapter 05).",
            "The NAT gateway picks from 1024 to 65535, whatever `app` had picked.",
        ),
        deciding="from 1024",
        why=(
            "The answer goes to the port that the NAT gateway picked, anywhere from 1024 to 65535. The line "
            "is at the border of `front-a`, where the gateway stands. (Line 100 is needed too: it lets the "
            "request of `app` into `front-a`.)"
        ),
        solution="c",
        also_right=("C", "c)", "`110 allow tcp 1024-65535 from 0.0.0.0/0`"),
        traps=(
            Trap(
                "a",
                "M04",
                "The answer comes *from* port 443. A line of a network ACL looks at the port that a packet "
                "goes *to*. Read in the trace which one that is.",
            ),
            Trap(
                "b",
                "M04",
                "These are the ports of `app`. The answer is not for `app` yet when it comes to `front-a`: "
                "read in the trace whose port it goes to there.",
            ),
            Trap(
                "d",
                "M03",
                "The request was let out, and the trace shows where its answer ends. A network ACL knows of "
                "no request when the answer comes.",
            ),
        ),
        evidence=show_update,
    ),
    Exercise(
        id="10-table",
        title="Security group and network ACL",
        prompt=(
            "Fill the table from what you saw. One row at a time is fine: the check tells what holds "
            "and what is still open."
        ),
        kind=TABLE,
        hints=(
            "Nearly every row was tried out in this chapter or in the one before. Look up the trace rather "
            "than guess.",
            "Ask for each column: does it remember a connection, does it read in an order, and can it say "
            "no? Three rows follow from that.",
            "A new group lets everything out; a new network ACL has nothing but its end, `*`. And "
            "the DNS row is the same in both columns.",
        ),
        deciding="its end",
        why="You filled it from evidence. It is worth printing: most questions about the two are in it.",
        also_right=(
            {
                "guards": "ab",
                "directions": "aa",
                "answer": "a b",
                "order": "b, a",
                "verdicts": "ba",
                "new": "cb",
                "default": "da",
                "named": "ab",
                "dns": "bb",
            },
        ),
        traps=(
            Trap(
                {"guards": ("a", "a")},
                "M09",
                "A neighbour in the same subnet sent a packet, with each of the two closed. See who stopped "
                "it.",
            ),
            Trap(
                {"answer": ("a", "a")},
                "M03",
                "One of the two remembers what it let in. Look at the answers below.",
            ),
            Trap(
                {"answer": ("b", "b")},
                "M05",
                "One of the two had no line outbound at all, and look what became of the answer.",
            ),
            Trap(
                {"order": ("a", "a")},
                "M06",
                "A line of a group has no number, and what one line allows no other takes back.",
            ),
            Trap(
                {"order": ("b", "c")},
                "M08",
                "Two lines fit, one allows and one denies. Below they stand in both orders, and the outcome "
                "is not the same.",
            ),
            Trap(
                {"order": ("b", "d")},
                "M08",
                "The line with the one address is the more exact one in both lists below. See whether it "
                "always gets its way.",
            ),
            Trap(
                {"verdicts": ("a", "a")},
                "M07",
                "One of the two lines below could not even be written.",
            ),
            Trap(
                {"new": ("c", "a")},
                "M10",
                "The network ACL below is new, and nobody wrote a line. Compare it with the default one.",
            ),
            Trap(
                {"dns": ("a", "a")},
                "M33",
                "Everything around `db` was closed, in both directions, and this is what became of its "
                "question.",
            ),
        ),
    ),
    Exercise(
        id="10-ticket",
        title="It opens, sometimes",
        prompt=(
            "Yesterday a colleague tightened the list at the border of `front-a`. Since then "
            "customers write: “The shop hangs.” Others write: “It hung, I tried again, and it "
            "opened.” One line is wrong. These are the lines' purposes:\n\n"
            "| direction | lines |\n| --- | --- |\n"
            "| inbound | requests of customers (tcp 443); answers to what `web` asks |\n"
            "| outbound | answers to customers; requests to the payment service (tcp 443, any address); "
            "requests to `db` (tcp 3306 to 10.0.1.0/24) |\n\n"
            "Find it with `probe`, with as few probes as you can. Then write the lines of that one direction "
            "anew. `web` gets no way out that it does not need."
        ),
        kind=Edit(
            given=shop_with_narrow_answers,
            intents=(
                Intent(internet, "web", tcp(443)),
                Intent("web", PAYMENT, tcp(443)),
                Intent("web", "db", tcp(3306)),
                Intent("web", internet, tcp(22), must=False),
                Intent(OFFICE, "web", tcp(22), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            picture=False,
            hidden=("db",),
            also=some_customers_wait,
        ),
        hints=(
            "The same customer fails, tries again, and gets in. What is different about the second try?",
            "Requests to tcp 443 look alike whatever port the client picked. In which direction, and at what "
            "kind of list, does the client's port decide?",
            "The line for answers, outbound, lets 32768 to 61000 pass: what Linux clients pick. Write it for "
            "1024-65535, and beside it the two lines for requests: tcp 443, and tcp 3306 to 10.0.1.0/24.",
        ),
        deciding="32768 to 61000",
        why=(
            "The outbound line let answers pass to ports 32768-61000 only. Every client picks a new port for "
            "each connection, and many pick others: Windows 49152-65535, a NAT gateway 1024-65535. Groups "
            "could not be the reason: they know the connection, whatever its ports."
        ),
        solution=mend,
        also_right=(mend_with_a_second_line,),
        traps=(
            Trap(
                mend_the_group,
                "M05",
                "You changed the group of `web`. It let these customers in before, and their answers out: a "
                "group remembers.",
                when=web_group_changed,
            ),
            Trap(
                mend_the_way_in,
                "M03",
                "You changed the inbound lines. The request got in before, too; and what got in is not let "
                "out for that reason.",
                when=lambda network: changed(network, "inbound"),
            ),
            Trap(
                mend_by_the_service_port,
                "M04",
                "No outbound line of yours is for answers to customers. `tcp 443` fits packets that go *to* "
                "port 443, and answers do not.",
                when=without_answers,
            ),
        ),
    ),
    Exercise(
        id="10-order",
        title="Three lines",
        prompt=(
            "The block 203.0.113.0/24 belongs to a provider whose customers attack the shop. The office, "
            "203.0.113.64/28, is in it, too. It must get in, the rest of the block must not, "
            "and everybody else must. Put the three inbound lines in order, the lowest number first."
        ),
        kind=Order(OFFICE_LINES),
        hints=(
            "Take one address of the office and read down your list: which line fits first?",
            "A line that fits more than another one hides it, if it comes first.",
            "From the smallest block to the largest: /28 comes first here.",
        ),
        deciding="/28 comes first",
        why=(
            "The office is caught by the first line, the rest of its block by the second, everybody else by "
            "the third. No rule says that exact lines come first: you have to put them there."
        ),
        solution=[OFFICE_LINES[1], OFFICE_LINES[2], OFFICE_LINES[0]],
        also_right=(
            (OFFICE_LINES[1], OFFICE_LINES[2], OFFICE_LINES[0]),
            " > ".join((OFFICE_LINES[1], OFFICE_LINES[2], OFFICE_LINES[0])),
        ),
        traps=(
            Trap(
                [OFFICE_LINES[2], OFFICE_LINES[1], OFFICE_LINES[0]],
                "M08",
                "The strict line comes first and fits the office too. What stands behind it is not read for "
                "the office.",
            ),
            Trap(
                [OFFICE_LINES[0], OFFICE_LINES[1], OFFICE_LINES[2]],
                "M08",
                "The first line fits every address. However exact the others are, nobody reads them.",
                when=lambda order: order[0] == OFFICE_LINES[0],
            ),
        ),
        evidence=show_office_order,
    ),
    Exercise(
        id="10-border",
        title="Both directions",
        prompt=(
            "`data-acl` is new and serves `data-a`: nothing gets through. Write its lines so that `web` "
            "reaches `db` with tcp 3306, and nothing else crosses the border. Groups are as before, but "
            "`old-db` beside `db` has one that lets everything in: only the border protects it, from `web` "
            "and from `trial`, a machine in a third subnet. "
            '`shop["data-acl"].entries(inbound=[...], outbound=[...])` writes the lines.'
        ),
        kind=Edit(
            given=shop_with_new_acl_and_old_db,
            intents=(
                Intent("web", "db", tcp(3306)),
                Intent("web", "old-db", tcp(22), must=False),
                Intent("trial", "old-db", tcp(3306), must=False),
                Intent("old-db", "web", tcp(443), must=False),
                Intent("reports", "db", tcp(3306)),
            ),
            also=still_crosses,
        ),
        hints=(
            "Say aloud what crosses the border of `data-a`, in which direction, to which port. Two "
            "things do.",
            "The request goes to the port of the database. The answer goes to the port that `web` picked.",
            "Inbound: allow tcp 3306 from 10.0.0.0/24. Outbound: allow tcp 1024-65535 to 10.0.0.0/24.",
        ),
        deciding="1024-65535",
        why=(
            "One line in for requests, one line out for answers, and the end denies the rest. "
            "`reports` still reaches `db`: it crosses no border."
        ),
        solution=write_lists,
        also_right=(write_lists_for_web_alone,),
        traps=(
            Trap(
                write_one_way,
                "M03",
                "The request is let in, and there is no line for its answer: a network ACL does not "
                "remember.",
                when=one_way_only,
            ),
            Trap(
                write_same_port_back,
                "M04",
                "Your outbound line is for packets that go to port 3306. The answer goes to the port that "
                "`web` picked.",
                when=out_to_the_service,
            ),
            Trap(
                write_deny_behind,
                "M08",
                "You deny what must not pass, and behind a lower number that lets everything pass. The deny "
                "line is never read.",
                when=hidden_deny,
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="10-p1",
        question="`web` asks `db`: tcp 3306. What happens?",
        given=shop_with_one_line,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "delivered": (
                "M03",
                "The border list let the request in, and did not remember it when the answer came.",
            ),
        },
        after="""
The group of `db` knew the connection and let the answer pass: it is stateful (chapter 09). A network ACL is
**stateless**: it remembers nothing, and judges each packet by itself. Think of a guard at the prefecture's
border who forgets every traveller at once. Whoever comes back is a stranger, and needs a line in the list for
the other direction.

`data-acl` has no line outbound, so the answer met the end of that list. Each list ends with `*`, which denies
whatever no line before it fits, and which nobody can take away.
""",
    ),
    Prediction(
        id="10-p2",
        question=(
            "`web` asks `db` again, and now the answer comes back. On their way the two packets meet groups "
            "and network ACLs. How many of these checks need a line that fits, both ways together?"
        ),
        given=shop,
        picture=False,
        flow=Intent("web", "db", tcp(3306)),
        choices={
            "four": "four: those on the way of the request",
            "six": "six: those on the way of the request, and two more",
            "eight": "eight: the answer needs as many as the request",
        },
        truth=lines_needed,
        beliefs={
            "four": ("M03", "The answer crosses both borders again, and no border remembers the request."),
            "eight": (
                "M05",
                "Two of the checks on the way back are at groups, and groups know the connection.",
            ),
        },
        after="""
One connection between two subnets has six checks that need a line:

| | list | direction | the packet goes to port |
| --- | --- | --- | --- |
| 1 | group of `web` | out | 3306 |
| 2 | network ACL of `front-a` | out | 3306 |
| 3 | network ACL of `data-a` | in | 3306 |
| 4 | group of `db` | in | 3306 |
| 5 | network ACL of `data-a` | out | 40000, which `web` picked |
| 6 | network ACL of `front-a` | in | 40000, which `web` picked |

In the stepper below these are steps 1, 2, 5, 6, 8 and 11. In steps 7 and 12 the answer passes the groups,
which know the connection and need no line. In steps 3 and 9 a route table is asked.
""",
    ),
    Prediction(
        id="10-p3",
        question=(
            "Somebody at 203.0.113.9 attacks the shop. You add a line to the inbound list of the default "
            "network ACL, which serves `front-a`. It now holds `100 allow all from 0.0.0.0/0` and "
            "`200 deny all from 203.0.113.9/32`. The attacker sends tcp 443 to `web`. What happens?"
        ),
        given=shop_with_late_deny,
        picture=False,
        flow=Intent(ATTACKER, "web", tcp(443)),
        beliefs={
            "blocked": (
                "M08",
                "Line 200 is the more exact one, and the strict one. But nobody reads that far.",
            ),
            "reply-blocked": (
                "M08",
                "The outbound list lets all answers out, and line 200 of the inbound list was never read.",
            ),
        },
        after="""
Each line of a network ACL has a **rule number**. The guard reads from the lowest number up, and stops at the
first line that fits: that one decides, whatever stands behind it. Neither the exact line nor the strict one
has precedence. (Routes are different: there the longest prefix wins, wherever it stands.)

People number in steps of ten or a hundred, so that a line can be put in between later.
""",
    ),
    Prediction(
        id="10-p4",
        question=(
            "Next try: you make a new network ACL, `front-acl`, for `front-a`. It gets one line in each "
            "direction: number 90 denies everything from 203.0.113.9, and to it. You write no more. A "
            "customer (192.0.2.1) opens the shop. What happens?"
        ),
        given=shop_with_only_a_deny,
        picture=False,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": (
                "M10",
                "Only the default network ACL starts with a line that lets everything pass. Yours does not.",
            ),
            "reply-blocked": ("M10", "The request does not get so far: the inbound list has an end, too."),
        },
        after="""
| network ACL | lines from the start | subnets from the start |
| --- | --- | --- |
| the **default network ACL** of the VPC | `100 allow all`, then `*` | all, until you give them another |
| one that you make | only `*` | none |

A subnet has exactly one network ACL: a new one takes the place of the old one. One network ACL can serve many
subnets.
""",
    ),
    Prediction(
        id="10-p5",
        question=(
            "The group of `db` has no line at all, in neither direction. `data-acl` denies everything, both "
            "ways. `db` asks the VPC's own DNS at 10.0.0.2 for an address: udp 53. What happens?"
        ),
        given=shop_with_closed_border,
        picture=False,
        flow=Intent("db", "10.0.0.2", udp(53)),
        beliefs={
            "blocked": ("M33", "Neither list is asked here, so neither can stop it."),
            "reply-blocked": ("M33", "Neither list is asked here, on neither way."),
        },
        after="""
Some services of the VPC itself pass every list: its DNS, DHCP (which gives an instance its address), the
instance metadata service at 169.254.169.254, the time service and a few more. Whoever took over `db` could
still ask the DNS, and smuggle data out inside such questions. To filter what may be asked there is a service
of its own, Route 53 Resolver DNS Firewall. A DNS server that you run yourself is ordinary traffic.
""",
    ),
    Prediction(
        id="10-p6",
        question=(
            "All six checks let `web` ask `db`. Now `db` wants to tell `web` something and starts a "
            "connection itself: tcp 443. The group of `web` lets that in. What happens?"
        ),
        given=shop,
        flow=Intent("db", "web", tcp(443)),
        beliefs={
            "delivered": (
                "IMP-d",
                "The six checks were for connections that `web` starts. This is another one.",
            ),
            "reply-blocked": (
                "M03",
                "This request does not even leave `data-a`: nobody wrote a line for it.",
            ),
        },
        after="""
Six checks belong to one connection, and to who starts it. For connections that `db` starts there would be
another six: out to 443, back to a port that `db` picked.
""",
    ),
    Prediction(
        id="10-p7",
        question=(
            "To save work a colleague makes one network ACL for both subnets, `shared-acl`. Inbound: "
            "`100 allow tcp 443 from 0.0.0.0/0`, `110 allow tcp 3306 from 10.0.0.0/24`. Outbound: "
            "`100 allow tcp 1024-65535 to 0.0.0.0/0`. `web` asks `db`. What happens?"
        ),
        given=shop_with_one_list_for_both,
        picture=False,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "delivered": (
                "M09",
                "One list for both subnets does not make them one: between them there are still two borders.",
            ),
            "blocked": (
                "M04",
                "The request passes: port 3306 lies in 1024-65535. Look at the port that the answer goes to.",
            ),
        },
        after="""
The shared list was read four times: out and in for the request, out and in for the answer. The fourth time,
at the border of `front-a`, no line fitted port 40000.
""",
    ),
    Prediction(
        id="10-p8",
        question=(
            "The attacker at 203.0.113.9 has a connection to `web` open, tcp 443. You put a line against him "
            "in front, in the default network ACL that serves `front-a`. What becomes of the open connection?"
        ),
        given=shop,
        picture=False,
        flow=Later(
            'first = ["90 deny all from 203.0.113.9/32", "100 allow all from 0.0.0.0/0"]\n'
            'shop["prod"].default_network_acl.entries(inbound=first)',
            Intent(ATTACKER, "web", tcp(443)),
        ),
        choices=words.LASTS,
        beliefs={
            "kept": ("M03", "To go on, the border would have to remember it."),
        },
        after="""
A security group lets a connection that it tracks go on after its line is gone (chapter 09). A network ACL
judges every packet, so the next one is stopped. The same holds for a mistake: a wrong line cuts what was
working.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="10-why",
        question=(
            "A colleague says: “`data-acl` lets tcp 3306 in, so our database works. And if not, the security "
            "group will let the answers out.” What do you answer, in one or two sentences?"
        ),
        model=(
            "A network ACL remembers nothing, so the answer needs a line of its own, outbound, to the port "
            "that the client picked; and the group cannot help, because a packet must pass every list on its "
            "way."
        ),
        points=(
            "A network ACL is stateless: the answer is judged anew.",
            "The answer goes to the client's port, not to 3306.",
            "One list that allows does not overrule another that denies.",
        ),
    ),
)
