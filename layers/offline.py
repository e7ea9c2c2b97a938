"""GDAL and PROJ kept off the network, in both copies that are loaded.

pyogrio and rasterio bring a GDAL each. A file from a stranger may name another host
(a VRT inside, a ``/vsicurl/`` path, a grid of PROJ's network); no driver may follow.
"""

import pyogrio
import pyproj

DEAD_PROXY = "http://127.0.0.1:9"
"""Port 9 discards: whatever would still call out meets it first."""

OPTIONS = {
    # The whole name must be this one, so no file of any host can be asked for.
    "CPL_VSIL_CURL_ALLOWED_FILENAME": "nothing",
    "GDAL_HTTP_PROXY": DEAD_PROXY,
    "GDAL_HTTPS_PROXY": DEAD_PROXY,
    "GDAL_HTTP_TIMEOUT": "1",
    "GDAL_HTTP_CONNECTTIMEOUT": "1",
    "GDAL_HTTP_MAX_RETRY": "0",
    "CPL_AWS_EC2_API_ROOT_URL": "disabled",
    "CPL_GCE_SKIP": "YES",
    "OGR_GMLAS_XERCES_DISABLE_NETWORK": "YES",
    "GML_DOWNLOAD_SCHEMA": "NO",
    "GDAL_VRT_ENABLE_PYTHON": "NO",
    "PROJ_NETWORK": "OFF",
}


def cut_network() -> None:
    """Keep pyogrio's GDAL and PROJ off the network; twice changes nothing."""
    pyogrio.set_gdal_config_options(OPTIONS)
    pyproj.network.set_network_enabled(active=False)  # type: ignore[attr-defined]


def cut_raster_network() -> None:
    """Keep rasterio's GDAL off the network, too.

    For modules that load it; whoever reads vector layers only need not wait for it.
    """
    import rasterio.env

    for name, value in OPTIONS.items():
        rasterio.env.set_gdal_config(name, value)
