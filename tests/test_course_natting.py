"""The NAT comparison: who keeps a way out is said by traces, what it costs by the prices that are told."""

from decimal import Decimal

import pytest

from vpclab import BadInput, internet, tcp, trace
from vpclab.course import nat_comparison, show, words
from vpclab.course.natting import GATEWAY, INSTANCE, NatView, with_nat
from vpclab.course.reference import prices

TOKYO, OHIO = "ap-northeast-1", "us-east-2"


@pytest.mark.parametrize("kind", [GATEWAY, INSTANCE])
@pytest.mark.parametrize(
    ("zones", "fails", "keeps"),
    [
        ("a", "", (True, True)),
        ("ac", "", (True, True)),
        ("a", "a", (None, False)),  # NGW-10
        ("a", "c", (True, None)),
        ("ac", "a", (None, True)),
        ("ac", "c", (True, None)),
    ],
)
def test_a_failed_zone_takes_the_way_out_of_those_who_led_there(kind, zones, fails, keeps):
    said = {True: words.NAT_KEEPS[True], False: words.NAT_KEEPS[False], None: words.NAT_DOWN}
    rows = NatView(kind, zones, check=False, fails=fails).ways().rows
    assert [row[2] for row in rows] == [said[kept] for kept in keeps]


@pytest.mark.parametrize("zones", ["a", "ac"])
def test_a_source_destination_check_left_on_stops_everything_and_says_so(zones):
    rows = NatView(INSTANCE, zones, check=True).ways().rows
    assert [row[2] for row in rows] == [words.NAT_KEEPS[False]] * 2
    assert all("source/destination check is on" in row[3] for row in rows)  # ENI-3


@pytest.mark.parametrize("kind", [GATEWAY, INSTANCE])
def test_nobody_outside_gets_to_the_private_subnets(kind):
    network = with_nat(kind, "ac")
    assert [trace(network, internet, f"app-{n}", tcp(443)).outcome for n in (1, 2)] == ["blocked"] * 2


BILLS = [  # worked out by hand from PRICE-12, PRICE-1 and PRICE-2
    (GATEWAY, "a", "100", None, TOKYO, "55.11"),  # 45.26 + 6.20 + 3.65
    (GATEWAY, "ac", "100", None, TOKYO, "104.02"),  # 90.52 + 6.20 + 7.30
    (GATEWAY, "a", "0", None, TOKYO, "48.91"),
    (GATEWAY, "a", "100", None, OHIO, "41.00"),  # 32.85 + 4.50 + 3.65
    (INSTANCE, "a", "100", "0.01", TOKYO, "10.95"),  # 7.30 + 3.65
    (INSTANCE, "ac", "9999", "0.1", TOKYO, "153.30"),  # 146.00 + 7.30
]


@pytest.mark.parametrize(("kind", "zones", "gb", "price", "region", "total"), BILLS)
def test_the_bill_is_the_sum_of_its_lines(kind, zones, gb, price, region, total):
    view = NatView(
        kind, zones, False, "", Decimal(gb), Decimal(730), None if price is None else Decimal(price), region
    )
    assert view.total == Decimal(total)
    assert total in str(view)


def test_the_bill_names_region_and_date_of_every_price_that_it_uses():
    said = str(NatView(GATEWAY, "a", gb=Decimal(1), hours=Decimal(1)))
    for id in ("nat-gateway-tokyo", "public-ipv4"):
        assert prices()[id]["date"] in said
    assert prices()["nat-gateway-tokyo"]["region"] in said


def test_without_a_price_of_the_instance_there_is_no_sum_and_none_is_invented():
    view = NatView(INSTANCE, "a", False, gb=Decimal(100), hours=Decimal(730))
    assert view.total is None
    assert words.NAT_BILL_TYPE in str(view)


