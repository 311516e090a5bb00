// Write-once files for LevelDB: a writer that makes pages and reads that verify each page, each
// time. Threads: a writer and a sequential file belong to one thread; a random-access file to any
// number.
#pragma once

#include <leveldb/env.h>

#include <memory>

#include "storage/env/env_context.h"
#include "storage/env/page_codec.h"

namespace grape::storage::env {

// The logical bytes of a file of pages.
class PageReader {
  public:
    // Checks that the file is whole: its size, and that its last page says that it is the last.
    static base::Result<std::unique_ptr<PageReader>> open(const std::string& path,
                                                          const FileIdentity& identity,
                                                          FileFaults* faults);
    uint64_t size_bytes() const { return size_bytes_; }
    // Reads up to `size` bytes, fewer at the end of the file; gives how many.
    base::Result<size_t> read(uint64_t offset, size_t size, char* out) const;

  private:
    PageReader(File file, const FileIdentity& identity)
        : file_(std::move(file)), identity_(identity) {}

    File file_;
    FileIdentity identity_;
    uint64_t size_bytes_ = 0;
};

base::Result<std::unique_ptr<leveldb::WritableFile>> make_page_writer(EnvContext& context,
                                                                      const std::string& path);
base::Result<std::unique_ptr<leveldb::RandomAccessFile>> open_page_file(EnvContext& context,
                                                                        const std::string& path);
base::Result<std::unique_ptr<leveldb::SequentialFile>> open_page_sequence(EnvContext& context,
                                                                          const std::string& path);

// Whether the footer of a table points into the table: LevelDB allocates what the footer says
// before it reads there.
base::Status check_table_footer(const PageReader& reader, const std::string& path);

}  // namespace grape::storage::env
