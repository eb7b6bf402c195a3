"""Access: axe, the order of focus, the sizes of what is touched.

Rules: WCAG 2.2 AA, as far as axe-core decides them by itself (its rule for
2.5.8 is off by default, and on here), and the sizes once more by hand.
"""

from collections.abc import Iterator
from typing import Any

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

OPTIONS = {
    "resultTypes": ["violations"],
    "rules": {"target-size": {"enabled": True}},
}

LEAST_TARGET = 24
"""CSS pixels each way that WCAG 2.2 asks for (2.5.8)."""

OUR_TARGET = 44
"""What the page has for buttons, fields and summaries."""

_FOCUSABLE = """
() => {
  const found = [];
  const all = "a[href], button, input, select, textarea, summary, [tabindex]";
  for (const element of document.querySelectorAll(all)) {
    const box = element.getBoundingClientRect();
    const style = getComputedStyle(element);
    if (element.disabled || style.visibility === "hidden") continue;
    if (!element.checkVisibility() || !box.width || !box.height) continue;
    const isReached = element.tabIndex >= 0;
    const label = element.type === "file" || element.type === "checkbox"
      ? element.labels?.[0] : null;
    const touched = label?.getBoundingClientRect() ?? box;
    element.dataset.tested ??= String(found.length);
    found.push({
      name: element.id || element.textContent.trim().slice(0, 40),
      tag: element.localName,
      mark: element.dataset.tested,
      isReached,
      width: Math.max(box.width, touched.width),
      height: Math.max(box.height, touched.height),
      isInText: style.display === "inline",
    });
  }
  return found;
}
"""

_ACTIVE = """
() => {
  const active = document.activeElement;
  if (!active || active === document.body) return "";
  return active.dataset.tested ?? active.id ?? active.localName;
}
"""

_SCROLLS = """
() => {
  const width = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= width) return [];
  return [...document.querySelectorAll("body *")]
    .filter((each) => each.getBoundingClientRect().right > width + 1)
    .map((each) => each.localName + "#" + each.id + "." + each.className
      + " " + Math.round(each.getBoundingClientRect().right))
    .concat("the page: " + document.documentElement.scrollWidth);
}
"""


def violations(page: Page) -> list[str]:
    """Return what axe finds wrong, a line for each element."""
    results = Axe().run(page, options=OPTIONS)
    assert results.response["passes"] is not None
    return [
        f"{rule['id']}: {node['html'][:120]} {node['failureSummary']}"
        for rule in results.response["violations"]
        for node in rule["nodes"]
    ]


def focusable(page: Page) -> list[dict[str, Any]]:
    """Return what there is to reach and to touch, in the page's order."""
    found: list[dict[str, Any]] = page.evaluate(_FOCUSABLE)
    return found


def tab_through(page: Page, most: int) -> Iterator[str]:
    """Press Tab from the page's top; yield each mark that gets the focus."""
    focusable(page)  # Gives each its mark.
    # From the top, wherever the focus was before.
    page.evaluate(
        "() => { const top = document.body; top.tabIndex = -1; top.focus();"
        " top.removeAttribute('tabindex'); scrollTo(0, 0); }"
    )
    reached: set[str] = set()
    for _ in range(most):
        page.keyboard.press("Tab")
        mark = page.evaluate(_ACTIVE)
        if not mark or mark in reached:
            break
        reached.add(mark)
        yield mark


def overflowing(page: Page) -> list[str]:
    """Return what makes the page scroll sideways (WCAG 2.2, 1.4.10)."""
    found: list[str] = page.evaluate(_SCROLLS)
    return found
