// Where an import gets its points from: batches in the form that upsert_points takes, and the way
// back from "points[17]" in the library's message to a place in a file.
//
// Threads: one thread.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "tools/grape/arguments.h"
#include "tools/grape/line_reader.h"
#include "tools/grape/vector_file.h"

namespace grape::cli {

struct PointBatch {
    uint64_t count = 0;
    std::string body;            // members of upsert_points beside collection_name
    std::vector<size_t> starts;  // of the lines' texts in `body`
    std::vector<grape_blob> blobs;
};

class PointSource {
  public:
    virtual ~PointSource() = default;
    // At most `count_max` points, fewer where a request would become too large; valid until the
    // next call. False when there are no more.
    virtual bool next(uint64_t count_max, PointBatch& batch) = 0;
    // The place of point `index` of the last batch: "FILE: row 17". `field` is what the message is
    // about, as "batch.payloads" or "points".
    virtual std::string place(size_t index, std::string_view field) const = 0;
    // How many points the whole source gives, when that is known.
    virtual uint64_t total() const = 0;
    // How much of it has been read, 0 to 1; below 0 when that is not known.
    virtual double part_read() const = 0;
};

std::unique_ptr<PointSource> make_column_source(std::unique_ptr<VectorFile> vectors,
                                                const Arguments& arguments);
std::unique_ptr<PointSource> make_line_source(const Arguments& arguments);

// A message of the library about a batch, with the place in the file in front. `body_offset`: where
// the batch's body begins in the request, for messages that give a byte.
std::string placed_message(const PointSource& source, const PointBatch& batch, size_t body_offset,
                           const std::string& message);

// Bytes of text after which a batch ends, far below the limit of a request (256 MiB).
inline constexpr size_t kBatchBytesMax = 32u << 20;

}  // namespace grape::cli
