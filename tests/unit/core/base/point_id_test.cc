// Point ids: what text is a UUID, what is refused, and that keys sort as ids do.
#include "core/base/point_id.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"

namespace grape::base {
namespace {

using std::literals::string_view_literals::operator""sv;

constexpr std::string_view kUuid = "6f9619ff-8b86-d011-b42d-00c04fc964ff";

PointId text_id(std::string_view text) {
    Result<PointId> id = PointId::from_text(text);
    EXPECT_TRUE(id.ok()) << text << ": " << id.status().to_string();
    return id.ok() ? *id : PointId();
}

std::string key_of(const PointId& id) {
    std::string key;
    id.append_key(key);
    return key;
}

TEST(PointId, all_forms_of_a_uuid_are_the_same_id) {
    const PointId id = text_id(kUuid);
    EXPECT_EQ(id.kind(), IdKind::uuid);
    for (const std::string_view form :
         {"6F9619FF-8B86-D011-B42D-00C04FC964FF"sv, "6f9619ff8b86d011b42d00c04fc964ff"sv,
          "{6f9619ff-8b86-d011-b42d-00c04fc964ff}"sv,
          "urn:uuid:6f9619ff-8b86-D011-b42d-00c04fc964ff"sv}) {
        EXPECT_EQ(text_id(form), id) << form;
        EXPECT_EQ(text_id(form).hash(), id.hash()) << form;
    }
    EXPECT_EQ(id.to_string(), kUuid);
}

TEST(PointId, what_is_nearly_a_uuid_is_a_string) {
    for (const std::string_view text :
         {"6f9619ff-8b86-d011-b42d-00c04fc964f"sv, "6f9619ff-8b86-d011-b42d-00c04fc964ff0"sv,
          "6f9619ff-8b86-d011-b42d-00c04fc964fg"sv, "6f9619ff_8b86_d011_b42d_00c04fc964ff"sv,
          "6f9619ff8-b86-d011-b42d-00c04fc964ff"sv, "{6f9619ff8b86d011b42d00c04fc964ff}"sv,
          "{6f9619ff-8b86-d011-b42d-00c04fc964ff"sv, "6f9619ff8b86d011b42d00c04fc964f"sv,
          "urn:uuid:6f9619ff8b86d011b42d00c04fc964ff"sv}) {
        EXPECT_FALSE(parse_uuid(text)) << text;
        const PointId id = text_id(text);
        EXPECT_EQ(id.kind(), IdKind::string) << text;
        EXPECT_EQ(id.to_string(), text);
    }
}

TEST(PointId, digits_in_a_string_are_no_number) {
    const PointId id = text_id("17");
    EXPECT_EQ(id.kind(), IdKind::string);
    EXPECT_NE(id, PointId::number(17));
}

TEST(PointId, refuses_empty_long_and_malformed_text_by_name) {
    const Status empty = PointId::from_text("", "points[3].id").status();
    EXPECT_EQ(empty.code(), Code::invalid);
    EXPECT_NE(empty.message().find("points[3].id"), std::string::npos);

    EXPECT_TRUE(PointId::from_text(std::string(255, 'x')).ok());
    const Status longer = PointId::from_text(std::string(256, 'x')).status();
    EXPECT_EQ(longer.code(), Code::limit);
    EXPECT_NE(longer.message().find("255"), std::string::npos);

    EXPECT_EQ(PointId::from_text("caf\xe9").status().code(), Code::invalid);
    EXPECT_TRUE(PointId::from_text("a\0b"sv).ok());
}

TEST(PointId, numbers_come_before_uuids_and_uuids_before_strings) {
    const PointId number = PointId::number(UINT64_MAX);
    const PointId uuid = text_id("00000000-0000-0000-0000-000000000000");
    const PointId string = text_id("\x01"sv);
    EXPECT_LT(number, uuid);
    EXPECT_LT(uuid, string);
    EXPECT_LT(PointId(), PointId::number(0));
    EXPECT_LT(key_of(number), key_of(uuid));
    EXPECT_LT(key_of(uuid), key_of(string));
}

TEST(PointId, a_string_sorts_after_its_beginning) {
    EXPECT_LT(text_id("a"), text_id("a\0"sv));
    EXPECT_LT(text_id("a\x7f"), text_id("a\u0080"));  // bytes are unsigned
    EXPECT_LT(key_of(text_id("a\x7f")), key_of(text_id("a\u0080")));
}

// Numbers, UUIDs and strings that often share their beginnings.
PointId random_id(std::mt19937_64& random) {
    switch (random() % 4) {
        case 0:
            return PointId::number(random() % 300);
        case 1:
            return PointId::number(random() >> (random() % 64));
        case 2: {
            UuidBytes bytes{};
            for (uint8_t& byte : bytes)
                byte = static_cast<uint8_t>(random() % 3 == 0 ? random() : 0);
            return PointId::uuid(bytes);
        }
        default: {
            static const std::vector<std::string_view> parts = {"a", "b", "\0"sv, "\u00e9",
                                                                "\U0001f347"};
            std::string text;
            const size_t size = 1 + random() % 8;
            for (size_t i = 0; i < size; ++i) text += parts[random() % parts.size()];
            return text_id(text);
        }
    }
}

TEST(PointId, keys_sort_as_the_ids_do) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 20000; ++round) {
        const PointId a = random_id(random);
        const PointId b = random_id(random);
        const std::string key_a = key_of(a);
        const std::string key_b = key_of(b);
        ASSERT_EQ(a <=> b, key_a.compare(key_b) <=> 0) << a.to_string() << " and " << b.to_string();
        ASSERT_EQ(a == b, key_a == key_b);
        if (a == b) {
            ASSERT_EQ(a.hash(), b.hash());
        }
    }
}

TEST(PointId, a_key_gives_its_id_back) {
    const unsigned seed = std::random_device{}();
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937_64 random(seed);
    for (int round = 0; round < 5000; ++round) {
        const PointId id = random_id(random);
        const Result<PointId> read = PointId::from_key(key_of(id));
        ASSERT_TRUE(read.ok()) << read.status().to_string();
        ASSERT_EQ(*read, id);
        ASSERT_EQ(read->to_string(), id.to_string());
    }
}

TEST(PointId, damaged_keys_are_refused) {
    std::vector<std::string> damaged = {"",
                                        "\x04"
                                        "abcdefgh",
                                        std::string(1, '\0') + "abcdefgh", "\x03",
                                        "\x03" + std::string(256, 'x')};
    for (const PointId& id : {PointId::number(7), text_id(kUuid)}) {
        const std::string key = key_of(id);
        for (size_t size = 0; size < key.size(); ++size) damaged.push_back(key.substr(0, size));
        damaged.push_back(key + "x");
    }
    for (const std::string& key : damaged) {
        EXPECT_EQ(PointId::from_key(key).status().code(), Code::corrupt)
            << testing::PrintToString(key);
    }
}

TEST(PointId, a_string_key_that_is_no_utf8_or_a_uuid_is_damaged) {
    // No id that was accepted has such a key, and two keys must never stand for one id.
    EXPECT_EQ(PointId::from_key("\x03\xff").status().code(), Code::corrupt);
    EXPECT_EQ(PointId::from_key("\x03" + std::string(kUuid)).status().code(), Code::corrupt);
}

}  // namespace
}  // namespace grape::base
