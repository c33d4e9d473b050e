"""The NAT comparison: ways out for private subnets, what a failed Availability Zone takes, the month's bill.

`NatView` is the page, as text and as HTML; `nat_comparison` is a thin shell around it. Who keeps a way out
is said by traces of the network that `with_nat` builds, and every price comes from data/prices.json. A price
for EC2 instances is not among them: it depends on the type, so the learner types it.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from decimal import Decimal
from io import StringIO
from typing import TYPE_CHECKING, Any

from vpclab.course import words
from vpclab.course.cards import Table
from vpclab.course.controls import button, columns, complaint, field, line, live, sheet, shell, trying
from vpclab.course.reference import prices
from vpclab.evaluate.ends import internet
from vpclab.evaluate.packets import tcp
from vpclab.evaluate.trace import trace
from vpclab.topology.errors import BadInput

if TYPE_CHECKING:
    from vpclab import Topology, Trace

__all__ = ["GATEWAY", "INSTANCE", "NatView", "bill", "nat_comparison", "with_nat"]

GATEWAY, INSTANCE = "NAT gateway", "NAT instance"
UPDATES = "203.0.113.80"  # where updates come from
ZONES = ("a", "c")
_BLOCKS = {"a": ("10.0.0.0/24", "10.0.1.0/24"), "c": ("10.0.2.0/24", "10.0.3.0/24")}
_CENT = Decimal("0.01")


def with_nat(kind: str, zones: str = "a", *, check: bool = False) -> Topology:
    """Return the shop in two zones, with a NAT gateway or instance in the public subnet of each of `zones`.

    The private subnet of a zone without one is led to the other zone's. `check` is the source/destination
    check of NAT instances (ENI-3).
    """
    from vpclab import Topology

    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    gate = prod.internet_gateway()
    prod.security_group("app", inbound=["tcp 443 from 10.0.0.0/16"])
    prod.security_group("nat", inbound=["all from 10.0.0.0/16"])
    fronts = [prod.subnet(f"front-{zone}", _BLOCKS[zone][0], az=zone) for zone in ZONES]
    prod.route_table("front", subnets=fronts).route("0.0.0.0/0", to=gate)
    made: dict[str, Any] = {}
    for zone, front in zip(ZONES, fronts, strict=True):
        if zone not in zones:
            continue
        if kind == GATEWAY:
            made[zone] = front.nat_gateway(f"nat-{zone}")
        else:
            made[zone] = front.instance(
                f"nat-{zone}",
                elastic_ip=True,
                security_groups=["nat"],
                source_dest_check=check,
                forwards="nat",
            )
    for number, zone in enumerate(ZONES, 1):
        apps = prod.subnet(f"app-{zone}", _BLOCKS[zone][1], az=zone)
        apps.instance(f"app-{number}", security_groups=["app"])
        prod.route_table(f"apps-{zone}", subnets=[apps]).route("0.0.0.0/0", to=made.get(zone, made[zones[0]]))
    return network


Line = tuple[str, str, str, Decimal | None]


def bill(
    kind: str, count: int, gb: Decimal, hours: Decimal, price: Decimal | None, region: str
) -> tuple[Line, ...]:
    """Return a month's bill line by line: what, how many, the price, the amount, None where it is missing."""
    entry, address = _entry(region), prices()["public-ipv4"]
    number = str(count)
    per_hour, per_gb, per_address = _usd(entry, "hour"), _usd(entry, "GB"), _usd(address, "hour")
    by_hour: Line
    by_gb: Line
    if kind == GATEWAY:
        by_hour = (words.NAT_BILL_GATEWAY, number, f"{per_hour} × {hours} h", count * per_hour * hours)
        by_gb = (words.NAT_BILL_DATA, "", f"{per_gb} × {gb} GB", per_gb * gb)
    else:
        each = words.NAT_BILL_TYPE if price is None else f"{price} × {hours} h"
        by_hour = (words.NAT_BILL_INSTANCE, number, each, None if price is None else count * price * hours)
        by_gb = (words.NAT_BILL_DATA, "", words.NAT_BILL_NO_DATA, Decimal(0))
    return (
        by_hour,
        by_gb,
        (words.NAT_BILL_ADDRESS, number, f"{per_address} × {hours} h", count * per_address * hours),
    )


def _entry(region: str) -> dict[str, Any]:
    """Return the price of NAT gateways in a Region, named as AWS or as people do."""
    known = {id: entry for id, entry in prices().items() if id.startswith("nat-gateway-")}
    for entry in known.values():
        if region.strip().casefold() in re.split(r"[ ()]+", entry["region"].casefold()):
            return entry
    regions = ", ".join(entry["region"] for entry in known.values())
    raise BadInput(words.NAT_NO_REGION.format(value=repr(region), regions=regions))


def _usd(entry: dict[str, Any], unit: str) -> Decimal:
    return Decimal(str(entry["usd"][unit]))


def _money(amount: Decimal | None) -> str:
    return "?" if amount is None else str(amount.quantize(_CENT))


