"""The embedded datasets: Franklin, a fictional state, and the code that makes it; California 2000, a real one."""
