# Writes arrays.npz and fortran.npy, which npy's tests read. Run here with /usr/bin/python3 (NumPy).
import numpy as np

numbers = np.arange(6, dtype="float64").reshape(2, 3) - 2
np.savez_compressed(
    "arrays.npz",
    f2=numbers.astype("<f2"), f4=numbers.astype("<f4"), f8=numbers, big=numbers.astype(">f4"),
    half=np.array([1 / 3, 65504, 6e-8, -np.inf], dtype="<f2"),
    i1=numbers.astype("i1"), i2=numbers.astype(">i2"), i4=numbers.astype("i4"), i8=numbers.astype(">i8"),
    u1=np.array([255], "u1"), u2=np.array([65535], ">u2"), u4=np.array([7], "u4"), u8=np.array([8], "u8"),
    truth=np.array([True, False]), one=np.float32(3.5), none=np.zeros((0, 4), "f4"),
    words=np.array(["Ada", "", "Zoë 😀"]), swapped=np.array(["ab"], dtype=">U2"), raw=np.array([b"x", b"yz"]),
    days=np.array(["2024-02-29", "NaT"], dtype="M8[D]"), ns=np.array(["1969-12-31T23:59:59.5"], dtype="M8[ns]"),
    columns=np.asfortranarray(np.arange(24, dtype="f4").reshape(2, 3, 4)),
)
np.save("fortran.npy", np.asfortranarray(numbers.astype("f4")))
np.save("objects.npy", np.array([{"a": 1}, None], dtype=object), allow_pickle=True)
np.save("records.npy", np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f4")]))
