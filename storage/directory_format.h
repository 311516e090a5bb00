// The file GRAPE of a database directory: who this is. 64 bytes, little-endian; docs/formats/
// directory.md.
//
//    0 magic "GRAPE-DB"         16 u64 database id, random     28 zeros
//    8 u32 format version       24 u32 key id (0: not          56 u64 checksum of the first 56
//   12 u32 flags (0)                encrypted)
//
// Threads: free functions.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "core/base/result.h"

namespace grape::storage {

using IdentityBytes = std::array<uint8_t, 64>;

IdentityBytes encode_identity(uint64_t database_id);
// The database's id; Code::corrupt names `path`, Code::unsupported is a later format.
base::Result<uint64_t> decode_identity(const IdentityBytes& bytes, const std::string& path);

}  // namespace grape::storage
