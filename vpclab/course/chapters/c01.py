"""Chapter 01, Environments and networks: its networks, exercises, predictions and explanation."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from vpclab import Topology, Trace, internet, site, tcp, trace
from vpclab.course.cards import Table
from vpclab.course.comparing import Aspect, Compare
from vpclab.course.exercises import Exercise, Explanation, Prediction, Trap
from vpclab.course.kinds import Choice, Edit, Intent, Match, Order, Step
from vpclab.course.stepping import walk
from vpclab.render.words import name_of
from vpclab.topology.model import Instance, InternetGateway, Subnet, VirtualPrivateGateway

PRINT, ASK, PAGE = tcp(631), tcp(3306), tcp(443)
BANK = internet("203.0.113.80")
HOTEL = internet("203.0.113.70")
OFFICE_PC = site("office", "192.168.0.10")
GATE = ("igw", "internet gateway", "internet gateway igw")

# --- the networks ------------------------------------------------------------------------------------------


def company() -> Topology:
    """Return one country with a prefecture for development and one for production, all as it is when new."""
    network = Topology("company")
    country = network.vpc("company", "10.0.0.0/16")
    country.subnet("development", "10.0.0.0/24", az="a").instance("new-shop")
    country.subnet("production", "10.0.1.0/24", az="a").instance("customers")
    return network


def home() -> Topology:
    """Return a home with a PC and a printer, drawn as a country with a gate."""
    network = Topology("home")
    house = network.vpc("home", "10.0.0.0/16")
    room = house.subnet("room", "10.0.0.0/24", az="a")
    room.route("0.0.0.0/0", to=house.internet_gateway())
    room.instance("pc", public_ip=True)
    room.instance("printer")
    return network


def home_cut_off() -> Topology:
    """Return the home without the signpost to its gate, as after the cable to the provider was cut."""
    network = home()
    network["room"].route_table.remove_route("0.0.0.0/0")
    return network


def office() -> Topology:
    """Return an office: a PC and a printer as at home, and a server that outsiders may ask."""
    network = Topology("office")
    house = network.vpc("office", "10.0.0.0/16")
    room = house.subnet("room", "10.0.0.0/24", az="a")
    room.route("0.0.0.0/0", to=house.internet_gateway())
    house.security_group("files", inbound=["tcp 443 from 0.0.0.0/0"])
    room.instance("pc", public_ip=True)
    room.instance("printer")
    room.instance("files", public_ip=True, security_groups=["files"])
    return network


def two_countries() -> Topology:
    """Return development and production in countries of their own, every list open to everybody."""
    network = Topology("company")
    for name, block, rooms, machine in (
        ("development", "10.0.0.0/16", "10.0.0.0/24", "new-shop"),
        ("production", "10.1.0.0/16", "10.1.0.0/24", "customers"),
    ):
        country = network.vpc(name, block)
        country.security_group("open", inbound=["all from 0.0.0.0/0"])
        country.subnet("rooms", rooms, az="a").instance(machine, security_groups=["open"])
    return network


def company_without_customers() -> Topology:
    """Return two countries; in one of them a prefecture has a name that tells a lie."""
    network = Topology("company")
    dev = network.vpc("dev", "10.0.0.0/16")
    dev.subnet("dev-a", "10.0.0.0/24", az="a").instance("new-shop")
    dev.subnet("production", "10.0.1.0/24", az="a")
    prod = network.vpc("prod", "10.1.0.0/16")
    prod.subnet("prod-a", "10.1.0.0/24", az="a").instance("web")
    prod.subnet("prod-b", "10.1.1.0/24", az="a")
    return network


def _environments(rooms: Mapping[str, tuple[str, ...]]) -> Topology:
    network = Topology("company")
    for number, (name, machines) in enumerate(rooms.items()):
        country = network.vpc(name, f"10.{number}.0.0/16")
        prefecture = country.subnet(f"{name}-a", f"10.{number}.0.0/24", az="a")
        for machine in machines:
            prefecture.instance(machine)
    return network


def three_environments() -> Topology:
    """Return development, test and production, each in a country of its own."""
    return _environments(
        {"dev": ("dev-app", "dev-db"), "test": ("test-db", "test-app"), "prod": ("web", "customers")}
    )


def environments_with_a_guest() -> Topology:
    """Return the three environments after a machine of test was set up in the wrong country."""
    return _environments(
        {"dev": ("dev-app", "dev-db"), "test": ("test-db",), "prod": ("web", "customers", "test-app")}
    )


def company_with_office() -> Topology:
    """Return a country that has a gate to the internet and a second one for a line to the office."""
    network = Topology("company")
    country = network.vpc("company", "10.0.0.0/16")
    servers = country.subnet("servers", "10.0.0.0/24", az="a")
    servers.route("0.0.0.0/0", to=country.internet_gateway())
    line = country.virtual_private_gateway("line")
    room = network.site("office", "192.168.0.0/24")
    device = network.customer_gateway("office-device", "203.0.113.66")
    network.vpn_connection("vpn", gateway=line, site=room, customer_gateway=device)
    servers.route_table.propagate(line)
    country.security_group("files", inbound=["tcp 443 from 192.168.0.0/24"])
    servers.instance("files", security_groups=["files"])
    return network


def company_after_work() -> Topology:
    """Return a production that may ask the internet: its web server fetches updates at night."""
    network = Topology("company")
    country = network.vpc("production", "10.0.0.0/16")
    rooms = country.subnet("rooms", "10.0.0.0/24", az="a")
    rooms.route("0.0.0.0/0", to=country.internet_gateway())
    rooms.instance("web", public_ip=True)
    return network


# --- what learners do to them, rightly and wrongly ---------------------------------------------------------


def place(company: Topology) -> None:
    """Set the database up in the country of production."""
    company["prod-b"].instance("customers")


def place_beside_web(company: Topology) -> None:
    """Set the database up beside the web server."""
    company["prod-a"].instance("customers")


def place_by_name(company: Topology) -> None:
    """Believe the name of a prefecture."""
    company["production"].instance("customers")


def place_beside_the_developers(company: Topology) -> None:
    """Set the database up where it is built."""
    company["dev-a"].instance("customers")


def mend(company: Topology) -> None:
    """Set the machine up anew, in the country of its environment."""
    company["test-app"].remove()
    company["test-a"].instance("test-app")


def mend_with_a_new_prefecture(company: Topology) -> None:
    """Give the machine a prefecture of its own, in the country of test."""
    company["test-app"].remove()
    company["test"].subnet("test-b", "10.1.1.0/24", az="a").instance("test-app")


def own_prefecture_in_production(company: Topology) -> None:
    """Give the machine a prefecture of its own, and leave it in the country of production."""
    company["test-app"].remove()
    company["prod"].subnet("tests", "10.2.1.0/24", az="a").instance("test-app")


def bring_its_database(company: Topology) -> None:
    """Move the database of test to the machine, instead of the machine to its database."""
    company["test-db"].remove()
    company["prod-a"].instance("test-db")


def to_the_developers(company: Topology) -> None:
    """Move the machine into the country of development."""
    company["test-app"].remove()
    company["dev-a"].instance("test-app")


# --- what the checks look at -------------------------------------------------------------------------------


def _subnet(network: Topology, machine: str) -> Subnet:
    return network.one(Subnet, network[machine].value.subnet_id)


def country_of(network: Topology, machine: str) -> str:
    """Return the VPC that an instance is in."""
    return str(network.handle(_subnet(network, machine)).vpc.name)


def prefecture_of(network: Topology, machine: str) -> str:
    """Return the subnet that an instance is in."""
    return str(_subnet(network, machine).name)


def passes_a_gate(way: Trace) -> bool:
    """Return whether a flow crosses an internet gateway, or ends at it."""
    return any(hop.component.kind == "internet_gateway" for hop in way.forward)


def gate_or_not(way: Trace) -> str:
    """Return whether a print job leaves the home."""
    return "gate" if passes_a_gate(way) else "room"


def which_gate(way: Trace) -> str:
    """Return which of the country's two gates a packet from the office comes through."""
    kinds = {hop.component.kind for hop in way.forward}
    return "line" if VirtualPrivateGateway.kind in kinds else "internet"


