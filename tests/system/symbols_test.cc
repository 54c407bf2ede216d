// SPDX-License-Identifier: MIT
// From an address in a running program to its name, by every step of the way: the program says
// where its things are, so the truth is known. HF_NAMED_DIR holds the programs, HF_PROGRAM_DIR
// `holdfast`.
#include <gtest/gtest.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>
#include <string>
#include <utility>

#include "core/address_space.h"
#include "probe/address_space_linux.h"
#include "probe/clock_linux.h"
#include "probe/elf_symbols_linux.h"
#include "session/symbolizer.h"

namespace holdfast {
namespace {

namespace fs = std::filesystem;

const std::string kHoldfast = HF_PROGRAM_DIR "/holdfast";

std::string content_of(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// named_program while it runs: where its things are, and what a look at it tells.
class NamedProgram {
 public:
  explicit NamedProgram(const std::string& name) {
    // Its input stays open as long as this object lives; its output comes through the fifo.
    folder_ = fs::temp_directory_path() / ("holdfast-named-" + std::to_string(getpid()));
    fs::create_directory(folder_);
    const std::string out = folder_ / "out";
    process_ = popen(("exec " HF_NAMED_DIR "/" + name + " >" + out).c_str(), "w");
    for (int i = 0; i < 5000 && content_of(out).find("thread stack\n") == std::string::npos; ++i) {
      usleep(1000);
    }
    std::istringstream lines(content_of(out));
    for (std::string number, what; lines >> number && std::getline(lines >> std::ws, what);) {
      const int base = what == "audio thread" ? 10 : 16;
      places_[what] = std::stoull(number, nullptr, base);
    }
    read_memory();
  }
  NamedProgram(const NamedProgram&) = delete;
  NamedProgram& operator=(const NamedProgram&) = delete;
  ~NamedProgram() {
    pclose(process_);
    fs::remove_all(folder_);
  }

  [[nodiscard]] uint64_t address_of(const std::string& what) const { return places_.at(what); }
  [[nodiscard]] PageOwner owner_of(const std::string& what) const {
    return space_.owner_of(address_of(what), audio_thread());
  }
  AddressSpace& space() { return space_; }

  /// Where a file's symbols are looked up for a thing of this program.
  [[nodiscard]] probe::FilePlace file_place_of(const std::string& what) const {
    const PageOwner owner = owner_of(what);
    return {owner.path, owner.build_id, owner.file_offset, !owner.is_file_backed};
  }

 private:
  [[nodiscard]] uint32_t audio_thread() const {
    return static_cast<uint32_t>(places_.at("audio thread"));
  }
  /// A pid namespace has its own numbers; here both are the same, and the main thread made it.
  void read_memory() {
    const int tid = static_cast<int>(audio_thread());
    const std::string status = content_of("/proc/" + std::to_string(tid) + "/status");
    const int pid = std::stoi(status.substr(status.find("\nTgid:") + 6));
    const auto memory = probe::read_address_space(pid);
    ASSERT_TRUE(memory) << memory.error().what;
    for (const std::string& line : *memory) space_.take_line(line);
    const auto stack = probe::read_stack_line(pid, tid);
    EXPECT_TRUE(stack) << stack.error().what;
    if (stack) space_.take_line(*stack);
  }

  fs::path folder_;
  FILE* process_ = nullptr;
  std::map<std::string, uint64_t> places_;
  AddressSpace space_;
};

/// "library text .text named::Filter::process+0x2".
std::string in_words(const PageOwner& owner) {
  std::string words(name_of(owner.role));
  if (!owner.of.empty()) words += " of " + owner.of;
  if (!owner.section.empty()) words += " " + owner.section;
  if (!owner.symbol.empty()) words += " " + owner.symbol;
  return words;
}

/// The whole way: ask the child, put its line among the others, read the owner.
std::string named_by(session::Symbolizer& symbolizer, NamedProgram& program,
                     const std::string& what) {
  const auto line = symbolizer.symbol_line(program.owner_of(what), program.address_of(what));
  if (line) program.space().take_line(*line);
  return in_words(program.owner_of(what));
}

session::Symbolizer::Options with_command(std::vector<std::string> command) {
  session::Symbolizer::Options options;
  options.command = std::move(command);
  options.patience = kMillisecond * 200;
  return options;
}

session::Symbolizer::Options with_holdfast() {
  session::Symbolizer::Options options;
  options.command = {kHoldfast, "symbolize"};
  return options;
}

class Symbols : public testing::TestWithParam<const char*> {};

TEST_P(Symbols, EveryThingOfARunningProgramHasItsName) {
  NamedProgram program(GetParam());
  session::Symbolizer symbolizer(with_holdfast());
  const std::map<std::string, std::string> expected = {
      {"function", "library text .text named::Filter::process+0x2"},
      {"static function", "library text .text named::only_here+0x1"},
      {"data", "library data .data named::table+0x1000"},
      {"bss", "library data .bss named::delay_line+0x3f000"},
      {"constants", "library read-only data .rodata named::window+0x100"},
      {"relocated constants", "library read-only data .data.rel.ro named::windows+0x1008"},
      {"program function", "text .text (anonymous namespace)::render+0x3"},
      {"program data", "data .data (anonymous namespace)::program_table+0x2000"},
      {"program bss", "data .bss (anonymous namespace)::program_state+0x3000"},
      {"heap", "heap"},
      {"shared memory", "shared memory"},
      {"main stack", "stack of " + std::string(GetParam()).substr(0, 15)},
      {"thread stack", "stack of audio"}};
  for (const auto& [what, name] : expected) {
    EXPECT_EQ(named_by(symbolizer, program, what), name) << what;
  }
  EXPECT_EQ(symbolizer.failures(), 0U);
  EXPECT_TRUE(symbolizer.take_missing().empty());
}

INSTANTIATE_TEST_SUITE_P(AtRandomAndAtFixedAddresses, Symbols,
                         testing::Values("named_program", "named_program_fixed"));

/// A folder of changed copies of the library, gone with this object.
class Copies {
 public:
  Copies() { fs::create_directories(folder_); }
  Copies(const Copies&) = delete;
  Copies& operator=(const Copies&) = delete;
  ~Copies() { fs::remove_all(folder_); }

  /// Runs objcopy on the library.
  [[nodiscard]] std::string make(const std::string& options, const std::string& name) const {
    const fs::path copy = folder_ / name;
    fs::create_directories(copy.parent_path());
    const std::string command =
        HF_OBJCOPY " " + options + " " HF_NAMED_DIR "/libnamed_library.so " + copy.string();
    EXPECT_EQ(std::system(command.c_str()), 0) << command;
    return copy;
  }
  [[nodiscard]] std::string folder() const { return folder_; }

 private:
  fs::path folder_ = fs::temp_directory_path() / ("holdfast-copies-" + std::to_string(getpid()));
};

/// ".text named::Filter::process+0x2", or the error.
std::string found(probe::ElfSymbols& symbols, const probe::FilePlace& place) {
  const auto answer = symbols.find(place);
  return answer ? answer->section + " " + answer->symbol : answer.error().what;
}

TEST(ElfSymbols, AStrippedFileTellsSectionsAndWhatItExports) {
  const NamedProgram program("named_program");
  const Copies copies;
  const std::string stripped = copies.make("--strip-all", "stripped.so");
  probe::ElfSymbols symbols(copies.folder());
  const auto found_in_copy = [&](const std::string& what) {
    probe::FilePlace place = program.file_place_of(what);
    place.path = stripped;
    return found(symbols, place);
  };
  EXPECT_EQ(found_in_copy("function"), ".text named::Filter::process+0x2");
  EXPECT_EQ(found_in_copy("static function"), ".text ");
  EXPECT_EQ(found_in_copy("data"), ".data ");
  EXPECT_EQ(found_in_copy("bss"), ".bss ");
  EXPECT_EQ(found_in_copy("constants"), ".rodata ");
}

TEST(ElfSymbols, AStrippedFileIsNamedByItsSeparateDebugFile) {
  const NamedProgram program("named_program");
  const Copies copies;
  const std::string stripped = copies.make("--strip-all", "stripped.so");
  probe::FilePlace place = program.file_place_of("static function");
  const std::string& id = place.build_id;
  static_cast<void>(copies.make("--only-keep-debug",
                                ".build-id/" + id.substr(0, 2) + "/" + id.substr(2) + ".debug"));
  place.path = stripped;
  probe::ElfSymbols symbols(copies.folder());
  EXPECT_EQ(found(symbols, place), ".text named::only_here+0x1");
}

TEST(ElfSymbols, AFileThatChangedSinceSaysNothing) {
  const NamedProgram program("named_program");
  probe::ElfSymbols symbols;
  probe::FilePlace place = program.file_place_of("function");
  place.path = HF_NAMED_DIR "/libnamed_library_changed.so";
  const auto answer = symbols.find(place);
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().kind, ErrorKind::kBadData);
  EXPECT_NE(answer.error().what.find("has changed since it was mapped"), std::string::npos);
}

TEST(ElfSymbols, AFileWithoutBuildIdOrWithoutContentSaysNothing) {
  const NamedProgram program("named_program");
  const Copies copies;
  probe::ElfSymbols symbols;
  probe::FilePlace place = program.file_place_of("function");
  place.path = copies.make("--remove-section=.note.gnu.build-id", "without.so");
  EXPECT_FALSE(symbols.find(place));
  place.path = copies.folder() + "/none.so";
  EXPECT_FALSE(symbols.find(place));
  place.path = "/dev/null";
  EXPECT_FALSE(symbols.find(place));
}

TEST(ElfSymbols, APlaceThatTheFileDoesNotLoadSaysNothing) {
  const NamedProgram program("named_program");
  probe::ElfSymbols symbols;
  probe::FilePlace place = program.file_place_of("function");
  place.is_bss = true;
  EXPECT_FALSE(symbols.find(place));
  place = program.file_place_of("bss");
  place.is_bss = false;
  EXPECT_FALSE(symbols.find(place));
  place.file_offset = uint64_t{1} << 40;
  EXPECT_FALSE(symbols.find(place));
}

TEST(Symbolizer, AsksNothingWhereThereIsNoFile) {
  session::Symbolizer symbolizer(with_holdfast());
  PageOwner owner;
  owner.role = MemoryRole::kStack;
  EXPECT_FALSE(symbolizer.symbol_line(owner, 0x1000));
  EXPECT_EQ(symbolizer.child(), 0);
}

TEST(Symbolizer, AFileThatChangedIsToldOnceAsMissing) {
  NamedProgram program("named_program");
  session::Symbolizer symbolizer(with_holdfast());
  PageOwner owner = program.owner_of("function");
  owner.build_id = "00" + owner.build_id.substr(2);
  EXPECT_EQ(symbolizer.symbol_line(owner, 0x1000), "symbol 1000 - -");
  EXPECT_EQ(symbolizer.symbol_line(owner, 0x2000), "symbol 2000 - -");
  EXPECT_EQ(symbolizer.take_missing().size(), 1U);
  EXPECT_TRUE(symbolizer.take_missing().empty());
  EXPECT_EQ(symbolizer.failures(), 0U);
}

TEST(Symbolizer, AChildThatDiesIsCountedAndNotStartedForEver) {
  NamedProgram program("named_program");
  session::Symbolizer symbolizer(with_command({"/bin/false"}));
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(symbolizer.symbol_line(program.owner_of("function"), 0x1000), "symbol 1000 - -");
  }
  EXPECT_EQ(symbolizer.failures(), 5U);
  EXPECT_EQ(symbolizer.take_missing().size(), 2U);  // it died; it failed too often
}

TEST(Symbolizer, AChildThatIsKilledIsStartedAgain) {
  NamedProgram program("named_program");
  session::Symbolizer symbolizer(with_holdfast());
  EXPECT_NE(symbolizer.symbol_line(program.owner_of("data"), 0x1000), "symbol 1000 - -");
  kill(symbolizer.child(), SIGKILL);
  EXPECT_EQ(symbolizer.symbol_line(program.owner_of("data"), 0x1000), "symbol 1000 - -");
  EXPECT_NE(symbolizer.symbol_line(program.owner_of("data"), 0x1000), "symbol 1000 - -");
  EXPECT_EQ(symbolizer.failures(), 1U);
}

TEST(Symbolizer, AChildThatHangsIsGivenUpAtOnce) {
  NamedProgram program("named_program");
  session::Symbolizer symbolizer(with_command({"/bin/sleep", "60"}));
  const Nanos begin = probe::monotonic_now();
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(symbolizer.symbol_line(program.owner_of("function"), 0x1000), "symbol 1000 - -");
  }
  EXPECT_LT(probe::monotonic_now() - begin, kSecond);  // one wait of 200 ms, not five
  EXPECT_EQ(symbolizer.child(), 0);
  EXPECT_EQ(symbolizer.failures(), 5U);
}

