"""CIDR plans: every change keeps the block whole, and what AWS would refuse is refused with its reason."""

from ipaddress import IPv4Network, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpclab import Topology
from vpclab.topology.cidr import Plan, relation, usable
from vpclab.topology.errors import VpclabError


def blocks(plan):
    return [str(piece.block) for piece in plan.pieces]


def quarters():
    return Plan.of("10.0.0.0/16").split("10.0.0.0/16").split("10.0.0.0/17").split("10.0.128.0/17")


def test_a_split_halves_a_block_and_a_length_halves_its_first_half_again():
    plan = Plan.of("10.0.0.0/16")
    assert blocks(plan.split("10.0.0.0/16")) == ["10.0.0.0/17", "10.0.128.0/17"]
    assert blocks(plan.split("10.0.0.0/16", 20)) == [
        "10.0.0.0/20", "10.0.16.0/20", "10.0.32.0/19", "10.0.64.0/18", "10.0.128.0/17",
    ]  # fmt: skip


def test_a_merge_undoes_a_split_from_either_half():
    whole = Plan.of("10.0.0.0/16")
    for half in ("10.0.0.0/17", "10.0.128.0/17"):
        assert whole.split("10.0.0.0/16").merge(half) == whole


def test_host_bits_are_cleared_as_aws_does():
    assert Plan.of("10.0.5.7/16").block == IPv4Network("10.0.0.0/16")


def test_a_subnet_can_be_renamed_moved_to_another_zone_and_freed():
    plan = quarters().assign("10.0.0.0/18", "front-a", "a").assign("10.0.0.0/18", "front", "c")
    assert [(piece.name, piece.zone) for piece in plan.subnets] == [("front", "c")]
    assert plan.free("10.0.0.0/18") == quarters()


REFUSED = [
    ("a VPC larger than /16", lambda: Plan.of("10.0.0.0/15"), "VPC is /16 to /28 (VPC-2)"),
    ("a VPC smaller than /28", lambda: Plan.of("10.0.0.0/29"), "VPC is /16 to /28 (VPC-2)"),
    ("a block that is none", lambda: Plan.of("10.0.0.300/16"), "10.0.0.300/16"),
    ("a VPC of IPv6 alone", lambda: Plan.of("2001:db8::/56"), "the main blocks of a VPC are IPv4"),
    ("half of a /28", lambda: Plan.of("10.0.0.0/28").split("10.0.0.0/28"), "subnet is /16 to /28 (SUB-2)"),
    ("a part as large as the whole", lambda: quarters().split("10.0.0.0/18", 18), "from 19 to 28"),
    ("a part below /28", lambda: quarters().split("10.0.0.0/18", 29), "from 19 to 28"),
    ("a block that is no piece", lambda: quarters().split("10.0.0.0/19"), "there are: 10.0.0.0/18"),
    ("the whole with nothing", lambda: Plan.of("10.0.0.0/16").merge("10.0.0.0/16"), "the whole VPC"),
    (
        "a half whose other half is divided",
        lambda: quarters().merge("10.0.0.0/18").merge("10.0.0.0/17"),
        "10.0.128.0/17 is divided",
    ),
    (
        "a subnet",
        lambda: quarters().assign("10.0.0.0/18", "web", "a").split("10.0.0.0/18"),
        "10.0.0.0/18 is subnet web",
    ),
    (
        "a half whose other half is a subnet",
        lambda: quarters().assign("10.0.64.0/18", "web", "a").merge("10.0.0.0/18"),
        "10.0.64.0/18 is subnet web",
    ),
    ("a subnet without a name", lambda: quarters().assign("10.0.0.0/18", " ", "a"), "not a name"),
    ("a subnet without a zone", lambda: quarters().assign("10.0.0.0/18", "web", ""), "Availability Zone"),
    (
        "a name used twice",
        lambda: quarters().assign("10.0.0.0/18", "web", "a").assign("10.0.64.0/18", "web", "a"),
        "there is a subnet web already",
    ),
]


@pytest.mark.parametrize(("attempt", "said"), [r[1:] for r in REFUSED], ids=[r[0] for r in REFUSED])
def test_what_cannot_be_planned_is_refused_with_the_reason(attempt, said):
    with pytest.raises(VpclabError) as error:
        attempt()
    assert said in str(error.value)


RELATIONS = [
    ("10.0.0.0/16", "10.1.0.0/16", "apart"),
    ("10.0.0.0/16", "10.0.0.0/16", "same"),
    ("10.0.7.0/24", "10.0.0.0/16", "inside"),
    ("10.0.0.0/8", "10.0.0.0/16", "around"),
]


@pytest.mark.parametrize(("one", "other", "lie"), RELATIONS, ids=[" ".join(row) for row in RELATIONS])
def test_two_blocks_lie_apart_or_one_inside_the_other(one, other, lie):
    assert relation(IPv4Network(one), IPv4Network(other)) == lie


def test_blocks_of_two_families_lie_apart():
    assert relation(IPv4Network("0.0.0.0/0"), IPv6Network("::/0")) == "apart"


def test_five_addresses_of_each_subnet_are_kept_by_aws():
    assert [usable(IPv4Network(f"10.0.0.0/{n}")) for n in (16, 24, 27, 28)] == [65531, 251, 27, 11]


def test_the_code_of_a_plan_builds_it():
    plan = quarters().assign("10.0.0.0/18", "public-a", "a").assign("10.0.128.0/18", "public-c", "c")
    shop = Topology("shop")
    names = {"shop": shop}
    exec(plan.code(), names)
    built = [(s.name, str(s.value.cidr), s.value.az) for s in (shop["public-a"], shop["public-c"])]
    assert built == [
        ("public-a", "10.0.0.0/18", "ap-northeast-1a"),
        ("public-c", "10.0.128.0/18", "ap-northeast-1c"),
    ]


@given(
    st.lists(
        st.tuples(st.sampled_from(["split", "merge", "assign", "free"]), st.integers(0, 40)), max_size=25
    )
)
def test_whatever_is_done_the_pieces_cover_the_block_once_and_in_order(moves):
    plan = Plan.of("10.0.0.0/22")
    for what, which in moves:
        block = plan.pieces[which % len(plan.pieces)].block
        more = (f"net-{block}".replace("/", "-"), "a") if what == "assign" else ()
        try:
            plan = getattr(plan, what)(block, *more)
        except VpclabError:
            continue
        at = plan.block.network_address
        for piece in plan.pieces:
            assert piece.block.network_address == at
            assert piece.block.prefixlen <= 28
            at = piece.block.broadcast_address + 1
        assert at == plan.block.broadcast_address + 1
