"""Read models: what can be made again from events. Declared by a service, rebuilt beside the live tables, verified."""

from gardenos_chassis.read_models.model import ReadModel

__all__ = ["ReadModel"]