def who_asks(way: Trace) -> str:
    """Return the end that sent the first packet."""
    return "web" if way.forward[0].component.name == "web" else "site"


def show_upload(value: str) -> Any:
    """Return the whole table for the right answer; the kind itself says what a wrong one overlooks."""
    return walk(trace(home(), "pc", BANK, PAGE), leg="request") if value in GATE else ()


def show_stranger(key: str) -> Any:
    """Return the whole table for the right choice, and for a wrong one the rows that are given."""
    way = trace(home(), internet, "printer", PRINT)
    return walk(way, leg="request", blank=set() if key == "a" else {1, 2, 3})


# --- the loop of the environments --------------------------------------------------------------------------

BUILD, OPEN, CLEAR = "build", "open", "find nothing"
TOTAL, VOUCHER, MEND_TOTAL, MEND_VOUCHER = "find A", "find B", "mend A", "mend B"
LOOP = (BUILD, TOTAL, MEND_TOTAL, VOUCHER, MEND_VOUCHER, CLEAR, OPEN)
OTHER_LOOP = (BUILD, VOUCHER, MEND_VOUCHER, TOTAL, MEND_TOTAL, CLEAR, OPEN)
DEV, TEST, PROD = "development", "test", "production"
_WHERE = {BUILD: DEV, MEND_TOTAL: DEV, MEND_VOUCHER: DEV, OPEN: PROD}


