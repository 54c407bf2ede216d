# SPDX-License-Identifier: MIT
"""PipeWire in a folder of its own: no session manager, no D-Bus, no hardware; a timer drives the graph,
and a source plays the graph's clock."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import time

from sound_systems.sound_system import Missing, SoundSystem

CONFIGURATION = pathlib.Path(__file__).with_suffix(".conf")
NOBODY = 65534


def _holdfast(system, *arguments, environment=None, **options):
    command = [system.place.binaries / "holdfast", *arguments]
    return subprocess.run([str(word) for word in command], env=environment or system.environment(),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False, timeout=60, **options)


def _summary(system, *arguments, **variables):
    result = _holdfast(system, "count", "--device", system.device(), "--for", "300ms", "--json", *arguments,
                       environment=dict(system.environment(), **variables))
    return json.loads(result.stdout.splitlines()[-1])


def the_block_size_asked_for_is_granted_or_the_difference_is_told(system):
    system.start(256)
    summary = _summary(system, "--frames", 16)
    assert summary["block_frames"] == 16 and summary["missing_frames"] % 16 == 0, summary
    assert summary["position_source"] == "server_counter" and "PipeWire" in summary["sound_system"], summary
    assert summary["scheduling"].startswith("SCHED_FIFO") or not system.is_root(), summary
    assert summary["system_locked_bytes"] > 0, summary
    summary = _summary(system, PIPEWIRE_QUANTUM="32/48000")
    assert summary["block_frames"] == 32, summary
    assert any("asked for 64 frames a block, granted 32" in text for text in summary["limitations"]), summary


def another_block_size_in_between_is_no_loss(system):
    system.start(256)
    command = [system.place.binaries / "holdfast", "count", "--device", system.device(), "--for", "2s", "--json",
               "--frames", "256"]
    process = subprocess.Popen([str(word) for word in command], env=system.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    system.processes.append(process)
    for line in process.stderr:
        if line.startswith("audio thread"):
            break
    time.sleep(0.4)
    _summary(system, "--frames", 64)
    output, _ = process.communicate(timeout=60)
    *glitches, _ = map(json.loads, output.splitlines())
    assert all(glitch["source"] == "client" for glitch in glitches), glitches


def nodes_are_found_by_name_and_by_serial(system):
    system.start(64)
    result = _holdfast(system, "devices", "--json")
    listed = {item["name"]: item for item in map(json.loads, result.stdout.splitlines())}
    assert listed["pipewire"]["available"] and listed["pipewire"]["sources"] == ["position_source"], listed
    assert "PipeWire" in listed["pipewire"]["description"], listed
    result = _holdfast(system, "count", "--device", "pipewire:positio_source", "--for", "1s")
    assert result.returncode == 3 and "'position_source'" in result.stderr, result.stderr
    result = _holdfast(system, "count", "--for", "200ms", "--json")
    assert json.loads(result.stdout.splitlines()[-1])["device"] == "pipewire:position_source", result
    os.kill(system.server(), signal.SIGSTOP)
    result = _holdfast(system, "devices")
    os.kill(system.server(), signal.SIGCONT)
    assert result.returncode == 0 and "not answer" in result.stdout, result.stdout


def a_source_that_is_pulled_out_is_gone_until_it_is_back(system):
    system.start(64)
    command = [system.place.support / "content_count", system.device(), "64", "3"]
    process = subprocess.Popen([str(word) for word in command], env=system.environment(), stdin=subprocess.DEVNULL,
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    system.processes.append(process)
    assert process.stderr.readline() == "started\n"
    time.sleep(0.3)
    system.end_source()
    time.sleep(0.3)
    system.start_source()
    result = json.loads(process.communicate(timeout=60)[0])
    assert result["epochs"] == 2 and not result["is_gone"], result


def whoever_may_not_use_it_is_told_why(system):
    system.start(64)
    bare = {name: value for name, value in system.environment().items() if name != "XDG_RUNTIME_DIR"}
    result = _holdfast(system, "count", "--device", "pipewire", environment=bare)
    assert result.returncode == 3 and "XDG_RUNTIME_DIR is not set" in result.stderr, result.stderr
    if not system.is_root():
        return
    result = _holdfast(system, "count", "--device", "pipewire", user=NOBODY, group=NOBODY, extra_groups=[])
    assert result.returncode == 3 and "belongs to another user" in result.stderr, result.stderr


class Pipewire(SoundSystem):
    name = "pipewire"
    has_server = True
    server_lateness_loses = False  # its timer catches up, cycle by cycle
    late_block_sizes = (64, 128)  # of 16 frames a busy machine loses some by itself, all the time
    most_torn = 4  # who was late is not waited for: the source writes into the buffer that is being read
    misplaced_shares = {16: 1 / 20}  # its cycles catch up, and their labels come late
    own_checks = (the_block_size_asked_for_is_granted_or_the_difference_is_told,
                  another_block_size_in_between_is_no_loss, nodes_are_found_by_name_and_by_serial,
                  a_source_that_is_pulled_out_is_gone_until_it_is_back, whoever_may_not_use_it_is_told_why)

    def __init__(self, place):
        super().__init__(place)
        self.daemon = None
        self.source = None
        self.folder = pathlib.Path(place.directory, "run")

    def device(self):
        return "pipewire:position_source"

    def environment(self):
        kept = {name: value for name, value in super().environment().items() if not name.startswith("PIPEWIRE_")}
        return dict(kept, XDG_RUNTIME_DIR=str(self.folder), DBUS_SESSION_BUS_ADDRESS="disabled:",
                    HOME=str(self.folder), XDG_CONFIG_HOME=str(self.folder))

    def start(self, frames):
        program = shutil.which("pipewire")
        if program is None:
            raise Missing("PipeWire is not installed: apt-get install pipewire-bin")
        if not self.source_program().exists():
            raise Missing("this build was made without libpipewire-0.3-dev")
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(self.folder, self.user, self.user)
        configuration = self.place.directory / f"pipewire-{frames}.conf"
        configuration.write_text(CONFIGURATION.read_text(encoding="utf-8").replace("QUANTUM", str(frames)),
                                 encoding="utf-8")
        configuration.chmod(0o644)
        self.daemon = self.launch(program, "-c", configuration)
        self.start_source()

    def source_program(self):
        return self.place.support / "pipewire_position_source"

    def start_source(self):
        self.source = self.launch(self.source_program(), "position_source", stdin=subprocess.PIPE,
                                  stdout=subprocess.PIPE, text=True)
        assert self.source.stdout.readline() == "ready\n", f"no PipeWire: it ended with {self.daemon.poll()}"

    def end_source(self):
        self.source.stdin.close()
        self.source.wait(20)

    def log_cycles(self, path):
        """Another client, alone, notes every cycle; call what comes back to have them in `path`."""
        eyes = self.launch(self.source_program(), "eyes", path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        assert eyes.stdout.readline() == "ready\n"

        def finish():
            eyes.stdin.close()
            eyes.wait(20)
        return finish

    def server(self):
        return self.daemon.pid

    def kill_server(self):
        self.daemon.kill()
        self.daemon.wait()
        self.end_source()
