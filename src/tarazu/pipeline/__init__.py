"""From a record to a complete run folder: what the command line calls, for Python users."""

from tarazu.pipeline.progress import Advance, Progress, silent
from tarazu.pipeline.record_file import record_facts
from tarazu.pipeline.runner import TaskResult, run_estimators, run_task
from tarazu.pipeline.task import (
    StudyInput,
    Task,
    demo_task,
    estimator_names,
    ledger_task,
    read_study,
)

__all__ = [
    "Advance",
    "Progress",
    "StudyInput",
    "Task",
    "TaskResult",
    "demo_task",
    "estimator_names",
    "ledger_task",
    "read_study",
    "record_facts",
    "run_estimators",
    "run_task",
    "silent",
]
