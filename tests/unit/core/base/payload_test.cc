#include "core/base/payload.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <random>

#include "core/base/bytes.h"
#include "core/base/limits.h"

namespace grape::base {
namespace {

JsonValue json(std::string_view text) {
    Result<JsonValue> value = parse_json(text);
    EXPECT_TRUE(value.ok()) << text << value.status().to_string();
    return value.ok() ? std::move(value).value() : JsonValue();
}

std::string text_of(PayloadView view) {
    std::string out;
    JsonWriter writer(out);
    write_payload_json(view, writer);
    return out;
}

std::string encode(std::string_view text) {
    Result<std::string> encoded = encode_payload(json(text), "payload");
    EXPECT_TRUE(encoded.ok()) << encoded.status().to_string();
    return encoded.ok() ? *encoded : std::string();
}

std::string hex(std::string_view bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (!out.empty()) out += ' ';
        out += "0123456789abcdef"[byte >> 4];
        out += "0123456789abcdef"[byte & 15];
    }
    return out;
}

constexpr std::string_view kSample =
    R"({"word":"ceremony","tags":["rite","formal",null],"rank":7,"big":18446744073709551615,)"
    R"("score":0.25,"deep":{"a":{"b":[1,-200,70000,-5000000000]}},"yes":true,"no":false})";

TEST(Payload, keeps_every_kind_of_value) {
    const std::string encoded = encode(kSample);
    EXPECT_TRUE(validate_payload(encoded).ok());
    EXPECT_EQ(text_of(PayloadView(encoded)),
              R"({"big":18446744073709551615,"deep":{"a":{"b":[1,-200,70000,-5000000000]}},)"
              R"("no":false,"rank":7,"score":0.25,"tags":["rite","formal",null],)"
              R"("word":"ceremony","yes":true})");
    EXPECT_EQ(encode_payload_value(decode_payload(PayloadView(encoded))), encoded);
}

// The example of docs/formats/payload.md.
TEST(Payload, has_the_bytes_of_the_format_page) {
    EXPECT_EQ(hex(encode(R"({"n":[1,-300],"ok":true,"word":"oak"})")),
              "18 03 01 03 07 09 0a 0e 6e 6f 6b 77 6f 72 64 "
              "10 02 02 05 08 01 09 d4 fe 02 03 6f 61 6b");
}

TEST(Payload, equal_objects_have_equal_bytes) {
    EXPECT_EQ(encode(R"({"a":1,"b":{"c":2,"d":3}})"), encode(R"({"b":{"d":3,"c":2},"a":1})"));
    EXPECT_NE(encode(R"({"a":1})"), encode(R"({"a":1.0})"));
    JsonValue twice = json(R"({"a":1})");
    twice.members().emplace_back("a", JsonValue::of_integer(2));
    EXPECT_EQ(encode_payload_value(twice), encode(R"({"a":2})"));
}

TEST(Payload, the_empty_object_is_two_bytes) {
    EXPECT_EQ(encode("{}"), empty_payload());
    EXPECT_TRUE(validate_payload(empty_payload()).ok());
    EXPECT_EQ(PayloadView(empty_payload()).size(), 0u);
    EXPECT_FALSE(PayloadView(empty_payload()).find("a").has_value());
}

TEST(Payload, finds_a_key_by_binary_search) {
    std::string text = "{";
    for (int i = 0; i < 1000; ++i) text += cat("\"key", i * 7, "\":", i, ",");
    text.back() = '}';
    const std::string encoded = encode(text);
    const PayloadView view(encoded);
    ASSERT_EQ(view.size(), 1000u);
    for (int i = 0; i < 7000; ++i) {
        const auto found = view.find(cat("key", i));
        ASSERT_EQ(found.has_value(), i % 7 == 0) << i;
        if (found) {
            EXPECT_EQ(found->as_integer(), i / 7);
        }
    }
    EXPECT_FALSE(view.find("").has_value());
    EXPECT_FALSE(view.find("zzz").has_value());
}

TEST(Payload, integers_take_the_smallest_width) {
    for (const int64_t value : {int64_t{0}, int64_t{127}, int64_t{128}, int64_t{-128},
                                int64_t{-129}, int64_t{32767}, int64_t{32768}, int64_t{-32769},
                                int64_t{INT32_MAX}, int64_t{INT32_MIN} - 1, INT64_MAX, INT64_MIN}) {
        const std::string encoded = encode_payload_value(JsonValue::of_integer(value));
        EXPECT_EQ(PayloadView(encoded).as_integer(), value);
        EXPECT_EQ(PayloadView(encoded).as_real(), static_cast<double>(value));
        const size_t expected = value >= -128 && value <= 127              ? 2
                                : value >= -32768 && value <= 32767        ? 3
                                : value >= INT32_MIN && value <= INT32_MAX ? 5
                                                                           : 9;
        EXPECT_EQ(encoded.size(), expected) << value;
    }
}

TEST(Payload, containers_of_every_width_are_read) {
    for (const size_t size : {0u, 1u, 250u, 255u, 256u, 300u, 65'000u, 65'535u, 65'536u, 70'000u}) {
        JsonValue object = json(R"({"a":[1]})");
        object.find("a")->items().push_back(JsonValue::of_string(std::string(size, 'x')));
        const Result<std::string> encoded = encode_payload(object, "payload");
        ASSERT_TRUE(encoded.ok());
        EXPECT_TRUE(validate_payload(*encoded).ok()) << size;
        const auto array = PayloadView(*encoded).find("a");
        ASSERT_TRUE(array.has_value());
        EXPECT_EQ(array->item(1).as_string().size(), size);
        EXPECT_EQ(array->item(2).kind(), JsonKind::null);
    }
}

TEST(Payload, limits_are_named) {
    const auto refused = [](const JsonValue& value) {
        const Result<std::string> encoded = encode_payload(value, "points[3].payload");
        EXPECT_FALSE(encoded.ok());
        return encoded.status();
    };
    EXPECT_EQ(refused(json("[1]")).message(),
              "points[3].payload: expected an object, got an array");
    JsonValue deep;
    for (size_t i = 0; i <= limits::payload_depth_max; ++i) {
        JsonValue outer = JsonValue::make_object();
        outer.members().emplace_back("a", std::move(deep));
        deep = std::move(outer);
    }
    EXPECT_EQ(refused(deep).code(), Code::limit);
    EXPECT_EQ(refused(deep).message(), "points[3].payload: nested 57 levels deep; the limit is 56");
    EXPECT_TRUE(encode_payload(deep.members()[0].second, "payload").ok());
    JsonValue large = JsonValue::make_object();
    large.members().emplace_back("a",
                                 JsonValue::of_string(std::string(limits::payload_bytes_max, 'x')));
    EXPECT_EQ(refused(large).code(), Code::limit);
    EXPECT_NE(refused(large).message().find("4194304"), std::string::npos);
}

JsonValue random_value(std::mt19937_64& random, size_t depth) {
    const uint64_t kind = random() % (depth > 4 ? 6 : 9);
    const auto text = [&] {
        std::string out;
        for (uint64_t n = random() % 6; n > 0; --n) {
            out += random() % 9 == 0 ? "\xC3\xA9" : std::string(1, "abcXYZ _.\""[random() % 10]);
        }
        return out;
    };
    switch (kind) {
        case 0:
            return {};
        case 1:
            return JsonValue::of(random() % 2 == 0);
        case 2:
            return JsonValue::of_integer(static_cast<int64_t>(random()) >> (random() % 64));
        case 3:
            return JsonValue::of_unsigned(random() | uint64_t{1} << 63);
        case 4: {
            const double real = std::bit_cast<double>(random());
            return JsonValue::of_real(std::isfinite(real) ? real : 0.5);
        }
        case 5:
            return JsonValue::of_string(random() % 50 == 0 ? std::string(70'000, 'q') : text());
        case 6: {
            JsonValue array = JsonValue::make_array();
            for (uint64_t n = random() % 8; n > 0; --n) {
                array.items().push_back(random_value(random, depth + 1));
            }
            return array;
        }
        default: {
            JsonValue object = JsonValue::make_object();
            for (uint64_t n = random() % 12; n > 0; --n) {
                object.members().emplace_back(text(), random_value(random, depth + 1));
            }
            return object;
        }
    }
}

TEST(Payload, random_objects_survive_every_form) {
    const uint64_t seed = 7;
    SCOPED_TRACE(cat("seed ", seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 2000; ++i) {
        JsonValue object = JsonValue::make_object();
        object.members().emplace_back("root", random_value(random, 0));
        const std::string encoded = encode_payload_value(object);
        ASSERT_TRUE(validate_payload(encoded).ok()) << i;
        const PayloadView view(encoded);
        ASSERT_EQ(encode_payload_value(decode_payload(view)), encoded) << i;
        const Result<JsonValue> read = parse_json(text_of(view));
        ASSERT_TRUE(read.ok()) << i;
        ASSERT_EQ(encode_payload_value(*read), encoded) << i << text_of(view);
    }
}

// Damaged bytes are refused, or are the bytes of another object; never read out of bounds (the
// address sanitizer looks on: each copy has exactly its own bytes).
void read_hostile(const std::string& damaged) {
    const std::vector<char> exact(damaged.begin(), damaged.end());
    const std::string_view bytes(exact.data(), exact.size());
    const PayloadView view(bytes);
    view.find("rank");
    for (size_t i = 0; i < std::min<size_t>(view.size(), 300); ++i) {
        view.key(i);
        view.member(i).as_string();
        view.member(i).as_real();
        view.member(i).find("a");
    }
    if (!validate_payload(bytes).ok()) return;
    EXPECT_EQ(encode_payload_value(decode_payload(view)), bytes) << hex(bytes);
}

TEST(Payload, every_changed_byte_is_refused_or_read_safely) {
    const std::string encoded = encode(kSample);
    size_t refused = 0;
    for (size_t at = 0; at < encoded.size(); ++at) {
        for (int change = 1; change < 256; ++change) {
            std::string damaged = encoded;
            damaged[at] = static_cast<char>(damaged[at] ^ change);
            if (validate_payload(damaged).code() == Code::corrupt) ++refused;
            read_hostile(damaged);
        }
    }
    EXPECT_GT(refused, encoded.size() * 100);
}

TEST(Payload, every_truncation_and_extension_is_refused) {
    const std::string encoded = encode(kSample);
    for (size_t size = 0; size < encoded.size(); ++size) {
        EXPECT_EQ(validate_payload(encoded.substr(0, size)).code(), Code::corrupt) << size;
        read_hostile(encoded.substr(0, size));
    }
    EXPECT_EQ(validate_payload(encoded + std::string(1, '\0')).code(), Code::corrupt);
}

TEST(Payload, random_bytes_are_read_safely) {
    const uint64_t seed = 11;
    SCOPED_TRACE(cat("seed ", seed));
    std::mt19937_64 random(seed);
    for (int i = 0; i < 50'000; ++i) {
        std::string bytes(1 + random() % 40, '\0');
        for (char& byte : bytes)
            byte = static_cast<char>(random() % (random() % 2 == 0 ? 32 : 256));
        bytes[0] = static_cast<char>(0x18 + random() % 3);
        read_hostile(bytes);
    }
}

TEST(Payload, validation_refuses_what_no_encoder_writes) {
    const auto object = [](std::string_view value) {  // {"a": value}
        std::string out("\x18\x01\x01", 3);
        out += static_cast<char>(value.size());
        return cat(out, "a", value);
    };
    const std::pair<std::string_view, std::string> cases[] = {
        {"it is no object", std::string("\x10\x00", 2)},
        {"it is no object", std::string()},
        {"a value is missing", object("")},
        {"unknown tag 6", object("\x06")},
        {"unknown tag 19", object("\x13")},
        {"a string is not UTF-8", object("\x03\xFF")},
        {"an integer has the wrong width", object(std::string_view("\x09\x01\x00", 3))},
        {"an integer has the wrong size", object(std::string_view("\x08\x01\x00", 3))},
        {"a number is not finite", object(std::string_view("\x04\0\0\0\0\0\0\xF0\x7F", 9))},
        {"an unsigned number fits a signed one",
         object(std::string_view("\x05\x01\0\0\0\0\0\0\0", 9))},
        {"bytes behind a value", object(std::string_view("\x02\x00", 2))},
        {"offsets have the wrong width", std::string("\x19\x00\x00", 3)},
        {"unsorted keys", std::string("\x18\x02\x01\x02\x01\x02"
                                      "ba\x01\x01",
                                      10)},
        {"unsorted keys", std::string("\x18\x02\x01\x02\x01\x02"
                                      "aa\x01\x01",
                                      10)},
        {"a key is not UTF-8", std::string("\x18\x01\x01\x01\xFF\x01", 6)},
        {"offsets fall", object(std::string_view("\x10\x03\x02\x01\x03\x01\x01\x01", 8))},
        {"a table is cut short", object("\x10\x09\x01")},
        {"a table does not fit its size", object(std::string_view("\x10\x01\x01\x01\x01", 5))},
    };
    for (const auto& [message, bytes] : cases) {
        const Status status = validate_payload(bytes);
        EXPECT_EQ(status.code(), Code::corrupt) << hex(bytes);
        EXPECT_EQ(status.message(), cat("payload: ", message)) << hex(bytes);
    }
}

TEST(Payload, validation_limits_the_depth) {
    std::string value = encode_payload_value(JsonValue::make_array());
    for (int i = 0; i < 100'000; ++i) {
        const size_t size = value.size();
        std::string head =
            size <= 0xFF ? std::string("\x10\x01", 2) : std::string("\x12\x01\0\0\0", 5);
        if (size <= 0xFF) head += static_cast<char>(size);
        if (size > 0xFF) append_le(head, static_cast<uint32_t>(size));
        value.insert(0, head);
        if (value.size() > 200'000) break;
    }
    std::string object("\x1A\x01\0\0\0\x01\0\0\0", 9);
    append_le(object, static_cast<uint32_t>(value.size()));
    EXPECT_EQ(validate_payload(cat(object, "a", value)).code(), Code::corrupt);
}

}  // namespace
}  // namespace grape::base
