"""Records made from traces: fields, aggregation, scope, what is never logged; they agree with the trace."""

import random
from ipaddress import IPv4Address

import pytest
import random_networks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import ALLOW_IN, ALLOW_OUT, Base, X, cases

from vpclab import BadInput, NotFound, Topology, icmp, service, site, tcp, trace, udp
from vpclab.evaluate import walk as walk_module
from vpclab.flowlogs import Flow, records
from vpclab.flowlogs.fields import VERSION_5_FORMAT
from vpclab.topology.errors import VpclabError
from vpclab.topology.model import NatGateway, NetworkAcl, NetworkInterface, PrivateAddress, Subnet

START = 1767225600
WAY = "interface-id flow-direction pkt-srcaddr pkt-dstaddr srcport dstport protocol action"


def lines(flows, **more):
    """Return the lines that are recorded of flows."""
    return list(records(flows, **more).lines())


def values(flow, field, **more):
    """Return one field of every line of a flow."""
    return lines(flow, fields=field, **more)


# -- records agree with the trace ----------------------------------------------------------------------

SILENT = ("ENI_SOURCE_DEST_CHECK_RESTRICTION", "vpclab:PORT_25_RESTRICTION")


def ends_of(packet):
    """Return the four ends of a packet; a NAT gateway's port may be any."""
    ports = [0 if port is None else port for port in (packet.src_port, packet.dst_port)]
    return [str(packet.src), str(packet.dst), *("any" if isinstance(p, tuple) else p for p in ports)]


def dropped_silently(hop, stop, fresh, at_edge):
    """Return whether a packet ends at its interface without a filter's word, so that nothing is recorded."""
    if fresh == "egress":
        return hop.kind == "route_table" or (stop.allowed is None and at_edge)
    nobody = stop.code in (*SILENT, "BAD_STATE") or (stop.allowed is None and hop.kind == "instance")
    return fresh == "ingress" and nobody


def expected(found):
    """Return direction, addresses, protocol and action of each record, read off the hops of a trace."""
    told, places = [], []
    fresh = ""  # the direction of the last record, while the packet is still at its interface
    hops = [*found.forward, *found.reply]
    for at, hop in enumerate(hops):
        way = {"inbound": "ingress", "outbound": "egress"}.get(hop.direction, "")
        verdict = hop.allowed
        stop = next((d for d in hop.decisions if d.allowed is not True), None)
        packet = hop.packet_in
        what = [way, *ends_of(packet), packet.protocol]
        beside = hops[at - 1] if way == "egress" else hops[min(at + 1, len(hops) - 1)]
        place = hop if hop.kind == "nat_gateway" else beside
        at_edge = hop.kind == "network_acl" and way == "egress"
        if hop.kind == "security_group":
            if verdict is not None:
                told.append([*what, "ACCEPT" if verdict else "REJECT"])
        elif hop.kind == "nat_gateway" and (stop is None or (verdict is False and stop.code != "BAD_STATE")):
            told.append(["ingress", *what[1:], "ACCEPT"])
            out = hop.packet_out
            if out is not None and stop is None:
                told.append(["egress", *ends_of(out), out.protocol, "ACCEPT"])
                fresh = "egress"
        elif verdict is False and at_edge and fresh:
            told[-1][-1] = "REJECT"
        elif verdict is False and hop.kind == "network_acl" and not at_edge:
            after = next((h for h in hops[at + 1 :] if h.kind != "network_acl"), None)
            broken = (
                after and after.decisions and after.decisions[0].code in ("BAD_STATE", "UNKNOWN_RESOURCE")
            )
            group = after and after.kind == "security_group" and after.direction == "inbound"
            if (
                after
                and after.packet_in == packet
                and (group or (after.kind == "nat_gateway" and not broken))
            ):
                told.append([*what, "REJECT"])
        elif stop is not None and dropped_silently(hop, stop, fresh, at_edge):
            told.pop()
        places = [*places[: len(told)], *[place.component.id] * (len(told) - len(places))]
        if verdict is not True:
            break
        if hop.kind == "security_group":
            fresh = way
        elif not (hop.kind == "nat_gateway" or at_edge):
            fresh = ""
    once = {(place, *one): one for place, one in zip(places, told, strict=True)}
    return list(once.values())  # the same again at one interface is the same record


