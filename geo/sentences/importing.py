# ruff: noqa: E501
"""Sentences about bringing files in: decisions, questions, faults, versions."""

SENTENCES: dict[str, tuple[str, str]] = {
    # --- decisions -----------------------------------------------------------------
    "text_encoding_stated": (
        "{file} 按指定的 {encoding} 读取，例如“{sample}”。",
        "{file} was read as {encoding}, as stated, e.g. {sample!r}.",
    ),
    "text_encoding_mark": (
        "{file} 开头有 {encoding} 的字节顺序标记，按它读取，例如“{sample}”。",
        "{file} starts with the byte order mark of {encoding}, which was followed, e.g. {sample!r}.",
    ),
    "text_encoding_ascii": (
        "{file} 只有 ASCII 字符，任何编码读来都一样（记作 {encoding}{sample}）。",
        "{file} has ASCII characters only, so every encoding reads alike (noted as {encoding}{sample}).",
    ),
    "text_encoding_trial": (
        "{file} 没有说明编码，按字节判断为 {encoding}，例如“{sample}”。如为乱码请用 --encoding 指定。",
        "{file} does not say its encoding; its bytes decode as {encoding}, e.g. {sample!r}. State --encoding if that is garbled.",
    ),
    "encoding_by_format": (
        "{file} 的格式规定编码为 {encoding}。",
        "The format of {file} prescribes {encoding}.",
    ),
    "encoding_code_page": (
        "{file} 声明代码页 {label}，按 {encoding} 读取。",
        "{file} declares the code page {label}; it was read as {encoding}.",
    ),
    "decision_crs_stated": (
        "{where}的坐标系按指定采用 {crs}（文件所说：{found}）。",
        "The coordinate system of {where} is {crs}, as stated (the file says: {found}).",
    ),
    "decision_crs_overruled": (
        "{where}自带坐标系 {found}，按指定改用 {crs}。",
        "{where} carries the coordinate system {found}; it was overruled by {crs}, as stated.",
    ),
    "decision_crs_carried": (
        "{where}自带坐标系 {crs}。",
        "{where} carries the coordinate system {crs}.",
    ),
    "decision_crs_standard": (
        "{where}没有写坐标系，按其格式的标准为 {crs}。",
        "{where} states no coordinate system; by the standard of its format it is {crs}.",
    ),
    "decision_crs_composed": (
        "{where}的坐标系由基准、分带和带号合成：{crs}。",
        "The coordinate system of {where} follows from datum, zone and prefix: {crs}.",
    ),
    "decision_axes_stated": (
        "{where}的坐标顺序按指定为 {order}。",
        "The columns of {where} are in the order {order}, as stated.",
    ),
    "decision_axes_digits": (
        "{where}的坐标顺序由位数判断为 {order}：北坐标 7 位，东坐标 8 位（含带号）或 6 位；经度大于纬度。",
        "The columns of {where} are in the order {order}, by their digits: a northing has 7, an easting 8 with the zone or 6; a longitude here is larger than a latitude.",
    ),
    "decision_axes_format": (
        "{where}的坐标顺序为 {order}，按其格式的惯例；数字本身不足以判断。",
        "The columns of {where} are in the order {order}, as its format has them; the digits do not tell.",
    ),
    "decision_prefix_digits": (
        "{where}的东坐标 {value} 为 8 位，前两位 {zone} 是带号（{width} 度带）。",
        "The easting {value} of {where} has 8 digits; the first two, {zone}, are the number of a {width}-degree zone.",
    ),
    "decision_prefix_none": (
        "{where}的东坐标 {value} 不带带号。",
        "The easting {value} of {where} has no zone number in front.",
    ),
    "decision_prefix_present": (
        "{where}的东坐标 {value} 带有带号，而所说的坐标系不带，改用同一带的 {crs}。",
        "The easting {value} of {where} carries the zone number, which the stated system does not; {crs} of the same zone was taken.",
    ),
    "decision_prefix_absent": (
        "{where}的东坐标 {value} 不带带号，而所说的坐标系带，改用同一带的 {crs}。",
        "The easting {value} of {where} has no zone number, which the stated system has; {crs} of the same zone was taken.",
    ),
    "decision_zone_prefix": (
        "{where}的东坐标 {value} 的前两位说明是第 {zone} 带（{width} 度带）。",
        "The first two digits of the easting {value} of {where} say zone {zone} ({width}-degree).",
    ),
    "decision_zone_stated": (
        "{where}的分带按指定为第 {zone} 带（{width} 度带）。",
        "The zone of {where} is {zone} ({width}-degree), as stated.",
    ),
    "decision_zone_header": (
        "{where}的文件头写明带号 {zone}（{width} 度带）。",
        "The header of {where} says zone {zone} ({width}-degree).",
    ),
    "decision_zone_sheet": (
        "{where}的图幅号 {sheet} 只与第 {zone} 带（{width} 度带）相合。",
        "The map sheet {sheet} of {where} fits zone {zone} only ({width}-degree).",
    ),
    "decision_zone_only": (
        "{where}的坐标只有在第 {zone} 带（{width} 度带）才落在本区（图幅 {sheet}）。",
        "The coordinates of {where} fall in the region in zone {zone} only ({width}-degree; map sheet {sheet}).",
    ),
    "decision_datum_stated": (
        "{where}的基准按指定采用（文件写的是“{words}”）。",
        "The datum of {where} is as stated (the file says {words!r}).",
    ),
    "decision_datum_file": (
        "{where}写明坐标系为“{words}”。",
        "{where} says that its datum is {words!r}.",
    ),
    "decision_datum_standard": (
        "{where}没有写基准（“{words}”），其格式规定用 2000 国家大地坐标系。",
        "{where} does not say its datum ({words!r}); its format prescribes CGCS2000.",
    ),
    "decision_datum_assumed": (
        "{where}没有写基准（“{words}”），按 2000 国家大地坐标系处理（2018 年 7 月起自然资源系统只用它）。如为西安 80 或北京 54，请用 --datum 说明，否则偏差可达一百多米。",
        "{where} does not say its datum ({words!r}); CGCS2000 was taken, the only one in official use since July 2018. If it is Xian 1980 or Beijing 1954 say so with --datum: the difference is 100 m and more.",
    ),
    "decision_datum_parameters": (
        "{where}由 {crs} 按所给七参数（{parameters}）转换到 CGCS2000。",
        "{where} was moved from {crs} to CGCS2000 by the seven parameters given ({parameters}).",
    ),
    "decision_datum_approximate": (
        "{where}是 {crs}，按要求直接当作 CGCS2000：位置误差可达约 100 米，不能用于正式结论。",
        "{where} is in {crs} and was taken for CGCS2000 as asked: positions may be off by about 100 m; not for final answers.",
    ),
    "decision_crs_kept": (
        "{where}的坐标系 {crs} 没有代码，已在原平面内加密后转为经纬度（EPSG:4490）保存。",
        "The coordinate system {crs} of {where} has no code; the layer was densified in its own plane and is kept in lon/lat (EPSG:4490).",
    ),
    "rings_closed": (
        "{where}：{count} 个要素的环没有闭合，已补上起点（{features}）。",
        "{where}: {count} feature(s) had open rings; the first point was repeated ({features}).",
    ),
    "ring_roles_containment": (
        "{where}：{count} 个要素有多个环，按包含关系判断外环和洞（{features}）。",
        "{where}: {count} feature(s) have several rings; shells and holes were told apart by what lies inside what ({features}).",
    ),
    "ring_roles_format": (
        "{where}：外环和洞按 {format} 格式的规定。",
        "{where}: shells and holes are as {format} defines them.",
    ),
    "ring_roles_stated": (
        "{where}：环的内外按指定的 {rings} 处理，{count} 个要素因此改变（{features}）。",
        "{where}: the roles of rings are {rings}, as stated; that changed {count} feature(s) ({features}).",
    ),
    "txt_area_unit_stated": (
        "{file} 所写面积的单位按指定为 {unit}：{count} 个地块与图形面积相合。",
        "The areas that {file} states are in {unit}, as stated: those of {count} parcel(s) agree with their shapes.",
    ),
    "curves_chords": (
        "{where}：{count} 个图形有圆弧或曲线，已用弦代替，离曲线不超过 {tolerance_m} 米（{features}）。",
        "{where}: {count} shape(s) had arcs or curves, replaced by chords at most {tolerance_m} m off ({features}).",
    ),
    "txt_area_unit": (
        "{file} 所写面积的单位是 {unit}：{count} 个地块与图形面积相合。",
        "The areas that {file} states are in {unit}: those of {count} parcel(s) agree with their shapes.",
    ),
    "txt_area_differs": (
        "{where}：{count} 个地块所写面积与图形相差 2% 以上（{features}）。",
        "{where}: the stated area of {count} parcel(s) differs from the shape by more than 2 % ({features}).",
    ),
    "txt_count_differs": (
        "{where}：{count} 个地块所写界址点数与实际不符（{features}）。",
        "{where}: the stated number of points of {count} parcel(s) is not that of the lines ({features}).",
    ),
    "table_columns": (
        "{file}：各列的含义为 {columns}。",
        "{file}: the columns were taken as {columns}.",
    ),
    "table_shapes": (
        "{file}：点按 {shapes} 连接。",
        "{file}: the points make up {shapes}.",
    ),
    "angle_format": (
        "{file}：角度按 {format} 读取，例如“{sample}”。",
        "{file}: angles were read as {format}, e.g. {sample!r}.",
    ),
    "kml_shift": (
        "{where}按 KML 标准为 WGS 84。如果是在高德、腾讯、百度等偏移地图上绘制的，位置会差 280–605 米；本软件不擅自纠偏，请向绘制者核实。",
        "{where} is WGS 84 by the standard of KML. If it was drawn on a shifted map (Amap, Tencent, Baidu), it is 280–605 m off; no shift is removed here: ask who drew it.",
    ),
    "kml_not_read": (
        "{where}：{count} 个没有点线面的对象未读取（{features}）。",
        "{where}: {count} object(s) without point, line or polygon were not read ({features}).",
    ),
    "drawing_not_read": (
        "{file}：未读取的图元 {kinds}。",
        "{file}: entities that were not read: {kinds}.",
    ),
    "drawing_lines_closed": (
        "{where}：{count} 条首尾相接的多段线当作面（{features}）。",
        "{where}: {count} polyline(s) that end where they start were taken as polygons ({features}).",
    ),
    "drawing_no_shapes": (
        "图纸 {file} 的模型空间里没有点、线、面。请检查图形是否在布局或外部参照中。",
        "The drawing {file} has no points, lines or polygons in model space. Look in layouts and external references.",
    ),
    "columns_as_text": (
        "{where}：字段 {columns} 的值类型不一，已存为文字。",
        "{where}: the fields {columns} hold values of several types and are kept as text.",
    ),
    "parts_read": (
        "{where}：读取了 {parts}。",
        "{where}: read {parts}.",
    ),
    "mixed_kinds": (
        "{where}：图形类型不一（{kinds}），一并保存。",
        "{where}: several kinds of shapes ({kinds}) are kept together.",
    ),
    "neighbours_not_compared": (
        "{where}：共 {count} 个要素，超过 {most} 个，未检查要素之间的重叠与缝隙。需要时请分成较小的图层（如按旗县）导入。",
        "{where}: {count} features are more than {most}, so overlaps and gaps between them were not looked for. Where they matter, import smaller layers (by banner, for one).",
    ),
    "neighbours_too_many": (
        "{where}：要素互相压盖过多（外接矩形相交超过 {most} 次），未检查重叠与缝隙。请检查文件中的要素是否重复。",
        "{where}: too many features lie over each other (their boxes meet more than {most} times), so overlaps and gaps were not looked for. See whether the file holds features several times.",
    ),
    # --- questions -----------------------------------------------------------------
    "import_zone_ambiguous": (
        "{where}的东坐标不带带号，有 {count} 条中央经线都落在本区，不能猜测。请选一个：{candidates}。",
        "The eastings of {where} have no zone number, and with {count} central meridians they fall in the region; it is never guessed. Choose one: {candidates}.",
    ),
    "import_crs_needed": (
        "{where}没有坐标系（CRS），不能猜测。坐标落在本区的有：{candidates}。请选一个。",
        "{where} has no coordinate system (CRS), and it is never guessed. The coordinates fall in the region with: {candidates}. Choose one.",
    ),
    "import_zone_conflict": (
        "{where}自相矛盾：所写坐标系为 {stated}，而东坐标的前两位是 {prefix}。请核实后用 --crs 指定。",
        "{where} contradicts itself: it states {stated}, but its eastings begin with {prefix}. Find out, and state --crs.",
    ),
    "import_prefix_mixed": (
        "{where}的东坐标有的带号不同（例如 {value}），不能放在一个坐标系里。请分带导入，或改正该点。",
        "The eastings of {where} have different zone numbers (e.g. {value}) and cannot be in one system. Import zone by zone, or correct that point.",
    ),
    "import_prefix_contradicted": (
        "{where}的东坐标是否带带号与所说的 {stated} 不符（坐标系 {crs}）。请核实后改正 --prefix 或 --crs。",
        "Whether the eastings of {where} carry the zone number contradicts the stated {stated} (system {crs}). Find out, and correct --prefix or --crs.",
    ),
    "import_datum_unknown": (
        "{where}所写的坐标系“{words}”无法识别。请用 --datum 或 --crs 说明。",
        "The datum {words!r} of {where} is not known. State --datum or --crs.",
    ),
    "import_datum_shifted": (
        "{where}（“{words}”）是加密偏移坐标 {datum}。反算只是近似，且公开纠偏没有法律依据，本软件不做。请向提供者索取 CGCS2000 坐标。",
        "{where} ({words!r}) is in the shifted coordinates {datum}. Undoing the shift is approximate and of doubtful legality; it is not done here. Ask the provider for CGCS2000 coordinates.",
    ),
    "import_datum_unsafe": (
        "{where}的坐标系 {crs} 与 CGCS2000 之间没有公开的精确参数。请用 --parameters 给出七参数；或用 --approximate 当作 CGCS2000（误差可达约 100 米，会写入每个结果）。",
        "There are no public exact parameters from {crs} of {where} to CGCS2000. Give seven with --parameters; or take it for CGCS2000 with --approximate (off by up to about 100 m, said in every answer).",
    ),
    "datum_parameters_wrong": (
        "转换参数应为七个（三个平移，米，不超过 1000；三个旋转，角秒；一个尺度，百万分之一），得到：{value}。",
        "Seven parameters are needed (three shifts in metres, at most 1000; three rotations in seconds; a scale in ppm), got: {value}.",
    ),
    # --- refusals ------------------------------------------------------------------
    "txt_line_wrong": (
        "{file} 第 {line} 行既不是地块也不是界址点：{value}。请改正。",
        "Line {line} of {file} is neither a parcel nor a point: {value}. Correct it.",
    ),
    "txt_no_parcels": (
        "{file} 里没有地块。应有“点数，面积，编号，名称，面，图幅号，用途，地类，@”和“点号，圈号，X，Y”。",
        "{file} has no parcels. Expected are lines count,area,id,name,kind,sheet,use,class,@ and point,ring,X,Y.",
    ),
    "txt_ring_short": (
        "{file} 的要素 {feature} 有一个环只有 {count} 个不同的点，至少要 3 个。请补点或删除该环。",
        "A ring of feature {feature} of {file} has {count} distinct point(s) and needs 3. Add points or remove the ring.",
    ),
    "table_columns_unknown": (
        "{file} 的列（{columns}）里认不出坐标。请用 --columns 指明，例如 --columns x,y,parcel,ring。",
        "No coordinates are recognised among the columns of {file} ({columns}). Name them with --columns, e.g. --columns x,y,parcel,ring.",
    ),
    "table_cell_wrong": (
        "{file} 第 {row} 行“{column}”列的值 {value} 不是坐标。请改正或删除该行。",
        "Row {row} of {file}, column {column!r}: {value} is no coordinate. Correct or remove the row.",
    ),
    "angles_ambiguous": (
        "{file} 的角度（例如 {sample}）既可能是十进制度，也可能是 度.分秒。请用 --angles degrees 或 --angles packed 说明。",
        "The angles of {file} (e.g. {sample}) may be decimal degrees or ddd.mmss. State --angles degrees or --angles packed.",
    ),
    "xml_not_read": (
        "{file} 含有实体声明或嵌套过深，不读取。请重新导出。",
        "{file} declares entities or is nested too deeply and is not read. Export it again.",
    ),
    "zip_without_layer": (
        "压缩包 {file} 中没有可读的图层。可读的后缀：{known}。",
        "The archive {file} holds no layer that can be read. Known suffixes: {known}.",
    ),
    "import_strict": (
        "{where}有需要修复之处，按 --strict 不予导入：{faults}。",
        "{where} has faults that would be repaired; refused because of --strict: {faults}.",
    ),
    "import_kinds_mixed": (
        "不能把这些文件合为一个图层：{files}。请分别导入。",
        "These files cannot be one layer: {files}. Import them one by one.",
    ),
    "import_option_wrong": (
        "选项 {parameter} 的值 {value} 不能使用：{reason}。",
        "The value {value} of option {parameter} cannot be used: {reason}.",
    ),
    "workspace_missing": (
        "没有指定工作区。请设置环境变量 {parameter} 为一个文件夹。",
        "No workspace is named. Set the environment variable {parameter} to a folder.",
    ),
    "report_not_kept": (
        "图层 {layer} 的版本 {version} 不是由导入产生的，没有导入报告。",
        "Version {version} of layer {layer} was not made by an import and has no report.",
    ),
    "layer_not_yours": (
        "图层 {layer} 不在工作区里，没有版本记录。",
        "Layer {layer} is not in the workspace and has no history.",
    ),
    "upload_name_twice": (
        "上传的文件中有两个同名：{file}。请改名后再传。",
        "Two of the files sent are called {file}. Rename one and send them again.",
    ),
    "upload_no_layer": (
        "上传的文件（{files}）里没有可以导入的图层。可读的后缀：{known}。",
        "None of the files sent ({files}) is a layer. Suffixes that can be read: {known}.",
    ),
    "version_removed": (
        "图层“{layer}”的版本 {version} 已从工作区删除。请重新提问，将使用现用版本。",
        "Version {version} of layer {layer!r} was removed from the workspace. Ask again: the version in use now will answer.",
    ),
    "version_not_found": (
        "图层 {layer} 没有版本“{version}”。现有：{known}。",
        "Layer {layer} has no version {version!r}. There are: {known}.",
    ),
    "export_option_wrong": (
        "{file}：{format} 格式不能按 {crs} 写出。请换一个坐标系或格式。",
        "{file}: {format} cannot be written in {crs}. Choose another system or format.",
    ),
    "export_drawing_loss": (
        "{file}：DXF 不存坐标系和属性（只存图层名）；带洞的面写成填充。",
        "{file}: DXF holds no coordinate system and no attributes but the layer's name; polygons with holes are written as hatches.",
    ),
    "export_parcels_loss": (
        "{file}：TXT 只存编号、名称、图幅、用途、地类；其他字段未写出（{columns}）。",
        "{file}: TXT holds number, name, map sheet, use and class only; other fields were left out ({columns}).",
    ),
    "export_moved": (
        "{file}：坐标由 {source} 转为 {target}，边已加密到不超过 {most}；边的移动不超过 {off}，面积的变化不超过周长乘以它。",
        "{file}: coordinates were brought from {source} to {target}, edges densified to at most {most}; an edge moves by at most {off}, and an area changes by at most its perimeter times that.",
    ),
}
"""By code: Chinese and English."""
