#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

namespace litezoo::fetcher {

// Values by name, each made once: who asks for it meanwhile waits. A failure to make one is the
// asker's alone; the next one tries again. References stay valid. Any thread.
template <typename Value>
class OnceMap {
 public:
  template <typename Make>
  Value& at(const std::string& key, const Make& make) {
    const std::shared_ptr<Slot> slot = find(key);
    const std::scoped_lock lock(slot->mutex);
    if (!slot->value) slot->value.emplace(make());
    return *slot->value;
  }

 private:
  struct Slot {
    std::mutex mutex;
    std::optional<Value> value;
  };

  std::shared_ptr<Slot> find(const std::string& key) {
    const std::scoped_lock lock(mutex_);
    auto& slot = slots_[key];
    if (!slot) slot = std::make_shared<Slot>();
    return slot;
  }

  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<Slot>> slots_;
};

}  // namespace litezoo::fetcher
