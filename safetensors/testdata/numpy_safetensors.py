"""A safetensors reader and writer in NumPy, to hold the Go one against.

    numpy_safetensors.py write FILE    writes the file that the tests read and must reproduce
    numpy_safetensors.py read FILE     prints what a file holds
"""
import json
import struct
import sys

import numpy as np

TYPES = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "U8": "u1", "BOOL": "?"}


def read(path):
    raw = open(path, "rb").read()
    (n,) = struct.unpack("<Q", raw[:8])
    header, data = json.loads(raw[8 : 8 + n]), raw[8 + n :]
    metadata = header.pop("__metadata__", {})
    at = 0
    for t in header.values():
        begin, end = t["data_offsets"]
        assert begin == at, "gap"
        at = end
    assert at == len(data), "trailing bytes"
    return metadata, {
        name: np.frombuffer(data[slice(*t["data_offsets"])], TYPES[t["dtype"]]).reshape(t["shape"])
        for name, t in header.items()
    }


def write(path, metadata, tensors):
    header, at = {"__metadata__": metadata}, 0
    order = sorted(tensors, key=lambda name: (-tensors[name][1].itemsize, name))
    for name in order:
        dtype, x = tensors[name]
        header[name] = {"dtype": dtype, "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(header, separators=(",", ":"), ensure_ascii=False).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for name in order:
            f.write(tensors[name][1].tobytes())


if sys.argv[1] == "write":
    halves = np.array([0, -0.0, 1, -2, 65504, 2.0**-14, 2.0**-24, 3 * 2.0**-24, np.inf, -np.inf, np.nan], "<f2")
    write(sys.argv[2], {"arch": "pca", "note": 'a "quoted" <text> & ü'}, {
        "dense/kernel": ("F32", np.arange(6, dtype="<f4").reshape(2, 3) / 4),
        "dense/bias": ("F32", np.array([-1.5, 3e-40, 3.4e38], "<f4")),
        "half": ("F16", halves),
        "brain": ("BF16", (np.array([1, -2.5, 0, 3e38], "<f4").view("<u4") >> 16).astype("<u2")),
        "double": ("F64", np.array([[0.1], [-1e300]], "<f8")),
        "pixels": ("U8", np.arange(12, dtype="u1").reshape(2, 2, 3) * 20),
        "steps": ("I64", np.array([-1, 2**62], "<i8")),
        "one": ("F32", np.array(7, "<f4")),
        "none": ("F32", np.zeros((0, 5), "<f4")),
        "gesicht-ü": ("BOOL", np.array([True, False, True])),
    })
else:
    metadata, tensors = read(sys.argv[2])
    print("metadata", json.dumps(metadata, sort_keys=True, ensure_ascii=False))
    for name in sorted(tensors):
        print(name, tensors[name].dtype, list(tensors[name].shape), tensors[name].ravel().tolist())
