#pragma once
// What the library keeps, as plain values. Ids are made by newLibraryId(): a run keeps its id when it becomes a clip.

#include <QByteArray>
#include <QString>
#include <optional>
#include <vector>

#include "engine/api/generation_observer.h"
#include "engine/api/generation_request.h"
#include "engine/api/recipe.h"
#include "engine/api/result.h"

namespace timeripple::ui {

enum class JobState { Queued, Running, Cancelling, Done, Failed, Cancelled };

// A run that waits, works or ended without a clip.
struct QueuedJob {
    quint64 id = 0;
    engine::GenerationRequest request;
    JobState state = JobState::Queued;
    engine::Progress progress;
    std::optional<engine::Error> error;
    quint64 pair_id = 0;   // both halves of a comparison carry the same one; 0: single
    bool is_twin = false;  // the dense half of a pair
    int starts = 0;        // how often it was begun and made no step: a run that ends the program must not do so for ever
    bool resumes = false;  // goes on from a checkpoint when its turn comes
};

// A clip of the history without its pictures: what lists, searches and captions need.
struct ClipSummary {
    quint64 id = 0;
    qint64 created_ms = 0;   // since the epoch
    quint64 group = 0;       // equal for runs that differ in nothing but the seed
    int rating = 0;          // 0: none, 1 to 5
    quint64 twin_id = 0;     // the other half of a comparison
    quint64 pair_id = 0;     // set while that half is still to come
    bool is_twin = false;
    double factor = 0.0;     // measured speed-up; 0: not known
    qint64 trashed_ms = 0;   // 0: not in the trash
    QString source_path;     // of an opened file
    engine::Recipe recipe;   // with its quality, where a twin was measured
};

// What the history shows. Words must all be found in prompt or settings, in any order.
struct HistoryFilter {
    enum class Show { All, Dense, Accelerated, Trash };
    QString words;
    Show show = Show::All;
    int rating = 0;  // at least
    bool operator==(const HistoryFilter&) const = default;
};

// A line of the history: grouped runs stand together, the newest group first.
struct HistoryRow {
    quint64 id = 0;
    quint64 group = 0;
    bool operator==(const HistoryRow&) const = default;
};

// Settings under a name.
struct SavedRecipe {
    QString name;
    engine::GenerationRequest request;
    bool operator==(const SavedRecipe&) const = default;
};

// What was found when the library was opened.
struct LibraryContents {
    std::vector<QueuedJob> jobs;  // in their order
    bool queue_paused = false;
    std::vector<SavedRecipe> recipes;
    QString notice;  // a sentence for the user: a damaged file was moved aside, clips were found again; mostly empty
};

inline constexpr int kThumbnailPixels = 192;  // longer side

// Unique in this library for ever: milliseconds since the epoch, then a counter that starts at random. Any thread.
quint64 newLibraryId();
// Of everything but the seed.
quint64 groupOf(const engine::GenerationRequest& request);
// Lower-case lines of prompt and settings for the search: "seed 5", "24 steps", "256x256", "balanced".
QString searchTextOf(const ClipSummary& clip);

}  // namespace timeripple::ui
