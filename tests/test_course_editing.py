"""The rule editor: verdicts as the engine gives them, the builder's complaints, and code that works."""

import ipywidgets
import pytest
from test_course_widgets import inside

from vpclab import BadInput, Topology, evaluate_network_acl
from vpclab.course import predict, rule_editor, show, words
from vpclab.course.editing import RulesView

ANY, CLIENT = "0.0.0.0/0", "203.0.113.10"


def network(ipv6=None):
    shop = Topology("shop")
    prod = shop.vpc("prod", "10.0.0.0/16", ipv6=ipv6)
    front = prod.subnet("front-a", "10.0.0.0/24")
    web = prod.security_group("web", inbound=[f"tcp 443 from {ANY}", "tcp 22 from 10.0.0.0/8"])
    prod.security_group("db", inbound=["tcp 3306 from web"])
    front.instance("web-1", security_groups=[web])
    prod.network_acl(
        "front", subnets=[front], outbound=[f"100 allow tcp 1024-65535 to {ANY}"],
        inbound=[f"100 allow tcp 443 from {ANY}", "200 deny tcp 22 from 203.0.113.0/24",
                 f"300 allow tcp 22 from {ANY}"],
    )  # fmt: skip
    return shop


def said(name, packet, **changes):
    """Return what each rule says to one packet, and the sentence."""
    begin = RulesView.of(network()[name], [packet])
    view = RulesView(begin.guard, changes.get("inbound", begin.inbound), begin.outbound, (packet,))
    (table,) = view.tables()
    return dict(table.rows), " ".join(view.said()[0]), table


ROWS = [
    (
        "a group admits what one rule admits",
        "web",
        f"tcp 443 from {CLIENT}",
        f"tcp 443 from {ANY}",
        words.ADMITS,
    ),
    (
        "its other rules do not matter",
        "web",
        f"tcp 443 from {CLIENT}",
        "tcp 22 from 10.0.0.0/8",
        words.FITS_NOT,
    ),
    ("what none admits is stopped", "web", f"tcp 22 from {CLIENT}", words.LAST_RULE, words.DECIDES_DENY),
    (
        "a packet may come from an instance",
        "web",
        "tcp 22 from web-1",
        "tcp 22 from 10.0.0.0/8",
        words.ADMITS,
    ),
    ("a group's members are known", "db", "tcp 3306 from web-1", "tcp 3306 from web", words.ADMITS),
    ("others are no members", "db", "tcp 3306 from 10.0.0.99", "tcp 3306 from web", words.FITS_NOT),
    (
        "the lowest number that fits decides",
        "front",
        f"tcp 22 from {CLIENT}",
        "200 deny tcp 22 from 203.0.113.0/24",
        words.DECIDES_DENY,
    ),
    (
        "a later one would fit",
        "front",
        f"tcp 22 from {CLIENT}",
        f"300 allow tcp 22 from {ANY}",
        words.FITS_LATER,
    ),
    (
        "an earlier one was passed over",
        "front",
        f"tcp 22 from {CLIENT}",
        f"100 allow tcp 443 from {ANY}",
        words.FITS_NOT,
    ),
    ("the rest is denied", "front", "udp 53 from 10.9.9.9", words.LAST_ENTRY, words.DECIDES_DENY),
    (
        "what goes out meets the outbound rules",
        "front",
        f"tcp 40000 to {CLIENT}",
        words.LAST_ENTRY,
        words.NOT_NEEDED,
    ),
]


@pytest.mark.parametrize(("name", "packet", "rule", "cell"), [r[1:] for r in ROWS], ids=[r[0] for r in ROWS])
def test_every_rule_says_what_it_does_to_a_packet(name, packet, rule, cell):
    assert said(name, packet)[0][rule] == cell


def test_the_row_that_decides_is_marked_and_the_sentence_is_the_engine_s():
    _rows, sentence, table = said("front", f"tcp 22 from {CLIENT}")
    assert table.rows[table.marked][0] == "200 deny tcp 22 from 203.0.113.0/24"
    assert sentence.startswith(f"✖ tcp 22 from {CLIENT}, denied: network ACL front")


def test_rules_of_an_acl_stand_by_number_however_they_are_typed():
    rows, _, _ = said(
        "front", f"tcp 443 from {CLIENT}", inbound=(f"20 deny tcp 443 from {ANY}", f"3 allow all from {ANY}")
    )
    assert next(iter(rows)) == f"3 allow all from {ANY}"
    assert rows[f"20 deny tcp 443 from {ANY}"] == words.FITS_LATER


