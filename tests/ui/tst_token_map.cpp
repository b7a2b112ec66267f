// Heatmap, step x layer map, difference and colour scales, painted to images and checked by their pixels.
#include <QLabel>
#include <QPainter>

#include "engine/api/delta_code.h"
#include "tests/support/fake_measurements.h"
#include "tests/ui/ui_test_support.h"
#include "ui/delegates/clip_delegate.h"
#include "ui/delegates/job_delegate.h"
#include "ui/theme/colormaps.h"
#include "ui/theme/theme.h"
#include "ui/widgets/frame_image.h"
#include "ui/widgets/layer_head_map.h"
#include "ui/widgets/step_layer_map.h"
#include "ui/widgets/token_card.h"
#include "ui/widgets/token_deltas.h"
#include "ui/widgets/token_groups.h"
#include "ui/widgets/token_map_view.h"

using namespace timeripple;
using namespace timeripple::ui;
using engine::Side;
using engine::TokenMap;
using engine::TokenOrigin;

namespace {

// Two layers, one head, a grid of 2 x 2 x 3; keys: layer 0 all computed, layer 1 origin = x.
std::shared_ptr<TokenMap> knownMap() {
    auto map = std::make_shared<TokenMap>();
    map->step = 3;
    map->grid = {2, 2, 3};
    map->layers = 2;
    map->heads = 1;
    const std::size_t n = map->tokens();
    map->origin.assign(2 * 2 * n, std::uint8_t(TokenOrigin::Computed));
    map->mean_share.assign(2 * engine::kOrigins * n, 0);
    for (std::size_t token = 0; token < n; ++token) {
        const auto origin = std::uint8_t(token % 3);
        map->origin[(1 * 2 + 1) * n + token] = origin;  // layer 1, keys
        for (std::size_t side = 0; side < 2; ++side) {
            auto share = [&](std::size_t o) -> std::uint8_t& { return map->mean_share[(side * engine::kOrigins + o) * n + token]; };
            if (side == 0 || origin == 0) {
                share(0) = 255;
            } else {
                share(0) = 128, share(origin) = 127;
            }
        }
    }
    return map;
}

QColor pixelAt(const QImage& image, const QPointF& place) {
    const qreal scale = image.devicePixelRatio();
    return image.pixelColor((place * scale).toPoint());
}

}  // namespace

class TestTokenMap : public QObject {
    Q_OBJECT
  private Q_SLOTS:
    void one_head_shows_pure_colours() {
        const auto map = knownMap();
        MapSelection s;
        s.layer = 1, s.head = 0, s.side = Side::Key;
        const QImage image = tokenMapImage(*map, s, 0, darkTokens());
        QCOMPARE(image.size(), QSize(3, 2));
        QCOMPARE(image.pixelColor(0, 0), darkTokens().computed);
        QCOMPARE(image.pixelColor(1, 0), darkTokens().along_time);
        QCOMPARE(image.pixelColor(2, 1), darkTokens().along_y);
        s.side = Side::Query;
        QCOMPARE(tokenMapImage(*map, s, 0, darkTokens()).pixelColor(1, 0), darkTokens().computed);
    }

    void all_heads_mix_by_share() {
        const auto map = knownMap();
        MapSelection s;
        const QColor mixed = tokenMapImage(*map, s, 0, darkTokens()).pixelColor(1, 0);
        const QColor a = darkTokens().computed, b = darkTokens().along_time;
        QVERIFY(std::abs(mixed.red() - (a.red() + b.red()) / 2) <= 1);
        QVERIFY(std::abs(mixed.blue() - (a.blue() + b.blue()) / 2) <= 1);
        // The mean of both layers by hand is the same.
        MapSelection layered = s;
        layered.head = 0;
        const OriginShares shares = sharesAt(*map, layered, 0, 0, 1);
        QCOMPARE(shares[0], 0.5f);
        QCOMPARE(shares[1], 0.5f);
    }

    void hidden_origins_turn_into_canvas() {
        const auto map = knownMap();
        MapSelection s;
        s.layer = 1, s.head = 0;
        s.shown = {true, false, true, true};
        QCOMPARE(tokenMapImage(*map, s, 0, darkTokens()).pixelColor(1, 0), darkTokens().canvas);
    }

