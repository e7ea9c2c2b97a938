"""The layers that come with the product; see ``catalog.toml`` and ``README.md``."""
