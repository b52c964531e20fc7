"""Every word the command line says, in Chinese and in English."""

from __future__ import annotations

from typing import Final

from analysis.law import Text

LANGUAGES: Final = ("zh", "en")

COMMANDS: Final[dict[str, Text]] = {
    "": Text(
        "按编号的法规条款判定采矿权、尾矿库和采空区：每个结论都附条文、实测值和图上证据。\n\n"
        "退出码：0 全部符合或不适用；1 有不符合；3 无不符合但有待核或缺数据；2 出错。",
        "Judge mining rights, tailings facilities and goafs by numbered legal rules: every "
        "verdict comes with its article, the measured value and evidence on the map.\n\n"
        "Exit status: 0 all pass or not applicable; 1 some fail; 3 none fails but some need "
        "review or data; 2 an error.",
    ),
    "demo": Text(
        "在随附的虚构小县上演示全过程。不论结论如何，退出码都是 0。",
        "Show the whole way on the invented county that comes along. Exits 0 whatever the "
        "verdicts.",
    ),
    "vet": Text(
        "审查若干申请文件：把文件中的要素放进工作区的图层，只判定这些要素。",
        "Vet application files: their features join the workspace's layers and only they are "
        "judged.",
    ),
    "screen": Text(
        "筛查工作区里全部登记的要素。",
        "Screen every registered feature of the workspace.",
    ),
    "batch": Text(
        "逐个审查许多文件或文件夹；一个坏文件不影响其余文件，最后汇总成一张表。",
        "Vet many files or folders one by one; a bad file never stops the rest, and one summary "
        "closes the run.",
    ),
    "inspect": Text(
        "检查一个文件能否用于判定：坐标系、要素数、修复和忽略了什么。能用退出码为 0，不能用为 2。",
        "Check whether a file can be judged: coordinate system, features, what was repaired or "
        "ignored. Exits 0 if it can, 2 if not.",
    ),
    "map": Text(
        "把一次运行的结果画成一个网页文件，不联网也能打开。vet 和 screen 会自动画好。",
        "Draw a result as one web page that opens without a network. vet and screen do so "
        "themselves.",
    ),
    "convert": Text(
        "把文件转换为另一种交换格式：gpkg、shp、geojson、kml、dxf、xlsx 界址点表、报部 txt、"
        "采矿权登记字符串。坐标系能保留就不变，否则只用准确的转换。",
        "Write a file in another exchange format: gpkg, shp, geojson, kml, dxf, xlsx corner "
        "table, national corner text, registration string. The coordinate system is kept where "
        "the form may keep it; else only exact operations are used.",
    ),
    "rules": Text("列出全部规则。", "List all rules."),
    "explain": Text(
        "解释一条规则：适用对象、量法、限值沿革、条文原文和可能的结论。",
        "Explain one rule: what it applies to, how it measures, the history of its limits, the "
        "articles' own words and the answers it can give.",
    ),
    "serve": Text(
        "在本机提供网页：工作区地图、上传文件审查、下载结果。只监听本机；设置见 docs/server.md。",
        "Serve pages on this machine: the map of the workspace, vetting by upload, downloads. "
        "Listens on this machine only; docs/server.md lists all settings.",
    ),
}

