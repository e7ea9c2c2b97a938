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
    "bbox_crosses_180": (
        "参数 {parameter} 的值“{value}”跨过 180 度经线，栅格不能这样截取。请分成两个 bbox。",
        "Parameter {parameter}={value!r} crosses the 180th meridian; a raster is not cut so. Ask for two boxes.",
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
    "overlap_needs_polygons": (
        "图层“{layer}”只有线或点，没有面积，不能叠加。请选面图层或栅格。",
        "Layer {layer!r} has lines or points only and no area to overlap. Choose polygons or a raster.",
    ),
    "layer_restricted": (
        "图层“{layer}”是受限图层，要素、地图和下载需要带 restricted 权限的密钥（请求头 X-API-Key）；叠加统计结果可以查看（/overlap）。",
        "Layer {layer!r} is restricted: its features, maps and downloads need an API key with the scope restricted (header X-API-Key); results of overlaps with it may be seen (/overlap).",
    ),
    "overlap_restricted": (
        "图层“{layer}”是受限图层：这里只给出叠加部分的数值；其名称、未叠加的要素、总面积和要素说明需要带 restricted 权限的密钥（请求头 X-API-Key）才能查看。",
        "Layer {layer!r} is restricted: only the numbers of the overlap are given; its names, untouched features, total area and notes on features need an API key with the scope restricted (header X-API-Key).",
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
        "{layer_zh}：为显示与相邻面一起简化，{before} 个顶点减到 {after} 个（Visvalingam-Whyatt，容差 {metres:g} 米）；图上面积最多变化 {percent:.2g}%（{feature}）。弹窗和表中的面积取自未简化的图形。",
        "{layer_en}: simplified for display together with its neighbours, {before} to {after} vertices (Visvalingam-Whyatt, tolerance {metres:g} m); areas as drawn change by at most {percent:.2g} % ({feature}). Areas in popups and tables come from the full geometry.",
    ),
    "map_simplified_apart": (
        "{layer_zh}：各面不成无缝覆盖，为显示逐个简化，{before} 个顶点减到 {after} 个（Douglas-Peucker，容差 {metres:g} 米），相邻边界可能有缝；图上面积最多变化 {percent:.2g}%（{feature}）。弹窗和表中的面积取自未简化的图形。",
        "{layer_en}: no seamless coverage, so features were simplified one by one for display, {before} to {after} vertices (Douglas-Peucker, tolerance {metres:g} m), and neighbours may show gaps; areas as drawn change by at most {percent:.2g} % ({feature}). Areas in popups and tables come from the full geometry.",
    ),
    "map_simplified_lines": (
        "{layer_zh}：为显示逐条简化，{before} 个顶点减到 {after} 个（Douglas-Peucker，容差 {metres:g} 米）；图上长度最多变化 {percent:.2g}%（{feature}）。弹窗中的长度取自未简化的线。",
        "{layer_en}: lines were simplified one by one for display, {before} to {after} vertices (Douglas-Peucker, tolerance {metres:g} m); lengths as drawn change by at most {percent:.2g} % ({feature}). Lengths in popups come from the full lines.",
    ),
    "map_dropped": (
        "{layer_zh}：要素太多，超出文件大小，最小的 {dropped} 个要素没有画出；面积和叠加仍按全部要素计算。",
        "{layer_en}: too many features for the size of the file, so the {dropped} smallest are not drawn; areas and overlaps still count them all.",
    ),
    "map_picture_reduced": (
        "{layer_zh}：为限制文件大小，{columns} × {rows} 个栅格单元画成 {width} × {height} 像素的图片；每个像素显示其中心所在的单元。统计和面积仍按全部单元计算。",
        "{layer_en}: {columns} by {rows} cells are drawn as a picture of {width} by {height} pixels to keep the file small; each pixel shows the cell under its centre. Statistics and areas come from all cells.",
    ),
    "map_relief_reduced": (
        "地形晕渲：为限制文件大小，图片宽度由 {before} 像素减到 {after} 像素。",
        "Shaded relief: the picture is {after} pixels wide instead of {before}, to keep the file small.",
    ),
    "map_budget_too_small": (
        "文件大小上限 {budget_mb:g} MB 太小，画得最粗也需要 {least_mb:.1f} MB。请提高上限（--budget）或减少图层。",
        "A file of {budget_mb:g} MB is too small: drawn as coarsely as can be it takes {least_mb:.1f} MB. Raise the budget (--budget) or name fewer layers.",
    ),
    "map_budget_not_a_size": (
        "文件大小上限 {value} 不是正数（单位 MB）。例如 --budget 5。",
        "The budget {value} is no positive number of megabytes. Write, for example, --budget 5.",
    ),
    "map_tiles_address": (
        "底图地址“{value}”不能用。请写以 http:// 或 https:// 开头、含 {{z}}、{{x}}、{{y}} 的网址模板。",
        "The tile address {value!r} cannot be used. Write a template that begins with http:// or https:// and holds {{z}}, {{x}} and {{y}}.",
    ),
    "map_tiles_datum": (
        "底图的坐标基准“{value}”不在可选值之中：wgs84、cgcs2000、gcj02。给出底图时必须同时说明基准（--tiles-datum），不作猜测。",
        "The datum {value!r} of the base tiles is none of wgs84, cgcs2000, gcj02. Tiles need their datum stated (--tiles-datum); it is never guessed.",
    ),
    "map_tiles_missing": (
        "给出了底图的坐标基准“{value}”（--tiles-datum），却没有底图。请同时用 --tiles 给出底图网址，或去掉 --tiles-datum。",
        "The datum {value!r} of base tiles is stated (--tiles-datum), but no tiles. Name their address with --tiles, or leave --tiles-datum away.",
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
    "process_not_started": (
        "服务的一个进程未能启动（{reason}），原因见上文。请排除后重新启动。",
        "A process of the service did not start ({reason}); it says why above. Mend that and start again.",
    ),
    "port_in_use": (
        "无法监听 {host}:{port}（{reason}）。请用 --port 换一个端口。",
        "Cannot listen on {host}:{port} ({reason}). Choose another port with --port.",
    ),
    # --- processes, jobs, uploads --------------------------------------------------
    "process_not_found": (
        "没有名为“{process}”的处理。现有：{known}（见 /processes）。",
        "There is no process {process!r}. Known: {known} (see /processes).",
    ),
    "job_not_found": (
        "没有编号为“{job}”的任务，或已过保留期。任务列表在 /jobs。",
        "There is no job {job!r}, or its time is over. The jobs are listed at /jobs.",
    ),
    "job_not_ready": (
        "任务“{job}”尚未结束，还没有结果。请稍后再查 /jobs/{job}。",
        "Job {job!r} has not ended and has no results yet. Ask /jobs/{job} again later.",
    ),
    "job_dismissed": (
        "任务“{job}”已取消，没有结果。",
        "Job {job!r} was dismissed and has no results.",
    ),
    "job_interrupted": (
        "任务执行时服务中断了 {attempts} 次，不再重试。请检查输入或联系维护者，然后重新提交。",
        "The service was interrupted {attempts} times while the job ran; it is not tried again. Check the inputs or tell the keeper, then submit it anew.",
    ),
    "job_requeued": (
        "任务执行时服务中断，已重新排队。",
        "The service was interrupted while the job ran; it is in the queue again.",
    ),
    "jobs_queue_full": (
        "已有 {count} 个任务在等待，达到上限（限制：max_jobs_waiting）。请稍后再提交。",
        "{count} jobs are waiting, which is the most (limit: max_jobs_waiting). Submit it later.",
    ),
    "jobs_unreadable": (
        "任务列表 {file} 不能读写（{reason}）。请检查磁盘空间和权限。",
        "The job list {file} cannot be read or written ({reason}). Check free space and permissions.",
    ),
    "workers_busy": (
        "所有工作进程都在忙。请稍后再试，或用 Prefer: respond-async 排队。",
        "All workers are busy. Try again later, or queue it by Prefer: respond-async.",
    ),
    "worker_died": (
        "执行此请求的进程意外结束（{reason}），其他请求不受影响。输入可能过大或损坏；请检查后重新提交。",
        "The process that worked on this ended unexpectedly ({reason}); no other request is harmed. The input may be too large or damaged: check it and submit it again.",
    ),
    "worker_failed": (
        "执行此请求的进程内部出错，结果未算出。请把时间和所提问题告诉维护者，详情在服务日志中。",
        "The process that worked on this failed inside and has no result. Tell the keeper of the service what was asked and when; the details are in its log.",
    ),
    "worker_memory": (
        "执行此请求需要的内存超过 {most} MB（限制：worker_memory_mb）。请缩小或分批提交。",
        "This needs more memory than {most} MB (limit: worker_memory_mb). Make it smaller or send it in parts.",
    ),
    "worker_time": (
        "执行超过 {seconds:g} 秒（限制：{field}），已停止。请缩小输入，或用 Prefer: respond-async 作为任务提交。",
        "The work took longer than {seconds:g} s (limit: {field}) and was stopped. Make the input smaller, or submit it as a job by Prefer: respond-async.",
    ),
    "work_cancelled": (
        "请求已取消，未算出结果。",
        "The request was cancelled and has no result.",
    ),
    "service_stopping": (
        "服务正在停止，请稍后再试。",
        "The service is stopping. Try again later.",
    ),
    "body_too_large": (
        "请求正文超过 {most} 字节（限制：{field}）。请缩小或分次发送，或请维护者提高 ECOBARRIER_MAX_BODY_BYTES。",
        "The body of the request is larger than {most} bytes (limit: {field}). Make it smaller or send it in parts, or have the keeper raise ECOBARRIER_MAX_BODY_BYTES.",
    ),
    "body_too_slow": (
        "请求正文来得太慢，已停止接收（限制：body_seconds、slow_client_seconds）。请重试。",
        "The body of the request came too slowly and was given up (limits: body_seconds, slow_client_seconds). Try again.",
    ),
    "body_type": (
        "此处不接受类型为“{media_type}”的正文。可用：{known}。",
        "A body of type {media_type!r} is not accepted here. Accepted: {known}.",
    ),
    "body_not_json": (
        "请求正文（{parameter}）不是可用的 JSON（{reason}）。",
        "The {parameter} of the request is no usable JSON ({reason}).",
    ),
    "body_not_stored": (
        "请求正文无法存到磁盘（{reason}）。请稍后再试或联系维护者。",
        "The body of the request could not be kept on disk ({reason}). Try later or tell the keeper.",
    ),
    "upload_missing": (
        "请求中没有上传的文件。请在字段 {parameter} 中给出。",
        "The request holds no uploaded file. Send one in the field {parameter}.",
    ),
    "upload_suffix": (
        "上传的文件“{file}”不能接受。可用的后缀：{known}。",
        "The uploaded file {file!r} is not accepted. Accepted suffixes: {known}.",
    ),
    "upload_base64": (
        "输入 {parameter} 的 value 不是合法的 base64。",
        "The value of input {parameter} is no valid base64.",
    ),
    "input_href": (
        "输入 {parameter} 用 href 指向别处；本服务不访问其他地址。请把内容放在 value 中或上传文件。",
        "Input {parameter} points elsewhere by href; this service fetches nothing. Put the content into value, or upload the file.",
    ),
    "input_layer_unknown": (
        "输入 {parameter} 的值“{value}”不是图层编号。相近或现有的：{close}。",
        "Input {parameter}={value!r} is no id of a layer. Close or known: {close}.",
    ),
    "input_kind": (
        "输入 {parameter} 的值“{value}”是{found}图层，这里需要{needed}图层。",
        "Input {parameter}={value!r} is a {found} layer; a {needed} layer is needed.",
    ),
    "input_unusable": (
        "输入 {parameter} 的值 {value} 无法使用（{reason}）。",
        "Input {parameter}={value} cannot be used ({reason}).",
    ),
    "subscriber_refused": (
        "不支持 subscriber：本服务不访问其他地址。请查询 /jobs。",
        "A subscriber is not supported: this service calls nobody. Ask /jobs.",
    ),
    # --- downloads ------------------------------------------------------------------
    "download_kind": (
        "图层“{layer}”不能以 f={value} 下载。可用：{known}。",
        "Layer {layer!r} cannot be had as f={value}. Available: {known}.",
    ),
    "download_whole_only": (
        "f={form} 只有整个图层，不接受参数 {parameter}={value}。请去掉该参数，或改用 gpkg、geoparquet 等格式。",
        "f={form} is of the whole layer only and takes no {parameter}={value}. Leave the parameter out, or take gpkg, geoparquet or another format.",
    ),
    "condition_needs_features": (
        "图层“{layer}”是栅格，没有要素，不接受参数 {parameter}={value}。栅格可用 bbox 截取。",
        "Layer {layer!r} is a raster without features and takes no {parameter}={value}. A raster can be cut by bbox.",
    ),
    # --- tiles ---------------------------------------------------------------------
    "tiles_not_ready": (
        "图层“{layer}”的瓦片正在生成，请在 {seconds} 秒后再试。",
        "The tiles of layer {layer!r} are being made. Ask again in {seconds} s.",
    ),
    "tile_set_unknown": (
        "没有名为“{tiles}”的瓦片方案。现有的：{known}。",
        "No tile matrix set is called {tiles!r}. There are: {known}.",
    ),
    "tile_outside": (
        "瓦片方案 {tiles} 没有第 {level} 级、第 {row} 行、第 {column} 列的瓦片。该级有 {rows} 行 {columns} 列，级别为 0 至 {deepest}。",
        "{tiles} has no tile at level {level}, row {row}, column {column}. That level has {rows} rows and {columns} columns; levels go from 0 to {deepest}.",
    ),
    "tile_too_deep": (
        "图层“{layer}”的矢量瓦片到第 {deepest} 级为止，没有第 {level} 级。请放大第 {deepest} 级的瓦片，或取图片瓦片（.png）。",
        "Vector tiles of layer {layer!r} go to level {deepest}; there is no level {level}. Enlarge those of level {deepest}, or take pictures (.png).",
    ),
    "tile_format": (
        "图层“{layer}”没有格式为“{format}”的瓦片。可选：{known}。",
        "Layer {layer!r} has no tiles in format {format!r}. There are: {known}.",
    ),
    "tile_address": (
        "“{value}”不是瓦片的列号。请写成整数，可带 @2x 和后缀，例如 105.mvt 或 105@2x.png。",
        "{value!r} is no column of a tile. Write a whole number, with @2x and a suffix if you like, e.g. 105.mvt or 105@2x.png.",
    ),
    "tile_version_gone": (
        "图层“{layer}”的版本“{version}”已不再提供，现为 {current}。请重新读取 TileJSON 或样式。",
        "Version {version!r} of layer {layer!r} is no longer served, it is {current} now. Read the TileJSON or the style again.",
    ),
    "page_file": (
        "没有这个页面文件：{name}。请重新载入页面。",
        "There is no such file of the page: {name}. Load the page again.",
    ),
    "file_of_other_kind": (
        "图层“{layer}”没有此类文件：{path}。矢量图层有 /pmtiles，栅格图层有 /cog。",
        "Layer {layer!r} has no such file: {path}. Vector layers have /pmtiles, rasters /cog.",
    ),
    "range_not_satisfiable": (
        "文件只有 {size} 字节，没有所求的一段（{range}）。",
        "The file has {size} bytes and not the part asked for ({range}).",
    ),
}
