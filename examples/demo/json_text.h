// Picks values out of JSON text without building a tree: all that this demo needs to show a payload
// or a reply. Not a validator: text that is no JSON gives empty values, never a read out of bounds.
// A real program would use the JSON library that it has anyway.
#ifndef GRAPE_DEMO_JSON_TEXT_H
#define GRAPE_DEMO_JSON_TEXT_H

#include <string>
#include <string_view>
#include <vector>

namespace demo {

// The raw text of a member of an object; empty when there is none.
std::string_view member(std::string_view object, std::string_view name);

// The raw texts of an array's elements.
std::vector<std::string_view> elements(std::string_view array);

// A string with its escapes resolved; empty when the value is no string.
std::string as_text(std::string_view value);

// A number, or 0 when the value is none.
double as_number(std::string_view value);

}  // namespace demo

#endif
