#pragma once
// What head_dim / 8 lanes of the single pass work at, a cell or eight text tokens, and the order of groups that follows
// from it. For host and device.

#include "kernels/reuse_mask/cell_decision.h"

namespace timeripple::kernels {

// A sequence: `tokens` tokens, the video grid among them from `video_begin` on.
struct Sequence {
    TokenGrid grid;
    CellGrid cells;
    int tokens = 0;
    int video_begin = 0;

    TR_HOST_DEVICE int items() const {
        return cells.cells() + (tokens - grid.tokens() + kCellTokens - 1) / kCellTokens;
    }
};

// An item of a sequence: its cells come first, then the text. Items behind the last one have no tokens.
struct Item {
    bool video;
    int text;     // number of the first token among the text tokens
    Cell cell;    // of the video
    int present;  // bit p: token p exists

    TR_HOST_DEVICE Item(const Sequence& sequence, int index)
        : video(index < sequence.cells.cells()),
          text((index - sequence.cells.cells()) * kCellTokens),
          cell(sequence.cells, video ? index : 0),
          present(video ? cell.present(sequence.grid)
                        : (1 << up_to_eight(sequence.tokens - sequence.grid.tokens() - text)) - 1) {}

    // Number of the item's token p in the sequence.
    TR_HOST_DEVICE int token(const Sequence& sequence, int p) const {
        if (video) {
            return sequence.video_begin + cell.token(sequence.grid, p);
        }
        return text + p + (text + p >= sequence.video_begin ? sequence.grid.tokens() : 0);
    }
    // Tokens of all items in front of this one: where its members start in the list.
    TR_HOST_DEVICE int tokens_before(const Sequence& sequence) const {
        return video ? cell.tokens_before(sequence.grid) : sequence.grid.tokens() + text;
    }

  private:
    TR_HOST_DEVICE static int up_to_eight(int count) {
        return count < 0 ? 0 : count < kCellTokens ? count : kCellTokens;
    }
};

}  // namespace timeripple::kernels
