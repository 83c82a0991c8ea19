"""Turns raw rows into rows that can be imported, or says which cell is wrong and why.

Nothing here knows the database: duplicates are those inside the file. What the database
already holds is for the import itself to find.

Source: PRODUCT section 3.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial
from typing import Any, Final

from crm.customers import choices
from crm.customers.importing import normalise
from crm.customers.importing.headers import CONTACT_FIELDS, FIELDS
from crm.customers.importing.messages import cell_problem, duplicate_problem
from crm.customers.importing.normalise import CellError
from crm.customers.importing.reader import Column, RawRow

NAME_LIMIT: Final = 64
TEXT_LIMIT: Final = 128
NOTE_LIMIT: Final = 2_000
#: Nobody was consulted before the school opened.
EARLIEST_DATE: Final = date(2000, 1, 1)
#: A colleague one time zone ahead may already write tomorrow.
_FUTURE_DAYS: Final = 1
#: Columns that repeat a handful of values: their answers are kept, up to the limit.
_KEPT_FIELDS: Final = frozenset(
    {"gender", "source", "courses", "consulted_on", "education", "school", "experience", "note"}
)
_KEPT_LIMIT: Final = 4_096
#: Not numbers and truth values: as keys True, 1 and 1.0 are the same.
_KEPT_TYPES: Final = frozenset({str, date})
_DIGEST_VERSION: Final = "1"


@dataclass(slots=True)
class Row:
    """A row that can be imported; ``contacts`` maps kind to normalised value.

    ``digest`` is the SHA-256 of the normalised content, the same in every file and order of
    columns: a row with a known digest has been imported before.
    """

    number: int
    name: str
    contacts: dict[str, str]
    source: str = choices.Source.QQ_GROUP.value
    courses: tuple[int, ...] = ()
    consulted_on: date | None = None
    gender: str = ""
    education: str = ""
    school: str = ""
    major: str = ""
    experience: str = ""
    in_work: bool | None = None
    company: str = ""
    salary: int | None = None
    note: str = ""
    digest: str = ""


@dataclass(slots=True)
class RowError:
    """The first fault of a row; ``others`` are the further ones, in the order of columns.

    ``cell`` is what a person looks up in Excel: ``D137``, or the row where a column is missing.
    """

    number: int
    cell: str
    field: str
    code: str
    value: str
    params: dict[str, Any] = field(default_factory=dict)
    others: list["RowError"] = field(default_factory=list)

    @property
    def message(self) -> str:
        """What is wrong, in the language active now."""
        return cell_problem(self.code, self.params)[0]

    @property
    def cure(self) -> str:
        """What to do about it, in the language active now."""
        return cell_problem(self.code, self.params)[1]

    @property
    def reason(self) -> str:
        """Every fault of the row in one text, one line each, for the error workbook."""
        return "\n".join(
            f"{error.cell}: {error.message} {error.cure}" for error in [self, *self.others]
        )


@dataclass(slots=True)
class Duplicate:
    """A row whose contact of ``kind`` stands already in row ``of_number``."""

    number: int
    of_number: int
    kind: str

    @property
    def message(self) -> str:
        """Which row it repeats, in the language active now."""
        return duplicate_problem(self.of_number, self.kind)[0]

    @property
    def cure(self) -> str:
        """What to do about it, in the language active now."""
        return duplicate_problem(self.of_number, self.kind)[1]

    @property
    def reason(self) -> str:
        """Message and cure in one text, for the error workbook."""
        return f"{self.message} {self.cure}"


Result = Row | RowError | Duplicate


class RowChecker:
    """Checks the rows of one file, in their order.

    ``sources`` maps folded spellings to codes (`choices.SOURCE_NAMES`), ``courses`` names to
    ids, ``columns`` (the workbook's) give errors their letters. A row counts as the first of
    its contacts only if it can itself be imported: the repeat of a faulty row is no repeat.
    """

    def __init__(
        self,
        sources: Mapping[str, str],
        courses: Mapping[str, int],
        today: date,
        *,
        columns: Iterable[Column] = (),
    ) -> None:
        self._letters = {column.field: column.letter for column in columns if column.field}
        self._today = today
        self._latest = today + timedelta(days=_FUTURE_DAYS)
        self._first: dict[str, dict[str, int]] = {kind: {} for kind in CONTACT_FIELDS}
        folded = {choices.fold(name): pk for name, pk in courses.items()}
        read: dict[str, Callable[[Any], Any]] = {
            "name": partial(normalise.cell_name, limit=NAME_LIMIT),
            "gender": _choice(choices.GENDER_NAMES, "unknown_gender"),
            "source": _choice(sources, "unknown_source"),
            "education": _choice(choices.EDUCATION_NAMES, "unknown_education"),
            "experience": _choice(choices.EXPERIENCE_NAMES, "unknown_experience"),
            "courses": partial(normalise.cell_courses, folded),
            "consulted_on": self._consulted_on,
            "in_work": normalise.cell_work_state,
            "salary": normalise.cell_salary,
            "school": partial(normalise.cell_short_text, limit=TEXT_LIMIT),
            "major": partial(normalise.cell_short_text, limit=TEXT_LIMIT),
            "company": partial(normalise.cell_short_text, limit=TEXT_LIMIT),
            "note": partial(normalise.cell_note, limit=NOTE_LIMIT),
            **{kind: partial(normalise.cell_contact, kind) for kind in CONTACT_FIELDS},
        }
        self._plan: dict[str, tuple[dict[Any, Any] | None, Callable[[Any], Any]]] = {
            name: ({} if name in _KEPT_FIELDS else None, read[name]) for name in FIELDS
        }

    def check(self, raw: RawRow) -> Result:
        """The row to import, or what is wrong with it."""
        faults: list[RowError] = []
        contacts: dict[str, str] = {}
        found: dict[str, Any] = {}
        for name, value in raw.cells.items():
            known, read = self._plan[name]
            if known and value.__class__ in _KEPT_TYPES and value in known:
                found[name] = known[value]
                continue
            try:
                content = read(value)
            except CellError as error:
                if value.__class__ is str and value.isspace():
                    continue
                faults.append(self._fault(raw, name, error.code, error.params))
                continue
            if name in CONTACT_FIELDS:
                if content:
                    contacts[name] = content
                continue
            found[name] = content
            if known is not None and value.__class__ in _KEPT_TYPES and len(known) < _KEPT_LIMIT:
                known[value] = content
        self._require(raw, found, contacts, faults)
        if faults:
            faults[0].others = faults[1:]
            return faults[0]
        if repeat := self._repeated(raw.number, contacts):
            return repeat
        row = Row(raw.number, contacts=contacts, **found)
        row.digest = digest_of(row)
        return row

    def _require(
        self,
        raw: RawRow,
        found: dict[str, Any],
        contacts: dict[str, str],
        faults: list[RowError],
    ) -> None:
        wrong = {fault.field for fault in faults}
        if "name" not in found and "name" not in wrong:
            faults.insert(0, self._fault(raw, "name", "missing_name", {}))
        if not contacts and not wrong.intersection(CONTACT_FIELDS):
            kind = next((kind for kind in CONTACT_FIELDS if kind in self._letters), "phone")
            faults.append(self._fault(raw, kind, "no_contact", {}))

    def _fault(self, raw: RawRow, name: str, code: str, params: dict[str, Any]) -> RowError:
        cell = f"{self._letters.get(name, '')}{raw.number}"
        return RowError(raw.number, cell, name, code, _shown(raw.cells.get(name, "")), params)

    def _repeated(self, number: int, contacts: dict[str, str]) -> Duplicate | None:
        for kind, value in contacts.items():
            if (first := self._first[kind].get(value)) is not None:
                return Duplicate(number, first, kind)
        for kind, value in contacts.items():
            self._first[kind][value] = number
        return None

    def _consulted_on(self, value: Any) -> date:
        day = normalise.cell_date(value)
        if day > self._latest:
            raise CellError("date_future")
        if day < EARLIEST_DATE:
            raise CellError("date_too_early")
        return day


def digest_of(row: Row) -> str:
    """SHA-256 over the content of ``row`` without its number, in hexadecimal."""
    contact = row.contacts.get
    content = "\x1f".join(
        (
            _DIGEST_VERSION,
            row.name,
            contact("phone", ""),
            contact("qq", ""),
            contact("wechat", ""),
            contact("email", ""),
            row.source,
            str(row.courses),
            row.consulted_on.isoformat() if row.consulted_on else "",
            row.gender,
            row.education,
            row.school,
            row.major,
            row.experience,
            "" if row.in_work is None else str(row.in_work),
            row.company,
            "" if row.salary is None else str(row.salary),
            row.note,
        )
    )
    return hashlib.sha256(content.encode()).hexdigest()


@dataclass(slots=True)
class Tally:
    """Counts of one file; ``data_rows`` is always the sum of the other three but blank."""

    valid: int = 0
    duplicate_in_file: int = 0
    invalid: int = 0
    blank: int = 0
    #: Rows per (field, code), for the table of reasons; a row with two faults counts twice.
    reasons: dict[tuple[str, str], int] = field(default_factory=dict)

    @property
    def data_rows(self) -> int:
        """Filled rows of the file."""
        return self.valid + self.duplicate_in_file + self.invalid

    def add(self, result: Result) -> None:
        """Count one result of `RowChecker.check`."""
        if isinstance(result, Row):
            self.valid += 1
        elif isinstance(result, Duplicate):
            self.duplicate_in_file += 1
            self._count((result.kind, "duplicate_in_file"))
        else:
            self.invalid += 1
            for fault in [result, *result.others]:
                self._count((fault.field, fault.code))

    def _count(self, reason: tuple[str, str]) -> None:
        self.reasons[reason] = self.reasons.get(reason, 0) + 1

    def as_dict(self) -> dict[str, int]:
        """The five counts, as stored with the batch."""
        return {
            "data_rows": self.data_rows,
            "valid": self.valid,
            "duplicate_in_file": self.duplicate_in_file,
            "invalid": self.invalid,
            "blank": self.blank,
        }


def _choice(names: Mapping[str, str], code: str) -> Callable[[Any], str]:
    return partial(normalise.cell_choice, names, code=code)


def _shown(value: Any) -> str:
    text = str(value)
    if isinstance(value, float) and value.is_integer():
        text = str(int(value))
    return text[:200]
