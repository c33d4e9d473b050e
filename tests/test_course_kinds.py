"""Each kind of exercise reads what people type, and answers what is wrong with evidence."""

import functools
from ipaddress import ip_address, ip_network

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vpclab import Topology, internet, tcp
from vpclab.course import ____
from vpclab.course.declarations import catalogue
from vpclab.course.exercises import Exercise, Trap, function_source, judge
from vpclab.course.kinds import (
    Build,
    Choice,
    Cidr,
    Diagnose,
    Edit,
    Intent,
    Match,
    Number,
    Order,
    Step,
    Unreadable,
    intent_table,
    quoted,
    usable,
)


def shop():
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24", az="a")
    public.route("0.0.0.0/0", to=prod.internet_gateway())
    sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    public.instance("web", public_ip=True, security_groups=[sg])
    prod.subnet("app-a", "10.0.1.0/24", az="a").instance("app", security_groups=[sg])
    return network


def exercise(kind, solution=None, traps=(), **more):
    return Exercise(
        id="99-x", title="Test", prompt="?", kind=kind, hints=("a", "b", "c"), deciding="c", why="Because.",
        traps=tuple(traps), also_right=(), solution=solution, **more,
    )  # fmt: skip


BLOCKS = exercise(Cidr(), "10.0.1.0/24")
NUMBERS = exercise(Number(), 251)
CHOICES = exercise(Choice({"a": "the name", "b": "the route table", "1.": "a number"}), "b")
ORDERS = exercise(Order(("100", "200", "*")), ["100", "200", "*"])
PAIRS = exercise(Match(("igw", "nat"), ("in and out", "out only")), {"igw": "in and out", "nat": "out only"})
NEXT = exercise(Step(shop, Intent(internet, "web", tcp(443)), at="internet gateway"))
STOPS = exercise(Step(shop, Intent(internet, "web", tcp(22)), at="security group web", asks="passes"))
SOURCE = exercise(Step(shop, Intent("web", internet, tcp(443)), at="igw", asks="source"))
FAULT = exercise(Diagnose(shop, Intent(internet, "web", tcp(22))))

RIGHT = [
    (BLOCKS, "10.0.1.0/24"), (BLOCKS, " 10.0.1.0 /24 "), (BLOCKS, "１０.0.1.0／24"), (BLOCKS, "10.0.1.77/24"),
    (BLOCKS, ip_network("10.0.1.0/24")), (BLOCKS, "010.0.1.0/24"[1:]),
    (NUMBERS, 251), (NUMBERS, 251.0), (NUMBERS, "251"), (NUMBERS, " ２５１ "), (NUMBERS, "+251"),
    (NUMBERS, "251.0"), (CHOICES, "b"), (CHOICES, "B"), (CHOICES, "(b)"), (CHOICES, "b."), (CHOICES, "Ｂ"),
    (CHOICES, "The  Route Table"),
    (ORDERS, ["100", "200", "*"]), (ORDERS, ("100", 200, "*")),
    (PAIRS, {"igw": "in and out", "nat": "out only"}), (PAIRS, {"NAT": "Out Only", "IGW": "in and out"}),
    (NEXT, "default"), (NEXT, "network ACL"), (NEXT, "network acl default"),
    (STOPS, "stops"), (STOPS, "STOPS here"), (SOURCE, "198.51.100.10"), (SOURCE, ip_address("198.51.100.10")),
    (FAULT, ("web", "ENI_SG_RULES_MISMATCH")), (FAULT, ["WEB", "eni_sg_rules_mismatch"]),
]  # fmt: skip


def named(value):
    return value.kind.name if isinstance(value, Exercise) else repr(value)[:40]


@pytest.mark.parametrize(("task", "answer"), RIGHT, ids=named)
def test_a_right_answer_is_correct_however_it_is_written(task, answer):
    verdict = judge(task, answer)
    assert verdict.state == "correct", verdict


