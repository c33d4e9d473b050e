"""The packet stepper: six labels that never change, each step from the trace, driven without a browser."""

import ipywidgets
import pytest

from vpclab import BadInput, Topology, internet, service, tcp, trace
from vpclab.course import predict, show, stepper, walk, words
from vpclab.course import stepping as module
from vpclab.course.record import record
from vpclab.course.stepping import GATEWAY, StepView, asks, header_table, rule_table, step_view, steps


@pytest.fixture(autouse=True)
def _empty_progress(tmp_path, monkeypatch):
    monkeypatch.setenv("VPCLAB_PROGRESS_DIR", str(tmp_path))


def shop(name="web"):
    network = Topology("shop")
    prod = network.vpc("prod", "10.0.0.0/16")
    public, app = prod.subnet("public-a", "10.0.0.0/24"), prod.subnet("app-a", "10.0.1.0/24")
    public.route("0.0.0.0/0", to=prod.internet_gateway())
    app.route("0.0.0.0/0", to=public.nat_gateway())
    web_sg = prod.security_group("web", inbound=["tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"])
    public.instance(name, public_ip=True, security_groups=[web_sg])
    app.instance("app", security_groups=[web_sg])
    return network


def marks(way):
    return [(step.leg[0], step.label + 1, step.mark[0]) for step in steps(way)]


def test_a_request_from_the_internet_takes_six_steps_and_so_does_its_reply():
    assert marks(trace(shop(), internet, "web", tcp(443))) == [
        ("f", 1, "◌"), ("f", 2, "◌"), ("f", 3, "◌"), ("f", 4, "✔"), ("f", 5, "✔"), ("f", 6, "✔"),
        ("r", 1, "✔"), ("r", 2, "✔"), ("r", 3, "✔"), ("r", 4, "✔"), ("r", 5, "◌"), ("r", 6, "◌"),
    ]  # fmt: skip


def test_inside_a_vpc_no_gateway_is_crossed_and_that_is_said():
    assert marks(trace(shop(), "web", "app", tcp(443)))[:6] == [
        ("f", 1, "✔"), ("f", 2, "✔"), ("f", 3, "✔"), ("f", 4, "◌"), ("f", 5, "✔"), ("f", 6, "✔"),
    ]  # fmt: skip


def test_the_way_through_a_nat_gateway_goes_round_twice_and_crosses_it_inside_its_subnet():
    request = [mark for mark in marks(trace(shop(), "app", internet, tcp(443))) if mark[0] == "f"]
    assert [label for _, label, _ in request] == [1, 2, 3, 5, 4, 6, 1, 2, 3, 4, 5, 6]
    assert [label for _, label, mark in request if mark == "✔"] == [1, 2, 3, 5, 4, 2, 3, 4]


def shop_with_endpoints():
    network = shop()
    prod = network["prod"]
    prod.gateway_endpoint("s3", route_tables=["public-a"])
    prod.security_group("desk", inbound=["tcp 443 from 10.0.0.0/16"])
    prod.interface_endpoint("ssm", ["public-a"], security_groups=["desk"], private_dns=False, name="desk")
    return network


def test_a_gateway_endpoint_is_crossed_as_gateways_are_and_an_interface_endpoint_is_an_end():
    network = shop_with_endpoints()
    crossed = [s for s in steps(trace(network, "web", service("s3"), tcp(443))) if s.label == GATEWAY]
    assert [step.hop.component.name for step in crossed] == ["gw-s3", "gw-s3"]
    way = steps(trace(network, "web", "desk", tcp(443)))
    assert len(way) == 12
    assert not any(step.hop for step in way if step.label == GATEWAY)
    assert [step.leg for step in way if step.hop] == ["forward", "forward", "reply", "reply"]


def test_where_the_packet_ends_the_rest_is_not_reached():
    network = shop()
    network["web"].remove()
    way = trace(network, internet, "app", tcp(443))
    assert [step.mark for step in steps(way)][3:] == [
        words.MARK_STOP,
        words.MARK_NOT_REACHED,
        words.MARK_NOT_REACHED,
    ]
    assert words.NOT_REACHED in str(StepView(way, 5))


