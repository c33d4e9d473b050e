"""Chapter 02, VPCs, subnets and addresses: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import Any

from vpclab import Topology, Trace, tcp, trace
from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Attempt, Choice, Cidr, Edit, Intent, Number
from vpclab.topology.model import Instance, Subnet
from vpclab.topology.rules import reserved_addresses

# --- the networks ------------------------------------------------------------------------------------------


def two_environments() -> Topology:
    """Return development and test as somebody copied them: two VPCs with the same block."""
    network = Topology("two environments")
    for name in ("dev", "test"):
        vpc = network.vpc(name, "10.0.0.0/16")
        vpc.security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
        vpc.subnet(f"{name}-front", "10.0.0.0/24", az="a")
        vpc.subnet(f"{name}-data", "10.0.1.0/24", az="a").instance(f"{name}-db", security_groups=["db"])
    network["dev-front"].instance("tester")
    return network


def shop() -> Topology:
    """Return the shop as the lesson builds it: one VPC, three subnets in two Availability Zones."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    prod.security_group("web", inbound=["tcp 443 from 10.0.0.0/16"])
    prod.security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-c", "10.0.1.0/24", az="c")
    jobs = prod.subnet("jobs-c", "10.0.2.0/24", az="c")
    front.instance("web", security_groups=["web"])
    data.instance("db", security_groups=["db"])
    jobs.instance("jobs")
    return network


def shop_without_zone_a() -> Topology:
    """Return the shop while Availability Zone a is down."""
    network = shop()
    network.fail_az("a")
    return network


def small_development() -> Topology:
    """Return a development VPC that was made too small: its two subnets fill its block."""
    network = Topology("development")
    dev = network.vpc("dev", "10.7.0.0/24")
    dev.security_group("app", inbound=["tcp 443 from 10.7.0.0/16"])
    dev.subnet("build-a", "10.7.0.0/25", az="a").instance("builder", security_groups=["app"])
    dev.subnet("build-c", "10.7.0.128/25", az="c")
    return network


def two_halves() -> Topology:
    """Return two VPCs with one block, of which each uses another half."""
    network = Topology("two halves")
    network.vpc("dev", "10.1.0.0/16").subnet("dev-a", "10.1.0.0/24", az="a")
    network.vpc("test", "10.1.0.0/16").subnet("test-a", "10.1.128.0/24", az="a")
    return network


def trial() -> Topology:
    """Return a small VPC of which a quarter is given away."""
    network = Topology("trial")
    vpc = network.vpc("trial", "10.5.0.0/24")
    vpc.security_group("app", inbound=["tcp 443 from 10.5.0.0/24"])
    vpc.subnet("front-a", "10.5.0.0/26", az="a").instance("web", security_groups=["app"])
    return network


def production_and_development() -> Topology:
    """Return two environments that are there already, and can be told apart."""
    network = Topology("environments")
    for name, block in (("prod", "10.0.0.0/16"), ("dev", "10.1.0.0/16")):
        vpc = network.vpc(name, block)
        vpc.security_group("app", inbound=["tcp 443 from 0.0.0.0/0"])
        first = next(ip_network(block).subnets(new_prefix=24))
        vpc.subnet(f"{name}-a", first, az="a").instance(f"{name}-app", security_groups=["app"])
    return network


def shop_with_two_fronts() -> Topology:
    """Return a shop that was to survive the loss of a zone: a name promises what the subnet does not keep."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    prod.security_group("web", inbound=["tcp 443 from 10.0.0.0/16"])
    prod.security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    prod.subnet("front-a", "10.0.0.0/24", az="a").instance("web-1", security_groups=["web"])
    prod.subnet("front-c", "10.0.1.0/24", az="a").instance("web-2", security_groups=["web"])
    prod.subnet("data-c", "10.0.2.0/24", az="c").instance("db", security_groups=["db"])
    prod.subnet("jobs-d", "10.0.3.0/24", az="d").instance("jobs")
    network.fail_az("a")
    return network


def shop_with_ipv6() -> Topology:
    """Return a dual-stack VPC with a small subnet."""
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16", ipv6=True)
    prod.subnet("small-a", "10.0.0.0/28", az="a", ipv6=True)
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class InFailure(Intent):
    """A row that must hold while a zone is down; until its receiver is made, another is asked."""

    zone: str = "a"
    before: str = ""

    def trace(self, topology: Any) -> Trace:
        """Return what happens to the row's traffic while the zone is down."""
        network = topology.copy()
        network.fail_az(self.zone)
        there = {instance.name for instance in network.snapshot().all(Instance)}
        return trace(network, self.src, self.dst if self.dst in there else self.before, self.traffic)