OPTIONS: Final[dict[str, Text]] = {
    "host": Text(
        "监听地址，只能是本机；默认 127.0.0.1", "address of this machine; 127.0.0.1 by default"
    ),
    "port": Text("端口，0 为任一空闲端口；默认 8000", "port, 0 for any free one; 8000 by default"),
    "workers": Text(
        "判定进程数；默认每个处理器一个，至多 4",
        "processes that judge; one for each processor by default, at most 4",
    ),
    "state": Text(
        "存放上传文件和报告的文件夹；默认在工作区旁的 .minezone/server",
        "folder for uploads and reports; .minezone/server beside the workspace by default",
    ),
    "files": Text("要审查的文件", "files to vet"),
    "paths": Text("文件或文件夹", "files or folders"),
    "file": Text("要读的文件", "the file to read"),
    "result": Text(
        "结果文件夹，或其中的 report.json", "the folder of results, or the report.json in it"
    ),
    "target": Text(
        "写到哪个文件；默认为结果文件夹中的 map.html",
        "the file to write; map.html in the folder of results by default",
    ),
    "code": Text("规则编号，如 MR101", "rule code, for example MR101"),
    "workspace": Text("工作区文件 workspace.toml", "the workspace file, workspace.toml"),
    "out": Text("输出文件夹；没有就新建", "folder to write into; made if it is missing"),
    "layer": Text(
        "文件中的要素是什么：mining_right 或 tailings_facility；不给则由字段判断",
        "what the features are: mining_right or tailings_facility; told by the fields if absent",
    ),
    "rules": Text("只用这些规则，逗号分隔，如 MR101,TF203", "only these rules: MR101,TF203"),
    "as_of": Text(
        "按哪一天有效的法规判定（年-月-日）；默认今天",
        "judge by the law of this day (YYYY-MM-DD); today by default",
    ),
    "formats": Text(
        "除 Parquet 表外还写哪些：json,gpkg,csv", "what to write beside Parquet: json,gpkg,csv"
    ),
    "constants": Text(
        "为文件缺少的列声明一个值，如 status=applied；可重复，报告中会写明",
        "declare a value for a column the file lacks, such as status=applied; may be repeated, "
        "and the report says so",
    ),
    "written": Text("写成的文件；后缀说明格式", "the file to write; its suffix says the form"),
    "to": Text(
        "格式，后缀说不清时用：txt（报部格式）、registration（登记字符串）等",
        "the form, where the suffix does not say it: txt (national corner text), registration …",
    ),
    "source_layer": Text("读哪个图层（文件有多个时）", "layer to read, of a file with several"),
    "page": Text(
        "再画成一个网页：要素、属性和读入说明，不联网也能打开，如 out.html",
        "also draw a web page of features, values and issues that needs no network: out.html",
    ),
    "to_crs": Text("写成的坐标系，如 EPSG:4526", "coordinate system to write, e.g. EPSG:4526"),
    "to_encoding": Text("Shapefile 属性表的编码", "text encoding of a Shapefile"),
    "crs": Text(
        "文件没有写明坐标系时由您给出，如 EPSG:4526",
        "the coordinate system where the file states none, for example EPSG:4526",
    ),
    "extent": Text(
        "china：坐标应在中国范围内（默认）；any：境外数据，不作此检查",
        "china: coordinates must lie in China (default); any: data abroad, not checked",
    ),
    "encoding": Text(
        "属性表的文字编码，如 GBK；不给则自动识别",
        "text encoding of the attributes, for example GBK; recognised if absent",
    ),
    "datum": Text(
        "西安80、北京54 坐标的转换参数文件（七参数、四参数或控制点），见 docs/datum.md",
        "file with the parameters from Xian 1980 or Beijing 1954 (seven, four, or control points); "
        "see docs/datum.md",
    ),
    "jurisdiction": Text(
        "法域：CN、CN-14 山西、CN-54 西藏、CN-5401 拉萨……",
        "jurisdiction: CN, CN-14 Shanxi, CN-54 Xizang, CN-5401 Lhasa …",
    ),
    "as_json": Text("输出给程序读的 JSON", "print JSON for machines"),
    "lang": Text(
        "界面语言 zh 或 en（也可用环境变量 MINEZONE_LANG）",
        "language, zh or en (or the environment variable MINEZONE_LANG)",
    ),
    "debug": Text("程序出错时打印完整调用栈", "print the traceback of a program error"),
    "version": Text("显示版本号", "show the version"),
    "serve": Text("演示后在本机提供网页", "then serve the sample's pages on this machine"),
    "help": Text("显示帮助", "show this help"),
}

