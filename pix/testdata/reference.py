#!/usr/bin/env python3
"""Makes the reference values in this folder. Run inside it.

Needs python3-opencv (made with 4.6.0, libjpeg-turbo 2.1.5), python3-pil, and
the programs cjpeg (libjpeg-turbo-progs) and cwebp (webp).
"""
import hashlib
import json
import os
import subprocess
import tempfile

import cv2
import numpy as np
from PIL import Image


def picture(w, h):
    """Bytes that look random, by an integer formula that the Go test repeats."""
    y, x, c = np.mgrid[0:h, 0:w, 0:3].astype(np.uint32)
    v = x * np.uint32(73856093) ^ y * np.uint32(19349663) ^ (c + np.uint32(1)) * np.uint32(83492791)
    v = (v ^ (v >> np.uint32(15))) * np.uint32(2654435761)
    return (v >> np.uint32(24)).astype(np.uint8)


def resize_cases():
    rng = np.random.default_rng(7)
    sizes = [(90, 90, 32, 32), (90, 90, 45, 45), (90, 44, 45, 22), (90, 45, 45, 45),
             (250, 250, 32, 32), (250, 250, 45, 45), (250, 250, 64, 64), (32, 32, 256, 256),
             (1, 1, 1, 1), (1, 1, 32, 32), (1, 5, 7, 9), (5, 1, 3, 8), (2, 2, 1, 1), (3, 2, 1, 1),
             (2, 2, 4, 4), (45, 45, 90, 90), (90, 90, 30, 30), (90, 90, 22, 22), (90, 90, 90, 45),
             (640, 3, 32, 32), (3, 640, 32, 32), (1000, 700, 333, 77), (100, 100, 1, 1)]
    for most in (8, 40, 130, 300):
        sizes += [tuple(int(v) for v in rng.integers(1, most + 1, 4)) for _ in range(60)]
    cases = []
    for w, h, dw, dh in sizes:
        out = cv2.resize(picture(w, h), (dw, dh), interpolation=cv2.INTER_LINEAR)
        case = {"from": [w, h], "to": [dw, dh], "sha256": hashlib.sha256(out.tobytes()).hexdigest()}
        if out.size <= 108:
            case["pix"] = out.ravel().tolist()
        cases.append(case)
    with open("resize.json", "w") as f:
        f.write("[\n" + ",\n".join(json.dumps(c) for c in cases) + "\n]\n")


def smooth(w, h):
    """Strong colours with edges, so that chroma counts."""
    y, x = np.mgrid[0:h, 0:w]
    p = np.stack([(x * 7 + y * 3) % 256, (x * x // 5 + y * 11) % 256,
                  np.where((x // 5 + y // 4) % 2, 220, 30)], -1).astype(np.uint8)
    return cv2.GaussianBlur(p, (3, 3), 0)


def decode_cases():
    """NAME.EXT beside NAME.EXT.png, the same picture as libjpeg or libwebp decodes it."""
    os.makedirs("decode", exist_ok=True)

    def reference(name, rgb):
        cv2.imwrite(name + ".png", rgb[:, :, ::-1])

    with tempfile.TemporaryDirectory() as tmp:
        def save(w, h):
            cv2.imwrite(tmp + "/p.ppm", smooth(w, h)[:, :, ::-1])
            return tmp + "/p.ppm"

        def cjpeg(name, w, h, *options):
            name = "decode/" + name + ".jpg"
            subprocess.run(["cjpeg", *options, "-outfile", name, save(w, h)], check=True)
            reference(name, cv2.imread(name)[:, :, ::-1])

        for sample in ("1x1", "2x1", "1x2", "2x2", "4x1", "4x2"):
            cjpeg(sample, 37, 29, "-sample", sample)
        cjpeg("2x2-even", 38, 30, "-sample", "2x2")
        cjpeg("2x2-progressive", 37, 29, "-sample", "2x2", "-progressive")
        cjpeg("2x2-restart", 37, 29, "-sample", "2x2", "-restart", "1")
        cjpeg("2x1-narrow", 4, 9, "-sample", "2x1")
        cjpeg("2x2-narrow", 3, 9, "-sample", "2x2")
        cjpeg("2x2-flat", 9, 1, "-sample", "2x2")
        cjpeg("2x2-dot", 1, 1, "-sample", "2x2")
        cjpeg("gray", 37, 29, "-grayscale")

        for w, h in ((37, 29), (38, 30), (1, 1)):
            name = "decode/lossy-%dx%d.webp" % (w, h)
            subprocess.run(["cwebp", "-quiet", "-q", "80", save(w, h), "-o", name], check=True)
            reference(name, cv2.imread(name)[:, :, ::-1])
        for kind, options in (("lossy", ["-q", "80"]), ("lossless", ["-lossless", "-exact"])):
            y, x = np.mgrid[0:29, 0:37]
            alpha = ((x * 9 + y * 5) % 256).astype(np.uint8)
            rgba = np.dstack([smooth(37, 29), alpha])
            Image.fromarray(rgba, "RGBA").save(tmp + "/p.png")
            name = "decode/%s-alpha.webp" % kind
            subprocess.run(["cwebp", "-quiet", *options, tmp + "/p.png", "-o", name], check=True)
            p = cv2.imread(name, cv2.IMREAD_UNCHANGED).astype(int)
            a = p[:, :, 3:]
            reference(name, ((p[:, :, 2::-1] * a + 255 * (255 - a) + 127) // 255).astype(np.uint8))

    wide = (np.indices((5, 7)).sum(0) * 5000 + 300).astype(np.uint16)
    cv2.imwrite("decode/rgb16.png", np.dstack([wide, 65535 - wide, wide // 3])[:, :, ::-1])
    reference("decode/rgb16.png", (np.dstack([wide, 65535 - wide, wide // 3]) >> 8).astype(np.uint8))
    # An even colour, so that only the meaning of the four channels is tested:
    # R = 255 * (1-C) * (1-K) and so on.
    Image.new("CMYK", (16, 16), (255, 51, 102, 51)).save("decode/cmyk.jpg", quality=100)
    reference("decode/cmyk.jpg", np.full((16, 16, 3), (0, 163, 122), np.uint8))


resize_cases()
decode_cases()
