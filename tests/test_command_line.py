"""The command line: its answers, its exit statuses, and that no input ends in a traceback."""

from __future__ import annotations

import copy
import csv
import io
import json
import os
import random
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import random_networks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from networks import cases as rows_of
from test_aws_gateways import WHOLE
from test_render import DRAWN, KEPT_BY_JUPYTER, Tags

from vpclab import draw, internet, load_aws, save_aws, service, tcp, trace
from vpclab.__main__ import as_json, main
from vpclab.data import data_path
from vpclab.render.show import mimebundle

SHOP = data_path("topologies/web-shop")
NASTY = "x\n✔ all is well\x1b[2K\x07\u202e\u2028<b>\"'"


def examples(count: int) -> settings:
    """Return how many examples to try; HYPOTHESIS_PROFILE=search tries that profile's number of new ones."""
    searching = os.environ.get("HYPOTHESIS_PROFILE") == "search"
    return settings(
        max_examples=settings.default.max_examples if searching else count,
        database=None,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
    )


def run(capsys: Any, *arguments: object) -> tuple[int, str, str]:
    """Return exit status, stdout and stderr of a command."""
    try:
        status = main([str(word) for word in arguments])
    except SystemExit as end:
        status = int(end.code or 0)
    said = capsys.readouterr()
    return status, said.out, said.err


@pytest.fixture
def lossy(tmp_path: Path) -> Path:
    """Return the web shop's folder without its network ACLs: what crosses a subnet's edge is unknown."""
    folder = tmp_path / "lossy"
    shutil.copytree(SHOP, folder)
    for path in folder.rglob("*.json"):
        found = json.loads(path.read_text())
        if "NetworkAcls" in found:
            path.write_text(json.dumps({**found, "NetworkAcls": []}))
    return folder


# -- answers and exit statuses -------------------------------------------------------------------------

INTO, INSIDE = ["trace", "--from", "internet", "--to", "web"], ["trace", "--from", "web", "--to", "app"]
ASKED: dict[str, Any] = {
    "it reaches": ([*INTO, "--port", "443"], 0, "delivered"),
    "it does not": ([*INTO, "--port", "22"], 1, "blocked"),
    "port 443 unless another is named": (INTO, 0, "web tcp 443: delivered"),
    "ping": ([*INSIDE, "--protocol", "icmp"], 1, "icmp 8/0: blocked"),
    "udp": (
        ["trace", "--from", "web", "--to", "10.0.0.2", "--protocol", "UDP", "--port", "53"],
        0,
        "udp 53: d",
    ),
    "a protocol by number": ([*INSIDE, "--protocol", "50"], 1, "protocol 50: blocked"),
    "tcp by number": ([*INSIDE, "--protocol", "6", "--port", "8080"], 0, "tcp 8080"),
    "an ICMP type": ([*INSIDE, "--protocol", "icmp 3/4"], 1, "icmp 3/4: blocked"),
    "a host of the internet": (["trace", "--from", "internet 203.0.113.9", "--to", "web"], 0, "delivered"),
    "a set that is not empty": (["reach", "--from", "web", "--to", "app"], 0, "tcp 8080\n"),
    "a set that is empty": (["reach", "--from", "db", "--to", "app"], 1, "nothing\n"),
}


@pytest.mark.parametrize(("arguments", "status", "words"), rows_of(ASKED))
def test_answers(capsys: Any, arguments: list[str], status: int, words: str) -> None:
    command, *rest = arguments
    found, out, err = run(capsys, command, SHOP, *rest)
    assert (found, err) == (status, "")
    assert words in out


def test_what_is_not_known_ends_with_three(capsys: Any, lossy: Path, tmp_path: Path) -> None:
    assert run(capsys, "trace", lossy, "--from", "internet", "--to", "web")[0] == 3
    status, out, _ = run(capsys, "reach", lossy, "--from", "web", "--to", "app")
    assert status == 3
    assert out.startswith("unknown: tcp 8080\nunknown: the network ACL of subnet")
    table = tmp_path / "i.csv"
    table.write_text("src,dst,traffic,expect\ninternet,web,443,must\n")
    status, out, _ = run(capsys, "check", lossy, table)
    assert status == 3
    assert out.startswith("? unknown: internet → web tcp 443 must work. the network ACL of subnet")


def test_a_trace_as_text_is_the_trace(capsys: Any) -> None:
    _, out, _ = run(capsys, "trace", SHOP, "--from", "internet", "--to", "web")
    assert out == f"{trace(load_aws(SHOP), internet, 'web', tcp(443))}\n"


