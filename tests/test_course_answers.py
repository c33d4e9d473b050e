"""Every exercise against many answers nobody declared: right ones in other words, wrong ones of every sort.

The answers are made from each exercise's own declaration. A right answer is correct however it is written; a
wrong one gets a sentence that fits: how to write an answer where it is none, what it does where it is one.
"""

import functools
import re
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from fractions import Fraction
from ipaddress import ip_address, ip_interface, ip_network
from typing import Any

import pytest

from vpclab import Topology, internet, tcp
from vpclab.course import ____, words
from vpclab.course.chapters.c04 import shop
from vpclab.course.comparing import Aspect, Compare
from vpclab.course.declarations import catalogue
from vpclab.course.exercises import Exercise, Trap, judge
from vpclab.course.kinds import Build, Choice, Diagnose, Intent, Match, Number, Order, Step
from vpclab.course.kinds import _called as called

SIMPLE = {
    "id": "99-x",
    "title": "Test",
    "prompt": "?",
    "hints": ("a", "b", "c"),
    "deciding": "c",
    "why": "So.",
}


def build_a_shop(network):
    prod = network.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    front.route("0.0.0.0/0", to=prod.internet_gateway())
    prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    front.instance("web", public_ip=True, security_groups=["web"])


def sample(kind, solution=None, **more):
    return Exercise(kind=kind, solution=solution, traps=(), also_right=(), **{**SIMPLE, **more})


# The kinds that no chapter uses yet; the chapters' own exercises stand beside them.
SAMPLES = [
    sample(Number(), 1019, id="99-number"),
    sample(Order(("route table", "network ACL", "security group")),
           ["security group", "network ACL", "route table"], id="99-order"),
    sample(Match(("internet gateway", "NAT gateway"), ("in and out", "out only")),
           {"internet gateway": "in and out", "NAT gateway": "out only"}, id="99-match"),
    sample(Choice({"a": "yes: it has a route", "b": "no: it has none", "c": "no: the list is empty"}), "c",
           id="99-choice"),
    sample(Diagnose(shop, Intent(internet, "web", tcp(22))), id="99-diagnose"),
    sample(Step(shop, Intent(internet, "web", tcp(443)), at="internet gateway"), id="99-next"),
    sample(Step(shop, Intent(internet, "web", tcp(22)), "security group web", "passes"), id="99-pass"),
    sample(Compare(("group", "ACL"), (
        Aspect("guards", "What it guards", {"a": "an interface", "b": "a subnet"}, ("a", "b"), fact="SG-5"),
        Aspect("reply", "An answer", {"a": "passes", "b": "needs a rule"}, lambda: ("a", "b"), fact="ACL-8"),
    )), id="99-compare"),
    sample(Build(lambda: Topology("my"), (Intent(internet, "web", tcp(443)),)), build_a_shop, id="99-build"),
]  # fmt: skip
EXERCISES = [*SAMPLES, *(item for item in catalogue().values() if isinstance(item, Exercise))]
of_kind = {
    name: [e for e in EXERCISES if e.kind.name == name]
    for name in ("choice", "number", "cidr", "order", "match", "diagnose", "step", "edit", "build")
}
each = pytest.mark.parametrize("exercise", EXERCISES, ids=lambda e: e.id)


def spellings(text: str) -> Iterator[Any]:
    """Yield one text as different people type it."""
    yield from (
        text,
        f"  {text} ",
        text.upper(),
        f"({text})",
        f"{text}.",
        f"'{text}'",
        f'"{text}"',
        f"`{text}`",
    )
    yield from ([text], (text,), {text}, text.translate({n: n + 0xFEE0 for n in range(0x21, 0x7F)}))


def named(kind: Any) -> tuple[str, ...]:
    """Return what the component may be called that a step or a diagnosis asks for; its id last."""
    if kind.name == "diagnose":
        component = kind.flow.trace(kind.given()).blockers[0].component
    else:
        hop, after = kind._hops()
        if after is None or not hop.allowed:
            return ()
        component = after.component
    return (*called(component), component.id)


