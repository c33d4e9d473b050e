"""Trouble tickets: every one is broken, whole after the fix, and solvable from what its probes tell."""

import os
import subprocess
import sys
from itertools import combinations
from statistics import mean

import pytest

from vpclab import Topology, internet, site, tcp, trace
from vpclab.course import ____, words
from vpclab.course.cards import Table
from vpclab.course.record import record
from vpclab.course.tickets import Ticket, ticket
from vpclab.course.tickets.designs import DESIGNS
from vpclab.course.tickets.faults import KINDS, planted
from vpclab.course.tickets.lines import Case, line
from vpclab.topology.errors import BadInput
from vpclab.topology.model import RouteTable

CASES = {name: Case(name, network(), intents()) for name, (network, intents) in DESIGNS.items()}
MANY = [(seed, level) for level, count in ((1, 110), (2, 30), (3, 12)) for seed in range(count)]
SOLVED = [(seed, level) for level, count in ((1, 12), (2, 3), (3, 1)) for seed in range(count)]


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def rows_that_fail(network, intents):
    """Return the rows that do not hold, by traces alone."""
    return {
        number
        for number, row in enumerate(intents)
        if trace(network, row.src, row.dst, row.traffic, ip_version=row.ip_version).reaches != row.must
    }


def told(card):
    """Return what a probe's card says: what the sender notices, and who saw the packet last."""
    [table] = [part for part in card.parts if isinstance(part, Table)]
    return table.rows[table.marked][2:]


def first(kind):
    """Return a ticket with one fault of a kind, in the first design that has room for it."""
    for case in CASES.values():
        for suspect in case.suspects:
            if suspect.fault.kind == kind:
                return Ticket(case, 0, 1, (suspect.fault,), (min(suspect.noticed),))
    raise AssertionError(f"no design has room for {kind}")


# --- what is dealt -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DESIGNS)
def test_each_table_of_a_design_is_found_by_its_name(name):
    network = DESIGNS[name][0]()
    for table in network.values(RouteTable):
        if not table.main:
            assert network[table.name].value == table


@pytest.mark.parametrize("name", DESIGNS)
def test_a_design_holds_its_table(name):
    network, intents = (make() for make in DESIGNS[name])
    assert rows_that_fail(network, intents) == set()


def test_tickets_are_broken_by_every_fault_and_whole_without_them():
    for seed, level in MANY:
        dealt = ticket(seed, level)
        sound, intents, faults = CASES[dealt._case.name].sound, dealt._case.intents, dealt._faults
        assert len(faults) == level
        for left in range(1, level + 1):
            for some in combinations(range(level), left):
                fails = rows_that_fail(planted(sound, *(faults[n] for n in some)), intents)
                own = {dealt._complaints[n] for n in some}
                others = {*dealt._complaints} - own
                # No fault is masked, in whatever order they are mended, and each complaint has its own cause.
                assert own <= fails and not others & fails, (seed, level, some)  # noqa: PT018


def test_every_kind_of_fault_is_dealt_and_there_are_more_than_twelve():
    dealt = {fault.kind for seed in range(300) for fault in ticket(seed)._faults}
    assert dealt == set(KINDS) == set(words.FAULTS)
    assert len(KINDS) >= 12


def test_every_design_is_dealt_and_one_can_be_asked_for():
    assert {ticket(seed)._case.name for seed in range(20)} == set(DESIGNS)
    assert ticket(3, design="office")._case.name == "office"


GOLDEN = [
    "0 1 ticket-office-1-0 [4] NAT gateway in a private subnet@nat",
    "2 1 ticket-three-tiers-1-2 [2] rule for the other version@web",
    "0 2 ticket-office-2-0 [0, 4] no public address@web, NAT gateway in a private subnet@nat",
    "3 3 ticket-office-3-3 [1, 2, 4] no outbound rule@web, ACL in the wrong order@data, "
    "NAT gateway in a private subnet@nat",
]
PRINT = """
from vpclab.course.tickets import ticket
for seed, level in ((0, 1), (2, 1), (0, 2), (3, 3)):
    t = ticket(seed, level)
    print(seed, level, t.id, [*t._complaints], ", ".join(f"{f.kind}@{f.at}" for f in t._faults))
"""


