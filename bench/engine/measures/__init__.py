"""What bench/engine measures, one module for each idea, in the order in which they run.

Each has run(engines, truth, result): it calls every engine in turn and adds rows to the result.
The database that one leaves is what the next one finds.
"""

from measures import concurrency, importing, opening, reads, searches, updates, upserts

ALL = (importing, searches, reads, opening, updates, upserts, concurrency)


def name(part):
    return part.__name__.rpartition(".")[2]
