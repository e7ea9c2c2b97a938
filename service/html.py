"""Pages for people: the frame around a template, with its content policy."""

from collections.abc import Mapping
from functools import cache
from typing import Any
from urllib.parse import urlencode

from fastapi import Request
from fastapi.responses import HTMLResponse

from service import pages
from service.numbers import NUMBERS
from service.page_words import page_words
from service.palette import BADGES
from service.policy import page_policy
from service.words import Language, other, words


class HtmlPage(HTMLResponse):
    """A page with the policy that its own scripts and styles need.

    Parameters
    ----------
    html : str
        The whole page.
    status : int
    headers : mapping, optional
    styled_elements, workers : bool
        See :func:`service.policy.page_policy`.
    """

    def __init__(
        self,
        html: str,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        styled_elements: bool = False,
        workers: bool = False,
    ) -> None:
        super().__init__(html, status, dict(headers or {}))
        policy = page_policy(html, styled_elements=styled_elements, workers=workers)
        self.headers.setdefault("Content-Security-Policy", policy)


def page(
    request: Request,
    template: str,
    language: Language,
    context: Mapping[str, Any],
    headers: Mapping[str, str] | None = None,
    status: int = 200,
) -> HtmlPage:
    """Fill a template that extends ``base.html``.

    Parameters
    ----------
    request : Request
        Its address gives the links to the other language and to the JSON.
    template : str
    language : {"zh", "en"}
    context : mapping
        What the template asks for.
    headers : mapping, optional
    status : int
    """
    html = pages.render(
        template,
        w=words(language) | page_words(language),
        language=language,
        other=other(language),
        badges=BADGES,
        style=_style(),
        numbers=NUMBERS,
        own_address=address(request),
        to_other_language=address(request, lang=other(language)),
        to_json=address(request, f="json"),
        address=lambda **changes: address(request, **changes),
        **{"title": None, "crumbs": (), **context},
    )
    return HtmlPage(html, status=status, headers=headers)


def address(request: Request, **changes: str | int | None) -> str:
    """Answer the request's own address with some parameters changed; None drops one."""
    query = {**request.query_params, "f": None, **changes}
    kept = [(key, str(value)) for key, value in query.items() if value is not None]
    root = request.scope.get("root_path", "")
    path = request.url.path if request.url.path.startswith(root) else root
    return f"{path}?{urlencode(kept, safe=',:/')}" if kept else path


@cache
def _style() -> str:
    names = ("tokens.css", "landing.css", "page.css")
    return "".join(map(pages.own_file, names))
