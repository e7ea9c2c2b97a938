"""Names of parcels, layers and banners, as a report calls them."""

from collections.abc import Mapping
from dataclasses import dataclass

from layers.models import Bilingual
from service.checking.models import (
    Amount,
    CheckReport,
    FeatureRow,
    LayerResult,
    LayerUsed,
    ParcelResult,
)
from service.reports.blocks import Column, Value
from service.reports.words import HA, M2, MU, NOTHING, either, word

AMOUNT_COLUMNS = (
    Column(word("area"), 2, M2),
    Column(word("area"), 4, HA),
    Column(word("area"), 2, MU),
)


def amount_cells(amount: Amount) -> tuple[Value, ...]:
    """Answer the three numbers of a printed area."""
    return amount.m2, amount.ha, amount.mu


@dataclass(frozen=True)
class Names:
    """Looks names up.

    Parameters
    ----------
    report : CheckReport
    """

    report: CheckReport

    @property
    def layers(self) -> Mapping[str, LayerUsed]:
        """Layers by id."""
        return {one.id: one for one in self.report.layers}

    def layer(self, layer: str) -> Bilingual:
        """Name a layer."""
        return self.layers[layer].title

    @staticmethod
    def number(parcel: ParcelResult) -> str:
        """Answer a parcel's number, or its id."""
        return parcel.number or parcel.id

    @staticmethod
    def parcel(parcel: ParcelResult) -> str:
        """Answer number and name of a parcel in one line."""
        number = parcel.number or parcel.id
        return f"{number}  {parcel.name}" if parcel.name else number

    @staticmethod
    def banner(parcel: ParcelResult, banner: str | None) -> Bilingual:
        """Name a banner that a parcel lies in."""
        if banner is None:
            return word("no_banner")
        found = next(one for one in parcel.banners if one.banner_id == banner)
        return either(found.name, found.name_en, banner)

    @staticmethod
    def feature(row: FeatureRow) -> Bilingual:
        """Name a feature of a layer."""
        return either(row.name, row.name_en, row.id)

    @staticmethod
    def finding(result: LayerResult | ParcelResult) -> Bilingual:
        """Name a finding; one that no office has confirmed is marked."""
        return result.finding.label


def known(text: str | None) -> str:
    """Answer a text, or a dash for none."""
    return text or NOTHING
