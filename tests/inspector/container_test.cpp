#include "inspector/container.h"

#include <doctest/doctest.h>

#include <string>

#include "base/error.h"
#include "base/file.h"
#include "inspector/read.h"

using namespace litezoo;
using namespace std::string_literals;

namespace {

struct Case {
  const char* id;
  std::string content;
};

const Case kCases[] = {
    {"tflite", "\x1c\0\0\0TFL3...."s},
    {"tflite-old", "\x1c\0\0\0TFL2...."s},
    {"empty", ""},
    {"git-lfs-pointer",
     "version https://git-lfs.github.com/spec/v1\noid sha256:91281a38e80fe9fd330e28eda7e16fe4e483ee"
     "5199a3e687a099939013c25de0\nsize 1459944\n"},
    {"web-page", "\n <!DOCTYPE html><html><head><title>Sign in</title>"},
    {"web-page", "<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>"},
    {"tfjs", R"({"format": "graph-model", "modelTopology": {}})"},
    {"json", R"({"error": "Entry not found"})"},
    {"zip", "PK\x03\x04\x14\0"s},
    {"zip", "\0\0PK\x03\x04\x14\0"s},
    {"unknown", std::string(100, '\0') + "PK\x03\x04\x14\0"s},
    {"gzip", "\x1f\x8b\x08\0"s},
    {"tar", std::string(257, 'a') + "ustar  "},
    {"litertlm", "LITERTLM\x01\0\0\0"s},
    {"keras-hdf5", "\x89HDF\r\n\x1a\n\0"s},
    {"gguf", "GGUF\x03\0\0\0"s},
    {"saved-model", "\x08\x01\x12\x80\x10\x0a"s},
    {"onnx",
     "\x08\x07\x12\x07pytorch\x1a\x05"
     "1.13\0"s},
    {"graph-def", "\x0a\x1c\x0a\x05input\x12\x0bPlaceholder"s},
    {"safetensors", "\x40\0\0\0\0\0\0\0{\"__metadata__\""s},
    {"unknown", "hello, world"},
};

}  // namespace

TEST_CASE("a file is recognised by its content") {
  for (const Case& c : kCases) {
    CAPTURE(c.id);
    CHECK(inspector::recognise(as_bytes(c.content)).id == c.id);
  }
}

TEST_CASE("what is no .tflite is refused in one line that names the next step") {
  for (const Case& c : kCases) {
    CAPTURE(c.id);
    try {
      inspector::read_graph(as_bytes(c.content), "model.tflite");
      FAIL("it was read");
    } catch (const Error& error) {
      const std::string message = error.what();
      CHECK(error.kind() == ErrorKind::corrupt);
      CHECK(message.starts_with("model.tflite"));
      CHECK(message.find(';') != std::string::npos);
      CHECK(message.find('\n') == std::string::npos);
    }
  }
}
