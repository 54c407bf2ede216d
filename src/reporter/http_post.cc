// SPDX-License-Identifier: MIT
#include "reporter/http_post.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "probe/optional_library.h"

namespace holdfast::reporter {
namespace {

constexpr long kConnectSeconds = 10;

/// The functions of libcurl that it takes; its interface has been stable since 2006.
struct Curl {
  decltype(&::curl_global_init) global_init = nullptr;
  decltype(&::curl_easy_init) init = nullptr;
  decltype(&::curl_easy_cleanup) cleanup = nullptr;
  decltype(&::curl_easy_setopt) setopt = nullptr;
  decltype(&::curl_easy_perform) perform = nullptr;
  decltype(&::curl_easy_getinfo) getinfo = nullptr;
  decltype(&::curl_easy_strerror) strerror = nullptr;
  decltype(&::curl_slist_append) append = nullptr;
  decltype(&::curl_slist_free_all) free_all = nullptr;

  bool load() {
    const probe::OptionalLibrary library({"libcurl.so.4", "libcurl-gnutls.so.4"});
    return library.find("curl_global_init", global_init) && library.find("curl_easy_init", init) &&
           library.find("curl_easy_cleanup", cleanup) && library.find("curl_easy_setopt", setopt) &&
           library.find("curl_easy_perform", perform) &&
           library.find("curl_easy_getinfo", getinfo) &&
           library.find("curl_easy_strerror", strerror) &&
           library.find("curl_slist_append", append) &&
           library.find("curl_slist_free_all", free_all);
  }
};

/// Where a reply goes, and how much of it.
struct ReplyRoom {
  std::string& body;
  size_t most_bytes;
};

size_t take_reply(char* data, size_t size, size_t count, void* target) {
  const auto& [body, most] = *static_cast<const ReplyRoom*>(target);
  body.append(data, std::min(size * count, most - std::min(body.size(), most)));
  return size * count;
}

int is_stopped(void* should_stop, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  const auto& asks = *static_cast<const std::function<bool()>*>(should_stop);
  return asks && asks() ? 1 : 0;
}

}  // namespace

struct HttpPost::Transfer {
  Curl curl;
  CURL* handle = nullptr;
  std::function<bool()> should_stop;
  HttpPostLimits limits;

  Transfer() = default;
  Transfer(const Transfer&) = delete;
  Transfer& operator=(const Transfer&) = delete;
  ~Transfer() {
    if (handle != nullptr) curl.cleanup(handle);
  }

  void set_up(const std::string& url) {
    curl.setopt(handle, CURLOPT_URL, url.c_str());
    curl.setopt(handle, CURLOPT_PROTOCOLS_STR, "http,https");
    curl.setopt(handle, CURLOPT_NOSIGNAL, 1L);
    curl.setopt(handle, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
    curl.setopt(handle, CURLOPT_TIMEOUT, limits.whole_seconds);
    curl.setopt(handle, CURLOPT_POST, 1L);
    curl.setopt(handle, CURLOPT_WRITEFUNCTION, take_reply);
    curl.setopt(handle, CURLOPT_NOPROGRESS, 0L);
    curl.setopt(handle, CURLOPT_XFERINFOFUNCTION, is_stopped);
    curl.setopt(handle, CURLOPT_XFERINFODATA, &should_stop);
  }
};

HttpPost::HttpPost(std::unique_ptr<Transfer> transfer) : transfer_(std::move(transfer)) {}
HttpPost::HttpPost(HttpPost&&) noexcept = default;
HttpPost& HttpPost::operator=(HttpPost&&) noexcept = default;
HttpPost::~HttpPost() = default;

Result<> check_address(const std::string& url) {
  if (url.starts_with("http://") || url.starts_with("https://")) return Done{};
  return usage_error("the address '" + url + "' does not begin with http:// or https://");
}

Result<HttpPost> HttpPost::open(const std::string& url, std::function<bool()> should_stop,
                                HttpPostLimits limits) {
  HF_TRY(check_address(url));
  auto transfer = std::make_unique<Transfer>();
  transfer->should_stop = std::move(should_stop);
  transfer->limits = limits;
  if (!transfer->curl.load()) {
    return unavailable("libcurl is not installed; on Debian: apt install libcurl4");
  }
  transfer->curl.global_init(CURL_GLOBAL_DEFAULT);
  transfer->handle = transfer->curl.init();
  if (transfer->handle == nullptr) return unavailable("libcurl cannot start");
  transfer->set_up(url);
  return HttpPost(std::move(transfer));
}

HttpReply HttpPost::send(std::string_view body, const std::vector<std::string>& headers) {
  const Curl& curl = transfer_->curl;
  HttpReply reply;
  // An empty Expect: no second round trip to ask whether it may be sent.
  curl_slist* list = curl.append(nullptr, "Expect:");
  for (const std::string& header : headers) list = curl.append(list, header.c_str());
  CURL* handle = transfer_->handle;
  curl.setopt(handle, CURLOPT_HTTPHEADER, list);
  curl.setopt(handle, CURLOPT_POSTFIELDS, body.data());
  curl.setopt(handle, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  ReplyRoom room{reply.body, transfer_->limits.most_reply_bytes};
  curl.setopt(handle, CURLOPT_WRITEDATA, &room);
  const CURLcode code = curl.perform(handle);
  curl.free_all(list);
  if (code != CURLE_OK) {
    reply.body.clear();
    reply.error = curl.strerror(code);
    return reply;
  }
  long status = 0;
  curl.getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  curl_off_t retry_after = 0;
  curl.getinfo(handle, CURLINFO_RETRY_AFTER, &retry_after);
  if (retry_after > 0) reply.retry_after_s = retry_after;
  return reply;
}

}  // namespace holdfast::reporter
