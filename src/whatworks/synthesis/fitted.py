"""The check that functions of a fitted model make of what they are given."""

from __future__ import annotations

from typing import TypeVar

from whatworks.errors import UserError

__all__ = ["fitted_model"]

Model = TypeVar("Model")

# What makes a fitted model: see `FittedModel`.
VERBS = ("design", "coefficients", "marginal_covariance", "refit")


def fitted_model(fit: Model, caller: str, *, name: str = "fit") -> Model:
    """Return a fitted model as it is.

    Parameters
    ----------
    caller, name : str
        Function and argument, for the message.

    Raises
    ------
    UserError
        It is inference on a model, or no model at all.
    """
    if all(hasattr(fit, verb) for verb in VERBS):
        return fit
    kind = type(fit).__name__
    if hasattr(fit, "model") and hasattr(fit, "vcov"):
        raise UserError(
            f"{caller}, {name}: found {kind}, which is inference on a model. Give its model: "
            "found.model."
        )
    raise UserError(
        f"{caller}, {name}: found {kind}, which is no fitted model. Give what random_effects, "
        "meta_regression, multilevel_model or working_model returns."
    )
