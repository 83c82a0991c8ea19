"""The refusal of a whole workbook."""

from typing import Any

from crm.customers.importing.messages import workbook_problem


class WorkbookError(Exception):
    """The file as a whole cannot be imported; `message` and `cure` say it to a person."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    @property
    def message(self) -> str:
        """What is wrong, in the language active now."""
        return workbook_problem(self.code, self.params)[0]

    @property
    def cure(self) -> str:
        """What to do about it, in the language active now."""
        return workbook_problem(self.code, self.params)[1]

    def __str__(self) -> str:
        return self.message
