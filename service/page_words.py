"""The words of the pages for people, in Chinese and English."""

from service.words import Language


def page_words(language: Language) -> dict[str, str]:
    """Answer all words in one language, by their keys."""
    place = 0 if language == "zh" else 1
    return {key: pair[place] for key, pair in _WORDS.items()}


_WORDS: dict[str, tuple[str, str]] = {
    "accuracy_note": ("位置标准误差", "standard positional error"),
    "address": ("地址", "Address"),
    "area_of_overlap": ("重叠面积", "Overlap"),
    "area_sum": ("逐对之和", "sum of pairs"),
    "back": ("返回图层列表", "Back to the layers"),
    "bbox": ("范围（西、南、东、北，度）", "Box (west,south,east,north; degrees)"),
    "class_value": ("值", "Value"),
    "classes": ("类别", "Classes"),
    "computed_column": ("图上计算", "Computed"),
    "denominators": ("分母", "Denominators"),
    "difference": ("相差", "Difference"),
    "docs": ("接口文档", "API documents"),
    "document": ("文献", "Document"),
    "figures": ("公布数与计算值", "Published and computed"),
    "filter": ("筛选", "Filter"),
    "first": ("首页", "First page"),
    "health": ("运行状况", "Health"),
    "item": ("要素", "Feature"),
    "job": ("任务", "Job"),
    "json": ("JSON", "JSON"),
    "kind": ("类型", "Kind"),
    "kind_raster": ("栅格", "raster"),
    "kind_vector": ("矢量", "vector"),
    "left": ("甲图层", "Left layer"),
    "machine": ("机器可读", "For programs"),
    "matched": ("个要素", "features"),
    "method": ("做法", "Method"),
    "name": ("名称", "Name"),
    "next": ("下一页", "Next page"),
    "no_rows": ("没有符合条件的要素。", "No feature fits."),
    "notes": ("说明与提示", "Notes"),
    "open_map": ("在大图中打开", "Open the large map"),
    "origin": ("数据来历", "Origin"),
    "overlap": ("叠加分析", "Overlap"),
    "overlap_intro": (
        "选两个面图层，得到每一对的重叠面积、占比与剩余；面积为椭球面积，取自未简化的图形。",
        "Choose two polygon layers: the area each pair shares, its share of either "
        "side and what is left. Areas are ellipsoidal, from the full geometry.",
    ),
    "overlap_rows": ("逐对重叠", "Pairs"),
    "problem": ("请求未被接受", "Request refused"),
    "provenance": ("来历", "Provenance"),
    "published_column": ("公布", "Published"),
    "remainder": ("之外剩余", "Outside the other"),
    "remainder_rows": ("每个要素如何划分", "How each feature is divided"),
    "remark": ("说明", "Remark"),
    "request_id": ("请求编号", "Request id"),
    "result_id": ("结果编号", "Result id"),
    "restricted": ("受限", "Restricted"),
    "restricted_text": (
        "本图层受限：要素、数量、范围和地图只向持有密钥的人提供；叠加结果可以查看。",
        "This layer is restricted: features, counts, extent and map go to holders of a "
        "key only; results of overlaps may be seen.",
    ),
    "results": ("任务结果", "Results of a job"),
    "results_large": (
        "结果太大，网页不列出，请取 JSON。",
        "The results are too large for a page; take the JSON.",
    ),
    "results_shapes": (
        "结果是图形，请取 GeoJSON 在地图软件中打开。",
        "The results are shapes; take the GeoJSON and open it in a map program.",
    ),
    "retrieved": ("取得日期", "Retrieved"),
    "right": ("乙图层", "Right layer"),
    "rows_cut": ("只列出前面的行，全部见", "Only the first rows are shown; all are in"),
    "rows_shown": ("显示", "shown"),
    "share_left": ("占甲", "of left"),
    "share_right": ("占乙", "of right"),
    "share_zone": ("占本区", "of zone"),
    "show_items": ("查看要素", "See the features"),
    "site": ("地块", "Site"),
    "skip_content": ("跳到内容", "Skip to the content"),
    "sliver": ("碎屑", "sliver"),
    "slivers": (
        "碎屑：重叠很窄，小于边界的位置误差，多半不是真实重叠。",
        "Sliver: so narrow that the positional error of the borders explains it.",
    ),
    "sure": ("可靠程度", "Sureness"),
    "theme": ("主题", "Theme"),
    "totals": ("合计", "Totals"),
    "uncertainty": ("±", "±"),
    "compute": ("计算", "Compute"),
    "zone": ("分区", "Zone"),
    "year": ("年份", "Year"),
}
