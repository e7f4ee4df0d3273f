"""Forms that ship as examples: schools change them, or make their own.

The sheet for trial lessons has words only; the five-item form is the one with 20 points an item.
Its bands are printed on it so that two people mean the same by a number.
"""

from server.rubrics.form import Form, Grade, Item

_ZH_BANDS = (
    Grade("优", 18, 20, "全程做到，可以示范"),
    Grade("良", 15, 17, "大部分做到，有小的不足"),
    Grade("中", 12, 14, "部分做到，有明显不足"),
    Grade("需改进", 0, 11, "还没有做到"),
)
_EN_BANDS = (
    Grade("Excellent", 18, 20, "Throughout; could be shown to others"),
    Grade("Good", 15, 17, "Mostly, with small gaps"),
    Grade("Fair", 12, 14, "In part, with clear gaps"),
    Grade("To improve", 0, 11, "Not yet"),
)
_ZH_LEVELS = (Grade("需要再改"), Grade("基本到位"), Grade("到位"))
_EN_LEVELS = (Grade("Needs work"), Grade("Mostly there"), Grade("There"))


def _five(title: str, hint: str, items: tuple[tuple[str, str], ...], zh: bool) -> Form:
    bands = _ZH_BANDS if zh else _EN_BANDS
    made = (Item(f"f{n}", name, about, grades=bands) for n, (name, about) in enumerate(items, 1))
    return Form(title, hint, "zh" if zh else "en", "sum", tuple(made))


def _trial(
    title: str, hint: str, items: tuple[tuple[str, str], ...], advice: tuple[str, str], zh: bool
) -> Form:
    levels = _ZH_LEVELS if zh else _EN_LEVELS
    made = [
        Item(f"t{n}", name, about, "levels", grades=levels)
        for n, (name, about) in enumerate(items, 1)
    ]
    made.append(Item("advice", *advice, "words"))
    return Form(title, hint, "zh" if zh else "en", "none", tuple(made))


EXAMPLES: dict[str, dict[str, Form]] = {
    "zh": {
        "five": _five(
            "课堂教学评价表（五项）",
            "每项 20 分，合计 100 分。先看完整堂课再打分，请在备注里写下依据的片段。",
            (
                ("现实针对性", "紧扣当前形势和学员的工作实际，回应学员真正关心的问题"),
                ("理论性", "观点正确，原理讲得准、讲得透，有学理支撑"),
                ("信息量", "内容充实，材料新、准、有出处，与主题相关"),
                ("语言表达", "语言准确、清楚、有条理，语速合适，学员听得进"),
                ("教风教态", "备课充分，态度认真，仪态大方，与学员有交流"),
            ),
            True,
        ),
        "trial": _trial(
            "试讲记录表",
            "逐项看，不打总分。哪里好、哪里要改，请指到具体的时间点。",
            (
                ("选题", "题目明确，学员需要，大小合适"),
                ("教学目标", "学完能做什么，说得清、够得着"),
                ("重点与难点", "抓得准，难点有办法讲透"),
                ("教学步骤", "环节清楚，时间分配合理，前后衔接"),
                ("案例", "真实、贴切、讲得完整，能说明观点"),
                ("提问", "问得出思考，给足时间，回应到位"),
                ("阅读材料", "课前课后读什么，有用、读得完"),
            ),
            ("改进建议", "下一次试讲最先改的一两件事"),
            True,
        ),
    },
    "en": {
        "five": _five(
            "Lesson review in five items",
            "20 points an item, 100 in all. Watch the whole lesson first; note the moments you "
            "go by.",
            (
                ("Relevance", "Close to the trainees' work and to what they really ask"),
                ("Theory", "Sound, exact, and explained down to its reasons"),
                ("Substance", "Rich in material that is new, accurate, sourced and to the point"),
                ("Language", "Exact, clear, in order, at a pace one can follow"),
                ("Manner", "Well prepared, serious, at ease, in contact with the class"),
            ),
            False,
        ),
        "trial": _trial(
            "Trial lesson sheet",
            "Item by item, without a total. Point to the moment for what is good and what is not.",
            (
                ("Topic", "Clear, needed by the trainees, of the right size"),
                ("Aims", "What they can do afterwards, said clearly and within reach"),
                ("Key and difficult points", "Well chosen, with a way through the difficult ones"),
                ("Steps", "Clear parts, sensible timing, one leads to the next"),
                ("Cases", "Real, fitting, told to the end, and they prove the point"),
                ("Questions", "They make people think; there is time, and a response"),
                ("Reading", "Before and after class: useful, and can be finished"),
            ),
            ("Advice", "The one or two things to change first next time"),
            False,
        ),
    },
}
