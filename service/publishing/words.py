"""Words of a copy's list of layers, Chinese and English."""

from collections.abc import Mapping

from service.shared_words import shared

WORDS: Mapping[str, tuple[str, str]] = {
    **shared("copy_of", "copy_restricted", copy_map="to_map"),
    "copy_title": ("图层目录与下载", "Layers and downloads"),
    "copy_intro": (
        "这是一份静态副本：地图、瓦片和下载都是文件，不需要运行服务。"
        "核查地块、面积统计与报告需要运行中的 Ecobarrier 服务。",
        "This is a static copy: map, tiles and downloads are files; no service runs. "
        "Site checks, statistics and reports need a running Ecobarrier service",
    ),
    "copy_service": ("服务地址：", "; there is one at "),
    "copy_maps": (
        "单文件网页地图（下载后可离线打开）",
        "Web maps in one file (they open offline)",
    ),
    "copy_stac": ("STAC 目录", "STAC catalogue"),
    "copy_about": ("来源说明", "Provenance"),
    "copy_by_address": (
        "QGIS 可以按网址直接打开 PMTiles、GeoTIFF（COG）和 GeoParquet，不必下载。",
        "QGIS opens PMTiles, GeoTIFF (COG) and GeoParquet by their address, without a "
        "download.",
    ),
    "copy_hash": ("SHA-256 校验值", "SHA-256 of the files"),
}
