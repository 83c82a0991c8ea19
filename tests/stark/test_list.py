"""The list page: what it shows, how it is asked, and what it costs."""

import datetime

import pytest
from conftest import LIST, make_product, names
from django.core.cache import cache
from django.utils import timezone
from stark_testproject.warehouse.models import Category, Product, Supplier, Tag


def test_every_row_is_listed_in_the_order_of_the_config(keeper, shelves):
    assert names(keeper.get(LIST)) == ["Anvil", "Bread", "Hammer", "Ice"]


def test_the_title_is_the_plural_and_facts_stand_beside_it(keeper, product):
    page = keeper.get(LIST).content.decode()
    assert "<h1>Products</h1>" in page
    assert '<span class="is-warn">Stocktaking on Friday</span>' in page


def test_a_second_config_has_urls_columns_and_operations_of_its_own(keeper, product):
    page = keeper.get("/stark/warehouse/product_plain/").content.decode()
    assert "<h1>Price list</h1>" in page
    assert "SKU" not in page
    assert keeper.get("/stark/warehouse/product_plain/add/").status_code == 404


def test_cells_are_escaped_unless_the_callable_says_they_are_safe(keeper, db):
    make_product(name="<b>Bold</b>", stock=5)
    page = keeper.get(LIST).content.decode()
    assert "<b>Bold</b>" not in page
    assert "&lt;b&gt;Bold&lt;/b&gt;" in page
    assert '<span class="tag tag-ok">5</span>' in page


def test_values_read_as_people_write_them(keeper, db):
    tag = Tag.objects.create(name="heavy"), Tag.objects.create(name="cold")
    today = timezone.localtime().replace(hour=19, minute=30)
    make_product(price=-1234, is_fragile=True, received_at=today, tags=tag)
    page = keeper.get(LIST).content.decode()
    for text in ("−1,234.00", "Today 19:30", ">Yes<", ">New<", "heavy, cold", ">—<"):
        assert text in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("state=sold", ["Anvil"]),
        ("tags={heavy}&tags={cold}", ["Anvil", "Hammer", "Ice"]),
        ("tags={cold}&category={tools}", ["Anvil"]),
        ("supplier=null", ["Anvil", "Bread"]),
        ("supplier=null&supplier={acme}", ["Anvil", "Bread", "Hammer", "Ice"]),
        ("is_fragile=1", ["Ice"]),
        ("level=none", ["Anvil", "Ice"]),
        ("q=ham", ["Hammer"]),
        ("q=acme", ["Hammer", "Ice"]),
        ("q=acme+ice", ["Ice"]),
        ("q=heavy", ["Anvil", "Hammer"]),
        ("sort=-name", ["Ice", "Hammer", "Bread", "Anvil"]),
        ("sort=state,-name", ["Bread", "Ice", "Hammer", "Anvil"]),
        ("view=fragile", ["Ice"]),
        ("view=fresh&q=ice", ["Ice"]),
        ("state=&q=", ["Anvil", "Bread", "Hammer", "Ice"]),
    ],
)
def test_conditions_narrow_the_list_without_duplicates(keeper, shelves, query, expected):
    ids = {tag.name: tag.pk for tag in Tag.objects.all()}
    ids |= {"tools": Category.objects.get(name="Tools").pk}
    ids |= {"acme": Supplier.objects.get(name="Acme").pk}
    assert names(keeper.get(f"{LIST}?{query.format(**ids)}")) == expected


def test_a_date_range_includes_both_of_its_days_in_local_time(keeper, db):
    def at(*parts):
        return datetime.datetime(*parts, tzinfo=timezone.get_current_timezone())

    make_product(name="before", received_at=at(2026, 7, 14, 23, 59))
    make_product(name="first", received_at=at(2026, 7, 15, 0, 0))
    make_product(name="last", received_at=at(2026, 7, 16, 23, 59))
    make_product(name="after", received_at=at(2026, 7, 17, 0, 0))
    query = "received_at_from=2026-07-15&received_at_to=2026-07-16"
    assert names(keeper.get(f"{LIST}?{query}")) == ["first", "last"]


def test_a_date_preset_counts_back_from_today(keeper, db):
    now = timezone.now()
    make_product(name="new", received_at=now)
    make_product(name="old", received_at=now - datetime.timedelta(days=9))
    assert names(keeper.get(f"{LIST}?received_at=7d")) == ["new"]


