// SPDX-License-Identifier: MIT
#include "core/address_space.h"

#include <optional>
#include <utility>

#include "core/kernel_text.h"

namespace holdfast {
namespace {

std::string_view or_nothing(std::string_view text) {
  return text == "-" ? std::string_view() : text;
}

// More than any program has; a crafted trace cannot exhaust memory.
constexpr size_t kMostThreads = 4096;
constexpr size_t kMostSymbols = 65'536;

template <class Map, class Key>
bool has_room(const Map& map, const Key& key, size_t most) {
  return map.size() < most || map.contains(key);
}

}  // namespace

void AddressSpace::take_line(std::string_view line) {
  TextReader reader(line);
  const std::string_view word = reader.take_field();
  if (!take(word, reader.take_rest())) ++bad_lines_;
}

bool AddressSpace::take(std::string_view word, std::string_view rest) {
  if (word == "map") return take_map(rest);
  if (word == "maps") return take_maps(rest);
  if (word == "thread") return take_thread(rest);
  if (word == "stack") return take_range(rest, &Thread::stack);
  if (word == "tls") return take_range(rest, &Thread::tls);
  if (word == "symbol") return take_symbol(rest);
  if (word == "program") current_.set_program(rest);
  return true;
}

bool AddressSpace::take_thread(std::string_view rest) {
  TextReader reader(rest);
  const auto tid = parse_number<uint32_t>(reader.take_field());
  if (!tid || !has_room(threads_, *tid, kMostThreads)) return false;
  threads_[*tid].name = reader.take_rest();
  return true;
}

/// What overlaps was that of a thread that has ended: its memory is used again.
bool AddressSpace::take_range(std::string_view rest, Range Thread::*range) {
  TextReader reader(rest);
  const auto tid = parse_number<uint32_t>(reader.take_field());
  const auto begin = parse_number<uint64_t>(reader.take_field(), 16);
  const auto end = parse_number<uint64_t>(reader.take_field(), 16);
  if (!tid || !begin || !end || *begin >= *end) return false;
  if (!has_room(threads_, *tid, kMostThreads)) return false;
  for (auto& [other, thread] : threads_) {
    Range& old = thread.*range;
    if (old.begin < *end && *begin < old.end) old = Range();
  }
  threads_[*tid].*range = Range{*begin, *end};
  return true;
}

bool AddressSpace::take_maps(std::string_view rest) {
  const auto pid = parse_number<int>(rest);
  if (!pid) return false;
  if (pid_ != 0 && pid_ != *pid) {
    current_ = MappingList();
    symbols_.clear();
    for (auto& [tid, thread] : threads_) thread.stack = thread.tls = Range();
  }
  pid_ = *pid;
  previous_ = std::exchange(current_, MappingList());
  return true;
}

bool AddressSpace::take_map(std::string_view rest) {
  TextReader reader(rest);
  const auto begin = parse_number<uintptr_t>(reader.take_field(), 16);
  const auto end = parse_number<uintptr_t>(reader.take_field(), 16);
  Mapping mapping;
  const bool has_permissions = read_permissions(reader.take_field(), mapping);
  const auto offset_bytes = parse_number<uint64_t>(reader.take_field(), 16);
  const std::string_view build_id = or_nothing(reader.take_field());
  if (!begin || !end || !has_permissions || !offset_bytes) return false;
  mapping.begin = *begin;
  mapping.end = *end;
  mapping.offset_bytes = *offset_bytes;
  mapping.path = reader.take_rest();
  return current_.add(std::move(mapping), build_id);
}

bool AddressSpace::take_symbol(std::string_view rest) {
  TextReader reader(rest);
  const auto address = parse_number<uint64_t>(reader.take_field(), 16);
  const std::string_view section = or_nothing(reader.take_field());
  const std::string_view symbol = or_nothing(reader.take_rest());
  if (!address || !has_room(symbols_, *address, kMostSymbols)) return false;
  const std::string& path = *paths_.insert(owner_of(*address, 0).path).first;
  symbols_[*address] = {path, std::string(section), std::string(symbol)};
  return true;
}

PageOwner AddressSpace::owner_of(uint64_t address, uint32_t thread) const {
  const MappingList& list = current_.holds(address) ? current_ : previous_;
  const std::optional<PageOwner> mapped = list.owner_of(address);
  PageOwner owner = mapped.value_or(PageOwner());
  if (owner.role == MemoryRole::kStack) owner.of = thread_name(static_cast<uint32_t>(pid_));
  // Where nothing is mapped, a stack may have grown since: the thread's own word counts. Where a
  // file is mapped now, a thread that has ended had its stack.
  if (!mapped || list.can_be_a_stack(address)) name_by_thread(address, thread, owner);
  name_by_symbol(address, owner);
  return owner;
}

bool AddressSpace::has_symbol(uint64_t address) const {
  return symbols_.contains(address);
}

std::string_view AddressSpace::thread_name(uint32_t thread) const {
  const auto found = threads_.find(thread);
  return found == threads_.end() ? std::string_view() : found->second.name;
}

std::optional<MemoryRange> AddressSpace::stack_of(uint32_t thread) const {
  const auto found = threads_.find(thread);
  if (found == threads_.end() || found->second.stack.end == 0) return std::nullopt;
  const Range& stack = found->second.stack;
  return MemoryRange{stack.begin, stack.end - stack.begin, "stack"};
}

const AddressSpace::Thread* AddressSpace::thread_of(uint64_t address, uint32_t thread,
                                                    Range Thread::*range) const {
  const auto own = threads_.find(thread);
  if (own != threads_.end() && (own->second.*range).contains(address)) return &own->second;
  for (const auto& [tid, other] : threads_) {
    if ((other.*range).contains(address)) return &other;
  }
  return nullptr;
}

/// Thread-local storage often lies in the upper end of the stack, so it is asked about first.
void AddressSpace::name_by_thread(uint64_t address, uint32_t thread, PageOwner& owner) const {
  const Thread* const tls = thread_of(address, thread, &Thread::tls);
  const Thread* const of = tls != nullptr ? tls : thread_of(address, thread, &Thread::stack);
  if (of == nullptr) return;
  owner.role = tls != nullptr ? MemoryRole::kTls : MemoryRole::kStack;
  owner.of = of->name;
}

void AddressSpace::name_by_symbol(uint64_t address, PageOwner& owner) const {
  const auto found = symbols_.find(address);
  if (found == symbols_.end() || found->second.path != owner.path) return;
  owner.section = found->second.section;
  owner.symbol = found->second.symbol;
}

}  // namespace holdfast
