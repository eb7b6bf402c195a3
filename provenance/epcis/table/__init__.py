"""Tables: CSV files whose rows tell EPCIS events, as a mapping says.

    mapping     the mapping's file, in TOML; `section` reads it to its end
    table       the file with its header; `records` are its rows as CSV
    rows        what stands in one row; `cells` in one column
    template    the event that the mapping shows, with places for cells
    grouping    which rows tell one event together
    rounding    numbers that a spreadsheet has rounded are refused
    report      rows that were refused, to be mended and handed in again

What comes out is an event as a document in JSON would have it, and is read by
the same code. Nothing here signs, and nothing opens a file.
"""

from provenance.epcis.table.mapping import TableMapping, parse_mapping
from provenance.epcis.table.report import RefusedRows
from provenance.epcis.table.rows import Row, RowGroup
from provenance.epcis.table.table import Table, read_group

__all__ = [
    "RefusedRows",
    "Row",
    "RowGroup",
    "Table",
    "TableMapping",
    "parse_mapping",
    "read_group",
]
