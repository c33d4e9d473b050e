"""Measure traces beside those of aws-vpc-analyzer 0.5.1, offline, on the same describe-* output.

It is no dependency of the kit. Give it an environment of its own and run this file there:

    python -m venv beside
    beside/bin/python -m pip install aws-vpc-analyzer==0.5.1
    beside/bin/python benchmarks/beside.py

The other analyzer asks EC2; here a stub answers from the files, and its cache is warm before the clock
starts. It looks at the way there and ends at the first blocker. Ours looks both ways and finds them all.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from vpclab import Trace, internet, load_aws, tcp, trace  # noqa: E402  # from this checkout

FOLDER = ROOT / "data" / "topologies" / "web-shop"
HOST = "8.8.8.8"  # on the internet to both; to the other, documentation addresses are private
FLOWS: tuple[tuple[str, str, Any, int], ...] = (
    ("app → web, in the VPC", "app", "web", 443),
    ("web → internet, by the internet gateway", "web", internet(HOST), 443),
    ("app → internet, by the NAT gateway", "app", internet(HOST), 443),
    ("web → app, blocked by a group", "web", "app", 22),
)


class Stub:
    """An EC2 client that answers from files: one page, filtered by ids and by other texts."""

    def __init__(self, folder: Path) -> None:
        self.lists: dict[str, list[dict[str, Any]]] = {}
        for path in folder.rglob("*.json"):
            for key, found in json.loads(path.read_text(encoding="utf-8")).items():
                self.lists.setdefault(key, []).extend(found if isinstance(found, list) else [])

    def get_paginator(self, operation: str) -> Any:
        """Return something with `paginate` for one describe call."""
        key = "".join(word.title() for word in operation.split("_")[1:])
        return type("Pages", (), {"paginate": lambda _self, **asked: iter([self.page(key, asked)])})()

    def page(self, key: str, asked: dict[str, Any]) -> dict[str, Any]:
        """Return the one page of an answer."""
        if key == "Instances":
            found = [i for r in self.lists.get("Reservations", []) for i in r["Instances"]]
            return {"Reservations": [{"Instances": [i for i in found if fits(i, asked)]}]}
        return {key: [value for value in self.lists.get(key, []) if fits(value, asked)]}


def fits(value: dict[str, Any], asked: dict[str, Any]) -> bool:
    """Return whether an element is one of those asked for."""
    ids = [id for key, wanted in asked.items() if key.endswith("Ids") for id in wanted]
    if ids and not any(key.endswith("Id") and value[key] in ids for key in value):
        return False
    text = json.dumps(value)
    return all(any(wanted in text for wanted in part["Values"]) for part in asked.get("Filters", []))


def beside() -> Any:
    """Return the other analyzer, asking the stub, with everything in its cache."""
    from netgraph.aws.client import AWSClient
    from netgraph.aws.fetcher import EC2Fetcher
    from netgraph.core.graph_manager import GraphManager
    from netgraph.core.path_analyzer import PathAnalyzer

    logging.disable(logging.CRITICAL)
    stub: Any = Stub(FOLDER)
    client = AWSClient(ec2=stub, region="ap-northeast-1", account_id="111122223333")
    graph = GraphManager(EC2Fetcher(client), ttl_seconds=3600)
    asyncio.run(graph.build_topology([vpc["VpcId"] for vpc in stub.lists["Vpcs"]]))
    return PathAnalyzer(graph)


async def best(*works: Callable[[], Awaitable[Any]], number: int = 300, repeat: int = 7) -> list[float]:
    """Return the best time of one call of each, in seconds, warm; they take turns: the machine is shared."""
    times: list[list[float]] = [[] for _ in works]
    for _ in range(repeat + 1):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            for _ in range(number):
                await work()
            taken.append((time.perf_counter() - start) / number)
    return [min(taken[1:]) for taken in times]


def rows() -> Iterator[tuple[str, str, float, float, float]]:
    """Yield for each flow both verdicts, the other's microseconds, and our ratios to it."""
    shop = load_aws(FOLDER).snapshot()
    analyzer = beside()
    for name, src, dst, port in FLOWS:
        way = trace(shop, src, dst, tcp(port))
        yield asyncio.run(measured(analyzer, shop, name, way))


async def measured(analyzer: Any, shop: Any, name: str, way: Trace) -> tuple[str, str, float, float, float]:
    """Measure one flow by both."""
    dst = str(way.forward[0].packet_in.dst)

    async def other() -> Any:
        return await analyzer.analyze(way.source.id, dst, way.traffic.dst_port)

    async def verdict() -> bool:
        return trace(shop, way.source.id, dst, way.traffic).reaches

    async def whole() -> Any:
        found = trace(shop, way.source.id, dst, way.traffic)
        return found.forward, found.reply, found.blockers

    status = (await other()).status.value
    theirs, ours, everything = await best(other, verdict, whole)
    return name, f"{status} / {way.outcome}", theirs * 1e6, ours / theirs, everything / theirs


def main() -> None:
    """Print the table."""
    print("| flow | it says / we say | its time, µs | bare verdict | full trace |")
    print("| --- | --- | --- | --- | --- |")
    for name, said, micros, verdict, whole in rows():
        print(f"| {name} | {said} | {micros:.0f} | {verdict:.2f} | {whole:.2f} |", flush=True)


if __name__ == "__main__":
    main()
