// SPDX-License-Identifier: MIT
// Glitches that memory is not to blame for.
#include <fcntl.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <thread>

#include "act/priority.h"
#include "blind/injection.h"
#include "probe/clock_linux.h"

namespace holdfast::blind {
namespace {

constexpr int kHogPriority = 80;  ///< The audio thread has 70.
constexpr size_t kReadFileBytes = 16 * kBufferBytes;

/// Longer than two blocks of 16 frames at 48 kHz.
Nanos between(std::mt19937_64& random, Nanos shortest, Nanos longest) {
  return Nanos(std::uniform_int_distribution<int64_t>(shortest.count, longest.count)(random));
}

Nanos some_milliseconds(std::mt19937_64& random) {
  return between(random, kMillisecond * 1, kMillisecond * 3);
}

void sleep_for(Nanos duration) {
  usleep(static_cast<useconds_t>(duration.count / kMicrosecond.count));
}

/// Burns when told; between that, waits. Ends with the process.
class Hog {
 public:
  explicit Hog(int processor) : processor_(processor) {
    sem_init(&begin_, 0, 0);
    sem_init(&ready_, 0, 0);
    std::thread([this] { run(); }).detach();
    sem_wait(&ready_);
  }

  [[nodiscard]] bool is_realtime() const { return is_realtime_; }

  Truth burn(Nanos duration) {
    duration_ = duration;
    sem_post(&begin_);
    sem_wait(&ready_);
    return truth_;
  }

 private:
  void run() {
    cpu_set_t only;
    CPU_ZERO(&only);
    CPU_SET(static_cast<size_t>(processor_), &only);
    is_realtime_ = sched_setaffinity(0, sizeof only, &only) == 0 &&
                   act::make_realtime(0, kHogPriority).priority == kHogPriority;
    while (true) {
      sem_post(&ready_);
      sem_wait(&begin_);
      truth_.begin = probe::monotonic_now();
      while (probe::monotonic_now() < truth_.begin + duration_) {
      }
      truth_.end = probe::monotonic_now();
    }
  }

  int processor_;
  bool is_realtime_ = false;
  sem_t begin_;
  sem_t ready_;
  Nanos duration_;
  Truth truth_;
};

unsigned char* aligned_buffer() {
  void* memory = aligned_alloc(kBufferBytes, kBufferBytes);
  std::memset(memory, 1, kBufferBytes);
  return static_cast<unsigned char*>(memory);
}

/// What I/O needs. Lives as long as the process.
struct IoFiles {
  int pipe_read = -1;
  int pipe_write = -1;
  int direct = -1;   ///< kReadFileBytes of data, opened past the page cache.
  int written = -1;  ///< kBufferBytes of data, the same.
  unsigned char* buffer = aligned_buffer();
};

/// A file of `size_bytes` on disk: what was never written could be read without the disk.
Result<int> make_direct_file(const std::string& path, size_t size_bytes,
                             const unsigned char* block) {
  unlink(path.c_str());  // another user's, of another rung
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT, 0600);
  if (file < 0) return system_error("cannot create " + path, errno);
  for (size_t at = 0; at < size_bytes; at += kBufferBytes) {
    if (pwrite(file, block, kBufferBytes, static_cast<off_t>(at)) < 0) {
      return system_error("cannot write " + path, errno);
    }
  }
  fsync(file);
  return file;
}

Result<IoFiles> make_io_files(const std::string& directory) {
  IoFiles files;
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return system_error("cannot make a pipe", errno);
  files.pipe_read = ends[0];
  files.pipe_write = ends[1];
  HF_TRY_ASSIGN(files.direct,
                make_direct_file(directory + "/direct", kReadFileBytes, files.buffer));
  HF_TRY_ASSIGN(files.written,
                make_direct_file(directory + "/written", kBufferBytes, files.buffer));
  return files;
}

std::optional<Truth> read_pipe(const Scene& scene, Order order, const IoFiles& files) {
  order.action = Action::kRead;
  order.file = files.pipe_read;
  scene.callback.give(order);
  while (!scene.callback.is_begun()) usleep(50);
  sleep_for(some_milliseconds(scene.random));
  if (write(files.pipe_write, "x", 1) != 1) return std::nullopt;
  return scene.callback.finish();
}

/// I/O is a processor's work, too: where that was most of it, the callback was not blocked.
std::optional<Truth> if_mostly_asleep(std::optional<Truth> truth) {
  constexpr int64_t kSleepsHalf = 2;
  if (truth && truth->cpu * kSleepsHalf > truth->end - truth->begin) return std::nullopt;
  return truth;
}

/// The child's whole life: "stop so many nanoseconds" in, begin and end out.
[[noreturn]] void serve_stops(pid_t victim, int commands, int answers) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  int64_t duration_ns = 0;
  while (read(commands, &duration_ns, sizeof duration_ns) == sizeof duration_ns) {
    std::array<int64_t, 2> times = {probe::monotonic_now().count, 0};
    kill(victim, SIGSTOP);
    sleep_for(Nanos(duration_ns));
    kill(victim, SIGCONT);
    times[1] = probe::monotonic_now().count;
    if (write(answers, times.data(), sizeof times) != sizeof times) break;
  }
  _exit(0);
}

}  // namespace

