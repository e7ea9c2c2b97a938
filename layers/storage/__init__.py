"""Files kept by key, in a folder or in an S3-compatible store, addressed by URL."""

from layers.storage.address import is_url, open_store, split_file
from layers.storage.store import Head, Store

__all__ = ["Head", "Store", "is_url", "open_store", "split_file"]
