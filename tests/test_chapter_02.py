"""Chapter 02 as a lesson: what its text says is what the engine says, and what it promises is in it."""

import re
from ipaddress import ip_network

import pytest
from lessons import Lesson, values

from vpclab import tcp, trace
from vpclab.course import words
from vpclab.course.chapters import c02
from vpclab.course.declarations import catalogue, exercise, prediction
from vpclab.course.exercises import Exercise, Explanation, judge
from vpclab.course.reference import glossary
from vpclab.topology.cidr import usable
from vpclab.topology.errors import Refused
from vpclab.topology.rules import reserved_addresses

LESSON = Lesson("02")
CHAPTER, TEXT, code = LESSON.chapter, LESSON.text, LESSON.code


def built():
    names = {}
    exec(code("from ipaddress import"), names)
    exec(code("shop = Topology("), names)
    return names


def test_the_network_that_learners_build_is_the_one_that_predictions_are_about():
    names = built()
    assert values(names["shop"]) == values(c02.shop())
    exec(code("changed ="), names)
    assert values(names["changed"]) == values(c02.shop_without_zone_a())


@pytest.mark.parametrize("belief", ["M24", "M25", "M26", "M27", "IMP-a"])
def test_each_misconception_of_the_chapter_is_trained_twice(belief):
    trained = []
    for item in (item for id, item in catalogue().items() if id.startswith("02-")):
        if isinstance(item, Explanation):
            continue
        exercises = isinstance(item, Exercise)
        held = [t.misconception for t in item.traps] if exercises else [b for b, _ in item.beliefs.values()]
        trained += [item.id] if belief in held else []
    assert len(trained) >= 2


def test_no_more_than_seven_new_terms():
    assert len([entry for entry in glossary() if entry["chapter"] == "02"]) <= 7


def test_the_table_of_sizes_is_right():
    rows = re.findall(r"^\| ([\d./]+) \| (\d+) \| ([\d,]+) \| ([\d.]+) \| ([\d.]+) \|$", TEXT, re.MULTILINE)
    assert [row[0].split("/")[1] for row in rows] == ["16", "20", "24", "25", "26", "27", "28"]
    for text, free, size, first, last in rows:
        block = ip_network(text)
        assert (block.max_prefixlen - block.prefixlen, f"{block.num_addresses:,}") == (int(free), size)
        assert (str(block[0]), str(block[-1])) == (first, last)


def test_the_drawn_halves_are_the_blocks_of_their_lengths():
    drawn = re.findall(r"^/(2[456])  (.*)$", TEXT, re.MULTILINE)
    assert [length for length, _ in drawn] == ["24", "25", "26"]
    assert len({len(line) for _, line in drawn}) == 1
    for length, line in drawn:
        parts = list(ip_network("10.0.0.0/24").subnets(new_prefix=int(length)))
        limits = [int(end) & 255 for part in parts for end in (part[0], part[-1])]
        assert [int(number) for number in re.findall(r"\d+", line)] == limits


def test_the_doubling_table_doubles():
    rows = dict(re.findall(r"^\| (free bits|addresses) \| ((?:\d+ \| )+\d+) \|$", TEXT, re.MULTILINE))
    bits, sizes = ([int(n) for n in rows[name].split(" | ")] for name in ("free bits", "addresses"))
    assert sizes == [2**bit for bit in bits]


def test_the_five_kept_addresses_are_those_that_the_engine_keeps():
    told = re.findall(r"^\| (10\.0\.3\.\d+)", prediction("02-p5").after, re.MULTILINE)
    assert told == [str(address) for address in reserved_addresses(ip_network("10.0.3.0/28"))]


def test_the_counts_of_usable_addresses_are_the_engine_s():
    assert usable(ip_network("10.0.0.0/26")) == exercise("02-count").answer
    told = dict(re.findall(r"a /(\d+) gives (\d+)", TEXT))
    assert told == {length: str(usable(ip_network(f"10.0.0.0/{length}"))) for length in ("24", "28")}


@pytest.mark.parametrize(
    ("id", "code"),
    [
        ("02-p4", "vpclab:ONE_ZONE"),
        ("02-p5", "InsufficientFreeAddressesInSubnet"),
        ("02-p6", "OperationNotPermitted"),
        ("02-p7", "vpclab:PEERING_FAILED"),
        ("02-p8", "InsufficientFreeAddressesInSubnet"),
    ],
)
def test_what_the_lesson_says_aws_refuses_is_refused_for_its_reason(id, code):
    asked = prediction(id)
    tried = asked.flow.trace(asked.given())
    assert (tried.outcome, tried.said.partition(": ")[0]) == ("refused", code)


