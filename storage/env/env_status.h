// Between Grape's Status and LevelDB's, which has fewer codes. Threads: free functions.
#pragma once

#include <leveldb/status.h>

#include "core/base/status.h"

namespace grape::storage::env {

inline leveldb::Status to_leveldb(const base::Status& status) {
    switch (status.code()) {
        case base::Code::ok:
            return leveldb::Status::OK();
        case base::Code::not_found:
            return leveldb::Status::NotFound(status.message());
        case base::Code::corrupt:
            return leveldb::Status::Corruption(status.message());
        case base::Code::unsupported:
            return leveldb::Status::NotSupported(status.message());
        default:
            return leveldb::Status::IOError(status.message());
    }
}

inline base::Status from_leveldb(const leveldb::Status& status) {
    if (status.ok()) return {};
    if (status.IsNotFound()) return base::Status::make_not_found(status.ToString());
    if (status.IsCorruption()) return base::Status::make_corrupt(status.ToString());
    if (status.IsNotSupportedError()) return base::Status::make_unsupported(status.ToString());
    // Options are ours: what LevelDB finds invalid is what it reads in its files.
    if (status.IsInvalidArgument()) return base::Status::make_corrupt(status.ToString());
    return base::Status::make_io(status.ToString());
}

}  // namespace grape::storage::env
