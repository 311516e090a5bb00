"""The cases of messages.c: each request in both encodings, in the order in which they are run.

A case that is refused names its status and words of its message, and must leave the database as it
was. `make_cases.py` turns the list into the file that messages.c reads.
"""

import json
import struct

CASES = []


def case(name, as_json, as_flatbuffers, status="OK", says=(), blobs=()):
    """as_json: a dict or text; as_flatbuffers: a dict in flatc's JSON, bytes, or None."""
    text = as_json if isinstance(as_json, (str, bytes, type(None))) else json.dumps(as_json)
    CASES.append({"name": name, "json": text, "flatbuffers": as_flatbuffers, "status": status,
                  "says": [says] if isinstance(says, str) else list(says), "blobs": list(blobs)})


def body(kind, fields, **beside):
    return {"body_type": kind, "body": fields, **beside}


def f32(*values):
    return list(struct.pack(f"<{len(values)}f", *values))


def dense(*values):
    return {"vector_type": "DenseVector", "vector": {"data": f32(*values)}}


def number(value):
    return {"kind": "NUMBER", "number": value}


def text_id(value):
    return {"kind": "TEXT", "text": value}


def texts(*values):
    return [{"text": value} for value in values]


def point(identifier, *values, **more):
    return {"id": identifier, "vectors": [dense(*values)], **more}


def blob(kind, dim, *values, **more):
    """more: rows, stride (bytes)."""
    return {"type": kind, "dim": dim, "values": values, **more}


def upsert_json(*points, **more):
    return {"upsert_points": {"collection_name": "words", "points": list(points), **more}}


def upsert_fb(*points, **more):
    return body("UpsertPoints", {"collection": "words", "points": list(points), **more})


def query_json(vector, **more):
    return {"query_points": {"collection_name": "words", "query": vector, **more}}


def query_fb(*values, **more):
    return body("QueryPoints", {"collection": "words", "query_type": "DenseVector",
                                "query": {"data": f32(*values)}, **more})


# --- a catalogue and its points, in all the ways that there are ---

case("creates_a_collection_with_one_unnamed_vector",
     {"create_collection": {"collection_name": "words",
                            "vectors": {"size": 3, "distance": "Cosine"}}},
     body("CreateCollection", {"collection": "words", "config": {
         "vectors": [{"size": 3, "distance": "COSINE"}]}}))
case("creates_a_collection_with_named_vectors_and_metadata",
     {"create_collection": {"collection_name": "named", "metadata": {"from": "a test"}, "vectors": {
         "image": {"size": 2, "distance": "Dot", "datatype": "float16", "memory": "pinned"},
         "bytes": {"size": 2, "distance": "Euclid", "datatype": "uint8", "memory": "cold"},
         "city": {"size": 2, "distance": "Manhattan"}}}},
     body("CreateCollection", {"collection": "named", "config": {"metadata": '{"from": "a test"}',
          "vectors": [
              {"name": "image", "size": 2, "distance": "DOT", "datatype": "F16",
               "memory": "PINNED"},
              {"name": "bytes", "size": 2, "distance": "EUCLID", "datatype": "U8",
               "memory": "COLD"},
              {"name": "city", "size": 2, "distance": "MANHATTAN"}]}}))
case("upserts_points_with_ids_of_every_kind",
     upsert_json({"id": 1, "vector": [1, 0, 0], "payload": {"name": "one", "n": [1, 2.5, None]}},
                 {"id": "6f9619ff-8b86-d011-b42d-00c04fc964ff", "vector": [0, 1, 0]},
                 {"id": "a word", "vector": [0, 0, 1], "payload": {}},
                 {"id": 18446744073709551615, "vector": [1, 1, 1]}),
     upsert_fb(point(number(1), 1, 0, 0, payload='{"name": "one", "n": [1, 2.5, null]}'),
               point({"kind": "UUID", "uuid": {"high": 0x6f9619ff8b86d011,
                                               "low": 0xb42d00c04fc964ff}}, 0, 1, 0),
               point(text_id("a word"), 0, 0, 1, payload="{}"),
               point(number(18446744073709551615), 1, 1, 1)))
