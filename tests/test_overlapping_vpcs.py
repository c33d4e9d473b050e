"""Two VPCs may share a block as long as nothing joins them; a packet then stays in its own."""

from vpclab import Topology, tcp, trace


def test_a_packet_for_the_other_vpc_s_host_does_not_count_as_delivered_at_one_s_own() -> None:
    world = Topology("world")
    for name in ("A", "B"):
        vpc = world.vpc(name, "10.0.0.0/16")
        inside = vpc.subnet("s", "10.0.1.0/24")
        open_ = vpc.security_group("open", inbound=["all from 0.0.0.0/0"])
        inside.instance("x", private_ip="10.0.1.10", security_groups=[open_])
        inside.instance("y", private_ip="10.0.1.11", security_groups=[open_])
    way = trace(world, "A/x", "B/y", tcp(80))
    assert way.outcome == "blocked"
    assert way.blockers[0].code == "NO_POSSIBLE_DESTINATION"  # RA-11: it is delivered to somebody else
    assert trace(world, "A/x", "A/y", tcp(80)).outcome == "delivered"


def test_saying_that_port_25_is_open_forgets_no_other_setting() -> None:
    world = Topology("world")
    world.settings = type(world.settings)(block_public_access="block-bidirectional")
    world.account(port_25_open=True)
    assert world.settings.port_25_open
    assert world.settings.block_public_access == "block-bidirectional"  # BPA-1
