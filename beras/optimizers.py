"""The same as ``beras.optimizer``: both names are in use in the course."""

from beras.optimizer import Adam, BasicOptimizer, Optimizer, RMSProp

__all__ = ["Adam", "BasicOptimizer", "Optimizer", "RMSProp"]
