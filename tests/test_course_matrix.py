"""The reachability matrix: its cells are the engine's exact answers, and the chosen one has its trace."""

import re

import ipywidgets
import pytest

from vpclab import BadInput, NotFound, Topology, internet, reachability, site, tcp, trace
from vpclab.course import predict, reachability_matrix, show, words
from vpclab.course.matrix import MatrixView, brief
from vpclab.evaluate.traffic import EVERYTHING, of_parts, part_of
from vpclab.topology.examples import shop_with_office, shop_with_partner, three_tier_shop


def wider():
    """Return the three tiers with a database that lets the whole VPC in, by group and by ACL."""
    later = three_tier_shop()
    later["prod"].security_group("db", inbound=["tcp 3306 from 10.0.0.0/16"])
    later["prod"].network_acl(
        "db",
        inbound=["100 allow tcp 3306 from 10.0.0.0/16"],
        outbound=["100 allow tcp 1024-65535 to 10.0.0.0/16"],
    )
    return later


def texts(view):
    """Return what stands in the cells, by the names of sender and receiver."""
    count = range(len(view.names))
    return {(view.names[a], view.names[b]): str(view.cell(a, b)) for a in count for b in count}


BRIEF = [
    ("one port", part_of(6, 443, 443), "tcp 443"),
    ("a few ports", of_parts({"tcp": ((80, 80), (443, 443))}), "tcp 80, 443"),
    ("a range", part_of(17, 1024, 65535), "udp 1024-65535"),
    ("several protocols", part_of(6, 22, 22) | part_of(1, -1, -1), "tcp 22; icmp"),
    ("everything", EVERYTHING, "all"),
    ("everything but mail", EVERYTHING - part_of(6, 25, 25), "all but tcp 25"),
    ("tcp but mail", part_of(6, -1, -1) - part_of(6, 25, 25), "tcp but 25"),
    ("one type of ICMP", part_of(1, 8, -1), "some icmp"),
    ("too many ports to list", of_parts({"tcp": tuple((n, n) for n in range(10, 90, 20))}), "some tcp"),
    ("another protocol", part_of(50, -1, -1), "some others"),
]  # fmt: skip


@pytest.mark.parametrize(("traffic", "said"), [row[1:] for row in BRIEF], ids=[row[0] for row in BRIEF])
def test_a_set_of_traffic_has_a_few_words(traffic, said):
    assert brief(traffic) == said


@pytest.mark.parametrize("network", [three_tier_shop, shop_with_partner, shop_with_office])
def test_a_cell_says_what_reachability_says(network):
    view, found = MatrixView(network()), reachability(network())
    ends = {name: party.members[0] for name, party in zip(view.names, view.parties, strict=True)}
    for (src, dst), said in texts(view).items():
        if said != words.MATRIX_NONE:
            traffic = found.between(ends[src], ends[dst])
            assert (words.MATRIX_WORKS.format(traffic=brief(traffic)) in said) == bool(traffic)
            assert (words.MATRIX_ONE_WAY.split("{")[0] in said) == bool(traffic.reply_blocked)


def test_the_cells_of_the_three_tiers():
    said = texts(MatrixView(three_tier_shop()))
    assert said["internet", "web"] == "✔ tcp 443"
    assert said["web", "app"] == "✔ tcp 8080"
    assert said["app", "db"] == "✔ tcp 3306"
    assert said["web", "db"] == "✖ none"
    assert said["web", "internet"] == "✔ all but tcp 25"
    assert said["web", "web"] == words.MATRIX_NONE


def test_sites_send_and_receive_and_an_answer_that_is_stopped_shows():
    said = texts(MatrixView(shop_with_office()))
    assert said["site office", "reports"] == "✔ tcp 443"
    assert said["site office", "web"] == "◐ no answer: tcp 443"
    assert said["site office", "internet"] == words.MATRIX_NONE


