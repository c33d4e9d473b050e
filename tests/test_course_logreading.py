"""The flow log reader: each field in words, what a pair tells (FL-7, FL-8), filters, and odd lines."""

import pytest

from vpclab import BadInput, Topology, internet, load_aws, tcp, trace
from vpclab.course import log_of, log_reader, read_record, shop_day, show, words
from vpclab.course.logreading import LogView, told_by_pair
from vpclab.data import data_path
from vpclab.flowlogs import DEFAULT_FORMAT, Flow, records

LINE = "2 111122223333 eni-prod-db 10.0.0.10 10.0.1.10 40000 3306 6 4 240 1768467600 1768467660 REJECT OK"


def shop(*, group=("tcp 3306 from web",), out="tcp 1024-65535", front="all"):
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    one, two = prod.subnet("front-a", "10.0.0.0/24"), prod.subnet("data-a", "10.0.1.0/24")
    prod.network_acl("front", inbound=[f"100 allow {front} from 0.0.0.0/0"],
                     outbound=["100 allow all to 0.0.0.0/0"], subnets=[one])  # fmt: skip
    prod.network_acl("data", inbound=["100 allow all from 0.0.0.0/0"],
                     outbound=[f"100 allow {out} to 0.0.0.0/0"], subnets=[two])  # fmt: skip
    prod.security_group("web", inbound=[])
    prod.security_group("db", inbound=list(group))
    one.instance("web", security_groups=["web"])
    two.instance("db", security_groups=["db"])
    return network


def log_at(network, at, **how):
    way = trace(network, "web", "db", tcp(3306))
    return records(Flow(trace=way, **how), at=at)


# --- one line ----------------------------------------------------------------------------------------------

FIELDS = [
    ("version", "2", "the default format"),
    ("interface-id", "eni-prod-db", "wrote this: db"),
    ("srcaddr", "10.0.0.10", "the sender: web"),
    ("dstaddr", "10.0.1.10", "the receiver: db"),
    ("srcport", "40000", "ephemeral"),
    ("dstport", "3306", "the service's"),
    ("protocol", "6", "tcp"),
    ("packets", "4", "packets"),
    ("bytes", "240", "240 B"),
    ("start", "1768467600", "2026-01-15 09:00:00 UTC"),
    ("end", "1768467660", "2026-01-15 09:01:00 UTC"),
    ("action", "REJECT", "refused"),
    ("log-status", "OK", "as usual"),
]


@pytest.mark.parametrize(("name", "raw", "said"), FIELDS, ids=[row[0] for row in FIELDS])
def test_a_field_stands_as_it_is_and_in_words(name, raw, said):
    rows = {row[0]: row[1:] for row in read_record(LINE, shop()).rows().rows}
    assert len(rows) == 14
    assert rows[name][0] == raw
    assert said in rows[name][1]


def test_without_a_network_addresses_and_ids_stand_for_themselves():
    view = read_record(LINE)
    assert view.said == words.LOG_SAID["REJECT"].format(
        at="eni-prod-db", packets="4 packets", size="240 B", src="10.0.0.10", dst="10.0.1.10",
        what="tcp, port 40000 to port 3306",
    )  # fmt: skip


def test_an_address_of_nobody_here_is_called_so():
    assert words.LOG_STRANGER in str(read_record(LINE.replace("10.0.0.10", "192.0.2.9"), shop()))


def test_icmp_has_no_ports():
    view = read_record(LINE.replace("40000 3306 6", "0 0 1"), shop())
    assert "icmp has no ports" in str(view)
    assert view.said.endswith("from web to db, icmp.")


@pytest.mark.parametrize("status", ["NODATA", "SKIPDATA"])
def test_a_line_without_a_flow_says_what_it_means(status):
    empty = f"2 111122223333 eni-prod-db - - - - - - - 1768467600 1768467660 - {status}"
    view = read_record(empty, shop())
    assert view.said == words.LOG_STATUS_SAID[status].format(at="db")
    assert words.LOG_MISSING in str(view)