@pytest.mark.parametrize(("zones", "gb"), [("a", "100"), ("ac", "100"), ("a", "5000")])
def test_at_the_price_that_is_named_both_kinds_cost_the_same(zones, gb):
    """IMP-h: which one is cheaper depends on type, hours and GB."""
    gateway = NatView(GATEWAY, zones, gb=Decimal(gb), hours=Decimal(730))
    limit = Decimal("0.062") + Decimal("0.062") * Decimal(gb) / (len(zones) * 730)
    assert f"costs {limit.quantize(Decimal('0.0001'))} USD" in str(gateway)
    totals = [
        NatView(INSTANCE, zones, False, "", Decimal(gb), Decimal(730), limit + step).total
        for step in (Decimal("-0.001"), Decimal("0.001"))
    ]
    assert totals[0] < gateway.total < totals[1]


def test_a_month_without_hours_names_no_price_at_which_both_cost_the_same():
    assert "cost the same" not in str(NatView(GATEWAY, "a", gb=Decimal(1), hours=Decimal(0)))


def controls(box):
    left, page = box.children[0].children
    what, where, check, fails, gb, hours, price, region, button, message = left.children
    return what, where, check, fails, (gb, hours, price), region, button, message, page


def test_nothing_is_chosen_at_first_and_what_is_missing_is_said():
    box = nat_comparison()
    what, where, check, fails, amounts, *_, page = controls(box)
    assert [what.value, where.value, check.value, fails.value] == [None] * 4
    assert [amount.value for amount in amounts] == [""] * 3
    assert words.NAT_CHOOSE.format(missing=f"{words.NAT_KIND}, {words.NAT_WHERE}") in page.value
    what.value = INSTANCE
    where.value = "a"
    assert words.NAT_CHOOSE.format(missing=words.NAT_CHECK) in page.value


def test_what_is_chosen_is_built_traced_and_billed():
    box = nat_comparison()
    what, where, check, fails, (gb, hours, price), region, _, message, page = controls(box)
    what.value, where.value, check.value, fails.value = INSTANCE, "ac", False, "a"
    assert words.NAT_BILL_MISSING in page.value
    gb.value, hours.value, price.value = "1,000", "730", "0.02 USD"
    assert "36.50" in page.value
    assert message.value == ""
    what.value = GATEWAY
    assert check.disabled
    assert price.disabled
    region.value = OHIO
    assert "118.00" in page.value  # 65.70 + 45.00 + 7.30
    assert str(show(box)) == repr(box)


def test_an_amount_that_is_none_is_told_by_the_field_and_the_last_answer_stays():
    box = nat_comparison("NAT gateway", "a", gb=100, hours=730)
    *_, (gb, _, _), _, _, message, page = controls(box)
    gb.value = "many"
    assert "is no amount" in message.value
    assert "55.11" in page.value
    gb.value = "100"
    assert message.value == ""


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "NAT gateways", "zones": "a"},
        {"kind": "gateway", "zones": ["a"]},
        {"kind": "nat_gateway", "zones": "A"},
    ],
)
def test_values_are_read_as_people_type_them(given):
    assert nat_comparison(**given).still == NatView(GATEWAY, "a")


def test_values_given_at_once_show_the_same_as_controls():
    given = nat_comparison("NAT instance", "ca", check="off", fails="c", gb=10, hours="720", price=0.01)
    assert given.still == NatView(
        INSTANCE, "ac", False, "c", Decimal(10), Decimal(720), Decimal("0.01"), TOKYO
    )
    shown = given._repr_mimebundle_()
    assert "instance nat-c" not in shown["text/plain"]
    assert "21.60" in shown["text/plain"]  # 14.40 + 7.20
    assert "21.60" in shown["text/html"]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"kind": "VPN"}, "neither"),
        ({"zones": "d"}, "names no zones"),
        ({"check": "maybe"}, "source/destination check"),
        ({"fails": "x"}, "no zone that can fail"),
        ({"gb": -1}, "no amount"),
        ({"price": True}, "no amount"),
        ({"price": "0,01"}, "no amount"),  # not 1 USD an hour
        ({"gb": "1,00"}, "no amount"),
        ({"gb": "<b>"}, "no amount"),
        ({"region": "Mars"}, "Tokyo"),
    ],
)
def test_what_cannot_be_read_is_told_with_what_can(given, said):
    with pytest.raises(BadInput, match=said):
        nat_comparison(**given)
