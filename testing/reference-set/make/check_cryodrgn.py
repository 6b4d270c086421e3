"""Whether network.py and fourier.py are cryoDRGN's formulas: its own latents and maps of the hinge set, made again by them.

Run: python3 check_cryodrgn.py ../../../../shared/reference/hinge
"""
import pickle
import sys

import numpy as np
import torch

import network
from writers import read_mrc

folder = sys.argv[1]
load = lambda name: pickle.load(open(f"{folder}/{name}", "rb"))
rotations, translations = load("poses.pkl")
data, deviation = network.training_data(
    read_mrc(f"{folder}/particles.mrcs"), rotations, translations, load("ctf.pkl"), torch.float64, shift_pixels=33
)
model = network.Model(32, 8, 128, 3, "fourier").double()
model.load_state_dict(torch.load(f"{folder}/cryodrgn/weights.20.pkl")["model_state_dict"])
with open(f"{folder}/cryodrgn/z.20.pkl", "rb") as file:
    theirs, theirs_variance = pickle.load(file), pickle.load(file)
with torch.no_grad():
    mu, log_variance = (found.numpy() for found in model.encode(data["images"], data["ctf"]))
for name, ours, expected in (("mu", mu, theirs), ("log variance", log_variance, theirs_variance)):
    difference = abs(ours - expected)
    print(f"{name}: median difference {np.median(difference):.1e}, share within 1e-5 {(difference < 1e-5).mean():.4f}")
worst = 0.0
picks = [int(pick) for pick in open(f"{folder}/cryodrgn/picks.txt").read().split(",")]
for number, pick in enumerate(picks[:5], 1):
    expected = read_mrc(f"{folder}/cryodrgn/maps/vol_{number:03d}.mrc")
    worst = max(worst, abs(model.volume(theirs[pick], deviation) - expected).max() / expected.max())
print(f"standard deviation {deviation:.6f}; maps: largest difference {worst:.1e} of the maximum")
