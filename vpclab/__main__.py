"""The command line: ask a folder of describe-* JSON why A cannot reach B.

``python -m vpclab trace FOLDER --from web --to internet --port 443`` and, likewise, ``reach``, ``check``
and ``draw``. Exit status: 0 it reaches (all rows hold), 1 it does not, 2 usage or input error, 3 unknown
(130 where Ctrl-C stopped it). Answers go to stdout; what loading says and how far long work is, to stderr.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from time import monotonic
from typing import Any, NoReturn, TypeVar

from vpclab.display import plain
from vpclab.evaluate.ends import read_end
from vpclab.evaluate.intents import Intents, Result
from vpclab.evaluate.packets import TrafficType, read_traffic
from vpclab.evaluate.reachability import reachability
from vpclab.evaluate.results import UNKNOWN, Decision, Hop, Trace
from vpclab.evaluate.trace import trace
from vpclab.topology.errors import BadInput, VpclabError

REACHES, DOES_NOT, BAD_USE, NOT_KNOWN, STOPPED = 0, 1, 2, 3, 130
PATIENCE = 2.0  # seconds before, and between, two lines of progress
T = TypeVar("T")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal without ✔ or → gets their codes, not an error
            stream.reconfigure(errors="backslashreplace")
    options = _parser().parse_args(arguments)
    try:
        from vpclab.aws import load_aws

        with redirect_stdout(sys.stderr):  # what loading has to say is no part of the answer
            topology = load_aws(options.folder)
        status: int = options.run(topology, options)
        sys.stdout.flush()
        return status
    except VpclabError as error:
        print(f"vpclab: {error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("vpclab: stopped by Ctrl-C before the end.", file=sys.stderr)
        return STOPPED
    except BrokenPipeError:  # whoever read has enough; without this Python complains once more at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return BAD_USE


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        super().error(plain(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="python -m vpclab",
        description="Ask describe-* JSON of an AWS account what reaches what, and why not.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: Any, help: str) -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(run=run, command=name)
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
    word = options.protocol.strip().lower()
    word = {"6": "tcp", "17": "udp"}.get(word, word)
    if word in ("tcp", "udp"):
        return read_traffic(f"{word} {443 if options.port is None else options.port}")
    if options.port is not None:
        raise BadInput(f"--port {options.port} is for tcp and udp, not for protocol {options.protocol}")
    return read_traffic(f"protocol {word}" if word.isdigit() else word)


def _asked(topology: Any, options: argparse.Namespace) -> Trace:
    version = 6 if options.ipv6 else 4
    return trace(
        topology, read_end(options.src), read_end(options.dst), _traffic(options), ip_version=version
    )


def _trace(topology: Any, options: argparse.Namespace) -> int:
    way = _asked(topology, options)
    print(json.dumps(as_json(way), indent=2) if options.json else way)
    return _status(way.outcome, way.reaches)


def _status(outcome: str, reaches: bool) -> int:
    return NOT_KNOWN if outcome == UNKNOWN else REACHES if reaches else DOES_NOT


def _reach(topology: Any, options: argparse.Namespace) -> int:
    answer = reachability(topology)
    version = 6 if options.ipv6 else 4
    if _both_ends(options):
        found = answer.between(read_end(options.src), read_end(options.dst), ip_version=version)
        print(found)
        if found.reply_blocked:
            print(f"arrives, but the reply does not always come back: {found.reply_blocked}")
        for reason in found.unknown:
            print(plain(f"unknown: {reason}"))
        return REACHES if found else NOT_KNOWN if found.unknown else DOES_NOT
    table = csv.writer(sys.stdout, lineterminator="\n")
    table.writerow(["source", "destination", "traffic", "reply_blocked", "pairs"])
    for row in _watched(answer.rows(options.expand, version)):
        table.writerow(map(plain, row))
    return REACHES


def _watched(rows: Iterable[T], total: str = "") -> Iterator[T]:
    """Yield rows, and tell whoever waits at stderr how many are done; rows on a screen tell it themselves."""
    shown, last = not sys.stdout.isatty(), monotonic()
    for number, row in enumerate(rows):
        if shown and monotonic() - last >= PATIENCE:
            print(f"vpclab: {number}{total} rows done ...", file=sys.stderr, flush=True)
            last = monotonic()
        yield row


def _both_ends(options: argparse.Namespace) -> bool:
    """Return whether a flow is asked about; one end alone is a mistake."""
    if (options.src is None) != (options.dst is None):
        raise BadInput(f"{options.command} takes --from and --to together, or neither")
    return options.src is not None


def _check(topology: Any, options: argparse.Namespace) -> int:
    table, network, answers = Intents.from_csv(options.intents), topology.snapshot(), set()
    rows = zip(table.places, table, strict=True)
    for place, row in _watched(rows, f" of {len(table)}"):
        try:
            result = Result(row, row.trace(network))
        except VpclabError as error:
            raise BadInput(f"{place}: {error}") from error
        answers.add(result.holds)
        print(result)
        if not result.holds:
            print("\n".join(f"    {line}" for line in str(result.trace).splitlines()))
    return DOES_NOT if False in answers else NOT_KNOWN if None in answers else REACHES


def _draw(topology: Any, options: argparse.Namespace) -> int:
    from vpclab.render import draw

    figure = draw(_asked(topology, options) if _both_ends(options) else topology)
    try:
        figure.save(options.output)
    except OSError as error:
        raise BadInput(f"{options.output} cannot be written: {error.strerror or error}") from error
    print(plain(f"{options.output}: {figure.alt}"))
    return REACHES


def as_json(way: Trace) -> dict[str, Any]:
    """Return a trace as plain data: the flow, the outcome, both legs, the blockers."""

    def place(component: Any) -> dict[str, str] | None:
        return None if component is None else {"id": component.id, "name": component.name}

    def decision(found: Decision) -> dict[str, Any]:
        return {
            "allowed": found.allowed,
            "component": place(found.component),
            "kind": found.kind,
            "leg": found.leg,
            "direction": found.direction,
            "code": found.code,
            "rule": None if found.rule is None else str(found.rule),
            "passed_over": [str(rule) for rule in found.passed_over],
            "target": None if found.target is None else str(found.target),
            "because": found.because,
        }

    def hop(found: Hop) -> dict[str, Any]:
        return {
            "component": place(found.component),
            "kind": found.kind,
            "direction": found.direction,
            "packet_in": str(found.packet_in),
            "packet_out": None if found.packet_out is None else str(found.packet_out),
            "decisions": [decision(one) for one in found.decisions],
        }

    return {
        "flow": way.flow,
        "source": place(way.source),
        "destination": place(way.destination),
        "traffic": str(way.traffic),
        "ip_version": way.ip_version,
        "outcome": way.outcome,
        "reaches": way.reaches,
        "because": way.because,
        "path": list(way.path),
        "forward": [hop(found) for found in way.forward],
        "reply": [hop(found) for found in way.reply],
        "blockers": [decision(found) for found in way.blockers],
        "unknowns": [decision(found) for found in way.unknowns],
        "notes": list(way.notes),
        "assumed": list(way.assumed),
    }


if __name__ == "__main__":
    sys.exit(main())
