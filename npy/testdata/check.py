# Reads a file that npy wrote and prints what NumPy sees in it.
import sys
import numpy as np

with np.load(sys.argv[1], allow_pickle=False) as f:
    for name in f.files:
        a = f[name]
        print(name, a.dtype, a.shape, a.flags["C_CONTIGUOUS"], a.tolist())