@dataclass(frozen=True)
class NatView:
    """A way out for two private subnets: who keeps it when a zone fails, and what it costs in a month."""

    kind: str = ""
    zones: str = ""
    check: bool | None = None
    fails: str = ""
    gb: Decimal | None = None
    hours: Decimal | None = None
    price: Decimal | None = None
    region: str = "ap-northeast-1"

    @property
    def open(self) -> tuple[str, ...]:
        """Return what has still to be chosen before there is anything to see."""
        missing = [word for word, value in ((words.NAT_KIND, self.kind), (words.NAT_WHERE, self.zones))
                   if not value]  # fmt: skip
        return (*missing, *([words.NAT_CHECK] if self.kind == INSTANCE and self.check is None else []))

    @property
    def said(self) -> str:
        """Return what was chosen, in a sentence, or what has to be chosen."""
        if self.open:
            return words.NAT_CHOOSE.format(missing=", ".join(self.open))
        what = f"{len(self.zones)} {self.kind}{'s' * (len(self.zones) > 1)}"
        where = words.NAT_IN[len(self.zones)].format(zones=words.NAT_AND.join(self.zones))
        check = ""
        if self.kind == INSTANCE:
            check = words.NAT_SAID_CHECK[bool(self.check)]
        fails = words.NAT_SAID_FAILS.format(zone=self.fails) if self.fails else words.NAT_SAID_WELL
        return f"{what} {where}{check}; {fails}"

    @property
    def network(self) -> Topology:
        """Return the network, after what has failed."""
        with redirect_stdout(StringIO()):
            network = with_nat(self.kind, self.zones, check=bool(self.check))
            if self.fails:
                network.fail_az(self.fails)
        return network

    def traces(self) -> dict[str, Trace]:
        """Return what becomes of a request for updates from each private subnet."""
        network = self.network
        return {
            zone: trace(network, f"app-{number}", internet(UPDATES), tcp(443))
            for number, zone in enumerate(ZONES, 1)
        }

    def ways(self) -> Table:
        """Return which private subnet keeps its way out, and why."""
        rows = []
        for zone, way in self.traces().items():
            used = zone if zone in self.zones else self.zones[0]
            mark, because = words.NAT_KEEPS[way.reaches], way.because
            if zone == self.fails:
                mark, because = words.NAT_DOWN, words.NAT_DOWN_BECAUSE
            elif way.reaches:
                because = words.NAT_ARRIVES
            rows.append((f"app-{zone}", f"nat-{used}", mark, because))
        return Table(words.NAT_WAYS_HEADER, tuple(rows))

    @property
    def bill(self) -> tuple[Line, ...]:
        """Return the month's bill, empty while something that it needs is missing."""
        if self.open or self.gb is None or self.hours is None:
            return ()
        return bill(self.kind, len(self.zones), self.gb, self.hours, self.price, self.region)

    @property
    def total(self) -> Decimal | None:
        """Return the sum of the bill, or None where an amount is missing."""
        amounts = [amount for *_, amount in self.bill]
        return (
            None if not amounts or None in amounts else sum((a for a in amounts if a is not None), Decimal(0))
        )

    def costs(self) -> list[Any]:
        """Return the month's bill with where its prices are from, or what is missing for it."""
        if self.gb is None or self.hours is None:
            return [words.NAT_BILL_MISSING]
        entry, count = _entry(self.region), len(self.zones)
        rows = [(*texts, _money(amount)) for *texts, amount in self.bill]
        rows.append((words.NAT_BILL_SUM, "", "", _money(self.total)))
        table = Table(words.NAT_BILL_HEADER, tuple(rows), len(rows) - 1)
        source = words.NAT_SOURCE.format(
            region=entry["region"], date=entry["date"], address=prices()["public-ipv4"]["date"]
        )
        return [table, *self._limit(entry, count), source]

    def _limit(self, entry: dict[str, Any], count: int) -> list[str]:
        """Return the price of an instance at which both kinds cost the same (IMP-h)."""
        if not self.hours or self.gb is None:
            return []
        limit = _usd(entry, "hour") + _usd(entry, "GB") * self.gb / (count * self.hours)
        return [words.NAT_LIMIT.format(limit=limit.quantize(Decimal("0.0001")))]

    def parts(self) -> list[Any]:
        """Return everything below the first sentence."""
        return [] if self.open else [self.ways(), words.NAT_MONTH, *self.costs()]

    def __str__(self) -> str:
        return "\n".join([self.said, *map(str, self.parts())])

    __repr__ = __str__

    def html(self) -> str:
        """Return the sentence, the table of ways and the bill."""
        shown = [line(part) if isinstance(part, str) else part.html() for part in self.parts()]
        return sheet(live(line("", strong=self.said)), *shown)

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/plain": str(self), "text/html": self.html()}


def read_kind(value: object) -> str:
    """Return which of the two is meant."""
    text = " ".join(str(value).casefold().replace("_", " ").split()).removesuffix("s")
    for kind in (GATEWAY, INSTANCE):
        if text in (kind.casefold(), kind.split()[1]):
            return kind
    raise BadInput(words.NAT_NO_KIND.format(value=repr(value)))


