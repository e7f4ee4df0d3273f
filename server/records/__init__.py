"""Learning records 学习档案: what a person did, what it supports, and what comes next."""