def in_other_words(exercise: Exercise) -> Iterator[Any]:
    """Yield the declared right answer as it may be written as well."""
    kind, right = exercise.kind, exercise.answer
    match kind.name:
        case "choice":
            text = kind.options[right]
            yield from spellings(right)
            yield from (f"option {right}", f"answer {right}", f"{right}: {text}", f"{right}) {text}", text)
            yield from (text.replace("`", ""), text.upper(), [text])
        case "number":
            yield from (float(right), Decimal(right), Fraction(right), f"{right:,}", f"{right} addresses")
            yield from (f"+{right}", f"{right}.0", *spellings(str(right)))
        case "cidr":
            block = ip_network(right)
            yield from spellings(right)
            yield from (block, [block], right.replace("/", " / "), f"{block[-1]}/{block.prefixlen}")
            yield ip_interface(f"{block[-1]}/{block.prefixlen}")
        case "order":
            yield from (tuple(right), [item.upper() for item in right], [[item] for item in right])
            yield [item.replace(" ", "-") for item in right]
            if not any(sign in item for item in right for sign in ",;>→|"):
                yield from (", ".join(right), " -> ".join(right), " → ".join(right), "\n".join(right))
        case "match":
            yield from (dict(reversed(right.items())), list(right.items()), tuple(right.items()))
            yield {key.upper(): [value] for key, value in right.items()}
        case "compare":
            yield from (dict(reversed(right.items())), {key.upper(): list(row) for key, row in right.items()})
            yield {key: " ".join(row) for key, row in right.items()}
            yield {row.name: tuple(row.options[key] for key in right[row.key]) for row in kind.rows}
        case "diagnose":
            name, code = right
            yield from ([name, code], (code, name), (name.upper(), code.lower()), f"{name}, {code}")
            yield from ((name, code.replace("_", " ")), f"{name} {code}")
            yield from ((other, code) for other in named(kind))
            if named(kind)[-1] in {thing.id for thing in kind.given().snapshot()}:
                yield (kind.given()[named(kind)[-1]], code)
        case "step":
            yield from spellings(right)
            if kind.asks == "next":
                yield from (
                    other for name in named(kind)[:-1] for other in (name.upper(), name.replace(" ", "-"))
                )
            elif kind.asks != "passes":
                host = f"[{right}]" if ":" in right else right
                yield from (ip_address(right), f"{host}:40000", f"{right}/{ip_address(right).max_prefixlen}")
        case _:
            yield from (functools.partial(right), lambda network: right(network), [right])
            yield from (Bound(right).fix, Bound(right), elsewhere(right))


class Bound:
    """A function as a method, and as something that can be called."""

    def __init__(self, fix):
        self._fix = fix

    def fix(self, network):
        return self._fix(network)

    __call__ = fix


def elsewhere(fix):
    def change(network):
        twin = network.copy()
        fix(twin)
        return twin

    return change


@each
def test_a_right_answer_is_correct_in_whatever_words(exercise, capsys):
    wrong = [answer for answer in in_other_words(exercise) if judge(exercise, answer).state != "correct"]
    assert wrong == []


@pytest.mark.parametrize("exercise", of_kind["cidr"], ids=lambda e: e.id)
def test_a_block_that_does_not_begin_at_its_first_address_is_right_with_a_remark(exercise):
    block = ip_network(exercise.answer)
    if block.num_addresses == 1:
        pytest.skip("one address has no other beginning")
    typed = f"{block[-1]}/{block.prefixlen}"
    remark = words.HOST_BITS.format(typed=typed, block=block, first=block[0])
    assert remark in judge(exercise, typed).parts
    assert "VPC-5" not in str(judge(exercise, str(block)))
    if block.version == 6:
        return
    wrong = ip_interface("192.0.2.9/25")
    assert "192.0.2.9/25 is the block 192.0.2.0/25" in str(judge(exercise, wrong))


# --- what is no answer ---


async def later(network):
    return network


def parts(network):
    yield network


AROUND: list[Any] = []
AROUND.append(AROUND)
NO_ANSWER = [
    AROUND, ("a", "b"), [["a"], ("b", [1, [2, [3]]])],
    None, True, False, -1, 0.5, "", "  ", "?", "none", "I do not know", "<script>", "{value}", "%s", "\\",
    "a|b", b"x", [], (), {}, set(), [None], [[]], [1, 2, 3], {"a": 1}, {"x": []}, range(3), 1j, float("nan"),
    float("inf"), 10**400, Decimal("NaN"), "x" * 10**5, "10.0.0.0/99", "10.0.0.300", "10.0.0.0/8/8", "::/0",
    "/24", date(2026, 1, 1), object(), print, int, Exception("x"), ..., lambda: None, lambda a, b: None, len,
    (n for n in "ab"), iter([]), ("web",), ("web", 3), ("moon", "NO_ROUTE"), Topology("x"), type, later,
    parts, "\N{SNOWMAN}", "\x00", "\ud800", "a" * 300 + "/" + "9" * 300,
]  # fmt: skip

