"""Which questions were asked? Found by wording; recognisers leave question marks out."""

from rehearsal.asking import questions
from rehearsal.lexicon import VERSION
from rehearsal.measures import Clip, Measure, Reference
from rehearsal.spans import left_out
from rehearsal.take import Take
from rehearsal.text import clauses, kept, per_minute


def measure(take: Take) -> Measure | None:
    """Value: questions per recorded minute; each is a clip with its words and its kind."""
    heard = clauses(take)
    if not heard:
        return None
    asked = questions(heard, take.language)
    higher = sum(question.higher for question in asked if question.kind != "tag")
    asking = sum(question.kind != "tag" for question in asked)
    return Measure(
        value=per_minute(len(asked), take),
        unit="1/min",
        parts={
            "count": len(asked),
            **{
                kind: sum(question.kind == kind for question in asked)
                for kind in ("open", "closed", "tag")
            },
            "higher_order": higher,
            "recall": asking - higher,
            "list": [
                {
                    "start": question.start,
                    "end": question.end,
                    "text": question.text,
                    "kind": question.kind,
                    "order": "higher" if question.higher else "recall",
                }
                for question in asked
            ],
        },
        reference=Reference("Gall 1984", low=1, high=3) if take.language == "en" else None,
        clips=tuple(Clip(asked.start, asked.end, asked.text, asked.kind) for asked in asked),
        excluded=left_out(take),
        confidence=0.7,
        kept={**kept(take), "lexicon": VERSION},
    )
