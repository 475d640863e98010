"""Expertise in schools: which training reaches the most pupils for the money."""

from whatworks.workforce.coverage import Bundle, Course, SchoolCourses, bundles_worth_having
from whatworks.workforce.training_plan import TrainingPlan, plan_training

__all__ = [
    "Bundle",
    "Course",
    "SchoolCourses",
    "TrainingPlan",
    "bundles_worth_having",
    "plan_training",
]
