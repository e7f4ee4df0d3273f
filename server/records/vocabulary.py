"""The words of our statements: verbs, kinds of activities and extensions of published profiles.

Virtual classroom: https://w3id.org/xapi/virtual-classroom (Gaia-X DASES), video:
https://w3id.org/xapi/video, verbs of ADL and of Activity Streams, badges of the Open Badges
community. We add none of our own.
"""

from dataclasses import dataclass
from typing import Any

CLASSROOM = "https://w3id.org/xapi/virtual-classroom"
VIDEO = "https://w3id.org/xapi/video"
ADL = "https://w3id.org/xapi/adl"
ACROSSX = "https://w3id.org/xapi/acrossx"
BADGES = "http://activitystrea.ms/schema/"
TINCAN = "https://w3id.org/xapi/tincan"

_ADL_VERB = "http://adlnet.gov/expapi/verbs/"
_ADL_TYPE = "http://adlnet.gov/expapi/activities/"


@dataclass(frozen=True, slots=True)
class Verb:
    """What somebody did, with its words."""

    id: str
    zh: str
    en: str

    def as_json(self) -> dict[str, Any]:
        """As a statement has it."""
        return {"id": self.id, "display": {"zh-CN": self.zh, "en-US": self.en}}


INITIALIZED = Verb(_ADL_VERB + "initialized", "开始了", "initialized")
TERMINATED = Verb(_ADL_VERB + "terminated", "结束了", "terminated")
COMPLETED = Verb(_ADL_VERB + "completed", "完成了", "completed")
ANSWERED = Verb(_ADL_VERB + "answered", "回答了", "answered")
ASKED = Verb(_ADL_VERB + "asked", "提问了", "asked")
COMMENTED = Verb(_ADL_VERB + "commented", "批注了", "commented")
INTERACTED = Verb(_ADL_VERB + "interacted", "举手了", "interacted")
ATTENDED = Verb(_ADL_VERB + "attended", "出席了", "attended")
REGISTERED = Verb(_ADL_VERB + "registered", "报名了", "registered")
VOIDED = Verb(_ADL_VERB + "voided", "撤销了", "voided")
JOINED = Verb("http://activitystrea.ms/join", "进入了", "joined")
LEFT = Verb("http://activitystrea.ms/leave", "离开了", "left")
POSTED = Verb(ACROSSX + "/verbs/posted", "发言了", "posted")
EARNED = Verb("http://id.tincanapi.com/verb/earned", "获得了", "earned")

LESSON = CLASSROOM + "/activity-types/virtual-classroom"
RECORDING = VIDEO + "/activity-type/video"
QUESTION = _ADL_TYPE + "question"
INTERACTION = _ADL_TYPE + "cmi.interaction"
COURSE = _ADL_TYPE + "course"
REHEARSAL = _ADL_TYPE + "simulation"
PROFILE = _ADL_TYPE + "profile"
MESSAGE = ACROSSX + "/activities/message"
BADGE = "http://activitystrea.ms/schema/1.0/badge"

SESSION = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
PLANNED = "http://id.tincanapi.com/extension/planned-duration"
HAND_RAISED = CLASSROOM + "/extensions/hand-raised"
VIDEO_SESSION = VIDEO + "/extensions/session-id"
VIDEO_LENGTH = VIDEO + "/extensions/length"
VIDEO_TIME = VIDEO + "/extensions/time"
VIDEO_PROGRESS = VIDEO + "/extensions/progress"
VIDEO_PLAYED = VIDEO + "/extensions/played-segments"
BADGE_ASSERTION = "http://specification.openbadges.org/xapi/extensions/badgeassertion"


@dataclass(frozen=True, slots=True)
class Told:
    """What one subject writes: `word` is a locale key, `profile` the published profile."""

    word: str
    verbs: tuple[Verb, ...]
    type: str
    profile: str


EVERYTHING = (
    Told("statements.class", (INITIALIZED, JOINED, LEFT, TERMINATED), LESSON, CLASSROOM),
    Told("statements.hand", (INTERACTED,), LESSON, CLASSROOM),
    Told("statements.poll", (ANSWERED,), INTERACTION, CLASSROOM),
    Told("statements.chat", (POSTED,), MESSAGE, CLASSROOM),
    Told("statements.asked", (ASKED,), QUESTION, ADL),
    Told("statements.attendance", (ATTENDED,), LESSON, ADL),
    Told("statements.recording", (INITIALIZED, TERMINATED, COMPLETED), RECORDING, VIDEO),
    Told("statements.quiz", (ANSWERED,), INTERACTION, ADL),
    Told("statements.comment", (COMMENTED,), LESSON, ADL),
    Told("statements.course", (REGISTERED,), COURSE, ADL),
    Told("statements.brought", (ASKED,), QUESTION, ADL),
    Told("statements.rehearsal", (COMPLETED,), REHEARSAL, ADL),
    Told("statements.badge", (EARNED,), BADGE, BADGES),
)