def place_sixty(network: Topology, block: str) -> None:
    """Put sixty workers' subnet into the trial VPC."""
    network["trial"].subnet("workers", block, az="c").instance("worker", security_groups=["app"])


def place_test(network: Topology, block: str) -> None:
    """Make the test environment, and join it to the two others (PCX-3)."""
    test = network.vpc("test", block)
    test.subnet("test-a", next(ip_network(block).subnets(new_prefix=24)), az="a").instance("tester")
    for name in ("prod", "dev"):
        peering = test.peer(name)
        test.main_route_table.route(network[name].value.cidrs[0], to=peering)
        network[name].main_route_table.route(block, to=peering)


def place_second_block(network: Topology, block: str) -> None:
    """Give the development VPC a second block, and fill it with one subnet (VPC-6)."""
    dev = network.vpc("dev", "10.7.0.0/24", secondary=[block])
    dev.subnet("build-d", block, az="d").instance("builder-2", security_groups=["app"])


def one_more_zone(shop: Topology) -> None:
    """Put a third web server into a zone that works."""
    front = shop["prod"].subnet("front-d", "10.0.4.0/24", az="d")
    front.instance("web-3", security_groups=["web"])


def one_more_in_c(shop: Topology) -> None:
    """Do the same in another zone that works, with another block."""
    shop["prod"].subnet("web-c", "10.0.128.0/20", az="c").instance("web-3", security_groups=["web"])


def beside_the_others(shop: Topology) -> None:
    """Trust the name of a subnet."""
    shop["front-c"].instance("web-3", security_groups=["web"])


def one_more_in_a(shop: Topology) -> None:
    """Make a subnet of one's own in the zone that is down."""
    shop["prod"].subnet("front-2", "10.0.4.0/24", az="a").instance("web-3", security_groups=["web"])


# --- what the checks look at -------------------------------------------------------------------------------


def overlaps(block: Any, *others: str) -> bool:
    """Return whether a block shares addresses with one of the others."""
    return any(block.version == 4 and block.overlaps(ip_network(other)) for other in others)


def stands_in_a(network: Topology, new_subnet: bool) -> bool:
    """Return whether web-3 is in zone a, in a subnet that the learner made or in an old one."""
    subnet = network["web-3"].topology.one(Subnet, network["web-3"].value.subnet_id)
    return bool(subnet.az.endswith("a")) and (subnet.name not in ("front-a", "front-c")) is new_subnet


def without_its_group(network: Topology) -> tuple[Any, ...]:
    """Return that the new server does not carry the list that was asked for, or nothing."""
    carried = [network[id].value.name for id in network["web-3"].interfaces[0].value.group_ids]
    if "web" in carried:
        return ()
    return (f"All rows hold, but `web-3` carries the group `{carried[0]}`. Customers are let in by `web`.",)


def where_it_arrives(way: Trace) -> str:
    """Return in which environment a packet ended."""
    return "own" if way.reaches and way.forward[-1].component.name == "dev-db" else "other"


def show_kept(_: float) -> Table:
    """Return what AWS keeps of a /26."""
    kept = map(str, reserved_addresses(ip_network("10.0.0.0/26")))
    return Table(words.KEPT_HEADER, tuple(zip(kept, words.KEPT_FOR, strict=True)))


WIDE = Attempt('shop["prod"].subnet("front-both", "10.0.3.0/24", az=["a", "c"])')
TWELVE = Attempt(
    'tiny = shop["prod"].subnet("tiny", "10.0.3.0/28", az="a")\n'
    "for number in range(1, 13):\n"
    '    tiny.instance(f"worker-{number}")'
)
LARGER = Attempt('shop.vpc("dev", "10.7.0.0/16")')
PEER = Attempt('shop["dev"].peer(shop["test"])')
TWELVE_DUAL = Attempt(
    'for number in range(1, 13):\n    shop["small-a"].instance(f"worker-{number}", ipv6=True)'
)