WRONG = [
    (BLOCKS, "10.0.2.0/24", "10.0.2.0/24 does not do it"), (BLOCKS, "10.0.1.0", "has no length"),
    (BLOCKS, "10.0.1.0/33", "is not a CIDR block"), (BLOCKS, "2001:db8::/56", "IPv6"),
    (BLOCKS, "10.0.1.0/255.255.255.0", "is not a CIDR block"), (BLOCKS, 10, "10 is not"),
    (BLOCKS, "300.0.0.0/8", "is not a CIDR block"), (NUMBERS, 256, "256 does not fit"),
    (NUMBERS, "many", "is not a number"), (NUMBERS, True, "is not a number"),
    (NUMBERS, float("inf"), "is not a number"), (NUMBERS, 10**100, "does not fit"),
    (NUMBERS, 1j, "is not a number"), (CHOICES, "a", "“a” does not fit"),
    (CHOICES, "z", "none of the choices"), (CHOICES, 2, "none of the choices"),
    (ORDERS, ["200", "100", "*"], "very first"), (ORDERS, ["100", "*", "200"], "first one stands"),
    (ORDERS, ["100"], "is not a list"), (ORDERS, [["100"], {}, None], "is not a list"),
    (PAIRS, {"igw": "out only", "nat": "out only"}, "1 of 2"),
    (PAIRS, {"igw": "out only"}, "pair every item"), (PAIRS, {"igw": [], "nat": None}, "pair every item"),
    (NEXT, "app", "is not where the packet goes"), (NEXT, "the moon", "names no component"),
    (STOPS, "passes", "is not what becomes of the packet"), (STOPS, "maybe", "is no answer"),
    (SOURCE, "10.0.0.10", "does not leave with the source address"), (SOURCE, "here", "is not an address"),
    (FAULT, ("igw", "NO_ROUTE"), "stops nothing"), (FAULT, ("web", "NO_ROUTE"), "not for the reason"),
    (CHOICES, ("a", "b"), "('a', 'b') is none of the choices"),
    (FAULT, ("web",), "is no diagnosis"), (FAULT, (1, 2), "is no diagnosis"),
]  # fmt: skip


@pytest.mark.parametrize(("task", "answer", "said"), WRONG, ids=named)
def test_a_wrong_answer_is_told_why(task, answer, said):
    verdict = judge(task, answer)
    assert verdict.state == "try again"
    assert said in str(verdict.parts[0])
    assert 'hint("99-x")' in verdict.next
    assert "Because." not in str(verdict)


@settings(deadline=None)  # two cores are shared: how long a check takes is no property of the answer
@given(
    st.sampled_from([BLOCKS, NUMBERS, CHOICES, ORDERS, PAIRS, NEXT, SOURCE, FAULT]),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats()
        | st.text()
        | st.binary()
        | st.complex_numbers(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=3),
    ),
)
def test_no_answer_whatever_it_is_raises_or_comes_without_a_sentence(task, answer):
    verdict = judge(task, answer)
    assert verdict.state in ("not yet", "try again", "correct")
    assert str(verdict.parts[0]).strip()
    assert verdict._repr_mimebundle_()["text/html"]


def test_a_data_frame_is_told_kindly_that_it_is_no_answer():
    pandas = pytest.importorskip("pandas")
    frame = pandas.DataFrame({"a": [1]})
    for task in (BLOCKS, NUMBERS, CHOICES, ORDERS, PAIRS, NEXT, FAULT, MEND):
        assert "a value of type DataFrame" in str(judge(task, frame).parts[0])


REQUIRED = [
    (Cidr(covers=("10.0.0.5", "10.0.1.5")), "10.0.0.0/24", "does not hold 10.0.1.5"),
    (Cidr(avoids=("10.0.1.0/24",)), "10.0.0.0/16", "runs into 10.0.1.0/24"),
    (Cidr(inside="10.0.0.0/16"), "10.1.0.0/24", "is not inside 10.0.0.0/16"),
    (Cidr(hosts=100), "10.0.0.0/26", "59 are usable, 100 are needed"),
    (Cidr(hosts=5), "10.0.0.0/29", "0 are usable"),
    (Cidr(hosts=100, smallest=True), "10.0.0.0/24", "a smaller block does it too"),
]


@pytest.mark.parametrize(("kind", "answer", "said"), REQUIRED, ids=[said for _, _, said in REQUIRED])
def test_a_block_is_held_against_what_it_must_do(kind, answer, said):
    assert said in str(judge(exercise(kind, "0.0.0.0/0"), answer).parts[0])


