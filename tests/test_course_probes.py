"""Probes: counted once each, answered by what the sender notices, told again by the check."""

import pytest

from vpclab import internet, tcp, udp
from vpclab.course import ____, check, probe, reset
from vpclab.course.chapters.c04 import mend
from vpclab.course.probes import probes
from vpclab.course.record import record
from vpclab.topology.errors import BadInput, NotFound

ID = "04-ticket"


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def test_a_blank_is_not_yet_and_counts_nothing():
    for arguments in ((), (____, "web", tcp(443)), (internet, ____, ____)):
        assert probe(ID, *arguments).word == "not yet"
    assert probes(ID) == []


def test_a_probe_says_what_the_sender_notices_and_no_more():
    silent, answered = probe(ID, internet, "web", tcp(443)), probe(ID, "web", "db", tcp(3306))
    assert "no answer" in str(silent)
    assert "an answer comes back" in str(answered)
    assert "route" not in str(silent)


def test_probes_are_listed_and_counted_and_the_same_one_counts_once():
    probe(ID, internet, "web", tcp(443))
    probe(ID, internet("203.0.113.70"), "web", tcp(443))
    again = probe(ID, internet, "web", tcp(443))
    assert again.word == "probe 1"
    assert len(probes(ID)) == 2
    assert "203.0.113.70" in str(again)


@pytest.mark.parametrize("same", [("10.0.0.10", "10.0.1.10"), ("prod/web", "db"), ("web", "prod/db")])
def test_the_same_question_in_other_words_costs_nothing(same):
    probe(ID, "web", "db", tcp(3306))
    assert probe(ID, *same, tcp(3306)).word == "probe 1"
    assert len(probes(ID)) == 1


def test_probes_of_an_older_record_still_count():
    record().add("probe", ID, flow="web → db tcp 3306", answer="an answer comes back")
    assert probe(ID, internet, "web", tcp(443)).word == "probe 2"


def test_two_addresses_of_the_internet_are_two_probes():
    for address in ("203.0.113.70", "203.0.113.71"):
        probe(ID, internet(address), "web", tcp(443))
    assert len(probes(ID)) == 2


def test_two_ports_of_a_client_are_two_probes():
    for port in (50000, 62000):
        probe(ID, internet, "web", tcp(443, src_port=port))
    assert [flow for flow, _ in probes(ID)] == [
        "internet → web tcp 443 from port 50000",
        "internet → web tcp 443 from port 62000",
    ]


def test_a_name_that_is_not_there_is_told_and_costs_nothing():
    said = probe(ID, "wbe", "db", udp(53))
    assert said.word == "try again"
    assert "wbe" in str(said)
    assert probes(ID) == []


def test_the_check_says_how_many_were_used():
    assert "probe" not in str(check(ID, mend).parts[-1])
    probe(ID, internet, "web", tcp(443))
    assert check(ID, mend).parts[-1] == "You used 1 probe."
    probe(ID, "web", "db", tcp(3306))
    assert check(ID, mend).parts[-1] == "You used 2 probes."
    reset(ID)
    assert probes(ID) == []


def test_an_exercise_without_a_network_cannot_be_probed():
    with pytest.raises(BadInput, match="04-public has no network"):
        probe("04-public", internet, "web", tcp(443))
    with pytest.raises(NotFound):
        probe("04-nothing", internet, "web", tcp(443))
