// The example of docs/formats/field_section.md is what the code writes.
#include "core/index/field/field_layout.h"
#include "tests/support/format_page.h"
#include "tests/unit/core/index/field/field_fixture.h"

namespace grape::index {
namespace {

TEST(FieldFormat, shows_a_section) {
    const FieldType type = type_of(FieldKind::keyword);
    FieldTail tail(type);
    tail.put(0, 0, 1, values_of(R"({"f":"oak"})", type));
    tail.put(1, 1, 2, values_of(R"({"f":["elm","oak"]})", type));
    tail.put(2, 2, 3, values_of(R"({"f":7})", type));
    tail.put(3, 3, 4, values_of(R"({})", type));
    FieldFiles files;
    const auto section = files.write(tail, 4, {0, 4});
    ASSERT_NE(files.open(section, type), nullptr);
    const auto view = section.blob->read(section.place.offset, section.place.length);
    ASSERT_TRUE(view.ok());
    const std::string page = std::string(GRAPE_SOURCE_ROOT) + "/docs/formats/field_section.md";
    testing_support::expect_dump(page, "field section", std::string(base::as_text(view->bytes())));
}

TEST(FieldFormat, keeps_its_header) {
    FieldHeader header;
    header.kind = FieldKind::text;
    header.ordered = true;
    header.interval = {1, 2};
    header.rows = 3;
    header.values = 4;
    header.postings = 5;
    header.forward = 6;
    header.key_bytes = 7;
    header.rows_with_values = 3;
    header.keys_per_row_max = 9;
    header.nulls = header.empties = header.others = header.severals = 2;
    header.fences = 1;
    header.fence_bytes = 12;
    header.counts[29] = 1;
    const std::string bytes = encode_field_header(header);
    ASSERT_EQ(bytes.size(), kFieldHeaderBytes);
    const auto read = decode_field_header(bytes);
    ASSERT_TRUE(read.has_value());
    EXPECT_EQ(encode_field_header(*read), bytes);
    for (const size_t offset : {0u, 4u, 8u, 12u, 39u, 47u, 55u, 63u, 71u, 75u, 83u, 95u}) {
        std::string damaged = bytes;
        damaged[offset] = '\x7F';
        EXPECT_FALSE(decode_field_header(damaged).has_value()) << offset;
    }
    EXPECT_FALSE(decode_field_header(bytes.substr(0, 200)).has_value());
}

TEST(FieldFormat, puts_counts_into_buckets) {
    EXPECT_EQ(count_bucket(0), 0u);
    EXPECT_EQ(count_bucket(1), 1u);
    EXPECT_EQ(count_bucket(2), 2u);
    EXPECT_EQ(count_bucket(3), 2u);
    EXPECT_EQ(count_bucket(4), 3u);
    EXPECT_EQ(count_bucket(FieldFacts::kCountMax), 28u);
    EXPECT_EQ(count_bucket(UINT32_MAX), 29u);
}

}  // namespace
}  // namespace grape::index
