"""A network as somebody else writes it in PyTorch, who follows the tutorial: python3 theirs.py FOLDER writes its state dict,
net.safetensors, and what it makes of pictures (N, 3, 32, 32): x, code and y, raw float32."""
import json
import pathlib
import struct
import sys

import torch
from torch import nn

torch.manual_seed(1)
torch.set_num_threads(1)
folder = pathlib.Path(sys.argv[1])


class Crop(nn.Module):
    def forward(self, x):
        return x[:, :, :-1, :-1]


class Autoencoder(nn.Module):
    def __init__(self):
        super().__init__()
        layers, channels = [], 3
        for filters in (32, 64, 128, 256):
            layers += [nn.Conv2d(channels, filters, 3, padding=1), nn.ELU(), nn.MaxPool2d(2)]
            channels = filters
        self.encoder = nn.Sequential(*layers, nn.Flatten(), nn.Linear(1024, 32), nn.ELU())
        layers = [nn.Linear(32, 1024), nn.Unflatten(1, (256, 2, 2))]
        for filters in (128, 64, 32):
            layers += [nn.ConvTranspose2d(channels, filters, 3, stride=2), Crop(), nn.ELU()]
            channels = filters
        self.decoder = nn.Sequential(*layers, nn.ConvTranspose2d(channels, 3, 3, stride=2), Crop())


def save(tensors, path):
    """What safetensors.torch.save_file writes."""
    header, data = {"__metadata__": {"format": "pt"}}, b""
    for name, t in tensors.items():
        raw = t.contiguous().numpy().tobytes()
        header[name] = {"dtype": "F32", "shape": list(t.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    path.write_bytes(struct.pack("<Q", len(text)) + text + data)


model = Autoencoder().eval()
x = torch.rand(4, 3, 32, 32) - 0.5
with torch.no_grad():
    code = model.encoder(x)
    y = model.decoder(code)
save(model.state_dict(), folder / "net.safetensors")
for name, t in (("x", x), ("code", code), ("y", y)):
    (folder / name).write_bytes(t.numpy().tobytes())
