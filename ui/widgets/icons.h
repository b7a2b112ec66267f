#pragma once
// Small line icons, painted in the colour of the palette's text, so they follow the theme and any scale.

#include <QIcon>

namespace timeripple::ui {

enum class IconShape { Play, Pause, StepBack, StepForward, ToStart, ToEnd, Loop, PingPong, Lock, Unlock, Dice, Close, Warning };

QIcon makeIcon(IconShape shape);
// The program's own: three rings spreading on a pond.
QIcon applicationIcon();

}  // namespace timeripple::ui
