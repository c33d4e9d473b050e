"""Flow log files: formats, headers, gzip, broken lines, round trips, and a summary in bounded memory."""

import gzip
import random
import subprocess
import sys
import tracemalloc
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from networks import Base, X, cases

import vpclab
from vpclab import BadInput, tcp
from vpclab.flowlogs import read_chunks, read_log, records, summarise, write_log
from vpclab.flowlogs.fields import DEFAULT_FORMAT, VERSION_5_FORMAT, read_format

FLAGS = (
    "version vpc-id subnet-id instance-id interface-id account-id type srcaddr dstaddr srcport dstport"
    " pkt-srcaddr pkt-dstaddr protocol bytes packets start end action tcp-flags log-status"
)
TRANSIT = (
    "version interface-id account-id vpc-id subnet-id instance-id srcaddr dstaddr srcport dstport protocol"
    " tcp-flags type pkt-srcaddr pkt-dstaddr action log-status"
)
PATH = (
    "version srcaddr dstaddr srcport dstport protocol start end type packets bytes account-id vpc-id"
    " subnet-id instance-id interface-id region az-id sublocation-type sublocation-id action"
    " tcp-flags pkt-srcaddr pkt-dstaddr pkt-src-aws-service pkt-dst-aws-service traffic-path"
    " flow-direction log-status"
)
WHERE = (
    "vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-01234567890123456 eni-1235b8ca123456789 123456789010"
    " IPv4"
)
THERE = (
    "vpc-abcdefab012345678 subnet-aaaaaaaa012345678 i-0c50d5961bcb2d47b eni-1235b8ca123456789 ap-southeast-2"
    " apse2-az3 - - ACCEPT"
)

S = "2 123456789010 eni-1235b8ca123456789 "

# The example lines of AWS's page "Flow log record examples", with their formats.
EXAMPLES = {
    "accepted SSH": (None, S + "172.31.16.139 172.31.16.21 20641 22 6 20 4249 "
                     "1418530010 1418530070 ACCEPT OK", {"action": "ACCEPT", "bytes": 4249}),
    "rejected RDP": (None, S + "172.31.9.69 172.31.9.12 49761 3389 6 20 4249 "
                     "1418530010 1418530070 REJECT OK", {"dstport": 3389}),
    "no data": (None, "2 123456789010 eni-1235b8ca123456789 - - - - - - - 1431280876 1431280934 - NODATA",
                {"log-status": "NODATA"}),
    "skipped": (None, "2 123456789010 eni-11111111aaaaaaaaa - - - - - - - 1431280876 1431280934 - SKIPDATA",
                {"log-status": "SKIPDATA"}),
    "ping": (None, "2 123456789010 eni-1235b8ca123456789 203.0.113.12 172.31.16.139 0 0 1 4 336 1432917027 "
             "1432917142 ACCEPT OK", {"protocol": 1, "srcport": 0}),
    "reply of a ping": (None, "2 123456789010 eni-1235b8ca123456789 172.31.16.139 203.0.113.12 0 0 1 4 336 "
                        "1432917094 1432917142 REJECT OK", {"action": "REJECT"}),
    "IPv6": (None, "2 123456789010 eni-1235b8ca123456789 2001:db8:1234:a100:8d6e:3477:df66:f105 "
             "2001:db8:1234:a102:3304:8879:34cf:4071 34892 22 6 54 8855 1477913708 1477913820 ACCEPT OK",
             {"srcaddr": "2001:db8:1234:a100:8d6e:3477:df66:f105"}),
    "SYN": (FLAGS, f"3 {WHERE} 52.213.180.42 10.0.0.62 43416 5001 52.213.180.42 10.0.0.62 6 568 8 1566848875 "
            "1566848933 ACCEPT 2 OK", {"tcp-flags": 2, "packets": 8}),
    "SYN and FIN, with two spaces": (
        FLAGS, f"3 {WHERE} 10.0.0.62 52.213.180.42 5001 43638  10.0.0.62 52.213.180.42 6 967 14 1566933133 "
        "1566933193 ACCEPT 19 OK", {"tcp-flags": 19, "dstport": 43638, "pkt-srcaddr": "10.0.0.62"}),
    "NAT gateway": ("instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr",
                    "- eni-1235b8ca123456789 10.0.1.5 10.0.0.220 10.0.1.5 203.0.113.5",
                    {"dstaddr": "10.0.0.220", "pkt-dstaddr": "203.0.113.5"}),
    "client of a NAT gateway, with a remark": (
        "instance-id interface-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr",
        "i-01234567890123456 eni-1111aaaa2222bbbb3 10.0.1.5 203.0.113.5 10.0.1.5 203.0.113.5 "
        "#Traffic from the source instance to host on the internet", {"instance-id": "i-01234567890123456"}),
    "regional NAT gateway": (
        "resource-id instance-id interface-id subnet-id srcaddr dstaddr pkt-srcaddr pkt-dstaddr",
        "nat-1234567890abcdef - - - 107.22.182.139 203.0.113.5 107.22.182.139 203.0.113.5",
        {"resource-id": "nat-1234567890abcdef", "srcaddr": "107.22.182.139"}),
    "transit gateway": (TRANSIT, "3 eni-11111111111111111 123456789010 vpc-abcdefab012345678 "
                        "subnet-11111111aaaaaaaaa - 10.40.1.175 10.40.2.236 39812 80 6 3 IPv4 10.20.33.164 "
                        "10.40.2.236 ACCEPT OK", {"pkt-srcaddr": "10.20.33.164"}),
    "from S3": (PATH, "5 52.95.128.179 10.0.0.71 80 34210 6 1616729292 1616729349 IPv4 14 15044 123456789012 "
                f"{THERE} 19 52.95.128.179 10.0.0.71 S3 - - ingress OK",
                {"pkt-src-aws-service": "S3", "flow-direction": "ingress"}),
    "to S3": (PATH, "5 10.0.0.71 52.95.128.179 34210 80 6 1616729292 1616729349 IPv4 7 471 123456789012 "
              f"{THERE} 3 10.0.0.71 52.95.128.179 - S3 8 egress OK",
              {"traffic-path": 8, "az-id": "apse2-az3"}),
}  # fmt: skip


