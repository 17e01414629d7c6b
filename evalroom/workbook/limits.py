"""How big a workbook may be before it is looked into, and how far it is read."""

from evalroom.sessions.tender.limits import Limit

WORKBOOK_BYTES = Limit("workbook_bytes", 16 * 2**20, "300 bids with pictures of seals take 5 MB.")
ENTRIES = Limit("entries", 500, "Parts of the archive; a workbook of eight sheets has thirty.")
UNPACKED_BYTES = Limit(
    "unpacked_bytes",
    64 * 2**20,
    "What all parts may take unpacked: a small archive can hold terabytes.",
)
ELEMENTS = Limit(
    "elements",
    400_000,
    "Opening tags of all parts; 300 bids × 20 columns have 20,000. Memory grows with them.",
)
REFERRED_CELLS = Limit(
    "referred_cells",
    100_000,
    "Cells named by ranges of merged cells, links and comments: each becomes an object.",
)
ROWS = Limit(
    "rows", 1_000, "Rows that are read in a sheet: 300 bids or criteria and blanks between."
)
COLUMNS = Limit("columns", 60, "Columns that are read in a sheet; the widest has 18.")
TEXT_CHARS = Limit("text_chars", 32_767, "What a cell of a spreadsheet can hold.")
FORMAT_CHARS = Limit("format_chars", 255, "What a spreadsheet program accepts as a number format.")
EXACT_DIGITS = Limit(
    "exact_digits", 15, "Significant digits that a spreadsheet's number keeps exactly."
)

EVERY = (
    WORKBOOK_BYTES,
    ENTRIES,
    UNPACKED_BYTES,
    ELEMENTS,
    REFERRED_CELLS,
    ROWS,
    COLUMNS,
    TEXT_CHARS,
    FORMAT_CHARS,
    EXACT_DIGITS,
)