def test_any_block_that_does_it_is_correct():
    task = exercise(Cidr(inside="10.0.0.0/16", hosts=100, smallest=True), "10.0.3.0/25")
    assert judge(task, "10.0.200.128/25").state == "correct"


@pytest.mark.parametrize(("block", "count"), [("10.0.0.0/24", 251), ("10.0.0.0/28", 11), ("10.0.0.0/29", 0)])
def test_five_addresses_of_a_subnet_are_kept_by_aws_sub_3(block, count):
    assert usable(ip_network(block)) == count


def open_ssh(network, block):
    network["prod"].security_group("web", inbound=[f"tcp 22 from {block}"])


PLACED = exercise(
    Cidr(
        given=shop,
        place=open_ssh,
        intents=(
            Intent(internet("203.0.113.5"), "web", tcp(22)),
            Intent(internet, "web", tcp(22), must=False),
        ),
    ),
    "203.0.113.5/32",
)


def test_a_block_put_into_a_network_is_refuted_by_its_trace(capsys):
    narrow = judge(PLACED, "203.0.113.6/32")
    assert "internet 203.0.113.5 → web tcp 22 must work, and does not" in str(narrow.parts[0])
    wide = judge(PLACED, "0.0.0.0/0")
    assert "must not work, and does" in str(wide.parts[0])
    assert judge(PLACED, "203.0.113.0/24").state == "correct"
    assert capsys.readouterr().out == ""


# --- functions that change a network ---


def mend(network):
    """Give the app what it lacks."""
    network["prod"].security_group("web", inbound=["tcp 443 from 0.0.0.0/0", "tcp 22 from 10.0.0.0/24"])


def open_to_all(network):
    network["prod"].security_group("web", inbound=["all from 0.0.0.0/0"])


MEND = exercise(
    Edit(shop, (Intent("web", "app", tcp(22)), Intent(internet, "web", tcp(22), must=False))),
    mend,
    [Trap(open_to_all, "M07", "Everybody may now.")],
)


def test_a_function_that_mends_the_network_is_correct_and_says_how_many_rows_hold():
    verdict = judge(MEND, mend)
    assert verdict.state == "correct"
    assert "All 2 rows" in str(verdict)


def test_a_network_that_the_function_returns_is_judged_too():
    def elsewhere(network):
        twin = network.copy()
        mend(twin)
        return twin

    assert judge(MEND, elsewhere).state == "correct"


def test_what_is_to_be_found_by_probes_is_not_given_away_by_a_wrong_answer():
    ticket = catalogue()["04-ticket"]
    assert "203.0.113.0/24" not in str(ticket.card())
    for wrong in (lambda shop: None, *(trap.answer for trap in ticket.traps)):
        assert all(isinstance(part, str) for part in judge(ticket, wrong).parts)
        assert "route table" not in str(judge(ticket, wrong))
    assert judge(ticket, ticket.solution).parts[-1].outcome == "reply-blocked"


def test_a_function_that_does_nothing_is_refuted_by_the_first_row_s_trace():
    verdict = judge(MEND, lambda network: None)
    assert verdict.state == "try again"
    assert "web → app tcp 22 must work, and does not" in str(verdict.parts[0])
    assert verdict.parts[1].blockers[0].because in str(verdict.parts[1])


def test_a_mistake_that_fails_as_a_trap_does_gets_the_trap_s_message():
    def other_way(network):
        network["prod"].security_group("web", inbound=["tcp 0-65535 from 0.0.0.0/0"])

    verdict = judge(MEND, other_way)
    assert verdict.misconception == "M07"
    assert "must not work, and does" in str(verdict.parts[1])


@pytest.mark.parametrize("choice", ["443", 443])
def test_a_pair_with_something_that_is_no_choice_is_told_the_choices(choice):
    verdict = judge(PAIRS, {"igw": choice, "nat": "out only"})
    assert verdict.state == "try again"
    assert "is none of the choices. There are: in and out, out only" in verdict.parts[0]


