"""What bench/engine measures, one module for each idea, in the order in which they run.

Each has run(engines, truth, result): it calls every engine in turn and adds rows to the result.
The database that one leaves is what the next one finds.
"""

from measures import concurrency, importing, opening, reads, searches, updates, upserts

# Of single upserts an engine does as many as it gets through, so they come last.
ALL = (importing, searches, reads, opening, updates, concurrency, upserts)


def name(part):
    return part.__name__.rpartition(".")[2]
