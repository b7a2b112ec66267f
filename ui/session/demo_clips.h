#pragma once
// The ready comparisons of resources/demos: NAME-dense.mp4 and NAME-ripple.mp4 with their recipes. Read on a thread of its own.

#include <QObject>
#include <QString>
#include <QVector>

#include "ui/models/clip_list_model.h"
#include "ui/session/job_thread.h"

namespace timeripple::ui {

struct Demo {
    QString name;
    // As if made by Compare: the candidate's quality is that of the raw frames, from its recipe.
    ClipEntry reference;
    ClipEntry candidate;
};

class DemoClips final : public QObject {
    Q_OBJECT
  public:
    explicit DemoClips(QObject* parent = nullptr) : QObject(parent) {}

    // Empty: the program's own folder. Every demo comes by demoRead(), in the order of the names; then finished().
    void read(const QString& folder = {});

  Q_SIGNALS:
    void demoRead(const timeripple::ui::Demo& demo);
    // `problem` is a sentence, empty where all went well.
    void finished(int count, const QString& problem);

  private:
    JobThread thread_;
};

}  // namespace timeripple::ui
