"""Rows are checked: what can be imported, what repeats a row, which cell is wrong and why."""

import json
from datetime import date
from pathlib import Path

import pytest
from crm.customers import choices
from crm.customers.importing.check import Duplicate, Row, RowChecker, RowError, Tally
from crm.customers.importing.headers import FIELDS
from crm.customers.importing.reader import Column, RawRow, open_workbook
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

DEMO = Path(__file__).parents[3] / "site" / "demo"
TODAY = date(2026, 11, 21)
COURSES = {"Linux基础": 7, "Python自动化开发精英班": 3}
COLUMNS = [Column(index, name, name) for index, name in enumerate(FIELDS)]


def checker() -> RowChecker:
    return RowChecker(choices.SOURCE_NAMES, COURSES, TODAY, columns=COLUMNS)


def raw(number: int = 2, **cells) -> RawRow:
    return RawRow(number, {"name": "李雷", "phone": "13800138000", **cells}, ())


@pytest.mark.parametrize("name", ["leads-october.xls", "leads-november.xlsx"])
def test_the_sample_workbooks_give_exactly_the_expected_counts(name):
    courses = {
        course["zh"]: pk
        for pk, course in enumerate(json.loads((DEMO / "courses.json").read_text()))
    }
    expected = json.loads((DEMO / "workbooks" / f"{name}.expected.json").read_text())
    tally = Tally()
    with open_workbook(DEMO / "workbooks" / name) as workbook:
        check = RowChecker(choices.SOURCE_NAMES, courses, TODAY, columns=workbook.columns)
        for row in workbook.rows():
            tally.add(check.check(row))
        tally.blank = workbook.blank_rows
    assert tally.as_dict() == expected
    assert tally.data_rows + tally.blank == workbook.row_count


def test_a_full_row_is_normalised_throughout():
    row = checker().check(
        raw(
            gender="女",
            phone=13800138000.0,
            qq="123456@qq.com",
            wechat=" WX_1 ",
            email="Li@Example.com",
            source="51CTO",
            courses="Linux基础、Python自动化开发精英班",
            consulted_on="2026年10月8日",
            education="大专",
            school=" 郑州  大学 ",
            major="数学",
            experience="在校生",
            in_work="无业",
            company="—",
            salary="8k",
            note="a\r\nb",
        )
    )
    assert isinstance(row, Row)
    assert row.contacts == {
        "phone": "13800138000",
        "qq": "123456",
        "wechat": "wx_1",
        "email": "li@example.com",
    }
    assert (row.source, row.courses, row.consulted_on) == ("cto51", (3, 7), date(2026, 10, 8))
    assert (row.gender, row.education, row.experience) == ("female", "junior_college", "student")
    assert (row.school, row.in_work, row.salary, row.note) == ("郑州 大学", False, 8000, "a\nb")


def test_a_row_without_a_source_came_from_the_qq_group():
    row = checker().check(raw())
    assert isinstance(row, Row)
    assert row.source == choices.Source.QQ_GROUP


@pytest.mark.parametrize(
    ("cells", "cell", "code"),
    [
        ({"name": "  "}, "A137", "missing_name"),
        ({"name": "???"}, "A137", "name_shape"),
        ({"phone": "1380013801"}, "C137", "phone_short"),
        ({"qq": "12"}, "D137", "qq_shape"),
        ({"phone": "无"}, "C137", "no_contact"),
        ({"source": "火星推广"}, "G137", "unknown_source"),
        ({"courses": "绘画"}, "H137", "unknown_course"),
        ({"consulted_on": "2026年13月41日"}, "I137", "date_impossible"),
        ({"consulted_on": date(2026, 11, 23)}, "I137", "date_future"),
        ({"consulted_on": "1999-12-31"}, "I137", "date_shape"),
        ({"consulted_on": date(1999, 12, 31)}, "I137", "date_too_early"),
        ({"education": "博士后"}, "J137", "unknown_education"),
        ({"experience": "很久"}, "M137", "unknown_experience"),
        ({"gender": "?"}, "B137", "unknown_gender"),
        ({"in_work": "也许"}, "N137", "unknown_work_state"),
        ({"salary": "面议"}, "P137", "salary_shape"),
        ({"note": "x" * 2001}, "Q137", "too_long"),
    ],
)
def test_a_fault_names_its_cell_and_says_what_to_do(cells, cell, code):
    error = checker().check(raw(137, **cells))
    assert isinstance(error, RowError)
    assert (error.cell, error.code, error.others) == (cell, code, [])
    assert error.reason == f"{cell}: {error.message} {error.cure}"
    with translation.override("zh-hans"):
        assert error.reason.endswith("。")


