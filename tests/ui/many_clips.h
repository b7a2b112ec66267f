#pragma once
// A library with thousands of clips, as a year of use leaves it; rows and thumbnails, no files.

#include <QBuffer>
#include <QColor>
#include <QImage>
#include <QSqlQuery>
#include <QTest>
#include <vector>

#include "tests/ui/ui_test_support.h"
#include "ui/library/library_database.h"

namespace timeripple::ui {

inline constexpr int kManyClips = 10'000;

inline void fillLibrary(const QString& folder, int clips) {
    QString notice;
    auto opened = LibraryDatabase::open(folder + "/library.db", &notice);
    QVERIFY(opened.ok());
    LibraryDatabase& database = **opened;
    std::vector<QByteArray> pictures;
    for (int hue = 0; hue < 360; hue += 10) {
        QImage picture(192, 192, QImage::Format_RGB32);
        picture.fill(QColor::fromHsv(hue, 200, 200));
        QBuffer buffer(&pictures.emplace_back());
        buffer.open(QIODevice::WriteOnly);
        picture.save(&buffer, "JPG");
    }
    const char* things[] = {"fish", "star", "ring", "leaf", "ball"};
    const char* colours[] = {"orange", "blue", "green", "white", "purple", "red"};
    // putClip() is a transaction of its own: fsync would be called ten thousand times.
    QVERIFY(QSqlQuery("PRAGMA synchronous = OFF", QSqlDatabase::database(QSqlDatabase::connectionNames().constLast())).isActive());
    for (int i = 0; i < clips; ++i) {
        ClipSummary clip;
        clip.id = quint64(i + 1);
        clip.created_ms = 1'700'000'000'000 + i * 1000;
        auto& request = clip.recipe.request;
        request = smallRequest();
        request.prompt = std::string("a ") + colours[i / 3 % 6] + " " + things[i / 20 % 5] + " moves left, take " + std::to_string(i / 4);
        request.seed = std::uint64_t(i);
        request.attention = i % 5 == 0 ? engine::AttentionMode::Dense : engine::AttentionMode::Ripple;
        request.preset_name = i % 5 == 0 ? "" : "Balanced";
        clip.rating = i % 50 == 0 ? 5 : 0;
        clip.factor = 1.5;
        clip.group = groupOf(request);
        QVERIFY(database.putClip(clip, pictures[std::size_t(i) % pictures.size()]).ok());
    }
}

}  // namespace timeripple::ui
