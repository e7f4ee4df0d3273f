"""English: what the measures listen for. Lower case, no punctuation, words parted by one space."""

HESITATIONS = ("um", "uh", "uhm", "erm", "er", "hmm", "mm")
HABITS = ("you know", "i mean", "like", "okay so", "so yeah", "right so")
SOFTENERS = (
    "kind of", "sort of", "maybe", "perhaps", "i guess", "probably", "basically", "actually",
)  # fmt: skip

# "like" is a filler only where neither a verb's subject stands before it nor a comparison follows.
LIKE = "like"
_NOT_BEFORE_LIKE = """
    i you we they he she it would 'd i'd you'd we'd they'd he'd she'd do don't did didn't to
    looks look looked looking feels feel felt sounds sound seems seem something anything nothing
    more much just not really what's is are was were be things stuff people who that's it's
"""
NOT_BEFORE_LIKE = frozenset(_NOT_BEFORE_LIKE.split())

TAGS = (
    "right", "okay", "correct", "isn't it", "aren't they", "aren't we", "doesn't it",
    "don't they", "don't you", "didn't we", "won't it", "wouldn't it", "is that right",
    "does that make sense", "make sense", "yeah", "you see", "sound good", "alright",
    "all right",
)  # fmt: skip
LONE_TAGS = ("make sense", "does that make sense", "sound good", "is that right")
AUXILIARIES = (
    "is", "are", "was", "were", "am", "do", "does", "did", "can", "could", "will", "would",
    "should", "shall", "may", "has", "have", "had", "isn't", "aren't", "wasn't", "weren't",
    "don't", "doesn't", "didn't", "can't", "couldn't", "won't", "wouldn't", "shouldn't",
    "hasn't", "haven't",
)  # fmt: skip
INVERTED = ("do", "does", "did", "would", "could", "should", "can", "will")  # after an open word
SUBJECTS = (
    "i", "you", "we", "they", "he", "she", "it", "there", "this", "that", "these", "those",
    "anyone", "anybody", "everyone", "everybody", "someone", "any", "your", "the", "a",
)  # fmt: skip
OPEN_WORDS = (
    "what", "what's", "why", "how", "how's", "who", "who's", "whom", "whose", "where",
    "where's", "when", "which",
)  # fmt: skip
OPEN_PHRASES = (
    "how many", "how much", "how long", "how come", "how about", "what about", "what kind",
    "what else", "why not", "what if", "anything else", "any ideas",
)  # fmt: skip
INVITATIONS = (
    "think about", "take a moment", "discuss", "can anyone", "any ideas", "any questions",
)  # fmt: skip
LEADS = (
    "if", "suppose", "imagine", "so", "now", "okay", "and", "but", "well", "then", "alright",
    "all", "right", "yeah", "good", "great", "perfect", "or", "um", "uh", "oh", "cool",
)  # fmt: skip
STARTS = (
    "so", "and", "but", "now", "then", "because", "i", "we", "you", "the", "it", "okay",
    "first", "next", "finally", "there", "this", "that",
)  # fmt: skip
HIGHER = (
    "why", "how would", "how could", "how do you", "how can", "what if", "compare",
    "difference", "relationship", "explain", "evaluate", "justify", "what would happen",
    "do you think", "in your view", "imagine", "suppose", "predict", "how come", "what makes",
)  # fmt: skip

TRANSITIONS = (
    "next", "now let's", "let's move", "first", "second", "finally", "moving on", "let us",
)  # fmt: skip
OPENINGS = (
    "good morning",
    "welcome",
    "today we",
    "objectives",
    "last time",
    "last week",
)  # of a lesson
ACTIVITY_CUES = {
    "lecture": ("definition", "is defined", "concept", "means"),
    "discussion": ("discuss", "in pairs", "in groups", "share"),
    "practice": ("exercise", "practice", "try it", "work on"),
    "case": ("case", "example", "for instance", "story"),
    "question": ("any questions", "ask me", "questions", "think about", "what do you think"),
    "summary": (
        "to sum up", "in summary", "summarise", "summarize", "recap", "finally", "homework",
        "thank you",
    ),
    "other": (),
}  # fmt: skip

REPEATED_ON_PURPOSE = frozenset(
    (
        "very",
        "really",
        "no",
        "yes",
        "bye",
        "that",
        "had",
        "is",
        "more",
        "many",
        "so",
        "far",
        "okay",
        "ha",
        "knock",
    )
)
RESTARTS = ("i mean", "sorry", "let me rephrase", "what i meant")

_STOP = """
    a about above after again all also am an and any are aren't as at be because been before
    being below between both but by can can't cannot could couldn't did didn't do does doesn't
    doing don't down during each even few for from further get go going gonna got had has have
    having he her here hers him his how i i'm i've i'll i'd if in into is isn't it it's its just
    know let let's like make many me more most much my no nor not now of off okay on once one
    only or other our ours out over own really right said same say see she should so some such
    take than that that's the their them then there there's these they they're thing things this
    those through to too two under until up very want was we we'll we're we've well were what
    what's when where which while who whom why will with would yeah yes you you'll you're you've
    your yours um uh
"""
STOP_WORDS = frozenset(_STOP.split())
