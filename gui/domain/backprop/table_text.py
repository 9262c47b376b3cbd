"""A table of the explorer as text, for a spreadsheet (CSV) or for a paper (LaTeX)."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from beras.text import table
from gui.domain.backprop.decimals import MINUS, decimal_text
from gui.domain.backprop.equation import ElementSum
from gui.domain.backprop.update_rule import UpdateEquation

LATEX_LETTERS = {
    "\\": r"\textbackslash{}",
    "&": r"\&",
    "%": r"\%",
    "$": r"\$",
    "#": r"\#",
    "_": r"\_",
    "{": r"\{",
    "}": r"\}",
    "~": r"\textasciitilde{}",
    "^": r"\textasciicircum{}",
}


@dataclass(frozen=True, slots=True)
class Table:
    """Heads and rows of texts; numbers stand in every column but the first."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def as_text(self) -> str:
        """Columns under each other, for a report."""
        return f"{self.title}\n{table(self.heads, self.rows)}\n"

    def as_csv(self) -> str:
        """For a spreadsheet: comma-separated, with an ordinary minus sign (RFC 4180)."""
        sheet = io.StringIO()
        writer = csv.writer(sheet, lineterminator="\r\n")
        writer.writerow(self.heads)
        writer.writerows([[cell.replace(MINUS, "-") for cell in row] for row in self.rows])
        return sheet.getvalue()

    def as_latex(self) -> str:
        """A ``tabular`` whose first column is text and whose others are numbers."""
        lines = [
            rf"\begin{{tabular}}{{l{'r' * (len(self.heads) - 1)}}}",
            rf"  {' & '.join(map(_latex, self.heads))} \\ \hline",
            *(rf"  {' & '.join([_latex(row[0]), *map(_latex_number, row[1:])])} \\" for row in self.rows),
            r"\end{tabular}",
        ]
        return "\n".join(lines) + "\n"


def sum_table(found: ElementSum, decimals: int) -> Table:
    """The terms of one element, what the others add up to, and the sum."""
    blank = ("",) * (len(found.heads) - 2)
    rows: list[tuple[str, ...]] = [
        (term.label, *(decimal_text(factor, decimals) for factor in term.factors), decimal_text(term.product, decimals))
        for term in found.terms
    ]
    if found.others:
        rows.append((others_label(found.others), *blank, decimal_text(found.others_sum, decimals)))
    rows.append((found.sum_word, *blank, decimal_text(found.total, decimals)))
    return Table(found.symbol, found.heads, tuple(rows))


def others_label(count: int) -> str:
    """What stands for the terms that are not listed."""
    return f"… {count:,} more"


def update_table(found: UpdateEquation) -> Table:
    """The lines of an update."""
    rows = tuple(
        (line.symbol, line.formula, line.numbers, decimal_text(line.value, found.decimals)) for line in found.lines
    )
    return Table(found.names[found.chosen], ("what", "formula", "in numbers", "value"), rows)


def _latex(text: str) -> str:
    """Text with the letters escaped that mean something to LaTeX; the rest is Unicode, which it reads."""
    return "".join(LATEX_LETTERS.get(letter, letter) for letter in text)


def _latex_number(text: str) -> str:
    """A number in the mode of mathematics; other text as it is."""
    tidy = text.replace(MINUS, "-")
    mantissa, mark, exponent = tidy.partition("e")
    try:
        float(tidy)
    except ValueError:
        return _latex(text)
    return rf"${mantissa} \cdot 10^{{{exponent}}}$" if mark else f"${tidy}$"