def agree(rng):
    """Check the records of some random flows in a random network; return their outcomes."""
    topology = random_networks.network(rng)
    sources, targets = random_networks.ends(topology), random_networks.targets(topology)
    ports = random_networks.edges(topology.snapshot())
    outcomes = []
    for traffic in random_networks.kinds(rng, ports, 6):
        try:
            found = trace(
                topology, rng.choice(sources), rng.choice(targets), traffic, ip_version=rng.choice([4, 4, 6])
            )
        except VpclabError:
            continue
        if found.source in (found.destination, found.forward[-1].component):
            continue  # what a host sends to itself never comes to its interface
        made = records(found, fields=WAY)
        wanted = expected(found)
        got = made.table()[WAY.split()[1:]].to_numpy().tolist()
        for row, told in zip(got, wanted, strict=False):
            row[3:5] = ["any" if b == "any" else a for a, b in zip(row[3:5], told[3:5], strict=True)]
        assert got == wanted, f"{found}\n{made}"
        rejected = made.table()[made.table()["action"] == "REJECT"]
        assert len(rejected) <= 1
        if found.reaches:
            assert rejected.empty
        if not rejected.empty:
            assert_refused_by_a_filter(found, rejected.iloc[0])
        outcomes.append((found.outcome, len(got)))
    return outcomes


def assert_refused_by_a_filter(found, row):
    """Check that the interface of a REJECT carries the group, or lies behind the ACL, that refuses first."""
    first = found.blockers[0]
    snapshot = found.snapshot
    eni = snapshot.get(NetworkInterface, row["interface-id"])
    assert first.kind in ("security_group", "network_acl")
    assert row["flow-direction"] == {"inbound": "ingress", "outbound": "egress"}[first.direction]
    if first.kind == "security_group" and first.component.kind == "security_group":
        assert first.component.id in eni.group_ids
    elif eni is not None and first.component.kind == NetworkAcl.kind:
        assert snapshot.network_acl_of(snapshot.get(Subnet, eni.subnet_id)) == first.component


def test_the_records_of_many_random_networks_agree_with_the_trace():
    outcomes = [pair for seed in range(80) for pair in agree(random.Random(seed))]
    with_lines = {outcome for outcome, count in outcomes if count}
    assert with_lines >= {"delivered", "blocked", "reply-blocked"}


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.randoms(use_true_random=False))
def test_the_records_agree_with_the_trace(rng):
    agree(rng)


# -- single fields -------------------------------------------------------------------------------------


def public(net, name="p1", **more):
    """Give p1 an Elastic IP."""
    net.pub.instance(
        name, private_ip="10.0.0.10", security_groups=[net.open], elastic_ip="198.51.100.10", **more
    )


def test_every_field_of_versions_2_to_5_is_there():
    net = Base()
    public(net)
    [row, _] = records(
        net.trace("p1", X, tcp(443)), fields=VERSION_5_FORMAT, az_ids={"a": "apne1-az4"}
    ).lines()
    assert row == (
        "5 111122223333 eni-A-p1 10.0.0.10 203.0.113.10 40000 443 6 6 800 1767225600 1767225600 ACCEPT OK "
        "vpc-A subnet-A-PUB i-A-p1 3 IPv4 10.0.0.10 203.0.113.10 ap-northeast-1 apne1-az4 - - - - egress 8"
    )