def test_after_a_stop_the_steps_say_what_else_would_happen():
    way = trace(shop(), internet, "web", tcp(22))
    assert words.MARK_STOP in str(StepView(way, 5))
    assert words.NO_REPLY_SENT in str(StepView(way, 6))
    assert words.WENT_ON not in str(StepView(way, 5))


def test_a_gateway_s_rewriting_is_told_in_words_and_in_the_header():
    shown = str(StepView(trace(shop(), internet, "web", tcp(443)), 3))
    assert "it rewrites the destination from 198.51.100.11:443 to 10.0.0.10:443" in shown
    assert "10.0.0.10:443 ✎ rewritten" in shown
    assert shown.count("✎") == 1


DECIDING = [
    (443, "tcp 443 from 0.0.0.0/0  ◀ decides: passes ✔"),
    (22, "no rule matches         ◀ decides: stopped ✖"),
]


@pytest.mark.parametrize(("port", "row"), DECIDING)
def test_the_deciding_rule_is_marked_by_word_and_shape(port, row):
    assert row in str(StepView(trace(shop(), internet, "web", tcp(port)), 5))


def test_routes_stand_in_the_table_s_order_under_the_names_of_their_targets():
    way = trace(shop(), "web", internet, tcp(443))
    table = rule_table(way.forward[3].decisions[0], {t.id: t.name for t in way.snapshot})
    assert [row[0] for row in table.rows] == ["10.0.0.0/16 → local", "0.0.0.0/0 → igw"]
    assert table.marked == 1


def test_a_packet_that_ends_has_no_header_after_it():
    way = trace(shop(), internet, "app", tcp(443))
    assert header_table(way.forward[1].packet_in, None).rows[0][2] == words.ENDS_HERE


@pytest.mark.parametrize("number", range(12))
def test_a_page_is_the_same_each_time_and_does_not_tell_what_comes_later(number):
    way = trace(shop(), internet, "web", tcp(22))
    page = step_view(way, number)
    assert page == step_view(trace(shop(), internet, "web", tcp(22)), number)
    assert f"Step {number + 1} of 12" in page
    if number < 5:
        assert words.MARK_STOP not in page
        assert "no rule matches" not in page


def test_names_are_escaped_on_a_page():
    way = trace(shop("<script>"), internet, "<script>", tcp(443))
    for number in range(len(steps(way))):
        assert "<script>" not in step_view(way, number)


def parts(box):
    row, _, page = box.children
    back, number, on = row.children
    return back, number, on, page


def test_the_controls_step_on_and_back_and_to_a_number():
    box = stepper(trace(shop(), internet, "web", tcp(443)))
    back, number, on, page = parts(box)
    assert "Step 1 of 12" in page.value
    assert (back.disabled, on.disabled) == (True, False)
    on.click()
    assert "Step 2 of 12" in page.value
    back.click()
    assert "Step 1 of 12" in page.value
    number.value = 12
    assert "Step 12 of 12" in page.value
    assert (back.disabled, on.disabled) == (False, True)
    on.click()
    assert number.value == 12


def test_the_page_is_one_html_control_with_room_for_every_step_changed_once_per_step():
    box = stepper(trace(shop(), internet, "web", tcp(443)))
    _, _, on, page = parts(box)
    assert isinstance(page, ipywidgets.HTML)
    assert page.layout.min_height
    changes = []
    page.observe(changes.append, names="value")
    on.click()
    assert len(changes) == 1


def test_the_controls_have_labels():
    back, number, on, _ = parts(stepper(trace(shop(), internet, "web", tcp(443))))
    assert [control.description for control in (back, number, on)] == ["Previous", "Step", "Next"]


def test_a_prediction_gates_its_stepper():
    assert "Commit your prediction first." in str(stepper("04-p1"))
    predict("04-p1", "blocked")
    assert "Step 1 of" in parts(stepper("04-p1"))[-1].value


def test_an_error_while_stepping_is_shown_on_the_page(monkeypatch, capsys):
    box = stepper(trace(shop(), internet, "web", tcp(443)))
    _, number, _, page = parts(box)

    def broken(*args):
        raise RuntimeError("<oh>")

    monkeypatch.setattr(module, "step_view", broken)
    number.value = 5
    assert "RuntimeError: &lt;oh&gt;" in page.value
    assert capsys.readouterr() == ("", "")


def test_the_still_form_is_the_first_step():
    card = show(trace(shop(), internet, "web", tcp(443)))
    assert "Step 1 of 12" in str(card)
    assert "Step 1 of 12" in card.html()