    void share_of_reuse_is_cividis() {
        const auto map = knownMap();
        MapSelection s;
        s.kind = MapKind::ReusedShare, s.layer = 1, s.head = 0;
        const QImage image = tokenMapImage(*map, s, 0, darkTokens());
        QCOMPARE(image.pixel(0, 0), cividis(0.0));
        QCOMPARE(image.pixel(1, 0), cividis(1.0));
    }

    void shares_sum_to_one_and_stories_tell() {
        const auto map = knownMap();
        MapSelection s;
        const OriginShares shares = sharesOf(*map, s);
        QVERIFY(std::abs(shares[0] + shares[1] + shares[2] + shares[3] - 1.0f) < 1e-4f);
        s.layer = 1, s.head = 0;
        auto later = std::make_shared<TokenMap>(*map);
        later->step = 4;
        later->mean_delta.assign(2 * map->tokens(), 0.25f);
        const TokenStory story = tokenStory(*later, {{3, map}, {4, later}}, s, {1, 0, 1}, 0.3);
        QVERIFY2(story.place.contains(QStringLiteral("t 1, y 0, x 1")) && story.place.contains(originName(TokenOrigin::AlongTime)),
                 qPrintable(story.place));
        QVERIFY2(story.facts.contains(QStringLiteral("mean Delta 0.25, threshold 0.30")), qPrintable(story.facts.join(QLatin1Char('|'))));
        QVERIFY2(story.facts.first().startsWith(QLatin1Char('2')), qPrintable(story.facts.first()));  // with its neighbour in time
        QCOMPARE(story.history.size(), std::size_t(2));
        QCOMPARE(story.history[0].step, 3);
        QCOMPARE(story.history[0].shares[1], 1.0f);
        tokenStory(*map, {}, s, {99, -5, 99}, 0.0);  // clamped, no crash
        TokenCard card;
        card.showStory(story, 4, 8);
        const int height = card.height();
        TokenStory longer = story;
        longer.facts.last() += QStringLiteral(" and more words").repeated(5);
        card.showStory(longer, 4, 8);
        QVERIFY(card.height() > height);  // wrapped, not cut
        card.showStory(story, 4, 8);
        QVERIFY(!card.grab().toImage().isNull());
    }

    void groups_follow_the_links_to_their_root() {
        using O = TokenOrigin;
        const O c = O::Computed, t = O::AlongTime, y = O::AlongY, x = O::AlongX;
        const std::array<std::uint8_t, 8> alone{1, 1, 1, 1, 1, 1, 1, 1}, all{8, 8, 8, 8, 8, 8, 8, 8}, pairs{2, 2, 2, 2, 2, 2, 2, 2};
        QCOMPARE(cellGroupSizes({c, c, c, c, c, c, c, c}, 0xff), alone);
        QCOMPARE(cellGroupSizes({c, x, y, x, t, t, t, t}, 0xff), all);  // three hops at most
        QCOMPARE(cellGroupSizes({c, x, c, x, c, x, c, x}, 0xff), pairs);
        const std::array<std::uint8_t, 8> edge{2, 2, 0, 0, 0, 0, 0, 0};
        QCOMPARE(cellGroupSizes({c, x, c, c, c, c, c, c}, 0x03), edge);
        QCOMPARE(cellGroupSizes({x, c, c, c, c, c, c, c}, 0x01)[0], std::uint8_t(1));  // an even token has no link
        const auto map = knownMap();
        MapSelection s;
        s.kind = MapKind::Merged, s.layer = 1, s.head = 0;
        const auto sizes = groupSizes(*map, s, 1);
        QCOMPARE(sizes.size(), std::size_t(6));
        QCOMPARE(sizes[1], 2.0f);  // (1, 0, 1) came along time from (0, 0, 1)
        QCOMPARE(tokenMapImage(*map, s, 1, darkTokens()).pixel(1, 0), cividis(1.0 / 7.0));
        s.layer = -1, s.head = -1;
        QCOMPARE(groupSizes(*map, s, 1)[1], 1.5f);  // layer 0 computes it
        auto kept = std::make_shared<TokenMap>(*map);
        kept->mean_merged.assign(2 * map->tokens(), 8.0f);
        QCOMPARE(tokenMapImage(*kept, s, 1, darkTokens()).pixel(1, 0), cividis(1.0));  // the engine's own mean comes first
    }

