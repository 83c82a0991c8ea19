"""The list as a file."""

import csv
import datetime
import io

import openpyxl
import pytest
from conftest import LIST, make_product
from django.utils import timezone
from stark.views.export import escape_formula


def read_csv(response):
    text = response.getvalue().decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


def test_csv_has_the_columns_and_rows_of_the_list(keeper, shelves):
    rows = read_csv(
        keeper.get(f"{LIST}export/?format=csv&state=new&sort=-name&columns=name&columns=tags")
    )
    assert rows == [["Name", "Tags"], ["Ice", "cold"], ["Hammer", "heavy"]]


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t"])
def test_a_text_that_looks_like_a_formula_is_escaped(keeper, db, start):
    make_product(name=f"{start}1+1", price=-5)
    row = read_csv(keeper.get(f"{LIST}export/?columns=name&columns=price"))[1]
    assert row == [f"'{start}1+1", "-5.00"]


def test_numbers_are_not_escaped():
    assert escape_formula(-5) == -5


def test_xlsx_keeps_numbers_and_dates_and_writes_formulas_as_text(keeper, db):
    evening = datetime.datetime(2026, 7, 16, 19, 30)  # noqa: DTZ001 - workbooks have no time zones
    at = timezone.make_aware(evening)
    make_product(name="=1+1", price=12.5, stock=-3, received_at=at, is_fragile=True)
    columns = "&".join(
        f"columns={name}" for name in ("name", "price", "stock", "is_fragile", "received_at")
    )
    response = keeper.get(f"{LIST}export/?format=xlsx&{columns}")
    assert response["Content-Type"].endswith("spreadsheetml.sheet")
    sheet = openpyxl.load_workbook(io.BytesIO(response.getvalue())).active
    assert [cell.value for cell in sheet[2]] == [
        "=1+1",
        12.5,
        "-3",
        "Yes",
        evening,
    ]
    assert sheet["A2"].data_type == "s"


def test_the_file_is_named_after_the_list_and_the_day(keeper, product):
    name = f"products-{timezone.localdate():%Y-%m-%d}.csv"
    assert name in keeper.get(f"{LIST}export/")["Content-Disposition"]


def test_an_unknown_kind_of_file_is_refused(keeper, product):
    assert keeper.get(f"{LIST}export/?format=pdf").status_code == 400


def test_an_export_asks_the_same_number_of_queries_for_any_number_of_rows(
    keeper, django_assert_num_queries
):
    for _number in range(30):
        make_product()
    with django_assert_num_queries(4):
        keeper.get(f"{LIST}export/").getvalue()


def test_the_list_links_to_its_own_export(keeper, shelves):
    page = keeper.get(f"{LIST}?state=new").content.decode()
    assert f'href="{LIST}export/?state=new&amp;format=xlsx"' in page
    assert "Export 2 rows as CSV" in page
