"""Chapter 13, The whole path: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from io import StringIO
from typing import Any

from vpclab import Intents, Topology, Trace, compare, icmp, internet, records, tcp, trace
from vpclab.course.cards import Table
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Diagnose, Edit, Intent, Match, quietly
from vpclab.course.stepping import walk
from vpclab.course.tickets.lines import Case
from vpclab.topology.examples import shop_with_office

# --- the networks ------------------------------------------------------------------------------------------

PAYMENT = internet("203.0.113.80")
ROWS = (
    ("internet", "web", "tcp 443"),
    ("web", "app", "tcp 8080"),
    ("app", "db", "tcp 3306"),
    ("app", PAYMENT, "tcp 443"),
    ("internet", "db", "tcp 3306", "must not"),
    ("web", "db", "tcp 3306", "must not"),
)


def shop() -> Topology:
    """Return the shop as planned: web, application, database, a NAT gateway, a network ACL for the data."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24", az="a")
    inside = prod.subnet("app-a", "10.0.1.0/24", az="a")
    data = prod.subnet("data-a", "10.0.2.0/24", az="a")
    prod.route_table("public", subnets=[public]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.route_table("private", subnets=[inside]).route("0.0.0.0/0", to=public.nat_gateway("nat"))
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("app", inbound=["tcp 8080 from web"])
    prod.security_group("db", inbound=["tcp 3306 from app"])
    prod.network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.1.0/24"],
        outbound=["100 allow tcp 1024-65535 to 10.0.1.0/24"],
        subnets=[data],
    )
    public.instance("web", elastic_ip=True, security_groups=["web"])
    inside.instance("app", security_groups=["app"])
    data.instance("db", security_groups=["db"])
    return network


@quietly
def morning() -> Topology:
    """Return the shop after a night of work at its database: three checks stop the application."""
    network = shop()
    network["prod"].security_group("db", inbound=["tcp 3306 from web"])
    network["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 443 from 10.0.1.0/24"],
        outbound=["100 allow tcp 3306 to 10.0.1.0/24"],
    )
    return network


@quietly
def after_the_first_fix() -> Topology:
    """Return the shop after a colleague corrected the one entry that he looked at."""
    network = morning()
    network["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.1.0/24"],
        outbound=["100 allow tcp 3306 to 10.0.1.0/24"],
    )
    return network


@quietly
def opened_wide() -> Topology:
    """Return the shop after a colleague opened everything that stood in the way, to the whole VPC."""
    network = morning()
    network["prod"].security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    network["prod"].network_acl(
        "data", inbound=["100 allow all from 10.0.0.0/16"], outbound=["100 allow all to 10.0.0.0/16"]
    )
    return network


@quietly
def shop_with_nat_elsewhere() -> Topology:
    """Return the shop with its NAT gateway in a new subnet that is public by its name alone."""
    network = shop()
    network["nat"].remove()
    elsewhere = network["prod"].subnet("public-c", "10.0.3.0/24", az="c")
    network["private"].route("0.0.0.0/0", to=elsewhere.nat_gateway("nat-c"))
    return network


def shop_with_stock() -> Topology:
    """Return the shop with a partner's VPC, and a route to it on one side."""
    network = shop()
    prod, partner = network["prod"], network.vpc("partner", "10.1.0.0/16")
    shelf = partner.subnet("stock-a", "10.1.0.0/24")
    partner.security_group("stock", inbound=["tcp 5432 from 10.0.1.0/24"])
    shelf.instance("stock", security_groups=["stock"])
    network["private"].route("10.1.0.0/16", to=prod.peer(partner, "pcx"))
    return network


def with_copy(network: Topology) -> Topology:
    """Return a network with a copy of the database beside it, which only the network ACL guards."""
    network["prod"].security_group("copy", inbound=["all from 10.0.0.0/16"])
    network["data-a"].instance("copy", security_groups=["copy"])
    return network


@quietly
def morning_with_copy() -> Topology:
    """Return the morning's network with the copy in it."""
    return with_copy(morning())


