"""Cells are understood in every usual form; what is open to a guess is refused."""

from contextlib import suppress
from datetime import date, datetime, time, timedelta

import pytest
from crm.customers import choices
from crm.customers.importing import normalise
from crm.customers.importing.normalise import CellError, FormulaError
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    "cell",
    [
        date(2026, 10, 8),
        datetime(2026, 10, 8, 23, 59),  # noqa: DTZ001 - a cell of Excel has no zone
        "2026/10/8",
        "2026-10-08",
        "2026.10.8",
        "2026年10月8日",
        "2026年10月08号",
        "20261008",
        "2026-10-08 10:30",
        "2026/10/8 9:05:00",
        " ２０２６／１０／８ ",
        46303,
        46303.0,
        46303.75,
        "46303",
        20261008.0,
    ],
)
def test_every_usual_form_of_a_date_is_read(cell):
    assert normalise.cell_date(cell) == date(2026, 10, 8)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("2026年13月41日", "date_impossible"),
        ("2026-02-29", "date_impossible"),
        ("2026-10-08 25:00", "date_impossible"),
        ("8/10/2026", "date_shape"),
        ("10月8日", "date_shape"),
        ("7.3?", "date_shape"),
        ("昨天", "date_shape"),
        (12, "date_shape"),
        ("1e999", "date_shape"),
        (True, "wrong_type"),
        (time(10, 30), "wrong_type"),
        (timedelta(days=3), "wrong_type"),
        (FormulaError("#N/A"), "formula_error"),
    ],
)
def test_a_date_that_is_open_to_a_guess_is_refused(cell, code):
    with pytest.raises(CellError) as refused:
        normalise.cell_date(cell)
    assert refused.value.code == code


@given(st.dates(min_value=date(2000, 1, 1), max_value=date(2099, 12, 31)))
def test_all_forms_of_one_day_agree(day):
    forms = [
        day,
        day.isoformat(),
        f"{day.year}/{day.month}/{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        float((day - date(1899, 12, 30)).days),
    ]
    assert {normalise.cell_date(form) for form in forms} == {day}


@given(st.text(max_size=30))
def test_no_text_makes_a_cell_function_crash(text):
    for read in (
        normalise.cell_date,
        normalise.cell_salary,
        normalise.cell_work_state,
        lambda value: normalise.cell_name(value, limit=64),
        lambda value: normalise.cell_note(value, limit=20),
        lambda value: normalise.cell_courses({}, value),
    ):
        with suppress(CellError):
            read(text)


@pytest.mark.parametrize(
    "cell", [8000, 8000.0, "8000", "8,000元", "8k", "8K", "0.8万", "¥8000", "8千", "8000元/月"]
)
def test_every_usual_form_of_a_salary_is_read(cell):
    assert normalise.cell_salary(cell) == 8000


@pytest.mark.parametrize("cell", ["8000-10000", "面议", "-1", "99999999999", "8 万 5"])
def test_a_salary_that_is_no_single_amount_is_refused(cell):
    with pytest.raises(CellError) as refused:
        normalise.cell_salary(cell)
    assert refused.value.code == "salary_shape"


def test_a_name_loses_its_outer_spaces_and_control_characters():
    assert normalise.cell_name(" 苗磊强\u3000", limit=64) == "苗磊强"
    assert normalise.cell_name("Li\x00  Lei\n", limit=64) == "Li Lei"


@pytest.mark.parametrize("cell", ["13800138000", 5.0, "?", date(2026, 1, 1)])
def test_a_name_without_a_letter_is_refused(cell):
    with pytest.raises(CellError) as refused:
        normalise.cell_name(cell, limit=64)
    assert refused.value.code == "name_shape"


def test_text_too_long_for_its_column_is_refused():
    assert normalise.cell_name("王" * 64, limit=64) == "王" * 64
    with pytest.raises(CellError) as refused:
        normalise.cell_name("王" * 65, limit=64)
    assert (refused.value.code, refused.value.params) == ("too_long", {"limit": 64})


@pytest.mark.parametrize("cell", ["无", "-", "N/A", "none", " 暂无 "])
def test_a_cell_that_says_there_is_no_contact_is_no_contact(cell):
    assert normalise.cell_contact("wechat", cell) == ""


@pytest.mark.parametrize("kind", ["phone", "qq", "wechat", "email"])
@pytest.mark.parametrize("cell", [True, date(2026, 1, 1), 1.5, FormulaError("#REF!")])
def test_a_contact_cell_of_another_kind_is_refused(kind, cell):
    with pytest.raises(CellError):
        normalise.cell_contact(kind, cell)


def test_a_number_cell_is_a_phone_and_a_qq():
    assert normalise.cell_contact("phone", 13800138000.0) == "13800138000"
    assert normalise.cell_contact("qq", 2245199543.0) == "2245199543"


def test_courses_are_split_at_the_usual_marks_and_listed_once():
    courses = {choices.fold(name): pk for name, pk in {"Linux基础": 2, "Go/Rust": 1}.items()}
    assert normalise.cell_courses(
        courses, "Linux基础、go/rust".replace("go/rust", "linux 基础")
    ) == (2,)
    assert normalise.cell_courses(courses, "Go/Rust") == (1,)
    with pytest.raises(CellError) as refused:
        normalise.cell_courses(courses, "Linux基础，绘画")
    assert refused.value.params == {"value": "绘画"}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize(
    ("kind", "names"),
    [
        (choices.Source, choices.SOURCE_NAMES),
        (choices.Gender, choices.GENDER_NAMES),
        (choices.Education, choices.EDUCATION_NAMES),
        (choices.Experience, choices.EXPERIENCE_NAMES),
        (choices.WorkState, choices.WORK_STATE_NAMES),
    ],
)
def test_every_label_shown_is_understood_when_it_comes_back(language, kind, names):
    with translation.override(language):
        assert {names[choices.fold(str(label))]: None for label in kind.labels} == dict.fromkeys(
            kind.values
        )


def test_the_sixteen_sources_are_those_of_the_reports():
    with translation.override("zh-hans"):
        assert [str(label) for label in choices.Source.labels] == [
            *("qq群", "内部转介绍", "官方网站", "百度推广", "360推广", "搜狗推广", "腾讯课堂"),
            *("广点通", "高校宣讲", "渠道代理", "51cto", "智汇推", "网盟", "DSP", "SEO", "其它"),
        ]


def test_one_spelling_cannot_mean_two_codes():
    with pytest.raises(ValueError, match="claimed by both"):
        choices.spellings({"a": ("同",), "b": ("同",)})
