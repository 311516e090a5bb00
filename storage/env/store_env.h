// StoreEnv: the file system as LevelDB sees it. It stands between LevelDB and the disk because
// LevelDB alone loses acknowledged writes after a failed append, takes damaged bytes for data, does
// not sync directories and leaves a thread behind (docs/formats/store_files.md says what is done).
//
// This class has no virtual function, and the ones that derive from LevelDB's classes are hidden
// behind it: they are compiled without RTTI, so that they link with any build of LevelDB, and must
// not be seen by code that is compiled with it.
// Threads: all functions from any thread. The DB must be gone before the StoreEnv.
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "core/base/log.h"
#include "core/base/result.h"
#include "storage/file.h"

namespace leveldb {
class Env;
class Logger;
}  // namespace leveldb

namespace grape::storage::env {

class StoreEnv {
  public:
    StoreEnv(const std::string& directory, uint64_t database_id, const base::Logger& logger,
             FileFaults* faults);
    ~StoreEnv();

    // Before DB::Open: cuts torn tails, seals logs, finds damage. Gives the bytes that were cut.
    base::Result<uint64_t> recover();

    leveldb::Env* env();
    leveldb::Logger* logger();

    // Why nothing is written any more, or ok.
    bool failed() const;
    base::Status failure() const;
    void keep_failure(const base::Status& status);

    // The thread for LevelDB's background work: see Background.
    base::Status start_thread();
    void run_left_over();

    uint64_t newest_log() const;
    bool wait_until_logs_gone(uint64_t number, std::chrono::milliseconds timeout);
    uint64_t open_table_bytes() const;

  private:
    class Impl;
    std::unique_ptr<Impl> impl_;
};

}  // namespace grape::storage::env
