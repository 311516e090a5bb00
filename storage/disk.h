// Opening the parts of a database directory:
//
//   GRAPE             who this is: format version, the database's id (docs/formats/directory.md)
//   LOCK              held while the database is open; never removed
//   store/            LevelDB, on Grape's own Env
//   files/            000017.vec, .row, .fld, .graph (blob files), .vlog (the vector log)
//
// Threads: each object says for itself.
#pragma once

#include <memory>
#include <string>

#include "core/base/log.h"
#include "core/base/result.h"
#include "storage/blob.h"
#include "storage/store.h"

namespace grape::storage {

// Holds a directory for this process and this handle, by the identity of the directory (device and
// inode), so that symbolic links and "dir/." are the same directory. A second holder gets
// Code::busy and has touched nothing. Freed by the kernel when the process dies; an inherited copy
// in a forked child does not keep it.
class DirectoryLock {
  public:
    virtual ~DirectoryLock() = default;  // lets go
};
base::Result<std::unique_ptr<DirectoryLock>> lock_directory(const std::string& directory);

// Makes the directory when it is missing and `create` allows it; makes or reads GRAPE. Gives the
// database's id. A directory that holds other things than a Grape database is refused.
base::Result<uint64_t> prepare_directory(const std::string& directory, bool create);

struct StoreOptions {
    std::string directory;  // .../store
    uint64_t database_id = 0;
    size_t write_buffer_bytes = 8u << 20;
    size_t block_cache_bytes = 8u << 20;
    base::Logger logger;
};
struct OpenedStore {
    std::unique_ptr<Store> store;
    uint64_t recovered_tail_bytes = 0;  // cut from torn tails
};
base::Result<OpenedStore> open_leveldb_store(const StoreOptions& options);
std::unique_ptr<Store> make_memory_store();

// `directory` is the database's `files`; it is made when it is missing. A file may be removed when
// no blob of it is open.
std::unique_ptr<BlobStore> make_disk_blob_store(const std::string& directory, uint64_t database_id);
std::unique_ptr<BlobStore> make_memory_blob_store();

}  // namespace grape::storage