def test_a_row_tells_all_its_faults_at_once():
    error = checker().check(RawRow(9, {"phone": "12", "source": "x", "consulted_on": "y"}, ()))
    assert isinstance(error, RowError)
    codes = [fault.code for fault in [error, *error.others]]
    assert codes == ["missing_name", "phone_short", "unknown_source", "date_shape"]
    assert error.reason.count("\n") == 3


def test_a_row_with_an_unusable_contact_is_not_told_to_have_none():
    error = checker().check(RawRow(9, {"name": "李雷", "qq": "1"}, ()))
    assert isinstance(error, RowError)
    assert [error.code, *error.others] == ["qq_shape"]


@pytest.mark.parametrize(
    ("kind", "first", "again"),
    [
        ("phone", "+86 138-0013-8000", 13800138000.0),
        ("qq", "123456@qq.com", 123456.0),
        ("wechat", "WX_1", "wx_1"),
        ("email", "Li@Example.com", "li@example.com"),
    ],
)
def test_a_repeat_by_any_contact_names_the_row_it_repeats(kind, first, again):
    check = checker()
    assert isinstance(check.check(RawRow(5, {"name": "李雷", kind: first}, ())), Row)
    repeat = check.check(RawRow(88, {"name": "韩梅梅", kind: again}, ()))
    assert repeat == Duplicate(88, 5, kind)
    assert "row 5" in repeat.reason


def test_the_repeat_of_a_faulty_row_is_no_repeat():
    check = checker()
    assert isinstance(check.check(raw(2, source="火星推广")), RowError)
    assert isinstance(check.check(raw(3)), Row)
    assert isinstance(check.check(raw(4, qq="123456")), Duplicate)
    only_shared_with_the_repeat = RawRow(5, {"name": "韩梅梅", "qq": "123456"}, ())
    assert isinstance(check.check(only_shared_with_the_repeat), Row)


def test_the_digest_is_of_the_content_not_of_its_spelling_or_place():
    one = checker().check(raw(2, source="51cto", consulted_on="2026/10/8"))
    other = checker().check(
        RawRow(
            99,
            {
                "consulted_on": date(2026, 10, 8),
                "phone": 13800138000.0,
                "source": "51CTO",
                "name": " 李雷 ",
            },
            (),
        )
    )
    assert isinstance(one, Row)
    assert isinstance(other, Row)
    assert one.digest == other.digest
    assert len(one.digest) == 64


@pytest.mark.parametrize(
    "change",
    [
        {"name": "韩梅梅"},
        {"phone": "13900139000"},
        {"qq": "123456"},
        {"wechat": "wx"},
        {"email": "a@b.cn"},
        {"source": "SEO"},
        {"courses": "Linux基础"},
        {"consulted_on": "2026-10-09"},
        {"gender": "男"},
        {"education": "大专"},
        {"school": "x"},
        {"major": "x"},
        {"experience": "在校生"},
        {"in_work": "在职"},
        {"company": "x"},
        {"salary": 1},
        {"note": "x"},
    ],
)
def test_the_digest_changes_with_every_field(change):
    plain, changed = checker().check(raw()), checker().check(raw(**change))
    assert isinstance(plain, Row)
    assert isinstance(changed, Row)
    assert plain.digest != changed.digest


cells = st.one_of(
    st.text(max_size=12),
    st.floats(allow_nan=False),
    st.booleans(),
    st.dates(),
    st.datetimes(),
    st.times(),
    st.timedeltas(),
)


@given(st.lists(st.dictionaries(st.sampled_from(FIELDS), cells, max_size=8), max_size=6))
def test_no_content_of_cells_makes_the_checker_crash_and_counts_add_up(rows):
    check, tally = checker(), Tally()
    for number, content in enumerate(rows, 2):
        result = check.check(RawRow(number, content, ()))
        assert result.number == number
        if not isinstance(result, Row):
            assert result.reason
        tally.add(result)
    assert tally.data_rows == len(rows)


def test_true_and_one_are_not_taken_for_each_other():
    check = checker()
    assert isinstance(check.check(raw(2, note=1.0)), Row)
    assert isinstance(check.check(raw(3, phone="13900139000", note=True)), RowError)
