// SPDX-License-Identifier: MIT
// Loads a collector as a fleet would: connections that each send a batch of reports, wait for the
// answers, and send the next. Counts what was acknowledged as stored, and how long each batch took.
// One of nine reports has glitches, as it is when clean sessions are sampled 1 of 50.
//
// usage: collect_load PORT TOKEN CONNECTIONS BATCH SECONDS   (one JSON object on stdout)
#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "core/report_forms.h"

namespace {

using Clock = std::chrono::steady_clock;

constexpr uint64_t kInstalls = 400'000;
constexpr uint64_t kGlitchedOneOf = 9;

/// A report whose id, installation and hour are written over.
struct Template {
  std::string text;
  size_t id = 0;
  size_t install = 0;

  explicit Template(const std::string& name, int64_t hour) {
    std::ifstream file(HF_SOURCE_DIR "/tests/fuzz/seeds/field_reports/" + name + ".json");
    text.assign(std::istreambuf_iterator<char>(file), {});
    id = place_of("\"report_id\":\"");
    install = place_of("\"install\":\"");
    const std::string now = holdfast::report_hour_text(hour);
    text.replace(place_of("\"start_hour\":\""), now.size(), now);
  }
  [[nodiscard]] size_t place_of(const std::string& before) const {
    return text.find(before) + before.size();
  }
};

/// Draws reports, each with an id of its own.
class Fleet {
 public:
  explicit Fleet(int64_t hour)
      : clean_("clean", hour), glitched_("glitched", hour), time_ms_(hour * 3'600'000) {}

  void append(std::string& body) {
    const Template& chosen = draw_() % kGlitchedOneOf == 0 ? glitched_ : clean_;
    const size_t at = body.size();
    body += chosen.text;
    const std::string id = new_id();
    body.replace(at + chosen.id, id.size(), id);
    const std::string install = holdfast::install_text(draw_() % kInstalls * 0x9E3779B97F4A7C15);
    body.replace(at + chosen.install, install.size(), install);
  }

 private:
  std::string new_id() {
    holdfast::ReportId id{};
    for (size_t i = 0; i < 6; i++) id[i] = static_cast<uint8_t>(time_ms_ >> (40 - 8 * i));
    const uint64_t random[2] = {draw_(), draw_()};
    for (size_t i = 6; i < id.size(); i++) {
      id[i] = static_cast<uint8_t>(random[i % 2] >> (8 * (i / 2 - 3)));
    }
    id[6] = static_cast<uint8_t>((id[6] & 15) | 0x70);
    id[8] = static_cast<uint8_t>((id[8] & 63) | 0x80);
    return holdfast::report_id_text(id);
  }

  Template clean_;
  Template glitched_;
  int64_t time_ms_;
  std::mt19937_64 draw_{std::random_device{}()};
};

[[noreturn]] void fail(const char* what) {
  std::perror(what);
  std::exit(1);
}

/// One connection: a request under way, and its answer as far as it came.
struct Client {
  int socket = -1;
  std::string request;
  size_t sent = 0;
  bool waits_to_send = false;  ///< What the kernel was asked to tell.
  std::string answer;
  Clock::time_point began;

  void connect(uint16_t port) {
    socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      fail("connect");
    }
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
  }
  /// True once all is sent.
  bool send_more() {
    while (sent < request.size()) {
      const ssize_t count =
          ::send(socket, request.data() + sent, request.size() - sent, MSG_DONTWAIT | MSG_NOSIGNAL);
      if (count < 0 && errno == EAGAIN) return false;
      if (count < 0) fail("send");
      sent += static_cast<size_t>(count);
    }
    return true;
  }
  /// True once the answer is whole.
  bool receive_more() {
    char piece[16384];
    const ssize_t count = recv(socket, piece, sizeof piece, MSG_DONTWAIT);
    if (count < 0 && errno == EAGAIN) return false;
    if (count <= 0) fail("recv");
    answer.append(piece, static_cast<size_t>(count));
    const size_t head = answer.find("\r\n\r\n");
    const size_t length = answer.find("Content-Length: ");
    if (head == std::string::npos || length == std::string::npos) return false;
    return answer.size() >= head + 4 + std::strtoull(answer.c_str() + length + 16, nullptr, 10);
  }
  [[nodiscard]] uint64_t stored() const {
    uint64_t count = 0;
    for (size_t at = answer.find("\"stored\""); at != std::string::npos;
         at = answer.find("\"stored\"", at + 8)) {
      count++;
    }
    return count;
  }
};

