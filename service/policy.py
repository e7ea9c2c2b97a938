"""Content-Security-Policy: a page may run its own script and load its own host only.

Inline scripts and styles are allowed one by one, by their hashes, so that text of a
layer that got into a page as markup would neither run nor load anything.
"""

import base64
import hashlib
from collections.abc import Iterator

DATA_POLICY = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'"
"""For everything that is no page: opened in a browser it can do nothing."""

_PAGE = (
    "default-src 'none'",
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'",
    "frame-src 'self'",
    "form-action 'self'",
    "frame-ancestors 'self'",
    "base-uri 'none'",
)


def page_policy(
    html: str, *, styled_elements: bool = False, workers: bool = False
) -> str:
    """Answer the policy of a page.

    Parameters
    ----------
    html : str
        The whole page, as it is sent.
    styled_elements : bool
        Whether ``style`` attributes hold; maps colour their legend with them.
    workers : bool
        Whether the page's scripts may start workers out of their own text and show
        pictures they made, as MapLibre GL does.
    """
    attributes = ["style-src-attr 'unsafe-inline'"] if styled_elements else []
    scripts = " ".join(["'self'", *_hashes(html, "script")])
    styles = " ".join(["'self'", *_hashes(html, "style")])
    rules = [*_PAGE, f"script-src {scripts}", f"style-src {styles}", *attributes]
    if workers:
        rules.append("worker-src blob:")
    return "; ".join(rules)


def meta_policy(
    html: str, *, styled_elements: bool = False, workers: bool = False
) -> str:
    """Answer the policy of a page as an element, for pages that are files.

    A browser takes ``frame-ancestors`` from a header only, and says so; who runs the
    web server may add it there.

    Parameters
    ----------
    html : str
        The page, without the element.
    styled_elements, workers : bool
        See :func:`page_policy`.
    """
    policy = page_policy(html, styled_elements=styled_elements, workers=workers)
    rules = [one for one in policy.split("; ") if not one.startswith(_HEADER_ONLY)]
    return f'<meta http-equiv="Content-Security-Policy" content="{"; ".join(rules)}">'


_HEADER_ONLY = "frame-ancestors"


def _hashes(html: str, tag: str) -> list[str]:
    digests = (hashlib.sha256(text.encode()).digest() for text in _inline(html, tag))
    return [f"'sha256-{base64.b64encode(one).decode()}'" for one in digests]


def _inline(html: str, tag: str) -> Iterator[str]:
    """Yield the contents of the elements, in order; those with ``src`` are empty."""
    opening, closing = f"<{tag}", f"</{tag}>"
    place = html.find(opening)
    while place >= 0:
        start = html.index(">", place) + 1
        end = html.index(closing, start)
        if end > start:
            yield html[start:end]
        place = html.find(opening, end)
