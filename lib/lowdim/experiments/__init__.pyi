from .gated_study import Study as Study
from .gated_study import studies as studies
from .gated_study import study as study
from .grid import sweep as sweep
from .recorded import SAMPLING_INTERVAL as SAMPLING_INTERVAL
from .recorded import event_related_fmri as event_related_fmri
from .runs import flow_run as flow_run
from .runs import memory_run as memory_run
