#pragma once

#include <QtCore/QByteArray>

#include <functional>

namespace aegis {

/// A square picture in black and white as a PNG (ISO/IEC 15948): one bit a pixel, no interlacing. The function says which pixels are black.
QByteArray pngImage(int size, const std::function<bool(int x, int y)> &isBlack);

} // namespace aegis