def test_fields_of_later_versions_are_missing_unless_the_network_tells_them():
    net = Base()
    net.nat()
    later = "resource-id reject-reason ecs-task-id encryption-status instance-tag interface-type version"
    assert lines(net.trace("a1", X, tcp(443)), at="nat", fields=later)[0] == "- - - - - nat_gateway 11"


PATHS = {
    "to another interface of the VPC: 1": ("a1", "b1", None, "1"),
    "to a neighbour in the same subnet: 1": ("a1", "a2", None, "1"),
    "to a NAT gateway: 1": ("a1", X, Base.nat, "1"),
    "by an internet gateway, on Nitro: 8": ("p1", X, public, "8"),
    "by a virtual private gateway: 3": ("a1", site("OP"), lambda n: vpn(n), "3"),
    "by a peering in the Region: 4": ("a1", "y1", Base.peered, "4"),
    "by a transit gateway, whose interface is in the VPC: 1": ("a1", "y1", Base.hub, "1"),
    "by a gateway endpoint, on Nitro: 7": ("a1", service("s3"), lambda n: endpoint(n), "7"),
}


def vpn(net):
    net.prv.route("192.168.0.0/16", to=net.vpn())


def endpoint(net):
    net.vpc.gateway_endpoint("s3", [net.prv.route_table])


@pytest.mark.parametrize(("src", "dst", "prepare", "path"), cases(PATHS))
def test_traffic_path_of_what_leaves(src, dst, prepare, path):
    net = Base()
    if prepare:
        prepare(net)
    found = net.trace(src, dst, tcp(443))
    assert found.reaches
    assert lines(found, at=src, fields="flow-direction traffic-path") == [f"egress {path}", "ingress -"]


@pytest.mark.parametrize(("src", "dst", "prepare"), [("p1", X, public), ("a1", service("s3"), endpoint)])
def test_gateways_are_path_2_on_older_instances(src, dst, prepare):
    net = Base()
    prepare(net)
    assert values(net.trace(src, dst, tcp(443)), "traffic-path", nitro=False)[0] == "2"


def test_a_peering_between_regions_is_path_5():
    net = Base()
    there = net.topology.vpc("far", "10.9.0.0/16", region="us-east-1").subnet("far1", "10.9.0.0/24")
    group = there.vpc.security_group("open", inbound=["all from 0.0.0.0/0"])
    there.instance("f1", private_ip="10.9.0.10", security_groups=[group])
    pcx = net.vpc.peer("far", "pcx")
    net.prv.route("10.9.0.0/16", to=pcx)
    there.route("10.0.0.0/16", to=pcx)
    found = net.trace("a1", "f1", tcp(443))
    assert values(found, "traffic-path", at="a1")[0] == "5"
    assert values(found, "region", at="f1") == ["us-east-1"] * 2


def test_refused_traffic_takes_no_path():
    net = Base()
    net.wear("a1", net.group("closed", out=[]))
    assert lines(net.trace("a1", "b1", tcp(443)), fields="flow-direction action traffic-path") == [
        "egress REJECT -"
    ]


def test_a_secondary_address_shows_in_the_packet_fields_only():
    net = Base()
    net.host("s1", net.prb, "10.0.2.20", secondary=["10.0.2.21"])
    fields = "srcaddr dstaddr pkt-srcaddr pkt-dstaddr"
    assert lines(net.trace("a1", "10.0.2.21", tcp(443)), at="s1", fields=fields) == [
        "10.0.1.10 10.0.2.20 10.0.1.10 10.0.2.21",
        "10.0.2.20 10.0.1.10 10.0.2.21 10.0.1.10",
    ]
    assert lines(net.trace("a1", "10.0.2.21", tcp(443)), at="a1", fields=fields)[0] == (
        "10.0.1.10 10.0.2.21 10.0.1.10 10.0.2.21"
    )


def test_a_service_is_named_by_aws_word_for_its_public_addresses():
    net = Base()
    endpoint(net)
    fields = "pkt-src-aws-service pkt-dst-aws-service"
    assert lines(net.trace("a1", service("s3"), tcp(443)), fields=fields) == ["- S3", "S3 -"]


