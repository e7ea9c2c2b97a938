# ruff: noqa: E501
"""Sentences about tables written to a database."""

SENTENCES: dict[str, tuple[str, str]] = {
    "postgis_unreachable": (
        "无法连接 {where}：{said}。请检查主机、端口和数据库名，确认服务器已启动并允许本机连接。",
        "{where} cannot be reached: {said}. Check host, port and database, and that the server runs and lets this machine in.",
    ),
    "postgis_login": (
        "{where} 拒绝登录：{said}。请检查用户名，并把密码写入 PGPASSWORD 或 ~/.pgpass。",
        "{where} refuses the login: {said}. Check the user, and give the password by PGPASSWORD or ~/.pgpass.",
    ),
    "postgis_extension_missing": (
        "{where} 所在的数据库没有 PostGIS。请管理员在其中执行 CREATE EXTENSION postgis。",
        "The database of {where} lacks PostGIS. Let its administrator run CREATE EXTENSION postgis in it.",
    ),
    "postgis_schema_missing": (
        "{where}：数据库中没有模式“{schema}”。请先执行 CREATE SCHEMA，或用 --table 指明另一个模式。",
        "{where}: the database has no schema {schema!r}. Make it with CREATE SCHEMA, or name another one with --table.",
    ),
    "postgis_name_long": (
        "{where}：表名或模式名为空，或超过 {most} 字节（一个汉字占 3 字节）。请用 --table 给出较短的名称。",
        "{where}: the name of the table or the schema is empty or longer than {most} bytes (a Chinese character takes 3). State a shorter one with --table.",
    ),
    "postgis_table_exists": (
        "{where} 已经存在，未作任何更改。要替换请加 --replace。",
        "{where} is there already and was not changed. Add --replace to replace it.",
    ),
    "postgis_not_plain": (
        "{where} 不能替换：它是视图、分区表或继承表，或者带有触发器、行级策略或列权限，替换会丢失这些。请另选表名，或由管理员先处理。",
        "{where} cannot be replaced: it is a view, partitioned or inherited, or has triggers, row policies or rights on columns, which would be lost. Choose another name, or let its administrator clear it first.",
    ),
    "postgis_table_needed": (
        "{where} 不能替换，因为有其他对象依赖它：{said}。请先删除或改动这些对象，或另选表名。",
        "{where} cannot be replaced, for other objects need it: {said}. Drop or change those first, or choose another name.",
    ),
    "postgis_table_in_use": (
        "{where} 正被他人使用，等待后仍未空出，未作任何更改。请稍后再试。",
        "{where} is in use and did not become free in time; nothing was changed. Try again later.",
    ),
    "postgis_busy": (
        "另一个导出正在写入 {where}，未作任何更改。请等它完成。",
        "Another export is writing {where}; nothing was changed. Wait until it is done.",
    ),
    "postgis_no_right": (
        "{where} 不允许写入：{said}。请管理员授予该模式的 CREATE 权限；替换时还须是原表的所有者。",
        "{where} may not be written: {said}. Let the administrator grant CREATE on the schema; who replaces a table must own it.",
    ),
    "postgis_disk_full": (
        "数据库服务器的磁盘空间不足，{where} 没有写入，未作任何更改：{said}。请在服务器上腾出空间后再试。",
        "The database server's disk is full; {where} was not written and nothing was changed: {said}. Make room on the server and try again.",
    ),
    "postgis_cut": (
        "与 {where} 的连接中断：{said}。没有写入任何内容，原有的表不变。请检查网络和服务器后再试。",
        "The connection to {where} was cut: {said}. Nothing was written, and an older table is as it was. Check network and server, and try again.",
    ),
    "postgis_commit_unknown": (
        "提交 {where} 的一刻连接中断，随后也无法向服务器查明：表要么已完整写入，要么没有写入（原有的表不变）。请查看表的注释（版本或结果编号）后再决定是否重试。",
        "The connection was lost in the moment of keeping {where}, and the server could not be asked afterwards: the table was written whole, or not at all, an older one being as it was. Look at its comment (version or result id) before trying again.",
    ),
    "postgis_write_failed": (
        "无法写入 {where}：{said}。没有写入任何内容。",
        "{where} could not be written: {said}. Nothing was written.",
    ),
    "postgis_srid_missing": (
        "{where} 的 spatial_ref_sys 表中没有 {crs}，也不能代为添加。请管理员添加，或用 --crs 选择另一个坐标系。",
        "The table spatial_ref_sys of {where} lacks {crs}, and it cannot be added from here. Let the administrator add it, or choose another system with --crs.",
    ),
    "postgis_raster": (
        "“{layer}”是栅格图层，不能写入 {where}；数据库只存放矢量图层和结果表。请导出为 .tif。",
        "{layer!r} is a raster layer and cannot be written to {where}: a database takes vector layers and result tables. Export it as .tif.",
    ),
    "postgis_no_table": (
        "请用 --table 模式.表名 说明写入 {where} 的哪个表。",
        "State the table of {where} to write with --table SCHEMA.NAME.",
    ),
    "postgis_engine": (
        "{where}：在集群上计算的结果不能直接写入数据库，因为已完成的部分要保存在结果文件旁。请先写到 .parquet，或去掉 --engine dask。",
        "{where}: a result computed on a cluster cannot go into a database directly, for its finished parts are kept beside a file. Write .parquet first, or leave --engine dask out.",
    ),
    "postgis_option_only": (
        "{option} 只用于数据库（postgresql://）。请去掉它。",
        "{option} is for databases (postgresql://) only. Leave it out.",
    ),
    "database_srid_added": (
        "{where}：已在 spatial_ref_sys 中添加 {crs}。",
        "{where}: {crs} was added to spatial_ref_sys.",
    ),
    "database_names": (
        "数据库不接受的列名已改：{columns}；原名在列的注释中。",
        "Columns whose names the database does not take were renamed: {columns}; the comment on the column has the whole name.",
    ),
    "database_types": (
        "这些列在数据库中换了类型，再导入时为文本：{columns}。",
        "These columns have another type in the database and come back as text: {columns}.",
    ),
    "database_nul": (
        "数据库文本不能含空字符（NUL），已去掉：{columns}。",
        "Text in the database cannot hold NUL characters; they were left out: {columns}.",
    ),
    "database_restricted": (
        "限制使用的图层“{layer}”已离开本机，写入 {where}。那里由数据库的权限决定谁能看到；表的注释写明了限制。",
        "The restricted layer {layer!r} has left this machine for {where}. Who may see it there is for the rights of the database to say; the table's comment states the restriction.",
    ),
    "database_column_id": (
        "要素编号，在图层内唯一",
        "Id of the feature, unique in the layer",
    ),
    "database_column_name": (
        "原列名：{name}",
        "Name of the column in the layer: {name}",
    ),
    "database_column_shape": (
        "几何，坐标系 {crs}（SRID {srid}），x、y 依次为经度、纬度或东、北；面积不在数据库中计算",
        "Geometry, {crs} (SRID {srid}), x,y = lon,lat or east,north; areas are not computed in the database",
    ),
    "database_result": (
        "结果 {result_id}，方法 {method}",
        "Result {result_id}, method {method}",
    ),
    "database_result_layer": (
        "图层 {title_zh}（{id}），版本 {version}，状态 {status_zh}{caution_zh}",
        "Layer {title_en} ({id}), version {version}, status {status_en}{caution_en}",
    ),
}
