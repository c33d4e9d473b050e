"""Sound networks to start from: a shop over two Availability Zones, one with a partner, one with an office.

Each call builds a new one, in the words that the lessons use.
"""

from __future__ import annotations

from vpclab.topology.builders import Topology

__all__ = ["shop_with_office", "shop_with_partner", "three_tier_shop"]

_ANY = "0.0.0.0/0"
_EPHEMERAL = "tcp 1024-65535"  # what clients listen on for replies (ACL-11)


def three_tier_shop() -> Topology:
    """Return web, application and database tiers over two zones; a NAT gateway in each, IPv6 in front.

    >>> three_tier_shop()
    <Topology three tiers: 1 vpc, 6 subnets, 5 instances>
    """
    shop = Topology("three tiers")
    prod = shop.vpc("prod", "10.0.0.0/16", ipv6=True)
    igw = prod.internet_gateway()
    front = prod.route_table("public")
    for number, zone in enumerate("ac"):
        public = prod.subnet(f"public-{zone}", f"10.0.{number}.0/24", az=zone, ipv6=True)
        app = prod.subnet(f"app-{zone}", f"10.0.{10 + number}.0/24", az=zone)
        prod.subnet(f"db-{zone}", f"10.0.{20 + number}.0/24", az=zone)
        front.associate(public)
        prod.route_table(f"app-{zone}-routes", subnets=[app]).route(
            _ANY, to=public.nat_gateway(f"nat-{zone}")
        )
    front.route(_ANY, to=igw)
    front.route("::/0", to=igw)
    prod.route_table("db-routes", subnets=["db-a", "db-c"])

    prod.security_group("web", inbound=[f"tcp 443 from {_ANY}", "tcp 443 from ::/0"])
    prod.security_group("app", inbound=["tcp 8080 from web"])
    prod.security_group("db", inbound=["tcp 3306 from app"])
    prod.network_acl(
        "app",
        inbound=["100 allow tcp 8080 from 10.0.0.0/23", f"110 allow {_EPHEMERAL} from {_ANY}"],
        outbound=[
            "100 allow tcp 3306 to 10.0.20.0/23", f"110 allow tcp 443 to {_ANY}",
            f"120 allow {_EPHEMERAL} to 10.0.0.0/23",
        ],
        subnets=["app-a", "app-c"],
    )  # fmt: skip
    prod.network_acl(
        "db",
        inbound=[
            "100 allow tcp 3306 from 10.0.10.0/23", f"110 deny tcp 3306 from {_ANY}",
            f"120 allow {_EPHEMERAL} from 10.0.0.0/16",
        ],
        outbound=[f"100 allow {_EPHEMERAL} to 10.0.10.0/23"],
        subnets=["db-a", "db-c"],
    )  # fmt: skip

    for name, subnet in (("web", "public-a"), ("web-2", "public-c")):
        shop[subnet].instance(name, ipv6=True, elastic_ip=True, security_groups=["web"])
    for name, subnet in (("app", "app-a"), ("app-2", "app-c"), ("db", "db-a")):
        shop[subnet].instance(name, security_groups=[name.removesuffix("-2")])
    return shop


def shop_with_partner() -> Topology:
    """Return a small shop that updates through a NAT instance and asks a partner's VPC over a peering.

    >>> shop_with_partner()
    <Topology partner: 2 vpcs, 4 subnets, 4 instances>
    """
    shop = Topology("partner")
    prod, partner = shop.vpc("prod", "10.0.0.0/16"), shop.vpc("partner", "10.1.0.0/16")
    public, app = prod.subnet("public-a", "10.0.0.0/24"), prod.subnet("app-a", "10.0.1.0/24")
    stock, books = partner.subnet("stock-a", "10.1.0.0/24"), partner.subnet("books-a", "10.1.1.0/24")
    igw, pcx = prod.internet_gateway(), prod.peer(partner, "pcx")

    prod.security_group("web", inbound=[f"tcp 443 from {_ANY}"])
    prod.security_group("app", inbound=["tcp 8080 from web"])
    prod.security_group("nat", inbound=["tcp 443 from 10.0.1.0/24"])
    partner.security_group("stock", inbound=["tcp 5432 from prod/app"])
    public.instance("web", elastic_ip=True, security_groups=["web"])
    public.instance("nat", elastic_ip=True, security_groups=["nat"], source_dest_check=False, forwards="nat")
    app.instance("app", security_groups=["app"])
    stock.instance("stock", security_groups=["stock"])

    prod.route_table("public", subnets=[public]).route(_ANY, to=igw)
    private = prod.route_table("app-routes", subnets=[app])
    private.route(_ANY, to="nat")
    private.route("10.1.0.0/24", to=pcx)
    partner.route_table("stock-routes", subnets=[stock]).route("10.0.1.0/24", to=pcx)
    partner.route_table("books-routes", subnets=[books])
    partner.network_acl(
        "stock",
        inbound=["100 allow tcp 5432 from 10.0.1.0/24", f"200 deny all from {_ANY}"],
        outbound=[f"100 allow {_EPHEMERAL} to 10.0.1.0/24"],
        subnets=[stock],
    )
    return shop


def shop_with_office() -> Topology:
    """Return a shop whose office looks at its reports over a VPN, with routes that are propagated.

    >>> shop_with_office()
    <Topology office: 1 vpc, 3 subnets, 4 instances>
    """
    shop = Topology("office")
    prod = shop.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24")
    app, data = prod.subnet("app-a", "10.0.1.0/24"), prod.subnet("data-a", "10.0.2.0/24")
    igw, vgw = prod.internet_gateway(), prod.virtual_private_gateway()
    shop.vpn_connection("vpn", gateway=vgw, site=shop.site("office", "192.168.0.0/24"))

    prod.route_table("public", subnets=[public]).route(_ANY, to=igw)
    inside = prod.route_table("app-routes", subnets=[app])
    inside.route(_ANY, to=public.nat_gateway("nat"))
    inside.propagate(vgw)
    prod.route_table("data-routes", subnets=[data]).propagate(vgw)

    prod.security_group("web", inbound=[f"tcp 443 from {_ANY}"])
    prod.security_group("app", inbound=["tcp 8080 from web"])
    prod.security_group("reports", inbound=["tcp 443 from 192.168.0.0/24"])
    prod.security_group("db", inbound=["tcp 5432 from app", "tcp 5432 from reports"])
    prod.network_acl(
        "data",
        inbound=[
            "100 allow tcp 5432 from 10.0.1.0/24", f"110 deny tcp 5432 from {_ANY}",
            "120 allow tcp 443 from 192.168.0.0/24", f"130 allow {_EPHEMERAL} from 10.0.0.0/16",
        ],
        outbound=[f"100 allow {_EPHEMERAL} to 10.0.0.0/16", f"110 allow {_EPHEMERAL} to 192.168.0.0/24"],
        subnets=[data],
    )  # fmt: skip
    public.instance("web", elastic_ip=True, security_groups=["web"])
    app.instance("app", security_groups=["app"])
    data.instance("reports", security_groups=["reports"])
    data.instance("db", security_groups=["db"])
    return shop
