"""Chapter 00, Start here: the network of the tour and its one prediction."""

from __future__ import annotations

from vpclab import Topology, internet, tcp
from vpclab.course.exercises import Exercise, Explanation, Prediction
from vpclab.course.kinds import Intent


def shop_with_a_closed_door() -> Topology:
    """Return the tour's shop after the entry for web pages was taken off the web server's list."""
    shop = Topology("shop")
    prod = shop.vpc("prod", "10.0.0.0/16")
    front = prod.subnet("front-a", "10.0.0.0/24", az="a")
    front.route("0.0.0.0/0", to=prod.internet_gateway())
    web_sg = prod.security_group("web")
    front.instance("web", public_ip=True, security_groups=[web_sg])
    return shop


EXERCISES: tuple[Exercise, ...] = ()
EXPLANATIONS: tuple[Explanation, ...] = ()

PREDICTIONS = (
    Prediction(
        id="00-p1",
        question=(
            "The list at the door of `web` is empty now. Gateway, route and public address are as "
            "before. What happens when somebody on the internet asks `web` for a page?"
        ),
        given=shop_with_a_closed_door,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "delivered": (
                "M14",
                "Gateway, route and address lead to the door. The list at the door has to agree too.",
            ),
            "reply-blocked": ("M05", "The request does not get that far: what is on no list is not let in."),
        },
    ),
)