def test_eleven_start_and_the_twelfth_does_not():
    network = c02.shop()
    tiny = network["prod"].subnet("tiny", "10.0.3.0/28", az="a")
    for number in range(1, 12):
        tiny.instance(f"worker-{number}")
    with pytest.raises(Refused, match="all 11 usable"):
        tiny.instance("worker-12")


def test_an_attempt_leaves_the_network_as_it_was():
    network = c02.small_development()
    before = values(network)
    c02.LARGER.trace(network)
    assert values(network) == before


def test_an_attempt_that_aws_obeys_is_made():
    asked = c02.Attempt('shop["prod"].subnet("front-c", "10.0.3.0/24", az="c")')
    assert asked.trace(c02.shop()).outcome == "made"


def test_the_same_packet_means_the_own_network():
    way = trace(c02.two_environments(), "tester", "10.0.1.10", tcp(3306))
    assert way.forward[-1].component.name == "dev-db"


@pytest.mark.parametrize("zone", ["c", "d"])
def test_the_ticket_is_solved_in_either_zone_that_works(zone):
    def fix(shop):
        shop["prod"].subnet("more", "10.0.9.0/24", az=zone).instance("web-3", security_groups=["web"])

    assert judge(exercise("02-ticket"), fix).state == "correct"


def test_the_ticket_can_be_reasoned_out_by_its_probes():
    network = c02.shop_with_two_fronts()
    asked = {name: trace(network, "jobs", name, tcp(port)).reaches
             for name, port in (("web-1", 443), ("web-2", 443), ("db", 3306))}  # fmt: skip
    assert asked == {"web-1": False, "web-2": False, "db": True}


def test_the_flow_log_lines_say_what_the_packet_says_at_the_instance():
    way = trace(c02.shop(), "web", "db", tcp(3306))
    lines = [line.split() for line in TEXT.splitlines() if re.match(r"2 \d{12} eni-", line)]
    assert [len(fields) for fields in lines] == [14, 14]
    for fields, packet in zip(lines, (way.forward[-1].packet_in, way.reply[0].packet_in), strict=True):
        said = [str(packet.src), str(packet.dst), str(packet.src_port), str(packet.dst_port), "6"]
        assert fields[3:8] == said
        assert fields[-2:] == ["ACCEPT", "OK"]


def test_the_lines_that_are_to_be_refused_are_refused():
    names = built()
    cells = [c for c in CHAPTER.cells if "raises-exception" in c.tags]
    assert len(cells) == 2
    for cell in cells:
        with pytest.raises(Refused):
            exec(cell.source, names)


def test_nothing_before_the_question_whether_a_block_grows_says_that_it_does_not():
    cells = [cell.source for cell in CHAPTER.cells if "notes" not in cell.tags]
    before = cells[: next(n for n, source in enumerate(cells) if 'show("02-p6")' in source)]
    said = [prediction("02-p7").after, *(trap.message for trap in exercise("02-size").traps), *before]
    assert not any("never change" in text or "does not grow" in text for text in said)


@pytest.mark.parametrize("block", ["8.8.0.0/16", "11.0.0.0/16", "100.64.0.0/16"])
def test_a_block_of_other_peoples_addresses_is_no_plan(block):
    verdict = judge(exercise("02-environments"), block)
    assert verdict.word == words.TRY_AGAIN
    assert f"{block} is not inside 10.0.0.0/8 or 172.16.0.0/12 or 192.168.0.0/16" in str(verdict)


def test_the_new_web_server_carries_the_group_that_is_asked_for():
    def without(shop):
        shop["prod"].subnet("front-d", "10.0.4.0/24", az="d").instance("web-3")

    def beside_the_database(shop):
        shop["data-c"].instance("web-3", security_groups=["web"])

    assert "carries the group `default`" in str(judge(exercise("02-ticket"), without))
    assert judge(exercise("02-ticket"), beside_the_database).word == words.CORRECT


def test_the_blank_rows_of_the_first_steps_are_filled_by_the_right_answer():
    assert "128, so it is a /25" in str(judge(exercise("02-size"), "10.5.0.128/25"))
