# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python imports this file when it starts, because the tests put its folder on ``PYTHONPATH``."""

from __future__ import annotations

import importlib
import os

for asked, name in (("AE_LAB_CACHE", "ae_lab_cache"), ("AE_LAB_PREDICTIONS", "ae_lab_predict")):
    if os.environ.get(asked):
        importlib.import_module(name)
