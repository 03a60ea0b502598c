"""Runs the networks of a module that package keras has written, with numpy_keras in the place
of Keras.

    python3 predict.py FOLDER MODULE BRANCHES

FOLDER has the module, its weights and FOLDER/NETWORK.in, float32 values for one input each.
Outputs are written to FOLDER/NETWORK.out. Where BRANCHES is 0 the files are loaded in
order, too, and the .weights.h5 beside them, and must give the same.
"""
import importlib
import os
import sys

import numpy as np

folder, module, branches = sys.argv[1:]
sys.path[:0] = [os.path.join(os.path.dirname(os.path.abspath(__file__)), "numpy_keras"), folder]
sys.dont_write_bytecode = True
m = importlib.import_module(module)
networks = m.load()
for network in networks if isinstance(networks, list) else [networks]:
    path = os.path.join(folder, network.name)
    x = np.fromfile(path + ".in", "<f4").reshape((1,) + network.inputs.shape)
    y = network.predict(x)
    if branches == "0":
        for ending in (".h5", ".weights.h5"):
            network.load_weights(os.path.join(folder, "m." + network.name + ending))
            assert np.array_equal(network.predict(x), y), ending
    y.astype("<f4").tofile(path + ".out")
