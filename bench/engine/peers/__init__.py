"""The engines that bench/engine compares, one module each, loaded in a process of its own.

A peer is a class with
  name                            as in the rows of the result
  version()                       of the package
  queries_max                     of one measurement; less for an engine that scans
  upserts, writer_upserts         how many single ones a measurement does
  Peer(folder, dim, settings)     settings: what run.py was given for this engine
  create()                        an empty database with the payload indexes of gloss.py
  open()                          one that was closed
  prepare(ids, vectors, texts)    what a caller has in hand before the write; not timed
  upsert(batch)                   one durable commit
  upsert_each(batch)              one durable commit a row; returns nanoseconds of each
  writers(batch, threads)         the same from several threads; (how, nanoseconds of each)
  delete(ids)                     one durable commit
  settle()                        until the indexes are as good as they get
  read_each(ids)                  the payload of each, one call a row; returns bytes or rows seen
  prepare_searches(queries, k, filter, repeat)
                                  what a caller has in hand before the searches, all of them `repeat`
                                  times; filter is (field, value) or None; not timed
  search_each(searches, stop)     one call a query until all are done or stop() says so; (ids of
                                  each, nanoseconds of each)
  close()

Vectors are rows of anything with `tobytes`, `tolist` and an address: numpy arrays, or array.array
for one row, so that opening a database needs no numpy.
"""

NAMES = ("grape", "qdrant-edge", "sqlite-vec")


def load(name):
    """The class. A process loads one engine only, so that what it weighs is that engine."""
    if name == "grape":
        from peers import grape_peer as module
    elif name == "qdrant-edge":
        from peers import qdrant_edge_peer as module
    else:
        from peers import sqlite_vec_peer as module
    return module.Peer