@pytest.mark.parametrize("hashes", ["0", "1"])
def test_a_seed_makes_the_same_ticket_in_every_process(hashes):
    variables = {**os.environ, "PYTHONHASHSEED": hashes}
    done = subprocess.run([sys.executable, "-c", PRINT], env=variables, capture_output=True, text=True)
    assert done.stdout.splitlines() == GOLDEN


def test_seed_and_level_change_the_ticket():
    assert len({str(ticket(seed)) for seed in range(10)}) == 10
    assert len({ticket(4, level).id for level in (1, 2, 3)}) == 3


def test_a_network_and_table_of_ones_own_make_a_ticket():
    shop = Topology("mine")
    prod = shop.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front", "10.0.0.0/24")
    front.route("0.0.0.0/0", to=prod.internet_gateway())
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    front.instance("web", elastic_ip=True, security_groups=["web"])
    own = ticket(1, design=(shop, [(internet, "web", "tcp 443", "must")]))
    shop["front"].route_table.remove_route("0.0.0.0/0")  # what becomes of it later does not change the ticket
    assert own.id == "ticket-mine-1-1"
    assert trace(own.plan, internet, "web", tcp(443)).reaches
    with pytest.raises(BadInput, match="no room for 3 faults"):
        ticket(1, 3, design=(own.plan, [(internet, "web", "tcp 443", "must")]))
    with pytest.raises(BadInput, match="does not hold in it: ✖ fails: internet → web tcp 443 must work"):
        ticket(1, design=(shop, [(internet, "web", "tcp 443", "must")]))


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        pytest.param((-1,), "a whole number from 0 on, such as 7 .got -1", id="a seed below 0"),
        pytest.param((1.5,), "got 1.5", id="a seed that is no whole number"),
        pytest.param((True,), "got True", id="a seed that is a bool"),
        pytest.param(("seven",), "got 'seven'", id="a seed in words"),
        pytest.param((1, 4), "1, 2 or 3, the number of faults .got 4", id="a level that does not exist"),
        pytest.param((1, "hard"), "got 'hard'", id="a level in words"),
        pytest.param((1, 1, "moon"), "'moon' is no design: give one of 'three tiers', ", id="a design"),
        pytest.param((1, 1, 5), "5 is no design", id="a number as a design"),
    ],
)  # fmt: skip
def test_bad_input_is_answered_with_the_value_and_the_way_out(arguments, said):
    with pytest.raises(BadInput, match=said):
        ticket(*arguments)


def test_a_stopped_machine_is_never_said_to_complain_itself():
    for case in CASES.values():
        for suspect in case.suspects:
            if suspect.fault.kind == "instance stopped":
                assert suspect.fault.at not in {str(case.intents.rows[n].src) for n in suspect.noticed}


# --- probes ------------------------------------------------------------------------------------------------


def test_a_probe_tells_the_ends_and_the_machines_between_and_no_more():
    closed = first("no public address")
    assert told(closed.probe(internet, "web", tcp(443))) == ("no answer", "on none of your machines")
    assert told(closed.probe("web", "app", tcp(8080))) == ("an answer comes back", "the answer, at web")
    cases = {
        "instance stopped": (internet, "web", tcp(443), "on none of your machines"),
        "ACL in the wrong order": ("app", "db", tcp(3306), "the request, at app"),
        "blackhole": ("app", internet("203.0.113.80"), tcp(443), "the request, at app"),
        "route missing": (internet, "web", tcp(443), "the answer, at web"),
        "tunnels down": ("app", "office", tcp(443), "the request, at nat"),
    }
    for kind, (src, dst, traffic, seen) in cases.items():
        assert told(first(kind).probe(src, dst, traffic)) == ("no answer", seen), kind


def test_probes_count_once_each_whoever_spells_them():
    asked = ticket(2)
    web = asked.plan["web"]
    for src, traffic in (("web", tcp(8080)), (web, tcp(8080)), ("web", "tcp 8080")):
        asked.probe(src, "app", traffic)
    assert len(asked._asked) == 1
    again = ticket(2)
    again.probe(internet("203.0.113.80"), "web", tcp(443))
    again.probe(internet, "web", tcp(443), ip_version=6)
    assert [q.flow for q in asked._asked] == [
        "web → app tcp 8080", "internet 203.0.113.80 → web tcp 443", "internet → web tcp 443 over IPv6"
    ]  # fmt: skip
    assert again.probe("web", "app", tcp(8080)).word == "probe 1"
    asked.reset()
    assert ticket(2)._asked == []


