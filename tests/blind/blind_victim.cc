// SPDX-License-Identifier: MIT
// A program with a real-time audio thread that is made late on purpose, in a way that is known, and
// that keeps two files: the trace that Holdfast makes of it, and the truth.
//
// blind_victim --class NAME --glitches N --trace FILE --truth FILE --directory DIR --shared DIR
//              [--observe kernel|user|counters|polls] [--seed S] [--reclaim FD]
// Exit codes: 0 done; 2 usage; 3 cannot be done here (the reason is on standard error).
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <optional>
#include <thread>

#include "blind/callback.h"
#include "blind/injection.h"
#include "blind/paged_object.h"
#include "blind/scripted_faults.h"
#include "blind/stream.h"
#include "blind/synthetic_trace.h"
#include "blind/truth.h"

namespace holdfast::blind {
namespace {

constexpr int64_t kBlockFrames = 16;
constexpr int64_t kDelayRateHz = 48000;
constexpr int64_t kPageRateHz = 96000;  ///< A handful of pages from an idle disk is late already.
constexpr Nanos kRestBefore = kMillisecond * 60;
constexpr useconds_t kRestAfterMicroseconds = 60'000;
constexpr Nanos kAwayUntilSeen = kMillisecond * 130;
constexpr unsigned kLongestSeconds = 150;

struct Options {
  std::string class_name;
  size_t glitches = 20;
  std::string trace;
  std::string truth;
  Observation observation = Observation::kAllEvents;
  uint64_t seed = 1;
  Places places;
};

const std::map<std::string, std::string> kDelayCauses = {
    {"run_queue", "run_queue"}, {"callback", "callback"}, {"blocked_lock", "blocked"},
    {"blocked_io", "blocked"},  {"stopped", "stopped"},   {"late_wake", "late_wake"},
    {"device", "device"},
};

const std::map<std::string, Observation> kRungs = {{"kernel", Observation::kAllEvents},
                                                   {"user", Observation::kUserEvents},
                                                   {"counters", Observation::kCounters},
                                                   {"polls", Observation::kPolls}};

std::optional<audio::FaultKind> scripted_kind(const std::string& class_name) {
  if (class_name == "late_wake") return audio::FaultKind::kStall;
  if (class_name == "device") return audio::FaultKind::kLose;
  return std::nullopt;
}

/// How many were done, and how many could not be: not counted as truth.
struct Tally {
  size_t accepted = 0;
  size_t discarded = 0;
  Observation level = Observation::kNone;
};

int last_processor() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  sched_getaffinity(0, sizeof allowed, &allowed);
  int last = 0;
  for (int i = 0; i < CPU_SETSIZE; i++) {
    if (CPU_ISSET(static_cast<size_t>(i), &allowed)) last = i;
  }
  return last;
}

/// Every thread but the audio thread, and the observer's with them, leaves its processor alone.
bool leave_processor(int processor) {
  cpu_set_t others;
  sched_getaffinity(0, sizeof others, &others);
  CPU_CLR(static_cast<size_t>(processor), &others);
  return CPU_COUNT(&others) > 0 && sched_setaffinity(0, sizeof others, &others) == 0;
}

class Victim {
 public:
  explicit Victim(const Options& options) : options_(options), random_(options.seed) {}

  Result<Tally> run() {
    HF_TRY_ASSIGN(TruthFile truths, TruthFile::create(options_.truth, options_.class_name));
    if (is_synthetic(options_.class_name)) {
      HF_TRY(write_synthetic({options_.class_name, options_.observation, options_.glitches},
                             options_.trace, truths, random_));
      return Tally{options_.glitches, 0, options_.observation};
    }
    HF_TRY(build());
    std::thread injector([&] {
      if (script_.empty()) {
        inject_all(truths);
      } else {
        wait_for_script(truths);
      }
      usleep(kRestAfterMicroseconds);
      is_over_ = true;
    });
    const Result<> ended = stream_->run([this] { return is_over_.load(); });
    is_over_ = true;
    injector.join();
    HF_TRY(ended);
    return tally_;
  }

 private:
  Result<> build() {
    const int processor = last_processor();
    if (options_.class_name == "stopped") {
      HF_TRY_ASSIGN(stopper_, Stopper::start());
    }
    if (!leave_processor(processor)) {
      return Error{ErrorKind::kUnavailable, 0, "needs two processors"};
    }
    const bool is_delay = kDelayCauses.contains(options_.class_name);
    format_ = {is_delay ? kDelayRateHz : kPageRateHz, kBlockFrames, 2};
    if (const auto kind = scripted_kind(options_.class_name)) {
      script_ = make_script(*kind, options_.glitches, format_, random_);
    }
    callback_.set_rate(format_.rate_hz);
    stream_.emplace(
        StreamOptions{format_, script_, options_.trace, options_.observation, processor});
    HF_TRY(stream_->open(callback_));
    HF_TRY(make_injection(processor));
    HF_TRY(stream_->protect());
    if (evictor_ && !object_.is_late) {
      prepare_pages(object_);
      evictor_->rehearse(object_);
    }
    tally_.level = stream_->observe();
    return Done{};
  }

