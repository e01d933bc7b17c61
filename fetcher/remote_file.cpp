#include "fetcher/remote_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <thread>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "fetcher/answer_check.h"
#include "fetcher/ask.h"
#include "fetcher/paged_memory.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

constexpr std::uint64_t kFirst = std::uint64_t{16} << 10;
// An appended archive's directory is searched for in as much of the end.
constexpr std::uint64_t kTail = (std::uint64_t{64} << 10) + 22;
constexpr std::uint64_t kMostAhead = std::uint64_t{1} << 20;

struct Pipe {
  FileDescriptor out, in;
  Pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("cannot make a pipe", errno);
    out = FileDescriptor(ends[0]);
    in = FileDescriptor(ends[1]);
  }
};

// What the signal's handler sees: nothing but numbers and descriptors.
struct Watched {
  std::atomic<std::uintptr_t> begin = 0, end = 0;
  std::atomic<int> ask = -1, answer = -1;
  struct sigaction before {};
};
Watched watched;

void pass_on(int number, siginfo_t* info, void* context) {
  const struct sigaction& before = watched.before;
  if ((before.sa_flags & SA_SIGINFO) != 0 && before.sa_sigaction != nullptr) {
    return before.sa_sigaction(number, info, context);
  }
  if (before.sa_handler != SIG_DFL && before.sa_handler != SIG_IGN) {
    return before.sa_handler(number);
  }
  // The access is made again, and then ends the process as it should.
  ::signal(number, SIG_DFL);
}

// A signal such as Ctrl-C's may come while the kernel waits.
template <typename Call>
ssize_t retried(const Call& call) {
  for (;;) {
    const ssize_t count = call();
    if (count >= 0 || errno != EINTR) return count;
  }
}

void on_fault(int number, siginfo_t* info, void* context) {
  const auto address = reinterpret_cast<std::uintptr_t>(info->si_addr);
  if (address < watched.begin || address >= watched.end) return pass_on(number, info, context);
  const int saved = errno;
  // The reader stands still in this handler until the other thread has filled the page, so that
  // only read and write, which signal handlers may call, are needed here.
  char done = 0;
  const bool answered =
      retried([&] { return ::write(watched.ask, &address, sizeof(address)); }) == sizeof(address) &&
      retried([&] { return ::read(watched.answer, &done, 1); }) == 1;
  if (!answered) ::_exit(70);
  errno = saved;
}

}  // namespace

struct RemoteFile::Pages {
  Session& session;
  const Place place;
  std::string url;  // the one of the place's addresses that is read
  std::string shown;
  std::string direct;  // where the last answer came from: redirects are followed once
  std::optional<std::uint64_t> total;  // the file's size, once an answer told it
  std::string validator;
  std::uint64_t begin = 0;  // of what is shown, in the file
  std::unique_ptr<PagedMemory> memory;
  std::uint64_t last_from = 0, last_to = 0, ahead = 0;
  bool tail_asked = false;
  ReadCost cost;
  std::exception_ptr failure;
  Pipe ask, answer;
  std::thread thread;

  Pages(Session& given, const Place& where) : session(given), place(where) {}
  Pages(const Pages&) = delete;
  Pages& operator=(const Pages&) = delete;
  ~Pages() {
    watched.begin = watched.end = 0;
    if (thread.joinable()) {
      ::sigaction(SIGSEGV, &watched.before, nullptr);
      constexpr std::uintptr_t kStop = 0;
      static_cast<void>(retried([&] { return ::write(ask.in.number(), &kStop, sizeof(kStop)); }));
      thread.join();
    }
  }

  // Places are counted in the file here.
  std::string get(std::uint64_t from, std::uint64_t to) {
    std::string body;
    HttpSink sink;
    sink.head = [&](const HttpHead& head) { accept(head, from); };
    sink.body = [&](std::span<const std::byte> bytes) {
      body += as_text(bytes);
      if (body.size() > to - from) throw_not_in_parts("its server sends more than was asked for");
    };
    const auto once = [&] {
      body.clear();
      return ask_for(from, to, sink);
    };
    HttpReply reply = fetcher::ask(session, once);
    if (reply.status() == 403 && direct != url) {
      // A signed address that has run out.
      direct = url;
      reply = fetcher::ask(session, once);
    }
    // Also for no byte at all, as of an empty file.
    if (reply.status() == 416 && !total) {
      const bool empty = reply.hops.back().header("content-range") == "bytes */0";
      throw_not_in_parts(empty ? "it is empty" : "its server refuses ranges");
    }
    require_success(reply, url);
    direct = reply.hops.back().url;
    cost.received.count += body.size();
    if (body.size() != std::min(to, *total) - from) {
      throw Error(ErrorKind::network, "'" + shown + "' gave less than was asked; try again");
    }
    return body;
  }