    void delta_has_a_scale_and_gaps() {
        auto map = knownMap();
        MapSelection s;
        s.kind = MapKind::Delta;
        QVERIFY(tokenMapImage(*map, s, 0, darkTokens()).isNull());  // not kept
        map->mean_delta.assign(2 * map->tokens(), 0.1f);
        map->mean_delta[map->tokens() + 0] = std::nanf("");
        map->mean_delta[map->tokens() + 1] = 0.4f;
        QCOMPARE(scaleOf(*map, s).second, 0.4f);
        const QImage image = tokenMapImage(*map, s, 0, darkTokens());
        QCOMPARE(image.pixelColor(0, 0), darkTokens().canvas);
        QCOMPARE(image.pixel(1, 0), cividis(1.0));
        QCOMPARE(image.pixel(2, 0), cividis(0.25));
    }

    void delta_of_one_head_and_means_of_several() {
        auto map = knownMap();
        const std::size_t n = map->tokens();
        map->mean_delta.assign(2 * n, 0.3f);
        MapSelection s;
        s.kind = MapKind::Delta, s.layer = 1, s.head = 0, s.side = Side::Key;
        QVERIFY(!keepsDeltas(*map) && !hasDetail(*map, MapKind::Delta) && hasDetail(*map, MapKind::Origin));
        QCOMPARE(magnitudesOf(*map, s, 0)[1], 0.3f);  // the mean stands in
        map->delta.assign(2 * 2 * n, engine::kNoDelta);
        const auto put = [&](std::size_t layer, std::size_t token, float delta) {
            map->delta[(layer * 2 + 1) * n + token] = engine::delta_code(delta * delta);
        };
        put(0, 1, 0.2f), put(1, 1, 0.8f), put(1, 2, 0.4f);
        const auto near = [](float value, double expected) { return std::abs(value - expected) <= 0.022 * expected; };
        QVERIFY(hasDetail(*map, MapKind::Delta));
        const auto one = magnitudesOf(*map, s, 0);
        QVERIFY(std::isnan(one[0]) && near(one[1], 0.8) && near(one[2], 0.4));
        QVERIFY(near(scaleOf(*map, s).second, 0.8));
        const QImage image = tokenMapImage(*map, s, 0, darkTokens());
        QCOMPARE(image.pixelColor(0, 0), darkTokens().canvas);
        QCOMPARE(image.pixel(1, 0), cividis(1.0));
        s.layer = -1;  // one head of all layers: of those that have one
        const auto both = magnitudesOf(*map, s, 0);
        QVERIFY(std::isnan(both[0]) && near(both[1], 0.5) && near(both[2], 0.4));
        s.head = -1;
        QCOMPARE(magnitudesOf(*map, s, 0)[1], 0.3f);  // the engine's own mean
        s.side = Side::Query, s.layer = 0;
        QVERIFY(std::isnan(magnitudesOf(*map, s, 0)[1]));

        s.side = Side::Key, s.layer = 1, s.head = 0;
        const auto facts = [&](int x) { return tokenStory(*map, {}, s, {0, 0, x}, 0.9).facts.join(QLatin1Char('|')); };
        const QString kept = QString::number(double(one[1]), 'f', 2);
        QVERIFY2(facts(1).contains(QStringLiteral("Delta about %1, threshold 0.90").arg(kept)), qPrintable(facts(1)));
        QVERIFY2(facts(0).contains(QStringLiteral("no neighbour to take its value from")), qPrintable(facts(0)));
    }

