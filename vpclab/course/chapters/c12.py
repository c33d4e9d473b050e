"""Chapter 12, Flow logs: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import cache
from typing import Any

from vpclab import Packet, Topology, Trace, data_path, icmp, internet, load_aws, tcp, udp
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Edit, Finding, Intent, Match, Number, quietly
from vpclab.course.logreading import NINE, shop_day
from vpclab.evaluate.filters import evaluate_network_acl
from vpclab.flowlogs import Flow, records, top_talkers
from vpclab.render import tables
from vpclab.topology.model import INBOUND, OUTBOUND, NatGateway, NetworkAcl, SecurityGroup, Subnet

MONITOR = internet("203.0.113.70")
THIEF = "203.0.113.188"
ADMIN = internet("203.0.113.7")
GUESSER = internet("192.0.2.244")

# --- the networks ------------------------------------------------------------------------------------------


def shop() -> Topology:
    """Return the shop as the lesson builds it: `web` for customers, `db` behind a group and a network ACL."""
    network = Topology("shop", region="ap-northeast-1")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.network_acl(
        "acl-data",
        inbound=["100 allow tcp 3306 from 10.0.0.0/24"],
        outbound=["100 allow tcp 1024-65535 to 10.0.0.0/24"],
        subnets=[data],
    )
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db", inbound=["tcp 3306 from web"])
    front.instance("web", security_groups=["web"]).elastic_ip()
    data.instance("db", security_groups=["db"])
    return network


@quietly
def shop_with_wrong_port() -> Topology:
    """Return the shop after somebody wrote 3306 where the replies' ephemeral ports belong."""
    network = shop()
    network["prod"].network_acl(
        "acl-data",
        inbound=["100 allow tcp 3306 from 10.0.0.0/24"],
        outbound=["100 allow tcp 3306 to 10.0.0.0/24"],
    )
    return network


def shop_with_closed_front() -> Topology:
    """Return the shop with a network ACL at the web server's subnet that knows customers only."""
    network = shop()
    network["prod"].network_acl(
        "acl-front",
        inbound=["100 allow tcp 443 from 0.0.0.0/0"],
        outbound=["100 allow all to 0.0.0.0/0"],
        subnets=["front-a"],
    )
    return network


@quietly
def shop_without_outbound() -> Topology:
    """Return the shop with a group at the database that has no outbound rule left."""
    network = shop()
    network["prod"].security_group("db", inbound=["tcp 3306 from web"], outbound=[])
    return network


def shop_with_own_dns() -> Topology:
    """Return the shop with a DNS server that somebody runs on an instance beside `web`."""
    network = shop()
    network["prod"].security_group("dns", inbound=["udp 53 from web"])
    network["front-a"].instance("dns", private_ip="10.0.0.53", security_groups=["dns"])
    return network


@cache
def _web_shop() -> Topology:
    return load_aws(data_path("topologies/web-shop"))


def web_shop() -> Topology:
    """Return the shop whose days are in the logs."""
    return _web_shop().copy()


@quietly
def web_shop_at_noon() -> Topology:
    """Return it as it is from noon of day E on: the database's subnets let their replies go to 3306 only."""
    network = web_shop()
    network["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow tcp 3306 to 10.0.10.0/23"],
    )
    return network


@quietly
def web_shop_open_to_ssh() -> Topology:
    """Return it as it is on day C: the group of `web` lets everybody try to log in."""
    network = web_shop()
    network["prod"].security_group("web", inbound=[*HTTP, "tcp 22 from 0.0.0.0/0"])
    return network


HTTP = ("tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0")

# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def mend(shop: Topology) -> None:
    """Let the replies out to the ephemeral ports of the application servers."""
    asked = ["100 allow tcp 3306 from 10.0.10.0/23"]
    answered = ["100 allow tcp 1024-65535 to 10.0.10.0/23"]
    shop["prod"].network_acl("db", inbound=asked, outbound=answered)


def mend_in_two_rules(shop: Topology) -> None:
    """Name the two subnets one by one, and the ports that Linux picks."""
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.10.0/24", "110 allow tcp 3306 from 10.0.11.0/24"],
        outbound=["100 allow tcp 32768-65535 to 10.0.10.0/24", "110 allow tcp 32768-65535 to 10.0.11.0/24"],
    )


def mend_for_all(shop: Topology) -> None:
    """Let everything out."""
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.10.0/23"],
        outbound=["100 allow all to 0.0.0.0/0"],
    )


def mend_by_default_acl(shop: Topology) -> None:
    """Give the subnets back to the default network ACL."""
    shop["prod"].default_network_acl.associate("db-a", "db-c")


def mend_the_group(shop: Topology) -> None:
    """Write rules for replies into the group."""
    shop["prod"].security_group("db", inbound=["tcp 3306 from app", "tcp 1024-65535 from app"])


def mend_the_group_outbound(shop: Topology) -> None:
    """Write outbound rules for replies into the group."""
    shop["prod"].security_group(
        "db", inbound=["tcp 3306 from app"], outbound=["tcp 1024-65535 to 10.0.10.0/23"]
    )


