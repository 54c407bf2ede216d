# SPDX-License-Identifier: MIT
"""What a backend's class tells the contract test. A class that inherits this and overrides nothing
describes a system without a server, such as the virtual device."""
import os
import signal
import subprocess
import time


class Missing(Exception):
    """This machine does not offer what the check needs: the check says SKIP, and this reason."""


class SoundSystem:
    """One sound system for one check. `place` has .binaries, .support and a writable .directory."""

    name = "virtual"
    has_server = False            # something that can be late, stopped and restarted apart from us
    server_lateness_loses = False  # a late server loses frames (JACK); else it catches up (PipeWire)
    torn_by_late_server = 0       # blocks that the next cycle may overwrite under our eyes when the server was late
    client_lateness_loses = True
    misplaced_share = 1 / 400     # of its blocks at most, while the machine is busy; frames are counted right all the same
    misplaced_shares = {}         # the same for block sizes where it is another
    most_torn = 0                 # so many blocks of a run may be overwritten while they are read, unseen
    block_sizes = (16, 64, 256, 1024)
    late_block_sizes = (16, 64)   # of those, where clients are made late

    def __init__(self, place):
        self.place = place
        self.processes = []
        self.user = None  # whom servers, sources and programs run as; None: whoever runs the test

    def device(self):
        """What to write after --device, with the source that plays positions."""
        return "virtual"

    def environment(self):
        return dict(os.environ, HOLDFAST_AUDIO_MODULES=str(self.place.modules))

    def start(self, frames):
        """Starts server and source with this block size; raises Missing where that is impossible."""

    def server(self):
        """Process id of what is late when the server is; 0 without one."""
        return 0

    def end(self):
        """Ends everything that was started, whatever state it is in."""
        for process in reversed(self.processes):
            if process.poll() is None:
                process.send_signal(signal.SIGCONT)
                process.terminate()
                try:
                    process.wait(5)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
        self.processes.clear()

    def kill_server(self):
        """The server goes away without a word."""
        raise Missing("there is no server")

    def identity(self):
        """For subprocess: the user to run as."""
        if self.user is None:
            return {}
        return {"user": self.user, "group": self.user, "extra_groups": []}

    def is_root(self):
        return os.geteuid() == 0 and not self.user

    # For subclasses.

    def launch(self, *command, **options):
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.DEVNULL)
        options.setdefault("stderr", subprocess.DEVNULL)
        process = subprocess.Popen([str(word) for word in command], env=self.environment(),
                                   **self.identity(), **options)
        self.processes.append(process)
        return process


def wait_for(condition, seconds=20):
    """What `condition` gives as soon as that counts as true; False when it never did."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if found := condition():
            return found
        time.sleep(0.01)
    return False
