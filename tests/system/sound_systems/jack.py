# SPDX-License-Identifier: MIT
"""jack2 with its dummy driver, which needs no hardware, and a source that plays the counter."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from sound_systems.sound_system import Missing, SoundSystem, wait_for


STRANGER = 65500  # a user whom nobody is


def _count(system, *arguments, device=None):
    command = [system.place.binaries / "holdfast", "count", "--device", device or system.device(), "--json", *arguments]
    return subprocess.run([str(word) for word in command], env=system.environment(), stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, check=False, timeout=60)


def another_block_size_and_a_missing_port_are_told(system):
    system.start(64)
    result = _count(system, "--frames", 16, "--for", "300ms")
    summary = json.loads(result.stdout.splitlines()[-1])
    assert summary["block_frames"] == 64, summary
    assert any("asked for 16 frames a block, granted 64" in text for text in summary["limitations"]), summary
    assert summary["scheduling"].startswith("SCHED_FIFO") or not system.is_root(), summary
    assert summary["system_locked_bytes"] > 1 << 20 or not system.is_root(), summary
    result = _count(system, "--for", "300ms", device="jack:positio_source")
    assert result.returncode == 3 and "'position_source'" in result.stderr, result.stderr


def devices_lists_the_server_and_its_ports(system):
    system.start(64)
    result = subprocess.run([system.place.binaries / "holdfast", "devices", "--json"], env=system.environment(),
                            capture_output=True, text=True, check=False, timeout=60)
    listed = {item["name"]: item for item in map(json.loads, result.stdout.splitlines())}
    assert listed["jack"]["available"] and "64 frames" in listed["jack"]["description"], listed["jack"]
    assert "position_source:out" in listed["jack"]["sources"], listed["jack"]
    os.kill(system.server(), signal.SIGSTOP)
    result = subprocess.run([system.place.binaries / "holdfast", "devices"], env=system.environment(),
                            capture_output=True, text=True, check=False, timeout=60)
    os.kill(system.server(), signal.SIGCONT)
    assert result.returncode == 0 and "did not answer" in result.stdout, result.stdout


def a_server_that_returns_is_in_the_summary_and_in_the_trace(system):
    system.start(64)
    trace = str(system.place.directory / "away.hft")
    command = [system.place.binaries / "holdfast", "count", "--device", system.device(), "--for", "2s", "--json",
               "--trace", trace]
    process = subprocess.Popen([str(word) for word in command], env=system.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    system.processes.append(process)
    for line in process.stderr:
        if line.startswith("audio thread"):
            break
    time.sleep(0.5)
    system.kill_server()
    system.start(64)
    output, said = process.communicate(timeout=60)
    assert process.returncode in (1, 4), (process.returncode, said)
    assert "went away" in said and "is back" in said, said
    *glitches, summary = map(json.loads, output.splitlines())
    restart = max(glitches, key=lambda glitch: glitch["missing_frames"])
    assert restart["source"] == "server" and not restart["exact"] and restart["error_frames"] == 64, restart
    assert summary["ended"] == "finished" and summary["elapsed_frames"] >= 2 * 48000, summary
    again = subprocess.run([system.place.binaries / "holdfast", "explain", trace, "--json"], capture_output=True,
                           text=True, check=False, timeout=60)
    assert again.stdout == output, (again.stdout[-600:], output[-600:])


def looking_for_a_server_that_is_not_there_leaves_nothing(system):
    if not system.is_root():
        raise Missing("becoming a user who never used JACK needs root")
    database = pathlib.Path(f"/dev/shm/jack_db-{STRANGER}")
    assert not database.exists(), f"{database} was there before"
    result = subprocess.run([system.place.binaries / "holdfast", "devices"], env=system.environment(), user=STRANGER,
                            group=STRANGER, extra_groups=[], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0 and "no JACK server" in result.stdout, result
    assert not database.exists(), "a kill in the wrong moment leaves it broken, and then no server starts"


def _follow(system, disturb):
    """The glitches of a run with --follow-server, during which `disturb` was called; replay tells the same."""
    trace = str(system.place.directory / "followed.hft")
    command = [system.place.binaries / "holdfast", "count", "--device", system.device(), "--for", "1200ms", "--json",
               "--follow-server", "--trace", trace, "--overwrite"]
    process = subprocess.Popen([str(word) for word in command], env=system.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    system.processes.append(process)
    for line in process.stderr:
        if line.startswith("audio thread"):
            break
    time.sleep(0.4)
    disturb()
    output, said = process.communicate(timeout=60)
    assert process.returncode == 1, (process.returncode, said)
    again = subprocess.run([system.place.binaries / "holdfast", "explain", trace, "--json"], capture_output=True,
                           text=True, check=False, timeout=60)
    assert again.stdout == output, (again.stdout[-600:], output[-600:])
    glitches = [json.loads(line) for line in output.splitlines()][:-1]
    for glitch in glitches:
        assert sum(part["ns"] for part in glitch["budget"]) == glitch["lateness_ns"], glitch
    return glitches


def _worst(glitches):
    return max(glitches, key=lambda glitch: glitch["missing_frames"])


def a_server_that_was_stopped_is_named(system):
    if not system.is_root():
        raise Missing("looking into the server needs root")
    system.start(64)

    def stop_server():
        os.kill(system.server(), signal.SIGSTOP)
        time.sleep(0.3)
        os.kill(system.server(), signal.SIGCONT)

    late = _worst(_follow(system, stop_server))
    assert late["source"] == "server" and late["process"] == f"jackd ({system.server()})", late
    assert late["cause"] == "stopped", late


def a_program_before_us_that_was_slow_is_named(system):
    if not system.is_root():
        raise Missing("looking into other programs needs root")
    system.start(64)
    for way, causes in (("w", ("callback",)), ("s", ("late_wake", "blocked"))):
        late = _worst(_follow(system, lambda: system.make_source_late(way)))  # noqa: B023
        assert late["source"] == "client" and late["process"] == f"jack_position_s ({system.player.pid})", (way, late)
        assert late["cause"] in causes, (way, late)


def a_small_shared_memory_is_named(system):
    if not system.is_root() or shutil.which("unshare") is None:
        raise Missing("mounting a small /dev/shm needs root")
    program = system.place.binaries / "holdfast"
    script = f"mount -t tmpfs -o size=16m tmpfs /dev/shm && exec {program} count --device jack --for 1s"
    result = subprocess.run(["unshare", "-m", "sh", "-c", script], env=system.environment(), capture_output=True,
                            text=True, check=False, timeout=60)
    if "mount:" in result.stderr or "unshare:" in result.stderr:
        raise Missing("mounting is forbidden here")
    assert result.returncode == 3 and "/dev/shm has only 16 MiB" in result.stderr, result.stderr


class Jack(SoundSystem):
    name = "jack"
    has_server = True
    server_lateness_loses = True
    torn_by_late_server = 1  # it runs its next cycle at once, in the same buffers
    own_checks = (another_block_size_and_a_missing_port_are_told, devices_lists_the_server_and_its_ports,
                  a_server_that_returns_is_in_the_summary_and_in_the_trace, a_server_that_was_stopped_is_named,
                  a_program_before_us_that_was_slow_is_named, a_small_shared_memory_is_named,
                  looking_for_a_server_that_is_not_there_leaves_nothing)

    def __init__(self, place):
        super().__init__(place)
        self.server_name = f"holdfast-test-{os.getpid()}"
        self.jackd = None
        self.player = None

    def device(self):
        return "jack:position_source:out"

    def environment(self):
        return dict(super().environment(), JACK_DEFAULT_SERVER=self.server_name, JACK_NO_AUDIO_RESERVATION="1",
                    JACK_NO_START_SERVER="1")

    def start(self, frames):
        program = shutil.which("jackd")
        source = self.place.support / "jack_position_source"
        if program is None:
            raise Missing("jackd is not installed: apt-get install jackd2")
        if not source.exists():
            raise Missing("this build was made without libjack-jackd2-dev")
        # Few ports: the default of 2048 needs 103 MiB of /dev/shm, more than containers have.
        self.jackd = self.launch(program, "-n", self.server_name, *self.priority(), "-p", 64, "-d", "dummy",
                                 "-r", 48000, "-p", frames, "-C", 2, "-P", 0)
        self.player = self.launch(source, "position_source", stdin=subprocess.PIPE,
                             stdout=subprocess.PIPE, text=True)
        assert self.player.stdout.readline() == "ready\n", f"no JACK server: jackd ended with {self.jackd.poll()}"

    def priority(self):
        return ("-R", "-P", 70) if self.is_root() else ("-r",)

    def log_cycles(self, path):
        """Another client, alone, notes every cycle; call what comes back to have them in `path`."""
        source = self.place.support / "jack_position_source"
        eyes = self.launch(source, "eyes", path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert eyes.stdout.readline() == "ready\n"

        def finish():
            eyes.stdin.close()
            eyes.wait(20)
        return finish

    def make_source_late(self, way):
        """In one cycle it works ("w") or sleeps ("s") for 40 ms."""
        self.player.stdin.write(way)
        self.player.stdin.flush()

    def server(self):
        return self.jackd.pid

    def end_sources(self):
        """They take leave of their server: one that lost a client without a word takes long to end itself."""
        for process in self.processes:
            if process.stdin is not None:
                process.stdin.close()
                process.wait()

    def end(self):
        if self.jackd is not None and self.jackd.poll() is None:
            self.jackd.send_signal(signal.SIGCONT)
        self.end_sources()
        super().end()
        for left in pathlib.Path("/dev/shm").glob(f"jack*_{self.server_name}_*"):  # of a server that was killed
            left.unlink(missing_ok=True)

    def kill_server(self):
        self.jackd.kill()
        self.jackd.wait()
        self.end_sources()
        wait_for(lambda: all(process.poll() is not None for process in self.processes[:1]))