UNREADABLE = {
    "choice": (words.WRITE_CHOICE,),
    "number": (words.WRITE_NUMBER,),
    "cidr": (words.WRITE_BLOCK, words.WRITE_LENGTH, words.OTHER_FAMILY),
    "order": (words.WRITE_LIST,),
    "match": (words.WRITE_PAIRS, words.WRITE_PAIR),
    "compare": (words.WRITE_ROWS, words.WRITE_ROW, words.WRITE_CELLS),
    "diagnose": (words.WRITE_DIAGNOSIS, words.WRITE_COMPONENT_OF),
    "step": (words.WRITE_COMPONENT, words.WRITE_ADDRESS, words.WRITE_PASSES),
    "edit": (words.WRITE_FUNCTION, words.ONE_PARAMETER, words.PLAIN_FUNCTION),
    "build": (words.WRITE_FUNCTION, words.ONE_PARAMETER, words.PLAIN_FUNCTION),
}
REFUTED = {
    "choice": (words.CHOICE_REFUTED,),
    "number": (words.NUMBER_REFUTED,),
    "cidr": (words.BLOCK_MISSES, words.BLOCK_HITS, words.BLOCK_OUTSIDE, words.BLOCK_TOO_SMALL,
             words.BLOCK_TOO_LARGE, words.BLOCK_REFUTED, words.MUST_ARRIVE, words.MUST_NOT_ARRIVE,
             "{what}.{code}: {value}. Way out: {rest}."),
    "order": (words.ORDER_FIRST, words.ORDER_FROM),
    "match": (words.PAIRS_RIGHT,),
    "compare": (words.COMPARE_REFUTED, words.COMPARE_EMPTY),
    "diagnose": (words.DIAGNOSIS_CODE, words.DIAGNOSIS_NOT_THERE),
    "step": tuple(words.STEP_REFUTED.values()),
    "edit": (words.MUST_ARRIVE, words.MUST_NOT_ARRIVE, words.MUST_KNOW, words.REMOVED, words.CHECK_FAILED,
             words.EXPOSED_SUBNET, words.EXPOSED_ADDRESS, f"{words.MUST_ARRIVE} {words.REPLY_STOPPED}",
             f"{words.MUST_ARRIVE} {words.LEFT_AS_IT_WAS}",
             f"{words.MUST_NOT_ARRIVE} {words.LEFT_AS_IT_WAS}",
             f"{words.MUST_ARRIVE} {words.REPLY_STOPPED} {words.LEFT_AS_IT_WAS}"),
}  # fmt: skip
REFUTED["build"] = (*REFUTED["edit"], words.NOT_ASKED_FOR)


def says(sentence: str, templates: tuple[str, ...]) -> bool:
    """Return whether a sentence is one of these with its fields filled in."""
    return any(
        re.fullmatch("(?s:.+)".join(map(re.escape, re.split(r"\{\w+\}", template))), sentence)
        for template in templates
    )


@each
def test_what_is_no_answer_is_told_how_to_write_one(exercise):
    """What reads as an answer all the same, as -1 for a number, is refuted; a function is run."""
    kind = exercise.kind.name
    for answer in NO_ANSWER:
        verdict = judge(exercise, answer)
        if verdict.state == "your code raised":
            assert callable(answer)
            continue
        if verdict.state == "correct":  # "none" may begin a choice's text
            assert exercise.kind.read(answer) in [exercise.kind.read(exercise.answer)]
            continue
        assert verdict.state == "try again", answer
        fits = (*UNREADABLE[kind], *REFUTED[kind], *(trap.message for trap in exercise.traps))
        assert says(str(verdict.parts[0]), fits), (answer, verdict.parts[0])


# --- answers that are wrong ---


