"""Writes the copies of the registry of checks and codes.

    python -m tests.web.make_codes

From `provenance/proof/codes.json`: `verify/proof/codes.js`, what every verdict
needs; `verify/proof/explanations.js`, which the page loads when somebody asks;
and `provenance/CODES.md`, for people.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path

from provenance.proof.codes import CHECKS, CODES

ROOT = Path(__file__).parents[2]
HERE = ROOT / "node/provenance_node/web/verify/proof"
PAGE = ROOT / "provenance/CODES.md"

_CODES_HEAD = """\
// @ts-check
// The registry of checks and codes. Written by `python -m tests.web.make_codes`
// from provenance/proof/codes.json; changed there, not here.
//
// Over 500 lines: there are as many codes as the registry has.

/**
 * One check of a verdict: the first two digits of its codes, and what people
 * call it.
 * @typedef {{number: number, title: {en: string, zh: string}}} CheckKind
 */

/**
 * What one code says: its check's id, "" where any may have it; what the check
 * comes to by it, "" where it is a notice alone; and a sentence for whoever
 * reads a verdict.
 * @typedef {object} Code
 * @property {string} check
 * @property {import("./verdict.js").Outcome | ""} outcome
 * @property {boolean} isNotice whether it may stand above a verdict
 * @property {{en: string, zh: string}} sentence
 */

/**
 * Id → check, in the order in which they run and verdicts list them.
 * @type {ReadonlyMap<string, CheckKind>}
 */
// prettier-ignore
export const CHECKS = new Map(
  Object.entries({
"""
_CODES_MIDDLE = """\
  }),
);

/** @type {ReadonlyMap<string, Code>} */
// prettier-ignore
export const CODES = new Map(
  Object.entries(
    /** @type {Record<string, Code>} */ ({
"""
_CODES_TAIL = """\
    }),
  ),
);
"""
_EXPLANATIONS_HEAD = """\
// @ts-check
// What each code of a verdict means, at length, for whoever asks. Written by
// `python -m tests.web.make_codes` from provenance/proof/codes.json.

/**
 * Code → what it means and what to do, in each language.
 * @type {ReadonlyMap<string, {en: string, zh: string}>}
 */
// prettier-ignore
export const EXPLANATIONS = new Map(
  Object.entries({
"""
_EXPLANATIONS_TAIL = """\
  }),
);
"""


def modules() -> dict[str, str]:
    """Return name → text of each module."""
    return {
        "codes.js": "".join(
            [
                _CODES_HEAD, *_checks(), _CODES_MIDDLE, *_codes(), _CODES_TAIL
            ]
        ),
        "explanations.js": "".join(
            [_EXPLANATIONS_HEAD, *_explanations(), _EXPLANATIONS_TAIL]
        ),
    }  # fmt: skip


def page() -> str:
    """Return the page of the documentation."""
    return "".join([_PAGE_HEAD, *_page_checks(), *_page_codes()])


def _page_checks() -> Iterator[str]:
    yield "| number | check | | |\n|---|---|---|---|\n"
    for check in CHECKS.values():
        en, zh = check.title["en"], check.title["zh"]
        yield f"| {check.number} | `{check.id}` | {en} | {zh} |\n"


def _page_codes() -> Iterator[str]:
    titles = {"": "Any check", **{c.id: c.title["en"] for c in CHECKS.values()}}
    for check, title in titles.items():
        yield f"\n## {title}\n"
        for name, code in CODES.items():
            if code.check == check:
                words = [] if code.outcome is None else [code.outcome.value]
                words += ["notice"] if code.is_notice else []
                yield f"\n### {name}: {', '.join(words)}\n\n"
                for tongue in ("en", "zh"):
                    yield f"**{code.sentence[tongue]}**\n"
                    yield f"{code.explanation[tongue]}\n\n"


def _checks() -> Iterator[str]:
    for name, check in CHECKS.items():
        yield f"    {_quoted(name)}: {{\n      number: {check.number},\n"
        yield f"      title: {{\n{_both(check.title, 8)}      }},\n    }},\n"


def _codes() -> Iterator[str]:
    for name, code in CODES.items():
        yield f"      {_quoted(name)}: {{\n"
        yield f"        check: {_quoted(code.check)},\n"
        yield f"        outcome: {_quoted('' if code.outcome is None else code.outcome)},\n"
        yield f"        isNotice: {_quoted(code.is_notice)},\n"
        yield f"        sentence: {{\n{_both(code.sentence, 10)}        }},\n"
        yield "      },\n"


def _explanations() -> Iterator[str]:
    for name, code in CODES.items():
        yield f"    {_quoted(name)}: {{\n{_both(code.explanation, 6)}    }},\n"


def _both(said: Mapping[str, str], indent: int) -> str:
    pad = " " * indent
    return "".join(
        f"{pad}{language}: {_quoted(text)},\n"
        for language, text in said.items()
    )


def _quoted(value: str | bool) -> str:
    return json.dumps(value, ensure_ascii=False)


_PAGE_HEAD = """\
# Checks and codes

What a verdict can say. Written by `python -m tests.web.make_codes` from
`proof/codes.json`; `provenance explain CODE` and the page that people open say
the same. A number and a code never change: a check that is added takes the
next number, wherever it runs. How each check is made stands in `FORMATS.md`,
section 14; which rules it holds an entry against, in `RULES.md`.

The checks, in the order in which they run and verdicts list them:

"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    for name, text in modules().items():
        (HERE / name).write_text(text, encoding="utf-8")
