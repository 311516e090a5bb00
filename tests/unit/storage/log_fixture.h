// What the tests of the vector log share: frames that own their bytes, and what a scan gave.
#pragma once

#include <algorithm>
#include <map>
#include <random>
#include <vector>

#include "core/base/checksum.h"
#include "storage/vector_log.h"

namespace grape::storage::test {

struct OwnedFrame {
    uint64_t commit = 0;
    uint32_t collection = 0;
    uint32_t shard = 0;
    uint32_t vector = 0;
    uint32_t row_bytes = 0;
    std::vector<uint32_t> rows;
    std::vector<uint8_t> vectors;

    bool operator==(const OwnedFrame&) const = default;

    void resize(size_t row_count, uint32_t bytes) {
        row_bytes = bytes;
        rows.resize(row_count);
        vectors.resize(row_count * bytes);
    }
    // The vectors in two pieces, where there is more than one.
    LogFrame view() const {
        LogFrame frame{commit, collection, shard, vector, row_bytes, rows, {}};
        const size_t half = rows.size() / 2 * row_bytes;
        frame.pieces.push_back(base::Bytes(vectors).first(std::min(half, vectors.size())));
        frame.pieces.push_back(base::Bytes(vectors).subspan(std::min(half, vectors.size())));
        return frame;
    }
};

inline std::vector<LogFrame> views_of(const std::vector<OwnedFrame>& frames) {
    std::vector<LogFrame> views;
    for (const OwnedFrame& frame : frames) views.push_back(frame.view());
    return views;
}

inline OwnedFrame random_frame(std::mt19937_64& random, size_t rows_max = 400) {
    OwnedFrame frame;
    frame.commit = random();
    frame.collection = 1 + static_cast<uint32_t>(random() % 1000);
    frame.shard = static_cast<uint32_t>(random());
    frame.vector = static_cast<uint32_t>(random() % 4);
    frame.resize(1 + random() % rows_max, 1 + static_cast<uint32_t>(random() % 200));
    for (uint32_t& row : frame.rows) row = static_cast<uint32_t>(random());
    for (uint8_t& byte : frame.vectors) byte = static_cast<uint8_t>(random());
    return frame;
}

// What a scan gave.
struct LogContent {
    std::vector<OwnedFrame> frames;
    std::vector<std::pair<OwnedFrame, base::Status>> damage;

    LogScan scan() {
        LogScan scan;
        scan.frame = [this](const LogFrame& frame) {
            frames.push_back(owned(frame));
            return base::Status();
        };
        scan.damage = [this](const LogFrame& header, const base::Status& status) {
            damage.emplace_back(owned(header), status);
            return base::Status();
        };
        return scan;
    }
    static OwnedFrame owned(const LogFrame& frame) {
        OwnedFrame copy{
            frame.commit, frame.collection, frame.shard, frame.vector, frame.row_bytes, {}, {}};
        copy.rows.assign(frame.rows.begin(), frame.rows.end());
        for (const base::Bytes piece : frame.pieces) {
            copy.vectors.insert(copy.vectors.end(), piece.begin(), piece.end());
        }
        return copy;
    }
};

}  // namespace grape::storage::test