def test_a_probe_over_neither_ip_version_is_told():
    assert "use 4 or 6" in str(ticket(2).probe("web", "app", tcp(8080), ip_version=5))


def test_damaged_lines_of_the_record_are_left_out():
    dealt = ticket(2)
    for more in (
        {},
        {"src": 3, "dst": [], "traffic": None, "ip_version": "x"},
        {"src": "gone", "dst": "app"},
    ):
        record().add("probe", dealt.id, **more)
    for number in (7, -1, None, "0", [1]):
        record().add("diagnose", dealt.id, number=number)
    dealt.probe("web", "app", tcp(8080))
    assert [q.flow for q in dealt._asked] == ["web → app tcp 8080"]
    assert dealt._found == set()


def test_a_host_of_the_site_can_be_asked_by_its_address():
    office = ticket(0, design="office")
    office.probe(site("office", "192.168.0.77"), "reports", tcp(443))
    assert [q.flow for q in office._asked] == ["site office 192.168.0.77 → reports tcp 443"]


@pytest.mark.parametrize(
    "arguments",
    [(), (____, "web", tcp(443)), ("web", "app", ____)],
    ids=["nothing", "no sender", "no traffic"],
)
def test_a_blank_probe_is_not_yet_and_counts_nothing(arguments):
    asked = ticket(2)
    assert asked.probe(*arguments).word == "not yet"
    assert asked._asked == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("wbe", "app", tcp(8080)), "wbe"),
        (("web", "app", "8080 tcp"), "is not traffic"),
        (("web", "app", None), "'None' is not traffic"),
        (("web", 17, tcp(1)), "17"),
        ((["web"], "app", tcp(1)), "nothing here is called"),
    ],
)
def test_a_probe_that_cannot_be_sent_is_told_by_the_plan_and_costs_nothing(arguments, said):
    asked = first("blackhole")
    answer = asked.probe(*arguments)
    assert answer.word == "try again"
    assert said in str(answer)
    assert asked._asked == []
    if arguments[0] == "wbe":  # the gateway that was deleted is still in the plan
        assert "nat-a" in str(asked.probe("app", "nat-z", tcp(443)))


def test_what_was_deleted_is_silent_and_not_unknown():
    assert told(first("blackhole").probe("app", "nat-a", tcp(443))) == ("no answer", "the request, at app")


# --- a ticket is solvable from what its probes tell -------------------------------------------------------


def check_that_a_ticket_is_solvable(dealt):
    """Ask the best line, keep what fits by traces of all combinations, and see that one diagnosis is left.

    Nothing of the ticket's own reckoning is used but the line: each explanation is planted and traced.
    """
    case, complaints = dealt._case, dealt._complaints
    fitting = case.explanations(complaints)
    assert dealt._faults in fitting
    for e in fitting if dealt.level == 1 else ():
        assert rows_that_fail(planted(case.sound, *e), case.intents) & {*complaints} == {*complaints}
    left, asked = fitting, line(case, fitting, dealt._faults, exact=True)
    for question, count in asked:
        probe = (question.src, question.dst, question.traffic)
        answer = told(dealt.probe(*probe, ip_version=question.ip_version))
        left = [e for e in left if (case.told(e, question).answer, case.told(e, question).seen) == answer]
        assert len(left) == count or dealt.level > 1
    # Faults that get in each other's way are never dealt.
    left = [e for e in left if all(case.told(e, q) == case.expected(e, q) for q in case.probes)]
    assert dealt._faults in left
    for n in range(dealt.level):
        shared = frozenset.intersection(*(case.claims(e[n]) for e in left))
        alike = all(case.told(e, q) == case.told(dealt._faults, q) for e in left for q in case.probes)
        assert shared or alike  # if no question at all tells them apart, each of them is accepted
        named = sorted(shared)[:1] or [(e[n].at, e[n].code) for e in left]
        assert [dealt.diagnose(*claim).word for claim in named] == ["correct"] * len(named)
    assert len(dealt._found) == dealt.level
    assert [q.flow for q in dealt._asked] == [question.flow for question, _ in asked]  # and it cost no more


