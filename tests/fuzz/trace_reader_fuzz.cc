// SPDX-License-Identifier: MIT
// Any bytes at all must make the trace reader end in order. Each input is read as it is, and again
// with its checksums made right: otherwise no mutation would ever get past them.
#include <cstdint>
#include <cstring>

#include "base/check.h"
#include "core/record_schema.h"
#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

/// Gives every chunk that can be walked to a right checksum.
void repair_checksums(test::Bytes& bytes) {
  ChunkHeader header;
  for (std::span<std::byte> rest(bytes); rest.size() >= sizeof header;) {
    std::memcpy(&header, rest.data(), sizeof header);
    if (header.stored_bytes > rest.size() - sizeof header) return;
    header.checksum = checksum_of(header, rest.subspan(sizeof header, header.stored_bytes));
    std::memcpy(rest.data(), &header, sizeof header);
    rest = rest.subspan(sizeof header + header.stored_bytes);
  }
}

/// Reads everything and holds the reader to its contract.
void read(const test::Bytes& bytes) {
  Result<TraceReader> reader = TraceReader::open(test::source_of(bytes));
  if (!reader) {
    HF_CHECK(reader.error().kind == ErrorKind::kBadData && !reader.error().what.empty());
    return;
  }
  HF_CHECK(parse_session_info(to_text(reader->info())).ok());
  const test::ReadTrace trace = test::read_all(*reader);
  for (const Record& record : trace.records) HF_CHECK(schema_of(record.head.kind) != nullptr);
  HF_CHECK(trace.progress.records == static_cast<int64_t>(trace.records.size()));
  HF_CHECK(trace.progress.bytes <= static_cast<int64_t>(bytes.size()));
  HF_CHECK(trace.progress.end != TraceEnd::kNotYet);
  HF_CHECK((trace.progress.end == TraceEnd::kClean) == trace.progress.statement.empty());
  HF_CHECK(reader->next().empty());
}

}  // namespace
}  // namespace holdfast

// libFuzzer gives this function its name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const auto input = std::as_bytes(std::span(data, size));
  holdfast::test::Bytes bytes(input.begin(), input.end());
  holdfast::read(bytes);
  holdfast::repair_checksums(bytes);
  holdfast::read(bytes);
  return 0;
}