SAY: Final[dict[str, Text]] = {
    "error": Text("错误: ", "error: "),
    "fault": Text(
        "程序错误 {kind}: {what}（不是您的数据结论；请加 --debug 重跑，把输出连同版本 {version} "
        "报告给维护者）",
        "program error {kind}: {what} (this is no verdict; run again with --debug and report "
        "the output with version {version} to the maintainers)",
    ),
    "compiling": Text(
        "首次运行：正在编译地形内核，约 {n} 秒（仅一次）",
        "first run: compiling the terrain kernels, about {n} seconds (once only)",
    ),
    "interrupted": Text("已中断，输出可能不完整", "interrupted; the output may be incomplete"),
    "usage": Text("{what}（用法见 {command} --help）", "{what} (see {command} --help)"),
    "no_such_option": Text("没有选项 {name}", "no such option: {name}"),
    "no_such_command": Text("没有命令 {name}", "no such command: {name}"),
    "needs_value": Text("选项 {name} 需要一个值", "option {name} needs a value"),
    "missing": Text("缺少参数 {name}", "missing argument {name}"),
    "too_many": Text("多出参数 {words}", "too many arguments: {words}"),
    "no_integer": Text("选项 {name} 的值应为整数", "option {name} needs a whole number"),
    "bad_lang": Text(
        "{where} 的值 {value} 不是 zh 或 en", "{where} is {value}; it must be zh or en"
    ),
    "bad_date": Text(
        "--as-of 的值 {value} 不是日期，应写成 2026-01-31",
        "--as-of {value} is not a date; write 2026-01-31",
    ),
    "bad_workers": Text(
        "--workers 应为 1 到 64，不能是 {value}", "--workers must be 1 to 64, not {value}"
    ),
    "bad_set": Text("--set 的值 {value} 应写成 列名=值", "--set {value}: write it as COLUMN=VALUE"),
    "set_twice": Text("--set 两次给出列 {value}", "--set gives column {value} twice"),
    "empty_list": Text("{where} 没有给出任何名称", "{where} names nothing"),
    "serving": Text(
        "网址 {url}（仅本机可访问；Ctrl+C 结束）",
        "open {url} (this machine only; Ctrl+C ends it)",
    ),
    "port_taken": Text(
        "无法监听 {host}:{port}：{why}；可用 --port 另选端口",
        "cannot listen on {host}:{port}: {why}; choose another --port",
    ),
    "no_sample": Text("找不到示例数据文件夹 {path}", "the sample data are missing: {path}"),
    "totals": Text("共判定 {n} 个对象：{counts}", "subjects judged: {n}  {counts}"),
    "more": Text("……其余 {n} 个对象见 findings.csv", "… and {n} more: see findings.csv"),
    "related": Text("（另有 {n} 条分项）", " (and {n} more)"),
    "list_separator": Text("、", ", "),
    "clause_separator": Text("，", ", "),
    "rules_counted": Text("规则 {n} 条：{counts}", "rules {n}: {counts}"),
    "figures": Text("（{text}）", " ({text})"),
    "measured": Text("实测 {value}", "measured {value}"),
    "must_be": Text("应 {relation} {value}", "must be {relation} {value}"),
    "lacks": Text(
        "缺什么（{n} 个对象有判不了的规则）：",
        "What is missing ({n} subjects have rules undecided):",
    ),
    "lack": Text("{n} 个对象：{text}", "{n} subjects: {text}"),
    "more_lacks": Text("……另有 {n} 种，见 findings.csv", "… and {n} more kinds: see findings.csv"),
    "group": Text("{rules}：{text}", "{rules}: {text}"),
    "written": Text("结果已写入 {out}: {files}", "written to {out}: {files}"),
    "not_drawn": Text("地图上没有图层 {layer}: {why}", "no layer {layer} on the map: {why}"),
    "bad_page": Text(
        "{option} 的值 {value} 应是 .html 文件", "{option} {value}: name a file that ends in .html"
    ),
    "bad_form": Text(
        "--to 的值 {value} 不能写（可写：{known}）", "--to {value}: cannot be written ({known})"
    ),
    "bad_encoding": Text(
        "--to-encoding 的值 {value} 应是 GBK 或 UTF-8", "--to-encoding {value}: GBK or UTF-8"
    ),
    "converted": Text("{file}：{n} 行，写成 {to}", "{file}: {n} rows written to {to}"),
    "converted_crs": Text("坐标系：{crs} → {to}", "coordinate system: {crs} → {to}"),
    "converted_way": Text(
        "换算：{way}（点位精度 ±{sigma} 米）", "transformation: {way} (places good to {sigma} m)"
    ),
    "no_map": Text("没有地图: {why}", "no map: {why}"),
    "no_terrain": Text("地图上没有地形: {why}", "no terrain on the map: {why}"),
    "as_of_line": Text(
        "{title}　法域 {jurisdiction}，按 {as_of} 有效的法规",
        "{title} — jurisdiction {jurisdiction}, law in force on {as_of}",
    ),
    "issues": Text(
        "数据问题: 错误 {error} 条，警告 {warning} 条（全部见 report.json 的 inputs）",
        "data issues: errors {error}, warnings {warning} (all of them: report.json, inputs)",
    ),
    "refused_rows": Text("（{n} 行被拒绝）", "({n} rows refused)"),
    "declared_line": Text(
        "图层 {title} ({layer}): 声明 {declared} = 读入 {read} = 保留 {kept} + 拒绝 {refused}；"
        "修复 {repaired}",
        "layer {title} ({layer}): declared {declared} = read {read} = kept {kept} + refused "
        "{refused}; repaired {repaired}",
    ),
    "format_line": Text("格式: {format}{encoding}", "format: {format}{encoding}"),
    "crs_line": Text(
        "坐标系: {crs}；换算: {transformation}",
        "coordinate system: {crs}; transformation: {transformation}",
    ),
    "bounds_line": Text(
        "范围: 经度 {west:.6f} 至 {east:.6f}，纬度 {south:.6f} 至 {north:.6f}",
        "extent: longitude {west:.6f} to {east:.6f}, latitude {south:.6f} to {north:.6f}",
    ),
    "area_line": Text(
        "面积合计: {area:.4f} 平方千米（{hectares:.4f} 公顷）",
        "total area: {area:.4f} km² ({hectares:.4f} ha)",
    ),
    "net_area_line": Text(
        "面积合计（已减去扣除部分）: {area:.4f} 平方千米（{hectares:.4f} 公顷）",
        "total area without what is deducted: {area:.4f} km² ({hectares:.4f} ha)",
    ),
    "accuracy_line": Text(
        "换算精度: ±{metres:.2f} 米，计入每个距离的判定",
        "accuracy of the transformation: ±{metres:.2f} m, which counts in every distance",
    ),
    "issue_counts": Text(
        "错误 {error} 条、警告 {warning} 条、提示 {info} 条:",
        "errors: {error}, warnings: {warning}, notes: {info}:",
    ),
    "refused_line": Text(
        "警告: 读入的 {read} 行中有 {refused} 行未采用，不参与判定；附近的要素可能因此缺数据",
        "warning: {refused} of the {read} rows read are refused and not judged; features near "
        "them may lack data for that",
    ),
    "more_alike": Text(
        "……同类的还有 {n} 条，--json 列出全部", "… and {n} more of this kind: see --json"
    ),
    "columns_line": Text("有值的列: {columns}", "columns with values: {columns}"),
    "other_bytes": Text(
        "{name}：文件名或文件夹名不是 UTF-8（多为 GBK），请改名后再试",
        "{name}: the name of the file or folder is not UTF-8 (GBK?); rename it",
    ),
    "crs_note_line": Text("坐标系依据: {note}", "coordinate system as: {note}"),
    "map_line": Text(
        "图形（东西约 {east} 米，南北约 {north} 米，每点约 {dot} 米，上北）：",
        "outlines (about {east} m east to west, {north} m south to north, a dot is about {dot} m, "
        "north is up):",
    ),
    "web_map_asked": Text(
        "请核对来源: 坐标按 WGS 84 读；若取自高德、腾讯、百度等网络地图，会偏移数百米，"
        "文件本身看不出",
        "check the source: read as WGS 84; places taken from Amap, Tencent or Baidu maps are some "
        "hundred metres off, and nothing in the file shows it",
    ),
    "usable": Text("可以判定", "can be judged"),
    "unusable": Text("不能判定", "cannot be judged"),
    "batch_head": Text(
        "批量审查 {n} 个文件：判定 {good} 个，无法判定 {bad} 个",
        "batch of {n} files: {good} judged, {bad} could not be judged",
    ),
    "batch_base": Text("文件名都在 {folder} 之下", "file names are below {folder}"),
    "batch_files": Text("{n} 个文件", "files: {n}"),
    "batch_more": Text("……其余 {n} 个见汇总表", "… and {n} more: see the summary"),
    "batch_bad": Text("无法判定的 {n} 个文件和原因", "{n} files that could not be judged, and why"),
    "batch_refused": Text("{file}：{why}", "{file}: {why}"),
    "batch_cause": Text("{n} 个文件：{why}", "{n} files: {why}"),
    "batch_passed": Text(
        "文件夹里另有 {n} 个文件不是可读的数据文件，未读：{names}",
        "not read, being no data files of a kind that is read: {n} more ({names})",
    ),
    "batch_results": Text(
        "每个文件的结果各在 {out} 下的一个文件夹里（汇总表的 out 列）",
        "each file's results are in a folder of their own in {out} (column out of the summary)",
    ),
    "batch_total": Text(
        "共 {n} 个文件，{bad} 个无法判定；汇总见 {out}",
        "{n} files, {bad} could not be judged; summary in {out}",
    ),
    "demo_intro": Text(
        "虚构的清岩矿区（三县）：先审查 {n} 份申请，再筛查全部登记要素。",
        "An invented mining district of three counties: {n} applications are vetted, then "
        "everything registered is screened.",
    ),
    "demo_vetted": Text("一、申请审查", "1. Applications"),
    "demo_screened": Text(
        "二、登记要素筛查（{n} 个对象，按规则统计）",
        "2. What is registered ({n} features, counted by rule)",
    ),
    "demo_nothing": Text(
        "{n} 条规则符合，没有不符合或待核的", "{n} rules pass, none fails or needs review"
    ),
    "demo_undecided": Text("没有能下结论的规则", "no rule could come to a conclusion"),
    "demo_also": Text("另有：{rules}", "also: {rules}"),
    "demo_out": Text(
        "每次运行的表格、report.json、findings.gpkg（可用 QGIS 打开）和 findings.csv 在 {out}",
        "tables, report.json, findings.gpkg (opens in QGIS) and findings.csv of each run: {out}",
    ),
    "demo_try": Text("自己试试: {command}", "try it yourself: {command}"),
    "table_application": Text("申请", "application"),
    "table_verdict": Text("结论", "verdict"),
    "table_rule": Text("规则", "rule"),
    "table_title": Text("名称", "title"),
    "table_worst": Text("最严重的一条：实测、限值和条文", "worst rule: measured, limit, article"),
    "table_missing": Text("还缺什么", "what is missing"),
    "rules_head": Text(
        "法域 {jurisdiction}，规则库 {version}", "jurisdiction {jurisdiction}, rulebook {version}"
    ),
    "strength": Text("效力", "strength"),
    "applies_to": Text("适用对象", "applies to"),
    "method": Text("量法", "method"),
    "parameters": Text("限值沿革", "limits and their history"),
    "references": Text("条文原文", "the articles' own words"),
    "reasons": Text("各结论的含义", "what each verdict means"),
    "until": Text("，{day} 止", ", until {day}"),
    "no_quote": Text("（原文未核到，不引）", "(its words have not been seen and are not quoted)"),
    "note": Text("注：{text}", "note: {text}"),
    "in_force": Text("◀ {day} 有效", "◀ in force on {day}"),
    "never": Text("不会出现：{text}", "cannot occur: {text}"),
    "lacks_any": Text(
        "缺少所需图层或属性、资料不完整、附近有被拒绝的数据，或当日没有有效的限值",
        "a layer or an attribute that it needs is missing, data are incomplete or were refused "
        "nearby, or no limit was in force that day",
    ),
    "blank_subject": Text("〈本对象〉", "〈this feature〉"),
    "blank_related": Text("〈相关对象〉", "〈the other feature〉"),
    "blank_measured": Text("〈实测值〉", "〈measured〉"),
    "blank_threshold": Text("〈限值〉", "〈limit〉"),
    "blank_uncertainty": Text("〈中误差〉", "〈standard deviation〉"),
    "blank_comparison": Text("〈应满足的关系〉", "〈relation that must hold〉"),
    "repealed": Text("废止", "repealed"),
    "none_in_force": Text("无现行规定", "none in force"),
    "from": Text("{day} 起", "from {day}"),
    "checked": Text("核对于 {day}", "checked on {day}"),
}

SEVERITY: Final[dict[str, Text]] = {
    "error": Text("错误", "error"),
    "warning": Text("警告", "warning"),
    "info": Text("提示", "note"),
}


def say(key: str, lang: str, **values: object) -> str:
    """Return the sentence called ``key`` in ``lang``, its blanks filled."""
    return SAY[key].of(lang).format(**values)


def both(key: str, **values: object) -> tuple[str, str]:
    """Return the sentence called ``key`` in Chinese and in English."""
    return say(key, "zh", **values), say(key, "en", **values)
