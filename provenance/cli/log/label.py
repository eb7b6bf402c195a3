"""`provenance label`: QR codes to print, with what people read beside them."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

import secrets
from collections.abc import Callable, Sequence
from pathlib import Path

import click

from provenance.cli.inputs import STANDARD, read_input
from provenance.cli.log.label_files import FORMS, Files, Wishes, make_record
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.errors import (
    ConflictError,
    MalformedError,
    within,
)
from provenance.extras import load_extra
from provenance.label.drawing import (
    LEAST_MODULE,
    MOST_MODULE,
    QUIET,
    Drawing,
    Symbol,
)
from provenance.label.label import (
    Label,
    check_stem,
    number_labels,
    read_label,
    read_labels,
)
from provenance.label.serials import MAX_COUNT, count_up, draw_serials
from provenance.label.sheet import PAPERS
from provenance.outputs import make_folder, write_output

_MAX_LIST = 8 << 20


@click.command(cls=Command)
@click.argument("items", metavar="[ITEM]...", nargs=-1)
@click.option(
    "--stem",
    required=True,
    metavar="URL",
    help="What the links start with: https:// and a host that is kept for the"
    " product's life.",
)
@click.option(
    "--output",
    "-o",
    required=True,
    help="The file to write, - for standard output; for several SVG or PNG"
    " files, the folder.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["svg", "png", "sheet"]),
    default="svg",
    show_default=True,
    help="A drawing or a bitmap for each label, or sheets to cut (HTML).",
)
@click.option(
    "--list",
    "list_file",
    metavar="FILE",
    help="A file with one item a line; - for standard input.",
)
@click.option(
    "--serials",
    "count",
    type=click.IntRange(1, MAX_COUNT),
    metavar="N",
    help="Make N serial numbers for ITEM, a product or a lot: by chance, unless"
    " --first is given.",
)
@click.option(
    "--first",
    metavar="SERIAL",
    help="Count up from SERIAL, with as many digits as it has if it starts"
    " with 0.",
)
@click.option(
    "--record",
    metavar="FILE",
    help="The new CSV file that takes the serial numbers made, as submit"
    " --mapping reads it.",
)
@click.option(
    "--size",
    "width",
    type=click.FloatRange(5, 200),
    default=25,
    show_default=True,
    metavar="MM",
    help="How wide a label is, with the white around its code.",
)
@click.option(
    "--level",
    type=click.Choice(["L", "M", "Q", "H"]),
    default="M",
    show_default=True,
    help="The least error correction; it is more where that takes no room.",
)
@click.option(
    "--dpi",
    "dots_per_inch",
    type=click.IntRange(72, 4800),
    default=300,
    show_default=True,
    help="The printer's dots an inch, for PNG.",
)
@click.option(
    "--paper",
    type=click.Choice(sorted(PAPERS)),
    default="A4",
    show_default=True,
    help="The paper of sheets.",
)
@click.option(
    "--margin",
    type=click.FloatRange(0, 100),
    default=10,
    show_default=True,
    metavar="MM",
    help="What stays free at each side of a sheet.",
)
@click.option(
    "--columns",
    type=click.IntRange(1, 100),
    help="Labels beside each other; by default as many as fit.",
)
@click.option(
    "--rows",
    type=click.IntRange(1, 100),
    help="Labels above each other; by default as many as fit.",
)
def label(
    screen: Screen,
    items: tuple[str, ...],
    stem: str,
    output: str,
    form: str,
    list_file: str | None,
    count: int | None,
    first: str | None,
    record: str | None,
    width: float,
    level: str,
    dots_per_inch: int,
    paper: str,
    margin: float,
    columns: int | None,
    rows: int | None,
) -> int:
    """Print QR codes that lead from things to their evidence.

    An ITEM is a link, an EPC URN, an element string such as
    (01)09506000134352(21)00042, or the digits of a GTIN. A code can be
    copied: it shows which evidence to look at, not that the thing is the one
    meant.
    """
    _require_sense(screen, items, list_file, count, first, record, output)
    wishes = Wishes(width, level, dots_per_inch, paper, margin, columns, rows)
    labels = _find_labels(items, list_file, count, first, stem)
    is_folder = form != "sheet" and len(labels) > 1
    if is_folder and output == STANDARD:
        raise click.UsageError(
            "several labels go to a folder, or to one --format sheet"
        )
    make = _symbol_maker(wishes.level)
    drawings = [
        Drawing(make(each.uri), each.uri, each.lines, wishes.width)
        for each in labels
    ]
    # Whatever can be wrong is found before the first file is written.
    files, told = FORMS[form](labels, drawings, wishes)
    if record is not None:
        # Serial numbers that nobody wrote down could never be submitted.
        write_output(record, make_record(labels, now=now()))
    _write(screen, output, files, is_folder=is_folder)
    _tell(screen, drawings, told, form, output)
    if record is not None:
        screen.line(f"{record}: {len(labels)} serial numbers")
    return screen.result(
        "label",
        0,
        {
            "output": output,
            "record": record,
            "format": form,
            **told,
            "labels": [
                {
                    "item": each.item,
                    "link": each.uri,
                    "modules": drawing.symbol.across,
                    "level": drawing.symbol.level,
                    "module_mm": round(drawing.module, 4),
                    "width_mm": drawing.width,
                    "height_mm": round(drawing.height, 4),
                }
                for each, drawing in zip(labels, drawings, strict=True)
            ],
        },
    )


def _require_sense(
    screen: Screen,
    items: tuple[str, ...],
    list_file: str | None,
    count: int | None,
    first: str | None,
    record: str | None,
    output: str,
) -> None:
    """Refuse options that contradict one another."""
    if bool(items) == (list_file is not None):
        raise click.UsageError("name the items, or a file with --list")
    if count is None and (first is not None or record is not None):
        raise click.UsageError("--first and --record go with --serials")
    if count is not None and (list_file is not None or len(items) != 1):
        raise click.UsageError("--serials takes one ITEM, a product or a lot")
    if count is not None and record is None:
        raise click.UsageError(
            "--serials needs --record: serial numbers that nobody wrote down"
            " cannot be submitted"
        )
    if output == STANDARD and screen.is_json:
        raise click.UsageError("with --json, the labels go to a file")
    if record is not None and Path(record).exists():
        raise ConflictError(
            f"{record} exists, and may be all that is known of the serial"
            " numbers in it: choose another name"
        )


def _find_labels(
    items: Sequence[str],
    list_file: str | None,
    count: int | None,
    first: str | None,
    stem: str,
) -> list[Label]:
    with within("--stem"):
        check_stem(stem)
    if list_file is not None:
        with within(list_file):
            labels = list(read_labels(_lines(list_file), stem=stem))
    elif count is not None:
        product = read_label(items[0], stem=stem)
        serials = (
            draw_serials(count, secrets.token_bytes)
            if first is None
            else count_up(first, count)
        )
        labels = list(number_labels(product, serials))
    else:
        labels = list(read_labels(items, stem=stem, called="item"))
    if not 1 <= len(labels) <= MAX_COUNT:
        raise MalformedError(
            f"{len(labels)} labels are not made at once: 1 to {MAX_COUNT}"
        )
    return labels


def _lines(list_file: str) -> list[str]:
    data = read_input(list_file, limit=_MAX_LIST)
    try:
        return data.decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        raise MalformedError(f"it is not UTF-8: {error}") from error


def _symbol_maker(level: str) -> Callable[[str], Symbol]:
    segno = load_extra("segno", extra="label")

    def make(content: str) -> Symbol:
        try:
            code = segno.make_qr(content, error=level)
        except segno.DataOverflowError as error:
            raise MalformedError(
                f"a link of {len(content)} characters is too long for a code"
                f" at level {level}: shorten its stem"
            ) from error
        rows = tuple(bytes(row) for row in code.matrix)
        return Symbol(rows, code.version, code.error)

    return make


def _write(
    screen: Screen, output: str, files: Files, *, is_folder: bool
) -> None:
    if is_folder:
        folder = Path(output)
        make_folder(folder)
        for name, data in files:
            write_output(str(folder / name), data)
        return
    for _, data in files:
        if output == STANDARD:
            screen.data(data)
        else:
            write_output(output, data)


def _tell(
    screen: Screen,
    drawings: Sequence[Drawing],
    told: dict[str, object],
    form: str,
    output: str,
) -> None:
    """Say what was made, and what a printer has to know."""
    say = screen.say if output == STANDARD else screen.line
    count = len(drawings)
    say(f"{output}: {count} {'label' if count == 1 else 'labels'}")
    if form == "sheet":
        say(
            f"  {told['columns']} × {told['rows']} to a page of"
            f" {told['paper']}, {told['pages']}"
            f" {'page' if told['pages'] == 1 else 'pages'}: print at 100 %"
        )
    finest = min(drawings, key=lambda each: each.module)
    across, level = finest.symbol.across, finest.symbol.level
    module = told.get("printed_module_mm", finest.module)
    assert isinstance(module, float), "a length is a number"
    say(
        f"  {across} × {across} modules of {module:.3f} mm, level {level},"
        f" {module * (across + 2 * QUIET):.1f} mm wide with {QUIET} modules"
        " white at each side"
    )
    if not LEAST_MODULE <= module <= MOST_MODULE:
        screen.say(
            f"  note: where goods are paid for, modules have {LEAST_MODULE} to"
            f" {MOST_MODULE} mm (GS1 General Specifications, 5.12.3.1): --size"
            f" {LEAST_MODULE * (across + 2 * QUIET):.1f} to"
            f" {MOST_MODULE * (across + 2 * QUIET):.1f}"
        )
