"""Changes an HDF5 file in place with h5py: adds groups until B-trees and heaps must grow,
removes one, and writes what is in the file then.

    python3 grow.py FILE.h5
"""
import sys

import h5py
import numpy as np

from describe import describe

with h5py.File(sys.argv[1], "r+") as f:
    for i in range(102):
        g = f.create_group("added_%d" % i)
        g["kernel"] = np.full((3, 2), i, np.float32)
        g.attrs["weight_names"] = [b"kernel"]
    del f["flatten"]
describe(sys.argv[1])
