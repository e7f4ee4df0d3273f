"""A small plot for a terminal."""

WIDTH = 40


def bars(rows: list[dict[str, float]]) -> str:
    """One line for each number of viewers: load as a bar, then the figures."""
    most = max((row["percent_of_core"] for row in rows), default=0) or 1
    lines = [
        "  viewers  packets/s  % of a core                                 µs per packet  lost"
    ]
    for row in rows:
        bar = "█" * max(1, round(WIDTH * row["percent_of_core"] / most))
        lines.append(
            f"  {row['viewers']:7.0f}  {row['packets_per_s']:9.0f}  "
            f"{row['percent_of_core']:5.1f} {bar:{WIDTH}} {row['us_per_packet']:6.2f}"
            f"  {100 * row['lost']:10.2f} %"
        )
    return "\n".join(lines)
