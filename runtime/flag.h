#pragma once

namespace litezoo::runtime {

// True from construction to destruction.
class Flag {
 public:
  explicit Flag(bool& flag) : flag_(flag), before_(flag) { flag_ = true; }
  Flag(const Flag&) = delete;
  Flag& operator=(const Flag&) = delete;
  ~Flag() { flag_ = before_; }

 private:
  bool& flag_;
  bool before_;
};

}  // namespace litezoo::runtime
