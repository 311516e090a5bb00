// The table of commands. Everything that a user reads about them is here.
#include <array>

#include "tools/grape/command.h"
#include "tools/grape/run.h"

namespace grape::cli {
namespace {

const Argument kDatabase = {
    .name = "DATABASE", .help = "directory of the database", .value = Value::directory};
const Argument kCollection = {.name = "COLLECTION", .help = "name or alias of a collection"};
const Argument kIds = {.name = "ID",
                       .help = "a number, a UUID or any other text; '\"17\"' is the text 17",
                       .repeated = true};

const Option kDurability = {
    .name = "durability",
    .help =
        "what is on disk when a request is acknowledged: full (all of it, the default), group "
        "(10 ms later), none (when the system writes it)",
    .value = Value::choice,
    .shown = "LEVEL",
    .choices = {"full", "group", "none"}};
const Option kDistance = {.name = "distance",
                          .help = "what near means: cosine (the default), dot, euclid, manhattan",
                          .value = Value::choice,
                          .shown = "NAME",
                          .choices = {"cosine", "dot", "euclid", "manhattan"}};
const Option kUsing = {.name = "using",
                       .help = "the named vector; without it the unnamed one",
                       .value = Value::text,
                       .shown = "NAME"};
const Option kPayload = {
    .name = "payload",
    .help = "which payload to show: all (the default), none, or paths, separated by commas",
    .value = Value::text,
    .shown = "PATHS"};
const Option kFilter = {.name = "filter",
                        .help =
                            "only points that match, as {\"must\": ...} in JSON; - reads it "
                            "from stdin",
                        .value = Value::text,
                        .shown = "JSON"};
const Option kWithVectors = {.name = "vectors", .help = "show the vectors too"};

const Command kCreate = {
    .name = "create",
    .summary = "make a collection, and the database when there is none",
    .text = {"A collection holds points; each has an id, a vector and a JSON payload. All vectors "
             "of a collection have the same number of dimensions.",
             "--vector gives a collection several vectors with names. Each is described as "
             "NAME:DIM, and may go on with a distance, a type and a placement in any order: "
             "image:512:dot:float16:cold."},
    .arguments = {kDatabase, kCollection},
    .options = {{.name = "dim",
                 .help = "dimensions of the vectors, 1 to 65536",
                 .value = Value::number,
                 .shown = "N",
                 .letter = 'd'},
                kDistance,
                {.name = "type",
                 .help = "how elements are stored: float32 (the default), float16, uint8",
                 .value = Value::choice,
                 .shown = "NAME",
                 .choices = {"float32", "float16", "uint8"}},
                {.name = "memory",
                 .help = "where vectors are read: cached (mapped files, the default), pinned (in "
                         "memory), cold (read from the file each time)",
                 .value = Value::choice,
                 .shown = "PLACE",
                 .choices = {"cached", "pinned", "cold"}},
                {.name = "vector",
                 .help = "a vector with a name, as NAME:DIM[:...]; may be given several times, in "
                         "place of --dim",
                 .value = Value::text,
                 .shown = "SPEC",
                 .repeated = true}},
    .examples = {{"a collection of vectors of 100 dimensions",
                  "grape create my.grape words -d 100"},
                 {"two vectors for each point",
                  "grape create my.grape photos --vector image:512:dot:float16 --vector text:384"}},
    .run = run_create};

const Command kImport = {
    .name = "import",
    .summary = "read points from a file into a collection",
    .text =
        {"Reads .npy (float32, float16 or uint8; a row is a vector), .fvecs, .bvecs and JSON lines "
         "(.jsonl). Points whose ids are there already are replaced.",
         "Rows of vector files get the ids 0, 1, 2, ..., or those that --first-id or --id-field "
         "say. With --payloads a file of JSON lines gives each row its payload: line 1 belongs to "
         "row 0, and so on.",
         "A line of a JSON lines file is a point, {\"id\": 1, \"vector\": [0.1, 0.2], \"payload\": "
         "{...}}, as `grape scroll --all --json` writes it. With --vector-field a line may be any "
         "object: that field is the vector, --id-field names the id, the rest is the payload.",
         "Points go in requests of 1000, each of them whole or not at all. When something is wrong "
         "in the file, or at Ctrl-C, all requests before stay; the message says how many points "
         "are in and how to go on."},
    .arguments = {kDatabase,
                  kCollection,
                  {.name = "FILE",
                   .help = "the file to read; - is stdin, for JSON lines",
                   .value = Value::file}},
    .options = {{.name = "payloads",
                 .help = "JSON lines, one object for each row of FILE",
                 .value = Value::file,
                 .shown = "FILE"},
                {.name = "first-id",
                 .help = "number the points from here on; the default is 0",
                 .value = Value::number,
                 .shown = "N"},
                {.name = "id-field",
                 .help = "take each id from this field of the JSON line; it stays in a payload of "
                         "--payloads",
                 .value = Value::text,
                 .shown = "NAME"},
                {.name = "vector-field",
                 .help = "take each vector from this field of the JSON line",
                 .value = Value::text,
                 .shown = "NAME"},
                kUsing,
                {.name = "create",
                 .help = "make the collection when it is missing (vector files only)"},
                kDistance,
                {.name = "skip",
                 .help = "leave out the first rows or lines",
                 .value = Value::number,
                 .shown = "N"},
                {.name = "limit",
                 .help = "stop after so many points",
                 .value = Value::number,
                 .shown = "N"},
                {.name = "batch",
                 .help = "points in a request, 1 to 100000; the default is 1000",
                 .value = Value::number,
                 .shown = "N"},
                kDurability,
                {.name = "format",
                 .help = "of FILE, when its name does not say: npy, fvecs, bvecs, jsonl",
                 .value = Value::choice,
                 .shown = "NAME",
                 .choices = {"npy", "fvecs", "bvecs", "jsonl"}},
                {.name = "quiet", .help = "no progress on stderr", .letter = 'q'}},
    .examples =
        {{"vectors from NumPy, into a collection that is made on the way",
          "grape import my.grape words vectors.npy --create"},
         {"vectors and payloads, with the ids of the payloads",
          "grape import my.grape words vectors.npy --payloads words.jsonl --id-field id --create"},
         {"points from JSON lines", "grape import my.grape words points.jsonl"},
         {"go on after the first 45,000 rows",
          "grape import my.grape words vectors.npy --skip 45000"}},
    .run = run_import};

const Command kSearch = {
    .name = "search",
    .summary = "find the points that are nearest to a vector",
    .text = {"The vector is given as a JSON array, as the id of a point (which is then left out of "
             "the answer), or as a row of a file. Of cosine and dot a higher score is nearer, of "
             "euclid and manhattan a lower one."},
    .arguments = {kDatabase, kCollection},
    .options = {{.name = "vector",
                 .help = "a JSON array of numbers; - reads it from stdin",
                 .value = Value::text,
                 .shown = "JSON"},
                {.name = "id", .help = "search by this point", .value = Value::text, .shown = "ID"},
                {.name = "file",
                 .help = ".npy, .fvecs or .bvecs file that has the vector",
                 .value = Value::file,
                 .shown = "FILE"},
                {.name = "row",
                 .help = "its row, from 0 (the default)",
                 .value = Value::number,
                 .shown = "N"},
                {.name = "limit",
                 .help = "how many points; the default is 10",
                 .value = Value::number,
                 .shown = "N",
                 .letter = 'k'},
                {.name = "offset",
                 .help = "leave out the nearest N",
                 .value = Value::number,
                 .shown = "N"},
                {.name = "threshold",
                 .help = "only what has a better score than this",
                 .value = Value::real,
                 .shown = "SCORE"},
                kFilter,
                kUsing,
                kPayload,
                kWithVectors},
    .examples = {{"by a vector", "grape search my.grape words --vector '[0.1, 0.9, 0.3]'"},
                 {"what is like point 17", "grape search my.grape words --id 17 -k 5"},
                 {"by a row of a file, showing one field",
                  "grape search my.grape words --file queries.npy --row 3 --payload word"}},
    .run = run_search};

const Command kGet = {
    .name = "get",
    .summary = "show points by their ids",
    .text = {"Points come in the order that they were asked for. When one is not there the others "
             "are shown, and the exit code is 3."},
    .arguments = {kDatabase, kCollection, kIds},
    .options = {kPayload, kWithVectors},
    .examples = {{"two points", "grape get my.grape words 1 17"},
                 {"a point and its vector", "grape get my.grape words 17 --vectors --json"}},
    .run = run_get};

const Command kCount = {.name = "count",
                        .summary = "say how many points a collection has",
                        .text = {},
                        .arguments = {kDatabase, kCollection},
                        .options = {kFilter},
                        .examples = {{"", "grape count my.grape words"},
                                     {"of those that match",
                                      "grape count my.grape words --filter '{\"must\": {\"key\": "
                                      "\"kind\", \"match\": {\"value\": \"tree\"}}}'"}},
                        .run = run_count};

const Command kScroll = {
    .name = "scroll",
    .summary = "show points in the order of their ids",
    .text = {"Numbers come first, then UUIDs, then other texts. A page ends with the id of the "
             "next one, which --from takes.",
             "With --all --json each point is one line, and `grape import` reads such a file: with "
             "--vectors it is a copy of the collection's points."},
    .arguments = {kDatabase, kCollection},
    .options = {{.name = "limit",
                 .help = "points in a page; the default is 20",
                 .value = Value::number,
                 .shown = "N",
                 .letter = 'k'},
                {.name = "from", .help = "the first id", .value = Value::text, .shown = "ID"},
                {.name = "all", .help = "all pages"},
                kFilter,
                kPayload,
                kWithVectors},
    .examples = {{"the first page", "grape scroll my.grape words"},
                 {"everything, as JSON lines",
                  "grape scroll my.grape words --all --vectors --json > points.jsonl"}},
    .run = run_scroll};

const Command kDelete = {
    .name = "delete",
    .summary = "remove points, or a collection",
    .text = {"Ids that are not there are passed over. With --collection the collection is removed "
             "with all that is in it."},
    .arguments = {kDatabase,
                  kCollection,
                  {.name = "ID", .help = kIds.help, .required = false, .repeated = true}},
    .options = {{.name = "collection", .help = "remove the collection itself"},
                kFilter,
                kDurability},
    .examples = {{"two points", "grape delete my.grape words 1 17"},
                 {"a collection", "grape delete my.grape words --collection"}},
    .run = run_delete};

const Command kInfo = {.name = "info",
                       .summary = "describe a database, or one of its collections",
                       .text = {},
                       .arguments = {kDatabase,
                                     {.name = "COLLECTION",
                                      .help = "name or alias of a collection",
                                      .required = false}},
                       .examples = {{"the database", "grape info my.grape"},
                                    {"a collection", "grape info my.grape words"}},
                       .run = run_info};

const Argument kField = {.name = "FIELD", .help = "a path into the payload, as a.b or a[].b"};

const Command kCreateIndex = {
    .name = "create-index",
    .summary = "index a payload field, for filters",
    .text = {"Filters on an indexed field read no payloads. An index of the field that is there "
             "already gives way to one of another type."},
    .arguments = {kDatabase, kCollection, kField},
    .options = {{.name = "type",
                 .help = "keyword (the default), integer, float, bool, datetime, uuid, geo, text",
                 .value = Value::choice,
                 .shown = "NAME",
                 .choices = {"keyword", "integer", "float", "bool", "datetime", "uuid", "geo",
                             "text"}}},
    .examples = {{"", "grape create-index my.grape words length --type integer"}},
    .run = run_create_index};

const Command kDropIndex = {.name = "drop-index",
                            .summary = "remove the index of a payload field",
                            .text = {"Filters on the field go on working, from the payloads."},
                            .arguments = {kDatabase, kCollection, kField},
                            .examples = {{"", "grape drop-index my.grape words length"}},
                            .run = run_drop_index};

const Command kInspect = {
    .name = "inspect",
    .summary = "say what is in the files of a database",
    .text = {"Reads headers of all files, and changes nothing: it works on a directory that cannot "
             "be written. Nobody may have the database open meanwhile. For what is in the "
             "collections see `grape info`; to check every byte, `grape verify`.",
             "With --plan it opens the database and says how a query with that filter would be "
             "answered: for each condition which index answers it, how many points that is "
             "estimated to be, how many match surely and possibly (where these differ, payloads "
             "are read), and how a search begins."},
    .arguments = {kDatabase},
    .options = {{.name = "plan",
                 .help = "show the plan of a query to this collection",
                 .value = Value::text,
                 .shown = "COLLECTION"},
                kFilter,
                kUsing,
                {.name = "limit",
                 .help = "of the search; the default is 10",
                 .value = Value::number,
                 .shown = "N",
                 .letter = 'k'}},
    .examples = {{"", "grape inspect my.grape"},
                 {"how a query would be answered",
                  "grape inspect my.grape --plan words --filter '{\"must\": {\"key\": \"length\", "
                  "\"range\": {\"gt\": 7}}}'"}},
    .run = run_inspect};

const Command kVerify = {
    .name = "verify",
    .summary = "check every checksum, and that all parts agree",
    .text = {"Reads all files. When something is damaged it says what, and the exit code is 7."},
    .arguments = {kDatabase},
    .examples = {{"", "grape verify my.grape"}},
    .run = run_verify};

const Command kRequest = {
    .name = "request",
    .summary = "run any request, given as JSON",
    .text = {"For what has no command of its own: aliases, payloads, batches, flush. The reply is "
             "printed as the library gives it. docs/requests.md lists all requests."},
    .arguments = {kDatabase, {.name = "JSON", .help = "the request; - reads it from stdin"}},
    .options = {kDurability},
    .examples = {{"set a field of a payload",
                  "grape request my.grape '{\"set_payload\": {\"collection_name\": \"words\", "
                  "\"points\": [1], \"payload\": {\"seen\": true}}}'"},
                 {"move everything into files", "grape request my.grape '{\"optimize\": {}}'"}},
    .run = run_request};

const Command kHelp = {.name = "help",
                       .summary = "explain grape, or one command",
                       .text = {},
                       .arguments = {{.name = "COMMAND", .help = "a command", .required = false}},
                       .examples = {{"", "grape help import"}},
                       .run = run_help};

const Command kMan = {
    .name = "man", .summary = "print the man page", .text = {}, .run = run_man, .hidden = true};

const Command kCompletions = {.name = "completions",
                              .summary = "print the completions for a shell",
                              .text = {},
                              .arguments = {{.name = "SHELL",
                                             .help = "bash, zsh or fish",
                                             .value = Value::choice,
                                             .choices = {"bash", "zsh", "fish"}}},
                              .run = run_completions,
                              .hidden = true};

}  // namespace

std::span<const Command> commands() {
    static const std::array kAll = {
        kCreate,    kImport, kSearch,  kGet,    kCount,   kScroll, kDelete, kCreateIndex,
        kDropIndex, kInfo,   kInspect, kVerify, kRequest, kHelp,   kMan,    kCompletions};
    return kAll;
}

std::span<const Option> common_options() {
    static const std::array kCommon = {
        Option{.name = "json", .help = "print results as JSON, and errors too", .letter = 'j'},
        Option{.name = "help", .help = "explain the command", .letter = 'h'}};
    return kCommon;
}

std::span<const Example> first_steps() {
    static constexpr std::array kSteps = {
        Example{"make a collection of the vectors in a NumPy file",
                "grape import my.grape words vectors.npy --create"},
        Example{"find what is near to its first row",
                "grape search my.grape words --file vectors.npy --row 0"},
        Example{"see what is there", "grape info my.grape"}};
    return kSteps;
}

const Command* find_command(std::string_view name) {
    for (const Command& command : commands()) {
        if (name == command.name) return &command;
    }
    return nullptr;
}

}  // namespace grape::cli
