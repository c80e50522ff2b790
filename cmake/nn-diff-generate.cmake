# nn_diff_generate: compiles a target's model files with nn-diff, for this build tree and the installed package alike.

# nn_diff_generate(TARGET app SOURCES mlp.cpp... [BACKENDS cpp] [OPTIONS --recompute=none ...])
#
# Writes BASE.nn.h and BASE.nn.cpp for each model, adds them to the target and links nn::runtime. They are written
# again when the model, a header it includes or nn-diff changes. The model sees the target's include directories and
# definitions; OPTIONS are further options of nn-diff.
function(nn_diff_generate)
  cmake_parse_arguments(PARSE_ARGV 0 arg "" "TARGET" "SOURCES;BACKENDS;OPTIONS")
  if(arg_UNPARSED_ARGUMENTS OR arg_KEYWORDS_MISSING_VALUES)
    message(FATAL_ERROR "nn_diff_generate: unexpected ${arg_UNPARSED_ARGUMENTS}${arg_KEYWORDS_MISSING_VALUES}; "
      "usage: nn_diff_generate(TARGET name SOURCES model.cpp... [BACKENDS cpp] [OPTIONS option...])")
  endif()
  if(NOT TARGET "${arg_TARGET}")
    message(FATAL_ERROR "nn_diff_generate: TARGET '${arg_TARGET}' is no target")
  endif()
  if(NOT arg_SOURCES)
    message(FATAL_ERROR "nn_diff_generate: SOURCES names no model file")
  endif()
  foreach(backend IN LISTS arg_BACKENDS)
    if(NOT backend STREQUAL "cpp")
      message(FATAL_ERROR "nn_diff_generate: backend '${backend}' is not available; this nn-diff writes: cpp")
    endif()
  endforeach()

  set(out_dir "${CMAKE_CURRENT_BINARY_DIR}/${arg_TARGET}.nn")
  file(MAKE_DIRECTORY "${out_dir}")
  target_link_libraries(${arg_TARGET} PRIVATE nn::runtime)
  target_include_directories(${arg_TARGET} PRIVATE "${out_dir}")
  foreach(source IN LISTS arg_SOURCES)
    nn_diff_generate_one(${arg_TARGET} "${source}" "${out_dir}" "${arg_OPTIONS}")
  endforeach()
endfunction()

# One model of nn_diff_generate.
function(nn_diff_generate_one target source out_dir options)
  cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY "${CMAKE_CURRENT_SOURCE_DIR}" NORMALIZE OUTPUT_VARIABLE model)
  cmake_path(GET model STEM LAST_ONLY base)
  cmake_path(GET model FILENAME name)
  cmake_path(GET model PARENT_PATH model_dir)
  set(generated "${out_dir}/${base}.nn.h" "${out_dir}/${base}.nn.cpp")
  set(includes "$<TARGET_PROPERTY:${target},INCLUDE_DIRECTORIES>")
  set(definitions "$<TARGET_PROPERTY:${target},COMPILE_DEFINITIONS>")

  add_custom_command(
    OUTPUT ${generated}
    COMMAND nn::nn-diff --emit=cpp --out-dir "${out_dir}" --depfile "${out_dir}/${base}.nn.d" ${options}
      "$<$<BOOL:${includes}>:-I$<JOIN:${includes},;-I>>"
      "$<$<BOOL:${definitions}>:-D$<JOIN:${definitions},;-D>>"
      "${model}"
    DEPENDS "${model}" nn::nn-diff
    DEPFILE "${out_dir}/${base}.nn.d"
    COMMENT "nn-diff ${name}"
    COMMAND_EXPAND_LISTS VERBATIM)
  target_sources(${target} PRIVATE ${generated})
  target_include_directories(${target} PRIVATE "${model_dir}")
  # Lets g++ vectorise selects; results stay those of IEEE arithmetic (unlike with -ffast-math).
  set_property(SOURCE ${generated} TARGET_DIRECTORY ${target} APPEND PROPERTY COMPILE_OPTIONS -fno-trapping-math -fno-math-errno)
endfunction()
