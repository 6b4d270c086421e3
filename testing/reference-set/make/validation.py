"""Measures of src/validation with NumPy, SciPy and scikit-learn, in float64: `python3 validation.py ..` writes validation.json.

Half maps are a true map and noise from a hash of whole numbers, so that both sides make the same ones."""
import json
import sys

import numpy as np
from scipy.ndimage import distance_transform_edt
from scipy.optimize import linprog
from scipy.stats import wasserstein_distance
from sklearn.linear_model import Ridge
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score
from sklearn.neighbors import NearestNeighbors

BOX, PIXEL = 32, 4.0
FOLDER = sys.argv[1]


def hashed(count, seed):
    """Uniform in [0, 1): 32-bit mixing of i and seed."""
    x = (np.arange(count, dtype=np.uint64) * 2654435761 + seed * 40503) & 0xFFFFFFFF
    for shift, factor in ((16, 0x21F0AAAD), (15, 0x735A2D97)):
        x ^= x >> np.uint64(shift)
        x = (x * factor) & 0xFFFFFFFF
    x ^= x >> np.uint64(15)
    return x / 2.0**32


def truth(name):
    with open(f"{FOLDER}/{name}", "rb") as file:
        return np.frombuffer(file.read()[1024:], "<f4").reshape(BOX, BOX, BOX).astype(float)


def halves():
    map_ = truth("truth_000.mrc")
    amount = 3 * map_.std()
    return [map_ + amount * (hashed(BOX**3, seed).reshape(map_.shape) - 0.5) for seed in (1, 2)]


FREQUENCIES = np.meshgrid(*[np.fft.fftfreq(BOX, 1 / BOX)] * 3, indexing="ij")
RADIUS = np.sqrt(sum(k**2 for k in FREQUENCIES))


