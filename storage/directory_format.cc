#include "storage/directory_format.h"

#include <cstring>

#include "core/base/bytes.h"
#include "core/base/checksum.h"

namespace grape::storage {
namespace {

using base::load_le;
using base::Result;
using base::Status;
using base::store_le;

constexpr char kMagic[8] = {'G', 'R', 'A', 'P', 'E', '-', 'D', 'B'};
constexpr uint32_t kFormatVersion = 1;
constexpr size_t kVersionAt = 8;
constexpr size_t kFlagsAt = 12;
constexpr size_t kDatabaseIdAt = 16;
constexpr size_t kKeyIdAt = 24;
constexpr size_t kChecksumAt = 56;

}  // namespace

IdentityBytes encode_identity(uint64_t database_id) {
    IdentityBytes bytes{};
    std::memcpy(bytes.data(), kMagic, sizeof(kMagic));
    store_le<uint32_t>(bytes.data() + kVersionAt, kFormatVersion);
    store_le<uint64_t>(bytes.data() + kDatabaseIdAt, database_id);
    store_le<uint64_t>(bytes.data() + kChecksumAt,
                       base::checksum(base::Bytes(bytes.data(), kChecksumAt)));
    return bytes;
}

Result<uint64_t> decode_identity(const IdentityBytes& bytes, const std::string& path) {
    const uint8_t* at = bytes.data();
    if (std::memcmp(at, kMagic, sizeof(kMagic)) != 0) {
        return Status::make_corrupt(path, ": not a file of Grape's");
    }
    if (load_le<uint64_t>(at + kChecksumAt) != base::checksum(base::Bytes(at, kChecksumAt))) {
        return Status::make_corrupt(path, ": wrong checksum");
    }
    if (load_le<uint32_t>(at + kVersionAt) != kFormatVersion ||
        load_le<uint32_t>(at + kFlagsAt) != 0) {
        return Status::make_unsupported(
            path, ": database format ", load_le<uint32_t>(at + kVersionAt), " with flags ",
            load_le<uint32_t>(at + kFlagsAt), ", this library reads format ", kFormatVersion);
    }
    if (load_le<uint32_t>(at + kKeyIdAt) != 0) {
        return Status::make_unsupported(path, ": the database is encrypted");
    }
    const auto database_id = load_le<uint64_t>(at + kDatabaseIdAt);
    if (database_id == 0) return Status::make_corrupt(path, ": database id 0");
    return database_id;
}

}  // namespace grape::storage
