"""A case file as HTML: one file, to be read, printed and kept.

It has no script and asks for nothing: its policy forbids both, so that a
stranger's words in it stay words. Whatever comes from evidence is escaped
twice over: control and bidirectional characters are spelled out as on a
terminal (`encoding.safe`), then all of it as HTML.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

from provenance.casefile.words import case_word
from provenance.encoding.base64 import encode_base64
from provenance.encoding.safe import safe
from provenance.errors import MalformedError
from provenance.examine.judge import Examined
from provenance.proof.faults import Fault
from provenance.proof.verdict import Outcome, Step, TimelineEntry
from provenance.tlog.checkpoint import parse_checkpoint
from provenance.tlog.note import parse_note
from provenance.words.moments import (
    MARKS,
    as_written,
    called,
    moment_lines,
    void_words,
)
from provenance.words.story import label, notice_text, word

_STYLE = """
:root{color-scheme:light}
body{font:15px/1.5 system-ui,"Noto Sans CJK SC",sans-serif;color:#1a1a1a;
background:#fff;max-width:60rem;margin:2rem auto;padding:0 1rem;
overflow-wrap:anywhere}
h1,h2,h3,h4{line-height:1.25}
h2{border-bottom:2px solid #444;margin-top:2.5rem}
h3{border-top:1px solid #767676;padding-top:1rem}
table{border-collapse:collapse;width:100%;table-layout:fixed}
th,td{border:1px solid #767676;padding:.25rem .5rem;text-align:start;
vertical-align:top}
th:nth-child(2):nth-last-child(3),th:nth-child(3):nth-last-child(2){width:17%}
code,pre{font:13px/1.4 ui-monospace,monospace;white-space:pre-wrap}
pre{border:1px solid #767676;padding:.5rem}
dt{font-weight:600}dd{margin:0 0 .5rem}
ol{padding-inline-start:1.5rem}li{margin-bottom:.5rem}
.outcome{font-weight:700;border:2px solid;padding:0 .4rem}
.VERIFIED{color:#0b5d1e}.FAILED{color:#a4000f}
.INCOMPLETE{color:#7a4b00}.UNKNOWN{color:#404040}
@media print{body{max-width:none;margin:0;font-size:10pt}
article+article{break-before:page}h2,h3,h4{break-after:avoid}
tr,li,pre{break-inside:avoid}nav{display:none}}
"""

_START = '<!DOCTYPE html>\n<html lang="'
START = _START.encode()
"""How a case file begins."""

_HEAD = (
    _START + '{language}">\n<head>\n'
    '<meta charset="utf-8">\n'
    '<meta http-equiv="Content-Security-Policy" content="default-src \'none\';'
    " style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">\n"
    '<meta name="referrer" content="no-referrer">\n'
    '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
    "<title>{title}</title>\n<style>{style}</style>\n</head>\n<body>\n"
)


@dataclass(frozen=True, slots=True)
class Case:
    """What holds for the whole case file.

    Attributes:
        made: When it was made, as text.
        judged: The time that was judged at, as text.
        version: The program's version.
        origin: The ledger that the trust file names.
        trust_file: The trust file's path.
        trust_digest: Its SHA-256.
        commands: What to run to repeat it.
        counts: Outcome → how many.
    """

    made: str
    judged: str
    version: str
    origin: str
    trust_file: str
    trust_digest: str
    commands: Sequence[str]
    counts: dict[str, int]


def head(languages: Sequence[str]) -> str:
    """Return how the document begins, with the way to each language."""
    title = case_word("title", languages[0])
    links = " · ".join(
        f'<a href="#{language}" lang="{language}" hreflang="{language}">'
        f"{case_word('language', language)}</a>"
        for language in languages
    )
    nav = (
        f'<nav aria-label="Language 语言">{links}</nav>\n'
        if len(languages) > 1
        else ""
    )
    return (
        _HEAD.format(
            language=languages[0], title=text(title), style=_STYLE.strip()
        )
        + nav
        + "<main>\n"
    )


def foot() -> str:
    """Return how it ends."""
    return "</main>\n</body>\n</html>\n"


def opening(case: Case, language: str) -> str:
    """Return the first part of what is said in *language*."""

    def say(phrase: str, **values: object) -> str:
        return text(case_word(phrase, language, **values))

    counts = "".join(
        f" {_outcome(name, language)} × {count}"
        for name, count in case.counts.items()
    )
    total = sum(case.counts.values())
    return (
        f'<article lang="{language}" id="{language}">\n'
        f"<h1>{say('title')}</h1>\n"
        f"<p>{say('made', time=case.made, version=case.version)}</p>\n"
        f"<h2>{say('summary')}</h2>\n<dl>\n"
        f"<dt>{say('count')}</dt>"
        f"<dd>{say('counts', count=total)}:{counts}</dd>\n"
        f"<dt>{say('judged')}</dt><dd>{text(case.judged)}</dd>\n"
        f"<dt>{say('ledger')}</dt><dd><code>{text(case.origin)}</code></dd>\n"
        f"<dt>{say('trust')}</dt><dd><code>{text(case.trust_file)}</code><br>"
        f"SHA-256 <code>{case.trust_digest}</code></dd>\n</dl>\n"
        f"<h2>{say('inputs')}</h2>\n"
        + _table_head(language, "source", "kind", "outcome", "digest")
    )


def middle(language: str) -> str:
    """Return what stands between the list of inputs and their details."""
    return (
        f"</tbody></table>\n<h2>{text(case_word('details', language))}</h2>\n"
    )


def closing(case: Case, language: str) -> str:
    """Return the last part of what is said in *language*."""

    def say(phrase: str) -> str:
        return text(case_word(phrase, language))

    limits = "".join(
        f"<li>{say(f'limit {name}')}</li>\n"
        for name in ("truth", "time", "copy", "file")
    )
    commands = "\n".join(map(text, case.commands))
    return (
        f"<h2>{say('repeat')}</h2>\n<p>{say('repeat text')}</p>\n"
        f"<pre>{commands}</pre>\n<p>{say('repeat trust')}</p>\n"
        f"<h2>{say('limits')}</h2>\n<ul>\n{limits}</ul>\n</article>\n"
    )


def input_row(found: Examined, language: str) -> str:
    """Return the line of one input in the list of them."""
    digest = (
        f"<code>{found.digest}</code>"
        if found.digest
        else text(case_word("no digest", language))
    )
    kind = text(case_word(f"kind.{found.kind}", language))
    return (
        f"<tr><td>{text(found.source)}</td><td>{kind}</td>"
        f"<td>{_outcome(found.outcome.value, language)}</td>"
        f"<td>{digest}</td></tr>\n"
    )


def details(found: Examined, language: str) -> Iterator[str]:
    """Yield all that is told of one input."""
    yield f"<section>\n<h3>{text(found.source)}</h3>\n"
    yield f"<p>{_outcome(found.outcome.value, language)} "
    yield f"{text(found.subject)}</p>\n"
    verdict = found.verdict
    if verdict is not None and verdict.notices:
        yield _title("notices", language) + "<ul>\n"
        for notice in verdict.notices:
            said = notice_text(notice.code, notice.detail, language)
            yield f"<li><b>{notice.code}</b> {text(said)}</li>\n"
        yield "</ul>\n"
    yield _title("checks", language)
    yield _table_head(language, "check", "outcome", "code", "detail")
    for step in found.steps:
        yield _step(step, language)
    yield "</tbody></table>\n"
    if found.faults:
        yield _title("faults", language)
        yield _table_head(
            language, "where", "signer", "pointer", "here", "there"
        )
        for fault in found.faults:
            yield _fault(fault, language)
        yield "</tbody></table>\n"
    if verdict is not None and verdict.timeline:
        yield _title("story", language) + "<ol>\n"
        for moment in verdict.timeline:
            yield _moment(moment, language)
        yield "</ol>\n"
    if found.note:
        yield _title("checkpoint", language)
        yield f"<p>{text(_root(found.note, language))}</p>\n"
        yield f"<pre>{text_lines(found.note)}</pre>\n"
    yield "</section>\n"


def text(value: str) -> str:
    """Return *value* so that a page shows it, whatever it is."""
    return escape(safe(value), quote=True)


def text_lines(value: str) -> str:
    """Return text of several lines like that, with its lines."""
    return "\n".join(text(line) for line in value.split("\n"))


def _title(phrase: str, language: str) -> str:
    return f"<h4>{text(case_word(phrase, language))}</h4>\n"


def _table_head(language: str, *columns: str) -> str:
    cells = "".join(
        f'<th scope="col">{text(case_word(column, language))}</th>'
        for column in columns
    )
    return f"<table><thead><tr>{cells}</tr></thead><tbody>\n"


def _outcome(name: str, language: str) -> str:
    said = text(case_word(name, language))
    mark = MARKS[Outcome(name)]
    return f'<span class="outcome {name}">{mark} {said}</span>'


def _step(step: Step, language: str) -> str:
    name = text(case_word(f"step.{step.name}", language))
    return (
        f"<tr><td>{name}</td>"
        f"<td>{_outcome(step.outcome.value, language)}</td>"
        f"<td>{step.code}</td>"
        f'<td lang="en">{text(step.detail)}</td></tr>\n'
    )


def _fault(fault: Fault, language: str) -> str:
    def value(said: str | None) -> str:
        if said is not None:
            return f"<code>{text(said)}</code>"
        return text(case_word("nothing there", language))

    signer = called(fault.issuer_name, fault.issuer)
    pointer = fault.pointer or case_word("whole", language)
    return (
        f'<tr><td lang="en"><b>{text(fault.where)}</b><br>{text(fault.what)}'
        f"</td><td>{text(signer)}</td>"
        f"<td><code>{text(pointer)}</code></td>"
        f"<td>{value(fault.here)}</td><td>{value(fault.there)}</td></tr>\n"
    )


def _moment(moment: TimelineEntry, language: str) -> str:
    time = as_written(moment.time) or word("no time", language)
    lines = "".join(
        f"<br>{text(line)}" for line in moment_lines(moment, language)
    )
    return (
        f"<li>{text(time)} <b>{text(label(moment.labels, language))}</b>"
        f"{text(void_words(moment, language))}{lines}</li>\n"
    )


def _root(note: str, language: str) -> str:
    try:
        checkpoint = parse_checkpoint(parse_note(note).text)
    except MalformedError as error:
        return str(error)
    root = encode_base64(checkpoint.root)
    return case_word("root", language, size=checkpoint.size, root=root)
