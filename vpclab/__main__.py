"""The command line: ask a folder of describe-* JSON why A cannot reach B.

``python -m vpclab trace FOLDER --from web --to internet --port 443`` and, likewise, ``reach``, ``check``
and ``draw``. Exit status: 0 it reaches (all rows hold), 1 it does not, 2 usage or input error, 3 unknown.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vpclab.evaluate.ends import read_end
from vpclab.evaluate.intents import Intents
from vpclab.evaluate.packets import TrafficType, icmp, read_traffic, tcp, udp
from vpclab.evaluate.reachability import reachability
from vpclab.evaluate.results import UNKNOWN, Decision, Trace
from vpclab.evaluate.trace import trace
from vpclab.topology.errors import VpclabError

REACHES, DOES_NOT, BAD_USE, NOT_KNOWN = 0, 1, 2, 3


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    options = _parser().parse_args(arguments)
    try:
        from vpclab.aws import load_aws

        status: int = options.run(load_aws(options.folder), options)
        return status
    except VpclabError as error:
        print(f"vpclab: {error}", file=sys.stderr)
        return BAD_USE
    except BrokenPipeError:
        return BAD_USE


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m vpclab",
        description="Ask describe-* JSON of an AWS account what reaches what, and why not.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run)
        sub.add_argument("folder", type=Path, help="folder (or file) of describe-* JSON")
        return sub

    one = command("trace", _trace, "follow one flow hop by hop, in both directions")
    one.add_argument("--json", action="store_true", help="print the trace as JSON")
    _flow(one, required=True)
    table = command(
        "reach", _reach, "print what can be sent between all pairs, or one pair with --from and --to"
    )
    table.add_argument("--expand", action="store_true", help="one row per pair of interfaces, not of classes")
    _ends(table, required=False)
    check = command("check", _check, "hold the network against a CSV of intents (src,dst,traffic,expect)")
    check.add_argument("intents", type=Path)
    picture = command("draw", _draw, "write a picture (SVG or PNG) of the network, or of one flow through it")
    picture.add_argument("-o", "--output", type=Path, required=True)
    _flow(picture, required=False)
    return parser


def _ends(parser: argparse.ArgumentParser, *, required: bool) -> None:
    ends = "an id, a name such as web or prod/web, an address, internet, 'service s3', 'site office'"
    parser.add_argument("--from", dest="src", required=required, help=ends)
    parser.add_argument("--to", dest="dst", required=required, help="the same")
    parser.add_argument("--ipv6", action="store_true", help="ask over IPv6")


def _flow(parser: argparse.ArgumentParser, *, required: bool) -> None:
    _ends(parser, required=required)
    parser.add_argument("--port", type=int, help="destination port")
    parser.add_argument("--protocol", default="tcp", help="tcp (default), udp, icmp or a protocol number")


def _traffic(options: argparse.Namespace) -> TrafficType:
    word = options.protocol.lower()
    if word in ("tcp", "udp"):
        port = 443 if options.port is None else options.port
        return tcp(port) if word == "tcp" else udp(port)
    if word == "icmp":
        return icmp()
    return read_traffic(f"protocol {word}" if word.isdigit() else options.protocol)


def _asked(topology: Any, options: argparse.Namespace) -> Trace:
    version = 6 if options.ipv6 else 4
    return trace(
        topology, read_end(options.src), read_end(options.dst), _traffic(options), ip_version=version
    )


def _trace(topology: Any, options: argparse.Namespace) -> int:
    way = _asked(topology, options)
    print(json.dumps(as_json(way), indent=2, ensure_ascii=False) if options.json else way)
    return _status(way.outcome, way.reaches)


def _status(outcome: str, reaches: bool) -> int:
    return NOT_KNOWN if outcome == UNKNOWN else REACHES if reaches else DOES_NOT


def _reach(topology: Any, options: argparse.Namespace) -> int:
    answer = reachability(topology)
    version = 6 if options.ipv6 else 4
    if options.src or options.dst:
        if not (options.src and options.dst):
            print("vpclab: reach takes --from and --to together, or neither", file=sys.stderr)
            return BAD_USE
        found = answer.between(read_end(options.src), read_end(options.dst), ip_version=version)
        print(found)
        if found.reply_blocked:
            print(f"arrives, but the reply does not always come back: {found.reply_blocked}")
        for reason in found.unknown:
            print(f"unknown: {reason}")
        return REACHES if found else NOT_KNOWN if found.unknown else DOES_NOT
    print("source,destination,traffic,reply_blocked,pairs")
    for number, row in enumerate(answer.rows(options.expand, version), 1):
        print(",".join(f'"{cell}"' if "," in str(cell) else str(cell) for cell in row))
        if number % 10_000 == 0:
            print(f"{number} rows", file=sys.stderr)
    return REACHES


def _check(topology: Any, options: argparse.Namespace) -> int:
    report = Intents.from_csv(options.intents).check(topology)
    for result in report.results:
        print(result)
        if not result.holds:
            print("\n".join(f"    {line}" for line in str(result.trace).splitlines()))
    return {True: REACHES, False: DOES_NOT, None: NOT_KNOWN}[report.holds]


def _draw(topology: Any, options: argparse.Namespace) -> int:
    from vpclab.render import draw

    asked = options.src and options.dst
    figure = draw(_asked(topology, options) if asked else topology)
    figure.save(options.output)
    print(f"{options.output}: {figure.alt}")
    return REACHES


def as_json(way: Trace) -> dict[str, Any]:
    """Return a trace as plain data: the flow, the outcome, both legs, the blockers."""

    def decision(found: Decision) -> dict[str, Any]:
        return {
            "allowed": found.allowed,
            "component": {"id": found.component.id, "name": found.component.name}
            if found.component
            else None,
            "kind": found.kind,
            "leg": found.leg,
            "direction": found.direction,
            "code": found.code,
            "rule": None if found.rule is None else str(found.rule),
            "because": found.because,
        }

    legs = {
        name: [
            {
                "component": {"id": hop.component.id, "name": hop.component.name},
                "kind": hop.kind,
                "packet_in": str(hop.packet_in),
                "packet_out": None if hop.packet_out is None else str(hop.packet_out),
                "decisions": [decision(found) for found in hop.decisions],
            }
            for hop in hops
        ]
        for name, hops in (("forward", way.forward), ("reply", way.reply))
    }
    return {
        "flow": way.flow,
        "outcome": way.outcome,
        "because": way.because,
        **legs,
        "blockers": [decision(found) for found in way.blockers],
        "unknowns": [decision(found) for found in way.unknowns],
        "notes": list(way.notes),
        "assumed": list(way.assumed),
    }


if __name__ == "__main__":
    sys.exit(main())
