// What tokenizers ask about characters; the door to utf8proc. Threads: pure functions.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace grape::index {

// Takes the first character of a text that is not empty. A byte that is not UTF-8 is taken alone
// and gives U+FFFD.
char32_t take_character(std::string_view& text);
void append_character(std::string& out, char32_t character);

// Letters, digits and other numbers, and the vowel signs that belong to letters.
bool is_word_character(char32_t character);
bool is_white_space(char32_t character);
// Of a script that puts no blanks between words and has no fixed rule where one begins: each such
// character stands for itself.
bool is_unspaced(char32_t character);
// Hanging marks: they stay with the character before them.
bool is_mark(char32_t character);

char32_t lower(char32_t character);
// Appends the ASCII form of a letter with marks (as e for an accented e, ss for a sharp s), or the
// character itself when it has none.
void append_folded(std::string& out, char32_t character);

size_t count_characters(std::string_view text);
// The bytes of the first `count` characters, or all.
std::string_view first_characters(std::string_view text, size_t count);

}  // namespace grape::index
