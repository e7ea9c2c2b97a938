# ruff: noqa: E501
"""Sentences about finding, reading, writing and keeping layers."""

from geo.sentences.computing import STATE_CRS_EN, STATE_CRS_ZH

SENTENCES: dict[str, tuple[str, str]] = {
    # --- finding and reading layers ------------------------------------------------
    "layer_not_found": (
        "没有名为“{name}”的图层。相近或现有的：{close}。文件请写出后缀或路径。",
        "No layer is called {name!r}. Close or known: {close}. Write a file with its suffix or path.",
    ),
    "layer_file_missing": (
        "文件 {file} 不存在。请检查路径。",
        "File {file} does not exist. Check the path.",
    ),
    "layer_is_folder": (
        "{file} 是文件夹，不是文件。请给出其中的图层文件，例如 .shp、.gpkg 或 .geojson。",
        "{file} is a folder. Name a layer file in it, e.g. a .shp, .gpkg or .geojson.",
    ),
    "layer_not_regular": (
        "{file} 不是普通文件，不能读取。",
        "{file} is no regular file and is not read.",
    ),
    "layer_no_permission": (
        "没有读取 {file} 的权限。请检查文件权限。",
        "Reading {file} is not permitted. Check its permissions.",
    ),
    "layer_empty_file": (
        "文件 {file} 是空的（0 字节）。请重新导出或复制。",
        "File {file} is empty (0 bytes). Export or copy it again.",
    ),
    "feature_not_plain": (
        "{file} 的要素 {feature} 不是有效的多边形，不能边读边算。请先导入（导入时会修复），或不用 --output。",
        "Feature {feature} of {file} is no valid polygon, so the file cannot be streamed. Import it first (that repairs it), or leave out --output.",
    ),
    "export_format_unknown": (
        "无法按文件名 {file} 判断写出格式。请用这些后缀之一：{known}。",
        "The name {file} does not say which format to write. Use one of these suffixes: {known}.",
    ),
    "layer_format_unknown": (
        "不认识文件 {file} 的格式。可读的后缀：{known}。",
        "The format of {file} is not known. Suffixes that can be read: {known}.",
    ),
    "rows_need_geoparquet": (
        "文件 {file} 不是 GeoParquet。写入文件的结果逐块读取要素，只能读取 GeoParquet 或工作区中的图层。请先运行 ecobarrier import {file} --id NAME，再用 NAME 代替该文件。",
        "File {file} is not GeoParquet. A result written to a file reads features block by block, from GeoParquet or a layer of the workspace. Run ecobarrier import {file} --id NAME first, and write NAME instead of the file.",
    ),
    "rows_need_lonlat": (
        "写入文件的结果需要经纬度坐标，得到的是 {crs}。文件请先导入为图层（ecobarrier import FILE --id ID），再运行 ecobarrier export ID -o NEW.parquet --crs EPSG:4490，并用 NEW.parquet 代替它。",
        "A result written to a file needs longitude and latitude, got {crs}. Make a file a layer first (ecobarrier import FILE --id ID), then run ecobarrier export ID -o NEW.parquet --crs EPSG:4490, and write NEW.parquet instead.",
    ),
    "layer_wrong_content": (
        "文件 {file} 的内容不是 {format}。请检查后缀，或重新导出。",
        "File {file} does not contain {format}. Check its suffix or export it again.",
    ),
    "layer_unreadable": (
        "文件 {file} 不能作为 {format} 读取（{reason}）。文件可能已损坏，请重新导出或复制。",
        "File {file} cannot be read as {format} ({reason}). It may be damaged: export or copy it again.",
    ),
    "layer_truncated": (
        "文件 {file} 不完整，比文件头声明的短。请重新复制。",
        "File {file} is cut off: it is shorter than its header says. Copy it again.",
    ),
    "layer_not_vector": (
        "此处需要矢量图层，{name} 是栅格。",
        "A vector layer is needed here; {name} is a raster.",
    ),
    "layer_not_raster": (
        "此处需要栅格图层，{name} 是矢量。",
        "A raster layer is needed here; {name} is a vector layer.",
    ),
    "layer_no_geometry": (
        "文件 {file} 没有几何字段，只是表格。请给出带图形的图层。",
        "File {file} has no geometry, it is a plain table. Supply a layer with shapes.",
    ),
    "layer_no_features": (
        "{where}没有可用的要素：{count} 个要素都没有图形（{features}）。请检查导出结果，补上图形。",
        "{where} has no usable feature: none of its {count} has a shape ({features}). Check how it was exported and supply the shapes.",
    ),
    "layer_choose": (
        "文件 {file} 含有多个图层（{layers}）。请指明一个，例如 {file}:{example}。",
        "File {file} holds several layers ({layers}). Name one, e.g. {file}:{example}.",
    ),
    "zip_without_shapefile": (
        "压缩包 {file} 中没有 .shp 文件。请把 .shp、.shx、.dbf、.prj 一起压缩。",
        "The archive {file} holds no .shp file. Pack .shp, .shx, .dbf and .prj together.",
    ),
    "zip_too_large": (
        "压缩包 {file} 解压后过大。请解压后直接给出图层文件。",
        "The archive {file} is too large when unpacked. Unpack it and name the layer file.",
    ),
    "layer_part_unknown": (
        "文件 {file} 中没有图层“{part}”。其中有：{layers}。",
        "File {file} has no layer {part!r}. It holds: {layers}.",
    ),
    "feature_ids_repeated": (
        "{where}：{count} 个要素编号重复（{features}），后出现的加上 -2、-3。",
        "{where}: {count} feature id(s) occur more than once ({features}); later ones got -2, -3.",
    ),
    "reader_said": (
        "读取或写入 {file} 时的提示：{said}",
        "Said while {file} was read or written: {said}",
    ),
    "reader_columns_left_out": (
        "{file}：多余的几何字段未读取（{columns}）。",
        "{file}: further geometry columns were left out ({columns}).",
    ),
    "reader_geometry_mended": (
        "{where}：第 {features} 行（共 {count} 行）的图形环未闭合或点数不足，已闭合；无法补救的作为无图形处理。",
        "{where}: {count} row(s) had rings that were open or too short ({features}); they were closed, and hopeless ones count as without shape.",
    ),
    "columns_renamed": (
        "{file}：字段名冲突，已改名（{columns}）。",
        "{file}: columns with clashing names were renamed ({columns}).",
    ),
    "text_encoding": (
        "{file} 不是 UTF-8，按 {encoding} 读取。",
        "{file} is not UTF-8; it was read as {encoding}.",
    ),
    "text_encoding_unknown": (
        "{file} 的文字编码无法识别。请另存为 UTF-8。",
        "The text encoding of {file} is not known. Save it as UTF-8.",
    ),
    "geojson_syntax": (
        "{file} 第 {line} 行第 {column} 列不是合法的 JSON（{reason}）。",
        "{file} is no valid JSON at line {line}, column {column} ({reason}).",
    ),
    "geojson_too_deep": (
        "{file} 的 JSON 嵌套过深，不是 GeoJSON。",
        "The JSON of {file} is nested too deeply to be GeoJSON.",
    ),
    "limit_features": (
        "{file} 有 {count} 个要素，最多 {most} 个（限制：{field}）。请分批提交。",
        "{file} has {count} features; the most is {most} (limit: {field}). Send it in parts.",
    ),
    "limit_vertices": (
        "{file} 有 {count} 个顶点，最多 {most} 个（限制：{field}）。请简化或分批提交。",
        "{file} has {count} vertices; the most is {most} (limit: {field}). Simplify it or send it in parts.",
    ),
    "limit_unpacked": (
        "压缩包 {file} 解压后为 {count} 字节，最多 {most}（限制：{field}）。",
        "The archive {file} unpacks to {count} bytes; the most is {most} (limit: {field}).",
    ),
    "limit_members": (
        "压缩包 {file} 含有 {count} 个文件，最多 {most} 个（限制：{field}）。",
        "The archive {file} holds {count} files; the most is {most} (limit: {field}).",
    ),
    "geojson_type": (
        "{file} 的 {path}（要素 {feature}）应为 GeoJSON 类型，得到 {value}。",
        "{path} of {file} (feature {feature}) should be of a GeoJSON type, got {value}.",
    ),
    "geojson_no_array": (
        "{file} 的 {path}（要素 {feature}）应为数组，得到 {value}。",
        "{path} of {file} (feature {feature}) should be an array, got {value}.",
    ),
    "geojson_position": (
        "{file} 的 {path}（要素 {feature}）应为“经度，纬度”两个数，得到 {value}。",
        "{path} of {file} (feature {feature}) should be a pair of numbers, got {value}.",
    ),
    "geojson_line_short": (
        "{file} 的 {path}（要素 {feature}）是线，至少要有 2 个点。请补点或删除该要素。",
        "{path} of {file} (feature {feature}) is a line and needs at least 2 positions. Add some or remove the feature.",
    ),
    "geojson_ring_short": (
        "{file} 的 {path}（要素 {feature}）是面的环，至少要有 3 个不同的点。请补点或删除该环。",
        "{path} of {file} (feature {feature}) is a polygon's ring and needs at least 3 distinct positions. Add some or remove it.",
    ),
    "geojson_rings_closed": (
        "{where}：{count} 个要素有未闭合的环，已补上起点（{features}）。",
        "{where}: {count} feature(s) had open rings, closed by repeating the first position ({features}).",
    ),
    "geojson_crs_member": (
        "{file} 带有旧式 crs 成员（{crs}），坐标按它读取；RFC 7946 已取消该成员，有的软件会忽略它。",
        "{file} has a crs member of the old standard ({crs}), which was followed; RFC 7946 dropped it and some programs ignore it.",
    ),
    "crs_missing_candidates": (
        "{where}没有坐标系（CRS），不能猜测。坐标落在本区的可能有：{candidates}。请说明（"
        + STATE_CRS_ZH
        + "），例如 {example}。",
        "{where} has no coordinate system (CRS) and it is never guessed. The coordinates fall in the region with: {candidates}. State the right one ("
        + STATE_CRS_EN
        + "), e.g. {example}.",
    ),
    "crs_conflict": (
        "{where}自带坐标系 {found}，与所说的 {stated} 不同。请不要另外指定坐标系，或先改正文件。",
        "{where} carries the coordinate system {found}, not {stated} as stated. State none yourself, or correct the file first.",
    ),
    "crs_not_horizontal": (
        "{where}的坐标系 {crs} 既不是经纬度也不是平面投影，不能使用。",
        "{where} is in {crs}, which is neither lon/lat nor a plane projection and cannot be used.",
    ),
    "encoding_wrong": (
        "{file} 的属性不能按编码 {encoding} 读取。请换一个，例如 gbk 或 utf-8。",
        "The attributes of {file} cannot be read as {encoding}. State another encoding, e.g. gbk or utf-8.",
    ),
    "shapefile_encoding_stated": (
        "{file} 的属性按指定的 {encoding} 读取，例如“{sample}”。",
        "The attributes of {file} were read as {encoding}, as stated, e.g. {sample!r}.",
    ),
    "shapefile_encoding_cpg": (
        "{file} 的属性按 .cpg 所说的 {encoding} 读取，例如“{sample}”。",
        "The attributes of {file} were read as {encoding}, as the .cpg says, e.g. {sample!r}.",
    ),
    "shapefile_encoding_ldid": (
        "{file} 的属性按 .dbf 语言字节所指的 {encoding} 读取，例如“{sample}”。如为乱码请指定编码。",
        "The attributes of {file} were read as {encoding}, by the language byte of the .dbf, e.g. {sample!r}. State the encoding if that is garbled.",
    ),
    "shapefile_encoding_trial": (
        "{file} 没有说明编码，属性试读为 {encoding}，例如“{sample}”。如为乱码请指定编码。",
        "{file} does not say its encoding; the attributes decode as {encoding}, e.g. {sample!r}. State the encoding if that is garbled.",
    ),
    "shapefile_encoding_mixed": (
        "{file} 的属性混有 UTF-8 和 GBK，已逐个判断，例如“{sample}”。读不出的字以 � 标出。",
        "The attributes of {file} mix UTF-8 and GBK and were decided one by one, e.g. {sample!r}. Lost characters are marked with �.",
    ),
    "shapefile_cpg_wrong": (
        "{file} 的 .cpg 写的是 {label}，与内容不符，未采用。",
        "The .cpg of {file} says {label}, which its content contradicts; it was passed over.",
    ),
    "shapefile_shx_rebuilt": (
        "{file} 缺少 .shx，已在临时副本中重建；原文件未改动。",
        "{file} lacks its .shx; it was rebuilt in a temporary copy, the files themselves are unchanged.",
    ),
    "shapefile_dbf_missing": (
        "{file} 缺少 .dbf，因此没有属性。",
        "{file} lacks its .dbf, so it has no attributes.",
    ),
    "shapefile_prj_unreadable": (
        "{file} 的 .prj 无法识别。",
        "The .prj of {file} is not understood.",
    ),
    "shapefile_parts_differ": (
        "{file} 有 {shapes} 个图形，而 .dbf 有 {rows} 行，两者不是一套。请重新导出。",
        "{file} has {shapes} shapes but its .dbf has {rows} rows: they do not belong together. Export it again.",
    ),
    "raster_choose_band": (
        "{file} 有多个波段（{bands}）。请指明一个。",
        "{file} has several bands ({bands}). Name one.",
    ),
    "raster_not_placed": (
        "{file} 没有地理位置（无仿射变换）。请先配准。",
        "{file} has no position on the earth (no transform). Georeference it first.",
    ),
    "netcdf_axes_irregular": (
        "{file} 的坐标轴不是等间距的，无法作为栅格使用。请先重采样到规则格网，例如用 cdo remapbil。",
        "The axes of {file} are not evenly spaced, so it is no raster. Resample it to a regular grid first, e.g. with cdo remapbil.",
    ),
    "raster_rotated": (
        "{file} 的像元行列与坐标轴不平行（旋转或倾斜），不能直接统计。请先重采样为正北朝上，例如用 gdalwarp。",
        "The rows of {file} are not parallel to the axes (rotated or sheared), so cells cannot be counted as they are. Warp it to north-up first, e.g. with gdalwarp.",
    ),
    "raster_mirrored": (
        "{file} 的列由东向西排列（镜像）。请先转换为由西向东，例如用 gdalwarp。",
        "The columns of {file} run from east to west (mirrored). Warp it to west-east first, e.g. with gdalwarp.",
    ),
    "raster_flipped": (
        "{file} 的行由南向北存放，读取时已翻转为北在上。",
        "The rows of {file} are stored from the south; they were flipped to north-up on reading.",
    ),
    "raster_nodata_undeclared": (
        "{file} 没有声明无效值，却有 {share} 的像元等于 {value}。请说明无效值，例如 --nodata {value}；如果它确是数据，请用 --nodata nan。",
        '{file} declares no value for "no data", but {share} of its cells are {value}. State it, e.g. --nodata {value}, or --nodata nan if that is a measurement.',
    ),
    "raster_nodata_both": (
        "{file} 声明的无效值是 {declared}，另指定 {stated}；两者都按无效处理。",
        '{file} declares {declared} as "no data" and {stated} was stated; both count as none.',
    ),
    "raster_value_doubtful": (
        "{file} 没有声明无效值，{share} 的像元等于 {value}，按类别值处理。如为无效值请说明。",
        '{file} declares no value for "no data"; {share} of its cells are {value}, taken as a class. State it if it means none.',
    ),
    "layer_write_failed": (
        "无法写入 {file}（{reason}）。请检查文件夹、权限和剩余空间；原有文件未变。",
        "{file} could not be written ({reason}). Check folder, permission and free space; what was there before is unchanged.",
    ),
    "fields_shortened": (
        "{file}：字段名超过 10 字节的已缩短（{columns}）；全名见压缩包中的 FIELDS.csv。",
        "{file}: field names above 10 bytes were shortened ({columns}); the full ones are in FIELDS.csv inside the archive.",
    ),
    "text_cut": (
        "{file}：{columns} 中超过 {most} 字节（字符）的文字已截短，格式不容许更长。",
        "{file}: text in {columns} above {most} bytes (or characters) was cut; the format holds no more.",
    ),
    "shapes_left_out": (
        "{file}：{count} 个图形的文字超过 32767 个字符，单元格放不下，已留空（{features}）。需要图形请下载 GeoPackage。",
        "{file}: {count} shape(s) take more than 32,767 characters, more than a cell holds, and stay blank ({features}). Take a GeoPackage for the shapes.",
    ),
    "shapefile_not_in_gbk": (
        "{file}：GBK 编码没有这些字：{characters}。请改用 encoding=utf-8。",
        "{file}: GBK has no bytes for {characters}. Ask for encoding=utf-8.",
    ),
    "too_many_rows": (
        "{file}：{count} 个要素，工作表最多 {most} 行。请用 bbox 缩小范围，或选 f=csv、gpkg。",
        "{file}: {count} features; a sheet holds {most} rows. Narrow it down by bbox, or ask for f=csv or gpkg.",
    ),
    "bbox_without_cells": (
        "图层“{layer}”在 bbox 范围内没有像元。范围见 /collections/{layer}。",
        "Layer {layer!r} has no cells within bbox. Its extent is at /collections/{layer}.",
    ),
    "too_many_cells": (
        "图层“{layer}”的这一部分有 {count} 个像元，最多 {most} 个。请缩小 bbox。",
        "This part of layer {layer!r} has {count} cells; the most is {most}. Take a smaller bbox.",
    ),
    # --- catalogues ----------------------------------------------------------------
    "catalog_unreadable": (
        "图层目录 {file} 不能读取（{reason}）。",
        "The catalogue {file} cannot be read ({reason}).",
    ),
    "catalog_entry_wrong": (
        "图层目录 {file} 的条目 {entry} 有误：{reason}。",
        "Entry {entry} of the catalogue {file} is wrong: {reason}.",
    ),
    "catalog_id_twice": (
        "图层目录 {file} 中编号重复：{layers}。",
        "The catalogue {file} has ids more than once: {layers}.",
    ),
    "catalog_path_outside": (
        "图层 {layer} 的路径 {path} 不在目录文件夹内。",
        "The path {path} of layer {layer} is not inside the catalogue's folder.",
    ),
    "catalog_crs_differs": (
        "图层 {layer} 登记的坐标系是 {stated}，文件中是 {found}。",
        "Layer {layer} is catalogued in {stated}, but its file is in {found}.",
    ),
    "catalog_sha256": (
        "图层 {layer} 的文件 {file} 与登记的 SHA-256 不符：内容已改变。",
        "File {file} of layer {layer} does not have the SHA-256 that is catalogued: its content has changed.",
    ),
    "catalog_version_missing": (
        "图层 {layer} 指向的版本“{version}”不存在。",
        "Layer {layer} points to version {version!r}, which is not there.",
    ),
    "catalog_version_differs": (
        "图层 {layer} 版本 {version} 的元数据说的是另一个图层或版本。",
        "The metadata of layer {layer}, version {version}, is that of another layer or version.",
    ),
    "catalog_version_exists": (
        "图层 {layer} 的版本 {version} 已存在，但元数据不同；版本不可更改。",
        "Layer {layer} has version {version} already, with other metadata; versions do not change.",
    ),
    "catalog_rows_differ": (
        "图层 {layer} 登记 {stated} 个要素，文件中有 {found} 个。",
        "Layer {layer} is catalogued with {stated} features; its file has {found}.",
    ),
    "catalog_geometry_differs": (
        "图层 {layer} 登记的图形类型是 {stated}，文件中是 {found}。",
        "Layer {layer} is catalogued as {stated}; its file holds {found}.",
    ),
    "catalog_invalid_geometry": (
        "图层 {layer} 有 {count} 个无效或空的图形（{features}）。",
        "Layer {layer} has {count} invalid or empty shape(s) ({features}).",
    ),
    "catalog_unlisted": (
        "文件 {file} 没有在目录中登记。",
        "File {file} is not listed in the catalogue.",
    ),
    "catalog_licence_missing": (
        "图层 {layer} 的许可 {licence} 在 LICENSES/ 中没有文本。",
        "The licence {licence} of layer {layer} has no text in LICENSES/.",
    ),
    "catalog_union_differs": (
        "{parts} 合起来与 {whole} 相差 {difference_m2:.1f} 平方米。",
        "The union of {parts} differs from {whole} by {difference_m2:.1f} m2.",
    ),
    # --- tiles ---------------------------------------------------------------------
    "tiles_damaged": (
        "瓦片文件 {file} 已损坏或不完整（{reason}）。重新启动服务会重新生成。",
        "The tile archive {file} is damaged or cut off ({reason}). It is made anew when the service starts.",
    ),
    "tiles_failed": (
        "图层“{layer}”的瓦片未能生成（{reason}）。其他图层不受影响；请查看服务日志。",
        "The tiles of layer {layer!r} could not be made ({reason}). Other layers are not affected; see the service's log.",
    ),
}