def test_what_is_typed_changes_nothing_in_the_network():
    shop = network()
    before = shop.snapshot()
    RulesView(shop["web"], ("all from 0.0.0.0/0",), (), (f"tcp 22 from {CLIENT}",)).html()
    assert shop.snapshot() is before


BAD = [
    ("web", "tcp 443", "write"),
    ("web", "tcp 99999 from 0.0.0.0/0", "99999"),
    ("web", "tcp 22 from nobody", "nobody"),
    ("web", f"100 allow tcp 22 from {ANY}", "100"),
    ("front", f"tcp 22 from {ANY}", "100 allow tcp 443 from 0.0.0.0/0"),
    ("front", f"100 deny all from {ANY}", "100"),
    ("front", f"0 deny all from {ANY}", "1 to 32766"),
    ("front", "400 allow tcp 22 from web", "web"),
]


@pytest.mark.parametrize(("name", "text", "complaint"), BAD, ids=[row[1] for row in BAD])
def test_a_bad_rule_is_left_out_and_told_in_the_builder_s_words(name, text, complaint):
    begin = RulesView.of(network()[name], [f"tcp 443 from {CLIENT}"])
    view = RulesView(begin.guard, (*begin.inbound, text), begin.outbound, begin.packets)
    wrong = [found for found in view.lines if found.wrong]
    assert [found.text for found in wrong] == [text]
    assert complaint in wrong[0].wrong
    assert ("", words.LEFT_OUT.format(count=1)) in view.said()
    assert view.code() == begin.code()


@pytest.mark.parametrize(
    "text", ["tcp 443", "tcp 443 from", f"tcp x from {CLIENT}", "tcp 1 from 2001:db8::1", "tcp 1 from <b>"]
)
def test_a_bad_packet_is_told_and_the_others_are_judged(text):
    view = RulesView.of(network()["web"], [text, f"tcp 443 from {CLIENT}"])
    assert [verdict[0] for verdict, _ in view.said()] == ["✔", "✖"]
    assert "<b>" not in view.html()


def test_ipv6_meets_the_rules_where_the_vpc_has_it():
    view = RulesView.of(network(ipv6=True)["web"], ["tcp 443 from 2001:db8:9::1"])
    assert "no inbound rule admits" in view.said()[0][1]


CHANGED = [
    ("web", (f"tcp 80 from {ANY}",), (f"all to {ANY}",)),
    ("web", (), ()),
    ("web", tuple(f"tcp {port} from 10.0.0.0/8" for port in range(8000, 8009)), ("udp 53 to 10.0.0.2/32",)),
    ("db", ("tcp 3306 from web", "icmp 8 from self"), (f"all to {ANY}",)),
    ("prod/default", ("tcp 22 from 10.0.0.0/8",), (f"all to {ANY}",)),
    ("front", (f"5 deny all from {CLIENT}/32", f"9 allow all from {ANY}"), ()),
]


@pytest.mark.parametrize(("name", "inbound", "outbound"), CHANGED, ids=range(len(CHANGED)))
def test_the_code_makes_the_same_rules(name, inbound, outbound):
    shop = network()
    prod = shop["prod"]
    guard = prod.default_security_group if name == "prod/default" else shop[name]
    view = RulesView(guard, inbound, outbound)
    wanted = {str(done.rule) for done in view.lines}
    assert not any(done.wrong for done in view.lines)
    exec(view.code(), {"prod": prod})
    assert {str(rule) for side in ("inbound", "outbound") for rule in guard.value.side(side)} == wanted


def test_the_code_of_the_default_network_acl_changes_its_entries():
    shop = network()
    acl = shop["prod"].default_network_acl
    exec(RulesView(acl, (f"7 allow all from {ANY}",), ()).code(), {"prod": shop["prod"]})
    assert [str(entry) for entry in acl.value.entries] == [f"7 allow all from {ANY}"]


def test_nothing_to_change_in_a_default_group_says_so():
    assert RulesView.of(network()["prod"].default_security_group).code() == words.NOTHING_CHANGED


class Editor:
    """The controls by their labels."""

    def __init__(self, name, *packets):
        self.box = rule_editor(network()[name], *packets)

    @property
    def fields(self):
        return {found.description: found for found in inside(self.box, ipywidgets.Text)}

    def press(self, tooltip):
        (found,) = [each for each in inside(self.box, ipywidgets.Button) if each.tooltip == tooltip]
        found.click()

    @property
    def page(self):
        return inside(self.box, ipywidgets.HTML)[-1].value

    @property
    def complaints(self):
        return [found.value for found in inside(self.box, ipywidgets.HTML)[:-1] if found.value]