def test_an_instance_id_stands_at_an_instance_only():
    net = Base()
    net.nat()
    assert values(net.trace("a1", X, tcp(443)), "instance-id", at="nat") == ["-"] * 4
    assert values(net.trace("a1", X, tcp(443)), "instance-id", at="a1") == ["i-A-a1"] * 2


def test_ipv6_is_told_and_shows_the_interfaces_own_address():
    net = Base(dual=True)
    found = net.trace("a1", "b1", tcp(443), ip_version=6)
    made = records(found, fields="type srcaddr pkt-srcaddr protocol").table()
    assert set(made["type"]) == {"IPv6"}
    assert (made["srcaddr"] == made["pkt-srcaddr"]).all()


# -- tcp-flags and aggregation -------------------------------------------------------------------------

FLAGS = {
    "opened and closed: SYN and FIN, SYN-ACK and FIN": ({}, ["3", "19"]),
    "still open: SYN, SYN-ACK": ({"ends": ""}, ["2", "18"]),
    "refused by the server: SYN, RST": ({"ends": "reset"}, ["2", "4"]),
    "over three minutes: the flags of each minute": (
        {"seconds": 150, "packets": 90, "reply_packets": 90},
        ["2", "18", "0", "0", "1", "1"],
    ),
}


@pytest.mark.parametrize(("more", "flags"), cases(FLAGS))
def test_tcp_flags(more, flags):
    flow = Flow(trace=Base().trace("a1", "b1", tcp(443)), **more)
    assert values(flow, "tcp-flags", at="b1") == flags


def test_flags_of_a_connection_that_never_came_about_are_those_of_its_first_packets():
    net = Base()
    net.acl(net.prb, into=(ALLOW_IN,), out=("100 allow tcp 443 to 0.0.0.0/0",))
    assert lines(net.trace("a1", "b1", tcp(443)), fields="interface-id action tcp-flags packets") == [
        "eni-A-a1 ACCEPT 2 4",
        "eni-A-b1 ACCEPT 2 4",
        "eni-A-b1 REJECT 18 4",
    ]


@pytest.mark.parametrize("traffic", [udp(53), icmp()], ids=str)
def test_other_protocols_have_no_flags(traffic):
    assert set(values(Base().trace("a1", "b1", traffic), "tcp-flags")) == {"0"}


def test_icmp_has_no_ports():
    assert set(lines(Base().trace("a1", "b1", icmp()), fields="srcport dstport protocol")) == {"0 0 1"}


def test_packets_and_bytes_add_up_over_the_intervals():
    trace_ = Base().trace("a1", "b1", tcp(443))
    flow = Flow(trace=trace_, start=START + 17, seconds=1234, packets=1001, bytes=99_999, reply_packets=7,
                reply_bytes=1000)  # fmt: skip
    for interval, nitro, windows in ((600, False, 3), (600, True, 21), (60, False, 21)):
        made = records(flow, at="a1", interval=interval, nitro=nitro).table()
        sent = made[made["srcaddr"] == "10.0.1.10"]
        assert len(sent) == windows
        assert (int(sent["packets"].sum()), int(sent["bytes"].sum())) == (1001, 99_999)
        assert sent["start"].min().timestamp() == START + 17
        assert sent["end"].max().timestamp() == START + 17 + 1234
        assert int(made["packets"].sum()) == 1008
        assert (made["end"] >= made["start"]).all()


def test_the_same_flow_twice_in_an_interval_is_one_record():
    found = Base().trace("a1", "b1", tcp(443))
    twice = [Flow(trace=found, start=START + 10), Flow(trace=found, start=START + 30)]
    assert lines(twice, at="a1", fields="srcaddr packets start end") == [
        f"10.0.1.10 12 {START + 10} {START + 30}",
        f"10.0.2.10 10 {START + 10} {START + 30}",
    ]


