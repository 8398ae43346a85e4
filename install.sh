#!/usr/bin/env bash
# Builds Quarterdeck and installs it with its completions and its man page. `./install.sh --help` says more.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

usage() {
  cat <<'HELP'
usage: ./install.sh [--prefix DIR]      build, and install under DIR (default: ~/.local)
       ./install.sh --uninstall [--prefix DIR]
       ./install.sh --check             only say whether all that a build needs is there
       ./install.sh --help

Installs   DIR/bin/quarterdeck
           DIR/share/man/man1/quarterdeck.1
           DIR/share/bash-completion/completions/quarterdeck
           DIR/share/zsh/site-functions/_quarterdeck
           DIR/share/fish/vendor_completions.d/quarterdeck.fish
Needs      cargo and a C compiler. Nothing outside DIR and the build folder is touched.
HELP
}

fail() {
  printf 'install.sh: %s\n' "$1" >&2
  exit "${2:-1}"
}

# Fails, naming the command that helps, where a build could not work.
check() {
  local wanted found
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' Cargo.toml)
  command -v cargo >/dev/null && command -v rustc >/dev/null ||
    fail "cargo is missing. Rust $wanted or newer is needed: see https://rustup.rs, then open a new shell"
  found=$(rustc --version | cut -d' ' -f2 | cut -d- -f1)
  [[ $(printf '%s\n' "$wanted" "$found" | sort -V | head -n1) == "$wanted" ]] ||
    fail "Rust $wanted or newer is needed, this is $found: rustup update stable"
  command -v "${CC:-cc}" >/dev/null || command -v gcc >/dev/null || command -v clang >/dev/null ||
    fail "a C compiler is missing (SQLite is built from source): apt-get install build-essential, dnf install gcc, or xcode-select --install"
}

# Every file that is installed, as paths under the prefix.
files=(
  bin/quarterdeck
  share/man/man1/quarterdeck.1
  share/bash-completion/completions/quarterdeck
  share/zsh/site-functions/_quarterdeck
  share/fish/vendor_completions.d/quarterdeck.fish
)

uninstall() {
  local file
  for file in "${files[@]}"; do
    if [[ -e $prefix/$file ]]; then
      rm -f -- "$prefix/$file"
      echo "removed $prefix/$file"
    fi
  done
  echo "Your estate file, console file and state stay where they are."
}

build() {
  target=${CARGO_TARGET_DIR:-$PWD/target}
  echo "Building (a few minutes the first time) …"
  env -u CARGO_BUILD_TARGET CARGO_TARGET_DIR="$target" cargo build --locked --profile dist --bin quarterdeck
}

place() {
  local built=$target/dist/quarterdeck made
  made=$(mktemp -d)
  # Expanded now: `made` is gone when the trap runs.
  # shellcheck disable=SC2064
  trap "rm -rf -- '$made'" EXIT
  "$built" man >"$made/man"
  for shell in bash zsh fish; do
    "$built" completions "$shell" >"$made/$shell"
  done
  local from=("$built" "$made/man" "$made/bash" "$made/zsh" "$made/fish") mode=755 i
  for i in "${!files[@]}"; do
    mkdir -p -- "$(dirname "$prefix/${files[i]}")"
    # Beside it and then renamed: a console that runs from there is not disturbed.
    install -m "$mode" -- "${from[i]}" "$prefix/${files[i]}.new"
    mv -f -- "$prefix/${files[i]}.new" "$prefix/${files[i]}"
    echo "installed $prefix/${files[i]}"
    mode=644
  done
}

# Says how to start it, and what to add where the prefix is not on PATH.
farewell() {
  case ":$PATH:" in
  *":$prefix/bin:"*)
    echo "Start it: quarterdeck demo"
    ;;
  *)
    echo "Start it: $prefix/bin/quarterdeck demo"
    echo "$prefix/bin is not on your PATH. To type just \`quarterdeck\`, add this line:"
    case ${SHELL##*/} in
    fish) echo "  fish_add_path $prefix/bin                      in ~/.config/fish/config.fish" ;;
    zsh) echo "  export PATH=\"$prefix/bin:\$PATH\"              to ~/.zshrc" ;;
    *) echo "  export PATH=\"$prefix/bin:\$PATH\"              to ~/.bashrc" ;;
    esac
    ;;
  esac
  if [[ ${SHELL##*/} == zsh ]]; then
    echo "zsh completes it once this stands before compinit in ~/.zshrc:"
    echo "  fpath=($prefix/share/zsh/site-functions \$fpath)"
  fi
}

prefix=${HOME:+$HOME/.local} action=install
while (($#)); do
  case $1 in
  --prefix)
    (($# > 1)) || fail "--prefix wants a folder" 64
    prefix=$2
    shift
    ;;
  --prefix=*) prefix=${1#*=} ;;
  --uninstall) action=uninstall ;;
  --check) action=check ;;
  --help | -h)
    usage
    exit 0
    ;;
  *)
    usage >&2
    fail "unknown option: $1" 64
    ;;
  esac
  shift
done
[[ -n $prefix ]] || fail "HOME is not set: give --prefix DIR" 64
[[ $prefix == /* ]] || prefix=$OLDPWD/$prefix
SHELL=${SHELL:-sh}

case $action in
check) check ;;
uninstall) uninstall ;;
install)
  check
  mkdir -p -- "$prefix/bin" 2>/dev/null && [[ -w $prefix/bin ]] || fail "cannot write to $prefix/bin: choose another folder with --prefix"
  build
  place
  farewell
  ;;
esac
