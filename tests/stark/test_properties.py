"""Rules that hold for any state and any stock, tried on many."""

import datetime

import pytest
import stark
from conftest import LIST, make_product
from django.contrib.auth.models import AnonymousUser
from django.http import QueryDict
from django.test import RequestFactory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stark.facets import count_facets
from stark.paging import read_page
from stark.pipeline import filtered_rows, ordering
from stark.selection import Selection, read_selection, select
from stark.state import ListState, StateError, parse_state
from stark.surface import Surface
from stark_testproject.accounts.models import Person
from stark_testproject.warehouse.models import Category, Product, Supplier, Tag

SOME = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
DAYS = st.dates(min_value=datetime.date(1990, 1, 1), max_value=datetime.date(2200, 1, 1))
COLUMNS = ["name", "sku", "state", "price", "stock", "received_at", "supplier__name"]


@pytest.fixture
def stock(db):
    """Thirty products spread over every dimension."""
    categories = [Category.objects.create(name=f"C{n}") for n in range(3)]
    suppliers = [Supplier.objects.create(name=f"S{n}") for n in range(2)]
    tags = [Tag.objects.create(name=f"T{n}") for n in range(3)]
    for number in range(30):
        make_product(
            state=["new", "sold", "gone"][number % 3],
            category=categories[number % 7 % 3],
            supplier=[*suppliers, None][number % 4 % 3],
            tags=[tag for place, tag in enumerate(tags) if number >> place & 1],
            stock=number % 4,
            price=number % 5,
            is_fragile=number % 5 == 0,
        )


@pytest.fixture
def surface(stock):
    request = RequestFactory().get(LIST)
    request.user = Person.objects.create_superuser("keeper@example.com")
    return Surface(request, stark.site.get("warehouse.product"))


def values_of(surface, name):
    each = surface.filters[name]
    return [value for value, _label in each.choices(surface.request, surface.config)]


@st.composite
def states(draw, surface):
    conditions = {}
    for name, each in surface.filters.items():
        values = values_of(surface, name)
        most = len(values) if each.multiple else 1
        chosen = draw(st.lists(st.sampled_from(values), unique=True, max_size=most))
        if chosen:
            conditions[name] = tuple(value for value in values if value in chosen)
    if draw(st.booleans()):
        conditions["received_at_from"] = (str(draw(DAYS)),)
    names = draw(st.lists(st.sampled_from(COLUMNS), unique=True, max_size=3))
    return ListState(
        q=draw(st.sampled_from(["", "Product", "S0", "中文 &=+%"])),
        conditions=conditions,
        sort=tuple(draw(st.sampled_from(["", "-"])) + name for name in names),
        view=draw(st.sampled_from(["", "fragile", "fresh"])),
        columns=tuple(draw(st.lists(st.sampled_from(COLUMNS), unique=True, max_size=4))),
        per_page=draw(st.integers(0, 200)),
        page=draw(st.integers(-5, 9).filter(bool)),
    )


@SOME
@given(data=st.data())
def test_a_state_survives_its_own_query_string(surface, data):
    state = data.draw(states(surface))
    again = parse_state(surface, QueryDict(state.query()))
    assert again == state
    assert again.query() == state.query()


@SOME
@given(text=st.text(max_size=80))
def test_any_query_string_is_a_state_or_a_refusal(surface, text):
    try:
        state = parse_state(surface, QueryDict(text))
    except StateError:
        return
    list(filtered_rows(surface, state)[:5])


@SOME
@given(
    pairs=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "q",
                    "page",
                    "sort",
                    "per_page",
                    "columns",
                    "view",
                    "state",
                    "tags",
                    "supplier",
                    "received_at",
                    "received_at_from",
                    "is_fragile",
                    "level",
                ]
            ),
            st.one_of(st.text(max_size=12), st.integers().map(str), st.dates().map(str)),
        ),
        max_size=4,
    )
)
def test_any_value_of_a_known_key_is_a_state_or_a_refusal(surface, pairs):
    query = QueryDict(mutable=True)
    for key, value in pairs:
        query.appendlist(key, value)
    try:
        state = parse_state(surface, query)
    except StateError:
        return
    list(filtered_rows(surface, state)[:5])


@SOME
@given(data=st.data())
def test_all_matching_selects_exactly_the_rows_of_the_list(surface, data):
    state = data.draw(states(surface))
    listed = sorted(filtered_rows(surface, state).values_list("pk", flat=True))
    assert len(listed) == len(set(listed))
    acting = Surface(surface.request, surface.config, "archive")
    posted = QueryDict(mutable=True)
    posted.update({"all": str(len(listed)), "state": state.query()})
    queryset, refused = select(acting, read_selection(acting, posted))
    assert sorted(queryset.values_list("pk", flat=True)) == listed
    assert refused == []


@SOME
@given(data=st.data())
def test_a_facet_is_the_count_of_the_list_one_click_away(surface, data):
    state = data.draw(states(surface))
    counts = count_facets(surface, state)
    for name, each in surface.filters.items():
        rest = state.without(each.keys)
        assert counts.values[name][""].value == filtered_rows(surface, rest).count()
        for value in values_of(surface, name):
            clicked = rest.with_condition(name, [value])
            found = counts.values[name].get(value)
            assert (found.value if found else 0) == filtered_rows(surface, clicked).count()


@SOME
@given(data=st.data(), size=st.integers(1, 12))
def test_pages_put_together_are_the_list(surface, data, size):
    state = data.draw(states(surface))
    rows, order = filtered_rows(surface, state), ordering(surface, state)
    whole = list(rows.order_by(*order))
    seen, number = [], 1
    while number:
        page = read_page(rows, rows, order=order, number=number, size=size)
        assert page.total.value == len(whole) or not page.total.exact
        seen += page.rows
        number = page.next
    assert seen == whole
    last = read_page(rows, rows, order=order, number=-1, size=size)
    assert last.rows == whole[-len(last.rows) :] if whole else not last.rows


def test_a_named_selection_never_leaves_the_scope(surface):
    outside = make_product(archived=True)
    acting = Surface(surface.request, surface.config, "archive")
    inside = Product.objects.filter(archived=False).first()
    selection = Selection((str(inside.pk), str(outside.pk)), None, ListState())
    queryset, refused = select(acting, selection)
    assert list(queryset) == [inside]
    assert [row.obj for row in refused] == [str(outside.pk)]


def test_nobody_has_a_surface_with_actions(stock):
    request = RequestFactory().get(LIST)
    request.user = AnonymousUser()
    assert Surface(request, stark.site.get("warehouse.product")).actions == []
