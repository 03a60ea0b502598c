"""Writes files as Keras lays them out, with h5py alone, for the tests of package keras.

    python3 make.py FOLDER

No Keras is needed. Layouts are those of keras.engine.saving.hdf5_format of Keras 2.2 to
2.15, keras.legacy.saving.legacy_h5_format and keras.saving.saving_lib of Keras 3. Weights
are small and follow from the layer's place in its network, so that tests know them: value
number i of the array number k is sin(100*k + i)/4, of a variance its square. The arrays
are numbered through all of a file.
"""
import io
import json
import os
import sys
import zipfile

import h5py
import numpy as np

folder = sys.argv[1]
LIMIT = 64512


class Numbers:
    def __init__(self):
        self.k = 0

    def array(self, shape, name="kernel"):
        a = np.sin(100 * self.k + np.arange(int(np.prod(shape)), dtype=np.float64)) / 4
        self.k += 1
        return (a * a if name == "moving_variance" else a).reshape(shape).astype(np.float32)


# A layer is (class, name, {variable: shape}, configuration).
def conv(name, i, o, k=3, cls="Conv2D", **config):
    shape = (k, k, o, i) if cls == "Conv2DTranspose" else (k, k, i, o)
    weights = {"kernel": shape}
    if config.get("use_bias", True):
        weights["bias"] = (o,)
    base = {"filters": o, "kernel_size": [k, k], "strides": [1, 1], "padding": "same", "activation": "linear", "use_bias": True,
            "dilation_rate": [1, 1], "data_format": "channels_last"}
    return cls, name, weights, {**base, **config}


def transpose(name, i, o, k=3, **config):
    return conv(name, i, o, k, "Conv2DTranspose", **{"strides": [2, 2], "output_padding": None, **config})


def dense(name, i, o, **config):
    weights = {"kernel": (i, o)}
    if config.get("use_bias", True):
        weights["bias"] = (o,)
    return "Dense", name, weights, {"units": o, "activation": "linear", "use_bias": True, **config}


def plain(cls, name, **config):
    return cls, name, {}, config


def pool(name):
    return plain("MaxPooling2D", name, pool_size=[2, 2], padding="valid", strides=[2, 2], data_format="channels_last")


def norm(name, channels, axis=3, **config):
    names = ["gamma", "beta", "moving_mean", "moving_variance"]
    if not config.get("scale", True):
        names.remove("gamma")
    if not config.get("center", True):
        names.remove("beta")
    return "BatchNormalization", name, {n: (channels,) for n in names}, {"axis": [axis], "momentum": 0.99, "epsilon": 0.001, "center": True, "scale": True, **config}


def tutorial(side=16, filters=(4, 5, 6, 7), code=8):
    """The exercise's networks with other filters: encoder and decoder."""
    enc, channels = [], 3
    for n, f in enumerate(filters):
        suffix = "" if n == 0 else "_%d" % n
        enc += [conv("conv2d" + suffix, channels, f, activation="elu"), pool("max_pooling2d" + suffix)]
        channels = f
    small = side >> len(filters)
    flat = small * small * channels
    enc += [plain("Flatten", "flatten", data_format="channels_last"), dense("dense", flat, code, activation="elu")]
    dec = [dense("dense_1", code, flat), plain("Reshape", "reshape", target_shape=[small, small, channels])]
    for n, f in enumerate(list(filters[-2::-1]) + [3]):
        suffix = "" if n == 0 else "_%d" % n
        dec.append(transpose("conv2d_transpose" + suffix, channels, f, activation="linear" if f == 3 else "elu"))
        channels = f
    return enc, dec


