"""A few of Keras's layers in NumPy, written by its documentation, and load_weights as
keras.legacy.saving.legacy_h5_format and keras.saving.saving_lib have it. It stands in for
Keras, which is no Debian package: with it in Python's path, modules that import keras are run.
"""
import re
import types

import h5py
import numpy as np


class Tensor:
    def __init__(self, shape, layer=None, inputs=()):
        self.shape, self.layer, self.inputs = tuple(shape), layer, list(inputs)


def Input(shape, name=None):
    return Tensor(shape, layer=InputLayer(name, shape))


FUNCTIONS = {
    None: lambda x: x, "linear": lambda x: x, "elu": lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    "relu": lambda x: np.maximum(x, 0), "sigmoid": lambda x: 1 / (1 + np.exp(-x)), "tanh": np.tanh,
}


def function(a):
    return a.run if isinstance(a, Layer) else FUNCTIONS[a]


def pair(n):
    return (n, n) if isinstance(n, int) else tuple(n)


class Layer:
    variables = ()

    def __init__(self, name=None):
        self.name, self.weights = name, {}

    def __call__(self, x):
        xs = x if isinstance(x, list) else [x]
        self.build(xs[0].shape)
        y = self.run(*[np.zeros((1,) + t.shape) for t in xs])
        return Tensor(y.shape[1:], self, xs)

    def build(self, shape):
        pass

    def need(self, **shapes):
        self.variables = tuple(shapes)
        self.weights = {k: np.zeros(s) for k, s in shapes.items()}

    def set(self, values):
        assert [v.shape for v in values] == [w.shape for w in self.weights.values()], (self.name, [v.shape for v in values])
        self.weights = {k: v.astype(np.float64) for k, v in zip(self.weights, values)}


class InputLayer(Layer):
    def __init__(self, name, shape):
        super().__init__(name)


class Dense(Layer):
    def __init__(self, units, activation=None, name=None):
        super().__init__(name)
        self.units, self.f = units, function(activation)

    def build(self, shape):
        self.need(kernel=(shape[-1], self.units), bias=(self.units,))

    def run(self, x):
        return self.f(x @ self.weights["kernel"] + self.weights["bias"])


