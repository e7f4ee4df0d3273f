#!/bin/sh
# Make sure that programs are there which neither PyPI nor npm bring. As root on Debian what is
# missing is installed; elsewhere one sentence says what to install.
#
# usage: needs.sh python [PROGRAM] | needs.sh node | needs.sh chromium libreoffice postgresql …
set -eu

install() { # what packages…
    what=$1
    shift
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $*, because $what." >&2
        export DEBIAN_FRONTEND=noninteractive
        apt-get update -qq >/dev/null
        apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Please install $* (Debian's names), because $what, then try again." >&2
        exit 1
    fi
}

need_python() {
    python=$1
    "$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || {
        echo "Please install Python 3.11 or newer: $python is missing or older." >&2
        exit 1
    }
    "$python" -c 'import venv, ensurepip' 2>/dev/null ||
        install "virtual environments need it" python3-venv
}

need_node() {
    command -v node >/dev/null || install "the browser's libraries come from npm" nodejs npm
    command -v npm >/dev/null || install "the browser's libraries come from npm" npm
    node -e 'process.exit(parseInt(process.versions.node) < 20 ? 1 : 0)' || {
        echo "Please install Node.js 20 or newer: this is $(node --version)." >&2
        exit 1
    }
}

need_chromium() {
    command -v chromium >/dev/null || install "the browser tests use it" chromium
    fc-list 2>/dev/null | grep -q "CJK" || install "pages show Chinese" fonts-noto-cjk fontconfig
}

need_libreoffice() {
    command -v soffice >/dev/null || install "slides are converted with it" libreoffice-impress
}

need_postgresql() {
    command -v psql >/dev/null && ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 ||
        install "the tests use it" postgresql
}

need_janus() {
    command -v janus >/dev/null || install "the benchmark compares with it" janus
}

need_gstreamer() {
    /usr/bin/python3 -c 'import gi; gi.require_version("GstWebRTC", "1.0")' 2>/dev/null &&
        command -v gst-inspect-1.0 >/dev/null && gst-inspect-1.0 nicesink >/dev/null 2>&1 &&
        gst-inspect-1.0 x264enc >/dev/null 2>&1 ||
        install "the tests publish with it" python3-gi gir1.2-gst-plugins-bad-1.0 \
            gstreamer1.0-tools gstreamer1.0-nice gstreamer1.0-plugins-base \
            gstreamer1.0-plugins-good gstreamer1.0-plugins-bad gstreamer1.0-plugins-ugly
}

need_coturn() {
    command -v turnserver >/dev/null || install "the tests relay through it" coturn
}

need_nginx() {
    command -v nginx >/dev/null || [ -x /usr/sbin/nginx ] || install "it is measured against" nginx
}

need_wrk() {
    command -v wrk >/dev/null || install "it asks as an audience does" wrk
}

if [ "$1" = python ]; then
    need_python "${2:-python3}"
    exit
fi
for thing in "$@"; do
    "need_$thing"
done
