"""Where to set up places: what a plan costs in travel, and which sites cost least."""

from whatworks.places.p_median import PMedian, p_median
from whatworks.places.travel_cost import TravelPlan, cost_matrix, travel_plan

__all__ = ["PMedian", "TravelPlan", "cost_matrix", "p_median", "travel_plan"]
