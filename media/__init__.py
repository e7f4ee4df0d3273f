"""Packets, recordings, words and pictures. Knows no database and no pages."""
