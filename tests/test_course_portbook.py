"""The book of ports: eighteen services as the facts tell them, found by number, name, use and encryption."""

import json

import ipywidgets
import pytest

from vpclab import BadInput
from vpclab.course import port_finder, ports, show, words
from vpclab.course.portbook import PortsView, band, services
from vpclab.data import data_path

FACTS = {  # PORT-2
    20: ("tcp",), 21: ("tcp",), 22: ("tcp",), 23: ("tcp",), 25: ("tcp",), 53: ("udp", "tcp"), 80: ("tcp",),
    110: ("tcp",), 143: ("tcp",), 443: ("tcp", "udp"), 445: ("tcp",), 1433: ("tcp",), 1521: ("tcp",),
    2049: ("tcp",), 3306: ("tcp",), 3389: ("tcp", "udp"), 5432: ("tcp",), 5439: ("tcp",),
}  # fmt: skip
KEYS = {"port", "name", "full_name", "transport", "use", "encrypted", "source"}


def numbers(view):
    return [service["port"] for service in view.found]


def test_the_table_holds_the_ports_of_the_facts_with_their_transport():
    assert numbers(ports()) == list(FACTS)
    for service in services():
        assert all(transport in service["transport"] for transport in FACTS[service["port"]])
        assert ("udp" in service["transport"]) is ("udp" in FACTS[service["port"]])


def test_every_service_says_all_that_the_table_has_columns_for_and_where_it_is_from():
    for service in json.loads(data_path("ports.json").read_text(encoding="utf-8")):
        assert set(service) == KEYS
        assert all(str(service[key]).strip() for key in KEYS)
        assert service["encrypted"] in words.PORTS_SAID
    assert len({service["name"] for service in services()}) == len(services())


@pytest.mark.parametrize(
    ("port", "said"),
    [(0, "well-known"), (443, "well-known"), (1023, "well-known"), (1024, "registered"), (1433, "registered"),
     (5439, "registered"), (49151, "registered"), (49152, "dynamic"), (65535, "dynamic")],
)  # fmt: skip
def test_a_port_lies_in_the_band_that_the_register_says(port, said):  # PORT-3
    assert band(port) == said


@pytest.mark.parametrize(
    ("what", "found"),
    [
        (443, [443]),
        ("443", [443]),
        ("４４３", [443]),
        (" Tcp 443 ", [443]),
        ("tcp:443", [443]),
        ("port 22", [22]),
        ("udp 443", [443]),
        ("udp 22", []),
        ("0443", [443]),
        ("mysql", [3306]),
        ("MySQL", [3306]),
        ('"mysql"', [3306]),
        ("aurora", [3306, 5432]),
        ("sql", [1433, 3306, 5432]),
        ("mail", [25, 110, 143]),
        ("login", [22, 23, 3389]),
        ("login windows", [3389]),
        ("windows, login", [3389]),
        ("ssh", [22, 23]),  # telnet's line tells what came after it
        ("udp", [53, 443, 3389]),
        (None, list(FACTS)),
        ("", list(FACTS)),
        ("  ", list(FACTS)),
        ("<b>", []),
        (8080, []),
    ],
)
def test_services_are_found_by_number_name_and_use(what, found):
    assert numbers(ports(what)) == found


def test_services_are_found_by_encryption():
    assert numbers(ports(encrypted=True)) == [22, 443]
    assert numbers(ports(encrypted=False)) == [port for port in FACTS if port not in (22, 443)]
    assert numbers(ports("login", encrypted=True)) == [22]
    assert numbers(ports("login", encrypted=False)) == [23, 3389]


@pytest.mark.parametrize("what", [80, "http"])
def test_a_few_services_come_with_their_sources(what):
    assert "RFC 9110" in str(ports(what))
    assert words.PORTS_SOURCES.split("{")[0] not in str(ports())


@pytest.mark.parametrize(
    ("view", "said"),
    [
        (ports(), "All 18 services"),
        (ports("aurora"), "2 of 18 services."),
        (ports(443), "One of 18 services."),
        (ports(encrypted=True), "2 of 18 services, always encrypted."),
        (ports("nothing like it"), "No service of the table fits “nothing like it”"),
        (ports(999), "No service of the table has port 999, which is a well-known one"),
        (ports(8080), "which is a registered one (PORT-3). Some clients pick"),
        (ports(51514), "which is a dynamic one"),
        (ports(443, encrypted=False), "Port 443 stands in the table, but not among those"),
        (ports("mysql", encrypted=True), "What fits “mysql” is not among those that you chose"),
        (ports("udp 22"), "for ssh, which does not go by udp, but by tcp"),
    ],
)
def test_a_page_says_how_many_fit_and_what_an_unknown_number_is(view, said):
    assert said in str(view)
    assert said.replace("“", "").replace("”", "")[:20] in view.html().replace("“", "").replace("”", "")


@pytest.mark.parametrize("what", [-1, 65536, 10**30, "65536", "-5"])
def test_what_is_no_port_is_told(what):
    with pytest.raises(BadInput, match="ports run from 0 to 65535"):
        ports(what)


@pytest.mark.parametrize("what", [True, 4.5, ["mysql"], b"x", object()])
def test_what_cannot_be_looked_up_is_told(what):
    with pytest.raises(BadInput, match="is nothing to look up"):
        ports(what)


@pytest.mark.parametrize("encrypted", ["no", 0, 1, "yes"])
def test_encrypted_is_true_or_false(encrypted):
    with pytest.raises(BadInput, match="True, False or left out"):
        ports(encrypted=encrypted)


def test_what_is_typed_is_escaped():
    assert "<b>" not in ports("<b>").html()
    assert "&lt;b&gt;" in ports("<b>").html()


def parts(box):
    row, which, message, page = box.children
    return *row.children, which, message, page


def test_the_field_looks_up_what_is_typed_and_the_choice_narrows_it():
    typed, look, which, _message, page = parts(port_finder())
    assert which.value is None
    assert "All 18" in page.value
    typed.value = "login"
    assert "3 of 18" in page.value
    which.value = False
    assert "telnet" in page.value
    assert "Secure Shell" not in page.value
    which.value = None
    typed.value = ""
    look.click()
    assert "All 18" in page.value


@pytest.mark.parametrize("text", ["70000", "-1"])
def test_what_is_no_port_is_told_by_the_field_and_the_last_page_stays(text):
    typed, _, _, message, page = parts(port_finder("mysql"))
    typed.value = text
    assert "ports run from 0 to 65535" in message.value
    assert "3306" in page.value
    typed.value = "22"
    assert message.value == ""


def test_the_controls_have_labels_and_the_box_speaks_for_itself():
    box = port_finder("mysql")
    typed, look, which, _, page = parts(box)
    labels = (typed.description, look.description, which.description)
    assert labels == (words.PORTS_FIELD, words.LOOK_UP, words.PORTS_CHOICE)
    assert 'aria-live="polite"' in page.value
    assert isinstance(page, ipywidgets.HTML)
    assert str(show(box)) == repr(box) == str(ports("mysql"))
    shown = box._repr_mimebundle_()
    assert all("3306" in shown[kind] for kind in ("text/plain", "text/html"))


def test_a_page_is_a_value():
    assert ports("MySQL") == PortsView("mysql")
    assert "3306" in ports("mysql")._repr_mimebundle_()["text/html"]
