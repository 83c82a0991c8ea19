"""Looks into a file before a parser may: what it is, and whether it is safe to unpack.

The parsers trust their input: one deflated megabyte may unpack to a gigabyte, and two cells
at opposite corners of a sheet make a table of 17 billion cells. What this module lets
through fits in memory.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from crm.customers.importing.errors import WorkbookError

#: Largest sum of the unpacked parts: about ten times a workbook of 50,000 full rows.
UNPACKED_LIMIT_BYTES: Final = 400 * 1024 * 1024
#: Spreadsheets are wordy XML and pack 10 to 40 times; a bomb packs 1,000 times.
RATIO_LIMIT: Final = 200
#: Below this size any ratio is harmless: an empty styled sheet packs well.
RATIO_FREE_BYTES: Final = 10 * 1024 * 1024
ENTRIES_LIMIT: Final = 2_000
COLUMNS_LIMIT: Final = 702
ROWS_LIMIT: Final = 200_000

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLD_BIFF: Final = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00")
_PIECE_BYTES: Final = 1024 * 1024
_SHEET: Final = re.compile(r"xl/worksheets/[^/]+\.xml", re.IGNORECASE)
# A filled cell (not a self-closing one, which only has a style) from column AAA, the 703rd,
# or from row 200,000 on.
_FAR_CELL: Final = re.compile(
    rb'<(?:\w+:)?c [^>/]*?\br="(?:[A-Z]{3}[0-9]+|[A-Z]+0*([2-9][0-9]{5}|[0-9]{7,}))"[^>/]*>'
)
# The quick look before it, with a literal start that the regex engine can jump to.
_MAYBE_FAR: Final = re.compile(rb'r="[A-Z](?:[A-Z]{2}[0-9]|[A-Z]*0*(?:[2-9][0-9]{5}|[0-9]{7}))')
_ERROR_CELL: Final = re.compile(
    rb'<(?:\w+:)?c\b(?=[^>]*\bt="e")[^>]*\br="([A-Z]+)([0-9]+)"[^>]*>'
    rb"(?:(?!</(?:\w+:)?c>).){0,9000}?<(?:\w+:)?v>([^<]{1,20})<",
    re.DOTALL,
)
_LONGEST_TAG_BYTES: Final = 16 * 1024


def kind_of(path: Path) -> str:
    """``xls``, ``xlsx``, or the kind of file it is instead (a key of `FILE_KINDS`)."""
    with path.open("rb") as file:
        head = file.read(2048)
    if head.startswith(_OLE):
        return _ole_kind(path)
    if head.startswith(_OLD_BIFF):
        return "xls"
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return "zip"
    return _text_kind(head)


def _ole_kind(path: Path) -> str:
    content = path.read_bytes()
    names = {name: name.encode("utf-16-le") in content for name in ("Workbook", "Book")}
    if "EncryptedPackage".encode("utf-16-le") in content:
        return "encrypted"
    # A file cut short has lost its directory; xlrd will say that it is damaged.
    return "xls" if any(names.values()) or _is_cut_short(content) else "ole"


def _is_cut_short(content: bytes) -> bool:
    directory_sector = int.from_bytes(content[48:52], "little")
    return len(content) < (directory_sector + 2) * 512


def _text_kind(head: bytes) -> str:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if not start:
        return "empty" if not head else "text"
    if start.startswith(b"%pdf"):
        return "pdf"
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<meta")) or b"<html" in start:
        return "html"
    if start.startswith(b"<?xml"):
        return "xml"
    if b"\0" in head:
        return "other"
    return "text"


class Package:
    """A checked .xlsx: `errors` has the cells whose formula failed, per sheet part."""

    def __init__(self, path: Path) -> None:
        self.errors: dict[str, dict[tuple[int, int], str]] = {}
        self.is_1904 = False
        self.sheet_parts: dict[str, str] = {}
        try:
            with zipfile.ZipFile(path) as archive:
                self._inspect(archive)
        except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, OSError):
            raise WorkbookError("damaged") from None
        except RuntimeError:  # what zipfile raises for an entry with a password
            raise WorkbookError("encrypted") from None

    def _inspect(self, archive: zipfile.ZipFile) -> None:
        entries = archive.infolist()
        names = {entry.filename for entry in entries}
        if "xl/workbook.xml" not in names:
            raise WorkbookError("not_a_workbook", kind="zip")
        _refuse_bomb(entries)
        left_bytes = UNPACKED_LIMIT_BYTES
        for entry in entries:
            with archive.open(entry) as part:
                if _SHEET.fullmatch(entry.filename):
                    left_bytes -= self._scan_sheet(entry.filename, part)
                else:
                    left_bytes -= sum(map(len, _pieces(part)))
            if left_bytes < 0:
                raise WorkbookError("bomb")
        self._read_index(archive, names)

    def _scan_sheet(self, name: str, part: IO[bytes]) -> int:
        found: dict[tuple[int, int], str] = {}
        size, tail = 0, b""
        for piece in _pieces(part):
            size += len(piece)
            window = tail + piece
            if _MAYBE_FAR.search(window) and (far := _FAR_CELL.search(window)):
                raise _too_far(far[1])
            if b't="e"' in window:
                for letters, number, text in _ERROR_CELL.findall(window):
                    found[int(number) - 1, _column_index(letters)] = text.decode()
            tail = window[-_LONGEST_TAG_BYTES:]
        if found:
            self.errors[name] = found
        return size

    def _read_index(self, archive: zipfile.ZipFile, names: set[str]) -> None:
        index = archive.read("xl/workbook.xml")
        self.is_1904 = bool(re.search(rb'date1904="(?:1|true)"', index))
        if not self.errors or "xl/_rels/workbook.xml.rels" not in names:
            return
        links = archive.read("xl/_rels/workbook.xml.rels")
        targets = {
            _attribute(tag, b"Id"): _attribute(tag, b"Target")
            for tag in re.findall(rb"<Relationship\b[^>]*>", links)
        }
        for position, tag in enumerate(re.findall(rb"<(?:\w+:)?sheet\b[^>]*>", index)):
            target = targets.get(_attribute(tag, b"r:id"), "")
            self.sheet_parts[str(position)] = "xl/" + target.removeprefix("/xl/")

    def errors_of(self, position: int) -> dict[tuple[int, int], str]:
        """Failed cells of the sheet at 0-based ``position``: (row, column) → shown text."""
        return self.errors.get(self.sheet_parts.get(str(position), ""), {})


def _refuse_bomb(entries: list[zipfile.ZipInfo]) -> None:
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries)
    too_dense = unpacked > RATIO_FREE_BYTES and unpacked > packed * RATIO_LIMIT
    if unpacked > UNPACKED_LIMIT_BYTES or too_dense or len(entries) > ENTRIES_LIMIT:
        raise WorkbookError("bomb")
    if any(entry.flag_bits & 0x1 for entry in entries):
        raise WorkbookError("encrypted")


def _pieces(part: IO[bytes]) -> Iterator[bytes]:
    # zipfile stops at the declared size and compares the checksum at the end, so a part
    # that unpacks to more than it declares is damaged, not large.
    while piece := part.read(_PIECE_BYTES):
        yield piece


def _too_far(row: bytes | None) -> WorkbookError:
    if row is None:
        return WorkbookError("too_many_columns", limit=COLUMNS_LIMIT)
    return WorkbookError("too_many_rows", rows=int(row), limit=ROWS_LIMIT)


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\s" + name + rb'="([^"]*)"', tag)
    return found[1].decode() if found else ""


def _column_index(letters: bytes) -> int:
    index = 0
    for letter in letters:
        index = index * 26 + letter - ord("A") + 1
    return index - 1
