"""Measure what the kit promises, as ratios to a reference of the same run; ``python benchmarks/run.py``.

Machines differ and are shared, so no row is a time: each is a time divided by a reference's time, both
warm and the best of five. The rows and what they should reach stand in `benchmarks/README.md`. Names of
measures as arguments run just those; ``growth`` writes the picture of the growth curves.
"""

from __future__ import annotations

import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
import timeit
import urllib.request
from collections.abc import Callable, Iterator
from html import escape
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from vpclab import Topology, internet, load_aws, reachability, tcp, trace
from vpclab.evaluate.network import LinkedNetwork
from vpclab.render import theme
from vpclab.topology.model import Snapshot

ROOT = Path(__file__).resolve().parent.parent
Row = tuple[str, str, float, str]


def best(work: Callable[[], Any], number: int = 1, repeat: int = 5) -> float:
    """Return the best time of one call, in seconds."""
    return turns((work, number), repeat=repeat)[0]


def turns(*works: tuple[Callable[[], Any], int], repeat: int = 5) -> list[float]:
    """Return the best time of one call of each; they take turns, so that a busy moment meets them all."""
    times: list[list[float]] = [[] for _ in works]
    for work, _ in works:
        work()
    for _ in range(repeat):
        for (work, number), taken in zip(works, times, strict=True):
            taken.append(timeit.timeit(work, number=number) / number)
    return [min(taken) for taken in times]


def one_trace() -> Iterator[Row]:
    """Trace through a three-tier shop: everything written out, and the bare verdict."""
    shop = load_aws(ROOT / "data" / "topologies" / "web-shop").snapshot()

    def whole() -> None:
        way = trace(shop, internet, "web", tcp(443))
        assert way.forward
        assert way.reply
        assert not way.blockers

    reference, full, verdict, linking = turns(
        (lambda: ip_address("203.0.113.10"), 2000),
        (whole, 300),
        (lambda: trace(shop, internet, "web", tcp(443)).reaches, 500),
        (lambda: LinkedNetwork(Snapshot(shop.name, shop.tables)), 20),
    )
    yield "one trace, both directions", "ip_address", full / reference, "at most 100"
    yield "bare verdict of the same", "ip_address", verdict / reference, "-"
    yield "freezing (linking) the shop", "ip_address", linking / reference, "-"
    few, many = verdicts([10, 40])
    yield "verdict with 40 rules", "with 10 rules", many / few, "at most 4 (linear)"


def verdicts(rules: list[int]) -> list[float]:
    """Return the times of verdicts that so many rules are asked about."""
    frozen = [many_rules(count) for count in rules]
    return turns(*((lambda f=f: trace(f, internet, "web", tcp(443)).reaches, 300) for f in frozen))


def many_rules(rules: int) -> Snapshot:
    """Return a web server whose groups hold so many rules, the last of which decides."""
    network = Topology("rules")
    prod = network.vpc("prod", "10.0.0.0/16")
    public = prod.subnet("a", "10.0.0.0/24")
    public.route("0.0.0.0/0", to=prod.internet_gateway())
    wanted = [f"tcp {1000 + i} from 203.0.113.0/24" for i in range(rules)]
    wanted.append("tcp 443 from 0.0.0.0/0")
    parts = [wanted[i : i + 60] for i in range(0, len(wanted), 60)]
    groups = [prod.security_group(f"many-{i}", inbound=part) for i, part in enumerate(parts)]
    public.instance("web", public_ip=True, security_groups=groups)
    return network.snapshot()


def network_of(interfaces: int, subnets: int = 20, groups: int = 50) -> Topology:
    """Return a VPC of so many subnets and groups with so many instances."""
    network = Topology("big")
    vpc = network.vpc("v", "10.0.0.0/16")
    gateway = vpc.internet_gateway()
    places = [vpc.subnet(f"s{i}", f"10.0.{i * 4}.0/22", az="ac"[i % 2]) for i in range(subnets)]
    for place in places[:4]:
        place.route("0.0.0.0/0", to=gateway)
    made = []
    for i in range(groups):
        before = [f"tcp {2000 + i} from g{i - 1}"] if i else []
        rules = [f"tcp {1000 + i} from 10.0.0.0/16", "tcp 443 from 203.0.113.0/24", *before]
        made.append(vpc.security_group(f"g{i}", inbound=rules))
    for i in range(interfaces):
        place = places[i % subnets]
        place.instance(f"i{i}", security_groups=[made[i % groups]], public_ip=i % subnets < 4)
    return network


def pairs_of(network: Snapshot) -> int:
    """Link a network anew and compute its whole table of all pairs; return the number of rows."""
    new = Snapshot(network.name, network.tables, network.settings)
    return sum(1 for _ in reachability(new).rows(False, 4))


def tables(networks: list[Snapshot]) -> list[float]:
    """Return the times of the whole tables of networks, each linked anew."""
    return turns(*((lambda n=n: pairs_of(n), 1) for n in networks))


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
    doubled, large = network_of(400).snapshot(), network_of(1000).snapshot()
    table, twice, whole = tables([small, doubled, large])
    yield "tracing all pairs, 200 interfaces (from a sample)", "reachability", tracing / table, "at least 100"
    yield "reachability, instances doubled", "the smaller one", twice / table, "at most 2.2"
    pandas = interpreter("import pandas") - interpreter("pass")
    yield "reachability, 1,000 interfaces", "import pandas", whole / pandas, "at most 3"
    there = "an interpreter with pandas and the network"
    yield "memory of its table, in MiB", there, memory(), "under 200 (no ratio)"


