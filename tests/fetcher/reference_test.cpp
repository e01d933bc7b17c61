#include "fetcher/reference.h"

#include <doctest/doctest.h>

#include "base/error.h"
#include "fetcher/sources.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {

TEST_CASE("a message names what it is about once, an address without its query") {
  CHECK(about("https://a.example/m?key=1", "broke off; try again") ==
        "https://a.example/m: broke off; try again");
  CHECK(about("https://a.example/m?key=1", "'https://a.example/m' is gone; try another") ==
        "'https://a.example/m' is gone; try another");
  // A part of another name does not count.
  CHECK(about("zoo/net", "1) npm:@zoo/net@1/a.tflite: gone").starts_with("zoo/net: 1) "));
}

TEST_CASE("every reference syntax is taken apart into its parts") {
  struct Case {
    std::string text;
    Scheme scheme;
    std::string address, revision, file, member;
  };
  const Case cases[] = {
      {"./a.tflite", Scheme::path, "./a.tflite", "", "", ""},
      {"/data/a b.tflite", Scheme::path, "/data/a b.tflite", "", "", ""},
      {"/data/a.task!hand.tflite", Scheme::path, "/data/a.task", "", "", "hand.tflite"},
      {"file:///data/a%20b.tflite", Scheme::file, "/data/a b.tflite", "", "", ""},
      {"file://localhost/data/a", Scheme::file, "/data/a", "", "", ""},
      {"file:a.tflite", Scheme::file, "a.tflite", "", "", ""},
      {"https://example.org/m.tflite?generation=17", Scheme::https,
       "https://example.org/m.tflite?generation=17", "", "", ""},
      {"https://example.org/m.task!a/b.tflite#x", Scheme::https, "https://example.org/m.task", "",
       "", "a/b.tflite#x"},
      {"http://127.0.0.1:8080/m.tflite", Scheme::http, "http://127.0.0.1:8080/m.tflite", "", "",
       ""},
      {"http://[::1]:8080/m.tflite", Scheme::http, "http://[::1]:8080/m.tflite", "", "", ""},
      {"npm:pkg/m.tflite", Scheme::npm, "pkg", "", "m.tflite", ""},
      {"npm:pkg@1.2.3/dir/m.tflite", Scheme::npm, "pkg", "1.2.3", "dir/m.tflite", ""},
      {"npm:@org/pkg@0.1.16/m.tflite", Scheme::npm, "@org/pkg", "0.1.16", "m.tflite", ""},
      {"npm:@org/pkg/m.tflite", Scheme::npm, "@org/pkg", "", "m.tflite", ""},
      {"npm:@org/pkg@latest/m.task!x.tflite", Scheme::npm, "@org/pkg", "latest", "m.task",
       "x.tflite"},
      {"sha256:9EE168", Scheme::sha256, "9ee168", "", "", ""},
      {"hf:org/repo", Scheme::hf, "org/repo", "", "", ""},
      {"hf:org/repo@v1/int8/m.tflite", Scheme::hf, "org/repo", "v1", "int8/m.tflite", ""},
      {"hf:org/repo@refs%2Fpr%2F1/m.tflite", Scheme::hf, "org/repo", "refs/pr/1", "m.tflite", ""},
      {"kaggle:google/yamnet/tfLite/tflite", Scheme::kaggle, "google/yamnet/tfLite/tflite", "", "",
       ""},
      {"kaggle:google/yamnet/tfLite/tflite/1/1.tflite", Scheme::kaggle,
       "google/yamnet/tfLite/tflite", "1", "1.tflite", ""},
      {"tfhub:google/lite-model/yamnet/tflite/1", Scheme::tfhub, "google/lite-model/yamnet/tflite",
       "1", "", ""},
      {"mediapipe:object_detector/efficientdet_lite0/float16/1", Scheme::mediapipe,
       "object_detector/efficientdet_lite0/float16", "1", "", ""},
      {"github:o/r@v1.0/m.tflite", Scheme::github, "o/r", "v1.0", "m.tflite", ""},
      {"github:o/r@release/1.0/m.tflite", Scheme::github, "o/r", "release/1.0", "m.tflite", ""},
      {"google/movenet", Scheme::name, "google/movenet", "", "", ""},
      {"NPM:pkg/m.tflite", Scheme::npm, "pkg", "", "m.tflite", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    const Reference reference = parse_reference(c.text);
    CHECK(reference.scheme == c.scheme);
    CHECK(reference.address == c.address);
    CHECK(reference.revision == c.revision);
    CHECK(reference.file == c.file);
    CHECK(reference.member == c.member);
    CHECK(reference.text == c.text);
  }
}

TEST_CASE("a malformed reference is a usage error that shows the right form") {
  struct Case {
    std::string text, says;
  };
  const Case cases[] = {
      {"", "empty"},
      {"nmp:pkg/m.tflite", "did you mean 'npm:'?"},
      {"huggingface:org/repo", "did you mean 'hf:'?"},
      {"ftp://example.org/m.tflite", "unknown scheme 'ftp:'"},
      {"https:/m.tflite", "https://HOST/PATH"},
      {"https://", "https://HOST/PATH"},
      {"https://user:secret@example.org/m", "holds a password"},
      {"http://example.org/m.tflite", "use https://"},
      {"http://127.evil.example.org/m.tflite", "use https://"},
      {"file://server/share/m.tflite", "another host"},
      {"npm:pkg", "names no file"},
      {"npm:@org", "no file"},
      {"npm:@org/pkg@/m.tflite", "nothing after '@'"},
      {"npm:pkg/../../etc/passwd", "'..'"},
      {"npm:pkg//m.tflite", "empty part"},
      {"npm:pkg/a\\b", "backslash"},
      {"npm:..@1/m.tflite", "'..'"},
      {"sha256:xyz", "hexadecimal"},
      {"sha256:abc", "hexadecimal"},
      {"hf:repo", "names no repository"},
      {"hf:org/repo/../../x", "'..'"},
      {"kaggle:google/yamnet", "variation"},
      {"mediapipe:task/model/float16", "names no version"},
      {"mediapipe:task/model/float16/one", "no number"},
      {"github:o/r/m.tflite", "no release tag"},
      {"github:o/r@v1", "names no asset"},
      {"npm:pkg/m.task!", "nothing after '!'"},
      {"npm:pkg/m.task!../x", "'..'"},
      {"npm:pkg/m\n.tflite", "control character"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    try {
      parse_reference(c.text);
      FAIL("accepted");
    } catch (const Error& error) {
      CHECK(error.kind() == ErrorKind::usage);
      CHECK_MESSAGE(std::string(error.what()).find(c.says) != std::string::npos,
                    std::string(error.what()));
    }
  }
}

TEST_CASE("a password in an address is not repeated for a plain http one") {
  try {
    parse_reference("http://example.org/m.tflite?token=secret");
    FAIL("accepted");
  } catch (const Error& error) {
    CHECK(std::string(error.what()).find("secret") == std::string::npos);
  }
}

TEST_CASE("only addresses of this machine are loopback") {
  for (const std::string host : {"localhost", "127.0.0.1", "127.1.2.3", "::1", "[::1]"}) {
    CAPTURE(host);
    CHECK(is_loopback_host(host));
  }
  for (const std::string host :
       {"", "128.0.0.1", "127.0.0.1.example.org", "127.0.0", "localhost.org"}) {
    CAPTURE(host);
    CHECK_FALSE(is_loopback_host(host));
  }
}

TEST_CASE("the example of every syntax is a reference of its scheme") {
  for (const Syntax& syntax : syntaxes()) {
    CAPTURE(std::string(syntax.example));
    CHECK(parse_reference(syntax.example).scheme == syntax.scheme);
  }
}

}  // namespace litezoo::fetcher
