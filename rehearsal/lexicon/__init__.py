"""Words the measures listen for, by language. Bump VERSION when a list changes."""

VERSION = "1"
