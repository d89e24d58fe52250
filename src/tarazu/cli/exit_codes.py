"""What the exit code of a command means."""

DONE = 0
FINDINGS = 1  # a check found something
USAGE = 2  # the command or its input cannot be used as given
INTERNAL = 3  # a bug in Tarazu
INTERRUPTED = 130  # 128 + SIGINT, as shells say it
READER_GONE = 141  # 128 + SIGPIPE: `tarazu ... | head`
TERMINATED = 143  # 128 + SIGTERM
