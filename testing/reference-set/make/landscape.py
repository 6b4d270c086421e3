"""Figures of a small landscape by NumPy, SciPy and scikit-learn, for src/landscape/volumes: testing/reference-set/landscape.json.

The maps are a formula that the tests repeat (maps_of below), so that nothing but the figures is kept. Run: /usr/bin/python3 landscape.py
with Debian's python3-numpy, python3-scipy and python3-sklearn.
"""
import json
import os

import numpy as np
from scipy.cluster.hierarchy import fcluster, linkage
from scipy.ndimage import distance_transform_edt
from scipy.spatial.distance import pdist, squareform
from sklearn.decomposition import PCA
from sklearn.metrics import silhouette_samples
from sklearn.neural_network import MLPRegressor

MAPS, BOX = 14, 8


def maps_of():
    m, v = np.meshgrid(np.arange(MAPS), np.arange(BOX ** 3), indexing="ij")
    z, y, x = v // BOX ** 2 - 3.7, v // BOX % BOX - 3.4, v % BOX - 3.9
    return np.exp(-(x ** 2 + y ** 2 + (z - 0.2 * m) ** 2) / 6) * (1 + 0.3 * np.sin(1.7 * m + x)) - 0.1 * np.cos(m * y)


def mask_of(maps, dilate, edge):
    union = np.zeros((BOX,) * 3, bool)
    for volume in maps:
        union |= (volume > np.percentile(volume, 99.99) / 2).reshape((BOX,) * 3)
    outside = distance_transform_edt(~union) - dilate
    soft = np.where(outside <= 0, 1, np.where(outside >= edge, 0, 0.5 * (1 + np.cos(np.pi * outside / edge))))
    return soft.ravel()


def gradients_of():
    sizes = [3, 5, 4, 2]
    rows = 6
    layers, at = [], 0
    for a, b in zip(sizes[:-1], sizes[1:]):
        n = np.arange(at, at + a * b + b)
        values = np.sin(1.3 * n + 0.7)
        layers.append((values[: a * b].reshape(a, b), values[a * b:]))
        at += a * b + b
    x = np.cos(0.9 * np.arange(rows * 3)).reshape(rows, 3)
    t = np.sin(0.4 * np.arange(rows * 2)).reshape(rows, 2)
    net = MLPRegressor(hidden_layer_sizes=sizes[1:-1], activation="relu", alpha=0.0, max_iter=1, batch_size=rows)
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        net.fit(x, t)
    net.coefs_ = [w for w, _ in layers]
    net.intercepts_ = [b for _, b in layers]
    activations = [x] + [None] * 3
    deltas = [None] * 3
    coefs = [np.empty_like(w) for w, _ in layers]
    intercepts = [np.empty_like(b) for _, b in layers]
    # Half the squared error, a mean over outputs too: twice it for two outputs is the sum over them.
    loss, coefs, intercepts = net._backprop(x, t, activations, deltas, coefs, intercepts)
    out = activations[-1] if isinstance(activations[-1], np.ndarray) else net.predict(x)
    return {
        "loss": float(0.5 * ((net.predict(x) - t) ** 2).sum() / rows),
        "layers": [{"weights": w.ravel().tolist(), "biases": b.tolist()} for w, b in zip(coefs, intercepts)],
        "out": out.ravel().tolist(),
    }


def silhouettes_of(condensed, z):
    labels = fcluster(z, 4, "maxclust")
    return {"labels": labels.tolist(), "values": silhouette_samples(squareform(condensed), labels, metric="precomputed").tolist()}


def main():
    maps = maps_of()
    mask = mask_of(maps, 1.2, 2.5)
    masked = np.clip(maps, 0, None) * mask
    pca = PCA(4, svd_solver="full").fit(masked)
    trees = {}
    for metric in ["euclidean", "cosine"]:
        for method in ["average", "ward", "complete", "single"]:
            trees[f"{method} {metric}"] = linkage(pdist(masked, metric), method).ravel().tolist()
    z = np.array(trees["average euclidean"]).reshape(-1, 4)
    distances = pdist(masked)
    square = np.zeros((MAPS, MAPS))
    square[np.triu_indices(MAPS, 1)] = distances
    square += square.T
    centre = np.eye(MAPS) - 1 / MAPS
    values, vectors = np.linalg.eigh(-0.5 * centre @ square ** 2 @ centre)
    scaling = vectors[:, ::-1][:, :2] * np.sqrt(values[::-1][:2])
    figures = {
        "mask": mask.tolist(),
        "distances": {m: pdist(masked, m).tolist() for m in ["euclidean", "cosine"]},
        "scores": pca.transform(masked).ravel().tolist(),
        "explainedVariance": pca.explained_variance_ratio_.tolist(),
        "axis": pca.components_[0].tolist(),
        "trees": trees,
        "cut": {
            "count 4": fcluster(z, 4, "maxclust").tolist(),
            "height": [float(z[-3, 2] * 1.001), fcluster(z, z[-3, 2] * 1.001, "distance").tolist()],
        },
        # Of a tree of each metric cut in four: the labels, and the silhouette of each map with that metric.
        "silhouettes": {
            metric: silhouettes_of(pdist(masked, metric), np.array(trees[f"average {metric}"]).reshape(-1, 4))
            for metric in ["euclidean", "cosine"]
        },
        "scaling": scaling.ravel().tolist(),
        "gradients": gradients_of(),
    }
    with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "landscape.json"), "w") as file:
        json.dump(figures, file)
        file.write("\n")


main()
