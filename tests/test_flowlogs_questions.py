"""Questions to flow logs: who refused, who scans, what leaves, what stopped, which rules are needed."""

import random
from contextlib import redirect_stdout
from io import StringIO

import pytest
import random_networks
from networks import ALLOW_IN, ALLOW_OUT, Base, X, cases

from vpclab import BadInput, icmp, internet, tcp, trace, udp
from vpclab.flowlogs import (
    DEFAULT_FORMAT,
    VERSION_5_FORMAT,
    Flow,
    Log,
    brute_force,
    data_leaving,
    least_rules,
    port_scan,
    records,
    rejected_by,
    rules_never_used,
    stopped_after,
    top_talkers,
    write_log,
)
from vpclab.topology.errors import VpclabError

START = 1767225600


def closed(net):
    net.wear("b1", net.group("closed"))


def acl_reply(net):
    net.acl(net.prb, into=(ALLOW_IN,), out=("100 allow tcp 443 to 0.0.0.0/0",))


def acl_reply_at_client(net):
    net.acl(net.prv, into=("100 allow tcp 443 from 0.0.0.0/0",), out=(ALLOW_OUT,))


def acl_request(net):
    net.acl(net.prb, into=("100 allow tcp 80 from 0.0.0.0/0",), out=(ALLOW_OUT,))


def neighbour_closed(net):
    net.wear("a2", net.group("closed"))


def ping(net):
    net.acl(net.prb, into=(ALLOW_IN,), out=("50 deny icmp to 0.0.0.0/0", ALLOW_OUT))


EITHER = "security group or network ACL"
WHO = {
    "a group stops the request: either": (closed, "a1", "b1", tcp(443), EITHER),
    "an ACL stops the request: either": (acl_request, "a1", "b1", tcp(443), EITHER),
    "an ACL stops the reply at the responder": (acl_reply, "a1", "b1", tcp(443), "network ACL"),
    "an ACL stops the reply at the initiator": (acl_reply_at_client, "a1", "b1", tcp(443), "network ACL"),
    "an ACL stops the reply of a ping": (ping, "a1", "b1", icmp(), "network ACL"),
    "in one subnet only a group can": (neighbour_closed, "a1", "a2", tcp(443), "security group"),
}


@pytest.mark.parametrize(("prepare", "src", "dst", "traffic", "who"), cases(WHO))
@pytest.mark.parametrize("fields", [DEFAULT_FORMAT, VERSION_5_FORMAT], ids=["default", "version 5"])
def test_who_rejected(prepare, src, dst, traffic, who, fields):
    net = Base()
    prepare(net)
    found = net.trace(src, dst, traffic)
    answer = rejected_by(records(found, fields=fields))
    assert answer.table()["by"].tolist() == [who]
    assert found.blockers[0].kind.replace("_", " ").replace("acl", "ACL") in who


def test_without_a_topology_one_subnet_is_not_known_and_not_claimed():
    net = Base()
    neighbour_closed(net)
    log = records(net.trace("a1", "a2", tcp(443)))
    bare = log.table()[list(DEFAULT_FORMAT)]
    assert rejected_by(bare).table()["by"].tolist() == [EITHER]


def late(fields, ends):
    """Return the log of a connection whose replies are rejected after a while."""
    net = Base()
    before = Flow(trace=net.trace("a1", "b1", tcp(443)), seconds=10, ends=ends)
    acl_reply(net)
    after = Flow(trace=net.trace("a1", "b1", tcp(443)), start=START + 100)
    return records([before, after], fields=fields)


def test_replies_that_were_accepted_before_cannot_be_told_from_late_packets():
    assert rejected_by(late(DEFAULT_FORMAT, "fin")).table()["by"].tolist() == ["cannot be told"]
    assert rejected_by(late(VERSION_5_FORMAT, "fin")).table()["by"].tolist() == ["cannot be told"]


def test_replies_of_a_connection_that_did_not_end_are_the_acls():
    assert rejected_by(late(VERSION_5_FORMAT, "")).table()["by"].tolist() == ["network ACL"]


