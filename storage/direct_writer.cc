#include "storage/direct_writer.h"

#include <algorithm>
#include <cstring>

#include "core/base/check.h"

namespace grape::storage {

using base::Bytes;
using base::Status;

Status DirectWriter::write_buffer(File& file, uint64_t* offset, size_t* used) {
    GRAPE_TRY(file.write_at(*offset, Bytes(buffer_.data(), *used)));
    *offset += *used;
    *used = 0;
    return {};
}

Status DirectWriter::write(File& file, uint64_t offset, std::span<const Bytes> pieces) {
    GRAPE_DCHECK(offset % kPageBytes == 0);
    const bool room =
        !file.bypasses_cache() || buffer_.size() != 0 || buffer_.allocate(kBufferBytes).ok();
    if (!room) file.use_cache();
    if (!file.bypasses_cache()) return file.write_at(offset, pieces);
    size_t used = 0;
    for (Bytes piece : pieces) {
        while (!piece.empty()) {
            const size_t count = std::min(piece.size(), kBufferBytes - used);
            std::memcpy(buffer_.data() + used, piece.data(), count);
            used += count;
            piece = piece.subspan(count);
            if (used == kBufferBytes) GRAPE_TRY(write_buffer(file, &offset, &used));
        }
    }
    GRAPE_DCHECK(used % kPageBytes == 0);
    return used == 0 ? Status() : write_buffer(file, &offset, &used);
}

}  // namespace grape::storage
