from .known_teacher import Certificate as Certificate
from .known_teacher import certify as certify
