#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Fits the polynomials of Sources/CSoftmaxKernels/elementary.h and prints them as C hex floats.

Each is the minimax polynomial of its quotient, found by Remez exchange in 60 digits and rounded
to float coefficient by coefficient, each rounding being made good by a new fit of those that
follow. Needs mpmath. usage: fit-polynomials.py
"""
import struct

from mpmath import erfc, exp, log1p, lu_solve, matrix, mp, mpf, sqrt, tanh

mp.dps = 60


def rounded(x):
    """The nearest float."""
    return struct.unpack("<f", struct.pack("<f", float(x)))[0]


def remez(f, weight, low, high, degree, fixed):
    """Coefficients fixed + c of the polynomial that minimises max |weight (p - f)|."""
    first, free = len(fixed), degree + 1 - len(fixed)

    def rest(x):
        return f(x) - sum(mpf(c) * x**i for i, c in enumerate(fixed))

    nodes = [(low + high) / 2 + (high - low) / 2 * mp.cos(mp.pi * (free - i) / free) for i in range(free + 1)]
    grid = [low + (high - low) * mpf(i) / 2000 for i in range(2001)]
    for _ in range(12):
        system = matrix(free + 1, free + 1)
        right = matrix(free + 1, 1)
        for i, x in enumerate(nodes):
            for j in range(free):
                system[i, j] = weight(x) * x ** (first + j)
            system[i, free] = (-1) ** i
            right[i] = weight(x) * rest(x)
        found = lu_solve(system, right)

        def error(x):
            return weight(x) * (sum(found[j] * x ** (first + j) for j in range(free)) - rest(x))

        values = [error(x) for x in grid]
        nodes, start = [], 0
        for i in range(1, len(grid) + 1):  # the largest error between two changes of sign
            if i == len(grid) or (values[i] > 0) != (values[start] > 0):
                nodes.append(max(range(start, i), key=lambda j: abs(values[j])))
                start = i
        nodes = [grid[j] for j in nodes]
        if len(nodes) != free + 1:
            break
    return [found[j] for j in range(free)]


def fit(name, f, weight, low, high, degree):
    fixed = []
    while len(fixed) <= degree:
        fixed.append(rounded(remez(f, weight, mpf(low), mpf(high), degree, fixed)[0]))
    worst = max(
        abs(weight(x) * (sum(mpf(c) * x**i for i, c in enumerate(fixed)) - f(x)))
        for x in (mpf(low) + (mpf(high) - mpf(low)) * mpf(i) / 5000 for i in range(5001))
    )
    print(f"{name}: relative error of the function {float(worst):.2e}")
    print("  " + ", ".join(f"{float.hex(c)}f" for c in fixed))


def quotient(f, series, power):
    """(f(x) - series(x)) / x^power, by its limit near 0."""
    def g(x):
        x = mpf(x)
        if abs(x) < mpf(10) ** -12:
            x = mpf(10) ** -12
        return (f(x) - series(x)) / x**power
    return g


half = mp.log(2) / 2
fit("exp: (e^r - 1 - r) / r^2", quotient(exp, lambda x: 1 + x, 2), lambda x: x * x, -half * 1.01, half * 1.01, 4)
fit("log: (log1p(f) - f + f^2/2) / f^3", quotient(log1p, lambda x: x - x * x / 2, 3),
    lambda x: x**3 / (log1p(x) if abs(x) > mpf(10) ** -12 else mpf(10) ** -12), sqrt(mpf(1) / 2) - 1, sqrt(mpf(2)) - 1, 8)


def tanh_of_square(s):
    x = sqrt(mpf(s)) if s > mpf(10) ** -12 else mpf(10) ** -6
    return (tanh(x) - x) / x**3


fit("tanh: (tanh(x) - x) / x^3 in x^2", tanh_of_square, lambda s: s, 0, mpf("0.390625"), 4)


def normal_tail(u):
    """e^(t^2 / 2) Phi(-t) / u, u = 1 / (1 + t / 5)."""
    t = (1 / mpf(u) - 1) * 5
    return exp(t * t / 2) * erfc(t / sqrt(mpf(2))) / 2 / u


fit("normal distribution: e^(t^2 / 2) Phi(-t) / u in u = 1 / (1 + t / 5), t within 0...15", normal_tail,
    lambda u: 1 / normal_tail(u), mpf(1) / 4, 1, 10)
