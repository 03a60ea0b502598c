"""The conv autoencoder in PyTorch, trained and run as fast as five kinds of programmers would have it.

    /usr/bin/python3 pytorch.py naive|tuned|expert|beyond|half MODEL.safetensors THREADS

The Go program in this folder starts this, tells it what to do by lines on
stdin ("losses 5", "train 1.5", "forward 1.5") and reads one line of JSON for
each. MODEL has the first weights, in Keras's layouts, and the pictures.
"export MODEL.safetensors 1 MODEL.onnx" writes naive's network as ONNX instead.

naive   as the tutorial would be written down: torch.nn layers, torch.optim.Adamax.
tuned   the same with channels_last; the environment does the rest, see peers.go.
expert  tuned, with transposed convolutions as matrix products with gradients
        written by hand, activations in place, and Adamax over lists of tensors.
beyond  expert, but the three larger transposed convolutions call what PyTorch
        1.13 has for the gradient of a convolution: oneDNN, which it does not
        use for transposed convolutions by itself.
half    beyond, in bf16: on a processor with AMX oneDNN multiplies in its tiles.

Needs PyTorch and NumPy (Debian: python3-torch).
"""
import json
import struct
import sys
import time

import numpy as np
import torch
import torch.nn.functional as F
from torch import nn

BATCH, RATE = 32, 0.002
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-7  # Keras's Adamax


def read_safetensors(path):
    with open(path, "rb") as f:
        header = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        data = f.read()
    header.pop("__metadata__", None)
    get = lambda t: np.frombuffer(data[slice(*t["data_offsets"])], "<f4").reshape(t["shape"]).copy()
    return {name: torch.from_numpy(get(t)) for name, t in header.items()}


# PyTorch's ConvTranspose2d(3, stride=2, padding=1, output_padding=1) leaves out
# the first row and column of the whole result, TensorFlow's 'same' the last. In
# a mirror one is the other. So naive and tuned see mirrored pictures and have
# mirrored filters, which costs nothing, and losses compare with likeness's.

def mirrored(w):
    return w.flip(0, 1)


class Picture(nn.Module):
    """nn.Unflatten, which cannot be exported."""

    def forward(self, x):
        return x.view(-1, 256, 2, 2)


class Naive:
    """Layers and optimiser of torch.nn and torch.optim, (N, C, H, W)."""

    memory_format = torch.contiguous_format

    def __init__(self, w):
        layers, width = [], [3, 32, 64, 128, 256]
        for i in range(4):
            layers += [nn.Conv2d(width[i], width[i + 1], 3, padding=1), nn.ELU(), nn.MaxPool2d(2)]
        encoder = nn.Sequential(*layers, nn.Flatten(), nn.Linear(1024, 32), nn.ELU())
        layers = [nn.Linear(32, 1024), Picture()]
        for i in range(4, 0, -1):
            layers += [nn.ConvTranspose2d(width[i], width[i - 1], 3, stride=2, padding=1, output_padding=1), nn.ELU()]
        decoder = nn.Sequential(*layers[:-1])
        self.net = nn.Sequential(encoder, decoder)
        self.load(w)
        self.net = self.net.to(memory_format=self.memory_format)
        self.optimizer = torch.optim.Adamax(self.net.parameters(), lr=RATE, betas=(BETA1, BETA2), eps=EPSILON)

    def load(self, w):
        def values():
            """Weights in layer order, mirrored and turned to PyTorch's layouts."""
            for i in range(4):
                yield mirrored(w[numbered("encoder/conv2d", i) + "/kernel"]).permute(3, 2, 0, 1)
                yield w[numbered("encoder/conv2d", i) + "/bias"]
            # Flatten here runs over (256, 2, 2), mirrored; Keras's over (2, 2, 256).
            yield mirrored(w["encoder/dense/kernel"].view(2, 2, 256, 32)).permute(3, 2, 0, 1).reshape(32, 1024)
            yield w["encoder/dense/bias"]
            yield mirrored(w["decoder/dense/kernel"].view(32, 2, 2, 256).permute(1, 2, 3, 0)).permute(2, 0, 1, 3).reshape(1024, 32)
            yield mirrored(w["decoder/dense/bias"].view(2, 2, 256)).permute(2, 0, 1).reshape(1024)
            for i in range(4):
                yield mirrored(w[numbered("decoder/conv2d_transpose", i) + "/kernel"]).permute(3, 2, 0, 1)
                yield w[numbered("decoder/conv2d_transpose", i) + "/bias"]

        with torch.no_grad():
            for p, v in zip(self.net.parameters(), values(), strict=True):
                p.copy_(v)

    def pictures(self, x):
        """Prepares a batch of (N, H, W, 3) once."""
        return x.flip(1, 2).permute(0, 3, 1, 2).contiguous(memory_format=self.memory_format)

    def forward(self, x):
        with torch.no_grad():
            return self.net(x)

    def train(self, x):
        self.optimizer.zero_grad()
        loss = F.mse_loss(self.net(x), x)
        loss.backward()
        self.optimizer.step()
        return loss


