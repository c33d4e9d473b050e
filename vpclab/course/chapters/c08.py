"""Chapter 08, Protocols and ports: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from vpclab import Topology, icmp, internet, resolve, tcp, trace, udp
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Attempt, Choice, Edit, Intent, Match, Number, Order, Tried, quietly
from vpclab.course.portbook import ports
from vpclab.course.stepping import walk

FRIEND = internet("203.0.113.90")
OFFICE = internet("203.0.113.70")
MAIL = internet("203.0.113.25")
NAME = "ec2-198-51-100-10.ap-northeast-1.compute.amazonaws.com"
INSIDE_NAME = "ip-10-0-1-10.ap-northeast-1.compute.internal"

# --- the networks ------------------------------------------------------------------------------------------


def shop() -> Topology:
    """Return the shop as the lesson builds it."""
    network = Topology("shop", region="ap-northeast-1")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.security_group("web-list", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("db-list", inbound=["tcp 3306 from web-list"])
    front.instance("web", security_groups=["web-list"]).elastic_ip()
    data.instance("db", security_groups=["db-list"])
    return network


@quietly
def shop_with_name_server() -> Topology:
    """Return the shop with a name server of its own."""
    network = shop()
    network["prod"].security_group("names-list", inbound=["udp 53 from web-list"])
    network["data-a"].instance("names", private_ip="10.0.1.53", security_groups=["names-list"])
    return network


@quietly
def shop_with_udp() -> Topology:
    """Return the shop with the right port at the door of `web`, and another protocol."""
    network = shop_with_name_server()
    network["prod"].security_group("web-list", inbound=["udp 443 from 0.0.0.0/0"])
    return network


@quietly
def shop_with_names() -> Topology:
    """Return the shop with AWS's names for its instances."""
    network = shop_with_name_server()
    network.vpc("prod", "10.0.0.0/16", dns_hostnames=True)
    return network


@quietly
def shop_with_telnet() -> Topology:
    """Return the shop whose people log in as it was done long ago."""
    network = shop()
    network["web-list"].allow(inbound=["tcp 23 from 203.0.113.64/28"])
    return network


@quietly
def shop_with_stores() -> Topology:
    """Return the shop with three stores of data; one list has its neighbour's port."""
    network = Topology("shop", region="ap-northeast-1")
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    data = prod.subnet("data-a", "10.0.1.0/24", az="a")
    prod.route_table("front", subnets=[front]).route("0.0.0.0/0", to=prod.internet_gateway())
    prod.security_group("web-list", inbound=["tcp 443 from 0.0.0.0/0"])
    prod.security_group("trial-list")
    for store, port in (("orders", 3306), ("reports", 5439), ("sales", 5439)):
        prod.security_group(f"{store}-list", inbound=[f"tcp {port} from web-list"])
    front.instance("web", security_groups=["web-list"]).elastic_ip()
    front.instance("trial", security_groups=["trial-list"])
    for store in ("orders", "reports", "sales"):
        data.instance(store, security_groups=[f"{store}-list"])
    return network


@quietly
def shop_answering_ping() -> Topology:
    """Return the shop after somebody wrote ping into the list in the place of the shop itself."""
    network = shop()
    network["prod"].security_group("web-list", inbound=["icmp 8/0 from 0.0.0.0/0"])
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def renew_login(shop: Topology) -> None:
    """Let the office in by ssh, and close telnet."""
    shop["web-list"].allow(inbound=["tcp 22 from 203.0.113.64/28"])
    shop["web-list"].revoke(inbound=["tcp 23 from 203.0.113.64/28"])


