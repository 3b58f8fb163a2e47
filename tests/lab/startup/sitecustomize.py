# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Python imports this file when it starts, because the tests put its folder on ``PYTHONPATH``."""

from __future__ import annotations

import os

if os.environ.get("AE_LAB_CACHE"):
    import ae_lab_cache  # noqa: F401
if os.environ.get("AE_LAB_PREDICTIONS"):
    import ae_lab_predict  # noqa: F401
