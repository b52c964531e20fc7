"""The Chinese field names and spellings a bureau would use; the number column stands first."""

from __future__ import annotations

FIELDS: dict[str, dict[str, str]] = {
    "mining_right": {
        "licence_no": "许可证号", "name": "矿山名称", "right_type": "权利类型", "holder": "采矿权人",
        "mineral": "开采矿种", "method": "开采方式", "status": "权利状态",
        "project_type": "项目性质", "capacity_kt_a": "生产规模", "top_elevation_m": "上限标高",
        "bottom_elevation_m": "下限标高", "valid_from": "有效期起", "valid_to": "有效期止",
        "status_on": "状态日期", "service_life_a": "服务年限", "production_systems": "生产系统数",
        "operators": "生产主体数", "size_class": "矿山规模", "mine_stage": "矿山阶段",
        "overlap_exception": "重叠例外", "replaces_licences": "原许可证号",
        "burial_depth_m": "矿体埋深", "mine_depth_m": "矿井深度", "slope_height_m": "边坡高度",
        "working_levels": "生产中段数", "developed_reserve_a": "开拓矿量",
        "exploration_grade": "勘查程度", "overall_design": "总体设计", "backfill_study": "充填论证",
        "contractors": "外包单位数", "underground_persons": "下井人数",
        "mechanised_scaling": "撬毛台车", "pressure_monitoring": "地压监测",
    },
    "tailings_facility": {
        "facility_no": "尾矿库编号", "name": "尾矿库名称", "operator": "生产经营单位",
        "project_type": "建设性质", "status": "运行状况", "rebuild_purpose": "改建目的",
        "total_dam_height_m": "总坝高", "total_volume_m3": "总库容", "grade": "等别",
        "dam_method": "筑坝方式", "toe_lon": "坝脚经度", "toe_lat": "坝脚纬度",
        "independent_concentrator": "独立选矿厂", "online_monitoring": "在线监测",
        "last_discharge_on": "最后排放日期", "stopped_on": "停用日期", "discharging": "正在排放",
        "ownerless": "无主", "at_final_level": "已达最终标高",
        "drainage_inspected_on": "排洪设施检测日期", "replaces_facility": "替代的尾矿库",
        "status_on": "状态日期",
    },
    "dam_toe": {"toe_no": "坝脚编号", "facility_no": "尾矿库编号"},
    "settlement": {"settlement_no": "编号", "name": "名称", "kind": "类别", "population": "人口"},
    "building": {"building_no": "建筑物编号", "name": "名称", "kind": "类别",
                 "protection_class": "保护等级"},
    "river": {"id": "要素编码", "river_no": "河流编号", "name": "河流名称",
              "river_class": "河流级别", "basin": "流域", "source_kind": "数据类型",
              "width_m": "河宽"},
    "goaf": {"goaf_no": "采空区编号", "name": "采空区名称", "owner_licence_no": "所属许可证号",
             "volume_m3": "体积", "treated": "是否治理", "water": "是否积水",
             "top_elevation_m": "顶板标高", "bottom_elevation_m": "底板标高",
             "movement_angle_deg": "岩石移动角", "soil_angle_deg": "表土移动角",
             "soil_thickness_m": "表土厚度", "protection_class": "保护等级"},
    "working": {"working_no": "工程编号", "owner_licence_no": "所属许可证号", "kind": "工程类型",
                "top_elevation_m": "顶板标高", "bottom_elevation_m": "底板标高"},
    "movement_zone": {"zone_no": "移动范围编号", "owner_licence_no": "所属许可证号"},
    "open_pit": {"site_no": "采场编号", "name": "采场名称", "owner_licence_no": "所属许可证号",
                 "height_m": "边坡高度", "top_elevation_m": "上限标高",
                 "bottom_elevation_m": "下限标高", "online_monitoring": "在线监测",
                 "stability_analysed_on": "稳定性分析日期", "safety_factor": "安全系数"},
    "waste_dump": {"site_no": "排土场编号", "name": "排土场名称", "owner_licence_no": "所属许可证号",
                   "height_m": "堆置高度", "online_monitoring": "在线监测",
                   "stability_analysed_on": "稳定性分析日期", "safety_factor": "安全系数"},
    "orebody": {"orebody_id": "矿体编号", "name": "矿体名称", "mineral": "矿种",
                "top_elevation_m": "矿体顶标高"},
    "geohazard": {"hazard_no": "灾害点编号", "name": "灾害点名称", "kind": "灾害类型",
                  "level": "危险性等级", "reach_m": "影响距离"},
    "county": {"county_code": "县代码", "county_name": "县名", "key_county": "是否重点县"},
    "ridge_line": {"ridge_no": "山脊线编号", "name": "山脊名称"},
}  # fmt: skip

WORDS = {
    "mining": "采矿权", "exploration": "探矿权", "open_pit": "露天开采", "underground": "地下开采",
    "both": "露天/地下", "applied": "拟设", "granted": "有效", "expired": "过期",
    "cancelled": "注销", "new": "新建", "rebuilt": "改建", "expanded": "扩建", "merged": "整合",
    "existing": "已有", "large": "大型", "medium": "中型", "small": "小型",
    "construction": "基建", "production": "生产", "stopped": "停产", "planned": "拟建",
    "operating": "运行", "under_closure": "闭库中", "closed": "已闭库", "safety": "安全",
    "ecology": "生态", "other": "其他", "one_step": "一次筑坝", "upstream": "上游式",
    "downstream": "下游式", "centreline": "中线式", "village": "村庄", "residential": "集镇",
    "school": "学校", "factory": "工厂", "hospital": "卫生院", "road": "公路",
    "reservoir": "水库", "main_stem": "干流", "important_tributary": "重要支流",
    "yellow": "黄河", "yangtze": "长江", "shoreline": "岸线", "control_zone": "管控区",
    "stope": "采场", "development": "开拓巷道", "shaft": "竖井", "low": "低", "high": "高",
    "I": "一级", "II": "二级", "III": "三级",
}  # fmt: skip
OF_COLUMN = {
    ("status", "stopped"): "停用", ("source_kind", "centreline"): "中心线", ("level", "medium"): "中",
}  # fmt: skip
GRADES = {1: "一等", 2: "二等", 3: "三等", 4: "四等", 5: "五等"}


def spell(column: str, value: object) -> object:
    """Return a contract value as the bureau writes it."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "是" if value else "否"
    if column == "capacity_kt_a":
        return f"{value / 10:.6g}万吨/年"
    if column in ("total_volume_m3", "volume_m3"):
        return f"{value / 1e4:.6g}万立方米" if value % 100 == 0 else f"{value:.10g}立方米"
    if column == "grade":
        return GRADES[value]
    if isinstance(value, str):
        return OF_COLUMN.get((column, value), WORDS.get(value, value))
    return value