def test_a_reason_in_the_record_is_taken_as_it_stands():
    line = "eni-1 203.0.113.9 10.0.0.1 40000 22 6 1 40 1767225600 1767225600 REJECT BPA"
    fields = (
        "interface-id srcaddr dstaddr srcport dstport protocol packets bytes start end action reject-reason"
    )
    import pandas as pd

    frame = pd.DataFrame([line.split()], columns=fields.split())
    frame = frame.astype(dict.fromkeys(("srcport", "dstport", "protocol", "packets", "bytes"), "Int64"))
    for name in ("start", "end"):
        frame[name] = pd.to_datetime(frame[name].astype("int64"), unit="s", utc=True).astype(
            "datetime64[s, UTC]"
        )
    assert rejected_by(frame).table()["by"].tolist() == ["Block Public Access"]


def test_rejected_by_agrees_with_the_engine_on_random_filters():
    rng = random.Random(5)
    told = 0
    for _ in range(60):
        net = Base()
        port = rng.choice(["443", "1024-65535", "0-65535", "40000"])
        into = rng.choice([ALLOW_IN, f"100 allow tcp {port} from 0.0.0.0/0"])
        out = rng.choice([ALLOW_OUT, f"100 allow tcp {port} to 0.0.0.0/0"])
        net.acl(rng.choice([net.prv, net.prb]), into=(into,), out=(out,))
        net.wear("b1", net.group("some", f"tcp {rng.choice(['443', '80'])} from 0.0.0.0/0"))
        found = net.trace("a1", "b1", tcp(443))
        table = rejected_by(records(found)).table()
        if table.empty:
            assert found.reaches
            continue
        [who] = table["by"]
        first = found.blockers[0].kind.replace("_", " ").replace("acl", "ACL")
        assert first in who
        told += who == "network ACL"
    assert told >= 3


# -- top talkers, data leaving -------------------------------------------------------------------------


def test_traffic_that_several_interfaces_saw_counts_once():
    net = Base()
    net.nat()
    flows = [
        Flow(
            trace=net.trace("a1", X, tcp(443)), bytes=5000, reply_bytes=90_000, packets=10, reply_packets=70
        ),
        Flow(trace=net.trace("a1", "b1", tcp(80)), bytes=1000, reply_bytes=2000),
    ]
    for fields in (DEFAULT_FORMAT, VERSION_5_FORMAT):
        table = top_talkers(records(flows, fields=fields)).table()
        assert table[["source", "destination", "service", "bytes"]].to_numpy().tolist() == [
            ["a1", "203.0.113.10", "tcp 443", 95_000],
            ["a1", "b1", "tcp 80", 3000],
        ]
    table = top_talkers(records(flows), by="packets", most=1).table()
    assert table["packets"].tolist() == [80]
    with pytest.raises(BadInput, match="'bytes', 'packets' or 'connections'"):
        top_talkers(records(flows), by="size")


def test_what_only_a_nat_gateway_saw_is_not_pinned_on_a_host():
    net = Base()
    net.nat()
    flow = Flow(trace=net.trace("a1", X, tcp(443)), packets=90_000, bytes=120 << 20)
    pkt = (*DEFAULT_FORMAT, "pkt-srcaddr", "pkt-dstaddr")
    assert data_leaving(records(flow, fields=pkt, at="nat")).table()["source"].tolist() == ["a1"]
    only = data_leaving(records(flow, at="nat"))
    assert only.table()["source"].tolist() == ["someone behind nat"]
    assert data_leaving(records(flow)).table()["source"].tolist() == ["a1"]


def test_a_servers_answers_are_no_data_leaving():
    net = Base()
    net.pub.instance("p1", private_ip="10.0.0.10", security_groups=[net.open], elastic_ip="198.51.100.10")
    flow = Flow(trace=net.trace(X, "p1", tcp(443)), reply_packets=90_000, reply_bytes=120 << 20)
    assert not data_leaving(records(flow))
    assert len(data_leaving(records(flow), everything=True)) == 0


# -- scan and brute force ------------------------------------------------------------------------------


def test_many_clients_or_many_connections_to_one_port_are_no_scan():
    net = Base()
    net.pub.instance(
        "p1", private_ip="10.0.0.10", security_groups=[net.group("none")], elastic_ip="198.51.100.10"
    )
    one = [net.trace(X, "p1", tcp(443, src_port=40000 + n)) for n in range(60)]
    many = [net.trace(internet(f"203.0.113.{n}"), "p1", tcp(443)) for n in range(20, 80)]
    assert not port_scan(records([*one, *many]))


