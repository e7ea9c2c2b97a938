# ruff: noqa: E501
"""Sentences about copies of the map that are plain files."""

SENTENCES: dict[str, tuple[str, str]] = {
    "published": (
        "{place}：副本 {version}，{layers} 个图层，{files} 个文件，{size} MB；本次写入 {written} 个，清除 {removed} 个。",
        "{place}: copy {version}, {layers} layers, {files} files, {size} MB; {written} were written now, {removed} removed.",
    ),
    "publish_left_out": (
        "受限图层“{layer}”没有发布。",
        "The restricted layer {layer!r} was left out.",
    ),
    "publish_restricted": (
        "图层“{layer}”受限，不能发布为任何人都能读的文件。请从 --layers 中去掉它。",
        "Layer {layer!r} is restricted and cannot be published as files that anybody reads. Leave it out of --layers.",
    ),
    "publish_nothing": (
        "没有可以发布的图层：目录是空的，或者全部受限。",
        "There is no layer to publish: the catalogue is empty, or all of it is restricted.",
    ),
    "publish_service_address": (
        "--service 的值“{value}”不是服务的网址。请写以 http:// 或 https:// 开头的完整网址。",
        "--service {value!r} is no address of a service. Write a whole address that begins with http:// or https://.",
    ),
    "publish_not_a_copy": (
        "“{place}”里有别的文件，不是先前发布的副本。请指定一个新的或空的位置。",
        "{place!r} holds something else than a copy made before. Name a place that is new or empty.",
    ),
    "publish_busy": (
        "另一个进程正在写入“{place}”。请等它结束后再发布。",
        "Somebody else is just writing into {place!r}. Publish again when that is done.",
    ),
}
