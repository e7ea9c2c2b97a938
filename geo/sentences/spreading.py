# ruff: noqa: E501
"""Sentences about imports and checks whose work is spread over processes."""

SENTENCES: dict[str, tuple[str, str]] = {
    "cluster_needs_folder": (
        "--engine dask 用于很多地块：请用 -o FOLDER 指定批次文件夹，或去掉 --engine dask 在本机检查。",
        "--engine dask is for many parcels: name the folder of a batch with -o FOLDER, or leave --engine dask out to check here.",
    ),
    "import_file_elsewhere": (
        "工作进程找不到 {file}，或它不是本机所见的那个文件。各工作进程须在同一路径下见到同一文件：请放到共享文件夹，或去掉 --engine dask 在本机导入。",
        "A worker does not find {file}, or finds another file than this machine. All workers must see the same file under the same path: put it into a shared folder, or leave --engine dask out to import here.",
    ),
    "import_not_spread": (
        "{file} 不分给工作进程：只有大于 {size} MB 的 GeoPackage、Shapefile、FlatGeobuf 和 GeoParquet 文件能分段读取。在本机导入，结果相同。",
        "{file} is not given to workers: only files of GeoPackage, shapefile, FlatGeobuf and GeoParquet larger than {size} MB can be read piece by piece. It is imported here, with the same result.",
    ),
    "check_layers_elsewhere": (
        "工作进程看到的图层与本机不同：{layers}。各工作进程须在同一路径下见到同一种子文件夹和工作区；若图层刚被更新，请再次运行。",
        "A worker sees other layers than this machine: {layers}. All workers must see the same seeds and the same workspace under the same paths; if a layer was just replaced, run again.",
    ),
    "parts_not_shared": (
        "工作进程说已写好 {what}，但本机的 {folder} 里没有。工作区须是各工作进程共享的文件夹；或去掉 --engine dask 在本机导入。",
        "A worker says that it wrote {what}, but it is not in {folder} here. The workspace must be a folder that all workers share; or leave --engine dask out to import here.",
    ),
}
