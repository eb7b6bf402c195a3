"""Writes the rule books that come with the program as JavaScript.

    python -m tests.web.make_books

`provenance/rules/*.json` are the books; the page has each as a module, which
a test compares with what would be written here.
"""

import pathlib

import provenance.rules

SOURCES = pathlib.Path(provenance.rules.__file__).parent
MODULES = (
    pathlib.Path(__file__).parents[2] / "node/provenance_node/web/verify/rules"
)

MODULE = """\
// @ts-check
// A rule book that comes with the program: provenance/rules/{name}, as
// `python -m tests.web.make_books` writes it here.

// prettier-ignore
export const {constant} = {book};
"""


def modules() -> dict[pathlib.Path, str]:
    """Return the path of each module, and what is to stand in it."""
    return {
        MODULES / f"{source.stem.replace('-', '_')}.js": MODULE.format(
            name=source.name,
            constant=source.stem.replace("-", "_").upper(),
            book=source.read_text().strip(),
        )
        for source in sorted(SOURCES.glob("*.json"))
    }


def main() -> None:
    for path, text in modules().items():
        path.write_text(text)
        print(path)


if __name__ == "__main__":
    main()
