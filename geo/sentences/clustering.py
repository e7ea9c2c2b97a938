# ruff: noqa: E501
"""Sentences about work that is spread over processes and machines."""

SENTENCES: dict[str, tuple[str, str]] = {
    # --- the cluster ---------------------------------------------------------------
    "cluster_not_installed": (
        "--engine dask 需要尚未安装的程序库 distributed。请运行 pip install 'ecobarrier[cluster]'，或去掉 --engine dask 在本机计算。",
        "--engine dask needs the library distributed, which is not installed. Run pip install 'ecobarrier[cluster]', or leave --engine dask out to compute here.",
    ),
    "cluster_option_alone": (
        "{option} 只用于 --engine dask。请加上 --engine dask，或去掉 {option}。",
        "{option} is for --engine dask only. Add --engine dask, or leave {option} out.",
    ),
    "cluster_option_remote": (
        "{option} 用于在本机启动的集群，而 --scheduler {scheduler} 已有自己的工作进程。请去掉其中之一。",
        "{option} is for a cluster that is started here, but that of --scheduler {scheduler} has workers of its own. Leave one of the two out.",
    ),
    "cluster_needs_output": (
        "--engine dask 逐行写入文件，不在屏幕上列表。请用 -o FILE.parquet 或 -o FILE.csv 指定文件。",
        "--engine dask writes rows to a file and shows no table. Name one with -o FILE.parquet or -o FILE.csv.",
    ),
    "cluster_not_started": (
        "本机的工作进程没有启动：{reason}。请检查内存，再次运行同一命令即可继续。",
        "The workers of this machine did not start: {reason}. Look at its memory and run the same command again to go on.",
    ),
    "cluster_unreachable": (
        "调度器 {scheduler} 没有应答：{reason}。请检查地址，以及它是否在运行（dask scheduler）。",
        "The scheduler {scheduler} does not answer: {reason}. Check the address and that it runs (dask scheduler).",
    ),
    "cluster_no_workers": (
        "调度器 {scheduler} 在 {seconds} 秒内没有工作进程。请启动工作进程（dask worker {scheduler} --nthreads 1）。",
        "The scheduler {scheduler} had no workers for {seconds} seconds. Start some (dask worker {scheduler} --nthreads 1).",
    ),
    "cluster_versions_differ": (
        "工作进程 {worker} 的软件与本机不同：{difference}（工作进程 ≠ 本机）。结果可能不一致，故不计算。请在各机安装相同的版本。",
        "The worker {worker} runs other software than this machine: {difference} (worker ≠ here). Results could differ, so nothing is computed. Install the same versions everywhere.",
    ),
    "cluster_software_missing": (
        "集群的工作进程没有安装 ecobarrier 或其程序库：{reason}。请在各机安装相同的版本。",
        "A worker of the cluster lacks ecobarrier or a library of it: {reason}. Install the same versions everywhere.",
    ),
    "cluster_lost": (
        "与调度器 {scheduler} 失去联系。已完成的部分保留。请重新启动调度器和工作进程（失去调度器的工作进程约一分钟后自行退出），再次运行同一命令即可继续。",
        "The scheduler {scheduler} was lost. What is finished is kept. Start a scheduler and workers again (workers that lost theirs end by themselves within about a minute) and run the same command to go on.",
    ),
    "cluster_lost_parts": (
        "与调度器 {scheduler} 失去联系。{folder} 中保留已完成的分区 {kept} 个。请重新启动调度器和工作进程（失去调度器的工作进程约一分钟后自行退出），再次运行同一命令，只补做未完成的分区。",
        "The scheduler {scheduler} was lost. {folder} keeps what is finished: {kept} partitions. Start a scheduler and workers again (workers that lost theirs end by themselves within about a minute) and run the same command: only what is missing is done.",
    ),
    "cluster_workers_lost": (
        "调度器 {scheduler} 已有 {seconds} 秒没有任何工作进程。已完成的部分保留。请启动工作进程（dask worker {scheduler} --nthreads 1），再次运行同一命令即可继续。",
        "The scheduler {scheduler} has had no worker for {seconds} seconds. What is finished is kept. Start some (dask worker {scheduler} --nthreads 1) and run the same command to go on.",
    ),
    "cluster_workers_lost_parts": (
        "调度器 {scheduler} 已有 {seconds} 秒没有任何工作进程。{folder} 中保留已完成的分区 {kept} 个。请启动工作进程（dask worker {scheduler} --nthreads 1），再次运行同一命令，只补做未完成的分区。",
        "The scheduler {scheduler} has had no worker for {seconds} seconds. {folder} keeps what is finished: {kept} partitions. Start some (dask worker {scheduler} --nthreads 1) and run the same command: only what is missing is done.",
    ),
    "cluster_lost_parcels": (
        "与调度器 {scheduler} 失去联系。{folder} 中保留已检查的地块 {kept} 个（已完成的文件 {files}）。请重新启动调度器和工作进程（失去调度器的工作进程约一分钟后自行退出），再次运行同一命令，只检查其余地块。",
        "The scheduler {scheduler} was lost. {folder} keeps what is finished: {kept} parcels ({files} files). Start a scheduler and workers again (workers that lost theirs end by themselves within about a minute) and run the same command: only the other parcels are checked.",
    ),
    "cluster_workers_lost_parcels": (
        "调度器 {scheduler} 已有 {seconds} 秒没有任何工作进程。{folder} 中保留已检查的地块 {kept} 个（已完成的文件 {files}）。请启动工作进程（dask worker {scheduler} --nthreads 1），再次运行同一命令，只检查其余地块。",
        "The scheduler {scheduler} has had no worker for {seconds} seconds. {folder} keeps what is finished: {kept} parcels ({files} files). Start some (dask worker {scheduler} --nthreads 1) and run the same command: only the other parcels are checked.",
    ),
    "cluster_work_killed": (
        "{item} 使 {times} 个工作进程先后终止，最可能是内存不足（每个进程 {memory}）。已完成的部分保留；请用 --worker-memory 给更多内存，或检查这些行，再次运行即可继续。",
        "{item} ended {times} workers one after the other, most likely for want of memory ({memory} each). What is finished is kept; give more with --worker-memory or look at these rows, then run again to go on.",
    ),
    "cluster_started": (
        "Dask：{workers} 个工作进程，每个内存 {memory}；监视页 {dashboard}",
        "Dask: {workers} workers, memory {memory} each; dashboard {dashboard}",
    ),
    # --- inputs --------------------------------------------------------------------
    "folder_without_parquet": (
        "文件夹 {folder} 中没有 .parquet 文件。请给出 GeoParquet 文件，或装有这类文件的文件夹。",
        "The folder {folder} holds no .parquet file. Name a GeoParquet file or a folder of them.",
    ),
    "input_not_here": (
        "{file} 在工作进程 {worker} 上与本机不同：{difference}。请把输入放在各机相同路径的共享文件夹，并且运行期间不要改动。",
        "{file} at the worker {worker} is not what this machine has: {difference}. Keep inputs in a shared folder of the same path everywhere, and leave them unchanged during a run.",
    ),
    "partition_named": (
        "{layer} 的分区 {number}（第 {first}–{last} 行）",
        "partition {number} of {layer} (rows {first}–{last})",
    ),
    # --- finished partitions -------------------------------------------------------
    "parts_other_run": (
        "文件夹 {folder} 保存着另一次运行的中间结果（{what} 不同）。请把那次运行做完，或删除该文件夹，或另用 -o 指定文件。",
        "The folder {folder} holds parts of another run ({what} differs). Finish that run, delete the folder, or name another file with -o.",
    ),
    "parts_busy": (
        "另一个进程正在写 {folder}。请等它结束，或另用 -o 指定文件。",
        "Another process is writing to {folder}. Wait until it ends, or name another file with -o.",
    ),
    "parts_damaged": (
        "{folder} 中的 {file} 不能读取。请删除该文件，再次运行即可重做这一部分。",
        "{file} in {folder} cannot be read. Delete that file and run again: this part is made anew.",
    ),
}