def test_rejected_replies_to_many_client_ports_are_no_scan():
    net = Base()
    acl_reply(net)
    flows = [net.trace("a1", "b1", tcp(443, src_port=40000 + n)) for n in range(60)]
    assert not port_scan(records(flows))
    assert not port_scan(records(flows, traffic="REJECT"))
    assert not port_scan(records(flows, at="b1", fields=VERSION_5_FORMAT))


def test_a_sweep_over_hosts_is_a_scan_even_if_nobody_is_there():
    net = Base()
    flows = [net.trace("a1", f"10.0.2.{n}", tcp(22)) for n in range(20, 60)]
    [row] = port_scan(records(flows)).table().to_dict("records")
    assert (row["source"], row["kind"], row["hosts"], row["ports"]) == ("a1", "many hosts", 40, 1)


def test_a_monitor_that_is_answered_everywhere_is_no_scan():
    net = Base()
    assert not port_scan(records([net.trace("a1", "b1", tcp(port)) for port in range(8000, 8060)]))


def test_an_application_and_its_database_are_no_brute_force():
    net = Base()
    flows = [
        Flow(trace=net.trace("a1", "b1", tcp(3306, src_port=40000 + n)), start=START + n) for n in range(99)
    ]
    assert not brute_force(records(flows))
    assert brute_force(records(flows), ports=[3306])


def test_rejected_tries_are_no_brute_force():
    net = Base()
    closed(net)
    assert not brute_force(records([net.trace("a1", "b1", tcp(22, src_port=40000 + n)) for n in range(99)]))


def test_slow_logins_are_no_brute_force():
    net = Base()
    flows = [
        Flow(trace=net.trace("a1", "b1", tcp(22, src_port=40000 + n)), start=START + 600 * n)
        for n in range(99)
    ]
    assert not brute_force(records(flows))
    assert brute_force(records(flows), minutes=500)


# -- a change ------------------------------------------------------------------------------------------


def steady(until, step=300):
    net = Base()
    found = [net.trace("a1", "b1", tcp(443, src_port=40000 + n)) for n in range(until)]
    return [Flow(trace=one, start=START + step * n) for n, one in enumerate(found)]


def test_a_steady_flow_that_falls_silent_is_told():
    other = [
        Flow(trace=Base().trace("a2", "b1", tcp(80, src_port=50000 + n)), start=START + 300 * n)
        for n in range(60)
    ]
    log = records([*steady(40), *other])
    [row] = stopped_after(log, START + 300 * 40).table().to_dict("records")
    assert (row["source"], row["destination"], row["after"]) == ("a1", "b1", "silent")


def test_a_flow_that_came_now_and_then_is_not_claimed():
    seldom = [Flow(trace=Base().trace("a2", "b1", tcp(22)), start=START + n) for n in (0, 400, 7000)]
    log = records([*steady(60), *seldom])
    assert not stopped_after(log, START + 300 * 40)


@pytest.mark.parametrize("when", ["2026-01-01 02:30", "2026-01-01T11:30:00+09:00", START + 9000])
def test_a_moment_may_be_written_in_several_ways(when):
    assert not stopped_after(records(steady(60)), when)


@pytest.mark.parametrize(
    ("when", "because"), [("yesterday evening", "not a moment"), ("2030-01-01", "not within the log")]
)
def test_a_moment_that_is_none_is_refused(when, because):
    with pytest.raises(BadInput, match=because):
        stopped_after(records(steady(60)), when)


# -- rules ---------------------------------------------------------------------------------------------


def test_rules_that_no_traffic_met_are_told():
    net = Base()
    group = net.group(
        "own", "tcp 443 from 10.0.1.0/24", "tcp 22 from 10.0.1.0/24", "icmp from 0.0.0.0/0", out=[]
    )
    net.wear("b1", group)
    net.acl(
        net.prb,
        into=("90 deny tcp 23 from 0.0.0.0/0", ALLOW_IN),
        out=(ALLOW_OUT, "200 allow udp to 0.0.0.0/0"),
    )
    log = records([net.trace("a1", "b1", tcp(443)), net.trace("a1", "b1", udp(53))])
    table = rules_never_used(log).table()
    told = {(row["name"], row["direction"], row["rule"]) for row in table.to_dict("records")}
    assert told == {
        ("own", "inbound", "tcp 22 from 10.0.1.0/24"),
        ("own", "inbound", "icmp from 0.0.0.0/0"),
        ("PRB NACL", "inbound", "90 deny tcp 23 from 0.0.0.0/0"),
        ("PRB NACL", "outbound", "200 allow udp to 0.0.0.0/0"),
    }


