"""Reads and checks workbooks of customers; writes nothing and knows no database.

`open_workbook` yields the rows of an .xls or .xlsx file, `RowChecker` turns each into a
`Row`, a `RowError` or a `Duplicate`, `write_errors` and `write_template` make the workbooks
that go back to the person.

Source: PRODUCT 9 and 3.
"""
