"""An Excel workbook becomes CSV, in a process of its own: what a workbook may do to its reader is done to that one alone.

    python -m gardenos_leads.importing.workbook <megabytes> <seconds> <unpacked> <written> <rows>  < workbook > csv

It says by exit code 3 and a line on its standard error what is wrong with a workbook. Memory, processor time and what is
written are limited by the operating system, so a bomb ends this process and nothing else.
"""

import csv
import datetime
import io
import resource
import sys
import zipfile
from collections.abc import Iterator

from python_calamine import CalamineError, CalamineWorkbook

REFUSED = 3
_MOST_ENTRIES = 5_000
_RATIO = 200
"""How many times larger than the file its content may be; tables of text that repeats are packed 50-fold."""
_SMALL = 20_000_000
"""Up to this the ratio does not matter."""


class Refused(Exception):
    """Something about the workbook that its owner can mend."""


def check(file: io.BufferedIOBase, largest: int) -> None:
    """Raises Refused for what is no workbook, and for one that unpacks to more than `largest` bytes or out of all proportion."""
    try:
        with zipfile.ZipFile(file) as archive:
            entries = archive.infolist()
    except zipfile.BadZipFile as error:
        raise Refused("this workbook is damaged: open it in Excel and save it again") from error
    names = {entry.filename for entry in entries}
    if "xl/workbook.xml" not in names and "xl/workbook.bin" not in names:
        raise Refused("this is a ZIP archive and no Excel workbook: unpack it first")
    unpacked, packed = sum(entry.file_size for entry in entries), sum(entry.compress_size for entry in entries)
    if len(entries) > _MOST_ENTRIES or unpacked > largest or unpacked > max(_SMALL, _RATIO * max(packed, 1)):
        raise Refused("this workbook unpacks to more than an import takes: save its sheet as CSV")


def rows_of(file: io.BufferedIOBase) -> Iterator[list[str]]:
    """The rows of its first sheet that has any, each cell as text."""
    file.seek(0)
    try:
        workbook = CalamineWorkbook.from_filelike(file)
        for place in range(len(workbook.sheet_names)):
            sheet = workbook.get_sheet_by_index(place)
            if sheet.total_height:
                yield from ([_cell(cell) for cell in row] for row in sheet.iter_rows())
                return
    except CalamineError as error:
        raise Refused("this workbook cannot be read: open it in Excel and save it again, or as CSV") from error
    raise Refused("this workbook is empty")


def _cell(cell: object) -> str:
    match cell:
        case bool():
            return "yes" if cell else "no"
        case float() if cell.is_integer():
            return str(int(cell))
        case datetime.datetime() if cell.time() == datetime.time():
            return cell.date().isoformat()
        case datetime.datetime():
            return cell.isoformat(sep=" ", timespec="seconds")
        case datetime.date():
            return cell.isoformat()
    return str(cell)


def main(megabytes: int, seconds: int, unpacked: int, written: int, most_rows: int) -> None:
    """Reads a workbook at the standard input, and writes CSV to the standard output; `unpacked` and `written` are bytes."""
    resource.setrlimit(resource.RLIMIT_AS, (megabytes * 1_000_000,) * 2)
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (written, written))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    given = io.BufferedReader(io.FileIO(0, closefd=False))
    out = io.TextIOWrapper(io.BufferedWriter(io.FileIO(1, "w", closefd=False)), "utf-8", newline="")
    try:
        check(given, unpacked)
        writer = csv.writer(out)
        for number, row in enumerate(rows_of(given)):
            if number > most_rows:
                raise Refused(f"this workbook has more than the {most_rows:,} rows that an import takes: split it")
            writer.writerow(row)
        out.flush()
    except Refused as refused:
        print(refused, file=sys.stderr)
        sys.exit(REFUSED)


if __name__ == "__main__":
    main(*(int(limit) for limit in sys.argv[1:6]))