def read_zones(value: object) -> str:
    """Return the zones with a NAT gateway or instance: "a", "c" or "ac"."""
    given = sorted(
        set(
            re.findall(
                r"[a-z]",
                "".join(map(str, value)) if isinstance(value, list | tuple) else str(value).casefold(),
            )
        )
    )
    if not given or not set(given) <= set(ZONES):
        raise BadInput(words.NAT_NO_ZONES.format(value=repr(value)))
    return "".join(given)


def read_check(value: object) -> bool:
    """Return whether the source/destination check is on."""
    text = str(value).strip().casefold()
    if text not in ("on", "off", "true", "false"):
        raise BadInput(words.NAT_NO_CHECK.format(value=repr(value)))
    return text in ("on", "true")


def read_zone(value: object) -> str:
    """Return the zone that fails, or nothing."""
    text = str(value).strip().casefold()
    if text not in ("", *ZONES):
        raise BadInput(words.NAT_NO_ZONE.format(value=repr(value)))
    return text


def read_amount(value: object) -> Decimal:
    """Return an amount that is not negative, from a number or text such as "1,000" or "0.01 USD".

    A comma parts thousands only: "0,01" is 0.01 to many people, so it is refused rather than read as 1.
    """
    whole = r"\d{1,3}(?:[,_ ]\d{3}){1,4}|\d{1,13}"
    found = re.fullmatch(rf"\s*((?:{whole})(?:\.\d{{1,8}})?)\s*(?:[a-z/ ]*)", str(value), re.IGNORECASE)
    if isinstance(value, bool) or found is None:
        raise BadInput(words.NAT_NO_AMOUNT.format(value=repr(value)))
    return Decimal(re.sub("[,_ ]", "", found[1]))


def nat_comparison(
    kind: object = None,
    zones: object = None,
    *,
    check: object = None,
    fails: object = None,
    gb: object = None,
    hours: object = None,
    price: object = None,
    region: str = "ap-northeast-1",
) -> Any:
    """Return controls to build a way out with NAT, let a zone fail, and read the month's bill.

    Values may be given at once: `nat_comparison("NAT instance", "ac", check="off", fails="a", gb=100,
    hours=730, price=0.01)`; `price` is what the instance type costs in USD an hour.
    """
    from ipywidgets import HTML, RadioButtons, VBox

    from vpclab.course.widgets import guarded

    def given(value: object, read: Callable[[object], Any], nothing: Any = None) -> Any:
        return nothing if value is None or value == "" else read(value)

    _entry(region)
    view = NatView(
        given(kind, read_kind, ""), given(zones, read_zones, ""), given(check, read_check),
        given(fails, read_zone, ""), given(gb, read_amount), given(hours, read_amount),
        given(price, read_amount), region,
    )  # fmt: skip
    page, message = HTML(), HTML()

    def radio(word: str, options: list[tuple[str, Any]], value: Any) -> Any:
        look = {"layout": {"width": "auto"}, "style": {"description_width": "initial"}}
        return RadioButtons(options=options, value=value, description=f"{word}:", **look)

    what = radio(words.NAT_KIND, [(GATEWAY, GATEWAY), (INSTANCE, INSTANCE)], view.kind or None)
    places = [(words.NAT_PLACES[place], place) for place in ("a", "ac")]
    where = radio(words.NAT_WHERE, places, view.zones if view.zones in ("a", "ac") else None)
    checked = radio(words.NAT_CHECK, [(words.NAT_ON, True), (words.NAT_OFF, False)], view.check)
    options = [(words.NAT_NO_FAILURE, ""), *((words.NAT_ZONE.format(zone=zone), zone) for zone in ZONES)]
    failed = radio(words.NAT_FAILS, options, view.fails or None)
    amounts = [
        field(words.NAT_GB, "" if view.gb is None else str(view.gb), words.NAT_GB_LIKE, "18em"),
        field(words.NAT_HOURS, "" if view.hours is None else str(view.hours), words.NAT_HOURS_LIKE, "18em"),
        field(words.NAT_PRICE, "" if view.price is None else str(view.price), words.NAT_PRICE_LIKE, "24em"),
    ]
    regions = [(entry["region"], re.split(r"[()]", entry["region"])[1])
               for id, entry in prices().items() if id.startswith("nat-gateway-")]  # fmt: skip
    place = radio(words.NAT_REGION, regions, re.split(r"[()]", _entry(region)["region"])[1])

    def show(_: object = None) -> None:
        nonlocal view

        def attempt() -> None:
            nonlocal view
            gb, hours, price = (given(box.value.strip(), read_amount) for box in amounts)
            view = NatView(
                what.value or "", where.value or "", checked.value, failed.value or "", gb, hours, price,
                place.value,
            )  # fmt: skip

        message.value = complaint(trying(attempt))
        checked.disabled = amounts[2].disabled = what.value == GATEWAY
        guarded(page, lambda: view.html())

    for control in (what, where, checked, failed, place, *amounts):
        control.observe(show, names="value")
    show()
    controls = VBox([what, where, checked, failed, *amounts, place, button(words.NAT_SHOW, show), message])
    return shell([columns(controls, page, (300, 420))], lambda: view)
