"""Elements: AIs with their values, and what may stand beside what.

    (01) 09506000134352   (10) L7   (21) 00042   (17) 271231
    key                   qualifiers             attribute

One label, scan or link says several things of one thing. GS1 says which of
them need one another, as a count of contents needs the GTIN of the contents,
and which bar one another (General Specifications, "Data relationships"). A
thing is identified by one key and what qualifies it; all else is an attribute.
"""

from collections.abc import Iterable, Sequence

from provenance.errors import MalformedError
from provenance.gs1.ai import find_ai
from provenance.gs1.identifier import KEYS, ORDERS, Identifier

Element = tuple[str, str]
"""An AI's digits and its decoded value."""


def check_elements(elements: Iterable[Element]) -> tuple[Element, ...]:
    """Return *elements* in their order, each once.

    A label may say the same thing twice, in two symbols; never two things.

    Raises:
        MalformedError: There is none, a value is not of its AI, one AI has
            two values, or one bars another.
    """
    values: dict[str, str] = {}
    for code, value in elements:
        find_ai(code).check(value)
        if values.setdefault(code, value) != value:
            raise MalformedError(
                f"{find_ai(code)} has two values, {values[code]!r} and"
                f" {value!r}"
            )
    if not values:
        raise MalformedError("there is no element, such as (01)09506000134352")
    for code in values:
        for bar in find_ai(code).bars:
            if barred := _matching(bar, values, beside=code):
                raise MalformedError(
                    f"{find_ai(code)} cannot stand beside {find_ai(barred[0])}"
                )
    return tuple(values.items())


def check_partners(elements: Sequence[Element]) -> None:
    """Check that each of *elements* has beside it what it needs.

    One label may spread its elements over several symbols, so this is asked
    of all of them together.

    Raises:
        MalformedError: One has not.
    """
    codes = [code for code, _ in elements]
    for code in codes:
        ai = find_ai(code)
        if ai.needs and not any(
            all(any(_matching(each, codes, beside=code)) for each in together)
            for together in ai.needs
        ):
            needs = " or ".join(
                " with ".join(f"({each})" for each in together)
                for together in ai.needs
            )
            raise MalformedError(f"{ai} needs {needs} beside it")


def choose_identifier(elements: Sequence[Element]) -> Identifier | None:
    """Return the key among *elements* with its qualifiers, None without one.

    Of several keys it is the one that leaves the fewest elements behind that
    can be no attributes; of those, the first that is given. Of several
    orders of qualifiers it is the one that takes in the most.
    """
    values = dict(elements)
    found = [
        Identifier(key, values[key], qualifiers)
        for key in values
        if key in KEYS
        and ((qualifiers := _qualifiers(key, values)) or key != "415")
    ]
    strange = {code for code in values if not find_ai(code).is_attribute}
    return min(
        found,
        key=lambda each: len(strange - {ai for ai, _ in each.elements}),
        default=None,
    )


def split_elements(
    elements: Sequence[Element],
) -> tuple[Identifier | None, tuple[Element, ...]]:
    """Return the identifier among *elements*, and the attributes."""
    identifier = choose_identifier(elements)
    taken = () if identifier is None else identifier.elements
    return identifier, tuple(each for each in elements if each not in taken)


def _qualifiers(key: str, values: dict[str, str]) -> tuple[Element, ...]:
    orders = [
        tuple((ai, values[ai]) for ai in order if ai in values)
        for order in ORDERS.get(key, ())
    ]
    return max(orders, key=len, default=())


def _matching(pattern: str, codes: Iterable[str], *, beside: str) -> list[str]:
    """Return those of *codes* that *pattern* fits, other than *beside*."""
    return [
        code
        for code in codes
        if code != beside
        and len(code) == len(pattern)
        and all(p in ("n", c) for p, c in zip(pattern, code, strict=True))
    ]
