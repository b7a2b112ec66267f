# LibTorch as two imported targets. Not find_package(Torch): that of the CUDA wheel insists on a CUDA toolkit even where no
# GPU is. libtorch_cuda.so, where present, is opened at run time (engine/core/device.cpp) and registers itself.
if(NOT TIMERIPPLE_TORCH)
    # Named in the environment, or where installer/run.sh puts it.
    set(data_home "$ENV{XDG_DATA_HOME}")
    if(NOT data_home)
        set(data_home "$ENV{HOME}/.local/share")
    endif()
    foreach(candidate "$ENV{TIMERIPPLE_TORCH}" "${data_home}/timeripple/toolchain/torch")
        if(EXISTS "${candidate}/lib/libtorch_cpu.so")
            file(REAL_PATH "${candidate}" candidate)
            set(TIMERIPPLE_TORCH ${candidate} CACHE PATH "" FORCE)
            break()
        endif()
    endforeach()
endif()
if(NOT EXISTS "${TIMERIPPLE_TORCH}/lib/libtorch_cpu.so")
    message(FATAL_ERROR "No LibTorch in TIMERIPPLE_TORCH='${TIMERIPPLE_TORCH}'. installer/run.sh installs one; or name the "
                        "folder of a Python environment's torch package (it holds include/ and lib/).")
endif()

add_library(timeripple_torch INTERFACE)
add_library(timeripple::torch ALIAS timeripple_torch)
target_include_directories(timeripple_torch SYSTEM INTERFACE ${TIMERIPPLE_TORCH}/include)
target_link_libraries(timeripple_torch INTERFACE ${TIMERIPPLE_TORCH}/lib/libtorch_cpu.so ${TIMERIPPLE_TORCH}/lib/libc10.so)
# at::parallel_for is a template that runs serially unless the calling file is compiled with OpenMP; the runtime is the one
# that LibTorch brings and uses itself.
target_compile_options(timeripple_torch INTERFACE -fopenmp)
if(EXISTS "${TIMERIPPLE_TORCH}/lib/libgomp.so.1")
    target_link_libraries(timeripple_torch INTERFACE ${TIMERIPPLE_TORCH}/lib/libgomp.so.1)
else()
    target_link_options(timeripple_torch INTERFACE -fopenmp)
endif()
