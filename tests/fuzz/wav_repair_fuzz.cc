// SPDX-License-Identifier: MIT
// A file with anything in it: looking at it ends, nothing is written outside its head, and what was
// repaired is good. The last eight bytes say how large the file claims to be.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "core/wav_repair.h"

namespace holdfast {
namespace {

Result<WavRepair> plan(const Bytes& bytes, uint64_t size) {
  const ReadAt read = [&bytes](uint64_t offset, std::span<std::byte> target) {
    std::fill(target.begin(), target.end(), std::byte{0});
    if (offset >= bytes.size()) return target.size();
    const size_t count = std::min<uint64_t>(target.size(), bytes.size() - offset);
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(offset), count, target.begin());
    return target.size();
  };
  return plan_wav_repair(read, size);
}

void check(bool holds) {
  if (!holds) std::abort();
}

void repair_and_look_again(Bytes bytes, uint64_t size) {
  const Result<WavRepair> first = plan(bytes, size);
  if (!first) return;
  check(first->data_begin + first->data_bytes <= size);
  check(first->is_good() == first->patches.empty());
  for (const FilePatch& patch : first->patches) {
    const uint64_t end = patch.offset + patch.bytes.size();
    check(end <= first->data_begin);
    if (bytes.size() < end) bytes.resize(end);
    std::copy(patch.bytes.begin(), patch.bytes.end(),
              bytes.begin() + static_cast<std::ptrdiff_t>(patch.offset));
  }
  const Result<WavRepair> again = plan(bytes, size);
  check(again.ok());
  check(again->is_good());
  check(again->data_bytes == first->data_bytes);
}

}  // namespace
}  // namespace holdfast

// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace holdfast;
  const auto input = std::as_bytes(std::span(data, size));
  const Bytes bytes(input.begin(), input.end());
  repair_and_look_again(bytes, bytes.size());
  if (size < 8) return 0;
  const uint64_t claimed = get_little(bytes, size - 8, 8) >> 24;
  repair_and_look_again(bytes, std::max<uint64_t>(claimed, bytes.size()));
  return 0;
}
