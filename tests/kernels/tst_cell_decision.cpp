// The decisions of the CUDA kernels K0 and K1, run on the host against the CPU path and the plain definition.

#include "kernels/api/reuse_cpu.h"
#include "kernels/reuse_mask/cell_decision.h"
#include "kernels/reuse_mask/scan_words.h"
#include "kernels/single_pass/items.h"
#include "kernels/token_deltas/smallest_delta.h"

#include <QtTest>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <random>

using namespace timeripple::kernels;

namespace {

struct Case {
    TokenGrid grid;
    int text_before = 0;
    int text_behind = 0;
    int exempt_frames = 0;
    bool dense_head = false;
    double theta[kAxes] = {};
    std::vector<double> value;  // [video tokens], one channel is enough for the decision

    int tokens() const { return grid.tokens() + text_before + text_behind; }
};

Case random_case(std::mt19937& random) {
    const auto up_to = [&](int most) { return int(random() % unsigned(most)); };
    Case c;
    c.grid = {1 + up_to(5), 1 + up_to(6), 1 + up_to(7)};
    c.text_before = up_to(3) == 0 ? up_to(21) : 0;
    c.text_behind = up_to(3) == 0 ? up_to(21) : 0;
    c.exempt_frames = up_to(3) == 0 ? up_to(c.grid.frames + 2) : 0;
    c.dense_head = up_to(20) == 0;
    const int kind = up_to(4);  // all merged, none merged, mixed
    for (double& theta : c.theta) {
        theta = kind == 0 ? 1e6 : kind == 1 ? 0.0 : up_to(5) == 0 ? 0.0 : 0.02 * up_to(40);
    }
    for (int token = 0; token < c.grid.tokens(); ++token) {
        c.value.push_back(0.125 * up_to(12));  // few values: ties are common
    }
    return c;
}

double squared_delta(const Case& c, int token, int other) {
    const double half = (c.value[token] - c.value[other]) / 2;
    return half * half;
}

// K0 on the host: every cell by decide_cell, bytes as the kernel writes them.
void detect(const Case& c, std::vector<std::uint8_t>& masks, std::vector<std::uint8_t>& links) {
    masks.assign(c.tokens(), 1);  // text
    links.assign(c.tokens(), kNoLinkByte);
    const CellGrid cells(c.grid);
    const double squared_theta[kAxes] = {c.theta[0] * c.theta[0], c.theta[1] * c.theta[1], c.theta[2] * c.theta[2]};
    std::vector<int> written(c.grid.tokens(), 0);
    for (int index = 0; index < cells.cells(); ++index) {
        const Cell cell(cells, index);
        double delta[kCellEdges] = {};
        for (int axis = 0; axis < kAxes; ++axis) {
            for (int p = 0; p < kCellTokens; ++p) {
                const int even = p - axis_bit(axis);
                if ((p & axis_bit(axis)) != 0 && (cell.present(c.grid) >> p & 1) != 0) {
                    delta[edge_index(axis, p)] = squared_delta(c, cell.token(c.grid, p), cell.token(c.grid, even));
                }
            }
        }
        const int mergeable = c.dense_head ? 0 : cell.mergeable(c.grid, c.exempt_frames);
        int link[kCellTokens];
        int linked[kCellTokens];
        std::uint32_t root_bits[3] = {};
        for (int p = 0; p < kCellTokens; ++p) {
            const double own[kAxes] = {delta[edge_index(0, p | axis_bit(0))], delta[edge_index(1, p | axis_bit(1))],
                                       delta[edge_index(2, p | axis_bit(2))]};
            link[p] = token_link(p, mergeable, own, squared_theta);
            linked[p] = linked_token(p, link[p]);
        }
        for (int p = 0; p < kCellTokens; ++p) {
            const int root = linked[linked[linked[p]]];
            for (int j = 0; j < 3; ++j) {
                root_bits[j] |= std::uint32_t(root >> j & 1) << p;
            }
        }
        for (int p = 0; p < kCellTokens; ++p) {
            if (cell.present(c.grid) >> p & 1) {
                const int token = cell.token(c.grid, p);
                ++written[token];
                masks[c.text_before + token] = std::uint8_t(member_mask_of(p, root_bits));
                links[c.text_before + token] = link[p] == kNoLink ? kNoLinkByte : std::uint8_t(link[p]);
            }
        }
    }
    QVERIFY(std::all_of(written.begin(), written.end(), [](int times) { return times == 1; }));
}

struct Lists {
    std::vector<int> members, starts, chunk_groups;
};

// K1 on the host, warp by warp (32 tokens) and lane by lane as the kernel does it.
void scan(const Case& c, std::vector<std::uint8_t> masks, Lists& lists) {
    constexpr int kWarpTokens = 32;
    const int tokens = c.tokens();
    masks.resize((tokens + kWarpTokens - 1) / kWarpTokens * kWarpTokens, 0xff);  // padding may hold anything
    const auto word = [&](int at) {
        std::uint32_t value;
        std::memcpy(&value, masks.data() + at, 4);
        return value;
    };
    lists = {std::vector<int>(tokens, -1), std::vector<int>(tokens + 1, -1),
             std::vector<int>(member_chunks(tokens) + 1, -1)};
    GroupCount before_warp;
    for (int first = 0; first < tokens; first += kWarpTokens) {
        GroupCount warp;
        std::uint32_t votes[kSizeBits] = {};
        std::uint32_t roots = 0;
        for (int lane = 0; lane < kWarpTokens; lane += 4) {
            const std::uint32_t own = masks_before(word(first + lane), first + lane, tokens);
            std::memcpy(masks.data() + first + lane, &own, 4);
            const GroupCount count = count_groups(own);
            warp.groups += count.groups;
            warp.members += count.members;
        }
        for (int lane = 0; lane < kWarpTokens; ++lane) {
            const int size = bits_set(masks[first + lane]);
            roots |= std::uint32_t(size != 0) << lane;
            for (int bit = 0; bit < kSizeBits; ++bit) {
                votes[bit] |= std::uint32_t(size >> bit & 1) << lane;
            }
        }
        QCOMPARE(members_of(votes, 0xffffffffu), warp.members);
        for (int lane = 0; lane < kWarpTokens; ++lane) {
            const int mask = masks[first + lane];
            if (mask == 0) {
                continue;
            }
            const std::uint32_t lanes_before = (1u << lane) - 1u;
            const int group = before_warp.groups + bits_set(roots & lanes_before);
            const int begin = before_warp.members + members_of(votes, lanes_before);
            int at = begin;
            lists.starts[group] = begin;
            for (int bit = 0; bit < kCellTokens; ++bit) {
                if (mask >> bit & 1) {
                    lists.members[at++] = first + lane + member_offset(c.grid, bit);
                }
            }
            const int chunk = chunk_behind(begin, at - begin);
            if (chunk >= 0) {
                lists.chunk_groups[chunk] = group + 1;
            }
            if (begin == 0) {
                lists.chunk_groups[0] = 0;
            }
        }
        before_warp.groups += warp.groups;
        before_warp.members += warp.members;
    }
    lists.starts[before_warp.groups] = before_warp.members;
    lists.chunk_groups[member_chunks(tokens)] = before_warp.groups;
    lists.starts.resize(before_warp.groups + 1);
}

}  // namespace

