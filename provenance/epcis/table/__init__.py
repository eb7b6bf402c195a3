"""Tables: CSV files whose rows tell EPCIS events, as a mapping says."""

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
