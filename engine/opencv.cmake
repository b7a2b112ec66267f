# OpenCV's core and imgproc alone. Its CMake package asks for every module's development files: 600 MB more to install.
find_path(OPENCV_INCLUDE_DIR opencv2/imgproc.hpp PATH_SUFFIXES opencv4 REQUIRED)
find_library(OPENCV_CORE_LIBRARY opencv_core REQUIRED)
find_library(OPENCV_IMGPROC_LIBRARY opencv_imgproc REQUIRED)

add_library(timeripple_opencv INTERFACE)
add_library(timeripple::opencv ALIAS timeripple_opencv)
target_include_directories(timeripple_opencv SYSTEM INTERFACE ${OPENCV_INCLUDE_DIR})
target_link_libraries(timeripple_opencv INTERFACE ${OPENCV_IMGPROC_LIBRARY} ${OPENCV_CORE_LIBRARY})
