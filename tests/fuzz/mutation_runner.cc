// SPDX-License-Identifier: MIT
// Runs a fuzz target without libFuzzer, so that every build and compiler has it as a test: all
// files of a folder, then a number of mutations of them. The same numbers make the same inputs.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <vector>

// libFuzzer gives this function its name.
// NOLINTNEXTLINE(readability-identifier-naming)
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace {

using Input = std::vector<uint8_t>;

/// Draws random numbers; the seed is the number of the mutation.
class Draw {
 public:
  explicit Draw(uint64_t seed) : random_(seed) {}
  /// 0 to `end` - 1; 0 when there is no such number.
  size_t below(size_t end) { return end == 0 ? 0 : random_() % end; }

 private:
  std::mt19937_64 random_;
};

void flip_bit(Input& input, Draw& draw) {
  if (input.empty()) return;
  input[draw.below(input.size())] ^= static_cast<uint8_t>(1u << draw.below(8));
}

/// Overwrites four bytes by a number at which sizes tend to go wrong.
void set_number(Input& input, Draw& draw) {
  constexpr uint32_t kNumbers[] = {0,          1,         63, 64, 65, 1 << 20, (1 << 20) + 64,
                                   0x7FFFFFFF, 0xFFFFFFFF};
  if (input.size() < 4) return;
  const uint32_t number = kNumbers[draw.below(std::size(kNumbers))];
  const size_t at = draw.below(input.size() / 4) * 4;
  for (size_t i = 0; i < 4; i++) input[at + i] = static_cast<uint8_t>(number >> (8 * i));
}

void cut_end(Input& input, Draw& draw) {
  input.resize(draw.below(input.size() + 1));
}

void erase_range(Input& input, Draw& draw) {
  const size_t from = draw.below(input.size());
  const size_t size = std::min(draw.below(64), input.size() - from);
  input.erase(input.begin() + static_cast<long>(from),
              input.begin() + static_cast<long>(from + size));
}

/// Goes on with the tail of another seed.
void splice(Input& input, const Input& other, Draw& draw) {
  cut_end(input, draw);
  input.insert(input.end(), other.begin() + static_cast<long>(draw.below(other.size())),
               other.end());
}

Input mutate(const std::vector<Input>& seeds, uint64_t number) {
  Draw draw(number);
  Input input = seeds[draw.below(seeds.size())];
  for (size_t steps = 1 + draw.below(4); steps > 0; steps--) {
    switch (draw.below(8)) {
      case 0:
        cut_end(input, draw);
        break;
      case 1:
        erase_range(input, draw);
        break;
      case 2:
        splice(input, seeds[draw.below(seeds.size())], draw);
        break;
      case 3:
      case 4:
        set_number(input, draw);
        break;
      default:
        flip_bit(input, draw);
        break;
    }
  }
  return input;
}

std::vector<Input> read_seeds(const char* folder) {
  std::vector<std::filesystem::path> paths;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());  // the order of a folder differs between machines
  std::vector<Input> seeds;
  for (const std::filesystem::path& path : paths) {
    std::ifstream file(path, std::ios::binary);
    seeds.emplace_back(std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>());
  }
  return seeds;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<Input> seeds = argc == 3 ? read_seeds(argv[2]) : std::vector<Input>();
  if (seeds.empty()) {
    std::fprintf(stderr, "usage: %s MUTATIONS FOLDER_WITH_SEEDS\n", argv[0]);
    return 2;
  }
  const uint64_t mutations = std::strtoull(argv[1], nullptr, 10);
  for (const Input& seed : seeds) LLVMFuzzerTestOneInput(seed.data(), seed.size());
  for (uint64_t number = 0; number < mutations; number++) {
    const Input input = mutate(seeds, number);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu seeds and %llu mutations passed\n", seeds.size(),
              static_cast<unsigned long long>(mutations));
  return 0;
}
