# The package: bin/nn-diff, lib/nn-diff/clang, include/nn, lib/libnn-runtime.a, lib/cmake/nn-diff; with CUDA also
# lib/libnn-runtime-cuda.a.
include(CMakePackageConfigHelpers)

# nn-diff looks for Clang's built-in headers in ../lib/nn-diff/clang, in a build tree as after installation.
file(MAKE_DIRECTORY "${CMAKE_BINARY_DIR}/lib/nn-diff")
file(CREATE_LINK "${NN_DIFF_RESOURCE_DIR}" "${CMAKE_BINARY_DIR}/lib/nn-diff/clang" SYMBOLIC)
install(DIRECTORY "${NN_DIFF_RESOURCE_DIR}/include" DESTINATION lib/nn-diff/clang)

install(DIRECTORY include/nn DESTINATION include)
install(TARGETS nn-diff nn-runtime EXPORT nn-diff
  RUNTIME DESTINATION bin
  ARCHIVE DESTINATION lib)
if(TARGET nn-runtime-cuda)  # apart, so that the package can be used without CUDA
  install(TARGETS nn-runtime-cuda EXPORT nn-diff-cuda ARCHIVE DESTINATION lib)
  install(EXPORT nn-diff-cuda NAMESPACE nn:: DESTINATION lib/cmake/nn-diff FILE nn-diff-cuda-targets.cmake)
endif()
install(EXPORT nn-diff NAMESPACE nn:: DESTINATION lib/cmake/nn-diff FILE nn-diff-targets.cmake)

configure_package_config_file(cmake/nn-diff-config.cmake.in nn-diff-config.cmake
  INSTALL_DESTINATION lib/cmake/nn-diff
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file("${CMAKE_CURRENT_BINARY_DIR}/nn-diff-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES
    "${CMAKE_CURRENT_BINARY_DIR}/nn-diff-config.cmake"
    "${CMAKE_CURRENT_BINARY_DIR}/nn-diff-config-version.cmake"
    cmake/nn-diff-generate.cmake
  DESTINATION lib/cmake/nn-diff)