def test_a_walk_is_a_table_of_both_legs_or_one_with_blanks_where_asked():
    way = trace(shop(), internet, "web", tcp(443))
    both, reply = str(walk(way)), str(walk(way, leg="reply"))
    assert "→ 10.0.0.10:443" in both
    assert all(f"  {number} " in both for number in range(1, 13))
    assert "request" not in reply
    blanked = str(walk(way, leg="request", blank={4}))
    assert blanked.count("____") == 2
    assert "10.0.0.10" not in next(line for line in blanked.splitlines() if "____" in line)


def test_a_walk_waits_for_its_prediction():
    assert "Commit your prediction first." in str(walk("04-p2"))
    predict("04-p2", "inside")
    assert "198.51.100.10:443" in str(walk("04-p2"))


QUESTIONS = [
    ("the list at the door", (internet, "web", 443), {5: "pass", 8: "1"}),
    ("a list that has no rule for it", (internet, "web", 22), {5: "stop"}),
    ("the routes of a table", ("web", "app", 443), {2: "0", 6: "pass"}),
]


@pytest.mark.parametrize(("flow", "truths"), [q[1:] for q in QUESTIONS], ids=[q[0] for q in QUESTIONS])
def test_every_third_step_that_does_something_is_asked_about_until_the_packet_is_stopped(flow, truths):
    src, dst, port = flow
    found = asks(trace(shop(), src, dst, tcp(port)))
    assert {number: ask.truth for number, ask in found.items() if number in truths} == truths
    assert all(ask.truth in dict(ask.choices) and len(ask.choices) > 1 for ask in found.values())
    assert len(found) <= 4


def test_a_question_shows_the_rules_but_not_which_one_decides():
    ask = asks(trace(shop(), internet, "web", tcp(22)))[5]
    assert "tcp 443 from 0.0.0.0/0" in str(ask.rules)
    assert "◀" not in ask.html()
    assert "no rule matches" not in ask.html()


def at_question():
    """Return a stepper whose Next has just asked, and its parts."""
    box = stepper(trace(shop(), internet, "web", tcp(443)))
    _, number, on, page = parts(box)
    number.value = 5
    on.click()
    _, choice, buttons, reminder = box.children[1].children
    return number, on, page, choice, buttons.children, reminder


def test_next_asks_before_some_steps_and_does_not_go_on_without_an_answer():
    number, on, _page, choice, (answer, _), reminder = at_question()
    assert (number.value, choice.value) == (5, None)
    on.click()
    answer.click()
    assert number.value == 5
    assert words.CHOOSE_ONE in reminder.value
    assert record().events() == []


@pytest.mark.parametrize(
    ("key", "said", "state"),
    [("pass", "✔ You said: it passes", "correct"), ("stop", "✖ You said", "try again")],
)
def test_an_answer_goes_on_is_told_in_the_next_step_and_recorded(key, said, state):
    number, _on, page, choice, (answer, _), _ = at_question()
    choice.value = key
    answer.click()
    assert number.value == 6
    assert said in page.value
    (event,) = record().events()
    assert (event["event"], event["step"], event["state"], event["choice"]) == ("step", 6, state, key)


def test_a_question_can_be_skipped_and_is_not_asked_twice():
    number, on, page, _, (_, skip), _ = at_question()
    skip.click()
    assert number.value == 6
    assert "You said" not in page.value
    number.value = 5
    on.click()
    assert number.value == 6
    assert [event["state"] for event in record().events()] == ["skipped"]


def test_questions_can_be_left_out():
    box = stepper(trace(shop(), internet, "web", tcp(443)), ask=False)
    _, number, on, _ = parts(box)
    for _ in range(11):
        on.click()
    assert number.value == 12


def test_where_there_are_no_controls_the_box_says_its_step_in_words():
    box = stepper(trace(shop(), internet, "web", tcp(443)))
    parts(box)[2].click()
    assert "Step 2 of 12" in repr(box)
    shown = box._repr_mimebundle_()
    assert "Step 2 of 12" in shown["text/plain"]
    assert "<table" in shown["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in shown


def test_what_is_no_trace_is_told():
    with pytest.raises(BadInput, match="is no trace: give one"):
        stepper(shop())
