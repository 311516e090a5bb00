"""The data sets of bench/ann as f32 arrays, and their true answers."""

import gzip
import os

import numpy

# name: base, queries, distance, whether rows are normalised after loading
FILES = {
    "fashion": ("fashion-train.npy.gz", "fashion-test.npy.gz", "Euclid", False),
    "lsi": ("lsi100-base-f16.npy", "lsi100-query.npy", "Cosine", True),
    "sift200": ("sift128-base-200k-u8.npy", "sift128-query-5k-u8.npy", "Euclid", False),
    "gloss": ("gloss384-base-i8.npy", "gloss384-query-i8.npy", "Cosine", True),
}
QUERIES_AT_ONCE = 100


def load_array(path, normalised):
    opened = gzip.open if path.endswith(".gz") else open
    with opened(path, "rb") as file:
        array = numpy.load(file).astype(numpy.float32)
    if normalised:
        array /= numpy.linalg.norm(array, axis=1, keepdims=True)
    return numpy.ascontiguousarray(array)


def load(folder, name, queries_max):
    """(vectors, queries, distance)"""
    base, queries, distance, normalised = FILES[name]
    return (load_array(os.path.join(folder, base), normalised),
            load_array(os.path.join(folder, queries), normalised)[:queries_max], distance)


def squared(vectors, query):
    """Of some vectors to one query. Order by it is the order by cosine for normalised rows."""
    apart = vectors - query
    return numpy.einsum("ij,ij->i", apart, apart, dtype=numpy.float64)


def furthest_true(vectors, queries, k):
    """The squared distance of each query's k-th nearest vector."""
    norms = numpy.einsum("ij,ij->i", vectors, vectors)
    out = numpy.empty(len(queries))
    for first in range(0, len(queries), QUERIES_AT_ONCE):
        part = queries[first:first + QUERIES_AT_ONCE]
        near = numpy.argpartition(norms[None] - 2 * part @ vectors.T, 2 * k, axis=1)[:, :2 * k]
        for i, candidates in enumerate(near):
            exact = numpy.sort(squared(vectors[candidates], part[i]))
            out[first + i] = exact[k - 1]
    return out


def recall(vectors, queries, truth, ids):
    """By distance: an answer counts when it is as near as the k-th, relative 1e-5."""
    right = 0
    for query, limit, found in zip(queries, truth, ids):
        found = found[found < len(vectors)].astype(numpy.int64)
        # Distances are roots: 1e-5 of one is 2e-5 of its square.
        right += int((squared(vectors[found], query) <= limit * (1 + 2e-5)).sum())
    return right / ids.size
