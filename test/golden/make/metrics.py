"""Numbers of sample metrics computed with numpy alone, in float64, by the textbook formulas.

    python test/golden/make/metrics.py > test/golden/metrics/sets.json

Made with numpy 2.4.6. Sets are written as float32, so that both sides compute from the same numbers.
"""

import json

import numpy as np

rng = np.random.default_rng(0)


def root(c):
    values, vectors = np.linalg.eigh(c)
    return (vectors * np.sqrt(np.maximum(values, 0))) @ vectors.T


def fid(x, y):
    c, d = np.cov(x, rowvar=False), np.cov(y, rowvar=False)
    # the eigenvalues of the unsymmetric product: another way than the one under test
    cross = np.sqrt(np.maximum(np.linalg.eigvals(c @ d).real, 0)).sum()
    return float(((x.mean(0) - y.mean(0)) ** 2).sum() + np.trace(c) + np.trace(d) - 2 * cross)


def mmd(x, y, kernel):
    n, m = len(x), len(y)
    xx, yy, xy = kernel(x, x), kernel(y, y), kernel(x, y)
    np.fill_diagonal(xx, 0)
    np.fill_diagonal(yy, 0)
    return float(xx.sum() / (n * (n - 1)) + yy.sum() / (m * (m - 1)) - 2 * xy.mean())


def distances(a, b):
    return np.sqrt(((a[:, None] - b[None]) ** 2).sum(-1))


def balls(x, k):
    return np.sort(distances(x, x), 1)[:, k]


def precision(x, y, k):
    return float((distances(x, y) <= balls(x, k)[:, None]).any(0).mean())


def density_coverage(x, y, k):
    inside = distances(x, y) <= balls(x, k)[:, None]
    return float(inside.sum() / (k * len(y))), float(inside.any(1).mean())


x = (rng.normal(size=(60, 5)) @ rng.normal(size=(5, 5))).astype(np.float32)
y = (rng.normal(size=(45, 5)) @ rng.normal(size=(5, 5)) + 0.5).astype(np.float32)
X, Y = x.astype(np.float64), y.astype(np.float64)
density, coverage = density_coverage(X, Y, 5)
print(
    json.dumps(
        {
            "about": "test/golden/make/metrics.py, numpy " + np.__version__,
            "reference": [float(v) for v in x.ravel()],
            "samples": [float(v) for v in y.ravel()],
            "size": 5,
            "fid": fid(X, Y),
            "kid": mmd(X, Y, lambda a, b: (a @ b.T / 5 + 1) ** 3),
            "mmd": mmd(X, Y, lambda a, b: np.exp(-(distances(a, b) ** 2) / (2 * 1.5**2))),
            "energy-distance": mmd(X, Y, lambda a, b: -distances(a, b)),
            "precision": precision(X, Y, 3),
            "recall": precision(Y, X, 3),
            "density": density,
            "coverage": coverage,
        }
    )
)
