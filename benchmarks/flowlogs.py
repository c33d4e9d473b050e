"""Measure the summary of a million flow log lines against plain pandas; ``python benchmarks/flowlogs.py``.

Two logs of a million lines each are written into a temporary folder: one as networks make them, where the
same hosts talk again and again, and one in which nearly every line is a flow of its own. The reference reads
the same columns with `pandas.read_csv`, in chunks, and does nothing with them. Both are warm and take turns;
the figure is the best of five, in processor time, because the machine is shared.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from vpclab.flowlogs import DEFAULT_FORMAT, summarise
from vpclab.flowlogs.reading import summary_columns

ROOT = Path(__file__).resolve().parent.parent
BY = ("srcaddr", "dstaddr", "port", "protocol", "action")
LINES = 1_000_000


def usual(rng: random.Random) -> Iterator[tuple[str, str, int]]:
    """Yield who asks whom at which port: a few pairs often, many seldom."""
    hosts = [f"10.0.{n // 50}.{n % 50 + 10}" for n in range(60)]
    strangers = [f"203.{n // 250}.113.{n % 250}" for n in range(3000)]
    pairs = [
        (rng.choice(hosts), rng.choice(hosts + strangers), rng.choice((443, 80, 22, 3306)))
        for _ in range(3600)
    ]
    while True:
        yield pairs[min(len(pairs) - 1, int(rng.paretovariate(0.6)))]


def scattered(rng: random.Random) -> Iterator[tuple[str, str, int]]:
    """Yield pairs that hardly ever come again."""
    while True:
        ends = rng.getrandbits(16), rng.getrandbits(12)
        yield (
            f"203.{ends[0] >> 8}.{ends[0] & 255}.7",
            f"10.0.{ends[1] >> 8}.{ends[1] & 255}",
            rng.choice((443, 80, 22)),
        )


def write(path: Path, pairs: Iterator[tuple[str, str, int]], lines: int = LINES) -> None:
    """Write a log of so many lines, requests and replies in turn."""
    rng = random.Random(7)
    with path.open("w") as file:
        file.write(" ".join(DEFAULT_FORMAT) + "\n")
        for number in range(lines // 2):
            one, two, port = next(pairs)
            ends = (one, two, rng.randint(32768, 60999), port)
            when = 1767225600 + number // 10
            for src, dst, sport, dport in (ends, (ends[1], ends[0], ends[3], ends[2])):
                action = "ACCEPT" if number % 10 else "REJECT"
                what = f"{sport} {dport} 6 {rng.randint(1, 50)} {rng.randint(40, 50_000)} {when} {when + 60}"
                file.write(f"2 111122223333 eni-{number % 60:017x} {src} {dst} {what} {action} OK\n")


def plain(path: Path) -> None:
    """Read the same columns with pandas, in chunks."""
    import pandas as pd

    for _ in pd.read_csv(path, sep=" ", usecols=list(summary_columns(BY)), chunksize=100_000):
        pass


def best(*works: Callable[[], Any], repeat: int = 5) -> list[float]:
    """Return the best processor time of each; they take turns."""
    taken: list[list[float]] = [[] for _ in works]
    for _ in range(repeat + 1):
        for work, times in zip(works, taken, strict=True):
            start = time.process_time()
            work()
            times.append(time.process_time() - start)
    return [min(times[1:]) for times in taken]


def memory(path: Path) -> float:
    """Return how many MiB a summary takes at most, beyond an interpreter with pandas (Linux tells it)."""
    code = (
        "import sys, pandas\nfrom vpclab.flowlogs import summarise\n"
        "def peak():\n"
        "    lines = open('/proc/self/status').read().splitlines()\n"
        "    return int(next(l for l in lines if l.startswith('VmHWM')).split()[1]) / 1024\n"
        f"before = peak(); summarise(sys.argv[1], {BY!r}, progress=False); print(peak() - before)"
    )
    here = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(
        [sys.executable, "-c", code, str(path)], check=True, env=here, capture_output=True, text=True
    )
    return float(done.stdout)


def main() -> None:
    """Print a row for each log."""
    with tempfile.TemporaryDirectory() as folder:
        for name, pairs in (
            ("usual", usual(random.Random(1))),
            ("every line its own flow", scattered(random.Random(2))),
        ):
            path = Path(folder) / "flow.log"
            write(path, pairs)
            ours, reference = best(partial(summarise, path, BY, progress=False), partial(plain, path))
            rows = len(summarise(path, BY, progress=False))
            print(
                f"{name}: {rows:,} rows; {ours / reference:.2f} times plain read_csv (at most 1.5); "
                f"{memory(path):.0f} MiB beyond an interpreter with pandas (at most 200)"
            )


if __name__ == "__main__":
    main()
