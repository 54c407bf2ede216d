// SPDX-License-Identifier: MIT
// The promises of the trace: what was written whole comes back whole, whatever happened after it.
#include "core/trace_reader.h"

#include <gtest/gtest.h>

#include "core/record_columns.h"
#include "tests/support/sample_trace.h"

namespace holdfast {
namespace {

using test::Bytes;

/// Reads everything; a trace that does not open counts as one without records.
test::ReadTrace read(const Bytes& bytes, size_t most_per_read = SIZE_MAX) {
  Result<TraceReader> reader = TraceReader::open(test::source_of(bytes, most_per_read));
  return reader ? test::read_all(*reader) : test::ReadTrace();
}

Error error_of(const Bytes& bytes) {
  Result<TraceReader> reader = TraceReader::open(test::source_of(bytes));
  EXPECT_FALSE(reader.ok());
  return reader.ok() ? Error() : reader.error();
}

/// A description and one forged chunk with the next sequence number.
Bytes trace_with(ChunkHeader header, std::span<const std::byte> payload) {
  Bytes bytes = test::sample_trace({});
  header.sequence = 1;
  test::append(bytes, test::forged_chunk(header, payload));
  return bytes;
}

ChunkHeader records_header(uint32_t flags = 0) {
  ChunkHeader header;
  header.kind = ChunkKind::kRecords;
  header.flags = flags;
  return header;
}

TEST(TraceReader, RecordsComeBackBitForBit) {
  for (const size_t count : {0, 1, 4095, 4096, 4097, 10'000}) {
    const std::vector<Record> blocks = test::sample_blocks(count);
    const test::ReadTrace back = read(test::sample_trace(blocks));
    EXPECT_TRUE(test::are_equal(back.records, blocks)) << count;
    EXPECT_EQ(back.progress.end, TraceEnd::kClean);
    EXPECT_EQ(back.progress.records, static_cast<int64_t>(count));
    EXPECT_EQ(back.progress.statement, "");
  }
}

TEST(TraceReader, InfoComesBackAsWritten) {
  const Bytes bytes = test::sample_trace({});
  Result<TraceReader> reader = TraceReader::open(test::source_of(bytes));
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ(reader->info(), test::sample_info());
  EXPECT_EQ(reader->description(), describe(test::sample_info()));
}

TEST(TraceReader, PipesThatYieldAByteAtATimeWork) {
  const std::vector<Record> blocks = test::sample_blocks(100);
  const Bytes bytes = test::sample_trace(blocks, 30);
  EXPECT_TRUE(test::are_equal(read(bytes, 1).records, blocks));
}

TEST(TraceReader, TruncationAnywhereLeavesExactlyTheWholeChunks) {
  const std::vector<Record> blocks = test::sample_blocks(40);
  std::vector<size_t> ends;
  const Bytes whole = test::sample_trace(blocks, 10, &ends);
  for (size_t size = 0; size < whole.size(); size++) {
    const test::ReadTrace back =
        read(Bytes(whole.begin(), whole.begin() + static_cast<long>(size)));
    const auto next = std::ranges::upper_bound(ends, size);
    const size_t chunks = static_cast<size_t>(next - ends.begin());
    ASSERT_EQ(back.records.size(), chunks > 0 ? (chunks - 1) * 10 : 0) << "cut at " << size;
    ASSERT_TRUE(test::is_beginning(back.records, blocks));
    if (chunks == 0) continue;
    const bool is_between_chunks = ends[chunks - 1] == size;
    ASSERT_EQ(back.progress.end, is_between_chunks ? TraceEnd::kClean : TraceEnd::kTruncated);
    ASSERT_EQ(back.progress.bytes, static_cast<int64_t>(ends[chunks - 1]));
  }
}

TEST(TraceReader, FlippingAnyBitNeverYieldsAWrongRecord) {
  const std::vector<Record> blocks = test::sample_blocks(40);
  Bytes bytes = test::sample_trace(blocks, 10);
  for (size_t bit = 0; bit < bytes.size() * 8; bit++) {
    bytes[bit / 8] ^= std::byte(1 << (bit % 8));
    const test::ReadTrace back = read(bytes);
    ASSERT_TRUE(test::is_beginning(back.records, blocks)) << "bit " << bit;
    ASSERT_NE(back.progress.end, TraceEnd::kClean) << "bit " << bit;
    bytes[bit / 8] ^= std::byte(1 << (bit % 8));
  }
}

TEST(TraceReader, DamageIsStatedWithItsPlace) {
  std::vector<size_t> ends;
  Bytes bytes = test::sample_trace(test::sample_blocks(40), 10, &ends);
  bytes[ends[2] + 40] ^= std::byte{1};
  const TraceProgress progress = read(bytes).progress;
  EXPECT_EQ(progress.end, TraceEnd::kCorrupt);
  EXPECT_EQ(progress.statement, "checksum differs: chunk 3 at byte " + std::to_string(ends[2]) +
                                    "; 20 records before it were read");
}

TEST(TraceReader, RecordsOfUnknownKindAreSkippedAndCounted) {
  std::vector<Record> blocks = test::sample_blocks(10);
  for (const size_t i : {0, 4, 9}) blocks[i].head.kind = static_cast<RecordKind>(777);
  const test::ReadTrace back = read(test::sample_trace(blocks, 5));
  EXPECT_EQ(back.records.size(), 7u);
  EXPECT_EQ(back.progress.skipped_records, 3);
  EXPECT_EQ(back.progress.end, TraceEnd::kClean);
}

TEST(TraceReader, AChunkOfNothingButUnknownRecordsIsNotTheEnd) {
  std::vector<Record> blocks = test::sample_blocks(10);
  for (size_t i = 0; i < 5; i++) blocks[i].head.kind = static_cast<RecordKind>(777);
  EXPECT_EQ(read(test::sample_trace(blocks, 5)).records.size(), 5u);
}

TEST(TraceReader, ChunksOfUnknownKindAreSkippedAndCounted) {
  const std::vector<Record> blocks = test::sample_blocks(3);
  ChunkHeader future;
  future.kind = static_cast<ChunkKind>(99);
  future.flags = 0xFFFF0000;
  future.raw_bytes = 12345;
  Bytes bytes = trace_with(future, Bytes(77));
  ChunkHeader header = records_header();
  header.sequence = 2;
  test::append(bytes, test::forged_chunk(header, std::as_bytes(std::span(blocks))));
  const test::ReadTrace back = read(bytes);
  EXPECT_TRUE(test::are_equal(back.records, blocks));
  EXPECT_EQ(back.progress.skipped_chunks, 1);
}

TEST(TraceReader, PlainAndColumnPayloadsWithoutCompressionAreRead) {
  const std::vector<Record> blocks = test::sample_blocks(3);
  EXPECT_TRUE(test::are_equal(
      read(trace_with(records_header(), std::as_bytes(std::span(blocks)))).records, blocks));
  std::vector<uint64_t> columns(3 * kRecordWords);
  to_columns(blocks, columns);
  const Bytes bytes =
      trace_with(records_header(kChunkIsColumns), std::as_bytes(std::span(columns)));
  EXPECT_TRUE(test::are_equal(read(bytes).records, blocks));
}

TEST(TraceReader, ChunksThatContradictThemselvesAreCorrupt) {
  const Bytes payload(128);
  ChunkHeader wrong_size = records_header();
  wrong_size.raw_bytes = 192;
  ChunkHeader no_format = records_header();
  no_format.format = 0;
  for (const ChunkHeader& header :
       {wrong_size, no_format, records_header(kChunkIsZstd), records_header(0x80000000)}) {
    const test::ReadTrace back = read(trace_with(header, payload));
    EXPECT_EQ(back.progress.end, TraceEnd::kCorrupt) << header.flags;
    EXPECT_EQ(back.progress.chunks, 1);
    EXPECT_TRUE(back.records.empty());
  }
}

TEST(TraceReader, AChunkWithAPartOfARecordIsCorrupt) {
  const test::ReadTrace back = read(trace_with(records_header(), Bytes(100)));
  EXPECT_EQ(back.progress.statement.find("holds a part of a record: chunk 1"), 0u);
}

TEST(TraceReader, SizesOverTheBoundAreRefusedBeforeReading) {
  Bytes bytes = test::sample_trace({});
  ChunkHeader header = records_header(kChunkIsZstd);
  header.sequence = 1;
  header.raw_bytes = kMaxChunkBytes + 64;
  test::append(bytes, test::forged_chunk(header, Bytes(64)));
  EXPECT_EQ(read(bytes).progress.statement.find("chunk larger than any chunk may be"), 0u);
}

TEST(TraceReader, ATraceAppendedToAnotherIsNotMistakenForItsContinuation) {
  Bytes bytes = test::sample_trace(test::sample_blocks(10));
  test::append(bytes, test::sample_trace(test::sample_blocks(10, 2)));
  const test::ReadTrace back = read(bytes);
  EXPECT_EQ(back.records.size(), 10u);
  EXPECT_EQ(back.progress.statement.find("chunk 0 where chunk 2 should be"), 0u);
}

TEST(TraceReader, NewerFormatsAskForAnUpdate) {
  Bytes bytes = test::sample_trace({});
  bytes[4] = std::byte{2};
  EXPECT_EQ(error_of(bytes).kind, ErrorKind::kBadData);
  EXPECT_EQ(error_of(bytes).what,
            "written by a newer version (format 2; this program reads up to 1): update Holdfast");
}

TEST(TraceReader, ForeignFilesAreNamedAsSuch) {
  const std::string foreign = "RIFF....WAVEfmt and so on, longer than a chunk header";
  const auto bytes = std::as_bytes(std::span(foreign));
  EXPECT_EQ(error_of(Bytes(bytes.begin(), bytes.end())).what, "not a Holdfast trace");
  EXPECT_EQ(error_of(Bytes(3)).what, "not a Holdfast trace");
  EXPECT_EQ(error_of(Bytes()).what, "not a Holdfast trace: it is empty");
}

TEST(TraceReader, ADamagedDescriptionIsAnError) {
  Bytes bytes = test::sample_trace({});
  bytes[100] ^= std::byte{1};
  EXPECT_EQ(error_of(bytes).what,
            "no description -- checksum differs: chunk 0 at byte 0; 0 records before it were read");
}

TEST(TraceReader, ADescriptionWithoutSampleRateIsAnError) {
  const std::string text = "holdfast trace 1\n";
  const Bytes bytes = test::forged_chunk(ChunkHeader(), std::as_bytes(std::span(text)));
  EXPECT_EQ(error_of(bytes).what, "the description gives no sample rate");
}

TEST(TraceReader, FailingSourcesEndTheTraceWithTheirReason) {
  const Bytes bytes = test::sample_trace(test::sample_blocks(20), 10);
  size_t left = bytes.size() - 5;
  ByteSource inner = test::source_of(bytes);
  const ByteSource failing = [&](std::span<std::byte> target) -> Result<size_t> {
    if (left == 0) return Error{ErrorKind::kSystem, 5, "Input/output error"};
    Result<size_t> got = inner(target.first(std::min(target.size(), left)));
    left -= *got;
    return got;
  };
  Result<TraceReader> reader = TraceReader::open(failing);
  ASSERT_TRUE(reader.ok());
  const test::ReadTrace back = test::read_all(*reader);
  EXPECT_EQ(back.records.size(), 10u);
  EXPECT_EQ(back.progress.end, TraceEnd::kUnreadable);
  EXPECT_EQ(back.progress.statement.find("Input/output error: chunk 2"), 0u);
}

}  // namespace
}  // namespace holdfast
