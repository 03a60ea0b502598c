"""Writes random networks of the usual families as ONNX files into a folder.

    python3 families.py FOLDER

Weights are random, the statistics of the batch normalisations are not those of a new network.
Each network is exported twice: as torch exports for inference, with the normalisations folded,
and as it is, with all nodes.
"""

import sys

import torch
from torch import nn
from torch.nn import functional as F


class Inverted(nn.Module):
    """A block of MobileNetV2 or, with squeeze and excitation, of V3."""

    def __init__(self, cin, cout, stride, expand, kernel=3, act=nn.ReLU6, squeeze=None):
        super().__init__()
        hidden = cin * expand
        layers = []
        if expand > 1:
            layers += [nn.Conv2d(cin, hidden, 1, bias=False), nn.BatchNorm2d(hidden), act()]
        layers += [nn.Conv2d(hidden, hidden, kernel, stride, kernel // 2, groups=hidden, bias=False), nn.BatchNorm2d(hidden), act()]
        if squeeze:
            layers.append(squeeze(hidden))
        layers += [nn.Conv2d(hidden, cout, 1, bias=False), nn.BatchNorm2d(cout)]
        self.body = nn.Sequential(*layers)
        self.residual = stride == 1 and cin == cout

    def forward(self, x):
        return x + self.body(x) if self.residual else self.body(x)


class Squeeze(nn.Module):
    def __init__(self, c):
        super().__init__()
        self.down, self.up = nn.Conv2d(c, c // 4, 1), nn.Conv2d(c // 4, c, 1)

    def forward(self, x):
        s = F.relu(self.down(F.adaptive_avg_pool2d(x, 1)))
        return x * F.hardsigmoid(self.up(s))


class MobileNetV2(nn.Module):
    def __init__(self, size=224, blocks=((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)), out=128):
        super().__init__()
        layers, cin = [nn.Conv2d(3, 32, 3, 2, 1, bias=False), nn.BatchNorm2d(32), nn.ReLU6()], 32
        for expand, cout, count, stride in blocks:
            for i in range(count):
                layers.append(Inverted(cin, cout, stride if i == 0 else 1, expand))
                cin = cout
        layers += [nn.Conv2d(cin, 4 * cin, 1, bias=False), nn.BatchNorm2d(4 * cin), nn.ReLU6()]
        self.features, self.head = nn.Sequential(*layers), nn.Sequential(nn.Dropout(), nn.Linear(4 * cin, out))

    def forward(self, x):
        return self.head(self.features(x).mean([2, 3]))


class MobileNetV3(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(3, 16, 3, 2, 1, bias=False), nn.BatchNorm2d(16), nn.Hardswish(),
            Inverted(16, 16, 1, 1, act=nn.ReLU, squeeze=Squeeze),
            Inverted(16, 24, 2, 4, act=nn.ReLU),
            Inverted(24, 40, 2, 3, 5, nn.Hardswish, Squeeze),
            Inverted(40, 40, 1, 3, 5, nn.Hardswish, Squeeze),
            nn.Conv2d(40, 96, 1), nn.BatchNorm2d(96), nn.Hardswish(), nn.AdaptiveAvgPool2d(1), nn.Flatten(),
            nn.Linear(96, 64), nn.Hardswish(), nn.Dropout(0.2), nn.Linear(64, 32),
        )

    def forward(self, x):
        return self.body(x)


class IBlock(nn.Module):
    """A block of the residual networks that ArcFace uses."""

    def __init__(self, cin, cout, stride):
        super().__init__()
        self.body = nn.Sequential(
            nn.BatchNorm2d(cin), nn.Conv2d(cin, cout, 3, 1, 1, bias=False), nn.BatchNorm2d(cout), nn.PReLU(cout),
            nn.Conv2d(cout, cout, 3, stride, 1, bias=False), nn.BatchNorm2d(cout),
        )
        self.short = None
        if stride != 1 or cin != cout:
            self.short = nn.Sequential(nn.Conv2d(cin, cout, 1, stride, bias=False), nn.BatchNorm2d(cout))

    def forward(self, x):
        return self.body(x) + (x if self.short is None else self.short(x))


class IResNet(nn.Module):
    def __init__(self, counts=(2, 2, 2, 2), widths=(64, 128, 256, 512), size=112, out=512):
        super().__init__()
        layers, cin = [nn.Conv2d(3, widths[0], 3, 1, 1, bias=False), nn.BatchNorm2d(widths[0]), nn.PReLU(widths[0])], widths[0]
        for count, cout in zip(counts, widths):
            for i in range(count):
                layers.append(IBlock(cin, cout, 2 if i == 0 else 1))
                cin = cout
        self.features = nn.Sequential(*layers, nn.BatchNorm2d(cin), nn.Dropout())
        self.head = nn.Sequential(nn.Linear(cin * (size // 16) ** 2, out), nn.BatchNorm1d(out))

    def forward(self, x):
        return self.head(torch.flatten(self.features(x), 1))


class Normalised(nn.Module):
    """A network whose code has length 1."""

    def __init__(self, body):
        super().__init__()
        self.body = body

    def forward(self, x):
        return F.normalize(self.body((x - 127.5) / 128))


class Odds(nn.Module):
    """What else such networks have around them."""

    def __init__(self):
        super().__init__()
        self.a = nn.Conv2d(3, 12, (3, 5), (2, 1), (1, 3), (1, 2), groups=3)
        self.b = nn.ConvTranspose2d(12, 8, 3, 2, 1, 1)
        self.c = nn.ConvTranspose2d(8, 6, (4, 3), (2, 3), (1, 0), groups=2, dilation=(2, 1))
        self.scale = nn.Parameter(torch.rand(1, 6, 1, 1) + 0.5)
        self.mean = nn.Parameter(torch.rand(6, 1, 1))

    def forward(self, x):
        x = F.leaky_relu(F.max_pool2d(self.a(x), 3, 2, 1, ceil_mode=True), 0.2)
        x = F.avg_pool2d(F.elu(self.b(x)), 3, 2, 1, count_include_pad=False)
        x = F.avg_pool2d(self.c(x), (3, 2), (2, 2), (1, 1)) * self.scale - self.mean
        x = torch.cat([torch.tanh(x), F.pad(x, (1, 0, 0, 1))[:, :, 1:, :-1], x.flip(1) if False else x[:, [3, 1]]], 1)
        x = F.silu(x) + torch.sqrt(torch.abs(x) + 0.1) ** 3
        n, c, h, w = x.shape
        x = x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, c, h, w)
        y = x.reshape(n, c, -1).permute(0, 2, 1)
        y = torch.softmax(torch.matmul(y, y.transpose(1, 2)) / 8, -1)
        y = torch.matmul(y, x.reshape(n, c, -1).permute(0, 2, 1))
        return torch.cat([y.mean(1), y.amax(1), x.max(3)[0].sum(2), torch.sigmoid(x).flatten(1)[:, ::7]], 1)


def vgg(plan, size):
    layers, cin = [], 3
    for c in plan:
        if c == "M":
            layers.append(nn.MaxPool2d(2))
        else:
            layers += [nn.Conv2d(cin, c, 3, padding=1), nn.ReLU()]
            cin = c
    side = size // 2 ** plan.count("M")
    return nn.Sequential(*layers, nn.AdaptiveAvgPool2d(side), nn.Flatten(), nn.Linear(cin * side * side, 96), nn.ReLU(), nn.Dropout(), nn.Linear(96, 40))


def shake(net):
    """Gives the normalisations statistics and weights of their own."""
    for m in net.modules():
        if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d)):
            m.running_mean.normal_(0, 0.2)
            m.running_var.uniform_(0.5, 1.5)
            nn.init.uniform_(m.weight, 0.7, 1.3)
            nn.init.normal_(m.bias, 0, 0.1)
        if isinstance(m, nn.PReLU):
            nn.init.uniform_(m.weight, -0.1, 0.5)
        if isinstance(m, nn.Conv2d):
            nn.init.kaiming_normal_(m.weight)
    return net.eval()


def main(folder):
    torch.manual_seed(1)
    small = ((1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 2, 2), (6, 64, 2, 2))
    nets = {
        "mobilenet2": (MobileNetV2(blocks=small), 64, 13),
        "mobilenet3": (MobileNetV3(), 64, 14),
        "iresnet": (IResNet((2, 1, 1, 1), (16, 24, 32, 48), 64, 64), 64, 11),
        "iresnet_normalised": (Normalised(IResNet((1, 1, 1, 1), (16, 16, 24, 40), 48, 32)), 48, 17),
        "vgg": (vgg([16, 16, "M", 24, 24, "M", 40, "M"], 40), 40, 9),
        "odds": (Odds(), 37, 12),
    }
    if len(sys.argv) > 2:  # of the sizes that people use, for measuring
        nets = {"mobilenet2_224": (MobileNetV2(), 224, 13), "iresnet18_112": (IResNet(), 112, 11)}
    for name, (net, size, opset) in nets.items():
        shake(net)
        for suffix, more in {"": {}, "_plain": {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False}}.items():
            net.eval()
            torch.onnx.export(
                net, torch.randn(2, 3, size, size), f"{folder}/{name}{suffix}.onnx", opset_version=opset,
                input_names=["x"], output_names=["y"], dynamic_axes={"x": {0: "n"}, "y": {0: "n"}}, **more)


if __name__ == "__main__":
    main(sys.argv[1])