def written(path, *lines):
    """Write lines into a file and return its path."""
    path.write_bytes("".join(f"{line}\n" for line in lines).encode())
    return path


@pytest.mark.parametrize(("format", "line", "values"), cases(EXAMPLES))
def test_awss_example_lines_parse(tmp_path, format, line, values):
    log = read_log(written(tmp_path / "a.log", line), format=format)
    assert log.broken == ()
    row = log.table().iloc[0]
    assert {name: row[name] for name in values} == values
    assert list(log.lines()) == [" ".join(line.split("#")[0].split())]


@pytest.mark.parametrize(("format", "line", "values"), cases(EXAMPLES))
def test_the_same_with_a_header_and_compressed(tmp_path, format, line, values):
    text = " ".join(read_format(format)) + f"\n{line}\n"
    path = tmp_path / "a.log.gz"
    path.write_bytes(gzip.compress(text.encode()))
    row = read_log(path).table().iloc[0]
    assert {name: row[name] for name in values} == values


def test_columns_have_types(tmp_path):
    log = read_log(written(tmp_path / "a.log", EXAMPLES["accepted SSH"][1], EXAMPLES["no data"][1]))
    table = log.table()
    assert table.columns.tolist() == list(DEFAULT_FORMAT)
    assert str(table["bytes"].dtype) == "Int64"
    assert str(table["start"].dtype) == "datetime64[s, UTC]"
    assert table["start"][0] == pd.Timestamp("2014-12-14 04:06:50", tz="UTC")
    assert table["srcaddr"].isna().tolist() == [False, True]


GOOD = EXAMPLES["accepted SSH"][1]
BROKEN = {
    "a line that stops": (GOOD[:60], "fields and the format has 14"),
    "a line with more fields": (GOOD + " 7", "15 fields"),
    "a port that is none": (GOOD.replace(" 22 ", " 66000 "), "dstport is '66000'"),
    "a port below zero": (GOOD.replace(" 22 ", " -22 "), "dstport is '-22'"),
    "a word for a number": (GOOD.replace(" 4249 ", " many "), "bytes is 'many'"),
    "a number with a point": (GOOD.replace(" 4249 ", " 42.5 "), "bytes is '42.5'"),
    "a protocol that is none": (GOOD.replace(" 6 20 ", " 300 20 "), "protocol is '300'"),
    "an address that is none": (GOOD.replace("172.31.16.21", "172.31.16.321"), "not an IP address"),
    "an action that is none": (GOOD.replace("ACCEPT", "MAYBE"), "action is 'MAYBE'"),
    "a status that is none": (GOOD.replace(" OK", " FINE"), "log-status is 'FINE'"),
    "letters that are none of ASCII": (GOOD.replace("eni-", "eñi-"), "plain text"),
    "a zero byte": (GOOD.replace(" OK", "\0 OK"), "ACCEPT"),
}


