"""A workbook is judged by its content, its header is found, its rows keep their numbers."""

import random
import struct
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from crm.customers.importing import packing
from crm.customers.importing.errors import WorkbookError
from crm.customers.importing.headers import column_letter, field_of
from crm.customers.importing.messages import (
    CELL_PROBLEMS,
    TITLES,
    WORKBOOK_PROBLEMS,
    cell_problem,
    workbook_problem,
)
from crm.customers.importing.normalise import FormulaError
from crm.customers.importing.reader import open_workbook
from django.utils import translation

SAMPLES = Path(__file__).parents[3] / "site" / "demo" / "workbooks"
HEADER = ["姓名", "手机号"]


def refusal(path: Path, **options) -> WorkbookError:
    with pytest.raises(WorkbookError) as refused:
        open_workbook(path, **options)
    return refused.value


def written(tmp_path: Path, name: str, content: bytes) -> Path:
    path = tmp_path / name
    path.write_bytes(content)
    return path


def repacked(path: Path, changes: dict[str, bytes]) -> Path:
    """The .xlsx with some parts replaced or added."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()} | changes
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_rows_keep_the_numbers_a_person_sees_and_blank_ones_are_counted(make_xlsx):
    path = make_xlsx([["十月登记表"], [], HEADER, ["李雷", "1"], [], ["", "  "], ["韩梅梅", "2"]])
    with open_workbook(path) as workbook:
        rows = list(workbook.rows())
        assert [(row.number, row.cells["name"]) for row in rows] == [(4, "李雷"), (7, "韩梅梅")]
        assert workbook.blank_rows == 2
        assert workbook.row_count == 4
        assert workbook.header_number == 3
        assert list(workbook.rows()) == rows, "a second pass gives the same rows"
        assert workbook.blank_rows == 2


def test_a_table_that_starts_in_the_middle_of_the_sheet_keeps_letters_and_numbers(make_xlsx):
    with open_workbook(make_xlsx([HEADER, ["李雷", "1"]], top=4, left=3)) as workbook:
        assert workbook.fields["name"].letter == "D"
        assert [row.number for row in workbook.rows()] == [6]


def test_headers_are_known_in_both_languages_in_any_order(make_xlsx):
    path = make_xlsx(
        [["Phone", "备注", "Name*", "QQ号（必填）", " 客户 来源 "], ["1", "n", "李雷", "2", "s"]]
    )
    with open_workbook(path) as workbook:
        (row,) = workbook.rows()
    assert row.cells == {"phone": "1", "note": "n", "name": "李雷", "qq": "2", "source": "s"}


def test_every_title_of_the_template_is_understood_in_both_languages():
    for language in ("en", "zh-hans"):
        with translation.override(language):
            assert {name: field_of(str(title)) for name, title in TITLES.items()} == {
                name: name for name in TITLES
            }


def test_unknown_and_double_columns_are_noted_and_the_first_one_is_read(make_xlsx):
    path = make_xlsx([["姓名", "手机", "星座", "电话"], ["李雷", "1", "狮子", "2"]])
    with open_workbook(path) as workbook:
        (row,) = workbook.rows()
        assert row.cells == {"name": "李雷", "phone": "1"}
        assert list(row.values) == ["李雷", "1", "狮子", "2"]
        assert [note.message for note in workbook.notes] == [
            "Column C “星座” is not known and was not read.",
            "Column D “电话” was not read: column B has the same content.",
        ]


def test_the_first_visible_sheet_with_a_header_is_read_and_others_are_noted(make_xlsx):
    path = make_xlsx(sheets={"说明": [["先读这里"]], "名单": [HEADER, ["李雷", "1"]]})
    with open_workbook(path) as workbook:
        assert workbook.sheet_name == "名单"
        assert [note.params["other"] for note in workbook.notes] == ["说明"]


def test_a_failed_formula_is_a_cell_with_a_fault_not_an_empty_one(make_xlsx):
    path = make_xlsx(sheets={"说明": [["x"]], "名单": [HEADER, ["李雷", "=1/0"]]})
    with open_workbook(path) as workbook:
        (row,) = workbook.rows()
    assert isinstance(row.cells["phone"], FormulaError)
    assert str(row.cells["phone"]) == "#DIV/0!"


def test_a_bare_day_number_in_a_macintosh_workbook_counts_from_1904(make_xlsx):
    path = make_xlsx([["姓名", "手机号", "咨询日期"], ["李雷", "1", 44841]])
    with zipfile.ZipFile(path) as archive:
        index = archive.read("xl/workbook.xml")
    repacked(path, {"xl/workbook.xml": index.replace(b"<workbookPr", b'<workbookPr date1904="1"')})
    with open_workbook(path) as workbook:
        (row,) = workbook.rows()
    assert row.cells["consulted_on"] == 46303.0


def test_an_xls_gives_dates_and_numbers_as_an_xlsx_does():
    with open_workbook(SAMPLES / "leads-october.xls") as workbook:
        row = next(iter(workbook.rows()))
    assert row.number == 4
    assert row.cells["consulted_on"] == date(2026, 10, 30)
    assert row.cells["qq"] == "2802033592"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("leads.xls", b"%PDF-1.7\n...", "pdf"),
        ("leads.xls", b"\xef\xbb\xbf\n<html><table></table></html>", "html"),
        ("leads.xls", b'<?xml version="1.0"?><Workbook/>', "xml"),
        ("leads.xlsx", "姓名,手机号\n李雷,13800138000\n".encode(), "text"),
        ("leads.xlsx", b"", "empty"),
        ("leads.xlsx", b"\x89PNG\0\0", "other"),
        (
            "leads.xls",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le") + b"\0" * 2048,
            "ole",
        ),
    ],
)
def test_what_is_no_workbook_is_refused_by_what_it_is(tmp_path, name, content, kind):
    refused = refusal(written(tmp_path, name, content))
    assert (refused.code, refused.params) == ("not_a_workbook", {"kind": kind})
    assert refused.message
    assert refused.cure


def test_a_zip_that_is_no_workbook_is_refused(tmp_path):
    path = tmp_path / "letters.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "<document/>")
    assert (refusal(path).code, refusal(path).params) == ("not_a_workbook", {"kind": "zip"})


def test_an_encrypted_workbook_is_refused_as_such(tmp_path):
    marker = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    )
    assert refusal(written(tmp_path, "secret.xlsx", marker)).code == "encrypted"


def test_an_xls_with_a_password_is_refused_as_such(tmp_path):
    content = (SAMPLES / "leads-october.xls").read_bytes()
    begin = content.index(struct.pack("<HHHH", 0x0809, 16, 0x0600, 0x0005)) + 20
    # The record after the BOF becomes FILEPASS: what Excel writes when a password is set.
    protected = content[:begin] + struct.pack("<H", 0x002F) + content[begin + 2 :]
    assert refusal(written(tmp_path, "secret.xls", protected)).code == "encrypted"


def test_a_truncated_workbook_is_refused_as_damaged(tmp_path):
    for name in ("leads-november.xlsx", "leads-october.xls"):
        content = (SAMPLES / name).read_bytes()
        assert refusal(written(tmp_path, name, content[: len(content) // 2])).code == "damaged"


def test_random_damage_never_ends_in_anything_but_rows_or_a_refusal(tmp_path):
    dice = random.Random(20261121)
    for name in ("leads-november.xlsx", "leads-october.xls"):
        content = (SAMPLES / name).read_bytes()
        for _attempt in range(25):
            broken = bytearray(content)
            for _byte in range(dice.choice([1, 20, 400])):
                broken[dice.randrange(len(broken))] = dice.randrange(256)
            path = written(tmp_path, name, bytes(broken))
            with suppress(WorkbookError), open_workbook(path) as workbook:
                for _row in workbook.rows():
                    pass


def test_a_zip_bomb_is_refused_before_a_parser_sees_it(make_xlsx):
    path = repacked(
        make_xlsx([HEADER, ["李雷", "1"]]), {"xl/media/a.xml": b" " * (64 * 1024 * 1024)}
    )
    assert refusal(path).code == "bomb"


def test_a_part_that_unpacks_to_more_than_it_declares_is_refused(make_xlsx):
    path = repacked(
        make_xlsx([HEADER, ["李雷", "1"]]), {"xl/media/a.xml": b" " * (8 * 1024 * 1024)}
    )
    content = path.read_bytes()
    lying = content.replace(struct.pack("<I", 8 * 1024 * 1024), struct.pack("<I", 1024))
    assert lying != content
    path.write_bytes(lying)
    assert refusal(path).code == "damaged"


def test_two_cells_at_opposite_corners_are_refused_before_a_table_is_made_of_them(make_xlsx):
    sheet = (
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
        b'<row r="1"><c r="A1"><v>1</v></c></row>'
        b'<row r="1048576"><c r="%s"><v>1</v></c></row></sheetData></worksheet>'
    )
    path = make_xlsx([HEADER])
    wide = repacked(path, {"xl/worksheets/sheet1.xml": sheet % b"XFD1"})
    assert refusal(wide).code == "too_many_columns"
    long = repacked(path, {"xl/worksheets/sheet1.xml": sheet % b"A1048576"})
    assert (refusal(long).code, refusal(long).params["rows"]) == ("too_many_rows", 1048576)


def test_styled_empty_cells_far_away_are_no_obstacle(make_xlsx):
    path = make_xlsx([HEADER, ["李雷", "1"]])
    with zipfile.ZipFile(path) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    far = b'<row r="1048576"><c r="XFD1048576" s="0"/></row></sheetData>'
    repacked(path, {"xl/worksheets/sheet1.xml": sheet.replace(b"</sheetData>", far)})
    with open_workbook(path) as workbook:
        assert [row.cells["name"] for row in workbook.rows()] == ["李雷"]


def test_more_rows_than_the_limit_are_refused(make_xlsx, monkeypatch):
    path = make_xlsx([HEADER, *[["李雷", "1"]] * 5])
    monkeypatch.setattr(packing, "ROWS_LIMIT", 5)
    assert refusal(path).params == {"rows": 6, "limit": 5}


def test_a_file_over_the_limit_is_refused_unread(tmp_path):
    refused = refusal(written(tmp_path, "big.xlsx", b"x" * 2_000_000), max_bytes=1024 * 1024)
    assert refused.message == "The file has 1.9 MB; at most 1 MB can be uploaded."


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "empty_sheet"),
        ([["手机号"], ["13800138000"]], "no_name_column"),
        ([["x"]] * 20 + [HEADER, ["李雷", "1"]], "no_name_column"),
        ([["姓名", "学历"], ["李雷", "大专"]], "no_contact_column"),
        ([HEADER], "no_rows"),
    ],
)
def test_a_workbook_without_the_needed_parts_is_refused(make_xlsx, rows, code):
    assert refusal(make_xlsx(rows)).code == code


def test_a_header_in_the_twentieth_row_is_found(make_xlsx):
    with open_workbook(make_xlsx([["x"]] * 19 + [HEADER, ["李雷", "1"]])) as workbook:
        assert workbook.header_number == 20


@pytest.mark.parametrize(
    ("index", "letter"), [(0, "A"), (25, "Z"), (26, "AA"), (701, "ZZ"), (702, "AAA")]
)
def test_columns_have_the_letters_of_excel(index, letter):
    assert column_letter(index) == letter


PARAMS = {
    "kind": "pdf",
    "limit": 5,
    "megabytes": 2.0,
    "rows": 7,
    "value": "x",
    "of_number": 3,
}


@pytest.mark.parametrize(
    ("words", "code"),
    [(workbook_problem, code) for code in WORKBOOK_PROBLEMS]
    + [(cell_problem, code) for code in CELL_PROBLEMS],
)
def test_every_problem_has_words_for_it_in_both_languages(words, code):
    english = words(code, PARAMS)
    with translation.override("zh-hans"):
        chinese = words(code, PARAMS)
    for text, translated in zip(english, chinese, strict=True):
        assert text
        assert translated != text
        assert "%(" not in text + translated
