// SPDX-License-Identifier: MIT
#include "probe/page_cache_linux.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

#include "probe/file_descriptor.h"
#include "probe/proc_file_linux.h"

namespace holdfast::probe {
namespace {

bool is_the_file_of(const Mapping& mapping, const struct stat& status) {
  return status.st_ino == mapping.inode && major(status.st_dev) == mapping.device_major &&
         minor(status.st_dev) == mapping.device_minor;
}

FileDescriptor open_quietly(const std::string& path) {
  return FileDescriptor(open(path.c_str(), O_PATH | O_CLOEXEC));
}

std::string self_path(int file) {
  return "/proc/self/fd/" + std::to_string(file);
}

/// map_files leads to exactly the mapped file, deleted ones included, but only for root. The path
/// is looked up in the process's own root, for containers; btrfs and overlayfs show another device
/// there than in maps, and are refused by is_the_file_of().
FileDescriptor find_file_of(int pid, const Mapping& mapping, const std::string& root,
                            struct stat& status) {
  char range[64];
  std::snprintf(range, sizeof range, "map_files/%lx-%lx", static_cast<unsigned long>(mapping.begin),
                static_cast<unsigned long>(mapping.end));
  FileDescriptor exact = open_quietly(proc_path(root, pid, range));
  if (exact.number() >= 0 && fstat(exact.number(), &status) == 0) return exact;
  FileDescriptor named = open_quietly(proc_path(root, pid, "root") + mapping.path);
  const bool is_same =
      named.number() >= 0 && fstat(named.number(), &status) == 0 && is_the_file_of(mapping, status);
  return is_same ? std::move(named) : FileDescriptor();
}

/// The kernel's own rule, can_do_mincore() in mm/mincore.c since Linux 5.2.
bool is_answered_truly(int file, const struct stat& status) {
  if (status.st_uid == geteuid()) return true;
  return faccessat(AT_FDCWD, self_path(file).c_str(), W_OK, AT_EACCESS) == 0;
}

/// The file behind a mapping, where the kernel tells us the truth about it; else none.
FileDescriptor open_told_file(int pid, const Mapping& mapping, const std::string& root) {
  struct stat status = {};
  FileDescriptor file = open_mapped_file(pid, mapping, root);
  const bool is_told = file.number() >= 0 && fstat(file.number(), &status) == 0 &&
                       is_answered_truly(file.number(), status);
  return is_told ? std::move(file) : FileDescriptor();
}

}  // namespace

FileDescriptor open_mapped_file(int pid, const Mapping& mapping, const std::string& root) {
  struct stat status = {};
  const FileDescriptor found = find_file_of(pid, mapping, root, status);
  // Only regular files are opened for real: to open a sound device is to use it.
  if (found.number() < 0 || !S_ISREG(status.st_mode)) return FileDescriptor();
  return FileDescriptor(open(self_path(found.number()).c_str(), O_RDONLY | O_CLOEXEC));
}

std::optional<PageCacheView> PageCacheView::open(int pid, const Mapping& mapping,
                                                 const std::string& root) {
  const FileDescriptor file = open_told_file(pid, mapping, root);
  if (file.number() < 0) return std::nullopt;
  void* const address = mmap(nullptr, mapping.size_bytes(), PROT_READ, MAP_SHARED, file.number(),
                             static_cast<off_t>(mapping.offset_bytes));
  if (address == MAP_FAILED) return std::nullopt;
  return PageCacheView(address, mapping.size_bytes(), true);
}

std::optional<PageCacheView> PageCacheView::open_own(const Mapping& mapping,
                                                     const std::string& root) {
  if (open_told_file(getpid(), mapping, root).number() < 0) return std::nullopt;
  return PageCacheView(reinterpret_cast<void*>(mapping.begin), mapping.size_bytes(), false);
}

PageCacheView::PageCacheView(PageCacheView&& other) noexcept
    : address_(std::exchange(other.address_, nullptr)),
      size_bytes_(other.size_bytes_),
      is_ours_(other.is_ours_) {}

PageCacheView::~PageCacheView() {
  if (address_ != nullptr && is_ours_) munmap(address_, size_bytes_);
}

bool PageCacheView::read(std::vector<unsigned char>& pages) const {
  return read_own_core(reinterpret_cast<uintptr_t>(address_), size_bytes_, pages);
}

bool read_own_core(uintptr_t begin, size_t size_bytes, std::vector<unsigned char>& pages) {
  pages.resize(size_bytes / page_bytes());
  return mincore(reinterpret_cast<void*>(begin), size_bytes, pages.data()) == 0;
}

size_t page_bytes() {
  static const auto size_bytes = static_cast<size_t>(sysconf(_SC_PAGESIZE));
  return size_bytes;
}

}  // namespace holdfast::probe
