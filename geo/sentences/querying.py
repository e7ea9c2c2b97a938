# ruff: noqa: E501
"""Sentences about queries of features: filters, coordinate systems, pages."""

SENTENCES: dict[str, tuple[str, str]] = {
    "bbox_off_globe_lat_first": (
        "参数 {parameter} 的值“{value}”的纬度 {south:g} 至 {north:g} 在地球之外。坐标系 {crs} 的顺序是纬度在前：南，西，北，东。",
        "Parameter {parameter}={value!r} has latitudes {south:g} to {north:g}, off the globe. {crs} has latitude first: south,west,north,east.",
    ),
    "bbox_order_plane": (
        "参数 {parameter} 的值“{value}”中，按坐标系 {crs} 的轴序（{axes}），前两个数必须不大于后两个数。",
        "Parameter {parameter}={value!r}: in the axis order of {crs} ({axes}) the first two numbers may not exceed the last two.",
    ),
    "crs_not_offered": (
        "参数 {parameter} 的坐标系“{value}”不提供。可用的坐标系列在 /collections/{layer} 的 crs 中，例如 {example}。",
        "Parameter {parameter}: the coordinate system {value!r} is not offered. Those that are stand under crs at /collections/{layer}, e.g. {example}.",
    ),
    "parameter_unknown": (
        "没有参数 {parameter}。可用的参数：{choices}。",
        "There is no parameter {parameter}. The parameters are: {choices}.",
    ),
    "parameter_not_number": (
        "参数 {parameter} 的值“{value}”不是数。",
        "Parameter {parameter}={value!r} is not a number.",
    ),
    "property_unknown": (
        "参数 {parameter} 提到的属性“{name}”不存在。可用的属性：{choices}。",
        "Parameter {parameter} names the property {name!r}, which does not exist. The properties are: {choices}.",
    ),
    "property_not_sortable": (
        "不能按属性“{name}”排序或筛选：它的值不是文字、数、真假或时间。",
        "Property {name!r} cannot be sorted or filtered by: its values are neither text, numbers, true or false, nor times.",
    ),
    "datetime_invalid": (
        "参数 {parameter} 的时间“{value}”无法读取。请写成 2020-01-01、2020-01-01T00:00:00Z 或区间 2019-01-01/2020-01-01(开放端用 ..)。",
        "Parameter {parameter}: the time {value!r} cannot be read. Write 2020-01-01, 2020-01-01T00:00:00Z or an interval 2019-01-01/2020-01-01 (.. for an open end).",
    ),
    "datetime_not_stated": (
        "图层“{layer}”没有说明时间，datetime 参数没有筛选任何要素。",
        "Layer {layer!r} does not state its time; the parameter datetime left no feature out.",
    ),
    "filter_syntax": (
        "参数 {parameter} 不是正确的 {language} 表达式：{reason}。文字用单引号，例如 name_zh = '西盟'。",
        "Parameter {parameter} is no correct {language} expression: {reason}. Text stands in single quotes, e.g. name_en = 'Ordos'.",
    ),
    "filter_too_complex": (
        "参数 {parameter} 的表达式太长或嵌套太深（括号 {depth} 层，{length} 个字符）。请拆成较简单的表达式。",
        "Parameter {parameter} is too long or nested too deeply ({depth} brackets deep, {length} characters). Split it into simpler ones.",
    ),
    "filter_operator_unknown": (
        "参数 {parameter} 中的运算“{operator}”不支持。支持的函数列在 /conformance 的 CQL2 各类中。",
        "Parameter {parameter}: the operation {operator!r} is not supported. The classes of CQL2 that are stand in /conformance.",
    ),
    "filter_kinds_differ": (
        "参数 {parameter}：“{operator}”不能用于{left}与{right}。",
        "Parameter {parameter}: {operator!r} does not go with {left} and {right}.",
    ),
    "filter_not_condition": (
        "参数 {parameter} 中的“{value}”不是条件（真或假）。",
        "Parameter {parameter}: {value!r} is not a condition (true or false).",
    ),
    "filter_null": (
        "参数 {parameter}：不能与 NULL 比较。请写 属性 IS NULL。",
        "Parameter {parameter}: nothing can be compared with NULL. Write property IS NULL.",
    ),
    "filter_geometry_invalid": (
        "参数 {parameter} 中的几何图形无法使用（{reason}）。",
        "Parameter {parameter}: its geometry cannot be used ({reason}).",
    ),
    "filter_geometry_off_globe": (
        "参数 {parameter} 中的几何图形有 {latitude:g} 度的纬度，在地球之外。坐标系 {crs} 的轴序是 {axes}。",
        "Parameter {parameter}: its geometry has a latitude of {latitude:g} degrees, off the globe. The axis order of {crs} is {axes}.",
    ),
    "form_not_offered": (
        "参数 {parameter} 的格式“{value}”不提供。可用的格式：{choices}。",
        "Parameter {parameter}: the format {value!r} is not offered. The formats are: {choices}.",
    ),
    "feature_not_found": (
        "图层“{layer}”中没有编号为“{feature}”的要素。",
        "Layer {layer!r} has no feature with the id {feature!r}.",
    ),
    "version_gone": (
        "图层“{layer}”的版本 {asked} 已由 {current} 取代，这些分页已失效。请从第一页重新读取。",
        "Version {asked} of layer {layer!r} was replaced by {current}, and its pages are gone. Read again from the first page.",
    ),
    "layer_preparing": (
        "图层“{layer}”正在准备，请稍后再试。",
        "Layer {layer!r} is being prepared. Try again shortly.",
    ),
}
