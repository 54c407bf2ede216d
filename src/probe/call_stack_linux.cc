// SPDX-License-Identifier: MIT
#include "probe/call_stack_linux.h"

#include <elfutils/libdwfl.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <utility>

#include "core/residency.h"
#include "probe/file_descriptor.h"

namespace holdfast::probe {
namespace {

constexpr size_t kMostFrames = 64;
constexpr pid_t kOnlyThread = 1;  // libdwfl wants a number; each snapshot is the only thread

/// Never: everything was reported with its file, and unwinding needs no debug information.
int find_no_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, char**, Elf**) {
  return -1;
}
int find_no_debug_file(Dwfl_Module*, void**, const char*, Dwarf_Addr, const char*, const char*,
                       GElf_Word, char**) {
  return -1;
}

constexpr Dwfl_Callbacks kFileCallbacks = {find_no_file, find_no_debug_file, nullptr, nullptr};

struct EndDwfl {
  void operator()(Dwfl* dwfl) const { dwfl_end(dwfl); }
};

/// What one unwinding reads and writes.
struct Walk {
  const ThreadSnapshot* snapshot = nullptr;
  const std::vector<Mapping>* code = nullptr;
  std::vector<uint64_t> addresses;
};

Walk*& current(void* argument) {
  return *static_cast<Walk**>(argument);
}

pid_t next_thread(Dwfl*, void* argument, void** thread_argument) {
  if (*thread_argument != nullptr) return 0;
  *thread_argument = argument;
  return kOnlyThread;
}

bool get_thread(Dwfl*, pid_t, void* argument, void** thread_argument) {
  *thread_argument = argument;
  return true;
}

bool read_memory(Dwfl*, Dwarf_Addr address, Dwarf_Word* word, void* argument) {
  const ThreadSnapshot& snapshot = *current(argument)->snapshot;
  const uint64_t offset = address - snapshot.stack_pointer;
  if (address < snapshot.stack_pointer || snapshot.stack.size() < sizeof *word ||
      offset > snapshot.stack.size() - sizeof *word) {
    return false;
  }
  std::memcpy(word, snapshot.stack.data() + offset, sizeof *word);
  return true;
}

bool set_registers(Dwfl_Thread* thread, void* argument) {
  const ThreadSnapshot& snapshot = *current(argument)->snapshot;
  dwfl_thread_state_register_pc(thread, snapshot.program_counter);
  return dwfl_thread_state_registers(thread, 0, snapshot.register_count, snapshot.registers.data());
}

constexpr Dwfl_Thread_Callbacks kThreadCallbacks = {next_thread,   get_thread, read_memory,
                                                    set_registers, nullptr,    nullptr};

int add_frame(Dwfl_Frame* frame, void* argument) {
  Walk& walk = *static_cast<Walk*>(argument);
  Dwarf_Addr address = 0;
  if (!dwfl_frame_pc(frame, &address, nullptr)) return DWARF_CB_ABORT;
  const bool is_first = walk.addresses.empty();
  if (!is_first && find_mapping(*walk.code, address - 1) == nullptr) return DWARF_CB_ABORT;
  if (!is_first) walk.addresses.push_back(address);
  // The innermost is the program counter itself, which is in the list already.
  if (is_first) walk.addresses.push_back(walk.snapshot->program_counter);
  return walk.addresses.size() < kMostFrames ? DWARF_CB_OK : DWARF_CB_ABORT;
}

}  // namespace

/// One set of files, mapped where they are. A new one is made when that changes: libdwfl keeps
/// pointers into the files that it was attached with.
class CallStacks::Unwinder {
 public:
  Unwinder(const std::string& root, const std::vector<Mapping>& mappings)
      : dwfl_(dwfl_begin(&kFileCallbacks)) {
    if (!dwfl_) return;
    dwfl_report_begin(dwfl_.get());
    std::map<std::string, uintptr_t> first;  // of each file, where its first page lies
    for (const Mapping& mapping : mappings) {
      if (mapping.offset_bytes == 0 && backing_of(mapping) == Backing::kFile) {
        first[mapping.path] = mapping.begin;
      }
      if (!mapping.is_executable || backing_of(mapping) != Backing::kFile) continue;
      const auto base = first.find(mapping.path);
      if (base != first.end()) report(root, mapping, base->second);
      if (base != first.end()) first.erase(base);
    }
    dwfl_report_end(dwfl_.get(), nullptr, nullptr);
    is_attached_ = dwfl_attach_state(dwfl_.get(), nullptr, kOnlyThread, &kThreadCallbacks, &walk_);
  }

  void walk(Walk& walk) {
    if (!is_attached_ || walk.snapshot->register_count == 0) return;
    walk_ = &walk;
    dwfl_getthread_frames(dwfl_.get(), kOnlyThread, add_frame, &walk);
    walk_ = nullptr;
  }

 private:
  /// A file that was replaced since, or cannot be read, is left out: its tables would mislead.
  void report(const std::string& root, const Mapping& mapping, uintptr_t base) {
    const std::string path = root + mapping.path;
    FileDescriptor file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    struct stat status = {};
    if (file.number() < 0 || fstat(file.number(), &status) != 0) return;
    if (!S_ISREG(status.st_mode) || status.st_ino != mapping.inode) return;
    if (dwfl_report_elf(dwfl_.get(), mapping.path.c_str(), path.c_str(), file.number(), base,
                        false) != nullptr) {
      file.release();  // it belongs to libdwfl from now on
    }
  }

  std::unique_ptr<Dwfl, EndDwfl> dwfl_;
  bool is_attached_ = false;
  Walk* walk_ = nullptr;  ///< What the callbacks work on; they are given its address.
};

CallStacks::CallStacks(std::string root) : root_(std::move(root)) {}
CallStacks::CallStacks(CallStacks&&) noexcept = default;
CallStacks& CallStacks::operator=(CallStacks&&) noexcept = default;
CallStacks::~CallStacks() = default;

void CallStacks::set_mappings(const std::vector<Mapping>& mappings) {
  std::vector<LoadedFile> files;
  code_.clear();
  for (const Mapping& mapping : mappings) {
    if (!mapping.is_executable) continue;
    code_.push_back(mapping);
    LoadedFile file = {mapping.path, mapping.begin - mapping.offset_bytes};
    if (files.empty() || files.back() != file) files.push_back(std::move(file));
  }
  if (unwinder_ && files == files_) return;
  files_ = std::move(files);
  unwinder_ = std::make_unique<Unwinder>(root_, mappings);
}

std::vector<uint64_t> CallStacks::unwind(const ThreadSnapshot& snapshot) {
  Walk walk = {&snapshot, &code_, {}};
  if (unwinder_) unwinder_->walk(walk);
  if (walk.addresses.empty()) walk.addresses.push_back(snapshot.program_counter);
  return std::move(walk.addresses);
}

}  // namespace holdfast::probe