def memory() -> float:
    """Return how many MiB the table of 1,000 interfaces takes, beyond what was there before it."""
    code = (
        "import resource, pandas, run\n"
        "peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "network = run.network_of(1000).snapshot()\n"
        "before = peak(); table = run.reachability(network).table(); print((peak() - before) / 1024)"
    )
    here = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'benchmarks'}"}
    done = subprocess.run([sys.executable, "-c", code], check=True, env=here, capture_output=True, text=True)
    return float(done.stdout)


def widget() -> Iterator[Row]:
    """Turn the stepper's page, against drawing the same pictures."""
    from vpclab.course.stepping import picture_of, step_view, steps
    from vpclab.render import engine

    way = trace(load_aws(ROOT / "data" / "topologies" / "web-shop").snapshot(), internet, "web", tcp(443))
    every = range(len(steps(way)))
    dots = [picture_of(way, step.place).dot for step in steps(way)]
    drawing, turning = turns(
        (lambda: [engine.run(dot) for dot in dots], 1),
        (lambda: [step_view(way, number) for number in every], 1),
        repeat=3,
    )
    yield (
        "widget: event to new picture, in the kernel",
        "drawing the same DOT",
        turning / drawing,
        "at most 3",
    )


# -- growth ------------------------------------------------------------------------------------------

Curve = tuple[str, list[float], list[float]]  # what grows, how much of it, and the time it takes


def curves() -> Iterator[Curve]:
    """Yield how the time grows with rules, with machines and with the policy."""
    rules = [15, 30, 60, 120, 240]
    yield "a verdict, by rules asked", list(map(float, rules)), verdicts(rules)
    hosts = [200, 400, 800, 1600, 3200]
    fleets = [network_of(count).snapshot() for count in hosts]
    yield "all pairs, by instances", list(map(float, hosts)), tables(fleets)
    policies = [network_of(800, subnets=4, groups=count).snapshot() for count in (8, 16, 32, 64)]
    yield "all pairs, by rows of the answer", [float(pairs_of(p)) for p in policies], tables(policies)


def growth() -> Iterator[Row]:
    """Measure the growth curves, and draw them."""
    found = list(curves())
    (ROOT / "benchmarks" / "growth.svg").write_text(chart(found), encoding="utf-8")
    for name, sizes, times in found:
        grown = sizes[-1] / sizes[0]
        wanted = f"at most {grown:.0f} (linear)"
        yield f"{name}, {grown:.0f} times as many", "the smallest", times[-1] / times[0], wanted


def chart(found: list[Curve]) -> str:
    """Return the curves as SVG: how many times as long for how many times as much, on doubling scales."""
    steps = [2**n for n in range(8)]
    left, top, cell = 70, 56, 62

    def place(size: float, time: float) -> tuple[float, float]:
        return left + math.log2(size) * cell, top + (len(steps) - 1 - math.log2(time)) * cell

    width, height = left + (len(steps) - 1) * cell + 250, top + (len(steps) - 1) * cell + 60
    ends = [(name, s[-1] / s[0], t[-1] / t[0]) for name, s, t in found]
    told = "; ".join(f"{name}: {much:.0f} times as much, {long:.1f} as long" for name, much, long in ends)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img" '
        f'font-family="Arial, Helvetica, sans-serif" font-size="14" fill="{theme.INK}">',
        f"<title>How the time grows. {escape(told)}.</title>",
        f'<rect width="{width}" height="{height}" fill="{theme.PAPER}"/>',
        f'<text x="{left}" y="24" font-size="16">Times as long, for times as much (scales double)</text>',
    ]
    (x1, y1), (x2, y2) = place(1, 1), place(steps[-1], steps[-1])
    for step in steps:
        x, y = place(step, step)
        parts.append(f'<path d="M{x} {y1}V{y2}M{x1} {y}H{x2}" stroke="{theme.LINE}"/>')
        parts.append(f'<text x="{x}" y="{y1 + 22}" text-anchor="middle">{step}</text>')
        parts.append(f'<text x="{left - 10}" y="{y + 5}" text-anchor="end">{step}</text>')
    parts.append(f'<path d="M{x1} {y1}L{x2} {y2}" stroke="{theme.QUIET}" stroke-dasharray="7 5"/>')
    parts.append(f'<text x="{x2 + 10}" y="{y2 + 5}" fill="{theme.QUIET}">proportional</text>')
    looks = ((theme.ALLOWED, ""), (theme.DENIED, "10 4"), (theme.REPLY, "2 4"))
    labels: list[tuple[float, float, str, str]] = []
    for (name, sizes, times), (colour, dash) in zip(found, looks, strict=True):
        points = [place(s / sizes[0], max(t / times[0], 1)) for s, t in zip(sizes, times, strict=True)]
        line = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        style = f'fill="none" stroke="{colour}" stroke-width="3" stroke-dasharray="{dash}"'
        parts.append(f'<polyline points="{line}" {style}/>')
        parts += [f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{colour}"/>' for x, y in points]
        labels.append((points[-1][1] + 5, points[-1][0] + 10, colour, name))
    below = 0.0
    for y, x, colour, name in sorted(labels):
        below = max(y, below + 20)  # labels of lines that end together stand one below the other
        parts.append(f'<text x="{x:.1f}" y="{below:.1f}" fill="{colour}">{escape(name)}</text>')
    return "\n".join([*parts, "</svg>", ""])


# -- imports, notebooks, the start -------------------------------------------------------------------


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


MEASURES = (one_trace, all_pairs, growth, widget, importing, notebooks, second_start)


def main(names: list[str]) -> None:
    """Print the table, or the rows of the measures that are named."""
    print("| what | reference in the same run | ratio | to reach |\n| --- | --- | --- | --- |")
    for measure in MEASURES:
        if names and measure.__name__ not in names:
            continue
        for what, reference, ratio, wanted in measure():
            print(f"| {what} | {reference} | {ratio:.2f} | {wanted} |", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
