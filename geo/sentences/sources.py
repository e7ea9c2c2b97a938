# ruff: noqa: E501
"""Sentences about rasters and databases that are brought in."""

SENTENCES: dict[str, tuple[str, str]] = {
    "postgis_library_missing": (
        "使用 {where} 需要 psycopg。请安装：pip install ecobarrier[postgis]。",
        "{where} needs psycopg. Install it: pip install ecobarrier[postgis].",
    ),
    "postgis_failed": (
        "无法从 {where} 读取：{said}。请检查地址、权限和表名。",
        "{where} could not be read: {said}. Check address, rights and the name of the table.",
    ),
    "postgis_no_source": (
        "请用 --table 或 --query 之一说明从 {where} 读取什么。",
        "State what to read from {where} with one of --table and --query.",
    ),
    "postgis_choose": (
        "{where} 有多个几何字段（{columns}）。请用 --part 指明一个。",
        "{where} has several geometry columns ({columns}). Name one with --part.",
    ),
    "postgis_srid_mixed": (
        "{where} 的几何有多个坐标系编号（{codes}）。请用 --query 只选一个。",
        "The geometries of {where} have several SRIDs ({codes}). Select one with --query.",
    ),
    "decision_band": (
        "{where}：采用第 {band} 波段（共 {count} 个）。",
        "{where}: band {band} of {count} is used.",
    ),
    "decision_variable": (
        "{where}：采用变量 {variable}。",
        "{where}: the variable {variable} is used.",
    ),
    "decision_nodata_declared": (
        "{where}：无效值为文件声明的 {value}。",
        "{where}: {value} stands for no data, as the file declares.",
    ),
    "decision_nodata_stated": (
        "{where}：无效值按指定采用 {value}。",
        "{where}: {value} stands for no data, as stated.",
    ),
    "decision_nodata_none": (
        "{where}：没有声明无效值，也没有看似无效值的像元。",
        "{where}: no value is declared for no data, and no cell looks like it.",
    ),
    "decision_unit_file": (
        "{where}：单位 {unit} 取自文件。",
        "{where}: the unit {unit} is the file's.",
    ),
    "decision_unit_stated": (
        "{where}：单位 {unit} 按指定采用。",
        "{where}: the unit {unit} is as stated.",
    ),
    "decision_unit_unknown": (
        "{where}：文件没有单位，也未指定。",
        "{where}: the file has no unit and none was stated.",
    ),
    "decision_values_stated": (
        "{where}：像元值按指定作为 {values}。",
        "{where}: the values are taken as {values}, as stated.",
    ),
    "decision_values_table": (
        "{where}：文件带有颜色表，像元值作为类别（{count} 类）。",
        "{where}: the file has a colour table, so the values are classes ({count}).",
    ),
    "decision_values_few": (
        "{where}：像元值是整数，只有 {count} 种，没有单位，作为类别。",
        "{where}: the values are whole numbers, only {count} different ones, without a unit: taken as classes.",
    ),
    "decision_values_many": (
        "{where}：像元值作为数量。",
        "{where}: the values are taken as quantities.",
    ),
    "raster_infinite_left_out": (
        "{where}：{count} 个像元的值为无穷大或大得不可能，已按无数据处理。",
        "{where}: {count} cell(s) hold infinite or impossibly large values and count as no data.",
    ),
    "raster_no_value_free": (
        "{where}：像元类型的所有值都已使用，没有值可表示无数据，已改用 {kind} 存放。",
        "{where}: every value of the cell type is in use, so none could stand for no data; kept as {kind}.",
    ),
    "raster_nothing_inside": (
        "{where} 没有任何有值的像元，不能导入。请检查波段和无效值。",
        "{where} has no cell with a value and cannot be imported. Check the band and the value for no data.",
    ),
    "raster_not_classes": (
        "{where} 的值不都是整数（例如 {value}），不能作为类别。请去掉 --values classes。",
        "{where} holds values that are not whole (e.g. {value}) and cannot be classes. Leave --values classes out.",
    ),
    "import_raster_option": (
        "{option} 只用于栅格，而 {where} 不是栅格。请去掉该选项。",
        "{option} is for rasters only, and {where} is none. Leave it out.",
    ),
    "import_raster_alone": (
        "栅格要一个一个导入：{files}。",
        "Rasters are imported one by one: {files}.",
    ),
    "export_raster_format": (
        "栅格图层只能导出为 .tif，{file} 不是。",
        "A raster layer is exported as .tif only, which {file} is not.",
    ),
}
