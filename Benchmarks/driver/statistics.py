# SPDX-License-Identifier: Apache-2.0
"""Medians and quartiles."""


def quantile(values, share):
    """The value below which a share of them lies, between neighbours linearly."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def median(values):
    return quantile(values, 0.5)


def mean(values):
    values = list(values)
    return sum(values) / len(values)


def summary(values):
    """Median, quartiles, extremes and number."""
    values = list(values)
    return {
        "median": median(values),
        "q1": quantile(values, 0.25),
        "q3": quantile(values, 0.75),
        "min": min(values),
        "max": max(values),
        "count": len(values),
    }
