"""The Python door for analysts: layers as frames and arrays, answers as tables.

>>> from service.notebook import open_catalog
>>> catalog = open_catalog()
>>> table = catalog.overlap("leagues", "redline", by="left")
>>> table[["name_en", "share"]].round(3).head(2)
       name_en  share
id
150100  Hohhot  0.606
150200  Baotou  0.222

It stands in ``service``, the outermost package, since it asks what the command line and
the web service ask; below it, :mod:`layers` and :mod:`geo` are open to who needs them.
"""

from service.notebook.catalog import NotebookCatalog, open_catalog
from service.notebook.tables import in_unit, matrix, to_xlsx

__all__ = ["NotebookCatalog", "in_unit", "matrix", "open_catalog", "to_xlsx"]
