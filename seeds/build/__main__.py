"""Rebuild seed layers, their catalogue, sources and licence texts."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from layers.writers import write_cog, write_geoparquet
from seeds.build.bench import Bench, Built, Raster
from seeds.build.catalog import entry, read_catalog, read_texts, write_catalog
from seeds.build.packages import HERE, Packages, PackagesError
from seeds.build.papers import write_licences, write_sources
from seeds.build.recipe import BUILDERS

SEEDS = HERE.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the recipe; the exit code says whether it went through."""
    options = _parser().parse_args(arguments)
    packages = Packages(options.downloads, HERE / "work")
    try:
        packages.fetch()
    except PackagesError as error:
        print(error, file=sys.stderr)
        return 1
    bench = Bench(packages, BUILDERS)
    texts = read_texts()
    catalog_path = options.output / "catalog.toml"
    specs = read_catalog(catalog_path)
    for layer_id in options.only or texts:
        text = texts[layer_id]
        print(f"{layer_id} ...", flush=True)
        built = bench.built(layer_id)
        path = options.output / text["path"]
        write(built, path)
        specs[layer_id] = entry(text, built, path)
        write_catalog(specs, catalog_path)
    write_sources(specs, options.output)
    write_licences(packages, options.output)
    return 0


def write(built: Built, path: Path) -> None:
    """Write a layer's file in the format of its kind."""
    path.parent.mkdir(parents=True, exist_ok=True)
    content = built.content
    if isinstance(content, Raster):
        write_cog(
            content.values,
            path,
            transform=content.transform,
            crs="EPSG:4326",
            nodata=content.nodata,
            categorical=built.categorical,
        )
    else:
        write_geoparquet(content, path)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m seeds.build", description=__doc__)
    parser.add_argument(
        "--downloads",
        type=Path,
        default=HERE / "downloads",
        help="folder of the source packages; what is missing is downloaded into it",
    )
    parser.add_argument(
        "--output", type=Path, default=SEEDS, help="folder of the catalogue"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(BUILDERS),
        metavar="LAYER",
        help="build these layers and keep the other entries of the catalogue",
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
