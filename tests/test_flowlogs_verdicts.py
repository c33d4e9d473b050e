"""Section I of the table of verdicts: what flow logs record, every row under its id."""

import pytest
from networks import ALLOW_IN, ALLOW_OUT, Base, X

from vpclab import Refused, icmp, tcp, udp
from vpclab.flowlogs import Flow, records
from vpclab.flowlogs.fields import read_format

SHORT = "srcaddr dstaddr protocol action"
FOUR = "srcaddr dstaddr pkt-srcaddr pkt-dstaddr"


def public(net: Base, *inbound: str, out: list[str] | None = None) -> None:
    """Give p1 the Elastic IP 198.51.100.10, and a group with these rules."""
    group = net.vpc.security_group("own", inbound=list(inbound), outbound=out)
    subnet = net.pub
    subnet.instance("p1", private_ip="10.0.0.10", security_groups=[group], elastic_ip="198.51.100.10")


def seen(net: Base, at: str, src: object, dst: object, traffic: object, fields: str = SHORT) -> list[str]:
    """Return the lines that one interface records of a flow."""
    return list(records(net.trace(src, dst, traffic), at=at, fields=fields).lines())


def i01(net: Base) -> None:
    public(net, "icmp from 0.0.0.0/0", out=[])
    net.acl(net.pub, into=(ALLOW_IN,), out=("50 deny icmp to 0.0.0.0/0", ALLOW_OUT))
    assert seen(net, "p1", X, "p1", icmp()) == [
        "203.0.113.10 10.0.0.10 1 ACCEPT",
        "10.0.0.10 203.0.113.10 1 REJECT",
    ]


def i03(net: Base) -> None:
    public(net, "tcp 22 from 0.0.0.0/0")
    assert seen(net, "p1", X, "p1", icmp()) == ["203.0.113.10 10.0.0.10 1 REJECT"]


def i04(net: Base) -> None:
    public(net, "tcp 22 from 0.0.0.0/0")
    net.acl(net.pub, into=("50 deny tcp 22 from 0.0.0.0/0", ALLOW_IN), out=(ALLOW_OUT,))
    assert seen(net, "p1", X, "p1", tcp(22)) == ["203.0.113.10 10.0.0.10 6 REJECT"]


def i06(net: Base) -> None:
    both = ["10.0.1.10 10.0.2.10 17 ACCEPT", "10.0.2.10 10.0.1.10 17 ACCEPT"]
    assert seen(net, "a1", "a1", "b1", udp(53)) == both
    assert seen(net, "b1", "a1", "b1", udp(53)) == both


def i07(net: Base) -> None:
    found = net.trace("a1", "169.254.169.254", tcp(80))
    assert found.reaches
    assert len(records(found)) == 0


def i08(net: Base) -> None:
    net.nat()
    assert seen(net, "nat", "a1", X, tcp(443), FOUR) == [
        "10.0.1.10 10.0.0.220 10.0.1.10 203.0.113.10",
        "10.0.0.220 203.0.113.10 10.0.0.220 203.0.113.10",
        "203.0.113.10 10.0.0.220 203.0.113.10 10.0.0.220",
        "10.0.0.220 10.0.1.10 203.0.113.10 10.0.1.10",
    ]


def i09(net: Base) -> None:
    net.nat()
    assert seen(net, "a1", "a1", X, tcp(443), FOUR) == [
        "10.0.1.10 203.0.113.10 10.0.1.10 203.0.113.10",
        "203.0.113.10 10.0.1.10 203.0.113.10 10.0.1.10",
    ]


def i10(net: Base) -> None:
    public(net, "tcp 22 from 0.0.0.0/0")
    made = records(net.trace("p1", X, tcp(443)), at="p1")
    assert made.table()["srcaddr"].tolist() == ["10.0.0.10", "203.0.113.10"]
    assert not any("198.51.100.10" in line for line in made.lines())


def i12(net: Base) -> None:
    made = records([], topology=net.topology, at="p1", start=1700000040, end=1700000100)
    assert list(made.lines()) == ["2 111122223333 eni-A-p1 - - - - - - - 1700000040 1700000100 - NODATA"]


def i13(net: Base) -> None:
    flow = Flow(trace=net.trace("a1", "b1", tcp(443)), seconds=3)
    fields = "srcaddr dstport tcp-flags"
    assert list(records(flow, at="b1", fields=fields).lines()) == ["10.0.1.10 443 3", "10.0.2.10 40000 19"]


def i15(net: Base) -> None:
    flow = net.trace("a1", "b1", tcp(443))
    with pytest.raises(Refused, match="custom format"):
        records(flow, fields="default tcp-flags")
    every = (*read_format("default"), "type")
    assert records(flow, fields=every).table()["version"].tolist() == [3] * 4


ROWS = {
    "I01 a stateless ACL stops the reply of a ping: accepted, then rejected": i01,
    "I03 a group stops the request: one rejected line": i03,
    "I04 an ACL stops the request: one rejected line": i04,
    "I06 an own DNS server is logged at both ends": i06,
    "I07 instance metadata is never logged": i07,
    "I08 a NAT gateway records four lines": i08,
    "I09 nothing is rewritten at the client's interface": i09,
    "I10 the private address is shown, never the Elastic IP": i10,
    "I12 an idle interface gets a NODATA line": i12,
    "I13 a short connection has the flags 3 and 19": i13,
    "I15 the default format takes no more fields": i15,
}


@pytest.mark.parametrize("check", ROWS.values(), ids=ROWS)
def test_row(check):
    check(Base())