@pytest.mark.parametrize(("port", "status"), [(443, 0), (22, 1)])
def test_a_trace_as_json_is_complete(capsys: Any, port: int, status: int) -> None:
    found, out, err = run(capsys, "trace", SHOP, *INTO[1:], "--port", port, "--json")
    assert (found, err) == (status, "")
    way, told = trace(load_aws(SHOP), internet, "web", tcp(port)), json.loads(out)
    assert told == as_json(way)
    assert out.isascii()
    assert [told[key] for key in ("flow", "outcome", "reaches", "because", "ip_version", "traffic")] == [
        way.flow, way.outcome, way.reaches, way.because, 4, f"tcp {port}",
    ]  # fmt: skip
    assert tuple(told["path"]) == way.path
    assert told["source"] == {"id": "internet", "name": "internet"}
    for leg in ("forward", "reply"):
        hops = getattr(way, leg)
        assert len(told[leg]) == len(hops)
        for row, hop in zip(told[leg], hops, strict=True):
            assert (row["kind"], row["component"]["name"]) == (hop.kind, hop.component.name)
            assert (row["packet_in"], row["direction"]) == (str(hop.packet_in), hop.direction)
            assert row["packet_out"] == (None if hop.packet_out is None else str(hop.packet_out))
            decided = [(d["allowed"], d["because"], d["code"], d["leg"]) for d in row["decisions"]]
            assert decided == [(d.allowed, d.because, d.code, d.leg) for d in hop.decisions]
            assert [d["passed_over"] for d in row["decisions"]] == [
                [str(rule) for rule in d.passed_over] for d in hop.decisions
            ]
    assert [row["because"] for row in told["blockers"]] == [d.because for d in way.blockers]
    routes = [d for hop in told["reply"] for d in hop["decisions"] if d["kind"] == "route_table"]
    assert [d["target"] for d in routes] == [
        str(d.target) for h in way.reply for d in h.decisions if d.target
    ]


def test_the_table_of_all_pairs_is_csv(capsys: Any) -> None:
    status, out, err = run(capsys, "reach", SHOP)
    assert (status, err) == (0, "")
    rows = list(csv.DictReader(io.StringIO(out)))
    assert rows[0].keys() == {"source", "destination", "traffic", "reply_blocked", "pairs"}
    (coming,) = (row for row in rows if (row["source"], row["destination"]) == ("internet", "prod/web"))
    assert (coming["traffic"], coming["reply_blocked"], coming["pairs"]) == ("tcp 80, 443", "nothing", "1")
    expanded = list(csv.DictReader(io.StringIO(run(capsys, "reach", SHOP, "--expand")[1])))
    assert len(expanded) == sum(int(row["pairs"]) for row in rows)


def test_the_table_says_what_is_known_only_in_part(capsys: Any, lossy: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(run(capsys, "reach", lossy)[1])))
    assert "unknown: tcp 8080" in {row["traffic"] for row in rows}


def test_long_work_shows_progress_on_stderr(capsys: Any, monkeypatch: Any, tmp_path: Path) -> None:
    table = tmp_path / "intents.csv"
    table.write_text("src,dst,traffic,expect\n" + "internet,web,443,must\n" * 3)
    usual = run(capsys, "reach", SHOP, "--expand"), run(capsys, "check", SHOP, table)
    assert [err for *_, err in usual] == ["", ""], "short work says nothing"
    monkeypatch.setattr("vpclab.__main__.PATIENCE", 0.0)
    watched = run(capsys, "reach", SHOP, "--expand"), run(capsys, "check", SHOP, table)
    assert [(status, out) for status, out, _ in watched] == [(status, out) for status, out, _ in usual]
    assert watched[0][2].splitlines()[:2] == ["vpclab: 0 rows done ...", "vpclab: 1 rows done ..."]
    assert watched[1][2].splitlines()[2] == "vpclab: 2 of 3 rows done ..."


