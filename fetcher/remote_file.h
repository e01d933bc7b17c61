#pragma once

#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "base/units.h"
#include "fetcher/remote_stream.h"
#include "fetcher/session.h"
#include "fetcher/sources.h"

namespace litezoo::fetcher {

// A file on a server as memory: pages are fetched when they are first looked at. It is tied to one
// version of the file. One object at a time in a process, because the kernel's report of a page
// that is not there is a signal (SIGSEGV); other faults are passed on to who handled it before.
class RemoteFile {
 public:
  // Asks for the file's beginning, at the place's next address where one has no file. Throws
  // Error(unsupported) when the server gives no ranges, so that the caller can fetch the file
  // instead, Error(network or not_found).
  RemoteFile(Session& session, const Place& place);
  RemoteFile(const RemoteFile&) = delete;
  RemoteFile& operator=(const RemoteFile&) = delete;
  ~RemoteFile();

  // Reading it blocks while bytes come; what could not be had reads as zeros, see check(). From one
  // thread at a time.
  std::span<const std::byte> bytes() const noexcept;

  // Makes bytes() a part of the file that begins at a page, however it lies there: a member of a
  // bundle. What bytes() gave before is gone. [from, from + size) must lie in the file.
  void show_part(std::uint64_t from, std::uint64_t size);
  std::uint64_t file_size() const noexcept;

  // [from, to) of the file by one request, in order and as it comes, for what is read through
  // anyway; bytes() stays what it is. `piece` gives false when it has enough. Throws as
  // RemoteStream does, and what `piece` throws.
  void stream(std::uint64_t from, std::uint64_t to,
              const std::function<bool(std::span<const std::byte>)>& piece);

  // Throws what went wrong on the way to a page that was looked at.
  void check() const;

  ReadCost cost() const noexcept;

 private:
  struct Pages;
  std::unique_ptr<Pages> pages_;
};

}  // namespace litezoo::fetcher
