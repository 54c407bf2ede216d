// SPDX-License-Identifier: MIT
// Writes the seeds of fuzz_trace_reader into a folder: small traces of every shape the format has.
#include <cstdio>
#include <filesystem>
#include <fstream>

#include "core/record_columns.h"
#include "core/record_schema.h"
#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

using test::Bytes;

SessionInfo short_info() {
  SessionInfo info;
  info.rate_hz = 48000;
  return info;
}

Bytes description() {
  TraceWriter writer;
  Bytes bytes;
  test::append(bytes, writer.description(short_info()));
  return bytes;
}

/// One record of every kind there is, and one of a kind there is not.
std::vector<Record> every_kind() {
  std::vector<Record> records(record_schemas().size() + 1);
  for (size_t i = 0; i < records.size(); i++) {
    records[i].head.kind =
        i < record_schemas().size() ? record_schemas()[i].kind : static_cast<RecordKind>(999);
  }
  return records;
}

/// A description and one chunk that is not compressed.
Bytes with_chunk(ChunkKind kind, uint32_t flags, std::span<const std::byte> payload) {
  ChunkHeader header;
  header.kind = kind;
  header.flags = flags;
  header.sequence = 1;
  Bytes bytes = description();
  test::append(bytes, test::forged_chunk(header, payload));
  return bytes;
}

Bytes as_columns(std::span<const Record> records) {
  std::vector<uint64_t> columns(records.size() * kRecordWords);
  to_columns(records, columns);
  return with_chunk(ChunkKind::kRecords, kChunkIsColumns, std::as_bytes(std::span(columns)));
}

void write_seed(const std::filesystem::path& path, const Bytes& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(reinterpret_cast<const char*>(bytes.data()), static_cast<long>(bytes.size()));
}

void write_seeds(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::vector<Record> kinds = every_kind();
  write_seed(folder / "empty", description());
  write_seed(folder / "blocks", test::sample_trace(test::sample_blocks(40), 10));
  write_seed(folder / "every_kind", test::sample_trace(kinds, 2));
  write_seed(folder / "columns", as_columns(kinds));
  write_seed(folder / "plain", with_chunk(ChunkKind::kRecords, 0, std::as_bytes(std::span(kinds))));
  write_seed(folder / "unknown_chunk", with_chunk(static_cast<ChunkKind>(99), 0, Bytes(50)));
}

}  // namespace
}  // namespace holdfast

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: trace_seeds FOLDER\n");
    return 2;
  }
  holdfast::write_seeds(argv[1]);
  return 0;
}
