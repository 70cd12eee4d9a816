"""Made lines in the shape of the directory's files. Every organisation in them is invented."""

import csv
import io
from collections.abc import Iterator, Sequence


def a_line(code: str, name: str, *, board: str = "", opened: str = "20200401", closed: str = "", parent: str = "") -> list[str]:
    """The 27 cells of one organisation."""
    return [
        code, name, "Y99", board, "1 EXAMPLE ROAD", "", "", "EXAMPLETOWN", "", "ZZ1 1ZZ", opened, closed, "", "", parent,
        "", "", "07700 900123", "", "", "", "0", "", "Z", "", "", "",
    ]  # fmt: skip


def a_file(*lines: Sequence[str]) -> bytes:
    """A file of these lines, without a header, as the directory writes it."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n").writerows(lines)
    return out.getvalue().encode()


def trusts(count: int = 250, *, boards: int = 42) -> Iterator[list[str]]:
    """That many trusts, each below one of some care boards."""
    for n in range(count):
        yield a_line(f"ZT{n:03d}", f"MADE TRUST {n} NHS FOUNDATION TRUST", board=f"QZ{n % boards:02d}")


def care_boards(count: int = 42) -> Iterator[list[str]]:
    """That many care boards."""
    for n in range(count):
        yield a_line(f"QZ{n:02d}", f"MADE {n} INTEGRATED CARE BOARD")
