"""Places on a PDF page: matrices and directions."""

from __future__ import annotations

import math

Matrix = tuple[float, float, float, float, float, float]

IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def multiply(a: Matrix, b: Matrix) -> Matrix:
    """Return the matrix that applies ``a``, then ``b``."""
    return (
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
        a[4] * b[0] + a[5] * b[2] + b[4],
        a[4] * b[1] + a[5] * b[3] + b[5],
    )


def quarter(dx: float, dy: float) -> int:
    """Return a direction in quarter turns: 0 to the right, 1 upwards."""
    return round(math.atan2(dy, dx) / (math.pi / 2)) % 4