def mend_the_way_in(shop: Topology) -> None:
    """Open the way in, which was open."""
    shop["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 1-65535 from 10.0.10.0/23"],
        outbound=["100 allow tcp 3306 to 10.0.10.0/23"],
    )


def close_the_door(shop: Topology) -> None:
    """Let the administrator log in, and nobody else."""
    allowed = ["tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0", "tcp 22 from 203.0.113.7/32"]
    shop["prod"].security_group("web", inbound=allowed)


def close_the_border(shop: Topology) -> None:
    """Let the border of the subnet turn away all who want to log in, but for the administrator."""
    shop["prod"].default_network_acl.entries(
        inbound=[
            "80 allow tcp 22 from 203.0.113.7/32",
            "90 deny tcp 22 from 0.0.0.0/0",
            "100 allow all from 0.0.0.0/0",
        ],
        outbound=["100 allow all to 0.0.0.0/0"],
    )


def shut_one_out(shop: Topology) -> None:
    """Deny the one address at the border of the subnet."""
    shop["prod"].default_network_acl.entries(
        inbound=["90 deny tcp 22 from 192.0.2.244/32", "100 allow all from 0.0.0.0/0"],
        outbound=["100 allow all to 0.0.0.0/0"],
    )


def shut_all_out(shop: Topology) -> None:
    """Take ssh away from everybody."""
    shop["prod"].security_group("web", inbound=["tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"])


# --- what the checks look at -------------------------------------------------------------------------------

LINES = {
    ("ACCEPT", "ACCEPT"): "both",
    ("ACCEPT", "REJECT"): "reply refused",
    ("REJECT",): "request refused",
    (): "none",
}
CHOICES = {
    "both": "two lines: ACCEPT for the request, ACCEPT for the reply",
    "reply refused": "two lines: ACCEPT for the request, REJECT for the reply",
    "request refused": "one line: REJECT for the request",
    "none": "no line",
}


def written(at: str) -> Callable[[Trace], str]:
    """Return what tells which lines an interface writes of a trace."""

    def lines(way: Trace) -> str:
        return LINES[tuple(records(way, at=at).table()["action"])]

    return lines


def download(way: Trace) -> Flow:
    """Return a download of nearly five minutes."""
    return Flow(
        trace=way, start=NINE, seconds=280, packets=400, bytes=30_000, reply_packets=4000,
        reply_bytes=5_600_000,
    )  # fmt: skip


def how_many(way: Trace) -> str:
    """Return how many lines the download makes at `web`."""
    count = len(records(download(way), at="web"))
    return {1: "one", 2: "two", 10: "ten"}.get(count, "packets")


def where_public(way: Trace) -> str:
    """Return on which lines the public address of the NAT gateway stands."""
    lines = list(records(way, fields="srcaddr dstaddr pkt-srcaddr pkt-dstaddr").lines())
    public = str(next(iter(way.snapshot.all(NatGateway))).public_ip)
    return "some" if any(public in line.split() for line in lines) else "none"


@dataclass(frozen=True)
class Mend(Edit):
    """An edit after which the network ACLs of some subnets must still stop what they stopped before.

    Where no answer would come anyway, a packet's trace says nothing of a rule that is too wide; so the lists
    themselves are asked. They must also let the `answers` out, and no group may have a rule more than before.
    """

    subnets: tuple[str, ...] = ()
    stopped: tuple[tuple[str, Packet], ...] = ()
    answers: tuple[Packet, ...] = ()

    def find(self, value: Callable[[Any], object], right: Collection[Any]) -> Finding:
        """Judge a value."""
        found = super().find(value, right)
        if not found.right:
            return found
        return self._too_open(found.subject) or self._too_narrow(found.subject) or found

    def _too_open(self, network: Topology) -> Finding | None:
        snapshot = network.snapshot()
        for subnet in (s for s in snapshot.all(Subnet) if s.name in self.subnets):
            acl = next(a for a in snapshot.all(NetworkAcl) if subnet.id in a.subnet_ids)
            for direction, packet in self.stopped:
                decision = evaluate_network_acl(packet, acl, direction)
                if decision.allowed:
                    said = TOO_OPEN.format(subnet=subnet.name, packet=f"{packet} ({direction})")
                    return Finding(False, said, (decision.because,), ("too open", acl.name), network)
        before = {group.id: group.rules for group in self.given().snapshot().all(SecurityGroup)}
        for group in snapshot.all(SecurityGroup):
            for rule in group.rules:
                if rule not in before.get(group.id, (rule,)):
                    said = GROUP_OPENED.format(group=group.name, rule=rule)
                    return Finding(False, said, (), ("group opened", group.name), network)
        return None

    def _too_narrow(self, network: Topology) -> Finding | None:
        snapshot = network.snapshot()
        subnet = next(s for s in snapshot.all(Subnet) if s.name == self.subnets[0])
        acl = next(a for a in snapshot.all(NetworkAcl) if subnet.id in a.subnet_ids)
        for packet in self.answers:
            decision = evaluate_network_acl(packet, acl, OUTBOUND)
            if not decision.allowed:
                said = TOO_NARROW.format(packet=packet)
                return Finding(False, said, (decision.because,), ("too narrow", acl.name), network)
        return None