def renew_login_declared(shop: Topology) -> None:
    """Write the whole list anew."""
    shop["prod"].security_group("web-list", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 203.0.113.64/28"])


def use_ssh_by_udp(shop: Topology) -> None:
    """Name the right port and the wrong protocol."""
    shop["web-list"].allow(inbound=["udp 22 from 203.0.113.64/28"])
    shop["web-list"].revoke(inbound=["tcp 23 from 203.0.113.64/28"])


def use_ssh_from_everywhere(shop: Topology) -> None:
    """Let the whole internet try passwords."""
    shop["web-list"].allow(inbound=["tcp 22 from 0.0.0.0/0"])
    shop["web-list"].revoke(inbound=["tcp 23 from 203.0.113.64/28"])


def open_ports_for_answers(shop: Topology) -> None:
    """Open the door to the office's answers, which no list asks for."""
    shop["web-list"].allow(inbound=["tcp 22 from 203.0.113.64/28", "tcp 1024-65535 from 203.0.113.64/28"])
    shop["web-list"].revoke(inbound=["tcp 23 from 203.0.113.64/28"])


def mend(shop: Topology) -> None:
    """Give the reports' list the port of its own engine."""
    shop["reports-list"].allow(inbound=["tcp 5432 from web-list"])
    shop["reports-list"].revoke(inbound=["tcp 5439 from web-list"])


def mend_declared(shop: Topology) -> None:
    """Write the reports' list anew, with the address of `web`."""
    shop["prod"].security_group("reports-list", inbound=["tcp 5432 from 10.0.0.10/32"])


def let_ping_in(shop: Topology) -> None:
    """Make the machine answer ping."""
    shop["reports-list"].allow(inbound=["icmp 8/0 from web-list"])


def mend_by_udp(shop: Topology) -> None:
    """Name the right port and the wrong protocol."""
    shop["reports-list"].allow(inbound=["udp 5432 from web-list"])
    shop["reports-list"].revoke(inbound=["tcp 5439 from web-list"])


def open_all_high_ports(shop: Topology) -> None:
    """Open every port that an answer could go to."""
    shop["reports-list"].allow(inbound=["tcp 1024-65535 from web-list"])


def open_everything(shop: Topology) -> None:
    """Let everything in."""
    shop["reports-list"].allow(inbound=["all from 0.0.0.0/0"])


# --- what the checks look at -------------------------------------------------------------------------------


@dataclass(frozen=True, repr=False)
class Told(Tried):
    """What name servers answered, and who got which addresses."""

    answers: tuple[str, ...] = ()

    @property
    def _sentence(self) -> str:
        return self.said


class Asked(Attempt):
    """Lines that set a name and ask for it in a network called `shop`."""

    def trace(self, topology: Topology) -> Told:
        """Return the answers; the code shown is the code that runs."""
        names = {"shop": topology, "resolve": resolve, "internet": internet}
        first, *asked = self.code.splitlines()  # the name, then who asks for it
        exec(first, names)
        found = [eval(line, names) for line in asked]
        rows = ["| who asks | is told | why |", "| --- | --- | --- |"]
        for line, answer in zip(asked, found, strict=True):
            asker = line.rpartition(", ")[2].strip(')"')
            told = ", ".join(map(str, answer.addresses)) or "no answer"
            rows.append(f"| {asker} | {told} | {answer.because} |")
        return Told(self.code, "made", "\n".join(rows), tuple(map(str, found[0].addresses)))


def who_is_meant(told: Told) -> str:
    """Return which of the two addresses of `web` the first asker got."""
    return {"10.0.0.10": "inside", "198.51.100.10": "outside"}.get("".join(told.answers), "none")


def port_of_the_answer(way: Any) -> str:
    """Return the port to which the answer goes."""
    return str(way.reply[0].packet_in.dst_port)


def pairs(value: Any) -> Mapping[str, str]:
    """Return a match's pairs by item."""
    return dict(value)


def lets(network: Topology, traffic: Any) -> bool:
    """Return whether `web` gets an answer from `reports`."""
    return bool(trace(network, "web", "reports", traffic).reaches)


def more_than(network: Topology, instance: str, *wanted: str) -> str:
    """Return the first inbound line at an instance's door for other things than those wanted, or nothing."""
    groups = [network[id] for id in network[instance].interfaces[0].value.group_ids]
    lines = [str(rule) for group in groups for rule in group.value.side("inbound")]
    return next((line for line in lines if line.partition(" from ")[0] not in wanted), "")


def office_only(network: Topology) -> tuple[Any, ...]:
    """Return what the rows do not see: part of the office, its neighbours, a port too many."""
    for last, belongs in ((64, True), (79, True), (63, False), (80, False)):
        who = f"203.0.113.{last}"
        way = trace(network, internet(who), "web", tcp(22))
        if way.reaches is not belongs:
            said = (
                "belongs to 203.0.113.64/28 and stays outside"
                if belongs
                else "is not the office, and gets in"
            )
            return (f"All rows hold, but {who} {said}.", way)
    line = more_than(network, "web", "tcp 443", "tcp 22")
    return (f"All rows hold, but a line opens more than the two services: “{line}”.",) if line else ()


PLAN = {"orders": "tcp 3306", "reports": "tcp 5432", "sales": "tcp 5439"}


def beside_the_plan(network: Topology) -> tuple[Any, ...]:
    """Return a line at the door of a store that the plan does not have, or nothing."""
    for store, wanted in PLAN.items():
        line = more_than(network, store, wanted)
        if line:
            return (f"All rows hold, but `{store}` lets in what the plan does not have: “{line}”.",)
    return ()


SERVICES = {
    "browser": "tcp 443",
    "Aurora PostgreSQL": "tcp 5432",
    "Redshift": "tcp 5439",
    "Linux login": "tcp 22",
    "name server": "udp 53",
}


def show_services(value: Any) -> Any:
    """Return who waits at the first port that is paired wrongly; or Aurora's two ports."""
    wrong = [choice for item, choice in value if SERVICES[item] != choice]
    return ports(wrong[0].split()[1] if wrong else "aurora")


def show_database_answer(value: Any) -> Any:
    """Return the request, or, for the right number, the answer."""
    way = trace(shop(), "web", "db", tcp(3306, src_port=51514))
    return walk(way, leg="reply" if value == 51514 else "request")


def show_question(key: str) -> Any:
    """Return the question's way."""
    way = trace(shop_with_name_server(), "web", "names", udp(53, src_port=49200))
    return walk(way, leg="request", blank=() if key == "b" else (1, 2, 3))


def show_two_visitors(key: str) -> Any:
    """Return the answers to one of the two tabs."""
    return walk(trace(shop(), internet, "web", tcp(443, src_port=50002)), leg="reply")


def show_names(value: Any) -> Any:
    """Return what is answered to the first wrong pair's asker, without its address."""
    network = shop_with_names()
    asked = {
        "public name, asked by db": (NAME, "db"),
        "public name, asked by a customer": (NAME, internet),
        "private name, asked by web": (INSIDE_NAME, "web"),
        "private name, asked by a customer": (INSIDE_NAME, internet),
    }
    for item, choice in value:
        answer = resolve(network, *asked[item])
        if choice != (", ".join(map(str, answer.addresses)) or "no answer"):
            return f"{item}: {answer.because}"
    return ""


EXERCISES = (
    Exercise(
        id="08-last-step",
        title="The last steps",
        prompt=(
            "`web` asks `db` as the table above says, and `db` answers. All rows of the answer are empty; "
            "those that apply would show the same two addresses and the same two ports. To which port does "
            "the answer go?"
        ),
        kind=Number(),
        hints=(
            "Many programs run on `web`. Which of them waits for this answer?",
            "The answer changes the two ends of the question: its source becomes the destination.",
            "In row 1 the question's source is 10.0.0.10:51514, and behind the colon stands the port.",
        ),
        deciding="51514",
        why=(
            "`web` picked 51514 for this one connection, so that is where it waits. 3306 is the answer's "
            "source now."
        ),
        solution=51514,
        also_right=("51514", "５１５１４"),
        traps=(
            Trap(
                3306,
                "M04",
                "At `db`, a program waits behind port 3306. The answer goes to `web`, and there nobody "
                "waits at that port.",
            ),
            Trap(
                443,
                "M04",
                "Behind 443 of `web` the program for customers waits. It asked `db` for nothing at this "
                "port: look at the source in row 1.",
            ),
            Trap(
                40000,
                "M04",
                "That was the customer's port, for the customer's connection. This connection has another "
                "client, and that one picked for itself.",
            ),
        ),
        evidence=show_database_answer,
    ),
    Exercise(
        id="08-first-steps",
        title="The first steps",
        prompt="Rows 1 to 3 of the table above are empty. What stands there?",
        kind=Choice(
            {
                "a": "the lists let protocol number 53 out; then 10.0.0.0/16 → local",
                "b": "the lists let protocol number 17 out, to port 53; then 10.0.0.0/16 → local",
                "c": "the lists let protocol number 17 out, to port 49200; then 10.0.0.0/16 → local",
                "d": "the lists let protocol number 53 out, to port 17; then 10.0.0.0/16 → local",
            }
        ),
        hints=(
            "Two numbers tell what is sent: how it travels, and for which program it is.",
            "Row 6 shows two ports. One was picked by the asking program, the other waits for questions.",
            "The manner is UDP, and its number is 17. The destination ends in :53. A route reads addresses "
            "only.",
        ),
        deciding="its number is 17",
        why=(
            "UDP is protocol number 17, and 53 is the port at which a name server waits. The route table "
            "read neither: it asked where the packet goes."
        ),
        solution="b",
        also_right=("B", "b)", "the lists let protocol number 17 out, to port 53; then 10.0.0.0/16 → local"),
        traps=(
            Trap(
                "a",
                "IMP-e",
                "53 stands behind the colon of the destination in row 6, so it is a port. The number of the "
                "protocol is another one, and it stands in the table of the three manners.",
            ),
            Trap(
                "c",
                "M04",
                "49200 stands behind the colon of the *source* in row 6. It is where `web` waits for the "
                "answer, and not where it asks.",
            ),
            Trap(
                "d",
                "IMP-e",
                "You have both numbers, each in the other's place. Which of the two stands behind a colon in "
                "row 6?",
            ),
        ),
        evidence=show_question,
    ),
    Exercise(
        id="08-services",
        title="Who waits where",
        prompt=(
            "What does a list have to let in, so that each of these is reached? Look it up: "
            '`ports("login")` and the like, in a cell of your own, or in the field above.'
        ),
        kind=Match(
            items=tuple(SERVICES),
            choices=(
                "tcp 22",
                "tcp 443",
                "tcp 3306",
                "tcp 5432",
                "tcp 5439",
                "udp 53",
                "protocol 53",
            ),
        ),
        hints=(
            "One of the choices waits at a port of which the table knows two users, and one is no port.",
            "Aurora speaks the language of one engine or of the other, and the engine says the port.",
            "The flavour for PostgreSQL waits where PostgreSQL does, at 5432. Questions for names go by UDP, "
            "mostly.",
        ),
        deciding="5432",
        why=(
            "Five services, five ports. Aurora has no port of its own: it waits where the engine that it "
            "speaks like waits."
        ),
        solution=SERVICES,
        also_right=(list(SERVICES.items()),),
        traps=(
            Trap(
                {**SERVICES, "name server": "protocol 53"},
                "IMP-e",
                "53 is the port of name servers. “protocol 53” would let in what carries 53 as its *protocol "
                "number*, and a question for a name does not.",
                when=lambda value: pairs(value)["name server"] == "protocol 53",
            ),
        ),
        evidence=show_services,
    ),
    Exercise(
        id="08-telnet",
        title="Out of the time before encryption",
        prompt=(
            "People in the office, at 203.0.113.64/28, log in to `web` with telnet. Whoever listens on the "
            "way reads their password. `web-list` has two lines, `tcp 443 from 0.0.0.0/0` and `tcp 23 from "
            "203.0.113.64/28`. Let the whole office, and nobody else, log in to this Linux machine by the "
            "service that is always encrypted, and close the old way."
        ),
        kind=Edit(
            given=shop_with_telnet,
            intents=(
                Intent(OFFICE, "web", tcp(22)),
                Intent(internet, "web", tcp(443)),
                Intent(OFFICE, "web", tcp(23), must=False),
                Intent(internet, "web", tcp(22), must=False),
                Intent(OFFICE, "web", tcp(3389), must=False),
            ),
            also=office_only,
        ),
        hints=(
            'Ask the table for what you want to do: `ports("login")`. What does its last column say?',
            "Two lines: one that lets the new service in from the office, one that takes the old rule away.",
            'The new rule is "tcp 22 from 203.0.113.64/28". The old one names port 23, and goes by `revoke`.',
        ),
        deciding="tcp 22",
        why=(
            "ssh does what telnet did, and encrypts it, the password included. A rule names three things: "
            "protocol, port, and from where. And a port that nobody needs any more is closed."
        ),
        solution=renew_login,
        also_right=(renew_login_declared,),
        traps=(
            Trap(
                use_ssh_by_udp,
                "IMP-e",
                "The number is right, and the manner is not. Port 22 exists once for each protocol, and ssh "
                "waits at the one of the other protocol: see the column “transport”.",
                when=lambda network: trace(network, OFFICE, "web", udp(22)).reaches,
            ),
            Trap(
                use_ssh_from_everywhere,
                "M14",
                "Now the whole internet may try passwords, and it will. The office's addresses are known: "
                "name them.",
                when=lambda network: trace(network, internet, "web", tcp(22)).reaches,
            ),
            Trap(
                open_ports_for_answers,
                "M04",
                "Ports from 1024 on are where the office waits for answers, on its own machines. At the "
                "door of `web` nothing arrives for them: you opened them for newcomers.",
                when=lambda network: trace(network, OFFICE, "web", tcp(50000)).reaches,
            ),
        ),
    ),
    Exercise(
        id="08-line",
        title="Three numbers in a row",
        prompt=(
            "A flow log (chapter 12) writes one line for each direction. This is the question of `web` to "
            "the name server `names`:\n\n"
            "`2 111122223333 eni-0a1b2c3d4e5f67890 10.0.0.10 10.0.1.53 49200 53 17 1 71 1768467600 "
            "1768467660 ACCEPT OK`\n\n"
            "After the two addresses come three numbers: 49200, 53 and 17. What is each?"
        ),
        kind=Match(
            items=("49200", "53", "17"),
            choices=("port of the sender", "port of the receiver", "protocol number"),
        ),
        hints=(
            "You have met two of the three in this chapter, and the third was picked by a program.",
            "The ports stand in the order of the addresses: first who sends, then who receives.",
            "17 is UDP, so it is the protocol number. Sender and receiver have one of the other two each.",
        ),
        deciding="17 is UDP",
        why=(
            "A line has both: two ports, and the number of the protocol. Its answer would carry 53 49200 17: "
            "the ports have changed places, and the protocol stays."
        ),
        solution={"49200": "port of the sender", "53": "port of the receiver", "17": "protocol number"},
        also_right=(
            {"17": "protocol number", "53": "port of the receiver", "49200": "port of the sender"},
            {49200: "port of the sender", 53: "port of the receiver", 17: "protocol number"},
        ),
        traps=(
            Trap(
                {"49200": "port of the sender", "17": "port of the receiver", "53": "protocol number"},
                "IMP-e",
                "53 belongs to the name server, so you gave it to the protocol. But it says which *program* "
                "is meant. In which manner the packet travels is said by one of the other numbers.",
                when=lambda value: pairs(value)["53"] == "protocol number",
            ),
            Trap(
                {"53": "port of the sender", "49200": "port of the receiver", "17": "protocol number"},
                "M04",
                "That would be the line of the answer. Who sends here, and at which port does a name server "
                "wait?",
                when=lambda value: pairs(value)["53"] == "port of the sender",
            ),
        ),
        evidence=lambda value: walk(
            trace(shop_with_name_server(), "web", "names", udp(53, src_port=49200)), leg="request"
        ),
    ),
    Exercise(
        id="08-ticket",
        title="All stores down",
        prompt=(
            "The owner's page asks all three stores, and stays empty. A colleague pinged all three from "
            "`web`, got no answer and wrote: “All three down.” This is the plan:\n\n"
            "| store | engine | who may ask |\n"
            "| --- | --- | --- |\n"
            "| `orders` | MySQL | `web` |\n"
            "| `reports` | PostgreSQL | `web` |\n"
            "| `sales` | Redshift | `web` |\n\n"
            "Each has a list, such as `reports-list`, that lets in what its engine is asked by, from "
            "`web-list` (who carries the list of `web`), and nothing else. One line is not as planned. Find "
            "it with `probe`, with as few probes as you can, and put it right here."
        ),
        kind=Edit(
            given=shop_with_stores,
            intents=(
                Intent("web", "orders", tcp(3306)),
                Intent("web", "reports", tcp(5432)),
                Intent("web", "sales", tcp(5439)),
                Intent("trial", "orders", tcp(3306), must=False),
                Intent("trial", "reports", tcp(5432), must=False),
                Intent("trial", "sales", tcp(5439), must=False),
            ),
            also=beside_the_plan,
            picture=False,
            hidden=("orders", "reports", "sales"),
        ),
        hints=(
            "Who lets in one thing only is silent to everything else, ping included. Ask each store for what "
            "its engine is asked by.",
            "One store is silent at its engine's port. Is the machine out of reach, or does its list name "
            "another port? Which other port would somebody type who copies a line?",
            "The list of `reports` names 5439, its neighbour's port, where PostgreSQL waits at 5432: allow "
            "the one and revoke the other.",
        ),
        deciding="5439, its neighbour's",
        why=(
            "The list of `reports` had been copied from its neighbour, port included. The machine was up all "
            "the time, and silent to ping, as the plan wants it."
        ),
        solution=mend,
        also_right=(mend_declared,),
        traps=(
            Trap(
                let_ping_in,
                "M34",
                "`reports` answers ping now, and the page is as empty as before. Ping was never what was "
                "missing, and the plan does not have it.",
                when=lambda network: lets(network, icmp()) and not lets(network, tcp(5432)),
            ),
            Trap(
                mend_by_udp,
                "IMP-e",
                "The number is right, and the manner is not: a list lets in a protocol *and* a port. The "
                "column “transport” of the table says which.",
                when=lambda network: lets(network, udp(5432)) and not lets(network, tcp(5432)),
            ),
            Trap(
                open_everything,
                "M14",
                "The page works, and `reports` may be asked for anything at all. The plan has one sender and "
                "one port.",
                when=lambda network: lets(network, tcp(22)),
            ),
            Trap(
                open_all_high_ports,
                "M04",
                "The page works, and 64,512 ports stand open. Answers to `reports` do not need them: it "
                "begins no connection here. And questions need one port.",
                when=lambda network: lets(network, tcp(61000)),
            ),
        ),
    ),
    Exercise(
        id="08-two",
        title="Two tabs",
        prompt=(
            "One customer, at 192.0.2.1, has the shop open in two tabs of a browser. Both are connected to "
            "198.51.100.10, port 443, by TCP. How do the right pages come to the right tab?"
        ),
        kind=Choice(
            {
                "a": "both answers go to port 443 of the customer, and the browser sorts the pages",
                "b": "each tab's connection has a port of its own at the customer",
                "c": "the second tab gets a second port at `web`, 444",
                "d": "each tab has another protocol number",
            }
        ),
        hints=(
            "Write down both packets, with all five things that a header says of them.",
            "Four of the five are the same for both tabs. Which one may differ, and who chooses it?",
            "The client picks an ephemeral port for each connection.",
        ),
        deciding="for each connection",
        why=(
            "Protocol, both addresses and the port of `web` are the same; the customer's ports differ. That "
            "is how 443 serves thousands at the same time."
        ),
        solution="b",
        also_right=("B", "b)", "each tab's connection has a port of its own at the customer"),
        traps=(
            Trap(
                "a",
                "M04",
                "443 is where `web` waits. The answer below goes to another port, and it is by that port "
                "that the machine knows whose page it is.",
            ),
            Trap(
                "c",
                "M04",
                "Everybody who opens the shop asks at 443, and so does the second tab. `web` need not move "
                "for a second visitor: something at the other end is different already.",
            ),
            Trap(
                "d",
                "IMP-e",
                "Both go by TCP, so both have the number 6. A protocol's number says how a packet travels, "
                "and not whose it is.",
            ),
        ),
        evidence=show_two_visitors,
    ),
    Exercise(
        id="08-asks",
        title="Who asks?",
        prompt=(
            "The shop with its names again. The public name is that of `web`. The private name, "
            f"`{INSIDE_NAME}`, is that of `db`. What does each asker get?"
        ),
        kind=Match(
            items=(
                "public name, asked by db",
                "public name, asked by a customer",
                "private name, asked by web",
                "private name, asked by a customer",
            ),
            choices=("198.51.100.10", "10.0.0.10", "10.0.1.10", "no answer"),
        ),
        hints=(
            "Ask for each: is the asker inside the VPC or outside?",
            "Who is inside gets an address that works inside. Who is outside can use public addresses only.",
            "`db` has no public address. So a customer gets no answer for the private name.",
        ),
        deciding="gets no answer",
        why="Four questions, two names, and three addresses: a name is answered to somebody.",
        solution={
            "public name, asked by db": "10.0.0.10",
            "public name, asked by a customer": "198.51.100.10",
            "private name, asked by web": "10.0.1.10",
            "private name, asked by a customer": "no answer",
        },
        also_right=(
            [
                ("private name, asked by a customer", "no answer"),
                ("private name, asked by web", "10.0.1.10"),
                ("public name, asked by a customer", "198.51.100.10"),
                ("public name, asked by db", "10.0.0.10"),
            ],
        ),
        traps=(
            Trap(
                {
                    "public name, asked by db": "198.51.100.10",
                    "public name, asked by a customer": "198.51.100.10",
                    "private name, asked by web": "10.0.1.10",
                    "private name, asked by a customer": "no answer",
                },
                "IMP-q",
                "You gave both askers of the public name the same address. A name server looks at who asks.",
                when=lambda value: (
                    pairs(value)["public name, asked by db"]
                    == pairs(value)["public name, asked by a customer"]
                ),
            ),
            Trap(
                {
                    "public name, asked by db": "10.0.0.10",
                    "public name, asked by a customer": "198.51.100.10",
                    "private name, asked by web": "10.0.1.10",
                    "private name, asked by a customer": "10.0.1.10",
                },
                "IMP-q",
                "You gave both askers of the private name the same address. Would it help a customer?",
                when=lambda value: (
                    pairs(value)["private name, asked by web"]
                    == pairs(value)["private name, asked by a customer"]
                ),
            ),
        ),
        evidence=show_names,
    ),
    Exercise(
        id="08-order",
        title="From a name to a page",
        prompt="A customer types the shop's name into a browser. Put into order what happens.",
        kind=Order(
            (
                "a question by udp to port 53 of a name server",
                "the name server's answer: an address",
                "a packet by tcp to port 443 of that address",
                "the shop's answer to the customer's ephemeral port",
            )
        ),
        hints=(
            "What does the customer's machine not know at the beginning?",
            "A packet needs an address for its destination, and a name is none.",
            "First the question to the name server, then its answer, then the packet to 443.",
        ),
        deciding="then its answer",
        why="Two conversations, one after the other: one about the name, one about the page.",
        solution=[
            "a question by udp to port 53 of a name server",
            "the name server's answer: an address",
            "a packet by tcp to port 443 of that address",
            "the shop's answer to the customer's ephemeral port",
        ],
        also_right=(
            (
                "a question by udp to port 53 of a name server",
                "the name server's answer: an address",
                "a packet by tcp to port 443 of that address",
                "the shop's answer to the customer's ephemeral port",
            ),
        ),
        traps=(
            Trap(
                [
                    "a packet by tcp to port 443 of that address",
                    "a question by udp to port 53 of a name server",
                    "the name server's answer: an address",
                    "the shop's answer to the customer's ephemeral port",
                ],
                "IMP-q",
                "To which address does your first packet go? The name is no address, and nobody has told the "
                "browser one.",
                when=lambda value: value[0].startswith("a packet by tcp"),
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="08-p1",
        question=(
            "`web` is running, and customers are buying. A friend at 203.0.113.90 wants to know whether it "
            "is there, and sends it a ping: a short note that asks for an echo. What happens?"
        ),
        given=shop,
        flow=Intent(FRIEND, "web", icmp()),
        beliefs={
            "delivered": (
                "M34",
                "A machine that runs need not answer a ping. This note never came to it.",
            ),
        },
        after="""
A parcel goes by car, by ship or by plane. A packet, too, has a manner of delivery: its **protocol**. It
stands in the packet's header, as a number:

| protocol | number | manner of delivery | used for |
| --- | --- | --- | --- |
| **TCP** | 6 | with a receipt: what gets lost is sent again | web pages, databases, logging in |
| **UDP** | 17 | without a receipt: sent, and that is all | calls, short questions |
| **ICMP** | 1 | short notes about the network itself | ping, “there is no way to that address” |

Ping is ICMP. The list at the door of `web` names tcp, so the note was stopped, while customers come and go.
*No answer to ping* means just that. Whoever wants to know whether the shop is open should open the shop.
""",
    ),
    Prediction(
        id="08-p2",
        question=(
            "A customer opens the shop. The packet comes from port 40000 of the customer and goes to port "
            "443 of `web`. To which port does the answer of `web` go?"
        ),
        given=shop,
        picture=False,
        flow=Intent(internet, "web", tcp(443)),
        choices={
            "443": "port 443 of the customer: the answer belongs to 443, too",
            "40000": "port 40000 of the customer, where the packet came from",
            "none": "none: only who asks has to name a port",
        },
        truth=port_of_the_answer,
        beliefs={
            "443": (
                "M04",
                "Behind 443 of the customer's machine nobody waits: it is no web server. Open “Hop by hop”: "
                "in the reply the two ports have changed places.",
            ),
            "none": (
                "M04",
                "The answer has two ports like any other packet. Open “Hop by hop”, and look at the reply.",
            ),
        },
        after="""
The customer's machine picked 40000 for itself, for this one connection, and waits there. Such a port is an
**ephemeral port**: the next connection has another one.

| | from | to |
| --- | --- | --- |
| request | 192.0.2.1, port 40000 | 198.51.100.10, port 443 |
| answer | 198.51.100.10, port 443 | 192.0.2.1, port 40000 |

Who waits has a port that others know. Who begins picks one. Linux picks from 32768 to 61000, today's Windows
from 49152 to 65535 (ACL-11). The traces of this course say 40000, unless they are told otherwise.
""",
    ),
    Prediction(
        id="08-p3",
        question="A customer opens the shop, as before: tcp 443 to `web`. What happens now?",
        given=shop_with_udp,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": (
                "IMP-e",
                "Port 443 is open, but for what comes by UDP. The customer's packet came by TCP.",
            ),
            "reply-blocked": ("M04", "The answer is not the problem: the packet itself was stopped."),
        },
        after="""
Each protocol has ports of its own: tcp 443 and udp 443 are two different doors with the same number. A line
in a list names both, the manner and the door.

(udp 443 is in use as well: HTTP/3, the newest way to fetch web pages, goes by UDP. A browser that gets no
answer there takes TCP.)
""",
    ),
    Prediction(
        id="08-p4",
        question=(
            "`web` has a public name. A customer who asks for its address gets 198.51.100.10. Now `db` asks "
            "for the same name, from inside the VPC. What does it get?"
        ),
        given=shop_with_names,
        flow=Asked(f'name = "{NAME}"\nresolve(shop, name, "db")\nresolve(shop, name, internet)'),
        choices={
            "outside": "198.51.100.10, like the customer",
            "inside": "10.0.0.10, the address inside",
            "none": "no answer: public names are for the internet",
        },
        truth=who_is_meant,
        beliefs={
            "outside": (
                "IMP-q",
                "A name is no address. Who answers looks at who asks, and gives what works for them.",
            ),
            "none": ("IMP-q", "Public names are answered inside the VPC, too, and not as they are outside."),
        },
        after="""
*“A domain name is an IP address in letters”* is often told. It misleads twice:

- One name can have several addresses: a large shop has many servers behind one name.
- Two askers can get two answers (DNS-3). Here both are right.

From inside the VPC the private address is the short way, and it is the one that lists at doors know.
""",
    ),
    Prediction(
        id="08-p5",
        question=(
            "Somebody changed the list at the door of `web`. A ping to `web` is answered, every time. A "
            "customer opens the shop: tcp 443. What happens?"
        ),
        given=shop_answering_ping,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": (
                "M34",
                "That ping is answered says nothing of port 443, any more than silence did in the puzzle.",
            ),
        },
        after="""
The rule for tcp 443 was replaced instead of joined by the one for ping. An answer to ping shows that the
machine is on and the way is there. Whether a *service* can be reached is shown by asking the service.
""",
    ),
    Prediction(
        id="08-p6",
        question=(
            "`web` sends the order's confirmation itself: smtp, tcp 25, to a mail server at 203.0.113.25. "
            "Lists and routes let everything out. What happens?"
        ),
        given=shop,
        picture=False,
        flow=Intent("web", MAIL, tcp(25)),
        after="""
EC2 lets nothing out to port 25 of the internet until you ask AWS to lift that (IGW-12), and no list or route
shows it. A shop can hand its mail to a mail service instead, by an encrypted connection to another port.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="08-why",
        question=(
            "A colleague asks: “Why does a packet have two ports? One would do: the one of the service.” "
            "What do you answer, in one sentence?"
        ),
        model=(
            "The service's port is known beforehand, so that clients find the program that waits; the client "
            "picks the other one for this connection, so that the answer finds the program that asked."
        ),
        points=(
            "One port is the service's, and known to everybody.",
            "The other is picked by the client, for one connection.",
            "Without it the answer would not find the program that asked.",
        ),
    ),
)