# -- what a log covers ---------------------------------------------------------------------------------

SCOPES = {
    "an instance": ("b1", {"eni-A-b1"}),
    "an interface": ("eni-A-b1", {"eni-A-b1"}),
    "a subnet": ("PRV", {"eni-A-a1"}),
    "a subnet by its long name": ("A/PRB", {"eni-A-b1"}),
    "a VPC": ("A", {"eni-A-a1", "eni-A-b1"}),
    "several": (["a1", "b1"], {"eni-A-a1", "eni-A-b1"}),
}


@pytest.mark.parametrize(("at", "ids"), cases(SCOPES))
def test_a_log_covers_what_it_is_made_for(at, ids):
    assert set(values(Base().trace("a1", "b1", tcp(443)), "interface-id", at=at)) == ids


def test_a_log_for_nothing_that_is_there_is_refused():
    with pytest.raises(NotFound, match="nowhere"):
        records(Base().trace("a1", "b1", tcp(443)), at="nowhere")


@pytest.mark.parametrize(("traffic", "actions"), [("ACCEPT", {"ACCEPT"}), ("REJECT", {"REJECT"})])
def test_a_log_takes_only_the_traffic_it_is_made_for(traffic, actions):
    net = Base()
    net.wear("b1", net.group("closed"))
    assert set(values(net.trace("a1", "b1", tcp(443)), "action", traffic=traffic)) == actions


def test_idle_intervals_are_told_between_busy_ones():
    flow = Flow(trace=Base().trace("a1", "b1", tcp(443)), start=START + 70)
    got = lines(flow, at="a1", start=START, end=START + 180, fields="start end log-status srcaddr")
    assert got == [
        f"{START} {START + 60} NODATA -",
        f"{START + 70} {START + 70} OK 10.0.1.10",
        f"{START + 70} {START + 70} OK 10.0.2.10",
        f"{START + 120} {START + 180} NODATA -",
    ]


def test_what_goes_beyond_the_capacity_is_one_skipped_line_an_interval():
    net = Base()
    flows = [net.trace("a1", "b1", tcp(443, src_port=40000 + n)) for n in range(5)]
    made = records(flows, at="a1", capacity=3)
    assert made.table()["log-status"].tolist() == ["OK", "OK", "OK", "SKIPDATA"]
    assert list(made.lines())[-1] == f"2 111122223333 eni-A-a1 - - - - - - - {START} {START + 60} - SKIPDATA"


NEVER = {
    "Amazon DNS at the base plus two": ("10.0.0.2", udp(53)),
    "Amazon DNS at its link-local address": ("169.254.169.253", udp(53)),
    "instance metadata": ("169.254.169.254", tcp(80)),
    "Amazon Time Sync": ("169.254.169.123", udp(123)),
    "Windows licence activation": ("169.254.169.250", tcp(1688)),
    "DHCP": ("10.0.2.10", udp(67, src_port=68)),
    "the VPC router's address": ("10.0.1.1", icmp()),
    "the router's address in another subnet": ("10.0.2.1", icmp()),
}


@pytest.mark.parametrize(("dst", "traffic"), cases(NEVER))
def test_never_logged(dst, traffic):
    assert lines(Base().trace("a1", dst, traffic)) == []


def test_the_want_of_a_route_makes_no_record():
    assert lines(Base().trace("a1", X, tcp(443))) == []


def test_a_missing_way_back_leaves_the_request_alone():
    net = Base()
    net.peered(back="")
    assert lines(net.trace("a1", "y1", tcp(443)), fields="interface-id flow-direction action") == [
        "eni-A-a1 egress ACCEPT",
        "eni-B-y1 ingress ACCEPT",
    ]


def test_each_interface_writes_its_own_view_of_a_refusal():
    net = Base()
    net.wear("b1", net.group("closed"))
    assert lines(net.trace("a1", "b1", tcp(443)), fields="interface-id flow-direction action") == [
        "eni-A-a1 egress ACCEPT",
        "eni-A-b1 ingress REJECT",
    ]