@quietly
def office_without_propagation() -> Topology:
    """Return the office's network after one route table stopped taking the VPN's routes."""
    network = shop_with_office()
    network["data-routes"].stop_propagating("vgw")
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def mend(shop: Topology) -> None:
    """Mend the three things, each as narrowly as the plan had it."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from app"])
    shop["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.1.0/24"],
        outbound=["100 allow tcp 1024-65535 to 10.0.1.0/24"],
    )


def mend_by_address(shop: Topology) -> None:
    """Name the one machine by its address, at the door and at the border."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from 10.0.1.10/32"])
    shop["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.1.10/32"],
        outbound=["100 allow tcp 1024-65535 to 10.0.1.10/32"],
    )


def open_wide(shop: Topology) -> None:
    """Open everything to the whole VPC."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    shop["prod"].network_acl(
        "data", inbound=["100 allow all from 10.0.0.0/16"], outbound=["100 allow all to 10.0.0.0/16"]
    )


def open_the_border(shop: Topology) -> None:
    """Mend the door, and open the border to everything from the application's subnet."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from app"])
    shop["prod"].network_acl(
        "data", inbound=["100 allow all from 10.0.1.0/24"], outbound=["100 allow all to 10.0.1.0/24"]
    )


def only_the_border(shop: Topology) -> None:
    """Mend the network ACL, and leave the group that names another group."""
    shop["prod"].network_acl(
        "data",
        inbound=["100 allow tcp 3306 from 10.0.1.0/24"],
        outbound=["100 allow tcp 1024-65535 to 10.0.1.0/24"],
    )


def forget_the_answer(shop: Topology) -> None:
    """Mend what the request meets."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from app"])
    shop["prod"].network_acl("data", inbound=["100 allow tcp 3306 from 10.0.1.0/24"])


def answer_by_group(shop: Topology) -> None:
    """Give the group a rule for the answers, where the network ACL needs one."""
    shop["prod"].security_group(
        "db", inbound=["tcp 3306 from app"], outbound=["tcp 1024-65535 to 10.0.1.0/24"]
    )
    shop["prod"].network_acl("data", inbound=["100 allow tcp 3306 from 10.0.1.0/24"])


# --- what the checks look at -------------------------------------------------------------------------------


def stopped_by(way: Trace) -> str:
    """Return how many checks stop a flow."""
    return str(len(way.blockers))


def rejects(way: Trace) -> str:
    """Return how many lines with REJECT the flow logs hold."""
    return str(sum(line.split()[-2] == "REJECT" for line in str(records(way)).splitlines()[1:]))


def why_no_ping(way: Trace) -> str:
    """Return what leaves a ping without an answer."""
    return "door" if [b.kind for b in way.blockers] == ["security_group"] else "down"


def compared(change: Callable[[Any], object]) -> Any:
    """Return what a change made otherwise than the plan has it."""
    network = morning_with_copy()
    with redirect_stdout(StringIO()):
        change(network)
        found = compare(with_copy(shop()), network)
    return f"**compare(plan, yours)**: {found}."


def wider_than_the_plan(network: Topology) -> tuple[Any, ...]:
    """Return what the rows do not see: a client's port without an entry, or a list that opens more."""
    for port in (2000, 62000):
        way = trace(network, "app", "db", tcp(3306, src_port=port))
        if not way.reaches:
            said = f"All rows hold, but `app` picks a new port for each connection. Here it picked {port}."
            return (said, way)
    if compare(with_copy(shop()), network):
        return ("All rows hold, but compared with the plan something else changed.",)
    for src, dst, port in (("web", "db", 3306), ("app", "db", 22), ("db", "app", 22), ("db", "web", 443)):
        planned, now = (trace(each, src, dst, tcp(port)) for each in (with_copy(shop()), network))
        left = {(b.kind, b.leg) for b in now.blockers}
        for blocker in planned.blockers:
            if (blocker.kind, blocker.leg) not in left:
                return (
                    f"All rows hold, but the {blocker.kind.replace('_', ' ').replace('acl', 'ACL')} "
                    f"`{blocker.component.name}` is wider than in the plan: there it stops {now.flow}, too. "
                    "Now another list stands there alone.",
                    now,
                )
    return ()


NAT_INSIDE = "The NAT gateway nat stands in the private subnet app-a, so it has no way out itself."
LED_TO = (
    "The packet came to `nat` and no further, and the gate of `public-a` works. One suspect is left: "
    "somebody made `nat` anew, in a private subnet. You would name `nat`, NO_ROUTE_TO_DESTINATION."
)
PROBES = {
    "a": Intent("app", "db", tcp(3306)),
    "b": Intent("app", internet, tcp(443)),
    "c": Intent(internet, "web", tcp(443)),
    "d": Intent("web", "app", icmp()),
}


