"""A service without an endpoint is reached over the internet gateway, and is called by its name."""

from vpclab import Topology, service, tcp, trace


def test_s3_without_an_endpoint_is_reached_by_the_internet_gateway_and_named() -> None:
    shop = Topology("shop")
    prod = shop.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24")
    public.route("0.0.0.0/0", to=prod.internet_gateway())
    public.instance("web", public_ip=True)
    way = trace(shop, "web", service("s3"), tcp(443))
    assert way.outcome == "delivered"
    last = way.forward[-1]
    assert (last.kind, last.component.name) == ("service", "s3")  # IGW-11
    assert way.reply[0].component.name == "s3"
    assert way.reply[-1].component.name == "web"