TEST(Symbolizer, AProgramThatIsNotThereIsCounted) {
  NamedProgram program("named_program");
  session::Symbolizer symbolizer(with_command({"/no/such/program"}));
  EXPECT_EQ(symbolizer.symbol_line(program.owner_of("function"), 0x1000), "symbol 1000 - -");
  EXPECT_EQ(symbolizer.failures(), 1U);
}

/// Real-time for the time of a test, where that is allowed.
class RealTime {
 public:
  RealTime() {
    const sched_param priority = {.sched_priority = 10};
    sched_setscheduler(0, SCHED_FIFO, &priority);
  }
  RealTime(const RealTime&) = delete;
  RealTime& operator=(const RealTime&) = delete;
  ~RealTime() {
    const sched_param none = {};
    sched_setscheduler(0, SCHED_OTHER, &none);
  }
};

TEST(Symbolizer, TheChildStepsBackBehindEverybody) {
  NamedProgram program("named_program");
  const RealTime real_time;
  setenv("LD_PRELOAD", "libno-such-library.so", 1);
  session::Symbolizer symbolizer(with_holdfast());
  ASSERT_TRUE(symbolizer.symbol_line(program.owner_of("function"), 0x1000));
  unsetenv("LD_PRELOAD");
  const pid_t child = symbolizer.child();
  const std::string proc = "/proc/" + std::to_string(child) + "/";
  EXPECT_EQ(sched_getscheduler(child), SCHED_OTHER);
  EXPECT_EQ(getpriority(PRIO_PROCESS, static_cast<id_t>(child)), 10);
  EXPECT_EQ(getpgid(child), child);
  EXPECT_EQ(content_of(proc + "oom_score_adj"), "1000\n");
  EXPECT_NE(content_of(proc + "status").find("SigBlk:\t0000000000000000"), std::string::npos);
  EXPECT_EQ(content_of(proc + "environ").find("LD_PRELOAD"), std::string::npos);
}

TEST(Symbolizer, TheChildEndsWhenItsInputCloses) {
  EXPECT_EQ(std::system((kHoldfast + " symbolize </dev/null").c_str()), 0);
}

TEST(Symbolizer, TheChildAnswersNonsenseInOneLine) {
  const std::string command =
      "printf 'x\\n\\nfile 2 3 /none\\n' | " + kHoldfast + " symbolize | wc -l";
  FILE* const pipe = popen(command.c_str(), "r");
  int lines = 0;
  EXPECT_EQ(std::fscanf(pipe, "%d", &lines), 1);
  pclose(pipe);
  EXPECT_EQ(lines, 3);
}

}  // namespace
}  // namespace holdfast
