"""Finds questions in clauses by their wording alone; question marks are never looked at."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from types import ModuleType
from typing import Literal

from rehearsal.alike import sound_of
from rehearsal.lexicon import en, zh
from rehearsal.text import Clause, split_units

Kind = Literal["open", "closed", "tag"]

_JOINED = 0.8  # s between two interrogative clauses that are one question
_LEAD = 0.5  # s between a question and the clause that leads into it
_INVITED = 12.0  # s an invitation to think lasts
_WAITED = 2.0  # s of silence after which an invited clause was a question


@dataclass(frozen=True, slots=True)
class Question:
    """One question: seconds [start, end), words as heard, its kind, and what it asks for."""

    start: float
    end: float
    text: str
    kind: Kind
    higher: bool  # asks for more than recall


def questions(clauses: Sequence[Clause], language: str) -> list[Question]:
    """The questions among `clauses`, in order; neighbouring interrogative clauses are one."""
    kind_of = _kind_zh if language == "zh" else _kind_en
    lexicon = zh if language == "zh" else en
    found: list[Question] = []
    for index, clause in enumerate(clauses):
        for piece in _pieces(clause, language):
            before = clauses[index - 1] if index and piece.start == clause.start else None
            led = before is not None and piece.start - before.end < _JOINED
            kind = kind_of(piece.text, led) or _invited(clauses, index, lexicon.INVITATIONS)
            if kind is None:
                continue
            last = found[-1] if found else None
            if last is not None and piece.start - last.end < _JOINED and kind != "closed":
                text = f"{last.text} {piece.text}"
                joined = last.kind if last.kind != "closed" or kind == "tag" else kind
                found[-1] = Question(
                    last.start, piece.end, text, joined, last.higher or _higher(text, language)
                )
                continue
            start, text = _with_lead(clauses, index, piece, kind, lexicon)
            found.append(Question(start, piece.end, text, kind, _higher(text, language)))
    return found


def _pieces(clause: Clause, language: str) -> list[Clause]:
    """The clause, cut after a tag and before the sentence that plainly follows it."""
    if language == "en":
        return [clause]
    units, text = clause.units, "".join(unit.text for unit in clause.units)
    if len(text) != len(units):  # Latin words among them: positions differ
        return [clause]
    for tag in zh.TAGS:
        end = text.find(tag, 2) + len(tag)
        if end >= len(tag) + 2 and text[end:].startswith(zh.STARTS):
            return [Clause(units[:end]), Clause(units[end:])]
    return [clause]


def _kind_zh(text: str, led: bool) -> Kind | None:
    plain = text.replace(" ", "")
    if _is_tag(plain, led):
        return "tag"
    open_word = _asking_word(plain)
    if open_word is not None and not _embedded(plain, open_word):
        return "open"
    if plain.endswith("呢") and 2 <= len(plain) <= 6 and not plain.startswith("还"):
        return "open"
    if plain.endswith(zh.CLOSED_ENDS[0]):
        return "closed"
    if plain.endswith(zh.CLOSED_ENDS[1:]) and not plain.endswith(zh.NOT_CLOSED_ENDS):
        return "closed" if len(plain) > 3 else None
    if _a_not_a(plain) and not _embedded(plain, len(plain)):
        return "closed"
    if any(word in plain for word in zh.WONDERING):
        return "closed"
    if zh.CHOICE in plain[1:-1] and any(word in plain for word in ("是", "要")) and "你" in plain:
        return "closed"
    return None


def _is_tag(plain: str, led: bool) -> bool:
    """Ends in a tag, by writing or by sound (对不对 is often heard as 对部队)."""
    for tag in zh.TAGS:
        enough = len(plain) >= len(tag) + 2 or (led and len(plain) == len(tag))
        if enough and plain.endswith(tag):
            return True
        if enough and tag[1] == "不" and _sounds(plain[-len(tag) :]) == _sounds(tag):
            return True
    return False


def _sounds(text: str) -> tuple[str, ...]:
    return tuple(sound_of(unit) for unit in split_units(text))


def _asking_word(plain: str) -> int | None:
    """Where an open question's word stands, if one asks."""
    if any(word in plain for word in zh.WHICHEVER):
        return None
    for phrase in zh.NOT_ASKING:
        plain = plain.replace(phrase, "□" * len(phrase))
    places = [plain.find(word) for word in zh.OPEN_WORDS if word in plain]
    return min(places) if places else None


