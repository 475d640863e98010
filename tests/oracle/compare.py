"""The tolerance rule of the reference results."""

from __future__ import annotations

import math
from collections.abc import Mapping
from numbers import Real
from typing import Any

# Below this a p value is compared by its logarithm.
TINY_P = 1e-12
# Below this a double has lost digits; R's tails and ours need not underflow at the same place.
SMALLEST_NORMAL = 2.3e-308
# A variance estimated at its boundary is compared absolutely.
BOUNDARY = 1e-6
P_VALUES = ("pval", "QE_p", "QM_p", "p", "Qp", "p_z", "p_naive_t", "QMp", "Fp", "QEp", "QSp")
NOT_TEXT = ("Infinity", "-Infinity", "NA")
VARIANCES = ("tau2", "tau", "I2", "sigma2", "omega2", "G")


def differences(case: Mapping[str, Any], got: Mapping[str, object]) -> list[str]:
    """Return one line for each expected value that was not reached."""
    if isinstance(case["tol"], Mapping):
        return _absolute_differences("", case["expected"], got, case["tol"])
    lines = []
    for name, want in case["expected"].items():
        if name not in got:
            lines.append(f"{name}: no value ({got.get('error', 'the answer does not hold it')})")
            continue
        lines += _compare(name, want, got[name], float(case["tol"]))
    return lines


def _absolute_differences(name: str, want: Any, got: Any, tols: Mapping[str, float]) -> list[str]:
    """Compare nested values by the absolute tolerance of the quantity they stand under."""
    if isinstance(want, Mapping):
        lines = []
        for key, value in want.items():
            where = f"{name}.{key}" if name else key
            if not isinstance(got, Mapping) or key not in got:
                reason = got.get("error", "") if isinstance(got, Mapping) else ""
                lines.append(f"{where}: no value {reason}".rstrip())
            else:
                own = {"abs": tols[key]} if key in tols else tols
                lines += _absolute_differences(where, value, got[key], own)
        return lines
    wanted, found = _flat(want), _flat(got)
    if len(wanted) != len(found):
        return [f"{name}: want {len(wanted)} values, got {len(found)}"]
    return [
        f"{name}[{i}]: want {w!r}, got {g!r}"
        for i, (w, g) in enumerate(zip(wanted, found, strict=True))
        if not _is_absolutely_near(w, g, tols["abs"])
    ]


def _is_absolutely_near(want: Any, got: Any, tol: float) -> bool:
    if want is None or want == "NA":
        return got is None or (isinstance(got, float) and math.isnan(got))
    if isinstance(want, (str, bool)):
        return bool(want == got)
    # Not "> tol": a NaN must fail.
    return got is not None and abs(float(got) - want) <= tol


def _flat(value: Any) -> list[Any]:
    if isinstance(value, (list, tuple)):
        return [leaf for item in value for leaf in _flat(item)]
    return [value]


def _number(value: Any) -> float | None:
    if value is None or value == "NA":
        return None
    return math.inf if value == "Infinity" else -math.inf if value == "-Infinity" else float(value)


def _compare(name: str, want: Any, got: Any, tol: float) -> list[str]:
    wanted, found = _flat(want), _flat(got)
    if len(wanted) != len(found):
        return [f"{name}: want {len(wanted)} values, got {len(found)}"]
    if any(isinstance(value, str) and value not in NOT_TEXT for value in wanted):
        return [] if wanted == found else [f"{name}: want {wanted}, got {found}"]
    numbers = [_number(value) for value in wanted]
    scale = max((abs(x) for x in numbers if x is not None and math.isfinite(x)), default=1.0)
    if len(wanted) == 1:
        scale = 1.0
    lines = []
    for i, (w, g) in enumerate(zip(numbers, found, strict=True)):
        # No value: the reference has none, or looked for a limit and found no end.
        is_right = _is_missing(g) if w is None else _is_near(name, w, g, tol, scale)
        if not is_right:
            lines.append(f"{name}[{i}]: want {'no value' if w is None else repr(w)}, got {g!r}")
    return lines


def _is_missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and not math.isfinite(value))


def _is_near(name: str, want: float, got: Any, tol: float, scale: float) -> bool:
    return isinstance(got, Real) and _near(name, want, float(got), tol, scale)


def _near(name: str, want: float, got: float, tol: float, scale: float) -> bool:
    if math.isinf(want) or math.isinf(got):
        return want == got
    if name in P_VALUES and want < SMALLEST_NORMAL:
        return 0.0 <= got < SMALLEST_NORMAL
    if name in P_VALUES and want < TINY_P:
        # Relative, as all tolerances are: a part in a million of the logarithm.
        return got > 0.0 and abs(math.log10(got / want)) <= -1e-6 * math.log10(want)
    if name in VARIANCES and 0.0 in (want, got):
        return abs(got - want) <= BOUNDARY
    return abs(got - want) <= tol * max(abs(want), 1e-3 * scale)
