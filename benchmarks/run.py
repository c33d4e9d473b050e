"""Measure what the kit promises, as ratios to a reference of the same run; ``python benchmarks/run.py``.

Machines differ and are shared, so no row is a time: each is a time divided by a reference's time, both
warm and the best of five. The rows and what they should reach stand in `benchmarks/README.md`.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
import urllib.request
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from vpclab import Topology, internet, load_aws, reachability, tcp, trace
from vpclab.evaluate.network import LinkedNetwork
from vpclab.topology.model import Snapshot

ROOT = Path(__file__).resolve().parent.parent
Row = tuple[str, str, float, str]


def best(work: Callable[[], Any], number: int = 1, repeat: int = 5) -> float:
    """Return the best time of one call, in seconds."""
    work()
    return min(timeit.repeat(work, number=number, repeat=repeat)) / number


def one_trace() -> Iterator[Row]:
    """Trace through a three-tier shop: everything written out, and the bare verdict."""
    shop = load_aws(ROOT / "data" / "topologies" / "web-shop").snapshot()
    reference = best(lambda: ip_address("203.0.113.10"), 2000)

    def whole() -> None:
        way = trace(shop, internet, "web", tcp(443))
        assert way.forward
        assert way.reply
        assert not way.blockers

    yield "one trace, both directions", "ip_address", best(whole, 300) / reference, "at most 100"
    verdict = best(lambda: trace(shop, internet, "web", tcp(443)).reaches, 500)
    yield "bare verdict of the same", "ip_address", verdict / reference, "-"
    linking = best(lambda: LinkedNetwork(Snapshot(shop.name, shop.tables)), 20)
    yield "freezing (linking) the shop", "ip_address", linking / reference, "-"
    times = {}
    for rules in (10, 40):
        network = Topology("rules")
        prod = network.vpc("prod", "10.0.0.0/16")
        public = prod.subnet("a", "10.0.0.0/24")
        public.route("0.0.0.0/0", to=prod.internet_gateway())
        wanted = [f"tcp {1000 + i} from 203.0.113.0/24" for i in range(rules)]
        group = prod.security_group("many", inbound=[*wanted, "tcp 443 from 0.0.0.0/0"])
        public.instance("web", public_ip=True, security_groups=[group])
        frozen = network.snapshot()
        times[rules] = best(lambda frozen=frozen: trace(frozen, internet, "web", tcp(443)).reaches, 300)
    yield "verdict with 40 rules", "with 10 rules", times[40] / times[10], "at most 4 (linear)"


def network_of(interfaces: int) -> Topology:
    """Return a VPC of 20 subnets and 50 groups with so many instances."""
    network = Topology("big")
    vpc = network.vpc("v", "10.0.0.0/16")
    gateway = vpc.internet_gateway()
    subnets = [vpc.subnet(f"s{i}", f"10.0.{i}.0/24", az="ac"[i % 2]) for i in range(20)]
    for subnet in subnets[:4]:
        subnet.route("0.0.0.0/0", to=gateway)
    groups = []
    for i in range(50):
        before = [f"tcp {2000 + i} from g{i - 1}"] if i else []
        rules = [f"tcp {1000 + i} from 10.0.0.0/16", "tcp 443 from 203.0.113.0/24", *before]
        groups.append(vpc.security_group(f"g{i}", inbound=rules))
    for i in range(interfaces):
        subnets[i % 20].instance(f"i{i}", security_groups=[groups[i % 50]], public_ip=i % 20 < 4)
    return network


def all_pairs() -> Iterator[Row]:
    """Compute reachability of all pairs, against tracing and against `import pandas`."""
    small = network_of(200).snapshot()
    names = [f"i{i}" for i in range(200)]
    ports = [1000 + i for i in range(50)] + [2000 + i for i in range(1, 50)] + [443]
    sample = [(a, b) for a in names[:10] for b in names[10:20]]
    start = time.perf_counter()
    for a, b in sample:
        for port in ports[:20]:
            trace(small, a, b, tcp(port)).reaches  # noqa: B018
    tracing = (time.perf_counter() - start) / (len(sample) * 20) * (200 * 199 * len(ports))
    table = best(lambda: sum(1 for _ in reachability(small).rows(False, 4)), repeat=3)
    yield "tracing all pairs, 200 interfaces (from a sample)", "reachability", tracing / table, "at least 100"
    doubled = network_of(400).snapshot()
    twice = best(lambda: sum(1 for _ in reachability(doubled).rows(False, 4)), repeat=3)
    yield "reachability, instances doubled", "the smaller one", twice / table, "at most 2.2"
    large = network_of(1000).snapshot()
    pandas = interpreter("import pandas") - interpreter("pass")
    whole = best(lambda: sum(1 for _ in reachability(large).rows(False, 4)), repeat=3)
    yield "reachability, 1,000 interfaces", "import pandas", whole / pandas, "at most 3"


def interpreter(code: str) -> float:
    """Return the best time that a new interpreter takes for some code."""
    warm = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return best(lambda: subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=warm))


def importing() -> Iterator[Row]:
    """Import the package in a new interpreter."""
    bare = interpreter("pass")
    ratio = (interpreter("import vpclab") - bare) / (interpreter("import pandas") - bare)
    yield "import vpclab", "import pandas", ratio, "at most 0.25"


def notebooks() -> Iterator[Row]:
    """Run every notebook under nbval, against as many notebooks of one cell."""
    import nbformat
    from nbformat import v4

    found = sorted(p for p in (ROOT / "notebooks").rglob("*.ipynb") if ".ipynb_checkpoints" not in p.parts)
    with tempfile.TemporaryDirectory() as folder:
        for number in range(len(found)):
            cell = v4.new_code_cell("1 + 1", execution_count=1)
            cell.outputs = [v4.new_output("execute_result", {"text/plain": "2"}, execution_count=1)]
            nbformat.write(v4.new_notebook(cells=[cell]), f"{folder}/one_{number}.ipynb")
        bare = nbval([folder])
        ratio = nbval([str(path) for path in found]) / bare
    yield f"all notebooks under nbval ({len(found)})", "as many of one cell", ratio, "at most 5"


def nbval(paths: list[str]) -> float:
    """Return the time of one strict nbval run."""
    with tempfile.TemporaryDirectory() as progress:
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "--nbval",
            "--nbval-current-env",
            "-p",
            "no:cacheprovider",
        ]
        environment = {**os.environ, "VPCLAB_PROGRESS_DIR": progress}
        start = time.perf_counter()
        subprocess.run(
            [*command, "-o", "addopts=", *paths], check=True, cwd=ROOT, env=environment, capture_output=True
        )
        return time.perf_counter() - start


def second_start() -> Iterator[Row]:
    """Start the course again until JupyterLab answers, against a bare `jupyter lab`."""
    with tempfile.TemporaryDirectory() as folder:
        lab = [sys.executable, "lab.py", "--no-browser", "--course", folder]
        bare = [
            sys.executable,
            "-m",
            "jupyter",
            "lab",
            "--no-browser",
            "--allow-root",
            f"--notebook-dir={folder}",
        ]
        starts = {
            name: statistics.median(until_answer([*command, port_option, str(port)], port) for port in ports)
            for name, command, port_option, ports in (
                ("warm-up", bare, "--port", (8961,)),
                ("bare", bare, "--port", (8962, 8963, 8964)),
                ("lab", lab, "--port", (8965, 8966, 8967)),
            )
        }
    yield (
        "second `python3 lab.py` until it answers",
        "bare jupyter lab",
        starts["lab"] / starts["bare"],
        "at most 1.3",
    )


def until_answer(command: list[str], port: int) -> float:
    """Return how long a server takes until it answers on a port, then stop it."""
    start = time.perf_counter()
    with tempfile.TemporaryFile() as output:
        server = subprocess.Popen(command, cwd=ROOT, stdout=output, stderr=output)
        try:
            while time.perf_counter() - start < 60:
                try:
                    urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=1).read()
                    return time.perf_counter() - start
                except OSError:
                    time.sleep(0.02)
            raise SystemExit(f"{command} did not answer on port {port}")
        finally:
            server.terminate()
            server.wait(20)


def main() -> None:
    """Print the table."""
    print("| what | reference in the same run | ratio | to reach |\n| --- | --- | --- | --- |")
    for measure in (one_trace, all_pairs, importing, notebooks, second_start):
        for what, reference, ratio, wanted in measure():
            print(f"| {what} | {reference} | {ratio:.2f} | {wanted} |", flush=True)


if __name__ == "__main__":
    main()