def test_a_change_is_marked_by_word_and_shape_where_something_changed_and_nowhere_else():
    view = MatrixView(three_tier_shop(), wider())
    said = texts(view)
    changed = {pair: text for pair, text in said.items() if "▲" in text or "▼" in text}
    assert changed == {("web", "db"): "▲ new: tcp 3306", ("web-2", "db"): "▲ new: tcp 3306"}
    assert view.said == words.MATRIX_CHANGED.format(changed=2, count=30)
    back = texts(MatrixView(wider(), three_tier_shop()))
    assert back["web", "db"] == "▼ gone: tcp 3306"


def test_a_network_that_did_not_change_says_so():
    view = MatrixView(three_tier_shop(), three_tier_shop())
    assert view.said == words.MATRIX_UNCHANGED.format(count=30)
    assert texts(view)["web", "app"] == "= tcp 8080"


def test_an_instance_that_came_later_has_its_row():
    later = three_tier_shop()
    later["public-a"].instance("web-3", security_groups=["web"])
    said = texts(MatrixView(three_tier_shop(), later))
    assert said["web-3", "app"] == "▲ new: tcp 8080"


def test_machines_that_nothing_tells_apart_share_a_row():
    shop = Topology("shop")
    front = shop.vpc("prod", "10.0.0.0/16").subnet("front", "10.0.0.0/24")
    for number in range(3):
        front.instance(f"web-{number}")
    view = MatrixView(shop)
    assert view.names[0] == "web-0 and 2 more"
    assert texts(view)["web-0 and 2 more", "web-0 and 2 more"] == "✔ all"


def test_names_say_the_vpc_where_there_are_two():
    assert "partner/stock" in MatrixView(shop_with_partner()).names


@pytest.mark.parametrize(
    ("sender", "receiver", "flow", "outcome"),
    [
        ("web", "app", "web → app tcp 8080", "delivered"),
        ("web", "db", "web → db tcp 3306", "blocked"),  # what others may send to it
        ("internet", "web", "internet → web tcp 443", "delivered"),
        ("5 db", "internet", "db → internet tcp 443", "blocked"),
    ],
)
def test_the_chosen_cell_shows_the_trace_that_explains_it(sender, receiver, flow, outcome):
    sender = sender.split()[-1]
    view = MatrixView(three_tier_shop()).choose(sender, receiver)
    [way] = view.traces()
    assert (way.flow, way.outcome) == (flow, outcome)
    assert way.because in str(view)
    assert way.because.split("“")[0].split("<")[0][:40] in view.html()


def test_before_and_after_are_traced_with_what_changed():
    view = MatrixView(three_tier_shop(), wider()).choose("web", "db")
    was, now = view.traces()
    assert (str(was.traffic), was.outcome, now.outcome) == ("tcp 3306", "blocked", "delivered")
    assert f"Before: {was.flow}: blocked. {was.because}" in str(view)


def test_the_traffic_to_trace_can_be_said():
    view = MatrixView(three_tier_shop(), asked=tcp(22)).choose("internet", "web")
    assert str(view.traces()[0].traffic) == "tcp 22"


def test_a_site_speaks_with_its_usual_host():
    [way] = MatrixView(shop_with_office()).choose("office", "reports").traces()
    same = trace(shop_with_office(), site("office"), "reports", tcp(443))
    assert way.forward[0].packet_in.src == same.forward[0].packet_in.src


def test_nothing_is_traced_where_nothing_is_asked():
    assert words.MATRIX_NOT_ASKED in str(MatrixView(three_tier_shop()).choose("web", "web"))


def test_ipv6_has_a_matrix_of_its_own():
    said = texts(MatrixView(three_tier_shop(), ip_version=6))
    assert said["internet", "web"] == "✔ tcp 443"
    assert ("internet", "db") not in said


def test_text_and_html_say_the_same_cells():
    view = MatrixView(three_tier_shop()).choose("web", "app")
    html = re.sub("<wbr>", "", view.html()).replace("\N{NO-BREAK SPACE}", " ")
    for said in texts(view).values():
        assert said in str(view)
        assert said in html


