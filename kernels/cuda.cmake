# The device code, as object libraries whose objects join tr_kernels: so only this folder knows the CUDA language, and what
# links tr_kernels is linked by the C++ compiler. One template instantiation per file, so that cores can share the work.
set(TIMERIPPLE_CUDA_ARCHITECTURES "80-real;86-real;89-real;90a-real;120-real;120-virtual" CACHE STRING
    "Architectures of the CUDA kernels, in CMake's spelling; 90a adds the wgmma kernel")

# CMake 3.25 knows no C++20 for nvcc 13: device code and what it includes are C++17.
enable_language(CUDA)
find_package(CUDAToolkit REQUIRED)
set(CMAKE_CUDA_STANDARD 17)
set(CMAKE_CUDA_STANDARD_REQUIRED ON)

file(GLOB tr_cuda_all CONFIGURE_DEPENDS
    ${CMAKE_CURRENT_SOURCE_DIR}/reuse_mask/*.cu ${CMAKE_CURRENT_SOURCE_DIR}/compact_kv/*.cu
    ${CMAKE_CURRENT_SOURCE_DIR}/single_pass/*.cu
    ${CMAKE_CURRENT_SOURCE_DIR}/residual/*.cu ${CMAKE_CURRENT_SOURCE_DIR}/near_field/*.cu
    ${CMAKE_CURRENT_SOURCE_DIR}/norm_rope_detect/*.cu ${CMAKE_CURRENT_SOURCE_DIR}/reuse_statistics/*.cu
    ${CMAKE_CURRENT_SOURCE_DIR}/token_deltas/*.cu ${CMAKE_CURRENT_SOURCE_DIR}/token_rows/*.cu
    ${CMAKE_CURRENT_SOURCE_DIR}/ripple_attention/sm80_*.cu)
# The wide tile of the mma.sync kernel is for sm_80 alone (tile_config.h), the wgmma kernel for sm_90a.
file(GLOB tr_cuda_only_80 CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/ripple_attention/sm80_*_d128_n64.cu)
file(GLOB tr_cuda_only_90a CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/ripple_attention/sm90_*.cu)
list(REMOVE_ITEM tr_cuda_all ${tr_cuda_only_80})

function(tr_add_device_code name architectures)
    add_library(${name} OBJECT ${ARGN})
    target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR})
    target_compile_options(${name} PRIVATE -Werror=all-warnings -lineinfo
        "SHELL:-Xptxas --warn-on-spills,--warn-on-local-memory-usage,--warning-as-error" "SHELL:-Xcompiler -Wall,-Wextra")
    set_target_properties(${name} PROPERTIES CUDA_ARCHITECTURES "${architectures}" AUTOMOC OFF)
    set(tr_cuda_objects ${tr_cuda_objects} $<TARGET_OBJECTS:${name}> PARENT_SCOPE)
endfunction()

tr_add_device_code(tr_kernels_cuda "${TIMERIPPLE_CUDA_ARCHITECTURES}" ${tr_cuda_all})
tr_add_device_code(tr_kernels_sm80 "80-real" ${tr_cuda_only_80})
set(tr_cuda_sm90 OFF)
if(TIMERIPPLE_CUDA_ARCHITECTURES MATCHES "90a" AND tr_cuda_only_90a)
    set(tr_cuda_sm90 ON)
    tr_add_device_code(tr_kernels_sm90 "90a-real" ${tr_cuda_only_90a})
endif()
if(TIMERIPPLE_TESTS)
    # Here and not in tests/gpu, because only this folder knows the CUDA language.
    set(own_objects "${tr_cuda_objects}")
    tr_add_device_code(tr_gpu_reference "${TIMERIPPLE_CUDA_ARCHITECTURES}" ${CMAKE_SOURCE_DIR}/tests/gpu/gpu_reference.cu)
    set(tr_cuda_objects "${own_objects}")
endif()
message(STATUS "CUDA kernels: ${CMAKE_CUDA_COMPILER} for ${TIMERIPPLE_CUDA_ARCHITECTURES}, wgmma kernel ${tr_cuda_sm90}")
