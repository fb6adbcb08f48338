"""Installs the build into a scratch folder and uses it as somebody else's project would: by CMake, by pkg-config."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile

OUTSIDE = pathlib.Path(__file__).resolve().parent / "outside"


def run(*command, environment=None, fails=False):
    """Runs a command and returns what it says; ends the test when it fails, or when it does not but should."""
    command = [str(word) for word in command]
    print("+", *command, flush=True)
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if (done.returncode != 0) != fails:
        print(done.stdout)
        sys.exit(f"package: {command[0]} ended with {done.returncode}")
    return done.stdout


def check_program(program, scratch):
    text = run(program, f"ipc://{scratch}/broker")
    if text != "Hello, outside!\nbroker started\n":
        sys.exit(f"package: {program} printed {text!r}")


def check_cmake(options, prefix, scratch):
    build = scratch / "by-cmake"
    run(options.cmake, "-S", OUTSIDE, "-B", build, "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
        f"-DCMAKE_CXX_COMPILER={options.compiler}", "-DCMAKE_BUILD_TYPE=Debug")
    run(options.cmake, "--build", build)
    check_program(build / "outside", scratch)


def check_small_part(options, prefix, scratch):
    """Who wants protocol buffers only needs no CAF, and who wants what is not there is told so."""
    for part, fails in [("protobuf", False), ("telepathy", True)]:
        folder = scratch / part
        folder.mkdir()
        (folder / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.25)\nproject(small LANGUAGES CXX)\n"
            f"find_package(mdp REQUIRED COMPONENTS {part})\n"
            "if(NOT TARGET mdp::core OR TARGET mdp::actors OR TARGET CAF::core)\n"
            '  message(FATAL_ERROR "not the parts that were asked for")\nendif()\n')
        text = run(options.cmake, "-S", folder, "-B", folder / "build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}",
                   f"-DCMAKE_CXX_COMPILER={options.compiler}", fails=fails)
        if fails and "no part 'telepathy'" not in " ".join(text.split()):
            sys.exit(f"package: an unknown part is refused without saying why:\n{text}")


def check_pkg_config(options, prefix, scratch):
    environment = dict(os.environ, PKG_CONFIG_PATH=str(prefix / options.libdir / "pkgconfig"))
    flags = run("pkg-config", "--cflags", "--libs", "mdp-actors", "mdp-protobuf", environment=environment).split()
    folder = scratch / "by-pkg-config"
    folder.mkdir()
    run("protoc", "--proto_path", OUTSIDE, "--cpp_out", folder, OUTSIDE / "greeting.proto")
    run(options.compiler, "-std=c++20", OUTSIDE / "outside.cpp", folder / "greeting.pb.cc", f"-I{folder}",
        *flags, "-o", folder / "outside")
    check_program(folder / "outside", scratch)


def main():
    arguments = argparse.ArgumentParser()
    for name in ("build", "cmake", "compiler", "libdir"):
        arguments.add_argument(f"--{name}", required=True)
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        scratch = pathlib.Path(folder)
        prefix = scratch / "installed"
        run(options.cmake, "--install", options.build, "--prefix", prefix)
        for program in ("mdp-broker", "mdp-worker", "mdp"):
            run(prefix / "bin" / program, "--version")
        check_cmake(options, prefix, scratch)
        check_small_part(options, prefix, scratch)
        check_pkg_config(options, prefix, scratch)
    print("package: all is well")


if __name__ == "__main__":
    main()