def test_ctrl_c_ends_with_one_sentence(capsys: Any, monkeypatch: Any) -> None:
    def interrupt(_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("vpclab.aws.load_aws", interrupt)
    assert run(capsys, "reach", SHOP) == (130, "", "vpclab: stopped by Ctrl-C before the end.\n")


def test_what_loading_says_is_no_part_of_the_answer(capsys: Any, tmp_path: Path) -> None:
    shutil.copytree(SHOP, tmp_path / "shop")
    (tmp_path / "shop" / "configs").mkdir()
    status, out, err = run(capsys, "trace", tmp_path / "shop", "--from", "internet", "--to", "web", "--json")
    assert status == 0
    assert json.loads(out)["outcome"] == "delivered"
    assert "left out the folders configs" in err


# -- intents -------------------------------------------------------------------------------------------


def test_check_prints_one_line_a_row_and_the_trace_of_each_that_fails(capsys: Any, tmp_path: Path) -> None:
    path = tmp_path / "intents.csv"
    path.write_text(
        "src,dst,traffic,expect\ninternet,web,443,must\ninternet,app,22,must not\n"
        "web,app,tcp 8080,must not\napp,web,22,must\n"
    )
    status, out, err = run(capsys, "check", SHOP, path)
    lines = out.splitlines()
    assert (status, err) == (1, "")
    flush = [line for line in lines if not line.startswith("    ")]
    assert [line.split(". ")[0] for line in flush] == [
        "✔ holds: internet → web tcp 443 must work", "✔ holds: internet → app tcp 22 must not work",
        "✖ fails: web → app tcp 8080 must not work", "✖ fails: app → web tcp 22 must work",
    ]  # fmt: skip
    for line, flow in ((flush[2], ("web", "app", 8080)), (flush[3], ("app", "web", 22))):
        way = str(trace(load_aws(SHOP), flow[0], flow[1], tcp(flow[2]))).splitlines()
        at = lines.index(line) + 1
        assert lines[at : at + len(way)] == [f"    {row}" for row in way]


def test_check_ends_with_zero_if_all_rows_hold(capsys: Any, tmp_path: Path) -> None:
    path = tmp_path / "intents.csv"
    path.write_text("src,dst,traffic,expect\ninternet,web,443,must\n")
    assert run(capsys, "check", SHOP, path)[0] == 0


# -- pictures ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "ends", [[], ["--from", "internet", "--to", "web", "--port", "22"]], ids=["network", "flow"]
)
def test_draw_writes_a_picture(capsys: Any, tmp_path: Path, ends: list[str]) -> None:
    path = tmp_path / "picture.svg"
    status, out, err = run(capsys, "draw", SHOP, "-o", path, *ends)
    assert (status, err) == (0, "")
    assert out.startswith(f"{path}: ")
    root = ElementTree.fromstring(path.read_text())
    assert root.tag.endswith("svg")
    assert len(list(root.iter())) > 50


# -- mistakes ------------------------------------------------------------------------------------------

FLOW = ["--from", "web", "--to", "app"]
MISTAKES: dict[str, Any] = {
    "a folder that is not there": (["trace", "nowhere", *FLOW], "there is no folder or file 'nowhere'"),
    "a name that is not there": (["trace", SHOP, "--from", "wbe", "--to", "app"], "called 'wbe'; there are"),
    "an address of nobody": (["trace", SHOP, "--from", "10.0.0.77", "--to", "app"], "has 10.0.0.77"),
    "no such port": (["trace", SHOP, *FLOW, "--port", "70000"], "70000 is not a port"),
    "a negative port": (["trace", SHOP, *FLOW, "--port", "-1"], "'tcp -1' is not traffic"),
    "no such protocol": (["trace", SHOP, *FLOW, "--protocol", "gre"], "'gre' is not traffic"),
    "no such protocol number": (["trace", SHOP, *FLOW, "--protocol", "300"], "300 is not a protocol number"),
    "digits of another script": (["trace", SHOP, *FLOW, "--protocol", "²"], "is not traffic"),
    "a port for ping": (["trace", SHOP, *FLOW, "--protocol", "icmp", "--port", "8"], "is for tcp and udp"),
    "IPv6 where there is none": (["trace", SHOP, *FLOW, "--ipv6"], "has no IPv6 address"),
    "one end alone": (["reach", SHOP, "--from", "web"], "reach takes --from and --to together, or neither"),
    "one end of a picture alone": (
        ["draw", SHOP, "--to", "web", "-o", "x.svg"], "draw takes --from and --to together"
    ),
    "a block to begin with": (["trace", SHOP, "--from", "internet 203.0.113.0/24", "--to", "web"], "a block"),
    "intents that are not there": (["check", SHOP, "no.csv"], "no.csv cannot be read as CSV"),
    "intents that are a folder": (["check", SHOP, "."], "cannot be read as CSV"),
    "a picture of another kind": (["draw", SHOP, "-o", "x.gif"], "'x.gif' is not a picture's name"),
    "a picture in no folder": (["draw", SHOP, "-o", "nowhere/x.svg"], "x.svg cannot be written: No such"),
    "a file that is no JSON": (["reach", __file__], "is not complete JSON"),
    "a folder of other things": (["reach", Path(__file__).parent.parent / "vpclab"], "holds no .json file"),
    "JSON of another tool": (
        ["reach", data_path("services.json")], "no file has a key such as Vpcs or RouteTables, only "
    ),
}  # fmt: skip