def test_a_deny_entry_is_used_by_what_it_rejects():
    net = Base()
    net.acl(net.prb, into=("90 deny tcp 23 from 0.0.0.0/0", ALLOW_IN), out=(ALLOW_OUT,))
    log = records([net.trace("a1", "b1", tcp(23)), net.trace("a1", "b1", tcp(443))])
    assert "90 deny tcp 23 from 0.0.0.0/0" not in rules_never_used(log).table()["rule"].tolist()


def test_groups_of_interfaces_outside_the_log_are_not_judged():
    net = Base()
    answer = rules_never_used(records(net.trace("a1", "b1", tcp(443)), at="b1"))
    assert "open" not in answer.table()["name"].tolist()
    assert "Not judged" in answer.said


def test_a_log_of_rejects_does_not_tell_what_is_used():
    net = Base()
    closed(net)
    answer = rules_never_used(records(net.trace("a1", "b1", tcp(443)), traffic="REJECT"))
    assert not answer
    assert "no accepted traffic" in answer.said


def test_questions_about_rules_need_a_topology():
    log = records(Base().trace("a1", "b1", tcp(443)))
    with pytest.raises(BadInput, match="give the topology"):
        least_rules(log.table())


def observed(net, rng):
    """Return flows that work among the hosts of a network, and with the internet."""
    flows = []
    names = [*net.hosts, X, internet("203.0.113.77")]
    while len(flows) < 12:
        src, dst = rng.sample(names, 2)
        if X in (src, dst) and not isinstance(src, str) and not isinstance(dst, str):
            continue
        what = rng.choice([tcp(443), tcp(22), tcp(8080), tcp(8081), udp(53), icmp()])
        try:
            found = net.trace(src, dst, what)
        except BadInput:
            continue
        if found.reaches and (dst, src, what) not in flows:  # pings both ways look the same in a log (FL-5)
            flows.append((src, dst, what))
    return flows


@pytest.mark.parametrize("seed", range(5))
def test_the_least_rules_admit_what_was_seen_and_each_is_needed(seed):
    rng = random.Random(seed)
    net = Base()
    net.pub.instance("p1", private_ip="10.0.0.10", security_groups=[net.open], elastic_ip="198.51.100.10")
    with redirect_stdout(StringIO()):
        net.wear("b1", net.group("database", "all from 0.0.0.0/0"))
        flows = observed(net, rng)
        log = records([net.trace(*flow) for flow in flows], fields=VERSION_5_FORMAT)
        table = least_rules(log).table()
        for name in ("open", "database"):
            set_rules(net, name, table)
        assert all(net.trace(*flow).reaches for flow in flows)
        for at in table.index:
            left = table.drop(index=at)
            name = table["group"][at]
            set_rules(net, name, left)
            assert not all(net.trace(*flow).reaches for flow in flows), table["rule"][at]
            set_rules(net, name, table)


def set_rules(net, name, table):
    """Give a group just the rules of a table."""
    mine = table[table["group"] == name]
    sides = {side: mine[mine["direction"] == side]["rule"].tolist() for side in ("inbound", "outbound")}
    net.vpc.security_group(name, **sides)


def test_the_least_rules_name_a_group_only_if_every_member_was_seen():
    net = Base()
    front = net.group("front", "all from 0.0.0.0/0")
    for host in ("a1", "a2"):
        net.wear(host, front)
    net.wear("b1", net.group("back", "all from 0.0.0.0/0"))
    one = records(net.trace("a1", "b1", tcp(443)))
    both = records([net.trace(h, "b1", tcp(443)) for h in ("a1", "a2")])
    rules = [least_rules(log).table().query("group == 'back'")["rule"].tolist() for log in (one, both)]
    assert rules == [["tcp 443 from 10.0.1.10/32"], ["tcp 443 from front"]]


def test_many_strangers_at_one_port_are_everybody():
    net = Base()
    net.pub.instance("p1", private_ip="10.0.0.10", security_groups=[net.open], elastic_ip="198.51.100.10")
    log = records(
        [net.trace(internet(f"203.0.113.{n}"), "p1", tcp(port)) for n in range(20, 31) for port in (80, 81)]
    )
    assert least_rules(log).table()["rule"].tolist() == ["tcp 80-81 from 0.0.0.0/0"]
    assert len(least_rules(log, most=20).table()) > 1


# -- how answers show themselves -----------------------------------------------------------------------


