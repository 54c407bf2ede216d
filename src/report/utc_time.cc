// SPDX-License-Identifier: MIT
// Calendar arithmetic of <chrono>: pure, with no time zone file and no C library state behind it.
#include "report/utc_time.h"

#include <chrono>
#include <cstdio>

namespace holdfast {
namespace {

namespace chrono = std::chrono;
using Moment = chrono::sys_time<chrono::microseconds>;

Moment to_moment(Nanos utc) {
  return chrono::floor<chrono::microseconds>(
      chrono::sys_time<chrono::nanoseconds>(chrono::nanoseconds(utc.count)));
}

std::string date_text(Moment moment) {
  const chrono::year_month_day date(chrono::floor<chrono::days>(moment));
  char text[32];
  std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
  return text;
}

std::string clock_text(Moment moment) {
  const chrono::hh_mm_ss time(moment - chrono::floor<chrono::days>(moment));
  char text[48];
  std::snprintf(text, sizeof text, "%02d:%02d:%02d.%06lld", static_cast<int>(time.hours().count()),
                static_cast<int>(time.minutes().count()), static_cast<int>(time.seconds().count()),
                static_cast<long long>(time.subseconds().count()));
  return text;
}

}  // namespace

std::string utc_text(Nanos utc) {
  return date_text(to_moment(utc)) + " " + clock_text(to_moment(utc)) + " UTC";
}

std::string utc_iso_text(Nanos utc) {
  return date_text(to_moment(utc)) + "T" + clock_text(to_moment(utc)) + "Z";
}

std::string utc_clock_text(Nanos utc) {
  return clock_text(to_moment(utc)) + " UTC";
}

}  // namespace holdfast
