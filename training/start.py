"""Starting vectors of the pieces: what keeps company with what (PPMI, then a singular value decomposition)."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import scipy.sparse as sp  # type: ignore[import-untyped]
from tokenizers import Tokenizer

_WINDOW = 8
_CHUNK = 20_000
_SMALLEST_COUNT = 1.2
_CONTEXT_POWER = 0.75  # Levy, Goldberg and Dagan (2015): softens the weight of rare contexts
_SINGULAR_POWER = 0.4
_FREQUENT = 1e-4  # smooth inverse frequency, Arora et al. (2017)


def company_vectors(
    tokenizer: Tokenizer, texts: Sequence[str], dimension: int
) -> npt.NDArray[np.float32]:
    """Return one vector per piece, frequent pieces shortened.

    :param texts: French texts in which the company of each piece is counted.
    """
    from sklearn.utils.extmath import randomized_svd

    counts = _counts(tokenizer, texts)
    totals = np.asarray(counts.sum(axis=1)).ravel() + 1
    counts = counts.tocoo()
    contexts = totals**_CONTEXT_POWER
    expected = totals[counts.row] * contexts[counts.col] / contexts.sum()
    information = np.log(counts.data / expected)
    kept = (information > 0) & (counts.data > _SMALLEST_COUNT)
    ppmi = sp.csr_matrix(
        (information[kept], (counts.row[kept], counts.col[kept])), shape=counts.shape
    )
    left, singular, _ = randomized_svd(ppmi, dimension, n_iter=2, random_state=0)
    vectors = left * singular**_SINGULAR_POWER
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9
    frequency = totals / totals.sum()
    vectors *= (_FREQUENT / (_FREQUENT + frequency))[:, None]
    vectors[:2] = 0.0  # padding and the unknown piece
    found: npt.NDArray[np.float32] = vectors.astype(np.float32)
    return found


def _counts(tokenizer: Tokenizer, texts: Sequence[str]) -> sp.csr_matrix:
    size = tokenizer.get_vocab_size()
    counts = sp.csr_matrix((size, size), dtype=np.float32)
    for start in range(0, len(texts), _CHUNK):
        rows, columns, weights = [], [], []
        for encoded in tokenizer.encode_batch(list(texts[start : start + _CHUNK])):
            ids = np.array(encoded.ids)
            for distance in range(1, min(_WINDOW, len(ids) - 1) + 1):
                rows.append(ids[:-distance])
                columns.append(ids[distance:])
                weights.append(np.full(len(ids) - distance, distance**-0.5, np.float32))
        where = (np.concatenate(rows), np.concatenate(columns))
        counts = counts + sp.coo_matrix((np.concatenate(weights), where), (size, size)).tocsr()
    return counts + counts.T
