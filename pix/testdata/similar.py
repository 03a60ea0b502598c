#!/usr/bin/env python3
"""Makes similar.json, reference values of SSIM. Run inside this folder.

Needs numpy and opencv (made with 1.24.2 and 4.6.0). SSIM is written down from
Wang et al. (2004) as a sum over every window, nothing separable, in float64; for
pictures of 11x11 and more cv2.filter2D must agree.
"""
import json
import math

import cv2
import numpy as np


def picture(w, h, seed):
    """Numbers in [-0.5, 0.5] by an integer formula that the Go test repeats."""
    i = np.arange(w * h * 3, dtype=np.uint32) + np.uint32(seed) * np.uint32(7919)
    v = (i ^ (i >> np.uint32(15))) * np.uint32(2654435761)
    v = (v ^ (v >> np.uint32(13))) * np.uint32(1597334677)
    return ((v >> np.uint32(24)).astype(np.float64) / 255 - 0.5).reshape(h, w, 3)


def smooth(w, h):
    y, x, c = np.mgrid[0:h, 0:w, 0:3]
    return ((x * 3 + y * 5 + c * 11) % 64) / 64 - 0.5


def window(n):
    d = np.arange(n) - n // 2
    g = np.exp(-d * d / (2 * 1.5 ** 2))
    g = np.outer(g, g)
    return g / g.sum()


def ssim(x, y):
    h, w, _ = x.shape
    n = min(11, w if w % 2 else w - 1, h if h % 2 else h - 1)
    g, c1, c2, total, count = window(n), 0.01 ** 2, 0.03 ** 2, 0.0, 0
    x, y = x + 0.5, y + 0.5
    for c in range(3):
        for i in range(h - n + 1):
            for j in range(w - n + 1):
                a, b = x[i:i + n, j:j + n, c], y[i:i + n, j:j + n, c]
                ma, mb = (g * a).sum(), (g * b).sum()
                va, vb, cov = (g * (a - ma) ** 2).sum(), (g * (b - mb) ** 2).sum(), (g * (a - ma) * (b - mb)).sum()
                total += (2 * ma * mb + c1) * (2 * cov + c2) / ((ma * ma + mb * mb + c1) * (va + vb + c2))
                count += 1
    return total / count


def with_opencv(x, y):
    x, y, r = x + 0.5, y + 0.5, 5
    k = cv2.getGaussianKernel(11, 1.5)
    f = lambda p: cv2.sepFilter2D(p, -1, k, k)[r:-r, r:-r]
    mx, my = f(x), f(y)
    vx, vy, cov = f(x * x) - mx * mx, f(y * y) - my * my, f(x * y) - mx * my
    return ((2 * mx * my + 1e-4) * (2 * cov + 9e-4) / ((mx * mx + my * my + 1e-4) * (vx + vy + 9e-4))).mean()


cases = []
for w, h in [(32, 32), (11, 11), (12, 40), (33, 17), (7, 9), (6, 20), (1, 5), (2, 2)]:
    for amount in (0.0, 0.1, 1.0):
        x = smooth(w, h)
        y = x + amount * picture(w, h, 3)
        value = ssim(x, y)
        if min(w, h) >= 11:
            assert math.isclose(value, with_opencv(x, y), abs_tol=1e-9), (w, h)
        cases.append({"w": w, "h": h, "amount": amount, "ssim": value})
json.dump(cases, open("similar.json", "w"), indent=0)
