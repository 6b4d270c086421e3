"""Figures of latents and maps with NumPy and SciPy: what landscape/ and validation/ are held to."""
import numpy as np
from scipy.cluster.vq import kmeans2
from scipy.spatial import cKDTree
from scipy.stats import spearmanr

import fourier


def principal_components(z):
    """Shares of the variance, axes (a row each, largest entry positive) and projections."""
    centred = z - z.mean(0)
    values, vectors = np.linalg.eigh(np.cov(centred.T))
    axes = vectors.T[::-1]
    axes = axes * np.sign(axes[np.arange(len(axes)), abs(axes).argmax(1)])[:, None]
    return values[::-1] / values.sum(), axes, centred @ axes.T


def least_spread(z, clusters, starts=200):
    """Smallest sum of squared distances to the centres that Lloyd's iterations reached from many starts."""
    best = np.inf
    for seed in range(starts):
        centres, labels = kmeans2(z, clusters, minit="++", iter=100, seed=seed, missing="warn")
        best = min(best, ((z - centres[labels]) ** 2).sum())
    return best


def latent_scores(z, states, neighbours=10):
    """|Spearman| of the first component with the state, and Spearman of the mean state of the nearest others with it."""
    _, _, projections = principal_components(z)
    _, nearest = cKDTree(z).query(z, neighbours + 1)
    predicted = states[nearest[:, 1:]].mean(1)
    return abs(spearmanr(projections[:, 0], states)[0]), spearmanr(predicted, states)[0]


def map_scores(pairs):
    """Mean area under the FSC curves over i/D, and 1/frequency of the first shell below 0.5: mean and deviation."""
    curves = [fourier.fourier_shells(a, b) for a, b in pairs]
    box = 2 * len(curves[0])
    areas = [np.trapz(curve, dx=1 / box) for curve in curves]
    shells = [box / (curve < 0.5).argmax() if (curve < 0.5).any() else 2.0 for curve in curves]
    return curves, np.mean(areas), np.mean(shells), np.std(shells)