case("a_text_that_is_a_uuid_is_that_uuid",
     upsert_json({"id": "6F9619FF8B86D011B42D00C04FC964FF", "vector": [0, 2, 0]}),
     upsert_fb(point(text_id("6F9619FF8B86D011B42D00C04FC964FF"), 0, 2, 0)))
case("upserts_columns_from_blobs",
     {"upsert_points": {"collection_name": "words", "batch": {
         "ids": {"blob": 0}, "vectors": {"blob": 1}, "payloads": [{"c": 1}, None]}}},
     body("UpsertPoints", {"collection": "words", "columns": {
         "ids": {"blob": {"blob": 0}}, "vectors": [{"blob": {"blob": 1}}],
         "payloads": [{"text": '{"c": 1}'}, {}]}}),
     blobs=[blob("u64", 1, 40, 41), blob("f32", 3, 1, 2, 3, 3, 2, 1)])
case("upserts_a_row_of_a_strided_blob",
     upsert_json({"id": 50, "vector": {"blob": 0, "row": 1}}),
     upsert_fb({"id": number(50), "vectors": [{"vector_type": "DenseVector",
                                               "vector": {"blob": {"blob": 0, "row": 1}}}]}),
     blobs=[blob("f32", 3, 1, 2, 3, 9, 4, 5, 6, 9, rows=2, stride=16)])
case("upserts_half_and_byte_blobs",
     {"upsert_points": {"collection_name": "named", "points": [
         {"id": 1, "vector": {"image": {"blob": 0, "row": 0}, "bytes": {"blob": 1, "row": 0},
                              "city": [0.5, -0.5]}},
         {"id": 2, "vector": {"city": [1, 1]}}, {"id": 3, "vector": {}}]}},
     body("UpsertPoints", {"collection": "named", "points": [
         {"id": number(1), "vectors": [
             {"name": "image", "vector_type": "DenseVector",
              "vector": {"blob": {"blob": 0, "row": 0}}},
             {"name": "bytes", "vector_type": "DenseVector",
              "vector": {"blob": {"blob": 1, "row": 0}}},
             {"name": "city", **dense(0.5, -0.5)}]},
         {"id": number(2), "vectors": [{"name": "city", **dense(1, 1)}]},
         {"id": number(3)}]}),
     blobs=[blob("f16", 2, 0x3C00, 0xC000), blob("u8", 2, 0, 255)])
case("inserts_only_what_is_not_there",
     upsert_json({"id": 1, "vector": [0, 0, 9]}, {"id": 60, "vector": [0, 3, 9]},
                 update_mode="insert_only"),
     upsert_fb(point(number(1), 0, 0, 9), point(number(60), 0, 3, 9), mode="INSERT_ONLY"))
case("updates_vectors",
     {"update_vectors": {"collection_name": "words",
                         "points": [{"id": 60, "vector": [7, 0, 1]}]}},
     body("UpdateVectors", {"collection": "words", "points": [point(number(60), 7, 0, 1)]}))
case("sets_a_payload",
     {"set_payload": {"collection_name": "words", "payload": {"a": {"b": 1}}, "points": [1, 60]}},
     body("SetPayload", {"collection": "words", "payload": '{"a": {"b": 1}}',
                         "selection": {"ids": {"numbers": [1, 60]}}}))
case("sets_a_payload_under_a_path",
     {"set_payload": {"collection_name": "words", "payload": {"c": 2}, "key": "a", "points": [60]}},
     body("SetPayload", {"collection": "words", "payload": '{"c": 2}', "key": "a",
                         "selection": {"ids": {"ids": [number(60)]}}}))
case("overwrites_a_payload",
     {"overwrite_payload": {"collection_name": "words", "payload": {"d": 3}, "points": [40]}},
     body("OverwritePayload", {"collection": "words", "payload": '{"d": 3}',
                               "selection": {"ids": {"blob": {"blob": 0}}}}),
     blobs=[blob("u64", 1, 40)])
case("deletes_keys_of_a_payload",
     {"delete_payload": {"collection_name": "words", "keys": ["a.b", "name"], "points": [1, 60]}},
     body("DeletePayload", {"collection": "words", "keys": texts("a.b", "name"),
                            "selection": {"ids": {"numbers": [1, 60]}}}))