    void the_watch_page_shows_delta_of_what_is_chosen() {
        auto run = std::make_shared<RunRecord>();
        run->request = smallRequest();
        for (const int step : {4, 5}) run->token_maps[step] = engine::make_map(run->request, step);
        WatchPage page;
        page.resize(900, 600);
        page.showRun(run);
        const auto captioned = [&](const QString& text) {
            const auto labels = page.findChildren<QLabel*>();
            return std::any_of(labels.begin(), labels.end(), [&](const QLabel* label) { return label->text().contains(text); });
        };
        auto* view = page.findChild<TokenMapView*>();
        MapSelection s;
        s.kind = MapKind::Delta;
        page.setSelection(s);
        QVERIFY(captioned(QStringLiteral("mean of all")));
        const QImage mean = view->image();
        s.layer = 2, s.head = 1;
        page.setSelection(s);
        QVERIFY(captioned(QStringLiteral("layer 3, head 2")));
        QVERIFY(!view->image().isNull() && view->image() != mean);
        QCOMPARE(view->image(), tokenMapImage(*run->token_maps.at(5), s, 0, tokensOf(view)));
        auto mean_only = std::make_shared<TokenMap>(*run->token_maps.at(5));
        mean_only->delta.clear();
        run->token_maps[5] = mean_only;
        page.refresh();
        QVERIFY(captioned(QStringLiteral("single ones were not kept")));
        auto none = std::make_shared<TokenMap>(*mean_only);
        none->mean_delta.clear();
        run->token_maps[5] = none;
        page.refresh();
        QVERIFY(view->image().isNull());
        QVERIFY2(view->placeholder().contains(QStringLiteral("kept no Delta")), qPrintable(view->placeholder()));
    }

    void over_the_preview_hidden_tokens_are_seen_through() {
        const auto map = knownMap();
        MapSelection s;
        s.layer = 1, s.head = 0;
        s.shown = {false, true, true, true};
        const QImage image = tokenMapImage(*map, s, 0, darkTokens(), true);
        QCOMPARE(image.pixelColor(0, 0).alpha(), 0);
        QCOMPARE(image.pixelColor(1, 0), darkTokens().along_time);
        PictureView view;
        view.resize(300, 200);
        QImage ground(3, 2, QImage::Format_RGB32);
        ground.fill(Qt::white);
        view.setImage(ground, PictureView::Scaling::Nearest);
        view.setOverlay(image, 1.0);
        const QImage painted = view.grab().toImage();
        QCOMPARE(pixelAt(painted, {50, 50}), QColor(Qt::white));
        QCOMPARE(pixelAt(painted, {150, 50}), darkTokens().along_time);
    }

    void arrow_keys_move_from_token_to_token() {
        PictureView view;
        view.resize(300, 200);
        QImage ground(3, 2, QImage::Format_RGB32);
        ground.fill(Qt::white);
        view.setImage(ground);
        QSignalSpy hovered(&view, &PictureView::hovered);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(hovered.size(), 0);  // no grid, no keys
        view.setKeyGrid({3, 2});
        connect(&view, &PictureView::hovered, &view, [&](const QPointF& place) { view.setMark(place); });
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(hovered.last()[0].toPointF(), QPointF(0.5, 0.75));
        QTest::keyClick(&view, Qt::Key_Right);
        QTest::keyClick(&view, Qt::Key_Right);  // the last column holds
        QCOMPARE(hovered.last()[0].toPointF(), QPointF(2.5 / 3, 0.75));
        QTest::keyClick(&view, Qt::Key_Up);
        QCOMPARE(hovered.last()[0].toPointF(), QPointF(2.5 / 3, 0.25));
    }