def show_level(key: str) -> Any:
    """Return what refutes a sentence about zones: a refusal, or a packet from zone to zone in one VPC."""
    return WIDE.trace(shop()) if key == "d" else trace(shop(), "web", "db", tcp(3306))


EXERCISES = (
    Exercise(
        id="02-count",
        title="The last row",
        prompt="The last row of the table above is empty. How many addresses can instances have in a /26?",
        kind=Number(),
        hints=(
            "Not every address of a subnet is for you. Look at the table of the five once more.",
            "Take off what AWS keeps: the first four, and the last.",
            "It is 64 minus five.",
        ),
        deciding="64 minus",
        why="64 addresses, and AWS keeps five of them. The smaller the subnet, the more those five weigh.",
        solution=59,
        also_right=("59", "５９", 59.0, "59 addresses"),
        traps=(
            Trap(64, "M25", "That is every address of the block. Five of them no instance ever gets:"),
            Trap(
                62,
                "M25",
                "Two are lost on an ordinary network: the first and the last. AWS keeps more of each subnet:",
            ),
        ),
        evidence=show_kept,
    ),
    Exercise(
        id="02-size",
        title="Room for sixty",
        prompt=(
            "The VPC `trial` has the block 10.5.0.0/24, and `front-a` has 10.5.0.0/26 of it. Which block "
            "does a subnet for 60 instances get? It must be free, and no larger than 60 instances need."
        ),
        kind=Cidr(
            inside="10.5.0.0/24",
            hosts=60,
            smallest=True,
            given=trial,
            place=place_sixty,
            intents=(Intent("worker", "web", tcp(443)),),
        ),
        hints=(
            "How many addresses does the block need, with those that AWS keeps?",
            "65 addresses are needed. Which size is the first that holds them, and which part of that size "
            "is free?",
            "65 do not fit into 64, so it is 128 addresses, a /25. The first half holds `front-a`.",
        ),
        deciding="/25",
        why=(
            "60 and the five that AWS keeps are 65, one more than a /26 has. The first power of two that "
            "holds them is 128, so it is a /25, and the upper half is free."
        ),
        solution="10.5.0.128/25",
        also_right=("10.5.0.128 / 25", "10.5.0.200/25", "１0.5.0.128/25"),
        traps=(
            Trap(
                "10.5.0.64/26",
                "M25",
                "64 addresses look like enough for 60, but AWS keeps five of them.",
                when=lambda block: block.prefixlen == 26,
            ),
            Trap(
                "10.5.1.0/25",
                "M27",
                "The VPC ends at 10.5.0.255, and a subnet is a part of its VPC.",
                when=lambda block: not overlaps(block, "10.5.0.0/24"),
            ),
        ),
    ),
    Exercise(
        id="02-level",
        title="The colleague's sentence",
        prompt=(
            "A colleague writes: “To save money we create the development VPC in one Availability Zone, and "
            "the one for production over several.” What is right?"
        ),
        kind=Choice(
            {
                "a": "the sentence: the zones are chosen when the VPC is created",
                "b": "a VPC always covers every zone of its Region; a zone is chosen for each subnet",
                "c": "a VPC lives in one zone; production needs a VPC for each zone",
                "d": "a VPC covers every zone of its Region, and so does each of its subnets",
            }
        ),
        hints=(
            "At which of the lines that build the shop did you name a zone?",
            "Look where `az=` stands, and where it does not.",
            "`az=` stands in every line that makes a subnet, and in none that makes a VPC.",
        ),
        deciding="every line that makes a subnet",
        why=(
            "You may use one zone only, by making subnets only there. The VPC covers all of them all the "
            "same, and a subnet in another zone can be added on any day."
        ),
        solution="b",
        also_right=("B", "b)", "a VPC always covers every zone of its Region"),
        traps=(
            Trap(
                "a",
                "IMP-a",
                "That is often told, and it is the wrong level: no VPC asks for a zone. The two instances "
                "below are in two zones, and the line that made their VPC names none:",
            ),
            Trap(
                "c",
                "M26",
                "Then this packet would have to leave its VPC. It goes from zone to zone inside one:",
            ),
            Trap("d", "M26", "Half of it is right. The other half AWS refuses:"),
        ),
        evidence=show_level,
    ),
    Exercise(
        id="02-environments",
        title="A block for test",
        prompt=(
            "`prod` has 10.0.0.0/16, `dev` has 10.1.0.0/16, and the office uses 192.168.0.0/16. Which block "
            "does the new VPC `test` get? It is as large as the two others, for some day it may hold 60,000 "
            "instances, and it may be joined to both and to the office later. Take "
            "it from the three ranges above."
        ),
        kind=Cidr(
            avoids=("192.168.0.0/16",),
            inside=("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
            hosts=60_000,
            given=production_and_development,
            place=place_test,
            intents=(Intent("tester", "prod-app", tcp(443)), Intent("tester", "dev-app", tcp(443))),
        ),
        hints=(
            "Write the blocks in use below each other, each with its first and its last address.",
            "In a /16 the first two numbers stay fixed. So choose two first numbers that nobody uses.",
            "Blocks from 10.2.0.0 on are free.",
        ),
        deciding="10.2.0.0",
        why=(
            "No address of `test` is an address of another network of yours. So an address says by itself "
            "which environment is meant, and the networks can be joined."
        ),
        solution="10.2.0.0/16",
        also_right=("10.2.0.0 / 16", "10.2.7.9/16", "10.200.0.0/16", "172.16.0.0/16"),
        traps=(
            Trap(
                "10.1.0.0/16",
                "M24",
                "A VPC of your own may have that block, and works alone. As soon as it is to be joined to "
                "one with the same addresses, AWS refuses, whichever subnets are used:",
                when=lambda block: overlaps(block, "10.0.0.0/16", "10.1.0.0/16"),
            ),
            Trap(
                "192.168.0.0/16",
                "M24",
                "Those are the office's addresses. A packet to one of them could not say which of the two "
                "networks it means.",
                when=lambda block: overlaps(block, "192.168.0.0/16"),
            ),
        ),
    ),
    Exercise(
        id="02-grow",
        title="More room for dev",
        prompt=(
            "`dev` has 10.7.0.0/24, and its two subnets fill it. A subnet for 100 more instances is needed, "
            "in a second block for the VPC. Your plan keeps 10.7.0.0/16 for `dev`. Which block do you add? "
            "No larger than 100 instances need."
        ),
        kind=Cidr(
            inside="10.7.0.0/16",
            hosts=100,
            smallest=True,
            given=small_development,
            place=place_second_block,
            intents=(Intent("builder", "builder-2", tcp(443)),),
        ),
        hints=(
            "Two questions: how large, and where does it not touch what is there?",
            "100 and the five that AWS keeps must fit; and 10.7.0.0 to 10.7.0.255 are taken.",
            "128 addresses are a /25. It may begin at 10.7.1.0.",
        ),
        deciding="/25",
        why=(
            "The first block stays as it is; the second stands beside it. `builder` reaches the new subnet "
            "at once, for both blocks belong to one VPC."
        ),
        solution="10.7.1.0/25",
        also_right=("10.7.1.0 / 25", "10.7.1.128/25", "10.7.200.0/25", "１0.7.1.0/25"),
        traps=(
            Trap(
                "10.7.0.0/23",
                "M27",
                "That would be the old block, made larger. A block keeps its size; another one may stand "
                "beside it, and must not hold the old one.",
                when=lambda block: block.prefixlen < 24 and overlaps(block, "10.7.0.0/24"),
            ),
            Trap(
                "10.7.1.0/26",
                "M25",
                "A /26 has 64 addresses, and not even those are all for you.",
                when=lambda block: block.prefixlen == 26 and not overlaps(block, "10.7.0.0/24"),
            ),
        ),
    ),
    Exercise(
        id="02-ticket",
        title="It was planned for this",
        prompt=(
            "One Availability Zone is down, and the shop is silent. It was planned for this: `web-1` is in "
            "the subnet `front-a`, 10.0.0.0/24, and `web-2` in `front-c`, 10.0.1.0/24. `db` is in `data-c`, "
            "10.0.2.0/24, and `jobs` in `jobs-d`, 10.0.3.0/24. The last letter of each name is to say the "
            "zone; one name lies. Find out which zone is down, with as few probes as you can. Then start "
            "`web-3`, with the group `web`, in a subnet where it answers."
        ),
        kind=Edit(
            given=shop_with_two_fronts,
            intents=(InFailure("jobs", "web-3", tcp(443), before="web-2"), Intent("jobs", "db", tcp(3306))),
            picture=False,
            also=without_its_group,
        ),
        hints=(
            "`jobs` is there to ask the others. Which of them do not answer?",
            "What is silent is in the zone that is down. If two are silent, and only one name lies: which "
            "zone can it be, if `db` answers?",
            "`front-c` stands in zone a, which is down. Make a subnet in c or d, with a free block such as "
            "10.0.4.0/24.",
        ),
        deciding="10.0.4.0",
        why=(
            "Both web servers were in zone a: the name `front-c` said c, and a name decides nothing. A "
            "subnet stays in the zone that it was made in. So `web-3` needed a subnet in another zone of "
            "the same VPC."
        ),
        solution=one_more_zone,
        also_right=(one_more_in_c,),
        traps=(
            Trap(
                beside_the_others,
                "M26",
                "`web-3` is silent like its neighbours. A subnet lives in one zone, whatever it is called.",
                when=lambda network: stands_in_a(network, new_subnet=False),
            ),
            Trap(
                one_more_in_a,
                "M26",
                "The subnet is new, the zone is the old one: what stands there is down. The VPC has others.",
                when=lambda network: stands_in_a(network, new_subnet=True),
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="02-p1",
        question=(
            "Development and test were set up from one recipe, so they look the same. `tester` is in `dev`. "
            "Somebody tells it: “the database of test has the address 10.0.1.10”, and it asks there. Who "
            "answers?"
        ),
        given=two_environments,
        flow=Intent("tester", "10.0.1.10", tcp(3306)),
        choices={
            "other": "`test-db`: its address is 10.0.1.10",
            "own": "`dev-db`: its address is 10.0.1.10 too",
            "nobody": "nobody: two have this address",
        },
        truth=where_it_arrives,
        beliefs={
            "other": ("M24", "The packet says 10.0.1.10, and not which VPC is meant. It never left `dev`."),
            "nobody": (
                "M24",
                "Each VPC is a network of its own and knows one 10.0.1.10: its own. AWS allows both.",
            ),
        },
        after="""
Two networks with the same addresses are allowed, and each works alone. But an address now means two things,
and nobody notices when the wrong one answers. The test ran against the wrong database.

This chapter is about giving out addresses so that this does not happen.

Codes in brackets, such as SG-12, number facts about AWS. You can read past them; `fact("SG-12")` tells one.
""",
    ),
    Prediction(
        id="02-p2",
        question=(
            "`web` is in Availability Zone a, `db` in Availability Zone c. `web` asks `db`. What happens?"
        ),
        given=shop,
        flow=Intent("web", "db", tcp(3306)),
        beliefs={
            "blocked": (
                "M26",
                "Two zones, but one VPC: it covers both, and where one zone ends nobody asks.",
            ),
            "reply-blocked": ("M26", "The answer has the same way as the question: inside one VPC."),
        },
        after="""
The two are in different subnets, in different zones, perhaps kilometres apart. For the packet they are in
one network: it never leaves the VPC.
""",
    ),
    Prediction(
        id="02-p3",
        question=(
            "Availability Zone a is down: nothing in it works. `jobs` and `db` are in zone c, and "
            "`jobs` asks `db`. What happens?"
        ),
        given=shop_without_zone_a,
        shown=shop,
        flow=Intent("jobs", "db", tcp(3306)),
        beliefs={
            "blocked": (
                "IMP-a",
                "The VPC does not live in zone a. It covers every zone, and zone c works.",
            ),
            "reply-blocked": (
                "M26",
                "Neither `jobs` nor `db` is in zone a, and the VPC is in no single zone.",
            ),
        },
        after="""
What stands in zone a is gone, `web` too. The VPC is still there, and so are its other subnets. A shop that is
to survive this has a web server in a second subnet, in another zone.
""",
    ),
    Prediction(
        id="02-p4",
        question=(
            "One subnet for two zones would be less work. Somebody types the line below. What happens?"
            f"\n\n`{WIDE.code}`"
        ),
        given=shop,
        picture=False,
        flow=WIDE,
        choices=words.ATTEMPTS,
        beliefs={"made": ("M26", "A subnet cannot span zones, in any Region.")},
        after="""
Make one subnet in each zone instead. And the zone of a subnet never changes: to move, you make a new one.
""",
    ),
    Prediction(
        id="02-p5",
        question=(
            "A block of 16 addresses, a /28, is the smallest that a subnet can have. You make one and start "
            "twelve instances in it. What happens at the twelfth?"
        ),
        given=shop,
        picture=False,
        flow=TWELVE,
        choices={"made": "it starts: 12 is less than 16", "refused": "AWS refuses it"},
        beliefs={
            "made": ("M25", "16 addresses are there, but not 16 are to be had."),
        },
        after="""
Of every subnet AWS keeps five addresses, the first four and the last. In 10.0.3.0/28:

| address | what AWS keeps it for |
| --- | --- |
| 10.0.3.0 | the network itself |
| 10.0.3.1 | the VPC's router, which leads packets on |
| 10.0.3.2 | DNS, which finds addresses for names (chapter 08) |
| 10.0.3.3 | later use |
| 10.0.3.15, the last | broadcast, which means all at once; a VPC has none |

So 16 - 5 = 11 are for you, and the twelfth instance finds none. A /24 leaves 256 - 5 = 251.
""",
    ),
    Prediction(
        id="02-p6",
        question=(
            "`dev` was made with 10.7.0.0/24, and is full. Somebody writes the old line anew, with a larger "
            f"block. What happens?\n\n`{LARGER.code}`"
        ),
        given=small_development,
        flow=LARGER,
        choices=words.ATTEMPTS,
        beliefs={"made": ("M27", "A block that a VPC has never grows.")},
        after="""
The first block of a VPC stays for ever, in its size too. What you can do is add a second block beside it,
which AWS calls secondary. Not any block will do: it must not overlap the first, and AWS refuses some ranges
beside others. So it is decided on the first day whether two VPCs can ever be joined. And it is better to
begin large.
""",
    ),
    Prediction(
        id="02-p7",
        question=(
            "`dev` and `test` both have 10.1.0.0/16, but use different parts: the one subnet is 10.1.0.0/24, "
            "the other 10.1.128.0/24. Can the two VPCs be joined? (Chapter 07 calls it peering.)\n\n"
            f"`{PEER.code}`"
        ),
        given=two_halves,
        flow=PEER,
        choices=words.ATTEMPTS,
        beliefs={
            "made": ("M24", "AWS compares the blocks of the VPCs. Which parts are in use it does not ask."),
        },
        after="""
The blocks that two VPCs have decide whether they can be joined. So plan all environments at once, on one
sheet of paper, with the office on it.
""",
    ),
    Prediction(
        id="02-p8",
        question=(
            "`small-a` has two blocks: the IPv4 block 10.0.0.0/28 and an IPv6 /64, with more addresses than "
            "anybody can use. You start twelve instances in it, each with an address of either kind. What "
            "happens at the twelfth?"
        ),
        given=shop_with_ipv6,
        flow=TWELVE_DUAL,
        choices={"made": "it starts: IPv6 addresses are left", "refused": "AWS refuses it"},
        beliefs={"made": ("M25", "Each also needs an IPv4 address, and of those a /28 gives 11.")},
        after="""
The two kinds do not stand in for each other. The smaller store is empty first.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="02-why",
        question=(
            "A colleague says: “We give development, test and production the same block. They will never "
            "talk to each other.” What do you answer, in one sentence?"
        ),
        model=(
            "A block can never be changed and overlapping VPCs can never be joined, so give each environment "
            "a block of its own now: addresses cost nothing, and then an address says which one is meant."
        ),
        points=(
            "A VPC's block stays as it is.",
            "VPCs whose blocks overlap can never be joined.",
            "With blocks of their own an address has one meaning.",
        ),
    ),
)
