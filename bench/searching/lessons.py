"""A school with a thousand hours of lessons that nobody gave, the same every time."""

import random
from dataclasses import dataclass
from datetime import timedelta

from server import app
from server.accounts.person import Person, RoleGrant
from server.courses.cohort import Cohort, CohortMember
from server.courses.course import Course, CourseCohort, CourseStaff
from server.lessons.lesson import Lesson
from server.recordings.recording import Recording
from server.search.documents import Document
from server.store.database import Database, new_id, now

__all__ = ["School", "app", "documents", "school"]  # the app knows every subject's tables

COHORTS = 10
LINES, SLIDES, MESSAGES, QUESTIONS = 600, 30, 60, 6  # of an hour
ENGLISH = 5  # one lesson in so many


def _words(text: str, between: str | None = None) -> list[str]:
    return text.split(between)


TOPICS = _words(
    "基层治理 乡村振兴 网格管理 依法行政 群众路线 党建引领 数据共享 社区服务 矛盾调解 应急管理 "
    "财政预算 政务窗口 公共卫生 生态保护 营商环境 干部考核 民主协商 信访工作 城市更新 粮食安全"
)
NOUNS = _words(
    "党建 治理 学习 社区 群众 矛盾 预算 窗口 干部 问题 工作 制度 政策 服务 责任 任务 方法 "
    "经验 案例 数据 平台 街道 居民 村委会 书记 流程 会议 报告 调查 研究 发展 改革 安全 环境 "
    "教育 医疗 交通 水利 土地 法律 规定 程序 权利 义务 监督 考核 目标 措施 资金 项目 企业 市场 "
    "技术 人才 文化 思想 理论 实践 作风 纪律"
)
VERBS = _words(
    "要 讲 看 做 抓 推进 落实 加强 完善 解决 学习 研究 理解 掌握 分析 处理 协调 组织 宣传 发动 "
    "依靠 服务 管理 调解 联系 走访 发现 上报 反馈 总结 提高 改进 建立 健全 坚持 把握"
)
FRAMES = _words(
    "我们{v}{n}的时候，首先要{v}{n}。|大家想一想，{n}和{n}是什么关系？|所以说{t}离不开{n}。|"
    "{n}的{n}，要靠{v}。|这个{n}呢，就是{v}{n}的一种{n}。|好，接下来我们看{n}。|嗯，这里有一个{n}。|"
    "有的同志说，{n}很难{v}，其实不是。|{t}的主要职责是{v}{n}。|为人民服务的宗旨，就在{n}里面。|"
    "你所在的{n}，遇到{n}先找谁？|一方面{v}{n}，另一方面{v}{n}。|网格化管理的主要职责，是{v}{n}。|"
    "5G网络到了{n}，{n}就快了。|对，就是这样。|请看屏幕上的{n}。",
    "|",
)
ENGLISH_WORDS = _words(
    "governance energy work budget village service community policy public people law problem plan "
    "data teacher water land school health road market report study question system rule right "
    "duty office force body motion height mass pendulum speed conservation potential kinetic"
)
ENGLISH_FRAMES = _words(
    "So the {w} of the {w} is what we call the {w}. |Now let us look at the {w} and its {w}. |"
    "Running a village means working with {w} and {w}. |What if the {w} changes the {w}? |"
    "Budgets are {w} made into numbers. |That is good public service, and about {w}. |Yes. |"
    "You see the {w} here, and there is no {w} left. |I want to come back to the {w}. ",
    "|",
)


@dataclass(frozen=True)
class School:
    """Who asks, and the sources there are."""

    supervisor: Person
    trainee: Person
    sources: list[str]


async def school(database: Database, hours: int) -> School:
    """A lesson of an hour for each source; each cohort takes two courses of twenty."""
    people = [_person("supervisor"), _person("trainee"), _person("teacher")]
    cohorts = [Cohort(id=new_id(), name=f"{number + 1}班") for number in range(COHORTS)]
    courses = [Course(id=new_id(), title=topic) for topic in TOPICS]
    recordings = [
        Recording(id=new_id(), owner_id=people[2].id, kind="lesson", state="ready", duration=3600)
        for _ in range(hours)
    ]
    async with database.session() as session:
        session.add_all([*people, *cohorts, *courses])
        await session.flush()
        session.add_all(recordings)
        session.add(CohortMember(cohort_id=cohorts[0].id, person_id=people[1].id))
        for number, course in enumerate(courses):
            session.add(CourseStaff(course_id=course.id, person_id=people[2].id))
            session.add(CourseCohort(course_id=course.id, cohort_id=cohorts[number % COHORTS].id))
        await session.flush()
        for number, recording in enumerate(recordings):
            starts = now() - timedelta(days=number)
            session.add(
                Lesson(
                    course_id=courses[number % len(courses)].id,
                    title=f"第{number + 1}讲",
                    starts_at=starts,
                    minutes=60,
                    recording_id=recording.id,
                    ended_at=starts + timedelta(hours=1),
                )
            )
    return School(people[0], people[1], [recording.id for recording in recordings])


def _person(role: str) -> Person:
    person = Person(id=new_id(), login=role, name=role, password_hash="", language="zh")
    person.grants = [RoleGrant(role=role)]
    return person


def documents(number: int) -> list[Document]:
    """Everything of the lesson of this number."""
    chance = random.Random(number)
    topic = TOPICS[number % len(TOPICS)]
    write = _english if number // len(TOPICS) % ENGLISH == 1 else _chinese
    made = [Document("title", 0.0, f"{topic} 第{number + 1}讲")]
    for part, how_many, sentences in (
        ("said", LINES, 1),
        ("slide", SLIDES, 3),
        ("chat", MESSAGES, 1),
        ("question", QUESTIONS, 1),
        ("chapter", 8, 1),
    ):
        for at in range(how_many):
            words = "".join(write(chance, topic) for _ in range(sentences))
            made.append(Document(part, at * 3600 / how_many, words, person="林老师"))
    return made


def _chinese(chance: random.Random, topic: str) -> str:
    said = chance.choice(FRAMES)
    while "{" in said:
        at = said.index("{")
        kind = said[at + 1]
        word = topic if kind == "t" else _frequent(chance, NOUNS if kind == "n" else VERBS)
        said = said[:at] + word + said[at + 3 :]
    return said


def _english(chance: random.Random, topic: str) -> str:
    said = chance.choice(ENGLISH_FRAMES)
    while "{w}" in said:
        said = said.replace("{w}", _frequent(chance, ENGLISH_WORDS), 1)
    return said


def _frequent(chance: random.Random, words: list[str]) -> str:
    """Early words come more often, as words do (Zipf)."""
    return words[int(len(words) ** chance.random()) - 1]