def play(order: tuple[str, ...]) -> Table:
    """Return what comes of the steps in this order: where each happens, and what it meets."""
    built, clear, known, faults, rows = False, False, set[str](), {TOTAL, VOUCHER}, []
    for step in order:
        said = f"faults left: {len(faults)}"
        if step == BUILD:
            built, said = True, "the basket is there, with faults nobody knows yet"
        elif not built:
            said = "there is no basket yet"
        elif step in (TOTAL, VOUCHER):
            waiting = known & faults
            known.add(step)
            said = "a fault is known now, so the work goes back"
            said = "tested again, and the fault found before is still in it" if waiting else said
        elif step in (MEND_TOTAL, MEND_VOUCHER):
            fault = TOTAL if step == MEND_TOTAL else VOUCHER
            said = "nobody knows of this fault yet"
            if fault in known:
                faults.discard(fault)
                said = f"faults left: {len(faults)}"
        elif step == CLEAR:
            clear = built and not faults
            said = "no fault is left" if clear else f"not so: faults left: {len(faults)}"
        elif step == OPEN:
            said = "customers meet what was tested" if clear else "nobody has tested what customers meet"
            said = f"customers meet faults: {len(faults)}" if faults else said
        rows.append((step, _WHERE.get(step, TEST), said))
    return Table(("step", "environment", "what comes of it"), tuple(rows))


def opened_early(order: tuple[str, ...]) -> bool:
    """Return whether customers get the basket before everything else is done."""
    return order[-1] != OPEN


# --- the everyday cases ------------------------------------------------------------------------------------

CASES = {
    "office printer": (office, Intent("pc", "printer", PRINT)),
    "home printer": (home, Intent("pc", "printer", PRINT)),
    "upload": (home, Intent("pc", BANK, PAGE)),
    "hotel": (office, Intent(HOTEL, "files", PAGE)),
    "video": (home, Intent("pc", internet("203.0.113.90"), PAGE)),
    "backup": (office, Intent("files", internet("203.0.113.100"), PAGE)),
}
NETWORK, INTERNET = "network", "internet"


def case_of(name: str) -> tuple[Topology, Trace]:
    """Return the network of an everyday case, and what becomes of its packet."""
    given, flow = CASES[name]
    network = given()
    return network, flow.trace(network)


def kind_of_case(name: str) -> str:
    """Return whether a case's packet stays among members or leaves through the gate."""
    return INTERNET if passes_a_gate(case_of(name)[1]) else NETWORK


def show_cases(pairs: tuple[tuple[str, str], ...]) -> Any:
    """Return the way of the first case that is wrong, or, if none is, what every packet passes."""
    wrong = next((name for name, said in pairs if said != kind_of_case(name)), None)
    if wrong:
        return case_of(wrong)[1]
    rows = tuple((name, gates(name), kind_of_case(name)) for name, _ in pairs)
    return Table(("case", "gate that the packet passes", "so it is"), rows)


def gates(name: str) -> str:
    """Return the gates on the way of a case's packet."""
    network, way = case_of(name)
    kinds = (InternetGateway.kind,)
    found = [name_of(network.snapshot(), h.component.id) for h in way.forward if h.component.kind in kinds]
    return ", ".join(found) or "none"


def printing_and_upload(given: Any) -> tuple[Trace, Trace]:
    """Return what becomes of a print job and of an upload."""
    network = given()
    return trace(network, "pc", "printer", PRINT), trace(network, "pc", BANK, PAGE)


