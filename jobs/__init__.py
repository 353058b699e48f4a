"""What each job of the ``evenground`` command does, and the options it takes."""
