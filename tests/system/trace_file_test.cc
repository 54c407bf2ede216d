// SPDX-License-Identifier: MIT
// Real files and real full disks. A full disk is made in two ways: by the file size limit, which
// works for everybody, and by a small tmpfs, which needs root.
#include "session/trace_file.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include "tests/support/sample_trace.h"

namespace holdfast::session {
namespace {

/// A directory of its own for each test.
class TraceFileTest : public testing::Test {
 protected:
  TraceFileTest() {
    std::string name = testing::TempDir() + "holdfast-trace-XXXXXX";
    directory_ = mkdtemp(name.data()) != nullptr ? name : "";
  }
  ~TraceFileTest() override { std::filesystem::remove_all(directory_); }

  std::string path(const std::string& name = "take.hft") const { return directory_ + "/" + name; }

  /// Everything in the trace at `path()`.
  test::ReadTrace read() const {
    Result<TraceReader> reader = open_trace(path());
    EXPECT_TRUE(reader.ok()) << (reader.ok() ? "" : reader.error().what);
    return reader ? test::read_all(*reader) : test::ReadTrace();
  }

 private:
  std::string directory_;
};

/// While it lives, no file of this process grows beyond `bytes`.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    const rlimit limit = {bytes, before_.rlim_max};
    setrlimit(RLIMIT_FSIZE, &limit);
  }
  ~FileSizeLimit() {
    setrlimit(RLIMIT_FSIZE, &before_);
    signal(SIGXFSZ, handler_);
  }

 private:
  rlimit before_ = {};
  sighandler_t handler_;
};