@pytest.mark.parametrize(("line", "because"), cases(BROKEN))
def test_a_broken_line_is_told_by_its_number_and_set_aside(tmp_path, line, because):
    path = written(tmp_path / "a.log", GOOD, GOOD, line, "", GOOD)
    log = read_log(path)
    assert len(log) == 3
    assert [one.number for one in log.broken] == [3]
    assert because in str(log.broken[0])
    assert log.broken[0].text == line
    assert "1 broken line" in repr(log)


def test_odd_spaces_and_line_ends_are_no_mistakes(tmp_path):
    path = tmp_path / "a.log"
    path.write_bytes(f"\ufeff{GOOD}\r\n  {GOOD}\r\n{GOOD.replace(' ', '  ')} \r\n{GOOD}".encode())
    log = read_log(path)
    assert log.broken == ()
    assert list(log.lines()) == [GOOD] * 4


def test_a_header_counts_as_a_line(tmp_path):
    path = written(tmp_path / "a.log", " ".join(DEFAULT_FORMAT), GOOD, "x")
    assert [one.number for one in read_log(path).broken] == [3]


def test_fields_of_later_versions_and_unknown_ones_are_read_by_name(tmp_path):
    header = "version srcaddr resource-id encryption-status some-new-field instance-tag"
    log = read_log(
        written(tmp_path / "a.log", header, "11 10.0.0.1 nat-1 1 value web%20server", "11 10.0.0.1 - - - -")
    )
    row = log.table().iloc[0]
    assert row["encryption-status"] == 1
    assert row["some-new-field"] == "value"
    assert row["instance-tag"] == "web server"
    assert list(log.lines()) == ["11 10.0.0.1 nat-1 1 value web%20server", "11 10.0.0.1 - - - -"]


REFUSED = {
    "a format that no header tells": ("2 10.0.0.1 10.0.0.2", None, "give the format"),
    "a header that says otherwise": ("srcaddr dstaddr", "dstaddr srcaddr", "the header says"),
}


@pytest.mark.parametrize(("first", "format", "because"), cases(REFUSED))
def test_what_cannot_be_read_is_refused(tmp_path, first, format, because):
    with pytest.raises(BadInput, match=because):
        read_log(written(tmp_path / "a.log", first), format=format)


def test_files_that_are_no_logs_are_refused(tmp_path):
    with pytest.raises(BadInput, match="is not there"):
        read_log(tmp_path / "none.log")
    with pytest.raises(BadInput, match="holds no flow log"):
        read_log(tmp_path)
    cut = tmp_path / "cut.log.gz"
    cut.write_bytes(gzip.compress(f"{GOOD}\n".encode() * 1000)[:50])
    with pytest.raises(BadInput, match="cannot be read"):
        read_log(cut)
    with pytest.raises(BadInput, match="is not a flow log"):
        read_log(7)


def test_an_empty_file_is_an_empty_log(tmp_path):
    log = read_log(written(tmp_path / "a.log"))
    assert len(log) == 0
    assert log.table().columns.tolist() == list(DEFAULT_FORMAT)


def test_a_folder_is_read_as_s3_holds_it(tmp_path):
    inner = tmp_path / "AWSLogs" / "2026"
    inner.mkdir(parents=True)
    written(inner / "b.log", " ".join(DEFAULT_FORMAT), GOOD, "x")
    (inner / "a.log.gz").write_bytes(gzip.compress(f"{GOOD}\n".encode()))
    log = read_log(tmp_path)
    assert len(log) == 2
    assert str(log.broken[0]).startswith("b.log, line 3: it has 1 fields")


@pytest.mark.parametrize("name", ["a.log", "a.log.gz"])
@pytest.mark.parametrize("header", [True, False])
def test_what_is_written_reads_the_same(tmp_path, name, header):
    net = Base()
    net.nat()
    made = records(net.trace("a1", X, tcp(443)), fields=VERSION_5_FORMAT, start=1767225600, end=1767225660)
    path = write_log(made, tmp_path / name, header=header)
    again = read_log(path, format=None if header else VERSION_5_FORMAT, topology=net.topology)
    pd.testing.assert_frame_equal(again.table(), made.table())
    assert path.read_bytes() == write_log(made, tmp_path / f"b{name}", header=header).read_bytes()


def test_a_log_can_be_written_in_another_format_but_not_with_fields_it_lacks(tmp_path):
    made = records(Base().trace("a1", "b1", tcp(443)))
    path = write_log(made.table(), tmp_path / "a.log", format="dstaddr srcaddr action")
    assert path.read_text().splitlines()[:2] == ["dstaddr srcaddr action", "10.0.2.10 10.0.1.10 ACCEPT"]
    with pytest.raises(BadInput, match="have no pkt-srcaddr"):
        write_log(made, tmp_path / "b.log", format="pkt-srcaddr")