def gate_experiment() -> tuple[str, str]:
    """Return whether a print job and an upload pass a gate."""
    job, upload = printing_and_upload(home)
    return ("a" if passes_a_gate(job) else "b", "a" if passes_a_gate(upload) else "b")


def show_gate() -> Table:
    """Return where both packets come by."""
    places = (Instance.kind, InternetGateway.kind, "internet")
    rows = zip(("the print job", "the upload"), printing_and_upload(home), strict=True)
    return Table(
        ("packet", "comes by"),
        tuple(
            (name, " → ".join(h.component.name for h in way.forward if h.component.kind in places))
            for name, way in rows
        ),
    )


def writing_experiment() -> tuple[str, str]:
    """Return whether a stranger gets through to a member, and to a server with an outside address."""
    network = office()
    inside, outside = trace(network, HOTEL, "printer", PRINT), trace(network, HOTEL, "files", PAGE)
    return ("b" if inside.reaches else "a", "b" if outside.reaches else "a")


def show_writing() -> Table:
    """Return what a stranger's packets come to."""
    network = office()
    rows = (
        ("`printer`, a member", "printer", PRINT),
        ("`files`, with an address on the internet", "files", PAGE),
    )
    return Table(
        ("a stranger writes to", "what becomes of it"),
        tuple((name.replace("`", ""), trace(network, HOTEL, to, what).because) for name, to, what in rows),
    )


def steady_experiment() -> tuple[str, str]:
    """Return what still works when the cable to the provider is cut."""
    job, upload = printing_and_upload(home_cut_off)
    return ("b" if job.reaches else "a", "b" if upload.reaches else "a")


def show_steady() -> Table:
    """Return what becomes of both when the cable is cut."""
    ways = printing_and_upload(home_cut_off)
    rows = zip(("the print job", "the upload"), ways, strict=True)
    return Table(("the cable is cut", "what becomes of it"), tuple((name, way.because) for name, way in rows))


def alike(cells: Mapping[str, tuple[str | None, ...]]) -> bool:
    """Return whether both columns of a row say the same."""
    return any(row[0] is not None and row[0] == row[1] for row in cells.values())


def swapped(cells: Mapping[str, tuple[str | None, ...]]) -> bool:
    """Return whether the two columns of every row that is filled are the wrong way round."""
    wrong = {"members": ("b", "a"), "gate": ("a", "b"), "safety": ("b", "a"), "steadiness": ("a", "b")}
    return all(row == wrong[name] for name, row in cells.items())


