"""Takes the first training steps in PyTorch and lays them beside likeness's.

    /usr/bin/python3 first_steps.py FILE.safetensors... [--json OUT.json]

The files are what the Go program in this folder writes: a model's first
weights, twenty batches, and what likeness came to: losses, weights, and which
inputs its max poolings picked. Here the same network is written down in
PyTorch and takes the same steps: in float32, as anyone would, and in float64.

Where two inputs of a max pooling are equal but for rounding, float32 and
float64 pick different ones, and from there on the runs drift apart, PyTorch's
own two as well. So the float64 run is taken two more times, picking what
likeness picked and what PyTorch's float32 picked. Against the float64 run of
the same picks, all that is left is rounding.

Needs PyTorch and NumPy (Debian: python3-torch).
"""
import argparse
import hashlib
import json
import re
import struct
import sys

import numpy as np
import torch
import torch.nn.functional as F

BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7  # Keras's Adamax


def read_safetensors(path):
    """Returns the tensors of a file, of types F32 and U8, and its metadata."""
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, t in header.items():
        begin, end = t["data_offsets"]
        tensors[name] = np.frombuffer(data[begin:end], {"F32": "<f4", "U8": "u1"}[t["dtype"]]).reshape(t["shape"])
    return tensors, metadata


def drawing():
    """The pictures of cases.Drawing, computed anew from its formula."""
    p, y, x, c = np.ogrid[:640, :32, :32, :3]
    h, g = (p + 1) * 2654435761 % 2**32, (p + 1) * 2246822519 % 2**32
    fold = lambda n: np.minimum(n % 512, 511 - n % 512)
    wave = fold((h >> 28) * x + (h >> 24 & 15) * y + (h >> 15 & 511) + 40 * c)
    rings = fold(((x - (g >> 27)) ** 2 + (y - (g >> 22 & 31)) ** 2) // 2 + (g >> 13 & 511))
    return ((wave + rings) // 2).astype(np.float32) / np.float32(255) - np.float32(0.5)


# Layers. Values are (N, H, W, C) between them and weights keep Keras's layouts,
# as in the file; only inside are they turned to PyTorch's (N, C, H, W).

def conv2d(x, w, b):
    """3x3, stride 1, 'same': one row of zeros on each side. w is (kh, kw, in, out)."""
    y = F.conv2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b, padding=1)
    return y.permute(0, 2, 3, 1)


def conv2d_transpose(x, w, b):
    """3x3, stride 2, 'same'. w is (kh, kw, out, in). PyTorch gives 2n+1 rows; TensorFlow's 'same' pads the one row
    too many after the picture and none before it, so the last row and column go."""
    y = F.conv_transpose2d(x.permute(0, 3, 1, 2), w.permute(3, 2, 0, 1), b, stride=2)
    return y[:, :, :2 * x.shape[1], :2 * x.shape[2]].permute(0, 2, 3, 1)


def max_pool(x, picks=None):
    """Returns the maxima of 2x2 and which of the four they are, dy*2+dx; with picks, those instead of the maxima."""
    n, h, w, c = x.shape
    if picks is None:
        y, place = F.max_pool2d(x.permute(0, 3, 1, 2), 2, return_indices=True)
        return y.permute(0, 2, 3, 1), (place // w % 2 * 2 + place % 2).permute(0, 2, 3, 1).to(torch.uint8)
    four = x.reshape(n, h // 2, 2, w // 2, 2, c).permute(0, 1, 3, 5, 2, 4).reshape(n, h // 2, w // 2, c, 4)
    return four.gather(4, picks.long()[..., None])[..., 0], picks


def layer(f, x, w, name):
    return f(x, w[name + "/kernel"], w[name + "/bias"])


def dense(x, w, b):
    return x @ w + b


def numbered(name, i):
    return name if i == 0 else f"{name}_{i}"


def pca(x, w, picks):
    code = layer(dense, x.flatten(1), w, "encoder/dense")
    return layer(dense, code, w, "decoder/dense").reshape(x.shape), []


def conv(x, w, picks):
    picked = []
    for i in range(4):
        x = F.elu(layer(conv2d, x, w, numbered("encoder/conv2d", i)))
        x, p = max_pool(x, picks and picks[i])
        picked.append(p)
    code = F.elu(layer(dense, x.flatten(1), w, "encoder/dense"))
    x = layer(dense, code, w, "decoder/dense").reshape(-1, *x.shape[1:])
    for i in range(4):
        x = layer(conv2d_transpose, x, w, numbered("decoder/conv2d_transpose", i))
        if i < 3:
            x = F.elu(x)
    return x, picked


class Run:
    """Twenty steps: the losses before each, the picks of the poolings in each, the weights after the last."""

    def __init__(self, forward, before, inputs, targets, rate, dtype, picks=None):
        w = {k: torch.tensor(v, dtype=dtype, requires_grad=True) for k, v in before.items()}
        m = {k: torch.zeros_like(v) for k, v in w.items()}
        u = {k: torch.zeros_like(v) for k, v in w.items()}
        self.losses, self.picks = [], []
        for t, (x, target) in enumerate(zip(inputs, targets), 1):
            y, picked = forward(torch.tensor(x, dtype=dtype), w, picks and picks[t - 1])
            difference = y - torch.tensor(target, dtype=dtype)
            loss = (difference * difference).mean()
            # For the record the squares are summed in float64, as likeness does.
            self.losses.append((difference.detach().double() ** 2).mean().item())
            self.picks.append(picked)
            gradients = torch.autograd.grad(loss, list(w.values()))
            with torch.no_grad():
                for (k, p), g in zip(w.items(), gradients):
                    m[k] = BETA1 * m[k] + (1 - BETA1) * g
                    u[k] = torch.maximum(BETA2 * u[k], g.abs())
                    p -= rate / (1 - BETA1**t) * m[k] / (u[k] + EPSILON)
        self.weights = {k: v.detach().double().numpy() for k, v in w.items()}


def digest(picked):
    h = hashlib.sha256()
    for p in picked:
        h.update(p.contiguous().numpy().tobytes())
    return h.hexdigest()[:16]


def parted(a, b):
    """The first step, counted from 1, in which two runs picked differently and in how many places; 0, 0 if in none."""
    for t, (p, q) in enumerate(zip(a, b), 1):
        n = sum(int((i != j).sum()) for i, j in zip(p, q))
        if n:
            return t, n
    return 0, 0


def samples(a):
    """Four values of a tensor, evenly spread from the first to the last."""
    return [a.flat[i * (a.size - 1) // 3] for i in range(4)]


def off(a, b):
    return [(x - y) / y for x, y in zip(a, b)]


def worst(a, b):
    return max(map(abs, off(a, b)))


def weights_off(weights, start, truth):
    """How far weights lie from the truth, relative to how far the truth moved, by tensor."""
    return {k: np.linalg.norm(weights[k].astype(np.float64) - v) / np.linalg.norm(v - start[k]) for k, v in truth.items()}


def compare(path):
    tensors, metadata = read_safetensors(path)
    extra = "firststeps/"
    before = {k: v for k, v in tensors.items() if not k.startswith(extra)}
    after = {k: tensors[extra + "after/" + k] for k in before}
    inputs, targets = tensors[extra + "inputs"], tensors[extra + "targets"]
    training = json.loads(metadata["firststeps.training"])
    ours, kernels = training["losses"], training["kernels"]
    name, data = metadata["firststeps.case"], metadata["firststeps.data"]
    if data == "formula":
        assert np.array_equal(drawing(), targets.reshape(-1, 32, 32, 3)), "the pictures are not those of the formula"

    forward = {"pca": pca, "conv": conv}[metadata["architecture"]]
    run = lambda dtype, picks=None: Run(forward, before, inputs, targets, training["rate"], dtype, picks)
    single, double = run(torch.float32), run(torch.float64)
    picks = [[torch.tensor(tensors[f"{extra}winners/{t}/{i}"].reshape(p.shape)) for i, p in enumerate(layers)]
             for t, layers in enumerate(double.picks)]
    pools = bool(double.picks[0])
    like_ours = run(torch.float64, picks) if pools else double
    like_single = run(torch.float64, single.picks) if pools else double

    print(f"\n{name}, {data}, kernels {kernels}")
    print(f"  {'':4}  {'':14}  {'off from float64':20}  off from float64 of the same picks")
    print("  step  float64         likeness  PyTorch32   likeness  PyTorch32")
    for t, row in enumerate(zip(double.losses, off(ours, double.losses), off(single.losses, double.losses),
                                off(ours, like_ours.losses), off(single.losses, like_single.losses)), 1):
        print("  {:4}  {:.12f}  {:+.1e}  {:+.1e}    {:+.1e}  {:+.1e}".format(t, *row))
    summary = {
        "likeness_off": worst(ours, double.losses), "float32_off": worst(single.losses, double.losses),
        "likeness_off_same_picks": worst(ours, like_ours.losses),
        "float32_off_same_picks": worst(single.losses, like_single.losses),
    }
    print("  worst{:15}  {:8.1e}  {:8.1e}    {:8.1e}  {:8.1e}".format("", *summary.values()))
    if pools:
        total = sum(p.numel() for p in double.picks[0])
        for who, p in ("likeness", picks), ("PyTorch32", single.picks):
            print("  {} picks otherwise than float64 from step {} on, there in {} of {:,} places".format(who, *parted(p, double.picks), total))
    weights = []
    mine, theirs = weights_off(after, before, like_ours.weights), weights_off(single.weights, before, like_single.weights)
    print(f"  {'weights after the last step':34} moved     off, same picks: likeness, PyTorch32")
    for k, v in like_ours.weights.items():
        moved = np.linalg.norm(v - before[k])
        print(f"  {k:34} {moved:.6f}  {mine[k]:.1e}  {theirs[k]:.1e}")
        weights.append({"name": k, "moved": moved, "values": samples(v)})
    summary.update(likeness_weights_off_same_picks=max(mine.values()), float32_weights_off_same_picks=max(theirs.values()))
    return data, training["rate"], {
        "name": name, "digest": metadata["firststeps.digest"], "kernels": kernels, **summary,
        "likeness": ours, "float32": single.losses,
        "float64": double.losses, "float64_picks": [digest(p) for p in double.picks if p],
        "float64_same_picks": like_ours.losses, "same_picks": [digest(p) for p in picks if p],
        "weights_same_picks": weights,
    }


def rounded(x):
    """Float64 numbers to 12 digits and relative differences to 2, to keep the file small."""
    if isinstance(x, dict):
        return {k: float(f"{v:.2g}") if "_off" in k else rounded(v) for k, v in x.items()}
    if isinstance(x, list):
        return [rounded(v) for v in x]
    return float(f"{x:.12g}") if isinstance(x, float) else x


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+", help="files that the Go program wrote, of one data set")
    parser.add_argument("--json", help="where to write the numbers")
    args = parser.parse_args()
    cases = []
    for path in args.files:
        data, rate, case = compare(path)
        cases.append(rounded(case))
    if args.json:
        made_by = f"bench/firststeps/first_steps.py with PyTorch {torch.__version__}, NumPy {np.__version__}"
        text = json.dumps({"made_by": made_by, "data": data, "rate": rate, "cases": cases}, indent=1)
        text = re.sub(r"\n {5,}|\n    (?!{)|\n   (?=])", " ", text)  # a list of numbers, or a tensor, is one line
        with open(args.json, "w") as f:
            f.write(text + "\n")



if __name__ == "__main__":
    sys.exit(main())
