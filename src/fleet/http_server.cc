// SPDX-License-Identifier: MIT
// The only file that includes Boost.Beast: it takes 15 s to compile.
#include "fleet/http_server.h"

#include <utility>  // before asio: Boost 1.74 uses std::exchange and forgets to say so

#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <charconv>
#include <list>
#include <optional>
#include <unordered_set>

namespace holdfast::fleet {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using tcp = asio::ip::tcp;
using Failure = beast::error_code;

// One executor, known when this is compiled: the default one of asio is copied on the heap.
using Executor = asio::io_context::executor_type;
using Acceptor = asio::basic_socket_acceptor<tcp, Executor>;
using Socket = asio::basic_stream_socket<tcp, Executor>;
using Stream = beast::basic_stream<tcp, Executor>;

constexpr size_t kMostDrained = 1 << 20;
// Of a connection from its begin: head and body of most reports come in one read.
constexpr size_t kUsualRequestBytes = 4096;

class Connection;

/// What the connections share.
struct Shared {
  HttpLimits limits;
  HttpServer::Handler handler;
  HttpCounts counts;
  std::unordered_set<Connection*> connections;
  size_t body_bytes = 0;
  size_t unanswered = 0;
  bool is_stopping = false;
  asio::io_context io{1};  // after what connections use: it takes the last of them with it
  /// Keeps the loop alive while an answer is being made elsewhere.
  std::optional<asio::executor_work_guard<asio::io_context::executor_type>> work;

