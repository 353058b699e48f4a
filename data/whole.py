"""A file is there whole or not at all, whatever moment the process that writes it dies."""

import os
from contextlib import suppress
from pathlib import Path


def put(path: Path, content: bytes) -> None:
    """Write a file under a temporary name and give it its own, even if the power fails.

    Raises:
        OSError: the disk is full or the folder cannot be written; what stood there is as it was.
    """
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    with temporary.open("wb") as stream:
        stream.write(content)
        stream.flush()
        os.fsync(stream.fileno())
    temporary.replace(path)
    with suppress(OSError):  # Windows has no folders to sync
        folder = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
