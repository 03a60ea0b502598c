"""Answers the commands of bench/search for other programs' indexes.

    peers.py KIND DATA QUERIES WIDTH

DATA and QUERIES are files of float32, little-endian. The first line of output
tells about the index, then each command gets one: ef N, answers, single
SECONDS, batch SECONDS.
"""
import json
import os
import sys
import time

import numpy as np

K = 5


def build(kind, x):
    """Gives a name, a function of queries that gives the neighbours, and one
    that sets ef."""
    n, width = x.shape
    if kind == "sklearn-brute":
        import sklearn
        from sklearn.neighbors import NearestNeighbors
        index = NearestNeighbors(n_neighbors=K, algorithm="brute", n_jobs=1).fit(x)
        return "sklearn " + sklearn.__version__, lambda q: index.kneighbors(q, return_distance=False), None
    if kind == "hnswlib":
        import hnswlib
        index = hnswlib.Index("l2", width)
        index.init_index(n, M=16, ef_construction=200, random_seed=1)
        index.set_num_threads(1)
        index.add_items(x, num_threads=1)
        return "hnswlib, M 16, efConstruction 200", lambda q: index.knn_query(q, K, num_threads=1)[0], index.set_ef
    import faiss
    faiss.omp_set_num_threads(1)
    name = "faiss " + faiss.__version__ + " "
    if kind == "faiss-flat":
        index = faiss.IndexFlatL2(width)
        name += "IndexFlatL2"
    elif kind == "faiss-hnsw":
        index = faiss.IndexHNSWFlat(width, 32)
        name += "IndexHNSWFlat, M 32"
    elif kind == "faiss-lsh":
        index = faiss.IndexLSH(width, 256)
        name += "IndexLSH, 256 bits"
    else:
        sys.exit("unknown kind " + kind)
    index.add(x)

    def set_ef(ef):
        index.hnsw.efSearch = ef
    return name, lambda q: index.search(q, K)[1], set_ef if kind == "faiss-hnsw" else None


def timed(seconds, count, do):
    done, start = 0, time.perf_counter()
    while True:
        do(done)
        done += count
        took = time.perf_counter() - start
        if took >= seconds:
            return {"queries": done, "seconds": took}


def main():
    kind, data, queries, width = sys.argv[1:]
    x = np.fromfile(data, "<f4").reshape(-1, int(width))
    q = np.fromfile(queries, "<f4").reshape(-1, int(width))
    cpu = time.process_time()
    about, search, set_ef = build(kind, x)
    say({"about": about, "build": time.process_time() - cpu})
    for line in sys.stdin:
        command, number = line.split()
        if command == "ef":
            set_ef(int(float(number)))
            say({})
        elif command == "answers":
            say({"answers": search(q).tolist()})
        elif command == "single":
            say(timed(float(number), 1, lambda i: search(q[i % len(q):][:1])))
        elif command == "batch":
            say(timed(float(number), len(q), lambda i: search(q)))
        else:
            sys.exit("unknown command " + command)


def say(reply):
    print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    os.environ["OMP_NUM_THREADS"] = "1"
    main()
