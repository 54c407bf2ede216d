// SPDX-License-Identifier: MIT
#include "audio/pipewire_connection.h"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "audio/wait_linux.h"

namespace holdfast::audio {
namespace {

constexpr Nanos kPatience = kSecond * 2;
constexpr uint32_t kCoreId = 0;

bool is_set(const char* name) {
  const char* value = getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value != nullptr && *value != '\0';
}

std::string variable(const char* name, const char* otherwise) {
  const char* value = getenv(name);  // NOLINT(concurrency-mt-unsafe): nobody sets any
  return value != nullptr && *value != '\0' ? value : otherwise;
}

/// Where libpipewire looks for the socket, in its order.
std::string runtime_folder() {
  return variable("PIPEWIRE_RUNTIME_DIR",
                  variable("XDG_RUNTIME_DIR", variable("USERPROFILE", "").c_str()).c_str());
}

Error refusal(int reason) {
  const std::string folder = runtime_folder();
  const std::string name = variable("PIPEWIRE_REMOTE", "pipewire-0");
  if (folder.empty() && !name.starts_with('/')) {
    return unavailable(
        "XDG_RUNTIME_DIR is not set, so no PipeWire server can be found; run as the user whose "
        "session it is, or set XDG_RUNTIME_DIR=/run/user/UID");
  }
  const std::string socket = name.starts_with('/') ? name : folder + "/" + name;
  // The library says EHOSTDOWN for whatever connect() says.
  const bool is_anothers = access(socket.c_str(), W_OK) != 0 && errno == EACCES;
  if (is_anothers || reason == EACCES || reason == EPERM) {
    return unavailable("the PipeWire server at " + socket +
                       " belongs to another user; run as that user");
  }
  return unavailable("no PipeWire server answers at " + socket + " (" + strerror(reason) +
                     "); start `pipewire`, or set XDG_RUNTIME_DIR to the folder of the session "
                     "where it runs");
}

/// Libraries before 1.1 have their real-time module in a configuration of its own; later ones take
/// that name for the usual one.
pw_properties* context_properties() {
  pw_properties* properties = pw_properties_new(nullptr, nullptr);
  if (!is_pipewire_at_least(pipewire_library_version(), 1, 1, 0)) {
    pw_properties_set(properties, PW_KEY_CONFIG_NAME, "client-rt.conf");
  }
  return properties;
}

}  // namespace

Result<std::unique_ptr<PipewireConnection>> PipewireConnection::open(
    std::function<void()> on_lost) {
  pw_init(nullptr, nullptr);
  // What it would print is in our own sentences.
  if (!is_set("PIPEWIRE_DEBUG")) pw_log_set_level(SPA_LOG_LEVEL_NONE);
  if (!is_pipewire_at_least(pipewire_library_version(), 0, 3, 65)) {
    return unavailable("libpipewire " + pipewire_library_version() +
                       " is too old, it takes 0.3.65 or newer; use --device jack under `pw-jack`");
  }
  std::unique_ptr<PipewireConnection> connection(new PipewireConnection(std::move(on_lost)));
  HF_TRY(connection->connect());
  HF_TRY(connection->sync());
  if (!is_pipewire_at_least(connection->server_version_, 0, 3, 0)) {
    return unavailable("the PipeWire server is of version '" + connection->server_version_ +
                       "', and this takes 0.3 or newer");
  }
  return connection;
}

Result<> PipewireConnection::connect() {
  loop_ = pw_thread_loop_new("hf-pipewire", nullptr);
  if (loop_ != nullptr) {
    context_ = pw_context_new(pw_thread_loop_get_loop(loop_), context_properties(), 0);
  }
  if (context_ == nullptr) {
    return unavailable(std::string("PipeWire's library cannot start (") + strerror(errno) +
                       "): a part of it is missing; apt-get install libpipewire-0.3-modules "
                       "libspa-0.2-modules, and mind PIPEWIRE_CONFIG_NAME");
  }
  core_ = pw_context_connect(context_, nullptr, 0);
  if (core_ == nullptr) return refusal(errno);
  static const pw_core_events events = [] {
    pw_core_events made = {};
    made.version = PW_VERSION_CORE_EVENTS;
    made.info = &PipewireConnection::note_info;
    made.done = &PipewireConnection::note_done;
    made.error = &PipewireConnection::note_error;
    return made;
  }();
  pw_core_add_listener(core_, &hook_, &events, this);
  if (pw_thread_loop_start(loop_) != 0) return unavailable("cannot start a thread for PipeWire");
  return Done{};
}

PipewireConnection::~PipewireConnection() {
  if (loop_ == nullptr) return;
  pw_thread_loop_stop(loop_);
  if (core_ != nullptr) {
    spa_hook_remove(&hook_);
    pw_core_disconnect(core_);
  }
  if (context_ != nullptr) pw_context_destroy(context_);
  pw_thread_loop_destroy(loop_);
  pw_properties_free(properties_);
}

Result<> PipewireConnection::sync() {
  int asked = 0;
  {
    const PipewireLock held = lock();
    if (is_lost_) return unavailable("the PipeWire server closed the connection; start it again");
    asked = pw_core_sync(core_, kCoreId, 0);
  }
  wait_for(kPatience, [this, asked] { return done_ == asked || is_lost_; });
  const PipewireLock held = lock();
  if (done_ == asked) return Done{};
  if (is_lost_) return unavailable("the PipeWire server closed the connection; start it again");
  return unavailable("the PipeWire server does not answer within 2 s; is it stopped?");
}

bool PipewireConnection::wait_for(Nanos patience, const std::function<bool()>& condition) const {
  const Nanos deadline = monotonic_now() + patience;
  while (true) {
    {
      const PipewireLock held = lock();
      if (condition()) return true;
    }
    if (monotonic_now() >= deadline) return false;
    sleep_until(monotonic_now() + kMillisecond);
  }
}

std::string PipewireConnection::property(const char* key) const {
  const PipewireLock held = lock();
  const char* value = properties_ != nullptr ? pw_properties_get(properties_, key) : nullptr;
  return value != nullptr ? value : "";
}

void PipewireConnection::note_info(void* self, const pw_core_info* info) {
  auto* connection = static_cast<PipewireConnection*>(self);
  if (info->version != nullptr) connection->server_version_ = info->version;
  if (info->props == nullptr) return;
  pw_properties_free(connection->properties_);
  connection->properties_ = pw_properties_new_dict(info->props);
}

void PipewireConnection::note_done(void* self, uint32_t id, int seq) {
  if (id == kCoreId) static_cast<PipewireConnection*>(self)->done_ = seq;
}

/// Errors of other objects are answers to what was asked of them, and seen there.
void PipewireConnection::note_error(void* self, uint32_t id, int /*seq*/, int result,
                                    const char* /*message*/) {
  auto* connection = static_cast<PipewireConnection*>(self);
  if (id != kCoreId || result != -EPIPE || connection->is_lost_) return;
  connection->is_lost_ = true;
  connection->on_lost_();
}

std::string pipewire_library_version() {
  const std::string text = pw_get_library_version();  // "0.3.65", in old releases with words before
  const size_t digit = text.find_first_of("0123456789");
  return digit == std::string::npos ? text : text.substr(digit);
}

bool is_pipewire_at_least(const std::string& version, int major, int minor, int micro) {
  int has[3] = {-1, 0, 0};
  std::sscanf(version.c_str(), "%d.%d.%d", &has[0], &has[1], &has[2]);  // NOLINT(cert-err34-c)
  if (has[0] != major) return has[0] > major;
  if (has[1] != minor) return has[1] > minor;
  return has[2] >= micro;
}

}  // namespace holdfast::audio