TEST_F(TraceFileTest, WhatWasAddedIsReadBack) {
  const std::vector<Record> blocks = test::sample_blocks(10'000);
  Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
  ASSERT_TRUE(file.ok());
  for (const Record& block : blocks) ASSERT_TRUE(file->add({&block, 1}).ok());
  ASSERT_TRUE(file->close().ok());
  EXPECT_EQ(file->records_written(), 10'000);
  EXPECT_TRUE(test::are_equal(read().records, blocks));
  EXPECT_EQ(std::filesystem::file_size(path()), static_cast<uintmax_t>(file->bytes_written()));
}

TEST_F(TraceFileTest, FlushedRecordsAreInTheFileWhileItIsOpen) {
  const std::vector<Record> blocks = test::sample_blocks(7);
  Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
  ASSERT_TRUE(file->add(blocks).ok());
  EXPECT_TRUE(read().records.empty());
  ASSERT_TRUE(file->flush().ok());
  EXPECT_TRUE(test::are_equal(read().records, blocks));
}

TEST_F(TraceFileTest, FlushingNothingWritesNothing) {
  Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
  const int64_t size = file->bytes_written();
  ASSERT_TRUE(file->flush().ok());
  EXPECT_EQ(file->bytes_written(), size);
}

TEST_F(TraceFileTest, DestructionFlushes) {
  const std::vector<Record> blocks = test::sample_blocks(7);
  {
    Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
    ASSERT_TRUE(file->add(blocks).ok());
  }
  EXPECT_TRUE(test::are_equal(read().records, blocks));
}

TEST_F(TraceFileTest, AnExistingFileIsRefusedAndUntouched) {
  std::ofstream(path()) << "precious";
  const Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().kind, ErrorKind::kUsage);
  EXPECT_EQ(file.error().what, path() + " exists already: not overwritten");
  EXPECT_EQ(std::filesystem::file_size(path()), 8u);
}

TEST_F(TraceFileTest, AnExistingFileIsReplacedWhenToldTo) {
  std::ofstream(path()) << "rubbish";
  ASSERT_TRUE(TraceFile::create(path(), test::sample_info(), IfExists::kReplace).ok());
  EXPECT_EQ(read().progress.end, TraceEnd::kClean);
}

TEST_F(TraceFileTest, AFullDiskLeavesTheWholeChunksAndSaysSo) {
  const std::vector<Record> blocks = test::sample_blocks(5 * kChunkRecords);
  Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
  std::vector<size_t> ends;
  test::sample_trace(blocks, kChunkRecords, &ends);
  const FileSizeLimit limit((ends[2] + ends[3]) / 2);  // in the middle of the third chunk
  const Result<> added = file->add(blocks);
  ASSERT_FALSE(added.ok());
  EXPECT_EQ(added.error().system_errno, EFBIG);
  EXPECT_NE(added.error().what.find("kept 8192 records in "), std::string::npos);
  EXPECT_EQ(file->records_written(), 2 * static_cast<int64_t>(kChunkRecords));
  EXPECT_EQ(file->records_written() + file->records_lost(), static_cast<int64_t>(blocks.size()));
  const test::ReadTrace back = read();
  EXPECT_EQ(back.progress.end, TraceEnd::kClean);
  EXPECT_TRUE(test::are_equal(back.records, std::span(blocks).first(2 * kChunkRecords)));
}

TEST_F(TraceFileTest, AfterAFailedWriteTheTraceStaysEnded) {
  Result<TraceFile> file = TraceFile::create(path(), test::sample_info());
  const std::vector<Record> blocks = test::sample_blocks(10);
  ASSERT_TRUE(file->add(blocks).ok());
  {
    const FileSizeLimit limit(static_cast<rlim_t>(file->bytes_written()) + 10);
    EXPECT_FALSE(file->flush().ok());
  }
  EXPECT_FALSE(file->add(blocks).ok());
  EXPECT_FALSE(file->flush().ok());
  EXPECT_FALSE(file->close().ok());
  EXPECT_EQ(file->records_lost(), 20);
  EXPECT_TRUE(read().records.empty());
}

TEST_F(TraceFileTest, AFullTmpfsLeavesTheWholeChunks) {
  std::filesystem::create_directory(path("small"));
  if (mount("tmpfs", path("small").c_str(), "tmpfs", 0, "size=100k") != 0) {
    GTEST_SKIP() << "SKIP: mounting a tmpfs needs root";
  }
  const std::vector<Record> blocks = test::sample_blocks(5 * kChunkRecords);
  {
    Result<TraceFile> file = TraceFile::create(path("small/take.hft"), test::sample_info());
    ASSERT_TRUE(file.ok());
    EXPECT_EQ(file->add(blocks).error().system_errno, ENOSPC);
    Result<TraceReader> reader = open_trace(path("small/take.hft"));
    const test::ReadTrace back = test::read_all(*reader);
    EXPECT_EQ(back.progress.end, TraceEnd::kClean);
    EXPECT_EQ(back.progress.records, file->records_written());
    EXPECT_TRUE(test::is_beginning(back.records, blocks));
  }
  umount2(path("small").c_str(), MNT_DETACH);
}

TEST_F(TraceFileTest, ADiskFullFromTheStartIsAnErrorAtCreation) {
  const Result<TraceFile> file =
      TraceFile::create("/dev/full", test::sample_info(), IfExists::kReplace);
  ASSERT_FALSE(file.ok());
  EXPECT_EQ(file.error().system_errno, ENOSPC);
}

TEST_F(TraceFileTest, NoEmptyFileStaysBehindWhenCreationFails) {
  const FileSizeLimit limit(10);
  ASSERT_FALSE(TraceFile::create(path(), test::sample_info()).ok());
  EXPECT_FALSE(std::filesystem::exists(path()));
}

TEST_F(TraceFileTest, StandardInputIsAByteSource) {
  const std::vector<Record> blocks = test::sample_blocks(100);
  const test::Bytes bytes = test::sample_trace(blocks);
  int pipe_ends[2];
  ASSERT_EQ(pipe(pipe_ends), 0);
  ASSERT_EQ(write(pipe_ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size()));
  close(pipe_ends[1]);
  const probe::FileDescriptor stdin_before(dup(STDIN_FILENO));
  dup2(pipe_ends[0], STDIN_FILENO);
  close(pipe_ends[0]);
  Result<TraceReader> reader = open_trace("-");
  dup2(stdin_before.number(), STDIN_FILENO);
  ASSERT_TRUE(reader.ok());
  EXPECT_TRUE(test::are_equal(test::read_all(*reader).records, blocks));
}

TEST_F(TraceFileTest, ErrorsNameTheFile) {
  EXPECT_EQ(open_trace(path("none")).error().what,
            "cannot open " + path("none") + ": No such file or directory");
  std::ofstream(path()) << "RIFF";
  EXPECT_EQ(open_trace(path()).error().what, "not a Holdfast trace -- " + path());
}

}  // namespace
}  // namespace holdfast::session
