"""Runs modules that likeness has written: python3 run.py FOLDER. For each NAME.json, {module, call, inputs: [shape, ...]}, it imports
the module, calls model.CALL (or the model itself) with NAME.in0, NAME.in1, ... and writes NAME.out: raw float32."""
import importlib
import json
import pathlib
import sys

import torch

torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])
sys.path.insert(0, str(folder))
for about in sorted(folder.glob("*.json")):
    case = json.loads(about.read_text())
    module = importlib.import_module(case["module"])
    assert module.__doc__, "a module says what it is"
    model = module.load()
    inputs = []
    for i, shape in enumerate(case["inputs"]):
        data = bytearray(about.with_suffix(f".in{i}").read_bytes())
        inputs.append(torch.frombuffer(data, dtype=torch.float32).reshape(shape))
    with torch.no_grad():
        y = (getattr(model, case["call"]) if case["call"] else model)(*inputs)
    y = y.contiguous().reshape(-1)
    about.with_suffix(".out").write_bytes(bytes(y.numpy().tobytes()))