Result<Inject> run_queue_injection(const Scene& scene) {
  auto* hog = new Hog(scene.audio_processor);  // its thread uses it until the process ends
  if (!hog->is_realtime()) {
    return Error{ErrorKind::kUnavailable, 0, "no thread of higher real-time priority is allowed"};
  }
  return Inject([scene, hog]() -> std::optional<Truth> {
    const int64_t block = scene.callback.last_position();
    Truth truth = hog->burn(some_milliseconds(scene.random));
    truth.block = block;
    return truth;
  });
}

Inject callback_injection(const Scene& scene) {
  return [scene] {
    Order order;
    order.action = Action::kBurn;
    order.duration = some_milliseconds(scene.random);
    return scene.callback.obey(order);
  };
}

Inject lock_injection(const Scene& scene) {
  static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  return [scene] {
    Order order;
    order.action = Action::kLock;
    order.mutex = &mutex;
    pthread_mutex_lock(&mutex);
    scene.callback.give(order);
    while (!scene.callback.is_begun()) usleep(50);
    sleep_for(some_milliseconds(scene.random));
    pthread_mutex_unlock(&mutex);
    return scene.callback.finish();
  };
}

Result<Inject> io_injection(const Scene& scene, const std::string& directory) {
  HF_TRY_ASSIGN(const IoFiles files, make_io_files(directory));
  return Inject([scene, files, turn = 0]() mutable -> std::optional<Truth> {
    Order order;
    order.buffer = files.buffer;
    order.duration = some_milliseconds(scene.random);
    switch (turn++ % 3) {
      case 0:
        return read_pipe(scene, order, files);
      case 1:
        order.action = Action::kReadBlocks;
        order.file = files.direct;
        order.range_bytes = kReadFileBytes;
        return if_mostly_asleep(scene.callback.obey(order));
      default:
        order.action = Action::kSync;
        order.file = files.written;
        return if_mostly_asleep(scene.callback.obey(order));
    }
  });
}

Result<Stopper> Stopper::start() {
  int down[2];
  int up[2];
  if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0) {
    return system_error("cannot make a pipe", errno);
  }
  const pid_t victim = getpid();
  const pid_t child = fork();
  if (child < 0) return system_error("cannot fork", errno);
  if (child == 0) serve_stops(victim, down[0], up[1]);
  close(down[0]);
  close(up[1]);
  return Stopper(down[1], up[0]);
}

bool Stopper::stop(Nanos duration, Nanos& begin, Nanos& end) const {
  std::array<int64_t, 2> times = {};
  if (write(commands_, &duration.count, sizeof duration.count) != sizeof duration.count)
    return false;
  if (read(answers_, times.data(), sizeof times) != sizeof times) return false;
  begin = Nanos(times[0]);
  end = Nanos(times[1]);
  return true;
}

Inject stop_injection(const Scene& scene, const Stopper& stopper) {
  return [scene, stopper]() -> std::optional<Truth> {
    Truth truth;
    truth.block = scene.callback.last_position();
    const Nanos duration = between(scene.random, kMillisecond * 2, kMillisecond * 5);
    if (!stopper.stop(duration, truth.begin, truth.end)) return std::nullopt;
    return truth;
  };
}

}  // namespace holdfast::blind
