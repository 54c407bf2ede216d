// SPDX-License-Identifier: MIT
#include "blind/paged_object.h"

#include <dlfcn.h>
#include <fcntl.h>
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <map>
#include <utility>

#include "act/own_ranges.h"
#include "blind/targets.h"
#include "probe/file_descriptor.h"

namespace holdfast::blind {
namespace {

constexpr const char* kProgram = "blind_victim";
constexpr const char* kLibrary = "libblind_library.so";
constexpr size_t kFreshPages = 512;
/// The highest part of the stack is in use: callback, device, start of the thread. The lowest stays
/// where it is, too: the deep call that touches the object ends there.
constexpr size_t kStackObjectBytes = 32 * kPageBytes;
constexpr size_t kStackEndBytes = 2 * kPageBytes;
constexpr size_t kFileBytes = 2 * kTargetBytes;

MemoryRange range_at(const void* begin, size_t size_bytes) {
  return {reinterpret_cast<uintptr_t>(begin), size_bytes, "target"};
}

/// An object with a name in a file's symbol table.
PagedObject named(const void* begin, const char* where, const char* mapping, const char* symbol,
                  Action action = Action::kTouch) {
  const auto address = reinterpret_cast<uint64_t>(begin);
  PagedObject object;
  object.range = range_at(begin, kTargetBytes);
  object.action = action;
  object.expectation = {"page_fault", "major", where, mapping, symbol, address};
  return object;
}

/// A part of a program or library that is never written to: it comes back from the file.
PagedObject constant(const void* begin, const char* where, const char* mapping, const char* symbol,
                     Action action = Action::kTouch) {
  PagedObject object = named(begin, where, mapping, symbol, action);
  Dl_info info = {};
  if (dladdr(begin, &info) != 0) object.path = info.dli_fname;
  return object;
}

/// An object without a name.
PagedObject nameless(const MemoryRange& range, const char* where, const char* mapping = "") {
  PagedObject object;
  object.range = range;
  object.expectation = {"page_fault", "major", where, mapping, "", 0};
  return object;
}

PagedObject stack_object(const MemoryRange& stack) {
  PagedObject object =
      nameless({stack.begin + kStackEndBytes, kStackObjectBytes, "target"}, "stack");
  object.action = Action::kTouchStack;
  return object;
}

PagedObject thread_local_object() {
  PagedObject object = nameless({0, 0, "target"}, "TLS");
  object.is_late = true;
  return object;
}

/// From the heap proper: a block this large would otherwise be a mapping of its own.
PagedObject heap_object() {
  mallopt(M_MMAP_THRESHOLD, 1 << 30);
  auto* memory = static_cast<unsigned char*>(aligned_alloc(kPageBytes, kTargetBytes));
  std::memset(memory, 1, kTargetBytes);
  return nameless(range_at(memory, kTargetBytes), "heap");
}

PagedObject fresh_object() {
  void* memory = mmap(nullptr, kFreshPages * kPageBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  PagedObject object = nameless(range_at(memory, kFreshPages * kPageBytes), "anonymous memory");
  object.expectation.kind = "minor";
  object.action = Action::kWrite;
  return object;
}

/// Shared with nobody but the file: a page of a disk's file, or of one in RAM.
Result<PagedObject> file_object(const std::string& directory, const char* name, const char* where) {
  const std::string path = directory + "/" + name;
  unlink(path.c_str());  // another user's, of another rung
  const probe::FileDescriptor file(
      open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600));
  if (file.number() < 0) return system_error("cannot create " + path, errno);
  const std::vector<unsigned char> content(kFileBytes, 1);
  if (pwrite(file.number(), content.data(), content.size(), 0) !=
      static_cast<ssize_t>(content.size())) {
    return system_error("cannot write " + path, errno);
  }
  fsync(file.number());  // dirty pages would not leave
  void* memory = mmap(nullptr, kFileBytes, PROT_READ | PROT_WRITE, MAP_SHARED, file.number(), 0);
  if (memory == MAP_FAILED) return system_error("cannot map " + path, errno);
  PagedObject object = nameless(range_at(memory, kFileBytes), where, name);
  if (object.expectation.where == "file") {
    object.path = path;
  } else {
    object.touches = kMostTouches;  // swap-in brings neighbours by their place in swap
  }
  return object;
}

const void* code(void (*function)()) {
  return reinterpret_cast<const void*>(function);
}

bool is_resident(uint64_t address) {
  unsigned char state = 1;
  auto* page = reinterpret_cast<void*>(address & ~uint64_t{kPageBytes - 1});
  return mincore(page, kPageBytes, &state) != 0 || (state & 1) != 0;
}

/// Maps again what lost its mapping, in program and libraries around `target`.
void heal(const MemoryRange& target) {
  for (const MemoryRange& segment : act::own_segments(act::Objects::kAll)) {
    const uintptr_t before_end = std::clamp(target.begin, segment.begin, segment.end());
    const uintptr_t after_begin = std::clamp(target.end(), segment.begin, segment.end());
    mlock(reinterpret_cast<void*>(segment.begin), before_end - segment.begin);
    if (after_begin > before_end) {
      mlock(reinterpret_cast<void*>(after_begin), segment.end() - after_begin);
    }
  }
}

}  // namespace

Result<PagedObject> make_object(const std::string& class_name, const MemoryRange& stack,
                                const Places& places) {
  using Make = std::function<Result<PagedObject>()>;
  const std::map<std::string, Make> makers = {
      {"stack", [&] { return stack_object(stack); }},
      {"tls", [] { return thread_local_object(); }},
      {"heap", [] { return heap_object(); }},
      {"data", [] { return named(blind_data, "data", kProgram, "blind_data"); }},
      // Zeroed data lie in anonymous memory behind the program's: no mapping is expected.
      {"zeroes", [] { return named(blind_zeroes, "data", "", "blind_zeroes"); }},
      {"constants",
       [] { return constant(blind_constants, "read-only data", kProgram, "blind_constants"); }},
      {"text",
       [] { return constant(code(blind_text), "text", kProgram, "blind_text", Action::kCall); }},
      {"library_text",
       [] {
         return constant(code(blind_library_text), "library text", kLibrary, "blind_library_text",
                         Action::kCall);
       }},
      {"library_data",
       [] {
         return named(blind_library_table_address(), "library data", kLibrary,
                      "blind_library_table");
       }},
      {"shared_memory",
       [&] { return file_object(places.shared_directory, "blind_shared", "shared memory"); }},
      {"file", [&] { return file_object(places.directory, "blind_file", "file"); }},
      {"first_touch", [] { return fresh_object(); }},
  };
  const auto maker = makers.find(class_name);
  if (maker == makers.end()) return Error{ErrorKind::kUsage, 0, "no class " + class_name};
  return maker->second();
}

void place_late(PagedObject& object, uint64_t address) {
  const uint64_t begin = (address + kPageBytes - 1) & ~uint64_t{kPageBytes - 1};
  object.range = {begin, kTargetBytes - kPageBytes, "target"};
  object.is_late = false;
}

void prepare_pages(const PagedObject& object) {
  auto* begin = reinterpret_cast<unsigned char*>(object.range.begin);
  munlock(begin, object.range.size_bytes);
  const bool is_in_swap = object.path.empty() && object.action != Action::kWrite;
  // Read-ahead would bring in with the first page what the next accesses are to miss.
  if (!object.path.empty()) madvise(begin, object.range.size_bytes, MADV_RANDOM);
  // What is to be in swap has to be written once, and not zero: kernel 6.18 writes no zeroes to
  // swap.
  for (size_t i = 0; is_in_swap && i < object.range.size_bytes; i += kPageBytes) begin[i] = 1;
}

std::vector<uint64_t> choose_addresses(const PagedObject& object, std::mt19937_64& random) {
  const size_t stride_pages = object.range.size_bytes / kPageBytes / object.touches;
  const size_t shift_pages = random() % std::max<size_t>(stride_pages, 1);
  std::vector<uint64_t> addresses;
  for (size_t i = 0; i < object.touches; i++) {
    const uint64_t page = object.range.begin + (i * stride_pages + shift_pages) * kPageBytes;
    addresses.push_back(page + random() % (kPageBytes / 16) * 16);
  }
  return addresses;
}

Result<Evictor> Evictor::make(const PagedObject& object, const Places& places) {
  const char* path = object.path.empty() ? "/proc/self/exe" : object.path.c_str();
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) return system_error(std::string("cannot open ") + path, errno);
  const bool is_shared_memory = object.expectation.where == "shared memory";
  if (is_shared_memory && places.reclaim < 0) {
    return Error{ErrorKind::kUnavailable, 0, "shared memory leaves only by a cgroup's reclaim"};
  }
  return Evictor(file, is_shared_memory ? places.reclaim : -1);
}

