// SPDX-License-Identifier: MIT
#include "cmd/take_labels.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "report/label_track.h"

namespace holdfast::cmd {
namespace {

std::string stem_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const size_t name = slash == std::string::npos ? 0 : slash + 1;
  const size_t dot = path.rfind('.');
  return dot == std::string::npos || dot <= name ? path : path.substr(0, dot);
}

}  // namespace

TakeLabels::TakeLabels(const std::string& take_path, bool is_replacing)
    : audacity_path_(stem_of(take_path) + ".labels.txt"),
      reaper_path_(stem_of(take_path) + ".reaper.csv"),
      is_replacing_(is_replacing) {}

Result<> TakeLabels::check() const {
  if (is_replacing_) return Done{};
  for (const std::string& path : {audacity_path_, reaper_path_}) {
    if (access(path.c_str(), F_OK) != 0) continue;
    return Error{ErrorKind::kUsage, EEXIST,
                 path + " exists already: not overwritten; take another name, or --force"};
  }
  return Done{};
}

void TakeLabels::open() {
  const int flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | (is_replacing_ ? O_TRUNC : O_EXCL);
  audacity_ = probe::FileDescriptor(::open(audacity_path_.c_str(), flags, 0666));
  if (audacity_.number() < 0) failure_ = system_error("cannot create " + audacity_path_, errno);
  reaper_ = probe::FileDescriptor(::open(reaper_path_.c_str(), flags, 0666));
  if (reaper_.number() < 0) failure_ = system_error("cannot create " + reaper_path_, errno);
  if (!failure_) append(reaper_, std::string(reaper_header()));
}

void TakeLabels::append(const probe::FileDescriptor& file, const std::string& text) {
  const ssize_t size = ::write(file.number(), text.data(), text.size());
  if (size == static_cast<ssize_t>(text.size())) return;
  failure_ = system_error("cannot write labels", size < 0 ? errno : ENOSPC);
}

void TakeLabels::write(const Label& label) {
  if (failure_) return;
  if (count_++ == 0) open();
  if (!failure_) append(audacity_, audacity_label(label.marker, label.rate_hz));
  if (!failure_) append(reaper_, reaper_row(label.marker, count_, label.rate_hz));
}

void TakeLabels::add(const Marker& marker, int64_t rate_hz) {
  {
    const std::lock_guard lock(mutex_);
    waiting_.push_back({marker, rate_hz});
    if (!thread_.joinable()) thread_ = std::thread([this] { run(); });
  }
  changed_.notify_one();
}

void TakeLabels::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return is_finishing_ || !waiting_.empty(); });
    if (waiting_.empty()) return;
    const Label label = std::move(waiting_.front());
    waiting_.pop_front();
    lock.unlock();
    write(label);
    lock.lock();
  }
}

void TakeLabels::finish() {
  {
    const std::lock_guard lock(mutex_);
    is_finishing_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

std::vector<std::string> TakeLabels::paths() const {
  if (audacity_.number() < 0 || reaper_.number() < 0) return {};
  return {audacity_path_, reaper_path_};
}

}  // namespace holdfast::cmd