def test_a_reply_stopped_on_entering_the_initiators_subnet_is_rejected_there():
    net = Base()
    net.acl(net.prv, into=("100 allow tcp 443 from 0.0.0.0/0",), out=(ALLOW_OUT,))
    assert lines(net.trace("a1", "b1", tcp(443)), fields="interface-id flow-direction action") == [
        "eni-A-a1 egress ACCEPT",
        "eni-A-b1 ingress ACCEPT",
        "eni-A-b1 egress ACCEPT",
        "eni-A-a1 ingress REJECT",
    ]


def test_a_packet_passes_an_appliance_with_its_own_addresses_shown():
    net = Base()
    net.appliance()
    net.prv.route("10.0.2.0/24", to=net.hosts["n"])
    net.prb.route("10.0.1.0/24", to=net.hosts["n"])
    found = net.trace("a1", "b1", tcp(443))
    assert found.reaches
    assert lines(found, at="n", fields="srcaddr dstaddr pkt-srcaddr pkt-dstaddr flow-direction") == [
        "10.0.1.10 10.0.0.20 10.0.1.10 10.0.2.10 ingress",
        "10.0.0.20 10.0.2.10 10.0.1.10 10.0.2.10 egress",
        "10.0.2.10 10.0.0.20 10.0.2.10 10.0.1.10 ingress",
        "10.0.0.20 10.0.1.10 10.0.2.10 10.0.1.10 egress",
    ]


def test_a_nat_gateway_shows_what_came_unasked_and_went_no_further():
    net = Base()
    net.nat()
    found = net.trace(X, "198.51.100.99", tcp(22))
    assert found.outcome == "blocked"
    assert lines(found, fields="srcaddr dstaddr action") == ["203.0.113.10 10.0.0.220 ACCEPT"]


def test_a_transit_gateways_interface_shows_its_own_address_towards_the_vpc():
    net = Base()
    net.hub()
    found = [*net.topology.snapshot()]
    for subnet, address in (("PRV", "10.0.1.77"), ("B1", "10.1.0.77")):
        value = next(v for v in found if v.kind == "subnet" and v.name == subnet)
        own = (PrivateAddress(IPv4Address(address)),)
        found.append(
            NetworkInterface(
                id=f"eni-tgw-{subnet}", name=subnet, vpc_id=value.vpc_id, subnet_id=value.id, addresses=own,
                interface_type="transit_gateway",
            )
        )  # fmt: skip
    made = trace(Topology.of("hub", found), "A/a1", "B/y1", tcp(443))
    assert made.reaches
    fields = "interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr flow-direction"
    assert [line for line in lines(made, fields=fields) if "tgw" in line] == [
        "eni-tgw-PRV 10.0.1.10 10.0.1.77 10.0.1.10 10.1.0.10 ingress",
        "eni-tgw-B1 10.1.0.77 10.1.0.10 10.0.1.10 10.1.0.10 egress",
        "eni-tgw-B1 10.1.0.10 10.1.0.77 10.1.0.10 10.0.1.10 ingress",
        "eni-tgw-PRV 10.0.1.77 10.0.1.10 10.1.0.10 10.0.1.10 egress",
    ]


def refuses_everything(walk, gateway, header):
    """Stand in for Block Public Access, until the engine models it: refuse, and let the walk go on."""
    if walk.leg == "forward":
        walk.refuse(gateway, header, "VPC_BLOCK_PUBLIC_ACCESS_ENABLED", "Block Public Access is on (BPA-1).")
    return False