def names_attribute(g, name, data, fixed):
    """save_attributes_to_hdf5_group; h5py 2 wrote lists of bytes as fixed strings."""
    parts, n = [data], 1
    while any(np.asarray(p).nbytes > LIMIT for p in parts):
        n += 1
        parts = [list(p) for p in np.array_split(np.asarray(data), n)]
    if n > 1:
        for i, p in enumerate(parts):
            g.attrs["%s%d" % (name, i)] = np.asarray(p)
    else:
        g.attrs[name] = np.asarray(data) if fixed and data else data


def legacy(root, model, version, numbers, keras3=False, fixed=False):
    """The weights of a model: a list of (layer name, [layers in it])."""
    names_attribute(root, "layer_names", [name.encode() for name, _ in model], fixed)
    root.attrs["backend"] = b"tensorflow"
    root.attrs["keras_version"] = version.encode()
    for name, layers in model:
        g = root.create_group(name)
        weights = [(l[1], v, shape) for l in layers for v, shape in l[2].items() if not v.startswith("moving_")]
        weights += [(l[1], v, shape) for l in layers for v, shape in l[2].items() if v.startswith("moving_")]
        paths = [("sequential/%s/%s" if keras3 else "%s/%s:0") % (layer, v) for layer, v, _ in weights]
        names_attribute(g, "weight_names", [p.encode() for p in paths], fixed)
        for path, (layer, v, shape) in zip(paths, weights):
            g.create_dataset(path, data=numbers.array(shape, v))
    if version[:3] not in ("2.0", "2.2"):
        names_attribute(root.create_group("top_level_model_weights"), "weight_names", [], fixed)


def flat(layers):
    return [(l[1], [l]) for l in layers]


def snake(cls):
    import re
    return re.sub("([a-z])([A-Z])", r"\1_\2", re.sub("(.)([A-Z][a-z]+)", r"\1_\2", cls)).lower()


def keras3(root, layers, numbers, key="layers"):
    """_save_state of Keras 3: a layer, or ("Sequential", name, [layers])."""
    root.create_group("vars") if "vars" not in root else None
    used = {}
    for l in layers:
        name = snake(l[0])
        if name in used:
            used[name] += 1
            name = "%s_%d" % (name, used[name])
        else:
            used[name] = 0
        g = root.create_group(key + "/" + name)
        if isinstance(l[2], list):
            keras3(g, l[2], numbers, key)
            continue
        v = g.create_group("vars")
        for i, (variable, shape) in enumerate(l[2].items()):
            v[str(i)] = numbers.array(shape, variable)


def config2(name, shape, layers, old=False):
    """A Sequential of Keras 2."""
    out = []
    if not old:
        out.append({"class_name": "InputLayer", "config": {"batch_input_shape": [None] + shape, "dtype": "float32", "sparse": False, "ragged": False, "name": name + "_input"}})
    for i, (cls, lname, _, config) in enumerate(layers):
        c = {"name": lname, "trainable": True, "dtype": "float32", **config}
        if old and i == 0:
            c["batch_input_shape"] = [None] + shape
        out.append({"class_name": cls, "config": c})
    return {"class_name": "Sequential", "config": out if old else {"name": name, "layers": out}}


def functional2(name, shape, layers, cls="Functional"):
    """A Functional of Keras 2, each layer called once; a layer may be a model."""
    out = [{"class_name": "InputLayer", "config": {"batch_input_shape": [None] + shape, "dtype": "float32", "sparse": False, "ragged": False, "name": name + "_in"}, "name": name + "_in", "inbound_nodes": []}]
    before = name + "_in"
    for l in layers:
        if isinstance(l, dict):
            entry, own = dict(l), l.get("name") or l["config"]["name"]
        else:
            entry, own = {"class_name": l[0], "config": {"name": l[1], "trainable": True, "dtype": "float32", **l[3]}}, l[1]
        out.append({**entry, "name": own, "inbound_nodes": [[[before, 0, 0, {}]]]})
        before = own
    return {"class_name": cls, "config": {"name": name, "layers": out, "input_layers": [[name + "_in", 0, 0]], "output_layers": [[before, 0, 0]]}}


