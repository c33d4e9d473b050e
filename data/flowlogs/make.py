"""Make the flow log sets of this directory: a quiet day, and four days on which something happened.

    python data/flowlogs/make.py [folder] [seed]

Every set is the web shop of data/topologies over one day. All traffic is traced by vpclab's engine, and the
interfaces' records are written as AWS writes them, so a set holds nothing that the network would not do. A
seed fixes everything by chance: who comes, when, how much, and the incident. Beside each log stands
truth.json: what was planted. Other seeds make other days; the questions must find the truth in those too.
"""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

from vpclab import Topology, data_path, icmp, internet, load_aws, tcp, trace
from vpclab.evaluate.packets import TrafficType
from vpclab.flowlogs import DEFAULT_FORMAT, Flow, records, write_log
from vpclab.topology.model import NetworkAcl, SecurityGroup

SEED = 2026
DAY, NOON = 1768435200, 43200  # 2026-01-15 00:00 UTC
FIELDS = (*DEFAULT_FORMAT, "tcp-flags", "pkt-srcaddr", "pkt-dstaddr", "flow-direction")
ADMIN = "203.0.113.7"
MIB = 1 << 20
NOISE_PORTS = (21, 22, 23, 25, 445, 1433, 3389, 5900, 6379, 8080, 8443, 9200)
Truth = dict[str, Any]