def _embedded(plain: str, at: int) -> bool:
    """Is what stands at `at` the object of a statement, as in 说明什么是网格?"""
    head = plain[:at]
    told = max((head.rfind(verb) for verb in zh.EMBEDDING), default=-1)
    asked = any(word in plain[:at] for word in zh.ASKED_OF)
    return told >= 0 and not asked and not plain.endswith(("呢", "吗"))


def _a_not_a(plain: str) -> bool:
    """A不A or 有没有, as in 是不是, 能不能, 同不同意."""
    for middle in range(1, len(plain) - 1):
        around = plain[middle - 1], plain[middle + 1]
        if plain[middle] == "不" and around[0] == around[1]:
            return True
        if plain[middle] == "没" and around == ("有", "有"):
            return True
    return False


def _kind_en(text: str, led: bool) -> Kind | None:
    words = text.split()
    while len(words) > 2 and words[0] in en.LEADS:
        words = words[1:]
    text = " ".join(words)
    for tag in en.TAGS:
        if text.endswith(f" {tag}") and len(words) >= len(tag.split()) + 2:
            return "tag"
        if text == tag and (tag in en.LONE_TAGS or (led and tag == "right")):
            return "tag"
    if _open_en(words):
        return "open"
    if len(words) > 3 and words[-2] == "or":
        return "closed"
    for place in range(len(words) - 1):
        if words[place] in en.AUXILIARIES and words[place + 1] in en.SUBJECTS:
            if words[place : place + 2] == ["have", "a"]:
                continue
            if place == 0:
                return "closed"
            if words[place - 1] in en.OPEN_WORDS:
                return "open"
    return None


def _open_en(words: list[str]) -> bool:
    text = " ".join(words)
    if not words or words[0] not in en.OPEN_WORDS:
        pairs = pairwise(words)
        asks = any(one in en.OPEN_WORDS and two in en.INVERTED for one, two in pairs)
        return asks or any(f" {phrase} " in f" {text} " for phrase in en.OPEN_PHRASES)
    if text.startswith(en.OPEN_PHRASES) or words[0] in ("why", "what's", "how's", "who's"):
        return True
    if words[0] in ("when", "where", "how"):
        return any(word in en.AUXILIARIES for word in words[1:3])
    return words[0] != "which" or (len(words) > 1 and words[1] not in en.AUXILIARIES)


def _invitation(clauses: Sequence[Clause], index: int, invitations: tuple[str, ...]) -> int | None:
    """The clause, in one breath with this one, in which the class is asked to think."""
    for place in range(index, -1, -1):
        if place < index and clauses[place + 1].start - clauses[place].end >= _JOINED:
            return None
        if clauses[index].end - clauses[place].start > _INVITED:
            return None
        if any(word in clauses[place].text for word in invitations):
            return place
    return None


def _invited(clauses: Sequence[Clause], index: int, invitations: tuple[str, ...]) -> Kind | None:
    """Open, if the class was asked to think and then given time: a misheard word may be missing."""
    last = index + 1 >= len(clauses)
    if last or clauses[index + 1].start - clauses[index].end < _WAITED:
        return None
    return "open" if _invitation(clauses, index, invitations) is not None else None


def _with_lead(
    clauses: Sequence[Clause], index: int, piece: Clause, kind: Kind, lexicon: ModuleType
) -> tuple[float, str]:
    """Where the question begins and reads, with what leads into it (如果你是网格员 …)."""
    if piece.start != clauses[index].start:
        return piece.start, piece.text
    first = index
    invitation = _invitation(clauses, index, lexicon.INVITATIONS)
    before = clauses[index - 1] if index else None
    if invitation is not None:
        first = invitation
    elif before is not None and piece.start - before.end <= _LEAD:
        leads = kind == "open" and before.text.startswith(lexicon.LEADS)
        first = index - 1 if leads or piece.text in lexicon.TAGS else index
    texts = [clause.text for clause in clauses[first:index]]
    return clauses[first].start, " ".join([*texts, piece.text])


def _higher(text: str, language: str) -> bool:
    if language == "zh":
        return any(cue in text for cue in zh.HIGHER)
    return any(f" {cue} " in f" {text} " for cue in en.HIGHER)
