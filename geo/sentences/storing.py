# ruff: noqa: E501
"""Sentences about stores of files addressed by URL."""

SENTENCES: dict[str, tuple[str, str]] = {
    "store_library_missing": (
        "使用 {url} 需要 obstore。请安装：pip install ecobarrier[s3]。",
        "Using {url} needs obstore. Install it: pip install ecobarrier[s3].",
    ),
    "store_scheme_unknown": (
        "无法识别以 {scheme}:// 开头的地址。可用的地址：{known}。",
        "Addresses that begin with {scheme}:// are not known. Known are: {known}.",
    ),
    "store_address_wrong": (
        "地址 {url} 无效。请按以下格式书写：{known}。",
        "The address {url} cannot be used. Write it like one of: {known}.",
    ),
    "store_address_credentials": (
        "以 {scheme}:// 开头的地址不得含有“@”“?”或“#”：密钥和接入点只从环境变量读取（AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY、AWS_ENDPOINT_URL 等）。",
        'An address that begins with {scheme}:// holds no "@", "?" or "#": credentials and endpoint are read from the environment only (AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_ENDPOINT_URL and so on).',
    ),
    "store_key_wrong": (
        "“{key}”不能作为存储中的文件名。请使用以“/”分隔、不含“..”的相对路径。",
        '"{key}" cannot name a file of a store. Use a relative path with "/" and without "..".',
    ),
    "store_key_missing": (
        "{url} 中没有文件 {key}。请检查名称，并检查地址是否完整。",
        "There is no file {key} in {url}. Check the name, and whether the address is complete.",
    ),
    "store_exists": (
        "{url} 中已有内容不同的文件 {key}，未作改动。",
        "{url} holds a file {key} with other content already; it was left as it is.",
    ),
    "store_changed": (
        "{url} 中的文件 {key} 在此期间已被他人改写，未作改动。请重新读取后再试。",
        "The file {key} in {url} was written by somebody else in the meantime; it was left as it is. Read it again, then try again.",
    ),
    "store_unreachable": (
        "多次重试后，存储 {url}（服务器 {host}）仍无应答（{reason}）。请检查网络、AWS_ENDPOINT_URL 以及存储服务是否在运行，然后重试；原有内容未变。",
        "The store {url} (server {host}) does not answer after several tries ({reason}). Check the network, AWS_ENDPOINT_URL and whether the store is running, then try again; what was there before is unchanged.",
    ),
    "store_refused": (
        "存储 {url}（服务器 {host}）拒绝访问（{reason}）。请检查环境变量中的 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY，以及该密钥对此存储桶的读写权限。",
        "The store {url} (server {host}) refuses access ({reason}). Check AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, and what that key may do in this bucket.",
    ),
    "store_no_credentials": (
        "没有找到访问 {url} 的密钥。请设置环境变量 AWS_ACCESS_KEY_ID 和 AWS_SECRET_ACCESS_KEY，或使用本机的实例角色；公开的存储桶请设置 AWS_SKIP_SIGNATURE=true。",
        "No credentials for {url} were found. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY in the environment, or give this machine a role; for a public bucket set AWS_SKIP_SIGNATURE=true.",
    ),
    "store_bucket_missing": (
        "服务器 {host} 上没有 {url} 所指的存储桶。请检查名称，或先建立存储桶。",
        "There is no bucket as {url} names it on the server {host}. Check the name, or make the bucket first.",
    ),
    "store_forked": (
        "此进程由另一个已使用过存储的进程复制（fork）而来，不能再访问 {url}。请启动新的进程。",
        "This process was forked from one that had used a store, and cannot use {url}. Start a new process instead.",
    ),
    "store_failed": (
        "存储 {url} 无法完成操作（{reason}）。请检查地址、权限和剩余空间。",
        "The store {url} could not do what was asked ({reason}). Check address, rights and free space.",
    ),
    "store_ignores_conditions": (
        "存储 {url} 不支持条件写入（忽略 {condition}）：两人同时发布时，其中一人的版本会无声丢失，因此未发布任何内容。请改用支持条件写入的存储；或改为发布到本地文件夹，再由一人将其复制到该存储（见 docs/storage.md）。",
        "The store {url} has no conditional writes (it ignores {condition}): of two who publish at once, the version of one would be lost without a word, so nothing was published. Use a store with conditional writes; or publish into a local folder, and let one person copy that into the store (docs/storage.md).",
    ),
    "store_damaged": (
        "{url} 中的文件 {key} 与发布时登记的 SHA-256 不符，未予使用。请从备份恢复该文件，或重新导入此图层。",
        "The file {key} in {url} does not have the SHA-256 that was noted when it was published, and is not used. Restore it from a copy, or import the layer again.",
    ),
    "publish_conflict": (
        "图层“{layer}”的版本 {version} 未启用：{url} 在此期间已由他人启用版本 {won}（{when}）。您的版本已保存但未使用。请用 ecobarrier history {layer} 查看各版本，再重新导入，或用 ecobarrier use 选择版本。",
        'Version {version} of layer "{layer}" was not taken into use: somebody else took version {won} into use in {url} in the meantime ({when}). Yours is kept, but not in use. Look at ecobarrier history {layer}, then import again, or choose a version with ecobarrier use.',
    ),
}