@cache
def case() -> Case:
    """Return the shop as a case for tickets."""
    return Case("shop", shop(), Intents(ROWS))


def split(key: str) -> Table:
    """Return what a probe would tell under each suspect of the first ticket, and how many are left then."""
    found: dict[str, int] = defaultdict(int)
    for suspect in case().explanations((3,)):
        found[str(case().expected(suspect, PROBES[key]))] += 1
    rows = sorted(found.items(), key=lambda row: -row[1])
    return Table(("the probe would tell", "suspects left"), tuple((text, str(n)) for text, n in rows))


def questioned() -> Table:
    """Return two probes of the first ticket, what they tell, and how many suspects are left after each."""
    left = case().explanations((3,))
    (truth,) = (each for each in left if str(each[0]) == NAT_INSIDE)
    rows = []
    for probe in (PROBES["b"], PROBES["c"]):
        said = case().expected(truth, probe)
        left = [each for each in left if case().expected(each, probe) == said]
        rows.append((probe.flow, str(said), str(len(left))))
    return Table(("probe", "tells", "suspects left"), tuple(rows))


def judged_probe(key: str) -> tuple[Any, ...]:
    """Return how a probe parts the suspects; for the best one, also where it leads."""
    if key != "b":
        return (split(key),)
    return (split(key), "And this is how it goes on:", questioned(), LED_TO)


def show_nat(value: tuple[str, str]) -> Any:
    """Return the whole request, once its last row was named."""
    way = trace(shop_with_nat_elsewhere(), "app", PAYMENT, tcp(443))
    kind = Diagnose(shop_with_nat_elsewhere, Intent("app", PAYMENT, tcp(443)))
    return walk(way, leg="request") if kind.find(value, ()).right else ()


def show_stock(key: str) -> Any:
    """Return the table that is read, or, for the right choice, the whole way."""
    network = shop_with_stock()
    routes = tuple((str(r.destination), str(r.target)) for r in network["private"].value.routes)
    names = {"local": "local", **{v.id: v.name for v in network.snapshot()}}
    table = Table(("route table private: destination", "target"), tuple((d, names[t]) for d, t in routes))
    return walk(trace(network, "app", "stock", tcp(5432)), leg="request") if key == "b" else table


CODES = (
    "SUBNET_ACL_RESTRICTION", "ENI_SG_RULES_MISMATCH", "SG_HAS_NO_RULES", "NO_ROUTE_TO_DESTINATION",
    "BAD_STATE_ROUTE", "MORE_SPECIFIC_ROUTE", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
)  # fmt: skip
RIGHT_CODES = {
    "a": "SUBNET_ACL_RESTRICTION",
    "b": "BAD_STATE_ROUTE",
    "c": "ENI_SG_RULES_MISMATCH",
    "d": "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS",
    "e": "MORE_SPECIFIC_ROUTE",
}


def misses(letter: str) -> Callable[[Any], bool]:
    """Return the test for pairs that give a letter another code than its own."""
    return lambda pairs: dict(pairs).get(letter) != RIGHT_CODES[letter]