@pytest.mark.parametrize(("arguments", "words"), rows_of(MISTAKES))
def test_a_mistake_is_told_in_one_sentence(capsys: Any, arguments: list[Any], words: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("vpclab: ")
    assert err.count("\n") == 1
    assert words in err


USAGE: dict[str, Any] = {
    "no command": ([], "required"),
    "no such command": (["fly", SHOP], "invalid choice"),
    "no folder": (["trace"], "required"),
    "no ends": (["trace", SHOP], "--from, --to"),
    "a port that is no number": (["trace", SHOP, *FLOW, "--port", "https"], "invalid int value: 'https'"),
    "no output": (["draw", SHOP], "-o"),
    "an option that is not there": (["reach", SHOP, "--colour"], "unrecognized arguments: --colour"),
    "an option that steers the terminal": (["reach", SHOP, "--\x1b[2K"], r"--\x1b[2K"),
}


@pytest.mark.parametrize(("arguments", "words"), rows_of(USAGE))
def test_wrong_use_is_explained(capsys: Any, arguments: list[Any], words: str) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert err.startswith("usage: python -m vpclab")
    assert words in err


@pytest.mark.parametrize("command", ["", "trace", "reach", "check", "draw"])
def test_help(capsys: Any, command: str) -> None:
    status, out, err = run(capsys, *[command] * bool(command), "-h")
    assert (status, err) == (0, "")
    assert out.startswith("usage: python -m vpclab")
    assert all(len(line) < 120 for line in out.splitlines())


# -- as a program --------------------------------------------------------------------------------------


def program(*arguments: object, **more: Any) -> subprocess.CompletedProcess[str]:
    """Run the program in a process of its own."""
    command = [sys.executable, "-m", "vpclab", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, **more)


def test_the_program_ends_with_the_status() -> None:
    done = program("trace", SHOP, "--from", "internet", "--to", "web", "--port", 22)
    assert done.returncode == 1
    assert done.stdout.startswith("internet → web tcp 22: blocked.")
    assert done.stderr == ""


def test_a_terminal_without_our_signs_gets_their_codes() -> None:
    done = program("trace", SHOP, *INTO[1:], env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert done.returncode == 0
    assert done.stdout.startswith(r"internet \u2192 web tcp 443: delivered.")


@pytest.mark.skipif(sys.platform == "win32", reason="head is a command of Unix")
def test_a_reader_that_has_enough_is_no_error() -> None:
    line = f'"{sys.executable}" -m vpclab reach "{SHOP}" --expand | head -n 1'
    done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.startswith("source,")
    assert done.stderr == ""


# -- names are only text -------------------------------------------------------------------------------


def elements(name: str) -> dict[str, Any]:
    """Return describe-* output in which every text that somebody chooses is `name`, ids included."""
    tags = [{"Key": "Name", "Value": name}]
    of_vpc = {"VpcId": f"vpc-{name}", "Tags": tags}
    ranges = [{"CidrIp": "0.0.0.0/0", "Description": name}]
    entry = {"RuleNumber": 100, "Protocol": "-1", "RuleAction": "allow", "CidrBlock": "0.0.0.0/0"}
    mapped = {"PrivateIpAddress": "10.0.0.10", "Association": {"PublicIp": "198.51.100.9"}}
    eni = {
        "NetworkInterfaceId": f"eni-{name}",
        "SubnetId": f"subnet-{name}",
        "VpcId": f"vpc-{name}",
        "Description": name,
        "PrivateIpAddress": "10.0.0.10",
        "PrivateIpAddresses": [{**mapped, "Primary": True}],
        "Groups": [{"GroupId": f"sg-{name}", "GroupName": name}],
        "Attachment": {"InstanceId": f"i-{name}", "DeviceIndex": 0},
        "TagSet": tags,
    }
    instance = {"InstanceId": f"i-{name}", "SubnetId": f"subnet-{name}", **of_vpc, "NetworkInterfaces": [eni]}
    group = {
        "GroupId": f"sg-{name}",
        "GroupName": name,
        "Description": name,
        "IpPermissions": [{"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": ranges}],
        "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": ranges}],
    }
    routes = [
        {"DestinationCidrBlock": "10.0.0.0/16", "GatewayId": "local", "State": "active"},
        {"DestinationCidrBlock": "0.0.0.0/0", "GatewayId": f"igw-{name}", "State": "active"},
    ]
    table = {"RouteTableId": f"rtb-{name}", "Routes": routes, "Associations": [{"Main": True}]}
    subnet = {"SubnetId": f"subnet-{name}", "CidrBlock": "10.0.0.0/24", "AvailabilityZone": name}
    acl = {"NetworkAclId": f"acl-{name}", "IsDefault": True}
    attached = [{"VpcId": f"vpc-{name}", "State": "available"}]
    return {
        "Vpcs": [{**of_vpc, "CidrBlock": "10.0.0.0/16", "OwnerId": name}],
        "Subnets": [{**of_vpc, **subnet}],
        "InternetGateways": [{"InternetGatewayId": f"igw-{name}", "Tags": tags, "Attachments": attached}],
        "RouteTables": [{**of_vpc, **table}],
        "NetworkAcls": [{**of_vpc, **acl, "Entries": [{**entry, "Egress": out} for out in (True, False)]}],
        "SecurityGroups": [{**of_vpc, **group}],
        "NetworkInterfaces": [eni],
        "Instances": [{**instance, "State": {"Name": "running"}}],
    }


