# SPDX-License-Identifier: ISC
"""Turns samples into the table: medians, and the ratio of Breakwater to the best peer and to the floor."""

from statistics import median

from rows import ROWS
from servers import SERVERS

PEERS = [name for name in SERVERS if name not in ("breakwater", "bare")]
FULL = 0.95
NOTE = "* the load generator was full: the server could have done more"


def medians(figure, samples):
    """{server: median of the figure} for the servers that have samples with a value."""
    values = {server: median(map(figure.value, taken)) for server, taken in samples.items() if taken}
    return {server: value for server, value in values.items() if value > 0}


def best_peer(figure, values):
    found = [values[peer] for peer in PEERS if peer in values]
    return (max if figure.is_more_better else min)(found) if found else None


def ratio(values, other):
    ours = values.get("breakwater")
    return f"{ours / other:.2f}" if ours and other else "–"


def is_generator_full(samples):
    return median(s["client_us"] / s["seconds"] / 1e6 / s.get("threads", 1) for s in samples) > FULL


def cell(figure, values, taken, server):
    if server not in values:
        return "–"
    is_marked = figure.is_more_better and is_generator_full(taken)
    return figure.text(values[server]) + ("*" if is_marked else "")


def lines(results, servers):
    """Yields the cells of each line: title, a cell for each server, ratio to the best peer, ratio to bare."""
    for row, samples in results.items():
        for index, figure in enumerate(ROWS[row].figures):
            values = medians(figure, samples)
            cells = [cell(figure, values, samples[server], server) for server in servers]
            title = figure.title if index == 0 else "· " + figure.title
            yield [title, *cells, ratio(values, best_peer(figure, values)), ratio(values, values.get("bare"))]


def head(servers):
    return ["", *(SERVERS[server].title for server in servers), "÷ best peer", "÷ bare"]


def as_text(results, servers):
    table = [head(servers), *lines(results, servers)]
    widths = [max(map(len, column)) for column in zip(*table)]
    rows = ["  ".join([line[0].ljust(widths[0]), *map(str.rjust, line[1:], widths[1:])]).rstrip() for line in table]
    return with_note("\n".join(rows) + "\n")


def as_markdown(results, servers):
    def join(cells):
        return "| " + " | ".join(cells) + " |"

    rule = ["---"] + ["---:"] * (len(servers) + 2)
    return with_note("\n".join([join(head(servers)), join(rule), *map(join, lines(results, servers))]) + "\n")


def with_note(text):
    return text + f"\n{NOTE}\n" if "*" in text else text