void Evictor::push_out(const PagedObject& object) const {
  auto* begin = reinterpret_cast<unsigned char*>(object.range.begin);
  // Even for memory that is in no file this call has a use: it meets locked pages of the program,
  // and so makes the kernel empty the processors' lists of pages that are not on an LRU list yet,
  // where MADV_PAGEOUT does not see them (kernel 6.18).
  posix_fadvise(file_, 0, 0, POSIX_FADV_DONTNEED);
  madvise(begin, object.range.size_bytes, MADV_PAGEOUT);
  if (object.path.empty()) return;
  // Read-ahead has brought in pages that nobody maps: MADV_PAGEOUT passes them over, and this takes
  // no others.
  madvise(begin, object.range.size_bytes, MADV_DONTNEED);
  posix_fadvise(file_, 0, 0, POSIX_FADV_DONTNEED);
}

void Evictor::rehearse(const PagedObject& object) const {
  if (object.path.empty()) return;
  push_out(object);
  heal(object.range);
}

bool Evictor::take_out(const PagedObject& object, const std::vector<uint64_t>& addresses) const {
  constexpr int kMostAttempts = 60;
  if (object.action == Action::kWrite) {
    return madvise(reinterpret_cast<void*>(object.range.begin), object.range.size_bytes,
                   MADV_DONTNEED) == 0;
  }
  for (int i = 0; i < kMostAttempts; i++) {
    push_out(object);
    if (!object.path.empty()) heal(object.range);
    if (std::ranges::none_of(addresses, is_resident)) return true;
    usleep(1000);  // until what was written to swap is there
    if (reclaim_ >= 0) {
      // A page of shared memory loses its place in swap when it is mapped again: it has to be
      // dropped from the swap cache unmapped, which only a cgroup's reclaim does.
      if (write(reclaim_, "1M", 2) > 0 && std::ranges::none_of(addresses, is_resident)) return true;
      continue;
    }
    // MADV_PAGEOUT looks at mapped pages only, and drops at once what is in swap already.
    for (const uint64_t address : addresses) {
      if (is_resident(address)) (void)*reinterpret_cast<const volatile unsigned char*>(address);
    }
  }
  return false;
}

}  // namespace holdfast::blind
