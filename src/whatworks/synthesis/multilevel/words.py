"""A model for dependent effects as text, and as values for JSON."""

from __future__ import annotations

from math import isfinite

import numpy as np

from whatworks.synthesis.multilevel.results import MultilevelFit
from whatworks.synthesis.wording import p_value_figure

__all__ = ["as_dict", "as_text"]


def as_text(model: MultilevelFit) -> str:
    """Return the result as plain text."""
    percent = f"{100 * model.level:g}%"
    n_clusters = len(model.cluster_labels)
    lines = [
        f"Multilevel model, {model.method}, test {model.test}: {model.k:,} effects in "
        f"{n_clusters:,} independent {'cluster' if n_clusters == 1 else 'clusters'}"
    ]
    for i, name in enumerate(model.design.names):
        df = "" if np.isinf(model.coefficient_df[i]) else f" on {model.coefficient_df[i]:.4g} df"
        lines.append(
            f"{name}: {model.coefficients[i]:.4g} (SE {model.se[i]:.4g}), {percent} CI "
            f"{model.ci[i, 0]:.4g} to {model.ci[i, 1]:.4g}, {p_value_figure(model.p_value[i])}{df}"
        )
    for part in model.components:
        error = "" if part.se is None else f" (SE {part.se:.3g})"
        fixed = ", fixed" if part.is_fixed else ""
        units = "unit" if part.n_levels == 1 else "units"
        lines.append(f"{part.name} {part.estimate:.4g}{error}, {part.n_levels:,} {units}{fixed}")
    if model.i2 is not None:
        shares = ", ".join(f"{name} {value:.1f}%" for name, value in model.i2_of_level.items())
        lines.append(f"I2 {model.i2:.1f}%: {shares}")
    if model.q is not None and model.q_p_value is not None:
        lines.append(f"Q = {model.q:.4g} on {model.q_df:,} df, {p_value_figure(model.q_p_value)}")
    lines.append(
        f"Log-likelihood {model.log_likelihood:.4f}; maxima found: "
        f"{len(model.certificate.maxima)} from {model.certificate.n_points} points"
    )
    lines += [f"Note: {note}" for note in model.notes]
    return "\n".join(lines)


def as_dict(model: MultilevelFit) -> dict[str, object]:
    """Return the result as values that JSON can hold."""
    return {
        "k": model.k,
        "p": model.p,
        "n_clusters": len(model.cluster_labels),
        "coefficients": [
            {
                "term": name,
                "estimate": float(model.coefficients[i]),
                "se": float(model.se[i]),
                "statistic": float(model.statistic[i]),
                "df": _finite(model.coefficient_df[i]),
                "p_value": float(model.p_value[i]),
                "ci": model.ci[i].tolist(),
            }
            for i, name in enumerate(model.design.names)
        ],
        "vcov": model.vcov.tolist(),
        "components": [
            {
                "name": part.name,
                "level": part.level,
                "kind": part.kind,
                "estimate": part.estimate,
                "se": part.se,
                "n_levels": part.n_levels,
                "is_fixed": part.is_fixed,
            }
            for part in model.components
        ],
        "covariances": [
            {"level": level, "values": list(values), "matrix": matrix.tolist()}
            for level, values, matrix in model.covariances
        ],
        "omnibus": {
            "statistic": model.omnibus.statistic,
            "df1": model.omnibus.df1,
            "df2": model.omnibus.df2,
            "p_value": model.omnibus.p_value,
        },
        "q": model.q,
        "q_df": model.q_df,
        "q_p_value": model.q_p_value,
        "i2": model.i2,
        "i2_of_level": dict(model.i2_of_level),
        "typical_variance": model.typical_variance,
        "log_likelihood": model.log_likelihood,
        "ml_log_likelihood": model.ml_log_likelihood,
        "reml_log_likelihood": model.reml_log_likelihood,
        "certificate": {
            "maxima": [
                {"components": list(top.components), "log_likelihood": top.log_likelihood}
                for top in model.certificate.maxima
            ],
            "n_points": model.certificate.n_points,
            "n_climbs": model.certificate.n_climbs,
            "remaining_gain": model.certificate.remaining_gain,
            "on_boundary": list(model.certificate.on_boundary),
        },
        "method": model.method,
        "test": model.test,
        "df_method": model.df_method,
        "level": model.level,
        "notes": list(model.notes),
    }


def _finite(value: float) -> float | None:
    """JSON has no infinity: no degrees of freedom means normal."""
    return float(value) if isfinite(value) else None