EXERCISES = (
    Exercise(
        id="01-last-step",
        title="The last step",
        prompt="Row 4 of the table above is empty. Write the name that stands on the map.",
        kind=Step(given=home, flow=Intent("pc", BANK, PAGE), at="route table", asks="next", picture=False),
        hints=(
            "The bank is no member of the home. What does a wall need, so that something can leave?",
            (
                "The map with signposts has just been read. Its signpost names a place, and the packet "
                "goes there."
            ),
            "Row 3 ends with an arrow. What stands behind the arrow, `igw`, is the gate.",
        ),
        deciding="igw",
        why=(
            "The bank is not among the members, so the packet leaves through the gate, `igw`. "
            "Look at its header there: the gate writes the home's outside address over the sender's."
        ),
        also_right=("internet gateway", "IGW", "internet gateway igw"),
        evidence=show_upload,
        traps=(
            Trap(
                "internet",
                "M43",
                "The home and the internet do not flow into each other: there is a wall between them, and "
                "one opening in it. The packet comes to that opening first.",
            ),
            Trap(
                "printer",
                "M43",
                "The header says 203.0.113.80, and that is not the printer's. A packet is not shown to "
                "all the members on its way out.",
            ),
        ),
    ),
    Exercise(
        id="01-first-steps",
        title="The first steps",
        prompt="Rows 1 to 3 of the table above are empty. What stands there, and why?",
        kind=Choice(
            {
                "a": "they do not apply: the stranger stands outside, and meets the gate first",
                "b": "passes, three times: the internet and the home are one network",
                "c": "stopped, at the door of `printer`: its list lets no stranger in",
            }
        ),
        hints=(
            "Where does this packet begin its way: in the room, or outside the wall?",
            "Rows 1 to 3 are about leaving: a machine's door, a prefecture's border, the signposts.",
            "A stranger leaves no door of this home, so the first row that applies is row 4, the gate.",
        ),
        deciding="row 4",
        why=(
            "The stranger is no member, so nothing of the home is left. The gate is the first place that the "
            "packet meets, and there it ends: `printer` has no address that outsiders could write to."
        ),
        solution="a",
        also_right=("A", "a)"),
        evidence=show_stranger,
        traps=(
            Trap(
                "b",
                "M43",
                "If they were one network, the packet would have arrived, as the print job of `pc` did. "
                "Row 4 shows a border between them, and the packet ends at it.",
            ),
            Trap(
                "c",
                "M43",
                "The door of `printer` comes in row 6, and that one says “not reached”. The border "
                "between the internet and the home was met first.",
            ),
        ),
    ),
    Exercise(
        id="01-loop",
        title="From the idea to the customers",
        prompt=(
            "The shop gets a basket. It comes with two faults that nobody knows yet: A, a wrong total, and "
            "B, a voucher that counts twice. As soon as test finds one, the work goes back. Put "
            "the seven steps "
            "into order; `open` means that customers get the basket."
        ),
        kind=Order(LOOP),
        hints=(
            "What must be there before anything can be tested? And who should be the last to see it?",
            "A fault is mended where things are built. After each mending, somebody looks again.",
            "Build, then twice a pair: find, mend. `find nothing` comes right before the customers.",
        ),
        deciding="right before the customers",
        why=(
            "Read the middle column: the work went back to development for each fault, and to test again "
            "after each mending. Only when test finds nothing does it go on."
        ),
        solution=list(LOOP),
        also_right=(list(OTHER_LOOP),),
        traps=(
            Trap(
                [BUILD, TOTAL, VOUCHER, OPEN, MEND_TOTAL, MEND_VOUCHER, CLEAR],
                "M44",
                "Read the row of production. What keeps customers away from a fault is that nothing gets "
                "there before test finds nothing.",
                when=opened_early,
            ),
            Trap(
                [BUILD, MEND_TOTAL, TOTAL, MEND_VOUCHER, VOUCHER, CLEAR, OPEN],
                "M44",
                "Somebody mends what nobody has found yet. Development builds, test finds: that is why "
                "they are kept apart.",
                when=lambda order: (
                    order.index(MEND_TOTAL) < order.index(TOTAL)
                    or order.index(MEND_VOUCHER) < order.index(VOUCHER)
                ),
            ),
        ),
        evidence=play,
    ),
    Exercise(
        id="01-cases",
        title="Six everyday cases",
        prompt=(
            "Does the packet stay in a network, or does it use the internet?\n\n"
            "- `office printer`: a PC in the office prints on the printer beside it\n"
            "- `home printer`: you print a copy of your identity card at home\n"
            "- `upload`: you send that copy to your bank\n"
            "- `hotel`: a colleague in a hotel opens a file on an office server\n"
            "- `video`: at home you watch a video of a video site\n"
            "- `backup`: a data centre copies its files to AWS; it has no line of its own there"
        ),
        kind=Match(tuple(CASES), (NETWORK, INTERNET)),
        hints=(
            "For each case ask: are sender and receiver members of the same site?",
            "Where the two ends belong to different sites, something open to everybody lies in between.",
            "The two printers are the cases where both ends are members. The other four go through a gate.",
        ),
        deciding="two printers",
        why=(
            "Both printers are reached without a gate. In the other cases the ends belong to different "
            "sites, and the packet crosses what joins the networks of the world."
        ),
        solution={name: NETWORK if "printer" in name else INTERNET for name in CASES},
        also_right=({name: [NETWORK if "printer" in name else INTERNET] for name in CASES},),
        traps=(
            Trap(
                dict.fromkeys(CASES, INTERNET),
                "M43",
                "One that stays among members is called “internet” there. Look at the way of this packet: "
                "which gate did it pass?",
                when=lambda pairs: any("printer" in name and said == INTERNET for name, said in pairs),
            ),
            Trap(
                dict.fromkeys(CASES, NETWORK),
                "M43",
                "That says “network” where the ends belong to different sites. Look at the way of this "
                "packet: what stands in the middle of it?",
                when=lambda pairs: any("printer" not in name and said == NETWORK for name, said in pairs),
            ),
        ),
        evidence=show_cases,
    ),
    Exercise(
        id="01-table",
        title="Network and internet, side by side",
        prompt="Fill the table. Think of the home: its printer, the bank, and the day the cable was cut.",
        kind=Compare(
            columns=(NETWORK, INTERNET),
            rows=(
                Aspect(
                    "members",
                    "Who belongs to it",
                    {"a": "known machines, a limited number", "b": "everybody"},
                    ("a", "b"),
                    fact="NET-1",
                ),
                Aspect(
                    "gate",
                    "To use it, a packet from your PC",
                    {"a": "passes a gate", "b": "passes no gate"},
                    gate_experiment,
                    show_gate,
                ),
                Aspect(
                    "safety",
                    "Who can write to a machine there",
                    {"a": "the members", "b": "strangers too"},
                    writing_experiment,
                    show_writing,
                ),
                Aspect(
                    "steadiness",
                    "When the cable to the provider is cut",
                    {"a": "it stops for you", "b": "it goes on"},
                    steady_experiment,
                    show_steady,
                    "NET-1",
                ),
            ),
        ),
        hints=(
            "Take one row at a time. Which of the packets you have seen tells something about it?",
            "Members make the difference, in every row: who is known, who can write, what lies in between.",
            "By rows, the network first: a b, then b a, then a b, and the last row as the second.",
        ),
        deciding="then b a",
        why=(
            "Few, known members: that makes a network safer and steadier. The internet gives up both, and "
            "gets the whole world for it. Its speed is promised by nobody either."
        ),
        also_right=(
            {"members": "ab", "gate": "ba", "safety": "ab", "steadiness": "ba"},
            {"steadiness": ["b", "a"], "safety": ["a", "b"], "gate": ["b", "a"], "members": ["a", "b"]},
        ),
        traps=(
            Trap(
                dict.fromkeys(("members", "gate", "safety", "steadiness"), ("b", "b")),
                "M43",
                "Both columns of a row say the same, as if there were one word for both. Below is what tells "
                "them apart.",
                when=alike,
            ),
            Trap(
                {"members": ("b", "a"), "gate": ("a", "b"), "safety": ("b", "a"), "steadiness": ("a", "b")},
                "M43",
                "The two words have changed places: the one with the known members is your home's or your "
                "office's own.",
                when=swapped,
            ),
        ),
    ),
    Exercise(
        id="01-customers",
        title="A place for the customers' data",
        prompt=(
            "`customers`, the database with the real customers' data, is to be set up. Put it where `web` of "
            "production reaches it, and `new-shop`, which is still being built, does not."
        ),
        kind=Edit(
            given=company_without_customers,
            intents=(
                Intent("new-shop", "customers", ASK, must=False),
                Intent("web", "customers", ASK),
            ),
        ),
        hints=(
            "Four prefectures could take it. First ask where each of them lies.",
            "A name is a label. What keeps a packet out is a border without a road through it.",
            "Roads lead everywhere inside a country. `web` is in `prod`, and `prod-b` lies there too.",
        ),
        deciding="prod-b",
        why=(
            "In the country `prod` a road leads from `web` to `customers`. From the country `dev` no road "
            "leads there, whatever the lists at the doors say."
        ),
        solution=place,
        also_right=(place_beside_web,),
        traps=(
            Trap(
                place_by_name,
                "M44",
                "The prefecture is called production, and it lies in the country of development. The road "
                "between two prefectures of a country is there from the start.",
                when=lambda network: prefecture_of(network, "customers") == "production",
            ),
            Trap(
                place_beside_the_developers,
                "M44",
                "Now the real customers' data lies in the room where `new-shop` is built, and `web` finds no "
                "road to it.",
                when=lambda network: prefecture_of(network, "customers") == "dev-a",
            ),
        ),
    ),
    Exercise(
        id="01-ticket",
        title="Orders that nobody placed",
        prompt=(
            "The shop's clerks write: “Since this morning there are orders among the real ones that no "
            "customer placed. They look like those that test uses.” One machine was set up anew "
            "yesterday. Find out with `probe` what is wrong, with as few probes as you can, and put it "
            "right here."
        ),
        kind=Edit(
            given=environments_with_a_guest,
            intents=(
                Intent("web", "customers", ASK),
                Intent("test-app", "test-db", ASK),
                Intent("dev-app", "dev-db", ASK),
                Intent("test-app", "customers", ASK, must=False),
                Intent("dev-app", "customers", ASK, must=False),
                Intent("test-db", "customers", ASK, must=False),
                Intent("dev-app", "test-db", ASK, must=False),
                Intent("test-app", "dev-db", ASK, must=False),
            ),
            picture=False,
            hidden=("customers",),
        ),
        hints=(
            "Who could have written those orders? Ask its way to `customers`.",
            "A machine that reaches production has a road there. And where roads lead tells in which "
            "country a machine stands. Does it reach its own database?",
            "`test-app` was set up in the country `prod`. A machine cannot be moved: remove it, and set "
            "it up anew in `test-a`.",
        ),
        deciding="test-a",
        why=(
            "`test-app` had been set up in the country of production. Its program asked for a database, "
            "and found the real one. Now no road leads from test to the customers' data."
        ),
        solution=mend,
        also_right=(mend_with_a_new_prefecture,),
        traps=(
            Trap(
                own_prefecture_in_production,
                "M44",
                "A prefecture of its own, but in the country of production: every prefecture of a country "
                "has roads to all the others.",
                when=lambda network: (
                    country_of(network, "test-app") == "prod"
                    and prefecture_of(network, "test-app") != "prod-a"
                ),
            ),
            Trap(
                bring_its_database,
                "M44",
                "Now all of test stands in the country of production, with roads to `customers`. Which of "
                "the two machines was in its right place before?",
                when=lambda network: country_of(network, "test-db") == "prod",
            ),
            Trap(
                to_the_developers,
                "M44",
                "Production is rid of `test-app`, and its own database is in another country still. Each "
                "environment has a country of its own.",
                when=lambda network: (
                    country_of(network, "test-app") == "dev" and country_of(network, "test-db") == "test"
                ),
            ),
        ),
    ),
    Exercise(
        id="01-divide",
        title="Five ways to divide",
        prompt=(
            "A cloud network can be divided in more than one way. By what is it divided here?\n\n"
            "- `a`: the shop's program gets one part, the bookkeeping program another\n"
            "- `b`: all machines that send mail, for whatever program, get a part\n"
            "- `c`: a partner company gets a part, apart from your own\n"
            "- `d`: sales gets a part, and so does the warehouse\n"
            "- `e`: what is still being tested gets a part, apart from what customers use"
        ),
        kind=Match(tuple("abcde"), ("application", "service", "organisation", "department", "environment")),
        hints=(
            "Ask of each: would another program, another firm, another floor of the house, or another "
            "stage of the work be on the other side?",
            (
                "An organisation is a firm, a department is a part of one. A service is one task that "
                "many programs use."
            ),
            "Programs are applications, sending mail is a service, a partner is an organisation, sales is a "
            "department, and `e` is about stages of the work.",
        ),
        deciding="stages of the work",
        why="All five are in use, and can be combined: an environment first, and applications inside it.",
        solution={
            "a": "application",
            "b": "service",
            "c": "organisation",
            "d": "department",
            "e": "environment",
        },
        also_right=(
            {"e": "environment", "d": "department", "c": "organisation", "b": "service", "a": "application"},
        ),
        traps=(
            Trap(
                {
                    "a": "application",
                    "b": "service",
                    "c": "organisation",
                    "d": "environment",
                    "e": "department",
                },
                "M44",
                "Sales and the warehouse both work with what is finished. Being tested, and being used by "
                "customers, are stages of one program's life.",
                when=lambda pairs: dict(pairs)["e"] != "environment",
            ),
        ),
    ),
)

