"""Elastic IPs move between interfaces, and come off them (EIP-1)."""

import pytest

from vpclab import Refused, Topology


def shop() -> Topology:
    topology = Topology("shop")
    prod = topology.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("public-a", "10.0.0.0/24")
    prod.internet_gateway()
    public.instance("one", elastic_ip="198.51.100.77")
    public.instance("two", public_ip=True)
    return topology


def test_an_elastic_ip_moves_to_the_interface_that_asks_for_it() -> None:
    topology = shop()
    topology["two"].elastic_ip("198.51.100.77")
    assert topology["one"].public_ip is None
    assert str(topology["two"].public_ip) == "198.51.100.77"


def test_a_disassociated_elastic_ip_stays_yours() -> None:
    topology = shop()
    eip = topology.elastic_ip("198.51.100.77")
    eip.disassociate()
    assert topology["one"].public_ip is None
    assert eip.value.interface_id is None
    topology["one"].elastic_ip("198.51.100.77")
    assert str(topology["one"].public_ip) == "198.51.100.77"


def test_a_nat_gateway_keeps_its_elastic_ip() -> None:
    topology = shop()
    nat = topology["public-a"].nat_gateway()
    with pytest.raises(Refused) as refused:
        topology["one"].elastic_ip(nat.public_ip)
    assert refused.value.code == "Resource.AlreadyAssociated"
    assert str(topology["one"].public_ip) == "198.51.100.77"