def shown():
    net = Base()
    acl_reply(net)
    return records(net.trace("a1", "b1", tcp(443)))


def test_an_answer_shows_its_sentence_its_table_and_its_picture():
    answer = rejected_by(shown())
    bundle = answer._repr_mimebundle_()
    assert bundle["text/plain"] == str(answer)
    assert "1 record by network ACL" in bundle["text/plain"]
    for part in ("<table", "<img alt=", "1 record by network ACL"):
        assert part in bundle["text/html"]


def test_a_picture_says_in_words_what_it_shows(tmp_path):
    chart = rejected_by(shown()).plot()
    assert "a1 → b1 tcp 443 (reply): 1: network ACL" in chart.text
    assert chart.svg.startswith("<svg")
    assert "<title>" in chart.svg
    assert 'alt="Rejected by whom' in chart._repr_mimebundle_()["text/html"]
    assert chart.save(tmp_path / "a.svg").read_text(encoding="utf-8") == chart.svg
    with pytest.raises(BadInput, match=r"ends in \.svg"):
        chart.save(tmp_path / "a.png")


def test_names_in_a_picture_are_text_only():
    net = Base()
    net.host("<b>&x", net.prb, "10.0.2.66")
    chart = top_talkers(records(net.trace("a1", "<b>&x", tcp(443)))).plot()
    assert "<b>" not in chart.svg + chart.html
    assert "&lt;b&gt;" in chart.svg


def test_answers_about_rules_have_pictures_too():
    net = Base()
    net.wear("b1", net.group("own", "tcp 443 from 10.0.1.0/24", "tcp 22 from 10.0.1.0/24"))
    log = records(net.trace("a1", "b1", tcp(443)))
    assert "security group own, inbound: 1 rule" in rules_never_used(log).plot().text
    assert "own: tcp 443 from 10.0.1.10/32: 1 conversation" in least_rules(log).plot().text


def test_an_answer_without_rows_says_so_and_has_no_picture():
    answer = port_scan(shown())
    assert not answer
    assert "Nobody" in answer.said
    assert "<img" not in answer._repr_mimebundle_()["text/html"]
    with pytest.raises(BadInput, match="nothing to draw"):
        answer.plot()


def test_a_picture_over_time_tells_the_change():
    flows = [
        *steady(40),
        *(Flow(trace=Base().trace("a2", "b1", tcp(80)), start=START + 300 * n) for n in range(60)),
    ]
    chart = stopped_after(records(flows), START + 12_000).plot()
    assert "change at 03:20:00" in chart.svg
    assert "40 times accepted" in chart.text


def test_a_question_takes_a_log_a_table_or_a_path(tmp_path):
    log = shown()
    path = write_log(log, tmp_path / "a.log.gz")
    found = [rejected_by(source).table()["by"].tolist() for source in (log, log.table(), path, str(path))]
    assert found == [["network ACL"]] * 4
    assert rejected_by(path, topology=log.snapshot).table()["source"].tolist() == ["a1"]
    with pytest.raises(BadInput, match="is no flow log"):
        rejected_by(7)
    with pytest.raises(BadInput, match="needs the fields"):
        rejected_by(Log(("srcaddr",), log.table()[["srcaddr"]]))


def test_an_empty_log_answers_every_question_with_nothing():
    empty = records([], topology=Base().topology)
    for question in (top_talkers, rejected_by, port_scan, brute_force, data_leaving, least_rules):
        assert not question(empty)
    assert not stopped_after(empty, START)


@pytest.mark.parametrize("fields", [DEFAULT_FORMAT, VERSION_5_FORMAT], ids=["default", "version 5"])
def test_what_is_claimed_about_a_reject_is_what_the_engine_says(fields):
    claims = []
    for seed in range(25):
        rng = random.Random(seed)
        topology = random_networks.network(rng)
        ends = random_networks.ends(topology)
        for traffic in random_networks.kinds(rng, random_networks.edges(topology.snapshot()), 8):
            try:
                found = trace(topology, rng.choice(ends), rng.choice(ends), traffic)
            except VpclabError:
                continue
            for row in rejected_by(records(found, fields=fields)).table().to_dict("records"):
                kind = found.blockers[0].kind.replace("_", " ").replace("acl", "ACL")
                assert kind in row["by"], f"{found}\n{row}"
                claims.append(row["by"])
    assert "network ACL" in claims
    assert EITHER in claims
