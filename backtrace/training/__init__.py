"""Many steps of training, fast: the same equations as everywhere, run as code or on whole layers."""