  /// After stop() the loop may end once nobody waits for an answer.
  void release_when_done() {
    if (is_stopping && unanswered == 0) work.reset();
  }
};

std::string text_of(boost::string_view view) {
  return {view.data(), view.size()};
}

/// One client, one request after the other.
class Connection : public std::enable_shared_from_this<Connection> {
 public:
  Connection(Socket socket, Shared& shared, size_t door)
      : stream_(std::move(socket)), shared_(shared), door_(door) {
    buffer_.reserve(kUsualRequestBytes);
    shared_.connections.insert(this);
    shared_.counts.open++;
  }
  ~Connection() {
    release_body();
    shared_.connections.erase(this);
    shared_.counts.open--;
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void read() {
    if (shared_.is_stopping) return;
    parser_.emplace();
    parser_->header_limit(static_cast<std::uint32_t>(shared_.limits.header_bytes));
    parser_->body_limit(shared_.limits.body_bytes);
    // Once for the whole request: bytes that drip in do not win time.
    stream_.expires_after(std::chrono::milliseconds(shared_.limits.deadline_ms));
    http::async_read_header(stream_, buffer_, *parser_,
                            [self = shared_from_this()](Failure failure, size_t) {
                              failure ? self->give_up(failure) : self->read_body();
                            });
  }

  /// The server stops: what waits for a request goes, what waits for an answer stays.
  void close_unless_answering() {
    if (!is_answering_ && !is_writing_) stream_.socket().close(ignored_);
  }

  /// To somebody for whom there is no room.
  void turn_away() {
    shared_.counts.turned_away++;
    write({503, "text/plain; charset=utf-8", "too many connections\n", {{"Retry-After", "5"}}},
          false);
  }

 private:
  void read_body() {
    const auto length = parser_->content_length();
    const size_t wanted =
        parser_->chunked() || !length
            ? (parser_->chunked() ? shared_.limits.body_bytes : 0)
            : static_cast<size_t>(std::min<uint64_t>(*length, shared_.limits.body_bytes));
    if (shared_.body_bytes + wanted > shared_.limits.bodies_bytes) {
      return write({503, "text/plain; charset=utf-8", "busy\n", {{"Retry-After", "5"}}}, false);
    }
    reserved_ = wanted;
    shared_.body_bytes += wanted;
    Failure failure;
    if (!parser_->is_done() && buffer_.size() > 0) {
      buffer_.consume(parser_->put(buffer_.data(), failure));
      if (failure && failure != http::error::need_more) return give_up(failure);
    }
    if (parser_->is_done()) return handle();
    http::async_read(stream_, buffer_, *parser_,
                     [self = shared_from_this()](Failure failed, size_t) {
                       failed ? self->give_up(failed) : self->handle();
                     });
  }

  void handle() {
    auto& message = parser_->get();
    HttpRequest request;
    request.door = door_;
    request.method = text_of(message.method_string());
    request.target = text_of(message.target());
    request.host = text_of(message[http::field::host]);
    request.authorization = text_of(message[http::field::authorization]);
    request.content_type = text_of(message[http::field::content_type]);
    request.content_encoding = text_of(message[http::field::content_encoding]);
    request.body = std::move(message.body());
    is_head_ = message.method() == http::verb::head;
    const bool keeps_alive = message.keep_alive();
    stream_.expires_never();  // it is our turn now
    is_answering_ = true;
    shared_.counts.requests++;
    shared_.unanswered++;
    shared_.handler(std::move(request),
                    [self = shared_from_this(), keeps_alive](const HttpAnswer& answer) {
                      self->answer(answer, keeps_alive);
                    });
  }

  void answer(const HttpAnswer& answer, bool keeps_alive) {
    is_answering_ = false;
    shared_.unanswered--;
    shared_.release_when_done();
    release_body();
    write(answer, keeps_alive && !shared_.is_stopping);
  }

  /// One piece, written at once: the library's own response is a chain of buffers.
  void write(const HttpAnswer& answer, bool keeps_alive) {
    response_ = "HTTP/1.1 " + std::to_string(answer.status) + " ";
    response_ +=
        text_of(http::obsolete_reason(http::int_to_status(static_cast<unsigned>(answer.status))));
    response_ += "\r\nContent-Type: " + answer.content_type + "\r\n";
    for (const auto& [name, value] : answer.headers) {
      response_.append(name).append(": ").append(value).append("\r\n");
    }
    if (!keeps_alive) response_ += "Connection: close\r\n";
    response_ += "Content-Length: " + std::to_string(answer.body.size()) + "\r\n\r\n";
    if (!is_head_) response_ += answer.body;
    is_writing_ = true;
    stream_.expires_after(std::chrono::milliseconds(shared_.limits.deadline_ms));
    asio::async_write(stream_, asio::buffer(response_),
                      [self = shared_from_this(), keeps_alive](Failure failure, size_t) {
                        self->is_writing_ = false;
                        if (failure) return;
                        keeps_alive ? self->read() : self->end();
                      });
  }

  /// Closing with unread bytes would make the kernel take back what was just answered.
  void end() {
    stream_.socket().shutdown(tcp::socket::shutdown_send, ignored_);
    drain();
  }
  void drain() {
    buffer_.consume(buffer_.size());
    stream_.async_read_some(buffer_.prepare(4096),
                            [self = shared_from_this()](Failure failure, size_t count) {
                              self->drained_ += count;
                              if (!failure && self->drained_ < kMostDrained) self->drain();
                            });
  }

  void give_up(Failure failure) {
    release_body();
    if (failure == beast::error::timeout) {
      // A connection that was merely kept open may time out; one with half a request was abused.
      if (buffer_.size() > 0 || (parser_ && parser_->got_some())) shared_.counts.out_of_time++;
      return;
    }
    const bool is_http =
        failure.category() == http::make_error_code(http::error::end_of_stream).category();
    if (!is_http || failure == http::error::end_of_stream) return;
    if (failure == http::error::partial_message) return;
    shared_.counts.malformed++;
    if (failure == http::error::body_limit)
      return write({413, "text/plain; charset=utf-8", "too large\n", {}}, false);
    if (failure == http::error::header_limit)
      return write({431, "text/plain; charset=utf-8", "header too large\n", {}}, false);
    write({400, "text/plain; charset=utf-8", "not understood\n", {}}, false);
  }

  void release_body() { shared_.body_bytes -= std::exchange(reserved_, 0); }

  Stream stream_;
  Shared& shared_;
  size_t door_;
  beast::flat_buffer buffer_;
  std::optional<http::request_parser<http::string_body>> parser_;
  std::string response_;
  size_t reserved_ = 0;
  size_t drained_ = 0;
  bool is_answering_ = false;
  bool is_writing_ = false;
  bool is_head_ = false;
  Failure ignored_;
};

/// One listening address.
class Door {
 public:
  Door(Shared& shared, size_t number) : shared_(shared), number_(number), acceptor_(shared.io) {}

  Result<> listen(const HttpAddress& address) {
    Failure failure;
    const auto host = asio::ip::make_address(address.host, failure);
    const std::string name = address.host + ":" + std::to_string(address.port);
    if (failure) return usage_error(name + " is no address to listen at");
    const tcp::endpoint endpoint(host, address.port);
    acceptor_.open(endpoint.protocol(), failure);
    if (!failure) acceptor_.set_option(asio::socket_base::reuse_address(true), failure);
    if (!failure) acceptor_.bind(endpoint, failure);
    if (!failure) acceptor_.listen(1024, failure);
    if (failure) return unavailable("cannot listen at " + name + ": " + failure.message());
    return Done{};
  }

