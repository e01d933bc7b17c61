#include "fetcher/remote_member.h"

#include <algorithm>
#include <utility>

#include "base/error.h"
#include "base/file.h"
#include "base/text.h"
#include "fetcher/answer_check.h"
#include "fetcher/archive.h"
#include "fetcher/shared_archive.h"
#include "fetcher/url.h"

namespace litezoo::fetcher {
namespace {

[[noreturn]] void throw_not_streamed(const std::string& shown, const std::string& why) {
  throw Error(ErrorKind::unsupported, "'" + shown + "' " + why);
}

}  // namespace

void stream_member(Session& session, const Place& place, RemoteStream& stream,
                   const std::function<void(std::span<const std::byte>)>& piece) {
  const std::string shown = escape_for_terminal(without_query(place.urls.front()));
  std::span<const std::byte> first = stream.next();
  const std::string_view start = as_text(first.first(std::min<std::size_t>(first.size(), 512)));
  const auto size = stream.file_size();
  require_file_start(start, size.value_or(first.size()), shown);
  if (!start.starts_with("\x1f\x8b")) throw_not_streamed(shown, "is no gzip archive");
  if (!size) throw_not_streamed(shown, "is an archive of unstated size");
  ArchiveMember wanted = wanted_member(place, Bytes{*size});
  wanted.size_limit = session.settings().size_limit;
  wanted.cancelled = session.settings().cancelled;
  const auto next = [&] { return first.empty() ? stream.next() : std::exchange(first, {}); };
  extract_member(next, wanted, piece);
}

}  // namespace litezoo::fetcher
