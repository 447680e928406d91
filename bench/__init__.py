"""Benchmarks: each module says how it is run. BLAS has the threads that the command line gives it."""

import os

os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