  HttpReply ask_for(std::uint64_t from, std::uint64_t to, const HttpSink& sink) {
    HttpRequest request;
    request.url = direct;
    request.headers = place.headers;
    request.headers.push_back("Range: bytes=" + std::to_string(from) + "-" +
                              std::to_string(to - 1));
    if (direct == place.urls.front()) request.authorization = place.authorization;
    request.ca_file = place.ca_file;
    ++cost.requests;
    return session.transport().send(request, sink);
  }

  [[noreturn]] void throw_not_in_parts(const std::string& why,
                                       std::optional<std::uint64_t> size = {}) const {
    throw Error(ErrorKind::unsupported, "'" + shown + "'" +
                                            (size ? " of " + to_text(Bytes{*size}) : "") +
                                            " cannot be read in parts, because " + why);
  }

  // Every part must be of the same version of the file.
  void accept(const HttpHead& head, std::uint64_t from) {
    require_file_head(head, shown);
    const auto range = content_range(head);
    if (head.status != 206) {
      const auto size = content_length(head);
      if (size == 0) throw_not_in_parts("it is empty");
      throw_not_in_parts("its server takes no ranges", size);
    }
    if (!range || !range->total) throw_not_in_parts("its server does not say which part it sends");
    if (range->first != from) throw_not_in_parts("its server sends other parts than asked for");
    if (!total) {
      total = range->total;
      validator = validator_of(head);
    }
    if (range->total != total || validator_of(head) != validator) {
      throw Error(ErrorKind::network, "'" + shown + "' changed while it was read; try again");
    }
    if (*total > session.settings().size_limit.count) {
      throw Error(ErrorKind::corrupt, "'" + shown + "' is larger than the " +
                                          to_text(session.settings().size_limit) + " allowed");
    }
  }

  std::string get_start() {
    for (std::size_t i = 0;; ++i) {
      url = direct = place.urls.at(i);
      shown = escape_for_terminal(without_query(url));
      total.reset();
      try {
        return get(0, kFirst);
      } catch (const Error& error) {
        if (!may_be_had_elsewhere(error) || i + 1 >= place.urls.size()) throw;
      }
    }
  }

  void open() {
    const std::string start = get_start();
    require_file_start(std::string_view(start).substr(0, 512), start.size(), shown);
    show(0, *total);
    memory->put(0, start);
    last_to = start.size();
    watch();
  }

  // From the reading thread: the other one then has nothing to do.
  void show(std::uint64_t from, std::uint64_t size) {
    auto next = std::make_unique<PagedMemory>(size, shown);
    if (memory) take_over(from, *next);
    watched.begin = watched.end = 0;
    memory = std::move(next);
    begin = from;
    last_from = last_to = 0;
    tail_asked = false;
    // Up to a hundred and twenty-eighth of the file at a time, so that many places stay cheap.
    ahead = std::clamp(PagedMemory::down(size / 128), 2 * PagedMemory::page_size(), kMostAhead / 4);
    watched.end = reinterpret_cast<std::uintptr_t>(memory->data()) + memory->mapped();
    watched.begin = reinterpret_cast<std::uintptr_t>(memory->data());
  }

  // What has come already of a part that begins at `from` in the file.
  void take_over(std::uint64_t from, PagedMemory& part) const {
    const std::uint64_t end = begin + memory->size();
    for (std::uint64_t at = 0; at < part.size(); at += PagedMemory::page_size()) {
      const std::uint64_t first = from + at;
      const std::uint64_t count = std::min(part.size() - at, PagedMemory::page_size());
      if (first < begin || first + count > end) continue;
      const std::uint64_t here = first - begin;
      if (!memory->has(here) || !memory->has(here + count - 1)) continue;
      part.put(at, as_text({memory->data() + here, static_cast<std::size_t>(count)}));
    }
  }

