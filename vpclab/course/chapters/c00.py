"""Chapter 00, Start here: the network of the tour and its one prediction."""

from __future__ import annotations

from vpclab import Topology, internet, tcp
from vpclab.course.exercises import Exercise, Explanation, Prediction
from vpclab.course.kinds import Intent


def shop_without_a_way_back() -> Topology:
    """Return the tour's shop after its route to the internet gateway was taken away."""
    shop = Topology("shop")
    prod = shop.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24", az="a")
    prod.internet_gateway()
    web_sg = prod.security_group("web", inbound=["tcp 443 from 0.0.0.0/0"])
    public.instance("web", public_ip=True, security_groups=[web_sg])
    return shop


EXERCISES: tuple[Exercise, ...] = ()
EXPLANATIONS: tuple[Explanation, ...] = ()

PREDICTIONS = (
    Prediction(
        id="00-p1",
        question=(
            "The route to the internet gateway is gone. The gateway itself, the public address of `web` and "
            "its security group are as before. What happens when somebody on the internet asks `web` for "
            "a page?"
        ),
        given=shop_without_a_way_back,
        flow=Intent(internet, "web", tcp(443)),
        beliefs={
            "blocked": (
                "M12",
                "On its way in the request needs no route of the subnet. The answer does.",
            ),
            "delivered": ("M12", "The gateway alone is not enough: the answer finds no way to it."),
        },
    ),
)
