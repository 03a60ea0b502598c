"""Has ONNX's own checker look at the models of a folder, shapes and all: python3 check.py FOLDER"""
import pathlib
import sys

import onnx

failed = 0
for path in sorted(pathlib.Path(sys.argv[1]).glob("*.onnx")):
    model = onnx.load(path)
    try:
        onnx.checker.check_model(model, full_check=True)
    except Exception as e:  # the checker has several kinds
        failed += 1
        print(f"{path.name}: {e}", file=sys.stderr)
sys.exit(1 if failed else 0)
