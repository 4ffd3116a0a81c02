"""Those who operate the platform: apart from every agency, they see which there are, and suspend and resume them."""

from gardenos_identity.operators.desk import Operator, Operators
from gardenos_identity.operators.register import project
from gardenos_identity.operators.tables import agency_register

__all__ = ["Operator", "Operators", "agency_register", "project"]
