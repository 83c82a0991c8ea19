"""What goes back to the person: the failed rows as they were, and an empty template."""

import io
import zipfile
from datetime import date

import pytest
import python_calamine
from crm.customers import choices
from crm.customers.importing.check import Row, RowChecker
from crm.customers.importing.errors_workbook import write_errors, write_template
from crm.customers.importing.headers import FIELDS
from crm.customers.importing.reader import open_workbook
from django.utils import translation

TODAY = date(2026, 11, 21)
UPLOAD = [
    ["十月登记表"],
    ["手机号", "姓名", "星座", "咨询日期", "客户来源"],
    ["13800138000", "李雷", "狮子", date(2026, 10, 8), "SEO"],
    ["12", '=cmd|" /C calc"!A0', "处女", date(2026, 10, 9), "SEO"],
    [13900139000, "韩梅梅", "", "2026年13月41日", "火星推广"],
    ["+86 138-0013-8000", "李雷", "狮子", date(2026, 10, 8), "SEO"],
]


def failed_rows(path):
    with open_workbook(path) as workbook:
        check = RowChecker(choices.SOURCE_NAMES, {}, TODAY, columns=workbook.columns)
        results = [(raw, check.check(raw)) for raw in workbook.rows()]
        return workbook, [(raw, result) for raw, result in results if not isinstance(result, Row)]


def cells_of(content):
    return (
        python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        .get_sheet_by_index(0)
        .to_python()
    )


def test_failed_rows_come_back_as_they_were_with_row_number_and_reason(make_xlsx):
    workbook, failed = failed_rows(make_xlsx(UPLOAD))
    target = io.BytesIO()
    assert write_errors(target, workbook, failed) == 3
    header, formula, dates, repeat = cells_of(target.getvalue())
    assert header == ["手机号", "姓名", "星座", "咨询日期", "客户来源", "Row number", "Reason"]
    assert formula[5] == 4.0
    assert dates[:6] == [13900139000.0, "韩梅梅", "", "2026年13月41日", "火星推广", 5.0]
    assert dates[6].splitlines()[0].startswith("D5: There is no such day.")
    assert dates[6].splitlines()[1].startswith("E5: This source is not on the list.")
    assert repeat[3:6] == [date(2026, 10, 8), "SEO", 6.0]
    assert repeat[6].startswith("The same customer as in row 3 (Phone).")


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "http://example.com", "\t=1"])
def test_text_that_looks_like_a_formula_stays_text(make_xlsx, tmp_path, text):
    path = make_xlsx([["姓名", "手机号", "备注"], ["李雷", "12", "x"]])
    workbook, ((raw, error),) = failed_rows(path)
    target = tmp_path / "errors.xlsx"
    write_errors(target, workbook, [(raw._replace(values=["李雷", "12", text]), error)])
    with zipfile.ZipFile(target) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    assert b"<f>" not in sheet
    assert b"hyperlink" not in sheet


def test_the_mended_error_workbook_is_read_without_a_note(make_xlsx, tmp_path):
    workbook, failed = failed_rows(make_xlsx([row[:2] + row[3:] for row in UPLOAD[1:]]))
    for language in ("en", "zh-hans"):
        target = tmp_path / f"errors-{language}.xlsx"
        with translation.override(language):
            write_errors(target, workbook, failed)
        again, failed_again = failed_rows(target)
        assert again.notes == []
        assert [raw.cells["phone"] for raw, _error in failed_again] == ["12", 13900139000.0]
        assert write_errors(io.BytesIO(), again, failed_again) == 2


def test_errors_of_errors_have_the_two_added_columns_once(make_xlsx, tmp_path):
    workbook, failed = failed_rows(make_xlsx(UPLOAD))
    first = tmp_path / "errors.xlsx"
    write_errors(first, workbook, failed)
    again, failed_again = failed_rows(first)
    target = io.BytesIO()
    write_errors(target, again, failed_again)
    assert cells_of(target.getvalue())[0].count("Reason") == 1


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_filled_template_is_understood_in_either_language(tmp_path, make_xlsx, language):
    path = tmp_path / "template.xlsx"
    with translation.override(language):
        write_template(path, courses=["Linux基础"])
    (titles,) = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    with open_workbook(make_xlsx([titles, ["李雷"] * len(titles)])) as workbook:
        assert list(workbook.fields) == list(FIELDS)
        assert workbook.notes == []


def test_the_template_offers_the_lists_that_the_import_understands(tmp_path):
    path = tmp_path / "template.xlsx"
    write_template(path, courses=["Linux基础"])
    lists = python_calamine.CalamineWorkbook.from_path(path).get_sheet_by_name("lists").to_python()
    offered = {value for row in lists for value in row if value}
    assert {str(label) for label in choices.Source.labels} <= offered
    assert "Linux基础" in offered