@pytest.mark.parametrize(("seed", "level"), SOLVED, ids=[f"seed {s}, level {n}" for s, n in SOLVED])
def test_the_best_line_leaves_one_diagnosis_or_only_what_no_probe_tells_apart(seed, level):
    check_that_a_ticket_is_solvable(ticket(seed, level))


def least(case, fitting):
    """Return how many questions the best plan asks in all: every plan, without any cleverness."""
    claims = [case.claims(e[0]) for e in fitting]
    if frozenset.intersection(*claims):
        return 0
    costs = []
    for question in case.probes:
        parts = {}
        for e in fitting:
            parts.setdefault(case.told(e, question), []).append(e)
        if len(parts) > 1:
            costs.append(len(fitting) + sum(least(case, part) for part in parts.values()))
    return min(costs, default=0)


@pytest.mark.parametrize("name", DESIGNS)
def test_the_exact_line_is_the_shortest_on_average(name):
    case = CASES[name]
    rows = [row for row in range(len(case.intents)) if 2 <= len(case.explanations([row])) <= 4][:1]
    assert rows
    for row in rows:
        fitting = case.explanations([row])
        exact, greedy = (
            [len(line(case, fitting, e, exact=choice)) for e in fitting] for choice in (True, False)
        )
        assert sum(exact) == least(case, fitting)
        assert mean(exact) <= mean(greedy)


@pytest.mark.parametrize(("seed", "level"), [(0, 2), (7, 2), (3, 3)])
def test_what_is_expected_of_several_faults_is_what_their_network_tells(seed, level):
    dealt = ticket(seed, level)
    for question in dealt._case.probes:
        assert dealt._case.expected(dealt._faults, question) == dealt._case.told(dealt._faults, question)


# --- diagnosis ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_named_by_its_own_code_or_what_the_trace_says(kind):
    dealt = first(kind)
    [fault] = dealt._faults
    assert dealt.diagnose(fault.at, fault.code).word == "correct"
    assert dealt.diagnose(fault.at.upper(), fault.code.lower()).parts[0] == "You have named this one already."
    broken, row = planted(dealt.plan, fault), dealt._case.intents.rows[dealt._complaints[0]]
    blocker = row.trace(broken).blockers[0]
    dealt.reset()
    assert dealt.diagnose(blocker.component.name, blocker.code).word == "correct"


def test_a_wrong_diagnosis_is_refuted_by_a_probe_of_ones_own_for_nothing():
    dealt = first("no public address")  # row 1: internet → web
    dealt.probe(internet, "web", tcp(443), ip_version=6)
    card = dealt.diagnose("web", "BAD_STATE")
    assert card.word == "try again"
    assert "Your probe 1 speaks against it: internet → web tcp 443 over IPv6." in str(card)
    assert "If you were right: no answer" in str(card)
    assert len(dealt._asked) == 1


def test_a_wrong_diagnosis_that_fits_so_far_is_refuted_by_a_new_probe_that_counts():
    dealt = first("no public address")
    card = dealt.diagnose("web", "BAD_STATE")
    assert "it counts as your number 1" in str(card)
    assert len(dealt._asked) == 1
    dealt.diagnose("web", "BAD_STATE")
    assert len(dealt._asked) == 1


@pytest.mark.parametrize(
    ("component", "code", "said"),
    [
        ("db", "SUBNET_ACL_RESTRICTION", "The complaint speaks against it"),
        ("db", "BAD_STATE_VPN", "The codes are: BAD_STATE, BAD_STATE_ROUTE, ENI_SG_RULES_MISMATCH"),
        ("dbb", "BAD_STATE", "nothing in the plan is called 'dbb'; there are: app, app-2"),
        (17, "BAD_STATE", "nothing in the plan is called 17"),
        ("db", None, "The codes are"),
    ],
)
def test_a_diagnosis_that_cannot_be_costs_nothing(component, code, said):
    dealt = first("no public address")
    card = dealt.diagnose(component, code)
    assert card.word == "try again"
    assert said in str(card)
    assert dealt._asked == []


