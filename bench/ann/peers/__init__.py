"""The engines that bench/ann compares, one module each.

A peer is a class with
  name                          as in the rows of the result
  efforts                       the efforts to measure, ascending
  Peer(dim, distance)           distance: "Cosine" or "Euclid"
  build(vectors)                f32, one row each; ids are row numbers; one thread
  batch(queries, k, effort)     ids, one row a query, by the engine's own batch call; one thread
  close()
and, where it has one, `single(queries, k, effort)`: the same by one call a query.
"""

from peers import grape_peer, hnswlib_peer

Grape = grape_peer.Grape
ALL = (Grape, hnswlib_peer.Hnswlib)
