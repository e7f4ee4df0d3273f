"""Words the measures listen for, by language. Bump VERSION when a list changes."""

from rehearsal.lexicon import en, zh

VERSION = "1"
BY_LANGUAGE = {"zh": zh, "en": en}