  void watch() {
    watched.ask = ask.in.number();
    watched.answer = answer.out.number();
    thread = std::thread([this] { serve(); });
    struct sigaction action {};
    action.sa_sigaction = &on_fault;
    // Ctrl-C may still come meanwhile; it only sets a flag.
    action.sa_flags = SA_SIGINFO;
    sigemptyset(&action.sa_mask);
    ::sigaction(SIGSEGV, &action, &watched.before);
  }

  // The thread that answers the faults of the reading one.
  void serve() {
    std::uintptr_t address = 0;
    const auto take = [&] { return ::read(ask.out.number(), &address, sizeof(address)); };
    while (retried(take) == sizeof(address)) {
      if (address == 0) return;
      const auto offset = address - reinterpret_cast<std::uintptr_t>(memory->data());
      try {
        if (!failure) fetch_around(offset);
      } catch (...) {
        failure = std::current_exception();
      }
      // After a failure everything reads as zeros; check() tells.
      if (failure) memory->open_all();
      const char done = 1;
      if (retried([&] { return ::write(answer.in.number(), &done, 1); }) != 1) return;
    }
  }

  // Places are counted in what is shown from here on.
  void fetch_around(std::uint64_t offset) {
    const std::uint64_t size = memory->size();
    std::uint64_t from = PagedMemory::down(offset);
    std::uint64_t to = 0;
    const std::uint64_t tail = PagedMemory::down(size - std::min(size, kTail));
    if (!tail_asked && from >= tail) {
      tail_asked = true;
      from = tail;
      to = size;
    } else {
      // Tables that lie side by side are looked at one after the other, in either direction.
      const bool onward = from == PagedMemory::up(last_to);
      const bool backward = PagedMemory::up(offset + 1) == last_from;
      if (onward || backward) ahead = std::min(2 * ahead, kMostAhead);
      if (backward) {
        to = from + PagedMemory::page_size();
        from = to - std::min(to, ahead);
      } else {
        to = from + ahead;
      }
      to = std::min(to, size);
    }
    trim(from, to, PagedMemory::down(offset));
    memory->put(from, get(begin + from, begin + to));
    last_from = from;
    last_to = to;
  }

  // Cuts off what is here already, keeping the page that is wanted.
  void trim(std::uint64_t& from, std::uint64_t& to, std::uint64_t wanted) const {
    std::uint64_t end = wanted + PagedMemory::page_size();
    while (end < to && !memory->has(end)) end += PagedMemory::page_size();
    to = std::min(to, end);
    std::uint64_t first = wanted;
    while (first > from && !memory->has(first - PagedMemory::page_size())) {
      first -= PagedMemory::page_size();
    }
    from = first;
  }
};

RemoteFile::RemoteFile(Session& session, const Place& place)
    : pages_(std::make_unique<Pages>(session, place)) {
  pages_->open();
}

RemoteFile::~RemoteFile() = default;

std::span<const std::byte> RemoteFile::bytes() const noexcept {
  const PagedMemory& memory = *pages_->memory;
  return {memory.data(), static_cast<std::size_t>(memory.size())};
}

void RemoteFile::show_part(std::uint64_t from, std::uint64_t size) {
  pages_->show(from, size);
}

void RemoteFile::stream(std::uint64_t from, std::uint64_t to,
                        const std::function<bool(std::span<const std::byte>)>& piece) {
  check();
  Place place = pages_->place;
  if (pages_->url != place.urls.front()) place.authorization.clear();
  place.urls = {pages_->url};
  RemoteStream stream(pages_->session, place,
                      RemoteStream::Part{from, to, *pages_->total, pages_->validator});
  const auto count = [&] {
    pages_->cost.requests += stream.cost().requests;
    pages_->cost.received.count += stream.cost().received.count;
  };
  try {
    for (auto bytes = stream.next(); !bytes.empty() && piece(bytes);) bytes = stream.next();
  } catch (...) {
    count();
    throw;
  }
  count();
}

std::uint64_t RemoteFile::file_size() const noexcept {
  return *pages_->total;
}

void RemoteFile::check() const {
  if (pages_->failure) std::rethrow_exception(pages_->failure);
}

ReadCost RemoteFile::cost() const noexcept {
  return pages_->cost;
}

}  // namespace litezoo::fetcher
