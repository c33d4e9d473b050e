"""The designs that tickets are drawn from: a sound network, and what must and must not work in it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from vpclab.evaluate.ends import internet
from vpclab.evaluate.intents import Intents
from vpclab.evaluate.packets import tcp
from vpclab.topology.examples import shop_with_office, shop_with_partner, three_tier_shop

if TYPE_CHECKING:
    from vpclab import Topology

__all__ = ["DESIGNS"]

PAYMENT = internet("203.0.113.80")

_THREE_TIERS = (
    (internet, "web", tcp(443)),
    (internet, "web-2", tcp(443)),
    (internet, "web", tcp(443), "must", 6),
    ("web", "app", tcp(8080)),
    ("web-2", "app-2", tcp(8080)),
    ("app", "db", tcp(3306)),
    ("app-2", "db", tcp(3306)),
    ("app", PAYMENT, tcp(443)),
    ("app-2", PAYMENT, tcp(443)),
    (internet, "web", tcp(22), "must not"),
    (internet, "db", tcp(3306), "must not"),
    ("web", "db", tcp(3306), "must not"),
)
_PARTNER = (
    (internet, "web", tcp(443)),
    ("web", "app", tcp(8080)),
    ("app", "stock", tcp(5432)),
    ("app", PAYMENT, tcp(443)),
    (internet, "web", tcp(22), "must not"),
    (internet, "app", tcp(8080), "must not"),
    ("web", "stock", tcp(5432), "must not"),
    ("stock", "app", tcp(8080), "must not"),
)
_OFFICE = (
    (internet, "web", tcp(443)),
    ("web", "app", tcp(8080)),
    ("app", "db", tcp(5432)),
    ("reports", "db", tcp(5432)),
    ("app", PAYMENT, tcp(443)),
    ("office", "reports", tcp(443)),
    ("app", "office", tcp(443)),
    (internet, "web", tcp(22), "must not"),
    ("office", "db", tcp(5432), "must not"),
    ("web", "db", tcp(5432), "must not"),
)

DESIGNS: dict[str, tuple[Callable[[], Topology], Callable[[], Intents]]] = {
    "three tiers": (three_tier_shop, lambda: Intents(_THREE_TIERS)),
    "partner": (shop_with_partner, lambda: Intents(_PARTNER)),
    "office": (shop_with_office, lambda: Intents(_OFFICE)),
}
