// SPDX-License-Identifier: MIT
#include "probe/machine_setup_linux.h"

#include <glob.h>
#include <sys/statfs.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "probe/setup_file.h"

namespace holdfast::probe {
namespace {

std::vector<std::string> paths_like(const std::string& pattern) {
  glob_t found = {};
  std::vector<std::string> paths;
  if (glob(pattern.c_str(), 0, nullptr, &found) == 0) {
    paths.assign(found.gl_pathv, found.gl_pathv + found.gl_pathc);
  }
  globfree(&found);
  return paths;
}

void read_processors(const std::string& root, MachineSetup& setup) {
  for (const std::string& path : governor_files(root)) {
    const auto text = setup_text(path);
    if (text) setup.governors.emplace_back(TextReader(*text).take_line());
  }
  for (const std::string& path :
       paths_like(root + "/sys/devices/system/cpu/cpu0/cpuidle/state*/latency")) {
    const std::string state = path.substr(0, path.rfind('/'));
    const auto latency = setup_number<int64_t>(path);
    if (!latency || setup_number<int>(state + "/disable").value_or(0) != 0) continue;
    setup.deepest_idle_us = std::max(setup.deepest_idle_us.value_or(0), *latency);
  }
  if (const auto processors = setup_text(root + "/proc/cpuinfo")) {
    // Other architectures than x86 have no such flag: there it stays unknown.
    const bool has_flags = processors->find("\nflags") != std::string::npos;
    if (has_flags) setup.is_virtual = processors->find(" hypervisor") != std::string::npos;
  }
}

void read_kernel(const std::string& root, MachineSetup& setup) {
  utsname name = {};
  uname(&name);
  const std::string command_line = setup_text(root + "/proc/cmdline").value_or("");
  const std::string own_switch = setup_text(root + "/sys/kernel/debug/sched/preempt").value_or("");
  const std::string configuration = setup_text(root + "/boot/config-" + name.release).value_or("");
  setup.preemption = judge_preemption({name.version, command_line, own_switch, configuration});
  setup.has_threaded_irqs = (" " + command_line).find(" threadirqs") != std::string::npos;
  timespec resolution = {};
  if (clock_getres(CLOCK_MONOTONIC, &resolution) == 0) {
    setup.timer_resolution = Nanos(resolution.tv_sec * kSecond.count + resolution.tv_nsec);
  }
  if (const auto interrupts = setup_text(root + "/proc/interrupts")) {
    const auto shared = parse_shared_interrupts(*interrupts);
    setup.has_interrupts = shared.has_value();
    if (shared) setup.shared_interrupts = *shared;
  }
}

/// A file that a container's program leaves, and whose it is.
struct ContainerSign {
  const char* path;
  const char* word;  ///< What it must hold; empty: it is enough that it is there.
  const char* name;
};

constexpr std::array<ContainerSign, 8> kContainerSigns = {{
    {"/.dockerenv", "", "docker"},
    {"/run/.containerenv", "", "podman"},
    {"/run/systemd/container", "", "systemd-nspawn or the like"},
    {"/dev/lxd/sock", "", "lxd"},
    {"/proc/self/cgroup", "/docker", "docker"},
    {"/proc/self/cgroup", "/kubepods", "kubernetes"},
    {"/proc/self/cgroup", "/lxc", "lxc"},
    {"/proc/1/environ", "container=", "one that names itself to its first process"},
}};

void read_container(const std::string& root, MachineSetup& setup) {
  for (const ContainerSign& sign : kContainerSigns) {
    const std::string path = root + sign.path;
    const std::string_view word = sign.word;
    bool is_there = false;
    if (word.empty()) {
      is_there = access(path.c_str(), F_OK) == 0;
    } else {
      const auto text = setup_text(path);
      if (!text) continue;  // could not be looked for
      is_there = text->find(word) != std::string::npos;
    }
    setup.container_signs++;
    if (is_there && setup.container.empty()) setup.container = sign.name;
  }
}

/// What statfs() calls a file system; numbers as in <linux/magic.h>, which lacks some.
struct FileSystem {
  uint32_t magic;
  const char* name;
  bool is_network;
};

constexpr std::array<FileSystem, 14> kFileSystems = {{{0xEF53, "ext4", false},
                                                      {0x9123683E, "btrfs", false},
                                                      {0x58465342, "xfs", false},
                                                      {0xF2F52010, "f2fs", false},
                                                      {0x2FC12FC1, "zfs", false},
                                                      {0x01021994, "tmpfs (in memory)", false},
                                                      {0x794C7630, "overlay", false},
                                                      {0x4D44, "vfat", false},
                                                      {0x2011BAB0, "exfat", false},
                                                      {0x6969, "nfs", true},
                                                      {0xFF534D42, "cifs", true},
                                                      {0xFE534D42, "smb", true},
                                                      {0x01021997, "9p", true},
                                                      {0x65735546, "fuse", true}}};

void read_directory(MachineSetup& setup) {
  struct statfs found = {};
  if (statfs(".", &found) != 0) return;
  const auto magic = static_cast<uint32_t>(found.f_type);
  const auto* const known =
      std::find_if(kFileSystems.begin(), kFileSystems.end(),
                   [magic](const FileSystem& system) { return system.magic == magic; });
  if (known != kFileSystems.end()) {
    setup.file_system = known->name;
    setup.is_network = known->is_network;
  }
  setup.free_bytes = static_cast<int64_t>(found.f_bavail) * static_cast<int64_t>(found.f_bsize);
}

}  // namespace

std::vector<std::string> governor_files(const std::string& root) {
  return paths_like(root + "/sys/devices/system/cpu/cpu[0-9]*/cpufreq/scaling_governor");
}

MachineSetup read_machine_setup(const std::string& root) {
  MachineSetup setup;
  read_processors(root, setup);
  read_kernel(root, setup);
  read_container(root, setup);
  read_directory(setup);
  return setup;
}

}  // namespace holdfast::probe