    void layer_head_map_chooses_and_goes_back_to_all() {
        engine::StepStats step;
        step.step = 3, step.steps = 4, step.seconds = 1;
        step.layers.resize(2);
        for (std::size_t l = 0; l < 2; ++l) {
            step.layers[l].heads.resize(3);
            for (std::size_t h = 0; h < 3; ++h) step.layers[l].heads[h].attention_savings = 0.25f * float(l + h);
        }
        LayerHeadMap view;
        view.resize(150, 66);
        view.setStep(&step);
        QCOMPARE(pixelAt(view.grab().toImage(), view.cellRect(1, 2).center()).rgb(), cividis(0.75));
        QSignalSpy chosen(&view, &LayerHeadMap::chosen);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(1, 2).center().toPoint());
        QCOMPARE(chosen.last(), (QList<QVariant>{1, 2}));
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(1, 2).center().toPoint());
        QCOMPARE(chosen.last(), (QList<QVariant>{-1, -1}));
        QTest::keyClick(&view, Qt::Key_Down);
        QTest::keyClick(&view, Qt::Key_Right);
        QCOMPARE(chosen.last(), (QList<QVariant>{0, 1}));
        QTest::keyClick(&view, Qt::Key_Escape);
        QCOMPARE(chosen.last(), (QList<QVariant>{-1, -1}));
        view.setStep(nullptr);
        view.grab();
    }

    void maps_without_detail_show_the_mean() {
        auto map = knownMap();
        map->origin.clear();
        QVERIFY(!hasDetail(*map));
        MapSelection s;
        s.layer = 1;
        QVERIFY(!tokenMapImage(*map, s, 1, darkTokens()).isNull());
        QVERIFY(tokenMapImage(*map, s, 2, darkTokens()).isNull());
        map->mean_share.clear();  // nothing at all: no crash
        tokenMapImage(*map, s, 0, darkTokens());
        sharesOf(*map, s);
    }

    void latent_frames_match_clip_frames() {
        QCOMPARE(latentFrameOf(0), 0);
        QCOMPARE(latentFrameOf(1), 1);
        QCOMPARE(latentFrameOf(4), 1);
        QCOMPARE(latentFrameOf(5), 2);
        QCOMPARE(latentFrameOf(32), 8);
        for (int latent = 0; latent < 9; ++latent) QCOMPARE(latentFrameOf(firstFrameOf(latent)), latent);
    }

    void the_view_keeps_cells_sharp_and_aligned() {
        TokenMapView view;
        view.resize(300, 200);
        MapSelection s;
        s.layer = 1, s.head = 0;
        view.showMap(knownMap(), s, 0);
        QCOMPARE(view.pictureRect(), QRectF(0, 0, 300, 200));
        const QImage image = view.grab().toImage();
        const ThemeTokens& t = tokensOf(&view);
        QCOMPARE(pixelAt(image, {50, 50}), t.computed);
        QCOMPARE(pixelAt(image, {150, 50}), t.along_time);
        QCOMPARE(pixelAt(image, {103, 50}), t.along_time);  // no blending at the border of a cell
        QCOMPARE(pixelAt(image, {97, 50}), t.computed);
        view.setHatched(true);
        QVERIFY(view.grab().toImage() != image);
    }

    void the_mark_stands_where_the_mouse_is() {
        PictureView view;
        view.resize(200, 200);
        QImage black(20, 20, QImage::Format_RGB32);
        black.fill(Qt::black);
        view.setImage(black);
        QSignalSpy hovered(&view, &PictureView::hovered);
        QTest::mouseMove(&view, QPoint(50, 100));
        if (!hovered.isEmpty()) QCOMPARE(hovered.last()[0].toPointF(), QPointF(0.25, 0.5));
        view.setMark(QPointF(0.5, 0.5));
        QVERIFY(pixelAt(view.grab().toImage(), {107, 100}).lightness() > 120);
    }

    void step_layer_map_paints_savings() {
        StepLayerMap view;
        view.resize(200, 60);
        std::vector<engine::StepStats> steps(2);
        for (int i = 0; i < 2; ++i) {
            auto& step = steps[std::size_t(i)];
            step.step = i + 1, step.steps = 4, step.dense = i == 0;
            step.layers.resize(2);
            for (int l = 0; l < 2; ++l) {
                step.layers[std::size_t(l)].heads.resize(1);
                step.layers[std::size_t(l)].heads[0].attention_savings = i == 0 ? 0.0f : l == 0 ? 1.0f : 0.5f;
            }
        }
        view.setSteps(steps, 4, 2);
        const QImage image = view.grab().toImage();
        QCOMPARE(pixelAt(image, view.cellRect(1, 0).center()).rgb(), cividis(0.0));
        QCOMPARE(pixelAt(image, view.cellRect(2, 0).center()).rgb(), cividis(1.0));
        QCOMPARE(pixelAt(image, view.cellRect(2, 1).center()).rgb(), cividis(0.5));
        QCOMPARE(pixelAt(image, view.cellRect(4, 1).center()), tokensOf(&view).raised);  // still to come
        QCOMPARE(view.cellAt(view.cellRect(2, 1).center()), std::optional(std::pair(2, 1)));
        QSignalSpy chosen(&view, &StepLayerMap::chosen);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(2, 1).center().toPoint());
        QCOMPARE(chosen.size(), 1);
        QCOMPARE(chosen[0][0].toInt(), 2);
        QTest::mouseClick(&view, Qt::LeftButton, {}, view.cellRect(4, 1).center().toPoint());
        QCOMPARE(chosen.size(), 1);  // nothing there yet
        QTest::keyClick(&view, Qt::Key_Left);
        QCOMPARE(chosen.last()[0].toInt(), 1);
    }

    void difference_is_neutral_where_equal() {
        QImage a(4, 4, QImage::Format_RGB888), b(4, 4, QImage::Format_RGB888);
        a.fill(QColor(100, 100, 100));
        b.fill(QColor(100, 100, 100));
        b.setPixelColor(1, 1, QColor(120, 100, 100));
        const QImage d = differenceImage(a, b, 4, true);
        QCOMPARE(d.pixel(0, 0), diverging(0, true));
        QCOMPARE(d.pixel(1, 1), diverging(20 / 255.0 * 4, true));
        QVERIFY(differenceImage(a, QImage(2, 2, QImage::Format_RGB888), 4, true).isNull());
    }

    void frames_are_shared_not_copied() {
        auto frames = std::make_shared<engine::FrameSequence>();
        frames->frames = 2, frames->width = 3, frames->height = 2;
        frames->rgb.assign(frames->frame_bytes() * 2, 7);
        frames->frame(1)[0] = 200;
        const engine::FrameSequencePtr held = frames;
        QImage image = imageOfFrame(held, 1);
        QCOMPARE(image.constBits(), held->frame(1));
        QCOMPARE(image.pixelColor(0, 0), QColor(200, 7, 7));
        QVERIFY(imageOfFrame(held, 2).isNull());
        const long users = held.use_count();
        image = QImage();
        QCOMPARE(held.use_count(), users - 1);
    }

    void delegates_paint() {
        JobQueueModel queue;
        queue.add(smallRequest());
        queue.setState(queue.at(0).id, JobState::Running);
        queue.setProgress(queue.at(0).id, {engine::Phase::Decoding, 1, 1, 1.0, 0.0});
        QStyleOptionViewItem option;
        option.rect = {0, 0, 400, 28};
        option.palette = Theme::paletteFor(darkTokens());
        QImage image(400, 28, QImage::Format_RGB32);
        image.fill(darkTokens().panel);
        {
            QPainter painter(&image);
            JobDelegate().paint(&painter, option, queue.index(0));
        }
        bool accent = false;
        for (int x = 200; x < 400 && !accent; ++x) accent = image.pixelColor(x, 14) == darkTokens().accent;
        QVERIFY(accent);
    }

    void scales_are_monotonous_and_clamped() {
        QCOMPARE(cividis(-1), cividis(0));
        QCOMPARE(cividis(2), cividis(1));
        QCOMPARE(cividis(std::nan("")), cividis(0));
        int last = -1;
        for (int i = 0; i <= 100; ++i) {
            const int grey = qGray(cividis(i / 100.0));
            QVERIFY(grey >= last);
            last = grey;
        }
    }

    void texts_have_contrast_in_both_themes() {
        for (const ThemeTokens* t : {&darkTokens(), &lightTokens()}) {
            for (const QColor& ground : {t->panel, t->window, t->raised}) {
                QVERIFY(contrastRatio(t->text, ground) >= 7.0);
                QVERIFY2(contrastRatio(t->dim_text, ground) >= 4.5, qPrintable(ground.name()));
            }
            QVERIFY(contrastRatio(t->on_accent, t->accent) >= 4.5);
            QVERIFY(contrastRatio(t->warning, t->panel) >= 4.5);
            QVERIFY(&tokensOf(Theme::paletteFor(*t)) == t);
            QVERIFY(!Theme::styleSheetFor(*t).contains(QLatin1Char('@')));
        }
    }
};

QTEST_MAIN(TestTokenMap)
#include "tst_token_map.moc"