def _packet(src: str, dst: str, port: int, src_port: int = 40000, sends: Any = tcp) -> Packet:
    from vpclab.topology.rules import read_address

    return Packet.of(sends(port, src_port=src_port).header(read_address(src), read_address(dst)))


def shown_list(value: Any) -> Any:
    """Return the rules of the list that decides about the line that is wrong, or about the last one."""
    name = "acl-data" if dict(value)["line 3"] == "REJECT" else "acl-front"
    return tuple(tables(shop_with_closed_front()[name]))


def top_of_day(value: float) -> Any:
    """Return what `top_talkers` says, once the number is found."""
    return top_talkers(shop_day("D"), most=3) if value == TALKED else ()


def acl_of_db(network: Topology) -> NetworkAcl:
    """Return the network ACL called `db`."""
    return next(acl for acl in network.snapshot().all(NetworkAcl) if acl.name == "db")


def acl_changed(network: Topology) -> bool:
    """Return whether it is not what it was."""
    return set(acl_of_db(network).entries) != set(acl_of_db(web_shop_at_noon()).entries)


def outbound_changed(network: Topology) -> bool:
    """Return whether its outbound side is not what it was."""
    sides = (set(acl_of_db(one).side(OUTBOUND)) for one in (network, web_shop_at_noon()))
    return next(sides) != next(sides)


def lets_in_more(network: Topology) -> tuple[Any, ...]:
    """Return the rule of the group of `web` that lets in more than customers and the administrator need."""
    was, now = (
        next(g for g in one.snapshot().all(SecurityGroup) if g.name == "web").side(INBOUND)
        for one in (web_shop_open_to_ssh(), network)
    )
    for rule in now:
        if rule not in was and str(rule) not in (*HTTP, "tcp 22 from 203.0.113.7/32"):
            return (f"All rows hold, but “{rule}” lets in more than tcp 22 from the administrator.",)
    return ()


def serves_itself(network: Topology) -> bool:
    """Return whether it still serves both subnets."""
    return len(acl_of_db(network).subnet_ids) == 2


def opens_all(network: Topology) -> bool:
    """Return whether it lets out to anywhere."""
    acl = acl_of_db(network)
    return bool(evaluate_network_acl(_packet("10.0.20.10", THIEF, 40000), acl, OUTBOUND).allowed)


def group_changed(network: Topology) -> bool:
    """Return whether a group is not what it was."""
    rules = [{g.name: g.rules for g in one.snapshot().all(SecurityGroup)} for one in (network, web_shop())]
    return rules[0] != rules[1]


def says(**pairs: str) -> Callable[[Any], bool]:
    """Return what tells whether a match pairs these items so."""
    return lambda value: pairs.items() <= dict(value).items()


TALKED = 1_029_522_800
_OUT, _BACK = 1_025_603_011, 3_919_789  # of one interface
MORE_THAN_ONCE = {out * _OUT + back * _BACK for out in (1, 2, 3) for back in (0, 1, 2, 3)} - {_OUT, TALKED}
TOO_OPEN = (
    "The shop works again, and the border of `{subnet}` lets more pass than it did in the morning: {packet}. "
    "The rule you need has one protocol, the ports of replies, and the addresses of those who ask."
)

GROUP_OPENED = (
    "The shop works again, and the group `{group}` has a rule more than in the morning: “{rule}”. No group "
    "was at fault."
)
TOO_NARROW = (
    "The rows hold with the one port that they are tried with. But each connection picks another one, and "
    "the log of day E has this reply: {packet}."
)