def test_a_matrix_of_many_has_numbers_in_its_columns_and_names_in_its_rows():
    shop = Topology("shop")
    prod = shop.vpc("prod", "10.0.0.0/16")
    for number in range(8):
        prod.subnet(f"s{number}", f"10.0.{number}.0/24").instance(f"host-{number}")
    html = MatrixView(shop).html()
    assert 'scope="col" aria-label="3 host-2"' in html
    assert ">3 host-2</th>" in html


def test_names_are_escaped():
    html = MatrixView(three_tier_shop(), asked=None).html()
    assert "<script>" not in html
    with pytest.raises(NotFound, match="web-2"):
        MatrixView(three_tier_shop()).find("<script>")


@pytest.mark.parametrize("name", ["web", "WEB", "prod/web", three_tier_shop()["web"]])
def test_somebody_is_found_however_the_name_is_written(name):
    view = MatrixView(three_tier_shop())
    assert view.names[view.find(name)] == "web"


# --- the controls ------------------------------------------------------------------------------------------


def controls(widget):
    found = []
    for child in getattr(widget, "children", ()):
        found += [child, *controls(child)]
    return found


def radios(widget):
    return [c for c in controls(widget) if isinstance(c, ipywidgets.RadioButtons)]


def pages(widget):
    return " ".join(c.value for c in controls(widget) if isinstance(c, ipywidgets.HTML))


def test_nothing_is_chosen_to_begin_with_and_each_control_has_a_label():
    widget = reachability_matrix(three_tier_shop())
    assert [radio.value for radio in radios(widget)] == [None, None]
    assert [radio.description for radio in radios(widget)] == [words.DESK_SRC, words.DESK_DST]
    assert words.MATRIX_CHOOSE in pages(widget)


def test_a_pair_that_is_chosen_is_explained():
    widget = reachability_matrix(three_tier_shop())
    senders, receivers = radios(widget)
    senders.value = 0
    assert words.MATRIX_CHOOSE in pages(widget)
    receivers.value = 2
    assert "web → app tcp 8080: delivered" in pages(widget)
    typed = next(c for c in controls(widget) if isinstance(c, ipywidgets.Text))
    typed.value = "tcp 22"
    assert "web → app tcp 22: blocked" in pages(widget)
    typed.value = "nonsense"
    assert "✖" in pages(widget)
    assert "nonsense" in pages(widget)


def test_what_happens_to_the_network_afterwards_does_not_change_the_matrix():
    shop = three_tier_shop()
    widget = reachability_matrix(shop)
    shop["prod"].security_group("app", inbound=[])
    radios(widget)[0].value, radios(widget)[1].value = 0, 2
    assert "web → app tcp 8080: delivered" in pages(widget)


def test_without_widgets_it_is_a_table():
    still = show(reachability_matrix(three_tier_shop(), wider(), sender="web", receiver="db"))
    assert "▲ new: tcp 3306" in str(still)
    assert "Now: web → db tcp 3306: delivered" in str(still)
    assert set(still._repr_mimebundle_()) == {"text/plain", "text/html"}


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: reachability_matrix("shop"), BadInput),
        (lambda: reachability_matrix(three_tier_shop(), internet), BadInput),
        (lambda: reachability_matrix(three_tier_shop(), ip_version=5), BadInput),
        (lambda: reachability_matrix(three_tier_shop(), sender="nobody", receiver="db"), NotFound),
    ],
)
def test_what_is_no_network_is_refused_with_a_sentence(call, error):
    with pytest.raises(error):
        call()


def test_a_matrix_that_would_answer_a_prediction_waits_until_it_is_committed(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))

    def made():
        return reachability_matrix(three_tier_shop(), wider(), once="13-p3")

    for kept in (made(), show(made())):
        assert "Commit your prediction first" in str(kept)
        assert "3306" not in str(kept)
    predict("13-p3", "blocked")
    assert "▲ new: tcp 3306" in str(show(made()))
