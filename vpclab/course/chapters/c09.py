"""Chapter 09, Security groups: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO
from typing import Any

from vpclab import Topology, internet, tcp, trace
from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.comparing import Aspect, Compare
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Edit, Intent, Later, Number, quietly
from vpclab.course.stepping import walk
from vpclab.render import tables
from vpclab.topology.model import SecurityGroup

OFFICE = internet("203.0.113.70")
STRANGER = internet("203.0.113.90")

# --- the networks ------------------------------------------------------------------------------------------


def shop() -> Topology:
    """Return the shop as the lesson builds it: two instances, each with a group of its own."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    gate = prod.internet_gateway()
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=gate)
    prod.security_group("web-sg", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db-sg", inbound=["tcp 3306 from web-sg"], outbound=[])
    front.instance("web", security_groups=["web-sg"]).elastic_ip()
    data.instance("db", security_groups=["db-sg"])
    return network


@quietly
def shop_with_two_groups() -> Topology:
    """Return the shop with a second group at `web`, for the people who look after it."""
    network = shop()
    network["prod"].security_group("office-sg", inbound=["tcp 22 from 203.0.113.64/28"])
    network["front-a"].instance("web", security_groups=["web-sg", "office-sg"])
    return network


@quietly
def shop_with_groups_turned() -> Topology:
    """Return the same shop with the two groups of `web` named in the other order."""
    network = shop_with_two_groups()
    network["front-a"].instance("web", security_groups=["office-sg", "web-sg"])
    return network


@quietly
def shop_with_second_socket() -> Topology:
    """Return the shop with a second network interface at `web`, which carries another group."""
    network = shop()
    prod = network["prod"]
    admin = prod.subnet("admin-a", "10.0.2.0/24", az="a")
    prod.security_group("ops-sg")
    prod.security_group("admin-sg", inbound=["tcp 22 from ops-sg"])
    network["web"].attach(admin.network_interface("web-admin", security_groups=["admin-sg"]))
    admin.instance("ops", security_groups=["ops-sg"])
    return network


@quietly
def shop_with_forgotten_rule() -> Topology:
    """Return the shop with ssh for the office, and below it a rule that a test left behind."""
    network = shop()
    network["web-sg"].allow(inbound=["tcp 22 from 203.0.113.64/28", "tcp 22 from 0.0.0.0/0"])
    return network


@quietly
def shop_with_office_rule() -> Topology:
    """Return the shop with ssh for the office and nobody else."""
    network = shop()
    network["web-sg"].allow(inbound=["tcp 22 from 203.0.113.64/28"])
    return network


@quietly
def shop_with_ssh_for_all() -> Topology:
    """Return the shop with ssh for everybody."""
    network = shop()
    network["web-sg"].allow(inbound=["tcp 22 from 0.0.0.0/0"])
    return network


def new_vpc() -> Topology:
    """Return a VPC of which nobody changed anything, and two instances launched without a word on groups."""
    network = Topology("lab")
    new = network.vpc("new", "10.0.0.0/16")
    new.subnet("left-a", "10.0.0.0/24", az="a").instance("anna")
    new.subnet("right-c", "10.0.1.0/24", az="c").instance("ben")
    return network


def lab() -> Topology:
    """Return the same with two members of a new group, and with `guest`, who lets everything in."""
    network = new_vpc()
    new = network["new"]
    new.security_group("team-sg")
    new.security_group("guest-sg", inbound=["all from 0.0.0.0/0"])
    network["left-a"].instance("cleo", security_groups=["team-sg"])
    network["right-c"].instance("dan", security_groups=["team-sg"])
    network["right-c"].instance("guest", security_groups=["guest-sg"])
    return network


def shop_with_stock() -> Topology:
    """Return the shop with `stock`, which has a public address for a partner and lets `web-sg` in."""
    network = shop()
    network["prod"].security_group(
        "stock-sg", inbound=["tcp 443 from web-sg", "tcp 443 from 203.0.113.80/32"]
    )
    network["front-a"].instance("stock", security_groups=["stock-sg"]).elastic_ip()
    return network


def shop_too_open() -> Topology:
    """Return the shop with a database that lets the whole VPC in, and goes where it likes."""
    network = shop_without_db()
    prod = network["prod"]
    prod.security_group("trial-sg", inbound=["all from 10.0.0.0/16"])
    prod.security_group("db-sg", inbound=["all from 10.0.0.0/16"])
    network["front-a"].instance("web-2", security_groups=["web-sg"])
    network["front-a"].instance("trial", security_groups=["trial-sg"])
    network["data-a"].instance("db", security_groups=["db-sg"])
    return network


def shop_without_db() -> Topology:
    """Return the shop with its web server only."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    prod.subnet("data-a", "10.0.1.0/24", az="a")
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.security_group("web-sg", inbound=["tcp 443 from 0.0.0.0/0"])
    front.instance("web", security_groups=["web-sg"]).elastic_ip()
    return network


def shop_with_twin_group() -> Topology:
    """Return the shop in which `web` carries a group with the rules of `web-sg` and another name."""
    network = shop_without_db()
    prod, front, data = (network[name] for name in ("prod", "front-a", "data-a"))
    prod.security_group("trial-sg", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db-sg", inbound=["tcp 3306 from web-sg"], outbound=[])
    prod.security_group("cache-sg", inbound=["tcp 6379 from web-sg"], outbound=[])
    _carry(network, "web", "trial-sg")
    front.instance("web-2", security_groups=["web-sg"]).elastic_ip()
    front.instance("trial", security_groups=["trial-sg"])
    data.instance("db", security_groups=["db-sg"])
    data.instance("cache", security_groups=["cache-sg"])
    return network


def shop_through_firewall() -> Topology:
    """Return the shop with a firewall instance between `web` and `db`, in both directions."""
    network = shop()
    prod = network["prod"]
    prod.security_group("through-sg", inbound=["all from 10.0.0.0/16"])
    firewall = prod.subnet("inspect-a", "10.0.3.0/24", az="a").instance(
        "firewall", security_groups=["through-sg"], source_dest_check=False, forwards="forward"
    )
    network["front"].route("10.0.1.0/24", to=firewall)
    prod.route_table("data", subnets=["data-a"]).route("10.0.0.0/24", to=firewall)
    return network


def shop_with_crew() -> Topology:
    """Return the shop with two job servers that carry one group, and a third instance beside them."""
    network = shop()
    network["prod"].security_group("jobs-sg")
    network["prod"].security_group("reports-sg")
    network["data-a"].instance("reports", security_groups=["reports-sg"])
    network["data-a"].instance("job-1", security_groups=["jobs-sg"])
    network["data-a"].instance("job-2", security_groups=["jobs-sg"])
    return network


@quietly
def shop_with_overlapping_groups() -> Topology:
    """Return the shop with two groups at `web` whose rules overlap."""
    network = shop()
    network["web-sg"].allow(inbound=["tcp 22 from 203.0.113.64/28"])
    network["prod"].security_group(
        "admin-sg", inbound=["tcp 22 from 203.0.113.70/32", "ping from 203.0.113.64/28"]
    )
    network["front-a"].instance("web", security_groups=["web-sg", "admin-sg"])
    return network


def _carry(network: Topology, instance: str, *groups: str) -> None:
    """Let an instance of `front-a` carry these groups, and say nothing of it."""
    with redirect_stdout(StringIO()):
        network["front-a"].instance(instance, security_groups=groups)


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def tighten(shop: Topology) -> None:
    """Let the web servers ask for data, and nobody else anything; the database begins nothing."""
    shop["db-sg"].revoke(inbound=["all from 10.0.0.0/16"], outbound=["all to 0.0.0.0/0"])
    shop["db-sg"].allow(inbound=["tcp 3306 from web-sg"])


def least_declared(shop: Topology) -> None:
    """Declare the whole group anew."""
    shop["prod"].security_group("db-sg", inbound=["tcp 3306 from web-sg"], outbound=[])


def least_by_address(shop: Topology) -> None:
    """Name the two web servers by their private addresses."""
    shop["prod"].security_group("db-sg", inbound=["tcp 3306 from 10.0.0.10/31"], outbound=[])


def narrow_beside_wide(shop: Topology) -> None:
    """Add the narrow rule, and leave the wide one."""
    shop["db-sg"].allow(inbound=["tcp 3306 from web-sg"])
    shop["db-sg"].revoke(outbound=["all to 0.0.0.0/0"])


def rule_for_replies(shop: Topology) -> None:
    """Add an outbound rule for the ports that answers go to."""
    shop["prod"].security_group(
        "db-sg", inbound=["tcp 3306 from web-sg"], outbound=["tcp 1024-65535 to 10.0.0.0/16"]
    )


def by_public_address(shop: Topology) -> None:
    """Name the web server by its public address."""
    shop["prod"].security_group("db-sg", inbound=["tcp 3306 from 198.51.100.10/32"], outbound=[])


def mend(shop: Topology) -> None:
    """Let `web` carry the group that the lists of the databases name."""
    shop["front-a"].instance("web", security_groups=["web-sg"])


def mend_with_both(shop: Topology) -> None:
    """Add the group, and leave the other."""
    shop["front-a"].instance("web", security_groups=["trial-sg", "web-sg"])


def mend_by_address(shop: Topology) -> None:
    """Let the private address of `web` in at both doors."""
    shop["db-sg"].allow(inbound=["tcp 3306 from 10.0.0.10/32"])
    shop["cache-sg"].allow(inbound=["tcp 6379 from 10.0.0.10/32"])


def name_the_twin(shop: Topology) -> None:
    """Let the members of the other group in, too."""
    shop["db-sg"].allow(inbound=["tcp 3306 from trial-sg"])
    shop["cache-sg"].allow(inbound=["tcp 6379 from trial-sg"])


def copy_rules(shop: Topology) -> None:
    """Write the rules of the databases into the group of the web servers."""
    shop["web-sg"].allow(inbound=["tcp 3306 from web-sg", "tcp 6379 from web-sg"])


def let_answers_out(shop: Topology) -> None:
    """Open the way out of the database for answers."""
    shop["db-sg"].allow(outbound=["all to 0.0.0.0/0"])


def let_them_talk(shop: Topology) -> None:
    """Name the group in its own list."""
    shop["jobs-sg"].allow(inbound=["tcp 8080 from jobs-sg"])


def let_them_talk_by_self(shop: Topology) -> None:
    """Write the same shorter."""
    shop["jobs-sg"].allow(inbound=["tcp 8080 from self"])


def let_them_talk_by_address(shop: Topology) -> None:
    """Name each member by its private address."""
    addresses = [shop[name].private_ip for name in ("job-1", "job-2")]
    shop["jobs-sg"].allow(inbound=[f"tcp 8080 from {address}/32" for address in addresses])


def join_another_group(shop: Topology) -> None:
    """Let both carry one more group in common."""
    shop["prod"].security_group("crew-sg")
    for name in ("job-1", "job-2"):
        shop["data-a"].instance(name, security_groups=["jobs-sg", "crew-sg"])


def name_their_subnet(shop: Topology) -> None:
    """Let the whole subnet in."""
    shop["jobs-sg"].allow(inbound=["tcp 8080 from 10.0.1.0/24"])


# --- what the checks look at -------------------------------------------------------------------------------


def rules_of(network: Topology, group: str, direction: str) -> tuple[str, ...]:
    """Return a group's rules of one direction as texts."""
    value: SecurityGroup = network[group].value
    return tuple(str(rule) for rule in value.side(direction))


def still_wide(network: Topology) -> bool:
    """Return whether the database's wide rule is still there beside another one."""
    found = rules_of(network, "db-sg", "inbound")
    return "all from 10.0.0.0/16" in found and len(found) > 1


def lets_db_begin(network: Topology) -> tuple[Any, ...]:
    """Return what is wrong with a database that has an outbound rule left, or nothing."""
    groups = [network[id] for id in network["db"].interfaces[0].value.group_ids]
    left = [str(rule) for group in groups for rule in group.value.side("outbound")]
    if not left:
        return ()
    said = f"All rows hold, and a rule is left that nobody needs, “{left[0]}”: `db` begins no connection."
    return (said, *(tables(group)[0] for group in groups))


def answers_have_a_rule(network: Topology) -> bool:
    """Return whether somebody wrote an outbound rule for the database, in the place of the one for all."""
    outbound = rules_of(network, "db-sg", "outbound")
    return bool(outbound) and outbound != ("all to 0.0.0.0/0",)


def names_public_address(network: Topology) -> bool:
    """Return whether the database's list names the public address of a web server."""
    return any("198.51.100." in rule for rule in rules_of(network, "db-sg", "inbound"))


def opened_outbound(network: Topology) -> bool:
    """Return whether one of the two databases may begin something now."""
    return any(rules_of(network, group, "outbound") for group in ("db-sg", "cache-sg"))


def twin_is_named(network: Topology) -> bool:
    """Return whether a database lets the members of the trial's group in."""
    return any(
        "trial-sg" in rule for group in ("db-sg", "cache-sg") for rule in rules_of(network, group, "inbound")
    )


def rules_were_copied(network: Topology) -> bool:
    """Return whether the rules of a web server's group were changed."""
    return any(len(rules_of(network, group, "inbound")) > 1 for group in ("web-sg", "trial-sg"))


def carry_more(network: Topology) -> bool:
    """Return whether both job servers carry one more group, and none lets them in."""
    return all(len(network[name].interfaces[0].value.group_ids) > 1 for name in ("job-1", "job-2"))


def subnet_is_named(network: Topology) -> bool:
    """Return whether the group lets a whole subnet in."""
    return any(rule.endswith("10.0.1.0/24") for rule in rules_of(network, "jobs-sg", "inbound"))


def group_of(way: Any) -> str:
    """Return what became of a packet at the door where it stopped: a choice of the table of beginnings."""
    return "b" if way.outcome == "blocked" else "a"


def _side(network: Topology, mate: Intent, other: Intent) -> str:
    """Return what one side of a group lets pass: nothing, what members send each other, or everything."""
    if other.trace(network).reaches:
        return "c"
    return "b" if mate.trace(network).reaches else "a"


def coming_in() -> tuple[str, str]:
    """Return what the two groups let in, by a member's and by a stranger's packet."""
    pairs = (("anna", "ben"), ("cleo", "dan"))
    found = [_side(lab(), Intent(one, two, tcp(22)), Intent("guest", two, tcp(22))) for one, two in pairs]
    return (found[0], found[1])


def going_out() -> tuple[str, str]:
    """Return what the two groups let out, by a packet to a member and one to a stranger who lets all in."""
    pairs = (("anna", "ben"), ("cleo", "dan"))
    found = [_side(lab(), Intent(one, two, tcp(22)), Intent(one, "guest", tcp(22))) for one, two in pairs]
    return (found[0], found[1])


def among_members() -> tuple[str, str]:
    """Return whether two members of each group can talk."""
    ways = (trace(lab(), "anna", "ben", tcp(22)), trace(lab(), "cleo", "dan", tcp(22)))
    return (group_of(ways[0]), group_of(ways[1]))


def tried(*pairs: tuple[str, str]) -> Table:
    """Return what becomes of ssh between these."""
    rows = []
    for src, dst in pairs:
        way = trace(lab(), src, dst, tcp(22))
        rows.append((way.flow, words.OUTCOMES[way.outcome], way.because))
    return Table(("packet", "what happens", "why"), tuple(rows))


def show_coming_in() -> Table:
    """Return what a member's and a stranger's packet meet at each group."""
    return tried(("anna", "ben"), ("guest", "ben"), ("cleo", "dan"), ("guest", "dan"))


def show_going_out() -> Table:
    """Return what goes out to somebody who lets everything in."""
    return tried(("anna", "guest"), ("cleo", "guest"))


def show_mates() -> Table:
    """Return what members send each other."""
    return tried(("anna", "ben"), ("cleo", "dan"))


def show_last_step(key: str) -> Any:
    """Return what refutes a choice: what the other group's rule does, in either order; or the whole way."""
    if key == "c":
        return walk(trace(shop_with_two_groups(), OFFICE, "web", tcp(22)), leg="request")
    network = shop_with_groups_turned() if key == "a" else shop_with_two_groups()
    return trace(network, internet, "web", tcp(443))


def show_first_steps(key: str) -> Any:
    """Return the rules that are to be read, or, for the right choice, the whole way."""
    network = shop()
    if key == "b":
        return walk(trace(network, "db", "web", tcp(443)), leg="request")
    if key == "a":
        known = trace(network, "web", "db", tcp(3306)).reply[0].packet_in
        this = trace(network, "db", "web", tcp(443)).forward[0].packet_in
        rows = ((str(known), "the connection that web began"), (str(this), "no connection that was let in"))
        return Table(("a packet that leaves db", "what it belongs to"), rows)
    return tables(network["db-sg"])[0]


def show_one_out(key: str) -> Any:
    """Return the packet that gets in although a choice should have kept it out."""
    network = shop()
    if key == "c":
        return tables(network["web-sg"])[0]
    if key == "b":
        network["prod"].security_group("strict-sg", inbound=["tcp 443 from 203.0.113.64/28"])
        _carry(network, "web", "web-sg", "strict-sg")
    if key == "d":
        with redirect_stdout(StringIO()):
            network["web-sg"].revoke(outbound=["all to 0.0.0.0/0"])
    return trace(network, STRANGER, "web", tcp(443))


def show_union(value: float) -> Any:
    """Return a packet that refutes a way of counting; for the right number, nothing."""
    network = shop_with_overlapping_groups()
    if value == 4:
        return ()
    if value == 1:
        return trace(network, internet, "web", tcp(443))
    return tables(network["web-sg"])[0], tables(network["admin-sg"])[0]


INNER = {"a": "nothing", "b": "what its own members send each other", "c": "everything"}

EXERCISES = (
    Exercise(
        id="09-last-step",
        title="The last step",
        prompt="Row 6 of the table above is empty: the packet stands at the door of `web`. What happens?",
        kind=Choice(
            {
                "a": "it is stopped: `web-sg` comes first, and has no rule for tcp 22",
                "b": "it is stopped: both groups must let it in, and only one does",
                "c": "it passes: one rule of one group is enough",
                "d": "it passes: `office-sg` was added last, and the last group counts",
            }
        ),
        hints=(
            "Customers still shop while `web` carries both groups. What does that say about two groups?",
            "All rules of all groups at one door make one long list. It has no first and no last.",
            "Look for any rule, in `web-sg` or `office-sg`, that holds tcp 22 and 203.0.113.70. "
            "There is one.",
        ),
        deciding="There is one",
        why=(
            "The rules of all groups at a door count as **one list**. What any of them allows gets in, and "
            "the order of groups or rules means nothing."
        ),
        solution="c",
        also_right=("C", "c)", "it passes: one rule of one group is enough"),
        traps=(
            Trap(
                "a",
                "M06",
                "Below, the groups stand the other way round: `office-sg` first, which has no rule "
                "for tcp 443. "
                "Ask what becomes of a customer there.",
            ),
            Trap(
                "b",
                "M06",
                "Only one of the two groups lets tcp 443 in. Look what becomes of a customer's packet.",
            ),
            Trap(
                "d",
                "M06",
                "`office-sg` is the last group here, too, and has no rule for tcp 443. Look what "
                "becomes of a "
                "customer's packet.",
            ),
        ),
        evidence=show_last_step,
    ),
    Exercise(
        id="09-first-steps",
        title="The first steps",
        prompt="Rows 1 to 3 of the table above are empty. What stands there?",
        kind=Choice(
            {
                "a": "row 1 lets it out: `db` and `web` have talked before; rows 2 and 3 let it pass",
                "b": "row 1 stops it: no outbound rule fits; rows 2 and 3 would let it pass",
                "c": "row 3 stops it: `data-a` is a private subnet",
                "d": "row 1 lets it out: `db-sg` names `web-sg`, whose rules let everything out; "
                "rows 2 and 3 "
                "let it pass",
            }
        ),
        hints=(
            "Who starts this connection? Is the packet an answer to anything?",
            "For a packet that begins a connection the list of its own door is read, on the outbound side.",
            "In the puzzle's code `db-sg` says outbound=[], which is an empty list.",
        ),
        deciding="outbound=[]",
        why=(
            "`web` may ask `db`, and `db` may answer. To begin something itself `db` has no rule. Who starts "
            "the connection decides, and `web-sg` at the other end helps nobody out of this door."
        ),
        solution="b",
        also_right=("B", "b)", "row 1 stops it: no outbound rule fits; rows 2 and 3 would let it pass"),
        traps=(
            Trap(
                "c",
                "IMP-b",
                "`web` stands in the same VPC, so the local route leads there from a private subnet, "
                "too. Look "
                "at what else the packet meets before.",
            ),
            Trap(
                "d",
                "M30",
                "A rule that names a group says who may come in. It brings none of that group's rules with "
                "it. These are all rules that stand at the door of `db`:",
            ),
        ),
        evidence=show_first_steps,
    ),
    Exercise(
        id="09-begin",
        title="Two groups nobody has touched",
        prompt=(
            "Each VPC has a **default security group** from the start. An instance that is launched without "
            "a word about groups carries it, as `anna` and `ben` do. A group that you create yourself is "
            "another thing. `cleo` and `dan` carry such a new one, `team-sg`, to which nobody added a rule. "
            "What does each of the two groups let pass?"
        ),
        kind=Compare(
            ("default group", "new group"),
            (
                Aspect("in", "What it lets in", INNER, coming_in, show_coming_in),
                Aspect("out", "What it lets out", INNER, going_out, show_going_out),
                Aspect(
                    "mates",
                    "One member sends ssh to another",
                    {"a": "it arrives", "b": "it is stopped"},
                    among_members,
                    show_mates,
                ),
            ),
        ),
        hints=(
            "You have seen one packet between `anna` and `ben`. Which two doors did it pass?",
            "Take one side of one list at a time. Has it a rule there, and whom does the rule name?",
            "The way out is open in both. Only the default group has a rule that names itself, for "
            "the way in.",
        ),
        deciding="names itself",
        why=(
            "To carry the same group is no permission. What lets `anna` and `ben` talk is a rule in "
            "which the "
            "default group names itself. A group of yours gets such a rule if you write it (`09-self`, "
            "More practice)."
        ),
        also_right=(
            {"in": "ba", "out": "cc", "mates": "ab"},
            {"mates": ("a", "b"), "out": ("c", "c"), "in": ("b", "a")},
        ),
        traps=(
            Trap(
                {"in": ("b", "a"), "out": ("b", "c"), "mates": ("a", "b")},
                "IMP-c",
                "The rule about its own members stands on one side of the default group only. `guest` "
                "is no member of any of them, and lets everything in.",
                when=lambda cells: "b" in cells.get("out", ()) and cells.get("in", ("b", "a")) == ("b", "a"),
            ),
            Trap(
                {"in": ("b", "b"), "out": ("c", "c"), "mates": ("a", "a")},
                "M31",
                "`cleo` and `dan` carry the same group. Look what becomes of a packet between them.",
                when=lambda cells: cells.get("in", "..")[1] == "b" or cells.get("mates", "..")[1] == "a",
            ),
            Trap(
                {"in": ("a", "a"), "out": ("c", "c"), "mates": ("b", "b")},
                "IMP-l",
                "Not everything starts closed: one of the two groups has a rule for the way in.",
                when=lambda cells: cells.get("in", "..")[0] == "a" or cells.get("mates", "..")[0] == "b",
            ),
        ),
    ),
    Exercise(
        id="09-least",
        title="As little as needed",
        prompt=(
            "“So that it works”, somebody gave `db-sg` the rule “all from 10.0.0.0/16” and left the way out "
            "open. Leave what is needed: the web servers ask with tcp 3306. `trial`, a test server, must not "
            "get in, and `db` begins no connection."
        ),
        kind=Edit(
            given=shop_too_open,
            intents=(
                Intent("web", "db", tcp(3306)),
                Intent("web-2", "db", tcp(3306)),
                Intent("web", "db", tcp(22), must=False),
                Intent("web", "db", tcp(3307), must=False),
                Intent("trial", "db", tcp(3306), must=False),
                Intent("db", "trial", tcp(443), must=False),
                Intent("db", "trial", tcp(40000), must=False),
            ),
            hidden=("db",),
            also=lets_db_begin,
        ),
        hints=(
            "Say in one sentence who needs to begin what. Each part of the sentence is a part of a rule.",
            "What do `web` and `web-2` have in common that `trial` has not? And which rules go?",
            "revoke(...) takes both wide rules away, “all from 10.0.0.0/16” and “all to 0.0.0.0/0”. "
            "allow(...) brings one rule for tcp 3306, from the group web-sg.",
        ),
        deciding="from the group web-sg",
        why=(
            "One protocol, one port, one group. A third web server gets in when it carries `web-sg`, "
            "without a change here. And answers leave without any outbound rule."
        ),
        solution=tighten,
        also_right=(least_declared, least_by_address),
        traps=(
            Trap(
                narrow_beside_wide,
                "M06",
                "The wide rule still stands beside the narrow one, and one rule that fits is enough.",
                when=still_wide,
            ),
            Trap(
                rule_for_replies,
                "M05",
                "Answers passed without an outbound rule. What your outbound rule adds is that `db` "
                "may begin "
                "connections.",
                when=answers_have_a_rule,
            ),
            Trap(
                by_public_address,
                "M29",
                "Inside the VPC no packet of `web` carries its public address: the internet gateway "
                "writes it, "
                "and this packet does not come by there.",
                when=names_public_address,
            ),
        ),
    ),
    Exercise(
        id="09-one-out",
        title="Shut one out",
        prompt=(
            "A program at 203.0.113.90 copies the whole shop, page by page, over tcp 443. All other "
            "customers "
            "shall still get in. What can you do with security groups?"
        ),
        kind=Choice(
            {
                "a": "add “deny tcp 443 from 203.0.113.90/32” to `web-sg`, above the other rule",
                "b": "let `web` carry a second group, which does not let that address in",
                "c": "nothing, as long as `web-sg` lets tcp 443 in from 0.0.0.0/0",
                "d": "take the outbound rule of `web-sg` away, so that no answers leave",
            }
        ),
        hints=(
            "Which words may a rule of a security group begin with?",
            "More rules and more groups let more packets in. Would any of the four make the list shorter?",
            "0.0.0.0/0 holds 203.0.113.90, and no rule can take one address out of another rule's block.",
        ),
        deciding="no rule can take",
        why=(
            "A security group has rules that allow, and no others. To say no to one address you need a list "
            "with “deny”: the network ACL at the subnet's border (chapter 10), or a firewall."
        ),
        solution="c",
        also_right=("C", "c)", "nothing, as long as `web-sg` lets tcp 443 in from 0.0.0.0/0"),
        traps=(
            Trap(
                "a",
                "M07",
                "AWS has no field for “deny” in such a rule, so this one cannot be written. With the "
                "rules that "
                "can be:",
            ),
            Trap(
                "b",
                "M07",
                "A group that does not mention an address does not forbid it. Here `web` carries "
                "`strict-sg`, too, "
                "which knows the office only:",
            ),
            Trap(
                "d",
                "M05",
                "Answers do not need that rule. This is the same packet without it:",
            ),
        ),
        evidence=show_one_out,
    ),
    Exercise(
        id="09-ticket",
        title="Every second page",
        prompt=(
            "Customers write: “Every second page is an error.” The plan says:\n\n"
            "| instance | carries | which lets in |\n| --- | --- | --- |\n"
            "| `web` and `web-2` in `front-a` | `web-sg` | tcp 443 from 0.0.0.0/0 |\n"
            "| `trial`, a test server in `front-a` | `trial-sg` | tcp 443 from 0.0.0.0/0 |\n"
            "| `db` in `data-a` | `db-sg` | tcp 3306 from web-sg |\n"
            "| `cache` in `data-a` | `cache-sg` | tcp 6379 from web-sg |\n\n"
            "Routes, gateway and addresses are as planned. The two groups of `data-a` have no "
            "outbound rules, "
            "the others let everything out. **One thing** differs from the plan. Find it with `probe`, with "
            "as few probes as you can, and put it right."
        ),
        kind=Edit(
            given=shop_with_twin_group,
            intents=(
                Intent(internet, "web", tcp(443)),
                Intent(internet, "web-2", tcp(443)),
                Intent("web", "db", tcp(3306)),
                Intent("web", "cache", tcp(6379)),
                Intent("web-2", "db", tcp(3306)),
                Intent("web-2", "cache", tcp(6379)),
                Intent("trial", "db", tcp(3306), must=False),
                Intent("trial", "cache", tcp(6379), must=False),
                Intent("db", "trial", tcp(443), must=False),
                Intent("cache", "trial", tcp(443), must=False),
            ),
            picture=False,
            hidden=("db", "cache"),
        ),
        hints=(
            "Half of the pages work. Which of the two web servers makes the others, and what does it "
            "not get?",
            "Two doors with different lists turn `web` away and let `web-2` in. One change explains both, so "
            "look at what the two lists have in common.",
            "Both name `web-sg`, and `web` is no member: it carries `trial-sg`, whose rules are the same. "
            "Declare `web` again with the right group.",
        ),
        deciding="carries `trial-sg`",
        why=(
            "`web` carried `trial-sg`. Customers noticed nothing, for its rules are those of `web-sg`. But "
            "`db-sg` and `cache-sg` let in the members of `web-sg`, and the same rules make no member."
        ),
        solution=mend,
        also_right=(mend_with_both, mend_by_address),
        traps=(
            Trap(
                name_the_twin,
                "M30",
                "`web` gets its data, and so does `trial`: it carries the same group.",
                when=twin_is_named,
            ),
            Trap(
                copy_rules,
                "M30",
                "The doors of `db` and `cache` read their own lists. What stands in the list of a web server "
                "counts at the web server.",
                when=rules_were_copied,
            ),
            Trap(
                let_answers_out,
                "M05",
                "Answers leave without an outbound rule. It is the question of `web` that is not let in, and "
                "now the databases may begin connections.",
                when=opened_outbound,
            ),
        ),
    ),
    Exercise(
        id="09-self",
        title="Two of a kind",
        prompt=(
            "`job-1` and `job-2` share the work of the night and ask each other, with tcp 8080, who does "
            "what. They carry the same new group, `jobs-sg`, and stand in the same subnet. Let them talk, "
            "and nobody else, and nothing but tcp 8080."
        ),
        kind=Edit(
            given=shop_with_crew,
            intents=(
                Intent("job-1", "job-2", tcp(8080)),
                Intent("job-2", "job-1", tcp(8080)),
                Intent("job-1", "job-2", tcp(22), must=False),
                Intent("reports", "job-1", tcp(8080), must=False),
                Intent("web", "job-1", tcp(8080), must=False),
                Intent("web", "job-2", tcp(8080), must=False),
            ),
            hidden=("db", "job-1", "job-2"),
        ),
        hints=(
            "What did the default group have that a new group has not?",
            "The members of a group are named as those of any other group: in a rule. Which group do they "
            "carry?",
            "An inbound rule of `jobs-sg` for tcp 8080 may name `jobs-sg`, the group it stands in.",
        ),
        deciding="may name `jobs-sg`",
        why=(
            "A group that names itself lets its members in. Without such a rule they are strangers to each "
            "other, even side by side in one subnet."
        ),
        solution=let_them_talk,
        also_right=(let_them_talk_by_self, let_them_talk_by_address),
        traps=(
            Trap(
                join_another_group,
                "M31",
                "Now they have two groups in common, and neither has a rule that lets the other one in.",
                when=carry_more,
            ),
            Trap(
                name_their_subnet,
                "M31",
                "They do stand in one subnet, and so does `reports`, which has no business there.",
                when=subnet_is_named,
            ),
        ),
    ),
    Exercise(
        id="09-union",
        title="Two lists at one door",
        prompt=(
            "`web` carries two groups:\n\n"
            "- `web-sg`: tcp 443 from 0.0.0.0/0; tcp 22 from 203.0.113.64/28\n"
            "- `admin-sg`: tcp 22 from 203.0.113.70/32; ping from 203.0.113.64/28\n\n"
            "Six packets come: tcp 443 from 192.0.2.1; tcp 22 from 203.0.113.70; tcp 22 from 203.0.113.66; "
            "tcp 22 from 203.0.113.90; ping from 203.0.113.66; tcp 80 from 192.0.2.1. How many get in?"
        ),
        kind=Number(),
        hints=(
            "Take one packet at a time, and look for a rule that fits it in either list.",
            "One rule is enough. That another rule or another group does not mention the packet takes "
            "nothing away.",
            "The two that stay outside are tcp 22 from .90, which is past the end of the /28, and tcp 80.",
        ),
        deciding="past the end",
        why=(
            "The narrow rule of `admin-sg` for .70 changes nothing: the wider one of `web-sg` lets the whole "
            "office in. Only the rule for ping adds something."
        ),
        solution=4,
        also_right=("4", 4.0),
        traps=(
            Trap(
                3,
                "M06",
                "That is what the first group lets in. Read its neighbour's rules as if they stood in the "
                "same list.",
            ),
            Trap(
                1,
                "M06",
                "That is what both groups let in. Does a customer need a rule in `admin-sg`?",
            ),
        ),
        evidence=show_union,
    ),
)

PREDICTIONS = (
    Prediction(
        id="09-p1",
        question=(
            "`web` asks `db` for a price: tcp 3306. `db-sg` lets that in, and has no outbound rule. What "
            "happens?"
        ),
        given=shop,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "reply-blocked": (
                "M05",
                "The answer leaves through a door whose outbound list is empty. Nobody read that list.",
            ),
            "blocked": ("IMP-b", "`db` is in a private subnet, and `web` is inside the same wall."),
        },
        after="""
A security group is **stateful**: it remembers what it let pass, and lets the answers pass, whatever its
lists say. A connection that it remembers is a **tracked connection**.
""",
    ),
    Prediction(
        id="09-p2",
        question=(
            "`web` got a second network interface, `web-admin`, at 10.0.2.10. It carries `admin-sg`: tcp 22 "
            "from ops-sg. The first interface, at 10.0.0.10, carries `web-sg` as before. `ops`, a member of "
            "`ops-sg`, sends tcp 22 to 10.0.0.10. What happens?"
        ),
        given=shop_with_second_socket,
        flow=Intent("ops", "10.0.0.10", tcp(22)),
        beliefs={
            "delivered": (
                "IMP-p",
                "`admin-sg` belongs to the same instance, and was not asked: the packet came to the other "
                "interface.",
            ),
            "reply-blocked": ("M05", "The packet does not even get in, so there is nothing to answer."),
        },
        after="""
To 10.0.2.10 the same packet is let in. So the list hangs at the **network interface**, and “instance” is
short for whatever has one:

| carries security groups | takes none |
| --- | --- |
| an EC2 instance, for each of its interfaces | a subnet, a VPC |
| a database of RDS | an internet gateway |
| an Application Load Balancer | a NAT gateway, though it has an interface |
| an interface endpoint (chapter 11) | a gateway endpoint (chapter 11) |
""",
    ),
    Prediction(
        id="09-p3",
        question=(
            "The inbound rules of `web-sg`, as the console lists them: tcp 443 from 0.0.0.0/0; tcp 22 from "
            "203.0.113.64/28, the office; tcp 22 from 0.0.0.0/0, left over from a test. A stranger at "
            "203.0.113.90 sends tcp 22. What happens?"
        ),
        given=shop_with_forgotten_rule,
        flow=Intent(STRANGER, "web", tcp(22)),
        beliefs={
            "blocked": (
                "M06",
                "The office's rule comes first, and does not fit the stranger. That is no “no”: the next one "
                "fits.",
            ),
            "reply-blocked": ("M05", "What was let in is answered without a rule of its own."),
        },
        after="""
A rule can say “yes” or nothing. So the order means nothing, a narrow rule takes nothing away from a wide
one, and to close a door you take a rule away.
""",
    ),
    Prediction(
        id="09-p4",
        question=(
            "Now only the office's rule for tcp 22 is there. Somebody in the office is logged in to `web`. "
            "You take the rule away. What becomes of the open connection?"
        ),
        given=shop_with_office_rule,
        flow=Later(
            'shop["web-sg"].revoke(inbound=["tcp 22 from 203.0.113.64/28"])', Intent(OFFICE, "web", tcp(22))
        ),
        choices=words.LASTS,
        beliefs={
            "cut": (
                "M32",
                "The group remembers this connection, and does not read its list for it any more.",
            ),
        },
        after="""
Only new connections meet the changed list. A tracked one goes on until somebody ends it, or it is idle for
too long. To cut it at once takes a network ACL (chapter 10). Is it the same for every rule? `09-p7` in More
practice asks.
""",
    ),
    Prediction(
        id="09-p5",
        question=(
            "A new VPC, two subnets, an instance in each. Nobody named a security group or changed anything. "
            "`anna` sends tcp 22 to `ben`. What happens?"
        ),
        given=new_vpc,
        picture=False,
        flow=Intent("anna", "ben", tcp(22)),
        beliefs={
            "blocked": (
                "IMP-l",
                "Local route, network ACL, security group: each of them was open for this one.",
            ),
            "reply-blocked": ("M05", "An answer to what was let in needs no rule."),
        },
        after="""
| in a new VPC of your own | at the start |
| --- | --- |
| to and from the internet | closed: no gateway, no route |
| from subnet to subnet | open: the local route |
| the network ACL of each subnet | open |
| the security group of each instance | depends: see the next exercise |
""",
    ),
    Prediction(
        id="09-p6",
        question=(
            "`stock` counts the goods. `stock-sg` lets tcp 443 in from `web-sg`, and from a partner. `stock` "
            "has the public address 198.51.100.11, and a programmer has given just that to `web`, a "
            "member of "
            "`web-sg`. `web` sends tcp 443 to 198.51.100.11. What happens?"
        ),
        given=shop_with_stock,
        flow=Intent("web", "198.51.100.11", tcp(443)),
        beliefs={
            "delivered": (
                "M29",
                "Look at the source with which the packet comes to `stock-sg`: it is not the address "
                "of a member.",
            ),
            "reply-blocked": ("M05", "An answer needs no rule, but the question must get in first."),
        },
        after="""
The packet went out through the gateway and came back as one from 198.51.100.10. A reference means the
members' **private** addresses. Sent to 10.0.0.11, the packet is let in. So:

| a rule that names `web-sg` | |
| --- | --- |
| lets in | whoever carries `web-sg`, at the private addresses |
| does not add | the rules of `web-sg` |
| does not know | members that come by a public address |
""",
    ),
    Prediction(
        id="09-p7",
        question=(
            "Here `web-sg` lets tcp 22 in from 0.0.0.0/0, and everything out to 0.0.0.0/0. Somebody "
            "is logged "
            "in. You take the rule for tcp 22 away. What becomes of the open connection?"
        ),
        given=shop_with_ssh_for_all,
        flow=Later(
            'shop["web-sg"].revoke(inbound=["tcp 22 from 0.0.0.0/0"])', Intent(OFFICE, "web", tcp(22))
        ),
        choices=words.LASTS,
        after="""
One rule lets this connection in from every address, and another lets everything out to every address. So
the group has no need to remember, and saves itself the work: such a connection is not tracked. Each of its
packets meets the list as it is now.

| the connection came in by | the way out | tracked? | the rule goes |
| --- | --- | --- | --- |
| tcp 22 from 203.0.113.64/28 | all to 0.0.0.0/0 | yes | it goes on |
| tcp 22 from 0.0.0.0/0 | tcp 443 to 0.0.0.0/0 | yes | it goes on |
| tcp 22 from 0.0.0.0/0 | all to 0.0.0.0/0 | no | it ends |

Ping is always tracked, and so is what goes through a NAT gateway.
""",
    ),
    Prediction(
        id="09-p8",
        question=(
            "`front` now leads 10.0.1.0/24 to `firewall`, and the table of `data-a` leads 10.0.0.0/24 "
            "there. It is an instance that looks at packets and passes them on with the same addresses, and "
            "its own group lets all of it pass. `web` asks `db`: tcp 3306. `db-sg` lets that in from "
            "`web-sg`. What happens?"
        ),
        given=shop_through_firewall,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "delivered": (
                "M29",
                "The source still is the private address of `web`, but AWS no longer knows that a "
                "member sent it.",
            ),
            "reply-blocked": ("M05", "It is the question that is not let in."),
        },
        after="""
A reference does not know members whose packets come through an appliance. There, name the other side by its
block: tcp 3306 from 10.0.0.0/24, or one address with /32.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="09-why",
        question=(
            "A colleague says: “`web-sg` is open to the whole internet, and `db-sg` lets `web-sg` in. So our "
            "database is open to the whole internet.” What do you answer, in a sentence or two?"
        ),
        model=(
            "`db-sg` names the members of `web-sg` and takes over none of its rules, so only instances that "
            "carry `web-sg` get in, from their private addresses and with tcp 3306; but who takes over a web "
            "server can ask for data, and that is why no more than this is allowed."
        ),
        points=(
            "A reference means members, at their private addresses.",
            "It does not add the rules of the group that it names.",
            "What a web server may do, its attacker may do, too: keep it little.",
        ),
    ),
)