def policy():
    return {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": None}


def config3(name, shape, layers, functional=False):
    """A Sequential or a Functional of Keras 3."""
    def tensor(before):
        return [{"args": [{"class_name": "__keras_tensor__", "config": {"shape": [None] + shape, "dtype": "float32", "keras_history": [before, 0, 0]}}], "kwargs": {}}]

    out = [{"module": "keras.layers", "class_name": "InputLayer", "config": {"batch_shape": [None] + shape, "dtype": "float32", "sparse": False, "name": "input_" + name}, "registered_name": None}]
    before = "input_" + name
    if functional:
        out[0].update({"name": before, "inbound_nodes": []})
    for l in layers:
        if isinstance(l, dict):
            entry, own = dict(l), l["config"]["name"]
        else:
            entry, own = {"module": "keras.layers", "class_name": l[0], "config": {"name": l[1], "trainable": True, "dtype": policy(), **l[3]}, "registered_name": None, "build_config": {"input_shape": [None] + shape}}, l[1]
        if functional:
            entry.update({"name": own, "inbound_nodes": tensor(before)})
        out.append(entry)
        before = own
    config = {"name": name, "trainable": True, "layers": out}
    if functional:
        config.update({"input_layers": [["input_" + name, 0, 0]], "output_layers": [[before, 0, 0]]})
    else:
        config["build_input_shape"] = [None] + shape
    return {"module": "keras" if not functional else "keras.src.models.functional", "class_name": "Functional" if functional else "Sequential", "config": config, "registered_name": None}


def archive(name, config, layers, key="layers"):
    with zipfile.ZipFile(os.path.join(folder, name), "w") as z:
        z.writestr("metadata.json", json.dumps({"keras_version": "3.5.0", "date_saved": "2024-09-01@12:00:00"}))
        z.writestr("config.json", json.dumps(config))
        b = io.BytesIO()
        with h5py.File(b, "w") as f:
            keras3(f, layers, Numbers(), key)
        z.writestr("model.weights.h5", b.getvalue())


def weights(name, write, **how):
    with h5py.File(os.path.join(folder, name), "w", **how) as f:
        write(f)


enc, dec = tutorial()

# The exercise: encoder.save_weights("encoder.h5") with Keras 2.2 and h5py 2, later ones and h5py 3, Keras 3.
weights("encoder.h5", lambda f: legacy(f, flat(enc), "2.2.4", Numbers(), fixed=True))
weights("decoder.h5", lambda f: legacy(f, flat(dec), "2.2.4", Numbers(), fixed=True))
weights("encoder-2.15.h5", lambda f: legacy(f, flat(enc), "2.15.0", Numbers()), libver="latest")
weights("decoder-2.15.h5", lambda f: legacy(f, flat(dec), "2.15.0", Numbers()))
weights("encoder-3.h5", lambda f: legacy(f, flat(enc), "3.5.0", Numbers(), keras3=True))
weights("encoder.weights.h5", lambda f: keras3(f, enc, Numbers()))
weights("decoder.weights.h5", lambda f: keras3(f, dec, Numbers()))
weights("encoder-2.13.weights.h5", lambda f: keras3(f, enc, Numbers(), "_layer_checkpoint_dependencies"))

# Both in one: a model of two models, and a Sequential.
weights("nested.h5", lambda f: legacy(f, [("input_1", []), ("sequential", enc), ("sequential_1", dec)], "2.11.0", Numbers()))
weights("nested.weights.h5", lambda f: keras3(f, [("InputLayer", "input", {}), ("Functional", "encoder", enc), ("Sequential", "decoder", dec)], Numbers()))

# The linear one of the exercise.
pca = [dense("dense", 4 * 4 * 3, 5)], [dense("dense_1", 5, 4 * 4 * 3), plain("Reshape", "reshape", target_shape=[4, 4, 3])]
weights("pca-encoder.h5", lambda f: legacy(f, flat([plain("Flatten", "flatten")] + pca[0]), "2.15.0", Numbers()))
weights("pca-decoder.h5", lambda f: legacy(f, flat(pca[1]), "2.15.0", Numbers()))

# Whole models. What the readers of the exercise build: ReLU, UpSampling2D, BatchNormalization, a Dropout.
own_enc = [
    conv("conv2d_3", 3, 4, activation="relu"), pool("pool_1"),
    conv("conv2d_4", 4, 6, strides=[2, 2], use_bias=False), norm("batch_normalization", 6), plain("LeakyReLU", "leaky_re_lu", alpha=0.30000001192092896),
    plain("Dropout", "dropout", rate=0.2, noise_shape=None, seed=None), plain("Flatten", "flatten"), dense("code", 2 * 3 * 6, 4),
]
own_dec = [
    dense("dense_7", 4, 2 * 3 * 6, activation="relu"), norm("batch_normalization_1", 36, axis=1, scale=False), plain("Reshape", "reshape", target_shape=[2, -1, 6]),
    plain("UpSampling2D", "up_sampling2d", size=[2, 2], interpolation="nearest", data_format="channels_last"), conv("conv2d_8", 6, 4, activation="tanh"),
    transpose("conv2d_transpose_1", 4, 4, 2, activation="elu", padding="valid"), conv("conv2d_9", 4, 3, 1, activation="sigmoid"),
]


def whole(name, config, model, version="2.11.0", fixed=False, optimizer=True):
    with h5py.File(os.path.join(folder, name), "w") as f:
        f.attrs["keras_version"] = version.encode() if fixed else version
        f.attrs["backend"] = "tensorflow"
        f.attrs["model_config"] = json.dumps(config).encode("utf8") if fixed else json.dumps(config)
        f.attrs["training_config"] = json.dumps({"loss": "mse"})
        legacy(f.create_group("model_weights"), model, version, Numbers(), fixed=fixed)
        if optimizer:
            g = f.create_group("optimizer_weights")
            g.attrs["weight_names"] = [b"Adamax/iteration:0"]
            g["Adamax/iteration:0"] = np.int64(7)


shape = [8, 12, 3]
whole("own-sequential.h5", config2("autoencoder", shape, own_enc + own_dec), flat(own_enc + own_dec))
whole("own-old.h5", config2("autoencoder", shape, own_enc + own_dec, old=True), flat(own_enc + own_dec), version="2.2.2", fixed=True)
nested = functional2("autoencoder", shape, [config2("encoder", shape, own_enc), functional2("decoder", [4], own_dec)])
whole("own-nested.h5", nested, [("autoencoder_in", []), ("encoder", own_enc), ("decoder", own_dec)])
whole("own-encoder.h5", functional2("encoder", shape, own_enc), flat([plain("InputLayer", "encoder_in")] + own_enc))
whole("own-decoder.h5", config2("decoder", [4], own_dec), flat(own_dec))
archive("own-sequential.keras", config3("autoencoder", shape, own_enc + own_dec), own_enc + own_dec)
archive("own-nested.keras", config3("autoencoder", shape, [config3("encoder", shape, own_enc), config3("decoder", [4], own_dec, True)], True),
        [("InputLayer", "input", {}), ("Sequential", "encoder", own_enc), ("Functional", "decoder", own_dec)])

# What the exercise's own callback saves, in Keras 2.0.6: a Model of two Sequentials, whose
# configurations are lists.
exercise = [config2("", [16, 16, 3], enc, old=True), config2("", [8], dec, old=True)]
for model, own in zip(exercise, ("sequential_1", "sequential_2")):
    model["name"] = own
whole("exercise.h5", functional2("model_1", [16, 16, 3], exercise, "Model"), [("model_1_in", []), ("sequential_1", enc), ("sequential_2", dec)], version="2.0.6", fixed=True)