EXERCISES = (
    Exercise(
        id="12-last-word",
        title="The last words",
        prompt="Lines 3 and 4 of the table above have lost their action. Which was it?",
        kind=Match(items=("line 3", "line 4"), choices=("ACCEPT", "REJECT")),
        hints=(
            "Follow the reply: which border does it cross first, and which one then?",
            "An interface writes down what its own group and the ACL of its own subnet said, nothing else.",
            "The reply goes to port 40000. `acl-data` lets that out, and `acl-front` lets in port 443 only.",
        ),
        deciding="lets in port 443 only",
        why=(
            "The reply left `db` without trouble, so `db` has a perfect pair and knows nothing of the loss. "
            "It was refused at the border of `front-a`, and that is written at `web`, who asked. Look at "
            "both ends before you call a pair good."
        ),
        solution={"line 3": "ACCEPT", "line 4": "REJECT"},
        also_right=({"line 4": "reject", "line 3": "accept"}, [("line 3", "ACCEPT"), ("line 4", "REJECT")]),
        traps=(
            Trap(
                {"line 3": "ACCEPT", "line 4": "ACCEPT"},
                "M03",
                "Then the reply would have reached `web`. It comes to port 40000, and a network ACL has not "
                "forgotten the request: it never knew of it.",
            ),
            Trap(
                {"line 3": "REJECT", "line 4": "REJECT"},
                "M35",
                "A packet that is refused once ends there. If `db` had been refused its reply, nothing would "
                "have come to `web`, and there would be no line 4.",
            ),
            Trap(
                {"line 3": "REJECT", "line 4": "ACCEPT"},
                "M04",
                "Line 3 is written at `db`. Its border lets ports 1024 to 65535 out to `front-a`, and the "
                "reply goes to port 40000.",
            ),
        ),
        evidence=shown_list,
    ),
    Exercise(
        id="12-who",
        title="Who refused?",
        prompt=(
            "Four findings in the log of `db` (10.0.1.10). Who refused? 10.0.1.20 is an instance in the same "
            "subnet as `db`.\n\n"
            "| | sender | receiver | port to port | action |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| A | 10.0.0.10 | 10.0.1.10 | 40000 to 3306 | ACCEPT |\n"
            "| A | 10.0.1.10 | 10.0.0.10 | 3306 to 40000 | REJECT |\n"
            "| B | 10.0.0.10 | 10.0.1.10 | 40001 to 22 | REJECT |\n"
            "| C | 10.0.0.10 | 10.0.1.10 | 40002 to 3306 | ACCEPT |\n"
            "| C | 10.0.1.10 | 10.0.0.10 | 3306 to 40002 | ACCEPT |\n"
            "| D | 10.0.1.20 | 10.0.1.10 | 40003 to 3306 | REJECT |"
        ),
        kind=Match(
            items=("A", "B", "C", "D"),
            choices=("security group", "network ACL", "one of the two", "nobody here"),
        ),
        hints=(
            "For each finding: is it the request that is refused, or the reply?",
            "A group remembers and lets each reply pass. An ACL stands at a border: who crosses none in D?",
            "A is the ACL. In B either can have done it. D crosses no border, so only the group is left.",
        ),
        deciding="so only the group is left",
        why=(
            "The pair tells in A: only what forgets refuses a reply. A lone REJECT tells nothing in B. In D "
            "it is not the line that tells, but the place: inside one subnet no ACL is asked."
        ),
        solution={"A": "network ACL", "B": "one of the two", "C": "nobody here", "D": "security group"},
        also_right=({"D": "Security Group", "C": "nobody here", "B": "one of the two", "A": "network acl"},),
        traps=(
            Trap(
                {"A": "security group", "B": "one of the two", "C": "nobody here", "D": "security group"},
                "M05",
                "In A the request was let in. A group that has let a request in needs no rule for its reply, "
                "so it cannot have refused it.",
                when=lambda value: dict(value)["A"] in ("security group", "one of the two"),
            ),
            Trap(
                {"A": "network ACL", "B": "security group", "C": "nobody here", "D": "security group"},
                "M35",
                "In B you see a refused request, and no more. Take the rule out of the group, or out of the "
                "ACL: the same line is written.",
                when=lambda value: dict(value)["B"] != "one of the two",
            ),
            Trap(
                {"A": "network ACL", "B": "one of the two", "C": "nobody here", "D": "one of the two"},
                "M09",
                "An ACL stands at the border of a subnet. In D both ends are in `data-a`, and the packet "
                "crosses no border. It was refused all the same.",
                when=lambda value: dict(value)["D"] != "security group",
            ),
            Trap(
                {"A": "network ACL", "B": "one of the two", "C": "one of the two", "D": "security group"},
                "M35",
                "Read both lines of C to their last word. What would stand there, had somebody at `db` "
                "refused a packet?",
                when=lambda value: dict(value)["C"] != "nobody here",
            ),
        ),
    ),
    Exercise(
        id="12-never",
        title="Written, or never written",
        prompt=(
            "What stands in the log of `web` afterwards?\n\n"
            "- `visit`: a customer sends tcp 443 to `web`\n"
            "- `ping`: a monitor pings `web`, and its group has no rule for it\n"
            "- `name`: `web` asks the VPC's own DNS server, at 10.0.0.2, for an address\n"
            "- `own name`: `web` asks a DNS server of yours, an instance at 10.0.0.53, which answers\n"
            "- `time`: `web` asks Amazon's clock, at 169.254.169.123, for the time"
        ),
        kind=Match(
            items=("visit", "ping", "name", "own name", "time"), choices=("ACCEPT", "REJECT", "no line")
        ),
        hints=(
            "Ask of each: does it reach the interface of `web`, and is it on the list of what is never "
            "written?",
            "Refused is not the same as not written. And of the DNS servers it is only one that is left out.",
            "Never written are Amazon's own DNS server and Amazon's clock. Your own DNS server is a "
            "neighbour like any other.",
        ),
        deciding="Never written are",
        why=(
            "Two of the five happened and left no line. So an empty log does not say that nothing happened, "
            "and an unanswered ping does not say that nobody is there: its line says REJECT."
        ),
        solution={
            "visit": "ACCEPT",
            "ping": "REJECT",
            "name": "no line",
            "own name": "ACCEPT",
            "time": "no line",
        },
        also_right=(
            {"time": "No line", "own name": "accept", "name": "no line", "ping": "reject", "visit": "accept"},
        ),
        traps=(
            Trap(
                {
                    "visit": "ACCEPT",
                    "ping": "no line",
                    "name": "no line",
                    "own name": "ACCEPT",
                    "time": "no line",
                },
                "M34",
                "The ping did come to the interface of `web`, where its group refused it. The machine runs, "
                "and what is refused is written.",
                when=says(ping="no line"),
            ),
            Trap(
                {
                    "visit": "ACCEPT",
                    "ping": "REJECT",
                    "name": "ACCEPT",
                    "own name": "ACCEPT",
                    "time": "no line",
                },
                "M35",
                "`web` asks and gets its answer, and still you will not find it: questions to Amazon's own "
                "DNS server are left out.",
                when=lambda value: dict(value)["name"] != "no line",
            ),
            Trap(
                {
                    "visit": "ACCEPT",
                    "ping": "REJECT",
                    "name": "no line",
                    "own name": "no line",
                    "time": "no line",
                },
                "IMP-j",
                "It is not DNS that is left out, it is Amazon's DNS server. One that you run yourself has a "
                "network interface, and talks as everybody does.",
                when=says(**{"own name": "no line"}),
            ),
            Trap(
                {
                    "visit": "ACCEPT",
                    "ping": "REJECT",
                    "name": "no line",
                    "own name": "ACCEPT",
                    "time": "ACCEPT",
                },
                "M35",
                "`web` gets the time, and still you will not find it: look for 169.254.169.123 in the list "
                "of visitors that the clerk never writes down.",
                when=lambda value: dict(value)["time"] != "no line",
            ),
        ),
    ),
    Exercise(
        id="12-talkers",
        title="Top talkers",
        prompt=(
            "How many bytes exactly did `app` and 203.0.113.188 exchange on day D, both directions "
            "together? Each packet counts once."
        ),
        kind=Number(),
        hints=(
            "Which interfaces does a packet from `app` to the internet pass? Each of them writes a line.",
            "Keep the lines that one interface wrote, then sum both directions of the flow.",
            'Put `here = lines[lines["interface"] == "app"]` into a cell, group `here` in place of `lines`, '
            "and add the two sums in which 203.0.113.188 stands.",
        ),
        deciding='lines["interface"] == "app"',
        why=(
            'Nearly all of it left: 1,025,603,011 bytes out, 3,919,789 back. `top_talkers(shop_day("D"))` '
            "takes both directions together and counts each packet once, and comes to the same sum."
        ),
        solution=TALKED,
        also_right=("1,029,522,800", "1_029_522_800 bytes", 1029522800.0),
        traps=(
            Trap(
                2_051_206_022,
                "IMP-j",
                "That is what two interfaces wrote of the same packets: `app` when they left it, and the NAT "
                "gateway when they came to it.",
            ),
            Trap(
                2_059_045_600,
                "IMP-j",
                "Each packet is in it more than once: `app` wrote it down when it left, and the NAT gateway "
                "when it came and when it went on.",
                when=lambda value: value in MORE_THAN_ONCE,
            ),
            Trap(
                1_025_603_011,
                "IMP-j",
                "That is one direction. A record goes one way, and what came back stands in lines of its "
                "own.",
            ),
        ),
        evidence=top_of_day,
    ),
    Exercise(
        id="12-visitors",
        title="Two days, two strangers",
        prompt=(
            "Nobody but the administrator (203.0.113.7) has any business at port 22 of `web`.\n\n"
            "| | day B | day C |\n"
            "| --- | --- | --- |\n"
            "| stranger | 203.0.113.172 | 192.0.2.244 |\n"
            "| ports of `web` | 155 different ones | 22, and no other |\n"
            "| lines | 155, each REJECT | 288, each ACCEPT |\n"
            "| connections | none | 118 in 36 minutes |\n"
            "| they last | – | 117 of them a few seconds; the last one 20 minutes |\n\n"
            "A colleague searches both logs for REJECT and reports: “Day B: attacked, and defended. Day C: "
            "nothing.” What do you say?"
        ),
        kind=Choice(
            {
                "a": "The colleague is right: where all lines say ACCEPT, the lists found nothing wrong",
                "b": "Day C is the bad one: it looks like 117 wrong passwords, and one that fitted",
                "c": "Day C is the bad one: the lines of the last connection hold the password that fitted",
                "d": "Day B is the bad one: 155 ports of `web` stand open",
            }
        ),
        hints=(
            "On which of the two days did a stranger get an answer?",
            "ACCEPT says that the lists let it pass. Whether it should have passed, they do not know.",
            "117 short connections and a long one, at the port for logging in. And remember what a line does "
            "not hold: what was said.",
        ),
        deciding="117 short connections and a long one",
        why=(
            "REJECT shows what failed. What succeeds is ACCEPT, and looks like work until you ask who, when, "
            "how often and how long. What the stranger typed and took is in no flow log; for that you go to "
            "the logs of `web` itself."
        ),
        solution="b",
        also_right=(
            "B",
            "b)",
            "Day C is the bad one: it looks like 117 wrong passwords, and one that fitted",
        ),
        traps=(
            Trap(
                "a",
                "M35",
                "The lists said yes because somebody had opened port 22 to everybody. ACCEPT is what the "
                "rules say, not what you wanted.",
            ),
            Trap(
                "c",
                "IMP-j",
                "Go through the 14 fields: addresses, ports, protocol, counts, times. None of them holds a "
                "word of what was said.",
            ),
            Trap(
                "d",
                "M35",
                "155 requests came, and each of the 155 lines says REJECT. An open port would have let one "
                "in.",
            ),
        ),
    ),
    Exercise(
        id="12-ticket",
        title="Orders fail",
        prompt=(
            "Day E. Soon after noon (UTC) the first order fails, and from then on all do: `app` and `app-2` "
            "get nothing from `db`. One thing in the network has changed. The log of the day says which "
            "list, and which direction. Find it with as few probes as you can, and put it right. Open no "
            "more than the answers need.\n\n"
            "| instance | address | subnet | its group | network ACL of the subnet |\n"
            "| --- | --- | --- | --- | --- |\n"
            "| `web` | 10.0.0.10 | public-a | `web` | default |\n"
            "| `app` | 10.0.10.10 | app-a, 10.0.10.0/24 | `app` | default |\n"
            "| `app-2` | 10.0.11.10 | app-c, 10.0.11.0/24 | `app` | default |\n"
            "| `db` | 10.0.20.10 | db-a, 10.0.20.0/24 | `db` | `db` |"
        ),
        kind=Mend(
            given=web_shop_at_noon,
            intents=(
                Intent("app", "db", tcp(3306)),
                Intent("app-2", "db", tcp(3306)),
                Intent("web", "db", tcp(3306), must=False),
                Intent(internet, "db", tcp(3306), must=False),
            ),
            picture=False,
            subnets=("db-a", "db-c"),
            stopped=(
                (OUTBOUND, _packet("10.0.20.10", "10.0.10.10", 22)),
                (OUTBOUND, _packet("10.0.20.10", "10.0.0.10", 443)),
                (OUTBOUND, _packet("10.0.20.10", "10.0.0.10", 40000)),
                (OUTBOUND, _packet("10.0.20.10", THIEF, 40000)),
                (INBOUND, _packet("10.0.0.10", "10.0.20.10", 3306)),
                (INBOUND, _packet("10.0.10.10", "10.0.20.10", 22)),
                (OUTBOUND, _packet("10.0.20.10", "10.0.10.10", 40000, sends=udp)),
            ),
            answers=(
                _packet("10.0.20.10", "10.0.10.10", 32907, src_port=3306),
                _packet("10.0.20.10", "10.0.10.10", 60719, src_port=3306),
            ),
        ),
        hints=(
            "Filter the log: written at `db`, address `app`. Compare a pair of the morning with one of "
            "the afternoon.",
            "The request is still let in, and the reply is refused. Which kind of list can that be, and "
            "which of its two sides? Then: to which port does a reply go?",
            "The network ACL `db` lets out tcp 3306 only. Its outbound side must let out tcp 1024-65535 to "
            "the subnets of `app` and `app-2`, which are 10.0.10.0/23 together. Its inbound side was right: "
            "tcp 3306 from the same block.",
        ),
        deciding="1024-65535",
        why=(
            "The pair said it all: ACCEPT, then REJECT of the reply, so a network ACL, outbound, at the "
            "subnet of `db`. It let the replies out to port 3306, where nobody waits for them: they go to "
            "the port that the asker picked."
        ),
        solution=mend,
        also_right=(mend_in_two_rules,),
        traps=(
            Trap(
                mend_the_group,
                "M05",
                "You changed the group. A group lets replies pass by itself, and the log shows that the "
                "request got in: there was nothing to mend.",
                when=lambda network: group_changed(network) and not acl_changed(network),
            ),
            Trap(
                mend_the_way_in,
                "M03",
                "You changed what may come in. The requests came in all day; it is the replies that are "
                "refused, and an ACL judges them by its other side.",
                when=lambda network: not outbound_changed(network) and acl_changed(network),
            ),
            Trap(
                mend_for_all,
                "M10",
                "Orders work again. But the border now also lets the database send to places that never ask "
                "it anything, as the default network ACL would.",
                when=lambda network: opens_all(network) and serves_itself(network),
            ),
            Trap(
                mend_by_default_acl,
                "M10",
                "Orders work again, because the subnets of `db` have no border left that refuses anything: "
                "the default network ACL lets everything pass.",
                when=lambda network: not serves_itself(network),
            ),
        ),
    ),
    Exercise(
        id="12-fields",
        title="Fourteen words",
        prompt=(
            "A line as it may stand in the log of day D:\n\n"
            "`2 111122223333 eni-05f3a9c2b7d1e0003 203.0.113.188 10.0.10.10 8443 54321 6 90 4680 1768485900 "
            "1768485958 ACCEPT OK`\n\n"
            "Which word is it?"
        ),
        kind=Match(
            items=("protocol", "port of the service", "how many packets", "how many bytes"),
            choices=("6", "90", "4680", "8443", "54321"),
        ),
        hints=(
            "Count from the left: the third word is the interface, the fourth and fifth are addresses.",
            "After the addresses come two ports, then the protocol's number, then two amounts.",
            "The sender's port is 8443, below 32768: that is the service's. Then come 6, 90 and 4680, in the "
            "order of the fields: protocol, packets, bytes.",
        ),
        deciding="protocol, packets, bytes",
        why="This is the stranger's answer to `app`, so the service's port is the sender's.",
        solution={
            "protocol": "6",
            "port of the service": "8443",
            "how many packets": "90",
            "how many bytes": "4680",
        },
        also_right=(
            {
                "how many bytes": "4,680".replace(",", ""),
                "how many packets": 90,
                "protocol": 6,
                "port of the service": 8443,
            },
        ),
        traps=(
            Trap(
                {
                    "protocol": "8443",
                    "port of the service": "54321",
                    "how many packets": "90",
                    "how many bytes": "4680",
                },
                "IMP-e",
                "A protocol's number says what rides in the packet: tcp, udp, icmp. It stands behind both "
                "ports, and is no port.",
                when=lambda value: dict(value)["protocol"] in ("8443", "54321"),
            ),
            Trap(
                {
                    "protocol": "6",
                    "port of the service": "54321",
                    "how many packets": "90",
                    "how many bytes": "4680",
                },
                "M04",
                "54321 is the port that the asker picked for itself. This line is a reply: it goes there.",
                when=lambda value: dict(value)["port of the service"] == "54321",
            ),
            Trap(
                {
                    "protocol": "6",
                    "port of the service": "8443",
                    "how many packets": "4680",
                    "how many bytes": "90",
                },
                "IMP-j",
                "Then a packet would have less than one byte. Its two addresses alone take eight.",
                when=lambda value: dict(value)["how many packets"] == "4680",
            ),
        ),
    ),
    Exercise(
        id="12-close",
        title="After the stranger",
        prompt=(
            "Day C, in the evening. The group of `web` still lets everybody try to log in (tcp 22 from "
            "0.0.0.0/0). The administrator works at 203.0.113.7 and must be able to go on; customers use tcp "
            "80 and tcp 443. Close the door to all others."
        ),
        kind=Edit(
            given=web_shop_open_to_ssh,
            intents=(
                Intent(ADMIN, "web", tcp(22)),
                Intent(internet, "web", tcp(443)),
                Intent(internet, "web", tcp(80)),
                Intent(GUESSER, "web", tcp(22), must=False),
                Intent(internet, "web", tcp(22), must=False),
                Intent(internet("203.0.113.6"), "web", tcp(22), must=False),
            ),
            also=lets_in_more,
        ),
        hints=(
            "Who must get in at port 22? Write that, and nothing else.",
            "A group has no rules that forbid. What is not in it is refused.",
            'In the function: `shop["prod"].security_group("web", inbound=[...])` with tcp 80 and tcp 443 '
            "from 0.0.0.0/0, and tcp 22 from 203.0.113.7/32.",
        ),
        deciding="203.0.113.7/32",
        why=(
            "Strangers at port 22 are refused again, and the log will show it. What this does not do: a "
            "connection that is open stays open, and whoever got in may have left a way back. `web` is to be "
            "built anew."
        ),
        solution=close_the_door,
        also_right=(close_the_border,),
        traps=(
            Trap(
                shut_one_out,
                "M07",
                "This stranger is out, and the next one is not: there are four billion addresses. Name those "
                "who may, not those who may not.",
            ),
            Trap(
                shut_all_out,
                "M32",
                "Now the administrator is locked out, too. An open connection of the stranger's would go on "
                "all the same: a group asks at the beginning of a connection.",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="12-p1",
        question=(
            "Night. A monitor at 203.0.113.70 pings `web`, gets no answer, and raises the alarm: “`web` is "
            "down!” The group of `web` lets in tcp 443 and nothing else. What did the network interface of "
            "`web` write down of the ping?"
        ),
        given=shop,
        flow=Intent(MONITOR, "web", icmp()),
        choices={
            "none": "no line: `web` does not answer, so it is down",
            "request refused": "one line: REJECT for the ping",
            "reply refused": "two lines: ACCEPT for the ping, REJECT for the answer",
            "both": "two lines: ACCEPT for the ping, ACCEPT for the answer",
        },
        truth=written("web"),
        beliefs={
            "none": (
                "M34",
                "The ping came to the interface of `web` and was refused there. That says nothing of the "
                "machine: customers may be buying all the while.",
            ),
            "reply refused": (
                "M05",
                "No answer was ever made: the ping itself was not let in.",
            ),
            "both": ("M34", "The monitor got no answer. See on the map where the ping ends."),
        },
        after="""
One line, and it calms the alarm: the packet came to the interface, and a list refused it. Customers' lines
around it say ACCEPT. `web` is well; it just does not answer to ping.

And *which* list refused it? The trace knows. The line does not say: it holds what all lists together decided.
""",
    ),
    Prediction(
        id="12-p2",
        question=(
            "Somebody wrote 3306 where the ephemeral ports of replies belong: `acl-data` now says outbound "
            "“100 allow tcp 3306 to 10.0.0.0/24”. `web` asks `db`, tcp 3306. What does the interface of "
            "`db` write down?"
        ),
        given=shop_with_wrong_port,
        flow=Intent("web", "db", tcp(3306)),
        choices=CHOICES,
        truth=written("db"),
        beliefs={
            "both": (
                "M03",
                "A network ACL does not remember the request. It judges the reply by itself, and that goes "
                "to port 40000.",
            ),
            "request refused": ("M04", "The request goes to port 3306, and that is let in."),
            "none": ("M35", "Both packets came to the interface of `db`, and each left a line."),
        },
        after="""
The **pair** tells who it was. A security group that has let a request in lets its reply out, always. So a
reply that is refused was refused by a network ACL. At the interface of who was asked:

| request | reply | who refused |
| --- | --- | --- |
| ACCEPT | ACCEPT | nobody here |
| ACCEPT | REJECT | a network ACL, surely |
| REJECT | no line | a group or an ACL: the line does not tell |
| REJECT, both in one subnet | no line | a group: no ACL is asked inside a subnet |
""",
    ),
    Prediction(
        id="12-p3",
        question=(
            "`acl-data` is right again. This time all *outbound* rules are taken out of the group of `db`: "
            "its door lets nothing out of its own accord. `web` asks `db`, tcp 3306. What does the "
            "interface of `db` write down?"
        ),
        given=shop_without_outbound,
        flow=Intent("web", "db", tcp(3306)),
        choices=CHOICES,
        truth=written("db"),
        beliefs={
            "reply refused": (
                "M05",
                "The group let the request in, so it remembers, and lets the reply out without any rule.",
            ),
            "request refused": ("M05", "The request comes in, and the inbound rules are as before."),
            "none": ("M35", "Both packets come to the interface of `db`, and each leaves a line."),
        },
        after="""
That is why ACCEPT followed by REJECT is never a group: even one without a single outbound rule lets replies
out. Change an ACL, and the pair changes; change a group's outbound rules, and it stays.
""",
    ),
    Prediction(
        id="12-p4",
        question=(
            "A customer downloads a catalogue from `web`: one connection, from 09:00:00 to 09:04:40, 4,400 "
            "packets in both directions together. The aggregation interval is one minute. How many lines "
            "does the interface of `web` write?"
        ),
        given=shop,
        flow=Intent(internet, "web", tcp(443)),
        choices={
            "one": "one, for the connection",
            "two": "two, one for each direction",
            "ten": "ten",
            "packets": "4,400, one for each packet",
        },
        truth=how_many,
        beliefs={
            "one": ("IMP-j", "A flow goes one way, and what it did is written down minute by minute."),
            "two": ("IMP-j", "Two flows, yes. But what each did is written down minute by minute."),
            "packets": ("IMP-j", "Packets are counted, not written down one by one."),
        },
        picture=False,
        after="""
Five minutes begun, times two directions. To know how much the customer took, sum the bytes of five lines.
""",
    ),
    Prediction(
        id="12-p5",
        question=(
            "`app` has no public address. It fetches updates from 203.0.113.80 through the NAT gateway, "
            "whose public address is 198.51.100.99. On which lines does 198.51.100.99 stand?"
        ),
        given=web_shop,
        flow=Intent("app", internet("203.0.113.80"), tcp(443)),
        choices={
            "some": "on those of the NAT gateway that go to the internet",
            "all": "on all lines of this flow",
            "none": "on none",
        },
        truth=where_public,
        picture=False,
        beliefs={
            "some": (
                "M28",
                "Public addresses are written over at the internet gateway, behind the NAT gateway. No "
                "interface ever sees them.",
            ),
            "all": ("IMP-j", "At its own interface `app` writes its own, private address."),
        },
        after="""
Interfaces know private addresses only. The NAT gateway's interface writes four lines: from `app`, on to the
internet, back from there, on to `app`. On the first its own address stands as the receiver, although the
packet was for 203.0.113.80; the original is in `pkt-dstaddr`, a field of a custom format. Sum the bytes of
all interfaces, and you count each packet more than once.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="12-why",
        question=(
            "A colleague says: “There is a REJECT in the log of `db`, for the reply to `app`. I'll open the "
            "security group.” What do you answer, in one sentence?"
        ),
        model=(
            "The request was let in and its reply refused, and a security group lets replies pass by itself, "
            "so it must be the network ACL of that subnet: look at its outbound rules, and leave the group "
            "as it is."
        ),
        points=(
            "The word REJECT does not name who refused.",
            "The pair does: request let in, reply refused.",
            "A group remembers, an ACL does not; so nothing is opened that was right.",
        ),
    ),
)
