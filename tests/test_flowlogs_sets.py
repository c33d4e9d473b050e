"""The incident sets of data/flowlogs: they are reproducible, and the questions find what was planted."""

import importlib.util
import json

import pytest

from vpclab import data_path, load_aws
from vpclab.flowlogs import (
    DEFAULT_FORMAT,
    Log,
    brute_force,
    data_leaving,
    port_scan,
    read_log,
    rejected_by,
    stopped_after,
    top_talkers,
)

HOME = data_path("flowlogs")
SPEC = importlib.util.spec_from_file_location("flowlogs_make", HOME / "make.py")
make = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(make)


def test_the_script_makes_the_same_files_again(tmp_path):
    make.make(tmp_path)
    for name in make.SETS:
        for file in ("flow.log.gz", "truth.json"):
            assert (tmp_path / name / file).read_bytes() == (HOME / name / file).read_bytes(), (
                f"{name}/{file}"
            )


def test_the_sets_are_small():
    assert sum(path.stat().st_size for path in HOME.rglob("*.gz")) < 300_000


def finds(log, truth, when):
    """Check every question against the truth of a day: what was planted is found, and nothing else."""
    asked = truth.get("question")
    scan, brute, leaving = port_scan(log).table(), brute_force(log).table(), data_leaving(log).table()
    stopped, rejected = stopped_after(log, when).table(), rejected_by(log).table()
    assert scan["source"].tolist() == ([truth["source"]] if asked == "port_scan" else [])
    assert brute["source"].tolist() == ([truth["source"]] if asked == "brute_force" else [])
    assert leaving["destination"].tolist() == ([truth["destination"]] if asked == "data_leaving" else [])
    if asked == "port_scan":
        assert scan["tried"][0] >= truth["ports"]
    if asked == "brute_force":
        assert brute["tries"][0] == truth["tries"] + 1
        assert brute["then"][0]
    if asked == "data_leaving":
        assert leaving["source"].tolist() == [truth["source"]]
        assert leaving["out"][0] >= truth["bytes"]
    if asked == "stopped_after":
        assert set(stopped["source"]) <= set(truth["sources"])
        assert set(stopped["destination"]) == {truth["destination"]}
        assert set(stopped["after"]) == {"replies rejected"}
        assert set(rejected[rejected["service"] == truth["service"]]["by"]) == {truth["by"]}
    else:
        assert stopped.empty
        assert "network ACL" not in set(rejected["by"])


@pytest.mark.parametrize("name", make.SETS)
def test_the_questions_find_what_the_truth_says(name):
    truth = json.loads((HOME / name / "truth.json").read_text(encoding="utf-8"))
    log = read_log(HOME / name / "flow.log.gz", topology=load_aws(data_path("topologies/web-shop")))
    assert log.broken == ()
    finds(log, truth, truth.get("when", make.DAY + make.NOON))
    assert len(top_talkers(log)) == 10


@pytest.mark.parametrize("seed", [7, 8])
@pytest.mark.parametrize("name", make.SETS)
def test_the_same_holds_with_other_seeds_and_in_the_default_format(name, seed):
    log, truth, shop = make.day_of(name, seed)
    when = truth.get("when", make.DAY + make.NOON)
    finds(log, truth, when)
    finds(Log(DEFAULT_FORMAT, log.table()[list(DEFAULT_FORMAT)], shop.snapshot()), truth, when)
