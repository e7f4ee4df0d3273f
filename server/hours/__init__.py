"""Hours 学时: credit earned, by rules that are data; every line says why."""
