// Field sections with damaged bytes: whatever they say, a run is refused with Code::corrupt or
// answers something; it never reads outside of its section.
#include <string>

#include "core/index/field/field_layout.h"
#include "tests/unit/core/index/field/field_fixture.h"

namespace grape::index {
namespace {

struct Sample {
    FieldType type;
    std::vector<std::string> fields;
    std::vector<FieldLookup> lookups;
};

std::vector<Sample> samples() {
    std::vector<Sample> out;
    std::vector<std::string> words;
    for (int i = 0; i < 40; ++i) words.push_back("[\"w" + std::to_string(i * 7 % 40) + "\",null]");
    words.push_back("3");
    out.push_back({type_of(FieldKind::keyword),
                   words,
                   {KeySet::of({"w3", "w9", "no"}), KeySet::of({"w3"}, true), prefix_range("w1")}});
    out.push_back({type_of(FieldKind::text, true),
                   {R"("the red fox")", R"("red the fox")", "null"},
                   {TokenMatch{TokenMatch::Kind::all, {"red", "fox"}},
                    TokenMatch{TokenMatch::Kind::any, {"red", "fox"}},
                    TokenMatch{TokenMatch::Kind::phrase, {"red", "fox"}}}});
    out.push_back({type_of(FieldKind::geo),
                   {R"({"lon":1,"lat":2})", R"({"lon":-1,"lat":-2})"},
                   {GeoArea{GeoRadius{{0, 0}, 1e6}}, GeoArea{GeoBox{{0, 3}, {2, 0}}}}});
    out.push_back({type_of(FieldKind::floating),
                   {"1.5", "[2,3]", "7"},
                   {floating_range({.gt = 1.6}), KeySet::of({floating_key(7)})}});
    return out;
}

void expect_answer(const base::Status& status) {
    EXPECT_TRUE(status.ok() || status.code() == base::Code::corrupt) << status.to_string();
}

// Asks everything there is to ask.
void use(const FieldRun& run, const Sample& sample) {
    std::vector<FieldLookup> lookups = sample.lookups;
    lookups.push_back(CountRange{1, 2});
    for (const auto kind : {RowFact::Kind::every_row, RowFact::Kind::empty, RowFact::Kind::null,
                            RowFact::Kind::other, RowFact::Kind::several}) {
        lookups.push_back(RowFact{kind});
    }
    RowBitset rows(64);
    for (const FieldLookup& lookup : lookups) {
        expect_answer(run.find(lookup, rows));
        expect_answer(run.estimate(lookup).status());
    }
    FieldValues values;
    for (const uint32_t row : {0u, 1u, 39u, UINT32_MAX}) {
        expect_answer(run.read(row, 1, values).status());
    }
    const KeyCount ignore = [](std::string_view, uint64_t) {};
    expect_answer(run.count_values({}, ignore));
    expect_answer(run.count_values([](uint32_t row, CommitInterval) { return row < 9; }, ignore));
    for (const bool descending : {false, true}) {
        auto cursor = run.ordered(descending, std::string("w2"));
        expect_answer(cursor.status());
        while (cursor.ok()) {
            const auto more = (*cursor)->next();
            expect_answer(more.status());
            if (!more.ok() || !*more) break;
        }
    }
    expect_answer(run.verify());
}

// As a merge reads it.
void merge(FieldFiles& files, std::shared_ptr<const FieldRun> run, const Sample& sample) {
    const std::vector<std::shared_ptr<const FieldRun>> runs = {run, run};
    const EntryTest test = [](uint32_t row, CommitInterval) { return row < 64; };
    static_cast<void>(files.write([&](storage::BlobWriter& out) -> base::Result<FieldPlace> {
        auto place = merge_field_runs(out, {0, 9}, sample.type, runs, nullptr, test);
        expect_answer(place.status());
        return place.ok() ? *place : FieldPlace{};
    }));
}

struct Bytes {
    std::string content;  // of the section alone
};

Bytes section_of(FieldFiles& files, const Sample& sample) {
    const auto length = static_cast<uint32_t>(sample.fields.size());
    const auto section = files.write(*make_tail(sample.type, sample.fields), length, {0, length});
    const auto view = section.blob->read(section.place.offset, section.place.length);
    EXPECT_TRUE(view.ok());
    return {std::string(base::as_text(view->bytes()))};
}

void open_and_use(FieldFiles& files, const std::string& content, const Sample& sample) {
    const auto run = FieldRun::open(files.write_raw(content), {0, content.size()}, sample.type, 1);
    if (!run.ok()) {
        EXPECT_EQ(run.status().code(), base::Code::corrupt);
        return;
    }
    use(**run, sample);
    merge(files, *run, sample);
}

TEST(FieldDamage, a_changed_byte_harms_nobody) {
    for (const Sample& sample : samples()) {
        FieldFiles all;
        const Bytes section = section_of(all, sample);
        for (size_t i = 0; i < section.content.size(); ++i) {
            for (const int mask : {0x01, 0x80, 0xFF}) {
                FieldFiles files;
                std::string damaged = section.content;
                damaged[i] = static_cast<char>(damaged[i] ^ mask);
                open_and_use(files, damaged, sample);
            }
        }
    }
}

TEST(FieldDamage, a_section_that_is_cut_is_refused) {
    for (const Sample& sample : samples()) {
        FieldFiles all;
        const Bytes section = section_of(all, sample);
        for (size_t length = 0; length < section.content.size(); ++length) {
            FieldFiles files;
            const auto blob = files.write_raw(section.content.substr(0, length));
            const auto run = FieldRun::open(blob, {0, length}, sample.type, 1);
            ASSERT_FALSE(run.ok()) << length;
            EXPECT_EQ(run.status().code(), base::Code::corrupt);
        }
    }
}

// What reads do not check, verify() finds: all that is behind the keys, but for the zeros between
// the parts.
TEST(FieldDamage, verify_finds_changed_rows_and_values) {
    constexpr size_t kZerosMax = 4 * 7;
    for (const Sample& sample : samples()) {
        FieldFiles all;
        const Bytes section = section_of(all, sample);
        const auto header = decode_field_header(section.content);
        ASSERT_TRUE(header.has_value());
        size_t missed = 0;
        for (size_t i = FieldLayout(*header).posting_offsets; i < section.content.size(); ++i) {
            FieldFiles files;
            std::string damaged = section.content;
            damaged[i] = static_cast<char>(damaged[i] ^ 0x10);
            const auto run =
                FieldRun::open(files.write_raw(damaged), {0, damaged.size()}, sample.type, 1);
            missed += run.ok() && (*run)->verify().ok() ? 1 : 0;
        }
        EXPECT_LE(missed, kZerosMax);
    }
}

}  // namespace
}  // namespace grape::index
