#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""libholdfast as other people's programs find it: installed, through pkg-config and CMake, from plain C99.

Usage: library_test.py BUILD_DIRECTORY SOURCE_DIRECTORY C_COMPILER. Exit code 77 where there is no pkg-config.
"""
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile

from script import NOBODY, become_nobody

STRICT = ["-std=c99", "-pedantic", "-Wall", "-Wextra", "-Werror"]
BAD_CALLS = r"""
#include <holdfast/holdfast.h>
#include <stdio.h>
#include <string.h>
static int expect(int code, int wanted, const char* words) {
  if (code == wanted && strstr(hf_error_text(), words) != NULL) return 0;
  printf("%d \"%s\", not %d \"%s\"\n", code, hf_error_text(), wanted, words);
  return 1;
}
int main(void) {
  hf_evict_request request;
  hf_evict_result result;
  hf_protect_options options;
  hf_range range;
  int failures = 0;
  memset(&request, 0, sizeof request);
  memset(&result, 0, sizeof result);
  failures += expect(hf_evict(NULL, NULL), HF_ERROR_USAGE, "NULL");
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "struct_size");
  request.struct_size = sizeof request;
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "nothing is asked for");
  request.what = 1u << 30;
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "not known");
  request.what = HF_EVICT_TEXT;
  failures += expect(hf_evict(&request, &result), HF_ERROR_USAGE, "struct_size");
  request.file = "no such file";
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "nearest: ");
  request.file = NULL;
  request.thread = 1;
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "no thread '1'");
  request.thread = 0;
  request.what = 0;
  request.address = (const void*)16;
  request.size_bytes = 1;
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "mapped at 0x0");
  request.size_bytes = (size_t)-1;
  failures += expect(hf_evict(&request, NULL), HF_ERROR_USAGE, "no range");
  request.address = NULL;
  request.size_bytes = 0;
  request.what = HF_EVICT_TEXT;
  failures += expect(hf_lock_range(NULL, 10), HF_ERROR_USAGE, "no range");
  failures += expect(hf_lock_range(&request, 0), HF_ERROR_USAGE, "no range");
  failures += expect(hf_lock_range((const void*)4096, (size_t)-8192), HF_ERROR_UNAVAILABLE, "cannot be locked");
  failures += expect(hf_unlock_range((const void*)4096, 1), HF_ERROR_UNAVAILABLE, "cannot be unlocked");
  failures += expect(hf_lock_range(&request, sizeof request), HF_OK, "");
  failures += expect(hf_unlock_range(&request, sizeof request), HF_OK, "");
  options.struct_size = 0;
  failures += expect(hf_protect_current_thread(&options, NULL), HF_ERROR_USAGE, "struct_size");
  options = hf_protect_defaults();
  options.range_count = 1;
  failures += expect(hf_protect_current_thread(&options, NULL), HF_ERROR_USAGE, "NULL");
  range.address = &range;
  range.size_bytes = (size_t)-1;
  options.ranges = &range;
  failures += expect(hf_protect_current_thread(&options, NULL), HF_ERROR_USAGE, "no range");
  options = hf_protect_defaults();
  options.what = 1u << 31;
  failures += expect(hf_protect_current_thread(&options, NULL), HF_ERROR_USAGE, "not known");
  options = hf_protect_defaults();
  options.stack_bytes = (size_t)-1; /* more than there is: all of it */
  if (hf_protect_current_thread(&options, NULL) < 0) failures++;
  failures += expect(hf_unprotect_current_thread(), HF_OK, "");
  failures += expect(hf_read_residency(&request, NULL), HF_ERROR_USAGE, "NULL");
  if (hf_read_faults(NULL) != HF_ERROR_USAGE || hf_abi_version() != HF_ABI_VERSION) failures++;
  if (strcmp(hf_kind_name(HF_KIND_HEAP), "heap") != 0 || *hf_kind_name(-1) != 0 || *hf_kind_name(99) != 0) failures++;
  result.struct_size = 2 * sizeof(size_t); /* an old caller: nothing behind it may be written */
  result.asked_pages = 77;
  failures += expect(hf_evict(&request, &result), HF_OK, "");
  if (result.page_bytes == 0 || result.asked_pages != 77 || strcmp(hf_error_text(), "") != 0) failures++;
  return failures;
}
"""

EVERYTHING_OUT = r"""
#include <holdfast/holdfast.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
static double numbers[8192] = {1.5};
int main(void) {
  int i;
  for (i = 0; i < 3; i++) {
    hf_evict_request request;
    hf_evict_result result;
    memset(&request, 0, sizeof request);
    memset(&result, 0, sizeof result);
    request.struct_size = sizeof request;
    request.what = HF_EVICT_ALL | HF_EVICT_STACK;
    result.struct_size = sizeof result;
    numbers[i] += strtod("2.5", NULL);
    if (hf_evict(&request, &result) != HF_OK || result.left_pages == 0) return 1;
    if (result.asked_pages != result.left_pages + result.half_out_pages + result.unknown_pages +
        result.stayed_locked_pages + result.stayed_shared_pages + result.stayed_dirty_pages +
        result.stayed_not_permitted_pages + result.stayed_no_swap_pages + result.stayed_in_use_pages +
        result.stayed_kept_pages) return 2;
  }
  printf("%.1f %.1f %.1f %.3f\n", numbers[0], numbers[1], numbers[2], sin(numbers[0]) + atof("1e3"));
  return fflush(stdout) == 0 ? 0 : 3;
}
"""

ODD_STACKS = r"""
#include <holdfast/holdfast.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <ucontext.h>
static char own[262144];
static ucontext_t inside, outside;
static int failures = 0;
static void expect(int code, int wanted, const char* words) {
  if (code == wanted && strstr(hf_error_text(), words) != NULL) return;
  printf("%d \"%s\", not %d \"%s\"\n", code, hf_error_text(), wanted, words);
  failures++;
}
static void* small(void* nothing) {
  expect(hf_protect_current_thread(NULL, NULL), HF_ERROR_UNAVAILABLE, "32 KiB of stack");
  expect(hf_unprotect_current_thread(), HF_OK, "");
  return nothing;
}
static void* tight(void* nothing) { /* all of it there is, and no step into the guard */
  hf_protect_report report;
  memset(&report, 0, sizeof report);
  report.struct_size = sizeof report;
  if (hf_protect_current_thread(NULL, &report) < 0) failures++;
  if (report.stack_bytes == 0 || report.stack_bytes > 65536 || report.kinds[HF_KIND_STACK].asked_bytes > 65536) failures++;
  expect(hf_unprotect_current_thread(), HF_OK, "");
  return nothing;
}
static void elsewhere(void) { expect(hf_protect_current_thread(NULL, NULL), HF_PARTLY, "does not run on the stack"); }
static void run_with(size_t stack_bytes, void* (*body)(void*)) {
  pthread_attr_t attributes;
  pthread_t thread;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  if (pthread_create(&thread, &attributes, body, NULL) != 0 || pthread_join(thread, NULL) != 0) failures++;
}
int main(void) {
  run_with(16384, small);
  run_with(65536, tight);
  getcontext(&inside);
  inside.uc_stack.ss_sp = own;
  inside.uc_stack.ss_size = sizeof own;
  inside.uc_link = &outside;
  makecontext(&inside, elsewhere, 0);
  swapcontext(&outside, &inside);
  return failures;
}
"""

PLUGIN = r"""
#include <holdfast/holdfast.h>
HF_RT_DATA static volatile char variables[50000] = {1};
size_t marked_bytes(void);
size_t marked_bytes(void) { return hf_rt_marked().data.size_bytes - (variables[0] == 1 ? 50000 : 0); }
"""
HOST = r"""
#include <holdfast/holdfast.h>
HF_RT_DATA static volatile char variables[1000] = {1};
size_t marked_bytes(void);
int main(void) {
  const hf_rt_marks marks = hf_rt_marked();
  if (marks.text.size_bytes != 0 || marks.constants.address != NULL || variables[0] != 1) return 3;
  return marked_bytes() >= 1000 ? 1 : marks.data.size_bytes < 1000 || marks.data.size_bytes >= 50000 ? 2 : 0;
}
"""


def run(*command, **options):
    result = subprocess.run([str(word) for word in command], capture_output=True, text=True, check=False, **options)
    assert result.returncode == 0, (command, result.returncode, result.stdout, result.stderr)
    return result.stdout


def flags_of(prefix, *options):
    package = next(prefix.glob("**/holdfast.pc"))
    environment = dict(os.environ, PKG_CONFIG_PATH=str(package.parent))
    return run("pkg-config", "--cflags", "--libs", *options, "holdfast", env=environment).split()


def run_as_user(program, library):
    """As a normal user who owns the program, as developers do."""
    if os.geteuid() == 0:
        os.chown(program, NOBODY, NOBODY)
    return run(program, env=dict(os.environ, LD_LIBRARY_PATH=str(library)), preexec_fn=become_nobody)


def c99_through_pkg_config(compiler, source, prefix, library):
    program = prefix / "evict_table"
    run(compiler, *STRICT, source / "examples/evict_table.c", *flags_of(prefix), "-o", program)
    print(run_as_user(program, library).strip())


def static_library_needs_no_library_of_ours(compiler, source, prefix, library):
    program = prefix / "evict_table_static"
    flags = [word for word in flags_of(prefix, "--static") if word != "-lholdfast"]
    run(compiler, *STRICT, source / "examples/evict_table.c", library / "libholdfast.a", *flags, "-o", program)
    assert "libholdfast" not in run("ldd", program)
    print(run_as_user(program, library).strip())


def bad_calls_are_told_why(compiler, source, prefix, library):
    code = prefix / "bad_calls.c"
    code.write_text(BAD_CALLS)
    run(compiler, *STRICT, code, *flags_of(prefix), "-o", prefix / "bad_calls")
    run_as_user(prefix / "bad_calls", library)


def odd_stacks_are_told_and_not_overrun(compiler, source, prefix, library):
    code = prefix / "odd_stacks.c"
    code.write_text(ODD_STACKS)
    run(compiler, *STRICT, code, *flags_of(prefix), "-lpthread", "-o", prefix / "odd_stacks")
    run_as_user(prefix / "odd_stacks", library)


def program_and_plugin_have_their_own_marks(compiler, source, prefix, library):
    (prefix / "plugin.c").write_text(PLUGIN)
    (prefix / "host.c").write_text(HOST)
    run(compiler, *STRICT, "-fPIC", "-shared", prefix / "plugin.c", *flags_of(prefix), "-o", library / "libplugin.so")
    run(compiler, *STRICT, prefix / "host.c", *flags_of(prefix), "-lplugin", "-rdynamic", "-o", prefix / "host")
    run_as_user(prefix / "host", library)


def everything_out_changes_no_value(compiler, source, prefix, library):
    """Libraries that belong to root, with private copies of their pages, are among it."""
    code = prefix / "everything_out.c"
    code.write_text(EVERYTHING_OUT)
    run(compiler, *STRICT, code, *flags_of(prefix), "-lm", "-o", prefix / "everything_out")
    printed = run_as_user(prefix / "everything_out", library).strip()
    assert printed == "4.0 2.5 2.5 999.243", printed


def cmake_finds_it(compiler, source, prefix, library):
    project = prefix / "project"
    project.mkdir()
    (project / "CMakeLists.txt").write_text(
        "cmake_minimum_required(VERSION 3.25)\nproject(user C)\nfind_package(holdfast 0.1 REQUIRED)\n"
        f"add_executable(shared {source}/examples/evict_table.c)\n"
        "target_link_libraries(shared holdfast::holdfast)\n"
        f"add_executable(static {source}/examples/evict_table.c)\n"
        "target_link_libraries(static holdfast::holdfast_static)\n")
    run("cmake", "-S", project, "-B", project / "build", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_C_COMPILER={compiler}")
    run("cmake", "--build", project / "build")
    for name in ("shared", "static"):
        print(run_as_user(project / "build" / name, library).strip())


def main():
    build, source, compiler = pathlib.Path(sys.argv[1]), pathlib.Path(sys.argv[2]), sys.argv[3]
    if shutil.which("pkg-config") is None:
        print("SKIP: no pkg-config")
        return 77
    failures = 0
    with tempfile.TemporaryDirectory(prefix="holdfast-library-", dir="/var/tmp") as directory:
        prefix = pathlib.Path(directory)
        prefix.chmod(0o755)
        run("cmake", "--install", build, "--component", "library", "--prefix", prefix)
        library = next(prefix.glob("**/libholdfast.so")).parent
        for check in (c99_through_pkg_config, static_library_needs_no_library_of_ours, bad_calls_are_told_why,
                      odd_stacks_are_told_and_not_overrun,
                      program_and_plugin_have_their_own_marks, everything_out_changes_no_value, cmake_finds_it):
            try:
                check(compiler, source, prefix, library)
                print("ok  ", check.__name__)
            except AssertionError as failure:
                failures += 1
                print("FAIL", check.__name__, "--", failure)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
