"""Stored problems of an import, in words for the reader."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from crm.customers.importing.messages import TITLES, cell_problem, duplicate_problem
from crm.customers.models import ImportProblem
from crm.customers.models.imports import ProblemKind


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a row and what to do, in the language active now."""

    message: str
    cure: str
    others: tuple[str, ...] = ()

    @property
    def reason(self) -> str:
        """Everything in one text, one fault a line."""
        return "\n".join([f"{self.message} {self.cure}", *self.others])


#: What the rows of one group have in common, for sentences that differ from row to row.
_GROUP_MESSAGES = {
    "duplicate_in_file": gettext_lazy("The same customer as in another row of the file."),
    "duplicate_existing": gettext_lazy("Already a customer."),
    "phone_short": gettext_lazy("The phone number has too few digits."),
    "phone_long": gettext_lazy("The phone number has too many digits."),
    "unknown_course": gettext_lazy("There is no such course."),
    "formula_error": gettext_lazy("The formula in the cell shows an error."),
    "too_long": gettext_lazy("The text is too long."),
}


def group_fault_of(example: ImportProblem) -> Fault:
    """What all rows with this code have in common."""
    if example.kind == ProblemKind.INVALID:
        message, cure = cell_problem(example.code, example.params)
    else:
        fault = fault_of(example)
        message, cure = fault.message, fault.cure
    return Fault(str(_GROUP_MESSAGES.get(example.code, message)), cure)


def fault_of(problem: ImportProblem) -> Fault:
    """The stored problem in words."""
    if problem.kind == ProblemKind.DUPLICATE_EXISTING:
        return Fault(
            _("Already a customer, by %(kind)s.") % {"kind": TITLES[problem.field]},
            _("Nothing to do. Delete the row."),
        )
    if problem.kind == ProblemKind.DUPLICATE_IN_FILE:
        return Fault(*duplicate_problem(problem.params["of_number"], problem.field))
    message, cure = cell_problem(problem.code, problem.params)
    others = []
    for cell, _field, code, _value, params in problem.others:
        other_message, other_cure = cell_problem(code, params)
        others.append(f"{cell}: {other_message} {other_cure}")
    return Fault(f"{problem.cell}: {message}" if problem.others else message, cure, tuple(others))