def test_a_trap_s_own_test_decides_where_it_has_one_and_an_error_in_it_is_no_match():
    trap = Trap(open_to_all, "M07", "Told.", when=lambda network: bool(network["nowhere"]))
    assert judge(exercise(MEND.kind, mend, [trap]), open_to_all).misconception == ""
    trap = Trap(open_to_all, "M07", "Told.", when=lambda network: network.name == "shop")
    assert judge(exercise(MEND.kind, mend, [trap]), lambda network: None).misconception == "M07"


def raises(network):
    total = 0
    return total / 0


def raises_in_a_helper(network):
    return raises(network)


def leaves(network):
    raise SystemExit(3)


def raises_below(network):
    network["prod"].subnet("more", "10.0.0.0/24")


def raises_with_an_address(network):
    raise ValueError(f"{object()}")


def recurses(network):
    return recurses(network)


RAISED = [
    (raises, "ZeroDivisionError: division by zero", "return total / 0"),
    (raises_in_a_helper, "ZeroDivisionError: division by zero", "return total / 0"),
    (leaves, "SystemExit: 3", "raise SystemExit(3)"),
    (raises_below, "InvalidSubnet.Conflict", 'network["prod"].subnet("more", "10.0.0.0/24")'),
    (raises_with_an_address, "ValueError: <object object>", "raise ValueError"),
    (recurses, "RecursionError", "return recurses(network)"),
    pytest.param(functools.partial(raises), "ZeroDivisionError", "return total / 0", id="a partial"),
]


@pytest.mark.parametrize(
    ("function", "message", "line"), RAISED, ids=lambda v: getattr(v, "__name__", str(v))
)
def test_an_error_in_the_learner_s_code_is_told_with_its_line(function, message, line):
    verdict = judge(MEND, function)
    assert verdict.state == "your code raised"
    assert message in str(verdict.parts[0])
    assert line in str(verdict.parts[2])
    assert "Traceback" not in str(verdict)
    assert "kinds.py" not in str(verdict)


def test_an_error_in_code_whose_text_is_gone_is_told_without_the_line():
    names = {}
    exec("def fix(network):\n    raise KeyError('x')", names)
    verdict = judge(MEND, names["fix"])
    assert (verdict.state, len(verdict.parts)) == ("your code raised", 1)


def test_an_interrupt_is_not_swallowed():
    def stop(network):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        judge(MEND, stop)


NOT_A_FUNCTION = [
    (mend(shop()), "without brackets"), (shop(), "without brackets"), ("mend", "without brackets"),
    (lambda: None, "exactly one argument"), (lambda a, b: None, "exactly one argument"),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "said"), NOT_A_FUNCTION)
def test_what_is_no_function_of_one_network_is_told_kindly(answer, said):
    verdict = judge(MEND, answer)
    assert verdict.state == "try again"
    assert said in str(verdict.parts[0])


def test_a_removed_machine_is_told_in_words():
    verdict = judge(MEND, lambda network: network["app"].remove())
    assert verdict.state == "try again"
    assert "app" in str(verdict.parts[0])


def test_each_check_begins_with_a_fresh_network():
    def add_once(network):
        assert len(network.snapshot().tables) == len(shop().snapshot().tables)
        network.vpc("more", "10.9.0.0/16")
        mend(network)

    assert [judge(MEND, add_once).state for _ in range(3)] == ["correct"] * 3


def test_an_unfinished_function_is_not_run():
    ran = []

    def half(network):
        ran.append(network)
        return ____

    assert judge(MEND, half).state == "not yet"
    assert ran == []


def from_nothing(network):
    prod = network.vpc("prod", "10.0.0.0/16")
    subnet = prod.subnet("a", "10.0.0.0/24")
    subnet.route("0.0.0.0/0", to=prod.internet_gateway())
    group = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    subnet.instance("web", public_ip=True, security_groups=[group])


def test_building_from_nothing_is_judged_by_the_same_table():
    task = exercise(Build(lambda: Topology("mine"), (Intent(internet, "web", tcp(443)),)), from_nothing)
    assert judge(task, from_nothing).state == "correct"
    assert judge(task, lambda network: None).state == "try again"


def test_a_function_s_text_is_shown_without_type_hints():
    assert function_source(mend).splitlines()[:2] == [
        "def mend(network):",
        '    """Give the app what it lacks."""',
    ]


