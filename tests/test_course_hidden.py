"""An edit that opens more than it should is refused, even where every row of its table holds."""

import pytest

from vpclab.course.declarations import exercise
from vpclab.course.exercises import judge


def to_the_main_table(shop):
    shop["prod"].internet_gateway()
    shop["main"].route("0.0.0.0/0", to="igw")
    shop["web"].elastic_ip()


def with_an_address_for_the_database(shop):
    shop["prod"].internet_gateway()
    shop["front-a"].route("0.0.0.0/0", to="igw")
    shop["web"].elastic_ip()
    shop["db"].elastic_ip()


@pytest.mark.parametrize(
    ("fix", "said"),
    [
        (to_the_main_table, "data-a, where db lives, is a public subnet"),
        (with_an_address_for_the_database, "db has the public address"),
    ],
    ids=["the main table leads to the gateway", "the database gets an address"],
)  # fmt: skip
def test_opening_the_shop_may_not_expose_the_database(fix, said: str) -> None:
    verdict = judge(exercise("04-open"), fix)
    assert verdict.state == "try again"
    assert said in str(verdict)


def closed_list_and_open_gate(shop):
    shop["prod"].security_group("app", inbound=["tcp 443 from 0.0.0.0/0"])
    shop["apps"].route("::/0", to=shop["igw"])


def test_a_subnet_that_is_public_over_ipv6_alone_is_exposed_too() -> None:
    verdict = judge(exercise("05-ipv6"), closed_list_and_open_gate)
    assert verdict.state == "try again"
    assert "app-a, where app-1 lives, is a public subnet" in str(verdict)


def test_a_wrong_mend_tells_nothing_that_a_probe_would(monkeypatch: pytest.MonkeyPatch) -> None:
    verdict = judge(exercise("04-ticket"), lambda shop: None)
    assert verdict.state == "try again"
    assert "answer that is stopped" not in str(verdict)


def test_an_address_may_be_written_with_its_port_as_the_tables_do() -> None:
    assert judge(exercise("04-last-step"), "198.51.100.10:40000").state == "correct"
