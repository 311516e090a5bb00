// Status, Result and the macros that pass failures up.
#include "core/base/status.h"

#include <gtest/gtest.h>

#include <memory>
#include <set>
#include <string>

#include "core/base/result.h"

namespace grape::base {
namespace {

TEST(Status, values_of_the_codes_stay_as_released) {
    EXPECT_EQ(static_cast<int>(Code::ok), 0);
    EXPECT_EQ(static_cast<int>(Code::end), 1);
    EXPECT_EQ(static_cast<int>(Code::invalid), -1);
    EXPECT_EQ(static_cast<int>(Code::not_found), -2);
    EXPECT_EQ(static_cast<int>(Code::exists), -3);
    EXPECT_EQ(static_cast<int>(Code::unsupported), -4);
    EXPECT_EQ(static_cast<int>(Code::limit), -5);
    EXPECT_EQ(static_cast<int>(Code::conflict), -6);
    EXPECT_EQ(static_cast<int>(Code::io), -7);
    EXPECT_EQ(static_cast<int>(Code::corrupt), -8);
    EXPECT_EQ(static_cast<int>(Code::nomem), -9);
    EXPECT_EQ(static_cast<int>(Code::busy), -10);
    EXPECT_EQ(static_cast<int>(Code::closed), -11);
    EXPECT_EQ(static_cast<int>(Code::forked), -12);
    EXPECT_EQ(static_cast<int>(Code::readonly), -13);
    EXPECT_EQ(static_cast<int>(Code::full), -14);
    EXPECT_EQ(static_cast<int>(Code::unknown_outcome), -15);
    EXPECT_EQ(static_cast<int>(Code::cancelled), -16);
    EXPECT_EQ(static_cast<int>(Code::internal), -17);
}

TEST(Status, every_code_has_a_name_and_a_text_of_its_own) {
    std::set<std::string_view> names;
    std::set<std::string_view> texts;
    int codes = 0;
#define GRAPE_TEST_CODE(name, value, text, retry)                 \
    names.insert(code_name(value));                               \
    texts.insert(code_text(value));                               \
    EXPECT_TRUE(code_name(value).starts_with("GRAPE_")) << value; \
    ++codes;
    GRAPE_STATUS_MAP(GRAPE_TEST_CODE)
#undef GRAPE_TEST_CODE
    EXPECT_EQ(static_cast<int>(names.size()), codes);
    EXPECT_EQ(static_cast<int>(texts.size()), codes);
}

TEST(Status, a_value_that_is_no_code_has_a_harmless_text) {
    EXPECT_EQ(code_text(-4711), "unknown status");
    EXPECT_EQ(code_name(-4711), "unknown status");
    EXPECT_EQ(code_name(INT32_MIN), "unknown status");
}

TEST(Status, default_is_ok_and_has_no_message) {
    const Status status;
    EXPECT_TRUE(status.ok());
    EXPECT_EQ(status.message(), "");
    EXPECT_EQ(status.to_string(), "GRAPE_OK");
}

TEST(Status, makers_join_their_parts) {
    const Status status = Status::make_limit("dim: ", 70000u, " is over ", int64_t{-1}, '!', true);
    EXPECT_EQ(status.code(), Code::limit);
    EXPECT_EQ(status.message(), "dim: 70000 is over -1!true");
    EXPECT_EQ(status.to_string(), "GRAPE_E_LIMIT: dim: 70000 is over -1!true");
}

TEST(Status, context_goes_before_the_message_and_leaves_ok_alone) {
    const Status status = Status::make_io("No space left").with_context("append");
    EXPECT_EQ(status.code(), Code::io);
    EXPECT_EQ(status.message(), "append: No space left");
    EXPECT_EQ(Status().with_context("append").message(), "");
}

Result<int> half(int value) {
    if (value % 2 != 0) return Status::make_invalid(value, " is odd");
    return value / 2;
}

Result<int> quarter(int value) {
    GRAPE_ASSIGN(const int once, half(value));
    GRAPE_ASSIGN(const int twice, half(once));
    return twice;
}

Status check_quarter(int value) {
    GRAPE_TRY(quarter(value).status());
    return {};
}

TEST(Result, assign_gives_the_value_or_returns_the_failure) {
    ASSERT_TRUE(quarter(12).ok());
    EXPECT_EQ(*quarter(12), 3);
    EXPECT_EQ(quarter(6).status().message(), "3 is odd");
    EXPECT_EQ(quarter(7).status().message(), "7 is odd");
}

TEST(Result, try_returns_the_first_failure_only) {
    EXPECT_TRUE(check_quarter(4).ok());
    EXPECT_EQ(check_quarter(6).code(), Code::invalid);
}

TEST(Result, holds_what_cannot_be_copied) {
    Result<std::unique_ptr<int>> result = std::make_unique<int>(5);
    ASSERT_TRUE(result.ok());
    const std::unique_ptr<int> taken = std::move(result).value();
    EXPECT_EQ(*taken, 5);
}

TEST(Result, without_a_value_is_not_ok) {
    const Result<int> result = Status::make_not_found("x");
    EXPECT_FALSE(result.ok());
    EXPECT_EQ(result.status().code(), Code::not_found);
}

}  // namespace
}  // namespace grape::base
