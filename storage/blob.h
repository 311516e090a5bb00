// Blob files: large immutable files (vector files, row files), written once, then read through one
// of three placements, named as Qdrant names them:
//   pinned  read into memory once, verified then;
//   cached  mapped; each page is verified at its first use (a bad disk under a mapped page kills
//   the
//           process, as in every library that maps files);
//   cold    read by pread with each use, verified every time; never mapped.
// A blob is a string of content bytes; the file around it has a header page, the content in pages
// of 4096 bytes and, behind them, a table with one page header (checksum, room for key id, nonce
// and tag) a page, so that the content is contiguous when mapped. Layout: docs/formats/blob.md.
//
// Threads: a Blob may be read by any number of threads. A BlobWriter belongs to one.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "storage/scratch.h"

namespace grape::storage {

enum class Placement : uint8_t { cached = 0, pinned = 1, cold = 2 };  // stored: values fixed

enum class BlobKind : uint16_t { vectors = 1, rows = 2, fields = 3, graph = 4 };  // stored

// What the store says about a blob; open checks the file against it.
struct BlobIdentity {
    uint64_t file_number = 0;
    uint64_t size_bytes = 0;     // of the whole file
    uint64_t root_checksum = 0;  // XXH3-64 of the page table and the header
};

// Bytes of a blob that stay valid as long as this object: borrowed from the map or the memory
// (pinned, cached), or owned (cold).
class BlobView {
  public:
    BlobView() = default;
    explicit BlobView(base::Bytes borrowed) : bytes_(borrowed) {}
    explicit BlobView(std::vector<uint8_t> owned) : owned_(std::move(owned)), bytes_(owned_) {}
    // The bytes [offset, offset + size) of `owned`.
    BlobView(std::vector<uint8_t> owned, size_t offset, size_t size)
        : owned_(std::move(owned)), bytes_(base::Bytes(owned_).subspan(offset, size)) {}
    BlobView(BlobView&&) = default;
    BlobView& operator=(BlobView&&) = default;
    base::Bytes bytes() const { return bytes_; }

  private:
    std::vector<uint8_t> owned_;
    base::Bytes bytes_;
};

class Blob {
  public:
    virtual ~Blob() = default;
    virtual uint64_t content_bytes() const = 0;
    virtual Placement placement() const = 0;
    // The verified bytes [offset, offset + size). Code::corrupt names the file and the page.
    virtual base::Result<BlobView> read(uint64_t offset, size_t size) const = 0;
    // Reads and verifies every page.
    virtual base::Status verify() const = 0;
    // Heap (pinned) and mapped (cached) bytes.
    virtual size_t heap_bytes() const = 0;
    virtual size_t mapped_bytes() const = 0;
    virtual const BlobIdentity& identity() const = 0;
};

class BlobWriter {
  public:
    virtual ~BlobWriter() = default;
    virtual base::Status append(base::Bytes bytes) = 0;
    uint64_t written() const { return written_; }
    // Pads with zeros to a multiple of `alignment` (a power of two).
    base::Status align(size_t alignment);
    // Writes the page table, syncs file and directory, and says what the store has to keep. A
    // writer that is dropped before removes its file.
    virtual base::Result<BlobIdentity> finish() = 0;

  protected:
    uint64_t written_ = 0;
};

// The blob files of one database directory.
class BlobStore {
  public:
    virtual ~BlobStore() = default;
    virtual base::Result<std::unique_ptr<BlobWriter>> create(uint64_t file_number,
                                                             BlobKind kind) = 0;
    virtual base::Result<std::shared_ptr<Blob>> open(const BlobIdentity& identity, BlobKind kind,
                                                     Placement placement) = 0;
    virtual base::Status remove(uint64_t file_number) = 0;
    // The numbers of the files that are there.
    virtual base::Result<std::vector<uint64_t>> list() const = 0;
    // Code::unsupported in memory.
    virtual base::Result<std::unique_ptr<ScratchMemory>> scratch(size_t size_bytes) = 0;
};

}  // namespace grape::storage
