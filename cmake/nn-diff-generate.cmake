# nn_diff_generate: compiles a target's model files with nn-diff, for this build tree and the installed package alike.

# CMake 3.25 does not know that nvcc 12 and later have C++20.
foreach(kind STANDARD EXTENSION)
  if(NOT CMAKE_CUDA20_${kind}_COMPILE_OPTION)
    set(CMAKE_CUDA20_${kind}_COMPILE_OPTION -std=c++20)
  endif()
endforeach()

# nn_diff_generate(TARGET app SOURCES mlp.cpp... [BACKENDS cpp [cuda]] [OPTIONS --recompute=none ...])
#
# Writes BASE.nn.h and BASE.nn.cpp for each model, adds them to the target and links nn::runtime. They are written
# again when the model, a header it includes or nn-diff changes; a model may include the BASE.nn.h of those before it
# in SOURCES, to take their derivatives. The model sees the target's include directories and
# definitions; OPTIONS are further options of nn-diff. BACKENDS cuda also writes BASE.nn.cu and links
# nn::runtime-cuda; the project has to have CUDA among its languages. Without CMAKE_CUDA_ARCHITECTURES it is compiled
# for compute capability 8.0 and 9.0; what is below 8.0 there is left out.
function(nn_diff_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET" "SOURCES;BACKENDS;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "nn_diff_generate: unexpected ${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}; "
      "usage: nn_diff_generate(TARGET name SOURCES model.cpp... [BACKENDS cpp [cuda]] [OPTIONS option...])")
  endif()
  if(NOT TARGET "${arg_TARGET}")
    message(FATAL_ERROR "nn_diff_generate: TARGET '${arg_TARGET}' is no target")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "nn_diff_generate: SOURCES names no model file")
  endif()
  foreach(backend IN LISTS arg_BACKENDS)
    if(NOT backend MATCHES "^(cpp|cuda)$")
      message(FATAL_ERROR "nn_diff_generate: backend '${backend}' is not available; this nn-diff writes: cpp, cuda")
    endif()
  endforeach()
  if("cuda" IN_LIST arg_BACKENDS)
    if(NOT CMAKE_CUDA_COMPILER)
      message(FATAL_ERROR "nn_diff_generate: BACKENDS cuda needs nvcc: no CUDA compiler is enabled; "
        "say project(... LANGUAGES CXX CUDA), or leave cuda out")
    endif()
    if(NOT TARGET nn::runtime-cuda)
      message(FATAL_ERROR "nn_diff_generate: BACKENDS cuda needs nn::runtime-cuda, which this nn-diff was built without")
    endif()
    target_link_libraries(${arg_TARGET} PRIVATE nn::runtime-cuda)
    nn_diff_architectures(${arg_TARGET})
  endif()

  set(out_dir "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.nn")
  file(MAKE_DIRECTORY "${out_dir}")
  target_link_libraries(${arg_TARGET} PRIVATE nn::runtime)
  target_include_directories(${arg_TARGET} PRIVATE "${out_dir}")
  set(earlier)
  foreach(source IN LISTS arg_SOURCES)
    nn_diff_generate_one(${arg_TARGET} "${source}" "${out_dir}" "${arg_BACKENDS}" "${arg_OPTIONS}" "${earlier}")
    cmake_path(GET source STEM LAST_ONLY base)
    list(APPEND earlier "${out_dir}/${base}.nn.h")
  endforeach()
endfunction()

# Leaves out what a target is compiled for but nn does not run on: below 80, which is CMake's default. 80 and 90 if
# nothing else is asked for.
function(nn_diff_architectures target)
  get_target_property(architectures ${target} CUDA_ARCHITECTURES)
  set(wanted)
  foreach(architecture IN LISTS architectures)
    if(architecture AND NOT architecture MATCHES "^[1-7][0-9](-.*)?$")
      list(APPEND wanted ${architecture})
    endif()
  endforeach()
  if(NOT wanted)
    set(wanted 80 90)
  endif()
  set_target_properties(${target} PROPERTIES CUDA_ARCHITECTURES "${wanted}")
endfunction()

# One model of nn_diff_generate, which may include the headers written for those before it.
function(nn_diff_generate_one target source out_dir backends options earlier)
  cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE model)
  cmake_path(GET model STEM LAST_ONLY base)
  cmake_path(GET model FILENAME name)
  cmake_path(GET model PARENT_PATH model_dir)
  set(generated "${out_dir}/${base}.nn.h" "${out_dir}/${base}.nn.cpp")
  set(emitted cpp)
  set(kernels)
  if("cuda" IN_LIST backends)
    set(emitted cpp,cuda)
    set(kernels "${out_dir}/${base}.nn.cu")
  endif()
  set(includes "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  set(definitions "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")

  add_custom_command(
    OUTPUT ${generated} ${kernels}
    COMMAND nn::nn-diff --emit=${emitted} --out-dir "${out_dir}" --depfile "${out_dir}/${base}.nn.d" ${options}
      "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>"
      "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>"
      "${model}"
    DEPENDS "${model}" nn::nn-diff ${earlier}
    DEPFILE "${out_dir}/${base}.nn.d"
    COMMENT "nn-diff ${name}"
    COMMAND_EXPAND_LISTS VERBATIM)
  target_sources(${target} PRIVATE ${generated} ${kernels})
  target_include_directories(${target} PRIVATE "${model_dir}")
  # Lets g++ vectorise selects; results stay those of IEEE arithmetic (unlike with -ffast-math).
  set_property(SOURCE ${generated} TARGET_DIRECTORY ${target} APPEND PROPERTY COMPILE_OPTIONS -fno-trapping-math -fno-math-errno)
endfunction()