case("clears_a_payload",
     {"clear_payload": {"collection_name": "words", "points": [40]}},
     body("ClearPayload", {"collection": "words", "selection": {"ids": {"numbers": [40]}}}))
case("deletes_a_named_vector",
     {"delete_vectors": {"collection_name": "named", "points": [1], "vector": ["image"]}},
     body("DeleteVectors", {"collection": "named", "names": texts("image"),
                            "selection": {"ids": {"numbers": [1]}}}))
case("deletes_points",
     {"delete_points": {"collection_name": "words", "points": [41, 4711]}},
     body("DeletePoints", {"collection": "words",
                           "selection": {"ids": {"numbers": [41, 4711]}}}))
case("runs_a_batch_in_order",
     {"batch_update": {"collection_name": "words", "operations": [
         {"upsert": {"points": [{"id": 70, "vector": [1, 1, 0]}]}},
         {"set_payload": {"payload": {"x": 1}, "points": [70]}},
         {"delete": {"points": [50]}}]}},
     body("BatchUpdate", {"collection": "words", "operations": [
         {"change_type": "UpsertPoints", "change": {"points": [point(number(70), 1, 1, 0)]}},
         {"change_type": "SetPayload", "change": {
             "payload": '{"x": 1}', "selection": {"ids": {"numbers": [70]}}}},
         {"change_type": "DeletePoints", "change": {
             "selection": {"ids": {"numbers": [50]}}}}]}))
case("a_write_with_its_own_durability_and_key",
     {**upsert_json({"id": 71, "vector": [1, 1, 2]}), "durability": {"group": 5},
      "idempotency_key": "job-1"},
     upsert_fb(point(number(71), 1, 1, 2)) | {"write": {
         "durability": "GROUP", "group_delay_ms": 5, "idempotency_key": "job-1"}})
case("a_key_that_was_used_does_nothing_again",
     {**upsert_json({"id": 72, "vector": [9, 9, 9]}), "idempotency_key": "job-1"},
     upsert_fb(point(number(72), 9, 9, 9)) | {"write": {"idempotency_key": "job-1"}})
case("makes_and_renames_aliases",
     {"update_aliases": {"actions": [
         {"create_alias": {"collection_name": "words", "alias_name": "w"}},
         {"rename_alias": {"old_alias_name": "w", "new_alias_name": "wordlist"}}]}},
     body("UpdateAliases", {"actions": [
         {"action_type": "CreateAlias", "action": {"collection": "words", "alias": "w"}},
         {"action_type": "RenameAlias", "action": {"old_alias": "w", "new_alias": "wordlist"}}]}))
case("changes_a_collection",
     {"update_collection": {"collection_name": "named", "vectors": {"city": {"memory": "pinned"}},
                            "metadata": {"from": None, "to": 1}}},
     body("UpdateCollection", {"collection": "named", "metadata": '{"from": null, "to": 1}',
                               "vectors": [{"name": "city", "memory": "PINNED"}]}))

# --- reads ---

case("queries_by_vector",
     query_json([1, 0.5, 0], limit=3, offset=1, with_payload=True, with_vector=True,
                score_threshold=-0.5),
     query_fb(1, 0.5, 0, limit=3, offset=1, with_payload={"kind": "ALL"},
              with_vectors={"kind": "ALL"}, score_threshold=-0.5))
case("queries_by_point_and_through_an_alias",
     {"query_points": {"collection_name": "wordlist", "query": 1,
                       "with_payload": {"exclude": ["n"]}}},
     body("QueryPoints", {"collection": "wordlist", "query_type": "PointVector",
                          "query": {"id": number(1)},
                          "with_payload": {"kind": "EXCLUDE", "names": texts("n")}}))
case("queries_in_a_batch",
     {"query_batch_points": {"collection_name": "words", "searches": [
         {"query": [1, 0, 0]},
         {"collection_name": "named", "query": {"blob": 0}, "using": "city"}]}},
     body("QueryBatch", {"collection": "words", "searches": [
         {"query_type": "DenseVector", "query": {"data": f32(1, 0, 0)}},
         {"collection": "named", "query_type": "DenseVector", "using_vector": "city",
          "query": {"blob": {"blob": 0, "row": 0}}}]}),
     blobs=[blob("f32", 2, 1, 1)])
