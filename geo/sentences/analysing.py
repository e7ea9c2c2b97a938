# ruff: noqa: E501
"""Sentences about notebooks: frames, arrays, pivots and profiles."""

SENTENCES: dict[str, tuple[str, str]] = {
    "profile_needs_line": (
        "剖面需要一条有长度的线（LineString），得到的是 {found}。多段线请先合并，或选取其中一段。",
        "A profile needs one line (LineString) that has a length, got {found}. Merge the parts of a multiline first, or choose one of them.",
    ),
    "profile_step": (
        "剖面的步长 {step} 米不能用：线长 {length} 米，步长须为正数且不少于线长的百万分之一。请用米而不是度给出步长。",
        "A step of {step} m cannot be used for a line of {length} m: it must be positive and at least a millionth of the length. State the step in metres, not in degrees.",
    ),
    "statistics_of_classes": (
        "栅格“{layer}”是类别栅格，类别编号没有平均值。请改用“zonal”统计各类面积。",
        "Raster {layer!r} holds classes, whose numbers have no mean. Ask 'zonal' for the area of each class.",
    ),
    "extra_missing": (
        "此功能需要软件包 {package}，当前环境中没有。请安装附加组件“notebook”，例如 scripts/setup dev。",
        "This needs the package {package}, which is not in this environment. Install the extra 'notebook', e.g. with scripts/setup dev.",
    ),
    "frame_no_rows": (
        "表“{name}”没有任何行，无法量算。请检查筛选条件。",
        "The frame {name!r} has no rows, so there is nothing to measure. Check how it was filtered.",
    ),
    "unit_unknown": (
        "面积单位“{unit}”无法识别。可用的单位：{known}。",
        "Area unit {unit!r} is not known. Known ones: {known}.",
    ),
    "column_missing": (
        "表中没有列“{column}”。现有的列：{known}。",
        "The table has no column {column!r}. It has: {known}.",
    ),
}