def test_a_line_with_its_header_may_be_of_another_format():
    view = read_record("srcaddr dstaddr tcp-flags action\n10.0.0.10 10.0.1.10 18 ACCEPT", shop())
    assert "SYN (asks to connect), ACK (answers)" in str(view)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "no line to read"),
        ("REJECT", "14 words, and this line has 1"),
        (LINE + " more", "14 words, and this line has 15"),
        (f"{LINE}\n{LINE}", "more than one record"),
        (LINE.replace("3306", "mysql"), "no flow log record"),
        (LINE.replace("10.0.0.10", "web"), "no flow log record"),
    ],
)
def test_what_is_no_record_is_told_with_the_reason(text, said):
    with pytest.raises(BadInput, match=said):
        read_record(text)


@pytest.mark.parametrize("text", [f'"{LINE}"', f"  {LINE}\n", f"`{LINE}`", f"\n{LINE}\n\n"])
def test_a_line_is_read_as_it_was_copied(text):
    assert read_record(text).values["dstport"] == 3306


# --- a pair ------------------------------------------------------------------------------------------------

PAIRS = [
    ("nobody refused", {}, "db", ["refused nothing"]),
    ("the ACL on the way out", {"out": "tcp 3306"}, "db", ["request ACCEPT, reply REJECT", "By network ACL"]),
    ("the ACL on the way back in", {"front": "tcp 443"}, "web", ["reply REJECT", "By network ACL"]),
    ("which the other end does not see", {"front": "tcp 443"}, "db", ["refused nothing"]),
    ("a group or an ACL", {"group": ()}, "db", ["request REJECT", "By security group or network ACL"]),
    ("which who asked does not see", {"group": ()}, "web", ["Look at the other end"]),
]


@pytest.mark.parametrize(("how", "at", "said"), [row[1:] for row in PAIRS], ids=[row[0] for row in PAIRS])
def test_a_pair_tells_who_refused_as_far_as_it_can_be_told(how, at, said):
    log = log_at(shop(**how), at)
    for number in range(len(log)):
        assert all(word in told_by_pair(log, number) for word in said)


def test_the_pair_is_found_at_a_nat_gateway_and_at_an_instance():
    way = trace(load_aws(data_path("topologies/web-shop")), "app", internet("203.0.113.80"), tcp(443))
    log = records(way, fields=(*DEFAULT_FORMAT, "pkt-srcaddr", "pkt-dstaddr"))
    assert len(log) == 6
    for number in range(len(log)):
        assert "refused nothing" in told_by_pair(log, number)


def test_what_a_pair_tells_can_be_left_to_the_learner():
    log = log_at(shop(out="tcp 3306"), "db")
    assert words.LOG_PAIR in str(LogView(log))
    assert words.LOG_PAIR not in str(LogView(log, tells=False))
    assert "ACL" not in str(LogView(log, tells=False).said)


# --- filters -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "how",
    [
        {"action": "REJECT"},
        {"address": "app"},
        {"address": "10.0.10.10"},
        {"port": 3306},
        {"at": "db"},
        {"action": "REJECT", "at": "db", "address": "app-2", "port": 3306},
    ],
)
def test_filters_leave_the_lines_that_fit(how):
    log = shop_day("E")
    view, table = LogView(log, **how), log.table()
    left = table.iloc[list(view.places)]
    assert 0 < len(left) < len(table)
    if "action" in how:
        assert set(left["action"]) == {"REJECT"}
    if "at" in how:
        assert set(left["interface"]) == {"db"}
    if "port" in how:
        assert ((left["srcport"] == 3306) | (left["dstport"] == 3306)).all()


def test_a_filter_that_nothing_fits_says_so_and_shows_no_line():
    said = str(LogView(shop_day("A"), address="203.0.113.250", port=1))
    assert "None of the 2,302 lines fits" in said


