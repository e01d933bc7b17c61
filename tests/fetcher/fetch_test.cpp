#include "fetcher/fetch.h"

#include <doctest/doctest.h>
#include <sys/socket.h>

#include <netinet/in.h>

#include <chrono>
#include <vector>

#include "tests/fetcher/workbench.h"

namespace litezoo::fetcher {
namespace {

using Clock = std::chrono::steady_clock;

FetchRequest request_for(const std::vector<std::string>& references, const std::string& content) {
  FetchRequest request;
  request.references = references;
  request.sha256 = sha256_of_text(content);
  request.size = Bytes{content.size()};
  return request;
}

// A port of this machine where connections are never answered: its queue is full.
class SilentPort {
 public:
  SilentPort() : listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto* raw = reinterpret_cast<sockaddr*>(&address);
    socklen_t size = sizeof(address);
    REQUIRE(::bind(listener_.number(), raw, size) == 0);
    REQUIRE(::listen(listener_.number(), 0) == 0);
    REQUIRE(::getsockname(listener_.number(), raw, &size) == 0);
    port_ = ntohs(address.sin_port);
    for (int i = 0; i < 4; ++i) {
      waiting_.emplace_back(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
      static_cast<void>(::connect(waiting_.back().number(), raw, size));
    }
  }
  std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }

 private:
  FileDescriptor listener_;
  std::vector<FileDescriptor> waiting_;
  int port_ = 0;
};

}  // namespace

