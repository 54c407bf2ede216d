# SPDX-License-Identifier: MIT
"""The virtual device: no server, and its content tells positions by itself."""
from sound_systems.sound_system import SoundSystem


class Virtual(SoundSystem):
    pass
