// The contract of storage/store.h, run against each kind of store.
#include "storage/store.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <thread>

#include "storage/store_limits.h"
#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

class StoreContract : public testing::TestWithParam<const char*> {
  protected:
    void SetUp() override { open(); }
    bool on_disk() const { return std::string_view(GetParam()) == "leveldb"; }
    void open() {
        store_.reset();
        if (!on_disk()) {
            store_ = make_memory_store();
            return;
        }
        Result<OpenedStore> opened = open_at(directory_.file("store"));
        ASSERT_TRUE(opened.ok()) << opened.status().to_string();
        EXPECT_EQ(opened->recovered_tail_bytes, 0u);
        store_ = std::move(opened->store);
    }
    Status put(std::string_view key, std::string_view value, Sync sync = Sync::no) {
        WriteBatch batch;
        batch.put(key, value);
        return store_->write(batch, sync);
    }
    std::optional<std::string> get(std::string_view key) {
        Result<std::optional<std::string>> value = store_->get(key);
        EXPECT_TRUE(value.ok()) << value.status().to_string();
        return value.ok() ? value.value() : std::nullopt;
    }
    std::string keys(std::string_view prefix) {
        std::string all;
        const Status status = scan(*store_, prefix, [&](std::string_view key, std::string_view) {
            all.append(key).push_back(' ');
            return Status();
        });
        EXPECT_TRUE(status.ok()) << status.to_string();
        return all;
    }

    TemporaryDirectory directory_;
    std::unique_ptr<Store> store_;
};

TEST_P(StoreContract, gives_the_last_key_of_a_prefix) {
    const auto last = [&](std::string_view prefix) {
        const auto found = store_->last_key(prefix);
        EXPECT_TRUE(found.ok());
        return found->value_or("none");
    };
    EXPECT_EQ(last("b"), "none");
    for (const char* key : {"a9", "b", "b1", "b7", "c"}) ASSERT_TRUE(put(key, "").ok());
    EXPECT_EQ(last("b"), "b7");
    EXPECT_EQ(last("c"), "c");
    EXPECT_EQ(last("d"), "none");
    EXPECT_EQ(last("aa"), "none");
    EXPECT_EQ(last(""), "c");
    ASSERT_TRUE(put("b\xff\xff", "").ok());
    EXPECT_EQ(last("b\xff"), "b\xff\xff");
    WriteBatch batch;
    batch.remove("b\xff\xff");
    batch.remove("b7");
    ASSERT_TRUE(store_->write(batch, Sync::no).ok());
    EXPECT_EQ(last("b"), "b1");
    ASSERT_TRUE(store_->settle().ok());
    EXPECT_EQ(last("b"), "b1");
    EXPECT_EQ(last("b\xff"), "none");
}

TEST_P(StoreContract, a_missing_key_is_no_error) {
    EXPECT_EQ(get("nothing"), std::nullopt);
}

TEST_P(StoreContract, keys_and_values_may_be_empty_or_binary) {
    const std::string binary("\0\xff\0", 3);
    ASSERT_TRUE(put("", "empty key").ok());
    ASSERT_TRUE(put(binary, "").ok());
    EXPECT_EQ(get(""), "empty key");
    EXPECT_EQ(get(binary), "");
}

TEST_P(StoreContract, later_entries_of_a_batch_win) {
    WriteBatch batch;
    batch.put("a", "1");
    batch.remove("a");
    batch.put("b", "1");
    batch.put("b", "2");
    batch.remove("never there");
    ASSERT_TRUE(store_->write(batch, Sync::yes).ok());
    EXPECT_EQ(get("a"), std::nullopt);
    EXPECT_EQ(get("b"), "2");
}

TEST_P(StoreContract, an_iterator_stays_within_its_prefix) {
    for (const char* key : {"a", "b", "b1", "b2", "b\xff", "c"}) ASSERT_TRUE(put(key, "x").ok());
    EXPECT_EQ(keys("b"), "b b1 b2 b\xff ");
    EXPECT_EQ(keys("bb"), "");
    EXPECT_EQ(keys(""), "a b b1 b2 b\xff c ");
}

