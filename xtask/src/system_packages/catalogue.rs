//! Which packages there are, what they are called, and who needs them. A new one is one entry here.

/// How one recognises that a package is there.
pub(super) enum Sign {
    /// A module that pkg-config knows.
    Library(&'static str),
    /// One of these programs, in PATH or where the system keeps its services.
    Program(&'static [&'static str]),
    /// A module that python3 can load.
    Python(&'static str),
}

/// One requirement and what it is called by each package manager.
pub(super) struct Package {
    /// How one sees that it is there.
    pub(super) sign: Sign,
    /// Debian, Ubuntu.
    pub(super) apt: &'static str,
    /// Fedora.
    pub(super) dnf: &'static str,
    /// Arch.
    pub(super) pacman: &'static str,
}

/// What every build needs: ring, SQLite and zstd have C in them.
const COMPILER: &[Package] = &[Package {
    sign: Sign::Program(&["cc"]),
    apt: "build-essential",
    dnf: "gcc gcc-c++ make",
    pacman: "base-devel",
}];

/// What the desktop program links, and pkg-config to find it. The tray speaks D-Bus itself and needs
/// no appindicator library.
const DESKTOP: &[Package] = &[
    Package {
        sign: Sign::Program(&["pkg-config"]),
        apt: "pkg-config",
        dnf: "pkgconf-pkg-config",
        pacman: "pkgconf",
    },
    Package {
        sign: Sign::Library("webkit2gtk-4.1"),
        apt: "libwebkit2gtk-4.1-dev",
        dnf: "webkit2gtk4.1-devel",
        pacman: "webkit2gtk-4.1",
    },
    Package {
        sign: Sign::Library("dbus-1"),
        apt: "libdbus-1-dev",
        dnf: "dbus-devel",
        pacman: "dbus",
    },
];

/// What the tests use beside that: a browser, a display and a session bus without a person, and
/// Python's virtual environments for the real SDKs.
const TESTS: &[Package] = &[
    Package {
        sign: Sign::Program(&BROWSERS),
        apt: "chromium",
        dnf: "chromium",
        pacman: "chromium",
    },
    Package {
        sign: Sign::Program(&["Xvfb"]),
        apt: "xvfb",
        dnf: "xorg-x11-server-Xvfb",
        pacman: "xorg-server-xvfb",
    },
    Package {
        sign: Sign::Program(&["xvfb-run"]),
        apt: "xvfb xauth",
        dnf: "xorg-x11-server-Xvfb",
        pacman: "xorg-server-xvfb",
    },
    Package {
        sign: Sign::Program(&["dbus-run-session"]),
        apt: "dbus",
        dnf: "dbus-daemon",
        pacman: "dbus",
    },
    Package {
        sign: Sign::Python("ensurepip"),
        apt: "python3-venv",
        dnf: "python3",
        pacman: "python",
    },
];

/// The yardstick of the benchmarks.
const BENCH: &[Package] = &[Package {
    sign: Sign::Program(&["nginx"]),
    apt: "nginx-light",
    dnf: "nginx-core",
    pacman: "nginx",
}];

/// Names under which a Chromium is installed.
pub(super) const BROWSERS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

/// What somebody is about to do.
#[derive(Clone, Copy)]
pub(crate) enum Purpose {
    /// Build the program without a window.
    Headless,
    /// Build the desktop program.
    Desktop,
    /// Build and run every test.
    Tests,
    /// Run the benchmarks.
    Bench,
}

impl Purpose {
    /// What has to be there for it.
    pub(super) fn packages(self) -> impl Iterator<Item = &'static Package> {
        let groups: &[&'static [Package]] = match self {
            Self::Headless => &[COMPILER],
            Self::Desktop => &[COMPILER, DESKTOP],
            Self::Tests => &[COMPILER, DESKTOP, TESTS],
            Self::Bench => &[COMPILER, BENCH],
        };
        groups.iter().copied().flatten()
    }
}
