"""What a person is told of a build, of all that doit has to say."""

from doit.exceptions import UnmetDependency

from ci.progress import Progress

PROGRESS = Progress()


class Reporter:
    """doit's events for a person: only failures, and only what the pipeline says about them."""

    def add_failure(self, task, fail):
        """Say what failed, once: not again for every task that waited for it."""
        if not isinstance(fail, UnmetDependency):
            PROGRESS.say(fail.get_msg())

    def runtime_error(self, message):
        """Say what is wrong with the tasks themselves."""
        PROGRESS.say(message)

    def cleanup_error(self, exception):
        """Say what could not be removed."""
        PROGRESS.say(exception.get_msg())

    def _quiet(self, *_):
        pass

    __init__ = initialize = get_status = execute_task = add_success = complete_run = _quiet
    skip_uptodate = skip_ignore = teardown_task = _quiet
