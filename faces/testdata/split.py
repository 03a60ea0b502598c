"""Writes split.json: what scikit-learn's train_test_split returns, for the tests of RandomSplit.

Run with scikit-learn 1.2.1 and NumPy 1.24:  python3 split.py > split.json
"""
import hashlib
import json

import numpy as np
from sklearn.model_selection import train_test_split


def digest(rows):
    return hashlib.sha256(np.asarray(rows, dtype="<i8").tobytes()).hexdigest()


cases = []
for n, size, seed in [
    (2, 0.5, 0), (3, 0.1, 1), (10, 0.25, 42), (10, 0.7, 42), (100, 0.29, 7), (100, 0.57, 7), (623, 0.1, 0),
    (625, 0.1, 5489), (1000, 0.333, 4294967295), (4096, 0.1, 3), (4097, 0.1, 3), (13143, 0.1, 42),
    (13233, 0.1, 42), (70000, 0.2, 2147483648),
]:
    train, test = train_test_split(np.arange(n), test_size=size, random_state=seed)
    cases.append({"n": n, "test_size": size, "seed": seed, "n_train": len(train), "n_test": len(test),
                  "test_head": test[:10].tolist(), "train_head": train[:10].tolist(),
                  "test_sha256": digest(test), "train_sha256": digest(train)})
words = {str(s): np.random.RandomState(s).randint(0, 2**32, 1300, dtype=np.uint32)[[0, 1, 623, 624, 1299]].tolist()
         for s in (0, 1, 42, 4294967295)}
print(json.dumps({"splits": cases, "words": words}, indent=1))
