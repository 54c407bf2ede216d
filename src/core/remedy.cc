// SPDX-License-Identifier: MIT
#include "core/remedy.h"

namespace holdfast {
namespace {

RemedyChange file(const char* path, const char* lines) {
  return {RemedyChange::Kind::kFile, path, std::string(kRemedyMark) + "\n" + lines};
}

RemedyChange setting(std::string path, const char* value) {
  return {RemedyChange::Kind::kSetting, std::move(path), value};
}

Remedy limits() {
  return {"limits",
          "members of the group audio may have real-time priority and lock memory.",
          {file("/etc/security/limits.d/95-holdfast-audio.conf",
                "@audio - rtprio 95\n@audio - memlock unlimited\n@audio - nice -19\n")},
          "join the group with `sudo usermod -aG audio $USER`, then log out and in again"};
}

Remedy perf() {
  return {"perf",
          "users may observe page faults and switches of their own programs.",
          {file("/etc/sysctl.d/95-holdfast-perf.conf", "kernel.perf_event_paranoid = 2\n"),
           setting("/proc/sys/kernel/perf_event_paranoid", "2")},
          ""};
}

Remedy movers() {
  return {"movers",
          "the kernel leaves locked pages where they are, and makes huge pages only where asked.",
          {file("/etc/sysctl.d/95-holdfast-movers.conf",
                "vm.compact_unevictable_allowed = 0\n-kernel.numa_balancing = 0\n"),
           setting("/proc/sys/vm/compact_unevictable_allowed", "0"),
           setting("/proc/sys/kernel/numa_balancing", "0"),
           setting("/sys/kernel/mm/transparent_hugepage/enabled", "madvise"),
           setting("/sys/kernel/mm/ksm/run", "0")},
          "huge pages and KSM are set until the next start only"};
}

Remedy governor(const std::vector<std::string>& governor_files) {
  Remedy remedy{"governor",
                "processors keep their full speed between blocks.",
                {},
                "this holds until the next start"};
  for (const std::string& path : governor_files) {
    remedy.changes.push_back(setting(path, "performance"));
  }
  return remedy;
}

}  // namespace

std::vector<Remedy> all_remedies(const std::vector<std::string>& governor_files) {
  return {limits(), perf(), movers(), governor(governor_files)};
}

std::string way_back(const RemedyChange& change, std::string_view old_value) {
  if (change.kind == RemedyChange::Kind::kFile) return "sudo rm " + change.path;
  return "echo " + std::string(old_value) + " | sudo tee " + change.path;
}

}  // namespace holdfast