@pytest.mark.parametrize(
    "query",
    [
        "consultant__password__startswith=a",
        "category__name=Tools",
        "state=nonsense",
        "state=new&state=sold",
        "tags=999999",
        "tags=x",
        "supplier=0x1",
        "sort=cost",
        "sort=tags",
        "sort=name,name",
        "sort=--name",
        "page=0",
        "page=-1",
        "page=last-0",
        "page=%C2%B2",
        "page=1&page=2",
        "per_page=100000",
        "view=secret",
        "columns=password",
        "q=%00",
        "q=" + "x" * 201,
        "received_at=5d",
        "received_at_from=2026-13-01",
        "received_at_from=0001-01-01",
        "received_at_to=yesterday",
    ],
)
def test_what_the_list_does_not_have_is_a_400_page_with_a_way_on(keeper, product, query):
    response = keeper.get(f"{LIST}?{query}")
    assert response.status_code == 400
    assert "Open without this condition" in response.content.decode()


def test_the_400_page_lists_what_would_be_valid_and_keeps_the_rest(keeper, product):
    page = keeper.get(f"{LIST}?state=nonsense&q=lamp").content.decode()
    assert "<code>sold</code>" in page
    assert f'href="{LIST}?q=lamp"' in page


def test_a_limit_on_choices_holds_for_chips_and_values(keeper, product):
    gone = Supplier.objects.create(name="Gone Ltd", is_active=False)
    assert "Gone Ltd" not in keeper.get(LIST).content.decode()
    assert keeper.get(f"{LIST}?supplier={gone.pk}").status_code == 400


def test_a_new_choice_is_there_at_once_although_choices_are_cached(keeper, product):
    keeper.get(LIST)
    Supplier.objects.create(name="Newcomer")
    assert "Newcomer" in keeper.get(LIST).content.decode()


def test_a_choice_made_behind_the_cache_is_valid_and_named(keeper, product):
    keeper.get(LIST)
    Supplier.objects.bulk_create([Supplier(name="Bulk")])
    pk = Supplier.objects.get(name="Bulk").pk
    assert "Supplier: Bulk" in keeper.get(f"{LIST}?supplier={pk}").content.decode()


def test_a_chip_keeps_every_other_condition_and_a_pill_drops_one(keeper, shelves):
    food = Category.objects.get(name="Food").pk
    page = keeper.get(f"{LIST}?state=new&category={food}&sort=-name").content.decode()
    assert f'href="?category={food}&amp;state=sold&amp;sort=-name"' in page
    assert '<span class="visually-hidden">Remove </span>State: New' in page
    assert f'<a class="pill" href="?category={food}&amp;sort=-name">' in page


def test_a_multiple_chip_adds_and_an_active_one_takes_away(keeper, shelves):
    food, tools = (Category.objects.get(name=name).pk for name in ("Food", "Tools"))
    page = keeper.get(f"{LIST}?category={food}").content.decode()
    assert f'href="?category={food}&amp;category={tools}"' in page
    assert '<a class="chip" href="?" aria-current="true">' in page


def test_the_sorted_column_says_so_and_its_link_turns_the_order(keeper, shelves):
    page = keeper.get(f"{LIST}?sort=price").content.decode()
    assert 'aria-sort="ascending"><a href="?sort=-price">' in page
    # Margin sorts by the price too, but it is not what was asked for.
    assert page.count("aria-sort") == 1


def test_chosen_columns_are_shown_in_the_chosen_order(keeper, product):
    response = keeper.get(f"{LIST}?columns=price&columns=name")
    assert [head.label for head in response.context["heads"]] == ["Price", "Name"]


def test_nothing_found_offers_to_drop_each_condition(keeper, product):
    page = keeper.get(f"{LIST}?state=gone&q=lamp").content.decode()
    assert "Nothing matches these conditions" in page
    assert "Without “State: Gone”" in page


def test_nothing_there_yet_says_what_to_do(keeper):
    assert "Add the first product." in keeper.get(LIST).content.decode()


def test_htmx_gets_the_list_alone_and_its_history_the_whole_page(keeper, product):
    part = keeper.get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert 'id="list"' in part.content.decode()
    assert "HX-Request" in part["Vary"]
    headers = {"HX-Request": "true", "HX-History-Restore-Request": "true"}
    assert "<html" in keeper.get(LIST, headers=headers).content.decode()


def test_pages_need_no_inline_script_or_style(keeper, shelves):
    for url in (LIST, f"{LIST}add/", f"{LIST}{shelves[0].pk}/detail/"):
        page = keeper.get(url).content.decode()
        assert "<script>" not in page
        assert "<style" not in page
        assert " style=" not in page
        assert " onclick=" not in page


@pytest.mark.parametrize("rows", [1, 50])
def test_a_list_asks_at_most_five_queries_however_many_rows(
    keeper, django_assert_num_queries, rows
):
    suppliers = [Supplier.objects.create(name=f"Supplier {n}") for n in range(5)]
    tag = Tag.objects.create(name="heavy")
    for number in range(rows + 1):
        make_product(supplier=suppliers[number % 5], tags=[tag])
    keeper.get(LIST)
    # Session, user, rows, tags, and the count when there are more pages.
    with django_assert_num_queries(5):
        response = keeper.get(f"{LIST}?per_page={rows}")
    assert len(names(response)) == rows


