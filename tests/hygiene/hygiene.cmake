# What the hygiene tests need beside their own programs.

# Each header of a door, alone, twice, with our include path and the standard library only.
file(GLOB door_headers RELATIVE ${CMAKE_SOURCE_DIR} CONFIGURE_DEPENDS
    ${CMAKE_SOURCE_DIR}/engine/api/*.h ${CMAKE_SOURCE_DIR}/kernels/api/*.h)
foreach(header ${door_headers})
    string(MAKE_C_IDENTIFIER ${header} name)
    set(source ${CMAKE_CURRENT_BINARY_DIR}/doors/${name}.cpp)
    file(GENERATE OUTPUT ${source} CONTENT "#include \"${header}\"\n#include \"${header}\"\n")
    list(APPEND door_sources ${source})
endforeach()
add_library(tr_doors OBJECT ${door_sources})
target_link_libraries(tr_doors PRIVATE tr_options)
set_target_properties(tr_doors PROPERTIES UNITY_BUILD OFF)

if(TIMERIPPLE_ENGINE)
    # Uses LibTorch and SentencePiece as libtr_engine does, from a library that is opened after it.
    add_library(tr_trap_probe SHARED hygiene/trap_probe.cpp)
    target_link_libraries(tr_trap_probe PRIVATE tr_options PkgConfig::SENTENCEPIECE timeripple::torch)
    set_target_properties(tr_trap_probe PROPERTIES DEFINE_SYMBOL "" LIBRARY_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests)
    target_precompile_headers(tr_trap_probe REUSE_FROM tr_engine)
    add_dependencies(tst_toolchain_traps tr_engine tr_trap_probe)
endif()
add_dependencies(tst_program_closure timeripple)
if(TARGET timeripple-studio)
    add_dependencies(tst_program_closure timeripple-studio)
endif()
