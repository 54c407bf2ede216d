// SPDX-License-Identifier: MIT
// What the blind test stands on: a directory on disk and one in RAM, and, for root, a swap file and
// a memory cgroup without a limit. Prints one line of JSON that names them, waits until its
// standard input closes, and takes everything away; when it is killed, its watchdog does.
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <string>
#include <vector>

#include "act/cleanup_watchdog.h"
#include "act/memory_cgroup.h"
#include "act/state_directory.h"
#include "act/temp_swap.h"
#include "report/json_writer.h"

namespace holdfast::blind {
namespace {

constexpr int64_t kSwapBytes = int64_t{256} << 20;
constexpr int64_t kNoLimitBytes = int64_t{1} << 40;

/// Everything that could be made. Empty: it could not.
struct Stage {
  std::string directory;
  std::string shared_directory;
  std::string swap;
  std::string cgroup;
  std::vector<std::string> missing;
};

Result<std::string> make_directory(act::CleanupWatchdog& watchdog, const std::string& place) {
  const std::string path = place + "/" + act::unique_name("blind");
  HF_TRY(watchdog.promise_undo({UndoKind::kDirectory, path}));
  if (mkdir(path.c_str(), 0755) != 0) return system_error("cannot create " + path, errno);
  return path;
}

Result<std::string> make_swap(act::CleanupWatchdog& watchdog) {
  const std::string path = watchdog.state_directory() + "/" + act::unique_name("swap");
  HF_TRY(watchdog.promise_undo({UndoKind::kSwapFile, path}));
  HF_TRY(act::make_temp_swap(path, kSwapBytes));
  return path;
}

Result<std::string> make_cgroup(act::CleanupWatchdog& watchdog) {
  HF_TRY_ASSIGN(const act::MemoryCgroup cgroup, act::MemoryCgroup::plan());
  HF_TRY(watchdog.promise_undo({UndoKind::kCgroup, cgroup.directory()}));
  HF_TRY(cgroup.create(kNoLimitBytes));
  return cgroup.directory();
}

std::string what_was_made(const Result<std::string>& made, Stage& stage) {
  if (made) return *made;
  stage.missing.push_back(made.error().what);
  return "";
}

Stage build(act::CleanupWatchdog& watchdog) {
  Stage stage;
  stage.directory = what_was_made(make_directory(watchdog, "/var/tmp"), stage);
  stage.shared_directory = what_was_made(make_directory(watchdog, "/dev/shm"), stage);
  stage.swap = what_was_made(make_swap(watchdog), stage);
  stage.cgroup = what_was_made(make_cgroup(watchdog), stage);
  return stage;
}

void print(const Stage& stage) {
  JsonWriter json;
  json.begin_object();
  json.field("directory", stage.directory);
  json.field("shared", stage.shared_directory);
  json.field("swap", stage.swap);
  json.field("cgroup", stage.cgroup);
  json.begin_array("missing");
  for (const std::string& what : stage.missing) json.value(what);
  json.end_array();
  json.end_object();
  printf("%s\n", json.text().c_str());
  fflush(stdout);
}

int run() {
  auto watchdog = act::CleanupWatchdog::start();
  if (!watchdog) {
    fprintf(stderr, "%s\n", watchdog.error().what.c_str());
    return 3;
  }
  print(build(*watchdog));
  for (char byte = 0; read(STDIN_FILENO, &byte, 1) == 1;) {
  }
  const Result<> finished = watchdog->finish();
  if (finished) return 0;
  fprintf(stderr, "%s\n", finished.error().what.c_str());
  return 1;
}

}  // namespace
}  // namespace holdfast::blind

int main() {
  return holdfast::blind::run();
}
