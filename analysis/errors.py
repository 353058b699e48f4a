"""The one error a person is meant to read."""


class InputError(ValueError):
    """Something a person gave is wrong: the message names it and says what to do.

    The message is one plain sentence without a traceback's vocabulary. The command prints it to stderr
    and exits with status 2; a page shows it in place of its result.
    """
