// The examples of docs/formats/directory.md and store_files.md are real files: made here again.
#include <gtest/gtest.h>

#include "storage/directory_format.h"
#include "tests/support/format_page.h"
#include "tests/unit/storage/store_fixture.h"

namespace grape::storage {
namespace {

using testing_support::expect_dump;

std::string page(const std::string& name) {
    return std::string(GRAPE_SOURCE_ROOT) + "/docs/formats/" + name;
}

TEST(FormatPages, show_the_identity_of_a_database) {
    const IdentityBytes bytes = encode_identity(test_database_id);
    expect_dump(page("directory.md"), "GRAPE", base::as_text(bytes));
}

TEST(FormatPages, show_a_log_and_current) {
    TemporaryDirectory directory;
    const std::string store = directory.file("store");
    {
        Result<OpenedStore> opened = open_at(store);
        ASSERT_TRUE(opened.ok());
        WriteBatch batch;
        batch.put("word", "oak");
        ASSERT_TRUE(opened->store->write(batch, Sync::yes).ok());
    }
    expect_dump(page("store_files.md"), "000003.log", read_bytes(store + "/000003.log"));
    expect_dump(page("store_files.md"), "CURRENT", read_bytes(store + "/CURRENT"));
}

}  // namespace
}  // namespace grape::storage