EXERCISES = (
    Exercise(
        id="13-last-row",
        title="The last row",
        prompt=(
            "Row 9 of the table above is empty: there the request ends. Which component stops it, and with "
            "which explanation code?"
        ),
        kind=Diagnose(given=shop_with_nat_elsewhere, flow=Intent("app", PAYMENT, tcp(443))),
        hints=(
            "Row 4 shows the packet entering another subnet. Which one, and what does the map say of it?",
            "A packet that leaves a subnet is held against the table that serves it, whatever the subnet is "
            "called.",
            "Nobody gave `public-c` a table, so the main route table serves it. It is called `main`, and "
            "has the local route only.",
        ),
        deciding="is called `main`",
        why=(
            "`nat-c` did its work: it wrote its own address over the source. Then its packet has to leave "
            "`public-c`, and the table there has no signpost to the gate. The name says public, the map says "
            "private."
        ),
        also_right=(
            "main, NO_ROUTE_TO_DESTINATION",
            ["NO_ROUTE_TO_DESTINATION", "route table main"],
            ("main", "no route to destination"),
        ),
        traps=(
            Trap(
                ("nat-c", "NO_ROUTE_TO_DESTINATION"),
                "M16",
                "The NAT gateway works: from row 5 on the packet has its address as the source. A "
                "gateway reads no map of its own. Whose map does its packet meet, when it leaves?",
                when=lambda value: value[0] == "nat-c",
            ),
            Trap(
                ("private", "NO_ROUTE_TO_DESTINATION"),
                "M22",
                "The route table `private` led the packet to `nat-c`, in row 3: it has done its part. The "
                "packet leaves a subnet a second time.",
                when=lambda value: value[0] == "private",
            ),
            Trap(
                ("public-c", "NO_ROUTE_TO_DESTINATION"),
                "M13",
                "You are in the right place. But a subnet decides nothing, and its name even less: which "
                "component says where packets go that leave it?",
                when=lambda value: value[0] == "public-c",
            ),
            Trap(
                ("igw", "IGW_PUBLIC_IP_ASSOCIATION_FOR_EGRESS"),
                "M12",
                "The packet never comes to the gate. That a gate is attached leads nobody there.",
                when=lambda value: value[0] == "igw",
            ),
        ),
        evidence=show_nat,
    ),
    Exercise(
        id="13-first-rows",
        title="The first rows",
        prompt="Rows 1 to 3 of the table above are empty. What stands there?",
        kind=Choice(
            {
                "a": "door and border let it out; then 0.0.0.0/0 leads to `nat`",
                "b": "door and border let it out; then 10.1.0.0/16 leads to `pcx`",
                "c": "door and border let it out; then no route fits, and `app` gets no answer",
                "d": "the door of `app` stops it: its list has no rule for the answer",
            }
        ),
        hints=(
            "Look at the rows that are given: how far did the request come?",
            "The request arrived. Compare which routes of the sender's table hold 10.1.0.10.",
            "Two routes hold it, and the one for 10.1.0.0/16 is the longer one; it leads to the peering.",
        ),
        deciding="leads to the peering",
        why=(
            "On the way there everything is in order. The answer fails, for the partner's side has no "
            "signpost back: a peering needs a route on both sides. Who looks at the request alone finds "
            "nothing."
        ),
        solution="b",
        also_right=("B", "b)", "door and border let it out; then 10.1.0.0/16 leads to `pcx`"),
        traps=(
            Trap(
                "a",
                "M19",
                "0.0.0.0/0 holds 10.1.0.10, too. Look for another route that holds it; the place in the "
                "table does not decide between them.",
            ),
            Trap(
                "c",
                "M23",
                "Rows 5 and 6 show that the request came to `stock`, so a route fitted here. There are two "
                "sides to a peering, and each has a table.",
            ),
            Trap(
                "d",
                "M05",
                "Rows 5 and 6 show that the request came to `stock`, so no door stopped it. And a security "
                "group needs no rule for an answer.",
            ),
        ),
        evidence=show_stock,
    ),
    Exercise(
        id="13-codes",
        title="The name of the reason",
        prompt=(
            "Five mornings, five causes. Which code does each get?\n\n"
            "- a: the entry for 1024-65535 to 10.0.1.0/24 is gone from the network ACL of `data-a`\n"
            "- b: the NAT gateway was deleted, and the route 0.0.0.0/0 still leads to it\n"
            "- c: the group at the door of `db` admits tcp 3306 from `web`; `app` asks\n"
            "- d: `web` lost its Elastic IP address; a customer writes to it\n"
            "- e: somebody added 203.0.113.0/24 → `igw` to the table `private`; `app` asks 203.0.113.80\n\n"
            "The codes are below; two of them are left over. Write "
            '`{"a": "…", "b": "…"}` and so on, with all five letters.'
        ),
        kind=Match(items=("a", "b", "c", "d", "e"), choices=CODES),
        hints=(
            "Ask of each cause first where it sits: door, border, signpost or gate?",
            "A list that has rules, of which none fits, is not a list without rules. A signpost to "
            "nowhere is not a missing one.",
            'For b the route stands there, but what it leads to does not work: "BAD_STATE_ROUTE". In e two '
            "routes fit, and the longer one wins.",
        ),
        deciding="BAD_STATE_ROUTE",
        why=(
            "A code says what kind of check stops the packet, and so where to look. It does not say what to "
            "change: SUBNET_ACL_RESTRICTION may mean an entry for the request or one for the answer."
        ),
        solution=RIGHT_CODES,
        also_right=(
            {letter: code.lower().replace("_", " ") for letter, code in RIGHT_CODES.items()},
            [[letter.upper(), code] for letter, code in RIGHT_CODES.items()],
        ),
        traps=(
            Trap(
                {**RIGHT_CODES, "a": "ENI_SG_RULES_MISMATCH"},
                "M05",
                "Look at a again: a list has lost its entry for the answer. The group at the door remembers "
                "what it let in, and asks no rule about the answer. Which list does not remember?",
                when=misses("a"),
            ),
            Trap(
                {**RIGHT_CODES, "c": "SG_HAS_NO_RULES"},
                "M30",
                "Look at c again: the list has a rule. It names a group that `app` does not carry.",
                when=misses("c"),
            ),
            Trap(
                {**RIGHT_CODES, "b": "NO_ROUTE_TO_DESTINATION"},
                "M19",
                "Look at b again: a route still fits, and it is the one that is taken. No other one steps in "
                "when its target is gone.",
                when=misses("b"),
            ),
            Trap(
                {**RIGHT_CODES, "d": "NO_ROUTE_TO_DESTINATION"},
                "M28",
                "Look at d again: nothing has changed at `web` itself, and no signpost is asked on the way "
                "in. Where was the public address turned into the one of `web`?",
                when=misses("d"),
            ),
            Trap(
                {**RIGHT_CODES, "e": "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"},
                "M19",
                "Look at e again: 0.0.0.0/0 → `nat` is still there, and its target works. Which of the two "
                "routes takes the packet, and why that one?",
                when=misses("e"),
            ),
        ),
    ),
    Exercise(
        id="13-first-probe",
        title="The first probe",
        prompt=(
            "Eleven things may be behind the ticket above. Which probe do you send first, so that few are "
            "left, whatever it tells?"
        ),
        kind=Choice({key: f"{probe.flow.replace(' icmp 8/0', ', a ping')}" for key, probe in PROBES.items()}),
        hints=(
            "Imagine each suspect in turn to be the one. What would the probe tell then?",
            "A probe whose answer you know beforehand is wasted. Look for one that has as many suspects on "
            "its way as beside it.",
            "The way to *another address* of the internet passes most suspects, and leaves out those that "
            "concern 203.0.113.80 alone.",
        ),
        deciding="another address",
        why=(
            "Whatever it tells, five or more of the eleven are cleared. A good probe parts the suspects as "
            "evenly as it can, and “last seen” makes three parts of two."
        ),
        solution="b",
        also_right=("B", "b)", "app → internet tcp 443"),
        traps=(
            Trap(
                "a",
                "M43",
                "This way stays inside the VPC: door and local route. Whether `app` reaches the internet is "
                "another question, and most suspects stand on that way. Look what the probe would leave:",
            ),
            Trap(
                "c",
                "M12",
                "This asks after the gate and the signpost of `public-a`. Between `app` and the gate there "
                "is much more that can be wrong. Look what the probe would leave:",
            ),
            Trap(
                "d",
                "M34",
                "The door of `app` admits tcp 8080 and no ping, so there is no answer on a good day, too. "
                "Look what the probe would leave:",
            ),
        ),
        evidence=judged_probe,
    ),
    Exercise(
        id="13-mend",
        title="Mend it, and prove it",
        prompt=(
            "Back to the morning's network with its three blockers. Mend it, each list no wider than in the "
            "plan. New is `copy`, yesterday's copy of the database: its group admits all from 10.0.0.0/16, "
            "so only the network ACL guards it. Lines such as those of the hasty fix change the network, "
            "with `shop` in the place of `wide`."
        ),
        kind=Edit(
            given=morning_with_copy,
            intents=(
                Intent("app", "db", tcp(3306)),
                Intent("web", "app", tcp(8080)),
                Intent("web", "db", tcp(3306), must=False),
                Intent("web", "copy", tcp(3306), must=False),
                Intent("app", "copy", tcp(8080), must=False),
                Intent("app", "db", tcp(22), must=False),
            ),
            picture=False,
            hidden=("db", "copy"),
            also=wider_than_the_plan,
        ),
        hints=(
            "Go through the table of the walk above, blocker by blocker: for each, what did the plan say?",
            "Two entries of the network ACL, and one rule of the group `db`. For the answer it is the port "
            "of the client that counts.",
            "Inbound: tcp 3306 from 10.0.1.0/24. Outbound: tcp 1024-65535 to 10.0.1.0/24. The group: "
            "tcp 3306 from `app`.",
        ),
        deciding="1024-65535",
        why="Three blockers, three narrow changes; each of them alone would have changed nothing for `app`.",
        solution=mend,
        also_right=(mend_by_address,),
        traps=(
            Trap(
                open_wide,
                "M44",
                "`app` reaches `db`, and so does everybody else in the VPC: subnets alone keep nothing "
                "apart. You opened door and border for all of them.",
            ),
            Trap(
                open_the_border,
                "M44",
                "The group `db` is narrow, but the border is open now to everything from `app-a`, and some "
                "doors behind it relied on it.",
            ),
            Trap(
                only_the_border,
                "M30",
                "The border is in order. The rule at the door names the group `web`: it admits the machines "
                "that carry it, and `app` does not.",
            ),
            Trap(
                answer_by_group,
                "M05",
                "A group remembers what it let in; your outbound rule changes nothing. The list that does "
                "not remember stands at the border.",
                when=lambda network: any(
                    rule.to_port == 65535 for rule in network["sg-prod-db"].value.side("outbound")
                ),
            ),
            Trap(
                forget_the_answer,
                "M04",
                "The request arrives. The answer goes to the port that `app` picked for itself, and the "
                "network ACL judges it anew.",
            ),
        ),
        evidence=compared,
    ),
    Exercise(
        id="13-office",
        title="The office waits",
        prompt=(
            "The office looks at its reports over the VPN. Since this morning it waits for an answer. Which "
            "component stops the flow, and with which code?"
        ),
        kind=Diagnose(given=office_without_propagation, flow=Intent("office", "reports", tcp(443))),
        hints=(
            "Follow the request from the office first. Does anything stop it?",
            "On the way in no route table of a subnet is asked. The answer leaves `data-a`: which table "
            "serves it, and does it hold 192.168.0.0/24?",
            "The route table `data-routes` has only its local route; the one of `app-a` still has the "
            "propagated one.",
        ),
        deciding="`data-routes` has only its local route",
        why=(
            "The request arrives, the answer finds no signpost: the table `data-routes` takes no routes of "
            "the VPN any more. `app` still reaches the office, for its table is another one."
        ),
        also_right=(
            "data-routes, NO_ROUTE_TO_DESTINATION",
            ("NO_ROUTE_TO_DESTINATION", "route table data-routes"),
        ),
        traps=(
            Trap(
                ("vpn", "BAD_STATE_VPN"),
                "M23",
                "The tunnels are up, and the request comes through them. A way that is open in one direction "
                "still needs a signpost for the other.",
                when=lambda value: value[0] == "vpn",
            ),
            Trap(
                ("reports", "ENI_SG_RULES_MISMATCH"),
                "M05",
                "The group admits tcp 443 from 192.168.0.0/24, and for the answer it needs no rule.",
                when=lambda value: value[0] == "reports",
            ),
            Trap(
                ("app-routes", "NO_ROUTE_TO_DESTINATION"),
                "M22",
                "That table serves `app-a`. The answer leaves the subnet of `reports`.",
                when=lambda value: value[0] in ("app-routes", "route table app-routes"),
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="13-p1",
        question=(
            "Since this morning `app` gets no answer from `db` (tcp 3306). A colleague finds a wrong entry "
            "in the network ACL of `data-a`, corrects it, and goes for coffee. Now it says:\n\n"
            "- network ACL `data`, inbound: 100 allow tcp 3306 from 10.0.1.0/24\n"
            "- network ACL `data`, outbound: 100 allow tcp 3306 to 10.0.1.0/24\n"
            "- security group `db`, inbound: tcp 3306 from `web`\n\n"
            "`app` is 10.0.1.10 and carries the group `app`. How many checks still stop the connection?"
        ),
        given=after_the_first_fix,
        flow=Intent("app", "db", tcp(3306)),
        picture=False,
        choices={"0": "none: `app` gets its answer", "1": "one", "2": "two"},
        truth=stopped_by,
        beliefs={
            "0": (
                "M03",
                "The network ACL lets the request in. That says nothing of the door behind it, and nothing "
                "of the answer.",
            ),
            "1": (
                "M04",
                "One more is easily found. Look at the reply, too: to which port does it go?",
            ),
        },
        after="""
Each check that stops the flow is a **blocker**, and they stand one behind the other. A tool that names one of
them is right, and still leaves you with the next one. The trace goes on behind a blocker as if it had let the
packet pass, so that you see them all.
""",
    ),
    Prediction(
        id="13-p2",
        question=(
            "Back to the early morning, before anybody mended anything. Three checks stop the connection: "
            "the border of `data-a` on the way in, the door of `db`, and the border again, on the way back. "
            "`app` and `db` both have a flow log. `app` tries to connect. How many lines with REJECT do the "
            "two logs hold?"
        ),
        given=morning,
        flow=Intent("app", "db", tcp(3306)),
        picture=False,
        choices={
            "0": "none: the packet never came to `db`",
            "1": "one",
            "2": "two",
            "3": "three: one for each check that stops it",
        },
        truth=rejects,
        beliefs={
            "0": (
                "M35",
                "What a list of yours refuses is recorded at the interface it was meant for, be it the "
                "border's list or the door's.",
            ),
            "2": ("M35", "A packet is refused once. No log knows what would have come next."),
            "3": ("M35", "A packet is refused once. No log knows what would have come next."),
        },
        after="""
| log of | source → destination | says |
| --- | --- | --- |
| `app` | 10.0.1.10:40000 → 10.0.2.10:3306 | ACCEPT: its door let the packet out |
| `db` | 10.0.1.10:40000 → 10.0.2.10:3306 | REJECT, once, and not which list it was |

A real packet meets one blocker and no more. To see those behind it, you need something
that reads the settings and sends no packet.
""",
    ),
    Prediction(
        id="13-p3",
        question=(
            "A colleague is in a hurry. He lets `db` admit tcp 3306 from 10.0.0.0/16, and the network ACL "
            "of `data-a` pass all from and to 10.0.0.0/16. `app` gets its answers again. Somebody has taken "
            "over `web` and sends tcp 3306 to `db`. What happens?"
        ),
        given=opened_wide,
        flow=Intent("web", "db", tcp(3306)),
        picture=False,
        beliefs={
            "blocked": (
                "M44",
                "`web` stands in another subnet, and that keeps nothing apart: the local route leads from "
                "each to each. What kept `web` away were the two lists.",
            ),
            "reply-blocked": (
                "M03",
                "The outbound entry is as wide as the inbound one, so the answer passes, too.",
            ),
        },
        after="""
The complaint is gone, and so are the two lists that kept `web` away from the customers' data. Nobody
complains about what works. So a fix has two halves: what must work does, and **nothing else does**.

Not even this is all: `db` may now begin connections with `web`, for the border has let go in both directions.
No single trace asks that. The matrix below does.
""",
    ),
    Prediction(
        id="13-p4",
        question=("In the sound shop you ping `app` from `web`, and get no answer. What is the reason?"),
        given=shop,
        flow=Intent("web", "app", icmp()),
        choices={
            "down": "`app` is stopped or has lost its network",
            "door": "the list at the door of `app` admits no ping",
            "route": "no route leads from `public-a` to `app-a`",
        },
        truth=why_no_ping,
        beliefs={
            "down": ("M34", "`app` is well: ask it what it is there for, tcp 8080, and it answers."),
            "route": ("M22", "The local route leads from each subnet to each other one."),
        },
        after="""
Ask with the traffic that people complain about. A ping asks another question, and its silence says little.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="13-why",
        question=(
            "A colleague reports: “Reachability Analyzer named the network ACL, I opened it, ticket closed.” "
            "What do you ask him, in one or two sentences?"
        ),
        model=(
            "Does it work now in both directions, or was that only the first of several blockers? And did "
            "you compare before and after, so that we know that nothing else was opened?"
        ),
        points=(
            "One named blocker may hide others behind it.",
            "A connection needs the answer, too.",
            "A fix is proved by what changed, and by what did not.",
        ),
    ),
)
