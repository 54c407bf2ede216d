// SPDX-License-Identifier: MIT
#include "probe/region_sampler_linux.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "core/address_lines.h"
#include "core/text_lines.h"
#include "probe/clock_linux.h"
#include "probe/page_cache_linux.h"
#include "probe/residency_watch_linux.h"

namespace holdfast::probe {
namespace {

void say(const std::string& line, std::vector<Record>& facts) {
  const std::vector<Record> parts = to_text_records(line, monotonic_now());
  facts.insert(facts.end(), parts.begin(), parts.end());
}

/// But for the time.
bool are_same(const ResidencyRecord& a, const ResidencyRecord& b) {
  constexpr size_t kBody = offsetof(ResidencyRecord, region);
  const auto bytes_a = record_cast<std::array<unsigned char, sizeof a>>(a);
  const auto bytes_b = record_cast<std::array<unsigned char, sizeof b>>(b);
  return std::equal(bytes_a.begin() + kBody, bytes_a.end(), bytes_b.begin() + kBody);
}

}  // namespace

Result<RegionSampler> RegionSampler::open(pid_t pid, std::string root) {
  HF_TRY_ASSIGN(const ProcFile pagemap, ProcFile::open(proc_path(root, pid, "pagemap")));
  return RegionSampler(pid, std::move(root));
}

RegionSampler::Known* RegionSampler::known_region(const Region& region,
                                                  std::vector<Record>& facts) {
  const auto [found, is_new] = known_.try_emplace({region.kind, region.name});
  Known& known = found->second;
  if (!is_new) return &known;
  if (known_.size() > kMostRegions) {
    known_.erase(found);
    return nullptr;
  }
  known.number = static_cast<uint32_t>(known_.size() - 1);
  known.kind = region.kind;
  say(region_line(known.number, region.kind, region.name), facts);
  return &known;
}

std::vector<Region> RegionSampler::affordable(std::vector<Region> regions,
                                              std::vector<Record>& facts) {
  const std::vector<bool> fits = affordable_regions(regions, kMostPages);
  std::vector<Region> taken;
  std::array<size_t, 2> passed_over = {};
  for (size_t i = 0; i < regions.size(); ++i) {
    Known* const known = fits[i] ? known_region(regions[i], facts) : nullptr;
    if (known == nullptr) {
      passed_over[0]++;
      passed_over[1] += regions[i].size_bytes() / page_bytes();
      continue;
    }
    known->is_laid_out = true;
    known->pages.lay_out(regions[i], page_bytes());
    watched_.push_back(known);
    taken.push_back(std::move(regions[i]));
  }
  if (passed_over != passed_over_) say(passed_over_line(passed_over[0], passed_over[1]), facts);
  passed_over_ = passed_over;
  return taken;
}

void RegionSampler::lay_out(std::vector<Region> regions, std::vector<Record>& facts) {
  for (auto& [key, known] : known_) known.is_laid_out = false;
  watched_.clear();
  probe_.reset();  // its views of files before new ones
  auto probe = ResidencyProbe::open(pid_, affordable(std::move(regions), facts), root_);
  if (probe) probe_.emplace(std::move(*probe));
  tell_vanished(facts);
}

void RegionSampler::tell_vanished(std::vector<Record>& facts) {
  for (auto& [key, known] : known_) {
    if (known.is_laid_out || !known.last || known.last->pages == 0) continue;
    ResidencyRecord none;
    none.head.kind = RecordKind::kResidency;
    none.head.mono_ns = monotonic_now().count;
    write(none, known, facts);
    known.pages = UsedPages();
  }
}

void RegionSampler::write(const ResidencyRecord& record, Known& known, std::vector<Record>& facts) {
  known.last = record;
  known.last->region = known.number;
  facts.push_back(record_cast<Record>(*known.last));
}

void RegionSampler::look(std::vector<Record>& facts) {
  const Nanos now = monotonic_now();
  if (!probe_ || now < next_look_) return;
  const Nanos before = thread_cpu_now();
  look_at_all(now, facts);
  const Nanos cost = thread_cpu_now() - before;
  next_look_ = now + std::max(kEvery, cost * kCostShare);
}

void RegionSampler::look_at_all(Nanos now, std::vector<Record>& facts) {
  for (size_t i = 0; i < watched_.size(); ++i) {
    if (!probe_->read(i, pages_)) return probe_.reset();  // the process has ended
    Known& known = *watched_[i];
    ResidencyRecord record = known.pages.count(pages_);
    record.region = known.number;
    record.head.mono_ns = now.count;
    const bool is_due = !known.last || now.count >= known.last->head.mono_ns + kRepeatEvery.count;
    if (is_due || !are_same(record, *known.last)) write(record, known, facts);
  }
}

}  // namespace holdfast::probe
