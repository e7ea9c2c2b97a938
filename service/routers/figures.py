"""``/figures``: every published figure beside what the layers give."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from layers.figures.checking import fingerprint
from service.access import may_see
from service.caching import layer_tag, unless_known
from service.deps import CallerDep, CatalogDep, LanguageDep
from service.documents import PAGE
from service.figure_board import FigureBoard
from service.figure_tables import computed_text, share_text
from service.figures import FiguresReport
from service.heavy import HEAVY
from service.negotiation import FormDep, respond
from service.words import VERDICTS

router = APIRouter(tags=["analysis"])

OnlyQuery = Annotated[
    str | None,
    Query(
        description="ids of figures, divided by commas; all if not given",
        examples=["redline_share,yellow_length"],
    ),
]


@router.get(
    "/figures",
    response_model=FiguresReport,
    responses={200: {"content": PAGE}},
    dependencies=[HEAVY],
)
def read_figures(
    request: Request,
    catalog: CatalogDep,
    language: LanguageDep,
    form: FormDep,
    caller: CallerDep,
    only: OnlyQuery = None,
) -> Response:
    """Answer the same object as ``ecobarrier figures --json``.

    Figures that rest on a restricted layer are computed for holders of a key only.
    """
    board = request.app.state.figures
    assert isinstance(board, FigureBoard)
    ledger = board.ledger()
    ids = [part.strip() for part in (only or "").split(",") if part.strip()]
    closed = [spec.id for spec in catalog.specs if not may_see(caller, spec)]
    said = fingerprint(ledger.figures.values())
    tag = layer_tag(request, catalog.specs, form, language, closed, said)
    headers = unless_known(request, tag)
    report = board.report(catalog, ledger, ids, caller)
    return respond(
        request,
        report.model_dump(mode="json"),
        form=form,
        language=language,
        template="figures.html",
        headers=headers,
        verdicts={name: words.model_dump() for name, words in VERDICTS.items()},
        report=report,
        computed_text=computed_text,
        share_text=share_text,
    )