def test_a_last_page_tells_its_count_without_asking(keeper, shelves, django_assert_num_queries):
    keeper.get(LIST)
    with django_assert_num_queries(4):
        keeper.get(LIST)


def test_fifty_rows_of_ten_columns_stay_under_sixty_kilobytes(keeper, db):
    suppliers = [Supplier.objects.create(name=f"Supplier {n}") for n in range(9)]
    for number in range(51):
        make_product(supplier=suppliers[number % 9], received_at=timezone.now())
    assert len(keeper.get(f"{LIST}?per_page=50").content) < 60_000


def test_counts_come_in_a_second_request(keeper, shelves):
    first = keeper.get(LIST).content.decode()
    assert 'hx-get="/stark/warehouse/product/?facets=1"' in first
    assert "skeleton" in first
    second = keeper.get(f"{LIST}?facets=1", headers={"HX-Request": "true"}).content.decode()
    assert "<table" not in second
    assert "skeleton" not in second
    assert 'New <span class="n">2</span>' in second
    assert 'Fragile <span class="n">1</span>' in second


def test_without_script_the_counts_are_a_page(keeper, shelves):
    page = keeper.get(f"{LIST}?facets=1").content.decode()
    assert "<html" in page
    assert 'New <span class="n">2</span>' in page


def test_more_rows_than_the_limit_show_no_counts(keeper, shelves, settings):
    settings.STARK = {**settings.STARK, "FACET_ROWS_LIMIT": 3}
    page = keeper.get(f"{LIST}?facets=1", headers={"HX-Request": "true"}).content.decode()
    assert 'New <span class="n">' not in page


def test_counts_above_the_cap_say_plus(keeper, shelves, settings):
    settings.STARK = {**settings.STARK, "COUNT_LIMIT": 3}
    page = keeper.get(f"{LIST}?facets=1&per_page=2").content.decode()
    assert 'All <span class="n">3+</span>' in page
    assert "1–2 of 3+" in page


def test_pages_do_not_overlap_and_the_last_one_can_be_asked_for(keeper, db):
    for number in range(7):
        make_product(name=f"P{number}")
    assert names(keeper.get(f"{LIST}?per_page=3")) == ["P0", "P1", "P2"]
    assert names(keeper.get(f"{LIST}?per_page=3&page=3")) == ["P6"]
    assert names(keeper.get(f"{LIST}?per_page=3&page=last")) == ["P6"]
    assert names(keeper.get(f"{LIST}?per_page=3&page=last-1")) == ["P3", "P4", "P5"]


def test_an_uncounted_list_is_read_from_its_end(keeper, db, settings):
    settings.STARK = {**settings.STARK, "COUNT_LIMIT": 4}
    for number in range(7):
        make_product(name=f"P{number}")
    response = keeper.get(f"{LIST}?per_page=3&page=last")
    assert names(response) == ["P4", "P5", "P6"]
    assert "Last of 4+" in response.content.decode()
    assert response.context["page_links"]["previous"] == "?per_page=3&page=last-1"
    assert names(keeper.get(f"{LIST}?per_page=3&page=last-1")) == ["P1", "P2", "P3"]


def test_a_page_that_is_gone_shows_the_last_one(keeper, db):
    for number in range(4):
        make_product(name=f"P{number}")
    assert names(keeper.get(f"{LIST}?per_page=3&page=9")) == ["P3"]


def test_many_choices_become_a_select(keeper, product):
    Supplier.objects.bulk_create([Supplier(name=f"Supplier {n}") for n in range(40)])
    cache.clear()
    page = keeper.get(LIST).content.decode()
    assert '<select class="form-select" id="in-supplier" name="supplier" multiple' in page


def test_a_callable_that_loads_a_relation_per_row_is_noticed(keeper, product, config, monkeypatch):
    import stark
    from django.db.models import QuerySet

    if not hasattr(QuerySet, "fetch_mode"):
        # Django < 6.1 cannot refuse; the query counts above hold there too.
        return
    column = stark.Column("lazy", value=lambda each: each.category.name).bind(config)
    monkeypatch.setitem(config.columns, "lazy", column)
    with pytest.raises(Exception, match="category"):
        keeper.get(f"{LIST}?columns=lazy")


def test_the_index_names_only_lists_one_may_open(reader, product):
    page = reader.get("/stark/").content.decode()
    assert "Price list" in page
    assert "Suppliers" not in page
    assert Product.objects.count() == 1