class TestCellDecision : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void edgesAreNumberedOnce() {
        std::vector<int> seen(kCellEdges, 0);
        for (int axis = 0; axis < kAxes; ++axis) {
            for (int p = 0; p < kCellTokens; ++p) {
                if (p & axis_bit(axis)) {
                    ++seen.at(edge_index(axis, p));
                }
            }
        }
        QCOMPARE(seen, std::vector<int>(kCellEdges, 1));
    }

    void linksMatchTheDefinition() {
        std::mt19937 random(5);
        for (int repeat = 0; repeat < 4000; ++repeat) {
            const Case c = random_case(random);
            std::vector<std::uint8_t> masks, links;
            detect(c, masks, links);
            for (int token = 0; token < c.grid.tokens(); ++token) {
                double delta[kAxes] = {};
                double squared_theta[kAxes] = {};
                for (int axis = 0; axis < kAxes; ++axis) {
                    if (!c.dense_head && may_link(c.grid, token, axis, c.exempt_frames)) {
                        delta[axis] = squared_delta(c, token, token - c.grid.stride(axis));
                        squared_theta[axis] = c.theta[axis] * c.theta[axis];
                    }
                }
                const int expected = link_axis(delta, squared_theta);
                QCOMPARE(int(links[c.text_before + token]), expected == kNoLink ? int(kNoLinkByte) : expected);
            }
        }
    }

    void listsMatchTheCpuPath() {
        std::mt19937 random(6);
        for (int repeat = 0; repeat < 4000; ++repeat) {
            Case c = random_case(random);
            c.dense_head = false;
            std::vector<std::uint8_t> masks, links;
            detect(c, masks, links);
            Lists lists;
            scan(c, masks, lists);

            std::vector<double> rows(c.tokens(), 0.0);
            std::copy(c.value.begin(), c.value.end(), rows.begin() + c.text_before);
            SideInput<double> side;
            side.rows = {rows.data(), 1};
            side.channels = 1;
            side.grid = c.grid;
            side.rows_before = c.text_before;
            side.rows_behind = c.text_behind;
            side.rule.exempt_frames = c.exempt_frames;
            for (int axis = 0; axis < kAxes; ++axis) {
                side.rule.squared_theta[axis] = float(c.theta[axis] * c.theta[axis]);
            }
            TokenGroups queries;
            find_groups(side, queries);
            QCOMPARE(lists.members, std::vector<int>(queries.members.begin(), queries.members.end()));
            QCOMPARE(lists.starts, std::vector<int>(queries.offsets.begin(), queries.offsets.end()));
            for (int chunk = 0; chunk <= member_chunks(c.tokens()); ++chunk) {
                const auto first = std::lower_bound(lists.starts.begin(), lists.starts.end(), chunk * kMemberChunk);
                const auto group = std::min<std::ptrdiff_t>(first - lists.starts.begin(), queries.size());
                QCOMPARE(lists.chunk_groups[chunk], int(group));
            }
        }
    }

    void smallestDeltasMatchTheCpuPath() {
        std::mt19937 random(8);
        for (int repeat = 0; repeat < 4000; ++repeat) {
            const Case c = random_case(random);
            SideInput<double> side;
            side.rows = {c.value.data(), 1};
            side.channels = 1;
            side.grid = c.grid;
            side.rule.exempt_frames = c.exempt_frames;
            int enabled_axes = 0;
            for (int axis = 0; axis < kAxes; ++axis) {
                side.rule.squared_theta[axis] = c.dense_head ? 0.0f : float(c.theta[axis] * c.theta[axis]);
                enabled_axes |= c.theta[axis] > 0.0 ? 1 << axis : 0;
            }
            const int tokens = c.grid.tokens();
            std::vector<TokenGroups> expected(1);
            expected[0].link.resize(tokens);
            expected[0].squared_delta.resize(tokens);
            detect_links<double>({side}, 0, tokens, expected);

            const CellGrid cells(c.grid);
            for (int index = 0; index < cells.cells(); ++index) {
                const Cell cell(cells, index);
                float edges[kCellEdges];  // as detection leaves them: NaN where there is no pair
                for (int edge = 0; edge < kCellEdges; ++edge) {
                    const int odd = edge_odd_token(edge), even = odd - axis_bit(edge / 4);
                    const bool pair = (cell.present(c.grid) >> odd & 1) != 0;
                    edges[edge] = pair ? float(std::sqrt(squared_delta(c, cell.token(c.grid, odd),
                                                                       cell.token(c.grid, even))))
                                       : NAN;
                }
                for (int p = 0; p < kCellTokens; ++p) {
                    if ((cell.present(c.grid) >> p & 1) == 0) {
                        continue;
                    }
                    const int axes = compared_axes(p, cell.mergeable(c.grid, c.exempt_frames), enabled_axes);
                    const float delta[kAxes] = {edges[edge_index(0, p)], edges[edge_index(1, p)],
                                                edges[edge_index(2, p)]};
                    const float smallest = smallest_delta(c.dense_head ? 0 : axes, delta);
                    const float cpu = expected[0].squared_delta[cell.token(c.grid, p)];
                    QVERIFY(smallest * smallest == cpu || (std::isnan(smallest) && std::isnan(cpu)));
                }
            }
        }
    }

    // The single pass on the host: the CPU path's groups, cell by cell with the text last.
    void itemsHoldEveryGroupOnce() {
        std::mt19937 random(7);
        for (int repeat = 0; repeat < 4000; ++repeat) {
            const Case c = random_case(random);
            std::vector<std::uint8_t> masks, links;
            detect(c, masks, links);
            std::vector<std::int8_t> link(c.grid.tokens());
            for (int token = 0; token < c.grid.tokens(); ++token) {
                const int byte = links[c.text_before + token];
                link[token] = std::int8_t(byte == kNoLinkByte ? kNoLink : byte);
            }
            const Sequence sequence{c.grid, CellGrid(c.grid), c.tokens(), c.text_before};
            Lists lists{std::vector<int>(c.tokens(), -1), {}};
            std::vector<int> group_of(c.tokens(), -1);
            int group = 0;
            int tokens_before = 0;
            for (int index = 0; index < sequence.items() + 3; ++index) {  // blocks reach behind the last item
                const Item item(sequence, index);
                CellGroups groups;
                for (int p = 0; p < kCellTokens && item.video; ++p) {
                    if (item.present >> p & 1) {
                        const int root = root_of(c.grid, link.data(), item.cell.token(c.grid, p));
                        for (int q = 0; q < kCellTokens; ++q) {
                            if ((item.present >> q & 1) && item.cell.token(c.grid, q) == root) {
                                for (int j = 0; j < 3; ++j) {
                                    groups.root_bits[j] &= ~(1u << p);
                                    groups.root_bits[j] |= std::uint32_t(q >> j & 1) << p;
                                }
                            }
                        }
                    }
                }
                QCOMPARE(CellGroups::unpacked(groups.packed()).packed(), groups.packed());
                const int roots = groups.roots(item.present);
                for (int p = 0; p < kCellTokens; ++p) {
                    if ((item.present >> p & 1) == 0) {
                        continue;
                    }
                    QVERIFY(index < sequence.items());
                    QCOMPARE(item.tokens_before(sequence), tokens_before);
                    const int token = item.token(sequence, p);
                    const int at = tokens_before + bits_set(std::uint32_t(groups.listed_before(p, item.present)));
                    QCOMPARE(lists.members.at(at), -1);
                    lists.members[at] = token;
                    group_of[token] = group + bits_set(std::uint32_t(roots & ((1 << groups.root(p)) - 1)));
                    if (roots >> p & 1) {
                        QCOMPARE(int(masks[token]), groups.members(p) >> p);
                        QCOMPARE(group_of[token], int(lists.starts.size()));
                        lists.starts.push_back(at);
                    }
                }
                group += bits_set(std::uint32_t(roots));
                tokens_before += bits_set(std::uint32_t(item.present));
            }
            QCOMPARE(tokens_before, c.tokens());
            QCOMPARE(group, int(lists.starts.size()));
            lists.starts.push_back(c.tokens());
            for (int g = 0; g < group; ++g) {
                const int root = lists.members[lists.starts[g]];
                for (int at = lists.starts[g]; at < lists.starts[g + 1]; ++at) {
                    const int token = lists.members[at];
                    const int video = token - c.text_before;
                    const bool is_video = video >= 0 && video < c.grid.tokens();
                    QCOMPARE(group_of[token], g);
                    QCOMPARE(is_video ? c.text_before + root_of(c.grid, link.data(), video) : token, root);
                    QVERIFY(at == lists.starts[g] || lists.members[at - 1] < token);
                }
            }
        }
    }

    void nanNeverLinks() {
        const double nan = std::nan("");
        const double delta[kAxes] = {nan, nan, nan};
        const double theta[kAxes] = {1, 1, 1};
        for (int p = 0; p < kCellTokens; ++p) {
            QCOMPARE(token_link(p, 0xff, delta, theta), kNoLink);
        }
    }
};

QTEST_APPLESS_MAIN(TestCellDecision)
#include "tst_cell_decision.moc"