class Day:
    """One day in the shop: the network as it is and as it becomes, and the flows of the day."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.shop: Topology = load_aws(data_path("topologies/web-shop"))
        self.change: float = float("inf")
        self.changed: Topology = self.shop
        with redirect_stdout(StringIO()):
            self.named(SecurityGroup, "web").allow(inbound=[f"tcp 22 from {ADMIN}/32"])
        self.flows: list[Flow] = []
        self.strangers = [f"192.0.2.{n}" for n in range(1, 255)] + [f"203.0.113.{n}" for n in range(20, 255)]
        self.rng.shuffle(self.strangers)
        self.port = 32768

    def named(self, kind: type[Any], name: str) -> Any:
        """Return the group or network ACL of a name as a handle."""
        return self.shop[next(value.id for value in self.shop.values(kind) if value.name == name)]

    def stranger(self) -> str:
        """Return a public address that nobody else uses today."""
        return self.strangers.pop()

    def send(
        self,
        when: float,
        src: object,
        dst: object,
        traffic: Callable[..., TrafficType] | None,
        port: int = 0,
        **more: Any,
    ) -> Flow:
        """Add a flow, judged by the network of that moment."""
        network = self.shop if when < self.change else self.changed
        self.port = 32768 + (self.port - 32768 + self.rng.randint(1, 97)) % 28000
        what = tcp(port, src_port=self.port) if traffic is None else traffic()
        ends = [internet(e) if isinstance(e, str) and e[0].isdigit() else e for e in (src, dst)]
        flow = Flow(trace=trace(network, *ends, what), start=int(DAY + when), **more)
        self.flows.append(flow)
        return flow

    def exchange(
        self, when: float, src: object, dst: object, port: int, sent: int, got: int, seconds: int
    ) -> Flow:
        """Add a TCP connection that sends and gets so many bytes."""
        packets, replies = 3 + sent // 1400, 3 + got // 1400
        return self.send(
            when, src, dst, None, port, seconds=seconds, packets=packets, bytes=sent + 52 * packets,
            reply_packets=replies, reply_bytes=got + 52 * replies,
        )  # fmt: skip

    def usual(self) -> None:
        """Let the shop have its ordinary day: customers, administration, updates, and noise."""
        rng = self.rng
        when = rng.expovariate(1 / 450)
        while when < 86000:
            customer = self.stranger()
            self.exchange(when, customer, "web", rng.choice([443, 443, 443, 80]), rng.randint(600, 4000),
                          rng.randint(5000, 200_000), rng.randint(1, 40))  # fmt: skip
            app = rng.choice(["app", "app", "app-2"])
            self.exchange(when + 1, "web", app, 8080, rng.randint(500, 2000), rng.randint(2000, 30_000), 1)
            self.exchange(when + 1, app, "db", 3306, rng.randint(300, 900), rng.randint(500, 20_000), 1)
            when += min(rng.expovariate(1 / 450), 1500)
        for app in ("app", "app-2"):
            for _ in range(rng.randint(3, 6)):  # updates, and a payment service
                self.exchange(rng.uniform(0, 86000), app, "198.51.100.200", 443, rng.randint(2000, 9000),
                              rng.randint(MIB, 40 * MIB), rng.randint(5, 50))  # fmt: skip
                self.exchange(rng.uniform(0, 86000), app, "198.51.100.201", 443, rng.randint(2000, 20_000),
                              rng.randint(2000, 20_000), 2)  # fmt: skip
            self.exchange(rng.uniform(0, 86000), app, "198.51.100.202", 443, rng.randint(200_000, 4 * MIB),
                          rng.randint(2000, 9000), 20)  # fmt: skip
        for _ in range(rng.randint(1, 4)):
            self.exchange(rng.uniform(28000, 64000), ADMIN, "web", 22, rng.randint(5000, 90_000),
                          rng.randint(20_000, 900_000), rng.randint(60, 1500))  # fmt: skip
        for _ in range(rng.randint(20, 40)):
            source, target = self.stranger(), rng.choice(["web", "web", "198.51.100.99"])
            for _ in range(rng.randint(1, 3)):
                when = rng.uniform(0, 86000)
                if rng.random() < 0.15:
                    self.send(when, source, target, icmp, packets=2, bytes=128)
                else:
                    self.send(when, source, target, None, rng.choice(NOISE_PORTS), ends="")


def quiet_day(day: Day) -> Truth:
    """Let nothing happen."""
    return {"incident": "none"}


def port_scan(day: Day) -> Truth:
    """Let a stranger try many ports of the web server."""
    rng, source = day.rng, day.stranger()
    begin, pace = rng.uniform(3600, 80_000), rng.uniform(0.5, 8)
    ports = rng.sample(range(1, 10_000), rng.randint(50, 200))
    if rng.random() < 0.5:
        ports = sorted({*ports, 443})
    for n, port in enumerate(ports):
        day.send(begin + n * pace, source, "web", None, port, packets=2, bytes=120, reply_packets=1,
                 reply_bytes=60, ends="reset")  # fmt: skip
    return {"incident": "port scan", "question": "port_scan", "source": source, "destination": "web",
            "ports": len(ports), **_span(begin, begin + len(ports) * pace)}  # fmt: skip


def brute_forced(day: Day) -> Truth:
    """Open SSH to everybody, and let a stranger try passwords until one fits."""
    rng, source = day.rng, day.stranger()
    rule = "tcp 22 from 0.0.0.0/0"
    with redirect_stdout(StringIO()):
        day.named(SecurityGroup, "web").allow(inbound=[rule])
    when = begin = rng.uniform(3600, 70_000)
    tries = rng.randint(60, 160)
    for _ in range(tries):
        day.exchange(
            when, source, "web", 22, rng.randint(1200, 1700), rng.randint(1600, 2300), rng.randint(2, 4)
        )
        when += rng.uniform(2, 12)
    day.exchange(when, source, "web", 22, rng.randint(20_000, 200_000), rng.randint(200_000, 4 * MIB),
                 rng.randint(300, 1500))  # fmt: skip
    return {"incident": "brute-forced instance", "question": "brute_force", "source": source,
            "destination": "web", "service": "tcp 22", "tries": tries, "got_in": True,
            "changes": [f"security group web: inbound {rule}"], **_span(begin, when)}  # fmt: skip


def exfiltration(day: Day) -> Truth:
    """Let an application server send data to a stranger, through the NAT gateway."""
    rng, target, source = day.rng, day.stranger(), day.rng.choice(["app", "app-2"])
    when = begin = rng.uniform(3600, 75_000)
    port, total = rng.choice([443, 443, 22, 8443]), 0
    for _ in range(rng.randint(2, 6)):
        sent = rng.randint(20 * MIB, 300 * MIB)
        total += sent
        seconds = rng.randint(60, 600)
        day.exchange(when, source, target, port, sent, sent // rng.randint(80, 300), seconds)
        when += seconds + rng.uniform(5, 200)
    return {"incident": "exfiltration through the NAT gateway", "question": "data_leaving", "source": source,
            "destination": target, "service": f"tcp {port}", "bytes": total,
            **_span(begin, when)}  # fmt: skip


def acl_without_ephemeral_ports(day: Day) -> Truth:
    """Deploy a network ACL for the database that lets its replies out to port 3306 only."""
    day.change = day.rng.uniform(NOON - 7200, NOON + 18_000)
    day.changed = day.shop.copy()
    rule = "100 allow tcp 3306 to 10.0.10.0/23"
    inbound = [str(entry) for entry in day.named(NetworkAcl, "db").value.side("inbound")]
    with redirect_stdout(StringIO()):
        day.changed["prod"].network_acl("db", inbound=inbound, outbound=[rule])
    return {"incident": "network ACL without ephemeral ports", "question": "stopped_after",
            "when": _moment(day.change), "sources": ["app", "app-2"], "destination": "db",
            "service": "tcp 3306",
            "by": "network ACL", "changes": [f"network ACL db: outbound {rule} only"]}  # fmt: skip


SETS: dict[str, Callable[[Day], Truth]] = {
    "quiet-day": quiet_day,
    "port-scan": port_scan,
    "brute-forced": brute_forced,
    "exfiltration": exfiltration,
    "acl-without-ephemeral-ports": acl_without_ephemeral_ports,
}


def _moment(when: float) -> int:
    return int(DAY + when)


def _span(first: float, last: float) -> Truth:
    return {"from": _moment(first), "to": _moment(last)}


def day_of(name: str, seed: int) -> tuple[Any, Truth, Topology]:
    """Return the log of a set, its truth, and the network of the morning."""
    day = Day(sum(map(ord, name)) * 1_000_003 + seed)
    truth = SETS[name](day)
    day.usual()
    fields = DEFAULT_FORMAT if name == "quiet-day" else FIELDS
    log = records(day.flows, topology=day.shop, fields=fields, interval=60)
    return log, {"set": name, "seed": seed, "topology": "web-shop", **truth}, day.shop


def make(folder: Path, seed: int = SEED) -> None:
    """Write every set into a folder of its own: flow.log.gz and truth.json."""
    for name in SETS:
        log, truth, _ = day_of(name, seed)
        home = folder / name
        home.mkdir(parents=True, exist_ok=True)
        write_log(log, home / "flow.log.gz")
        text = json.dumps(truth, indent=2, ensure_ascii=False)
        (home / "truth.json").write_text(text + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    where = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent
    make(where, int(sys.argv[2]) if len(sys.argv) > 2 else SEED)