def test_an_exercise_s_own_evidence_is_shown_for_wrong_and_for_right_answers():
    task = exercise(Choice({"a": "x", "b": "y"}), "b", evidence=lambda value: f"what {value} does")
    assert "what a does" in str(judge(task, "a"))
    assert "what b does" in str(judge(task, "b"))


@pytest.mark.parametrize(
    "value", [None, 10**9999, "x" * 999, object(), print, float("nan")], ids=lambda v: type(v).__name__
)
def test_every_value_has_a_short_stable_name(value):
    assert len(quoted(value)) <= 60
    assert "0x" not in quoted(value)


def test_a_step_that_passes_or_stops_says_so_where_to_type_and_takes_either_form() -> None:
    assert '"passes" or "stops" in place of' in str(STOPS.card())
    assert judge(STOPS, "stop").state == "correct"
    assert str(judge(STOPS, "pass")) == str(judge(STOPS, "passes"))


def test_the_evidence_for_a_wrong_step_lists_numbered_lines_in_the_order_in_which_they_are_read() -> None:
    network = shop()
    lines = ["100 allow tcp 443 from 0.0.0.0/0", "20 deny tcp 80 from 0.0.0.0/0"]
    network["prod"].network_acl("edge", inbound=lines, subnets=["public-a"])
    asked = Step(lambda: network, Intent(internet, "web", tcp(22)), at="edge", asks="passes")
    shown = " ".join(asked.find("passes", ()).evidence)
    assert shown.index("20 deny") < shown.index("100 allow") < shown.index("* deny")


@pytest.mark.parametrize(
    ("also", "state", "said"),
    [
        (lambda _: (), "correct", "Because."),
        (lambda _: ("All hold, but.", "Look."), "try again", "All hold, but."),
        (lambda net: net["nobody"], "try again", "nobody"),
    ],
)
def test_what_no_row_can_tell_is_left_to_a_look_at_the_network(also, state, said) -> None:
    def nothing(network: Topology) -> None:
        pass

    found = judge(exercise(Edit(shop, (Intent(internet, "web", tcp(443)),), also=also), nothing), nothing)
    assert (found.state, said in str(found)) == (state, True)


def test_the_evidence_for_a_wrong_step_names_routes_as_people_do() -> None:
    asked = Step(shop, Intent("web", internet, tcp(443)), at="route table")
    told = " ".join(asked.find("default", ()).evidence)
    assert "0.0.0.0/0 → igw" in told
    assert "igw-" not in told


def test_a_value_that_is_no_choice_is_named_and_a_copied_line_is_read() -> None:
    routes = Match(("10.0.1.10", "192.0.2.1"), ("10.0.0.0/16", "0.0.0.0/0"))
    with pytest.raises(Unreadable, match="'igw' is none of the choices"):
        routes.read({"10.0.1.10": "10.0.0.0/16", "192.0.2.1": "igw"})
    copied = routes.read({"10.0.1.10": "10.0.0.0/16 → local", "192.0.2.1": "0.0.0.0/0 -> igw"})
    assert dict(copied) == {"10.0.1.10": "10.0.0.0/16", "192.0.2.1": "0.0.0.0/0"}


def test_a_row_for_ipv6_says_so_in_the_table_of_what_is_wanted():
    rows = (Intent(internet, "web", tcp(443)), Intent(internet, "web", tcp(443), ip_version=6))
    assert [row[2] for row in intent_table(rows).rows] == ["tcp 443", "tcp 443 over IPv6"]


def test_a_match_shows_the_pairs_to_fill_in_with_its_own_keys():
    assert '{"igw": "...", "nat": "..."}' in str(PAIRS.card())


@pytest.mark.parametrize(
    ("answer", "quote"),
    [
        (["in and out", "out only"], "['in and out', 'out only']"),
        ({"gateway": "out only"}, "{'gateway': 'out only'}"),
        ({}, "{}"),
        ({"igw": [object()]}, "a value of type dict"),
    ],
)
def test_what_pairs_nothing_is_quoted_as_it_was_typed_beside_the_pairs_to_write(answer, quote):
    said = str(judge(PAIRS, answer).parts[0])
    assert said.startswith(f"{quote} does not pair every item.")
    assert '{"igw": "...", "nat": "..."}' in said
