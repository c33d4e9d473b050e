"""Intent tables: rows in every form people write them, and what a network answers to each."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from networks import ALLOW_IN, Base
from networks import cases as rows_of

from vpclab import Intents, Topology, icmp, internet, protocol, service, site, tcp, udp
from vpclab.evaluate.intents import Intent
from vpclab.topology.errors import BadInput


@pytest.fixture(scope="module")
def net() -> Base:
    """Return a network with a web server, a host whose replies are stopped, a site and a lost ACL."""
    made = Base(dual=True)
    made.host("web", made.pub, "10.0.0.30", public_ip=True, security_groups=[
        made.group("web", "tcp 443 from 0.0.0.0/0", "tcp 22 from 192.168.0.0/16")
    ])  # fmt: skip
    made.pub.route_table.propagate(made.vpn())
    made.acl(made.prb, into=(ALLOW_IN,), out=("100 allow tcp 0-1023 to 0.0.0.0/0",))
    made.nat()
    return made


ROWS: dict[str, Any] = {
    "what must work and does": (("internet", "web", "tcp 443", "must"), True),
    "what must work and does not": (("internet", "web", "tcp 22", "must"), False),
    "what must not work and does not": (("internet", "web", "tcp 22", "must not"), True),
    "what must not work and does": (("internet", "web", "tcp 443", "must not"), False),
    "a reply that is stopped is no success": (("a1", "b1", "tcp 443", "must"), False),
    "a reply that is stopped holds what must not work": (("a1", "b1", "tcp 443", "must not"), True),
    "no word means must": (("internet", "web", "tcp 443"), True),
    "words with other spaces and capitals": (("internet", "web", "tcp 22", " Must  NOT "), True),
    "allow": (("internet", "web", "tcp 443", "allow"), True),
    "deny": (("internet", "web", "tcp 22", "deny"), True),
    "must-not": (("internet", "web", "tcp 22", "must-not"), True),
    "True and False": (("internet", "web", "tcp 22", False), True),
    "a port alone is tcp": (("internet", "web", 443), True),
    "traffic as a value": ((internet, "web", tcp(443), True), True),
    "one host of the internet": (("internet 203.0.113.10", "web", "443"), True),
    "an address": (("10.0.1.10", "10.0.1.11", "udp 53"), True),
    "a site": (("site OP", "web", "tcp 22"), True),
    "a host of a site": (("site OP 192.168.9.9", "web", "tcp 22"), True),
    "a site as a value": ((site("OP", "192.168.9.9"), "web", "tcp 22"), True),
    "a service": (("a1", "service s3", "tcp 443"), True),
    "a service as a value": (("a1", service("s3", "us-east-1"), "tcp 443"), True),
    "ping over IPv6": (("a1", "a2", "ping", "must", 6), True),
    "the IP version as text": (("a1", "a2", "icmp 8/0", "must", "6"), True),
    "a target that answers no ping": (("a1", "nat", "ping"), False),
}


@pytest.mark.parametrize(("row", "holds"), rows_of(ROWS))
def test_a_row(net: Base, row: tuple[Any, ...], holds: bool) -> None:
    report = Intents([row]).check(net.topology)
    assert report.holds is holds, str(report)
    assert len(report.failed) == (not holds)
    assert str(report).startswith("✔ holds: " if holds else "✖ fails: ")
    keys = ("src", "dst", "traffic", "expect", "ip_version")
    as_mapping = Intents([dict(zip(keys, row, strict=False))]).check(net.topology)
    assert str(as_mapping) == str(report)
    as_value = Intents([Intents([row]).rows[0]]).check(net.topology)
    assert str(as_value) == str(report)


def test_handles_are_ends(net: Base) -> None:
    report = Intents([(net.hosts["a1"], net.hosts["a2"], udp(53), True)]).check(net.topology)
    assert str(report).startswith("✔ holds: a1 → a2 udp 53 must work. ")


def test_the_text_of_a_row_can_be_read_again() -> None:
    rows = [
        ("internet", "web", "tcp 443", True), ("internet 203.0.113.10", "web", "udp 53", False),
        ("site OP", "web", "icmp 3/4", True), ("site OP 192.168.9.9", "web", "protocol 50", True),
        ("a1", "service s3", "tcp 443", True), ("a1", "service s3 us-east-1", "tcp 443", True),
    ]  # fmt: skip
    read = Intents(rows).rows
    again = Intents([(str(i.src), str(i.dst), str(i.traffic), i.must) for i in read]).rows
    assert again == read
    assert [str(row) for row in read[:2]] == [
        "internet → web tcp 443 must work", "internet 203.0.113.10 → web udp 53 must not work",
    ]  # fmt: skip
    assert str(read[3]) == "site OP 192.168.9.9 → web protocol 50 must work"
    assert str(Intent("a", "b", icmp(), ip_version=6)) == "a → b icmp 8/0 over IPv6 must work"


def test_a_stopped_reply_says_that_the_request_arrives(net: Base) -> None:
    report = Intents([("a1", "b1", "tcp 443", "must not")]).check(net.topology)
    said = "✔ holds: a1 → b1 tcp 443 must not work (the request arrives; only the reply is stopped). "
    assert str(report).startswith(said)


def test_a_failed_row_has_its_trace(net: Base) -> None:
    report = Intents([("internet", "web", "tcp 22", "must"), ("internet", "web", "tcp 443", "must")]).check(
        net.topology
    )
    assert [result.intent.traffic for result in report.failed] == [tcp(22)]
    assert report.failed[0].trace.blockers[0].component.name == "web"
    assert report.holds is False


def test_what_is_unknown_neither_holds_nor_fails(net: Base) -> None:
    lost = ("PRB NACL", "default")
    values = [v for v in net.topology.snapshot() if not (v.kind == "network_acl" and v.name in lost)]
    topology = Topology.of("t", values)
    report = Intents([("a1", "b1", "tcp 443", "must"), ("a1", "a2", "tcp 443", "must")]).check(topology)
    assert [result.holds for result in report.results] == [None, True]
    assert report.holds is None
    assert len(report.failed) == 1
    assert str(report).startswith("? unknown: a1 → b1 tcp 443 must work. the network ACL of subnet PRV")
    worse = Intents([("a1", "b1", "tcp 443", "must not"), ("a1", "a2", "tcp 443", "must not")]).check(
        topology
    )
    assert [result.holds for result in worse.results] == [None, False]
    assert worse.holds is False


def test_a_report_as_a_table(net: Base) -> None:
    rows = [("internet", "web", "tcp 22", "must"), (site("OP"), "web", 22, "must")]
    report = Intents(rows).check(net.topology)
    table = report.table()
    assert list(table.columns) == ["src", "dst", "traffic", "expect", "holds", "because"]
    assert table.iloc[:, :5].values.tolist() == [
        ["internet", "web", "tcp 22", "must", "no"], ["site OP", "web", "tcp 22", "must", "yes"]
    ]  # fmt: skip
    assert table.because[0].startswith("security group web: no inbound rule admits tcp 22")
    assert repr(report) == str(report)
    assert report._repr_mimebundle_()["text/plain"] == str(report)


def test_an_empty_table_holds() -> None:
    assert Intents([]).check(Topology("t")).holds is True
    assert len(Intents([])) == 0


# -- data frames -------------------------------------------------------------------------------------


def test_a_data_frame(net: Base) -> None:
    frame = pd.DataFrame(
        {
            "src": ["internet", "internet", "a1"],
            "dst": ["web", "web", "a2"],
            "traffic": [443, "tcp 22", "ping"],
            "expect": ["must", "must not", "must"],
            "ip_version": [4, None, 6],
            "why": ["shop", "", None],
        }
    )
    intents = Intents(frame)
    assert [row.ip_version for row in intents] == [4, 4, 6]
    assert intents.check(net.topology).holds is True


@pytest.mark.parametrize("empty", [None, float("nan"), pd.NA, pd.NaT, " "], ids=str)
def test_an_empty_cell_of_a_data_frame(empty: Any) -> None:
    frame = pd.DataFrame(
        {"src": ["a", "b"], "dst": ["c", empty], "traffic": [443, 22], "expect": ["must"] * 2}
    )
    with pytest.raises(
        BadInput, match=r"^row 2: write source, destination, traffic and must or must not \(got b, "
    ):
        Intents(frame)


def test_ports_in_a_column_with_gaps() -> None:
    frame = pd.DataFrame({"src": ["a", "b"], "dst": ["c", "d"], "traffic": [443.0, 22.0]})
    assert [row.traffic for row in Intents(frame)] == [tcp(443), tcp(22)]


# -- CSV files ---------------------------------------------------------------------------------------


def write(folder: Path, text: str | bytes) -> Path:
    path = folder / "intents.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


FILES: dict[str, Any] = {
    "as the documentation says": (b"src,dst,traffic,expect\ninternet,web,tcp 443,must\n",),
    "with a byte order mark": ("\ufeffsrc,dst,traffic,expect\ninternet,web,tcp 443,must\n".encode(),),
    "with Windows line ends": (b"src,dst,traffic,expect\r\ninternet,web,tcp 443,must\r\n",),
    "with blank rows": (b"src,dst,traffic,expect\n\ninternet,web,tcp 443,must\n,,,\n  , ,\t,\n",),
    "with columns in another order and more of them": (
        b"why,expect,traffic,dst,src\nshop,must,tcp 443,web,internet\n",
    ),
    "with quotes": (b'"src","dst","traffic","expect"\n"internet","web","tcp 443","must"\n',),
    "with spaces and capitals in the first line": (b"Src, Dst ,TRAFFIC,expect\ninternet,web,tcp 443,must\n",),
    "with a column for the IP version": (
        b"src,dst,traffic,expect,ip_version\ninternet,web,tcp 443,must,\n",
    ),
}  # fmt: skip


@pytest.mark.parametrize("text", [row[0] for row in FILES.values()], ids=list(FILES))
def test_a_csv_file(tmp_path: Path, net: Base, text: bytes) -> None:
    path = write(tmp_path, text)
    for intents in (Intents.from_csv(path), Intents(path), Intents(str(path))):
        assert [str(row) for row in intents] == ["internet → web tcp 443 must work"]
        assert intents.check(net.topology).holds is True


HEAD = b"src,dst,traffic,expect\n"
BAD_FILES: dict[str, Any] = {
    "a column is missing": (b"src,dst,traffic\na,b,22\n", "no column expect; the first line is src,dst,"),
    "all columns are missing": (b"a,b,22,must\n", "no column src, dst, traffic, expect"),
    "another separator": (b"src;dst;traffic;expect\na;b;22;must\n", "no column src"),
    "an empty file": (b"", "no column src"),
    "no rows": (HEAD + b"\n", "holds no rows"),
    "a cell is missing": (HEAD + b"a,b,22,must\na,b\n", "line 3: write source, destination"),
    "a cell is empty": (HEAD + b"\n,b,22,must\n", "line 3: write source, destination"),
    "no word for what is wanted": (HEAD + b"a,b,22,\n", "line 2: '' is not what is wanted"),
    "another word for what is wanted": (HEAD + b"a,b,22,maybe\n", "line 2: 'maybe' is not what is"),
    "no such traffic": (HEAD + b"a,b,22,must\na,b,https,must\n", "line 3: 'https' is not traffic"),
    "no such port": (HEAD + b"a,b,tcp 70000,must\n", "line 2: 70000 is not a port"),
    "digits of another script": (HEAD + "a,b,²,must\n".encode(), "line 2: '²' is not traffic"),
    "a number without end": (HEAD + b"a,b," + b"9" * 6000 + b",must\n", "is not traffic"),
    "no such address": (HEAD + b"internet 1.2.3,b,22,must\n", "line 2: '1.2.3' is not an IP"),
    "no such IP version": (b"src,dst,traffic,expect,ip_version\na,b,22,must,5\n", "line 2: '5' is not an IP"),
    "a row of several lines": (HEAD + b'"a\nb",c,22,must\nd,e,x,must\n', "line 4: 'x' is not traffic"),
    "bytes that are no text": (b"\xff\xfe\x00s", "cannot be read as CSV"),
    "a cell without end": (HEAD + b"a" * 140_000 + b",b,22,must\n", "cannot be read as CSV"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "words"), rows_of(BAD_FILES))
def test_a_bad_file_names_its_line(tmp_path: Path, text: bytes, words: str) -> None:
    with pytest.raises(BadInput) as found:
        Intents.from_csv(write(tmp_path, text))
    assert words in str(found.value)
    assert "intents.csv" in str(found.value)
    assert "\n" not in str(found.value)


@pytest.mark.parametrize(
    "path", ["no-such-file.csv", ".", "a\x00b", "x" * 5000], ids=["none", "folder", "zero", "long"]
)
def test_a_file_that_is_not_there(path: str) -> None:
    with pytest.raises(BadInput, match="cannot be read as CSV"):
        Intents.from_csv(path)


# -- bad rows ----------------------------------------------------------------------------------------

BAD_ROWS: dict[str, Any] = {
    "too few": (("a", "b"), "write source, destination, traffic"),
    "too many": (("a", "b", 22, "must", 4, 5), "write source, destination, traffic"),
    "a text": ("a b 22", "write source, destination, traffic"),
    "a number": (5, "write source, destination, traffic"),
    "nothing": (None, "write source, destination, traffic"),
    "a mapping without a destination": ({"src": "a", "traffic": 22}, "(got a, , 22, , )"),
    "a port as True": (("a", "b", True), "'True' is not traffic"),
    "a list as traffic": (("a", "b", [22]), "'[22]' is not traffic"),
    "a wrong word": (("a", "b", 22, "should"), "'should' is not what is wanted; write 'must' or 'must not'"),
    "no word": (("a", "b", 22, ""), "'' is not what is wanted"),
    "a wrong version": (("a", "b", 22, "must", 7), "7 is not an IP version; write 4 or 6"),
}


@pytest.mark.parametrize(("row", "words"), rows_of(BAD_ROWS))
def test_a_bad_row_names_itself(row: Any, words: str) -> None:
    with pytest.raises(BadInput) as found:
        Intents([("a", "b", 22), row])
    assert str(found.value).startswith("row 2: ")
    assert words in str(found.value)


@pytest.mark.parametrize("table", [5, None, 2.5, object], ids=str)
def test_what_is_no_table_is_refused(table: Any) -> None:
    with pytest.raises(BadInput, match="is not a table: give rows, a DataFrame or the path of a CSV file"):
        Intents(table)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("wbe", "a1", 22), r"^row 2: nothing here is called 'wbe'; there are: "),
        (("a1", "igw", 22), r"^row 2: internet gateway igw sends and receives nothing itself"),
        (("a1", object(), 22), r"^row 2: .* is no end of a flow"),
        (("service s3", "a1", 22), r"^row 2: s3: a service answers and never starts"),
        (("192.168.0.1 ", "2001:db8::1", 22), r"^row 2: 2001:db8::1 is an IPv6 address"),
    ],
    ids=[
        "a name that is not there",
        "what is no end",
        "a value that is no end",
        "a service that asks",
        "two families",
    ],
)
def test_an_end_that_is_not_there_names_its_row(net: Base, row: Any, words: str) -> None:
    with pytest.raises(BadInput, match=words):
        Intents([("a1", "a2", 22), row]).check(net.topology)


def refusal(rows: Any) -> str:
    """Return what is said of a table that is refused, or nothing."""
    try:
        Intents(rows)
    except BadInput as error:
        return str(error)
    return ""


CELLS = st.one_of(st.text(max_size=12), st.none(), st.integers(), st.floats())


@given(st.lists(st.lists(CELLS, max_size=6), max_size=3))
def test_any_table_is_read_or_refused(rows: Any) -> None:
    assert refusal(rows) == "" or refusal(rows).startswith("row ")


@given(st.binary(max_size=80), st.booleans())
def test_any_file_is_read_or_refused(tmp_path_factory: Any, data: bytes, first: bool) -> None:
    path = tmp_path_factory.mktemp("csv") / "i.csv"
    path.write_bytes((b"src,dst,traffic,expect\n" if first else b"") + data)
    assert refusal(path) == "" or "i.csv" in refusal(path)


def test_a_name_cannot_forge_a_line() -> None:
    topology = Topology("t")
    subnet = topology.vpc("v", "10.0.0.0/16").subnet("s", "10.0.0.0/24")
    subnet.instance("a\n✔ holds: all is well\x1b[2K")
    subnet.instance("b")
    report = Intents([("b", "i-v-a\n✔-holds:-all-is-well\x1b[2K", "tcp 1", "must not")]).check(topology)
    assert len(str(report).splitlines()) == 1
    assert "\x1b" not in str(report) + str(report.results[0].trace)
    assert protocol(50) == Intents([("a", "b", "protocol 50")]).rows[0].traffic