/// All connections for a while.
class Load {
 public:
  Load(uint16_t port, std::string token, size_t connections, size_t batch)
      : token_(std::move(token)), batch_(batch), clients_(connections) {
    for (Client& client : clients_) {
      client.connect(port);
      epoll_event event{};
      event.events = EPOLLIN;
      event.data.ptr = &client;
      epoll_ctl(poll_, EPOLL_CTL_ADD, client.socket, &event);
      begin(client);
    }
  }

  void run(double seconds) {
    const auto end = Clock::now() + std::chrono::duration<double>(seconds);
    std::vector<epoll_event> events(clients_.size());
    while (Clock::now() < end) {
      const int count = epoll_wait(poll_, events.data(), static_cast<int>(events.size()), 100);
      for (int i = 0; i < count; i++)
        serve(*static_cast<Client*>(events[static_cast<size_t>(i)].data.ptr));
    }
  }

  void print(double seconds) {
    std::sort(latencies_ms_.begin(), latencies_ms_.end());
    const auto quantile = [this](double share) {
      if (latencies_ms_.empty()) return 0.0;
      return latencies_ms_[static_cast<size_t>(share *
                                               static_cast<double>(latencies_ms_.size() - 1))];
    };
    std::printf(
        "{\"stored\":%llu,\"not_stored\":%llu,\"requests\":%zu,\"per_second\":%.0f,"
        "\"p50_ms\":%.3f,\"p99_ms\":%.3f,\"max_ms\":%.3f}\n",
        static_cast<unsigned long long>(stored_),
        static_cast<unsigned long long>(latencies_ms_.size() * batch_ - stored_),
        latencies_ms_.size(), static_cast<double>(stored_) / seconds, quantile(0.5), quantile(0.99),
        quantile(1));
  }

 private:
  void begin(Client& client) {
    std::string body;
    for (size_t i = 0; i < batch_; i++) fleet_.append(body);
    client.request =
        "POST /v1/reports HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + token_ +
        "\r\nContent-Type: application/x-ndjson\r\nContent-Length: " + std::to_string(body.size()) +
        "\r\n\r\n" + body;
    client.sent = 0;
    client.answer.clear();
    client.began = Clock::now();
    watch(client, !client.send_more());
  }
  void watch(Client& client, bool for_sending) const {
    if (for_sending == client.waits_to_send) return;
    client.waits_to_send = for_sending;
    epoll_event event{};
    event.events = for_sending ? EPOLLOUT : EPOLLIN;
    event.data.ptr = &client;
    epoll_ctl(poll_, EPOLL_CTL_MOD, client.socket, &event);
  }
  void serve(Client& client) {
    if (client.sent < client.request.size()) {
      if (client.send_more()) watch(client, false);
      return;
    }
    if (!client.receive_more()) return;
    stored_ += client.stored();
    latencies_ms_.push_back(
        std::chrono::duration<double, std::milli>(Clock::now() - client.began).count());
    begin(client);
  }

  std::string token_;
  size_t batch_;
  std::vector<Client> clients_;
  Fleet fleet_{std::chrono::duration_cast<std::chrono::hours>(
                   std::chrono::system_clock::now().time_since_epoch())
                   .count()};
  int poll_ = epoll_create1(EPOLL_CLOEXEC);
  uint64_t stored_ = 0;
  std::vector<double> latencies_ms_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 6) {
    std::fprintf(stderr, "usage: %s PORT TOKEN CONNECTIONS BATCH SECONDS\n", argv[0]);
    return 2;
  }
  const double seconds = std::strtod(argv[5], nullptr);
  Load load(static_cast<uint16_t>(std::atoi(argv[1])), argv[2], std::strtoul(argv[3], nullptr, 10),
            std::strtoul(argv[4], nullptr, 10));
  load.run(seconds);
  load.print(seconds);
  return 0;
}