PREDICTIONS = (
    Prediction(
        id="01-p1",
        question=(
            "On `new-shop` runs a program that is still being built. By mistake it asks `customers`, the "
            "database with the real customers' data, to delete everything. What happens to its packet?"
        ),
        given=company,
        flow=Intent("new-shop", "customers", ASK),
        beliefs={
            "blocked": (
                "M44",
                (
                    "The two prefectures have different names and different addresses, and the packet got "
                    "through."
                ),
            ),
            "reply-blocked": (
                "M44",
                "Neither the question nor the answer met a border that it could not pass.",
            ),
        },
        after="""
Nobody built that road. Inside a country one leads from each prefecture to every other, from the first
minute on, and nobody can take it out (RT-4). Codes in brackets number facts about AWS: `fact("RT-4")`
tells one.

And nobody wrote on a list. New machines get one list, the same for all, and it lets in whoever has it, too.
The first list at the borders lets everybody pass. You can write stricter ones (chapters 09 and 10). Then
each has to be right, always.
""",
    ),
    Prediction(
        id="01-p2",
        question=(
            "You print a copy of your identity card: `pc` sends it to `printer`. Which way does the "
            "packet take?"
        ),
        given=home,
        flow=Intent("pc", "printer", PRINT),
        choices={
            "gate": "out through the gate `igw`, over the internet, and back in",
            "room": "straight to `printer`; it leaves neither the room nor the home",
        },
        truth=gate_or_not,
        beliefs={
            "gate": (
                "M43",
                (
                    "The home has a gate, but this packet never came to it. A network works without the "
                    "internet."
                ),
            ),
        },
        after="""
A **network** joins known machines of one site. `pc` and `printer` are members, so the copy of your card went
to nobody else. The **internet** joins the networks of the world with each other, and is open to
everybody.

That is why printing feels different from uploading, though both are “sending”.
""",
    ),
    Prediction(
        id="01-p3",
        question=(
            "Workers dig up the street and cut the cable to the provider. You print your card once more. "
            "What happens to the packet?"
        ),
        given=home_cut_off,
        shown=home,
        flow=Intent("pc", "printer", PRINT),
        beliefs={
            "blocked": (
                "M43",
                "What was cut is the way to the internet. The network in the room is as it was.",
            ),
            "reply-blocked": (
                "M43",
                "The answer goes from member to member as well, and needs nothing from outside.",
            ),
        },
        after="""
The upload would end at the signposts: none leads out any more. So the network is the steadier one of the
two. On the internet your packets also share the way with everybody's, and nobody promises how fast they
are.
""",
    ),
    Prediction(
        id="01-p4",
        question=(
            "The company divides otherwise: development and production get a country each. All lists at "
            "the doors are open to everybody. The program on `new-shop` makes its mistake again and asks "
            "`customers`. What happens to its packet?"
        ),
        given=two_countries,
        flow=Intent("new-shop", "customers", ASK),
        beliefs={
            "delivered": (
                "M44",
                "The lists would have let it in. It never came to them: between two countries there is no "
                "road unless you build one.",
            ),
            "reply-blocked": ("M44", "It did not get as far as `customers`, so there was nothing to answer."),
        },
        after="""
It was not the lists this time:
they were open. **Prefectures of one country are joined from the start. Countries are not.**
""",
    ),
    Prediction(
        id="01-p5",
        question=(
            "The office and the company's country in AWS are joined by a line for members only, which "
            "ends at the gate `line`. The country also has a gate `igw` to the internet. A PC in the "
            "office opens a file on `files`. Through which gate does its packet come?"
        ),
        given=company_with_office,
        flow=Intent(OFFICE_PC, "files", PAGE),
        choices={"internet": "`igw`, as everything that comes from far away", "line": "`line`"},
        truth=which_gate,
        beliefs={
            "internet": (
                "M43",
                "Far away is not the same as the internet. PC and server are members, and the way between "
                "them is for members.",
            ),
        },
        after="""
A network can span two places. What counts is who is a member, and not how long the way is. This line is a
VPN: its packets cross the internet inside others, locked, so that strangers cannot read them. There are
lines that keep off the internet altogether (chapter 06).
""",
    ),
    Prediction(
        id="01-p6",
        question=(
            "All day `web` answers browsers. At night it fetches updates: it asks a site on the internet, "
            "203.0.113.80, for them. Who is the client at night?"
        ),
        given=company_after_work,
        flow=Intent("web", BANK, PAGE),
        choices={
            "site": "the site: `web` is a web server, so it cannot be a client",
            "web": "`web`",
        },
        truth=who_asks,
        after="""
The first packet began at `web`, so it is the client of this connection, and the site is the server. The words
say who asks and who answers. The same machine can be both: by day `web` answers, and is the server.
""",
    ),
)

EXPLANATIONS = (
    Explanation(
        id="01-why",
        question=(
            "A colleague says: “Our tests cannot hurt the customers. Test has a prefecture of its own.” "
            "What do you answer, in one sentence?"
        ),
        model=(
            "Inside a country every prefecture has a road to every other, so a mistake in test does reach "
            "production: give each environment a country of its own, and do not rely on names or on one list."
        ),
        points=(
            "The roads between prefectures are there from the start and cannot be taken out.",
            "Between countries there is no road unless somebody builds one.",
            "Lists can help, but one forgotten list opens the way.",
        ),
    ),
)
