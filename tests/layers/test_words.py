"""Words of ordinary lists: national classes, ledgers of ponds, registers of rights."""

import pyarrow as pa
import pytest

from layers.catalog import schema
from layers.values import convert

RIGHT = {
    "status": {
        "granted": "在期 有效许可证 已设采矿权",
        "applied": "拟新立 拟设采矿权",
        "expired": "已到期 到期未注销",
        None: "变更 延续 关闭 新立",  # they may be of rights in force and of others
    },
    "project_type": {
        "new": "采矿权新立 新设采矿权 新建矿山",
        "existing": "采矿权延续 已建",
        "expanded": "扩能",
        None: "变更 技改扩能",
    },
    "method": {
        "open_pit": "山坡露天 凹陷露天 山坡露天开采",
        "underground": "井下 洞采",
        "both": "露天+井下 地下转露天",
        None: "平硐",
    },
}
POND = {
    "status": {
        "stopped": "已停用 停用库 长期停用",
        "operating": "在用库",
        "planned": "筹建 待建",
        "closed": "已销号 闭库销号 闭库并销号",
        None: "废弃 应闭库未闭库 未投用",
    },
    "grade": {3: "Ⅲ等库 3等库 3.0 III等 三等", 5: "5.0", None: "等外 无等别"},
    "dam_method": {
        "upstream": "上游式尾矿筑坝法 上游式尾矿坝",
        "one_step": "一次成坝",
        None: "干堆",
    },
    "online_monitoring": {True: "已安装 已建 ✓", False: "未安装 未建 在建", None: "部分"},
    "ownerless": {True: "无主 是", False: "有主 否", None: "未知"},
    "discharging": {True: "正在排放", False: "未排放", None: "间歇"},
    "at_final_level": {True: "已达到", False: "未达到"},
}
OTHERS = {
    ("goaf", "treated"): {
        True: "已治理 已充填 ✓ ✔",
        False: "未治理 部分治理 治理中 ✗",
        None: "不详",
    },
    ("goaf", "water"): {True: "有积水", False: "无积水"},
    ("river", "basin"): {
        "other": "海河流域 淮河 珠江 松辽流域 内流区",
        "yellow": "黄河水系 汾河",
        "yangtze": "长江水系",
        None: "太湖",
    },
    ("river", "river_class"): {"important_tributary": "黄河一级支流", None: "二级支流 支流"},
    ("protected_zone", "zone_class"): {
        "nature_reserve": "国家级自然保护区 自然保护区核心区",
        "ecological_red_line": "生态保护红线区",
        "permanent_basic_farmland": "永久基本农田保护区 永久基本农田图斑",
        "water_source": "饮用水水源一级保护区 集中式饮用水水源保护区",
    },
}
CASES = {
    **{("mining_right", name): words for name, words in RIGHT.items()},
    **{("tailings_facility", name): words for name, words in POND.items()},
    **OTHERS,
}


@pytest.mark.parametrize(("column", "words"), CASES.items(), ids=lambda v: str(v)[:40])
def test_words_of_ordinary_lists(column, words):
    shape, name = column
    pairs = [(word, value) for value, text in words.items() for word in text.split()]
    cells = pa.array([word for word, _ in pairs])
    read = convert(cells, schema(shape).column(name), "字段", [str(k) for k in range(len(pairs))])
    found = zip([word for word, _ in pairs], read.array.to_pylist(), strict=True)
    assert list(found) == pairs
    assert read.unread.tolist() == [k for k, (_, value) in enumerate(pairs) if value is None]