case("gets_points",
     {"get_points": {"collection_name": "named", "ids": [1, 4711], "with_vector": ["city"]}},
     body("GetPoints", {"collection": "named", "ids": {"numbers": [1, 4711]},
                        "with_vectors": {"kind": "INCLUDE", "names": texts("city")}}))
case("scrolls_from_an_id",
     {"scroll_points": {"collection_name": "words", "limit": 2, "offset": 40,
                        "with_payload": False}},
     body("ScrollPoints", {"collection": "words", "limit": 2, "offset": number(40),
                           "with_payload": {"kind": "NONE"}}))
case("counts", {"count_points": {"collection_name": "words"}},
     body("CountPoints", {"collection": "words"}))
for as_json, as_flatbuffers in [
        ({"get_collection": {"collection_name": "named"}},
         body("GetCollection", {"collection": "named"})),
        ({"get_collections": {}}, body("GetCollections", {})),
        ({"collection_exists": {"collection_name": "nowhere"}},
         body("CollectionExists", {"collection": "nowhere"})),
        ({"get_collection_aliases": {"collection_name": "words"}},
         body("GetAliases", {"collection": "words"})),
        ({"get_collections_aliases": {}}, body("GetAliases", {})),
        ({"database_info": {}}, body("DatabaseInfo", {})),
        ({"flush": {}}, body("Flush", {})),
        ({"pause_background": {}}, body("PauseBackground", {})),
        ({"resume_background": {}}, body("ResumeBackground", {})),
        ({"optimize": {}}, body("Optimize", {})),
        ({"verify": {}}, body("VerifyDatabase", {}))]:
    case("runs_" + next(iter(as_json)), as_json, as_flatbuffers)

# Ids of transactions begin with 1 in each database.
FIRST, FIRST_FB = {"transaction": 1}, {"transaction": {"id": 1}}
case("begins_a_transaction", {"begin_transaction": {"timeout_ms": 600000}},
     body("BeginTransaction", {"timeout_ms": 600000}))
case("writes_inside_a_transaction", upsert_json({"id": 71, "vector": [7, 1, 0]}) | FIRST,
     upsert_fb(point(number(71), 7, 1, 0)) | FIRST_FB)
case("sets_a_savepoint", {"set_savepoint": {"name": "s"}} | FIRST,
     body("SetSavepoint", {"name": "s"}, **FIRST_FB))
case("deletes_inside_a_transaction",
     {"delete_points": {"collection_name": "words", "points": [71]}} | FIRST,
     body("DeletePoints", {"collection": "words",
                           "selection": {"ids": {"ids": [number(71)]}}}, **FIRST_FB))
case("goes_back_to_a_savepoint", {"rollback_to_savepoint": {"name": "s"}} | FIRST,
     body("RollbackToSavepoint", {"name": "s"}, **FIRST_FB))
case("reads_inside_a_transaction", {"get_points": {"collection_name": "words", "ids": [71]}} | FIRST,
     body("GetPoints", {"collection": "words", "ids": {"numbers": [71]}}, **FIRST_FB))
case("refuses_a_flush_inside_a_transaction", {"flush": {}} | FIRST, body("Flush", {}, **FIRST_FB),
     "UNSUPPORTED", "transaction")
case("commits_a_transaction", {"commit_transaction": {}, "durability": "none"} | FIRST,
     body("CommitTransaction", {}, write={"durability": "NONE"}, **FIRST_FB))
case("begins_a_second_transaction", {"begin_transaction": {"read_only": True}},
     body("BeginTransaction", {"read_only": True}))
case("refuses_a_write_in_a_read_only_transaction",
     upsert_json({"id": 72, "vector": [7, 1, 0]}) | {"transaction": 2},
     upsert_fb(point(number(72), 7, 1, 0)) | {"transaction": {"id": 2}}, "INVALID", "read_only")
case("rolls_a_transaction_back", {"rollback_transaction": {}, "transaction": 2},
     body("RollbackTransaction", {}, transaction={"id": 2}))
