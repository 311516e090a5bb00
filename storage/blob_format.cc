#include "storage/blob_format.h"

#include <cstring>

#include "core/base/checksum.h"

namespace grape::storage {
namespace {

using base::Bytes;
using base::load_le;
using base::Result;
using base::Status;
using base::store_le;

constexpr char kHeaderMagic[] = "GRAPEBLB";
constexpr char kFooterMagic[] = "GRAPEEND";
constexpr size_t kMagicBytes = 8;
constexpr uint32_t kFormatVersion = 1;

// Header page.
constexpr size_t kHeaderVersion = 8;
constexpr size_t kHeaderKind = 12;
constexpr size_t kHeaderDatabase = 16;
constexpr size_t kHeaderNumber = 24;
constexpr size_t kHeaderPageBytes = 32;
constexpr size_t kHeaderPageHeaderBytes = 36;
constexpr size_t kHeaderChecksum = kBlobPageBytes - 8;

// Page header, in a table page.
constexpr size_t kPageChecksum = 0;
constexpr size_t kPageKey = 8;  // then nonce (12), tag (16), reserved (8)

// Footer.
constexpr size_t kFooterContent = 8;
constexpr size_t kFooterPages = 16;
constexpr size_t kFooterTable = 24;
constexpr size_t kFooterTablePages = 32;
constexpr size_t kFooterIndexChecksum = 40;
constexpr size_t kFooterChecksum = kBlobFooterBytes - 8;

enum class Part : uint64_t { content = 1, table = 2, index = 3, footer = 4, root = 5 };

uint64_t seed_of(const BlobName& name, Part part, uint64_t number) {
    uint8_t raw[32];
    store_le(raw, name.database_id);
    store_le(raw + 8, name.file_number);
    store_le(raw + 16, static_cast<uint64_t>(part));
    store_le(raw + 24, number);
    return base::checksum(Bytes(raw, sizeof(raw)));
}

constexpr uint64_t divide_up(uint64_t count, uint64_t by) {
    return (count + by - 1) / by;
}

}  // namespace

BlobLayout::BlobLayout(uint64_t content)
    : content_bytes(content),
      page_count(divide_up(content, kBlobPageBytes)),
      table_page_count(divide_up(page_count, kHeadersPerTablePage)),
      table_offset(page_offset(page_count)),
      index_offset(table_offset + kBlobPageBytes * table_page_count),
      footer_offset(index_offset + sizeof(uint64_t) * table_page_count),
      file_bytes(footer_offset + kBlobFooterBytes) {}

uint64_t content_page_checksum(const BlobName& name, uint64_t page, Bytes bytes) {
    return base::checksum(bytes, seed_of(name, Part::content, page));
}

uint64_t table_page_checksum(const BlobName& name, uint64_t table_page, Bytes bytes) {
    return base::checksum(bytes, seed_of(name, Part::table, table_page));
}

BlobPage encode_blob_header(const BlobName& name) {
    BlobPage page{};
    std::memcpy(page.data(), kHeaderMagic, kMagicBytes);
    store_le(page.data() + kHeaderVersion, kFormatVersion);
    store_le(page.data() + kHeaderKind, static_cast<uint16_t>(name.kind));
    store_le(page.data() + kHeaderDatabase, name.database_id);
    store_le(page.data() + kHeaderNumber, name.file_number);
    store_le(page.data() + kHeaderPageBytes, static_cast<uint32_t>(kBlobPageBytes));
    store_le(page.data() + kHeaderPageHeaderBytes, static_cast<uint32_t>(kPageHeaderBytes));
    store_le(page.data() + kHeaderChecksum, base::checksum(Bytes(page).first(kHeaderChecksum)));
    return page;
}

BlobPage encode_table_page(std::span<const uint64_t> checksums) {
    BlobPage page{};
    uint8_t* to = page.data();
    for (const uint64_t checksum :
         checksums.first(std::min(checksums.size(), kHeadersPerTablePage))) {
        store_le(to + kPageChecksum, checksum);
        to += kPageHeaderBytes;
    }
    return page;
}

std::string encode_blob_index(std::span<const uint64_t> table_page_checksums) {
    std::string index;
    index.reserve(sizeof(uint64_t) * table_page_checksums.size());
    for (const uint64_t checksum : table_page_checksums) base::append_le(index, checksum);
    return index;
}

BlobFooter encode_blob_footer(const BlobName& name, const BlobLayout& layout, Bytes index) {
    BlobFooter footer{};
    std::memcpy(footer.data(), kFooterMagic, kMagicBytes);
    store_le(footer.data() + kFooterContent, layout.content_bytes);
    store_le(footer.data() + kFooterPages, layout.page_count);
    store_le(footer.data() + kFooterTable, layout.table_offset);
    store_le(footer.data() + kFooterTablePages, layout.table_page_count);
    store_le(footer.data() + kFooterIndexChecksum,
             base::checksum(index, seed_of(name, Part::index, 0)));
    store_le(footer.data() + kFooterChecksum,
             base::checksum(Bytes(footer).first(kFooterChecksum), seed_of(name, Part::footer, 0)));
    return footer;
}

uint64_t blob_root_checksum(const BlobName& name, Bytes header, Bytes index, Bytes footer) {
    std::string all;
    all.reserve(header.size() + index.size() + footer.size());
    all.append(base::as_text(header)).append(base::as_text(index)).append(base::as_text(footer));
    return base::checksum(all, seed_of(name, Part::root, 0));
}

Status check_blob_header(const BlobName& name, Bytes header) {
    const uint8_t* from = header.data();
    if (header.size() != kBlobPageBytes || std::memcmp(from, kHeaderMagic, kMagicBytes) != 0) {
        return Status::make_corrupt("not a blob file");
    }
    if (load_le<uint64_t>(from + kHeaderChecksum) !=
        base::checksum(header.first(kHeaderChecksum))) {
        return Status::make_corrupt("the header page is damaged");
    }
    if (const auto version = load_le<uint32_t>(from + kHeaderVersion); version != kFormatVersion) {
        return Status::make_unsupported("blob format version ", version, ", this library reads ",
                                        kFormatVersion);
    }
    if (load_le<uint64_t>(from + kHeaderDatabase) != name.database_id) {
        return Status::make_corrupt("belongs to another database");
    }
    if (const auto number = load_le<uint64_t>(from + kHeaderNumber); number != name.file_number) {
        return Status::make_corrupt("is file number ", number);
    }
    // What is left has one right value in this version.
    const BlobPage expected = encode_blob_header(name);
    if (std::memcmp(from, expected.data(), expected.size()) != 0) {
        return Status::make_corrupt("the header page has an unknown kind or layout");
    }
    return {};
}

Result<BlobLayout> decode_blob_footer(const BlobName& name, Bytes footer) {
    const uint8_t* from = footer.data();
    if (footer.size() != kBlobFooterBytes || std::memcmp(from, kFooterMagic, kMagicBytes) != 0) {
        return Status::make_corrupt("the footer is missing");
    }
    if (load_le<uint64_t>(from + kFooterChecksum) !=
        base::checksum(footer.first(kFooterChecksum), seed_of(name, Part::footer, 0))) {
        return Status::make_corrupt("the footer is damaged");
    }
    const auto content = load_le<uint64_t>(from + kFooterContent);
    if (content > kBlobContentBytesMax) {
        return Status::make_corrupt("content_bytes ", content, " is over the limit of ",
                                    kBlobContentBytesMax);
    }
    const BlobLayout layout(content);
    if (load_le<uint64_t>(from + kFooterPages) != layout.page_count ||
        load_le<uint64_t>(from + kFooterTable) != layout.table_offset ||
        load_le<uint64_t>(from + kFooterTablePages) != layout.table_page_count) {
        return Status::make_corrupt("the footer contradicts itself");
    }
    return layout;
}

Result<std::vector<uint64_t>> decode_blob_index(const BlobName& name, Bytes index, Bytes footer) {
    if (load_le<uint64_t>(footer.data() + kFooterIndexChecksum) !=
        base::checksum(index, seed_of(name, Part::index, 0))) {
        return Status::make_corrupt("the index of the page table is damaged");
    }
    std::vector<uint64_t> checksums(index.size() / sizeof(uint64_t));
    for (size_t i = 0; i < checksums.size(); ++i) {
        checksums[i] = load_le<uint64_t>(index.data() + sizeof(uint64_t) * i);
    }
    return checksums;
}

Result<uint64_t> checksum_in_table_page(Bytes table_page, size_t slot) {
    const uint8_t* from = table_page.data() + kPageHeaderBytes * slot;
    if (const auto key = load_le<uint32_t>(from + kPageKey); key != 0) {
        return Status::make_unsupported("a page is encrypted with key ", key);
    }
    return load_le<uint64_t>(from + kPageChecksum);
}

}  // namespace grape::storage