STEERING = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


@examples(20)
@given(st.one_of(st.just(NASTY), st.text(min_size=1, max_size=30)))
def test_no_name_steers_a_terminal_or_forges_a_line(capsys: Any, tmp_path_factory: Any, name: str) -> None:
    name = name.strip() or "x"
    folder = tmp_path_factory.mktemp("names")
    (folder / "all.json").write_text(json.dumps(elements(name)))
    plain = tmp_path_factory.mktemp("names")
    (plain / "all.json").write_text(json.dumps(elements("plain")))
    table = folder / "intents.csv"
    table.write_text("src,dst,traffic,expect\ninternet,198.51.100.9,22,must\n")
    out = ["--from", "10.0.0.10", "--to", "internet"]
    for command, *rest in (
        ["trace", "--from", "internet", "--to", "198.51.100.9"], ["trace", *out], ["reach"], ["reach", *out],
        ["check", table], ["trace", "--from", "nobody", "--to", "internet"], ["draw", "-o", folder / "x.svg"],
    ):  # fmt: skip
        said = run(capsys, command, folder, *rest), run(capsys, command, plain, *rest)
        assert said[0][0] == said[1][0], said[0][2]
        for text, usual in zip(said[0][1:], said[1][1:], strict=True):
            assert not STEERING.search(text), repr(text)
            assert text.count("\n") == usual.count("\n"), text


MARKUP = [
    "</title><script>alert(1)</script>",
    '"]; x -> y [URL="javascript:1"',
    "]]>&lt;&#60;",
    '" onload="x()',
]


def gateways(name: str) -> dict[str, Any]:
    """Return a network with something of every kind, in which every name and id holds `name`."""

    def renamed(value: Any, key: str = "") -> Any:
        if isinstance(value, dict):
            return {inner: renamed(found, inner) for inner, found in value.items()}
        if isinstance(value, list):
            return [renamed(inner, key) for inner in value]
        told = key in ("Description", "GroupName", "PrefixListName", "Value", "virtualInterfaceName")
        is_id = isinstance(value, str) and re.fullmatch(r"(?!ap-|direct|block)[a-z]+(-[a-z0-9]+)+", value)
        return name if told and isinstance(value, str) else f"{value}{name}" if is_id else value

    return {key: renamed(found) for key, found in copy.deepcopy(WHOLE).items()}


