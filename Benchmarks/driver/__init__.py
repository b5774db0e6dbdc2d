# SPDX-License-Identifier: Apache-2.0
"""Runs ours and the peers in turn; the standard library alone."""
