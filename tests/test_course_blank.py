"""The blank stays blank whatever is done with it, and is found wherever it hides."""

import copy
import functools
import operator
import pickle
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vpclab.course.blank import ____, holds_blank

TWO_SIDED = [
    operator.add, operator.sub, operator.mul, operator.matmul, operator.truediv, operator.floordiv,
    operator.mod, operator.pow, operator.lshift, operator.rshift, operator.and_, operator.or_, operator.xor,
    divmod,
    operator.lt, operator.le, operator.gt, operator.ge, operator.eq, operator.ne,
    operator.iadd, operator.isub, operator.imul, operator.ior,
]  # fmt: skip
ONE_SIDED = [
    operator.neg, operator.pos, operator.abs, operator.invert, round, copy.copy, copy.deepcopy, list, tuple,
    set, str, repr, format, dict, "{:>3}".format, lambda b: f"{b}/24", "10.0.0.0/%s".__mod__,
    lambda b: [*b],
    lambda b: b(), lambda b: b.subnet("a").cidr, lambda b: b[0:3], lambda b: b["x"], lambda b: sorted([b, 3]),
    lambda b: {b: 1}, lambda b: sum([b, 1]), lambda b: max(b, 3), lambda b: pickle.loads(pickle.dumps(b)),
    bytes, lambda b: list(reversed(b)), lambda b: b is not None and b,
]  # fmt: skip
# Python insists on its own type for these: they give the emptiest value, and do not raise.
LOSING = [bool, int, float, complex, len, hash, range, lambda b: 3 in b, lambda b: isinstance(3, b)]
SOMETHING = st.one_of(
    st.integers(), st.text(), st.none(), st.floats(), st.lists(st.integers()), st.booleans()
)


def label(value: object) -> str:
    """Return a test's id without the address that a function's text carries."""
    return re.sub(r" at 0x[0-9a-f]+", "", str(value))


@given(st.lists(st.tuples(st.sampled_from(TWO_SIDED), st.booleans(), SOMETHING), min_size=1, max_size=6))
def test_a_blank_in_any_chain_of_operations_stays_a_blank(steps):
    value = ____
    for operation, blank_first, other in steps:
        formats = operation is operator.mod and isinstance(other, str)  # "%" on text gives text
        value = operation(value, other) if blank_first or formats else operation(other, value)
    assert holds_blank(value)


@pytest.mark.parametrize("operation", ONE_SIDED)
def test_a_blank_stays_a_blank(operation):
    assert holds_blank(operation(____))


@pytest.mark.parametrize("operation", LOSING)
def test_a_blank_does_not_raise_where_python_wants_its_own_type(operation):
    operation(____)


def test_statements_with_a_blank_do_not_raise():
    with ____ as inside:
        inside.attribute = 3
        inside["key"] = 3
        del inside.attribute, inside["key"]

    class Child(____):
        pass

    assert holds_blank(inside)
    assert Child()


def test_a_blank_shows_itself_without_an_address_or_a_question_to_jupyter():
    assert repr(____) == "____"
    assert not hasattr(____, "_repr_html_")
    assert not hasattr(____, "_ipython_display_")


def helper(shop):
    shop.route(____, to="igw")


def uses_helper(shop):
    helper(shop)


def nested(shop):
    def inner():
        return [____ for _ in shop]

    return inner


def with_default(shop, block=____):
    return block


def closing_over():
    blank = ____
    return lambda shop: shop.route(blank)


class Learner:
    def fix(self, shop):
        shop.route(____)


LOOP = ["a"]
LOOP.append(LOOP)


@pytest.mark.parametrize(
    "value",
    [
        ____,
        [____],
        (1, [{"a": ____}]),
        {____: 1},
        "10.0.0.0/____",
        b"____",
        frozenset({____}),
        {"a": {"b": (____,)}},
    ],
    ids=repr,
)
def test_a_blank_is_found_inside(value):
    assert holds_blank(value)


@pytest.mark.parametrize(
    "function",
    [
        helper, uses_helper, nested, with_default, closing_over(), Learner().fix,
        functools.partial(helper, 1), functools.partial(print, ____), lambda shop: ____,
    ],
    ids=label,
)  # fmt: skip
def test_a_blank_is_found_in_the_code_of_a_function_that_is_not_run(function):
    assert holds_blank(function)


@pytest.mark.parametrize(
    "value", [None, 0, "", "__", "__init__", [], LOOP, print, len, (x for x in [____])], ids=label
)
def test_what_holds_no_blank_is_no_blank(value):
    assert not holds_blank(value)


def test_a_finished_function_holds_no_blank_though_its_module_imports_one():
    def fix(shop):
        return ["a" for _ in shop]

    assert not holds_blank(fix)
