"""What a cell of a workbook says, in the form the customer record stores.

Each function takes a raw cell (text, number, date, truth value) and returns the stored
value or raises `CellError`: never a guess. Blank cells are left out before these are called.
"""

import re
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from crm.customers import choices
from crm.customers.contacts import QUICK, ContactError, cleaned, normalise

#: Cells that say that there is no such contact.
NO_CONTACT: Final = frozenset(
    {"-", "--", "—", "——", "/", "\\", "无", "没有", "暂无", "n/a", "none"}
)
#: Days of Excel's calendar that a customer may have called on: 2000-01-01 to 2099-12-31.
_SERIALS: Final = range(36526, 73051)
_EXCEL_DAY_ZERO: Final = date(1899, 12, 30)
_DATE: Final = re.compile(
    r"(?P<year>20[0-9]{2})"
    r"(?:年(?P<m1>[0-9]{1,2})月(?P<d1>[0-9]{1,2})[日号]?"
    r"|(?P<sep>[-/.])(?P<m2>[0-9]{1,2})(?P=sep)(?P<d2>[0-9]{1,2})"
    r"|(?P<m3>[0-9]{2})(?P<d3>[0-9]{2}))"
    r"(?:[ T](?P<hour>[0-9]{1,2})(?P<minutes>:[0-9]{2}(?::[0-9]{2})?)(?:\.[0-9]+)?)?"
)
_SALARY: Final = re.compile(
    r"[¥￥]?(?P<amount>[0-9]{1,9}(?:\.[0-9]{1,4})?)(?P<unit>k|千|w|万)?元?(?:/月|每月)?"
)
_SALARY_UNITS: Final = {"k": 1_000, "千": 1_000, "w": 10_000, "万": 10_000}
_SALARY_LIMIT: Final = 10_000_000
_CONTROLS: Final = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 127])
_COURSE_BREAKS: Final = re.compile(r"[、,;|/\n]+")


class CellError(ValueError):
    """A cell that is not understood; ``code`` and ``params`` as in `messages`."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class FormulaError:
    """A cell whose formula failed; ``text`` is what Excel shows there, such as ``#N/A``."""

    __slots__ = ("text",)

    def __init__(self, text: str) -> None:
        self.text = text

    def __str__(self) -> str:
        return self.text


def cell_text(value: Any) -> str:
    """The text of a cell, trimmed, without control characters; whole numbers without ``.0``.

    Raises: CellError formula_error, wrong_type.
    """
    if type(value) is str:
        return value.strip() if value.isprintable() else value.translate(_CONTROLS).strip()
    if isinstance(value, FormulaError):
        raise CellError("formula_error", value=value.text)
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, bool | time | timedelta):
        raise CellError("wrong_type", value=str(value))
    if isinstance(value, int | date):
        return str(value)
    raise CellError("wrong_type", value=str(value))


def cell_short_text(value: Any, *, limit: int) -> str:
    """One line of text of at most ``limit`` characters, spaces collapsed.

    Raises: CellError too_long, wrong_type, formula_error.
    """
    text = " ".join(cell_text(value).split())
    if len(text) > limit:
        raise CellError("too_long", limit=limit)
    return text


def cell_name(value: Any, *, limit: int) -> str:
    """A person's name: as `cell_short_text`, and neither a date nor without any letter.

    Raises: CellError name_shape, too_long, wrong_type, formula_error.
    """
    if value.__class__ is str and value.isalpha() and len(value) <= limit:
        return str(value)
    text = cell_short_text(value, limit=limit)
    if not any(character.isalpha() for character in text):
        raise CellError("name_shape")
    return text


def cell_note(value: Any, *, limit: int) -> str:
    """Text that may have several lines.

    Raises: CellError too_long, wrong_type, formula_error.
    """
    text = cell_text(value).replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limit:
        raise CellError("too_long", limit=limit)
    return text


def cell_contact(kind: str, value: Any) -> str:
    """The normalised contact, or an empty string where the cell says that there is none.

    Raises: CellError, with the code of the `ContactError`.
    """
    if value.__class__ is str and value not in NO_CONTACT and (quick := QUICK[kind](value)):
        return str(quick[1])
    if isinstance(value, date):
        raise CellError("wrong_type", value=str(value))
    text = cell_text(value)
    if cleaned(text).lower() in NO_CONTACT:
        return ""
    try:
        return normalise(kind, text)
    except ContactError as error:
        raise CellError(error.code, **error.params) from None


def cell_choice(names: Mapping[str, str], value: Any, *, code: str) -> str:
    """The code that ``names`` gives the cell.

    Raises: CellError with ``code``, when no spelling fits.
    """
    found = names.get(choices.fold(cell_text(value)))
    if found is None:
        raise CellError(code, value=str(value))
    return found


def cell_work_state(value: Any) -> bool:
    """True for in work; a truth value says so itself.

    Raises: CellError unknown_work_state.
    """
    if isinstance(value, bool):
        return value
    state = cell_choice(choices.WORK_STATE_NAMES, value, code="unknown_work_state")
    return state == choices.WorkState.IN_WORK


def cell_salary(value: Any) -> int:
    """Monthly pay: 8000, ``8,000 元``, ``8k`` and ``0.8万`` are the same; a range is none.

    Unit: yuan.
    Raises: CellError salary_shape.
    """
    text = choices.fold(cell_text(value)).replace(",", "")
    found = _SALARY.fullmatch(text)
    if not found:
        raise CellError("salary_shape", value=str(value))
    yuan = round(float(found["amount"]) * _SALARY_UNITS.get(found["unit"] or "", 1))
    if yuan > _SALARY_LIMIT:
        raise CellError("salary_shape", value=str(value))
    return yuan


def cell_date(value: Any) -> date:
    """The day a cell names: a date cell, 2026/10/8, 2026-10-08, 2026年10月8日, 20261008.

    A bare number is Excel's own count of days. Forms that leave the order of day and month
    open (``8/10/2026``) or the year out are refused.

    Raises: CellError date_shape, date_impossible, formula_error.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = cell_text(value).translate(choices.HALF_WIDTH)
    found = _DATE.fullmatch(text)
    if found:
        return _date_from(found, value)
    if text.replace(".", "", 1).isdecimal() and int(float(text)) in _SERIALS:
        return _EXCEL_DAY_ZERO + timedelta(days=int(float(text)))
    raise CellError("date_shape", value=str(value))


def _date_from(found: re.Match[str], value: Any) -> date:
    month = found["m1"] or found["m2"] or found["m3"]
    day = found["d1"] or found["d2"] or found["d3"]
    try:
        if hour := found["hour"]:
            time.fromisoformat(hour.zfill(2) + found["minutes"])
        return date(int(found["year"]), int(month), int(day))
    except ValueError:
        raise CellError("date_impossible", value=str(value)) from None


def cell_courses(courses: Mapping[str, int], value: Any) -> tuple[int, ...]:
    """Ids of the courses a cell lists, ascending, each once; ``courses`` has folded names.

    Raises: CellError unknown_course, naming the first that is unknown.
    """
    text = cell_text(value)
    whole = courses.get(choices.fold(text))
    if whole is not None:
        return (whole,)
    ids: set[int] = set()
    for name in filter(
        None, map(str.strip, _COURSE_BREAKS.split(text.translate(choices.HALF_WIDTH)))
    ):
        found = courses.get(choices.fold(name))
        if found is None:
            raise CellError("unknown_course", value=name)
        ids.add(found)
    return tuple(sorted(ids))
