// SPDX-License-Identifier: MIT
#include "cmd/graph_followers.h"

#include <unistd.h>

#include <algorithm>

#include "cmd/protect.h"
#include "core/thread_choice.h"
#include "probe/process_linux.h"

namespace holdfast::cmd {
namespace {

/// "jackd (1234)"; the main thread's name is the program's.
std::string program_name(const std::vector<TaskStat>& threads, pid_t process) {
  const auto main_thread = std::find_if(threads.begin(), threads.end(),
                                        [&](const TaskStat& task) { return task.id == process; });
  const std::string name = main_thread != threads.end() ? main_thread->name : "process";
  return name + " (" + std::to_string(process) + ")";
}

void tell_limitations(const session::Observer& observer, const CountOptions& options,
                      const std::string& program, SessionInfo& info) {
  for (const Unavailable& missing : observer.limitations()) {
    const std::string& remedy = missing.how_to_get_it;
    info.limitations.push_back(program + ": " + missing.why +
                               (remedy.empty() ? "" : "; " + remedy));
  }
  std::vector<MemoryRange> touched;
  if (!options.is_unlocked) touched = observer.working_set();
  for (const std::string& limitation : protect_observer(observer.thread_id(), touched)) {
    info.limitations.push_back(program);
    info.limitations.back().append(": ").append(limitation);
  }
}

Result<std::unique_ptr<session::Observer>> follow(pid_t process, bool is_server,
                                                  const CountOptions& options,
                                                  session::LiveRun& run, SessionInfo& info) {
  HF_TRY_ASSIGN(const std::vector<TaskStat> threads, probe::read_threads(process));
  HF_TRY_ASSIGN(const ThreadChoice choice, choose_thread(threads, process, ""));
  session::Observer::Options wanted;
  wanted.pid = process;
  wanted.thread = choice.thread.id;
  wanted.most = parse_observation(options.observe).value_or(Observation::kNone);
  wanted.is_follower = true;
  std::unique_ptr<session::Observer> observer = session::Observer::start(wanted);
  run.follow(*observer, wanted.thread);
  const std::string name = program_name(threads, process);
  info.followed.push_back({name, is_server, observer->level(), wanted.thread});
  if (realtime_threads(threads).empty()) {
    info.limitations.push_back(name + " has no real-time thread: its main thread is looked at, " +
                               "which may not be the one that runs the cycles; give it real-time "
                               "priority");
  }
  tell_limitations(*observer, options, name, info);
  return observer;
}

}  // namespace

Result<GraphFollowers> follow_graph(const CountOptions& options, const OpenedDevice& opened,
                                    SessionInfo& info) {
  if (opened.server == 0) {
    return unavailable("--follow-server: " + opened.capabilities.device +
                       " has no server that could be late; leave the option out");
  }
  GraphFollowers followers;
  HF_TRY_ASSIGN(followers.emplace_back(), follow(opened.server, true, options, *opened.run, info));
  for (const pid_t process : opened.device->programs_before_us()) {
    if (process == opened.server || process == getpid()) continue;
    if (info.followed.size() == kMostFollowed) {
      info.limitations.emplace_back("more programs come before us than can be followed");
      break;
    }
    auto follower = follow(process, false, options, *opened.run, info);
    if (follower) {
      followers.push_back(std::move(*follower));
    } else {
      info.limitations.push_back("program before us is not followed: " + follower.error().what);
    }
  }
  return followers;
}

}  // namespace holdfast::cmd
