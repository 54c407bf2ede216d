// SPDX-License-Identifier: MIT
#include "core/wav_repair.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace holdfast {
namespace {

constexpr size_t kHead = 8;
constexpr int kMostChunks = 4096;  ///< More than any program writes; a crafted file has millions.
/// Chunks that stand behind the samples. Anything else there is samples that nobody counted.
constexpr std::string_view kTailNames[] = {
    "LIST", "cue ", "bext", "JUNK", "junk", "PAD ", "FLLR", "fact", "smpl", "inst",
    "id3 ", "ID3 ", "iXML", "plst", "afsp", "DISP", "_PMX", "chna", "axml", "umid",
    "cart", "acid", "strc", "PEAK", "levl", "note", "labl", "minf", "elm1", "regn"};

Error no_wav(const std::string& why) {
  return Error{ErrorKind::kBadData, 0, why};
}

/// One chunk's head.
struct Chunk {
  std::string name;
  uint64_t begin = 0;  ///< Of its contents.
  uint64_t size = 0;   ///< As stated.
};

/// A file being looked at.
class Reader {
 public:
  Reader(const ReadAt& read, uint64_t file_bytes) : read_(read), file_bytes_(file_bytes) {}

  [[nodiscard]] uint64_t size() const { return file_bytes_; }

  /// Up to `size` bytes; fewer at the end of the file.
  [[nodiscard]] Bytes bytes(uint64_t offset, size_t size) const {
    if (offset >= file_bytes_) return {};
    Bytes found(std::min<uint64_t>(size, file_bytes_ - offset));
    found.resize(read_(offset, found));
    return found;
  }

  [[nodiscard]] std::optional<Chunk> chunk(uint64_t offset) const {
    const Bytes head = bytes(offset, kHead);
    if (head.size() < kHead) return std::nullopt;
    Chunk found{"", offset + kHead, get_little(head, 4, 4)};
    for (size_t i = 0; i < 4; i++) found.name += static_cast<char>(head[i]);
    return found;
  }

