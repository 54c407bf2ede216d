// SPDX-License-Identifier: MIT
// The name may hold ") R 1 (": it ends at the last parenthesis of the line, since only numbers and
// the one-letter state follow.
#include "core/proc_stat.h"

#include "core/kernel_text.h"

namespace holdfast {
namespace {

// sched_getscheduler() and some kernels' stat carry it in the policy.
constexpr uint32_t kResetOnFork = 0x40000000;

Error bad_line(std::string_view line) {
  return Error{ErrorKind::kBadData, 0, "not a stat line: '" + std::string(line) + "'"};
}

/// Fields 3 and later, by their number in proc(5).
class Fields {
 public:
  explicit Fields(std::string_view text) : reader_(text) {}

  /// Field `number`; ask in rising order. Empty past the end of the line.
  std::string_view at(int number) {
    for (; next_ < number; ++next_) reader_.take_field();
    ++next_;
    return reader_.take_field();
  }
  template <class Integer>
  bool read(int number, Integer& target) {
    const auto value = parse_number<Integer>(at(number));
    if (value) target = *value;
    return value.has_value();
  }

 private:
  TextReader reader_;
  int next_ = 3;
};

bool read_fields(std::string_view after_name, TaskStat& stat) {
  Fields fields(after_name);
  const std::string_view state = fields.at(3);
  uint32_t policy = 0;
  if (state.size() != 1 || !fields.read(10, stat.minor_faults) ||
      !fields.read(12, stat.major_faults) || !fields.read(14, stat.user_ticks) ||
      !fields.read(15, stat.system_ticks) || !fields.read(40, stat.rt_priority) ||
      !fields.read(41, policy)) {
    return false;
  }
  stat.state = state[0];
  stat.policy = static_cast<SchedulingPolicy>(policy & ~kResetOnFork);
  return true;
}

}  // namespace

bool TaskStat::is_realtime() const {
  return policy == SchedulingPolicy::kFifo || policy == SchedulingPolicy::kRoundRobin ||
         policy == SchedulingPolicy::kDeadline;
}

Result<TaskStat> parse_proc_stat(std::string_view line) {
  line = line.substr(0, line.find_last_not_of('\n') + 1);
  const size_t open = line.find(" (");
  const size_t close = line.rfind(')');
  if (open == std::string_view::npos || close == std::string_view::npos || close < open + 2) {
    return bad_line(line);
  }
  TaskStat stat;
  const auto id = parse_number<int>(line.substr(0, open));
  if (!id || !read_fields(line.substr(close + 1), stat)) return bad_line(line);
  stat.id = *id;
  stat.name = line.substr(open + 2, close - open - 2);
  return stat;
}

std::string to_text(SchedulingPolicy policy) {
  switch (policy) {
    case SchedulingPolicy::kOther:
      return "SCHED_OTHER";
    case SchedulingPolicy::kFifo:
      return "SCHED_FIFO";
    case SchedulingPolicy::kRoundRobin:
      return "SCHED_RR";
    case SchedulingPolicy::kBatch:
      return "SCHED_BATCH";
    case SchedulingPolicy::kIdle:
      return "SCHED_IDLE";
    case SchedulingPolicy::kDeadline:
      return "SCHED_DEADLINE";
    case SchedulingPolicy::kExtensible:
      return "SCHED_EXT";
  }
  return "policy " + std::to_string(static_cast<uint32_t>(policy));
}

}  // namespace holdfast
