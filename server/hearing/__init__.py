"""The speech model of the installation: whether it is there, on its way, or what is missing."""
