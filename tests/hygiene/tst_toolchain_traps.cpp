// The traps of putting LibTorch, OpenCV, SentencePiece and FFmpeg into one process (toolchain.md), each held here in a
// process that opens libtr_engine as the programs do: linked to tr_engine_base, engine opened at run time.
#include "engine/api/engine.h"

#include <QFile>
#include <QProcess>
#include <QtTest>

#include <dlfcn.h>
#include <elf.h>
#include <link.h>

namespace {

// Where the loader bound a library's own reference to a function. Reads the library's relocations in memory.
struct Binding {
    const char* library;   // end of the file name of the library that calls
    const char* function;  // what it calls
    QByteArray bound_to;   // file that the call goes to
    bool found_library = false;
};

int visit(dl_phdr_info* info, std::size_t, void* data) {
    auto& binding = *static_cast<Binding*>(data);
    if (!QByteArray(info->dlpi_name).endsWith(binding.library)) return 0;
    binding.found_library = true;
    const ElfW(Dyn)* dynamic = nullptr;
    for (int i = 0; i < info->dlpi_phnum; ++i) {
        if (info->dlpi_phdr[i].p_type == PT_DYNAMIC) {
            dynamic = reinterpret_cast<const ElfW(Dyn)*>(info->dlpi_addr + info->dlpi_phdr[i].p_vaddr);
        }
    }
    const ElfW(Sym)* symbols = nullptr;
    const char* names = nullptr;
    struct Table {
        const ElfW(Rela) * begin = nullptr;
        std::size_t bytes = 0;
    } tables[2];
    for (; dynamic && dynamic->d_tag != DT_NULL; ++dynamic) {
        switch (dynamic->d_tag) {
            case DT_SYMTAB:
                symbols = reinterpret_cast<const ElfW(Sym)*>(dynamic->d_un.d_ptr);
                break;
            case DT_STRTAB:
                names = reinterpret_cast<const char*>(dynamic->d_un.d_ptr);
                break;
            case DT_JMPREL:
                tables[0].begin = reinterpret_cast<const ElfW(Rela)*>(dynamic->d_un.d_ptr);
                break;
            case DT_PLTRELSZ:
                tables[0].bytes = dynamic->d_un.d_val;
                break;
            case DT_RELA:
                tables[1].begin = reinterpret_cast<const ElfW(Rela)*>(dynamic->d_un.d_ptr);
                break;
            case DT_RELASZ:
                tables[1].bytes = dynamic->d_un.d_val;
                break;
            default:
                break;
        }
    }
    if (!symbols || !names) return 1;
    for (const Table& table : tables) {
        for (std::size_t i = 0; table.begin && i < table.bytes / sizeof(ElfW(Rela)); ++i) {
            const ElfW(Rela)& relocation = table.begin[i];
            const std::size_t symbol = ELF64_R_SYM(relocation.r_info);
            if (symbol == 0 || std::strcmp(names + symbols[symbol].st_name, binding.function) != 0) continue;
            void* target = *reinterpret_cast<void**>(info->dlpi_addr + relocation.r_offset);
            Dl_info where{};
            if (dladdr(target, &where) && where.dli_fname) binding.bound_to = where.dli_fname;
            return 1;
        }
    }
    return 1;
}

Binding bindingOf(const char* library, const char* function) {
    Binding binding{library, function, {}, false};
    dl_iterate_phdr(visit, &binding);
    return binding;
}

QString probeFile() {
    return QStringLiteral(TIMERIPPLE_BINARY_DIR "/tests/libtr_trap_probe.so");
}

}  // namespace

class TestToolchainTraps : public QObject {
    Q_OBJECT

  private Q_SLOTS:
    void initTestCase();
    void torchIsNotInTheProgram();
    void blasIsTorchsOwn();
    void blasProbeSeesForeignBlas();
    void errorsStayCatchableAfterTokenizing();
};

