"""Writes small HDF5 files with h5py for the tests of package hdf5, and what is in them.

    python3 make.py FOLDER [CHILDREN]

CHILDREN is how many groups there are in the files "many", 60 where it is not said; with
more the files "pages" are larger, too.
Each NAME.h5 has NAME.json beside it, see describe.py. Debian's python3-h5py 3.7 wrote
those in the folder.
"""
import os
import sys

import h5py
import numpy as np

from describe import describe

folder = sys.argv[1]
children = int(sys.argv[2]) if len(sys.argv) > 2 else 60
values = np.random.default_rng(7)


def kinds(f):
    """Every type and every way to lay data out."""
    a = values.standard_normal((5, 7)).astype(np.float32)
    f["f2"], f["f4"], f["f8"] = a.astype("<f2"), a, a.astype("<f8")
    for t in ("f2", "f4", "f8"):
        f["big_" + t] = a.astype(">" + t)
    f["special"] = np.array([np.inf, -np.inf, 6.1e-05, 5.96e-08, -5.96e-08, 65504, 0], "<f2")
    for t in ("i1", "u1", "<i2", ">i4", "<u4", ">i8"):
        f["int_" + t.strip("<>")] = np.array([-1 if t.strip("<>")[0] == "i" else 1, 0, 100], t)
    f["flag"] = np.array([True, False, True])
    f["one"] = np.float32(2.5)
    f["empty"] = np.zeros((0, 3), np.float32)
    b = values.standard_normal((13, 9, 2)).astype(np.float32)
    chunked = lambda name, **k: f.create_dataset(name, data=b, chunks=(4, 4, 2), **k)
    chunked("plain")
    chunked("gzip", compression="gzip")
    chunked("shuffle", compression="gzip", shuffle=True)
    chunked("fletcher32", fletcher32=True)
    chunked("all", compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("one_chunk", data=b, chunks=b.shape)
    f.create_dataset("one_gzip", data=b, chunks=b.shape, compression="gzip")
    f.create_dataset("big_gzip", data=b.astype(">f8"), chunks=(5, 5, 1), compression="gzip", shuffle=True)
    f.create_dataset("partly", shape=(10, 10), chunks=(4, 4), dtype="f4", fillvalue=0.5)[0:2, 0:2] = 1
    f.create_dataset("never", shape=(3,), dtype="f4", fillvalue=2.0)
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((4, 4))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    s = h5py.h5s.create_simple((6, 9))
    d = h5py.h5d.create(f.id, b"early", h5py.h5t.IEEE_F32LE, s, early)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(54, dtype=np.float32).reshape(6, 9))
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, h5py.h5s.create_simple((4,)), compact)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(4, dtype=np.float32))
    f["fixed_text"] = np.array([b"conv2d/kernel:0", b"conv2d/bias:0", b""], "S16")
    f["text"] = "Gesicht \u00e4"
    f.create_dataset("texts", data=["a", "", "\u00e4\u00f6\u00fc" * 50], dtype=h5py.string_dtype())
    f.attrs["text"] = "one"
    f.attrs["bytes"] = np.bytes_(b"fixed")
    f.attrs["list"] = [b"layer_one", b"layer_two"]
    f.attrs["fixed_list"] = np.array([b"layer_one", b"two"])
    f.attrs["nothing"] = []
    f.attrs["null"] = h5py.Empty("f4")
    f.attrs["count"] = 3
    f["f4"].attrs["on a dataset"] = [1, 2, 3]
    f.create_group("a/b/c").attrs["deep"] = "yes"
    ordered = f.create_group("ordered", track_order=True)
    for name in "zyxwvutsrq":
        ordered.create_group(name, track_order=True).attrs[name] = name
        ordered.attrs[name] = 1
    f["a/soft"] = h5py.SoftLink("/f4")
    f["a/again"] = f["f4"]


def many(f):
    """More children and attributes than fit into an object's header."""
    for i in range(children):
        g = f.create_group("layer_%d" % i)
        if i % 20 == 0:
            g["kernel"] = np.full((2,), i, np.float32)
    for i in range(40):
        f["layer_7"].attrs["attribute %d" % i] = "value %d" % i
    f["layer_8"].attrs["layer_names"] = [b"layer_%d" % i for i in range(children)]


def pages(f):
    """So many chunks that their index has pages, of which some were never written."""
    d = f.create_dataset("paged", shape=(3000,), chunks=(1,), dtype="i1", fillvalue=3)
    d[0:10] = 1
    d[2990:] = 2
    if children > 60:
        d = f.create_dataset("full", shape=(70, 80), chunks=(1, 2), dtype="f4", compression="gzip", shuffle=True)
        d[...] = values.standard_normal((70, 80))
        d = f.create_dataset("plain", shape=(3000,), chunks=(1,), dtype="f8")
        d[...] = np.arange(3000)
    d = f.create_dataset("packed", shape=(40, 3), chunks=(1, 3), dtype="f4", compression="gzip")
    d[...] = np.arange(120).reshape(40, 3)


for libver in ("earliest", "latest"):
    for name, make in (("kinds", kinds), ("many", many), ("pages", pages)):
        path = os.path.join(folder, "%s_%s.h5" % (name, libver))
        with h5py.File(path, "w", libver=libver) as f:
            make(f)
        describe(path)

# A user's block before the file, and attributes that are larger than a message.
path = os.path.join(folder, "userblock.h5")
with h5py.File(path, "w", userblock_size=1024, libver="latest") as f:
    f["x"] = np.arange(3, dtype=np.float32)
    f.attrs.create("large", np.zeros(9000))
describe(path)

# What is refused, by its name.
path = os.path.join(folder, "unread.hdf5")
with h5py.File(path, "w", libver="latest") as f:
    a = np.arange(12, dtype=np.float32).reshape(4, 3)
    f.create_dataset("growing", data=a, maxshape=(None, 3), chunks=(2, 3))
    f.create_dataset("growing_both", data=a, maxshape=(None, None), chunks=(2, 3))
    f.create_dataset("lzf", data=a, compression="lzf")
    f.create_dataset("scaled", data=a, scaleoffset=2, chunks=(4, 3))
    f["compound"] = np.zeros(2, [("a", "f4"), ("b", "i4")])
    f["complex"] = np.zeros(2, np.complex64)
    f["reference"] = f["lzf"].ref
    f.create_dataset("lists", (2,), dtype=h5py.vlen_dtype(np.float32))[0] = [1, 2]
    f["elsewhere"] = h5py.ExternalLink("other.h5", "/x")
    f.create_dataset("outside", (3,), "f4", external=[("outside.bin", 0, 12)])
    virtual = h5py.VirtualLayout((4, 3), "f4")
    virtual[:] = h5py.VirtualSource("other.h5", "x", (4, 3))
    f.create_virtual_dataset("virtual", virtual)
