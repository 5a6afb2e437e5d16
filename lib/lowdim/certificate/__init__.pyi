from .from_data import DataCertificate as DataCertificate
from .from_data import certify_data as certify_data
from .from_runs import TimeCertificate as TimeCertificate
from .from_runs import certify_time as certify_time
from .from_runs import time_range as time_range
from .known_teacher import Certificate as Certificate
from .known_teacher import certify as certify
