// SPDX-License-Identifier: MIT
// The fourth real-time fence: inside a RealtimeSection, this thread may not allocate, lock, sleep
// or do blocking I/O. A test that links `realtime_guard` dies with "realtime section called
// malloc". Other threads are not affected. Code that lives in libc itself is not seen (printf's own
// write); what it allocates is.
#pragma once

namespace holdfast::test {

/// False in sanitizer builds, which interpose the same functions: sections then guard nothing.
bool realtime_guard_is_active();

/// While one exists, its thread is in real-time code. May be nested. RT safe.
class RealtimeSection {
 public:
  RealtimeSection() noexcept;
  ~RealtimeSection();
  RealtimeSection(const RealtimeSection&) = delete;
  RealtimeSection& operator=(const RealtimeSection&) = delete;
};

}  // namespace holdfast::test
