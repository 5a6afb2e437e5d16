from .from_data import DataCertificate as DataCertificate
from .from_data import certify_data as certify_data
from .known_teacher import Certificate as Certificate
from .known_teacher import certify as certify
