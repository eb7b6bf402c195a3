"""`provenance label`: codes to print, with what people read beside them."""

# click hands a command each of its options as an argument.
# ruff: noqa: PLR0913, PLR0917

import secrets
from collections.abc import Sequence
from pathlib import Path

import click

from provenance.cli.inputs import STANDARD, read_input
from provenance.cli.program import Command
from provenance.cli.screen import Screen
from provenance.cli.times import now
from provenance.errors import (
    ConflictError,
    MalformedError,
    within,
)
from provenance.gs1.identifier import CANONICAL_STEM
from provenance.label.codes import gs1_maker, qr_maker
from provenance.label.drawing import (
    DATA_MATRIX,
    GS1_128,
    QR,
    Drawing,
)
from provenance.label.files import (
    FORM_OF,
    FORMS,
    ONE_EACH,
    DrawingOptions,
    Files,
    make_record,
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
_KINDS = {"qr": QR, "datamatrix": DATA_MATRIX, "gs1-128": GS1_128}


@click.command(cls=Command)
@click.argument("items", metavar="[ITEM]...", nargs=-1)
@click.option(
    "--stem",
    metavar="URL",
    help="What the links of QR codes start with: https:// and a host that is"
    " kept for the product's life.",
)
@click.option(
    "--code",
    type=click.Choice(sorted(_KINDS, reverse=True)),
    default="qr",
    show_default=True,
    help="A link as a QR Code, which any telephone opens; or an element string"
    " as GS1 DataMatrix or, for logistic units, GS1-128.",
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
    type=click.Choice(list(FORMS)),
    show_default="by the ending of the file, or svg",
    help="A drawing or a bitmap for each label; all for a printer of labels"
    " (ZPL), a page each (PDF), or sheets to cut (HTML).",
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
    metavar="MM",
    help="How wide a label is at most, with the white around its code: 25 by"
    " default, 15 for a DataMatrix, 105 for GS1-128.",
)
@click.option(
    "--level",
    type=click.Choice(["L", "M", "Q", "H"]),
    default="M",
    show_default=True,
    help="The least error correction of a QR Code; it is more where that takes"
    " no room.",
)
@click.option(
    "--dpi",
    "dots_per_inch",
    type=click.IntRange(72, 4800),
    default=300,
    show_default=True,
    help="The printer's dots an inch, for PNG and ZPL.",
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
    stem: str | None,
    code: str,
    output: str,
    form: str | None,
    list_file: str | None,
    count: int | None,
    first: str | None,
    record: str | None,
    width: float | None,
    level: str,
    dots_per_inch: int,
    paper: str,
    margin: float,
    columns: int | None,
    rows: int | None,
) -> int:
    """Print codes that lead from things to their evidence.

    An ITEM is a link, an EPC URN, an element string such as
    (01)09506000134352(21)00042, or the digits of a GTIN. A code can be
    copied: it shows which evidence to look at, not that the thing is the one
    meant.
    """
    _require_sense(screen, items, list_file, count, first, record, output)
    kind = _KINDS[code]
    form = form or FORM_OF.get(Path(output).suffix.lower(), "svg")
    if kind is not QR and stem is not None:
        raise click.UsageError(f"a {kind.name} holds no link: leave out --stem")
    if kind is QR and stem is None:
        raise click.UsageError(
            "a QR Code holds a link: say with --stem what it starts with"
        )
    wishes = DrawingOptions(dots_per_inch, now(), paper, margin, columns, rows)
    labels = _find_labels(items, list_file, count, first, stem)
    is_folder = form in ONE_EACH and len(labels) > 1
    if is_folder and output == STANDARD:
        raise click.UsageError(
            "several labels go to a folder, or to one file of --format zpl,"
            " pdf or sheet"
        )
    make = qr_maker(level) if kind is QR else gs1_maker(kind)
    drawings = [
        Drawing(
            make(each),
            each.uri if kind is QR else "".join(each.lines),
            each.lines,
            width or kind.width,
        )
        for each in labels
    ]
    # Whatever can be wrong is found before the first file is written.
    files, told = FORMS[form](labels, drawings, wishes)
    if record is not None:
        # Serial numbers that nobody wrote down could never be submitted.
        write_output(record, make_record(labels, now=wishes.now))
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
            "code": code,
            **told,
            "labels": [
                {
                    "item": each.item,
                    "content": drawing.content,
                    "modules": drawing.symbol.across,
                    "level": drawing.symbol.level or None,
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
    stem: str | None,
) -> list[Label]:
    if stem is None:
        stem = CANONICAL_STEM
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
    symbol = finest.symbol
    kind = symbol.kind
    size = (
        f"{symbol.across} modules"
        if kind.bars
        else f"{symbol.across} × {len(symbol.rows)} modules"
    )
    level = f" level {symbol.level}," if symbol.level else ""
    module = told.get("printed_module_mm", finest.module)
    assert isinstance(module, float), "a length is a number"
    say(
        f"  {kind.name}, {size} of {module:.3f} mm,{level}"
        f" {module * symbol.whole:.1f} mm wide with {kind.quiet}"
        f" {'module' if kind.quiet == 1 else 'modules'} white at each side"
    )
    least, most = kind.modules
    if not least <= module <= most:
        screen.say(
            f"  note: {kind.where}, modules have {least} to {most} mm: --size"
            f" {least * symbol.whole:.1f} to {most * symbol.whole:.1f}"
        )