void TestToolchainTraps::initTestCase() {
    if (!QFile::exists(probeFile())) QSKIP("built without the engine");
}

void TestToolchainTraps::torchIsNotInTheProgram() {
    QVERIFY2(!bindingOf("libtorch_cpu.so", "sgemm_").found_library,
             "LibTorch is in the process before the engine is opened");
    auto engine = timeripple::engine::open_engine();
    QVERIFY2(engine.ok(), engine.ok() ? "" : engine.error().message.c_str());
    QVERIFY(bindingOf("libtorch_cpu.so", "sgemm_").found_library);
}

// Debian's reference BLAS in the global scope would take LibTorch's matrix products from 60 to 5 GFLOP/s, silently.
void TestToolchainTraps::blasIsTorchsOwn() {
    void* probe = dlopen(probeFile().toLocal8Bit().constData(), RTLD_NOW | RTLD_LOCAL);
    QVERIFY2(probe, dlerror());
    auto matmul = reinterpret_cast<float (*)()>(dlsym(probe, "trap_probe_matmul"));
    QVERIFY(matmul);
    QCOMPARE(matmul(), 64.0f * 64.0f * 64.0f);
    for (const char* function : {"sgemm_", "dgemm_"}) {
        const Binding binding = bindingOf("libtorch_cpu.so", function);
        QVERIFY2(binding.bound_to.endsWith("/libtorch_cpu.so"),
                 QByteArray(function) + " lies in '" + binding.bound_to + "'");
    }
}

// The same test must fail in a process where a foreign BLAS does come first; else it would prove nothing.
void TestToolchainTraps::blasProbeSeesForeignBlas() {
    if (qEnvironmentVariableIsSet("LD_PRELOAD")) QSKIP("this is the process with the foreign BLAS");
    void* handle = dlopen("libblas.so.3", RTLD_LAZY | RTLD_LOCAL);
    if (!handle) QSKIP("this machine has no reference BLAS");
    link_map* map = nullptr;
    QCOMPARE(dlinfo(handle, RTLD_DI_LINKMAP, &map), 0);
    const QByteArray blas = map->l_name;
    QProcess self;
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    environment.insert("LD_PRELOAD", blas);
    self.setProcessEnvironment(environment);
    self.start(QCoreApplication::applicationFilePath(), {"torchIsNotInTheProgram", "blasIsTorchsOwn"});
    QVERIFY(self.waitForFinished(60000));
    const QByteArray output = self.readAllStandardOutput();
    QVERIFY2(output.contains("FAIL!  : TestToolchainTraps::blasIsTorchsOwn()"), output);
    QVERIFY2(output.contains("libblas"), output);
}

// libc10 and libsentencepiece both export FLAGS_minloglevel, of different sizes. Linked in the wrong order, an error
// that LibTorch throws for us to catch kills the process instead.
void TestToolchainTraps::errorsStayCatchableAfterTokenizing() {
    void* probe = dlopen(probeFile().toLocal8Bit().constData(), RTLD_NOW | RTLD_LOCAL);
    QVERIFY2(probe, dlerror());
    auto run = reinterpret_cast<int (*)(const char*, char*, std::size_t)>(dlsym(probe, "trap_probe_tokens_then_error"));
    QVERIFY(run);
    char caught[512] = "";
    const int tokens =
        run(TIMERIPPLE_SOURCE_DIR "/resources/models/pond/tokenizer/spiece.model", caught, sizeof caught);
    QVERIFY2(tokens > 3, "no tokens");
    QVERIFY2(std::strstr(caught, "mat1 and mat2"), caught);
    const Binding flag = bindingOf("libsentencepiece.so.0", "FLAGS_minloglevel");
    QVERIFY2(flag.bound_to.contains("libsentencepiece"), "its flag lies in " + flag.bound_to);
}

QTEST_GUILESS_MAIN(TestToolchainTraps)
#include "tst_toolchain_traps.moc"
