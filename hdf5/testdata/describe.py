"""Writes beside each HDF5 file what h5py reads of it.

    python3 describe.py FILE.h5...

FILE.json has for every dataset its shape, and its values or their sum as float64; for
every object the attributes that are strings or integers, and of other numbers how many.
"""
import json
import sys

import h5py
import numpy as np


def describe(path):
    seen = {}

    def strings(a):
        a = np.asarray(a)
        return [x.decode() if isinstance(x, bytes) else str(x) for x in a.reshape(-1)]

    def visit(name, o):
        entry = {"attributes": {}}
        for key, v in o.attrs.items():
            a = np.zeros(0) if isinstance(v, h5py.Empty) else np.asarray(v)
            if a.dtype.kind in "SOU":
                entry["attributes"][key] = strings(v)
            elif a.dtype.kind in "iub":
                entry["attributes"][key] = [int(x) for x in a.reshape(-1)]
            else:
                entry["attributes"][key] = len(a.reshape(-1))
        if isinstance(o, h5py.Dataset):
            entry["shape"] = list(o.shape)
            v = o[()]
            a = np.asarray(v)
            if a.dtype.kind == "f":
                if a.size <= 64:
                    entry["floats"] = [str(x) for x in a.astype(np.float32).astype(np.float64).reshape(-1)]
                if np.isfinite(a.astype(np.float32)).all():
                    entry["sum"] = float(a.astype(np.float32).astype(np.float64).sum())
            elif a.dtype.kind in "iub":
                entry["ints"] = [int(x) for x in a.reshape(-1)]
            else:
                entry["strings"] = strings(v)
        seen["/" + name if name else "/"] = entry

    with h5py.File(path, "r") as f:
        visit("", f)
        f.visititems(visit)
    with open(path[:-3] + ".json", "w") as out:
        json.dump(seen, out, sort_keys=True)


if __name__ == "__main__":
    for path in sys.argv[1:]:
        describe(path)
