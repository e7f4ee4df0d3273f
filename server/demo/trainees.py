"""The demo school's class and its past lessons: invented people, ordinary names."""

# how many days ago, and what it was about; the last is the recorded one
LESSONS = (
    (26, "基层治理的历史沿革"),
    (24, "网格员的职责与边界"),
    (19, "入户走访：准备与记录"),
    (17, "矛盾纠纷的调解方法"),
    (12, "群众工作中的沟通"),
    (10, "数据平台与隐私保护"),
    (5, "突发事件的先期处置"),
    (3, "民主协商议事规则"),
)
MINUTES = 90
# sign-in name: name, unit, rank, post, and a letter for each lesson (see FACTS below)
TRAINEES = {
    "an": ("", "", "四级主任科员", "网格长", "pbplpppps"),
    "chen-jing": ("陈静", "石桥街道", "一级科员", "网格员", "pppppppps"),
    "wang-lei": ("王磊", "石桥街道", "二级科员", "网格员", "plplbpalp"),
    "liu-yang": ("刘洋", "石桥街道", "四级主任科员", "综治专干", "ppppppppp"),
    "zhang-min": ("张敏", "东湖镇", "三级主任科员", "党建专干", "pppbppppp"),
    "zhao-qiang": ("赵强", "东湖镇", "一级科员", "网格员", "aalaraaap"),
    "sun-li": ("孙丽", "东湖镇", "二级科员", "网格员", "ppxxppppp"),
    "zhou-tao": ("周涛", "东湖镇", "四级主任科员", "综治专干", "ppppplppp"),
    "wu-xia": ("吴霞", "西岭乡", "一级科员", "网格员", "sssssssss"),
    "zheng-hao": ("郑浩", "西岭乡", "二级科员", "网格员", "ssssassls"),
    "feng-yan": ("冯燕", "西岭乡", "三级主任科员", "党建专干", "sssssssss"),
    "chu-wei": ("褚伟", "西岭乡", "一级科员", "网格员", "slsassesp"),
    "jiang-nan": ("蒋楠", "南山街道", "四级主任科员", "网格长", "ppppppppp"),
    "shen-jie": ("沈洁", "南山街道", "二级科员", "网格员", "pppbpppbp"),
    "han-bing": ("韩冰", "南山街道", "一级科员", "网格员", "eepeaplae"),
    "yang-fan": ("杨帆", "南山街道", "一级科员", "综治专干", "ppppmpppp"),
    "zhu-hong": ("朱红", "北关街道", "三级主任科员", "党建专干", "ppppppppp"),
    "qin-feng": ("秦峰", "北关街道", "二级科员", "网格员", "prprpprpp"),
    "xu-hui": ("许慧", "北关街道", "一级科员", "网格员", "ppxpppppp"),
    "he-jun": ("何军", "北关街道", "四级主任科员", "网格长", "palppalap"),
    "lv-ting": ("吕婷", "北关街道", "二级科员", "网格员", "pppppbppp"),
}
WHYS = {"m": "签到表上有本人签名，断网未能入会"}
