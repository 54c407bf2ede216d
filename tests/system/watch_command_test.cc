// SPDX-License-Identifier: MIT
// `holdfast watch` as a user meets it: what it prints, and its exit codes. HF_PROGRAM_DIR is where
// it is.
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace holdfast {
namespace {

/// Runs the program; its output and exit code.
struct CommandOutcome {
  std::string text;
  int exit_code = -1;
};

CommandOutcome run_watch(const std::string& arguments) {
  CommandOutcome outcome;
  const std::string command = std::string(HF_PROGRAM_DIR "/holdfast watch ") + arguments + " 2>&1";
  FILE* const pipe = popen(command.c_str(), "r");
  char piece[4096];
  while (const size_t count = fread(piece, 1, sizeof piece, pipe))
    outcome.text.append(piece, count);
  outcome.exit_code = WEXITSTATUS(pclose(pipe));
  return outcome;
}

TEST(WatchCommand, WatchesItsOwnAudioThreadWithoutArguments) {
  const CommandOutcome outcome = run_watch("--for 300ms --every 50ms");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("stack of audio"), std::string::npos) << outcome.text;
  EXPECT_NE(outcome.text.find("program text"), std::string::npos);
  EXPECT_NE(outcome.text.find("watched for"), std::string::npos);
}

TEST(WatchCommand, ProcessThatDoesNotExistIsExitCode3WithWhatToDo) {
  const pid_t ended = fork();
  if (ended == 0) _exit(0);
  waitpid(ended, nullptr, 0);
  const std::string pid = std::to_string(ended);
  const CommandOutcome outcome = run_watch("--pid " + pid);
  EXPECT_EQ(outcome.exit_code, 3);
  EXPECT_NE(outcome.text.find("no process " + pid + ": it has ended, or never was; see ps -e"),
            std::string::npos)
      << outcome.text;
}

TEST(WatchCommand, BadArgumentsAreExitCode2) {
  for (const char* arguments :
       {"--every 1us", "--every x", "--pid 0", "--pid 4194305", "--thread audio"}) {
    EXPECT_EQ(run_watch(arguments).exit_code, 2) << arguments;
  }
}

TEST(WatchCommand, EveryJsonLineIsOneObjectOfASchema) {
  const CommandOutcome outcome = run_watch("--json --for 200ms 2>/dev/null");
  EXPECT_EQ(outcome.exit_code, 0);
  size_t lines = 0;
  for (size_t begin = 0; begin < outcome.text.size(); ++lines) {
    const size_t end = outcome.text.find('\n', begin);
    ASSERT_NE(end, std::string::npos);
    const std::string line = outcome.text.substr(begin, end - begin);
    const bool is_fault = line.starts_with(R"({"schema":"holdfast.fault/1","utc":")");
    EXPECT_TRUE(is_fault || line.starts_with(R"({"schema":"holdfast.residency/1","event":")"))
        << line;
    EXPECT_EQ(line.back(), '}') << line;
    begin = end + 1;
  }
  EXPECT_GT(lines, 5U);
}

TEST(WatchCommand, SaysHowCloselyItSeesUnlessItLooksOnce) {
  EXPECT_NE(run_watch("--for 100ms").text.find("\nobserving: "), std::string::npos);
  EXPECT_EQ(run_watch("--once").text.find("observing: "), std::string::npos);
}

TEST(WatchCommand, SaysWhenTheProcessEndsAndIsContent) {
  const CommandOutcome outcome = run_watch("--pid $(sleep 1 >&- 2>&- & echo $!) --for 1min");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.text;
  EXPECT_NE(outcome.text.find("the process has ended"), std::string::npos) << outcome.text;
}

}  // namespace
}  // namespace holdfast
