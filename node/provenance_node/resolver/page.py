"""The page for people whose code led nowhere, in Chinese and English.

Who scans a code in a shop sees this, and no JSON. It holds no script, and
says no more than is known: a ledger without a record may be the wrong one.
"""

from html import escape

from provenance_node.resolver.wishes import liking_of_type, read_wishes

_TITLES = {
    400: ("此代码无效", "This code is not valid"),
    404: ("没有此物品的记录", "No record of this item"),
}
_INVALID = """\
The link is no valid GS1 Digital Link. Scan it again, or look through what you
typed."""
_UNKNOWN = """\
This ledger has no record of it. Compare it with what is printed on the thing:
the label may belong to another ledger, be misread, or be forged."""
_SAYS = {
    400: (
        "该链接不是有效的 GS1 数字链接。请重新扫描，或核对输入的内容。",
        _INVALID,
    ),
    404: (
        (
            "本账本中没有它的任何记录。请与物品上印刷的内容核对："
            "标签可能属于其他账本、可能被误读，也可能是伪造的。"
        ),
        _UNKNOWN,
    ),
}


def wants_page(accept: str) -> bool:
    """Return whether a person is asking: a browser names HTML first."""
    wishes = read_wishes(accept)
    html = liking_of_type("text/html", wishes)
    weight, closeness = html
    return (
        weight > 0
        and closeness == 2
        and html >= liking_of_type("application/json", wishes)
    )


def error_page(status: int, detail: str) -> bytes:
    """Return the page for an answer of that *status*.

    Args:
        status: 400 or 404.
        detail: What exactly is wrong, in English.
    """
    title, english_title = _TITLES[status]
    says, english_says = _SAYS[status]
    return (
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{title} · {english_title}</title>"
        '<link rel="stylesheet" href="/docs/style.css"></head><body><main>'
        f"<h1>{title}</h1><p>{says}</p>"
        f'<div lang="en"><h2>{english_title}</h2><p>{english_says}</p>'
        f"<p><code>{escape(detail)}</code></p></div>"
        "</main></body></html>"
    ).encode()
