#pragma once

namespace aegis {

/// Whether a reader sees nothing of that code point: what Unicode calls Default_Ignorable_Code_Point (the joiners are among
/// them), and the blanks that count as letters or symbols. With one of them two texts would look the same. White space is
/// not meant.
bool isUnseen(char32_t c);

} // namespace aegis