TEST_CASE("a file comes from the first place that gives the right bytes") {
  Workbench bench;
  const std::string right = random_bytes(50'000, 1);
  const std::string wrong = random_bytes(50'000, 2);
  bench.hub.add_file("/wrong.tflite", wrong);
  bench.hub.add_file("/right.tflite", right);
  Fetcher fetcher(bench.store, Workbench::quick());
  const Fetched fetched = fetcher.fetch(
      request_for({bench.hub.url() + "/absent.tflite", bench.hub.url() + "/wrong.tflite",
                   bench.hub.url() + "/right.tflite"},
                  right));
  CHECK(read_text_file(fetched.path) == right);
  CHECK(fetched.reference == bench.hub.url() + "/right.tflite");
  REQUIRE(fetched.failures.size() == 2);
  CHECK(fetched.failures[0].message.find("does not exist") != std::string::npos);
  CHECK(fetched.failures[1].message.find("wrong bytes") != std::string::npos);
  CHECK(bench.store.list().size() == 1);
}

TEST_CASE("when no place gives the file, one line lists what each said") {
  Workbench bench;
  bench.hub.add_file("/wrong.tflite", "something else");
  Fetcher fetcher(bench.store, Workbench::quick());
  const auto error = error_of([&] {
    fetcher.fetch(request_for({bench.hub.url() + "/absent.tflite", "http://127.0.0.1:1/m.tflite",
                               bench.hub.url() + "/wrong.tflite", "/no/such/file.tflite"},
                              "content"));
  });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::corrupt);
  for (const char* part : {"none of 4 places", "does not exist", "cannot reach 127.0.0.1:1",
                           "more than the 7 B", "/no/such/file.tflite"}) {
    CHECK_MESSAGE(says(error, part), std::string(error->what()));
  }
  CHECK_FALSE(says(error, "\n"));
  CHECK(bench.store.list().empty());
}

TEST_CASE("a place that does not answer is left after the connection's time-out, once a host") {
  Workbench bench;
  const SilentPort silent;
  bench.hub.add_file("/a.tflite", "aaa");
  bench.hub.add_file("/b.tflite", "bbb");
  Fetcher fetcher(bench.store, Workbench::quick());
  const auto start = Clock::now();
  fetcher.fetch(request_for({silent.url() + "/a.tflite", bench.hub.url() + "/a.tflite"}, "aaa"));
  const auto first = Clock::now() - start;
  CHECK(first > std::chrono::milliseconds(300));
  CHECK(first < std::chrono::seconds(5));
  const Fetched fetched = fetcher.fetch(
      request_for({silent.url() + "/b.tflite", bench.hub.url() + "/b.tflite"}, "bbb"));
  CHECK(fetched.failures.front().message.find("as before") != std::string::npos);
}

TEST_CASE("a stored file needs no network, and --offline uses none") {
  Workbench bench;
  const std::string content = random_bytes(1000);
  bench.hub.add_file("/m.tflite", content);
  const auto request = request_for({bench.hub.url() + "/m.tflite"}, content);
  FetchSettings offline = Workbench::quick();
  offline.offline = true;
  const auto error = error_of([&] { Fetcher(bench.store, offline).fetch(request); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::network);
  CHECK(says(error, "--offline"));
  CHECK(bench.hub.requests().empty());
  CHECK_FALSE(Fetcher(bench.store, Workbench::quick()).fetch(request).from_store);
  bench.hub.forget_requests();
  CHECK(Fetcher(bench.store, offline).fetch(request).from_store);
  CHECK(Fetcher(bench.store, Workbench::quick()).fetch(request).from_store);
  CHECK(bench.hub.requests().empty());
  const std::string prefix = "sha256:" + sha256_of_text(content).substr(0, 12);
  FetchRequest by_digest;
  by_digest.references = {prefix};
  CHECK(Fetcher(bench.store, offline).fetch(by_digest).sha256 == request.sha256);
}

TEST_CASE("a damaged stored file is fetched anew") {
  Workbench bench;
  const std::string content = random_bytes(1000);
  bench.hub.add_file("/m.tflite", content);
  const auto request = request_for({bench.hub.url() + "/m.tflite"}, content);
  const Fetched first = Fetcher(bench.store, Workbench::quick()).fetch(request);
  std::filesystem::permissions(first.path, std::filesystem::perms::owner_all);
  write_file_atomically(first.path, "damaged");
  CHECK(bench.store.verify().size() == 1);
  const Fetched second = Fetcher(bench.store, Workbench::quick()).fetch(request);
  CHECK_FALSE(second.from_store);
  CHECK(read_text_file(second.path) == content);
}

TEST_CASE("a local file is used where it is, after its digest was checked") {
  Workbench bench;
  const auto path = bench.directory.path() / "m.tflite";
  write_file_atomically(path, "content");
  Fetcher fetcher(bench.store, Workbench::quick());
  const Fetched fetched = fetcher.fetch(request_for({path.string()}, "content"));
  CHECK(fetched.path == path);
  CHECK(fetcher.fetch(request_for({"file://" + path.string()}, "content")).path == path);
  const auto error = error_of([&] { fetcher.fetch(request_for({path.string()}, "CONTENT")); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::corrupt);
  CHECK(bench.store.list().empty());
}

TEST_CASE("a member of a bundle becomes a stored file of its own") {
  Workbench bench;
  const std::string model = random_bytes(20'000);
  for (const auto form : {hub::ArchiveForm::zip_stored, hub::ArchiveForm::zip}) {
    bench.hub.add_file(
        "/b.task", hub::make_archive(form, {{"meta.json", "{}"}, {"inner/hand.tflite", model}}));
    Fetcher fetcher(bench.store, Workbench::quick());
    const Fetched fetched =
        fetcher.fetch(request_for({bench.hub.url() + "/b.task!inner/hand.tflite"}, model));
    CHECK(read_text_file(fetched.path) == model);
    FetchRequest absent;
    absent.references = {bench.hub.url() + "/b.task!hand.tflite"};
    const auto error = error_of([&] { fetcher.fetch(absent); });
    CHECK(says(error, "it holds inner/hand.tflite"));
    bench.store.remove(sha256_of_text(model));
  }
}

TEST_CASE("progress is told and a stop request ends the transfer within a second") {
  Workbench bench;
  const std::string content = random_bytes(400'000);
  bench.hub.add_file("/m.tflite", content);
  bench.hub.add_fault(hub::parse_fault("slow=100000"));
  bool stop = false;
  Bytes most;
  std::optional<Bytes> total;
  FetchSettings settings = Workbench::quick();
  settings.cancelled = [&] { return stop; };
  settings.progress = [&](const FetchProgress& now) {
    most = std::max(most, now.received);
    total = now.total;
    if (now.received.count > 20'000) stop = true;
  };
  const auto start = Clock::now();
  const auto error = error_of([&] {
    Fetcher(bench.store, settings).fetch(request_for({bench.hub.url() + "/m.tflite"}, content));
  });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::interrupted);
  CHECK(Clock::now() - start < std::chrono::seconds(3));
  CHECK(most.count > 20'000);
  CHECK(total == Bytes{400'000});
  CHECK(bench.store.list().empty());
}

TEST_CASE("what cannot be fetched is a usage error that names what works") {
  Workbench bench;
  Fetcher fetcher(bench.store, Workbench::quick());
  FetchRequest request;
  CHECK(error_of([&] { fetcher.fetch(request); })->kind() == ErrorKind::usage);
  request.references = {"some-model"};
  const auto error = error_of([&] { fetcher.fetch(request); });
  REQUIRE(error.has_value());
  CHECK(error->kind() == ErrorKind::usage);
  CHECK(says(error, "npm:PACKAGE[@VERSION]/PATH"));
}

TEST_CASE("an address's query reaches the server but no message") {
  Workbench bench;
  Fetcher fetcher(bench.store, Workbench::quick());
  FetchRequest request;
  request.references = {bench.hub.url() + "/absent.tflite?Signature=secret"};
  const auto error = error_of([&] { fetcher.fetch(request); });
  REQUIRE(error.has_value());
  CHECK_FALSE(says(error, "secret"));
  CHECK(bench.hub.requests().front().target.find("secret") != std::string::npos);
}

}  // namespace litezoo::fetcher
