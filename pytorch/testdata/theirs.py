"""Networks as others write them in PyTorch: python3 theirs.py KIND FOLDER writes the state dict of one, net.safetensors, and
what it makes of pictures (N, 3, 32, 32): x, code and y, raw float32. KIND is

  crop      the exercise's, padded as Keras pads it
  padding   3x3 filters with padding=1 and output_padding=1, ReLU, a sigmoid behind the picture
  strides   4x4 filters with strides of 2 and padding=1 both ways, LeakyReLU
  strides3  3x3 filters likewise
  upsample  upsampling and convolutions on the way back, Tanh
"""
import json
import pathlib
import struct
import sys

import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
kind, folder = sys.argv[1], pathlib.Path(sys.argv[2])


class Crop(nn.Module):
    def forward(self, x):
        return x[:, :, :-1, :-1]


def down(a, b):
    if kind == "strides":
        return [nn.Conv2d(a, b, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    if kind == "strides3":
        return [nn.Conv2d(a, b, 3, stride=2, padding=1), nn.LeakyReLU(0.2)]
    function = {"crop": nn.ELU, "padding": nn.ReLU, "upsample": nn.Tanh}[kind]()
    return [nn.Conv2d(a, b, 3, padding=1), function, nn.MaxPool2d(2)]


def up(a, b):
    if kind == "crop":
        return [nn.ConvTranspose2d(a, b, 3, stride=2), Crop(), nn.ELU()]
    if kind == "padding":
        return [nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1), nn.ReLU()]
    if kind == "strides":
        return [nn.ConvTranspose2d(a, b, 4, stride=2, padding=1), nn.LeakyReLU(0.2)]
    if kind == "strides3":
        return [nn.ConvTranspose2d(a, b, 3, stride=2, padding=1, output_padding=1), nn.LeakyReLU(0.2)]
    return [nn.Upsample(scale_factor=2), nn.Conv2d(a, b, 3, padding=1), nn.Tanh()]


class Autoencoder(nn.Module):
    def __init__(self, filters, code):
        super().__init__()
        sizes = [3, *filters]
        side = 32 >> len(filters)
        flat = filters[-1] * side * side
        layers = [l for a, b in zip(sizes, sizes[1:]) for l in down(a, b)]
        self.encoder = nn.Sequential(*layers, nn.Flatten(), nn.Linear(flat, code), *([nn.ELU()] if kind == "crop" else []))
        sizes.reverse()
        layers = [l for a, b in zip(sizes, sizes[1:]) for l in up(a, b)]
        last = [nn.Sigmoid()] if kind == "padding" else []
        self.decoder = nn.Sequential(nn.Linear(code, flat), nn.Unflatten(1, (filters[-1], side, side)), *layers[:-1], *last)


def save(tensors, path):
    """What safetensors.torch.save_file writes."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, t in tensors.items():
        raw = t.contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


model = Autoencoder((32, 64, 128, 256) if kind == "crop" else (8, 12, 20), 32 if kind == "crop" else 10).eval()
x = torch.rand(4, 3, 32, 32) - 0.5
with torch.no_grad():
    code = model.encoder(x)
    y = model.decoder(code)
save(model.state_dict(), folder / "net.safetensors")
for name, t in (("x", x), ("code", code), ("y", y)):
    (folder / name).write_bytes(t.numpy().tobytes())