def fsc(a, b, where=None, box=BOX):
    k = np.meshgrid(*[np.fft.fftfreq(box, 1 / box)] * 3, indexing="ij")
    shell = np.floor(np.sqrt(sum(v**2 for v in k))).astype(int) + 1
    fa, fb = np.fft.fftn(a), np.fft.fftn(b)
    curve = [1.0]
    for i in range(1, box // 2):
        at = shell == i
        if where is not None and (at & where).any():
            at = at & where
        cross, power = (fa[at] * fb[at].conj()).real.sum(), (abs(fa[at]) ** 2).sum() * (abs(fb[at]) ** 2).sum()
        curve.append(cross / np.sqrt(power) if power > 0 else 0.0)
    return np.array(curve)


def crossing(curve, threshold, box=BOX):
    below = np.flatnonzero(curve < threshold)
    if not len(below):
        return 2.0
    i = below[0]
    return 1 / ((i - 1 + (curve[i - 1] - threshold) / (curve[i - 1] - curve[i])) / box)


def cosine(share):
    return np.where(share <= 0, 1.0, np.where(share >= 1, 0.0, 0.5 + 0.5 * np.cos(np.pi * share)))


def soft_mask(map_, dilate, edge):
    cut = BOX * PIXEL / 15
    smooth = np.fft.ifftn(np.fft.fftn(map_) * cosine((RADIUS - (cut - 1)) / 2)).real
    distance = distance_transform_edt(smooth <= np.percentile(smooth, 99.99) / 2)
    return cosine((distance - dilate / PIXEL) * PIXEL / edge)


def sphere():
    i = np.indices((BOX,) * 3) - BOX / 2
    return cosine((np.sqrt((i**2).sum(0)) / (BOX / 2) - 0.85) / 0.14)


def guinier(map_, first, last):
    shell = np.floor(RADIUS + 0.5).astype(int)
    power = abs(np.fft.fftn(map_)) ** 2
    # The plane of −D/2 stands for that of D/2 too.
    amplitude = np.array([0.5 * np.log(power[shell == i].mean()) for i in range(1, BOX // 2)])
    s2 = (np.arange(1, BOX // 2) / (BOX * PIXEL)) ** 2
    slope, intercept = np.polyfit(s2[first - 1 : last], amplitude[first - 1 : last], 1)
    return {"logAmplitudes": amplitude.tolist(), "bFactor": -4 * slope, "intercept": intercept}


def local(a, b, width, nodes):
    half = width // 2
    i = np.indices((width,) * 3) - half
    window = np.sqrt((i**2).sum(0)) / half
    window = np.where(window >= 1, 0, 0.5 + 0.5 * np.cos(np.pi * window))
    pad = [np.pad(m, half) for m in (a, b)]
    found = []
    for x, y, z in nodes:
        parts = [m[z : z + width, y : y + width, x : x + width] * window for m in pad]
        found.append(crossing(fsc(*parts, box=width), 0.5, width))
    return found


def directional(a, b, directions):
    kz, ky, kx = FREQUENCIES
    curves = []
    for x, y, z in directions:
        curves.append(fsc(a, b, abs(x * kx + y * ky + z * kz) >= np.cos(np.radians(20)) * RADIUS).tolist())
    return curves


def earth_mover(p, q, costs):
    n, m = costs.shape
    sums = np.vstack([np.kron(np.eye(n), np.ones(m)), np.kron(np.ones(n), np.eye(m))])
    return linprog(costs.ravel(), A_eq=sums, b_eq=np.concatenate([p / p.sum(), q / q.sum()]), method="highs").fun


def ridge_r2(design, z):
    design = (design - design.mean(0)) / design.std(0)
    errors = spreads = 0
    for fold in range(5):
        held = np.arange(len(z)) % 5 == fold
        fit = Ridge(alpha=1e-3 * (~held).sum(), solver="cholesky")
        # As src/validation/leakage.ts: the penalty is on weights of columns that are not centred anew.
        x = np.hstack([np.ones((len(z), 1)), design])
        penalty = np.diag([0] + [1e-3 * (~held).sum()] * design.shape[1])
        w = np.linalg.solve(x[~held].T @ x[~held] + penalty, x[~held].T @ z[~held])
        assert np.allclose(fit.fit(design[~held], z[~held]).predict(design[held]), x[held] @ w, atol=1e-10)
        errors += ((z[held] - x[held] @ w) ** 2).sum()
        spreads += ((z[held] - z[~held].mean()) ** 2).sum()
    return 1 - errors / spreads


def neighbourhood(a, b, k):
    near = [NearestNeighbors(n_neighbors=k + 1, algorithm="brute").fit(v).kneighbors(v, return_distance=False)[:, 1:] for v in (a, b)]
    return np.mean([len(set(p) & set(q)) / k for p, q in zip(*near)])


first, second = halves()
mean = (first + second) / 2
masks = {"none": np.ones_like(mean), "sphere": sphere(), "loose": soft_mask(mean, 25, 15), "tight": soft_mask(mean, 6, 6)}
curves = {name: fsc(first * m, second * m) for name, m in masks.items()}
count = 400
labels = [(hashed(count, 11) * 5).astype(int), (hashed(count, 12) * 4).astype(int)]
labels[1] = np.where(hashed(count, 13) < 0.5, labels[0], labels[1])
x, y = hashed(count, 21), hashed(300, 22) ** 2
wx, wy = hashed(count, 23), hashed(300, 24)
p, q = hashed(20, 31), hashed(30, 32)
costs = abs(hashed(20, 33)[:, None] - hashed(30, 34)[None]) + 0.1 * hashed(600, 35).reshape(20, 30)
z = np.float32(np.stack([hashed(count, s) for s in (41, 42, 43)], 1)).astype(float)
t = np.float32(np.stack([z[:, 0] + 0.2 * hashed(count, 44), hashed(count, 45)], 1)).astype(float)
design = np.stack([hashed(count, s) for s in (51, 52, 53)], 1)
latent = design @ [1.0, -0.5, 0.0] + 0.4 * hashed(count, 54)
nodes = [(16, 16, 16), (12, 16, 20), (4, 4, 16), (0, 31, 16)]
directions = [(0, 0, 1), (0.6, 0, 0.8), (-0.48, 0.6, 0.64)]
expected = {
    "fsc": {name: curve.tolist() for name, curve in curves.items()},
    "resolutionPixels": {name: [crossing(c, 0.5), crossing(c, 0.143)] for name, c in curves.items()},
    "maskSums": {name: m.sum() for name, m in masks.items() if name != "none"},
    "guinier": guinier(truth("truth_000.mrc"), 6, 14),
    "local": {"nodes": nodes, "resolutionPixels": local(first, second, 12, nodes)},
    "directional": {"directions": directions, "curves": directional(first, second, directions)},
    "adjustedRand": adjusted_rand_score(*labels),
    "adjustedMutualInformation": adjusted_mutual_info_score(*labels),
    "wasserstein": [wasserstein_distance(x, y), wasserstein_distance(x, y, wx, wy)],
    "earthMover": earth_mover(p, q, costs),
    "neighbourhood": neighbourhood(z, t, 10),
    "ridgeR2": ridge_r2(design, latent),
}
with open(f"{FOLDER}/validation.json", "w") as file:
    json.dump(expected, file, indent=1)
    file.write("\n")
