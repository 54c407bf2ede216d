// SPDX-License-Identifier: MIT
#include "probe/address_space_linux.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <set>
#include <span>

#include "core/address_lines.h"
#include "core/elf_build_id.h"
#include "core/residency.h"
#include "core/stack_range.h"
#include "probe/file_descriptor.h"
#include "probe/page_cache_linux.h"
#include "probe/process_linux.h"

namespace holdfast::probe {
namespace {

using FileId = std::pair<uint64_t, uint64_t>;  // device and inode

FileId id_of(const Mapping& mapping) {
  return {uint64_t{mapping.device_major} << 32 | mapping.device_minor, mapping.inode};
}

/// Programs and libraries: nothing else has a build-id, and to open a device is to use it.
std::set<FileId> files_with_code(const std::vector<Mapping>& mappings) {
  std::set<FileId> files;
  for (const Mapping& mapping : mappings) {
    const bool is_code = mapping.is_executable && backing_of(mapping) == Backing::kFile;
    if (is_code) files.insert(id_of(mapping));
  }
  return files;
}

/// "" when it has none, or cannot be read, or is not the mapped file any more. The path is looked
/// up in the process's own root, for containers. Only inodes are compared: btrfs and overlayfs show
/// another device in maps.
std::string read_build_id(const std::string& process_root, const Mapping& mapping) {
  const FileDescriptor file(
      open((process_root + mapping.path).c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  struct stat status = {};
  if (file.number() < 0 || fstat(file.number(), &status) != 0) return "";
  if (!S_ISREG(status.st_mode) || status.st_ino != mapping.inode) return "";
  std::array<std::byte, kElfFrontBytes> front;
  const ssize_t size = pread(file.number(), front.data(), front.size(), 0);
  return size > 0 ? parse_build_id(std::span(front).first(static_cast<size_t>(size))) : "";
}

ThreadPlace place_of(int pid, int tid, const std::string& root) {
  ThreadPlace place;
  place.tid = tid;
  place.is_main = tid == pid;
  place.page_bytes = page_bytes();
  const auto limit = read_stack_limit(pid, root);
  if (limit && *limit) place.stack_limit_bytes = **limit;
  return place;
}

/// Down to where the kernel lets it grow, so that a page which it has grown by since has its name.
std::string main_stack_line(int pid, const std::vector<Mapping>& mappings,
                            const std::string& root) {
  const ThreadPlace place = place_of(pid, pid, root);
  const std::optional<StackRange> stack = find_stack(mappings, place);
  if (!stack) return "";
  uintptr_t begin = stack->range.end() - std::min(stack->range.end(), place.stack_limit_bytes);
  for (const Mapping& mapping : mappings) {
    if (mapping.end <= stack->range.begin) begin = std::max(begin, mapping.end);
  }
  begin = std::min(begin, stack->range.begin);
  return stack_line(static_cast<uint32_t>(pid), {begin, stack->range.end() - begin});
}

}  // namespace

Result<std::vector<std::string>> read_address_space(int pid, const std::string& root) {
  HF_TRY_ASSIGN(AddressSpaceWatch watch, AddressSpaceWatch::open(pid, root));
  return watch.changes();
}

Result<std::string> read_stack_line(int pid, int tid, const std::string& root) {
  ThreadPlace place = place_of(pid, tid, root);
  if (!place.is_main) {
    HF_TRY_ASSIGN(const BlockedAt blocked, read_blocked_at(pid, tid, root));
    place.stack_pointer = blocked.stack_pointer;
  }
  HF_TRY_ASSIGN(const std::vector<Mapping> mappings, read_mappings(pid, root));
  const std::optional<StackRange> stack = find_stack(mappings, place);
  if (!stack) {
    return unavailable("thread " + std::to_string(tid) + " has no stack that can be told");
  }
  return stack_line(static_cast<uint32_t>(tid), stack->range);
}

Result<AddressSpaceWatch> AddressSpaceWatch::open(int pid, const std::string& root) {
  HF_TRY_ASSIGN(ProcFile maps, ProcFile::open(proc_path(root, pid, "maps")));
  return AddressSpaceWatch(pid, root, std::move(maps));
}

/// An open maps file belongs to the program that ran when it was opened; after an exec it is empty.
Result<std::string> AddressSpaceWatch::read_maps() {
  HF_TRY_ASSIGN(std::string text, maps_.read());
  if (!text.empty()) return text;
  HF_TRY_ASSIGN(maps_, ProcFile::open(proc_path(root_, pid_, "maps")));
  HF_TRY_ASSIGN(text, maps_.read());
  if (!text.empty()) return text;
  return unavailable("process " + std::to_string(pid_) + " has ended");
}

Result<std::vector<std::string>> AddressSpaceWatch::changes() {
  HF_TRY_ASSIGN(std::string text, read_maps());
  if (text == last_) return std::vector<std::string>();
  HF_TRY_ASSIGN(mappings_, parse_proc_maps(text));
  look_at_files(mappings_);
  last_ = std::move(text);
  return lines();
}

/// Each file once while it is mapped. One that was unmapped is forgotten: a file that is built anew
/// can have the same inode.
void AddressSpaceWatch::look_at_files(const std::vector<Mapping>& mappings) {
  const std::set<FileId> files = files_with_code(mappings);
  std::map<FileId, std::string> known = std::exchange(build_ids_, {});
  for (const Mapping& mapping : mappings) {
    const FileId id = id_of(mapping);
    if (!files.contains(id) || build_ids_.contains(id)) continue;
    const auto before = known.find(id);
    build_ids_[id] = before != known.end() ? before->second
                                           : read_build_id(proc_path(root_, pid_, "root"), mapping);
  }
}

Result<std::vector<std::string>> AddressSpaceWatch::lines() const {
  std::vector<std::string> lines = {maps_line(pid_)};
  if (const auto program = read_program_path(pid_, root_)) lines.push_back(program_line(*program));
  for (const Mapping& mapping : mappings_) {
    const auto build_id = build_ids_.find(id_of(mapping));
    lines.push_back(map_line(mapping, build_id != build_ids_.end() ? build_id->second : ""));
  }
  HF_TRY_ASSIGN(const std::vector<TaskStat> threads, read_threads(pid_, root_));
  for (const TaskStat& thread : threads) {
    lines.push_back(thread_line(static_cast<uint32_t>(thread.id), thread.name));
  }
  const std::string stack = main_stack_line(pid_, mappings_, root_);
  if (!stack.empty()) lines.push_back(stack);
  return lines;
}

}  // namespace holdfast::probe