def parts(box):
    _, controls, message, page = box.children
    actions, filters, steps = controls.children
    return actions, *filters.children, *steps.children, message, page


def test_the_line_chosen_stays_chosen_when_a_filter_goes():
    box = log_reader(shop_day("E"), at="db", action="REJECT")
    chosen = box.still.record.values
    parts(box)[0].value = ""
    assert box.still.record.values == chosen
    assert parts(box)[6].value == box.still.number > 1


def test_a_format_without_what_a_pair_needs_is_read_line_by_line():
    log = records(trace(shop(), "web", "db", tcp(3306)), fields="srcaddr dstaddr action")
    assert words.LOG_PAIR not in str(LogView(log))
    assert "10.0.1.10" in str(LogView(log, address="10.0.1.10"))


def test_buttons_and_the_number_step_through_the_lines_and_stop_at_the_ends():
    _, _, _, _, back, on, which, _, page = parts(log_reader(shop_day("A"), action="REJECT"))
    back.click()
    assert which.value == 1
    on.click()
    assert (which.value, "Line 2:" in page.value) == (2, True)
    which.value = which.max
    on.click()
    assert f"Line {which.max}:" in page.value


def test_what_is_no_port_or_no_interface_is_told_and_the_lines_stay():
    _, address, port, at, _, _, _, message, page = parts(log_reader(shop_day("A")))
    port.value = "https"
    assert "is not a port" in message.value
    port.value = ""
    at.value = "database"
    assert "app, app-2, db, nat, web" in message.value
    at.value, address.value = "db", "<b>"
    assert "<b>" not in message.value
    assert "fits" in page.value


def test_a_pasted_line_is_read_and_a_wrong_one_told_while_the_last_stays():
    box = log_reader(LINE, shop())
    _, controls, message, page = box.children
    typed, _read = controls.children[0].children
    typed.value = LINE.replace("3306", "22")
    assert "port 22" in page.value
    typed.value = "REJECT OK"
    assert "14 words" in message.value
    assert "port 22" in page.value


def test_the_controls_have_labels_and_the_box_speaks_for_itself():
    box = log_reader(shop_day("E"), at="db")
    actions, address, port, at, back, on, which, _, page = parts(box)
    labels = [control.description for control in (actions, address, port, at, back, on, which)]
    assert all(labels)
    assert len(set(labels)) == 7
    assert 'aria-live="polite"' in page.value
    assert str(show(box)) == repr(box)
    assert "lines fit" in box._repr_mimebundle_()["text/html"]


def test_what_is_no_log_is_told():
    with pytest.raises(BadInput, match="is no flow log"):
        log_reader(7)
    with pytest.raises(BadInput, match="A, B, C, D, E"):
        shop_day("F")


# --- lines of a trace --------------------------------------------------------------------------------------


def test_the_lines_of_a_trace_are_those_of_the_log_and_actions_can_be_left_out():
    way = trace(shop(out="tcp 3306"), "web", "db", tcp(3306))
    assert [line.split()[-2] for line in records(way).lines()] == ["ACCEPT", "ACCEPT", "REJECT"]
    rows = log_of(way, blank={3}).parts[0].rows
    assert [row[1] for row in rows] == ["web", "db", "db"]
    assert [row[2].split()[-2] for row in rows] == ["ACCEPT", "ACCEPT", "____"]
    assert len(log_of(way, at="db").parts[0].rows) == 2
    nothing = trace(shop(), "web", "169.254.169.123", tcp(80))
    assert words.LOG_EMPTY in str(log_of(nothing))


def test_the_lines_of_a_prediction_wait_until_it_is_committed(tmp_path, monkeypatch):
    from vpclab.course import predict

    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))
    assert words.COMMIT_FIRST in str(log_of("12-p2"))
    predict("12-p2", "both")
    assert "REJECT" in str(log_of("12-p2"))
