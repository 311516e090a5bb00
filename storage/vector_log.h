// The vector log: where the vectors of larger commits lie until they are flushed into vector files.
//
// A log file is a sequence of frames, each on fresh pages of 4096 bytes; a written page is never
// written again. A frame names collection, shard, vector and rows, carries the checksum of the
// frame before it (a chain) and its own. How far a file is committed stands in the store, under the
// file's number: bytes beyond are not there. Layout: docs/formats/vector_log.md.
//
// Threads: append(), roll() and remove() from one thread at a time (the sequencer); scan() from
// any.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace grape::storage {

struct LogFrame {
    uint64_t commit = 0;
    uint32_t collection = 0;
    uint32_t shard = 0;
    uint32_t vector = 0;     // the vector's number in the collection's schema
    uint32_t row_bytes = 0;  // bytes of one stored vector
    std::span<const uint32_t> rows;
    // The vectors in the order of `rows`, in one or more pieces, each a whole number of vectors.
    std::vector<base::Bytes> pieces;
};

// How far a log file is committed; kept in the store.
struct LogPosition {
    uint64_t file_number = 0;
    uint64_t length_bytes = 0;
    uint64_t chain = 0;  // checksum of the last frame
};

// What a scan finds between the start of a file and its committed length.
struct LogScan {
    // A sound frame; `pieces` has one element, valid during the call.
    std::function<base::Status(const LogFrame&)> frame;
    // A frame whose header is sound and whose body is not, or (collection 0, nothing known) a
    // stretch without a sound header, or a file that is shorter than its committed length.
    std::function<base::Status(const LogFrame& header, const base::Status& damage)> damage;
};

class VectorLog {
  public:
    virtual ~VectorLog() = default;
    // Appends the frames (at least one) and syncs them (and the directory, for a new file). A
    // failure leaves nothing that counts: the file is closed, and the next append opens another.
    // When the commit that the frames belong to fails later, call roll(): else the next append
    // would commit them too.
    virtual base::Result<LogPosition> append(std::span<const LogFrame> frames) = 0;
    // The next append opens a new file.
    virtual void roll() = 0;
    // The file that the next append extends, 0 when it will be a new one.
    virtual uint64_t current_file() const = 0;
    // Gives only frames that the chain ties to the committed position or to the file's start.
    virtual base::Status scan(const LogPosition& committed, const LogScan& scan) const = 0;
    // Cuts what lies past the committed length; for open, before the first append. Gives the number
    // of bytes that were cut.
    virtual base::Result<uint64_t> truncate(const LogPosition& committed) = 0;
    virtual base::Status remove(uint64_t file_number) = 0;
    virtual base::Result<std::vector<uint64_t>> list() const = 0;
};

class FileFaults;

// `directory` is the database's `files` (made when it is missing). `next_file_number` gives a
// number that no file of the database has had; a file of `file_bytes_max` or more is not appended
// to again.
std::unique_ptr<VectorLog> make_vector_log(const std::string& directory, uint64_t database_id,
                                           uint64_t file_bytes_max,
                                           std::function<uint64_t()> next_file_number,
                                           FileFaults* faults = nullptr);
// The same in memory, for databases without a directory and for tests.
std::unique_ptr<VectorLog> make_memory_vector_log(uint64_t file_bytes_max,
                                                  std::function<uint64_t()> next_file_number);

}  // namespace grape::storage
