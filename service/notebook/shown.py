"""A map as a notebook shows it: the page that the command line writes, in a frame."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from layers.catalog import Catalog
from layers.writers import write_text
from service.words import Language

HEIGHT_PX = 560


@dataclass(frozen=True)
class ShownMap:
    """A page with a map; no other host is asked for anything.

    Parameters
    ----------
    page : str
        Complete HTML.
    """

    page: str

    @classmethod
    def of(
        cls, catalog: Catalog, layers: Sequence[str], language: Language
    ) -> "ShownMap":
        """Draw layers; what a map usually shows if none is named."""
        # Folium takes a while to load; tables do without.
        from service.maps import default_layers, folium_map

        asked = list(layers) or default_layers(catalog)
        return cls(folium_map(catalog, asked, language=language))

    def save(self, path: str | Path) -> None:
        """Write the page; it can be opened and handed on without anything else.

        Raises
        ------
        LayerWriteError
        """
        write_text(self.page, Path(path))

    def _repr_html_(self) -> str:
        """Show the page in a frame, where no style of the notebook reaches it."""
        source = escape(self.page, quote=True)
        style = f"width:100%;height:{HEIGHT_PX}px;border:0"
        return f'<iframe srcdoc="{source}" style="{style}" allowfullscreen></iframe>'