def test_of_several_faults_each_is_named_and_what_is_missing_is_counted():
    dealt = ticket(3, 3)
    said = [str(dealt.diagnose(fault.at, fault.code)) for fault in dealt._faults]
    assert "2 more are to be found." in said[0]
    assert "One more is to be found." in said[1]
    assert "Now put it right" in said[2]


def test_a_blank_diagnosis_is_not_yet():
    assert ticket(0).diagnose().word == "not yet"
    assert ticket(0).diagnose("web", ____).word == "not yet"


# --- the fix -----------------------------------------------------------------------------------------------


def mend(kind, network):
    """Mend the first place of a kind in the words of the lessons."""
    prod = network["prod"]
    match kind:
        case "route missing":
            prod.route_table("public").route("0.0.0.0/0", to="igw")
        case "one-sided peering":
            prod.route_table("app-routes").route("10.1.0.0/24", to="pcx")
        case "blackhole":
            nat = network["public-a"].nat_gateway("nat-again")
            prod.route_table("app-a-routes").route("0.0.0.0/0", to=nat)
        case "more specific route":
            prod.route_table("public").remove_route("203.0.113.0/24")
        case "wrong table":
            prod.route_table("public").associate("public-a")
        case "propagation off":
            prod.route_table("app-routes").propagate("vgw")
        case "NAT gateway in a private subnet":
            nat = network["public-a"].nat_gateway("nat-again")
            prod.route_table("app-a-routes").route("0.0.0.0/0", to=nat)
        case "gateway detached":
            vgw = prod.virtual_private_gateway()
            for table in ("app-routes", "data-routes"):
                prod.route_table(table).propagate(vgw)
        case "tunnels down":
            network.vpn_connection("vpn", gateway="vgw", site="office")
        case "peering not accepted":
            network["pcx"].accept()
        case "no public address":
            network["web"].elastic_ip()
        case "source/destination check on":
            network["public-a"].instance(
                "nat", security_groups=["nat"], source_dest_check=False, forwards="nat"
            )
        case "instance stopped":
            network["web"].start()
        case "reference that cannot match":
            prod.security_group("app", inbound=["tcp 8080 from web"])
        case "no outbound rule":
            prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"])
        case "rule for the other version":
            network["sg-prod-web"].allow(inbound=["tcp 443 from ::/0"])
        case "ACL in the wrong order":
            network[f"acl-{prod.name}-db"].entries(inbound=["90 allow tcp 3306 from 10.0.10.0/23"])
        case "ACL without ephemeral ports":
            prod.network_acl(
                "app",
                inbound=["100 allow tcp 8080 from 10.0.0.0/23", "105 allow tcp 1024-65535 from 0.0.0.0/0"],
                outbound=["100 allow all to 0.0.0.0/0"],
            )


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_mended_in_the_words_of_the_lessons(kind):
    dealt = first(kind)
    card = dealt.fix(lambda network: mend(kind, network))
    assert card.word == "correct", str(card)
    assert [e["state"] for e in record().of(dealt.id) if e["event"] == "check"] == ["correct"]
    assert dealt.fix(lambda network: mend(kind, network)).word == "correct"
    assert len(record().of(dealt.id)) == 1


def test_the_plan_itself_is_a_fix():
    for seed, level in MANY[::30]:
        dealt = ticket(seed, level)
        assert dealt.fix(lambda network, plan=dealt.plan: plan).word == "correct"


def open_everything(network):
    prod = network["prod"]
    for group in ("web", "app", "db"):
        prod.security_group(group, inbound=["all from 0.0.0.0/0", "all from ::/0"])


