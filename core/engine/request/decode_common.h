// What the JSON decoders of requests share: where in the request a value stands, which members an
// object may have, and readers of the kinds of values that many requests have.
//
// Every reader refuses a wrong value with a message that begins with its place
// ("points[17].vector.image[3]: expected a number, got a string"). null stands for a member that is
// left out, as in Qdrant. Threads: pure functions.
#pragma once

#include <initializer_list>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/cat.h"
#include "core/base/json.h"
#include "core/base/result.h"
#include "core/engine/request/request.h"

namespace grape::engine {

// Where a value stands: a chain on the stack, made into text when there is something to say.
class Place {
  public:
    Place() = default;
    Place(const Place& parent, std::string_view key) : parent_(&parent), key_(key) {}
    Place(const Place& parent, size_t index) : parent_(&parent), index_(index), is_item_(true) {}
    Place(const Place&) = delete;
    Place& operator=(const Place&) = delete;

    std::string text() const;  // "points[17].id"; "" for the body itself
    // "points[17].id: " with the parts behind it; without the first part for the body itself.
    template <typename... Parts>
    std::string say(const Parts&... parts) const {
        const std::string at = text();
        return base::cat(at, at.empty() ? "" : ": ", parts...);
    }

  private:
    const Place* parent_ = nullptr;
    std::string_view key_;
    size_t index_ = 0;
    bool is_item_ = false;
};

// Qdrant's query parameters that stand in a body here: `none` of them; `catalogue`: timeout;
// `read`: timeout and consistency; `write`: timeout, consistency, wait and ordering. They are
// checked and have no effect: an embedded database answers when it is done.
enum class Options : uint8_t { none, catalogue, read, write };

// What the decoders of operations need beside the body.
struct Context {
    std::span<const RequestBlob> blobs;
    // The collection of the batch that the operation is a part of; its members beside the operation
    // are not the operation's then.
    const std::string* batch_collection = nullptr;
};

using Names = std::initializer_list<std::string_view>;

// Is an object with no member outside of `allowed` and the options. A member in `later` is refused
// as unsupported, unless it is null, {} or [].
base::Status check_members(const base::JsonValue& object, const Place& at, Names allowed,
                           Names later = {}, Options options = Options::none);

// The member, or nothing when it is missing or null.
const base::JsonValue* find_member(const base::JsonValue& object, std::string_view name);
base::Result<const base::JsonValue*> require_member(const base::JsonValue& object,
                                                    std::string_view name, const Place& at);

base::Status expect_kind(const base::JsonValue& value, base::JsonKind kind, const Place& at);
// "expected `wanted`, got ..."
base::Status wrong_kind(const base::JsonValue& value, std::string_view wanted, const Place& at);
base::Status unsupported(const Place& at, std::string_view what = "");
// A name out of the request, in quotes, cut when it is long.
std::string quoted(std::string_view name);

base::Result<bool> read_bool(const base::JsonValue& value, const Place& at);
base::Result<uint64_t> read_integer(const base::JsonValue& value, const Place& at,
                                    uint64_t least = 0,
                                    uint64_t most = std::numeric_limits<uint64_t>::max());
base::Result<float> read_number(const base::JsonValue& value, const Place& at);
base::Result<std::string> read_string(const base::JsonValue& value, const Place& at);
// One of `words`; the index in the list.
base::Result<size_t> read_word(const base::JsonValue& value, const Place& at, Names words);
// A member of each kind with a default for when it is missing.
base::Result<bool> read_bool_or(const base::JsonValue& object, std::string_view name,
                                const Place& at, bool otherwise);
base::Result<uint64_t> read_integer_or(const base::JsonValue& object, std::string_view name,
                                       const Place& at, uint64_t otherwise, uint64_t least = 0);

// The vector's name; "" where it is missing.
base::Result<std::string> read_using(const base::JsonValue& body, const Place& at);
// collection_name; in a batch, where it is missing, the batch's.
base::Result<std::string> read_collection(const base::JsonValue& body, const Place& at,
                                          const Context& context);
// A collection's or alias's name in the member `name`.
base::Result<std::string> read_name(const base::JsonValue& object, std::string_view name,
                                    const Place& at);

base::Result<base::PointId> read_id(const base::JsonValue& value, const Place& at);
// [ids] or {"blob": n}
base::Result<std::vector<base::PointId>> read_ids(const base::JsonValue& value, const Place& at,
                                                  const Context& context);
base::Result<std::optional<uint64_t>> read_version(const base::JsonValue& object, const Place& at);

// {"blob": n} or {"blob": n, "row": r}: an object whose member `blob` is a number.
bool is_blob(const base::JsonValue& value);
struct BlobPlace {
    uint64_t blob = 0;
    std::optional<uint64_t> row;
};
base::Result<BlobPlace> read_blob(const base::JsonValue& value, const Place& at);

// [numbers] or one row of a blob. The kinds of vectors that Grape does not have yet are
// unsupported.
base::Result<VectorData> read_vector(const base::JsonValue& value, const Place& at,
                                     const Context& context);
// What Qdrant computes a vector from: {"text": ..., "model": ...} and its like.
bool is_document(const base::JsonValue& value);

base::Result<base::JsonPath> read_path(const base::JsonValue& value, const Place& at);
base::Result<std::vector<base::JsonPath>> read_paths(const base::JsonValue& value, const Place& at);
base::Result<std::vector<std::string>> read_vector_names(const base::JsonValue& value,
                                                         const Place& at);
// with_payload and with_vector (or with_vectors) of a read.
base::Result<WithPayload> read_with_payload(const base::JsonValue& body, const Place& at,
                                            bool otherwise);
base::Result<WithVectors> read_with_vectors(const base::JsonValue& body, const Place& at);

}  // namespace grape::engine