TEST_P(StoreContract, seek_finds_the_next_key_of_the_prefix) {
    for (const char* key : {"a1", "b1", "b3", "c1"}) ASSERT_TRUE(put(key, "x").ok());
    const std::unique_ptr<Iterator> iterator = store_->iterate("b");
    iterator->seek("b2");
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), "b3");
    iterator->seek("a");
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), "b1");
    iterator->seek("c");
    EXPECT_FALSE(iterator->valid());
    EXPECT_TRUE(iterator->status().ok());
    iterator->seek("b");
    EXPECT_TRUE(iterator->valid());
}

TEST_P(StoreContract, an_iterator_sees_the_moment_it_was_made) {
    for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(put(key, "old").ok());
    const std::unique_ptr<Iterator> iterator = store_->iterate("");
    WriteBatch batch;
    batch.remove("b");
    batch.put("c", "new");
    batch.put("d", "new");
    ASSERT_TRUE(store_->write(batch, Sync::no).ok());
    ASSERT_TRUE(store_->settle().ok());
    std::string seen;
    for (; iterator->valid(); iterator->next()) {
        seen.append(iterator->key()).append("=").append(iterator->value()).append(" ");
    }
    EXPECT_TRUE(iterator->status().ok());
    EXPECT_EQ(seen, "a=old b=old c=old ");
    EXPECT_EQ(keys(""), "a c d ");
}

TEST_P(StoreContract, scan_stops_at_the_failure_of_its_visitor) {
    for (const char* key : {"a", "b", "c"}) ASSERT_TRUE(put(key, "x").ok());
    int calls = 0;
    const Status status = scan(*store_, "", [&](std::string_view key, std::string_view) {
        ++calls;
        return key == "b" ? Status::make_cancelled("enough") : Status();
    });
    EXPECT_EQ(status.code(), Code::cancelled);
    EXPECT_EQ(calls, 2);
}

TEST_P(StoreContract, refuses_what_is_over_a_limit_and_changes_nothing) {
    WriteBatch key;
    key.put("small", "x");
    key.put(std::string(store_key_bytes_max + 1, 'k'), "x");
    EXPECT_EQ(store_->write(key, Sync::no).code(), Code::limit);
    WriteBatch value;
    value.put("value", std::string(store_value_bytes_max + 1, 'v'));
    EXPECT_EQ(store_->write(value, Sync::no).code(), Code::limit);
    WriteBatch large;
    for (int i = 0; i < 5; ++i) large.put(cat("large", i), std::string(15u << 20, 'v'));
    EXPECT_EQ(store_->write(large, Sync::no).code(), Code::limit);
    WriteBatch removal;
    removal.remove(std::string(store_key_bytes_max + 1, 'k'));
    EXPECT_EQ(store_->write(removal, Sync::no).code(), Code::limit);
    EXPECT_EQ(keys(""), "");
    EXPECT_TRUE(store_->health().ok());
    ASSERT_TRUE(put(std::string(store_key_bytes_max, 'k'), "x").ok());
}

TEST_P(StoreContract, many_writers_lose_nothing) {
    std::vector<std::thread> writers;
    std::atomic<int> failures{0};
    for (int writer = 0; writer < 4; ++writer) {
        writers.emplace_back([&, writer] {
            for (int i = 0; i < 100; ++i) {
                WriteBatch batch;
                batch.put(cat("w", writer, "-", i), cat(i));
                batch.put(cat("twin", writer, "-", i), cat(i));
                const Sync sync = i % 10 == 0 ? Sync::yes : Sync::no;
                if (!store_->write(batch, sync).ok()) ++failures;
            }
        });
    }
    for (std::thread& writer : writers) writer.join();
    EXPECT_EQ(failures, 0);
    ASSERT_TRUE(store_->sync().ok());
    for (int writer = 0; writer < 4; ++writer) {
        for (int i = 0; i < 100; ++i) {
            EXPECT_EQ(get(cat("w", writer, "-", i)), cat(i));
            EXPECT_EQ(get(cat("twin", writer, "-", i)), cat(i));
        }
    }
}

