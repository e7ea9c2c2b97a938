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
    "rules_unreadable": (
        "规则表 {file} 无法读取（{reason}）。请检查 --rules 的路径。",
        "The table of rules {file} cannot be read ({reason}). Check the path after --rules.",
    ),
    "rules_not_toml": (
        "规则表 {file} 不是有效的 UTF-8 TOML 文件：{reason}。请改正该行。",
        "The table of rules {file} is no valid TOML in UTF-8: {reason}. Correct that line.",
    ),
    "rules_wrong": (
        "规则表 {file} 的 {key} 不能为 {value}：{reason}。级别只能是 {levels}；写法见文档 checking.md。",
        "{key} of the table of rules {file} cannot be {value}: {reason}. A level is one of {levels}; docs/checking.md shows how a table is written.",
    ),
    "check_output_unknown": (
        "不能写出 {value}：报告的文件名须以下列之一结尾：{known}。",
        "Cannot write {value}: the file of a report ends in one of {known}.",
    ),
    "check_restricted": (
        "图层 {layer} 限制使用：只给出占用的数量、类别和旗县，不给出要素、位置和最近处。",
        "Layer {layer} is restricted: only how much is shared, by class and banner, is said; not features, places or the nearest one.",
    ),
    # --- avoiding -------------------------------------------------------------------
    "avoid_clear": (
        "现状即无冲突，不必平移。",
        "No conflict as it is; no shift is needed.",
    ),
    "avoid_shift": (
        "平移 {distance_m:.2f} 米（方位角 {azimuth:.1f}°）即可避开。",
        "Clear after a shift of {distance_m:.2f} m (azimuth {azimuth:.1f}°).",
    ),
    "avoid_surrounded": (
        "{within_m:g} 米以内没有可行的平移：图层留下的空地比地块还小。",
        "There is no shift within {within_m:g} m: what the layers leave free there is smaller than the parcel.",
    ),
    "avoid_not_found": (
        "{within_m:g} 米以内的八个方向上都没有可行的平移（试了 {tried} 处）。",
        "There is no shift within {within_m:g} m in any of eight directions ({tried} places tried).",
    ),
    "avoid_too_many": (
        "一次最多为 {limit} 个地块寻找避让方案，得到 {count} 个。请分批进行。",
        "At most {limit} parcels are looked at in one call, got {count}. Send fewer.",
    ),
    # --- batch ----------------------------------------------------------------------
    "batch_no_files": (
        "{folder} 中没有可以读取的地块文件。请检查路径和文件格式。",
        "There is no file of parcels that can be read in {folder}. Check the path and the formats.",
    ),
    "batch_busy": (
        "另一个进程正在处理批次文件夹 {folder}。请等它结束，或换一个文件夹。",
        "Another process works on the batch folder {folder}. Wait until it ends, or take another folder.",
    ),
    "batch_differs": (
        "文件夹 {folder} 中的批次与本次不同（{what}），不能接着做。请换一个文件夹，或恢复原来的输入。",
        "The batch in folder {folder} is about something else ({what}), so it cannot go on. Take another folder, or restore what it was about.",
    ),
    "batch_damaged": (
        "批次文件夹 {folder} 的 {file} 已损坏。请删除该文件夹后重做。",
        "{file} of the batch folder {folder} is damaged. Remove the folder and start again.",
    ),
    # --- comparing and verifying --------------------------------------------------
    "check_input_software_other": (
        "软件 {name} 已变：{before} → {after}。",
        "Software {name} changed: {before} → {after}.",
    ),
    "check_input_software_added": (
        "软件 {name} 是新的（{after}），报告没有用到它。",
        "Software {name} ({after}) is new: the report did not have it.",
    ),
    "check_input_software_removed": (
        "软件 {name}（{before}）已不在。",
        "Software {name} ({before}) is there no more.",
    ),
    "check_input_file_other": (
        "文件 {name} 已变：{before} → {after}。",
        "File {name} changed: {before} → {after}.",
    ),
    "check_input_file_added": (
        "文件 {name} 是新的（{after}），报告没有用到它。",
        "File {name} ({after}) is new: the report did not have it.",
    ),
    "check_input_file_removed": (
        "文件 {name}（{before}）已不在。",
        "File {name} ({before}) is there no more.",
    ),
    "check_input_layer_other": (
        "图层 {name} 已变：{before} → {after}。",
        "Layer {name} changed: {before} → {after}.",
    ),
    "check_input_layer_added": (
        "图层 {name} 是新的（{after}），报告没有用到它。",
        "Layer {name} ({after}) is new: the report did not have it.",
    ),
    "check_input_layer_removed": (
        "图层 {name}（{before}）已不在。",
        "Layer {name} ({before}) is there no more.",
    ),
    "check_input_banners_other": (
        "旗县图层 {name} 已变：{before} → {after}。",
        "Layer of banners {name} changed: {before} → {after}.",
    ),
    "check_input_banners_added": (
        "旗县图层 {name} 是新的（{after}），报告没有用到它。",
        "Layer of banners {name} ({after}) is new: the report did not have it.",
    ),
    "check_input_banners_removed": (
        "旗县图层 {name}（{before}）已不在。",
        "Layer of banners {name} ({before}) is there no more.",
    ),
    "check_input_rules_other": (
        "规则表 {name} 已变：{before} → {after}。",
        "Table of rules {name} changed: {before} → {after}.",
    ),
    "check_input_rules_added": (
        "规则表 {name} 是新的（{after}），报告没有用到它。",
        "Table of rules {name} ({after}) is new: the report did not have it.",
    ),
    "check_input_rules_removed": (
        "规则表 {name}（{before}）已不在。",
        "Table of rules {name} ({before}) is there no more.",
    ),
    "check_input_options_other": (
        "选项 {name} 已变：{before} → {after}。",
        "Option {name} changed: {before} → {after}.",
    ),
    "check_input_options_added": (
        "选项 {name} 是新的（{after}），报告没有用到它。",
        "Option {name} ({after}) is new: the report did not have it.",
    ),
    "check_input_options_removed": (
        "选项 {name}（{before}）已不在。",
        "Option {name} ({before}) is there no more.",
    ),
    "check_report_unreadable": (
        "报告 {file} 无法读取（{reason}）。请给出 check 命令写出的 JSON 报告。",
        "The report {file} cannot be read ({reason}). Give a JSON report written by the command check.",
    ),
    "check_layers_gone": (
        "报告所用的图层（{layers}）都已不在。请先导入这些图层。",
        "None of the layers of the report ({layers}) is there any more. Import them first.",
    ),
    "check_file_missing": (
        "报告所查的文件 {file} 不在 {folders} 中。请用 --parcels 指明它所在的文件夹。",
        "The file {file} that the report is about is not in {folders}. Name its folder with --parcels.",
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