@pytest.mark.parametrize(("src", "dst", "way"), [("p1", X, "egress"), (X, "p1", "ingress")])
def test_block_public_access_is_a_reject_with_its_reason_and_without_bytes(src, dst, way, monkeypatch):
    net = Base()
    public(net)
    monkeypatch.setattr("vpclab.evaluate.gateways._blocked_account_wide", refuses_everything)
    fields = "interface-id flow-direction action reject-reason bytes version"
    assert lines(net.trace(src, dst, tcp(443)), fields=fields) == [f"eni-A-p1 {way} REJECT BPA - 8"]


def test_a_regional_nat_gateway_is_logged_as_itself_with_its_public_address(monkeypatch):
    net = Base()
    net.nat()
    found = [v for v in net.topology.snapshot() if v.kind != "nat_gateway"]
    regional = NatGateway(
        id="nat-A-nat", name="nat", vpc_id="vpc-A", subnet_id=None, public_ip=IPv4Address("198.51.100.99"),
        availability="regional",
    )  # fmt: skip

    def through(walk, target, header, subnet):
        """Stand in for the engine: rewrite the source to the public address, and go out."""
        walk.step(regional, regional.kind, header, (4, int(regional.public_ip), *header[2:]))
        walk.stop(walk.destination.component, header, "", "the test ends here")

    monkeypatch.setitem(walk_module._NEXT_HOP, "nat_gateway", through)
    made = trace(Topology.of("regional", [*found, regional]), "A/a1", X, tcp(443))
    fields = "resource-id interface-id instance-id subnet-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr"
    log = records(made, fields=fields, at="nat-A-nat")
    assert list(log.lines()) == [
        "nat-A-nat - - - 10.0.1.10 203.0.113.10 10.0.1.10 203.0.113.10",
        "nat-A-nat - - - 198.51.100.99 203.0.113.10 198.51.100.99 203.0.113.10",
    ]
    assert log.table()["interface"].tolist() == ["nat", "nat"]


def test_what_the_engine_does_not_know_is_noted_and_not_recorded():
    net = Base()
    everything = [v for v in net.topology.snapshot() if not (v.kind == "network_acl" and v.is_default)]
    found = trace(Topology.of("lost", everything), "A/a1", "A/b1", tcp(443))
    made = records(found)
    assert found.outcome == "unknown"
    assert len(made) == 0
    assert "network ACL" in made.notes[0]


def test_readable_names_stand_beside_the_records():
    net = Base()
    net.nat()
    made = records(net.trace("a1", X, tcp(443)), at="nat", fields="interface-id srcaddr dstaddr").table()
    assert made["interface"].tolist() == ["nat"] * 4
    assert made["source"].tolist() == ["a1", "nat", "203.0.113.10", "nat"]
    made = records(net.trace("a1", X, tcp(443)), at="nat", fields="srcaddr dstaddr pkt-srcaddr pkt-dstaddr")
    assert made.table()["destination"].tolist() == ["203.0.113.10", "203.0.113.10", "nat", "a1"]


BAD = {
    "an interval that AWS does not offer": ({"interval": 300}, "600 or 60"),
    "a kind of traffic that AWS does not offer": ({"traffic": "DROP"}, "ALL, ACCEPT or REJECT"),
    "a field that is none": ({"fields": "srcaddr sourceport"}, "'sourceport' is not a field"),
    "a field twice": ({"fields": "srcaddr srcaddr"}, "twice"),
    "an empty format": ({"fields": ""}, "at least one field"),
}


@pytest.mark.parametrize(("more", "words"), cases(BAD))
def test_bad_requests_are_refused(more, words):
    with pytest.raises(BadInput, match=words):
        records(Base().trace("a1", "b1", tcp(443)), **more)


def test_no_flows_and_no_topology_is_refused():
    with pytest.raises(BadInput, match="one of them"):
        records([])


@pytest.mark.parametrize("more", [{"ends": "rst"}, {"packets": 0}, {"seconds": -1}], ids=str)
def test_a_flow_that_cannot_be_is_refused(more):
    with pytest.raises(BadInput):
        Flow(trace=Base().trace("a1", "b1", tcp(443)), **more)
