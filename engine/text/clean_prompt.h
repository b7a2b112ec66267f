#pragma once
// What WanPipeline does to a prompt before tokenizing it. No Torch.

#include <string>
#include <string_view>

namespace timeripple::engine {

// Python's html.unescape: &lt; &#233; &#xe9; and all 2,231 names of HTML 5, also without semicolon where HTML allows
// that.
std::string html_unescape(std::string_view text);

// html_unescape twice, white space (Unicode's) collapsed to single spaces, none at the ends. diffusers repairs mojibake
// before that with ftfy, where it is installed; this is left out.
std::string clean_prompt(std::string_view text);

}  // namespace timeripple::engine