  Result<> make_injection(int processor) {
    const bool is_told = options_.observation >= Observation::kUserEvents;
    const Scene scene{callback_, random_, stream_->audio_thread(), processor,
                      is_told ? Nanos(0) : kAwayUntilSeen};
    const std::string& name = options_.class_name;
    const auto cause = kDelayCauses.find(name);
    if (cause == kDelayCauses.end()) {
      HF_TRY_ASSIGN(object_, make_object(name, stream_->audio_stack(), options_.places));
      expectation_ = object_.expectation;
      HF_TRY_ASSIGN(evictor_, Evictor::make(object_, options_.places));
      inject_ = page_injection(scene, object_, *evictor_);
      return Done{};
    }
    expectation_.cause = cause->second;
    if (name == "run_queue") {
      HF_TRY_ASSIGN(inject_, run_queue_injection(scene));
    } else if (name == "blocked_io") {
      HF_TRY_ASSIGN(inject_, io_injection(scene, options_.places.directory));
    } else if (name == "callback") {
      inject_ = callback_injection(scene);
    } else if (name == "blocked_lock") {
      inject_ = lock_injection(scene);
    } else if (name == "stopped") {
      inject_ = stop_injection(scene, *stopper_);
    }
    return Done{};
  }

  void inject_all(TruthFile& truths) {
    std::uniform_int_distribution<useconds_t> rest(15'000, 65'000);
    usleep(static_cast<useconds_t>(kRestBefore.count / 1000));
    // Injections that never succeed end, too.
    while (tally_.accepted < options_.glitches && tally_.discarded < options_.glitches + 20 &&
           !is_over_) {
      const std::optional<Truth> truth = inject_();
      if (truth) {
        truths.add(*truth, expectation_);
        tally_.accepted++;
      } else {
        tally_.discarded++;
      }
      usleep(rest(random_));
    }
  }

  void wait_for_script(TruthFile& truths) {
    const int64_t last = frames_in(script_.back().at, format_.rate_hz).count;
    while (callback_.last_position() <= last && !is_over_) usleep(1000);
    for (const Truth& truth : truths_of(script_, format_, callback_.origin())) {
      truths.add(truth, expectation_);
      tally_.accepted++;
    }
  }

  Options options_;
  std::mt19937_64 random_;
  audio::StreamFormat format_;
  std::vector<audio::ScriptedFault> script_;
  Callback callback_;
  std::optional<Stopper> stopper_;
  std::optional<Stream> stream_;
  PagedObject object_;
  std::optional<Evictor> evictor_;
  Expectation expectation_;
  Inject inject_;
  Tally tally_;
  std::atomic<bool> is_over_{false};
};

std::optional<Options> parse(int count, char** words) {
  Options options;
  const std::map<std::string, std::string*> texts = {
      {"--class", &options.class_name},
      {"--trace", &options.trace},
      {"--truth", &options.truth},
      {"--directory", &options.places.directory},
      {"--shared", &options.places.shared_directory}};
  for (int i = 1; i + 1 < count; i += 2) {
    const std::string name = words[i];
    if (const auto text = texts.find(name); text != texts.end()) {
      *text->second = words[i + 1];
    } else if (name == "--glitches") {
      options.glitches = strtoul(words[i + 1], nullptr, 10);
    } else if (name == "--reclaim") {
      options.places.reclaim = atoi(words[i + 1]);
    } else if (name == "--observe") {
      const auto rung = kRungs.find(words[i + 1]);
      if (rung == kRungs.end()) return std::nullopt;
      options.observation = rung->second;
    } else if (name == "--seed") {
      options.seed = strtoul(words[i + 1], nullptr, 10);
    } else {
      return std::nullopt;
    }
  }
  const bool is_complete = !options.class_name.empty() && !options.trace.empty() &&
                           !options.truth.empty() && options.glitches > 0 && count % 2 == 1;
  return is_complete ? std::optional(options) : std::nullopt;
}

int run(int count, char** words) {
  // The observer starts its own program anew to look up symbols.
  if (count == 2 && std::string(words[1]) == "symbolize") return serve_symbols();
  const std::optional<Options> options = parse(count, words);
  if (!options) {
    fprintf(stderr, "usage: see the first comment of blind_victim.cc\n");
    return 2;
  }
  // Whoever started it may be killed; then nothing of it stays, even while it is stopped.
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);  // single pages are to leave, not huge ones
  alarm(kLongestSeconds);
  static Victim victim(*options);  // the hog's thread and the callback never see it go
  const Result<Tally> tally = victim.run();
  if (!tally) {
    fprintf(stderr, "%s\n", tally.error().what.c_str());
    return tally.error().kind == ErrorKind::kUsage ? 2 : 3;
  }
  printf("{\"accepted\":%zu,\"discarded\":%zu,\"is_as_asked\":%s}\n", tally->accepted,
         tally->discarded, tally->level == options->observation ? "true" : "false");
  fflush(stdout);
  _exit(0);  // with the hog still waiting
}

}  // namespace
}  // namespace holdfast::blind

int main(int count, char** words) {
  return holdfast::blind::run(count, words);
}