def expose_the_database(network):
    mend("no public address", network)
    network["prod"].route_table("db-routes").route("0.0.0.0/0", to="igw")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        pytest.param(lambda network: None, "internet → web tcp 443 must work, and does not.", id="nothing"),
        pytest.param(
            lambda network: (mend("no public address", network), open_everything(network)),
            "internet → web tcp 22 must not work, and does.",
            id="the fault mended and every door opened",
        ),
        pytest.param(
            expose_the_database, "is a public subnet now", id="the fault mended and the data exposed"
        ),
        pytest.param(
            lambda network: network["web"].remove(), "Your change removed web", id="the server removed"
        ),
        pytest.param(
            lambda network: network["prod"].route_table("public").remove_route("0.0.0.0/0"),
            "internet → web tcp 443 must work",
            id="another thing broken",
        ),
    ],
)
def test_a_change_that_does_not_help_says_which_row_fails_and_counts_once(change, said):
    dealt = first("no public address")
    for _ in range(2):
        card = dealt.fix(change)
        assert card.word == "try again"
        assert said in str(card), str(card)
    assert len(dealt._tries) == 1


@pytest.mark.parametrize(
    "given",
    [3, "fix", None, lambda: None, lambda a, b: None],
    ids=["a number", "text", "nothing", "no argument", "two arguments"],
)
def test_what_is_no_function_of_one_network_is_told_and_costs_nothing(given):
    dealt = ticket(0)
    assert dealt.fix(given).word == "try again"
    assert dealt._tries == set()


def test_a_mistake_of_ones_own_is_shown_as_the_plan_shows_it_and_costs_nothing():
    dealt = first("blackhole")
    card = dealt.fix(lambda network: network["nat-z"])
    assert card.word == "your code raised"
    assert "nat-a" in str(card)  # it was deleted, and that is not told
    assert dealt._tries == set()


def test_what_only_the_running_network_refuses_is_shown_and_counts():
    dealt = first("blackhole")
    card = dealt.fix(lambda network: network["nat-a"])
    assert "Your code runs in the plan, but not in the network as it is." in str(card)
    assert len(dealt._tries) == 1


def test_a_blank_in_the_function_is_not_yet():
    def mend_it(network):
        ____  # noqa: B018 - as a learner finds it

    assert ticket(0).fix(mend_it).word == "not yet"
    assert ticket(0).fix().word == "not yet"


# --- nothing leaks -----------------------------------------------------------------------------------------


def everything_shown(dealt):
    """Return all that a learner can get out of a ticket without asking anything."""
    shown = [*dealt._repr_mimebundle_().values(), dealt.id, dealt.title]
    shown += map(str, (dealt.probe(), dealt.diagnose(), dealt.fix(), dealt.debrief()))
    shown += [str(dealt.plan.snapshot().tables), *dealt.components, *dealt.codes, str(dealt.ends)]
    return shown


def test_tickets_with_the_same_complaint_look_alike_whatever_is_wrong():
    compared = 0
    for case in CASES.values():
        for row in (row for row in range(len(case.intents)) if case.explanations([row])):
            one, *others = (Ticket(case, 5, 1, e, (row,)) for e in case.explanations([row]))
            shown = everything_shown(one)
            for other in others[-1:]:  # the last is of another kind
                assert everything_shown(other) == shown
                compared += 1
    assert compared > 15
    assert repr(one) == str(one.card()) == repr(one.controls()) == shown[0]
    assert record().events() == []


def test_a_ticket_offers_nothing_by_name_but_what_is_shown():
    public = {name for name in dir(ticket(0)) if not name.startswith("_")}
    assert public == {
        "card", "codes", "components", "controls", "debrief", "diagnose", "ends", "fix", "id", "level",
        "plan", "probe", "reset", "seed", "title", "traffic",
    }  # fmt: skip


def test_a_wrong_fix_tells_no_more_than_a_probe_of_its_row(capsys):
    for seed, level in MANY[::9]:
        dealt = ticket(seed, level)

        def look_around(network, dealt=dealt):
            print(network, network.snapshot().tables)  # noqa: T201 - a learner may
            network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 443 from ::/0"])

        broken = dealt._case.network(dealt._faults)
        failing = min(rows_that_fail(broken, dealt._case.intents))
        said = str(dealt.fix(lambda network: None)).splitlines()[1]
        flow = dealt._case.intents.rows[failing].flow
        assert said == f"{words.MUST_ARRIVE.format(flow=flow)} {words.LEFT_AS_IT_WAS}"
        shown = str(dealt.fix(look_around))
        assert "kept back" in shown or dealt._closed
        assert capsys.readouterr().out == ""
        written = "".join(map(str, record().of(dealt.id)))
        assert not any(fault.kind in written or fault.code in written for fault in dealt._faults)


