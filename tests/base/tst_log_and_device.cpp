// The log rotates and never throws; the processor's memory respects every control group.
#include "engine/api/log.h"
#include "engine/base/cpu_device.h"
#include "engine/base/text.h"

#include <QDir>
#include <QFile>
#include <QTemporaryDir>
#include <QtTest>

#include <thread>
#include <vector>

using namespace timeripple::engine;

namespace {

QByteArray content(const QString& path) {
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

void write(const QDir& root, const QString& path, const QByteArray& text) {
    QVERIFY(root.mkpath(QFileInfo(path).path()));
    QFile file(root.filePath(path));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(text);
}

}  // namespace

class TestLogAndDevice : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void linesOfManyThreads();
    void rotates();
    void survivesNoFolder();
    void thisMachine();
    void memoryOfGroups();
    void byteTexts();
};

void TestLogAndDevice::linesOfManyThreads() {
    QTemporaryDir dir;
    qputenv("XDG_STATE_HOME", dir.path().toUtf8());
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t) {
        threads.emplace_back([] {
            for (int i = 0; i < 50; ++i)
                log_info("test", "one line\nof text");
        });
    }
    for (auto& thread : threads)
        thread.join();
    const auto lines = content(dir.filePath("timeripple/timeripple.log")).split('\n');
    QCOMPARE(lines.size(), 201);
    for (int i = 0; i < 200; ++i)
        QVERIFY(lines[i].endsWith("info test: one line of text"));
}

void TestLogAndDevice::rotates() {
    QTemporaryDir dir;
    qputenv("XDG_STATE_HOME", dir.path().toUtf8());
    const std::string line(8000, 'x');
    for (int i = 0; i < 600; ++i)
        log_warning("test", line);  // 4.8 MB
    const QDir folder(dir.filePath("timeripple"));
    QCOMPARE(folder.entryList(QDir::Files, QDir::Name),
             QStringList({"timeripple.log", "timeripple.log.1", "timeripple.log.2"}));
    for (const auto& info : folder.entryInfoList(QDir::Files))
        QVERIFY(info.size() < 1'100'000);
}

void TestLogAndDevice::survivesNoFolder() {
    qputenv("XDG_STATE_HOME", "/proc/no/such/place");
    QCOMPARE(log_folder(), std::string());
    log_error("test", "nobody hears this");
    qunsetenv("XDG_STATE_HOME");
    const QByteArray home = qgetenv("HOME");
    qunsetenv("HOME");
    QCOMPARE(log_folder(), std::string());
    qputenv("HOME", home);
}

void TestLogAndDevice::thisMachine() {
    const DeviceInfo cpu = cpu_device();
    QCOMPARE(cpu.id, std::string("cpu"));
    QVERIFY(cpu.name.find("core") != std::string::npos);
    QVERIFY(cpu.total_memory_bytes > 100'000'000);
    QVERIFY(cpu.free_memory_bytes > 0 && cpu.free_memory_bytes <= cpu.total_memory_bytes);
}

void TestLogAndDevice::memoryOfGroups() {
    QTemporaryDir dir;
    const QDir root(dir.path());
    write(root, "proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable:    8000000 kB\n");
    write(root, "proc/cpuinfo", "processor : 0\nmodel name\t: Test CPU @ 2\n");
    auto read = [&] { return detail::read_cpu_device(dir.path().toStdString()); };
    QCOMPARE(read().total_memory_bytes, std::uint64_t(16'384'000'000));
    QCOMPARE(read().free_memory_bytes, std::uint64_t(8'192'000'000));
    QVERIFY(read().name.starts_with("Test CPU @ 2, "));

    // Version 2: the parent's limit is the smaller one; cache does not count as used.
    write(root, "proc/self/cgroup", "0::/a/b\n");
    write(root, "sys/fs/cgroup/a/b/memory.max", "max\n");
    write(root, "sys/fs/cgroup/a/memory.max", "4000000000\n");
    write(root, "sys/fs/cgroup/a/memory.current", "3000000000\n");
    write(root, "sys/fs/cgroup/a/memory.stat", "anon 5\ninactive_file 1000000000\n");
    QCOMPARE(read().total_memory_bytes, std::uint64_t(4'000'000'000));
    QCOMPARE(read().free_memory_bytes, std::uint64_t(2'000'000'000));

    // Version 1 inside a container: the path names the host's tree, the files lie at the top.
    write(root, "proc/self/cgroup", "4:memory:/docker/abc\n3:cpuset:/\n");
    write(root, "sys/fs/cgroup/memory/memory.limit_in_bytes", "2000000000\n");
    write(root, "sys/fs/cgroup/memory/memory.usage_in_bytes", "500000000\n");
    QCOMPARE(read().total_memory_bytes, std::uint64_t(2'000'000'000));
    QCOMPARE(read().free_memory_bytes, std::uint64_t(1'500'000'000));
}

void TestLogAndDevice::byteTexts() {
    QCOMPARE(detail::bytes_text(0), std::string("0 bytes"));
    QCOMPARE(detail::bytes_text(999), std::string("999 bytes"));
    QCOMPARE(detail::bytes_text(1'400'000), std::string("1.4 MB"));
    QCOMPARE(detail::bytes_text(28'900'000'000ULL), std::string("29 GB"));
    QCOMPARE(detail::bytes_text(999'999'999ULL), std::string("1.0 GB"));
    QCOMPARE(detail::for_sentence("a\nb\xF0\x9F\x90\x9F", 5), std::string("a b..."));
}

QTEST_APPLESS_MAIN(TestLogAndDevice)
#include "tst_log_and_device.moc"
