#pragma once
// Tile sizes of the attention kernels. A change here needs a measurement in kernels/README.md.

namespace timeripple::kernels {

// mma.sync kernel: 4 warps of 32 query rows. Shared memory: (rows of Q + 2 x key rows) x head_dim x 2 bytes.
struct Sm80Tile {
    static constexpr int kBlockM = 128;
    static constexpr int kWarps = 4;
    static constexpr int kThreads = kWarps * 32;
    // 64 keys: 66 KB at head_dim 128, two blocks on the 164 KB of sm_80.
    static constexpr int kBlockN = 64;
    // 32 keys: 50 KB at head_dim 128, two blocks on the 100 KB of sm_86, 89 and 120. Also on sm_90 and later, where the
    // compiler spills the wider tile and this kernel is the fall-back.
    static constexpr int kBlockNSmall = 32;
};
// Key tile at head_dim 128; at 64 every architecture takes kBlockN.
constexpr int sm80_key_tile(int sm_arch) {
    return sm_arch == 80 ? Sm80Tile::kBlockN : Sm80Tile::kBlockNSmall;
}

// wgmma kernel: one producer warpgroup, and consumer warpgroups of 64 query rows each. A thread of the producer and of
// the consumers together must find 65536 registers.
template <int kDim>
struct Sm90Tile {
    static constexpr int kHeadDim = kDim;
    static constexpr int kConsumerGroups = kDim == 128 ? 2 : 3;
    static constexpr int kConsumerWarps = 4 * kConsumerGroups;
    static constexpr int kBlockM = 64 * kConsumerGroups;
    static constexpr int kBlockN = 128;
    static constexpr int kThreads = 128 * (kConsumerGroups + 1);
    static constexpr int kStages = 2;
    static constexpr int kProducerRegisters = kConsumerGroups == 2 ? 24 : 32;
    static constexpr int kConsumerRegisters = kConsumerGroups == 2 ? 240 : 160;
    static_assert(128 * (kProducerRegisters + kConsumerGroups * kConsumerRegisters) <= 65536);
};

}  // namespace timeripple::kernels