class Tuned(Naive):
    memory_format = torch.channels_last

    def __init__(self, w):
        torch.set_flush_denormal(True)
        super().__init__(w)

    def forward(self, x):
        with torch.inference_mode():
            return self.net(x)


class Up(torch.autograd.Function):
    """A 3x3 transposed convolution of stride 2, 'same', on (N, H, W, C), as TensorFlow has it. All nine taps of all
    pixels are one matrix product; what falls on the same pixel is added up afterwards. w is (in, 3*3*out)."""

    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        n, h, v, cin = x.shape
        cout = b.numel()
        t = torch.mm(x.view(-1, cin), w).view(n, h, v, 3, 3, cout)
        whole = x.new_empty(n, 2 * h, 2 * v, cout)
        y = whole.view(n, h, 2, v, 2, cout)
        torch.add(t[:, :, :, :2, :2].permute(0, 1, 3, 2, 4, 5), b, out=y)
        y[:, 1:, 0] += t[:, :-1, :, 2, :2]
        y[:, :, :, 1:, 0] += t[:, :, :-1, :2, 2].transpose(2, 3)
        y[:, 1:, 0, 1:, 0] += t[:, :-1, :-1, 2, 2]
        return whole

    @staticmethod
    def backward(ctx, dy):
        x, w = ctx.saved_tensors
        n, h, v, cin = x.shape
        cout = dy.shape[3]
        padded = F.pad(dy, (0, 0, 0, 1, 0, 1))
        a, r, c, _ = padded.stride()
        t = padded.as_strided((n, h, v, 3, 3, cout), (a, 2 * r, 2 * c, r, c, 1)).reshape(-1, 9 * cout)
        dx = torch.mm(t, w.t()).view(x.shape)
        return dx, torch.mm(x.view(-1, cin).t(), t), dy.sum((0, 1, 2))


class UpByGradient(torch.autograd.Function):
    """The same, from oneDNN's convolution of stride 2 and its gradients. w is (in, out, 3, 3), in channels_last."""

    @staticmethod
    def call(dy, x, w, wanted):
        return torch.ops.aten.convolution_backward(dy, x, w, None, [2, 2], [0, 0], [1, 1], False, [0, 0], 1, wanted)

    @staticmethod
    def forward(ctx, x, w, b):
        ctx.save_for_backward(x, w)
        n, h, v, _ = x.shape
        big = x.new_empty(n, 2 * h + 1, 2 * v + 1, b.numel()).permute(0, 3, 1, 2)  # only its shape matters
        y = UpByGradient.call(x.permute(0, 3, 1, 2), big, w, [True, False, False])[0]
        return y.permute(0, 2, 3, 1)[:, :-1, :-1] + b

    @staticmethod
    def backward(ctx, dy):
        x, w = ctx.saved_tensors
        padded = F.pad(dy, (0, 0, 0, 1, 0, 1)).permute(0, 3, 1, 2)
        dx = F.conv2d(padded, w, stride=2).permute(0, 2, 3, 1)
        dw = UpByGradient.call(x.permute(0, 3, 1, 2), padded, w, [False, True, False])[1]
        return dx, dw, dy.sum((0, 1, 2))