def same(size, k, s):
    """Output size, padding before and after, as TensorFlow pads."""
    out = -(-size // s)
    total = max((out - 1) * s + k - size, 0)
    return out, total // 2, total - total // 2


class Conv2D(Layer):
    def __init__(self, filters, kernel_size, strides=1, padding="valid", activation=None, name=None):
        super().__init__(name)
        assert padding == "same"
        self.filters, self.k, self.s, self.f = filters, pair(kernel_size)[0], pair(strides)[0], function(activation)

    def build(self, shape):
        self.need(kernel=(self.k, self.k, shape[-1], self.filters), bias=(self.filters,))

    def run(self, x):
        n, h, w, _ = x.shape
        (oh, top, bottom), (ow, left, right) = same(h, self.k, self.s), same(w, self.k, self.s)
        x = np.pad(x, ((0, 0), (top, bottom), (left, right), (0, 0)))
        y = np.zeros((n, oh, ow, self.filters))
        for i in range(self.k):
            for j in range(self.k):
                y += x[:, i : i + (oh - 1) * self.s + 1 : self.s, j : j + (ow - 1) * self.s + 1 : self.s] @ self.weights["kernel"][i, j]
        return self.f(y + self.weights["bias"])


class Conv2DTranspose(Conv2D):
    def build(self, shape):
        self.need(kernel=(self.k, self.k, self.filters, shape[-1]), bias=(self.filters,))

    def run(self, x):
        n, h, w, _ = x.shape
        oh, ow = h * self.s, w * self.s
        (_, top, bottom), (_, left, right) = same(oh, self.k, self.s), same(ow, self.k, self.s)
        y = np.zeros((n, oh + top + bottom, ow + left + right, self.filters))
        for i in range(self.k):
            for j in range(self.k):
                y[:, i : i + (h - 1) * self.s + 1 : self.s, j : j + (w - 1) * self.s + 1 : self.s] += x @ self.weights["kernel"][i, j].T
        return self.f(y[:, top : top + oh, left : left + ow] + self.weights["bias"])


class MaxPooling2D(Layer):
    def __init__(self, pool_size=2, padding="valid", name=None):
        super().__init__(name)
        assert pool_size == 2
        self.padding = padding

    def run(self, x):
        if self.padding == "same":
            x = np.pad(x, ((0, 0), (0, x.shape[1] % 2), (0, x.shape[2] % 2), (0, 0)), constant_values=-np.inf)
        x = x[:, : x.shape[1] // 2 * 2, : x.shape[2] // 2 * 2]
        return x.reshape(x.shape[0], x.shape[1] // 2, 2, x.shape[2] // 2, 2, x.shape[3]).max((2, 4))


class Flatten(Layer):
    def __init__(self, data_format=None, name=None):
        super().__init__(name)

    def run(self, x):
        return x.reshape(len(x), -1)


class Reshape(Layer):
    def __init__(self, target_shape, name=None):
        super().__init__(name)
        self.target = target_shape

    def run(self, x):
        return x.reshape((len(x),) + self.target)


class Activation(Layer):
    def __init__(self, activation, name=None):
        super().__init__(name)
        self.f = function(activation)

    def run(self, x):
        return self.f(x)


class LeakyReLU(Layer):
    def __init__(self, slope=0.3, name=None):
        super().__init__(name)
        self.slope = slope

    def run(self, x):
        return np.where(x > 0, x, x * self.slope)


class UpSampling2D(Layer):
    def __init__(self, size=2, interpolation="nearest", name=None):
        super().__init__(name)
        self.size = pair(size)

    def run(self, x):
        return x.repeat(self.size[0], 1).repeat(self.size[1], 2)


class BatchNormalization(Layer):
    def __init__(self, epsilon=0.001, name=None):
        super().__init__(name)
        self.epsilon = epsilon

    def build(self, shape):
        c = (shape[-1],)
        self.need(gamma=c, beta=c, moving_mean=c, moving_variance=c)

    def run(self, x):
        w = self.weights
        return w["gamma"] * (x - w["moving_mean"]) / np.sqrt(w["moving_variance"] + self.epsilon) + w["beta"]


class Rescaling(Layer):
    def __init__(self, scale, offset=0.0, name=None):
        super().__init__(name)
        self.scale, self.offset = scale, offset

    def run(self, x):
        return x * self.scale + self.offset


class Add(Layer):
    def run(self, a, b):
        return a + b


layers = types.SimpleNamespace(**{c.__name__: c for c in Layer.__subclasses__() + Conv2D.__subclasses__()})


def snake(cls):
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", cls)).lower()


class Model:
    def __init__(self, inputs, outputs, name=None):
        self.inputs, self.outputs, self.name = inputs, outputs, name
        self.layers = []

        def visit(t):
            for i in t.inputs:
                visit(i)
            if t.layer not in self.layers:
                self.layers.append(t.layer)

        visit(outputs)

    def load_weights(self, path, by_name=False):
        with h5py.File(path, "r") as f:
            if path.endswith(".weights.h5"):
                used = {}
                for layer in self.layers:
                    name = snake(type(layer).__name__)
                    if name in used:
                        used[name] += 1
                        name = "%s_%d" % (name, used[name])
                    else:
                        used[name] = 0
                    variables = f["layers/" + name + "/vars"]
                    layer.set([np.array(variables[str(i)]) for i in range(len(variables))])
                return
            assert f.attrs["keras_version"][:1] in (b"2", "2")

            def names(g, name):
                if name in g.attrs:
                    return [n.decode("utf8") if hasattr(n, "decode") else n for n in g.attrs[name]]
                all, i = [], 0
                while "%s%d" % (name, i) in g.attrs:
                    all += [n.decode("utf8") for n in g.attrs["%s%d" % (name, i)]]
                    i += 1
                return all

            values = {n: [np.array(f[n][w]) for w in names(f[n], "weight_names")] for n in names(f, "layer_names")}
            if by_name:
                assert set(values) == {l.name for l in self.layers}, (sorted(values), [l.name for l in self.layers])
                for layer in self.layers:
                    layer.set(values[layer.name])
                return
            mine, theirs = [l for l in self.layers if l.weights], [v for v in values.values() if v]
            assert len(mine) == len(theirs)
            for layer, v in zip(mine, theirs):
                layer.set(v)

    def predict(self, x):
        known = {id(self.inputs): x.astype(np.float64)}

        def value(t):
            if id(t) not in known:
                known[id(t)] = t.layer.run(*[value(i) for i in t.inputs])
            return known[id(t)]

        return value(self.outputs)
