# ruff: noqa: E501
"""Sentences about published figures: verdicts, and ledgers that cannot be used."""

SENTENCES: dict[str, tuple[str, str]] = {
    # --- verdicts -----------------------------------------------------------------
    "figure_agrees": (
        "图上算得 {computed}{unit_zh}，公布 {published}{unit_zh}，相差 {apart}，在公布数的舍入和 {tolerance} 的容差之内。",
        "The map gives {computed}{unit_en}, and {published}{unit_en} is published: {apart}, within the rounding of the published number and a tolerance of {tolerance}.",
    ),
    "figure_calibrated": (
        "图上算得 {computed}{unit_zh}，公布 {published}{unit_zh}，相差 {apart}：图层是按这个数做出来的，相符不是证据。",
        "The map gives {computed}{unit_en}, and {published}{unit_en} is published: {apart}. The layer was made to meet this number, so that they agree is no evidence.",
    ),
    "figure_differs": (
        "图上算得 {computed}{unit_zh}，公布 {published}{unit_zh}，相差 {apart}，超出容差 {tolerance}；原因已知，能解释 {bound}。",
        "The map gives {computed}{unit_en}, and {published}{unit_en} is published: {apart}, beyond the tolerance of {tolerance}. The known reason accounts for {bound}.",
    ),
    "figure_unexplained": (
        "图上算得 {computed}{unit_zh}，公布 {published}{unit_zh}，相差 {apart}，超出容差 {tolerance}，原因不明。",
        "The map gives {computed}{unit_en}, and {published}{unit_en} is published: {apart}, beyond the tolerance of {tolerance}, and no reason is known.",
    ),
    "figure_beyond_reason": (
        "已知的原因只能解释 {bound}。",
        "The reason that is known accounts only for {bound}.",
    ),
    "figure_consistent": (
        "由公布的各数算得 {computed}{unit_zh}，公布 {published}{unit_zh}，在各数的舍入之内一致。",
        "The published parts give {computed}{unit_en}, and {published}{unit_en} is published: consistent within their rounding.",
    ),
    "figure_inconsistent": (
        "由公布的各数算得 {computed}{unit_zh}，公布 {published}{unit_zh}，相差 {apart}，舍入不能解释。",
        "The published parts give {computed}{unit_en}, and {published}{unit_en} is published: {apart}, more than rounding explains.",
    ),
    "figure_not_computable": (
        "公开图层算不出这个数。",
        "No open layer gives this number.",
    ),
    "figure_restricted": (
        "它要用受限图层（{layers}），只向持有密钥的人计算。",
        "It rests on restricted layers ({layers}) and is computed for holders of a key only.",
    ),
    # --- what cannot be computed -------------------------------------------------------
    "figure_not_found": (
        "台账里没有数字“{figure}”。相近的有：{close}。",
        "The ledger has no figure {figure!r}. Close ones: {close}.",
    ),
    "figure_column_unknown": (
        "图层 {layer} 没有字段“{column}”。可用的字段：{choices}。",
        "Layer {layer} has no column {column!r}. Its columns are: {choices}.",
    ),
    "figure_value_unknown": (
        "图层 {layer} 的字段 {column} 里没有值“{value}”。现有的值：{choices}。",
        "Column {column} of layer {layer} has no value {value!r}. It has: {choices}.",
    ),
    "figure_denominator_unknown": (
        "图层 {layer} 没有分母“{value}”。可用的分母：{choices}。",
        "Layer {layer} states no denominator {value!r}. It has: {choices}.",
    ),
    "figure_no_lines": (
        "{where}没有线，无法计算长度。请换用线图层。",
        "{where} has no lines, so there is no length to compute. Use a layer of lines.",
    ),
    "figure_division": (
        "{part} 不能除以 {whole}：除数可能为零，或其中一个为负。",
        "{part} cannot be divided by {whole}: the divisor may be zero, or one of them is negative.",
    ),
    # --- ledgers that cannot be used ----------------------------------------------------
    "figures_unreadable": (
        "数字台账 {file} 不能读取（{reason}）。请用 TOML 书写，每个数字一个 [[figure]] 表。",
        "The figure ledger {file} cannot be read ({reason}). Write TOML, one table [[figure]] per figure.",
    ),
    "figures_key_missing": (
        "数字台账 {file} 的数字 {figure} 缺少 {key}。请补上（见 docs/figures.md）。",
        "Figure {figure} of the ledger {file} has no {key}. Add it (see docs/figures.md).",
    ),
    "figures_key_unknown": (
        "数字台账 {file} 的数字 {figure} 有不认识的键 {key}（值“{value}”）。请删去或改正拼写。",
        "Figure {figure} of the ledger {file} has an unknown key {key} (value {value!r}). Remove it or correct its spelling.",
    ),
    "figures_kind_wrong": (
        "数字台账 {file} 的数字 {figure}：{key} 不可用（“{value}”）。请用其中之一：{choices}。",
        "Figure {figure} of the ledger {file}: {key} cannot be used ({value!r}). Use one of: {choices}.",
    ),
    "figures_choice_wrong": (
        "数字台账 {file} 的数字 {figure}：{key} 的值“{value}”不可用。请用其中之一：{choices}。",
        "Figure {figure} of the ledger {file}: {key} = {value!r} cannot be used. Use one of: {choices}.",
    ),
    "figures_value_wrong": (
        "数字台账 {file} 的数字 {figure}：{key} 的值“{value}”不可用（{reason}）。请按 docs/figures.md 改正。",
        "Figure {figure} of the ledger {file}: {key} = {value!r} cannot be used ({reason}). Correct it as docs/figures.md says.",
    ),
    "figures_id_twice": (
        "数字台账 {file} 里 {key} = “{value}” 用了两次。请给其中一个换名。",
        "In the ledger {file}, {key} = {value!r} stands twice. Rename one of them.",
    ),
    "figures_reference_unknown": (
        "数字台账 {file} 的数字 {figure}：{key} 提到的数字“{value}”不存在。相近的有：{close}。",
        "Figure {figure} of the ledger {file}: {key} names the figure {value!r}, which does not exist. Close ones: {close}.",
    ),
    "figures_dimension_wrong": (
        "数字台账 {file} 的数字 {figure}：{key} = “{value}” 量的是 {wanted}，而 compute 量的是 {given}。请改单位或算式。",
        "Figure {figure} of the ledger {file}: {key} = {value!r} measures {wanted}, but compute measures {given}. Change the unit or the expression.",
    ),
    "figures_series_broken": (
        "数字台账 {file} 的数字 {figure}：{key} 用到“{value}”，跨过了序列 {series} 的口径变更，两边的数不可比。请只用同一口径的数。",
        "Figure {figure} of the ledger {file}: {key} uses {value!r} across a change of definition in the series {series}; numbers on its two sides cannot be compared. Use numbers of one definition.",
    ),
    "figures_uncomputable": (
        "数字台账 {file} 的数字 {figure} 的 {key}（{value}）算不出来：{reason_zh}",
        "Figure {figure} of the ledger {file} cannot be computed by its {key} ({value}): {reason_en}",
    ),
}
