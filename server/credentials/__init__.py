"""Credentials 证书: what the school vouches for, and what it takes from other schools."""