def wrong_answers(exercise: Exercise) -> Iterator[Any]:
    """Yield many well-written answers; those that happen to be right are for the tests to tell apart."""
    kind, right = exercise.kind, exercise.answer
    match kind.name:
        case "choice":
            for key in set(kind.options) - {right}:
                yield from (key, key.upper(), f"({key})", kind.options[key], [key], f"option {key}")
        case "number":
            yield from (
                0,
                -right,
                right + 1,
                right - 1,
                right * 2,
                right / 2,
                f"{right}5",
                right + 0.5,
                10**9,
            )
        case "order":
            yield from (right[::-1], right[1:] + right[:1], right[-1:] + right[:-1])
        case "match":
            yield from (dict.fromkeys(right, value) for value in kind.choices)
            yield dict(zip(right, reversed(right.values()), strict=True))
        case "compare":
            for row in kind.rows:
                wrong = [key for key in row.options if key != row.keys[0]]
                yield from ({**right, row.key: (key, *row.keys[1:])} for key in wrong)
                yield {key: cells for key, cells in right.items() if key != row.key}
        case "diagnose":
            stops = kind.flow.trace(kind.given()).blockers
            for thing in kind.given().snapshot():
                if thing.name not in [name for b in stops for name in (*called(b.component), b.component.id)]:
                    yield from ((thing.name, "NO_ROUTE"), (thing.name, right[1]))
            yield (right[0], "vpclab:no-such-code")
        case "step" if kind.asks == "passes":
            yield "passes" if right == "stops" else "stops"
        case "step" if kind.asks == "next":
            names = [thing.name for thing in kind.given().snapshot()]
            yield from {*names, "internet", "stops here"} - {right, *named(kind)}
        case "step":
            yield from {"10.0.0.77", "10.0.0.1", "192.0.2.201", "0.0.0.0", "::1", "203.0.113.199"} - {right}


@pytest.mark.parametrize(
    "exercise", [e for e in EXERCISES if e.kind.name not in ("cidr", "edit", "build")], ids=lambda e: e.id
)
def test_a_wrong_answer_is_refuted_by_what_it_does(exercise):
    fits = (*REFUTED[exercise.kind.name], *(trap.message for trap in exercise.traps))
    answers = list(wrong_answers(exercise))
    assert answers
    for answer in answers:
        verdict = judge(exercise, answer)
        assert verdict.state == "try again", answer
        assert says(str(verdict.parts[0]), fits), (answer, verdict.parts[0])
        assert exercise.why not in str(verdict)


STARTS = (
    "0.0.0.0", "10.0.0.0", "10.0.0.224", "10.0.1.0", "10.0.2.0", "10.0.200.0", "10.1.0.0", "172.16.0.0",
    "192.0.2.0", "203.0.113.0", "203.0.113.64", "203.0.113.80", "255.255.255.255",
)  # fmt: skip
LENGTHS = (0, 1, 8, 15, 16, 17, 23, 24, 25, 26, 27, 28, 29, 30, 31, 32)
BLOCKS = [f"{start}/{length}" for start in STARTS for length in LENGTHS]


def meets(kind: Any, block: Any) -> bool:
    """Return whether a block has all that is declared, worked out by its first and last address."""
    first, last = int(block[0]), int(block[-1])
    ends = [(int(net[0]), int(net[-1])) for net in map(ip_network, (*kind.covers, *kind.avoids))]
    covers, avoids = ends[: len(kind.covers)], ends[len(kind.covers) :]
    inside = (kind.inside,) if isinstance(kind.inside, str) else kind.inside or (str(block),)
    homes = [(int(net[0]), int(net[-1])) for net in map(ip_network, inside)]
    free = block.num_addresses - 5 if block.num_addresses >= 16 else 0
    half = block.num_addresses // 2
    return (
        all(first <= start and end <= last for start, end in covers)
        and all(last < start or end < first for start, end in avoids)
        and any(start <= first and last <= end for start, end in homes)
        and free >= kind.hosts
        and (not kind.smallest or not kind.hosts or (half - 5 if half >= 16 else 0) < kind.hosts)
    )


@pytest.mark.parametrize("exercise", of_kind["cidr"], ids=lambda e: e.id)
def test_a_block_is_judged_by_what_it_must_do(exercise):
    fits = (*REFUTED["cidr"], *(trap.message for trap in exercise.traps))
    states = set()
    for text in (*BLOCKS, str(exercise.answer)):
        block = ip_network(text, strict=False)
        verdict = judge(exercise, text)
        states.add(verdict.state)
        if verdict.state == "correct":
            assert meets(exercise.kind, block), text
        else:
            assert verdict.state == "try again", text
            assert says(str(verdict.parts[0]), fits), (text, verdict.parts[0])
    assert states == {"correct", "try again"}


