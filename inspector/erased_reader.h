#pragma once

#include "base/operator_options.h"
#include "inspector/source.h"

namespace litezoo::inspector {

// Erases a reader's table type, so that the readers of all option tables fit into one array.
template <auto Read>
struct Erased;

template <typename Options, typename Table, Options (*Read)(const Table&, Source&)>
struct Erased<Read> {
  static OperatorOptions read(const void* table, Source& source) {
    return Read(*static_cast<const Table*>(table), source);
  }
};

}  // namespace litezoo::inspector
