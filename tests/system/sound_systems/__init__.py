# SPDX-License-Identifier: MIT
"""How each sound system is started, stopped and ended by a test: one small class in one file each."""
