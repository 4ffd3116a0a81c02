"""Pipelines: the stages that leads go through, as each agency has them for each line of business."""