def many(path, count, seed=1, broken=()):
    """Write a log of so many lines, some of them broken."""
    rng = random.Random(seed)
    with path.open("w") as file:
        for number in range(1, count + 1):
            ends = [
                f"10.0.0.{rng.randint(1, 9)} 203.0.113.{rng.randint(1, 9)}",
                f"{rng.randint(32768, 60999)} 443",
            ]
            line = f"2 1 eni-1 {' '.join(ends)} 6 {number} 100 1767225600 1767225660 ACCEPT OK"
            file.write(("broken" if number in broken else line) + "\n")
    return path


def test_chunks_hold_every_line_once_and_number_the_broken_ones(tmp_path, monkeypatch):
    monkeypatch.setattr("vpclab.flowlogs.reading._BLOCK", 4096)
    path = many(tmp_path / "a.log", 1000, broken=(1 + 7, 500, 1000))
    parts = list(read_chunks(path))
    assert len(parts) > 10
    packets = [n for part in parts for n in part.table()["packets"]]
    assert packets == [n for n in range(1, 1001) if n not in (8, 500, 1000)]
    assert [line.number for part in parts for line in part.broken] == [8, 500, 1000]


def test_a_summary_equals_what_pandas_says_of_the_whole(tmp_path, monkeypatch):
    monkeypatch.setattr("vpclab.flowlogs.reading._BLOCK", 4096)
    path = many(tmp_path / "a.log", 2000, broken=(70,))
    found = summarise(path)
    whole = read_log(path).table()
    wanted = whole.groupby(["srcaddr", "dstaddr"]).agg(n=("packets", "size"), p=("packets", "sum"))
    table = found.table().set_index(["srcaddr", "dstaddr"]).sort_index()
    assert table["records"].tolist() == wanted["n"].tolist()
    assert table["packets"].tolist() == wanted["p"].tolist()
    assert set(table["port"]) == {443}
    assert "1 broken line" in found.said


def test_a_summary_counts_lines_without_data(tmp_path):
    path = written(tmp_path / "a.log", GOOD, EXAMPLES["no data"][1], EXAMPLES["skipped"][1])
    found = summarise(path, by=("interface-id", "action"))
    assert found.table()["records"].tolist() == [1]
    assert "1 SKIPDATA" in found.said
    with pytest.raises(BadInput, match="needs pkt-srcaddr"):
        summarise(path, by=("pkt-srcaddr",))


def test_a_summary_of_a_larger_file_takes_no_more_memory(tmp_path, monkeypatch):
    monkeypatch.setattr("vpclab.flowlogs.reading._BLOCK", 1 << 17)
    peaks = []
    for count in (4_000, 40_000):
        path = many(tmp_path / "a.log", count)
        tracemalloc.start()
        summarise(path)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.5 * peaks[0]


def test_the_package_loads_without_pandas():
    code = "import sys, vpclab.flowlogs; sys.exit('pandas' in sys.modules or 'vpclab.render' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_nothing_below_imports_flow_logs():
    home = Path(vpclab.__file__).parent
    for part in ("topology", "evaluate"):
        for path in (home / part).glob("*.py"):
            assert "vpclab.flowlogs" not in path.read_text(encoding="utf-8"), path
    for path in (home / "flowlogs").glob("*.py"):
        loads = [
            w
            for w in path.read_text(encoding="utf-8").splitlines()
            if w.startswith(("from vpclab", "import "))
        ]
        assert not any(word in line for line in loads for word in ("render", "course", "vpclab.aws")), path


def test_the_bar_shows_how_far_it_is(tmp_path, capsys):
    read_log(many(tmp_path / "a.log", 10), progress=True)
    assert capsys.readouterr().err.endswith("100%\n")
    read_log(many(tmp_path / "a.log", 10))
    assert capsys.readouterr().err == ""


@settings(max_examples=80, deadline=None)
@given(st.lists(st.binary(max_size=80) | st.just(GOOD.encode()), max_size=8))
def test_whatever_stands_in_a_file_each_line_is_a_record_or_broken_or_blank(tmp_path_factory, lines):
    path = tmp_path_factory.mktemp("any") / "a.log"
    path.write_bytes(b"\n".join([GOOD.encode(), *lines]))
    log = read_log(path, format="default")
    text = path.read_bytes().replace(b"\r\n", b"\n")
    told = [line for line in text.split(b"\n") if line.decode("utf-8", "replace").split()]
    assert len(log) + len(log.broken) == len(told)
    assert len(log) >= 1 + sum(line == GOOD.encode() for line in lines)