def mutations(network: Topology) -> Iterator[tuple[str, Any]]:
    """Yield changes, by name, that somebody might try: everything removed, opened, routed, addressed once."""

    def do(id, act):
        return lambda shop: act(shop[id])

    for thing in network.snapshot():
        id, name = thing.id, f"{thing.kind} {thing.name}"
        yield f"remove {name}", do(id, lambda x: x.remove())
        if thing.kind == "instance":
            yield f"address for {name}", do(id, lambda x: x.elastic_ip())
            yield f"stop {name}", do(id, lambda x: x.stop())
        if thing.kind in ("subnet", "route_table"):
            for block in ("0.0.0.0/0", "203.0.113.0/24", "10.9.0.0/16"):
                yield f"{name}: {block}", do(id, lambda x, block=block: x.route(block, to="igw"))
            yield f"{name}: nothing out", do(id, lambda x: x.remove_route("0.0.0.0/0"))
        if thing.kind == "security_group":
            yield f"{name} open", do(id, lambda x: x.allow(inbound=["all from 0.0.0.0/0"]))
            yield f"{name} shut", do(id, lambda x: x.revoke(inbound=["tcp 443 from 0.0.0.0/0"]))
    yield "nothing", lambda shop: None
    yield "a text", lambda shop: "add a route"
    yield "another network", lambda shop: Topology("empty")
    yield "gateway again", lambda shop: shop["prod"].internet_gateway()
    yield "a wrong name", lambda shop: shop["nowhere"]
    yield "a spelling mistake", lambda shop: shop["prod"].internet_gatway()
    yield "an unknown route target", lambda shop: shop["prod"].route_table("x").route("0.0.0.0/0", to="moon")
    yield "an error", lambda shop: 1 / 0


@pytest.mark.parametrize("exercise", of_kind["edit"], ids=lambda e: e.id)
def test_a_wrong_change_is_refuted_by_what_the_network_does_then(exercise, capsys):
    fits = (*REFUTED["edit"], *(trap.message for trap in exercise.traps))
    states = []
    for name, change in mutations(exercise.kind.given()):
        verdict = judge(exercise, change)
        states.append(verdict.state)
        if verdict.state == "your code raised":
            assert re.match(r"[\w.]+: \S", str(verdict.parts[0])), name
        elif verdict.state == "correct":
            network = exercise.kind.given()
            change(network)
            assert all(row.trace(network).reaches == row.must for row in exercise.kind.intents), name
        else:
            assert verdict.state == "try again", name
            assert says(str(verdict.parts[0]), fits), (name, verdict.parts[0])
    assert states.count("try again") > 3


def test_a_spelling_mistake_names_what_is_there():
    verdict = judge(catalogue()["04-second"], lambda shop: shop["front-c"].rout("0.0.0.0/0", to="igw"))
    assert str(verdict.parts[0]).endswith("has no attribute 'rout'. Did you mean route?")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (lambda shop: shop.internet_gateway(), "What has internet_gateway: VPC"),
        (lambda shop: shop["prod"].revoke(inbound=[]), "What has revoke: security group"),
    ],
)
def test_a_line_that_belongs_to_something_else_names_what_has_it(line, said):
    assert str(judge(catalogue()["04-second"], line).parts[0]).endswith(said)


def test_an_error_in_a_network_to_be_probed_does_not_list_what_is_in_it():
    verdict = judge(catalogue()["04-ticket"], lambda shop: shop["front"].remove_route("10.9.0.0/16"))
    assert verdict.state == "your code raised"
    assert "203.0.113.0/24" not in str(verdict)


def test_a_function_that_leaves_its_network_alone_is_told_so():
    mine = shop()
    for change in (lambda network: None, lambda network: mine["web"].remove(), lambda network: "a route"):
        verdict = judge(catalogue()["04-second"], change)
        assert words.LEFT_AS_IT_WAS in str(verdict.parts[0])


def test_a_machine_that_was_removed_is_named():
    verdict = judge(catalogue()["04-second"], lambda network: network["web-2"].remove())
    assert verdict.parts[0] == words.REMOVED.format(names="web-2")


@each
def test_a_blank_in_any_shape_is_not_yet(exercise):
    for answer in (____, [____], {"a": ____}, ("web", ____), f"{____}/24", ____ + 1, lambda network: ____):
        assert judge(exercise, answer).state == "not yet", answer


def test_a_trap_hears_answers_in_other_words_too():
    trap = Trap("a", "M13", "A name decides nothing.")
    task = sample(Choice({"a": "the name", "b": "the route table"}), "b")
    task = Exercise(**{**{f: getattr(task, f) for f in task.__dataclass_fields__}, "traps": (trap,)})
    for answer in ("A", "the name", ["a"], "option a", "a: the name"):
        assert judge(task, answer).misconception == "M13"
