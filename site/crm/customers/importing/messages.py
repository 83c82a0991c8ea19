"""Every fault of a workbook, a column or a cell in words: what is wrong, what to do.

Faults travel and are stored as a code with parameters; the words are made when shown, in
the reader's language.
"""

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy, pgettext_lazy

from crm.customers.contacts import contact_problem

#: Titles of the columns, in the template and in messages.
TITLES: Final = {
    "name": pgettext_lazy("column", "Name"),
    "gender": pgettext_lazy("column", "Gender"),
    "phone": pgettext_lazy("column", "Phone"),
    "qq": pgettext_lazy("column", "QQ"),
    "wechat": pgettext_lazy("column", "WeChat"),
    "email": pgettext_lazy("column", "E-mail"),
    "source": pgettext_lazy("column", "Source"),
    "courses": pgettext_lazy("column", "Courses"),
    "consulted_on": pgettext_lazy("column", "Consultation date"),
    "education": pgettext_lazy("column", "Education"),
    "school": pgettext_lazy("column", "School"),
    "major": pgettext_lazy("column", "Major"),
    "experience": pgettext_lazy("column", "Experience"),
    "in_work": pgettext_lazy("column", "Work state"),
    "company": pgettext_lazy("column", "Company"),
    "salary": pgettext_lazy("column", "Salary"),
    "note": pgettext_lazy("column", "Note"),
    "row_number": pgettext_lazy("column", "Row number"),
    "reason": pgettext_lazy("column", "Reason"),
}

#: What kind of file was sent instead of a workbook.
FILE_KINDS: Final = {
    "empty": _("an empty file"),
    "html": _("a web page"),
    "ole": _("another kind of Office file"),
    "other": _("no workbook"),
    "pdf": _("a PDF"),
    "text": _("a text file (csv)"),
    "xml": _("an XML file"),
    "zip": _("an archive or another kind of document"),
}

_SAVE_AS: Final = _("Open it in Excel and save it as “Excel Workbook (.xlsx)”.")

WORKBOOK_PROBLEMS: Final = {
    "not_a_workbook": (
        _("This file is %(kind)s, whatever its name says."),
        _SAVE_AS,
    ),
    "encrypted": (
        _("The workbook is protected by a password."),
        _("Save a copy without a password and upload that."),
    ),
    "damaged": (
        _("The workbook is damaged: it cannot be read to its end."),
        _("Upload it again; if that fails, open it in Excel and save it under a new name."),
    ),
    "bomb": (
        _("The workbook unpacks to far more than its size suggests."),
        _("Copy the rows into a new workbook and upload that."),
    ),
    "too_large": (
        _("The file has %(megabytes).1f MB; at most %(limit)d MB can be uploaded."),
        _("Remove pictures and other sheets, or split it."),
    ),
    "too_many_rows": (
        _("The sheet has %(rows)d rows; at most %(limit)d can be imported at once."),
        _("Split it into several workbooks."),
    ),
    "too_many_columns": (
        _("The sheet has more than %(limit)d columns."),
        _("Remove the columns that are not needed; cells far to the right count too."),
    ),
    "empty_sheet": (
        _("The workbook has no filled cell."),
        _("Save it in Excel once more and check that the right file is chosen."),
    ),
    "no_name_column": (
        _("No column for the name was found in the first %(rows)d rows."),
        _("Call the column “Name” or “姓名”, or start from the template."),
    ),
    "no_contact_column": (
        _("There is no column for a phone, QQ, WeChat or e-mail."),
        _("Name at least one of them in the header row, or start from the template."),
    ),
    "no_rows": (
        _("There is no row below the header."),
        _("Check that the right file is chosen."),
    ),
}

NOTES: Final = {
    "unknown_column": _("Column %(letter)s “%(title)s” is not known and was not read."),
    "duplicate_column": _(
        "Column %(letter)s “%(title)s” was not read: column %(first)s has the same content."
    ),
    "other_sheet": _("Only the sheet “%(sheet)s” was read; “%(other)s” was not."),
}

CELL_PROBLEMS: Final = {
    "missing_name": (_("The name is missing."), _("Fill in the name.")),
    "name_shape": (_("This is not a name."), _("Fill in the name.")),
    "no_contact": (
        _("There is no contact at all."),
        _("Fill in a phone, QQ, WeChat or e-mail."),
    ),
    "unknown_source": (
        _("This source is not on the list."),
        _("Choose one of the sources listed in the template."),
    ),
    "unknown_course": (
        _("There is no course “%(value)s”."),
        _("Write the course as in the course list."),
    ),
    "unknown_gender": (_("This is not a gender."), _("Write “Male” or “Female” (男, 女).")),
    "unknown_education": (
        _("This education level is not on the list."),
        _("Choose one of the levels listed in the template."),
    ),
    "unknown_experience": (
        _("This experience is not on the list."),
        _("Choose one of the bands listed in the template."),
    ),
    "unknown_work_state": (
        _("This does not say whether the customer is in work."),
        _("Write “In work” or “Out of work” (在职, 无业)."),
    ),
    "salary_shape": (
        _("This is not a monthly salary."),
        _("Write one amount in yuan, such as 8000."),
    ),
    "date_shape": (
        _("This is not a date that can be read."),
        _("Write it as year-month-day, such as 2026-07-03."),
    ),
    "date_impossible": (
        _("There is no such day."),
        _("Write it as year-month-day, such as 2026-07-03."),
    ),
    "date_future": (_("This day is still to come."), _("Check year and month.")),
    "date_too_early": (_("This day is too long ago."), _("Check the year.")),
    "wrong_type": (
        _("The cell holds another kind of content than its column."),
        _("Format the column as text and enter the value again."),
    ),
    "formula_error": (
        _("The formula in this cell shows an error (%(value)s)."),
        _("Replace the formula by its value."),
    ),
    "too_long": (
        ngettext_lazy(
            "The text is longer than %(limit)d character.",
            "The text is longer than %(limit)d characters.",
            "limit",
        ),
        _("Shorten it."),
    ),
}

DUPLICATE_PROBLEM: Final = (
    _("The same customer as in row %(of_number)d (%(kind)s)."),
    _("Delete one of the two rows."),
)


def workbook_problem(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with the file and what to do, in the language active now."""
    if code == "not_a_workbook":
        params = {"kind": FILE_KINDS[params["kind"]]}
    return _filled(WORKBOOK_PROBLEMS[code], params)


def cell_problem(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with the cell and what to do, in the language active now."""
    if code in CELL_PROBLEMS:
        return _filled(CELL_PROBLEMS[code], params)
    return contact_problem(code, params)


def duplicate_problem(of_number: int, kind: str) -> tuple[str, str]:
    """Which row is repeated and by what, in the language active now."""
    return _filled(DUPLICATE_PROBLEM, {"of_number": of_number, "kind": TITLES[kind]})


def _filled(texts: tuple[Any, Any], params: Mapping[str, Any]) -> tuple[str, str]:
    message, cure = texts
    return str(message % params), str(cure)
