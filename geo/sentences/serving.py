# ruff: noqa: E501
"""Sentences about requests and maps."""

SENTENCES: dict[str, tuple[str, str]] = {
    # --- requests (service) ----------------------------------------------------------
    "bbox_numbers": (
        "参数 {parameter} 的值“{value}”不是 4 个（或带高程的 6 个）有限的数。请写成西、南、东、北，例如 bbox=110,40,112,42（经度在前）。",
        "Parameter {parameter}={value!r} is not 4 finite numbers (or 6 with heights). Write west,south,east,north, e.g. bbox=110,40,112,42 (longitude first).",
    ),
    "bbox_order": (
        "参数 {parameter} 的值“{value}”中南界 {south:g} 大于北界 {north:g}。顺序是西、南、东、北。",
        "Parameter {parameter}={value!r} has its south {south:g} above its north {north:g}. The order is west,south,east,north.",
    ),
    "bbox_off_globe": (
        "参数 {parameter} 的值“{value}”的纬度 {south:g} 至 {north:g} 在地球之外，像是“纬度，经度”的顺序。请写成西、南、东、北（经度在前）。",
        "Parameter {parameter}={value!r} has latitudes {south:g} to {north:g}, off the globe; it looks like latitude,longitude. Write west,south,east,north (longitude first).",
    ),
    "parameter_missing": (
        "缺少参数 {parameter}。请在请求中给出。",
        "Parameter {parameter} is missing. State it in the request.",
    ),
    "parameter_not_integer": (
        "参数 {parameter} 的值“{value}”不是整数。",
        "Parameter {parameter}={value!r} is not a whole number.",
    ),
    "parameter_too_small": (
        "参数 {parameter} 的值“{value}”太小，至少为 {bound}。",
        "Parameter {parameter}={value!r} is too small; the least is {bound}.",
    ),
    "parameter_too_large": (
        "参数 {parameter} 的值“{value}”太大，至多为 {bound}。",
        "Parameter {parameter}={value!r} is too large; the most is {bound}.",
    ),
    "parameter_not_listed": (
        "参数 {parameter} 的值“{value}”不在可选值之中：{choices}。",
        "Parameter {parameter}={value!r} is none of {choices}.",
    ),
    "parameter_invalid": (
        "参数 {parameter} 的值“{value}”无法使用（{reason}）。",
        "Parameter {parameter}={value!r} cannot be used ({reason}).",
    ),
    "request_invalid": (
        "请求中有 {count} 个参数无法使用：{parameters}。",
        "{count} parameter(s) of the request cannot be used: {parameters}.",
    ),
    "raster_has_no_items": (
        "图层“{layer}”是栅格，没有要素。元数据在 /collections/{layer}，地图在 /map?layers={layer}。",
        "Layer {layer!r} is a raster and has no features. Its metadata is at /collections/{layer}, its map at /map?layers={layer}.",
    ),
    "overlap_needs_vector": (
        "图层“{layer}”是栅格，叠加需要两个矢量图层。栅格请用分区统计：ecobarrier zonal ZONES {layer}。",
        "Layer {layer!r} is a raster; an overlap needs two vector layers. For a raster use zonal: ecobarrier zonal ZONES {layer}.",
    ),
    "layer_restricted": (
        "图层“{layer}”是受限图层，要素、地图和下载需要带 restricted 权限的密钥（请求头 X-API-Key）；叠加统计结果可以查看（/overlap）。",
        "Layer {layer!r} is restricted: its features, maps and downloads need an API key with the scope restricted (header X-API-Key); results of overlaps with it may be seen (/overlap).",
    ),
    "page_not_found": (
        "没有 {path} 这个地址。图层列表在 /collections。",
        "There is nothing at {path}. The layers are listed at /collections.",
    ),
    "method_not_allowed": (
        "地址 {path} 不接受 {method} 请求。",
        "{path} does not accept {method}.",
    ),
    "request_refused": (
        "请求 {path} 未被接受（HTTP {status}）。",
        "The request to {path} was refused (HTTP {status}).",
    ),
    "internal_error": (
        "服务内部出错，结果未算出。请把请求编号 {request_id} 告诉维护者，详情在服务日志中。",
        "The service failed inside and has no result. Tell its keeper the request id {request_id}; the details are in its log.",
    ),
    "body_unreadable": (
        "发往 {path} 的内容无法读取：不是所声明的格式，或嵌套过深。请检查 Content-Type 与内容。",
        "The body sent to {path} cannot be read: it is not what it claims to be, or nested too deep. Check Content-Type and content.",
    ),
    "body_too_large": (
        "发往 {path} 的内容太大。请拆分后分次发送，或请维护者提高 ECOBARRIER_MAX_BODY_BYTES。",
        "The body sent to {path} is too large. Send it in parts, or have the keeper raise ECOBARRIER_MAX_BODY_BYTES.",
    ),
    "body_too_slow": (
        "发往 {path} 的内容来得太慢，已停止接收。请重试。",
        "The body sent to {path} came too slowly and was given up. Try again.",
    ),
    "key_unknown": (
        "密钥无效：未登记、已撤销或已过期。请向维护者索取新密钥（ecobarrier keys add）。",
        "This API key is not known, was revoked or has expired. Ask the keeper for a new one (ecobarrier keys add).",
    ),
    "key_not_found": (
        "没有编号为“{key}”的密钥。全部密钥见 ecobarrier keys list。",
        "There is no key {key!r}. See all with ecobarrier keys list.",
    ),
    "keys_unreadable": (
        "密钥文件“{file}”无法读取（{reason}）。请从备份恢复，或移走后重新发放密钥。",
        "The file of keys {file!r} cannot be read ({reason}). Restore it, or move it away and hand out new keys.",
    ),
    "keys_need_workspace": (
        "密钥保存在工作目录中。请用 ECOBARRIER_WORKSPACE 指定目录。",
        "Keys are kept in the workspace. Name its folder with ECOBARRIER_WORKSPACE.",
    ),
    "scope_missing": (
        "此操作需要带“{scope}”权限的密钥。请在请求头 X-API-Key 中给出。",
        "This needs an API key with the scope {scope!r}. Send it in the header X-API-Key.",
    ),
    "rate_limited": (
        "请求太频繁。请在 {seconds} 秒后再试，或使用密钥。",
        "Too many requests. Come again in {seconds} s, or use an API key.",
    ),
    "too_busy": (
        "服务正忙（{most} 个请求同时进行）。请稍后再试。",
        "The service is busy ({most} requests at once). Come again shortly.",
    ),
    "request_timed_out": (
        "{seconds:g} 秒内没有得到结果，已放弃。请缩小范围，或改用异步任务。",
        "There was no result within {seconds:g} s, so it was given up. Ask for less, or as a job.",
    ),
    # --- maps ----------------------------------------------------------------------
    "map_simplified": (
        "{layer}：为显示由 {before} 个顶点简化到 {after} 个（容差 {tolerance:g} 度，约 {metres:.0f} 米）；面积取自未简化的图形。",
        "{layer}: simplified for display from {before} to {after} vertices (tolerance {tolerance:g} degrees, about {metres:.0f} m); areas come from the full geometry.",
    ),
    "map_simplified_apart": (
        "{layer}：各面不成无缝覆盖，逐个简化（{before} 个顶点到 {after} 个，容差 {tolerance:g} 度，约 {metres:.0f} 米），相邻边界可能有缝；面积取自未简化的图形。",
        "{layer}: no seamless coverage, so features were simplified one by one ({before} to {after} vertices, tolerance {tolerance:g} degrees, about {metres:.0f} m) and neighbours may show gaps; areas come from the full geometry.",
    ),
    "map_simplified_dropped": (
        "{layer}：要素或顶点太多，为显示由 {before} 个顶点简化到 {after} 个（容差 {tolerance:g} 度，约 {metres:.0f} 米），最小的 {dropped} 个要素没有画出；面积和叠加仍按全部要素计算。",
        "{layer}: too many features or vertices, so {before} were simplified to {after} vertices for display (tolerance {tolerance:g} degrees, about {metres:.0f} m) and the {dropped} smallest features are not drawn; areas and overlaps still count them all.",
    ),
    "map_no_layers": (
        "地图没有图层。请给出图层编号，例如 layers=leagues,redline。",
        "The map has no layers. Name them, e.g. layers=leagues,redline.",
    ),
    "not_polygons": (
        "{layer}：{count} 个要素不是多边形，没有面积，未计入（{features}）。",
        "{layer}: {count} feature(s) are no polygons, have no area and are not counted ({features}).",
    ),
    "layer_caution": ("{layer}：{caution_zh}", "{layer}: {caution_en}"),
    "accuracy_unknown": (
        "{layer}没有说明位置精度，因此不给出 ±。",
        "Nobody states the positional accuracy of {layer}, so no +/- is given.",
    ),
    "breaks_not_ascending": (
        "分级界限“{value}”必须至少两个且递增。",
        "The interval limits {value!r} must be at least two, ascending.",
    ),
    "breaks_needed": (
        "{layer}是连续值栅格，没有分级。请用 --breaks 给出界限，例如 --breaks 0,0.2,0.4。",
        "{layer} holds continuous values without intervals. Give limits with --breaks, e.g. --breaks 0,0.2,0.4.",
    ),
    "port_in_use": (
        "无法监听 {host}:{port}（{reason}）。请用 --port 换一个端口。",
        "Cannot listen on {host}:{port} ({reason}). Choose another port with --port.",
    ),
}