@examples(12)
@given(
    st.one_of(st.sampled_from([NASTY, *MARKUP]), st.text(min_size=1, max_size=30)), st.sampled_from([0, 1])
)
def test_no_loaded_name_injects_into_dot_svg_or_html(name: str, every_kind: int) -> None:
    name = name.strip() or "x"
    topology = load_aws((elements, gateways)[every_kind](name))
    ends: list[Any] = [(internet, "198.51.100.9")]
    if every_kind:
        assert len({value.kind for value in topology.snapshot()}) > 20
        ends = [("10.0.1.10", far) for far in ("10.1.0.10", "192.168.7.9", "10.0.2.50", service("s3"))]
    walks = [trace(topology, src, dst, tcp(port)) for src, dst in ends for port in (443, 22)]
    for figure in map(draw, (topology, *walks)):
        for element in ElementTree.fromstring(figure.svg).iter():
            assert element.tag.split("}")[1] in DRAWN
            assert not [key for key in element.attrib if key.startswith("on") or key.endswith("href")]
    for value in (
        topology,
        *walks,
        *(b for walk in walks for b in walk.blockers),
        *map(topology.handle, topology.snapshot()),
    ):
        shown = value._repr_mimebundle_() if hasattr(value, "_repr_mimebundle_") else mimebundle(value)
        assert Tags(shown["text/html"]).found <= KEPT_BY_JUPYTER
        assert not re.search(r"showing \w+: ", shown["text/plain"])


# -- no tracebacks -------------------------------------------------------------------------------------

WORDS = st.one_of(
    st.sampled_from([
        "trace", "reach", "check", "draw", str(SHOP), "--from", "--to", "--port", "--protocol", "--json",
        "--ipv6", "--expand", "-o", "web", "app", "internet", "443", "icmp", "udp", "-h", "x.svg", "10.0.0.2",
        "service s3", "internet 0.0.0.0/0", "2001:db8::1", ".", "", "--", "-1", "site x", "prod/web", "@x",
    ]),
    st.text(max_size=8),
)  # fmt: skip


@examples(150)
@given(st.lists(WORDS, max_size=9))
def test_no_arguments_end_in_a_traceback(capsys: Any, tmp_path: Path, words: list[str]) -> None:
    here = Path.cwd()
    os.chdir(tmp_path)
    try:
        status, _, err = run(capsys, *words)
    finally:
        os.chdir(here)
    assert status in (0, 1, 2, 3)
    assert (status == 2) is bool(err) or "left out" in err


def mangled(rng: random.Random, text: bytes) -> bytes:
    """Return a file's bytes with something wrong."""
    kind = rng.randrange(6)
    at = rng.randrange(len(text) or 1)
    if kind == 0:
        return text[:at]
    if kind == 1:
        return text[:at] + bytes([rng.randrange(256)]) + text[at + 1 :]
    if kind == 2:
        return text[:at] + text[at + rng.randrange(40) :]
    if kind == 3:
        return text.replace(rng.choice([b"null", b"true", b'"local"', b"10.0.", b"443", b"-1"]), b'"?"')
    found = json.loads(text)
    places: list[tuple[Any, Any]] = []

    def look(value: Any) -> None:
        for key, inner in list(value.items() if isinstance(value, dict) else enumerate(value)):
            places.append((value, key))
            if isinstance(inner, (dict, list)):
                look(inner)

    look(found)
    odd = [
        None,
        "",
        0,
        -1,
        [],
        {},
        True,
        "x",
        1e9,
        "10.0.0.0/33",
        [None],
        {"a": 1},
        "vpc-none",
        10**30,
        NASTY,
    ]
    for _ in range(rng.randint(1, 3)):
        holder, key = rng.choice(places)
        holder[key] = rng.choice(odd)
    return json.dumps(found).encode()


@examples(40)
@given(st.randoms(use_true_random=True))
def test_no_folder_ends_in_a_traceback(capsys: Any, tmp_path_factory: Any, rng: random.Random) -> None:
    folder = tmp_path_factory.mktemp("mangled")
    save_aws(random_networks.network(rng), folder) if rng.random() < 0.5 else shutil.copytree(
        SHOP, folder, dirs_exist_ok=True
    )
    files = sorted(folder.rglob("*.json"))
    for path in rng.sample(files, min(len(files), rng.choice([1, 1, 2]))):
        path.write_bytes(mangled(rng, path.read_bytes()))
    table = folder / "intents.csv"
    table.write_text("src,dst,traffic,expect\ninternet,web,443,must\nweb,app,8080,must\n")
    for arguments in (
        ["trace", folder, "--from", "internet", "--to", "web", "--json"], ["reach", folder],
        ["reach", folder, "--ipv6"], ["check", folder, table], ["draw", folder, "-o", folder / "x.svg"],
    ):  # fmt: skip
        status, _, err = run(capsys, *arguments)
        assert status in (0, 1, 2, 3)
        assert (status == 2) is ("vpclab: " in err), err
        assert err.count("\n") <= 1, err