 private:
  const ReadAt& read_;
  uint64_t file_bytes_;
};

uint64_t end_of(const Chunk& chunk) {
  return chunk.begin + chunk.size + chunk.size % 2;
}

bool is_tail_name(const std::string& name) {
  return std::find(std::begin(kTailNames), std::end(kTailNames), name) != std::end(kTailNames);
}

/// What the file says of itself, up to the samples.
struct Statement {
  bool is_rf64 = false;
  uint64_t riff_size = 0;  ///< Of RF64: as in ds64.
  std::optional<uint64_t> ds64_begin;
  uint64_t ds64_data_size = 0;
  bool has_room_for_ds64 = false;
  std::optional<uint64_t> fact_begin;
  std::optional<Chunk> data;
  bool is_float = false;
};

void take_ds64(const Reader& reader, const Chunk& chunk, Statement& found) {
  const Bytes bytes = reader.bytes(chunk.begin, kDs64Bytes);
  if (bytes.size() < 24) return;
  found.ds64_begin = chunk.begin;
  found.riff_size = get_little(bytes, 0, 8);
  found.ds64_data_size = get_little(bytes, 8, 8);
}

void take_format(const Reader& reader, const Chunk& chunk, WavRepair& repair) {
  const Bytes bytes = reader.bytes(chunk.begin, 16);
  if (bytes.size() < 16) return;
  repair.channels = static_cast<uint32_t>(get_little(bytes, 2, 2));
  repair.rate_hz = static_cast<uint32_t>(get_little(bytes, 4, 4));
  repair.frame_bytes = static_cast<uint32_t>(get_little(bytes, 12, 2));
}

/// Walks up to `data`. Errors: kBadData.
Result<Statement> read_statement(const Reader& reader, WavRepair& repair) {
  Statement found;
  const auto riff = reader.chunk(0);
  const Bytes form = reader.bytes(8, 4);
  const bool is_wave = form.size() == 4 && get_little(form, 0, 4) == 0x45564157;
  if (!riff || !is_wave || (riff->name != "RIFF" && riff->name != "RF64")) {
    return no_wav("it does not begin as a WAV file");
  }
  found.is_rf64 = riff->name == "RF64";
  found.riff_size = riff->size;
  uint64_t at = 12;
  for (int i = 0; i < kMostChunks; i++) {
    const auto chunk = reader.chunk(at);
    if (!chunk) break;
    if (at == 12) found.has_room_for_ds64 = chunk->name == "JUNK" && chunk->size == kDs64Bytes;
    if (chunk->name == "ds64" && found.is_rf64) take_ds64(reader, *chunk, found);
    if (chunk->name == "fmt ") take_format(reader, *chunk, repair);
    if (chunk->name == "fact" && chunk->size == 4) found.fact_begin = chunk->begin;
    if (chunk->name == "data") {
      found.data = chunk;
      return found;
    }
    at = end_of(*chunk);
  }
  return no_wav("no samples were found in it: it has no data chunk");
}

/// From `at` on: whole chunks that stand behind samples. Where they end.
uint64_t end_of_tail(const Reader& reader, uint64_t at) {
  for (int i = 0; i < kMostChunks; i++) {
    const auto chunk = reader.chunk(at);
    if (!chunk || !is_tail_name(chunk->name) || chunk->begin + chunk->size > reader.size()) break;
    at = std::min(end_of(*chunk), reader.size());
  }
  return at;
}

/// Where the samples end, and the file's own chunks behind them.
struct Ends {
  uint64_t data_bytes = 0;
  uint64_t file_end = 0;
};

Ends ending_after(const Reader& reader, const WavRepair& repair, uint64_t data_bytes) {
  const uint64_t end = repair.data_begin + data_bytes + data_bytes % 2;
  return {data_bytes, end_of_tail(reader, std::min(end, reader.size()))};
}

Ends find_ends(const Reader& reader, const WavRepair& repair) {
  const uint64_t room = reader.size() - repair.data_begin;
  const uint64_t whole = room / repair.frame_bytes * repair.frame_bytes;
  if (repair.stated_bytes > room) return ending_after(reader, repair, whole);
  const uint64_t stated = repair.stated_bytes / repair.frame_bytes * repair.frame_bytes;
  // Behind what is stated: nothing, less than a frame, chunks, or samples that nobody counted.
  const auto behind = reader.chunk(repair.data_begin + stated + stated % 2);
  const bool is_tail = behind && is_tail_name(behind->name);
  return ending_after(reader, repair, is_tail ? stated : whole);
}

FilePatch number_at(uint64_t offset, uint64_t value, size_t size) {
  FilePatch patch{offset, {}};
  put_little(patch.bytes, value, size);
  return patch;
}

/// All sizes in 64 bits: into ds64, or into the chunk that was left free for it.
Result<> patch_large(const Statement& found, const WavRepair& repair, uint64_t riff_size,
                     std::vector<FilePatch>& patches) {
  if (!found.ds64_begin && !found.has_room_for_ds64) {
    return no_wav("it is larger than 4 GiB, and has no room for the sizes of such a file");
  }
  FilePatch head{0, {}};
  put_text(head.bytes, "RF64");
  put_little(head.bytes, kSizeIsIn64Bits, 4);
  if (!found.ds64_begin) {
    put_text(head.bytes, "WAVEds64");
    put_little(head.bytes, kDs64Bytes, 4);
  }
  FilePatch sizes{found.ds64_begin.value_or(20), {}};
  put_little(sizes.bytes, riff_size, 8);
  put_little(sizes.bytes, repair.data_bytes, 8);
  put_little(sizes.bytes, repair.frames(), 8);
  if (!found.ds64_begin) put_little(sizes.bytes, 0, 4);
  patches = {sizes, head, number_at(repair.data_begin - 4, kSizeIsIn64Bits, 4)};
  return Done{};
}

/// Compares what is stated with what is, and collects what would put it right.
Result<> compare(const Statement& found, const Ends& ends, WavRepair& repair) {
  const uint64_t riff_size = ends.file_end + (ends.file_end % 2) - kHead;
  const bool is_large = riff_size > kSizeIsIn64Bits || repair.data_bytes >= kSizeIsIn64Bits;
  if (repair.stated_bytes != repair.data_bytes) repair.faults.emplace_back("size of the samples");
  // A padding byte that was never written does no harm.
  const bool is_riff_right =
      found.riff_size == riff_size || found.riff_size + kHead == ends.file_end;
  if (!is_riff_right) repair.faults.emplace_back("size of the file");
  if (is_large && !found.is_rf64) repair.faults.emplace_back("32-bit sizes beyond 4 GiB");
  if (repair.is_good()) return Done{};
  if (is_large || found.is_rf64) {
    HF_TRY(patch_large(found, repair, riff_size, repair.patches));
  } else {
    repair.patches = {number_at(4, riff_size, 4),
                      number_at(repair.data_begin - 4, repair.data_bytes, 4)};
  }
  if (found.fact_begin && *found.fact_begin < repair.data_begin) {
    repair.patches.push_back(
        number_at(*found.fact_begin, std::min<uint64_t>(repair.frames(), kSizeIsIn64Bits), 4));
  }
  return Done{};
}

}  // namespace

Result<WavRepair> plan_wav_repair(const ReadAt& read, uint64_t file_bytes) {
  const Reader reader(read, file_bytes);
  WavRepair repair;
  HF_TRY_ASSIGN(const Statement found, read_statement(reader, repair));
  if (repair.channels == 0 || repair.frame_bytes == 0 || repair.rate_hz == 0) {
    return no_wav("it does not say what a frame is made of: its fmt chunk is missing or empty");
  }
  repair.data_begin = found.data->begin;
  const bool is_in_ds64 = found.is_rf64 && found.data->size == kSizeIsIn64Bits;
  repair.stated_bytes = is_in_ds64 ? found.ds64_data_size : found.data->size;
  if (is_in_ds64 && !found.ds64_begin) repair.stated_bytes = UINT64_MAX;
  const Ends ends = find_ends(reader, repair);
  repair.data_bytes = ends.data_bytes;
  repair.left_over_bytes = file_bytes - ends.file_end;
  HF_TRY(compare(found, ends, repair));
  return repair;
}

}  // namespace holdfast
