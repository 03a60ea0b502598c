"""Writes reference.json: what NumPy and scikit-learn (1.2.1) make of a small set.

    python3 latent/testdata/reference.py
"""
import json
import os

import numpy as np
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import roc_auc_score
from sklearn.mixture import GaussianMixture

rng = np.random.RandomState(3)
n, d = 240, 4
kind = np.arange(n) % 3
centres = np.array([[4, 0, 0, 1], [-4, 1, 0, 0], [0, -4, 3, 0]], "f8")
x = (centres[kind] + rng.randn(n, d) @ rng.randn(d, d) * 0.5).astype("f4")
y = (x @ np.array([0.7, -0.4, 0.2, 0.1]) + rng.randn(n) > 0.3).astype(int)
x8 = x.astype("f8")
r = {"x": x.ravel().tolist(), "y": y.tolist(), "rows": n, "dim": d}

# Ridge(alpha) minimises sum + alpha |w|^2; latent has a mean in the sum's place.
r["ridge"] = {str(p): Ridge(alpha=p * n, solver="svd").fit(x8, y * 2.0 - 1).coef_.tolist() for p in (0.1, 10)}
# LogisticRegression(C) minimises C sum + |w|^2 / 2.
r["logistic"] = {}
for p in (0.1, 0.001):
    m = LogisticRegression(C=1 / (p * n), tol=1e-10, max_iter=10000).fit(x8, y)
    r["logistic"][str(p)] = m.coef_[0].tolist() + m.intercept_.tolist()

scores = np.round(x8[:, 0], 0)  # many ties
r["auc_scores"], r["auc"] = scores.tolist(), roc_auc_score(y, scores)

c = np.cov(x8.T, bias=True)
r["mean"], r["covariance"] = x8.mean(0).tolist(), c.ravel().tolist()
w = np.linalg.inv(np.linalg.cholesky(c))
norms = np.sqrt((((x8 - x8.mean(0)) @ w.T) ** 2).sum(1))
r["distances"] = norms[:5].tolist()
r["quantiles"] = np.quantile(norms, [0.01, 0.5, 0.99]).tolist()

one = GaussianMixture(1, reg_covar=0.01).fit(x8)
r["one_gaussian"] = one.score(x8)
three = GaussianMixture(3, reg_covar=0.01, tol=1e-12, max_iter=1000, means_init=centres, random_state=0).fit(x8)
r["three_gaussians"] = three.score(x8)
order = np.argsort(three.means_[:, 0])
r["three_weights"] = three.weights_[order].tolist()
r["three_means"] = three.means_[order].ravel().tolist()

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "reference.json"), "w") as f:
    json.dump(r, f)
