// SPDX-License-Identifier: MIT
#include "probe/residency_linux.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "core/pagemap.h"

namespace holdfast::probe {
namespace {

bool is_mapped_in(uint64_t entry) {
  return decode_pagemap(entry).is_present;
}

Error has_ended() {
  return {ErrorKind::kUnavailable, ESRCH, "the process has ended, or runs another program now"};
}

}  // namespace

Result<ResidencyProbe> ResidencyProbe::open(int pid, std::vector<Region> regions,
                                            const std::string& root) {
  HF_TRY_ASSIGN(ProcFile pagemap, ProcFile::open(proc_path(root, pid, "pagemap")));
  ResidencyProbe probe(pid, std::move(regions), std::move(pagemap));
  for (const Region& region : probe.regions_) {
    std::vector<Part>& parts = probe.parts_.emplace_back();
    for (const Mapping& mapping : region.parts) {
      Part& part = parts.emplace_back(Part{backing_of(mapping), std::nullopt});
      if (mapping.inode == 0) continue;
      auto view = probe.is_own_ ? PageCacheView::open_own(mapping, root)
                                : PageCacheView::open(pid, mapping, root);
      if (view) part.cache.emplace(std::move(*view));
    }
  }
  return probe;
}

ResidencyProbe::ResidencyProbe(int pid, std::vector<Region> regions, ProcFile pagemap)
    : is_own_(pid == getpid()), regions_(std::move(regions)), pagemap_(std::move(pagemap)) {}

Result<> ResidencyProbe::read(size_t index, std::vector<PageState>& pages) {
  pages.clear();
  for (size_t i = 0; i < parts_[index].size(); ++i) {
    HF_TRY(read_part(regions_[index].parts[i], parts_[index][i], pages));
  }
  return Done{};
}

Result<> ResidencyProbe::read_part(const Mapping& mapping, const Part& part,
                                   std::vector<PageState>& pages) {
  entries_.resize(mapping.size_bytes() / page_bytes());
  const size_t wanted_bytes = entries_.size() * sizeof(uint64_t);
  HF_TRY_ASSIGN(const size_t read_bytes,
                pagemap_.read_at(entries_.data(), wanted_bytes,
                                 mapping.begin / page_bytes() * sizeof(uint64_t)));
  if (read_bytes != wanted_bytes) return has_ended();
  const bool are_all_mapped = std::all_of(entries_.begin(), entries_.end(), is_mapped_in);
  const bool has_core = !are_all_mapped && ask_mincore(mapping, part);
  for (size_t i = 0; i < entries_.size(); ++i) {
    const auto in_core = has_core ? std::optional((core_[i] & 1) != 0) : std::nullopt;
    pages.push_back(judge_page(part.backing, decode_pagemap(entries_[i]), in_core));
    note_limitation(part.backing, pages.back());
  }
  return Done{};
}

void ResidencyProbe::note_limitation(Backing backing, PageState state) {
  has_unclear_swap_ = has_unclear_swap_ || (state == PageState::kSwapped && !is_own_);
  if (state != PageState::kUnknown) return;
  (backing == Backing::kFile ? has_hidden_file_ : has_unknown_shared_) = true;
}

bool ResidencyProbe::ask_mincore(const Mapping& mapping, const Part& part) {
  if (part.cache) return part.cache->read(core_);
  if (!is_own_ || part.backing != Backing::kAnonymous) return false;
  return read_own_core(mapping.begin, mapping.size_bytes(), core_);
}

std::vector<Unavailable> ResidencyProbe::limitations() const {
  std::vector<Unavailable> limitations;
  if (has_hidden_file_) {
    limitations.push_back(
        {"pages of files that are not mapped in: whether they are still in RAM is "
         "told only to who owns or may write the file",
         "run as root"});
  }
  if (has_unknown_shared_) {
    limitations.push_back({"shared memory: a page in swap looks like one that was never used",
                           "no Linux tells; lock it to be sure"});
  }
  if (has_unclear_swap_) {
    limitations.push_back(
        {"swapped pages: whether the swap cache still has them in RAM is told "
         "only to the process itself",
         "take 'swapped' as the worse case, or watch from inside the program"});
  }
  return limitations;
}

}  // namespace holdfast::probe
