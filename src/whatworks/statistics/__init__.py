"""Numerical kernels shared by the methods: distributions, safe searches, likelihood profiles, agreement."""