  void accept() {
    acceptor_.async_accept([this](Failure failure, Socket socket) {
      if (!acceptor_.is_open()) return;
      if (failure) return accept_later();
      take(std::move(socket));
      accept();
    });
  }

  void close() {
    acceptor_.close(ignored_);
    pause_.cancel();
  }
  [[nodiscard]] uint16_t port() const {
    Failure ignored;
    return acceptor_.local_endpoint(ignored).port();
  }

 private:
  void take(Socket socket) {
    socket.set_option(tcp::no_delay(true), ignored_);
    shared_.counts.accepted++;
    auto connection = std::make_shared<Connection>(std::move(socket), shared_, number_);
    shared_.connections.size() > shared_.limits.connections ? connection->turn_away()
                                                            : connection->read();
  }

  /// Out of descriptors, for instance: asking again at once would only burn a processor.
  void accept_later() {
    pause_.expires_after(std::chrono::milliseconds(50));
    pause_.async_wait([this](Failure failure) {
      if (!failure && acceptor_.is_open()) accept();
    });
  }

  Shared& shared_;
  size_t number_;
  Acceptor acceptor_;
  asio::steady_timer pause_{shared_.io};
  Failure ignored_;
};

/// Calls a function again and again.
class Beat {
 public:
  Beat(asio::io_context& io, int64_t milliseconds, std::function<void()> function)
      : timer_(io), milliseconds_(milliseconds), function_(std::move(function)) {
    wait();
  }
  void stop() { timer_.cancel(); }

 private:
  void wait() {
    timer_.expires_after(std::chrono::milliseconds(milliseconds_));
    timer_.async_wait([this](Failure failure) {
      if (failure) return;
      function_();
      wait();
    });
  }
  asio::steady_timer timer_;
  int64_t milliseconds_;
  std::function<void()> function_;
};

class BeastServer final : public HttpServer {
 public:
  BeastServer(const HttpLimits& limits, Handler handler) {
    shared_.limits = limits;
    shared_.handler = std::move(handler);
    shared_.work.emplace(shared_.io.get_executor());
  }
  ~BeastServer() override { shared_.io.stop(); }

  Result<> listen(const std::vector<HttpAddress>& addresses) {
    for (const HttpAddress& address : addresses) {
      doors_.emplace_back(shared_, doors_.size());
      HF_TRY(doors_.back().listen(address));
    }
    return Done{};
  }

  void run() override {
    for (Door& door : doors_) door.accept();
    shared_.io.run();
  }
  void stop() override {
    post([this] {
      if (std::exchange(shared_.is_stopping, true)) return;
      for (Door& door : doors_) door.close();
      for (Beat& beat : beats_) beat.stop();
      for (Connection* connection : shared_.connections) connection->close_unless_answering();
      shared_.release_when_done();
    });
  }
  void post(std::function<void()> function) override {
    asio::post(shared_.io, std::move(function));
  }
  void every(int64_t milliseconds, std::function<void()> function) override {
    beats_.emplace_back(shared_.io, milliseconds, std::move(function));
  }
  [[nodiscard]] uint16_t port(size_t door) const override {
    auto found = doors_.begin();
    std::advance(found, door);
    return found->port();
  }
  [[nodiscard]] const HttpCounts& counts() const override { return shared_.counts; }

 private:
  Shared shared_;
  std::list<Door> doors_;
  std::list<Beat> beats_;
};

}  // namespace

Result<HttpAddress> parse_http_address(std::string_view text) {
  const Error wrong = not_understood("addresses", text, "like 127.0.0.1:8787 or [::1]:8787");
  const size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong;
  std::string_view host = text.substr(0, colon);
  const std::string_view digits = text.substr(colon + 1);
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  HttpAddress address{std::string(host), 0};
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, address.port);
  Failure failure;
  asio::ip::make_address(address.host, failure);
  if (failure || digits.empty() || parsed.ec != std::errc() || parsed.ptr != end) return wrong;
  return address;
}

bool is_loopback(const HttpAddress& address) {
  Failure failure;
  const auto host = asio::ip::make_address(address.host, failure);
  return !failure && host.is_loopback();
}

Result<std::unique_ptr<HttpServer>> HttpServer::open(const std::vector<HttpAddress>& addresses,
                                                     const HttpLimits& limits, Handler handler) {
  auto server = std::make_unique<BeastServer>(limits, std::move(handler));
  HF_TRY(server->listen(addresses));
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace holdfast::fleet