# --- the debrief -------------------------------------------------------------------------------------------


def test_the_debrief_waits_for_the_fix_or_for_giving_up():
    dealt = ticket(0)
    assert dealt.debrief().word == "not yet"
    assert dealt.debrief().word == "not yet"
    given_up = dealt.debrief(give_up=True)
    assert "you did not name it" in str(given_up)
    assert [e["event"] for e in record().of(dealt.id)] == ["solution"]


def test_the_debrief_tells_what_it_was_the_score_and_both_lines():
    dealt = first("no public address")
    dealt.probe(internet, "web-2", tcp(443))
    dealt.probe("web", "app", tcp(8080))
    dealt.fix(lambda network: None)
    [fault] = dealt._faults
    dealt.diagnose(fault.at, fault.code)
    dealt.fix(lambda network: network["web"].elastic_ip())
    said = str(dealt.debrief())
    best = len(line(dealt._case, dealt._explanations, dealt._faults, exact=True))
    assert "The instance web has lost its public address 198.51.100.12." in said
    assert "web, IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS; you named it." in said
    assert f"You used 3 probes; the best line takes {best} probe" in said
    assert "Changes that did not help are counted in: 1." in said
    assert "Every order of questions was tried" in said
    assert "internet gateway igw" in said
    tables = [part for part in dealt.debrief().parts if isinstance(part, Table)]
    assert [row[-1] for row in tables[0].rows] == sorted((row[-1] for row in tables[0].rows), reverse=True)
    assert tables[1].rows[-1][-1] == "1"


def test_fewer_probes_than_the_line_are_called_luck():
    dealt = first("no public address")
    dealt.fix(lambda network: network["web"].elastic_ip())
    assert "You used 0 probes, fewer than the careful line" in str(dealt.debrief())


def test_the_debrief_says_what_no_probe_tells_apart_and_the_diagnosis_accepts_it():
    dealt = first("blackhole")
    card = dealt.diagnose("app-a", "NO_ROUTE_TO_DESTINATION")
    assert card.word == "correct"
    assert "No probe between the machines of this ticket tells this apart" in str(card)
    said = str(dealt.debrief(give_up=True))
    assert (
        "The route table app-a-routes has lost its route for 0.0.0.0/0." in said.split("tells these apart")[1]
    )


def test_a_ticket_goes_on_after_the_kernel_was_restarted():
    first_try, later = ticket(0), ticket(0)
    first_try.probe("app", "db", tcp(5432))
    [fault] = first_try._faults
    first_try.diagnose(fault.at, fault.code)
    first_try.fix(lambda network: first_try.plan)
    assert "you named it" in str(later.debrief())
    assert "You used 1 probe" in str(later.debrief())


# --- the controls ------------------------------------------------------------------------------------------


def inside(box):
    """Return every control in a box."""
    return [box, *(control for child in getattr(box, "children", ()) for control in inside(child))]


def test_the_controls_have_labels_no_default_and_say_what_the_ticket_says():
    dealt = first("no public address")
    controls = inside(dealt.controls())
    lists = {c.description: c for c in controls if hasattr(c, "options")}
    buttons = {c.description: c for c in controls if hasattr(c, "click")}
    said = [c for c in controls if type(c).__name__ == "HTML"]
    assert list(lists) == ["Sender", "Receiver", "Traffic", "Component", "Code"]
    assert all(control.value is None for control in lists.values())
    buttons["Send the probe"].click()
    assert "Choose in every list first." in said[0].value
    assert dealt._asked == []
    lists["Sender"].label, lists["Receiver"].label, lists["Traffic"].label = (
        "internet",
        "web",
        "tcp 443 over IPv6",
    )
    buttons["Send the probe"].click()
    assert dealt.probe(internet, "web", tcp(443), ip_version=6).html() in said[0].value
    lists["Component"].value, lists["Code"].value = "web", "IGW_PRIVATE_IP_ASSOCIATION_FOR_INGRESS"
    buttons["Diagnose"].click()
    assert "that is it" in said[1].value
