"""Writes reference.json: points and what scikit-learn and umap-learn make of them.

Debian 12: apt-get install python3-sklearn umap-learn; python3 reference.py
"""

import json
import warnings

import numpy as np
import sklearn
from sklearn.decomposition import PCA
from sklearn.manifold import TSNE
from sklearn.neighbors import NearestNeighbors

warnings.filterwarnings("ignore")
import umap  # noqa: E402

N, WIDTH, GROUPS, K = 600, 8, 12, 10

rng = np.random.default_rng(1)
middles = rng.normal(size=(GROUPS, WIDTH))
group = rng.integers(GROUPS, size=N)
points = middles[group] + rng.normal(size=(N, WIDTH)) * rng.uniform(0.2, 0.6, size=(N, 1))
points = np.round(points * 100).astype(int)  # hundredths
x = points / 100


def neighbours(a):
    return NearestNeighbors(n_neighbors=K + 1).fit(a).kneighbors(a, return_distance=False)[:, 1:]


def kept(layout):
    true, shown = neighbours(x), neighbours(layout)
    return float(np.mean([len(set(a) & set(b)) / K for a, b in zip(true, shown)]))


pca = PCA(2).fit(x)
tsne = TSNE(init="pca", learning_rate="auto", method="exact", random_state=0)
placed = tsne.fit_transform(x)
graph, sigmas, rhos = umap.umap_.fuzzy_simplicial_set(
    x.astype(np.float32), 15, np.random.RandomState(0), "euclidean"
)[:3]
result = {
    "versions": {"sklearn": sklearn.__version__, "umap": umap.__version__, "numpy": np.__version__},
    "width": WIDTH,
    "hundredths": points.reshape(-1).tolist(),
    "pca": {"kept": kept(pca.transform(x)), "variance": float(pca.explained_variance_ratio_.sum()),
            "first": np.abs(pca.transform(x))[0].tolist()},
    "tsne": {"kept": kept(placed), "divergence": float(tsne.kl_divergence_)},
    "umap": {"kept": [kept(umap.UMAP(random_state=s).fit_transform(x)) for s in range(5)],
             "edges": int(graph.nnz), "weight": float(graph.sum()),
             "first": {str(j): float(w) for j, w in zip(graph[0].indices, graph[0].data)}},
}
with open("reference.json", "w") as f:
    json.dump(result, f)
    f.write("\n")
