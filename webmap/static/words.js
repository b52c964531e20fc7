/* Every word the pages say, in Chinese and English, and the language in force.
   Words that come with the data carry both languages themselves: minezone.say({zh, en}). */
(function (root) {
  "use strict";
  var minezone = (root.minezone = root.minezone || {});

  var WORDS = {
    skip_list: ["跳到清单", "Skip to the list"],
    skip_map: ["跳到地图", "Skip to the map"],
    meta_rulebook: ["规则库 {version}", "Rulebook {version}"],
    meta_law: ["法规截至 {date}", "Law of {date}"],
    meta_layers: ["数据 {n} 层", "{n} layers"],
    meta_coverage: ["{n} 层未声明覆盖范围", "{n} without stated coverage"],
    meta_warnings: ["数据警告 {n} 条", "{n} data warnings"],
    meta_errors: ["数据错误 {n} 条", "{n} data errors"],
    upload: ["上传审查", "Vet a file"],
    print: ["打印", "Print"],
    download: ["下载", "Download"],
    download_json: ["报告 JSON", "Report, JSON"],
    download_gpkg: ["图形 GeoPackage", "Geometry, GeoPackage"],
    download_csv: ["判定表 CSV", "Findings, CSV"],
    download_geojson: ["对象范围 GeoJSON", "Outlines, GeoJSON"],
    language: ["EN", "中文"],
    language_label: ["Switch to English", "切换为中文"],
    close: ["关闭", "Close"],
    back: ["返回", "Back"],

    list: ["对象清单", "Subjects"],
    search: ["许可证号、编号或名称", "Licence number, number or name"],
    search_label: ["按许可证号、编号或名称搜索", "Search by licence number, number or name"],
    clear_search: ["清除搜索", "Clear the search"],
    filter_verdict: ["按结论筛选", "Filter by verdict"],
    filter_rule: ["按规则筛选", "Filter by rule"],
    all_rules: ["全部规则", "All rules"],
    shown: ["{n} 个对象", "{n} subjects"],
    shown_one: ["1 个对象", "1 subject"],
    shown_of: ["{n} / {total} 个对象", "{n} of {total} subjects"],
    clear_filters: ["清除筛选", "Clear filters"],
    worst_first: ["最差在前", "worst first"],
    no_subjects: ["本次结果中没有判定对象。", "This result holds no subjects."],
    no_hit: ["没有符合条件的对象。", "No subject matches."],
    loading: ["读取中……", "Loading …"],
    failed: ["读取失败：{what}", "Could not be read: {what}"],
    retry: ["重试", "Try again"],
    not_met_of: ["{total} 条规则中 {n} 条{verdict}", "{n} of {total} rules: {verdict}"],
    also_undecided: ["另有未判事项", "partly undecided"],

    look_features: ["要素", "Features"],
    look_issues: ["读入说明", "What reading had to say"],
    look_no_issues: ["没有问题。", "Nothing."],
    look_more: ["另有 {n} 个要素，见地图", "{n} more features are on the map"],

    map: ["地图", "Map"],
    map_label: [
      "地图：方向键移动，加减键缩放；回车选取中心处的对象",
      "Map: arrow keys move, plus and minus zoom; Enter selects what lies at the centre"
    ],
    zoom_in: ["放大", "Zoom in"],
    zoom_out: ["缩小", "Zoom out"],
    fit: ["全图", "Whole extent"],
    measure_line: ["量距离", "Measure a distance"],
    measure_area: ["量面积", "Measure an area"],
    measure_hint: [
      "点图取点（空格取图中心），双击或回车结束，退格删点，Esc 退出",
      "Click adds a point (Space: the map's centre); double-click or Enter ends, Backspace removes, Esc leaves"
    ],
    measure_length: ["长度", "Length"],
    measure_perimeter: ["周长", "Perimeter"],
    measure_surface: ["面积", "Area"],
    measure_ellipsoid: ["CGCS2000 椭球面上量得", "on the CGCS2000 ellipsoid"],
    several_here: ["此处有 {n} 个要素", "{n} features here"],
    legend: ["图例", "Legend"],
    layers: ["图层开关", "Layers"],
    legend_verdicts: ["结论（按已判的最差结论着色）", "Verdict (coloured by the worst decided)"],
    legend_undecided: ["斜线：有事项缺数据未判", "Hatched: something lacks data"],
    legend_subjects: ["判定对象", "Subjects"],
    legend_context: ["参照图层", "Context"],
    legend_evidence: ["证据", "Evidence"],
    hillshade: ["地形晕渲", "Hillshade"],
    no_terrain: ["地图上没有地形：{why}", "No terrain on the map: {why}"],
    flow_start: ["起点 0", "Start 0"],
    profile: ["纵剖面", "Profile"],
    profile_words: [
      "{length} m · 高程 {from} → {to} m · 竖向 ×{times}",
      "{length} m · {from} → {to} m · heights ×{times}"
    ],
    profile_axis: ["纵：高程 m　横：沿流径 m", "up: height, m · along: path, m"],
    profile_limit: ["限值 {limit}", "limit {limit}"],
    profile_aside: ["（走廊外）", "(aside)"],
    truncated: [
      "要素过多，此处未全部画出；放大后显示",
      "Too many features to draw here; zoom in to see them all"
    ],
    left_out: ["{layer}：{n} 个要素未收入本页", "{layer}: {n} features are not in this page"],
    zone: ["{zone} 带", "zone {zone}"],
    scale_bar: ["比例尺 {text}", "Scale bar {text}"],

    detail: ["判定详情", "Details"],
    nothing_selected: [
      "在清单或地图上选一个对象，这里列出它的每条判定、条文原文和缺少的资料。",
      "Select a subject in the list or on the map: its findings, the quoted articles and what is missing appear here."
    ],
    overview: ["总览", "Overview"],
    overview_total: ["共判定 {n} 个对象", "{n} subjects judged"],
    overview_rules: ["各规则的结论（对象数）", "Verdicts by rule (subjects)"],
    more_facts: ["其余 {n} 项属性", "{n} more attributes"],
    rule: ["规则", "Rule"],
    number: ["编号", "Number"],
    area: ["面积", "Area"],
    layer: ["图层", "Layer"],
    locate: ["定位", "Locate"],
    locate_label: ["在地图上定位 {rule} 的证据", "Show the evidence of {rule} on the map"],
    locate_subject: ["在地图上定位此对象", "Show this subject on the map"],
    measured: ["实测", "Measured"],
    known_so_far: ["已知部分（不足以判定）", "Known so far (not enough to judge)"],
    sigma: ["中误差", "σ"],
    required: ["要求", "Required"],
    related: ["相关对象", "Related"],
    article_of: ["{instrument} {article}", "{instrument}, {article}"],
    effective: ["自 {date} 起施行", "in force since {date}"],
    no_quote: ["条文原文未收录", "the text of the clause is not held"],
    missing: ["缺什么", "What is missing"],
    folded: ["不适用 {n} 项", "Not applicable: {n}"],
    more: ["再显示 {n} 条（共 {total} 条）", "Show {n} more of {total}"],
    more_related: ["等共 {n} 个", "… {n} in all"],
    no_findings: ["没有判定结果。", "There are no findings."],
    findings_elsewhere: [
      "结果过大，页内不含逐条判定；见 findings.csv，或用 minezone serve 打开。",
      "The result is too large to hold its findings in this page: see findings.csv, or open it with minezone serve."
    ],
    gone: ["没有编号为 {id} 的对象。", "There is no subject {id}."],
    not_a_subject: [
      "参照要素，本次未作判定。",
      "A context feature; it was not judged in this run."
    ],

    print_title: ["标题", "Title"],
    print_paper: ["纸张", "Paper"],
    print_a4: ["A4 横向", "A4 landscape"],
    print_a3: ["A3 横向", "A3 landscape"],
    print_scale: ["比例尺", "Scale"],
    print_scale_fit: ["自动（1:{n}）", "automatic (1:{n})"],
    print_now: ["打印", "Print"],
    print_preview: ["打印预览", "Print preview"],
    print_date: ["制图日期", "Printed"],
    print_run: ["判定时间", "Judged"],
    print_report: ["报告编号", "Report"],
    print_crs: [
      "坐标系 CGCS2000（EPSG:4490），墨卡托图面，比例尺以图幅中心为准",
      "CGCS2000 (EPSG:4490), Mercator drawing; the scale holds at the centre of the sheet"
    ],
    print_nothing: ["未选对象：图幅为全图", "Nothing selected: the sheet shows the whole extent"],
    print_continued: ["（续）", "(continued)"],
    print_left_out: ["另有 {n} 条，见 findings.csv", "{n} more: see findings.csv"],
    north: ["北", "N"],

    vet_title: ["上传审查", "Vet a file"],
    vet_lead: [
      "选一个范围文件，按现行法规逐条判定。文件只在本机处理。",
      "Choose a file of outlines; every rule is judged by the law in force. The file stays on this host."
    ],
    vet_drop: ["把文件拖到这里，粘贴拐点文字（Ctrl+V），或", "Drop a file here, paste corners (Ctrl+V), or"],
    vet_pasted: ["粘贴的拐点", "pasted corners"],
    vet_choose: ["选择文件", "choose a file"],
    vet_kinds: [
      "界址点文字、TXT、CSV、Excel；打包（.zip）的 Shapefile、MapInfo、地理数据库；GeoPackage、GeoJSON、KML/KMZ、GML；DXF（须在下面给出坐标系）",
      "corner points as text, TXT, CSV or Excel; Shapefile, MapInfo, geodatabase as .zip; GeoPackage, GeoJSON, KML/KMZ, GML; DXF (state its coordinate system below)"
    ],
    vet_no_file: ["请先选择文件。", "Choose a file first."],
    vet_layer: ["文件中的要素是", "The features are"],
    vet_layer_auto: ["由字段判断", "told by the fields"],
    vet_layer_mining_right: ["矿业权", "mining rights"],
    vet_layer_tailings_facility: ["尾矿库", "tailings facilities"],
    vet_crs: ["坐标系（文件没有写明时）", "Coordinate system (where the file states none)"],
    vet_crs_hint: ["如 EPSG:4526", "such as EPSG:4526"],
    vet_encoding: ["文字编码（识别有误时）", "Text encoding (where it is not recognised)"],
    vet_encoding_hint: ["如 GBK", "such as GBK"],
    vet_declare: ["文件没有写明时，由我声明", "Declared where the file does not say"],
    vet_declare_note: [
      "声明写入报告；文件里写明的值不变。",
      "Declarations are printed in the report; what the file states stays."
    ],
    vet_not_declared: ["不声明", "not declared"],
    vet_right_type: ["矿业权种类", "Type of right"],
    vet_right_type_mining: ["采矿权", "mining"],
    vet_right_type_exploration: ["探矿权", "exploration"],
    vet_status: ["状态", "Status"],
    vet_status_applied: ["申请", "applied"],
    vet_status_granted: ["已设", "granted"],
    vet_status_planned: ["拟建", "planned"],
    vet_status_operating: ["运行", "operating"],
    vet_project_type: ["建设性质", "Project type"],
    vet_project_type_new: ["新建", "new"],
    vet_project_type_rebuilt: ["改建", "rebuilt"],
    vet_project_type_expanded: ["扩建", "expanded"],
    vet_project_type_existing: ["已有", "existing"],
    vet_method: ["开采方式", "Mining method"],
    vet_method_open_pit: ["露天", "open pit"],
    vet_method_underground: ["地下", "underground"],
    vet_method_both: ["露天与地下", "both"],
    vet_other: ["其他列", "Other columns"],
    vet_other_hint: ["每行一个：列名=值", "One a line: COLUMN=VALUE"],
    vet_bad_other: ["第 {n} 行应写成 列名=值", "Line {n}: write it as COLUMN=VALUE"],
    vet_go: ["开始审查", "Vet"],
    vet_cancel: ["取消", "Cancel"],
    vet_sending: ["上传中 {percent}%", "Sending {percent}%"],
    vet_judging: ["判定中……", "Judging …"],
    vet_done: ["判定完成", "Judged"],
    vet_cancelled: ["已取消。", "Cancelled."],
    vet_refused: ["未能判定", "Could not be judged"],
    vet_file: ["文件", "File"],
    vet_feature: ["要素", "Feature"],
    vet_too_large: ["文件 {size}，超过上限 {most}。", "The file has {size}; the limit is {most}."],
    vet_more: ["其余 {n} 个对象见报告。", "{n} more subjects are in the report."],
    vet_network: ["与服务的连接中断，请重试。", "The connection to the server broke; try again."],
    vet_bad_answer: ["服务的回答无法读懂（{status}）。", "The answer could not be understood ({status})."],
    vet_open_map: ["打开地图看证据", "Open the map with its evidence"],
    vet_again: ["再审一个文件", "Vet another file"],
    vet_issues: ["数据问题", "Data issues"],
    severity_error: ["错误", "error"],
    severity_warning: ["警告", "warning"],
    to_map: ["返回地图", "Back to the map"]
  };

  var lang = "zh";

  /* Return the word for `key`; {name} is replaced by args.name. */
  function t(key, args) {
    var pair = WORDS[key];
    if (!pair) {
      throw new Error("no word for " + key);
    }
    return fill(pair[lang === "en" ? 1 : 0], args);
  }

  function fill(text, args) {
    if (!args) {
      return text;
    }
    return text.replace(/\{(\w+)\}/g, function (whole, name) {
      return Object.prototype.hasOwnProperty.call(args, name) ? String(args[name]) : whole;
    });
  }

  /* Return the side of a {zh, en} pair of the data that is in force; plain text as it is. */
  function say(pair) {
    if (pair === null || pair === undefined) {
      return "";
    }
    if (typeof pair !== "object") {
      return String(pair);
    }
    var text = lang === "en" ? pair.en || pair.zh : pair.zh || pair.en;
    return text === null || text === undefined ? "" : String(text);
  }

  function setLang(value) {
    lang = value === "en" ? "en" : "zh";
    document.documentElement.lang = lang === "en" ? "en" : "zh-CN";
  }

  minezone.t = t;
  minezone.say = say;
  minezone.setLang = setLang;
  minezone.lang = function () {
    return lang;
  };
})(window);
