"""NAME: WHAT. Written by likeness.

USE

The weights are those of the file STATE beside this one; the model's
fingerprint in likeness is FINGERPRINT. Nothing but torch is needed.
"""
import json
import pathlib
import struct
from collections import OrderedDict

import torch
import torch.nn.functional as F
from torch import nn


def load(path=None):
    """The model with its weights, ready to be used."""
    model = Model()
    model.load_state_dict(read(path or pathlib.Path(__file__).with_name("STATE")))
    return model.eval()
