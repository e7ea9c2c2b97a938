"""The recipe of the seed layers: ``python -m seeds.build``; see ``README.md``."""
