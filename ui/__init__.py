"""The page: ask, and see what every sentence rests on."""

import os

# Before gradio is imported by any module here: nothing is sent to anybody.
os.environ.update(GRADIO_ANALYTICS_ENABLED="False", HF_HUB_DISABLE_TELEMETRY="1")