TEST_P(StoreContract, memory_grows_with_what_it_holds) {
    const size_t before = store_->memory_bytes();
    ASSERT_TRUE(put("key", std::string(200'000, 'v')).ok());
    EXPECT_GE(store_->memory_bytes(), before + 200'000);
}

// Random operations against a sorted map.
class Model {
  public:
    Model(unsigned seed) : random_(seed) {}
    using Map = std::map<std::string, std::string>;

    unsigned below(unsigned bound) { return static_cast<unsigned>(random_() % bound); }
    std::string key() { return cat(static_cast<char>('a' + below(4)), below(60)); }
    WriteBatch batch() {
        WriteBatch batch;
        for (unsigned i = 0, count = below(12); i < count; ++i) {
            const std::string k = key();
            if (below(3) == 0) {
                batch.remove(k);
                map.erase(k);
                continue;
            }
            const std::string v(below(200) == 0 ? 50'000 : below(300),
                                static_cast<char>(below(256)));
            batch.put(k, v);
            map[k] = v;
        }
        return batch;
    }

    Map map;

  private:
    std::mt19937 random_;
};

std::string first_difference(const Model::Map& expected, Iterator& iterator,
                             const std::string& prefix) {
    auto at = expected.lower_bound(prefix);
    for (; iterator.valid(); iterator.next(), ++at) {
        if (at == expected.end()) return cat("extra key ", iterator.key());
        if (at->first != iterator.key() || at->second != iterator.value()) {
            return cat("at ", iterator.key(), " instead of ", at->first);
        }
    }
    if (!iterator.status().ok()) return iterator.status().to_string();
    const bool more = at != expected.end() && at->first.starts_with(prefix);
    return more ? cat("missing ", at->first) : "";
}

TEST_P(StoreContract, agrees_with_a_sorted_map_under_random_operations) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(cat("seed ", seed));
        Model model(seed);
        const Status cleared = scan(*store_, "", [&](std::string_view key, std::string_view) {
            WriteBatch batch;
            batch.remove(key);
            return store_->write(batch, Sync::no);
        });
        ASSERT_TRUE(cleared.ok());
        std::unique_ptr<Iterator> old;  // with the map as it was then
        Model::Map old_map;
        for (int step = 0; step < 1500; ++step) {
            const unsigned what = model.below(100);
            if (what < 60) {
                const WriteBatch batch = model.batch();
                const Sync sync = model.below(50) == 0 ? Sync::yes : Sync::no;
                ASSERT_TRUE(store_->write(batch, sync).ok());
            } else if (what < 90) {
                const std::string key = model.key();
                const auto found = model.map.find(key);
                ASSERT_EQ(get(key),
                          found == model.map.end() ? std::nullopt : std::optional(found->second));
            } else if (what < 95) {
                const std::string prefix = model.key().substr(0, model.below(3));
                ASSERT_EQ(first_difference(model.map, *store_->iterate(prefix), prefix), "");
            } else if (what < 98) {
                if (old) {
                    ASSERT_EQ(first_difference(old_map, *old, ""), "");
                }
                old = store_->iterate("");
                old_map = model.map;
            } else if (model.below(10) == 0) {
                ASSERT_TRUE(store_->settle().ok());
            } else if (on_disk() && model.below(10) == 0) {
                old.reset();
                open();
            }
        }
        ASSERT_EQ(first_difference(model.map, *store_->iterate(""), ""), "");
    }
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreContract, testing::Values("memory", "leveldb"),
                         [](const auto& kind) { return std::string(kind.param); });

TEST(WriteBatch, gives_its_entries_back_in_order) {
    WriteBatch first;
    EXPECT_TRUE(first.empty());
    first.put("a", std::string(300, 'x'));
    WriteBatch second;
    second.remove(std::string("b\0c", 3));
    second.append(first);
    EXPECT_EQ(second.count(), 2u);
    std::string seen;
    second.for_each([&](std::string_view k, std::string_view v) { seen += cat("+", k, v.size()); },
                    [&](std::string_view k) { seen += cat("-", k); });
    EXPECT_EQ(seen, std::string("-b\0c", 4) + "+a300");
    second.clear();
    EXPECT_TRUE(second.empty());
    EXPECT_EQ(second.size_bytes(), 0u);
}

}  // namespace
}  // namespace grape::storage
