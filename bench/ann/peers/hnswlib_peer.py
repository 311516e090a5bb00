"""hnswlib, from its package, compiled with -O3 -march=native by tools/dev/bench.sh."""

import hnswlib


class Hnswlib:
    name = "hnswlib"
    efforts = (10, 14, 20, 28, 40, 56, 80, 112, 160, 224, 320)

    def __init__(self, dim, distance):
        self.index = hnswlib.Index(space="cosine" if distance == "Cosine" else "l2", dim=dim)
        self.index.set_num_threads(1)

    def build(self, vectors):
        self.index.init_index(max_elements=len(vectors), M=16, ef_construction=200)
        self.index.add_items(vectors, num_threads=1)

    def batch(self, queries, k, effort):
        self.index.set_ef(effort)
        return self.index.knn_query(queries, k=k, num_threads=1)[0]

    def close(self):
        self.index = None