def test_the_editor_begins_with_the_rules_that_are_there_each_with_a_label():
    editor = Editor("web", f"tcp 443 from {CLIENT}")
    assert {label: found.value for label, found in editor.fields.items()} == {
        words.PACKETS: f"tcp 443 from {CLIENT}",
        "In 1": f"tcp 443 from {ANY}", "In 2": "tcp 22 from 10.0.0.0/8", "Out 1": f"all to {ANY}",
    }  # fmt: skip
    assert all(found.description for found in inside(editor.box, ipywidgets.Button))
    assert "✔ tcp 443" in editor.page


def test_a_rule_is_changed_added_and_removed_and_the_verdict_follows():
    editor = Editor("web", f"tcp 443 from {CLIENT}")
    editor.fields["In 1"].value = "tcp 80 from 0.0.0.0/0"
    assert "✖ tcp 443" in editor.page
    editor.press(words.ADD_RULE.format(side="inbound"))
    editor.fields["In 3"].value = f"tcp 400-500 from {ANY}"
    assert "✔ tcp 443" in editor.page
    editor.press("Remove: inbound 3")
    assert "✖ tcp 443" in editor.page
    assert "tcp 400-500" not in editor.page


def test_the_complaint_stands_by_the_rule_until_it_can_be_read():
    editor = Editor("web", f"tcp 443 from {CLIENT}")
    editor.fields["In 2"].value = "tcp 22"
    assert len(editor.complaints) == 1
    assert "✔ tcp 443" in editor.page
    editor.fields["In 2"].value = f"tcp 22 from {ANY}"
    assert editor.complaints == []


def test_of_two_rules_with_one_number_the_second_is_told():
    editor = Editor("front")
    editor.fields["In 2"].value = editor.fields["In 1"].value
    assert len(editor.complaints) == 1
    assert "100" in editor.complaints[0]


def test_what_has_no_rules_is_told():
    with pytest.raises(BadInput, match="give a security group or a network ACL"):
        rule_editor(network()["front-a"])


def test_an_earlier_rule_wins_after_they_changed_numbers():
    editor = Editor("front", f"tcp 22 from {CLIENT}")
    assert "✖ tcp 22" in editor.page
    editor.press(f"{words.UP_TIP}: inbound 3")
    assert editor.fields["In 2"].value == f"200 allow tcp 22 from {ANY}"
    assert editor.fields["In 3"].value == "300 deny tcp 22 from 203.0.113.0/24"
    assert "✔ tcp 22" in editor.page
    editor.press(f"{words.UP_TIP}: inbound 1")
    assert editor.fields["In 1"].value.startswith("100 allow tcp 443")


def test_a_new_entry_begins_with_the_next_number():
    editor = Editor("front")
    editor.press(words.ADD_RULE.format(side="inbound"))
    assert editor.fields["In 4"].value == "310 "


def test_packets_are_judged_as_they_are_typed():
    editor = Editor("web")
    assert words.TYPE_PACKET in editor.page
    editor.fields[words.PACKETS].value = f"tcp 443 from {CLIENT}, tcp 22 from {CLIENT}"
    assert "✔ tcp 443" in editor.page
    assert "✖ tcp 22" in editor.page


def test_the_box_speaks_for_itself_and_every_run_is_the_same():
    first, second = (Editor("front", f"tcp 22 from {CLIENT}").box._repr_mimebundle_() for _ in range(2))
    assert first["text/plain"] == second["text/plain"]
    assert first["text/html"] == second["text/html"]
    assert "prod.network_acl(" in first["text/plain"]


def test_the_verdict_is_the_one_that_the_engine_gives():
    view = RulesView.of(network()["front"], [f"tcp 22 from {CLIENT}"])
    ((probe, decision),) = view.decisions
    assert decision == evaluate_network_acl(probe.packet, network()["front"], "inbound")


def test_an_editor_that_would_answer_a_prediction_waits_until_it_is_committed():
    acl = network()["prod"].default_network_acl
    for made in (rule_editor(acl, "tcp 443 from 203.0.113.9", after="10-p3"),
                 show(rule_editor(acl, "tcp 443 from 203.0.113.9", after="10-p3"))):  # fmt: skip
        assert "Commit your prediction first" in str(made)
        assert "443" not in str(made)
    predict("10-p3", "blocked")
    assert "443" in str(show(rule_editor(acl, "tcp 443 from 203.0.113.9", after="10-p3")))
