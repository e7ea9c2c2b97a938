# ruff: noqa: E501
"""Sentences of the conflict check."""

SENTENCES: dict[str, tuple[str, str]] = {
    # --- reading ------------------------------------------------------------------
    "check_no_polygons": (
        "文件 {file} 的 {count} 个要素中没有面，无法检查。请提供地块的面。",
        "None of the {count} features of file {file} is a polygon, so there is nothing to check. Supply the parcels as polygons.",
    ),
    "check_not_polygons": (
        "{where}有 {count} 个要素不是面，未参加检查：{features}。",
        "{where} has {count} features that are no polygons; they were not checked: {features}.",
    ),
    "check_output_unknown": (
        "不能写出 {value}：报告的文件名须以下列之一结尾：{known}。",
        "Cannot write {value}: the file of a report ends in one of {known}.",
    ),
    # --- findings -----------------------------------------------------------------
    "check_level_not_allowed": ("不允许", "not allowed"),
    "check_level_case_needed": ("限制，须专项论证", "limited, needs a case"),
    "check_level_check_needed": ("须核查", "check needed"),
    "check_level_indicative": ("仅供参考", "indicative only"),
    "check_level_clear": ("无冲突", "clear"),
    "check_reason_rule": (
        "占用“{layer_zh}”，适用规则 {rule}。",
        "Overlaps {layer_en}; rule {rule} applies.",
    ),
    "check_reason_no_rule": (
        "占用“{layer_zh}”，规则表没有相应规则，须人工核查。",
        "Overlaps {layer_en}; the table has no rule for it, so somebody has to look.",
    ),
    "check_reason_apart": (
        "不占用“{layer_zh}”。",
        "Does not overlap {layer_en}.",
    ),
    "check_reason_border": (
        "与“{layer_zh}”仅有接边误差，不算占用。",
        "Shares only boundary errors with {layer_en}, which is no overlap.",
    ),
    "check_reason_near": (
        "不占用“{layer_zh}”，但与它的距离小于其位置精度（{accuracy_m:g} 米），须核查。",
        "Does not overlap {layer_en}, but is nearer to it than its positional accuracy ({accuracy_m:g} m): somebody has to look.",
    ),
    "check_reason_indicative": (
        "“{layer_zh}”是模拟或示意图层，结果仅供参考，不能作为允许或不允许的依据。",
        "{layer_en} is a modelled or schematic layer: the result is indicative and can neither clear nor refuse.",
    ),
    # --- method -------------------------------------------------------------------
    "check_edges_plane": (
        "边在文件的平面内为直线，按不超过 70 米加密。",
        "Edges are straight in the plane of the file, densified to at most 70 m.",
    ),
    "check_edges_lonlat": (
        "边在经纬度上为直线，按不超过 70 米加密。",
        "Edges are straight in longitude and latitude, densified to at most 70 m.",
    ),
    "check_method_area": (
        "地块面积为椭球面积（TD/T 1055），同时列出测地线面积和投影平面面积。",
        "The area of a parcel is ellipsoidal (TD/T 1055); geodesic and plane areas stand beside it.",
    ),
    "check_method_overlap": (
        "重叠面积按经纬度直边在椭球面上精确计算，再按比例调整到地块的椭球面积；同一位置被图层多个要素覆盖时只计一次，归入在前的要素。",
        "Overlaps are computed exactly on the ellipsoid for edges straight in longitude and latitude, then adjusted in proportion to the area of the parcel; a place that several features of a layer cover counts once, for the first of them.",
    ),
    "check_method_balance": (
        "平方米、公顷、亩分别由未取舍的面积换算，只取舍一次：地块合计四舍五入，各部分先取整，差额按余数从大到小分配（最大余数法，强制调平）；先分到旗县，再分到重叠、接边误差和剩余，再分到类别；其他合计为所列数字之和。",
        "Square metres, hectares and mu are each converted from the unrounded area and rounded once: the total of the parcel half up, its parts down, and the missing units go to the largest remainders; first over banners, then over overlap, slivers and remainder, then over classes. Every other total is the sum of the printed numbers.",
    ),
    "check_method_slivers": (
        "接边误差：相连的重叠部分，面积小于 {area_m2:g} 平方米，或平均宽度（面积的两倍除以周长）小于 {width_m:g} 米，或小于地块面积的 {share:g} %；单独列出，不算占用，也不删除。",
        "Slivers: connected overlaps of less than {area_m2:g} m2, or of a mean width (twice the area over the perimeter) below {width_m:g} m, or below {share:g} % of the parcel; listed apart, no conflict, never dropped.",
    ),
    "check_method_nearest": (
        "最近距离为两条边界之间的测地线长度；方位角自地块起，由北顺时针。",
        "The nearest distance is the geodesic between the outlines; the azimuth is from the parcel, clockwise from north.",
    ),
    "check_method_uncertainty": (
        "± 为图层位置精度乘以落在对方内部的边界长度，地块边界的精度取 {accuracy_m:g} 米；图层未说明精度时不给出。",
        "+/- is positional accuracy times the length of boundary inside the other polygon, with {accuracy_m:g} m for the outline of the parcel; none is given where a layer states no accuracy.",
    ),
    "check_method_findings": (
        "结论由规则表得出：每一类别取第一条适用的规则，各类别、各图层取最严的；模拟或示意图层只给出“仅供参考”。",
        "Findings follow the table of rules: for each class the first rule that fits, over classes and layers the strictest; modelled or schematic layers only give indicative findings.",
    ),
}
