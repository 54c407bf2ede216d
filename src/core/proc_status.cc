// SPDX-License-Identifier: MIT
#include "core/proc_status.h"

#include "core/kernel_text.h"
#include "core/kilobyte_field.h"

namespace holdfast {
namespace {

/// What follows "Key:" on its line; nothing when there is no such line.
std::optional<std::string_view> text_field(std::string_view text, std::string_view key) {
  TextReader lines(text);
  while (!lines.is_at_end()) {
    TextReader line(lines.take_line());
    if (line.take_until(':') == key) return line.take_rest();
  }
  return std::nullopt;
}

}  // namespace

Result<ProcessStatus> parse_proc_status(std::string_view text) {
  const auto name = text_field(text, "Name");
  const auto state = text_field(text, "State");
  TextReader uids(text_field(text, "Uid").value_or(""));
  const auto real_uid = parse_number<unsigned>(uids.take_field());
  const auto effective_uid = parse_number<unsigned>(uids.take_field());
  const auto threads = parse_number<int>(text_field(text, "Threads").value_or(""));
  if (!name || !state || state->empty() || !real_uid || !effective_uid || !threads) {
    return Error{ErrorKind::kBadData, 0, "status without Name, State, Uid or Threads"};
  }
  return ProcessStatus{std::string(*name),
                       state->front(),
                       *real_uid,
                       *effective_uid,
                       *threads,
                       kilobyte_field(text, "VmLck"),
                       kilobyte_field(text, "VmRSS"),
                       kilobyte_field(text, "VmSwap"),
                       parse_number<uint64_t>(text_field(text, "CapEff").value_or(""), 16)};
}

}  // namespace holdfast