class Expert:
    """Everything lies in memory as (N, H, W, C): convolutions see it as channels_last, the rest as it is."""

    def __init__(self, w):
        torch.set_flush_denormal(True)
        # Conv2D filters to (out, in, kh, kw) in channels_last; Conv2DTranspose
        # filters (kh, kw, out, in) to (in, kh, kw, out).
        self.convs = [(w[numbered("encoder/conv2d", i) + "/kernel"].permute(3, 2, 0, 1).contiguous(memory_format=torch.channels_last),
                       w[numbered("encoder/conv2d", i) + "/bias"]) for i in range(4)]
        self.dense = [(w[k + "/dense/kernel"].t().contiguous(), w[k + "/dense/bias"]) for k in ("encoder", "decoder")]
        self.ups = [(self.up_filters(i, w[numbered("decoder/conv2d_transpose", i) + "/kernel"].permute(3, 0, 1, 2).contiguous()),
                     w[numbered("decoder/conv2d_transpose", i) + "/bias"]) for i in range(4)]
        self.params = [p.requires_grad_() for pair in self.convs + self.dense + self.ups for p in pair]
        self.m = [torch.zeros_like(p) for p in self.params]
        self.u = [torch.zeros_like(p) for p in self.params]
        self.steps = 0

    def up_filters(self, i, w):
        return w.flatten(1)

    def up(self, i, x, w, b):
        return Up.apply(x, w, b)

    def pictures(self, x):
        return x.permute(0, 3, 1, 2)  # lies as (N, H, W, C), which is channels_last

    def net(self, x):
        for w, b in self.convs:
            x = F.max_pool2d(F.elu_(F.conv2d(x, w, b, padding=1)), 2)
        x = F.elu_(F.linear(x.permute(0, 2, 3, 1).reshape(-1, 1024), *self.dense[0]))
        x = F.linear(x, *self.dense[1]).view(-1, 2, 2, 256)
        for i, (w, b) in enumerate(self.ups):
            x = self.up(i, x, w, b)
            if i < 3:
                x = F.elu_(x)
        return x.permute(0, 3, 1, 2)

    def forward(self, x):
        with torch.inference_mode():
            return self.net(x)

    def train(self, x):
        loss = F.mse_loss(self.net(x), x)
        g = torch.autograd.grad(loss, self.params)
        with torch.no_grad():
            self.steps += 1
            torch._foreach_mul_(self.m, BETA1)
            torch._foreach_add_(self.m, g, alpha=1 - BETA1)
            torch._foreach_mul_(self.u, BETA2)
            self.u = torch._foreach_maximum(self.u, torch._foreach_abs(g))
            torch._foreach_addcdiv_(self.params, self.m, torch._foreach_add(self.u, EPSILON), value=-RATE / (1 - BETA1**self.steps))
        return loss


class Beyond(Expert):
    """The smallest transposed convolution is faster as a matrix product; the others are not."""

    def up_filters(self, i, w):
        return super().up_filters(i, w) if i == 0 else w.permute(0, 3, 1, 2)

    def up(self, i, x, w, b):
        return super().up(i, x, w, b) if i == 0 else UpByGradient.apply(x, w, b)


class Half(Beyond):
    """beyond whose convolutions, forward and back, are in bf16, with float32's weights, dense layers and loss: what
    likeness calls --precision bf16."""

    def net(self, x):
        half = torch.bfloat16
        x = x.to(half)
        for w, b in self.convs:
            x = F.max_pool2d(F.elu_(F.conv2d(x, w.to(half), b.to(half), padding=1)), 2)
        x = F.elu_(F.linear(x.permute(0, 2, 3, 1).reshape(-1, 1024).float(), *self.dense[0]))
        x = F.linear(x, *self.dense[1]).view(-1, 2, 2, 256).to(half)
        for i, (w, b) in enumerate(self.ups):
            x = self.up(i, x, w.to(half), b.to(half))
            if i < 3:
                x = F.elu_(x)
        return x.permute(0, 3, 1, 2).float()


def numbered(name, i):
    return name if i == 0 else f"{name}_{i}"


def answer(**facts):
    print(json.dumps(facts), flush=True)


def main():
    kind, path, threads = sys.argv[1], sys.argv[2], int(sys.argv[3])
    torch.set_num_threads(threads)
    tensors = read_safetensors(path)
    if kind == "export":
        net = Naive(tensors).net.eval()
        return torch.onnx.export(net, torch.zeros(BATCH, 3, 32, 32), sys.argv[4], opset_version=13, input_names=["x"], output_names=["y"])
    peer = {"naive": Naive, "tuned": Tuned, "expert": Expert, "beyond": Beyond, "half": Half}[kind](tensors)
    batches = [peer.pictures(x) for x in tensors["speed/pictures"].split(BATCH)]
    turn = 0

    def measure(do, seconds):
        nonlocal turn
        start, images = time.perf_counter(), 0
        while True:
            do(batches[turn % len(batches)])
            turn += 1
            images += BATCH
            took = time.perf_counter() - start
            if took >= seconds:
                return answer(images=images, seconds=took)

    capability = [s.split(":")[1].strip() for s in torch.__config__.show().split("\n") if "CPU capability" in s]
    answer(about=f"PyTorch {torch.__version__}, {' '.join(capability)}")
    for line in sys.stdin:
        command, number = line.split()
        if command == "losses":
            answer(losses=[peer.train(batches[i % len(batches)]).item() for i in range(int(number))])
        else:
            measure({"train": peer.train, "forward": peer.forward}[command], float(number))


if __name__ == "__main__":
    sys.exit(main())
