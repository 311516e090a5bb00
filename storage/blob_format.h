// The bytes of a blob file: header page, content pages, page table, index, footer. This file is the
// only one that knows them; docs/formats/blob.md has the byte tables.
//
//   header | content pages | table pages | index (one checksum a table page) | footer
//
// Checks form a tree: the store keeps the root checksum, the root covers header, index and footer,
// the index covers the table pages, a table page covers 85 content pages. So opening reads a few
// KiB, and any page can be verified alone, with its table page.
//
// Threads: pure functions and values.
// What must stay true: the same content gives the same bytes; a checksum is seeded with database,
// file, part and number, so that a page counts at its own place only.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "storage/blob.h"

namespace grape::storage {

inline constexpr size_t kBlobPageBytes = 4096;
inline constexpr size_t kPageHeaderBytes = 48;
inline constexpr size_t kHeadersPerTablePage = 85;
inline constexpr size_t kBlobFooterBytes = 64;
inline constexpr uint64_t kBlobContentBytesMax = uint64_t{1} << 48;

using BlobPage = std::array<uint8_t, kBlobPageBytes>;
using BlobFooter = std::array<uint8_t, kBlobFooterBytes>;

// Where the parts of a file with so much content lie.
struct BlobLayout {
    explicit BlobLayout(uint64_t content);
    BlobLayout() : BlobLayout(0) {}

    uint64_t content_bytes;
    uint64_t page_count;
    uint64_t table_page_count;
    uint64_t table_offset;
    uint64_t index_offset;
    uint64_t footer_offset;
    uint64_t file_bytes;

    static uint64_t page_offset(uint64_t page) { return kBlobPageBytes * (page + 1); }
    uint64_t table_page_offset(uint64_t table_page) const {
        return table_offset + kBlobPageBytes * table_page;
    }
};

// The suffix of each kind's file names.
struct BlobSuffix {
    BlobKind kind;
    std::string_view suffix;
};
inline constexpr std::array<BlobSuffix, 4> kBlobSuffixes{{{BlobKind::vectors, ".vec"},
                                                          {BlobKind::rows, ".row"},
                                                          {BlobKind::fields, ".fld"},
                                                          {BlobKind::graph, ".graph"}}};

// Which file it is; part of each checksum.
struct BlobName {
    uint64_t database_id = 0;
    uint64_t file_number = 0;
    BlobKind kind = BlobKind::vectors;
};

uint64_t content_page_checksum(const BlobName& name, uint64_t page, base::Bytes bytes);
uint64_t table_page_checksum(const BlobName& name, uint64_t table_page, base::Bytes bytes);

BlobPage encode_blob_header(const BlobName& name);
// `checksums` are those of at most 85 content pages.
BlobPage encode_table_page(std::span<const uint64_t> checksums);
std::string encode_blob_index(std::span<const uint64_t> table_page_checksums);
BlobFooter encode_blob_footer(const BlobName& name, const BlobLayout& layout, base::Bytes index);
uint64_t blob_root_checksum(const BlobName& name, base::Bytes header, base::Bytes index,
                            base::Bytes footer);

// Each checks what it reads and says Code::corrupt without the file's name (the caller knows it);
// a later version of the format is Code::unsupported.
base::Status check_blob_header(const BlobName& name, base::Bytes header);
base::Result<BlobLayout> decode_blob_footer(const BlobName& name, base::Bytes footer);
base::Result<std::vector<uint64_t>> decode_blob_index(const BlobName& name, base::Bytes index,
                                                      base::Bytes footer);
// The checksum of content page number `slot` of the table page; the page was checked before.
base::Result<uint64_t> checksum_in_table_page(base::Bytes table_page, size_t slot);

}  // namespace grape::storage
